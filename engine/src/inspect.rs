//! What a week was, for whoever inspects the log: read from the ledger, from where the last inspection ended.
//!
//! Nothing is kept of it. Two readers of the same entries see the same, the sample too: it is chosen by the ledger's own
//! root at its end, which nobody knows before, and everybody can choose again afterwards.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use access::{AlertVerdict, Command, Entry, Event, Reason, Refusal};
use ids::{Commitment, TargetId, Timestamp, VisitId};
use login::Identity;
use watch::Rule;

use crate::evidence::broken;
use crate::live::lock;
use crate::{Engine, Task};

/// Visits whose recordings are to be looked at.
const SAMPLED: usize = 5;

/// What a week was.
#[derive(Debug, Default)]
pub struct Week {
    /// The first entry.
    pub from: u64,
    /// The end, which is not among them.
    pub until: u64,
    /// When the first and the last of them were entered.
    pub time: Option<(Timestamp, Timestamp)>,
    /// Sessions by target, and how many visits that were.
    pub visited: BTreeMap<TargetId, u64>,
    /// What was refused: the reason's name, and how often.
    pub refused: BTreeMap<String, u64>,
    /// Connections and sign-ins of nobody known.
    pub strangers: (u64, u64),
    /// Alerts by rule, and how often each was raised.
    pub alerts: BTreeMap<String, u64>,
    /// What was seen in the logs of other devices: the rule, and in how many of them or on how many days.
    pub other_logs: BTreeMap<String, u64>,
    /// What alerts were found to be.
    pub judged: BTreeMap<&'static str, u64>,
    /// What changed: the kind of entry, and how often.
    pub changed: BTreeMap<&'static str, u64>,
    /// The visits of which somebody looks at the recording.
    pub sampled: Vec<VisitId>,
    /// What should have happened and did not.
    pub missing: Vec<Task>,
}

/// The kinds of entries that are no change of who may do what, or are told otherwise here.
const NO_CHANGE: &[&str] = &[
    "alert_raised",
    "alert_settled",
    "approval_given",
    "approval_granted",
    "attendance_began",
    "attendance_ended",
    "channel_opened",
    "command_refused",
    "engineer_told",
    "file_handed_over",
    "file_judged",
    "file_refused",
    "file_released",
    "foreign_log_found",
    "foreign_log_sealed",
    "gateway_started",
    "gateway_stopped",
    "ledger_exported",
    "ledger_verified",
    "notice_delivered",
    "notice_seen",
    "receipt_issued",
    "recording_viewed",
    "recordings_sealed",
    "report_filed",
    "request_refused",
    "request_unanswered",
    "request_withdrawn",
    "secret_rotation_begun",
    "secret_rotation_ended",
    "secrets_checked",
    "segment_sealed",
    "session_closed",
    "session_continued",
    "session_ended",
    "session_opened",
    "session_paused",
    "sign_in_locked",
    "signed_in",
    "signed_out",
    "strangers_turned_away",
    "viewed",
    "visit_account_begun",
    "visit_account_ended",
    "visit_requested",
    "visit_reviewed",
];

impl Week {
    fn see(&mut self, entry: &Entry, visits: &mut BTreeSet<VisitId>) {
        let (first, _) = self.time.unwrap_or((entry.at, entry.at));
        self.time = Some((first, entry.at));
        let kind = entry.event.kind();
        if !NO_CHANGE.contains(&kind) {
            add(&mut self.changed, kind, 1);
        }
        #[expect(
            clippy::wildcard_enum_match_arm,
            reason = "every other kind is a change and was counted, or says nothing to who inspects"
        )]
        match &entry.event {
            Event::SessionOpened { target, .. } => add(&mut self.visited, target.clone(), 1),
            Event::SessionClosed { visit, .. } => {
                visits.insert(visit.clone());
            }
            Event::CommandRefused { reasons, times, .. } => {
                for reason in reasons {
                    let reason = Reason::id(reason).to_owned();
                    add(&mut self.refused, reason, u64::from(*times));
                }
            }
            Event::StrangersTurnedAway {
                connections,
                sign_ins,
            } => {
                let (all, failed) = &mut self.strangers;
                *all = all.saturating_add(*connections);
                *failed = failed.saturating_add(*sign_ins);
            }
            Event::ForeignLogFound { found, .. } if Rule::of(&found.rule).is_some() => {
                add(&mut self.other_logs, found.rule.clone(), 1);
            }
            Event::AlertRaised { rule, .. } => add(&mut self.alerts, rule.clone(), 1),
            Event::AlertSettled { verdict, .. } => {
                add(&mut self.judged, AlertVerdict::id(*verdict), 1);
            }
            _ => {}
        }
    }
}

fn add<K: Ord>(counts: &mut BTreeMap<K, u64>, key: K, times: u64) {
    let count = counts.entry(key).or_default();
    *count = count.saturating_add(times);
}

/// The visits that are looked at: those whose digest with the root comes first.
fn sample(mut visits: Vec<VisitId>, root: &[u8]) -> Vec<VisitId> {
    let place = |visit: &VisitId| {
        let chosen = [root, visit.to_string().as_bytes()].concat();
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &chosen);
        digest.as_ref().to_vec()
    };
    visits.sort_by_cached_key(place);
    visits.truncate(SAMPLED);
    visits
}

impl Engine {
    /// What the ledger says since the last inspection, up to an entry, or up to the newest that is signed. Reads it; not for a
    /// thread that others wait for.
    ///
    /// # Errors
    /// If it cannot be read; if nothing that was inspected or is signed ends there.
    pub fn week(&self, until: Option<u64>) -> Result<Week, Refusal> {
        // One reader at a time: it is a whole week that is read.
        let _alone = lock(&self.inner.inspecting);
        let from = self.inner.site().inspected_until();
        let signed = self.last_checkpoint()?.checkpoint.size;
        let until = until.unwrap_or(signed);
        if until < from || until > signed {
            return Err(Refusal {
                reasons: vec![Reason::NotFound],
            });
        }
        let root = self.inner.store.root_at(until);
        let root = root.map_err(|cause| broken(&cause))?;
        let mut week = Week {
            from,
            until,
            missing: self.tasks(),
            ..Week::default()
        };
        let mut visits = BTreeSet::new();
        let read = self.inner.store.read_from(from, &mut |number, bytes| {
            if number >= until {
                return ControlFlow::Break(None);
            }
            match Entry::from_slice(bytes) {
                Ok(entry) => week.see(&entry, &mut visits),
                Err(cause) => return ControlFlow::Break(Some(cause)),
            }
            ControlFlow::Continue(())
        });
        match read {
            Ok(ControlFlow::Continue(()) | ControlFlow::Break(None)) => {}
            Ok(ControlFlow::Break(Some(cause))) => return Err(broken(&cause)),
            Err(cause) => return Err(broken(&cause)),
        }
        week.sampled = sample(visits.into_iter().collect(), &root.0);
        Ok(week)
    }

    /// Signs for a week: that everything of it was looked at.
    ///
    /// # Errors
    /// Every reason why not.
    pub async fn inspect_log(
        &self,
        by: &Identity,
        week: &Week,
        said: Commitment,
    ) -> Result<(), Refusal> {
        let command = Command::InspectLog {
            until: week.until,
            sampled: week.sampled.clone(),
            said,
        };
        self.submit(by, command).await.map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_is_five_visits_that_follow_from_the_root_alone() {
        let site = "handa".parse().unwrap();
        let visits: Vec<VisitId> = (1..=40).map(|number| VisitId::new(&site, number)).collect();
        let mut turned = visits.clone();
        turned.reverse();
        let chosen = sample(visits.clone(), &[7; 32]);
        assert_eq!(chosen.len(), SAMPLED);
        assert_eq!(chosen, sample(turned, &[7; 32]));
        assert_ne!(chosen, sample(visits.clone(), &[8; 32]), "another root");
        assert_eq!(sample(visits[..3].to_vec(), &[7; 32]).len(), 3);
    }

    #[test]
    fn what_is_left_out_of_the_changes_are_kinds_that_there_are() {
        for kind in NO_CHANGE {
            assert!(Event::KINDS.contains(kind), "{kind}");
        }
    }
}
