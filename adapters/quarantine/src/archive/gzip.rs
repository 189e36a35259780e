//! gzip (RFC 1952): one member after the other, as `gunzip` reads them.

use std::io::{BufRead, BufReader, Read};

use super::inflate::Inflating;
use super::{Trouble, Walk};

/// Flags of a member (RFC 1952, 2.3.1); what is reserved must be zero.
const HEADER_CRC: u8 = 2;
const EXTRA: u8 = 4;
const NAME: u8 = 8;
const COMMENT: u8 = 16;
const RESERVED: u8 = 0xe0;

/// The longest name or comment.
const LONGEST: usize = 4096;

pub(super) fn walk(walk: &mut Walk, input: &mut dyn Read, depth: u8) -> Result<(), Trouble> {
    let mut input = BufReader::new(input);
    loop {
        header(&mut input)?;
        walk.entry(b"")?;
        walk.content(&mut Inflating::of(&mut input), depth)?;
        // Checksum and length of what was unpacked: whoever unpacks it in earnest compares them.
        input.read_exact(&mut [0; 8])?;
        if input.fill_buf()?.is_empty() {
            return Ok(());
        }
    }
}

fn header(input: &mut impl BufRead) -> Result<(), Trouble> {
    let mut fixed = [0; 10];
    input.read_exact(&mut fixed)?;
    let [0x1f, 0x8b, 8, flags, ..] = fixed else {
        return Err(Trouble::Damaged);
    };
    if flags & RESERVED != 0 {
        return Err(Trouble::Damaged);
    }
    if flags & EXTRA != 0 {
        let mut length = [0; 2];
        input.read_exact(&mut length)?;
        let mut extra = vec![0; usize::from(u16::from_le_bytes(length))];
        input.read_exact(&mut extra)?;
    }
    for text in [NAME, COMMENT] {
        if flags & text != 0 {
            skip_text(input)?;
        }
    }
    if flags & HEADER_CRC != 0 {
        input.read_exact(&mut [0; 2])?;
    }
    Ok(())
}

fn skip_text(input: &mut impl BufRead) -> Result<(), Trouble> {
    for _ in 0..LONGEST {
        let mut byte = [0; 1];
        input.read_exact(&mut byte)?;
        if byte == [0] {
            return Ok(());
        }
    }
    Err(Trouble::Damaged)
}
