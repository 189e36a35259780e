//! What the target answers.

use ids::Timestamp;

use super::{Ended, Expected, How, Outcome, Portal, Run, Told, Tracker};
use crate::postgres::back::{Failure, tag};
use crate::postgres::back_kind as kind;

/// Tags of one text that are kept.
const MOST_TAGS: usize = 16;

impl Tracker {
    /// A message comes from the target: its kind, and the beginning of its body.
    pub fn answered(&mut self, message: u8, body: &[u8], now: Timestamp) {
        match message {
            kind::COMPLETE | kind::EMPTY => {
                let tag = if message == kind::COMPLETE {
                    tag(body)
                } else {
                    String::new()
                };
                self.completed(tag, now);
            }
            kind::SUSPENDED => self.executed(Outcome::Suspended, now),
            kind::ERROR => self.failed(Failure::read(body), now),
            kind::READY => self.ready(now),
            kind::PARSED => {
                if let Some(Expected::Parse { name, text }) =
                    self.pop_if(|front| matches!(front, Expected::Parse { .. }))
                {
                    self.reshaped(&name);
                    self.prepared.set(name, text);
                }
            }
            kind::BOUND => {
                if let Some(Expected::Bind { name, portal }) =
                    self.pop_if(|front| matches!(front, Expected::Bind { .. }))
                {
                    self.shaped(&name, &portal);
                    self.portals.set(name, portal);
                }
            }
            kind::COLUMNS | kind::NO_DATA => {
                let asked = match self.pop_if(|front| matches!(front, Expected::Describe(..))) {
                    Some(Expected::Describe(statement, name)) => Some((statement, name)),
                    _ => None,
                };
                self.seen(asked.as_ref(), message, body);
            }
            kind::CLOSED => match self.pop_if(|front| matches!(front, Expected::Close { .. })) {
                Some(Expected::Close { statement, name }) if statement => {
                    self.prepared.forget(&name);
                }
                Some(Expected::Close { name, .. }) => self.portals.forget(&name),
                _ => {}
            },
            kind::ROW => self.row(body),
            kind::COPY_IN => {
                if let Some(run) = self.running() {
                    run.copying = true;
                }
            }
            _ => {}
        }
    }

    /// A row, or a piece of a copy, comes from the target.
    pub fn came_out(&mut self, bytes: u64) {
        if let Some(run) = self.running() {
            run.ended.rows = run.ended.rows.saturating_add(1);
            run.ended.bytes_out = run.ended.bytes_out.saturating_add(bytes);
        }
    }

    fn completed(&mut self, tag: String, now: Timestamp) {
        if let Some(run) = self.running()
            && run.ended.tags.len() < MOST_TAGS
        {
            run.copying = false;
            run.watch.shape = None;
            run.ended.tags.push(tag);
        }
        self.executed(Outcome::Done, now);
    }

    /// A portal is done; a text is done when the server is ready.
    fn executed(&mut self, outcome: Outcome, now: Timestamp) {
        if matches!(self.expected.front(), Some(Expected::Execute(_)))
            && let Some(Expected::Execute(run)) = self.expected.pop_front()
        {
            self.end(run, Some(outcome), now);
        }
    }

    fn pop_if(&mut self, fits: impl Fn(&Expected) -> bool) -> Option<Expected> {
        let fits = self.expected.front().is_some_and(fits);
        if fits {
            self.expected.pop_front()
        } else {
            None
        }
    }

    fn failed(&mut self, failure: Failure, now: Timestamp) {
        match self.expected.front_mut() {
            Some(Expected::Query(run) | Expected::Call(run)) => {
                run.ended.outcome = Outcome::Failed(failure);
            }
            // What is only committed at the end of a series fails there; nobody asked, nothing runs.
            Some(Expected::Sync) | None => self.told.push(Told::Said(failure)),
            Some(
                Expected::Parse { .. }
                | Expected::Bind { .. }
                | Expected::Describe(..)
                | Expected::Execute(_)
                | Expected::Close { .. },
            ) => self.series_failed(failure, now),
        }
    }

    /// Everything up to the end of the series is not done. The failure belongs to the first statement that
    /// was to run, or to the one that could not be prepared.
    fn series_failed(&mut self, failure: Failure, now: Timestamp) {
        let mut failure = Some(failure);
        let mut prepared = None;
        loop {
            match self.expected.pop_front() {
                Some(Expected::Sync) => {
                    self.expected.push_front(Expected::Sync);
                    break;
                }
                Some(Expected::Execute(run) | Expected::Query(run) | Expected::Call(run)) => {
                    let outcome = failure.take().map_or(Outcome::Skipped, Outcome::Failed);
                    self.end(run, Some(outcome), now);
                }
                Some(Expected::Parse { text, .. }) => {
                    prepared.get_or_insert(text);
                }
                Some(Expected::Bind { .. } | Expected::Describe(..) | Expected::Close { .. }) => {}
                None => {
                    self.skipping = true;
                    break;
                }
            }
        }
        let Some(failure) = failure else {
            return;
        };
        let Some(text) = prepared else {
            self.told.push(Told::Said(failure));
            return;
        };
        let portal = Portal {
            text,
            ..Portal::default()
        };
        let number = self.begin(How::Prepared, portal);
        let mut ended = Ended::of(number);
        ended.outcome = Outcome::Failed(failure);
        self.told.push(Told::Ended(ended));
    }

    /// The server waits for the next: everything up to what it is ready after is answered.
    fn ready(&mut self, now: Timestamp) {
        while let Some(expected) = self.expected.pop_front() {
            match expected {
                Expected::Query(run) | Expected::Call(run) => {
                    self.end(run, None, now);
                    return;
                }
                Expected::Sync => return,
                // Out of turn: it was never answered.
                Expected::Execute(run) => self.end_unanswered(run, now),
                Expected::Parse { .. }
                | Expected::Bind { .. }
                | Expected::Describe(..)
                | Expected::Close { .. } => {}
            }
        }
    }

    fn end_unanswered(&mut self, run: Run, now: Timestamp) {
        self.end(run, Some(Outcome::Unfinished), now);
    }
}
