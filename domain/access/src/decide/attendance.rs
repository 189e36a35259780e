//! Attending, pausing and continuing sessions (立会い, 一時停止).

use ids::{Commitment, SessionId};

use super::asking::{Asking, Reasons, asker};
use super::{Decided, Outcome};
use crate::caller::Who;
use crate::event::Event;
use crate::limits;
use crate::reason::{Reason, Refusal};
use crate::site::Session;
use crate::terms::Employer;

impl Asking<'_> {
    pub(super) fn attend(&self, session: SessionId) -> Result<Decided, Refusal> {
        let mut why = Reasons::default();
        let person = self.keeper(&mut why);
        let found = self.live_session(&session, &mut why);
        let (Some(person), Some(found)) = (person, found) else {
            return Err(why.refusal());
        };
        why.unless(!found.attendants.contains(&person.id), Reason::AlreadySo);
        why.settle()?;
        let visit = found.visit.clone();
        let person = person.id.clone();
        Decided::one(
            Event::AttendanceBegan {
                session,
                visit,
                person,
            },
            Outcome::Done,
        )
    }

    /// Leaving takes access away, so that neither factors nor a suspension stand in its way. Others
    /// than persons of the hospital never attend, and learn nothing of a session by leaving it.
    pub(super) fn leave_session(&self, session: SessionId) -> Result<Decided, Refusal> {
        let mut why = Reasons::default();
        let person = why.need(asker(self.caller), Reason::PersonNeeded);
        let known = person.and_then(|id| self.site.persons.get(id));
        let of_the_hospital = known.is_none_or(|known| known.employer == Employer::Hospital);
        why.unless(of_the_hospital, Reason::NotOfTheHospital);
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
        if !matches!(self.caller.who, Who::LocalOperator { .. }) {
            self.keeper(&mut why);
        }
        let Some(found) = self.live_session(&session, &mut why) else {
            return Err(why.refusal());
        };
        why.unless(found.paused.is_none(), Reason::AlreadySo);
        why.settle()?;
        let visit = found.visit.clone();
        Decided::one(Event::SessionPaused { session, visit }, Outcome::Done)
    }

    /// Continuing gives access back: unlike pausing, it is done by a person.
    pub(super) fn continue_session(&self, session: SessionId) -> Result<Decided, Refusal> {
        let mut why = Reasons::default();
        self.keeper(&mut why);
        let Some(found) = self.live_session(&session, &mut why) else {
            return Err(why.refusal());
        };
        why.unless(found.paused.is_some(), Reason::AlreadySo);
        why.settle()?;
        let visit = found.visit.clone();
        Decided::one(Event::SessionContinued { session, visit }, Outcome::Done)
    }

    /// Whoever may attend may speak. How long a word is, the engine sees; how many, the ledger.
    pub(super) fn tell_engineer(
        &self,
        session: SessionId,
        words: Commitment,
    ) -> Result<Decided, Refusal> {
        let mut why = Reasons::default();
        self.keeper(&mut why);
        let Some(found) = self.live_session(&session, &mut why) else {
            return Err(why.refusal());
        };
        let since = self.now.minus(limits::WORDS_WITHIN);
        let lately = found.told.iter().filter(|at| since < **at).count();
        why.limit(lately + 1, limits::MOST_WORDS, "words");
        why.settle()?;
        let visit = found.visit.clone();
        let told = Event::EngineerTold {
            session,
            visit,
            words,
        };
        Decided::one(told, Outcome::Done)
    }

    /// A session that goes on. One whose time is over, but whose end is not entered yet, is not
    /// brought back by an attendant who comes too late.
    fn live_session(&self, session: &SessionId, why: &mut Reasons) -> Option<&Session> {
        let goes_on = self.site.still_permitted(session, self.now).is_ok();
        let found = self.site.sessions.get(session).filter(|_| goes_on);
        why.need(found, Reason::NotFound)
    }
}
