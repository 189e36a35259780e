//! Requests, and their answers by persons of the hospital.

use std::time::Duration;

use ids::{Commitment, GrantId, RequestId, Timestamp, VisitId};

use super::asking::{Asking, Reasons, asker, next, too_many};
use super::database_terms::{database_asked, database_terms_possible, narrowed_database};
use super::desktop_terms::{desktop_asked, narrowed_desktop};
use super::ssh_terms::{narrowed_ssh, ssh_terms_possible};
use super::telnet_terms::inside_asked;
use super::web_terms::{narrowed_web, web_asked, web_terms_possible};
use super::{Decided, Outcome};
use crate::command::NewVisit;
use crate::event::{Event, Terms};
use crate::limits;
use crate::reason::{Reason, Refusal};
use crate::site::{Asked, Debt, Grant, Request, RequestState, Target};
use crate::terms::{
    Approvals, DatabaseTerms, DesktopTerms, Employer, Sessions, SshTerms, WebTerms, Window,
};

/// Less than was asked for, as somebody approves it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Narrowing {
    /// A shorter window.
    pub(super) window: Option<Window>,
    /// Less inside SSH sessions.
    pub(super) ssh: Option<SshTerms>,
    /// Less inside database sessions.
    pub(super) database: Option<DatabaseTerms>,
    /// Less inside sessions at web consoles.
    pub(super) web: Option<WebTerms>,
    /// Less inside desktop sessions.
    pub(super) desktop: Option<DesktopTerms>,
}

impl Asking<'_> {
    pub(super) fn request_visit(&self, asked: NewVisit) -> Result<Decided, Refusal> {
        let mut why = Reasons::default();
        let Some((person, vendor)) = self.engineer(&mut why) else {
            return Err(why.refusal());
        };
        self.sources_confirmed(vendor, &mut why);
        self.no_debt(&vendor.id, &mut why);
        self.reported(&person.id, &mut why);
        self.window_possible(&asked.window, &mut why);
        self.asked_fits(&asked, &vendor.id, &mut why);
        self.room_for_a_request(&person.id, &mut why);
        if let Some(target) = self.maintained(&asked.target, &vendor.id, &mut why) {
            length_allowed(target, asked.window.length(), &mut why);
            Self::visited(target, &mut why);
            why.unless(target.hours.cover(&asked.window), Reason::OutsideHours);
            self.somebody_approves(target, &mut why);
            inside_asked(target, asked.ssh.as_ref(), &mut why);
            database_asked(target, asked.database.as_ref(), &mut why);
            web_asked(target, asked.web.as_ref(), &mut why);
            desktop_asked(target, asked.desktop, &mut why);
        }
        if let Some(terms) = &asked.ssh {
            ssh_terms_possible(terms, &mut why);
        }
        if let Some(terms) = &asked.database {
            database_terms_possible(terms, &mut why);
        }
        if let Some(terms) = &asked.web {
            web_terms_possible(terms, &mut why);
        }
        let Some(device) = self.caller.device.clone() else {
            return Err(why.refusal());
        };
        why.settle()?;
        let request = RequestId::new(&self.site.id, next(&self.site.requests));
        let visit = VisitId::new(&self.site.id, next(&self.site.visits));
        let requested = Event::VisitRequested {
            request: request.clone(),
            visit: visit.clone(),
            person: person.id.clone(),
            vendor: vendor.id.clone(),
            device,
            asked,
        };
        Decided::one(requested, Outcome::Requested { request, visit })
    }

    fn asked_fits(&self, asked: &NewVisit, vendor: &ids::VendorId, why: &mut Reasons) {
        why.limit(asked.files.len(), limits::MOST_FILES, "files");
        if let Sessions::AtOnce(at_once) = asked.sessions {
            let fits = (1..=limits::MOST_AT_ONCE).contains(&at_once);
            why.unless(
                fits,
                too_many("sessions", usize::from(limits::MOST_AT_ONCE)),
            );
        }
        if let Some(sub_contractor) = &asked.sub_contractor {
            let lineage = self.site.lineage(sub_contractor);
            let of_the_firm = lineage.iter().any(|above| above.id == *vendor);
            why.unless(of_the_firm, Reason::TargetNotMaintained);
            let suspended = of_the_firm && self.site.vendor_suspended(sub_contractor);
            why.unless(!suspended, Reason::VendorSuspended);
        }
    }

    fn room_for_a_request(&self, person: &ids::PersonId, why: &mut Reasons) {
        let waiting = self.site.requests.values().filter(|request| {
            request.person == *person && request.waits() && self.now < request.window.until
        });
        let count = waiting.count() + 1;
        why.limit(count, limits::MOST_REQUESTS_OF_A_PERSON, "requests");
    }

    /// Nobody who could say yes is a no (invariant 5, lesson L19).
    fn somebody_approves(&self, target: &Target, why: &mut Reasons) {
        let needed = match target.approvals {
            Approvals::One => 1,
            Approvals::Two => 2,
        };
        why.unless(
            self.site.approvers_but(None) >= needed,
            Reason::NobodyToApprove,
        );
    }

    /// Whether each visit of theirs that had a session has its report in time.
    fn reported(&self, person: &ids::PersonId, why: &mut Reasons) {
        let mut visits = self
            .site
            .visits
            .values()
            .filter(|visit| visit.person == *person);
        let missing = visits.any(|visit| self.site.report_overdue(visit, self.now).is_some());
        why.unless(!missing, Reason::ReportMissing);
    }

    pub(super) fn request_extension(
        &self,
        visit: VisitId,
        until: Timestamp,
    ) -> Result<Decided, Refusal> {
        let mut why = Reasons::default();
        let engineer = self.engineer(&mut why);
        let own = self
            .site
            .visits
            .get(&visit)
            .filter(|visit| engineer.is_some_and(|(person, _)| visit.person == person.id));
        let grant = own
            .and_then(|visit| visit.grant.as_ref())
            .and_then(|grant| self.site.grants.get(grant));
        let (Some((person, vendor)), Some(grant)) = (engineer, why.need(grant, Reason::NotFound))
        else {
            return Err(why.refusal());
        };
        self.sources_confirmed(vendor, &mut why);
        self.no_debt(&vendor.id, &mut why);
        why.unless(grant.withdrawn.is_none(), Reason::GrantWithdrawn);
        let from = self.site.effective_until(grant);
        why.unless(self.now < from, Reason::TooLate { until: from });
        let window = Window { from, until };
        self.window_possible(&window, &mut why);
        let pending = self.site.requests.values().any(|request| {
            request.visit == visit && request.waits() && self.now < request.window.from
        });
        why.unless(!pending, Reason::AlreadySo);
        self.room_for_a_request(&person.id, &mut why);
        if let Some(target) = self.maintained(&grant.terms.target, &vendor.id, &mut why) {
            length_allowed(target, window.length(), &mut why);
            why.unless(target.hours.cover(&window), Reason::OutsideHours);
            self.somebody_approves(target, &mut why);
        }
        why.settle()?;
        let request = RequestId::new(&self.site.id, next(&self.site.requests));
        let requested = Event::ExtensionRequested {
            request: request.clone(),
            visit: visit.clone(),
            grant: grant.id.clone(),
            window,
        };
        Decided::one(requested, Outcome::Requested { request, visit })
    }

    pub(super) fn withdraw_request(&self, request: RequestId) -> Result<Decided, Refusal> {
        let mut why = Reasons::default();
        let engineer = self.engineer(&mut why);
        let own = self.site.requests.get(&request).filter(|request| {
            engineer.is_some_and(|(person, vendor)| {
                // A colleague's request is known to exist, a stranger's is not.
                if request.vendor == vendor.id {
                    why.unless(request.person == person.id, Reason::NotYours);
                }
                request.vendor == vendor.id
            })
        });
        let Some(own) = why.need(own, Reason::NotFound) else {
            return Err(why.refusal());
        };
        why.unless(own.waits(), Reason::AlreadyDecided);
        why.settle()?;
        let visit = own.visit.clone();
        Decided::one(Event::RequestWithdrawn { request, visit }, Outcome::Done)
    }

    pub(super) fn approve_request(
        &self,
        request: RequestId,
        conditions: Option<Commitment>,
        narrowing: Narrowing,
    ) -> Result<Decided, Refusal> {
        let mut why = Reasons::default();
        self.answers(&request, &mut why);
        let Some(found) = self.visible_request(&request, &mut why) else {
            return Err(why.refusal());
        };
        let debt = self.site.debts.get(&request);
        // A debt is judged anew: who approved before it was opened may well pay it.
        let again = match (debt, asker(self.caller)) {
            (_, None) => false,
            (Some(debt), Some(asker)) => debt.approved.contains(asker),
            (None, Some(asker)) => found.approvals.iter().any(|given| given.by == *asker),
        };
        why.unless(!again, Reason::AlreadyApprovedByYou);
        let given = Event::ApprovalGiven {
            request: request.clone(),
            visit: found.visit.clone(),
            conditions,
            narrower: narrowing.window,
            ssh: narrowing.ssh.clone(),
            database: narrowing.database.clone(),
            web: narrowing.web.clone(),
            desktop: narrowing.desktop,
        };
        if let Some(debt) = debt {
            let narrowed = narrowing != Narrowing::default();
            return self.pay_debt(debt, found, given, narrowed, why);
        }
        let (terms, target) = self.grantable(found, narrowing, &mut why);
        let (Some(terms), Some(target)) = (terms, target) else {
            return Err(why.refusal());
        };
        why.settle()?;
        let needed = match target.approvals {
            Approvals::One => 1,
            Approvals::Two => 2,
        };
        if found.approvals.len() + 1 < needed {
            return Decided::one(given, Outcome::AwaitingSecondApproval);
        }
        Decided::granted(given, found, terms)
    }

    /// The debt of an emergency opening: the opening is over or running, so that it is judged and
    /// not changed; a suspended vendor or an isolated site does not keep it from being paid.
    fn pay_debt(
        &self,
        debt: &Debt,
        found: &Request,
        given: Event,
        narrowed: bool,
        mut why: Reasons,
    ) -> Result<Decided, Refusal> {
        self.not_the_opener(debt, &mut why);
        why.unless(!narrowed, Reason::AlreadyDecided);
        why.settle()?;
        if debt.approved.len() + 1 < usize::from(debt.needs) {
            return Decided::one(given, Outcome::AwaitingSecondApproval);
        }
        let (request, visit) = (found.id.clone(), found.visit.clone());
        let answered = Event::DebtAnswered {
            request,
            visit: visit.clone(),
            right: true,
        };
        Decided::of(vec![given, answered], Outcome::DebtPaid { visit })
    }

    fn not_the_opener(&self, debt: &Debt, why: &mut Reasons) {
        let other = debt.opened_by.is_none() || debt.opened_by.as_ref() != asker(self.caller);
        why.unless(other, Reason::SecondPersonNeeded);
    }

    /// An approver of the hospital who is not the requester (invariant 5).
    fn answers(&self, request: &RequestId, why: &mut Reasons) {
        self.approver(why);
        let requester = self
            .site
            .requests
            .get(request)
            .map(|request| &request.person);
        let own = requester.is_some() && requester == asker(self.caller);
        why.unless(!own, Reason::SelfApproval);
    }

    /// A request that the asker may know of: an engineer knows only those of their vendor.
    pub(super) fn visible_request(&self, id: &RequestId, why: &mut Reasons) -> Option<&Request> {
        let person = asker(self.caller).and_then(|id| self.site.persons.get(id));
        let found =
            self.site
                .requests
                .get(id)
                .filter(|request| match person.map(|p| &p.employer) {
                    Some(Employer::Vendor(vendor)) => request.vendor == *vendor,
                    Some(Employer::Hospital | Employer::Custodian) | None => true,
                });
        why.need(found, Reason::NotFound)
    }

    /// What a request would be granted as, with every check that an approval needs. An emergency
    /// opening needs the same ones: it replaces the approval alone.
    pub(super) fn grantable<'s>(
        &'s self,
        request: &'s Request,
        narrowing: Narrowing,
        why: &mut Reasons,
    ) -> (Option<Terms>, Option<&'s Target>) {
        why.unless(request.waits(), Reason::AlreadyDecided);
        self.admits(why);
        self.no_debt(&request.vendor, why);
        if let Some(vendor) = self.site.vendors.get(&request.vendor) {
            self.sources_confirmed(vendor, why);
        }
        let window = narrowing.window.unwrap_or(request.window);
        self.narrowing_possible(request, &window, why);
        if let Some(person) = self.site.persons.get(&request.person) {
            self.standing(person, why);
            self.device_stands(Some(&request.device), person, why);
        }
        match &request.asked {
            Asked::Visit(asked) => {
                let target = self.maintained(&asked.target, &request.vendor, why);
                let ssh = narrowed_ssh(request, narrowing.ssh, why);
                let database = narrowed_database(request, narrowing.database, target, why);
                let web = narrowed_web(request, narrowing.web, why);
                let desktop = narrowed_desktop(request, narrowing.desktop, why);
                let inside = (ssh, database, web, desktop);
                let terms = target.map(|target| self.terms(request, asked, target, window, inside));
                (terms, target)
            }
            Asked::Extension(grant) => {
                why.unless(narrowing.ssh.is_none(), Reason::SshTermsNotPossible);
                let none = narrowing.database.is_none();
                why.unless(none, Reason::DatabaseTermsNotPossible);
                why.unless(narrowing.web.is_none(), Reason::WebTermsNotPossible);
                let none = narrowing.desktop.is_none();
                why.unless(none, Reason::DesktopTermsNotPossible);
                let base = self.site.grants.get(grant);
                let Some(base) = why.need(base, Reason::NotFound) else {
                    return (None, None);
                };
                self.extendable(base, &window, why);
                let target = self.maintained(&base.terms.target, &request.vendor, why);
                (
                    Some(Terms {
                        window,
                        ..base.terms.clone()
                    }),
                    target,
                )
            }
        }
    }

    fn narrowing_possible(&self, request: &Request, window: &Window, why: &mut Reasons) {
        let asked = request.window;
        why.unless(self.now < asked.until, Reason::RequestExpired);
        let inside = asked.from <= window.from && window.until <= asked.until;
        why.unless(inside, Reason::WouldWiden);
        let possible = window.from < window.until && self.now < window.until;
        why.unless(possible, Reason::WindowNotPossible);
    }

    /// An extension joins the end of a grant that still holds and has not run out.
    fn extendable(&self, base: &Grant, window: &Window, why: &mut Reasons) {
        why.unless(base.withdrawn.is_none(), Reason::GrantWithdrawn);
        let until = self.site.effective_until(base);
        why.unless(self.now < until, Reason::RequestExpired);
        why.unless(window.from <= until, Reason::WindowNotPossible);
    }

    fn terms(
        &self,
        request: &Request,
        asked: &NewVisit,
        target: &Target,
        window: Window,
        (ssh, database, web, desktop): (
            Option<SshTerms>,
            Option<DatabaseTerms>,
            Option<WebTerms>,
            Option<DesktopTerms>,
        ),
    ) -> Terms {
        Terms {
            person: request.person.clone(),
            device: request.device.clone(),
            target: target.id.clone(),
            protocol: target.protocol,
            address: target.address.clone(),
            window,
            sessions: asked.sessions,
            recording: target.recording,
            quota_bytes: target.quota_bytes,
            ssh,
            database,
            web,
            desktop,
            attended: target.attended,
        }
    }

    pub(super) fn refuse_request(
        &self,
        request: RequestId,
        reason: Commitment,
    ) -> Result<Decided, Refusal> {
        let mut why = Reasons::default();
        self.answers(&request, &mut why);
        let Some(found) = self.visible_request(&request, &mut why) else {
            return Err(why.refusal());
        };
        let debt = self.site.debts.get(&request);
        match debt {
            Some(debt) => self.not_the_opener(debt, &mut why),
            None => why.unless(found.waits(), Reason::AlreadyDecided),
        }
        why.settle()?;
        let visit = found.visit.clone();
        let refused = Event::RequestRefused {
            request: request.clone(),
            visit: visit.clone(),
            reason,
        };
        let answered = debt.map(|_| Event::DebtAnswered {
            request,
            visit,
            right: false,
        });
        Decided::of(
            std::iter::once(refused).chain(answered).collect(),
            Outcome::Done,
        )
    }
}

impl Decided {
    fn granted(given: Event, found: &Request, terms: Terms) -> Result<Self, Refusal> {
        let grant = GrantId::new(found.id.site(), found.id.number());
        let (visit, until) = (found.visit.clone(), terms.window.until);
        let extends = match &found.asked {
            Asked::Extension(base) => Some(base.clone()),
            Asked::Visit(_) => None,
        };
        let granted = Event::ApprovalGranted {
            request: found.id.clone(),
            visit: visit.clone(),
            grant: grant.clone(),
            extends,
            terms,
        };
        Self::of(
            vec![given, granted],
            Outcome::Granted {
                grant,
                visit,
                until,
            },
        )
    }
}

impl Request {
    /// Whether nobody has decided it yet. Time may have: see its window.
    pub fn waits(&self) -> bool {
        matches!(
            self.state,
            RequestState::AwaitingApproval | RequestState::AwaitingSecondApproval
        )
    }
}

fn length_allowed(target: &Target, length: Duration, why: &mut Reasons) {
    let longest = Duration::from_secs(u64::from(target.longest_minutes) * 60);
    let longest_minutes = target.longest_minutes;
    why.unless(length <= longest, Reason::WindowTooLong { longest_minutes });
}
