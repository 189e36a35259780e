//! What content is, by its own first bytes; the name of a file says nothing.

/// Every kind that [`kind`] names, for settings to be held against.
pub const KINDS: &[&str] = &[
    "bzip2",
    "dicom",
    "elf",
    "empty",
    "gif",
    "gzip",
    "jpeg",
    "macho",
    "ole",
    "pdf",
    "png",
    "rar",
    "script",
    "seven-zip",
    "sqlite",
    "tar",
    "text",
    "unknown",
    "windows",
    "xz",
    "zip",
    "zstd",
];

/// Where a tar's magic stands (POSIX ustar), and DICOM's (PS3.10, 7.1).
const TAR: usize = 257;
const DICOM: usize = 128;

/// The kind of a file that begins like this; `head` is its first 4,096 bytes, or all of it. `unknown` for
/// what is none of [`KINDS`]; text is what has no control characters but those of texts.
pub fn kind(head: &[u8]) -> &'static str {
    if head.is_empty() {
        return "empty";
    }
    let at = |offset: usize, magic: &[u8]| {
        let end = offset.saturating_add(magic.len());
        head.get(offset..end) == Some(magic)
    };
    const FIRST: &[(&[u8], &str)] = &[
        (b"PK\x03\x04", "zip"),
        (b"PK\x05\x06", "zip"),
        (b"\x1f\x8b", "gzip"),
        (b"BZh", "bzip2"),
        (b"\xfd7zXZ\0", "xz"),
        (b"(\xb5/\xfd", "zstd"),
        (b"7z\xbc\xaf\x27\x1c", "seven-zip"),
        (b"Rar!\x1a\x07", "rar"),
        (b"%PDF-", "pdf"),
        (b"\x89PNG\r\n\x1a\n", "png"),
        (b"\xff\xd8\xff", "jpeg"),
        (b"GIF87a", "gif"),
        (b"GIF89a", "gif"),
        (b"\x7fELF", "elf"),
        (b"MZ", "windows"),
        (b"\xfe\xed\xfa\xce", "macho"),
        (b"\xfe\xed\xfa\xcf", "macho"),
        (b"\xcf\xfa\xed\xfe", "macho"),
        (b"\xca\xfe\xba\xbe", "macho"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
        (b"SQLite format 3\0", "sqlite"),
        (b"#!", "script"),
    ];
    if let Some((_, kind)) = FIRST.iter().find(|(magic, _)| at(0, magic)) {
        return kind;
    }
    if at(TAR, b"ustar") {
        return "tar";
    }
    if at(DICOM, b"DICM") {
        return "dicom";
    }
    // Shift-JIS and EUC-JP are text too: what they are made of besides ASCII has the high bit.
    let plain = |byte: &u8| *byte >= 0x20 || matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c | 0x1b);
    let text = head.iter().all(plain) && !head.contains(&0x7f);
    if text { "text" } else { "unknown" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_known_by_content_and_every_kind_is_listed() {
        let tar = [&[b'a'; TAR][..], b"ustar\x0000"].concat();
        let dicom = [&[0; DICOM][..], b"DICM"].concat();
        for (head, expected) in [
            (&b""[..], "empty"),
            (b"PK\x03\x04rest", "zip"),
            (b"MZ\x90", "windows"),
            (b"#!/bin/sh\n", "script"),
            ("患者一覧\r\n".as_bytes(), "text"),
            (b"\x8a\xb3\x8e\xd2\r\n", "text"),
            (b"\x00\x01", "unknown"),
            (&tar, "tar"),
            (&dicom, "dicom"),
        ] {
            assert_eq!(kind(head), expected);
            assert!(KINDS.contains(&expected));
        }
    }
}
