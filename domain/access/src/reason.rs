//! Why not. Every check is evaluated, every reason has an id, and every id a sentence in `phrases`.

use ids::Timestamp;
use serde::{Deserialize, Serialize};

/// One reason why a command is refused. Its id is its name in kebab-case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "id", rename_all = "kebab-case")]
pub enum Reason {
    /// The site is isolated.
    SiteIsolated,
    /// The site was put back from a backup, and nobody outside has confirmed that it is the newest state.
    RestoredUnconfirmed,
    /// The setup is not complete: a second person, a custodian or a sealed kit is missing.
    SetupIncomplete,
    /// The wall clock is behind the ledger, or far from witness time (invariant 14).
    ClockInDoubt,
    /// The ledger cannot be written (invariant 12).
    LedgerUnavailable,
    /// The recorder cannot take more (invariant 6).
    RecorderUnavailable,
    /// Two factors of different classes are needed.
    TwoFactorsNeeded,
    /// The caller's role does not allow it.
    RoleMissing,
    /// It is to be done by a person, not by the machine's operator.
    PersonNeeded,
    /// The thing does not exist, or is not the caller's to see.
    NotFound,
    /// It is not the caller's own.
    NotYours,
    /// A person does not approve their own request (invariant 5).
    SelfApproval,
    /// A vendor's request is approved by the hospital.
    NotOfTheHospital,
    /// The same person has approved already; a second one is needed.
    AlreadyApprovedByYou,
    /// What was asked has been decided already.
    AlreadyDecided,
    /// The request has run out unanswered.
    RequestExpired,
    /// No approver can be reached: nobody is no (invariant 5).
    NobodyToApprove,
    /// The vendor is suspended.
    VendorSuspended,
    /// The person is suspended.
    PersonSuspended,
    /// The person's factors have been reset and are not set up again.
    FactorsNotSetUp,
    /// The device is not enrolled.
    DeviceUnknown,
    /// The device waits for its words to be compared by phone.
    DevicePending,
    /// The device is suspended.
    DeviceSuspended,
    /// The device is another than the one that the grant names.
    DeviceNotGranted,
    /// An engineer's passkey that may be copied, or that no maker whom the hospital trusts attests.
    PasskeyNotAttested,
    /// The target is suspended.
    TargetSuspended,
    /// The time until which this inspector may look is over.
    PersonTimeOver {
        /// When it ended.
        until: Timestamp,
    },
    /// The target is not one that this vendor maintains.
    TargetNotMaintained,
    /// The protocol is not the target's.
    ProtocolNotGranted,
    /// The source address is in none of the vendor's prefixes.
    SourceNotListed,
    /// The source address is not known: unknown is no.
    SourceUnknown,
    /// From outside the hospital's LAN, only a passkey counts.
    OutsideNeedsPasskey,
    /// The vendor's prefixes have not been confirmed for too long.
    SourcesNotReconfirmed {
        /// Since when they are overdue.
        since: Timestamp,
    },
    /// The exception for a wide prefix has ended.
    WideExceptionEnded,
    /// There is no grant for this person, device and target.
    NoGrant,
    /// The grant's window has not begun.
    TooEarly {
        /// When it begins.
        from: Timestamp,
    },
    /// The grant's window is over.
    TooLate {
        /// When it ended.
        until: Timestamp,
    },
    /// The grant was withdrawn.
    GrantWithdrawn,
    /// The one-use grant is used up.
    GrantUsedUp,
    /// As many sessions as the grant allows are open.
    TooManySessions,
    /// Outside the hours at which the target may be visited.
    OutsideHours,
    /// The window is longer than the target allows.
    WindowTooLong {
        /// The longest, in minutes.
        longest_minutes: u32,
    },
    /// The window ends before it begins, lies in the past, or too far ahead.
    WindowNotPossible,
    /// The window asked for is wider than the one requested.
    WouldWiden,
    /// The visit's recording quota is used up.
    QuotaUsedUp,
    /// An emergency opening of this vendor still waits for its approval.
    DebtUnpaid {
        /// Since when.
        since: Timestamp,
    },
    /// The channel is not one that the grant allows.
    ChannelNotGranted {
        /// The ask's id: `direct-tcpip`, `upload` …
        channel: String,
    },
    /// The path lies outside the folders that the grant allows.
    PathNotGranted,
    /// The bytes that the grant allows for files this way are used up, or the number of files that a
    /// visit may hand over.
    FilesUsedUp,
    /// The session is paused, or waits for its attendant.
    SessionFrozen,
    /// A rule stopped this visit, and nobody of the hospital has said yet what that was.
    AlertOpen,
    /// Somebody uses it, or used it.
    InUse,
    /// The vault has no secret for this target yet.
    SecretMissing,
    /// The host key is not one that can be pinned.
    HostKeyNotPossible,
    /// Terms for SSH are asked of a target that is not one, or allow nothing.
    SshTermsNotPossible,
    /// Terms for databases are asked of a target that is none, or allow nothing.
    DatabaseTermsNotPossible,
    /// Terms for desktops are asked of a target that is none.
    DesktopTermsNotPossible,
    /// How a console is to be entered by telnet is missing, said of another protocol, or not to be told apart.
    TelnetNotPossible,
    /// The target has no account that only reads, or it is the one that may change data.
    ReaderMissing,
    /// A database or a desktop is entered with a password, never with a key.
    PasswordNeeded,
    /// The database is not one that the grant allows.
    DatabaseNotGranted {
        /// Which was asked for.
        database: String,
    },
    /// Terms for web consoles are asked of a target that is none, or allow nothing that can be said; or a
    /// console's name, account or header cannot be one.
    WebTermsNotPossible,
    /// The method is not one that the grant allows: it only looks.
    MethodNotGranted {
        /// Which was asked for.
        method: String,
    },
    /// The bytes that the grant allows to be taken out of the database or the console are used up.
    DataUsedUp,
    /// The last visit has no work report yet.
    ReportMissing,
    /// Somebody is inside, or may still come: the visit is not over.
    VisitNotOver,
    /// It is said in words, or it is not said: a question, and what is signed without a report.
    NoteNeeded,
    /// Another report counts than the one that was read.
    ReportNotRead,
    /// The target is not marked for emergency opening.
    EmergencyNotMarked,
    /// The caller is not on the night chain.
    NotOnDuty,
    /// The emergency code is wrong or used.
    EmergencyCodeWrong,
    /// The invitation is unknown, used, out of date or was tried too often.
    InvitationInvalid,
    /// An engineer enrols a device; nobody else does.
    DeviceNeeded,
    /// The words do not match the device's key.
    WordsDiffer,
    /// The key is enrolled already.
    KeyKnown,
    /// The name is taken.
    NameTaken,
    /// The name is not well formed.
    NameNotPossible,
    /// A text is empty, or longer than allowed.
    TextTooLong,
    /// The prefix is wider than allowed without a signed exception, or has none to have.
    PrefixTooWide {
        /// The prefix.
        net: String,
    },
    /// The exception lasts longer than allowed, or is not needed.
    ExceptionNotPossible,
    /// The address is the gateway itself, or of a kind that is never dialled.
    AddressNotAllowed {
        /// Which.
        address: String,
    },
    /// The combination of employer and roles is not possible.
    RolesNotPossible,
    /// The last person who could still undo this cannot be removed.
    LastOne,
    /// A second, different person is needed.
    SecondPersonNeeded,
    /// The delay has not passed.
    DelayNotOver {
        /// When it will have.
        until: Timestamp,
    },
    /// It is so already.
    AlreadySo,
    /// It would be entered in a way that the release before cannot read, and the site is not committed
    /// to this one.
    NotUpgraded,
    /// It is not isolated.
    NotIsolated,
    /// Evidence is neither kept, nor did anybody say why not.
    NotPreserved,
    /// The note on which it rests was corrected.
    FactCorrected,
    /// Nobody else has approved the notice.
    NoticeNotApproved,
    /// A guesser finds the secret.
    SecretGuessable,
    /// The secret stands on a list of leaked passwords or of those with which devices are delivered.
    SecretListed,
    /// Another account has the same secret, and the hospital asks for one each.
    SecretShared,
    /// The secret may be known to others, and was not replaced yet.
    SecretCompromised,
    /// The secret is being replaced at its target.
    SecretRotating,
    /// A session is open that signed in with the secret.
    SecretInUse,
    /// The gateway cannot replace the secret of this target, or not on these terms.
    RotationNotPossible,
    /// The password of this account cannot be replaced in this way.
    RotationWayNotPossible,
    /// It would not be known how far what is said to a device came.
    RotationWayNotProvable,
    /// Passwords alone are replaced in the way that was chosen for this account.
    RotationWayNeedsPassword,
    /// No account can be made for each visit at this target, or not on these terms.
    VisitAccountsNotPossible,
    /// The account of a visit may still be at the target.
    VisitAccountStands,
    /// The target rests on a risk that nobody has accepted.
    RiskNotAccepted {
        /// The target's name.
        target: String,
    },
    /// The target rests on a risk that was accepted, and is no more.
    RiskOver {
        /// The target's name.
        target: String,
        /// Who answered for it, by their id; `-` if nobody did.
        owner: String,
        /// When it ended.
        until: Timestamp,
    },
    /// The target rests on no risk, its owner is no person of the hospital, or its end is past or farther than a year.
    RiskNotPossible,
    /// With a server of this kind the gateway speaks no TLS that is given up everywhere else.
    OldTlsNotPossible,
    /// The account of this target is kept for emergencies: nobody visits under it.
    ForEmergencies,
    /// The account of this target cannot be one for emergencies.
    EmergencyAccountNotPossible,
    /// The secret of an emergency account is replaced when an envelope was ordered, and not otherwise.
    EnvelopeNotOrdered,
    /// The secret for the envelope is not at the target yet, or is another one by now.
    EnvelopeNotReady,
    /// Whoever ordered an envelope does not print it.
    EnvelopeSecondPerson,
    /// The envelope was printed: its secret leaves the vault once.
    EnvelopePrinted,
    /// A limit on numbers is reached.
    TooMany {
        /// Of what.
        what: String,
        /// How many are allowed.
        most: u32,
    },
}

/// The refusal of a command, with every reason.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("refused: {reasons:?}")]
pub struct Refusal {
    /// Every check that said no; never empty.
    pub reasons: Vec<Reason>,
}

macro_rules! ids {
    ($($name:ident $({ $($rest:tt)* })? => $id:literal),+ $(,)?) => {
        impl Reason {
            const IDS: &'static [&'static str] = &[$($id),+];

            /// Its id, under which `phrases` has its sentence.
            pub fn id(&self) -> &'static str {
                match self {
                    $(Self::$name $({ $($rest)* })? => $id),+
                }
            }
        }
    };
}

ids! {
    SiteIsolated => "site-isolated",
    RestoredUnconfirmed => "restored-unconfirmed",
    SetupIncomplete => "setup-incomplete",
    ClockInDoubt => "clock-in-doubt",
    LedgerUnavailable => "ledger-unavailable",
    RecorderUnavailable => "recorder-unavailable",
    TwoFactorsNeeded => "two-factors-needed",
    RoleMissing => "role-missing",
    PersonNeeded => "person-needed",
    NotFound => "not-found",
    NotYours => "not-yours",
    SelfApproval => "self-approval",
    NotOfTheHospital => "not-of-the-hospital",
    AlreadyApprovedByYou => "already-approved-by-you",
    AlreadyDecided => "already-decided",
    RequestExpired => "request-expired",
    NobodyToApprove => "nobody-to-approve",
    VendorSuspended => "vendor-suspended",
    PersonSuspended => "person-suspended",
    FactorsNotSetUp => "factors-not-set-up",
    DeviceUnknown => "device-unknown",
    DevicePending => "device-pending",
    DeviceSuspended => "device-suspended",
    DeviceNotGranted => "device-not-granted",
    PasskeyNotAttested => "passkey-not-attested",
    TargetSuspended => "target-suspended",
    PersonTimeOver { .. } => "person-time-over",
    TargetNotMaintained => "target-not-maintained",
    ProtocolNotGranted => "protocol-not-granted",
    SourceNotListed => "source-not-listed",
    SourceUnknown => "source-unknown",
    OutsideNeedsPasskey => "outside-needs-passkey",
    SourcesNotReconfirmed { .. } => "sources-not-reconfirmed",
    WideExceptionEnded => "wide-exception-ended",
    NoGrant => "no-grant",
    TooEarly { .. } => "too-early",
    TooLate { .. } => "too-late",
    GrantWithdrawn => "grant-withdrawn",
    GrantUsedUp => "grant-used-up",
    TooManySessions => "too-many-sessions",
    OutsideHours => "outside-hours",
    WindowTooLong { .. } => "window-too-long",
    WindowNotPossible => "window-not-possible",
    WouldWiden => "would-widen",
    QuotaUsedUp => "quota-used-up",
    DebtUnpaid { .. } => "debt-unpaid",
    ChannelNotGranted { .. } => "channel-not-granted",
    PathNotGranted => "path-not-granted",
    FilesUsedUp => "files-used-up",
    SessionFrozen => "session-frozen",
    AlertOpen => "alert-open",
    InUse => "in-use",
    SecretMissing => "secret-missing",
    HostKeyNotPossible => "host-key-not-possible",
    SshTermsNotPossible => "ssh-terms-not-possible",
    DatabaseTermsNotPossible => "database-terms-not-possible",
    DesktopTermsNotPossible => "desktop-terms-not-possible",
    TelnetNotPossible => "telnet-not-possible",
    ReaderMissing => "reader-missing",
    PasswordNeeded => "password-needed",
    DatabaseNotGranted { .. } => "database-not-granted",
    WebTermsNotPossible => "web-terms-not-possible",
    MethodNotGranted { .. } => "method-not-granted",
    DataUsedUp => "data-used-up",
    ReportMissing => "report-missing",
    VisitNotOver => "visit-not-over",
    NoteNeeded => "note-needed",
    ReportNotRead => "report-not-read",
    EmergencyNotMarked => "emergency-not-marked",
    NotOnDuty => "not-on-duty",
    EmergencyCodeWrong => "emergency-code-wrong",
    InvitationInvalid => "invitation-invalid",
    DeviceNeeded => "device-needed",
    WordsDiffer => "words-differ",
    KeyKnown => "key-known",
    NameTaken => "name-taken",
    NameNotPossible => "name-not-possible",
    TextTooLong => "text-too-long",
    PrefixTooWide { .. } => "prefix-too-wide",
    ExceptionNotPossible => "exception-not-possible",
    AddressNotAllowed { .. } => "address-not-allowed",
    RolesNotPossible => "roles-not-possible",
    LastOne => "last-one",
    SecondPersonNeeded => "second-person-needed",
    DelayNotOver { .. } => "delay-not-over",
    AlreadySo => "already-so",
    NotUpgraded => "not-upgraded",
    NotIsolated => "not-isolated",
    NotPreserved => "not-preserved",
    FactCorrected => "fact-corrected",
    NoticeNotApproved => "notice-not-approved",
    SecretGuessable => "secret-guessable",
    SecretListed => "secret-listed",
    SecretShared => "secret-shared",
    SecretCompromised => "secret-compromised",
    SecretRotating => "secret-rotating",
    SecretInUse => "secret-in-use",
    RotationNotPossible => "rotation-not-possible",
    RotationWayNotPossible => "rotation-way-not-possible",
    RotationWayNotProvable => "rotation-way-not-provable",
    RotationWayNeedsPassword => "rotation-way-needs-password",
    VisitAccountsNotPossible => "visit-accounts-not-possible",
    VisitAccountStands => "visit-account-stands",
    RiskNotAccepted { .. } => "risk-not-accepted",
    RiskOver { .. } => "risk-over",
    RiskNotPossible => "risk-not-possible",
    OldTlsNotPossible => "old-tls-not-possible",
    ForEmergencies => "for-emergencies",
    EmergencyAccountNotPossible => "emergency-account-not-possible",
    EnvelopeNotOrdered => "envelope-not-ordered",
    EnvelopeNotReady => "envelope-not-ready",
    EnvelopeSecondPerson => "envelope-second-person",
    EnvelopePrinted => "envelope-printed",
    TooMany { .. } => "too-many",
}

impl Reason {
    /// Every id, in the order of the variants.
    pub fn all_ids() -> &'static [&'static str] {
        Self::IDS
    }

    /// The values that its sentence names, as text; moments in RFC 3339, Japan Standard Time.
    pub fn args(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::SourcesNotReconfirmed { since } | Self::DebtUnpaid { since } => {
                vec![("since", since.to_string())]
            }
            Self::TooEarly { from } => vec![("from", from.to_string())],
            Self::TooLate { until }
            | Self::DelayNotOver { until }
            | Self::PersonTimeOver { until } => {
                vec![("until", until.to_string())]
            }
            Self::WindowTooLong { longest_minutes } => {
                vec![("longest_minutes", longest_minutes.to_string())]
            }
            Self::PrefixTooWide { net } => vec![("net", net.clone())],
            Self::ChannelNotGranted { channel } => vec![("channel", channel.clone())],
            Self::DatabaseNotGranted { database } => vec![("database", database.clone())],
            Self::MethodNotGranted { method } => vec![("method", method.clone())],
            Self::AddressNotAllowed { address } => vec![("address", address.clone())],
            Self::RiskNotAccepted { target } => vec![("target", target.clone())],
            Self::RiskOver {
                target,
                owner,
                until,
            } => vec![
                ("target", target.clone()),
                ("owner", owner.clone()),
                ("until", until.to_string()),
            ],
            Self::TooMany { what, most } => {
                vec![("what", what.clone()), ("most", most.to_string())]
            }
            Self::SiteIsolated
            | Self::RestoredUnconfirmed
            | Self::SetupIncomplete
            | Self::ClockInDoubt
            | Self::LedgerUnavailable
            | Self::RecorderUnavailable
            | Self::TwoFactorsNeeded
            | Self::RoleMissing
            | Self::PersonNeeded
            | Self::NotFound
            | Self::NotYours
            | Self::SelfApproval
            | Self::NotOfTheHospital
            | Self::AlreadyApprovedByYou
            | Self::AlreadyDecided
            | Self::RequestExpired
            | Self::NobodyToApprove
            | Self::VendorSuspended
            | Self::PersonSuspended
            | Self::FactorsNotSetUp
            | Self::DeviceUnknown
            | Self::DevicePending
            | Self::DeviceSuspended
            | Self::DeviceNotGranted
            | Self::PasskeyNotAttested
            | Self::TargetSuspended
            | Self::TargetNotMaintained
            | Self::ProtocolNotGranted
            | Self::SourceNotListed
            | Self::SourceUnknown
            | Self::OutsideNeedsPasskey
            | Self::WideExceptionEnded
            | Self::NoGrant
            | Self::GrantWithdrawn
            | Self::GrantUsedUp
            | Self::TooManySessions
            | Self::OutsideHours
            | Self::WindowNotPossible
            | Self::WouldWiden
            | Self::QuotaUsedUp
            | Self::PathNotGranted
            | Self::FilesUsedUp
            | Self::SessionFrozen
            | Self::AlertOpen
            | Self::InUse
            | Self::SecretMissing
            | Self::HostKeyNotPossible
            | Self::SshTermsNotPossible
            | Self::DatabaseTermsNotPossible
            | Self::WebTermsNotPossible
            | Self::DesktopTermsNotPossible
            | Self::TelnetNotPossible
            | Self::ReaderMissing
            | Self::PasswordNeeded
            | Self::DataUsedUp
            | Self::ReportMissing
            | Self::VisitNotOver
            | Self::NoteNeeded
            | Self::ReportNotRead
            | Self::EmergencyNotMarked
            | Self::NotOnDuty
            | Self::EmergencyCodeWrong
            | Self::InvitationInvalid
            | Self::DeviceNeeded
            | Self::WordsDiffer
            | Self::KeyKnown
            | Self::NameTaken
            | Self::NameNotPossible
            | Self::TextTooLong
            | Self::ExceptionNotPossible
            | Self::RolesNotPossible
            | Self::LastOne
            | Self::SecondPersonNeeded
            | Self::AlreadySo
            | Self::NotUpgraded
            | Self::NotIsolated
            | Self::NotPreserved
            | Self::FactCorrected
            | Self::NoticeNotApproved
            | Self::SecretGuessable
            | Self::SecretListed
            | Self::SecretShared
            | Self::SecretCompromised
            | Self::SecretRotating
            | Self::SecretInUse
            | Self::RotationNotPossible
            | Self::RotationWayNotPossible
            | Self::RotationWayNotProvable
            | Self::RotationWayNeedsPassword
            | Self::VisitAccountsNotPossible
            | Self::VisitAccountStands
            | Self::RiskNotPossible
            | Self::OldTlsNotPossible
            | Self::ForEmergencies
            | Self::EmergencyAccountNotPossible
            | Self::EnvelopeNotOrdered
            | Self::EnvelopeNotReady
            | Self::EnvelopeSecondPerson
            | Self::EnvelopePrinted => Vec::new(),
        }
    }
}
