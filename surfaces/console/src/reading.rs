//! What one asker sees of the state, and which personal texts are opened for them.
//!
//! The domain says what is seen (`Sight`). A text behind a commitment is opened only for somebody
//! whose work needs it: the hospital's people for everything of the site, an engineer for their own
//! firm's visits and their own name, the outside custodian and the machine's operator for why the
//! site is isolated and nothing else.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use access::{Caller, Employer, Person, Sight, Site, Who};
use engine::Engine;
use ids::{Commitment, PersonId, Timestamp, VendorId, VisitId};

use crate::asker::Thing;

/// Texts that were fetched, and those that a reading wanted and did not find.
#[derive(Default)]
pub(crate) struct Texts {
    known: BTreeMap<Commitment, Option<String>>,
    wanted: RefCell<BTreeSet<Commitment>>,
}

impl Texts {
    fn open(&self, commitment: &Commitment) -> Option<String> {
        if let Some(text) = self.known.get(commitment) {
            return text.clone();
        }
        self.wanted.borrow_mut().insert(*commitment);
        None
    }

    /// Fetches what was wanted. Whether there was anything.
    pub(crate) fn fetch(&mut self, engine: &Engine) -> bool {
        let wanted = self.wanted.take();
        let any = !wanted.is_empty();
        for commitment in wanted {
            self.known.insert(commitment, engine.text_of(&commitment));
        }
        any
    }
}

/// The state as one asker sees it.
pub(crate) struct Reading<'a> {
    pub(crate) site: &'a Site,
    pub(crate) sight: &'a Sight,
    pub(crate) now: Timestamp,
    pub(crate) caller: &'a Caller,
    texts: &'a Texts,
}

impl<'a> Reading<'a> {
    pub(crate) fn new(
        site: &'a Site,
        sight: &'a Sight,
        caller: &'a Caller,
        texts: &'a Texts,
        now: Timestamp,
    ) -> Self {
        Self {
            site,
            sight,
            now,
            caller,
            texts,
        }
    }

    /// The person who asks; `None` for the machine's operator.
    pub(crate) fn me(&self) -> Option<&'a Person> {
        match &self.caller.who {
            Who::Person(person) => self.site.person(person),
            Who::LocalOperator { .. } | Who::Invitee(_) | Who::Kit | Who::Gateway => None,
        }
    }

    /// Whether the asker sees the whole site.
    pub(crate) fn sees_all(&self) -> bool {
        *self.sight == Sight::Everything
    }

    /// Whether the asker sees something.
    pub(crate) fn sees(&self, thing: impl Into<Thing>) -> bool {
        sees(self.site, self.sight, &thing.into())
    }

    /// Whether the reader is one of the hospital's people.
    pub(crate) fn of_the_hospital(&self) -> bool {
        self.me()
            .is_some_and(|me| me.employer == Employer::Hospital)
    }

    /// A text of a vendor, for the hospital and for that vendor.
    pub(crate) fn vendor_text(&self, vendor: &VendorId, text: &Commitment) -> Option<String> {
        let own = matches!(self.sight, Sight::Own { vendor: own, .. } if own == vendor);
        (own || self.of_the_hospital()).then(|| self.texts.open(text))?
    }

    /// A text of a visit, for the hospital and for the firm whose visit it is.
    pub(crate) fn visit_text(&self, visit: &VisitId, text: &Commitment) -> Option<String> {
        let own = !self.sees_all() && self.sees(visit);
        (own || self.of_the_hospital()).then(|| self.texts.open(text))?
    }

    /// Something that is told about a person, for the hospital and for themselves.
    pub(crate) fn person_text(&self, person: &PersonId, text: &Commitment) -> Option<String> {
        let own = self.me().is_some_and(|me| me.id == *person);
        (own || self.of_the_hospital()).then(|| self.texts.open(text))?
    }

    /// What somebody of the hospital wrote about the site: for its own people.
    pub(crate) fn own_text(&self, text: &Commitment) -> Option<String> {
        self.of_the_hospital().then(|| self.texts.open(text))?
    }

    /// A person's name.
    pub(crate) fn name(&self, person: &PersonId) -> Option<String> {
        let known = self.site.person(person)?;
        self.person_text(person, &known.name)
    }

    /// Why the site is isolated: for everybody but a vendor.
    pub(crate) fn isolation_text(&self, text: &Commitment) -> Option<String> {
        self.sees_all().then(|| self.texts.open(text))?
    }
}

/// Whether something exists for somebody who sees this much.
pub(crate) fn sees(site: &Site, sight: &Sight, thing: &Thing) -> bool {
    match thing {
        Thing::Vendor(vendor) => {
            site.vendor(vendor).is_some()
                && match sight {
                    Sight::Everything => true,
                    Sight::Own { vendor: own, .. } => own == vendor,
                }
        }
        Thing::Invitation(invitation) => {
            site.invitation(invitation).is_some() && *sight == Sight::Everything
        }
        Thing::Person(person) => site.sees_person(sight, person),
        Thing::Device(device) => site
            .device(device)
            .is_some_and(|device| site.sees_person(sight, &device.person)),
        Thing::Target(target) => site.sees_target(sight, target),
        Thing::Request(request) => site
            .request(request)
            .is_some_and(|request| site.sees_visit(sight, &request.visit)),
        Thing::Grant(grant) => site
            .grant(grant)
            .is_some_and(|grant| site.sees_visit(sight, &grant.visit)),
        Thing::Visit(visit) => site.sees_visit(sight, visit),
        Thing::Session(session) => site
            .session(session)
            .is_some_and(|session| site.sees_visit(sight, &session.visit)),
    }
}
