//! What somebody outside the site remembers of its ledger, and when they disagree.
//!
//! The first contact trusts the checkpoint pinned at join. From then on the ledger may only grow,
//! unless the recovery kit has signed that it was restored. Comparing is all that happens here; the
//! caller keeps the memory, tells its people, and raises the alarm on the other side.

use ids::Digest;
use serde::{Deserialize, Serialize};

use crate::checkpoint::{self, Checkpoint, CheckpointError};
use crate::note::{SignedNote, Verifier};
use crate::resume::{self, Head, Resume, ResumeError};
use crate::tree::{ProofError, verify_consistency};

/// The last checkpoint that was seen and found consistent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Memory {
    /// Its content.
    pub checkpoint: Checkpoint,
    /// How many resumptions of this ledger are known.
    pub resumed: u64,
    /// The checkpoint as the site signed it: with another of the same size it proves a fork to
    /// anybody.
    pub evidence: SignedNote,
    /// What the kit's resumptions took from this memory, oldest first: what was held, and the statement
    /// that gave it up. The last [`MOST_GIVEN_UP`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub given_up: Vec<GivenUp>,
}

/// How many resumptions a memory keeps the evidence of. Each is two notes, signed by the site and by the
/// kit: nobody else can fill a disk with them.
pub const MOST_GIVEN_UP: usize = 16;

/// The evidence of one resumption: the ledger had this state, and the kit has signed that it was given up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GivenUp {
    /// The checkpoint that was held, as the site signed it.
    pub held: SignedNote,
    /// The kit's statement.
    pub statement: SignedNote,
}

impl Memory {
    /// Trusts a checkpoint without comparing: only for the one pinned at join. `resumed` is the
    /// number of resumptions at that time.
    ///
    /// # Errors
    /// If the site has not signed it, or it is of another ledger.
    pub fn pin(note: &SignedNote, site: &Verifier, resumed: u64) -> Result<Self, CheckpointError> {
        let checkpoint = checkpoint::open(note, site)?;
        Ok(Self {
            checkpoint,
            resumed,
            evidence: note.clone(),
            given_up: Vec::new(),
        })
    }

    /// The size and root that are remembered.
    pub fn head(&self) -> Head {
        Head {
            size: self.checkpoint.size,
            root: self.checkpoint.root,
        }
    }
}

/// A checkpoint that agrees with what was remembered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observed {
    /// What to remember from now on.
    pub memory: Memory,
    /// The resumptions that were accepted on the way, oldest first: tell people of each.
    pub resumed: Vec<Resume>,
}

/// Why an offered checkpoint is refused. Each says what was held and what came.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Disagreement {
    /// The checkpoint is not one of this site's.
    #[error("the checkpoint offered does not count: {0}")]
    BadCheckpoint(CheckpointError),
    /// It has fewer entries than were seen.
    #[error(
        "the ledger was rolled back: it had {held} entries, and is now shown with {offered}. After an honest restore the recovery kit signs a resumption"
    )]
    RolledBack {
        /// Entries remembered.
        held: u64,
        /// Entries offered.
        offered: u64,
    },
    /// As many entries, and other ones.
    #[error(
        "the ledger was forked: two different histories of {size} entries are signed, with the roots {held} and {offered}"
    )]
    Forked {
        /// Entries of both.
        size: u64,
        /// The root remembered.
        held: Digest,
        /// The root offered.
        offered: Digest,
    },
    /// More entries, which do not begin with those that were seen.
    #[error(
        "the ledger was edited: the {offered} entries offered do not begin with the {held} that were seen (root {root})"
    )]
    Edited {
        /// Entries remembered.
        held: u64,
        /// The root remembered.
        root: Digest,
        /// Entries offered.
        offered: u64,
    },
    /// The proof is not one for these sizes, so nothing is known.
    #[error("no proof that {offered} entries continue the {held} that were seen: {why}")]
    BadProof {
        /// Entries remembered.
        held: u64,
        /// Entries offered.
        offered: u64,
        /// What is wrong with it.
        why: ProofError,
    },
    /// A resumption that does not count.
    #[error("the resumption offered does not count: {0}")]
    BadResume(ResumeError),
    /// A resumption of another site's ledger.
    #[error("the resumption offered is for {found}, not for {expected}")]
    ResumeOfAnotherSite {
        /// The ledger remembered.
        expected: String,
        /// The ledger that the statement names.
        found: String,
    },
    /// Resumptions out of order.
    #[error("resumption {found} comes after resumption {before}")]
    ResumeOutOfOrder {
        /// The counter of the one before.
        before: u64,
        /// The counter of this one.
        found: u64,
    },
    /// More was seen than the kit said was lost.
    #[error(
        "the recovery kit gave up {covered} entries at most, and {held} were seen: more was lost than was said, or something else"
    )]
    ResumeDoesNotCover {
        /// Entries remembered.
        held: u64,
        /// Entries that the statement gives up.
        covered: u64,
    },
}

impl Disagreement {
    /// A word for logs, alarms and phrases.
    pub fn id(&self) -> &'static str {
        match self {
            Self::BadCheckpoint(_) => "bad_checkpoint",
            Self::RolledBack { .. } => "rolled_back",
            Self::Forked { .. } => "forked",
            Self::Edited { .. } => "edited",
            Self::BadProof { .. } => "bad_proof",
            Self::BadResume(_) => "bad_resume",
            Self::ResumeOfAnotherSite { .. } => "resume_of_another_site",
            Self::ResumeOutOfOrder { .. } => "resume_out_of_order",
            Self::ResumeDoesNotCover { .. } => "resume_does_not_cover",
        }
    }
}

/// Compares an offered checkpoint with what is remembered.
///
/// `resumed` holds the kit's statements that the memory may not know, oldest first; known ones are
/// passed over. `proof` is the consistency proof from the remembered size or, if a statement is
/// new, from the `new.size` of the last one.
///
/// # Errors
/// Says how the ledger disagrees; then the memory stays as it was.
pub fn observe(
    memory: &Memory,
    note: &SignedNote,
    site: &Verifier,
    proof: &[Digest],
    resumed: &[SignedNote],
    kit: &Verifier,
) -> Result<Observed, Disagreement> {
    let offered = checkpoint::open(note, site).map_err(Disagreement::BadCheckpoint)?;
    if offered.origin != memory.checkpoint.origin {
        return Err(Disagreement::BadCheckpoint(CheckpointError::Origin {
            expected: memory.checkpoint.origin.clone(),
            found: offered.origin,
        }));
    }
    let new = new_resumptions(memory, resumed, kit)?;
    let (mut base, mut counter) = (memory.head(), memory.resumed);
    let mut given_up = memory.given_up.clone();
    for (resume, statement) in &new {
        covers(resume, &base)?;
        base = resume.new;
        counter = resume.counter;
        given_up.push(GivenUp {
            held: memory.evidence.clone(),
            statement: statement.clone(),
        });
    }
    continues(&base, &offered, proof)?;
    let resumed = new.into_iter().map(|(resume, _)| resume).collect();
    given_up.drain(..given_up.len().saturating_sub(MOST_GIVEN_UP));
    let memory = Memory {
        checkpoint: offered,
        resumed: counter,
        evidence: note.clone(),
        given_up,
    };
    Ok(Observed { memory, resumed })
}

/// The size from which a witness wants its consistency proof: for whoever answers one that
/// remembers `held` entries and `resumed` resumptions. `resumptions` are all of the ledger's, oldest
/// first.
pub fn proof_base(held: u64, resumed: u64, resumptions: &[Resume]) -> u64 {
    let mut unknown = resumptions.iter().filter(|resume| resume.counter > resumed);
    unknown.next_back().map_or(held, |resume| resume.new.size)
}

fn new_resumptions(
    memory: &Memory,
    notes: &[SignedNote],
    kit: &Verifier,
) -> Result<Vec<(Resume, SignedNote)>, Disagreement> {
    let mut resumptions: Vec<(Resume, SignedNote)> = Vec::new();
    for note in notes {
        let resume = resume::open(note, kit).map_err(Disagreement::BadResume)?;
        let found = checkpoint::origin(&resume.site);
        if found != memory.checkpoint.origin {
            return Err(Disagreement::ResumeOfAnotherSite {
                expected: memory.checkpoint.origin.clone(),
                found,
            });
        }
        if resume.counter <= memory.resumed {
            continue;
        }
        let before = resumptions
            .last()
            .map_or(memory.resumed, |(last, _)| last.counter);
        if resume.counter <= before {
            return Err(Disagreement::ResumeOutOfOrder {
                before,
                found: resume.counter,
            });
        }
        resumptions.push((resume, note.clone()));
    }
    Ok(resumptions)
}

fn covers(resume: &Resume, held: &Head) -> Result<(), Disagreement> {
    match resume.old {
        Some(old) if held.size > old.size => Err(Disagreement::ResumeDoesNotCover {
            held: held.size,
            covered: old.size,
        }),
        Some(old) if held.size == old.size && held.root != old.root => Err(Disagreement::Forked {
            size: held.size,
            held: held.root,
            offered: old.root,
        }),
        _ => Ok(()),
    }
}

fn continues(base: &Head, offered: &Checkpoint, proof: &[Digest]) -> Result<(), Disagreement> {
    if offered.size < base.size {
        return Err(Disagreement::RolledBack {
            held: base.size,
            offered: offered.size,
        });
    }
    if offered.size == base.size {
        return if offered.root == base.root {
            Ok(())
        } else {
            Err(Disagreement::Forked {
                size: base.size,
                held: base.root,
                offered: offered.root,
            })
        };
    }
    let checked = verify_consistency(base.size, &base.root, offered.size, &offered.root, proof);
    checked.map_err(|why| match why {
        ProofError::WrongRoot { .. } => Disagreement::Edited {
            held: base.size,
            root: base.root,
            offered: offered.size,
        },
        ProofError::NoSuchEntry { .. }
        | ProofError::NoSuchSize { .. }
        | ProofError::Backwards { .. }
        | ProofError::WrongLength { .. } => Disagreement::BadProof {
            held: base.size,
            offered: offered.size,
            why,
        },
    })
}

#[cfg(test)]
mod tests;
