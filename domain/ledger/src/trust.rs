//! Whose signatures count, and what is said when something is broken: exactly where, and what was
//! expected there.

use std::fmt;

use ids::{Digest, Timestamp};

use crate::canonical::NotCanonical;
use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::note::{Algorithm, NotAKey, NoteError, SignedNote, Verifier};
use crate::tile::BundleError;
use crate::tree::ProofError;

/// The keys that a reader trusts, got by a way that does not lead through the file being read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trust {
    /// The site's key.
    pub site: Verifier,
    /// The witnesses' keys; none is allowed, and then only the site vouches for itself.
    pub witnesses: Vec<Verifier>,
}

/// Where something is broken. Lines count from 1; everything else from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A file of an export, as a whole.
    File(String),
    /// A line of a file, or of a member that holds lines.
    Line {
        /// The file or member.
        file: String,
        /// The line, from 1.
        line: usize,
    },
    /// One hash of a tile.
    Tile {
        /// The tile's path.
        path: String,
        /// Which of its hashes.
        hash: u64,
    },
    /// An entry of the ledger.
    Entry {
        /// Its number in the ledger.
        index: u64,
        /// The file or member that holds it.
        file: String,
    },
    /// A byte of a receipt's file.
    Byte(usize),
    /// A member of a receipt: `visit`, `entries[3].proof` …
    Member(String),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(file) => write!(f, "{file}"),
            Self::Line { file, line } => write!(f, "{file}, line {line}"),
            Self::Tile { path, hash } => write!(f, "{path}, hash {hash}"),
            Self::Entry { index, file } => write!(f, "entry {index} ({file})"),
            Self::Byte(offset) => write!(f, "byte {offset}"),
            Self::Member(member) => write!(f, "{member}"),
        }
    }
}

/// What is wrong at a place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// It is not there.
    #[error("missing")]
    Missing,
    /// Something else was expected.
    #[error("expected {expected}, found {found}")]
    Expected {
        /// What should stand there.
        expected: String,
        /// What stands there, shortened.
        found: String,
    },
    /// A hash is another one.
    #[error("expected the hash {expected}, found {found}")]
    Hash {
        /// The hash that everything else leads to.
        expected: Digest,
        /// The hash of what stands there.
        found: Digest,
    },
    /// Whole and consistent, but not what was signed.
    #[error(
        "the signed root is {signed}, and the entries and tiles, which agree with each other, lead to {found}: the ledger was edited as a whole, or is another one"
    )]
    NotWhatWasSigned {
        /// The root in the checkpoint.
        signed: Digest,
        /// The root of what is there.
        found: Digest,
    },
    /// Not canonical JSON.
    #[error(transparent)]
    Canonical(#[from] NotCanonical),
    /// Not a bundle of entries.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// A proof that does not hold.
    #[error(transparent)]
    Proof(#[from] ProofError),
    /// Not a key.
    #[error(transparent)]
    Key(#[from] NotAKey),
    /// A note or signature that does not hold.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// A checkpoint that is not one.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// Signed by a key that is neither the site's nor among the witnesses listed beside it.
    #[error("signed by {0}, which is not among the listed keys")]
    UnlistedSigner(String),
    /// Signed twice by one key.
    #[error("signed a second time by {0}")]
    SignedTwice(String),
    /// A listed witness that has not signed.
    #[error("{0} is listed as a witness, and has not signed")]
    DidNotSign(String),
    /// An entry of the visit was left out.
    #[error("part {expected} of the visit is missing: part {found} follows")]
    PartLeftOut {
        /// The number that should come.
        expected: u64,
        /// The number that comes.
        found: u64,
    },
    /// The value shown is not the one that was committed to.
    #[error("it does not open the commitment")]
    DoesNotOpen,
    /// It belongs to nothing in this receipt.
    #[error("{0} stands in no entry of this receipt")]
    Unrelated(String),
}

impl Fault {
    /// A word for logs and phrases.
    pub fn id(&self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Expected { .. } => "expected",
            Self::Hash { .. } => "hash",
            Self::NotWhatWasSigned { .. } => "not_what_was_signed",
            Self::Canonical(_) => "not_canonical",
            Self::Bundle(_) => "bundle",
            Self::Proof(_) => "proof",
            Self::Key(_) => "key",
            Self::Note(_) => "note",
            Self::Checkpoint(_) => "checkpoint",
            Self::UnlistedSigner(_) => "unlisted_signer",
            Self::SignedTwice(_) => "signed_twice",
            Self::DidNotSign(_) => "did_not_sign",
            Self::PartLeftOut { .. } => "part_left_out",
            Self::DoesNotOpen => "does_not_open",
            Self::Unrelated(_) => "unrelated",
        }
    }
}

/// One place that is broken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {fault}")]
pub struct Broken {
    /// Where.
    pub place: Place,
    /// What is wrong there.
    pub fault: Fault,
}

impl Broken {
    pub(crate) fn at(place: Place, fault: impl Into<Fault>) -> Self {
        Self {
            place,
            fault: fault.into(),
        }
    }

    pub(crate) fn expected(place: Place, expected: impl fmt::Display, found: &str) -> Self {
        let fault = Fault::Expected {
            expected: expected.to_string(),
            found: found.chars().take(120).collect(),
        };
        Self { place, fault }
    }
}

/// A witness that has cosigned, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cosigned {
    /// The name of the key.
    pub name: String,
    /// When it saw the checkpoint.
    pub at: Timestamp,
}

/// A checkpoint of which every signature was checked.
pub(crate) struct VouchedCheckpoint {
    pub(crate) checkpoint: Checkpoint,
    /// Trusted witnesses.
    pub(crate) cosigned: Vec<Cosigned>,
    /// Listed witnesses whose signatures hold, and whom the reader does not know.
    pub(crate) strangers: Vec<String>,
}

/// Checks every signature of a checkpoint in `file`: by the site, and by each of the witnesses
/// `listed` beside it. The C2SP rule that unknown signatures are passed over would let a flipped
/// byte in one pass, so here each line must be of a listed key, once, and hold; that a key is listed
/// gives it no weight.
pub(crate) fn open_checkpoint(
    file: &str,
    note: &SignedNote,
    trust: &Trust,
    listed: &[Verifier],
) -> Result<VouchedCheckpoint, Broken> {
    let site = std::slice::from_ref(&trust.site);
    let known = [site, listed].concat();
    let at_line = |line| Place::Line {
        file: file.to_owned(),
        line,
    };
    let verified = note
        .verify_each(&known)
        .map_err(|error| note_broken(file, error))?;
    let mut signers: Vec<Verifier> = Vec::new();
    let (mut cosigned, mut strangers) = (Vec::new(), Vec::new());
    for (index, (line, signature)) in verified.into_iter().zip(note.signatures()).enumerate() {
        let place = at_line(note.signature_line(index));
        let name = signature.name().to_owned();
        let Some(line) = line else {
            return Err(Broken::at(place, Fault::UnlistedSigner(name)));
        };
        if signers.contains(&line.by) {
            return Err(Broken::at(place, Fault::SignedTwice(name)));
        }
        match line.at {
            Some(at) if trust.vouches(&line.by) => cosigned.push(Cosigned { name, at }),
            _ if line.by != trust.site => strangers.push(name),
            _ => {}
        }
        signers.push(line.by);
    }
    if let Some(absent) = known.iter().find(|key| !signers.contains(key)) {
        let fault = Fault::DidNotSign(absent.name().to_owned());
        return Err(Broken::at(Place::File(file.to_owned()), fault));
    }
    let checkpoint =
        Checkpoint::decode(note.text()).map_err(|error| checkpoint_broken(file, error))?;
    if checkpoint.origin != trust.site.name() {
        let found = &checkpoint.origin;
        return Err(Broken::expected(at_line(1), trust.site.name(), found));
    }
    Ok(VouchedCheckpoint {
        checkpoint,
        cosigned,
        strangers,
    })
}

impl Trust {
    /// Whether the key is a witness that counts: known, with a time, and not the site itself under
    /// another name.
    fn vouches(&self, key: &Verifier) -> bool {
        key.algorithm() == Algorithm::Cosignature
            && key.public_key() != self.site.public_key()
            && self.witnesses.contains(key)
    }
}

pub(crate) fn note_broken(file: &str, error: NoteError) -> Broken {
    let line = match &error {
        NoteError::NotText { line }
        | NoteError::SignatureLine { line }
        | NoteError::BadSignature { line, .. } => Some(*line),
        NoteError::TooLong
        | NoteError::TooManySignatures
        | NoteError::NoNewline
        | NoteError::NoSignatures
        | NoteError::NobodyKnown => None,
    };
    let file = file.to_owned();
    let place = match line {
        Some(line) => Place::Line { file, line },
        None => Place::File(file),
    };
    Broken::at(place, error)
}

fn checkpoint_broken(file: &str, error: CheckpointError) -> Broken {
    let line = match &error {
        CheckpointError::Line { line, .. } => *line,
        CheckpointError::Origin { .. } | CheckpointError::Note(_) => 1,
    };
    let place = Place::Line {
        file: file.to_owned(),
        line,
    };
    Broken::at(place, error)
}
