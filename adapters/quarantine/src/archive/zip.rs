//! zip (PKWARE's APPNOTE 6.3): what its central directory names, held against what stands at each place.

use std::io::{BufReader, Read, Seek, SeekFrom};

use super::inflate::Inflating;
use super::{Trouble, Walk};

/// The end of the central directory without its comment, and the longest comment (4.3.16).
const END: u64 = 22;
const COMMENT: u64 = 0xffff;

/// The fixed part of an entry of the directory (4.3.12), and of a local header (4.3.7).
const ENTRY: usize = 46;
const LOCAL: usize = 30;

/// The largest directory that is read: names of [`super::Limits::entries`].
const DIRECTORY: u64 = 16 << 20;

/// Flags: encrypted; the directory too (4.4.4).
const ENCRYPTED: u16 = 1;
const HIDDEN: u16 = 1 << 13;

/// A link's kind in what Unix writes (4.4.15, 4.4.2).
const UNIX: u8 = 3;
const FILE_KIND: u32 = 0o170_000;
const LINK: u32 = 0o120_000;

/// Numbers that say that the real one stands elsewhere (zip64): no archive of a visit is that large.
const ELSEWHERE: u32 = u32::MAX;

pub(super) fn walk(
    walk: &mut Walk,
    file: &mut (impl Read + Seek),
    length: u64,
    depth: u8,
) -> Result<(), Trouble> {
    let directory = directory(file, length)?;
    let mut rest = &directory[..];
    while !rest.is_empty() {
        let entry = Entry::read(&mut rest)?;
        walk.entry(&entry.name)?;
        if entry.flags & (ENCRYPTED | HIDDEN) != 0 {
            return Err(Trouble::Encrypted);
        }
        if entry.link {
            return Err(Trouble::Link);
        }
        // A folder has a name that ends so, and no content.
        if entry.name.ends_with(b"/") && entry.packed == 0 {
            continue;
        }
        content(walk, file, &entry, depth)?;
    }
    Ok(())
}

fn content(
    walk: &mut Walk,
    file: &mut (impl Read + Seek),
    entry: &Entry,
    depth: u8,
) -> Result<(), Trouble> {
    file.seek(SeekFrom::Start(u64::from(entry.offset)))?;
    let mut local = [0; LOCAL];
    file.read_exact(&mut local)?;
    let mut fields = &local[..];
    if take::<4>(&mut fields)? != *b"PK\x03\x04" {
        return Err(Trouble::Damaged);
    }
    let _version = u16(&mut fields)?;
    let flags = u16(&mut fields)?;
    let method = u16(&mut fields)?;
    fields = fields.get(16..).unwrap_or_default();
    let (name, extra) = (u16(&mut fields)?, u16(&mut fields)?);
    let mut said = vec![0; usize::from(name)];
    file.read_exact(&mut said)?;
    // Some read the one, some the other: an archive that says two things is looked into as neither.
    if said != entry.name || flags & ENCRYPTED != entry.flags & ENCRYPTED || method != entry.method
    {
        return Err(Trouble::Damaged);
    }
    file.seek(SeekFrom::Current(i64::from(extra)))?;
    let mut packed = file.take(u64::from(entry.packed));
    match method {
        0 => walk.content(&mut packed, depth)?,
        8 => {
            let mut packed = BufReader::new(&mut packed);
            walk.content(&mut Inflating::of(&mut packed), depth)?;
        }
        _ => return Err(Trouble::Unsupported),
    }
    Ok(())
}

/// The central directory, as its end says where it is. It must end where its end begins.
fn directory(file: &mut (impl Read + Seek), length: u64) -> Result<Vec<u8>, Trouble> {
    let from = length.saturating_sub(END + COMMENT);
    file.seek(SeekFrom::Start(from))?;
    let mut tail = Vec::new();
    file.take(END + COMMENT).read_to_end(&mut tail)?;
    let ends = |at: &usize| is_end(&tail, *at);
    let at = (0..tail.len()).rev().find(ends).ok_or(Trouble::Damaged)?;
    let mut fields = tail.get(at + 4..).unwrap_or_default();
    let disks = (u16(&mut fields)?, u16(&mut fields)?);
    let counts = (u16(&mut fields)?, u16(&mut fields)?);
    let (size, offset) = (u32(&mut fields)?, u32(&mut fields)?);
    if size == ELSEWHERE || offset == ELSEWHERE || counts.0 == u16::MAX {
        return Err(Trouble::Unsupported);
    }
    let end = from.saturating_add(u64::try_from(at).unwrap_or(u64::MAX));
    let meets = u64::from(offset).checked_add(u64::from(size)) == Some(end);
    if disks != (0, 0) || counts.0 != counts.1 || !meets {
        return Err(Trouble::Damaged);
    }
    if u64::from(size) > DIRECTORY {
        return Err(Trouble::TooMany);
    }
    file.seek(SeekFrom::Start(u64::from(offset)))?;
    let mut directory = Vec::new();
    file.take(u64::from(size)).read_to_end(&mut directory)?;
    if directory.len() < usize::try_from(size).unwrap_or(usize::MAX) {
        return Err(Trouble::Damaged);
    }
    Ok(directory)
}

/// Whether an end stands there whose comment is the rest.
fn is_end(tail: &[u8], at: usize) -> bool {
    let Some(end) = tail.get(at..) else {
        return false;
    };
    let fixed = usize::try_from(END).unwrap_or(usize::MAX);
    let comment = end.get(fixed - 2..fixed);
    let comment = comment.and_then(|two| <[u8; 2]>::try_from(two).ok());
    let comment = comment.map(|two| usize::from(u16::from_le_bytes(two)));
    end.starts_with(b"PK\x05\x06") && comment.is_some_and(|comment| end.len() == fixed + comment)
}

struct Entry {
    name: Vec<u8>,
    flags: u16,
    method: u16,
    packed: u32,
    offset: u32,
    link: bool,
}

impl Entry {
    fn read(rest: &mut &[u8]) -> Result<Self, Trouble> {
        let (mut fields, behind) = rest.split_at_checked(ENTRY).ok_or(Trouble::Damaged)?;
        if take::<4>(&mut fields)? != *b"PK\x01\x02" {
            return Err(Trouble::Damaged);
        }
        let made_by = take::<2>(&mut fields)?;
        let _needs = u16(&mut fields)?;
        let (flags, method) = (u16(&mut fields)?, u16(&mut fields)?);
        let _moment_and_checksum = take::<8>(&mut fields)?;
        let (packed, _unpacked) = (u32(&mut fields)?, u32(&mut fields)?);
        let lengths = (u16(&mut fields)?, u16(&mut fields)?, u16(&mut fields)?);
        let _disk_and_inner = take::<4>(&mut fields)?;
        let (outer, offset) = (u32(&mut fields)?, u32(&mut fields)?);
        let (name, extra, comment) = lengths;
        let (name, behind) = behind
            .split_at_checked(usize::from(name))
            .ok_or(Trouble::Damaged)?;
        let more = usize::from(extra) + usize::from(comment);
        *rest = behind.get(more..).ok_or(Trouble::Damaged)?;
        if packed == ELSEWHERE || offset == ELSEWHERE {
            return Err(Trouble::Unsupported);
        }
        let [_, system] = made_by;
        Ok(Self {
            name: name.to_vec(),
            flags,
            method,
            packed,
            offset,
            link: system == UNIX && (outer >> 16) & FILE_KIND == LINK,
        })
    }
}

fn take<const N: usize>(fields: &mut &[u8]) -> Result<[u8; N], Trouble> {
    let (first, rest) = fields.split_first_chunk().ok_or(Trouble::Damaged)?;
    *fields = rest;
    Ok(*first)
}

fn u16(fields: &mut &[u8]) -> Result<u16, Trouble> {
    take(fields).map(u16::from_le_bytes)
}

fn u32(fields: &mut &[u8]) -> Result<u32, Trouble> {
    take(fields).map(u32::from_le_bytes)
}
