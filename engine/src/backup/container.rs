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

use std::io::{self, BufRead, Read, Write};
use std::path::{Path, PathBuf};

use aws_lc_rs::digest::{Context, SHA256};
use data_encoding::BASE64;
use ids::{Digest, SiteId, Timestamp};
use ledger::note::SignedNote;
use ledger::resume::Head;
use ledger::{Signer, Verifier};
use vault::BackupKey;
use vault::backup::{Pieces, TAG};
use zeroize::Zeroizing;

use super::{BackupError, Sealed};

/// Plain bytes of a piece.
const PIECE: usize = 64 * 1024;
/// A header is shorter than this.
const LONGEST_HEADER: u64 = 4096;
/// So is a seal.
const LONGEST_SEAL: u64 = 4096;

const FORM: &str = "sekisho/backup/v1";
const ANY_VERSION: &str = "sekisho/backup/v";
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

/// A backup that is being written.
pub(super) struct Writing<W> {
    to: W,
    hash: Context,
    bytes: u64,
    pieces: Pieces,
    plain: Zeroizing<Vec<u8>>,
}

impl<W: Write> Writing<W> {
    pub(super) fn begin(to: W, header: &Header, key: &BackupKey) -> io::Result<Self> {
        let header = header.encode();
        let mut writing = Self {
            to,
            hash: Context::new(&SHA256),
            bytes: 0,
            pieces: Pieces::of(key, header.as_bytes()),
            plain: Zeroizing::new(Vec::with_capacity(PIECE + TAG)),
        };
        writing.put(header.as_bytes())?;
        Ok(writing)
    }

    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.to.write_all(bytes)?;
        self.hash.update(bytes);
        self.bytes = self.bytes.saturating_add(wide(bytes.len()));
        Ok(())
    }

    fn piece(&mut self, last: bool) -> io::Result<()> {
        let mut piece = std::mem::take(&mut *self.plain);
        let sealed = self.pieces.seal(&mut piece, last);
        sealed.map_err(io::Error::other)?;
        let length = u32::try_from(piece.len()).unwrap_or(u32::MAX);
        self.put(&length.to_be_bytes())?;
        self.put(&piece)?;
        piece.clear();
        *self.plain = piece;
        Ok(())
    }

    /// Seals the last piece, signs what was written, and gives the file back.
    pub(super) fn finish(
        mut self,
        site: &SiteId,
        ledger: Head,
        signer: &Signer,
        now: Timestamp,
    ) -> io::Result<(W, Sealed)> {
        self.piece(true)?;
        self.put(&[0; 4])?;
        let sealed = Sealed {
            ledger,
            bytes: self.bytes,
            sha256: finished(self.hash),
        };
        let note = SignedNote::sign(&sealed.encode(site), signer, now).map_err(io::Error::other)?;
        self.to.write_all(note.to_string().as_bytes())?;
        self.to.flush()?;
        Ok((self.to, sealed))
    }
}

impl<W: Write> Write for Writing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.plain.len() >= PIECE {
            self.piece(false)?;
        }
        let room = PIECE.saturating_sub(self.plain.len());
        let part = bytes.get(..room).unwrap_or(bytes);
        self.plain.extend_from_slice(part);
        Ok(part.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Sealed {
    fn encode(&self, site: &SiteId) -> String {
        let root = BASE64.encode(self.ledger.root.as_bytes());
        format!(
            "{SEAL}\nsite {site}\nledger {} {root}\nbytes {}\nsha256 {}\n",
            self.ledger.size, self.bytes, self.sha256
        )
    }

    fn decode(text: &str, site: &SiteId) -> Option<Self> {
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

/// A backup that is being read. Without its key its pieces are only counted.
pub(super) struct Reading<R> {
    path: PathBuf,
    from: R,
    header: Header,
    hash: Context,
    bytes: u64,
    pieces: Option<Pieces>,
    plain: Zeroizing<Vec<u8>>,
    at: usize,
    /// The length of the piece that follows; 0 at the end.
    next: usize,
    wrong: Option<BackupError>,
}

impl<R: BufRead> Reading<R> {
    /// Reads the header.
    pub(super) fn begin(path: &Path, mut from: R) -> Result<Self, BackupError> {
        let header = read_header(path, &mut from)?;
        let text = header.encode();
        let mut reading = Self {
            path: path.to_owned(),
            from,
            header,
            hash: Context::new(&SHA256),
            bytes: wide(text.len()),
            pieces: None,
            plain: Zeroizing::new(Vec::with_capacity(PIECE + TAG)),
            at: 0,
            next: 0,
            wrong: None,
        };
        reading.hash.update(text.as_bytes());
        reading.next = reading.length()?;
        Ok(reading)
    }

    pub(super) fn header(&self) -> &Header {
        &self.header
    }

    /// From here on the pieces are opened.
    pub(super) fn unlock(&mut self, key: &BackupKey) {
        self.pieces = Some(Pieces::of(key, self.header.encode().as_bytes()));
    }

    /// The first thing that was wrong in reading, instead of what `Read` could say of it.
    pub(super) fn explain(&mut self, otherwise: BackupError) -> BackupError {
        self.wrong.take().unwrap_or(otherwise)
    }

    pub(super) fn altered(&self, what: impl ToString) -> BackupError {
        BackupError::Altered {
            path: self.path.clone(),
            what: what.to_string(),
        }
    }

    fn take(&mut self, into: &mut [u8]) -> Result<(), BackupError> {
        self.from.read_exact(into).map_err(|cause| {
            if cause.kind() == io::ErrorKind::UnexpectedEof {
                let at = std::fs::metadata(&self.path).map_or(self.bytes, |found| found.len());
                let path = self.path.clone();
                return BackupError::CutOff { path, at };
            }
            BackupError::at(&self.path)(cause)
        })?;
        self.hash.update(into);
        self.bytes = self.bytes.saturating_add(wide(into.len()));
        Ok(())
    }

    fn length(&mut self) -> Result<usize, BackupError> {
        let mut length = [0; 4];
        self.take(&mut length)?;
        let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
        if length > PIECE + TAG {
            return Err(self.altered("a piece is longer than any can be"));
        }
        Ok(length)
    }

    /// The next piece; false at the end.
    fn piece(&mut self) -> Result<bool, BackupError> {
        if self.next == 0 {
            return Ok(false);
        }
        let mut piece = std::mem::take(&mut *self.plain);
        piece.clear();
        piece.resize(self.next, 0);
        let taken = self.take(&mut piece).and_then(|()| self.length());
        self.next = taken?;
        self.at = 0;
        if let Some(pieces) = &mut self.pieces {
            let opened = pieces.open(&mut piece, self.next == 0);
            if let Err(cause) = opened {
                return Err(self.altered(cause));
            }
        }
        *self.plain = piece;
        Ok(true)
    }

    /// Reads to the end and holds everything against the seal, which `site_key` must have signed.
    pub(super) fn finish(mut self, site_key: &Verifier) -> Result<Sealed, BackupError> {
        while self.piece()? {}
        let mut text = String::new();
        let seal = (&mut self.from)
            .take(LONGEST_SEAL)
            .read_to_string(&mut text);
        seal.map_err(|_| self.altered("its seal is not text"))?;
        let hash = std::mem::replace(&mut self.hash, Context::new(&SHA256));
        let found = finished(hash);
        if text.is_empty() {
            let (path, at) = (self.path, self.bytes);
            return Err(BackupError::CutOff { path, at });
        }
        let note = SignedNote::decode(text.as_bytes())
            .map_err(|_| self.altered("its end is not a signed note"))?;
        let sealed = Sealed::decode(note.text(), &self.header.site)
            .ok_or_else(|| self.altered("its seal is not one of this site's"))?;
        if sealed.sha256 != found || sealed.bytes != self.bytes {
            return Err(self.altered(format!(
                "{} bytes with the hash {} were sealed, {} with {found} are there",
                sealed.bytes, sealed.sha256, self.bytes
            )));
        }
        note.verify(std::slice::from_ref(site_key))
            .map_err(|_| BackupError::OtherSite {
                path: self.path,
                found: self.header.site.to_string(),
                expected: site_key.to_string(),
            })?;
        Ok(sealed)
    }
}

impl<R: BufRead> Read for Reading<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.at >= self.plain.len() {
            match self.piece() {
                Ok(true) => {}
                Ok(false) => return Ok(0),
                Err(wrong) => {
                    let said = wrong.to_string();
                    self.wrong = Some(wrong);
                    return Err(io::Error::other(said));
                }
            }
        }
        let left = self.plain.get(self.at..).unwrap_or_default();
        let count = left.len().min(into.len());
        let (to, from) = (into.get_mut(..count), left.get(..count));
        if let (Some(to), Some(from)) = (to, from) {
            to.copy_from_slice(from);
        }
        self.at = self.at.saturating_add(count);
        Ok(count)
    }
}

fn read_header(path: &Path, from: &mut impl BufRead) -> Result<Header, BackupError> {
    let mut text = String::new();
    let mut limited = from.take(LONGEST_HEADER);
    while !text.ends_with("\n\n") {
        let more = limited.read_line(&mut text);
        match more {
            Ok(0) => break,
            Ok(_) => {}
            Err(cause) if cause.kind() == io::ErrorKind::InvalidData => break,
            Err(cause) => return Err(BackupError::at(path)(cause)),
        }
    }
    Header::decode(&text).ok_or_else(|| {
        let first = text.lines().next().unwrap_or_default();
        if first.starts_with(ANY_VERSION) && first != FORM {
            return BackupError::Newer(path.to_owned());
        }
        BackupError::NotABackup(path.to_owned())
    })
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

fn wide(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
