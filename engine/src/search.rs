//! Searching the ledger, and the commands in the recordings.
//!
//! What is searched lies in memory: 24 bytes of each entry (`access::search`), read behind the start; and
//! the commands of recordings, read when somebody first asks. Nothing decrypted is written to a disk. A
//! personal text is looked up in the store at each question, so that what is erased is found no more.

mod commands;

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use access::search::{Lines, Wanted};
use access::{Employer, Entry, GatewayNote, Refusal, Sight, Who};
use ids::{SessionId, Timestamp};
use login::Identity;

use crate::evidence::broken;
use crate::{Engine, Inner, writer};

pub(crate) use commands::Commands;

/// Entries that one question reads that were not read yet: what came since, never the whole ledger.
const READ_AT_ONCE: u64 = 5_000;
/// Entries that are read at a time behind the work.
const READ_BEHIND: u64 = 20_000;
/// Personal texts of one word that are looked at.
const MOST_TEXTS: usize = 5_000;
/// Entries that one answer tells.
const MOST_FOUND: usize = 100;

/// What is searched.
#[derive(Default)]
pub(crate) struct Searched {
    lines: RwLock<Lines>,
    pub(crate) commands: Commands,
}

/// A command in a recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundCommand {
    /// In which session.
    pub session: SessionId,
    /// In which channel.
    pub channel: u32,
    /// When.
    pub at: Timestamp,
    /// The command, as the recording's index has it.
    pub text: String,
}

/// What a question found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Findings {
    /// Entries with their numbers, the newest first.
    pub entries: Vec<(u64, Entry)>,
    /// Whether there are older ones.
    pub more: bool,
    /// Commands, the newest first.
    pub commands: Vec<FoundCommand>,
    /// Recordings whose commands were not read yet, or are too large to be.
    pub unread: u64,
    /// Entries that were not read yet: a moment after the start.
    pub behind: u64,
}

impl Engine {
    /// Answers a question with what the caller may see. Of recordings whose commands it shows, it is
    /// entered that they were looked at.
    ///
    /// # Errors
    /// If the caller may read nothing, or that they looked cannot be entered.
    pub async fn search(&self, by: &Identity, wanted: Wanted) -> Result<Findings, Refusal> {
        let sight = self.inner.site().sight(by.caller(), self.now())?;
        let (engine, caller) = (self.clone(), by.clone());
        let searched =
            tokio::task::spawn_blocking(move || engine.search_here(&caller, &sight, wanted));
        let found = searched
            .await
            .unwrap_or_else(|_| Err(writer::unavailable()))?;
        let sessions: BTreeSet<&SessionId> =
            found.commands.iter().map(|found| &found.session).collect();
        for session in sessions {
            self.looked_into(by, session).await?;
        }
        Ok(found)
    }

    async fn looked_into(&self, by: &Identity, session: &SessionId) -> Result<(), Refusal> {
        let Who::Person(person) = &by.caller().who else {
            return Ok(());
        };
        let now = self.now();
        let looked = crate::Looked::at("recording-search", Some(session.number()));
        let key = (person.clone(), looked);
        if self.inner.views.lately(&key, now) {
            return Ok(());
        }
        let note = GatewayNote::RecordingViewed {
            by: by.caller().who.clone(),
            session: session.clone(),
            how: "search".to_owned(),
        };
        self.note(note).await?;
        self.inner.views.remember(key, now);
        Ok(())
    }

    fn search_here(
        &self,
        by: &Identity,
        sight: &Sight,
        mut wanted: Wanted,
    ) -> Result<Findings, Refusal> {
        let inner = &self.inner;
        inner.read_lines(READ_AT_ONCE);
        inner.open_words(by, &mut wanted);
        wanted.most = wanted.most.min(MOST_FOUND);
        let found = inner.lines().find(&inner.site(), sight, &wanted);
        let entries = found.entries.iter().map(|number| {
            let bytes = inner.store.entry(*number).map_err(|cause| broken(&cause))?;
            let entry = Entry::from_slice(&bytes).map_err(|cause| broken(&cause))?;
            Ok((*number, entry))
        });
        let entries: Result<Vec<_>, Refusal> = entries.collect();
        let (commands, unread) = if inner.of_the_hospital(by) && wanted.before.is_none() {
            self.commands_with(&wanted)
        } else {
            (Vec::new(), 0)
        };
        Ok(Findings {
            entries: entries?,
            more: found.more,
            commands,
            unread,
            behind: inner.store.size().saturating_sub(inner.lines().read()),
        })
    }
}

impl Inner {
    /// Reads what the ledger has beyond what is read, so much at most. Whether there is more.
    pub(crate) fn read_lines(&self, most: u64) -> bool {
        let mut lines = self.lines_mut();
        let from = lines.read();
        let end = self.store.size().min(from.saturating_add(most));
        if from >= end {
            return false;
        }
        let read = self.store.read_from(from, &mut |index, bytes| {
            if index >= end {
                return ControlFlow::Break(None);
            }
            match lines.learn(bytes) {
                Ok(()) => ControlFlow::Continue(()),
                Err(cause) => ControlFlow::Break(Some(cause)),
            }
        });
        match read {
            Ok(ControlFlow::Continue(()) | ControlFlow::Break(None)) => end < self.store.size(),
            Ok(ControlFlow::Break(Some(cause))) => {
                tracing::error!(%cause, "an entry cannot be searched");
                false
            }
            Err(cause) => {
                tracing::error!(%cause, "the ledger cannot be searched");
                false
            }
        }
    }

    /// Reads on behind the work, until everything is read or the gateway stops.
    pub(crate) fn read_lines_behind(&self, stop: &dyn Fn() -> bool) {
        while !stop() && self.read_lines(READ_BEHIND) {}
    }

    fn lines(&self) -> RwLockReadGuard<'_, Lines> {
        let lines = self.searched.lines.read();
        lines.unwrap_or_else(PoisonError::into_inner)
    }

    fn lines_mut(&self) -> RwLockWriteGuard<'_, Lines> {
        let lines = self.searched.lines.write();
        lines.unwrap_or_else(PoisonError::into_inner)
    }

    /// The personal texts in which each word stands, for those for whom they may be opened.
    fn open_words(&self, by: &Identity, wanted: &mut Wanted) {
        let reads = {
            let site = self.site();
            match &by.caller().who {
                Who::Person(person) => site
                    .person(person)
                    .is_some_and(|known| known.employer != Employer::Custodian),
                Who::LocalOperator { .. } | Who::Invitee(_) | Who::Kit | Who::Gateway => false,
            }
        };
        for word in &mut wanted.words {
            word.texts.clear();
            if !reads {
                continue;
            }
            match self.store.commitments_with(&word.text, MOST_TEXTS) {
                Ok(texts) => word.texts = texts,
                Err(cause) => tracing::error!(%cause, "personal texts cannot be searched"),
            }
        }
    }

    fn of_the_hospital(&self, by: &Identity) -> bool {
        let site = self.site();
        match &by.caller().who {
            Who::Person(person) => site
                .person(person)
                .is_some_and(|known| known.employer == Employer::Hospital),
            Who::LocalOperator { .. } | Who::Invitee(_) | Who::Kit | Who::Gateway => false,
        }
    }
}
