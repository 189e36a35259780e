//! A file that stops in quarantine: what is looked into of whatever an engineer or a target sends.

use std::io::Cursor;

use quarantine::{KINDS, Limits, look};

/// Small, so that a limit is met within what a fuzzer makes.
const LIMITS: Limits = Limits {
    depth: 3,
    entries: 64,
    unpacked: 1 << 20,
    ratio: 100,
};

/// Whatever the bytes are, looking ends, within its limits, and names only kinds that are known.
pub(super) fn run(bytes: &[u8]) {
    let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    if let Ok(look) = look(Cursor::new(bytes), length, &LIMITS) {
        assert!(look.entries <= LIMITS.entries, "more entries than allowed");
        let all = look.inside.iter().chain([&look.kind]);
        let known = all.filter(|kind| !KINDS.contains(kind)).count();
        assert_eq!(known, 0, "a kind that nobody knows");
    }
}

/// A zip of one entry, as it lies.
fn zip(name: &[u8], content: &[u8]) -> Vec<u8> {
    let word = |number: usize| u16::try_from(number).unwrap_or(0).to_le_bytes();
    let long = |number: usize| u32::try_from(number).unwrap_or(0).to_le_bytes();
    let common = [
        &[20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0][..],
        &long(content.len()),
        &long(content.len()),
        &word(name.len()),
        &word(0),
    ]
    .concat();
    let local = [b"PK\x03\x04", &common[..], name, content].concat();
    let entry = [b"PK\x01\x02\x14\0", &common[..], &[0; 14], name].concat();
    let end = [
        &b"PK\x05\x06\0\0\0\0\x01\0\x01\0"[..],
        &long(entry.len()),
        &long(local.len()),
        &word(0),
    ]
    .concat();
    [local, entry, end].concat()
}

/// A tar of one file.
fn tar(name: &[u8], content: &[u8]) -> Vec<u8> {
    let mut header = vec![0; 512];
    let size = format!("{:011o}", content.len());
    let fields: [(usize, &[u8]); 5] = [
        (0, name),
        (124, size.as_bytes()),
        (148, b"        "),
        (156, b"0"),
        (257, b"ustar\x0000"),
    ];
    for (at, field) in fields {
        for (place, byte) in header.iter_mut().skip(at).zip(field) {
            *place = *byte;
        }
    }
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    let sum = format!("{sum:06o}\0 ");
    for (place, byte) in header.iter_mut().skip(148).zip(sum.as_bytes()) {
        *place = *byte;
    }
    let filling = vec![0; 512 - content.len() % 512];
    [header, content.to_vec(), filling, vec![0; 1024]].concat()
}

/// A gzip whose content is one block, as it lies (RFC 1951, 3.2.4).
fn gzip(content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).unwrap_or(0);
    [
        &b"\x1f\x8b\x08\0\0\0\0\0\0\x03\x01"[..],
        &length.to_le_bytes(),
        &(!length).to_le_bytes(),
        content,
        &[0; 8],
    ]
    .concat()
}

pub(super) fn seeds() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("zip", zip(b"a.txt", b"hello")),
        ("zip-in-zip", zip(b"b.zip", &zip(b"a.txt", b"hello"))),
        ("tar", tar(b"a.txt", b"hello")),
        ("tar-gz", gzip(&tar(b"a.txt", b"hello"))),
        ("way-out", zip(b"../a.txt", b"hello")),
    ]
}
