//! Incidents and their chronology.

use super::*;
use crate::incidents::{Incident, IncidentCause, IncidentClosed, IncidentNote, NewNote};
use crate::response::{Contact, NewContact, NewStep, TakenStep};

impl Folding<'_> {
    pub(super) fn incident_begun(&self, site: &mut Site, number: u64, cause: IncidentCause) {
        let from = site.entries;
        let incidents = &mut site.incidents;
        incidents.begun = incidents.begun.max(number);
        incidents.kept.entry(number).or_insert_with(|| Incident {
            number,
            since: self.at,
            cause,
            by: self.by.clone(),
            from,
            notes: Vec::new(),
            steps: Vec::new(),
            closed: None,
        });
        incidents.forget_old();
    }

    pub(super) fn incident_noted(
        &self,
        site: &mut Site,
        incident: u64,
        note: &NewNote,
    ) -> Result<(), ApplyError> {
        let entry = site.entries;
        let known = the!(self, site.incidents.kept, &incident);
        known.notes.push(IncidentNote {
            at: self.at,
            by: self.by.clone(),
            entry,
            note: note.clone(),
        });
        Ok(())
    }

    pub(super) fn incident_stepped(
        &self,
        site: &mut Site,
        incident: u64,
        step: &NewStep,
    ) -> Result<(), ApplyError> {
        let entry = site.entries;
        let known = the!(self, site.incidents.kept, &incident);
        known.steps.push(TakenStep {
            at: self.at,
            by: self.by.clone(),
            entry,
            step: step.clone(),
        });
        Ok(())
    }

    pub(super) fn contact_set(&self, site: &mut Site, number: u32, set: Option<&NewContact>) {
        let prepared = &mut site.preparation;
        prepared.numbers = prepared.numbers.max(number);
        let Some(set) = set else {
            prepared.contacts.remove(&number);
            return;
        };
        let contact = Contact {
            number,
            contact: set.clone(),
            since: self.at,
            // Another number is another telephone: it was never tried.
            tried: None,
        };
        prepared.contacts.insert(number, contact);
    }

    pub(super) fn incident_closed(
        &self,
        site: &mut Site,
        incident: u64,
        said: Option<Commitment>,
    ) -> Result<(), ApplyError> {
        let until = site.entries;
        let known = the!(self, site.incidents.kept, &incident);
        known.closed = Some(IncidentClosed {
            at: self.at,
            by: self.by.clone(),
            until,
            said,
        });
        Ok(())
    }
}
