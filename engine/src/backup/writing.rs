//! Writing a backup: what is written into it leaves sealed, and is signed at the end.

use std::io::{self, Write};

use aws_lc_rs::digest::{Context, SHA256};
use ids::{SiteId, Timestamp};
use ledger::Signer;
use ledger::note::SignedNote;
use ledger::resume::Head;
use vault::BackupKey;
use vault::backup::{Pieces, TAG};
use zeroize::Zeroizing;

use super::Sealed;
use super::container::{Header, PIECE, finished, wide};

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
