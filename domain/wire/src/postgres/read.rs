//! Fields of messages.

pub(super) use crate::statements::{cut, lossy};

/// Reads fields from the beginning of some bytes. What is not there is `None`, never a stop.
pub(super) struct Fields<'a>(pub(super) &'a [u8]);

impl<'a> Fields<'a> {
    pub(super) fn u8(&mut self) -> Option<u8> {
        self.array::<1>().map(|[byte]| byte)
    }

    pub(super) fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_be_bytes)
    }

    pub(super) fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_be_bytes)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (field, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*field)
    }

    /// A text that ends with a zero byte, without it. Leaves everything if there is none.
    pub(super) fn text(&mut self) -> Option<&'a [u8]> {
        let end = self.0.iter().position(|byte| *byte == 0)?;
        let (text, rest) = self.0.split_at(end);
        self.0 = rest.get(1..).unwrap_or_default();
        Some(text)
    }

    /// The same, or what there is of it.
    pub(super) fn text_or_rest(&mut self) -> (&'a [u8], bool) {
        match self.text() {
            Some(text) => (text, true),
            None => (std::mem::take(&mut self.0), false),
        }
    }

    /// So many bytes, or what there is of them.
    pub(super) fn take(&mut self, most: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(most.min(self.0.len()));
        self.0 = rest;
        taken
    }
}
