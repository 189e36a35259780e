//! Sessions: one person, one device, one grant, one target, one protocol, inside one window.

use std::net::SocketAddr;

use ids::{Commitment, Digest, GrantId, SessionId, TargetId, Timestamp, VisitId};

use super::asking::{Asking, Reasons, address, asker, next};
use super::permit::{
    DatabaseEntry, DesktopEntry, Permit, PermitTerms, SshEntry, TelnetEntry, WebEntry,
};
use super::{Decided, Outcome};
use crate::caller::Who;
use crate::event::Event;
use crate::level::CRASHES_FROM;
use crate::limits;
use crate::reason::{Reason, Refusal};
use crate::site::{Grant, Person, Session, Target, Vendor};
use crate::terms::{Employer, EndReason, Protocol, RecordingPolicy, Role, Sessions};

/// How the target is entered: one of them, or none for raw TCP.
type Entries = (
    Option<SshEntry>,
    Option<DatabaseEntry>,
    Option<WebEntry>,
    Option<DesktopEntry>,
    Option<TelnetEntry>,
);

impl Asking<'_> {
    pub(super) fn open_session(
        &self,
        target: TargetId,
        grant: Option<GrantId>,
        protocol: Protocol,
    ) -> Result<Decided, Refusal> {
        let mut why = Reasons::default();
        self.admits(&mut why);
        why.unless(self.site.setup_complete(), Reason::SetupIncomplete);
        let live = self.site.live.len() + 1;
        why.limit(live, limits::MOST_SESSIONS, "live-sessions");
        let Some((person, vendor)) = self.engineer(&mut why) else {
            return Err(why.refusal());
        };
        self.sources_confirmed(vendor, &mut why);
        let target = self.maintained(&target, &vendor.id, &mut why);
        let Some(target) = target else {
            return Err(why.refusal());
        };
        why.unless(target.protocol == protocol, Reason::ProtocolNotGranted);
        Self::visited(target, &mut why);
        let open_until = why.need(target.hours.open_until(self.now), Reason::OutsideHours);
        let found = why.need(
            self.grant_for((person, vendor), target, grant.as_ref()),
            Reason::NoGrant,
        );
        let Some(grant) = found else {
            return Err(why.refusal());
        };
        self.under(grant, protocol, &mut why);
        self.no_alert(grant, &person.id, &mut why);
        self.no_other_debt(grant, vendor, &mut why);
        let quota_left = self.quota_left(grant, &mut why);
        let ssh = self.ssh_entry(grant, target, &mut why);
        let database = self.database_entry(grant, target, &mut why);
        let web = self.web_entry(grant, target, &mut why);
        let desktop = self.desktop_entry(grant, target, &mut why);
        let telnet = self.telnet_entry(target, &mut why);
        let (Some(source), Some(open_until)) = (address(self.caller.source), open_until) else {
            return Err(why.refusal());
        };
        let listed_until = self.site.sources_until(person, source, self.now);
        why.settle()?;
        let until = self
            .site
            .effective_until(grant)
            .min(open_until)
            .min(self.site.risk_until(target, self.now).unwrap_or(self.now))
            .min(listed_until.unwrap_or(self.now));
        let entries = (ssh, database, web, desktop, telnet);
        self.opened((grant, target), source, until, quota_left, entries)
    }

    /// For an SSH target: its host key, the account, and the secret that the vault must have.
    fn ssh_entry(&self, grant: &Grant, target: &Target, why: &mut Reasons) -> Option<SshEntry> {
        let (known, terms) = (target.ssh.as_ref()?, grant.terms.ssh.as_ref());
        let terms = why.need(terms, Reason::ProtocolNotGranted)?;
        why.unless(target.secret.is_some(), Reason::SecretMissing);
        self.usable(target, false, why);
        let mut known = known.clone();
        if let Some(account) = self.visit_account(grant, target) {
            known.user = account.name;
        }
        Some(SshEntry {
            target: known,
            terms: terms.clone(),
            secret: target.secrets,
        })
    }

    /// Nobody enters with a secret that others may know, or that is being replaced.
    pub(super) fn usable(&self, target: &Target, reader: bool, why: &mut Reasons) {
        if let Some(reason) = target.standing_of(reader).not_usable() {
            why.no(reason);
        }
    }

    /// The grant that was named, if it is the caller's for this target; without a name, the one
    /// that can be used now, or else the latest, so that its reasons are told.
    fn grant_for(
        &self,
        (person, vendor): (&Person, &Vendor),
        target: &Target,
        named: Option<&GrantId>,
    ) -> Option<&Grant> {
        let own = |grant: &&Grant| {
            grant.terms.person == person.id
                && grant.terms.target == target.id
                && grant.extends.is_none()
        };
        if let Some(named) = named {
            let found = self.site.grants.get(named)?;
            // An extension stands for what it extends.
            let base = found
                .extends
                .as_ref()
                .and_then(|base| self.site.grants.get(base));
            return Some(base.unwrap_or(found)).filter(own);
        }
        let usable = |grant: &&Grant| {
            let mut why = Reasons::default();
            self.under(grant, target.protocol, &mut why);
            // An emergency that is still owed for can be used; beside it, nothing older can.
            self.no_other_debt(grant, vendor, &mut why);
            why.settle().is_ok()
        };
        let mut mine = self.site.grants.values().filter(own);
        mine.clone().find(usable).or_else(|| mine.next_back())
    }

    /// What the grant itself says.
    fn under(&self, grant: &Grant, protocol: Protocol, why: &mut Reasons) {
        let same_device = self.caller.device.as_ref() == Some(&grant.terms.device);
        why.unless(same_device, Reason::DeviceNotGranted);
        why.unless(grant.terms.protocol == protocol, Reason::ProtocolNotGranted);
        match &grant.withdrawn {
            None => {}
            Some(_) => why.no(Reason::GrantWithdrawn),
        }
        let from = grant.terms.window.from;
        why.unless(from <= self.now, Reason::TooEarly { from });
        let until = self.site.effective_until(grant);
        why.unless(self.now < until, Reason::TooLate { until });
        match grant.terms.sessions {
            Sessions::Once => why.unless(grant.opened == 0, Reason::GrantUsedUp),
            Sessions::AtOnce(most) => {
                let live = self.site.live_under(&grant.id);
                why.unless(live < usize::from(most), Reason::TooManySessions);
            }
        }
    }

    /// A debt blocks every visit of the vendor's family but the one that made it.
    fn no_other_debt(&self, grant: &Grant, vendor: &Vendor, why: &mut Reasons) {
        let debt = self
            .site
            .debt_of(&vendor.id)
            .filter(|debt| debt.visit != grant.visit);
        if let Some(debt) = debt {
            why.no(Reason::DebtUnpaid { since: debt.since });
        }
    }

    fn quota_left(&self, grant: &Grant, why: &mut Reasons) -> u64 {
        // Bytes that are not kept use nothing up.
        let used = match grant.terms.recording {
            RecordingPolicy::MetadataOnly => 0,
            RecordingPolicy::Payload => {
                let visit = self.site.visits.get(&grant.visit);
                visit.map_or(0, |visit| visit.bytes)
            }
        };
        let left = grant.terms.quota_bytes.saturating_sub(used);
        why.unless(left > 0, Reason::QuotaUsedUp);
        left
    }

    fn opened(
        &self,
        (grant, target): (&Grant, &Target),
        source: std::net::IpAddr,
        until: Timestamp,
        quota_left: u64,
        (ssh, database, web, desktop, telnet): Entries,
    ) -> Result<Decided, Refusal> {
        let session = SessionId::new(&self.site.id, next(&self.site.sessions));
        let dialled = SocketAddr::new(
            grant.terms.address.ip.to_canonical(),
            grant.terms.address.port,
        );
        let terms = PermitTerms {
            session: session.clone(),
            visit: grant.visit.clone(),
            grant: grant.id.clone(),
            person: grant.terms.person.clone(),
            device: grant.terms.device.clone(),
            target: target.id.clone(),
            target_name: target.name.clone(),
            protocol: grant.terms.protocol,
            address: dialled,
            until,
            recording: grant.terms.recording,
            quota_left,
            ssh,
            database,
            web,
            desktop,
            telnet,
            account: self.visit_account(grant, target),
            attended: grant.terms.attended,
        };
        let opened = Event::SessionOpened {
            session,
            visit: grant.visit.clone(),
            grant: grant.id.clone(),
            person: grant.terms.person.clone(),
            device: grant.terms.device.clone(),
            target: target.id.clone(),
            protocol: grant.terms.protocol,
            address: dialled,
            source,
            until,
            recording: grant.terms.recording,
            quota_left,
        };
        let begun = self.account_begun(grant, target);
        let events = std::iter::once(opened).chain(begun).collect();
        Decided::of(events, Outcome::Opened(Box::new(Permit::new(terms))))
    }

    pub(super) fn close_session(
        &self,
        session: SessionId,
        reason: EndReason,
        (sent, received, data_out): (u64, u64, u64),
    ) -> Result<Decided, Refusal> {
        let mut why = Reasons::default();
        self.gateway_only(&mut why);
        let found = why.need(self.site.sessions.get(&session), Reason::NotFound);
        let Some(found) = found else {
            return Err(why.refusal());
        };
        why.unless(found.closed.is_none(), Reason::AlreadySo);
        why.settle()?;
        // Why it was ended stands; how its streams then closed is only a consequence.
        let reason = found.ended.clone().unwrap_or(reason);
        // The release before knows no workers; an end has to be entered at every level.
        let early = reason == EndReason::WorkerCrashed && self.site.level < CRASHES_FROM;
        let reason = if early {
            EndReason::Interrupted
        } else {
            reason
        };
        let visit = found.visit.clone();
        let closed = Event::SessionClosed {
            session,
            visit,
            reason,
            sent,
            received,
            data_out,
        };
        Decided::one(closed, Outcome::Done)
    }

    pub(super) fn end_session(&self, session: SessionId) -> Result<Decided, Refusal> {
        let mut why = Reasons::default();
        let found = self.site.sessions.get(&session);
        let found = found.filter(|session| self.may_know(session));
        let reason = self.may_end(found, &mut why);
        let (Some(found), Some(reason)) = (why.need(found, Reason::NotFound), reason) else {
            return Err(why.refusal());
        };
        why.unless(
            found.ended.is_none() && found.closed.is_none(),
            Reason::AlreadySo,
        );
        why.settle()?;
        let visit = found.visit.clone();
        Decided::one(
            Event::SessionEnded {
                session,
                visit,
                reason,
            },
            Outcome::Done,
        )
    }

    /// Whether the asker may know of a session: an engineer only of those of their vendor.
    fn may_know(&self, session: &Session) -> bool {
        let person = asker(self.caller).and_then(|id| self.site.persons.get(id));
        let visit = self.site.visits.get(&session.visit);
        match person.map(|person| &person.employer) {
            Some(Employer::Vendor(vendor)) => visit.is_some_and(|visit| visit.vendor == *vendor),
            Some(Employer::Hospital | Employer::Custodian) | None => true,
        }
    }

    /// The hospital, the machine's operator, and the engineer themselves.
    fn may_end(&self, session: Option<&Session>, why: &mut Reasons) -> Option<EndReason> {
        match &self.caller.who {
            Who::LocalOperator { .. } => Some(EndReason::EndedLocally),
            Who::Person(id) => {
                let known = self.site.persons.get(id);
                if let Some(Employer::Vendor(_)) = known.map(|person| &person.employer) {
                    self.person(why);
                    let own = session.is_none_or(|session| session.person == *id);
                    why.unless(own, Reason::NotYours);
                    return Some(EndReason::EngineerClosed);
                }
                self.hospital(&[Role::Approver, Role::Operator], why);
                Some(EndReason::EndedBy(id.clone()))
            }
            Who::Invitee(_) | Who::Kit | Who::Gateway => {
                why.no(Reason::PersonNeeded);
                None
            }
        }
    }

    pub(super) fn file_report(
        &self,
        visit: VisitId,
        report: Digest,
        name: Commitment,
    ) -> Result<Decided, Refusal> {
        let mut why = Reasons::default();
        let engineer = self.engineer(&mut why);
        let found = self
            .site
            .visits
            .get(&visit)
            .filter(|visit| engineer.is_some_and(|(_, vendor)| visit.vendor == vendor.id));
        let (Some((person, _)), Some(found)) = (engineer, why.need(found, Reason::NotFound)) else {
            return Err(why.refusal());
        };
        why.unless(found.person == person.id, Reason::NotYours);
        why.unless(found.grant.is_some(), Reason::NoGrant);
        let most = usize::try_from(limits::MOST_REPORTS).unwrap_or(usize::MAX);
        why.limit(found.reports.len() + 1, most, "reports");
        why.settle()?;
        Decided::one(
            Event::ReportFiled {
                visit,
                report,
                name,
            },
            Outcome::Done,
        )
    }
}
