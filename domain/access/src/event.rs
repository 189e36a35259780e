//! What happened. Commands ask, events tell; an event is never reshaped: new meaning, new variant.

mod founding;
mod granted;
mod story;

use std::net::{IpAddr, SocketAddr};

use ids::{
    Commitment, DeviceId, Digest, GrantId, InvitationId, NonEmpty, PersonId, RequestId, SessionId,
    TargetId, Timestamp, VendorId, VisitId,
};
use serde::{Deserialize, Serialize};

use crate::alerts::{AlertAbout, AlertVerdict, Evidence, RuleAnswer};
use crate::caller::{Caller, Factors, Source, Who};
use crate::command::{
    DeviceEnrolment, InvitationFor, LiftWay, NewPasskey, NewRelay, NewVisit, Subject,
};
use crate::decoys::Decoy;
use crate::emergency_accounts::{EmergencyTerms, EnvelopeFound};
use crate::foreign_logs::{ForeignFound, ForeignHead, ToldAt};
use crate::held_files::FileLook;
use crate::incidents::{IncidentCause, NewNote};
use crate::notices::{About, MailServer, NoticeTerms, Tried, Ways, Webhook};
use crate::reason::Reason;
use crate::response::{Matter, NewContact, NewStep};
use crate::risks::{NewRisk, RiskKind};
use crate::rotation::{RotationCause, RotationFailure, Works};
use crate::rotation_way::RotationWay;
use crate::secrets::{SecretFound, SecretPolicy, SecretWeakness};
use crate::terms::{
    Approvals, ChainLink, ConsoleReach, DatabaseTarget, DatabaseTerms, DesktopTarget, DesktopTerms,
    Employer, EndReason, Handover, Hours, PatientColumn, PinnedAddress, Protocol, RecordingPolicy,
    Role, SecretKind, ServerIdentity, SignInOf, SourcePrefix, SshTarget, SshTerms, TargetTerms,
    TelnetTarget, Verdict, WebTarget, WebTerms, Window,
};
use crate::visit_accounts::{AccountTrouble, VisitAccounts};

pub use founding::Founding;
pub use granted::{Authority, Terms};

macro_rules! events {
    ($($(#[$doc:meta])* $name:ident = $kind:literal { $($(#[$field_meta:meta])* $field:ident: $type:ty),* $(,)? }),+ $(,)?) => {
        /// Something that happened. Its `kind` is its name in snake_case.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(tag = "kind", deny_unknown_fields)]
        pub enum Event {
            $($(#[$doc])* #[serde(rename = $kind)] $name { $($(#[$field_meta])* $field: $type),* }),+
        }

        impl Event {
            /// Every kind that this release knows.
            pub const KINDS: &'static [&'static str] = &[$($kind),+];

            /// Its name in snake_case.
            pub fn kind(&self) -> &'static str {
                match self {
                    $(Self::$name { .. } => $kind),+
                }
            }
        }
    };
}

events! {
    /// The site began.
    SiteFounded = "site_founded" {
        /// How.
        founding: Founding,
    },
    /// A vendor was registered; this also confirmed its sources.
    VendorRegistered = "vendor_registered" {
        /// Its id.
        vendor: VendorId,
        /// Its name.
        name: String,
        /// Whose sub-contractor it is.
        parent: Option<VendorId>,
        /// From where its engineers connect.
        sources: NonEmpty<SourcePrefix>,
        /// The number that is called back.
        phone: Commitment,
    },
    /// A vendor's sources were replaced, which also confirmed them.
    SourcesChanged = "sources_changed" {
        /// Whose.
        vendor: VendorId,
        /// The new list.
        sources: NonEmpty<SourcePrefix>,
    },
    /// A vendor's sources were stated to be right still.
    SourcesReconfirmed = "sources_reconfirmed" {
        /// Whose.
        vendor: VendorId,
    },
    /// An invitation was made.
    InvitationIssued = "invitation_issued" {
        /// Its id.
        invitation: InvitationId,
        /// For what.
        purpose: InvitationFor,
        /// SHA-256 of its one-use secret.
        secret: Digest,
        /// From when it can be used: later than now only for the kit's delayed reset.
        from: Timestamp,
        /// Until when.
        until: Timestamp,
    },
    /// An invitation was tried with a wrong secret.
    InvitationMissed = "invitation_missed" {
        /// Which.
        invitation: InvitationId,
    },
    /// An invitation was taken back.
    InvitationWithdrawn = "invitation_withdrawn" {
        /// Which.
        invitation: InvitationId,
    },
    /// A person set up their factors for the first time.
    PersonJoined = "person_joined" {
        /// By which invitation.
        invitation: InvitationId,
        /// Their id.
        person: PersonId,
        /// For whom they work.
        employer: Employer,
        /// What they may do.
        roles: NonEmpty<Role>,
        /// Their name.
        name: Commitment,
        /// How to reach them.
        contact: Commitment,
    },
    /// A device was enrolled; it waits for its words to be compared.
    DeviceEnrolled = "device_enrolled" {
        /// By which invitation.
        invitation: InvitationId,
        /// Its id.
        device: DeviceId,
        /// Whose.
        person: PersonId,
        /// Its keys and label.
        enrolment: DeviceEnrolment,
    },
    /// The words of a device's key were compared by phone.
    DeviceConfirmed = "device_confirmed" {
        /// Which.
        device: DeviceId,
    },
    /// A passkey was added to a person's ways to sign in.
    PasskeyAdded = "passkey_added" {
        /// Whose.
        person: PersonId,
        /// What it is.
        passkey: NewPasskey,
        /// For an engineer: the device that it is at the same time; it waits for its words to be
        /// compared.
        device: Option<DeviceId>,
    },
    /// A passkey opens nothing any more; the device that it was is suspended.
    PasskeyRemoved = "passkey_removed" {
        /// Whose.
        person: PersonId,
        /// Which: the digest of its id.
        passkey: Digest,
    },
    /// Passkeys that a maker attests with this root are taken from engineers.
    AttestationTrusted = "attestation_trusted" {
        /// What the hospital calls it.
        name: String,
        /// SHA-256 of the certificate (DER).
        sha256: Digest,
        /// The certificate: DER in Base64.
        certificate: String,
    },
    /// The hospital trusts a root no more: the devices that it attested are suspended.
    AttestationDistrusted = "attestation_distrusted" {
        /// What the hospital called it.
        name: String,
    },
    /// A person's factors are void until they set up new ones.
    FactorsReset = "factors_reset" {
        /// Whose.
        person: PersonId,
    },
    /// A person set up new factors; the old ones are void.
    FactorsSetUp = "factors_set_up" {
        /// By which invitation.
        invitation: InvitationId,
        /// Whose.
        person: PersonId,
    },
    /// A target was registered.
    TargetRegistered = "target_registered" {
        /// Its id.
        target: TargetId,
        /// Its short name.
        name: String,
        /// What is spoken to it.
        protocol: Protocol,
        /// Its pinned address.
        address: PinnedAddress,
        /// What is kept of its sessions.
        recording: RecordingPolicy,
        /// How many approve.
        approvals: Approvals,
        /// Whether it may be opened in an emergency.
        emergency: bool,
        /// When it may be visited.
        hours: Hours,
        /// The longest window of one grant, in minutes.
        longest_minutes: u32,
        /// Bytes that one visit may record.
        quota_bytes: u64,
        /// Who maintains it.
        vendors: NonEmpty<VendorId>,
        /// For SSH: how it is known and entered.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ssh: Option<SshTarget>,
        /// For a database: how it is known and entered.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        database: Option<DatabaseTarget>,
        /// For a web console: how it is known and entered.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        web: Option<WebTarget>,
        /// For a desktop: how it is known and entered.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        desktop: Option<DesktopTarget>,
        /// For a console by telnet: how it is entered.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        telnet: Option<TelnetTarget>,
        /// Whether every session needs an attendant.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        attended: bool,
        /// The risk that was accepted with it, where it rests on one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        risk: Option<NewRisk>,
    },
    /// A target got another address. Its grants are withdrawn, its sessions end.
    TargetPinned = "target_pinned" {
        /// Which.
        target: TargetId,
        /// The new address.
        address: PinnedAddress,
    },
    /// An SSH target got another host key. Its grants are withdrawn, its sessions end.
    HostKeyPinned = "host_key_pinned" {
        /// Which.
        target: TargetId,
        /// The new key.
        host_key: String,
    },
    /// A server of a database, a web console or a desktop is known by another key, or by none. Its grants
    /// are withdrawn, its sessions end.
    DatabaseServerPinned = "database_server_pinned" {
        /// Which.
        target: TargetId,
        /// By what it is known from here on.
        server: ServerIdentity,
    },
    /// The risk on which a target rests was accepted, or that was renewed.
    RiskAccepted = "risk_accepted" {
        /// Of which target.
        target: TargetId,
        /// What is not safe about it.
        risk_kind: RiskKind,
        /// What is accepted.
        risk: NewRisk,
    },
    /// The risk on which a target rests is accepted no more. Its sessions end.
    RiskWithdrawn = "risk_withdrawn" {
        /// Of which target.
        target: TargetId,
        /// Why.
        why: String,
    },
    /// The columns of a database that hold the numbers of patients were named, all of them.
    PatientColumnsNamed = "patient_columns_named" {
        /// Which.
        target: TargetId,
        /// The columns from here on.
        columns: Vec<PatientColumn>,
    },
    /// Whether the account of a target is kept for emergencies was set.
    EmergencyAccountSet = "emergency_account_set" {
        /// Which.
        target: TargetId,
        /// What the hospital says of it; absent: it is an account like others.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        terms: Option<EmergencyTerms>,
    },
    /// An envelope was ordered for an emergency account: the gateway replaces its secret for it. Those before
    /// are void.
    EnvelopeOrdered = "envelope_ordered" {
        /// At which target.
        target: TargetId,
        /// Its number.
        number: u64,
    },
    /// The secret of an emergency account is about to leave the vault, to paper.
    EnvelopePrinted = "envelope_printed" {
        /// At which target.
        target: TargetId,
        /// Which envelope.
        number: u64,
    },
    /// Somebody looked at an envelope, or the gateway asked the target about its secret.
    EnvelopeSeen = "envelope_seen" {
        /// At which target.
        target: TargetId,
        /// Which envelope.
        number: u64,
        /// What was found.
        found: EnvelopeFound,
        /// What somebody said of it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        why: Option<String>,
    },
    /// How the accounts of visits are made at a target was set. The secret that the vault had for it counts no
    /// more: it was another account's.
    VisitAccountsSet = "visit_accounts_set" {
        /// Which.
        target: TargetId,
        /// How; absent: visits enter under the registered accounts.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        accounts: Option<VisitAccounts>,
    },
    /// How the password of an account that is entered by SSH is replaced at its target was set.
    RotationWaySet = "rotation_way_set" {
        /// Which.
        target: TargetId,
        /// How; absent: by the commands of Linux.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        way: Option<RotationWay>,
    },
    /// A target got other terms. Vendors that are listed no longer lose their grants and sessions.
    TargetTermsChanged = "target_terms_changed" {
        /// Which.
        target: TargetId,
        /// The terms from here on.
        terms: TargetTerms,
    },
    /// The vault holds a new secret for an account of a target.
    TargetSecretSet = "target_secret_set" {
        /// Which.
        target: TargetId,
        /// Of what kind.
        secret: SecretKind,
        /// For a database: whether it is that of the account that only reads.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        reader: bool,
        /// In what it was weak when it was set.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        weak: Vec<SecretWeakness>,
        /// Why it was set all the same.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        accepted: Option<String>,
    },
    /// The secret of an account may be known to others: no session opens with it until it is another.
    SecretCompromised = "secret_compromised" {
        /// Of which target.
        target: TargetId,
        /// Of a database: whether it is that of the account that only reads.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        reader: bool,
        /// Why.
        why: String,
    },
    /// The gateway begins to replace a secret at its target: the new one is kept beside the old one.
    SecretRotationBegun = "secret_rotation_begun" {
        /// Of which target.
        target: TargetId,
        /// Of a database: whether it is that of the account that only reads.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        reader: bool,
        /// Why.
        cause: RotationCause,
    },
    /// The target was asked which of the two secrets opens it.
    SecretRotationEnded = "secret_rotation_ended" {
        /// Of which target.
        target: TargetId,
        /// Of a database: whether it is that of the account that only reads.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        reader: bool,
        /// Which it is. The new one counts from here on, the old one is gone.
        works: Works,
        /// What went wrong.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        failed: Option<RotationFailure>,
    },
    /// The secrets in the vault were looked at.
    SecretsChecked = "secrets_checked" {
        /// What was not known before.
        found: Vec<SecretFound>,
        /// Whether every secret was looked at, and not only compared with the others.
        whole: bool,
    },
    /// The hospital asks something else of its targets' secrets.
    SecretPolicySet = "secret_policy_set" {
        /// What.
        policy: SecretPolicy,
    },
    /// The days after which a missing report blocks were set.
    ReportDueSet = "report_due_set" {
        /// How many.
        days: u8,
    },
    /// The site is reached through this relay too.
    RelayRegistered = "relay_registered" {
        /// Which.
        relay: NewRelay,
    },
    /// The site is reached through this relay no longer.
    RelayRemoved = "relay_removed" {
        /// Its name.
        name: String,
    },
    /// The console's name can be reached from beyond the LAN.
    ConsoleOpened = "console_opened" {
        /// From where else, and which way.
        reach: ConsoleReach,
    },
    /// The console's name can be reached from the LAN alone.
    ConsoleClosed = "console_closed" {},
    /// Something was suspended.
    Suspended = "suspended" {
        /// What; never a grant.
        subject: Subject,
        /// Why.
        reason: Commitment,
    },
    /// One vendor, person, device or target was isolated: what is suspended for that stands beside it.
    IsolatedOne = "isolated_one" {
        /// What; never a grant.
        subject: Subject,
        /// Why.
        reason: Commitment,
    },
    /// Somebody agreed to lift the isolation of one.
    LiftOneAgreed = "lift_one_agreed" {
        /// Of what.
        subject: Subject,
        /// Why.
        why: Commitment,
    },
    /// The isolation of one was lifted, and with it its suspension.
    LiftedOne = "lifted_one" {
        /// Of what.
        subject: Subject,
        /// Why.
        why: Commitment,
    },
    /// A suspension was lifted.
    Resumed = "resumed" {
        /// Of what; never a grant.
        subject: Subject,
    },
    /// A grant was withdrawn, for good.
    GrantWithdrawn = "grant_withdrawn" {
        /// Which.
        grant: GrantId,
        /// Of which visit.
        visit: VisitId,
        /// Why.
        reason: Commitment,
    },
    /// A visit was asked for.
    VisitRequested = "visit_requested" {
        /// The request.
        request: RequestId,
        /// The errand that begins with it.
        visit: VisitId,
        /// Who asked.
        person: PersonId,
        /// For whom they work.
        vendor: VendorId,
        /// On which device they will come.
        device: DeviceId,
        /// What they asked for.
        asked: NewVisit,
    },
    /// More time was asked for.
    ExtensionRequested = "extension_requested" {
        /// The request.
        request: RequestId,
        /// Of which visit.
        visit: VisitId,
        /// Of which grant.
        grant: GrantId,
        /// The stretch that would be added.
        window: Window,
    },
    /// A request was taken back by who made it.
    RequestWithdrawn = "request_withdrawn" {
        /// Which.
        request: RequestId,
        /// Of which visit.
        visit: VisitId,
    },
    /// A hospital person approved; whether that was enough, the next entry tells.
    ApprovalGiven = "approval_given" {
        /// What.
        request: RequestId,
        /// Of which visit.
        visit: VisitId,
        /// Conditions in words.
        conditions: Option<Commitment>,
        /// A shorter window.
        narrower: Option<Window>,
        /// Less than was asked for inside SSH sessions.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ssh: Option<SshTerms>,
        /// Less than was asked for inside database sessions.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        database: Option<DatabaseTerms>,
        /// Less than was asked for inside sessions at web consoles.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        web: Option<WebTerms>,
        /// Less than was asked for inside desktop sessions.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        desktop: Option<DesktopTerms>,
    },
    /// A request has all the approvals that it needs.
    ApprovalGranted = "approval_granted" {
        /// Which.
        request: RequestId,
        /// Of which visit.
        visit: VisitId,
        /// The grant: it has the number of its request.
        grant: GrantId,
        /// For an extension: of which grant.
        extends: Option<GrantId>,
        /// What it allows.
        terms: Terms,
    },
    /// A request was refused; for an emergency opening: it was not right.
    RequestRefused = "request_refused" {
        /// Which.
        request: RequestId,
        /// Of which visit.
        visit: VisitId,
        /// Why.
        reason: Commitment,
    },
    /// A request was opened in an emergency: its approval is now a debt.
    EmergencyOpened = "emergency_opened" {
        /// Which.
        request: RequestId,
        /// Of which visit.
        visit: VisitId,
        /// The grant.
        grant: GrantId,
        /// On whose authority.
        authority: Authority,
        /// What it allows.
        terms: Terms,
    },
    /// The approval that an emergency opening owed was given or denied by another person.
    DebtAnswered = "debt_answered" {
        /// Of which request.
        request: RequestId,
        /// Of which visit.
        visit: VisitId,
        /// Whether the opening was right.
        right: bool,
    },
    /// A new envelope of emergency codes was sealed; the old one ended.
    EnvelopeSealed = "envelope_sealed" {
        /// SHA-256 of each code.
        codes: NonEmpty<Digest>,
    },
    /// The night chain was set.
    NightChainSet = "night_chain_set" {
        /// The chain.
        chain: NonEmpty<ChainLink>,
    },
    /// A session was permitted. The entry is durable before the target is dialled.
    SessionOpened = "session_opened" {
        /// Its id.
        session: SessionId,
        /// Of which visit.
        visit: VisitId,
        /// Under which grant.
        grant: GrantId,
        /// Who.
        person: PersonId,
        /// On which device.
        device: DeviceId,
        /// Where to.
        target: TargetId,
        /// What is spoken.
        protocol: Protocol,
        /// The one address that may be dialled.
        address: SocketAddr,
        /// From where the engineer came.
        source: IpAddr,
        /// Until when at the longest.
        until: Timestamp,
        /// What is kept.
        recording: RecordingPolicy,
        /// Bytes that the visit may still record.
        quota_left: u64,
    },
    /// A channel was opened in a session. The entry is durable before the target hears of it.
    ChannelOpened = "channel_opened" {
        /// In which session.
        session: SessionId,
        /// Of which visit.
        visit: VisitId,
        /// What: the id of the ask.
        channel: String,
    },
    /// A file passed in a session.
    FileHandedOver = "file_handed_over" {
        /// In which session.
        session: SessionId,
        /// Of which visit.
        visit: VisitId,
        /// Which way.
        direction: Handover,
        /// Its path on the target.
        name: Commitment,
        /// Bytes of content that passed.
        bytes: u64,
        /// SHA-256 of the content, if it passed whole and in order.
        sha256: Option<Digest>,
        /// What was seen of it in quarantine.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        look: Option<FileLook>,
    },
    /// A file was looked at in quarantine.
    FileJudged = "file_judged" {
        /// In which session.
        session: SessionId,
        /// Of which visit.
        visit: VisitId,
        /// Its number in the visit, from 1.
        file: u32,
        /// Which way it goes.
        direction: Handover,
        /// Its path on the target.
        name: Commitment,
        /// Bytes of content.
        bytes: u64,
        /// SHA-256 of the content.
        sha256: Digest,
        /// What was seen of it, and what became of it.
        look: FileLook,
    },
    /// A file that waited may pass; the entry says who let it.
    FileReleased = "file_released" {
        /// Of which visit.
        visit: VisitId,
        /// Its number in the visit.
        file: u32,
    },
    /// A file that waited may not pass; the entry says who refused it.
    FileRefused = "file_refused" {
        /// Of which visit.
        visit: VisitId,
        /// Its number in the visit.
        file: u32,
    },
    /// The vendor says that what went out in a visit is deleted; the entry says who.
    DeletionConfirmed = "deletion_confirmed" {
        /// Of which visit.
        visit: VisitId,
    },
    /// A hospital person attends a session.
    AttendanceBegan = "attendance_began" {
        /// Which session.
        session: SessionId,
        /// Of which visit.
        visit: VisitId,
        /// Who.
        person: PersonId,
    },
    /// They attend it no longer.
    AttendanceEnded = "attendance_ended" {
        /// Which session.
        session: SessionId,
        /// Of which visit.
        visit: VisitId,
        /// Who.
        person: PersonId,
    },
    /// A session was paused: nothing passes.
    SessionPaused = "session_paused" {
        /// Which session.
        session: SessionId,
        /// Of which visit.
        visit: VisitId,
    },
    /// A paused session goes on.
    SessionContinued = "session_continued" {
        /// Which session.
        session: SessionId,
        /// Of which visit.
        visit: VisitId,
    },
    /// Somebody of the hospital said a word to the engineer of a session.
    EngineerTold = "engineer_told" {
        /// Of which session.
        session: SessionId,
        /// Of which visit.
        visit: VisitId,
        /// What was said.
        words: Commitment,
    },
    /// A session is to end.
    SessionEnded = "session_ended" {
        /// Which.
        session: SessionId,
        /// Of which visit.
        visit: VisitId,
        /// Why.
        reason: EndReason,
    },
    /// A session's streams are closed.
    SessionClosed = "session_closed" {
        /// Which.
        session: SessionId,
        /// Of which visit.
        visit: VisitId,
        /// Why.
        reason: EndReason,
        /// Bytes from the engineer to the target.
        sent: u64,
        /// Bytes from the target to the engineer.
        received: u64,
        /// Bytes of those that left a database as results and copies, or a web console in its answers.
        #[serde(default, skip_serializing_if = "none_left")]
        data_out: u64,
    },
    /// An account for this visit is about to be made at its target: it may be there from now on.
    VisitAccountBegun = "visit_account_begun" {
        /// Of which visit.
        visit: VisitId,
        /// Where.
        target: TargetId,
        /// Its name there.
        account: String,
    },
    /// The gateway tried to remove the account of a visit.
    VisitAccountEnded = "visit_account_ended" {
        /// Of which visit.
        visit: VisitId,
        /// Where.
        target: TargetId,
        /// Its name there.
        account: String,
        /// Why it is still there, as far as is known; absent: it is gone.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        left: Option<AccountTrouble>,
    },
    /// A work report was filed.
    ReportFiled = "report_filed" {
        /// Of which visit.
        visit: VisitId,
        /// SHA-256 of the report.
        report: Digest,
        /// Its file name.
        name: Commitment,
    },
    /// An approver of the hospital reviewed a visit and signed it; the entry says who.
    VisitReviewed = "visit_reviewed" {
        /// Of which visit.
        visit: VisitId,
        /// What they say of it.
        verdict: Verdict,
        /// SHA-256 of the report that they read; none if none was filed.
        report: Option<Digest>,
        /// A word with it.
        note: Option<Commitment>,
    },
    /// A rule has seen something; what was done at once is entered beside it.
    AlertRaised = "alert_raised" {
        /// Of which alert it is a sign: a new one, or the open one about the same.
        alert: u64,
        /// The rule's name.
        rule: String,
        /// What it is about.
        about: AlertAbout,
        /// Where it can be read.
        evidence: Evidence,
        /// What was done at once.
        answer: RuleAnswer,
    },
    /// Somebody of the hospital said what an alert was.
    AlertSettled = "alert_settled" {
        /// Which.
        alert: u64,
        /// What it was.
        verdict: AlertVerdict,
        /// Why that is known.
        why: Commitment,
    },
    /// Somebody of the hospital signed for what the ledger says up to an entry.
    LogInspected = "log_inspected" {
        /// Up to which, which is not among them.
        until: u64,
        /// The visits whose recordings were to be looked at.
        sampled: Vec<VisitId>,
        /// What was found.
        said: Commitment,
    },
    /// An incident began: what stands in the ledger from here on belongs to it.
    IncidentBegun = "incident_begun" {
        /// Its number.
        incident: u64,
        /// With what.
        cause: IncidentCause,
    },
    /// Somebody wrote into the chronology of an incident.
    IncidentNoted = "incident_noted" {
        /// Of which.
        incident: u64,
        /// What.
        note: NewNote,
    },
    /// Somebody did something that an incident asks for.
    IncidentStepped = "incident_stepped" {
        /// Which.
        incident: u64,
        /// What.
        step: NewStep,
    },
    /// An incident is over.
    IncidentClosed = "incident_closed" {
        /// Which.
        incident: u64,
        /// What it was; none where its alert was found to be ordinary work.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        said: Option<Commitment>,
    },
    /// The hospital agreed, while nothing happens, on what it does when something does.
    PolicyAgreed = "policy_agreed" {
        /// On which matter.
        matter: Matter,
        /// What.
        said: Commitment,
    },
    /// Somebody to call in an incident.
    ContactSet = "contact_set" {
        /// Under which number.
        number: u32,
        /// Who and how; none: nobody any more.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        contact: Option<NewContact>,
    },
    /// Somebody on that list was called, to see whether they can be reached.
    ContactTried = "contact_tried" {
        /// Under which number.
        number: u32,
        /// Whether they were.
        reached: bool,
    },
    /// Something is a decoy from here on, or is none any more.
    DecoySet = "decoy_set" {
        /// What.
        decoy: Decoy,
        /// Whether it is one.
        set: bool,
    },
    /// So many sign-ins failed under a person's name that the next ones were not looked at for a while.
    SignInLocked = "sign_in_locked" {
        /// Whose name.
        person: PersonId,
        /// From where the last one came.
        source: Source,
    },
    /// Somebody reached for a decoy.
    DecoyTouched = "decoy_touched" {
        /// For which.
        decoy: Decoy,
        /// Who, if that is somebody known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        person: Option<PersonId>,
        /// On which device.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        device: Option<DeviceId>,
        /// From where.
        source: Source,
    },
    /// It was chosen what is done when a rule has seen something.
    RuleAnswerSet = "rule_answer_set" {
        /// The rule's name.
        rule: String,
        /// What is done; without it, what the rule itself says.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        answer: Option<RuleAnswer>,
    },
    /// Everything ends, nothing is admitted. On a site that is isolated already: what was agreed
    /// about lifting is void.
    Isolated = "isolated" {
        /// Why.
        reason: Commitment,
    },
    /// Somebody agreed to lift the isolation.
    LiftAgreed = "lift_agreed" {
        /// Why it may be lifted.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        why: Option<Commitment>,
    },
    /// The delay of a single person's lifting began; everybody is told.
    LiftDelayStarted = "lift_delay_started" {
        /// When it is over.
        until: Timestamp,
    },
    /// The isolation is lifted.
    Lifted = "lifted" {
        /// How.
        way: LiftWay,
        /// Why it may be lifted.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        why: Option<Commitment>,
    },
    /// The recovery kit was stated to be printed, tested and sealed.
    KitSealed = "kit_sealed" {},
    /// A person's personal values were erased; they can act no more.
    PersonErased = "person_erased" {
        /// Whose.
        person: PersonId,
    },
    /// Until when an inspector may look was set.
    PersonLimited = "person_limited" {
        /// Of whom.
        person: PersonId,
        /// Until when.
        until: Timestamp,
    },
    /// The clock was found behind the ledger, or far from witness time.
    ClockDoubted = "clock_doubted" {
        /// What the wall clock said.
        wall: Timestamp,
        /// What a witness said, if that was the reason.
        witness: Option<Timestamp>,
    },
    /// A person confirmed the clock.
    ClockConfirmed = "clock_confirmed" {
        /// What the wall clock said.
        wall: Timestamp,
    },
    /// The gateway started.
    GatewayStarted = "gateway_started" {
        /// Its version.
        version: String,
        /// Whether the last stop was in order.
        clean: bool,
    },
    /// The gateway stopped in order.
    GatewayStopped = "gateway_stopped" {},
    /// Commands were refused.
    CommandRefused = "command_refused" {
        /// Who asked.
        caller: Caller,
        /// The command's name.
        command: String,
        /// Why not.
        reasons: Vec<Reason>,
        /// How often.
        times: u32,
        /// About which visit.
        visit: Option<VisitId>,
    },
    /// A rule saw something in the logs of another device.
    ForeignLogFound = "foreign_log_found" {
        /// Where it was told.
        at: ToldAt,
        /// What it saw.
        found: ForeignFound,
    },
    /// A head that vouches for the logs of other devices was told.
    ForeignLogSealed = "foreign_log_sealed" {
        /// Where it was told.
        at: ToldAt,
        /// The head.
        sealed: ForeignHead,
    },
    /// Unknown peers were turned away.
    StrangersTurnedAway = "strangers_turned_away" {
        /// Connections since the last such entry.
        connections: u64,
        /// Failed sign-ins since the last such entry.
        sign_ins: u64,
    },
    /// Heads of recordings were sealed.
    RecordingsSealed = "recordings_sealed" {
        /// Merkle root over the leaves.
        root: Digest,
        /// How many.
        count: u32,
        /// SHA-256 of the leaves' blob.
        leaves: Digest,
    },
    /// A segment was written and verified.
    SegmentSealed = "segment_sealed" {
        /// Of which session.
        session: SessionId,
        /// Of which visit.
        visit: VisitId,
        /// Number within the session.
        number: u32,
        /// SHA-256 of its bytes on disk.
        sha256: Digest,
        /// Frames up to its end.
        frames: u64,
        /// Head of the chain at its end.
        head: Digest,
        /// Whether it is the last.
        last: bool,
    },
    /// Somebody looked at a recording.
    RecordingViewed = "recording_viewed" {
        /// Who.
        viewer: Who,
        /// Of which session.
        session: SessionId,
        /// Of which visit.
        visit: VisitId,
        /// How.
        how: String,
    },
    /// Somebody opened what holds a person's or a patient's data; of an inspector everything that they
    /// open. The same thing opened again within a while stands in one entry.
    Viewed = "viewed" {
        /// Who.
        viewer: Who,
        /// What: the page's or the call's name.
        what: String,
        /// The number of the thing that was opened, where there are several.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        number: Option<u64>,
        /// The visit that it belongs to, if any.
        visit: Option<VisitId>,
    },
    /// The site was committed to a later level: releases that do not know it cannot read the ledger.
    SiteUpgraded = "site_upgraded" {
        /// The level from here on.
        level: u16,
    },
    /// Every entry up to here was read and verified.
    LedgerVerified = "ledger_verified" {
        /// How many.
        size: u64,
        /// The root over them.
        root: Digest,
    },
    /// The server through which mail leaves was set, or taken away.
    MailServerSet = "mail_server_set" {
        /// Which; `None`: no mail.
        server: Option<MailServer>,
    },
    /// A webhook was set up, or got another address.
    WebhookSet = "webhook_set" {
        /// Which.
        webhook: Webhook,
    },
    /// A webhook was taken away.
    WebhookRemoved = "webhook_removed" {
        /// Its name.
        name: String,
    },
    /// What holds for all messages was set.
    NoticeTermsSet = "notice_terms_set" {
        /// What.
        terms: NoticeTerms,
    },
    /// How a person is told was set.
    WaysSet = "ways_set" {
        /// Who.
        person: PersonId,
        /// How.
        ways: Ways,
    },
    /// Nobody answered a request in time: that was a no.
    RequestUnanswered = "request_unanswered" {
        /// Which.
        request: RequestId,
        /// Of which visit.
        visit: VisitId,
    },
    /// Messages left, or were given up.
    NoticeDelivered = "notice_delivered" {
        /// About what.
        about: About,
        /// To whom, and what came of it.
        told: NonEmpty<Tried>,
    },
    /// Somebody who was told has opened what it was about.
    NoticeSeen = "notice_seen" {
        /// What.
        about: About,
        /// Who.
        person: PersonId,
    },
    /// Somebody signed in.
    SignedIn = "signed_in" {
        /// Who.
        person: PersonId,
        /// With what.
        factors: Factors,
        /// On which device.
        device: Option<DeviceId>,
        /// From where.
        source: Source,
    },
    /// Somebody signed out; the sessions that they opened with that sign-in end.
    SignedOut = "signed_out" {
        /// Who.
        person: PersonId,
        /// Of which sign-in. Absent: of all of theirs, and every session of theirs ends.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        of: Option<SignInOf>,
    },
    /// A witness's memory disagrees with this ledger.
    WitnessDisagreed = "witness_disagreed" {
        /// Who reported it.
        device: Option<DeviceId>,
        /// How.
        how: String,
        /// The size that the witness holds.
        size: u64,
        /// The root that it holds.
        root: Digest,
    },
    /// The kit resumed a restored ledger.
    LedgerResumed = "ledger_resumed" {
        /// The signed statement.
        statement: String,
    },
    /// A receipt was handed out.
    ReceiptIssued = "receipt_issued" {
        /// To whom.
        reader: Who,
        /// For which visit.
        visit: VisitId,
    },
    /// The ledger was exported.
    LedgerExported = "ledger_exported" {
        /// By whom.
        reader: Who,
        /// Its size.
        size: u64,
    },
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands the field over by reference"
)]
fn none_left(data_out: &u64) -> bool {
    *data_out == 0
}
