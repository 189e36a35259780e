//! Reading numbers and pieces from bytes that somebody else wrote.

use super::misbehaviour::{Misbehaviour, cut};

/// Reads from the front.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    rest: &'a [u8],
    what: &'static str,
}

impl<'a> Reader<'a> {
    /// `what` is named where it ends too early.
    pub(super) fn of(rest: &'a [u8], what: &'static str) -> Self {
        Self { rest, what }
    }

    pub(super) fn rest(self) -> &'a [u8] {
        self.rest
    }

    pub(super) fn is_empty(self) -> bool {
        self.rest.is_empty()
    }

    pub(super) fn take(&mut self, length: usize) -> Result<&'a [u8], Misbehaviour> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or(cut(self.what))?;
        self.rest = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Misbehaviour> {
        let (taken, rest) = self.rest.split_first_chunk().ok_or(cut(self.what))?;
        self.rest = rest;
        Ok(*taken)
    }

    pub(super) fn u8(&mut self) -> Result<u8, Misbehaviour> {
        self.array().map(u8::from_le_bytes)
    }

    pub(super) fn u16(&mut self) -> Result<u16, Misbehaviour> {
        self.array().map(u16::from_le_bytes)
    }

    pub(super) fn u32(&mut self) -> Result<u32, Misbehaviour> {
        self.array().map(u32::from_le_bytes)
    }

    /// In the order of the network, as X.224, T.125 and T.124 write them.
    pub(super) fn be16(&mut self) -> Result<u16, Misbehaviour> {
        self.array().map(u16::from_be_bytes)
    }

    /// A length of T.124's packed encoding: one byte, or two with the highest bit.
    pub(super) fn per_length(&mut self) -> Result<usize, Misbehaviour> {
        let first = self.u8()?;
        if first & 0x80 == 0 {
            return Ok(first.into());
        }
        Ok(u16::from_be_bytes([first & 0x7f, self.u8()?]).into())
    }
}

/// A length in the packed encoding, always of two bytes.
pub(super) fn per_length(length: usize) -> Result<[u8; 2], Misbehaviour> {
    let most = 0x3fff;
    let short = u16::try_from(length).ok().filter(|short| *short <= most);
    let short = short.ok_or(Misbehaviour::TooMuch {
        what: "bytes in one message",
        most: most.into(),
    })?;
    Ok((0x8000 | short).to_be_bytes())
}

/// Writes over what stands at `at`, if that is there.
pub(super) fn put(bytes: &mut [u8], at: usize, value: &[u8]) {
    let there = at
        .checked_add(value.len())
        .and_then(|end| bytes.get_mut(at..end));
    if let Some(there) = there {
        there.copy_from_slice(value);
    }
}

pub(super) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    let there = bytes.get(at..)?.first_chunk()?;
    Some(u16::from_le_bytes(*there))
}

pub(super) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let there = bytes.get(at..)?.first_chunk()?;
    Some(u32::from_le_bytes(*there))
}

/// A length as the u16 that it is written as.
pub(super) fn short(length: usize, what: &'static str) -> Result<[u8; 2], Misbehaviour> {
    let most = usize::from(u16::MAX);
    let length = u16::try_from(length);
    Ok(length
        .map_err(|_| Misbehaviour::TooMuch { what, most })?
        .to_le_bytes())
}
