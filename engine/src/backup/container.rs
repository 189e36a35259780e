//! The file: a header, sealed pieces, and a seal that the site has signed.
//!
//! ```text
//! sekisho/backup/v1                 header: seven lines and an empty one
//! site handa
//! made 1800000000000                milliseconds since 1970
//! recordings yes                    or no
//! kit ABCDEFGH                      the number of the kit that opens it
//! key hpke1.…                       the backup's key, wrapped to that kit
//! signer sekisho/handa+…            the site's key: shown, never believed
//!
//! u32 length, piece                 AES-256-GCM, 64 KiB each but the last
//! u32 0
//! sekisho/backup-seal/v1            signed note to the file's end
//! …
//! ```

use aws_lc_rs::digest::Context;
use data_encoding::BASE64;
use ids::{Digest, SiteId, Timestamp};
use ledger::resume::Head;

use super::Sealed;

/// Plain bytes of a piece.
pub(super) const PIECE: usize = 64 * 1024;
/// A header is shorter than this.
pub(super) const LONGEST_HEADER: u64 = 4096;
/// So is a seal.
pub(super) const LONGEST_SEAL: u64 = 4096;

pub(super) const FORM: &str = "sekisho/backup/v1";
pub(super) const ANY_VERSION: &str = "sekisho/backup/v";
const SEAL: &str = "sekisho/backup-seal/v1";

/// What anybody may know of a backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) site: SiteId,
    pub(super) made: Timestamp,
    pub(super) recordings: bool,
    pub(super) kit: String,
    pub(super) key: String,
    pub(super) signer: String,
}

impl Header {
    pub(super) fn encode(&self) -> String {
        let recordings = if self.recordings { "yes" } else { "no" };
        format!(
            "{FORM}\nsite {}\nmade {}\nrecordings {recordings}\nkit {}\nkey {}\nsigner {}\n\n",
            self.site,
            self.made.as_millis(),
            self.kit,
            self.key,
            self.signer
        )
    }

    /// The one spelling that [`Header::encode`] writes, and no other.
    pub(super) fn decode(text: &str) -> Option<Self> {
        let mut lines = text.strip_prefix(FORM)?.strip_prefix('\n')?.lines();
        let mut next = |name: &str| lines.next()?.strip_prefix(name)?.strip_prefix(' ');
        let header = Self {
            site: next("site")?.parse().ok()?,
            made: Timestamp::from_millis(next("made")?.parse().ok()?),
            recordings: next("recordings")? == "yes",
            kit: next("kit")?.to_owned(),
            key: next("key")?.to_owned(),
            signer: next("signer")?.to_owned(),
        };
        (header.encode() == text).then_some(header)
    }
}

impl Sealed {
    pub(super) fn encode(&self, site: &SiteId) -> String {
        let root = BASE64.encode(self.ledger.root.as_bytes());
        format!(
            "{SEAL}\nsite {site}\nledger {} {root}\nbytes {}\nsha256 {}\n",
            self.ledger.size, self.bytes, self.sha256
        )
    }

    pub(super) fn decode(text: &str, site: &SiteId) -> Option<Self> {
        let mut lines = text.strip_prefix(SEAL)?.strip_prefix('\n')?.lines();
        let mut next = |name: &str| lines.next()?.strip_prefix(name)?.strip_prefix(' ');
        next("site")?;
        let (size, root) = next("ledger")?.split_once(' ')?;
        let root = BASE64.decode(root.as_bytes()).ok()?.try_into().ok()?;
        let sealed = Self {
            ledger: Head {
                size: size.parse().ok()?,
                root: Digest(root),
            },
            bytes: next("bytes")?.parse().ok()?,
            sha256: next("sha256")?.parse().ok()?,
        };
        (sealed.encode(site) == text).then_some(sealed)
    }
}

pub(super) fn finished(hash: Context) -> Digest {
    let mut digest = [0; 32];
    let bytes = hash.finish();
    digest
        .iter_mut()
        .zip(bytes.as_ref())
        .for_each(|(to, from)| *to = *from);
    Digest(digest)
}

pub(super) fn wide(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
