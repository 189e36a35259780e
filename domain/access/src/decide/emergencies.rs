//! Emergencies (invariant 5), the envelope and the night chain.

use ids::{Digest, GrantId, NonEmpty, PersonId, RequestId};

use super::asking::{Asking, Reasons, asker};
use super::requests::Narrowing;
use super::{Decided, Outcome};
use crate::command::EmergencyWay;
use crate::event::{Authority, Event};
use crate::limits;
use crate::reason::{Reason, Refusal};
use crate::site::{Asked, CodeState, Request, Target};
use crate::terms::{ChainLink, Employer, Window};

impl Asking<'_> {
    pub(super) fn open_emergency(
        &self,
        request: RequestId,
        way: EmergencyWay,
    ) -> Result<Decided, Refusal> {
        let mut why = Reasons::default();
        let found = self.visible_request(&request, &mut why);
        let authority = match way {
            EmergencyWay::Duty => {
                self.duty(found, &mut why);
                Authority::Duty
            }
            EmergencyWay::Envelope { code, read_by } => {
                self.reads_code(found, &code, &mut why);
                Authority::Envelope { code, read_by }
            }
        };
        let Some(found) = why.need(found, Reason::NotFound) else {
            return Err(why.refusal());
        };
        why.unless(self.site.setup_complete(), Reason::SetupIncomplete);
        let window = self.emergency_window(found);
        let (terms, target) = self.grantable(
            found,
            Narrowing {
                window: Some(window),
                ..Narrowing::default()
            },
            &mut why,
        );
        self.marked(found, target, &mut why);
        let Some(terms) = terms else {
            return Err(why.refusal());
        };
        why.settle()?;
        let grant = GrantId::new(&self.site.id, request.number());
        let (visit, until) = (found.visit.clone(), terms.window.until);
        let opened = Event::EmergencyOpened {
            request,
            visit: visit.clone(),
            grant: grant.clone(),
            authority,
            terms,
        };
        Decided::one(
            opened,
            Outcome::Granted {
                grant,
                visit,
                until,
            },
        )
    }

    /// A person of the night chain whose turn it is, and another one to judge it afterwards.
    fn duty(&self, request: Option<&Request>, why: &mut Reasons) {
        let person = self.approver(why);
        let on_call = request.map(|request| self.site.on_call(&request.id, self.now));
        let on_duty = person
            .is_some_and(|person| on_call.is_some_and(|on_call| on_call.contains(&person.id)));
        why.unless(on_duty, Reason::NotOnDuty);
        let judges = self.site.approvers_but(asker(self.caller));
        why.unless(judges > 0, Reason::NobodyToApprove);
    }

    /// The engineer who asked, or an approver or operator of the hospital, to whom the code was read
    /// out.
    fn reads_code(&self, request: Option<&Request>, code: &Digest, why: &mut Reasons) {
        let person = self.person(why);
        if let (Some(person), Some(request)) = (person, request) {
            match &person.employer {
                Employer::Hospital => {
                    self.keeper(why);
                }
                Employer::Custodian => why.no(Reason::NotOfTheHospital),
                Employer::Vendor(vendor) if *vendor == request.vendor => {
                    self.engineer(why);
                    why.unless(person.id == request.person, Reason::NotYours);
                }
                Employer::Vendor(_) => why.no(Reason::NotFound),
            }
        }
        // Who guessed too often is not told whether this one was right.
        if person.is_some_and(|person| self.guessed_too_often(&person.id)) {
            let what = "emergency-codes".to_owned();
            let most = limits::MOST_CODE_MISSES;
            why.no(Reason::TooMany { what, most });
        } else {
            let sealed = self.site.codes.get(code) == Some(&CodeState::Sealed);
            why.unless(sealed, Reason::EmergencyCodeWrong);
        }
        why.unless(self.site.approvers_but(None) > 0, Reason::NobodyToApprove);
    }

    fn guessed_too_often(&self, person: &PersonId) -> bool {
        self.site.code_misses.get(person).is_some_and(|misses| {
            let fresh = self.now.since(misses.last) < limits::CODE_MISSES_LAST;
            fresh && misses.times >= limits::MOST_CODE_MISSES
        })
    }

    /// At most two hours from now, and inside what was asked.
    fn emergency_window(&self, request: &Request) -> Window {
        let from = request.window.from.max(self.now);
        let until = request
            .window
            .until
            .min(self.now.plus(limits::EMERGENCY_LASTS));
        Window { from, until }
    }

    fn marked(&self, request: &Request, target: Option<&Target>, why: &mut Reasons) {
        // An emergency is the beginning of a visit: more time needs an approval.
        let visit = matches!(request.asked, Asked::Visit(_));
        let marked = target.is_some_and(|target| target.emergency);
        why.unless(visit && marked, Reason::EmergencyNotMarked);
    }

    pub(super) fn seal_envelope(&self, codes: NonEmpty<Digest>) -> Result<Decided, Refusal> {
        let mut why = Reasons::default();
        self.approver(&mut why);
        why.limit(codes.len(), limits::MOST_CODES, "codes");
        let mut seen = codes.as_slice().to_vec();
        seen.sort();
        seen.dedup();
        let fresh = seen.len() == codes.len()
            && codes.iter().all(|code| !self.site.codes.contains_key(code));
        why.unless(fresh, Reason::EmergencyCodeWrong);
        why.settle()?;
        Decided::one(Event::EnvelopeSealed { codes }, Outcome::Done)
    }

    pub(super) fn set_night_chain(&self, chain: NonEmpty<ChainLink>) -> Result<Decided, Refusal> {
        let mut why = Reasons::default();
        self.approver(&mut why);
        why.limit(chain.len(), limits::MOST_LINKS, "links");
        for (place, link) in chain.iter().enumerate() {
            let most = u32::from(limits::LONGEST_WAIT_MINUTES);
            let fits = link.after_minutes <= limits::LONGEST_WAIT_MINUTES;
            why.unless(
                fits,
                Reason::TooMany {
                    what: "minutes".into(),
                    most,
                },
            );
            let person = why.need(self.site.persons.get(&link.person), Reason::NotFound);
            if let Some(person) = person {
                why.unless(person.approves(), Reason::RolesNotPossible);
                self.standing(person, &mut why);
            }
            let twice = chain
                .iter()
                .take(place)
                .any(|earlier| earlier.person == link.person);
            why.unless(!twice, Reason::AlreadySo);
        }
        why.settle()?;
        Decided::one(Event::NightChainSet { chain }, Outcome::Done)
    }
}
