//! Every durable step, and every way to break one.

use std::fmt;
use std::str::FromStr;

macro_rules! points {
    ($($(#[doc = $doc:literal])+ $point:ident = $name:literal,)*) => {
        /// A durable step. The first word of its name is the part that takes it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Point {
            $($(#[doc = $doc])+ $point,)*
        }

        impl Point {
            /// Every one of them.
            pub const ALL: &'static [Self] = &[$(Self::$point),*];

            /// Its name, as in `tests/matrix/faults.txt` and in `SEKISHO_FAULT`.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$point => $name,)*
                }
            }
        }
    };
}

points! {
    /// The ledger: beginning the transaction of an append.
    LedgerBegin = "ledger.begin",
    /// The ledger: putting the entries into it.
    LedgerInsert = "ledger.insert",
    /// The ledger: putting the new checkpoint into it.
    LedgerCheckpoint = "ledger.checkpoint",
    /// The ledger: the commit, with its fsync.
    LedgerCommit = "ledger.commit",
    /// The ledger: how far it has been, outside the database.
    LedgerMark = "ledger.mark",
    /// The snapshot of the folded state: written aside.
    SnapshotWritten = "snapshot.written",
    /// The snapshot of the folded state: given its name.
    SnapshotNamed = "snapshot.named",
    /// The snapshot of the folded state: its name brought to the disk.
    SnapshotFolder = "snapshot.folder",
    /// A local table: the texts of a command, beside their salts.
    Texts = "local.texts",
    /// A local table: erasing texts, names and factors.
    TextsErased = "local.erasure",
    /// A local table: a sign-in, its use and its end.
    SignIn = "local.sign-in",
    /// A local table: failed attempts.
    Attempts = "local.attempts",
    /// A local table: with what somebody signs in, their name and their factors.
    Factors = "local.factors",
    /// A local table: a one-time code that was used.
    CodeUsed = "local.code",
    /// A local table: a sealed secret.
    Secret = "local.secret",
    /// A local table: a recording's wrapped keys.
    RecordingKeys = "local.recording-keys",
    /// A local table: a setting.
    Setting = "local.setting",
    /// A local table: what a witness cosigned.
    Cosignature = "local.cosignature",
    /// A local table: what a witness found wrong.
    Alarm = "local.alarm",
    /// A new site's high-water mark, or the reserve for isolating: written aside.
    SiteWritten = "site.written",
    /// A new site's high-water mark, or the reserve for isolating: given its name.
    SiteNamed = "site.named",
    /// A new site's high-water mark, or the reserve for isolating: its name brought to the disk.
    SiteFolder = "site.folder",
    /// An attachment: written aside.
    BlobWritten = "blob.written",
    /// An attachment: given its name.
    BlobNamed = "blob.named",
    /// An attachment: its name brought to the disk.
    BlobFolder = "blob.folder",
    /// The marker that isolates: its reason.
    MarkerReason = "marker.reason",
    /// The marker that isolates: its name, which is what counts.
    MarkerNamed = "marker.named",
    /// The marker that isolates: its name brought to the disk.
    MarkerFolder = "marker.folder",
    /// The marker that isolates, taken away.
    MarkerCleared = "marker.cleared",
    /// The mark that the store is open.
    RunningSet = "marker.running",
    /// The mark that the store is open, taken away by an orderly stop.
    RunningCleared = "marker.stopped",
    /// The journal: a frame.
    JournalFrame = "journal.frame",
    /// The journal: taking back what a failed write may have left.
    JournalTakenBack = "journal.taken-back",
    /// The journal: the fsync of ten frames a second or of thousands.
    JournalSync = "journal.sync",
    /// The journal: a new file.
    JournalBegun = "journal.begun",
    /// The journal: reading frames back, before they count as kept.
    JournalReadBack = "journal.read-back",
    /// The journal: the space kept for closing.
    JournalReserve = "journal.reserve",
    /// The journal: a file whose frames are all in segments, removed.
    JournalFreed = "journal.freed",
    /// A segment: written aside.
    SegmentWritten = "segment.written",
    /// A segment: brought to the disk.
    SegmentSync = "segment.sync",
    /// A segment: given its name.
    SegmentNamed = "segment.named",
    /// A folder of the journal or of a recording: brought to the disk.
    RecordingFolder = "segment.folder",
    /// The key store: written aside.
    KeysWritten = "keys.written",
    /// The key store: given its name.
    KeysNamed = "keys.named",
    /// The key store: its name brought to the disk.
    KeysFolder = "keys.folder",
    /// A file of a client, a relay, or of a configuration: written.
    KeepWritten = "keep.written",
    /// A file of a client, a relay, or of a configuration: given its name.
    KeepNamed = "keep.named",
    /// A file of a client, a relay, or of a configuration: its name brought to the disk.
    KeepFolder = "keep.folder",
}

/// How a step breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fault {
    /// It fails, and nothing of it is kept.
    Lost,
    /// It fails, and all of it is kept.
    Kept,
    /// The process dies before it.
    DiesBefore,
    /// The process dies after it, before anybody was told.
    DiesAfter,
}

impl Fault {
    /// Every one of them.
    pub const ALL: [Self; 4] = [Self::Lost, Self::Kept, Self::DiesBefore, Self::DiesAfter];

    /// Its name, as in `tests/matrix/faults.txt` and in `SEKISHO_FAULT`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Lost => "lost",
            Self::Kept => "kept",
            Self::DiesBefore => "dies-before",
            Self::DiesAfter => "dies-after",
        }
    }

    /// Whether the process survives it.
    pub fn is_survived(self) -> bool {
        matches!(self, Self::Lost | Self::Kept)
    }
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Point {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut all = Self::ALL.iter().copied();
        all.find(|point| point.name() == text)
            .ok_or_else(|| format!("{text:?} is no durable step"))
    }
}

impl FromStr for Fault {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|fault| fault.name() == text)
            .ok_or_else(|| format!("{text:?} is no fault: lost, kept, dies-before or dies-after"))
    }
}
