//! The rules, as data. What each sees, why that matters and when ordinary work fires it stands in `phrases`, under its id.

use serde::{Deserialize, Serialize};

use crate::answer::{Advice, Answer, Grouping, Incident, Severity, Step};
use Advice::{
    CallColleague, CallFirm, CheckGateway, CheckTarget, EndSession, Isolate, KeepEvidence, Look,
    SuspendPerson,
};
use Severity::{Critical, Notable, Serious};

/// What is known of a rule beside its sentences.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct About {
    /// Its id, in kebab-case; it never changes.
    pub id: &'static str,
    /// How grave it is.
    pub severity: Severity,
    /// By what its sightings are gathered.
    pub grouping: Grouping,
    /// The steps of the incidents that it answers.
    pub steps: &'static [Step],
    /// What the gateway does, until the hospital chooses.
    pub usual: Answer,
    /// What the hospital may choose, the usual answer among them.
    pub possible: &'static [Answer],
    /// What a person can do now: one to three things, the first thing first.
    pub now: &'static [Advice],
}

macro_rules! rules {
    ($($(#[$doc:meta])* $name:ident = $about:expr),+ $(,)?) => {
        /// A rule.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Rule {
            $($(#[$doc])* $name),+
        }

        impl Rule {
            /// All of them, by families: attempts, sessions, commands, volumes, the site itself, logs of other devices.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// What is known of it.
            pub const fn about(self) -> &'static About {
                match self {
                    $(Self::$name => &const { $about }),+
                }
            }
        }
    };
}

/// Nobody is in a session: a person can be kept out, nothing can be ended.
const AT_THE_DOOR: &[Answer] = &[Answer::Tell, Answer::Suspend, Answer::Isolate];
/// Something is seen of which nobody can be named.
const OF_NOBODY: &[Answer] = &[Answer::Tell, Answer::Isolate];
/// It is done in a session.
const IN_A_SESSION: &[Answer] = &Answer::ALL;
/// It is seen when it is over.
const AFTERWARDS: &[Answer] = &[Answer::Tell, Answer::Suspend, Answer::Isolate];

const fn handa(number: u8) -> Step {
    Step {
        incident: Incident::Handa,
        number,
    }
}

const fn osaka(number: u8) -> Step {
    Step {
        incident: Incident::Osaka,
        number,
    }
}

const fn okayama(number: u8) -> Step {
    Step {
        incident: Incident::Okayama,
        number,
    }
}

const fn about(
    id: &'static str,
    (severity, grouping): (Severity, Grouping),
    steps: &'static [Step],
    (usual, possible): (Answer, &'static [Answer]),
    now: &'static [Advice],
) -> About {
    About {
        id,
        severity,
        grouping,
        steps,
        usual,
        possible,
        now,
    }
}

rules! {
    /// Right factors, from an address that is in none of the lists.
    UnlistedSource = about(
        "unlisted-source", (Serious, Grouping::Person), const { &[handa(1), osaka(1), okayama(1)] },
        (Answer::Tell, AT_THE_DOOR), &[CallFirm, SuspendPerson, Isolate],
    ),
    /// Right factors, on a device that is not the person's.
    UnknownDevice = about(
        "unknown-device", (Serious, Grouping::Person), const { &[handa(1), osaka(1), okayama(1)] },
        (Answer::Tell, AT_THE_DOOR), &[CallFirm, SuspendPerson, Isolate],
    ),
    /// Many failed sign-ins within minutes.
    Guessing = about(
        "guessing", (Serious, Grouping::Site), const { &[handa(1), okayama(1)] },
        (Answer::Tell, OF_NOBODY), &[CheckGateway, Isolate],
    ),
    /// More failed sign-ins within a week than people mistype.
    GuessingSlowly = about(
        "guessing-slowly", (Notable, Grouping::Site), const { &[handa(1), okayama(1)] },
        (Answer::Tell, OF_NOBODY), &[CheckGateway],
    ),
    /// Wrong emergency codes of one person, or wrong secrets of one invitation.
    GuessingPerson = about(
        "guessing-person", (Serious, Grouping::Person), const { &[handa(1), okayama(1)] },
        (Answer::Tell, AT_THE_DOOR), &[CallColleague, SuspendPerson],
    ),
    /// Wrong emergency codes of several persons, or wrong secrets of several invitations.
    GuessingSpread = about(
        "guessing-spread", (Serious, Grouping::Site), const { &[handa(1), okayama(1)] },
        (Answer::Tell, OF_NOBODY), &[CheckGateway, Isolate],
    ),
    /// A session is asked for that nobody approved, nor was asked to.
    WithoutPlan = about(
        "without-a-plan", (Serious, Grouping::Person), const { &[handa(2), okayama(2)] },
        (Answer::Tell, AT_THE_DOOR), &[CallFirm, SuspendPerson],
    ),
    /// A session is asked for long before or after the approved time.
    OutsideWindow = about(
        "outside-the-window", (Serious, Grouping::Person), const { &[handa(2), okayama(2)] },
        (Answer::Tell, AT_THE_DOOR), &[CallFirm, SuspendPerson],
    ),
    /// One person asks for sessions at targets again and again, for which there is nothing.
    TargetsTried = about(
        "targets-tried", (Serious, Grouping::Person), const { &[handa(3), okayama(3)] },
        (Answer::Tell, AT_THE_DOOR), &[CallFirm, SuspendPerson, Isolate],
    ),
    /// Connections to other addresses are tried through a session, and refused.
    ForwardingTried = about(
        "forwarding-tried", (Serious, Grouping::Visit), const { &[handa(3), osaka(5), okayama(3)] },
        (Answer::Pause, IN_A_SESSION), &[Look, CallFirm, EndSession],
    ),
    /// What no honest visit uses was used.
    DecoyTouched = about(
        "decoy-touched", (Critical, Grouping::Person), const { &[handa(5), osaka(5), okayama(3)] },
        (Answer::Suspend, IN_A_SESSION), &[Isolate, KeepEvidence, CallFirm],
    ),
    /// A session is open that is not the one that was approved.
    PlanDiffers = about(
        "plan-differs", (Critical, Grouping::Visit), const { &[handa(2), okayama(2)] },
        (Answer::End, IN_A_SESSION), &[EndSession, KeepEvidence, CheckGateway],
    ),
    /// The target showed another key than the pinned one.
    TargetDiffers = about(
        "target-differs", (Serious, Grouping::Visit), const { &[osaka(5), okayama(11)] },
        (Answer::Tell, AFTERWARDS), &[CallFirm, CheckTarget],
    ),
    /// One device in two places at the same time.
    DeviceInTwoPlaces = about(
        "device-in-two-places", (Serious, Grouping::Person), const { &[handa(1), osaka(1), okayama(1)] },
        (Answer::Pause, IN_A_SESSION), &[CallFirm, Look, SuspendPerson],
    ),
    /// From the target on to another machine.
    SecondHop = about(
        "second-hop", (Serious, Grouping::Visit), const { &[handa(3), osaka(5), okayama(4)] },
        (Answer::Pause, IN_A_SESSION), &[Look, CallFirm, EndSession],
    ),
    /// Many addresses or ports are tried from the target.
    NetworkSweep = about(
        "network-sweep", (Critical, Grouping::Visit), const { &[handa(3), okayama(3)] },
        (Answer::Pause, IN_A_SESSION), &[Look, SuspendPerson, Isolate],
    ),
    /// Shadow copies or the catalogue of backups are deleted.
    BackupsDeleted = about(
        "backups-deleted", (Critical, Grouping::Visit), const { &[handa(6), okayama(7)] },
        (Answer::End, IN_A_SESSION), &[Look, Isolate, KeepEvidence],
    ),
    /// Many files that are called backups, or snapshots, are removed.
    BackupFilesRemoved = about(
        "backup-files-removed", (Serious, Grouping::Visit), const { &[handa(6), okayama(7)] },
        (Answer::Tell, IN_A_SESSION), &[Look, CallFirm, EndSession],
    ),
    /// What guards the machine is stopped.
    SecurityStopped = about(
        "security-stopped", (Critical, Grouping::Visit), const { &[osaka(3), okayama(8)] },
        (Answer::Pause, IN_A_SESSION), &[Look, CallFirm, EndSession],
    ),
    /// An account, an administrator or a key to get in is added.
    AccountAdded = about(
        "account-added", (Serious, Grouping::Visit), const { &[osaka(4), okayama(9)] },
        (Answer::Tell, IN_A_SESSION), &[Look, CallFirm, CheckTarget],
    ),
    /// A log is cleared.
    LogCleared = about(
        "log-cleared", (Critical, Grouping::Visit), const { &[handa(7), okayama(8)] },
        (Answer::Pause, IN_A_SESSION), &[Look, KeepEvidence, EndSession],
    ),
    /// A tool for remote control is installed.
    RemoteTool = about(
        "remote-tool", (Critical, Grouping::Visit), const { &[okayama(4), okayama(5)] },
        (Answer::Pause, IN_A_SESSION), &[Look, CallFirm, EndSession],
    ),
    /// Passwords are taken out of memory or files.
    CredentialsDumped = about(
        "credentials-dumped", (Critical, Grouping::Visit), const { &[handa(4), osaka(4), okayama(6)] },
        (Answer::Pause, IN_A_SESSION), &[Isolate, KeepEvidence, CallFirm],
    ),
    /// Very many rows are read.
    BulkRead = about(
        "bulk-read", (Serious, Grouping::Visit), const { &[okayama(5), okayama(10)] },
        (Answer::Tell, IN_A_SESSION), &[Look, CallFirm, EndSession],
    ),
    /// Very many files leave.
    ManyFilesOut = about(
        "many-files-out", (Serious, Grouping::Visit), const { &[okayama(5)] },
        (Answer::Tell, IN_A_SESSION), &[Look, CallFirm, EndSession],
    ),
    /// Far more leaves than in this person's visits so far.
    VolumeBeyondHabit = about(
        "volume-beyond-habit", (Notable, Grouping::Visit), const { &[osaka(2), okayama(5)] },
        (Answer::Tell, IN_A_SESSION), &[Look, CallFirm],
    ),
    /// More was to leave than the terms allow.
    VolumeBeyondTerms = about(
        "volume-beyond-terms", (Notable, Grouping::Visit), const { &[osaka(2), okayama(5)] },
        (Answer::Tell, IN_A_SESSION), &[Look, CallFirm],
    ),
    /// Very many patients come out.
    ManyPatients = about(
        "many-patients", (Serious, Grouping::Visit), const { &[okayama(5), okayama(10)] },
        (Answer::Tell, IN_A_SESSION), &[Look, CallFirm, EndSession],
    ),
    /// Patients come out, and the plan says that none are touched.
    PatientsUndeclared = about(
        "patients-undeclared", (Notable, Grouping::Visit), const { &[okayama(5)] },
        (Answer::Tell, IN_A_SESSION), &[Look, CallFirm],
    ),
    /// The gateway's clock is not to be trusted.
    ClockMoved = about(
        "clock-moved", (Serious, Grouping::Site), const { &[handa(7)] },
        (Answer::Tell, OF_NOBODY), &[CheckGateway, KeepEvidence],
    ),
    /// A part of a recording is missing.
    RecordingShortened = about(
        "recording-shortened", (Critical, Grouping::Visit), const { &[handa(7)] },
        (Answer::Tell, IN_A_SESSION), &[CheckGateway, KeepEvidence, CallColleague],
    ),
    /// Somebody outside remembers another ledger.
    WitnessDisagrees = about(
        "witness-disagrees", (Critical, Grouping::Site), const { &[handa(7)] },
        (Answer::Tell, OF_NOBODY), &[KeepEvidence, Isolate, CallColleague],
    ),
    /// A device whose log is kept says nothing any more.
    LogSilent = about(
        "log-silent", (Serious, Grouping::Log), const { &[handa(7), okayama(8)] },
        (Answer::Tell, OF_NOBODY), &[CheckTarget, CallColleague],
    ),
    /// Logs of other devices that were kept are altered, or gone without a note.
    LogAltered = about(
        "log-altered", (Critical, Grouping::Log), const { &[handa(7)] },
        (Answer::Tell, OF_NOBODY), &[KeepEvidence, CallColleague],
    ),
    /// Many wrong passwords at machines of Windows: for one account, for many, or patiently.
    WindowsGuessing = about(
        "windows-guessing", (Serious, Grouping::Log), const { &[osaka(4), okayama(1)] },
        (Answer::Tell, OF_NOBODY), &[CheckTarget, KeepEvidence, Isolate],
    ),
    /// A right password after many wrong ones from the same source.
    WindowsGuessed = about(
        "windows-guessed", (Critical, Grouping::Log), const { &[osaka(4), okayama(1)] },
        (Answer::Tell, OF_NOBODY), &[Isolate, KeepEvidence, CheckTarget],
    ),
    /// One account arrives at many machines from one source within minutes.
    WindowsFanOut = about(
        "windows-fan-out", (Critical, Grouping::Log), const { &[handa(3), handa(5), okayama(9)] },
        (Answer::Tell, OF_NOBODY), &[CheckTarget, Isolate, KeepEvidence],
    ),
    /// An account was locked after wrong passwords.
    WindowsLockedOut = about(
        "windows-locked-out", (Notable, Grouping::Log), const { &[handa(4), osaka(4)] },
        (Answer::Tell, OF_NOBODY), &[CallColleague, CheckTarget],
    ),
    /// An account was added at a machine of Windows.
    WindowsAccountAdded = about(
        "windows-account-added", (Serious, Grouping::Log), const { &[osaka(4), okayama(9)] },
        (Answer::Tell, OF_NOBODY), &[CallColleague, CheckTarget],
    ),
    /// Somebody was added to a group that has rights.
    WindowsGroupJoined = about(
        "windows-group-joined", (Serious, Grouping::Log), const { &[osaka(4), okayama(9)] },
        (Answer::Tell, OF_NOBODY), &[CallColleague, CheckTarget],
    ),
    /// A log of Windows was cleared.
    WindowsLogCleared = about(
        "windows-log-cleared", (Critical, Grouping::Log), const { &[handa(7), okayama(8)] },
        (Answer::Tell, OF_NOBODY), &[KeepEvidence, CheckTarget, Isolate],
    ),
    /// A service was installed at a machine of Windows.
    WindowsServiceAdded = about(
        "windows-service-added", (Notable, Grouping::Log), const { &[okayama(4), okayama(6)] },
        (Answer::Tell, OF_NOBODY), &[CallColleague, CheckTarget],
    ),
    /// Of a log of Windows events are missing, or cannot be read.
    WindowsLogDamaged = about(
        "windows-log-damaged", (Serious, Grouping::Log), const { &[handa(7), okayama(8)] },
        (Answer::Tell, OF_NOBODY), &[KeepEvidence, CheckTarget],
    ),
}

impl Rule {
    /// Its id: the key of its sentences in `phrases`, prefixed there with `rule-`; what it sees under that, why it matters with
    /// `-why` behind, when ordinary work fires it with `-cost`.
    pub const fn id(self) -> &'static str {
        self.about().id
    }

    /// Whether it is about the logs of other devices: seen where those are kept, and told to the gateway.
    pub const fn is_of_other_logs(self) -> bool {
        matches!(self.about().grouping, Grouping::Log)
    }

    /// The rule with this id.
    pub fn of(id: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|rule| rule.id() == id)
    }
}

impl Serialize for Rule {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.id())
    }
}

impl<'de> Deserialize<'de> for Rule {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let id = String::deserialize(from)?;
        Self::of(&id).ok_or_else(|| serde::de::Error::custom("no rule has this id"))
    }
}
