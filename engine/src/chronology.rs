//! The chronology of an incident (経時活動記録): what stands in the ledger of its time, and what people noted, in the order in
//! which it happened.
//!
//! Nothing is kept of it beside the ledger, the texts and the photos: it is read when somebody looks. After a crash it is what it was.

use std::ops::ControlFlow;
use std::time::Duration;

use access::response::TakenStep;
use access::{Entry, Event, Incident, IncidentNote, Reason, Refusal, Who};
use ids::{Commitment, Digest, Timestamp, VisitId};

use crate::Engine;
use crate::evidence::broken;

/// What stands in the ledger so long before an incident belongs to it: how whoever is inside came in.
const BEFORE: Duration = Duration::from_secs(60 * 60);

/// Entries that are looked at for that.
const LOOKED_AT_BEFORE: u64 = 5_000;

/// Rows of a chronology; an incident of weeks has fewer.
const MOST_ROWS: usize = 10_000;

/// Kinds of entries that say something of an incident; what people do every day is not among them.
const OF_INTEREST: &[&str] = &[
    "alert_raised",
    "alert_settled",
    "approval_granted",
    "clock_doubted",
    "console_closed",
    "console_opened",
    "decoy_touched",
    "device_confirmed",
    "emergency_opened",
    "envelope_seen",
    "file_handed_over",
    "foreign_log_found",
    "gateway_started",
    "gateway_stopped",
    "grant_withdrawn",
    "incident_begun",
    "incident_closed",
    "isolated",
    "isolated_one",
    "ledger_exported",
    "ledger_resumed",
    "lift_agreed",
    "lift_delay_started",
    "lift_one_agreed",
    "lifted",
    "lifted_one",
    "passkey_added",
    "person_joined",
    "resumed",
    "secret_compromised",
    "secret_rotation_begun",
    "secret_rotation_ended",
    "session_closed",
    "session_continued",
    "session_ended",
    "session_opened",
    "session_paused",
    "sign_in_locked",
    "sources_changed",
    "suspended",
    "target_pinned",
    "witness_disagreed",
];

/// A row of a chronology.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChronologyRow {
    /// Its place in the ledger.
    pub entry: u64,
    /// When it happened.
    pub happened: Timestamp,
    /// When it was entered.
    pub entered: Timestamp,
    /// Who did or noted it.
    pub by: Who,
    /// The kind of the entry.
    pub kind: &'static str,
    /// The visit that it is about.
    pub visit: Option<VisitId>,
    /// What somebody noted, with the note's number from 1.
    pub note: Option<(u32, IncidentNote)>,
    /// Why it was done, where the entry says so.
    pub why: Option<Commitment>,
    /// The step that somebody took, with its number from 1.
    pub step: Option<(u32, TakenStep)>,
}

/// A chronology.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chronology {
    /// The incident.
    pub incident: Incident,
    /// By the time at which they happened.
    pub rows: Vec<ChronologyRow>,
    /// There is more than fits.
    pub cut: bool,
}

/// An entry of a chronology with what proves it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proved {
    /// Its place in the ledger.
    pub entry: u64,
    /// Its bytes: what is hashed into the tree.
    pub bytes: Vec<u8>,
    /// The inclusion proof (RFC 9162 section 2.1.3) for the size of the checkpoint.
    pub proof: Vec<Digest>,
}

impl Engine {
    /// The chronology of an incident. Reads the ledger; not for a thread that others wait for.
    ///
    /// # Errors
    /// If there is no such incident, or the ledger cannot be read.
    pub fn chronology(&self, number: u64) -> Result<Chronology, Refusal> {
        let incident = self.inner.site().incident(number).cloned();
        let incident = incident.ok_or_else(|| Refusal {
            reasons: vec![Reason::NotFound],
        })?;
        let since = incident.since.minus(BEFORE);
        let until = incident.closed.as_ref().map(|closed| closed.until);
        let from = incident.from.saturating_sub(LOOKED_AT_BEFORE);
        let mut rows: Vec<ChronologyRow> = Vec::new();
        let mut cut = false;
        let read = self.inner.store.read_from(from, &mut |place, bytes| {
            if until.is_some_and(|until| place > until) {
                return ControlFlow::Break(None);
            }
            let entry = match Entry::from_slice(bytes) {
                Ok(entry) => entry,
                Err(cause) => return ControlFlow::Break(Some(cause)),
            };
            let kind = entry.event.kind();
            if entry.at < since || OF_INTEREST.binary_search(&kind).is_err() {
                return ControlFlow::Continue(());
            }
            if rows.len() >= MOST_ROWS {
                cut = true;
                return ControlFlow::Break(None);
            }
            rows.push(ChronologyRow {
                entry: place,
                happened: entry.at,
                entered: entry.at,
                visit: entry.event.visit().cloned(),
                why: why(&entry.event),
                by: entry.by.who,
                kind,
                note: None,
                step: None,
            });
            ControlFlow::Continue(())
        });
        match read {
            Ok(ControlFlow::Continue(()) | ControlFlow::Break(None)) => {}
            Ok(ControlFlow::Break(Some(cause))) => return Err(broken(&cause)),
            Err(cause) => return Err(broken(&cause)),
        }
        let notes = (1..).zip(&incident.notes);
        rows.extend(notes.map(|(number, noted)| ChronologyRow {
            entry: noted.entry,
            happened: noted.note.happened,
            entered: noted.at,
            by: noted.by.clone(),
            kind: "incident_noted",
            visit: None,
            note: Some((number, noted.clone())),
            why: None,
            step: None,
        }));
        rows.extend(
            incident
                .numbered_steps()
                .map(|(number, taken)| ChronologyRow {
                    entry: taken.entry,
                    happened: taken.step.happened,
                    entered: taken.at,
                    by: taken.by.clone(),
                    kind: "incident_stepped",
                    visit: None,
                    note: None,
                    why: None,
                    step: Some((number, taken.clone())),
                }),
        );
        rows.sort_by_key(|row| (row.happened, row.entry));
        Ok(Chronology {
            incident,
            rows,
            cut,
        })
    }

    /// The entries of a chronology with what proves them, and the checkpoint that they are proved to.
    ///
    /// # Errors
    /// If the ledger cannot be read.
    pub fn prove_chronology(
        &self,
        chronology: &Chronology,
    ) -> Result<(String, Vec<Proved>), Refusal> {
        let signed = self.last_checkpoint()?;
        let size = signed.checkpoint.size;
        let mut proved = Vec::new();
        for row in &chronology.rows {
            let store = &self.inner.store;
            proved.push(Proved {
                entry: row.entry,
                bytes: store.entry(row.entry).map_err(|cause| broken(&cause))?,
                proof: store
                    .inclusion_proof(row.entry, size)
                    .map_err(|cause| broken(&cause))?,
            });
        }
        Ok((signed.note.to_string(), proved))
    }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "no other entry of interest says why in a text of its own"
)]
fn why(event: &Event) -> Option<Commitment> {
    match event {
        Event::Isolated { reason }
        | Event::Suspended { reason, .. }
        | Event::IsolatedOne { reason, .. } => Some(*reason),
        Event::LiftOneAgreed { why, .. } | Event::LiftedOne { why, .. } => Some(*why),
        Event::LiftAgreed { why } | Event::Lifted { why, .. } => *why,
        Event::AlertSettled { why, .. } => Some(*why),
        Event::IncidentClosed { said, .. } => *said,
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_of_interest_are_kinds_that_there_are_in_their_order() {
        assert!(OF_INTEREST.is_sorted());
        for kind in OF_INTEREST {
            assert!(Event::KINDS.contains(kind), "{kind}");
        }
    }
}
