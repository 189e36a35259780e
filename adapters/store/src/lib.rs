//! Keeps a site's bytes: the ledger, the local tables, journal and segments, blobs, marker files. The
//! only SQL.
//!
//! One struct, [`Store`]: one directory, one process, one writer. [`Reader`]s read beside it.
//!
//! | part | trusted to | not trusted to |
//! |---|---|---|
//! | the disk and its file system | keep what an fsync acknowledged, or say that it did not | keep it unaltered: every entry, blob and personal value is verified when read |
//! | SQLite | commit all of a transaction or none of it | be the judge of what is in it: the signed checkpoint is |
//! | whoever can write this directory | nothing: an edited, shortened or replaced ledger does not open | – what is replaced *whole*, high-water mark and all, only witnesses notice; a local table that stays well-formed is believed (credentials, attempts) |
//! | our caller | decide, and sign | append what is not canonical, or a checkpoint that does not verify |
//!
//! Walkthrough of a command: `put_personal` (its values), [`Store::append`] (its entries and the new
//! checkpoint), then readers see it. Of a start: [`Store::open`] verifies everything, then
//! [`Reader::read_from`] 0 feeds the fold; with a [`Snapshot`] and after a stop in order,
//! [`Store::open_after`] verifies what follows it, and [`Store::verify_behind`] the rest beside the work.

mod append;
mod backup;
mod behind;
mod blobs;
mod durable;
mod high_water;
mod journal;
mod local;
mod lock;
mod markers;
mod number;
mod priority;
mod reader;
mod recovery;
mod schema;
mod segment;
mod snapshot;
mod store;
#[cfg(test)]
mod tests;

pub use append::{AppendError, Appended};
pub use backup::{
    Cell, Entries, Part, Rebuild, RebuildError, RowsError, View, ViewError, blob_parts,
    journal_parts, read_rows, segment_parts,
};
pub use behind::Verified;
pub use blobs::{BlobError, MAX_BLOB};
pub use journal::{
    Damage, DamageKind, DigestError, Health, Interrupted, Journal, Limits, OpenJournalError,
    Progress, RecordError, Recorder, Recovered, SessionStart, Step, Trouble, Unwrap,
};
pub use local::{
    Alarm, Claim, ClaimNameError, Cosignature, Credential, Draft, DraftFile, KeepCosignatureError,
    ListedSignIn, LocalError, MOST_DRAFTS, Passkey, PersonErased, PersonalValue, SaveDraftError,
    SavedFile, SignIn, WrittenDraft,
};
pub use markers::Markers;
pub use priority::give_way;
pub use reader::{ReadError, Reader};
pub use recovery::OpenError;
pub use segment::{
    Opened, RecordingBroken, RecordingReport, SegmentSealed, replay_recording, verify_recording,
    wrapped_keys,
};
pub use snapshot::{NoSnapshot, Snapshot};
pub use store::{CreateError, Store};
