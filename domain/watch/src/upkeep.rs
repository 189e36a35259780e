//! The site itself: whether its recordings are whole.

use std::time::Duration;

use access::{EndReason, Entry, Event, Site};
use ids::{SessionId, Timestamp};

use crate::bounded::Bounded;
use crate::rule::Rule;
use crate::watch::{Concerned, Found};

/// The last part of a recording is sealed when its session is closed, or when the gateway starts again; it never takes so long.
const SEALED_WITHIN: Duration = Duration::from_secs(3600);
/// Sessions whose recordings are followed.
const MOST_SESSIONS: usize = 4_096;

/// What is remembered of recordings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Upkeep {
    segments: Bounded<SessionId, Option<Segments>, MOST_SESSIONS>,
    /// Sessions that are closed, and whose last segment is not there: since when.
    awaited: Bounded<SessionId, Option<Timestamp>, MOST_SESSIONS>,
    started: Option<Timestamp>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Segments {
    number: u32,
    frames: u64,
    last: bool,
}

impl Upkeep {
    pub(crate) fn started(&mut self, at: Timestamp) {
        self.started = Some(at);
    }

    pub(crate) fn segment(&mut self, site: &Site, entry: &Entry, found: &mut Vec<Found>) {
        let Event::SegmentSealed {
            session,
            number,
            frames,
            last,
            ..
        } = &entry.event
        else {
            return;
        };
        let now = Segments {
            number: *number,
            frames: *frames,
            last: *last,
        };
        let before = self.segments.touch(session.clone()).replace(now);
        // Of a session that was forgotten the first that is heard of again is taken as it is.
        let follows = before.is_none_or(|before| {
            !before.last
                && before.number.checked_add(1) == Some(now.number)
                && before.frames <= now.frames
        });
        if !follows {
            found.push(shortened(site, session));
        }
        if *last {
            self.awaited.forget(session);
        }
    }

    pub(crate) fn closed(&mut self, site: &Site, entry: &Entry, found: &mut Vec<Found>) {
        let Event::SessionClosed {
            session,
            reason,
            sent,
            received,
            ..
        } = &entry.event
        else {
            return;
        };
        if *reason == EndReason::RecorderFailed {
            found.push(shortened(site, session));
        }
        let segments = self.segments.known(session).copied().flatten();
        let passed = sent.saturating_add(*received) > 0;
        if passed && !segments.is_some_and(|segments| segments.last) {
            *self.awaited.touch(session.clone()) = Some(entry.at);
        }
    }

    /// Recordings whose end did not come.
    pub(crate) fn missing(&mut self, site: &Site, now: Timestamp, found: &mut Vec<Found>) {
        let begun = self.started;
        let late = |closed: Timestamp| now.since(begun.map_or(closed, |at| at.max(closed)));
        let awaited = self.awaited.iter();
        let missing: Vec<SessionId> = awaited
            .filter(|(_, closed)| closed.is_some_and(|closed| late(closed) > SEALED_WITHIN))
            .map(|(session, _)| session.clone())
            .collect();
        for session in missing {
            self.awaited.forget(&session);
            found.push(shortened(site, &session));
        }
    }

    pub(crate) fn remembered(&self) -> usize {
        self.segments.len() + self.awaited.len()
    }
}

fn shortened(site: &Site, session: &SessionId) -> Found {
    Found {
        of: Concerned::of_session(site, session),
        ..Found::of(Rule::RecordingShortened)
    }
}
