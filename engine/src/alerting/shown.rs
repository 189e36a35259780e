//! What sessions have shown and nobody looked at yet.

use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex};
use std::time::Duration;

use ids::{SessionId, Timestamp};

use crate::live::lock;

/// Commands of one session that wait: nobody types so many in the time of one look, and they stand in the recording. What one
/// session shows takes no room from another.
const MOST_COMMANDS: usize = 512;

/// The same with those that are taken beyond it because they are signs of something.
const MOST_SIGNS: usize = 2 * MOST_COMMANDS;

/// Lists of patients of one session that wait.
const MOST_PATIENTS: usize = 64;

/// What waits to be looked at.
#[derive(Default)]
pub(crate) struct Alerting {
    sessions: Mutex<BTreeMap<SessionId, Shown>>,
    woken: Condvar,
}

/// What one session showed.
#[derive(Default)]
pub(super) struct Shown {
    pub(super) commands: Vec<(Timestamp, String)>,
    pub(super) rows: Option<(Timestamp, u64)>,
    pub(super) patients: Vec<Patients>,
    /// What came after that was full.
    pub(super) lost: u64,
}

/// Numbers of patients that came out.
pub(super) struct Patients {
    pub(super) at: Timestamp,
    pub(super) numbers: Vec<String>,
    pub(super) all: bool,
}

impl Shown {
    /// Whoever pastes a thousand harmless lines before the one that matters gains nothing: once it is full, a line that is a sign
    /// of something is still taken.
    pub(super) fn command(&mut self, at: Timestamp, line: String) {
        let waiting = self.commands.len();
        let full = waiting >= MOST_COMMANDS;
        if !full || waiting < MOST_SIGNS && !watch::commands::signs(&line).is_empty() {
            self.commands.push((at, line));
        } else {
            self.lost = self.lost.saturating_add(1);
        }
    }

    /// Rows are counted, not listed.
    pub(super) fn rows(&mut self, at: Timestamp, rows: u64) {
        let (_, before) = self.rows.unwrap_or((at, 0));
        self.rows = Some((at, before.saturating_add(rows)));
    }

    pub(super) fn patients(&mut self, patients: Patients) {
        if self.patients.len() < MOST_PATIENTS {
            self.patients.push(patients);
        } else {
            self.lost = self.lost.saturating_add(1);
        }
    }
}

impl Alerting {
    /// A session shows something; nobody waits for what becomes of it.
    pub(super) fn of(&self, session: &SessionId, show: impl FnOnce(&mut Shown)) {
        show(lock(&self.sessions).entry(session.clone()).or_default());
        self.woken.notify_one();
    }

    /// Waits until something is shown, or for so long.
    pub(super) fn wait(&self, longest: Duration) -> BTreeMap<SessionId, Shown> {
        let shown = lock(&self.sessions);
        let waited = self
            .woken
            .wait_timeout_while(shown, longest, |shown| shown.is_empty());
        match waited {
            Ok((mut shown, _)) => std::mem::take(&mut *shown),
            Err(poisoned) => std::mem::take(&mut *poisoned.into_inner().0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_session_floods_takes_no_room_from_another_and_is_counted() {
        let alerting = Alerting::default();
        let site = "handa".parse().unwrap();
        let (loud, quiet) = (SessionId::new(&site, 1), SessionId::new(&site, 2));
        let at = Timestamp::from_seconds(1_000_000);
        for number in 0..2_000 {
            alerting.of(&loud, |shown| shown.command(at, format!("echo {number}")));
            alerting.of(&loud, |shown| shown.rows(at, 10));
        }
        alerting.of(&quiet, |shown| {
            shown.command(at, "wevtutil cl System".into())
        });
        let shown = alerting.wait(Duration::ZERO);
        let loud = &shown[&loud];
        assert_eq!(
            (loud.commands.len(), loud.lost),
            (MOST_COMMANDS, 2_000 - 512)
        );
        assert_eq!(loud.rows, Some((at, 20_000)));
        assert_eq!(shown[&quiet].commands.len(), 1);
        assert!(alerting.wait(Duration::ZERO).is_empty(), "it is taken once");
    }

    #[test]
    fn what_stands_behind_a_flood_of_harmless_lines_is_looked_at() {
        let mut shown = Shown::default();
        let at = Timestamp::from_seconds(1_000_000);
        for _ in 0..5_000 {
            shown.command(at, "true".into());
        }
        shown.command(at, "vssadmin delete shadows /all".into());
        let (_, last) = shown.commands.last().unwrap();
        assert_eq!(last, "vssadmin delete shadows /all");
        for _ in 0..5_000 {
            shown.command(at, "history -c".into());
        }
        assert_eq!(shown.commands.len(), MOST_SIGNS);
    }
}
