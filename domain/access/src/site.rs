//! The state of a site: the fold of its ledger.

mod apply;
mod standing;
mod views;

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use ids::{
    Commitment, DeviceId, Digest, GrantId, InvitationId, NonEmpty, PersonId, RequestId, SessionId,
    SiteId, TargetId, Timestamp, VendorId, VisitId,
};
use serde::{Deserialize, Serialize};

use crate::alerts::Alerts;
use crate::caller::Caller;
use crate::command::{DeviceEnrolment, InvitationFor, NewPasskey, NewRelay, NewVisit, Subject};
use crate::decoys::Decoy;
use crate::emergency_accounts::EmergencyAccount;
use crate::entry::{ENTRY_VERSION, Entry, Part};
use crate::event::{Event, Founding, Terms};
use crate::foreign_logs::ForeignLogs;
use crate::held_files::{FileAnswer, FileVerdict, HeldFile};
use crate::incidents::Incidents;
use crate::inspection::Inspection;
use crate::notices::Notices;
use crate::response::Preparation;
use crate::risks::Risk;
use crate::rotation_way::RotationWay;
use crate::secrets::{SecretPolicy, SecretStanding};
use crate::terms::*;
use crate::visit_accounts::{VisitAccount, VisitAccounts};

pub use apply::ApplyError;
pub(crate) use standing::only_inspects;
pub use views::Sight;

/// Everything that decisions depend on. Equal ledgers give equal states, and equal JSON. It reads back
/// from that JSON for the snapshot of the same build, whose signature whoever reads it has checked: JSON
/// from anywhere else is no state of any site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Site {
    pub(crate) id: SiteId,
    pub(crate) founding: Option<Founding>,
    pub(crate) last_at: Timestamp,
    pub(crate) entries: u64,
    pub(crate) vendors: BTreeMap<VendorId, Vendor>,
    pub(crate) persons: BTreeMap<PersonId, Person>,
    pub(crate) devices: BTreeMap<DeviceId, Device>,
    pub(crate) passkeys: BTreeMap<Digest, Passkey>,
    pub(crate) roots: BTreeMap<String, AttestationRoot>,
    pub(crate) targets: BTreeMap<TargetId, Target>,
    pub(crate) invitations: BTreeMap<InvitationId, Invitation>,
    pub(crate) requests: BTreeMap<RequestId, Request>,
    pub(crate) grants: BTreeMap<GrantId, Grant>,
    pub(crate) visits: BTreeMap<VisitId, Visit>,
    pub(crate) sessions: BTreeMap<SessionId, Session>,
    pub(crate) live: BTreeSet<SessionId>,
    pub(crate) debts: BTreeMap<RequestId, Debt>,
    pub(crate) night_chain: Vec<ChainLink>,
    pub(crate) codes: BTreeMap<Digest, CodeState>,
    pub(crate) code_misses: BTreeMap<PersonId, CodeMisses>,
    pub(crate) isolation: Option<Isolation>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) isolated_ones: Vec<IsolatedOne>,
    pub(crate) kit_sealed: bool,
    pub(crate) clock: Clock,
    pub(crate) disagreements: Vec<Disagreement>,
    pub(crate) running: Option<bool>,
    #[serde(default, skip_serializing_if = "ForeignLogs::is_empty")]
    pub(crate) foreign_logs: ForeignLogs,
    pub(crate) relays: BTreeMap<String, NewRelay>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) console_reach: Option<ConsoleReach>,
    #[serde(default, skip_serializing_if = "Notices::is_empty")]
    pub(crate) notices: Notices,
    #[serde(default, skip_serializing_if = "Alerts::is_empty")]
    pub(crate) alerts: Alerts,
    #[serde(default, skip_serializing_if = "Incidents::is_empty")]
    pub(crate) incidents: Incidents,
    #[serde(default, skip_serializing_if = "Preparation::is_empty")]
    pub(crate) preparation: Preparation,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(crate) decoys: BTreeSet<Decoy>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) inspections: Vec<Inspection>,
    pub(crate) report_due_days: u8,
    #[serde(default, skip_serializing_if = "SecretPolicy::is_usual")]
    pub(crate) secret_policy: SecretPolicy,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) secrets_checked: Option<Timestamp>,
    /// How many envelopes of emergency accounts were ordered so far.
    #[serde(default, skip_serializing_if = "nothing")]
    pub(crate) envelopes: u64,
    pub(crate) level: u16,
}

/// A maintenance company.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vendor {
    /// Its id.
    pub id: VendorId,
    /// Its name.
    pub name: String,
    /// Whose sub-contractor it is.
    pub parent: Option<VendorId>,
    /// From where its engineers connect.
    pub sources: NonEmpty<SourcePrefix>,
    /// When the sources were last confirmed.
    pub confirmed: Timestamp,
    /// The number that is called back.
    pub phone: Commitment,
    /// When it was registered.
    pub since: Timestamp,
    /// Since when it is suspended itself (its parent may be too).
    pub suspended: Option<Timestamp>,
}

/// A natural person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Their id.
    pub id: PersonId,
    /// For whom they work.
    pub employer: Employer,
    /// What they may do.
    pub roles: NonEmpty<Role>,
    /// Their name.
    pub name: Commitment,
    /// How to reach them.
    pub contact: Commitment,
    /// When they set up the factors that they have now.
    pub since: Timestamp,
    /// Since when they are suspended.
    pub suspended: Option<Timestamp>,
    /// Since when their personal values are erased.
    pub erased: Option<Timestamp>,
    /// Since when their factors are void.
    pub reset: Option<Timestamp>,
    /// Until when they may look, for an inspector.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

/// An engineer's computer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// Its id.
    pub id: DeviceId,
    /// Whose.
    pub person: PersonId,
    /// Its keys and label.
    pub enrolment: DeviceEnrolment,
    /// When it was enrolled.
    pub since: Timestamp,
    /// When its words were compared; until then it is pending.
    pub confirmed: Option<Timestamp>,
    /// Since when it is suspended.
    pub suspended: Option<Timestamp>,
}

/// A passkey with which a person signs in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passkey {
    /// What it is.
    pub passkey: NewPasskey,
    /// Whose.
    pub person: PersonId,
    /// The device that it is at the same time, if it is an engineer's.
    pub device: Option<DeviceId>,
    /// When it was added.
    pub since: Timestamp,
}

/// The root certificate of a maker of authenticators, whose word the hospital takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttestationRoot {
    /// What the hospital calls it.
    pub name: String,
    /// SHA-256 of the certificate (DER).
    pub sha256: Digest,
    /// The certificate: DER in Base64.
    pub certificate: String,
    /// Since when it is trusted.
    pub since: Timestamp,
}

/// One service of an asset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// Its id.
    pub id: TargetId,
    /// Its short name.
    pub name: String,
    /// What is spoken to it.
    pub protocol: Protocol,
    /// Its pinned address.
    pub address: PinnedAddress,
    /// What is kept of its sessions.
    pub recording: RecordingPolicy,
    /// How many approve.
    pub approvals: Approvals,
    /// Whether it may be opened in an emergency.
    pub emergency: bool,
    /// When it may be visited.
    pub hours: Hours,
    /// The longest window, in minutes.
    pub longest_minutes: u32,
    /// Bytes that one visit may record.
    pub quota_bytes: u64,
    /// Who maintains it.
    pub vendors: NonEmpty<VendorId>,
    /// For SSH: how it is known and entered.
    pub ssh: Option<SshTarget>,
    /// For a database: how it is known and entered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub database: Option<DatabaseTarget>,
    /// Of a database: where it keeps the numbers of patients.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub patients: Vec<PatientColumn>,
    /// For a web console: how it is known and entered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub web: Option<WebTarget>,
    /// For a desktop: how it is known and entered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub desktop: Option<DesktopTarget>,
    /// For a console by telnet: how it is entered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub telnet: Option<TelnetTarget>,
    /// Of what kind the secret in the vault is, once there is one.
    pub secret: Option<SecretKind>,
    /// How many secrets were set so far: the number of the one that counts.
    pub secrets: u64,
    /// The same of the account that only reads, of a database.
    #[serde(default, skip_serializing_if = "nothing")]
    pub reader_secrets: u64,
    /// What is known of the secret.
    #[serde(default, skip_serializing_if = "SecretStanding::is_empty")]
    pub standing: SecretStanding,
    /// The same of the account that only reads.
    #[serde(default, skip_serializing_if = "SecretStanding::is_empty")]
    pub reader_standing: SecretStanding,
    /// How an account is made for each visit; without it visits enter under the registered ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visit_accounts: Option<VisitAccounts>,
    /// How its password is replaced there; without it by the commands of Linux.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rotation_way: Option<RotationWay>,
    /// That its account is kept for emergencies, and how its envelope stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub emergency_account: Option<EmergencyAccount>,
    /// Whether every session needs an attendant.
    pub attended: bool,
    /// The risk that was accepted last, of whatever kind: [`Target::accepted_risk`] is the one that counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub risk: Option<Risk>,
    /// When it was registered.
    pub since: Timestamp,
    /// Since when it is suspended.
    pub suspended: Option<Timestamp>,
}

/// An invitation. The secret's digest is private: who reads lists learns nothing of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitation {
    /// Its id.
    pub id: InvitationId,
    /// For what.
    pub purpose: InvitationFor,
    /// By whom; `None` for the gateway or the kit.
    pub by: Option<PersonId>,
    pub(crate) secret: Digest,
    /// From when.
    pub from: Timestamp,
    /// Until when.
    pub until: Timestamp,
    /// Wrong secrets so far.
    pub misses: u32,
    /// When it was used.
    pub used: Option<Timestamp>,
    /// When it was withdrawn.
    pub withdrawn: Option<Timestamp>,
}

/// A request, named for what it waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Its id.
    pub id: RequestId,
    /// Of which visit.
    pub visit: VisitId,
    /// Who asked.
    pub person: PersonId,
    /// For whom they worked.
    pub vendor: VendorId,
    /// On which device they come.
    pub device: DeviceId,
    /// What was asked.
    pub asked: Asked,
    /// When.
    pub at: Timestamp,
    /// The window as it stands: as asked, or as narrowed by the approvals so far.
    pub window: Window,
    /// What may be done inside SSH sessions: as asked, or as narrowed by the approvals so far.
    pub ssh: Option<SshTerms>,
    /// What may be done inside database sessions: as asked, or as narrowed by the approvals so far.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub database: Option<DatabaseTerms>,
    /// What may be done inside sessions at a web console: as asked, or as narrowed by the approvals so far.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub web: Option<WebTerms>,
    /// What may be done inside desktop sessions: as asked, or as narrowed by the approvals so far.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub desktop: Option<DesktopTerms>,
    /// Who approved so far, in order, with their conditions.
    pub approvals: Vec<Approval>,
    /// What it waits for, or how it was decided.
    pub state: RequestState,
    /// Why it was refused, if it was: the engineer is told.
    pub refusal: Option<Commitment>,
}

/// What was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Asked {
    /// A visit.
    Visit(Box<NewVisit>),
    /// More time for this grant.
    Extension(GrantId),
}

/// One person's approval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// Whose.
    pub by: PersonId,
    /// When.
    pub at: Timestamp,
    /// Conditions in words.
    pub conditions: Option<Commitment>,
}

/// What a request waits for, or how it was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestState {
    /// Nobody has answered yet.
    AwaitingApproval,
    /// One of two has approved.
    AwaitingSecondApproval,
    /// It was approved.
    Granted,
    /// It was opened in an emergency and waits for the approval that it owes.
    OpenedInEmergency,
    /// The debt was answered: the opening was right.
    PaidAfterwards,
    /// It was refused; for an emergency opening: the opening was not right.
    Refused,
    /// Its maker took it back.
    Withdrawn,
}

/// An approved request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// Its id.
    pub id: GrantId,
    /// Of which visit.
    pub visit: VisitId,
    /// What it allows. Nothing ever widens it; an extension is a grant of its own.
    pub terms: Terms,
    /// For an extension: of which grant.
    pub extends: Option<GrantId>,
    /// Whether it was opened in an emergency.
    pub emergency: bool,
    /// When it was granted.
    pub at: Timestamp,
    /// Sessions opened under it.
    pub opened: u64,
    /// Why it holds no more.
    pub withdrawn: Option<EndReason>,
}

/// The whole errand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visit {
    /// Its id.
    pub id: VisitId,
    /// The request with which it began.
    pub request: RequestId,
    /// Who makes it.
    pub person: PersonId,
    /// For whom they worked.
    pub vendor: VendorId,
    /// Where to.
    pub target: TargetId,
    /// Its grant, once there is one.
    pub grant: Option<GrantId>,
    /// The grants that extend it, in order.
    pub extensions: Vec<GrantId>,
    /// Its sessions, in order.
    pub sessions: Vec<SessionId>,
    /// Bytes of its closed sessions, both ways.
    pub bytes: u64,
    /// Bytes of files that passed into the hospital.
    pub files_in: u64,
    /// Bytes of files that passed out of the hospital.
    pub files_out: u64,
    /// Files that passed, both ways, whole or not.
    pub files: u64,
    /// Bytes that its closed sessions took out of a database or a web console.
    #[serde(default, skip_serializing_if = "nothing")]
    pub data_out: u64,
    /// Files that were looked at in quarantine.
    #[serde(default, skip_serializing_if = "no_files")]
    pub judged: u32,
    /// Those that waited for a person, by their numbers.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub held: BTreeMap<u32, HeldFile>,
    /// When a scanner first found something in a file of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub infected: Option<Timestamp>,
    /// Who of the vendor said that what went out is deleted, and when.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deletions: Vec<(PersonId, Timestamp)>,
    /// The account that was made for it at the target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<VisitAccount>,
    /// Its reports: digest, file name, when.
    pub reports: Vec<(Digest, Commitment, Timestamp)>,
    /// Who reviewed it, in order; a later review adds to those before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reviews: Vec<Review>,
    /// Entries of its story so far.
    pub parts: u64,
}

/// One person's review of a visit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    /// Whose.
    pub by: PersonId,
    /// When it was signed.
    pub at: Timestamp,
    /// What they say.
    pub verdict: Verdict,
    /// SHA-256 of the report that they read; none if none was filed.
    pub report: Option<Digest>,
    /// A word with it.
    pub note: Option<Commitment>,
    /// Reports that the visit had then.
    pub of_reports: usize,
    /// Sessions that the visit had then.
    pub of_sessions: usize,
}

/// One connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// Of which visit.
    pub visit: VisitId,
    /// Under which grant.
    pub grant: GrantId,
    /// Who.
    pub person: PersonId,
    /// On which device.
    pub device: DeviceId,
    /// Where to.
    pub target: TargetId,
    /// From where.
    pub source: IpAddr,
    /// When it was opened.
    pub opened: Timestamp,
    /// Channels opened in it.
    pub channels: u64,
    /// Whether it needs an attendant.
    pub attended: bool,
    /// Who attends it.
    pub attendants: BTreeSet<PersonId>,
    /// Since when nobody attends it, and whether somebody did before.
    pub unattended: (Timestamp, bool),
    /// Since when it is paused.
    pub paused: Option<Timestamp>,
    /// When its engineer was told something: the last few times, for the limit.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub told: Vec<Timestamp>,
    /// Why it is to end, once it is.
    pub ended: Option<EndReason>,
    /// When its streams were closed, and the bytes sent and received.
    pub closed: Option<(Timestamp, u64, u64)>,
}

/// The approval that an emergency opening owes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Debt {
    /// The request that was opened.
    pub request: RequestId,
    /// Of which visit.
    pub visit: VisitId,
    /// Whose visits and emergencies it blocks, with its whole family of sub-contractors.
    pub vendor: VendorId,
    /// The duty person who opened it; `None` for a code.
    pub opened_by: Option<PersonId>,
    /// Since when.
    pub since: Timestamp,
    /// How many other persons' approvals pay it.
    pub needs: u8,
    /// Who has approved it so far.
    pub approved: Vec<PersonId>,
}

/// One vendor, person, device or target that is isolated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IsolatedOne {
    /// What.
    pub subject: Subject,
    /// Since when, why, and who agreed to lift it.
    pub isolation: Isolation,
}

/// The isolation of a site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Isolation {
    /// Since when.
    pub since: Timestamp,
    /// Why.
    pub reason: Commitment,
    /// Who agreed to lift it, and when.
    pub agreed: BTreeMap<PersonId, Timestamp>,
    /// When the holder of the kit agreed.
    pub kit: Option<Timestamp>,
    /// The delay of a single person: whose, and when it is over.
    pub delay: Option<(PersonId, Timestamp)>,
}

/// Whether an emergency code is still good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CodeState {
    Sealed,
    Used,
    Replaced,
}

/// Wrong emergency codes of one person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CodeMisses {
    pub(crate) times: u32,
    pub(crate) last: Timestamp,
}

/// What is known about the clock.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Clock {
    /// Whether it was found wrong and nobody has confirmed it since.
    pub(crate) doubted: bool,
    /// The last confirmation: the wall clock then, and the last entry's time then.
    pub(crate) confirmed: Option<(Timestamp, Timestamp)>,
}

/// A witness's memory that disagrees with the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disagreement {
    /// When it was reported.
    pub at: Timestamp,
    /// By which device.
    pub device: Option<DeviceId>,
    /// How: `rolled-back` or `forked`.
    pub how: String,
    /// The size that the witness holds.
    pub size: u64,
    /// The root that it holds.
    pub root: Digest,
}

/// Why nothing passes in a session for now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Frozen {
    /// A hospital person paused it.
    Paused,
    /// It needs an attendant and has none.
    AwaitingAttendant,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands the field over by reference"
)]
fn no_files(number: &u32) -> bool {
    *number == 0
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands the field over by reference"
)]
fn nothing(number: &u64) -> bool {
    *number == 0
}

impl Session {
    /// Whether it is open and not to end.
    pub fn is_live(&self) -> bool {
        self.ended.is_none() && self.closed.is_none()
    }

    /// An attendant leaves; who does not attend leaves nothing behind.
    fn left_by(&mut self, person: &PersonId, at: Timestamp) {
        if self.attendants.remove(person) && self.attendants.is_empty() {
            self.unattended = (at, true);
        }
    }
}

impl Visit {
    /// The review of all that there is: what was filed or done after a review is not signed by it.
    pub fn reviewed(&self) -> Option<&Review> {
        self.reviews.last().filter(|review| {
            review.of_reports == self.reports.len() && review.of_sessions == self.sessions.len()
        })
    }

    /// What a reviewer asks and nothing was filed or done about since: which review, counted from one, and
    /// when it was signed.
    pub fn question(&self) -> Option<(u32, Timestamp)> {
        let last = self.reviewed()?;
        let number = u32::try_from(self.reviews.len()).unwrap_or(u32::MAX);
        (last.verdict == Verdict::Questioned).then_some((number, last.at))
    }

    /// Bytes of files that passed this way.
    pub fn files_passed(&self, direction: Handover) -> u64 {
        match direction {
            Handover::In => self.files_in,
            Handover::Out => self.files_out,
        }
    }
}

impl Site {
    /// A site of which nothing is known yet: fold its ledger into it.
    pub fn empty(id: SiteId) -> Self {
        Self {
            id,
            founding: None,
            last_at: Timestamp::from_millis(0),
            entries: 0,
            vendors: BTreeMap::new(),
            persons: BTreeMap::new(),
            devices: BTreeMap::new(),
            passkeys: BTreeMap::new(),
            roots: BTreeMap::new(),
            targets: BTreeMap::new(),
            invitations: BTreeMap::new(),
            requests: BTreeMap::new(),
            grants: BTreeMap::new(),
            visits: BTreeMap::new(),
            sessions: BTreeMap::new(),
            live: BTreeSet::new(),
            debts: BTreeMap::new(),
            night_chain: Vec::new(),
            codes: BTreeMap::new(),
            code_misses: BTreeMap::new(),
            isolation: None,
            isolated_ones: Vec::new(),
            kit_sealed: false,
            clock: Clock::default(),
            disagreements: Vec::new(),
            running: None,
            foreign_logs: ForeignLogs::default(),
            relays: BTreeMap::new(),
            console_reach: None,
            notices: Notices::default(),
            alerts: Alerts::default(),
            incidents: Incidents::default(),
            preparation: Preparation::default(),
            decoys: BTreeSet::new(),
            inspections: Vec::new(),
            report_due_days: crate::limits::REPORT_DUE_DAYS,
            secret_policy: SecretPolicy::default(),
            secrets_checked: None,
            envelopes: 0,
            level: crate::level::FIRST_LEVEL,
        }
    }

    /// The entries that tell of these events: the moment never before the last entry, and each
    /// with its place in its visit's story. Nothing is changed; apply them once they are durable
    /// (or before, where access is taken away).
    pub fn enter(&self, by: &Caller, events: Vec<Event>, now: Timestamp) -> Vec<Entry> {
        let at = now.max(self.last_at);
        let mut parts: BTreeMap<VisitId, u64> = BTreeMap::new();
        let entries = events.into_iter().map(|event| {
            let part = event.visit().map(|visit| {
                let told = self.visits.get(visit).map_or(0, |visit| visit.parts);
                let next = parts.entry(visit.clone()).or_insert(told);
                let part = Part {
                    visit: visit.clone(),
                    n: *next,
                };
                *next += 1;
                part
            });
            Entry {
                v: ENTRY_VERSION,
                site: self.id.clone(),
                at,
                by: by.clone(),
                part,
                event,
            }
        });
        entries.collect()
    }
}
