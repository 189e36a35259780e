//! tar: POSIX ustar with pax headers, and GNU's long names.

use std::io::Read;

use super::{Trouble, Walk, leads_out};

/// A header, and what content is filled up to.
const BLOCK: usize = 512;

/// The longest header that says something of the next entry.
const LONGEST: u64 = 64 * 1024;

/// What headers before an entry say of it.
#[derive(Default)]
struct Said {
    name: Option<Vec<u8>>,
    link: Option<Vec<u8>>,
    size: Option<u64>,
}

pub(super) fn walk(walk: &mut Walk, input: &mut dyn Read, depth: u8) -> Result<(), Trouble> {
    let mut said = Said::default();
    loop {
        let mut block = [0; BLOCK];
        if !filled(input, &mut block)? || block == [0; BLOCK] {
            // Behind the end there is filling, or something that another reader might find.
            return end(walk, input);
        }
        let header = Header::read(&block)?;
        match header.kind {
            b'L' => said.name = Some(text(input, header.size)?),
            b'K' => said.link = Some(text(input, header.size)?),
            b'x' => pax(&text(input, header.size)?, &mut said)?,
            b'g' => {
                text(input, header.size)?;
            }
            kind => {
                let said = std::mem::take(&mut said);
                let name = said.name.unwrap_or(header.name);
                let size = said.size.unwrap_or(header.size);
                walk.entry(&name)?;
                entry(
                    walk,
                    input,
                    (kind, size),
                    said.link.unwrap_or(header.link),
                    depth,
                )?;
            }
        }
    }
}

fn entry(
    walk: &mut Walk,
    input: &mut dyn Read,
    (kind, size): (u8, u64),
    link: Vec<u8>,
    depth: u8,
) -> Result<(), Trouble> {
    match kind {
        b'0' | 0 | b'7' => {
            let mut content = input.take(size);
            walk.content(&mut content, depth)?;
            if content.limit() > 0 {
                return Err(Trouble::Damaged);
            }
            fill(input, size)
        }
        b'5' => Ok(()),
        b'1' | b'2' if !leads_out(&link) => Ok(()),
        // Links that lead out, devices, and what nobody knows.
        _ => Err(Trouble::Link),
    }
}

/// Behind two blocks of zeros nothing may stand but more of them.
fn end(walk: &mut Walk, input: &mut dyn Read) -> Result<(), Trouble> {
    let mut block = [0; BLOCK];
    loop {
        let read = input.read(&mut block)?;
        if read == 0 {
            return Ok(());
        }
        walk.count(read)?;
        if block.iter().take(read).any(|byte| *byte != 0) {
            return Err(Trouble::Damaged);
        }
    }
}

/// Reads a block; false at the end.
fn filled(input: &mut dyn Read, block: &mut [u8; BLOCK]) -> Result<bool, Trouble> {
    let mut one = [0; 1];
    if input.read(&mut one)? == 0 {
        return Ok(false);
    }
    let (first, rest) = block.split_at_mut(1);
    first.copy_from_slice(&one);
    input.read_exact(rest)?;
    Ok(true)
}

/// Content of a header, and what fills it up.
fn text(input: &mut dyn Read, size: u64) -> Result<Vec<u8>, Trouble> {
    if size > LONGEST {
        return Err(Trouble::Damaged);
    }
    let mut text = Vec::new();
    input.take(size).read_to_end(&mut text)?;
    fill(input, size)?;
    while text.last() == Some(&0) {
        text.pop();
    }
    Ok(text)
}

fn fill(input: &mut dyn Read, size: u64) -> Result<(), Trouble> {
    let block = u64::try_from(BLOCK).unwrap_or(1);
    let over = usize::try_from(size % block).unwrap_or(0);
    if over > 0 {
        let mut filling = vec![0; BLOCK - over];
        input.read_exact(&mut filling)?;
    }
    Ok(())
}

/// Records `LENGTH KEY=VALUE\n` (POSIX pax, extended header).
fn pax(mut records: &[u8], said: &mut Said) -> Result<(), Trouble> {
    while !records.is_empty() {
        let space = records.iter().position(|byte| *byte == b' ');
        let space = space.ok_or(Trouble::Damaged)?;
        let digits = records.get(..space).unwrap_or_default();
        let length = decimal(digits).ok_or(Trouble::Damaged)?;
        let length = usize::try_from(length).map_err(|_| Trouble::Damaged)?;
        let record = records.get(space + 1..length).ok_or(Trouble::Damaged)?;
        let record = record.strip_suffix(b"\n").ok_or(Trouble::Damaged)?;
        let equals = record.iter().position(|byte| *byte == b'=');
        let (key, value) = record.split_at(equals.ok_or(Trouble::Damaged)?);
        let value = value.get(1..).unwrap_or_default();
        match key {
            b"path" => said.name = Some(value.to_vec()),
            b"linkpath" => said.link = Some(value.to_vec()),
            b"size" => said.size = Some(decimal(value).ok_or(Trouble::Damaged)?),
            _ => {}
        }
        records = records.get(length..).unwrap_or_default();
    }
    Ok(())
}

fn decimal(digits: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(digits).ok()?;
    text.parse().ok()
}

struct Header {
    name: Vec<u8>,
    link: Vec<u8>,
    kind: u8,
    size: u64,
}

impl Header {
    fn read(block: &[u8; BLOCK]) -> Result<Self, Trouble> {
        let field = |from: usize, length: usize| {
            let field = block.get(from..from + length).unwrap_or_default();
            let end = field.iter().position(|byte| *byte == 0);
            field.get(..end.unwrap_or(length)).unwrap_or_default()
        };
        let sum = octal(field(148, 8)).ok_or(Trouble::Damaged)?;
        let blank = |at: usize| (148..156).contains(&at);
        let bytes = block.iter().enumerate();
        let found = bytes.map(|(at, byte)| if blank(at) { 32 } else { u64::from(*byte) });
        if found.sum::<u64>() != sum {
            return Err(Trouble::Damaged);
        }
        let (name, prefix) = (field(0, 100), field(345, 155));
        // GNU writes other things where POSIX has the prefix.
        let posix = field(257, 6) == b"ustar" && block.get(262) == Some(&0);
        let name = if posix && !prefix.is_empty() {
            [prefix, b"/", name].concat()
        } else {
            name.to_vec()
        };
        Ok(Self {
            name,
            link: field(157, 100).to_vec(),
            kind: block.get(156).copied().unwrap_or_default(),
            size: octal(field(124, 12)).ok_or(Trouble::Damaged)?,
        })
    }
}

/// Octal digits with spaces around them; nothing is zero. GNU's binary form of huge sizes is none.
fn octal(field: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(field).ok()?.trim();
    if text.is_empty() {
        return Some(0);
    }
    u64::from_str_radix(text, 8).ok()
}
