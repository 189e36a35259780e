//! Why not. Every check is evaluated, every reason has an id, and every id a sentence in `phrases`.

use ids::Timestamp;
use serde::{Deserialize, Serialize};

/// One reason why a command is refused. Its id is its name in kebab-case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "id", rename_all = "kebab-case")]
pub enum Reason {
    /// The site is isolated.
    SiteIsolated,
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
    /// The target is suspended.
    TargetSuspended,
    /// The target is not one that this vendor maintains.
    TargetNotMaintained,
    /// The protocol is not the target's.
    ProtocolNotGranted,
    /// The source address is in none of the vendor's prefixes.
    SourceNotListed,
    /// The source address is not known: unknown is no.
    SourceUnknown,
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
    /// The last visit has no work report yet.
    ReportMissing,
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
    /// It is not isolated.
    NotIsolated,
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
