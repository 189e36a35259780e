//! `LedgerResumed`: the recovery kit's word that a ledger was restored and goes on from an earlier
//! state (architecture §8). Without it, nobody accepts that a ledger lost entries.

use data_encoding::BASE64;
use ids::{Digest, SiteId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::base64;
use crate::note::{NoteError, SignedNote, Signer, Verifier};

const FIRST_LINE: &str = "sekisho/resumed/v1";

/// A size and the root of that size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// How many entries.
    pub size: u64,
    /// The root over them.
    pub root: Digest,
}

/// What the kit signs after a restore.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resume {
    /// Whose ledger.
    pub site: SiteId,
    /// Counts the resumptions of this ledger, from 1: no statement works twice.
    pub counter: u64,
    /// The last state that is known to have been lost. A witness that saw more than this is not
    /// covered. `None`: nobody knows how much was lost, and every witness is covered.
    pub old: Option<Head>,
    /// The state that the ledger goes on from.
    pub new: Head,
    /// When it was signed.
    pub at: Timestamp,
}

/// Why a statement does not count.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ResumeError {
    /// Not in the form that the kit signs.
    #[error("it is not a statement of the form {FIRST_LINE}")]
    Form,
    /// Not signed by the kit.
    #[error("it is not signed by the recovery kit: {0}")]
    Signature(#[from] NoteError),
}

/// The name under which a site's recovery kit signs.
pub fn kit_name(site: &SiteId) -> String {
    format!("sekisho/{site}/kit")
}

impl Resume {
    /// The text that is signed: six lines.
    pub fn encode(&self) -> String {
        let head = |head: &Head| format!("{} {}", head.size, BASE64.encode(head.root.as_bytes()));
        let old = self.old.as_ref().map_or("unknown".to_owned(), head);
        format!(
            "{FIRST_LINE}\nsite {}\ncounter {}\nold {old}\nnew {}\nat {}\n",
            self.site,
            self.counter,
            head(&self.new),
            self.at.as_millis()
        )
    }

    /// Reads the text of a statement. Nothing is verified yet.
    ///
    /// # Errors
    /// If it is not exactly what [`Resume::encode`] writes.
    pub fn decode(text: &str) -> Result<Self, ResumeError> {
        let resume = parse(text).ok_or(ResumeError::Form)?;
        if resume.encode() == text && resume.counter > 0 {
            Ok(resume)
        } else {
            Err(ResumeError::Form)
        }
    }
}

fn parse(text: &str) -> Option<Resume> {
    let mut lines = text.strip_prefix(FIRST_LINE)?.strip_prefix('\n')?.lines();
    let mut next = |name: &str| lines.next()?.strip_prefix(name)?.strip_prefix(' ');
    let site = next("site")?.parse().ok()?;
    let counter = next("counter")?.parse().ok()?;
    let old = match next("old")? {
        "unknown" => None,
        head => Some(parse_head(head)?),
    };
    let new = parse_head(next("new")?)?;
    let at = Timestamp::from_millis(next("at")?.parse().ok()?);
    Some(Resume {
        site,
        counter,
        old,
        new,
        at,
    })
}

fn parse_head(text: &str) -> Option<Head> {
    let (size, root) = text.split_once(' ')?;
    let root = base64::decode(root)?.try_into().ok()?;
    Some(Head {
        size: size.parse().ok()?,
        root: Digest(root),
    })
}

/// Signs a statement with the recovery kit's key.
///
/// # Errors
/// If the note's limits are passed.
pub fn sign(resume: &Resume, kit: &Signer) -> Result<SignedNote, NoteError> {
    SignedNote::sign(&resume.encode(), kit, resume.at)
}

/// Reads a statement that the kit has signed.
///
/// # Errors
/// If it is malformed or not signed by this kit.
pub fn open(note: &SignedNote, kit: &Verifier) -> Result<Resume, ResumeError> {
    note.verify(std::slice::from_ref(kit))?;
    Resume::decode(note.text())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statement() -> Resume {
        Resume {
            site: "handa".parse().unwrap(),
            counter: 2,
            old: Some(Head {
                size: 120,
                root: Digest([1; 32]),
            }),
            new: Head {
                size: 100,
                root: Digest([2; 32]),
            },
            at: Timestamp::from_seconds(1_800_000_000),
        }
    }

    #[test]
    fn a_statement_reads_back_when_the_kit_has_signed_it_and_only_then() {
        let name = kit_name(&"handa".parse().unwrap());
        let kit = Signer::ed25519(&name, &[3; 32]).unwrap();
        let other = Signer::ed25519(&name, &[4; 32]).unwrap();
        for old in [statement().old, None] {
            let resume = Resume { old, ..statement() };
            let note = sign(&resume, &kit).unwrap();
            assert_eq!(open(&note, kit.verifier()), Ok(resume));
            assert!(open(&note, other.verifier()).is_err());
        }
    }

    #[test]
    fn a_flipped_byte_anywhere_in_a_statement_is_refused() {
        let kit = Signer::ed25519("sekisho/handa/kit", &[3; 32]).unwrap();
        let bytes = sign(&statement(), &kit).unwrap().to_string().into_bytes();
        for at in 0..bytes.len() {
            for mask in [0x01, 0x20, 0x80] {
                let mut flipped = bytes.clone();
                flipped[at] ^= mask;
                let accepted = SignedNote::decode(&flipped)
                    .is_ok_and(|note| open(&note, kit.verifier()).is_ok());
                assert!(!accepted, "byte {at} ^ {mask:02x}");
            }
        }
    }

    #[test]
    fn a_statement_has_one_spelling() {
        let text = statement().encode();
        assert_eq!(Resume::decode(&text), Ok(statement()));
        for (from, to) in [
            ("counter 2", "counter 02"),
            ("counter 2", "counter 0"),
            ("site handa", "site  handa"),
            ("resumed/v1", "resumed/v2"),
            ("at 18", "at +18"),
        ] {
            let wrong = text.replace(from, to);
            assert_eq!(Resume::decode(&wrong), Err(ResumeError::Form), "{to}");
        }
        assert!(Resume::decode(&format!("{text}more\n")).is_err());
    }
}
