//! May this happen? People, vendors, devices, targets, requests, approvals, grants, sessions.
//!
//! State is the fold of the ledger: [`Site::apply`] takes each [`Entry`] in its order, and
//! [`decide()`] answers a [`Command`] against that state with events or with every [`Reason`] why
//! not. Nothing here reads a clock, draws a random number or touches the world.

mod alerts;
mod caller;
mod clocks;
mod command;
mod decide;
mod decoys;
mod emergency_accounts;
mod entry;
mod event;
mod foreign_logs;
mod held_files;
mod incidents;
mod inspection;
mod level;
pub mod limits;
mod notices;
mod reason;
pub mod response;
mod risks;
mod rotation;
mod rotation_way;
pub mod search;
mod secrets;
mod site;
mod terms;
mod unusual;
mod visit_accounts;
mod words;

pub use alerts::{
    Alert, AlertAbout, AlertCommand, AlertVerdict, Alerts, Evidence, RuleAnswer, Settled, Sign,
};
pub use caller::{Caller, Door, Factors, Source, Who};
pub use clocks::{Clocks, WitnessTime, compare_clocks, same_difference};
pub use command::{
    Command, DeviceEnrolment, EmergencyWay, GatewayNote, InvitationFor, LiftWay, NewPasskey,
    NewRelay, NewSecret, NewTarget, NewVendor, NewVisit, Subject,
};
pub use decoys::Decoy;
pub use incidents::{
    Confidence, Incident, IncidentCause, IncidentClosed, IncidentCommand, IncidentNote, NewNote,
    NoteSource,
};

pub use decide::{
    DatabaseEntry, Decided, DesktopEntry, Outcome, Permit, SshEntry, TelnetEntry, WebEntry, decide,
    may_ask_server,
};
pub use emergency_accounts::{
    EmergencyAccount, EmergencyTerms, Envelope, EnvelopeFound, EnvelopeStanding, EnvelopeUsed,
};
pub use entry::{ENTRY_VERSION, Entry, EntryError, Part};
pub use event::{Authority, Event, Founding, Terms};
pub use foreign_logs::{ForeignFound, ForeignHead, ForeignLogs, ForeignTold, ToldAt};
pub use held_files::{FileAnswer, FileCommand, FileLook, FileScan, FileVerdict, FileWhy, HeldFile};
pub use inspection::Inspection;
pub use level::{FIRST_LEVEL, NEWEST_LEVEL};
pub use notices::{
    About, Delivery, Due, MailSecurity, MailServer, NoticeNote, NoticeTerms, Preset, Sent,
    SetNotices, Tried, Undelivered, Unwell, Way, WayKind, Ways, Webhook,
};
pub use reason::{Reason, Refusal};
pub use risks::{NewRisk, Risk, RiskKind, RiskStands};
pub use rotation::{
    Compromise, Rotation, RotationCause, RotationDue, RotationFailed, RotationFailure,
    RotationTerms, Works,
};
pub use rotation_way::{Dialogue, DialogueLine, DialogueWord, RotationWay, is_plain_word};
pub use secrets::{
    AccountSecret, RefusedSecrets, SecretFound, SecretPolicy, SecretSetting, SecretStanding,
    SecretWeakness,
};
pub use site::{
    ApplyError, Approval, Asked, AttestationRoot, Debt, Device, Disagreement, Frozen, Grant,
    Invitation, IsolatedOne, Isolation, Passkey, Person, Request, RequestState, Review, Session,
    Sight, Site, Target, Vendor, Visit,
};
pub use terms::{
    Approvals, CareImpact, ChainLink, ChannelAsk, ConsoleReach, DatabaseTarget, DatabaseTerms,
    Databases, DesktopSignIn, DesktopTarget, DesktopTerms, Employer, EndReason, FileHandover,
    Files, Handover, Hours, KindOfWork, LONGEST_PASTED_LINE, Paths, PatientColumn, PatientData,
    PinnedAddress, Protocol, ReachFrom, ReachWay, RecordingPolicy, Role, SecretKind,
    ServerIdentity, Sessions, SignInOf, Slot, SourcePrefix, SshTarget, SshTerms, TargetTerms,
    TelnetSignIn, TelnetTarget, USUAL_BYTES_OUT, USUAL_LOGIN_PROMPT, USUAL_PASSWORD_PROMPT,
    Verdict, WebSignIn, WebTarget, WebTerms, WideException, Window,
};
pub use unusual::Unusual;
pub use visit_accounts::{AccountTrouble, VisitAccount, VisitAccountEntry, VisitAccounts};
pub use words::{device_words, same_words};
