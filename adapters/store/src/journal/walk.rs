//! Walking over a journal file, frame by frame, past whatever is damaged.

use std::fs::File;
use std::io;

use recording::{HEADER, Header, TAG};

use super::files::Files;

/// A stretch of a journal file.
pub(super) enum Stretch {
    /// A whole frame with a sound header; [`Walk::sealed`] has its content.
    Frame(Header),
    /// No frame. `torn`: a frame may have begun here, and the file ended before it did.
    Damaged { from: u64, to: u64, torn: bool },
}

/// Walks over a journal file by its frames' headers.
pub(super) struct Walk {
    file: File,
    files: Files,
    at: u64,
    end: u64,
    window: Vec<u8>,
    window_at: u64,
    window_size: usize,
    sealed: std::ops::Range<u64>,
}

impl Walk {
    /// From the beginning of `file` to `end`, reading so many bytes at once.
    pub(super) fn new(file: File, files: Files, window_size: usize, end: u64) -> Self {
        Self {
            file,
            files,
            at: 0,
            end,
            window: Vec::new(),
            window_at: 0,
            window_size,
            sealed: 0..0,
        }
    }

    /// More of the file may be read.
    pub(super) fn extend(&mut self, end: u64) {
        self.end = self.end.max(end);
    }

    pub(super) fn at_end(&self) -> bool {
        self.at >= self.end
    }

    /// Where the next stretch begins.
    pub(super) fn at(&self) -> u64 {
        self.at
    }

    /// Back to where the last stretch began, to read it again: it was opened in place.
    pub(super) fn rewind(&mut self, at: u64) {
        self.at = at;
        self.window.clear();
    }

    /// The next stretch; `None` at the end.
    pub(super) fn step(&mut self) -> io::Result<Option<Stretch>> {
        if self.at_end() {
            return Ok(None);
        }
        let from = self.at;
        let bytes = self.fill(HEADER)?;
        let header = bytes.first_chunk::<HEADER>();
        let short = header.is_none();
        let header = header.and_then(|header| Header::decode(header).ok());
        if let Some(header) = header {
            let content = from.saturating_add(wide(HEADER));
            let size = wide(header.content_length() + TAG);
            if let Some(to) = content.checked_add(size).filter(|to| *to <= self.end) {
                self.sealed = content..to;
                self.at = to;
                return Ok(Some(Stretch::Frame(header)));
            }
        }
        let to = self.next_frame()?;
        self.at = to;
        let torn = (short || header.is_some()) && to == self.end;
        Ok(Some(Stretch::Damaged { from, to, torn }))
    }

    /// Content and tag of the frame that [`Walk::step`] just gave, to be opened in place.
    pub(super) fn sealed(&mut self) -> io::Result<&mut [u8]> {
        let after = std::mem::replace(&mut self.at, self.sealed.start);
        let size = narrow(self.sealed.end.saturating_sub(self.sealed.start));
        let filled = self.fill(size).map(|bytes| bytes.len() >= size);
        let skip = narrow(self.at.saturating_sub(self.window_at));
        self.at = after;
        let here = self.window.get_mut(skip..skip.saturating_add(size));
        here.filter(|_| matches!(filled, Ok(true)))
            .ok_or_else(|| filled.err().unwrap_or(io::ErrorKind::UnexpectedEof.into()))
    }

    /// The bytes at the current place, `wanted` at least unless the file ends before.
    fn fill(&mut self, wanted: usize) -> io::Result<&[u8]> {
        let have = self.window_at.saturating_add(wide(self.window.len()));
        let needed = self.at.saturating_add(wide(wanted)).min(self.end);
        if self.at < self.window_at || have < needed {
            let size = self.window_size.max(wanted);
            let size = narrow(self.end.saturating_sub(self.at)).min(size);
            self.window.resize(size, 0);
            let read = self.files.read_back(&self.file, &mut self.window, self.at);
            self.window.truncate(*read.as_ref().unwrap_or(&0));
            self.window_at = self.at;
            read?;
        }
        let skip = narrow(self.at.saturating_sub(self.window_at));
        Ok(self.window.get(skip..).unwrap_or_default())
    }

    /// Where the next sound header after this place is, or the end.
    fn next_frame(&mut self) -> io::Result<u64> {
        let from = self.at;
        let found = self.search();
        self.at = from;
        found
    }

    fn search(&mut self) -> io::Result<u64> {
        loop {
            let at = self.at;
            let bytes = self.fill(self.window_size)?;
            if let Some(offset) = recording::resync(bytes) {
                return Ok(at.saturating_add(wide(offset)));
            }
            // The last header-sized stretch was looked at, and is where the next search begins.
            let step = wide(bytes.len().saturating_sub(HEADER));
            if step == 0 {
                return Ok(self.end);
            }
            self.at = at.saturating_add(step);
        }
    }
}

fn wide(size: usize) -> u64 {
    u64::try_from(size).unwrap_or(u64::MAX)
}

fn narrow(size: u64) -> usize {
    usize::try_from(size).unwrap_or(usize::MAX)
}
