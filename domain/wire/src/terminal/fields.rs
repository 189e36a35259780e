//! The fields of a message, one after the other.

use super::{MOST_TEXT, not};
use crate::misbehaviour::Misbehaviour;

/// Takes fields from the beginning of a message.
pub(super) struct Fields<'a>(pub(super) &'a [u8]);

impl<'a> Fields<'a> {
    pub(super) fn array<const N: usize>(
        &mut self,
        field: &'static str,
    ) -> Result<[u8; N], Misbehaviour> {
        let split = self.0.split_first_chunk();
        let (first, rest) = split.ok_or(Misbehaviour::FieldEmpty { field })?;
        self.0 = rest;
        Ok(*first)
    }

    pub(super) fn u8(&mut self, field: &'static str) -> Result<u8, Misbehaviour> {
        self.array(field).map(u8::from_be_bytes)
    }

    pub(super) fn flag(&mut self, field: &'static str) -> Result<bool, Misbehaviour> {
        match self.u8(field)? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(not("message of a page", "neither yes nor no")),
        }
    }

    /// A sentence, to the end of the message.
    pub(super) fn text(&mut self, message: &'static str) -> Result<String, Misbehaviour> {
        let text = std::str::from_utf8(self.at_most("text", MOST_TEXT)?);
        Ok(text.map_err(|_| not(message, "no text"))?.to_owned())
    }

    pub(super) fn u16(&mut self, field: &'static str) -> Result<u16, Misbehaviour> {
        self.array(field).map(u16::from_be_bytes)
    }

    pub(super) fn u64(&mut self, field: &'static str) -> Result<u64, Misbehaviour> {
        self.array(field).map(u64::from_be_bytes)
    }

    pub(super) fn at_most(
        &mut self,
        field: &'static str,
        most: usize,
    ) -> Result<&'a [u8], Misbehaviour> {
        let rest = std::mem::take(&mut self.0);
        if rest.len() > most {
            return Err(Misbehaviour::FieldTooLong { field, most });
        }
        Ok(rest)
    }

    pub(super) fn rest(
        &mut self,
        field: &'static str,
        most: usize,
    ) -> Result<&'a [u8], Misbehaviour> {
        let rest = self.at_most(field, most)?;
        if rest.is_empty() {
            return Err(Misbehaviour::FieldEmpty { field });
        }
        Ok(rest)
    }

    pub(super) fn end(&self) -> Result<(), Misbehaviour> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(not("message", "followed by more"))
        }
    }
}
