//! Beginning incidents, writing their chronology, closing them.

use std::time::Duration;

use ids::Commitment;

use super::asking::{Asking, Reasons};
use super::{Decided, Outcome};
use crate::alerts::AlertVerdict;
use crate::event::Event;
use crate::incidents::{Incident, IncidentCause, IncidentCommand, NewNote};
use crate::limits;
use crate::reason::{Reason, Refusal};

/// Clocks of people differ so much.
pub(super) const AHEAD: Duration = Duration::from_secs(5 * 60);

impl Asking<'_> {
    pub(super) fn incidents(&self, command: IncidentCommand) -> Result<Decided, Refusal> {
        match command {
            IncidentCommand::Begin => {
                let mut why = Reasons::default();
                self.keeper(&mut why);
                let begun = self.incident_begun(IncidentCause::Person);
                let begun = why.need(begun, Reason::AlreadySo);
                let Some(begun) = begun else {
                    return Err(why.refusal());
                };
                why.settle()?;
                Decided::one(begun, Outcome::Done)
            }
            IncidentCommand::Note { incident, note } => self.note_incident(incident, note),
            IncidentCommand::Step { incident, step } => self.take_step(incident, step),
            IncidentCommand::Close { incident, said } => self.close_incident(incident, said),
        }
    }

    /// The beginning of an incident, if none is open: in the same breath as what it begins with.
    pub(super) fn incident_begun(&self, cause: IncidentCause) -> Option<Event> {
        let open = self.site.incidents.open().is_some();
        let may = !open && self.site.writes("incident_begun");
        let incident = self.site.incidents.begun.saturating_add(1);
        may.then_some(Event::IncidentBegun { incident, cause })
    }

    /// The end of an incident that began with an alert which was nothing, if nobody has noted anything and nothing else happened.
    pub(super) fn incident_was_nothing(&self, alert: u64) -> Option<Event> {
        let open = self.site.incidents.open()?;
        let only = open.cause == IncidentCause::Alert(alert)
            && open.notes.is_empty()
            && open.steps.is_empty();
        let mut others = self.site.alerts.kept.values();
        let others = others.any(|other| {
            let since = other.since >= open.since && other.number != alert;
            let settled = other.settled.as_ref();
            since && settled.is_none_or(|other| other.verdict != AlertVerdict::Ordinary)
        });
        (only && !others && self.site.isolation.is_none()).then_some(Event::IncidentClosed {
            incident: open.number,
            said: None,
        })
    }

    fn open_one(&self, number: u64, why: &mut Reasons) -> Option<&Incident> {
        let found = why.need(self.site.incidents.kept.get(&number), Reason::NotFound)?;
        why.unless(found.closed.is_none(), Reason::AlreadyDecided);
        Some(found)
    }

    fn note_incident(&self, incident: u64, note: NewNote) -> Result<Decided, Refusal> {
        let mut why = Reasons::default();
        self.keeper(&mut why);
        // What was said may turn out to be wrong when all is over: then notices are taken back, too.
        let found = if note.corrects.is_some() {
            why.need(self.site.incidents.kept.get(&incident), Reason::NotFound)
        } else {
            self.open_one(incident, &mut why)
        };
        if let Some(found) = found {
            let many = found.notes.len().saturating_add(1);
            why.limit(many, limits::MOST_INCIDENT_NOTES, "notes");
            let corrects = note.corrects.is_none_or(|number| {
                usize::try_from(number).is_ok_and(|number| (1..many).contains(&number))
            });
            why.unless(corrects, Reason::NotFound);
            // A line of a form is typed in once; whoever mistyped it corrects it.
            let twice = found.has_paper(note.source) && note.corrects.is_none();
            why.unless(!twice, Reason::AlreadySo);
        }
        let happened = note.happened <= self.now.plus(AHEAD);
        why.unless(happened, Reason::WindowNotPossible);
        why.settle()?;
        Decided::one(Event::IncidentNoted { incident, note }, Outcome::Done)
    }

    fn close_incident(&self, incident: u64, said: Commitment) -> Result<Decided, Refusal> {
        let mut why = Reasons::default();
        self.keeper(&mut why);
        self.open_one(incident, &mut why);
        why.settle()?;
        let said = Some(said);
        Decided::one(Event::IncidentClosed { incident, said }, Outcome::Done)
    }
}
