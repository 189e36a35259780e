//! The steps of a visit, and the durable steps in each.

use faults::Point;

/// What the gateway is in the midst of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum During {
    Start,
    SignIn,
    Ask,
    Approve,
    Open,
    Record,
    Sync,
    Close,
    Seal,
    Join,
    Exchange,
    Erase,
    Isolate,
    Lift,
    Suspend,
    Cosign,
    Alarm,
    Stop,
}

impl During {
    pub(super) const ALL: [Self; 18] = [
        Self::Start,
        Self::SignIn,
        Self::Ask,
        Self::Approve,
        Self::Open,
        Self::Record,
        Self::Sync,
        Self::Close,
        Self::Seal,
        Self::Join,
        Self::Exchange,
        Self::Erase,
        Self::Isolate,
        Self::Lift,
        Self::Suspend,
        Self::Cosign,
        Self::Alarm,
        Self::Stop,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Start => "starting",
            Self::SignIn => "signing in",
            Self::Ask => "asking for a visit",
            Self::Approve => "approving it",
            Self::Open => "opening a session",
            Self::Record => "recording",
            Self::Sync => "recording on",
            Self::Close => "closing the session",
            Self::Seal => "packing and sealing",
            Self::Join => "joining",
            Self::Exchange => "exchanging a secret",
            Self::Erase => "erasing a person",
            Self::Isolate => "isolating",
            Self::Lift => "lifting it",
            Self::Suspend => "suspending a person",
            Self::Cosign => "cosigning",
            Self::Alarm => "raising an alarm",
            Self::Stop => "stopping",
        }
    }

    /// The durable steps that it takes.
    pub(super) fn passes(self) -> &'static [Point] {
        use Point::*;
        match self {
            Self::Start => &[
                RunningSet,
                SiteWritten,
                SiteNamed,
                SiteFolder,
                JournalReserve,
            ],
            Self::SignIn => &[CodeUsed, Attempts, SignIn, LedgerCommit],
            Self::Ask => &[
                BlobWritten,
                BlobNamed,
                BlobFolder,
                Texts,
                LedgerBegin,
                LedgerInsert,
                LedgerCheckpoint,
                LedgerCommit,
                LedgerMark,
            ],
            Self::Approve => &[LedgerCommit],
            Self::Open => &[LedgerCommit, JournalFrame],
            Self::Record => &[JournalFrame, JournalTakenBack],
            Self::Sync => &[JournalSync],
            Self::Close => &[JournalFrame, LedgerCommit],
            Self::Seal => &[
                JournalBegun,
                JournalReadBack,
                SegmentWritten,
                SegmentSync,
                SegmentNamed,
                RecordingFolder,
                JournalFreed,
                BlobWritten,
                LedgerCommit,
            ],
            Self::Join => &[Texts, Factors, LedgerCommit],
            Self::Exchange => &[Secret, LedgerCommit],
            Self::Erase => &[LedgerCommit, TextsErased],
            Self::Isolate => &[MarkerReason, MarkerNamed, MarkerFolder, Texts, LedgerCommit],
            Self::Lift => &[LedgerCommit, MarkerCleared],
            Self::Suspend => &[Texts, LedgerCommit],
            Self::Cosign => &[Cosignature],
            Self::Alarm => &[Alarm],
            Self::Stop => &[RunningCleared],
        }
    }
}
