//! What is opened inside a session: every channel and every file comes through this one door
//! (invariant 1, lesson L9).

use ids::SessionId;

use super::asking::{Asking, Reasons};
use super::{Decided, Outcome};
use crate::event::Event;
use crate::limits::{self, MOST_FILES_PASSED};
use crate::reason::{Reason, Refusal};
use crate::site::{Session, Visit};
use crate::terms::{ChannelAsk, EndReason, Files, Handover, SshTerms};

impl Asking<'_> {
    pub(super) fn open_channel(
        &self,
        session: SessionId,
        ask: &ChannelAsk,
    ) -> Result<Decided, Refusal> {
        let mut why = Reasons::default();
        let engineer = self.engineer(&mut why);
        let own = self.site.sessions.get(&session).filter(|session| {
            engineer.is_some_and(|(person, _)| person.id == session.person)
                && self.caller.device.as_ref() == Some(&session.device)
                && session.is_live()
        });
        let Some(own) = why.need(own, Reason::NotFound) else {
            return Err(why.refusal());
        };
        self.goes_on(own, &mut why);
        why.unless(self.site.frozen(own).is_none(), Reason::SessionFrozen);
        let opens = ask.opens_a_channel();
        if opens {
            let opened = usize::try_from(own.channels).unwrap_or(usize::MAX);
            why.limit(opened + 1, limits::MOST_CHANNELS, "channels");
        }
        let bytes_left = self.allowed(own, ask, &mut why);
        why.settle()?;
        let opened = Event::ChannelOpened {
            session,
            visit: own.visit.clone(),
            channel: ask.id().to_owned(),
        };
        Ok(Decided {
            events: opens.then_some(opened).into_iter().collect(),
            outcome: Outcome::Channel { bytes_left },
        })
    }

    /// Whether the session's terms hold now: its time may be over before its end is entered.
    fn goes_on(&self, session: &Session, why: &mut Reasons) {
        let Err(ended) = self.site.still_permitted(&session.id, self.now) else {
            return;
        };
        let grant = self.site.grants.get(&session.grant);
        let until = grant.map_or(self.now, |grant| self.site.effective_until(grant));
        let reason = if ended == EndReason::Deadline {
            Reason::TooLate { until }
        } else if ended == EndReason::AttendantMissing {
            Reason::SessionFrozen
        } else {
            Reason::NotFound
        };
        why.no(reason);
    }

    /// What the terms say; bytes that may still pass: of files, or out of a database or a web console.
    fn allowed(&self, session: &Session, ask: &ChannelAsk, why: &mut Reasons) -> u64 {
        if let ChannelAsk::Database { name } = ask {
            return self.database_allowed(session, name, why);
        }
        if let ChannelAsk::Web | ChannelAsk::WebRequest { .. } | ChannelAsk::WebLine = ask {
            return self.web_allowed(session, ask, why);
        }
        if *ask == ChannelAsk::Desktop {
            return self.desktop_allowed(session, why);
        }
        let refused = || Reason::ChannelNotGranted {
            channel: ask.id().to_owned(),
        };
        let grant = self.site.grants.get(&session.grant);
        let Some(terms) = why.need(grant.and_then(|grant| grant.terms.ssh.as_ref()), refused())
        else {
            return 0;
        };
        let any_file = terms.upload != Files::No || terms.download != Files::No;
        match ask {
            ChannelAsk::Shell => why.unless(terms.shell, refused()),
            ChannelAsk::Exec => why.unless(terms.exec, refused()),
            ChannelAsk::Sftp => why.unless(any_file, refused()),
            ChannelAsk::Scp(direction) => {
                why.unless(*terms.files(*direction) != Files::No, refused());
            }
            ChannelAsk::File { direction, path } => {
                let visit = self.site.visits.get(&session.visit);
                return file(terms, *direction, path, visit, refused(), why);
            }
            ChannelAsk::Change { path } => within(&terms.upload, path, refused(), why),
            ChannelAsk::Move { from, to } => moved(terms, from, to, refused(), why),
            ChannelAsk::Look { path } => {
                let seen = [&terms.upload, &terms.download]
                    .into_iter()
                    .any(|files| matches!(files, Files::Yes { paths, .. } if paths.allow(path)));
                why.unless(any_file, refused());
                why.unless(!any_file || seen, Reason::PathNotGranted);
            }
            ChannelAsk::Database { .. }
            | ChannelAsk::Web
            | ChannelAsk::WebRequest { .. }
            | ChannelAsk::WebLine
            | ChannelAsk::Desktop
            | ChannelAsk::DirectTcp
            | ChannelAsk::RemoteTcp
            | ChannelAsk::StreamLocal
            | ChannelAsk::Agent
            | ChannelAsk::X11
            | ChannelAsk::Subsystem
            | ChannelAsk::Unknown => why.no(refused()),
        }
        0
    }
}

/// A file's content: its way, its place, and the bytes that are left of the visit's allowance.
fn file(
    terms: &SshTerms,
    direction: Handover,
    path: &str,
    visit: Option<&Visit>,
    refused: Reason,
    why: &mut Reasons,
) -> u64 {
    let files = terms.files(direction);
    within(files, path, refused, why);
    let Files::Yes { most_bytes, .. } = files else {
        return 0;
    };
    let passed = visit.map_or(0, |visit| visit.files_passed(direction));
    let left = most_bytes.saturating_sub(passed);
    let one_more = visit.is_none_or(|visit| visit.files < MOST_FILES_PASSED);
    why.unless(left > 0 && one_more, Reason::FilesUsedUp);
    left
}

/// Content gets another name. Both places are changed; and if the new one may lie in a folder of
/// downloads, the content must be one that may be downloaded where it is.
fn moved(terms: &SshTerms, from: &str, to: &str, refused: Reason, why: &mut Reasons) {
    let Files::Yes { paths, .. } = &terms.upload else {
        return why.no(refused);
    };
    let gives_away = match &terms.download {
        Files::No => false,
        Files::Yes { paths, .. } => paths.touch(to) && !paths.allow(from),
    };
    let allowed = paths.allow(from) && paths.allow(to) && !gives_away;
    why.unless(allowed, Reason::PathNotGranted);
}

fn within(files: &Files, path: &str, refused: Reason, why: &mut Reasons) {
    match files {
        Files::No => why.no(refused),
        Files::Yes { paths, .. } => why.unless(paths.allow(path), Reason::PathNotGranted),
    }
}

impl ChannelAsk {
    /// Whether it is a channel of its own, and not something inside one.
    fn opens_a_channel(&self) -> bool {
        match self {
            Self::Shell
            | Self::Exec
            | Self::Sftp
            | Self::Scp(_)
            | Self::Database { .. }
            | Self::Web
            | Self::WebLine
            | Self::Desktop => true,
            Self::File { .. }
            | Self::WebRequest { .. }
            | Self::Change { .. }
            | Self::Move { .. }
            | Self::Look { .. }
            | Self::DirectTcp
            | Self::RemoteTcp
            | Self::StreamLocal
            | Self::Agent
            | Self::X11
            | Self::Subsystem
            | Self::Unknown => false,
        }
    }
}
