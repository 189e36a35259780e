//! Telnet: a console as hostile as it likes.

use wire::telnet::{Heard, Telnet, ends_with_prompt};

use crate::bytes::{Input, pieces};

/// A console. The first byte says how what it sends is cut into pieces.
pub(super) fn run(bytes: &[u8]) {
    let mut input = Input::of(bytes);
    let turn = input.u8();
    let rest = input.rest();
    let (whole, binary) = heard([rest].into_iter());
    let (cut, _) = heard(pieces(rest, turn).into_iter());
    assert_eq!(whole, cut);
    assert!(whole.shown.len() <= rest.len());
    // The longest answer, of a size, is 13 bytes to a question of three.
    assert!(whole.answer.len() <= 5 * rest.len());
    ends_with_prompt(&whole.shown, "login:");
    // What is typed has no command in it.
    let mut reader = Telnet::new(80, 24);
    assert!(reader.hear(&binary).answer.is_empty());
}

/// What it came to, and the same bytes as if they had been typed there.
fn heard<'a>(said: impl Iterator<Item = &'a [u8]>) -> (Heard, Vec<u8>) {
    let mut telnet = Telnet::new(80, 24);
    telnet.begin();
    let (mut all, mut typed) = (Heard::default(), Vec::new());
    for piece in said {
        let heard = telnet.hear(piece);
        all.shown.extend(heard.shown);
        all.answer.extend(heard.answer);
        typed.extend(telnet.typed(piece));
    }
    (all, typed)
}

pub(super) fn seeds() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        (
            "login",
            b"\x00\xff\xfb\x01\xff\xfb\x03\xff\xfd\x1f\xff\xfd\x18\xff\xfa\x18\x01\xff\xf0\r\nct login: "
                .to_vec(),
        ),
        (
            "refused",
            b"\x01\xff\xfd\x27\xff\xfd\x23\xff\xfd\x20\xff\xfb\x25\xff\xfb\x26\xff\xfa\x27\x01\x00USER\xff\xf0"
                .to_vec(),
        ),
        ("binary", b"\x02\xff\xfb\x00\xff\xfd\x00\r\x00\xa4\xa2\xff\xff".to_vec()),
        ("unended", b"\x03\xff\xfa\x18\x01\xff\xfd\x18\r\x00\r\n".to_vec()),
    ]
}
