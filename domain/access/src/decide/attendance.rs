//! Attending, pausing and continuing sessions (立会い, 一時停止).

use ids::{PersonId, SessionId};

use super::asking::{Asking, Reasons, asker};
use super::{Decided, Outcome};
use crate::caller::Who;
use crate::event::Event;
use crate::reason::{Reason, Refusal};
use crate::site::Session;
use crate::terms::Role;

impl Asking<'_> {
    pub(super) fn attend(&self, session: SessionId) -> Result<Decided, Refusal> {
        let mut why = Reasons::default();
        let person = self.watcher(&mut why);
        let found = self.live_session(&session, &mut why);
        let (Some(person), Some(found)) = (person, found) else {
            return Err(why.refusal());
        };
        why.unless(!found.attendants.contains(&person), Reason::AlreadySo);
        why.settle()?;
        let visit = found.visit.clone();
        Decided::one(
            Event::AttendanceBegan {
                session,
                visit,
                person,
            },
            Outcome::Done,
        )
    }

    /// Never refused for who somebody is: an attendant who was suspended meanwhile has left too.
    pub(super) fn leave_session(&self, session: SessionId) -> Result<Decided, Refusal> {
        let mut why = Reasons::default();
        let person = why.need(asker(self.caller), Reason::PersonNeeded);
        let found = self.live_session(&session, &mut why);
        let (Some(person), Some(found)) = (person, found) else {
            return Err(why.refusal());
        };
        why.unless(found.attendants.contains(person), Reason::AlreadySo);
        why.settle()?;
        let visit = found.visit.clone();
        let person = person.clone();
        Decided::one(
            Event::AttendanceEnded {
                session,
                visit,
                person,
            },
            Outcome::Done,
        )
    }

    pub(super) fn pause_session(&self, session: SessionId) -> Result<Decided, Refusal> {
        let mut why = Reasons::default();
        self.stops(&mut why);
        let Some(found) = self.live_session(&session, &mut why) else {
            return Err(why.refusal());
        };
        why.unless(found.paused.is_none(), Reason::AlreadySo);
        why.settle()?;
        let visit = found.visit.clone();
        Decided::one(Event::SessionPaused { session, visit }, Outcome::Done)
    }

    pub(super) fn continue_session(&self, session: SessionId) -> Result<Decided, Refusal> {
        let mut why = Reasons::default();
        self.stops(&mut why);
        let Some(found) = self.live_session(&session, &mut why) else {
            return Err(why.refusal());
        };
        why.unless(found.paused.is_some(), Reason::AlreadySo);
        why.settle()?;
        let visit = found.visit.clone();
        Decided::one(Event::SessionContinued { session, visit }, Outcome::Done)
    }

    /// Who may attend: a person of the hospital who approves or operates.
    fn watcher(&self, why: &mut Reasons) -> Option<PersonId> {
        self.keeper(why).map(|person| person.id.clone())
    }

    /// Who may pause and continue: they, and the machine's operator.
    fn stops(&self, why: &mut Reasons) {
        if !matches!(self.caller.who, Who::LocalOperator { .. }) {
            self.hospital(&[Role::Approver, Role::Operator], why);
        }
    }

    fn live_session(&self, session: &SessionId, why: &mut Reasons) -> Option<&Session> {
        let found = self.site.sessions.get(session);
        why.need(found.filter(|found| found.is_live()), Reason::NotFound)
    }
}
