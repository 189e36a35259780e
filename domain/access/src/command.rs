//! What can be asked. Commands ask, events tell.

use ids::{
    Commitment, DeviceId, Digest, GrantId, InvitationId, NonEmpty, PersonId, RequestId, SessionId,
    TargetId, Timestamp, VendorId, VisitId,
};
use serde::{Deserialize, Serialize};

use crate::alerts::AlertCommand;
use crate::caller::{Caller, Door, Factors, Source, Who};
use crate::decoys::Decoy;
use crate::emergency_accounts::{EmergencyTerms, EnvelopeFound};
use crate::foreign_logs::{ForeignTold, ToldAt};
use crate::held_files::{FileCommand, FileLook};
use crate::incidents::IncidentCommand;
use crate::notices::{NoticeNote, SetNotices};
use crate::reason::Reason;
use crate::response::PreparationCommand;
use crate::risks::NewRisk;
use crate::rotation::{RotationCause, RotationFailure, Works};
use crate::rotation_way::RotationWay;
use crate::secrets::{SecretFound, SecretPolicy, SecretWeakness};
use crate::site::Site;
use crate::terms::*;
use crate::visit_accounts::{AccountTrouble, VisitAccounts};

/// Everything that can be asked of a site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Register a maintenance company.
    RegisterVendor(NewVendor),
    /// Replace a vendor's source prefixes (this also confirms them).
    ChangeSources {
        /// Whose.
        vendor: VendorId,
        /// The new list.
        sources: NonEmpty<SourcePrefix>,
    },
    /// State that a vendor's source prefixes are still right.
    ReconfirmSources {
        /// Whose.
        vendor: VendorId,
    },
    /// Invite a person, or a new device or new factors of a known person.
    Invite {
        /// For what.
        purpose: InvitationFor,
        /// SHA-256 of the one-use secret (at least 128 random bits).
        secret: Digest,
        /// When it ends: at most 7 days ahead; 1 hour for the first person.
        until: Timestamp,
    },
    /// Take an invitation back before it is used; also stops the kit's delayed reset.
    WithdrawInvitation {
        /// Which.
        invitation: InvitationId,
    },
    /// Accept an invitation. `secret` is SHA-256 of what the invitee showed.
    AcceptInvitation {
        /// Which.
        invitation: InvitationId,
        /// SHA-256 of what was shown.
        secret: Digest,
        /// The person's name.
        name: Commitment,
        /// How to reach the person.
        contact: Commitment,
        /// The device enrolled with it; engineers need one.
        device: Option<DeviceEnrolment>,
    },
    /// State that the words of a pending device's key were compared by phone.
    ConfirmDevice {
        /// Which.
        device: DeviceId,
        /// The words that were heard.
        words: Vec<String>,
    },
    /// Add a passkey to one's own ways to sign in. The engine has verified it first.
    AddPasskey(NewPasskey),
    /// Remove a passkey of one's own.
    RemovePasskey {
        /// Which: the digest of its id.
        passkey: Digest,
    },
    /// Take passkeys that this root attests from engineers. The engine has read the certificate first.
    TrustAttestation {
        /// What the hospital calls it.
        name: String,
        /// SHA-256 of the certificate (DER).
        sha256: Digest,
        /// The certificate: DER in Base64.
        certificate: String,
    },
    /// Trust a root no more.
    DistrustAttestation {
        /// What the hospital called it.
        name: String,
    },
    /// Register a target with its pinned address.
    RegisterTarget(Box<NewTarget>),
    /// Pin another address to a target. Ends its sessions and withdraws its grants.
    PinTarget {
        /// Which.
        target: TargetId,
        /// The new address.
        address: PinnedAddress,
    },
    /// Pin another host key to an SSH target. Ends its sessions and withdraws its grants.
    PinHostKey {
        /// Which.
        target: TargetId,
        /// The new key: `ssh-ed25519 AAAA…`.
        host_key: String,
    },
    /// Pin another server key to a database, a web console or a desktop, or none with the risk accepted. Ends its sessions and
    /// withdraws its grants.
    PinDatabaseServer {
        /// Which.
        target: TargetId,
        /// By what it is known from here on.
        server: ServerIdentity,
        /// The risk that is accepted with it, where it rests on one.
        risk: Option<NewRisk>,
    },
    /// Accept the risk on which a target rests, or renew that: from here on this owner and this end count.
    AcceptRisk {
        /// Of which target.
        target: TargetId,
        /// What is accepted.
        risk: NewRisk,
    },
    /// Accept the risk on which a target rests no more. Its sessions end.
    WithdrawRisk {
        /// Of which target.
        target: TargetId,
        /// Why.
        reason: String,
    },
    /// Name the columns of a database that hold the numbers of patients, all of them. What comes out of them is listed
    /// of sessions that open from then on.
    NamePatientColumns {
        /// Which.
        target: TargetId,
        /// The columns; none: nothing is listed any more.
        columns: Vec<PatientColumn>,
    },
    /// Choose whether the account of a target is kept for emergencies.
    SetEmergencyAccount {
        /// Which.
        target: TargetId,
        /// What the hospital says of it; `None`: it is an account like others.
        terms: Option<EmergencyTerms>,
    },
    /// Order an envelope for an emergency account: the gateway replaces its secret for it.
    OrderEnvelope {
        /// At which target.
        target: TargetId,
    },
    /// Print the secret of an emergency account, once. The engine hands it out after the entry.
    PrintEnvelope {
        /// At which target.
        target: TargetId,
        /// Which envelope.
        number: u64,
    },
    /// Say what was seen of an envelope, or what the target was found to say of its secret.
    SeeEnvelope {
        /// At which target.
        target: TargetId,
        /// Which envelope.
        number: u64,
        /// What.
        found: EnvelopeFound,
        /// In words, where it was opened or is missing.
        why: Option<String>,
    },
    /// Choose whether each visit gets an account of its own at a target, and how it is made.
    SetVisitAccounts {
        /// Which.
        target: TargetId,
        /// How; `None`: visits enter under the registered accounts.
        accounts: Option<VisitAccounts>,
    },
    /// Choose how the password of an account that is entered by SSH is replaced at its target.
    SetRotationWay {
        /// Which.
        target: TargetId,
        /// How; `None`: by the commands of Linux.
        way: Option<RotationWay>,
    },
    /// State whether the account of a visit is gone from its target, after the target was asked.
    EndVisitAccount {
        /// Of which visit.
        visit: VisitId,
        /// Why it is still there; `None`: it is gone.
        left: Option<AccountTrouble>,
    },
    /// Change when, how long, by whom and with how many approvals a target may be visited. What is
    /// narrower in hours and vendors holds at once; grants keep the rest as they were granted.
    ChangeTargetTerms {
        /// Which.
        target: TargetId,
        /// The new terms, all of them.
        terms: TargetTerms,
    },
    /// State that the vault holds a new secret for an account of a target. The engine seals it first.
    SetTargetSecret {
        /// Which.
        target: TargetId,
        /// Of what kind.
        kind: SecretKind,
        /// For a database: whether it is that of the account that only reads.
        reader: bool,
        /// What the engine saw of it.
        new: NewSecret,
    },
    /// Say that the secret of an account may be known to others: nobody enters with it until it is another.
    CompromiseSecret {
        /// Of which target.
        target: TargetId,
        /// Of a database: whether it is that of the account that only reads.
        reader: bool,
        /// Why.
        why: String,
    },
    /// Begin to replace the secret of an account at its target. The engine seals the new one first.
    BeginRotation {
        /// Of which target.
        target: TargetId,
        /// Of a database: whether it is that of the account that only reads.
        reader: bool,
        /// Why.
        cause: RotationCause,
    },
    /// State how a replacement stands, after the target was asked.
    EndRotation {
        /// Of which target.
        target: TargetId,
        /// Of a database: whether it is that of the account that only reads.
        reader: bool,
        /// Which of the two secrets opens it.
        works: Works,
        /// What went wrong.
        failed: Option<RotationFailure>,
    },
    /// State what a check of the secrets in the vault found that was not known. The engine looks first.
    CheckSecrets {
        /// What is new.
        found: Vec<SecretFound>,
        /// Whether every secret was looked at, and not only compared with the others.
        whole: bool,
    },
    /// Set what is asked of targets' secrets.
    SetSecretPolicy(SecretPolicy),
    /// Set after how many days a visit without a report blocks its engineer's next request.
    SetReportDue {
        /// Days, 1 to 30.
        days: u8,
    },
    /// Commit the site to the latest level that this release knows: from then on entries are written
    /// that the release before cannot read.
    UpgradeSite,
    /// Let the site be reached through a relay, which is a witness of its ledger too.
    RegisterRelay(NewRelay),
    /// Be reached through a relay no longer.
    RemoveRelay {
        /// Its name.
        name: String,
    },
    /// Open the console's name beyond the hospital's LAN, in place of what was open before.
    OpenConsole(ConsoleReach),
    /// Open it to the LAN alone again.
    CloseConsole,
    /// Suspend anything, at any time. Taking access away never waits.
    Suspend {
        /// What.
        subject: Subject,
        /// Why.
        reason: Commitment,
    },
    /// Lift a suspension. Not for grants: a withdrawn grant stays withdrawn.
    Resume {
        /// What.
        subject: Subject,
    },
    /// Ask for a visit.
    RequestVisit(Box<NewVisit>),
    /// Ask for more time on a running visit: a new request with a new approval.
    RequestExtension {
        /// Which visit.
        visit: VisitId,
        /// Until when.
        until: Timestamp,
    },
    /// Take one's own request back.
    WithdrawRequest {
        /// Which.
        request: RequestId,
    },
    /// Approve a request; also pays the debt of an emergency opening.
    ApproveRequest {
        /// Which.
        request: RequestId,
        /// Conditions in words, if any.
        conditions: Option<Commitment>,
        /// A shorter window than asked for, if any.
        narrower: Option<Window>,
        /// Less than was asked for inside SSH sessions, if any.
        ssh: Option<SshTerms>,
        /// Less than was asked for inside database sessions, if any.
        database: Option<DatabaseTerms>,
        /// Less than was asked for inside sessions at web consoles, if any.
        web: Option<WebTerms>,
        /// Less than was asked for inside desktop sessions, if any.
        desktop: Option<DesktopTerms>,
    },
    /// Refuse a request. For an emergency opening: the debt is answered with "it was not right".
    RefuseRequest {
        /// Which.
        request: RequestId,
        /// Why.
        reason: Commitment,
    },
    /// Open a request at once, in an emergency (invariant 5).
    OpenEmergency {
        /// Which request.
        request: RequestId,
        /// On whose authority.
        way: EmergencyWay,
    },
    /// Seal a new set of one-use emergency codes; the old set ends.
    SealEnvelope {
        /// SHA-256 of each code.
        codes: NonEmpty<Digest>,
    },
    /// Set who is asked at night, in which order.
    SetNightChain {
        /// The chain, first link first.
        chain: NonEmpty<ChainLink>,
    },
    /// Open one session under a grant.
    OpenSession {
        /// The target that the engineer named.
        target: TargetId,
        /// The grant to use; without it, the caller's one usable grant for that target.
        grant: Option<GrantId>,
        /// The protocol of the channel.
        protocol: Protocol,
    },
    /// Open a channel, or touch a file, inside one's own session.
    OpenChannel {
        /// In which.
        session: SessionId,
        /// What.
        ask: ChannelAsk,
    },
    /// Attend a session (立会い).
    Attend {
        /// Which.
        session: SessionId,
    },
    /// Attend it no longer. Where an attendant is required, the session freezes at once.
    LeaveSession {
        /// Which.
        session: SessionId,
    },
    /// Pause a session (一時停止): nothing passes, either way.
    PauseSession {
        /// Which.
        session: SessionId,
    },
    /// Let a paused session go on.
    ContinueSession {
        /// Which.
        session: SessionId,
    },
    /// Say a word to the engineer of a session: it stands in their terminal, in the recording, and
    /// before everybody who watches.
    TellEngineer {
        /// Of which session.
        session: SessionId,
        /// What is said.
        words: Commitment,
    },
    /// A session is closed (from the gateway).
    CloseSession {
        /// Which.
        session: SessionId,
        /// Why.
        reason: EndReason,
        /// Bytes from the engineer to the target.
        sent: u64,
        /// Bytes from the target to the engineer.
        received: u64,
        /// Bytes of those that left a database as results and copies, or a web console in its answers.
        data_out: u64,
    },
    /// End a session.
    EndSession {
        /// Which.
        session: SessionId,
    },
    /// File the work report of a visit.
    FileReport {
        /// Which visit.
        visit: VisitId,
        /// SHA-256 of the report, kept as a blob.
        report: Digest,
        /// Its file name.
        name: Commitment,
    },
    /// Answer for a file in quarantine, or for what went out.
    Files(FileCommand),
    /// Something about alerts.
    Alerts(AlertCommand),
    /// Something about incidents.
    Incidents(IncidentCommand),
    /// Prepare for incidents.
    Prepare(PreparationCommand),
    /// Make something a decoy, or no decoy any more.
    SetDecoy {
        /// What.
        decoy: Decoy,
        /// Whether it is one from here on.
        set: bool,
    },
    /// Sign for what the ledger says up to an entry.
    InspectLog {
        /// Up to which, which is not among them.
        until: u64,
        /// The visits whose recordings were to be looked at.
        sampled: Vec<VisitId>,
        /// What was found.
        said: Commitment,
    },
    /// Review a visit that is over, and sign it (確認・署名).
    ReviewVisit {
        /// Which visit.
        visit: VisitId,
        /// What the reviewer says of it.
        verdict: Verdict,
        /// SHA-256 of the report that was read; none if none is filed.
        report: Option<Digest>,
        /// A word with it; a question is one.
        note: Option<Commitment>,
    },
    /// Isolate one vendor, person, device or target: it is suspended, and two persons lift that.
    IsolateOne {
        /// What; never a grant.
        subject: Subject,
        /// Why.
        reason: Commitment,
    },
    /// Agree to lift the isolation of one; the second to do so lifts it.
    LiftOne {
        /// Of what.
        subject: Subject,
        /// Why.
        why: Commitment,
    },
    /// End everything, admit nothing, until it is lifted.
    Isolate {
        /// Why.
        reason: Commitment,
    },
    /// Take part in lifting an isolation.
    Lift {
        /// How.
        way: LiftWay,
        /// Why it may be lifted.
        why: Option<Commitment>,
    },
    /// State that the recovery kit was printed, tested and sealed (completes the setup).
    SealKit,
    /// Erase the personal values of a person. The engine erases the side table after the entry.
    ErasePerson {
        /// Whose.
        person: PersonId,
    },
    /// Set until when an inspector may look. From then on they are let in no more.
    LimitPerson {
        /// Whom.
        person: PersonId,
        /// Until when.
        until: Timestamp,
    },
    /// Confirm the clock after it was found behind the ledger or far from witness time.
    ConfirmClock,
    /// Set who is told of things, how, and when.
    SetNotices(SetNotices),
    /// What the gateway itself has to say.
    Note(GatewayNote),
}

/// A vendor to be registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewVendor {
    /// The company's name.
    pub name: String,
    /// For a sub-contractor (再委託先): of whom.
    pub parent: Option<VendorId>,
    /// Where its engineers connect from.
    pub sources: NonEmpty<SourcePrefix>,
    /// The number that is called back before an emergency code is used.
    pub phone: Commitment,
}

/// A target to be registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTarget {
    /// A short name, typed by engineers: letters, digits, hyphens; unique at the site.
    pub name: String,
    /// What is spoken to it.
    pub protocol: Protocol,
    /// The pinned address.
    pub address: PinnedAddress,
    /// What is kept of its sessions.
    pub recording: RecordingPolicy,
    /// How many persons approve a visit.
    pub approvals: Approvals,
    /// Whether it may be opened in an emergency.
    pub emergency: bool,
    /// When it may be visited.
    pub hours: Hours,
    /// The longest window of one grant, in minutes.
    pub longest_minutes: u32,
    /// Bytes that one visit may record.
    pub quota_bytes: u64,
    /// Which vendors maintain it: others do not learn that it exists.
    pub vendors: NonEmpty<VendorId>,
    /// For SSH, and only for SSH: how it is known and entered.
    pub ssh: Option<SshTarget>,
    /// For a database, and only for a database: how it is known and entered.
    pub database: Option<DatabaseTarget>,
    /// For a web console, and only for one: how it is known and entered.
    pub web: Option<WebTarget>,
    /// The risk that is accepted with it, where it rests on one: raw TCP, a server without encryption.
    pub risk: Option<NewRisk>,
    /// For a desktop, and only for a desktop: how it is known and entered.
    pub desktop: Option<DesktopTarget>,
    /// For a console by telnet, and only for one: how it is entered.
    pub telnet: Option<TelnetTarget>,
    /// Whether every session needs an attendant (立会い).
    pub attended: bool,
}

/// What the engine saw of a secret that is to be set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewSecret {
    /// In what it is weak.
    pub weak: Vec<SecretWeakness>,
    /// Why the operator sets it all the same.
    pub accepted: Option<String>,
}

/// A relay to be registered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewRelay {
    /// A short name: letters, digits, hyphens; unique at the site.
    pub name: String,
    /// Where the gateway dials it: `host:port`.
    pub address: String,
    /// The name that it answers to in TLS.
    pub tls_name: String,
    /// SHA-256 of its public key (SubjectPublicKeyInfo, DER).
    pub key: Digest,
    /// The verifier key with which it cosigns checkpoints (C2SP signed note).
    pub witness: String,
}

/// What an invitation is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum InvitationFor {
    /// The first hospital person of a new site (approver and operator).
    FirstPerson,
    /// A new person.
    Person {
        /// For whom they work.
        employer: Employer,
        /// What they may do.
        roles: NonEmpty<Role>,
    },
    /// One more device of an engineer.
    Device {
        /// Whose.
        person: PersonId,
    },
    /// New factors for a person who lost theirs (by a second person; by the kit after 24 hours).
    Factors {
        /// Whose.
        person: PersonId,
    },
}

/// A device as it enrols.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeviceEnrolment {
    /// SHA-256 of its public key (SubjectPublicKeyInfo, DER).
    pub key: Digest,
    /// The verifier key with which it cosigns checkpoints (C2SP signed note).
    pub witness: String,
    /// What its owner calls it.
    pub label: Commitment,
}

/// A passkey as it is added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewPasskey {
    /// SHA-256 of the id that its authenticator gave it.
    pub id: Digest,
    /// At which door it was made: a browser binds it to that name, and it opens no other.
    pub door: Door,
    /// SHA-256 of its public key, as `login` writes it.
    pub key: Digest,
    /// What its owner calls it.
    pub label: Commitment,
    /// The model of its authenticator (AAGUID), as the authenticator says.
    pub aaguid: String,
    /// SHA-256 of the root certificate that attests the authenticator and that the key stays in it;
    /// `None` if nobody does.
    pub attested: Option<Digest>,
}

/// What can be suspended and resumed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Subject {
    /// A vendor, with everybody and everything of it, sub-contractors included.
    Vendor(VendorId),
    /// A person.
    Person(PersonId),
    /// A device.
    Device(DeviceId),
    /// A target.
    Target(TargetId),
    /// A grant: withdrawn for good.
    Grant(GrantId),
}

/// A visit as it is asked for (`facts/hospitals.md` §4, 申請).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewVisit {
    /// Where to.
    pub target: TargetId,
    /// When.
    pub window: Window,
    /// What for (目的).
    pub purpose: Commitment,
    /// What kind of work (作業種別).
    pub kind: KindOfWork,
    /// SHA-256 of the work plan (作業計画書), kept as a blob.
    pub plan: Digest,
    /// Its file name.
    pub plan_name: Commitment,
    /// A number that is answered during the work.
    pub contact: Commitment,
    /// Whether privileges are needed (特権の要否).
    pub privileged: bool,
    /// Whether care is affected.
    pub care: CareImpact,
    /// Whether patient data is touched.
    pub patients: PatientData,
    /// Files to be handed over.
    pub files: Vec<FileHandover>,
    /// Whether somebody should attend (立会い).
    pub attended: bool,
    /// The sub-contractor who does the work, if the requester's firm has it done.
    pub sub_contractor: Option<VendorId>,
    /// How often the grant may be used.
    pub sessions: Sessions,
    /// For an SSH target: what is to be done inside; without it a shell and commands, no files. A console by telnet
    /// has a shell alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ssh: Option<SshTerms>,
    /// For a database: what is to be done inside; without it what [`DatabaseTarget::usual_terms`] says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub database: Option<DatabaseTerms>,
    /// For a web console: what is to be done inside; without it what [`WebTerms::usual`] says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub web: Option<WebTerms>,
    /// For a desktop: what is to be done inside; without it [`DesktopTerms::USUAL`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub desktop: Option<DesktopTerms>,
}

/// On whose authority an emergency opening stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EmergencyWay {
    /// A person of the night chain, signed in with two factors.
    Duty,
    /// A one-use code from the hospital's sealed envelope, read out after the vendor's registered
    /// number was called back. `code` is its SHA-256.
    Envelope {
        /// SHA-256 of the code.
        code: Digest,
        /// Who read it out.
        read_by: Commitment,
    },
}

/// How an isolation is lifted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LiftWay {
    /// The caller agrees; two different persons of the hospital (or one and the custodian) lift.
    Agree,
    /// The caller agrees and shows the recovery kit's signature. The engine builds it only after it
    /// has verified that signature. Asked by the kit's holder alone, it is one of two agreements.
    WithKit,
    /// In a site with a single hospital person: starts, and after 24 hours completes, the delay.
    AfterDelay,
}

/// What the gateway enters on its own account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GatewayNote {
    /// It started.
    Started {
        /// Its version.
        version: String,
        /// Whether the last stop was in order.
        clean: bool,
    },
    /// It stopped in order.
    Stopped,
    /// A command was refused; `times` in the last minute by the same caller for the same reasons.
    Refused {
        /// Who asked.
        caller: Caller,
        /// What: the command's name.
        command: String,
        /// Why not.
        reasons: Vec<Reason>,
        /// How often.
        times: u32,
        /// The visit that it was about, if any.
        visit: Option<VisitId>,
    },
    /// So many sign-ins failed under a person's name that the next ones are not looked at for a while.
    SignInLocked {
        /// Whose name.
        person: PersonId,
        /// From where the last one came.
        source: Source,
    },
    /// Somebody reached for a decoy.
    DecoyTouched {
        /// For which.
        decoy: Decoy,
        /// Who; nobody who is known, if somebody tried its name.
        person: Option<PersonId>,
        /// On which device.
        device: Option<DeviceId>,
        /// From where.
        source: Source,
    },
    /// The receiver of other devices' logs told something.
    ForeignLog {
        /// Where.
        at: ToldAt,
        /// What.
        told: ForeignTold,
    },
    /// Unknown peers were turned away before they were anybody.
    StrangersTurnedAway {
        /// How many connections since the last such entry.
        connections: u64,
        /// How many failed sign-ins since the last such entry.
        sign_ins: u64,
    },
    /// Heads of the recordings that changed since the last seal, under one Merkle root.
    RecordingsSealed {
        /// Root over the leaves (RFC 6962 tree).
        root: Digest,
        /// How many leaves.
        count: u32,
        /// SHA-256 of the leaves, kept as a blob.
        leaves: Digest,
    },
    /// A session's segment is written and verified.
    SegmentSealed {
        /// Whose.
        session: SessionId,
        /// Number within the session, from 0.
        number: u32,
        /// SHA-256 of its bytes on disk (encrypted).
        sha256: Digest,
        /// Frames in the recording up to its end.
        frames: u64,
        /// Head of the recording's chain at its end.
        head: Digest,
        /// Whether it is the last.
        last: bool,
    },
    /// About notifications.
    Notice(NoticeNote),
    /// Somebody looked at a recording (invariant: every view is an entry).
    RecordingViewed {
        /// Who.
        by: Who,
        /// Which session's.
        session: SessionId,
        /// How: list, show, export …
        how: String,
    },
    /// Somebody opened what holds a person's or a patient's data; of an inspector everything that they
    /// open.
    Viewed {
        /// Who.
        by: Who,
        /// What: the page's or the call's name.
        what: String,
        /// The number of the thing that was opened, where there are several.
        number: Option<u64>,
        /// The visit that it belongs to, if any.
        visit: Option<VisitId>,
    },
    /// Somebody signed in.
    SignedIn {
        /// Who.
        person: PersonId,
        /// With what.
        factors: Factors,
        /// On which device.
        device: Option<DeviceId>,
        /// From where.
        source: Source,
    },
    /// Somebody signed out.
    SignedOut {
        /// Who.
        person: PersonId,
        /// Of which sign-in; of all of theirs if that is not known.
        of: Option<SignInOf>,
    },
    /// A witness's memory disagrees with this ledger.
    WitnessDisagreed {
        /// Who reported it.
        device: Option<DeviceId>,
        /// How: `rolled-back` or `forked`.
        how: String,
        /// The size that the witness holds.
        size: u64,
        /// The root that the witness holds.
        root: Digest,
    },
    /// The recovery kit resumed a restored ledger.
    LedgerResumed {
        /// The signed statement (`ledger::resume`), as text.
        statement: String,
    },
    /// The wall clock is behind the ledger, or more than two minutes from witness time: nothing new
    /// is admitted until a person confirms it (invariant 14).
    ClockDoubted {
        /// What a witness said, if that was the reason.
        witness: Option<Timestamp>,
    },
    /// A receipt was handed out.
    ReceiptIssued {
        /// To whom.
        by: Who,
        /// For which visit.
        visit: VisitId,
    },
    /// The ledger was exported.
    LedgerExported {
        /// By whom.
        by: Who,
        /// Its size at that moment.
        size: u64,
    },
    /// Every entry was read and verified, behind the start or before it.
    LedgerVerified {
        /// How many.
        size: u64,
        /// The root over them.
        root: Digest,
    },
    /// An invitation was tried with a wrong secret.
    InvitationMissed {
        /// Which.
        invitation: InvitationId,
    },
    /// A file passed in a session, whole or cut off.
    FileHandedOver {
        /// In which session.
        session: SessionId,
        /// Which way.
        direction: Handover,
        /// Its path on the target.
        name: Commitment,
        /// Bytes of content that passed.
        bytes: u64,
        /// SHA-256 of the content, if it passed whole and in order.
        sha256: Option<Digest>,
        /// What was seen of it in quarantine.
        look: Option<FileLook>,
    },
    /// A file was looked at in quarantine.
    FileJudged {
        /// In which session.
        session: SessionId,
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
}

macro_rules! names {
    ($($pattern:pat => $name:literal),+ $(,)?) => {
        impl Command {
            /// Every name, in the order of the variants.
            pub const NAMES: &'static [&'static str] = &[$($name),+];

            /// Its name in snake_case, as it stands in entries of refusals.
            pub fn name(&self) -> &'static str {
                match self {
                    $($pattern => $name),+
                }
            }
        }
    };
}

names! {
    Self::RegisterVendor(_) => "register_vendor",
    Self::ChangeSources { .. } => "change_sources",
    Self::ReconfirmSources { .. } => "reconfirm_sources",
    Self::Invite { .. } => "invite",
    Self::WithdrawInvitation { .. } => "withdraw_invitation",
    Self::AcceptInvitation { .. } => "accept_invitation",
    Self::ConfirmDevice { .. } => "confirm_device",
    Self::AddPasskey(_) => "add_passkey",
    Self::RemovePasskey { .. } => "remove_passkey",
    Self::TrustAttestation { .. } => "trust_attestation",
    Self::DistrustAttestation { .. } => "distrust_attestation",
    Self::RegisterTarget(_) => "register_target",
    Self::PinTarget { .. } => "pin_target",
    Self::PinHostKey { .. } => "pin_host_key",
    Self::PinDatabaseServer { .. } => "pin_database_server",
    Self::AcceptRisk { .. } => "accept_risk",
    Self::WithdrawRisk { .. } => "withdraw_risk",
    Self::NamePatientColumns { .. } => "name_patient_columns",
    Self::SetEmergencyAccount { .. } => "set_emergency_account",
    Self::OrderEnvelope { .. } => "order_envelope",
    Self::PrintEnvelope { .. } => "print_envelope",
    Self::SeeEnvelope { .. } => "see_envelope",
    Self::SetVisitAccounts { .. } => "set_visit_accounts",
    Self::SetRotationWay { .. } => "set_rotation_way",
    Self::EndVisitAccount { .. } => "end_visit_account",
    Self::ChangeTargetTerms { .. } => "change_target_terms",
    Self::SetTargetSecret { .. } => "set_target_secret",
    Self::CompromiseSecret { .. } => "compromise_secret",
    Self::BeginRotation { .. } => "begin_rotation",
    Self::EndRotation { .. } => "end_rotation",
    Self::CheckSecrets { .. } => "check_secrets",
    Self::SetSecretPolicy(_) => "set_secret_policy",
    Self::SetReportDue { .. } => "set_report_due",
    Self::UpgradeSite => "upgrade_site",
    Self::RegisterRelay(_) => "register_relay",
    Self::RemoveRelay { .. } => "remove_relay",
    Self::OpenConsole(_) => "open_console",
    Self::CloseConsole => "close_console",
    Self::Suspend { .. } => "suspend",
    Self::Resume { .. } => "resume",
    Self::RequestVisit(_) => "request_visit",
    Self::RequestExtension { .. } => "request_extension",
    Self::WithdrawRequest { .. } => "withdraw_request",
    Self::ApproveRequest { .. } => "approve_request",
    Self::RefuseRequest { .. } => "refuse_request",
    Self::OpenEmergency { .. } => "open_emergency",
    Self::SealEnvelope { .. } => "seal_envelope",
    Self::SetNightChain { .. } => "set_night_chain",
    Self::OpenSession { .. } => "open_session",
    Self::OpenChannel { .. } => "open_channel",
    Self::Attend { .. } => "attend",
    Self::LeaveSession { .. } => "leave_session",
    Self::PauseSession { .. } => "pause_session",
    Self::ContinueSession { .. } => "continue_session",
    Self::TellEngineer { .. } => "tell_engineer",
    Self::CloseSession { .. } => "close_session",
    Self::EndSession { .. } => "end_session",
    Self::FileReport { .. } => "file_report",
    Self::Files(FileCommand::Release { .. }) => "release_file",
    Self::Files(FileCommand::Refuse { .. }) => "refuse_file",
    Self::Files(FileCommand::ConfirmDeletion { .. }) => "confirm_deletion",
    Self::Alerts(AlertCommand::Raise { .. }) => "raise_alert",
    Self::Alerts(AlertCommand::Settle { .. }) => "settle_alert",
    Self::Alerts(AlertCommand::Answer { .. }) => "answer_rule",
    Self::Incidents(IncidentCommand::Begin) => "begin_incident",
    Self::Incidents(IncidentCommand::Note { .. }) => "note_incident",
    Self::Incidents(IncidentCommand::Step { .. }) => "step_incident",
    Self::Incidents(IncidentCommand::Close { .. }) => "close_incident",
    Self::Prepare(PreparationCommand::Agree { .. }) => "agree_policy",
    Self::Prepare(PreparationCommand::SetContact { .. }) => "set_contact",
    Self::Prepare(PreparationCommand::TryContact { .. }) => "try_contact",
    Self::SetDecoy { .. } => "set_decoy",
    Self::InspectLog { .. } => "inspect_log",
    Self::ReviewVisit { .. } => "review_visit",
    Self::Isolate { .. } => "isolate",
    Self::IsolateOne { .. } => "isolate_one",
    Self::LiftOne { .. } => "lift_one",
    Self::Lift { .. } => "lift",
    Self::SealKit => "seal_kit",
    Self::ErasePerson { .. } => "erase_person",
    Self::LimitPerson { .. } => "limit_person",
    Self::ConfirmClock => "confirm_clock",
    Self::SetNotices(SetNotices::Mail(_)) => "set_mail_server",
    Self::SetNotices(SetNotices::Webhook(_)) => "set_webhook",
    Self::SetNotices(SetNotices::RemoveWebhook { .. }) => "remove_webhook",
    Self::SetNotices(SetNotices::Terms(_)) => "set_notice_terms",
    Self::SetNotices(SetNotices::Ways { .. }) => "set_ways",
    Self::Note(_) => "note",
}

impl Command {
    /// The target that somebody asks to visit.
    pub fn reaches_for(&self) -> Option<&TargetId> {
        if let Self::OpenSession { target, .. } = self {
            return Some(target);
        }
        if let Self::RequestVisit(asked) = self {
            return Some(&asked.target);
        }
        None
    }

    /// The visit that it is about, if the site knows it: for the entry of its refusal.
    pub fn visit(&self, site: &Site) -> Option<VisitId> {
        match self {
            Self::RequestExtension { visit, .. }
            | Self::FileReport { visit, .. }
            | Self::EndVisitAccount { visit, .. }
            | Self::ReviewVisit { visit, .. } => {
                site.visits.contains_key(visit).then(|| visit.clone())
            }
            Self::Files(about) => {
                let visit = about.visit();
                site.visits.contains_key(visit).then(|| visit.clone())
            }
            Self::WithdrawRequest { request }
            | Self::ApproveRequest { request, .. }
            | Self::RefuseRequest { request, .. }
            | Self::OpenEmergency { request, .. } => {
                Some(site.requests.get(request)?.visit.clone())
            }
            Self::OpenSession { grant, .. } => {
                Some(site.grants.get(grant.as_ref()?)?.visit.clone())
            }
            Self::CloseSession { session, .. }
            | Self::EndSession { session }
            | Self::OpenChannel { session, .. }
            | Self::Attend { session }
            | Self::LeaveSession { session }
            | Self::PauseSession { session }
            | Self::TellEngineer { session, .. }
            | Self::ContinueSession { session } => Some(site.sessions.get(session)?.visit.clone()),
            Self::Suspend {
                subject: Subject::Grant(grant),
                ..
            } => Some(site.grants.get(grant)?.visit.clone()),
            Self::RegisterVendor(_)
            | Self::ChangeSources { .. }
            | Self::ReconfirmSources { .. }
            | Self::Invite { .. }
            | Self::WithdrawInvitation { .. }
            | Self::AcceptInvitation { .. }
            | Self::ConfirmDevice { .. }
            | Self::AddPasskey(_)
            | Self::RemovePasskey { .. }
            | Self::TrustAttestation { .. }
            | Self::DistrustAttestation { .. }
            | Self::RegisterTarget(_)
            | Self::PinTarget { .. }
            | Self::PinHostKey { .. }
            | Self::PinDatabaseServer { .. }
            | Self::AcceptRisk { .. }
            | Self::WithdrawRisk { .. }
            | Self::NamePatientColumns { .. }
            | Self::SetEmergencyAccount { .. }
            | Self::OrderEnvelope { .. }
            | Self::PrintEnvelope { .. }
            | Self::SeeEnvelope { .. }
            | Self::SetVisitAccounts { .. }
            | Self::SetRotationWay { .. }
            | Self::ChangeTargetTerms { .. }
            | Self::SetTargetSecret { .. }
            | Self::CompromiseSecret { .. }
            | Self::BeginRotation { .. }
            | Self::EndRotation { .. }
            | Self::CheckSecrets { .. }
            | Self::SetSecretPolicy(_)
            | Self::SetReportDue { .. }
            | Self::Alerts(_)
            | Self::Incidents(_)
            | Self::Prepare(_)
            | Self::SetDecoy { .. }
            | Self::InspectLog { .. }
            | Self::UpgradeSite
            | Self::RegisterRelay(_)
            | Self::RemoveRelay { .. }
            | Self::OpenConsole(_)
            | Self::CloseConsole
            | Self::Suspend { .. }
            | Self::Resume { .. }
            | Self::RequestVisit(_)
            | Self::SealEnvelope { .. }
            | Self::SetNightChain { .. }
            | Self::Isolate { .. }
            | Self::IsolateOne { .. }
            | Self::LiftOne { .. }
            | Self::Lift { .. }
            | Self::SealKit
            | Self::ErasePerson { .. }
            | Self::LimitPerson { .. }
            | Self::ConfirmClock
            | Self::SetNotices(_)
            | Self::Note(_) => None,
        }
    }
}
