//! What a site signs over a snapshot of its own state: which ledger, how far, of which build, and the
//! SHA-256 of each part.
//!
//! A snapshot saves the next start the fold of what was folded before. It is disposable and no
//! evidence: nobody outside ever sees one, and the ledger alone says what happened. Its text begins
//! with a line of its own, so that the site's key signs nothing here that could pass for a checkpoint.

use data_encoding::BASE64;
use ids::{Digest, SiteId, Timestamp};

use crate::base64;
use crate::note::{NoteError, SignedNote, Signer, Verifier};
use crate::resume::Head;

const FIRST_LINE: &str = "sekisho/snapshot/v1";

/// Parts of one snapshot; there are three.
const MOST_PARTS: usize = 16;

/// What stands at the head of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// Whose ledger.
    pub site: SiteId,
    /// Of how many entries it is the fold, and the root over them.
    pub at: Head,
    /// Which build wrote it: another one folds anew. One word.
    pub build: String,
    /// Its parts, in their order.
    pub parts: Vec<Part>,
}

/// One part of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// One word.
    pub name: String,
    /// Bytes.
    pub length: u64,
    /// SHA-256 of them.
    pub sha256: Digest,
}

/// Why a snapshot's head does not count.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SnapshotError {
    /// Not in the form that a site signs.
    #[error("it is not of the form {FIRST_LINE}")]
    Form,
    /// Not signed by this site.
    #[error("it is not signed by the site: {0}")]
    Signature(#[from] NoteError),
}

impl Snapshot {
    /// The text that is signed.
    pub fn encode(&self) -> String {
        let root = BASE64.encode(self.at.root.as_bytes());
        let mut text = format!(
            "{FIRST_LINE}\nsite {}\nat {} {root}\nbuild {}\n",
            self.site, self.at.size, self.build
        );
        for part in &self.parts {
            let sha256 = BASE64.encode(part.sha256.as_bytes());
            text += &format!("part {} {} {sha256}\n", part.name, part.length);
        }
        text
    }

    /// Reads the text. Nothing is verified yet.
    ///
    /// # Errors
    /// If it is not exactly what [`Snapshot::encode`] writes.
    pub fn decode(text: &str) -> Result<Self, SnapshotError> {
        parse(text)
            .filter(|snapshot| snapshot.encode() == text && snapshot.parts.len() <= MOST_PARTS)
            .ok_or(SnapshotError::Form)
    }
}

fn parse(text: &str) -> Option<Snapshot> {
    let mut lines = text.strip_prefix(FIRST_LINE)?.strip_prefix('\n')?.lines();
    let mut next = |name: &str| lines.next()?.strip_prefix(name)?.strip_prefix(' ');
    let site = next("site")?.parse().ok()?;
    let (size, root) = next("at")?.split_once(' ')?;
    let build = next("build")?.to_owned();
    let parts = lines.map(part).collect::<Option<_>>()?;
    let at = Head {
        size: size.parse().ok()?,
        root: digest(root)?,
    };
    Some(Snapshot {
        site,
        at,
        build,
        parts,
    })
}

fn part(line: &str) -> Option<Part> {
    let mut words = line.strip_prefix("part ")?.split(' ');
    Some(Part {
        name: words.next()?.to_owned(),
        length: words.next()?.parse().ok()?,
        sha256: digest(words.next()?)?,
    })
}

fn digest(text: &str) -> Option<Digest> {
    let bytes = base64::decode(text)?;
    bytes.try_into().ok().map(Digest)
}

/// Signs a snapshot's head with the site's key.
///
/// # Errors
/// If the note's limits are passed.
pub fn sign(snapshot: &Snapshot, site: &Signer) -> Result<SignedNote, NoteError> {
    // An Ed25519 signature of the site says no time; the snapshot's place in the ledger does.
    SignedNote::sign(&snapshot.encode(), site, Timestamp::from_millis(0))
}

/// Reads a head that the site has signed.
///
/// # Errors
/// If it is malformed or not signed by this site.
pub fn open(note: &SignedNote, site: &Verifier) -> Result<Snapshot, SnapshotError> {
    note.verify(std::slice::from_ref(site))?;
    Snapshot::decode(note.text())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checkpoint;

    fn signer(seed: u8) -> Signer {
        Signer::ed25519("sekisho/handa", &[seed; 32]).unwrap()
    }

    fn snapshot() -> Snapshot {
        let part = |name: &str, length| Part {
            name: name.to_owned(),
            length,
            sha256: Digest([5; 32]),
        };
        Snapshot {
            site: "handa".parse().unwrap(),
            at: Head {
                size: 7,
                root: Digest([3; 32]),
            },
            build: "0.1.0-00ff".to_owned(),
            parts: vec![part("leaves", 224), part("site", 0)],
        }
    }

    #[test]
    fn a_signed_head_reads_back_and_under_no_other_key() {
        let note = sign(&snapshot(), &signer(1)).unwrap();
        assert_eq!(open(&note, signer(1).verifier()), Ok(snapshot()));
        let other = open(&note, signer(2).verifier());
        assert!(matches!(other, Err(SnapshotError::Signature(_))));
        let text = note.to_string();
        for at in 0..text.len() {
            let mut bytes = text.clone().into_bytes();
            bytes[at] ^= 1;
            let read = SignedNote::decode(&bytes).ok();
            let read = read.and_then(|note| open(&note, signer(1).verifier()).ok());
            assert_eq!(read, None, "byte {at}");
        }
    }

    #[test]
    fn a_head_has_one_spelling() {
        let text = snapshot().encode();
        assert_eq!(Snapshot::decode(&text), Ok(snapshot()));
        for wrong in [
            text.replace("at 7", "at 07"),
            text.replace("part site 0", "part site  0"),
            text.replace("build", "built"),
            text.trim_end().to_owned(),
            format!("{text}more\n"),
            text.replace("sekisho/snapshot/v1", "sekisho/snapshot/v2"),
        ] {
            assert_eq!(
                Snapshot::decode(&wrong),
                Err(SnapshotError::Form),
                "{wrong}"
            );
        }
        let many = Snapshot {
            parts: vec![snapshot().parts.remove(0); MOST_PARTS + 1],
            ..snapshot()
        };
        assert_eq!(Snapshot::decode(&many.encode()), Err(SnapshotError::Form));
    }

    /// The site's key signs both: neither may pass for the other.
    #[test]
    fn a_snapshot_is_no_checkpoint_and_a_checkpoint_no_snapshot() {
        let key = signer(1);
        let head = sign(&snapshot(), &key).unwrap();
        assert!(checkpoint::open(&head, key.verifier()).is_err());
        let signed = crate::Checkpoint {
            origin: "sekisho/handa".to_owned(),
            size: 7,
            root: Digest([3; 32]),
        };
        let note = checkpoint::sign(&signed, &key).unwrap();
        assert_eq!(open(&note, key.verifier()), Err(SnapshotError::Form));
    }
}
