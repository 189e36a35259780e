//! Reading a backup: to its end, held against its seal, and opened if its key is there.

use std::io::{self, BufRead, Read};
use std::path::{Path, PathBuf};

use aws_lc_rs::digest::{Context, SHA256};
use ledger::Verifier;
use ledger::note::SignedNote;
use vault::BackupKey;
use vault::backup::{Pieces, TAG};
use zeroize::Zeroizing;

use super::container::{
    ANY_VERSION, FORM, Header, LONGEST_HEADER, LONGEST_SEAL, PIECE, finished, wide,
};
use super::{BackupError, Sealed};

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
