//! The recording format: frames, journal records, segments, seals, verification; and reading one: what
//! was typed, an index, output made inert, playback, export.
//!
//! A session's frames are sealed one by one with a key of its own and written to the journal; later
//! they are packed into segments. A hash chain runs over all frames of a session; its head stands in
//! the ledger, so that no frame can be altered, left out or put in afterwards without being noticed,
//! not even by whoever holds the key. Every decoder here is total: any bytes give an answer.
//!
//! Nothing here compresses, reads a file or a clock: `store` does.

mod asciicast;
mod chain;
mod check;
mod content;
mod frame;
mod index;
mod inert;
mod key;
mod mask;
mod note;
mod replay;
mod scan;
mod seal;
mod segment;
mod typed;

pub use asciicast::Asciicast;
pub use chain::Chain;
pub use content::{
    Content, Direction, Kind, MAX_PIECE, MAX_TEXT, Observation, Policy, Start, Stream,
};
pub use frame::{
    FrameOpener, FrameSealer, HEADER, Header, MAX_CONTENT, Next, NotAFrame, NotOpened, NotSealed,
    TAG, next, resync,
};
pub use index::{
    Answer, ChannelStory, CommandLine, FileStory, Index, Indexer, Keyframe, LeftOut, Notice,
    NoticeKind, PatientsStory, Refused, Resize,
};
pub use inert::{Inert, RESTORE};
pub use key::{NoCipher, SessionKey};
pub use mask::{MASKED, mask_passwords, speaks_of_passwords};
pub use note::{
    CUT, ChannelNote, FileNote, KeyframeNote, LineKey, MAX_NAME, MAX_NOTE, MAX_PATIENT,
    MAX_REASONS, MOST_PATIENTS, PatientsNote, StatementEnd, StatementHow, StatementNote,
    StatementOutcome, Terminal, What,
};
pub use replay::{Moment, Replay};
pub use seal::{NotASeal, SealLeaf};
pub use segment::{
    Broken, Ending, Fault, MAX_CHUNK, Packed, Part, Place, SegmentDraft, SegmentHeader, Summary,
    Unpack, confirm, peek, read, seal, verify,
};
pub use typed::{TYPED_OVERHEAD, TypedPiece, Typist, Unmasker, typed_length};

#[cfg(test)]
mod tests;
