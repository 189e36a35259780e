//! The commands in recordings, as far as they are read: kept in memory, in the clear nowhere else.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use access::search::Wanted;
use access::{EndReason, Protocol, RecordingPolicy, Session, Site};
use ids::{SessionId, Timestamp};
use recording::{Ending, Indexer};

use super::FoundCommand;
use crate::live::lock;
use crate::{Engine, Inner};

/// Commands that one answer tells.
const MOST_FOUND: usize = 50;
/// Bytes of recordings that a question reads itself; the rest is read behind it.
const AT_ONCE: u64 = 4 << 20;
/// A larger recording is not read for its commands: its own index is.
const LARGEST: u64 = 64 << 20;
/// Bytes of commands that are kept in memory; the recordings after that stay unread.
const MOST_KEPT: usize = 64 << 20;

/// When, in which channel, what.
type Given = (Timestamp, u32, String);

/// What was read.
#[derive(Default)]
pub(crate) struct Commands {
    read: Mutex<Read>,
    /// Whether somebody reads on.
    reading: AtomicBool,
}

#[derive(Default)]
struct Read {
    sessions: BTreeMap<SessionId, Arc<Vec<Given>>>,
    bytes: usize,
}

impl Engine {
    /// The commands with all these words, and how many recordings are not read.
    pub(super) fn commands_with(&self, wanted: &Wanted) -> (Vec<FoundCommand>, u64) {
        let words: Vec<&str> = wanted.words.iter().map(|word| word.text.as_str()).collect();
        if words.is_empty() || wanted.kinds.is_some() {
            return (Vec::new(), 0);
        }
        let sessions = self.inner.sessions_with_commands(wanted);
        self.inner.read_commands(&sessions, AT_ONCE);
        let (found, unread) = self.inner.searched.commands.with(&sessions, &words, wanted);
        if unread > 0 {
            self.read_on(sessions);
        }
        (found, unread)
    }

    /// Reads the rest behind the question, one reader at a time.
    fn read_on(&self, sessions: Vec<SessionId>) {
        let commands = &self.inner.searched.commands;
        if commands.reading.swap(true, Ordering::SeqCst) {
            return;
        }
        let engine = self.clone();
        tokio::task::spawn_blocking(move || {
            engine.inner.read_commands(&sessions, u64::MAX);
            let commands = &engine.inner.searched.commands;
            commands.reading.store(false, Ordering::SeqCst);
        });
    }
}

impl Inner {
    /// The sessions whose recordings have commands and are asked for, the newest first.
    fn sessions_with_commands(&self, wanted: &Wanted) -> Vec<SessionId> {
        let site = self.site();
        let mut sessions: Vec<SessionId> = site
            .sessions()
            .filter(|session| has_commands(&site, session) && fits(&site, session, wanted))
            .map(|session| session.id.clone())
            .collect();
        sessions.reverse();
        sessions
    }

    /// Reads those that were not read, up to so many bytes of recordings.
    fn read_commands(&self, sessions: &[SessionId], most: u64) {
        let mut left = most;
        let mut settled = false;
        for session in sessions {
            if self.stopping.load(Ordering::SeqCst) || self.searched.commands.is_full() {
                return;
            }
            if self.searched.commands.has(session) {
                continue;
            }
            // What a session said last is packed a moment after its end: then it is whole.
            if !self.is_whole(session) && !std::mem::replace(&mut settled, true) {
                self.settle_recordings();
            }
            let bytes = self.bytes_on_disk(session);
            if bytes > LARGEST || !self.is_whole(session) {
                continue;
            }
            let Some(rest) = left.checked_sub(bytes) else {
                return;
            };
            left = rest;
            self.searched
                .commands
                .keep(session, self.commands_of(session));
        }
    }

    /// Whether the last segment of a recording is sealed.
    fn is_whole(&self, session: &SessionId) -> bool {
        let segments = self.segments_of(session);
        segments
            .iter()
            .any(|segment| segment.ending != Ending::Open)
    }

    fn commands_of(&self, session: &SessionId) -> Vec<Given> {
        let mut indexer = Indexer::new();
        let read = self.read_recording(session, &mut |header, content| {
            indexer.see(header.at, &content);
        });
        if let Err(cause) = read {
            // What was read before is sound; that it does not verify is said where it is looked at.
            tracing::warn!(%cause, %session, "a recording was not searched to its end");
        }
        let channels = indexer.finish().channels.into_iter();
        let given = channels.flat_map(|story| {
            let channel = story.channel;
            let commands = story.commands.into_iter();
            commands.map(move |command| (command.at, channel, command.text))
        });
        given.collect()
    }
}

impl Commands {
    fn has(&self, session: &SessionId) -> bool {
        lock(&self.read).sessions.contains_key(session)
    }

    fn is_full(&self) -> bool {
        lock(&self.read).bytes >= MOST_KEPT
    }

    fn keep(&self, session: &SessionId, given: Vec<Given>) {
        let mut read = lock(&self.read);
        read.bytes += given
            .iter()
            .map(|(_, _, text)| text.len() + 64)
            .sum::<usize>();
        read.sessions.insert(session.clone(), Arc::new(given));
    }

    fn with(
        &self,
        sessions: &[SessionId],
        words: &[&str],
        wanted: &Wanted,
    ) -> (Vec<FoundCommand>, u64) {
        let (mut found, mut unread) = (Vec::new(), 0);
        for session in sessions {
            let given = lock(&self.read).sessions.get(session).cloned();
            let Some(given) = given else {
                unread += 1;
                continue;
            };
            for (at, channel, text) in given.iter().rev() {
                let lower = text.to_lowercase();
                let fits = words.iter().all(|word| lower.contains(word))
                    && wanted.from.is_none_or(|from| from <= *at)
                    && wanted.until.is_none_or(|until| *at < until);
                if fits && found.len() < MOST_FOUND {
                    found.push(FoundCommand {
                        session: session.clone(),
                        channel: *channel,
                        at: *at,
                        text: text.clone(),
                    });
                }
            }
        }
        (found, unread)
    }
}

/// A session of which it is understood what was done, that is over and recorded.
fn has_commands(site: &Site, session: &Session) -> bool {
    let terms = site.grant(&session.grant).map(|grant| &grant.terms);
    session.closed.is_some()
        && session.ended != Some(EndReason::Interrupted)
        && terms.is_some_and(|terms| {
            terms.protocol != Protocol::Tcp && terms.recording == RecordingPolicy::Payload
        })
}

fn fits(site: &Site, session: &Session, wanted: &Wanted) -> bool {
    let vendor = site.visit(&session.visit).map(|visit| &visit.vendor);
    let is = |wanted: &Option<_>, found| wanted.as_ref().is_none_or(|wanted| wanted == found);
    wanted
        .person
        .as_ref()
        .is_none_or(|id| *id == session.person)
        && wanted
            .target
            .as_ref()
            .is_none_or(|id| *id == session.target)
        && is(&wanted.visit, &session.visit)
        && wanted.vendor.as_ref().is_none_or(|id| Some(id) == vendor)
        && session
            .closed
            .is_none_or(|(at, _, _)| wanted.from.is_none_or(|from| from <= at))
        && wanted.until.is_none_or(|until| session.opened < until)
}
