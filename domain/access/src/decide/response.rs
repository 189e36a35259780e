//! Steps of an incident, and what is prepared for one.

use super::asking::{Asking, Reasons};
use super::incidents::AHEAD;
use super::{Decided, Outcome};
use crate::event::Event;
use crate::incidents::Incident;
use crate::limits;
use crate::reason::{Reason, Refusal};
use crate::response::*;

impl Asking<'_> {
    pub(super) fn take_step(&self, incident: u64, step: NewStep) -> Result<Decided, Refusal> {
        let mut why = Reasons::default();
        // What is said outside is for those who answer for the hospital.
        if matches!(step.step, Step::Fact { .. } | Step::Approved { .. }) {
            self.approver(&mut why);
        } else {
            self.keeper(&mut why);
        }
        let known = self.site.incidents.kept.get(&incident);
        if let Some(known) = why.need(known, Reason::NotFound) {
            let many = known.steps.len().saturating_add(1);
            why.limit(many, limits::MOST_INCIDENT_STEPS, "steps");
            self.step_holds(known, &step.step, &mut why);
        }
        why.unless(
            step.happened <= self.now.plus(AHEAD),
            Reason::WindowNotPossible,
        );
        why.settle()?;
        Decided::one(Event::IncidentStepped { incident, step }, Outcome::Done)
    }

    fn step_holds(&self, incident: &Incident, step: &Step, why: &mut Reasons) {
        match step {
            Step::Changed { .. } => why.unless(incident.is_preserved(), Reason::NotPreserved),
            Step::Judged {
                data: DataSet::Known(first),
                ..
            } => {
                let sets = incident.judgements();
                let known = sets.iter().any(|set| set.number == *first);
                why.unless(known, Reason::NotFound);
            }
            Step::Fact { note } => {
                let noted = usize::try_from(*note)
                    .is_ok_and(|number| (1..=incident.notes.len()).contains(&number));
                why.unless(noted, Reason::NotFound);
                why.unless(!incident.is_corrected(*note, 0), Reason::FactCorrected);
            }
            Step::Drafted { facts, .. } => {
                why.limit(facts.iter().count(), limits::MOST_FACTS, "facts");
                for fact in facts.iter() {
                    let approved = incident.step(*fact).map(|taken| &taken.step.step);
                    let approved = matches!(approved, Some(Step::Fact { .. }));
                    why.unless(approved, Reason::NotFound);
                    why.unless(
                        !approved || incident.fact_holds(*fact),
                        Reason::FactCorrected,
                    );
                }
            }
            Step::Approved { draft } => {
                let notices = incident.notices();
                let notice = notices.iter().find(|notice| notice.number == *draft);
                if let Some(notice) = why.need(notice, Reason::NotFound) {
                    why.unless(notice.approved.is_none(), Reason::AlreadyDecided);
                    why.unless(!notice.corrected, Reason::FactCorrected);
                    why.unless(notice.draft.by != self.caller.who, Reason::SelfApproval);
                }
            }
            Step::Published { draft } => {
                let notices = incident.notices();
                let notice = notices.iter().find(|notice| notice.number == *draft);
                if let Some(notice) = why.need(notice, Reason::NotFound) {
                    why.unless(notice.approved.is_some(), Reason::NoticeNotApproved);
                    why.unless(notice.published.is_none(), Reason::AlreadyDecided);
                    why.unless(!notice.corrected, Reason::FactCorrected);
                }
            }
            Step::Given { owner, .. } => {
                let known = self.site.persons.get(owner);
                let known = known.is_some_and(|person| person.erased.is_none());
                why.unless(known, Reason::NotFound);
            }
            Step::Done { task } => {
                let tasks = incident.given_tasks();
                let task = tasks.iter().find(|given| given.number == *task);
                if let Some(task) = why.need(task, Reason::NotFound) {
                    why.unless(task.done.is_none(), Reason::AlreadyDecided);
                }
            }
            Step::Decided { .. }
            | Step::Told { .. }
            | Step::NotOwed { .. }
            | Step::Captured { .. }
            | Step::NotCaptured { .. }
            | Step::Judged { .. }
            | Step::Continued { .. }
            | Step::Learned {} => {}
        }
    }

    pub(super) fn prepare(&self, command: PreparationCommand) -> Result<Decided, Refusal> {
        let mut why = Reasons::default();
        let event = match command {
            PreparationCommand::Agree { matter, said } => {
                self.approver(&mut why);
                let card = Matter::CARDS.contains(&matter);
                why.unless(card, Reason::NotFound);
                Event::PolicyAgreed { matter, said }
            }
            PreparationCommand::SetContact { number, contact } => {
                self.keeper(&mut why);
                let prepared = &self.site.preparation;
                if let Some(number) = &number {
                    let known = prepared.contacts.contains_key(number);
                    why.unless(known, Reason::NotFound);
                } else {
                    why.unless(contact.is_some(), Reason::NotFound);
                    let many = prepared.contacts.len().saturating_add(1);
                    why.limit(many, limits::MOST_CONTACTS, "contacts");
                }
                let next = prepared.numbers.saturating_add(1);
                let number = number.unwrap_or(next);
                Event::ContactSet { number, contact }
            }
            PreparationCommand::TryContact { number, reached } => {
                self.keeper(&mut why);
                let known = self.site.preparation.contacts.contains_key(&number);
                why.unless(known, Reason::NotFound);
                Event::ContactTried { number, reached }
            }
        };
        why.settle()?;
        Decided::one(event, Outcome::Done)
    }
}
