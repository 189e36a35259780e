//! A ClientHello, as a relay or a listener reads it before it knows who speaks.

use crate::bytes::pieces;

/// Reads a ClientHello. It must make no difference in which pieces it comes, and what follows it must not
/// change what it asks for.
pub(super) fn run(bytes: &[u8]) {
    let Ok(Some(asked)) = tunnel::peek_hello([bytes]) else {
        return;
    };
    for turn in 0..4 {
        let in_pieces = tunnel::peek_hello(pieces(bytes, turn));
        assert_eq!(in_pieces.as_ref(), Ok(&Some(asked.clone())), "in pieces");
    }
    if let Ok(Some(more)) = tunnel::peek_hello([bytes, b"\x17\x03"]) {
        assert_eq!(more, asked, "and more");
    }
    let name = asked.name.unwrap_or_default();
    assert!(name.is_ascii() && name.len() <= 253, "{name:?} is no name");
}

pub(super) fn seeds() -> Vec<(&'static str, Vec<u8>)> {
    let plain = hello(Some("remote.handa.example"), &[b"sekisho/1"]);
    // The same in two records (RFC 8446, section 5.1).
    let (head, body) = plain.split_at(5);
    let (first, second) = body.split_at(40);
    let split = [record(head, first), record(head, second)];
    vec![
        ("session", plain.clone()),
        ("split", split.concat()),
        ("no-name", hello(None, &[b"http/1.1", b"h2"])),
    ]
}

fn record(head: &[u8], body: &[u8]) -> Vec<u8> {
    let kind_and_version = head.get(..3).unwrap_or_default();
    [kind_and_version, &length::<2>(body.len()), body].concat()
}

/// A ClientHello of TLS 1.3 (RFC 8446, section 4.1.2) with a key share of X25519.
fn hello(name: Option<&str>, protocols: &[&[u8]]) -> Vec<u8> {
    let mut extensions = vec![
        extension(43, &[2, 3, 4]),
        extension(10, &counted::<2>(&[0x11, 0xec, 0, 29])),
        extension(13, &counted::<2>(&[4, 3, 8, 7, 8, 4])),
    ];
    let share = [&[0, 29][..], &counted::<2>(&[9; 32])].concat();
    extensions.push(extension(51, &counted::<2>(&share)));
    if let Some(name) = name {
        let name = [&[0][..], &counted::<2>(name.as_bytes())].concat();
        extensions.push(extension(0, &counted::<2>(&name)));
    }
    let protocols: Vec<u8> = protocols
        .iter()
        .flat_map(|name| counted::<1>(name))
        .collect();
    extensions.push(extension(16, &counted::<2>(&protocols)));
    let body = [
        &[3, 3][..],
        &[0x52; 32],
        &counted::<1>(&[0x5e; 32]),
        &counted::<2>(&[0x13, 1, 0x13, 2, 0x13, 3]),
        &[1, 0],
        &counted::<2>(&extensions.concat()),
    ];
    let handshake = [&[1][..], &counted::<3>(&body.concat())].concat();
    [&[22, 3, 1][..], &counted::<2>(&handshake)].concat()
}

fn extension(kind: u16, content: &[u8]) -> Vec<u8> {
    [&kind.to_be_bytes()[..], &counted::<2>(content)].concat()
}

/// The bytes with their length before them.
fn counted<const N: usize>(bytes: &[u8]) -> Vec<u8> {
    [&length::<N>(bytes.len())[..], bytes].concat()
}

fn length<const N: usize>(length: usize) -> [u8; N] {
    let bytes = length.to_be_bytes();
    *bytes.last_chunk().unwrap()
}
