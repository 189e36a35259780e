//! Bytes of strangers as a person may read them.

/// In which characters something was probably written. What is kept are the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// ASCII or UTF-8.
    Utf8,
    /// Every byte fits Shift_JIS, and not EUC-JP.
    ShiftJis,
    /// Every byte fits EUC-JP.
    EucJp,
    /// None of these.
    Unknown,
}

/// What is shown for these bytes: one line, without anything that a terminal would obey or that turns the direction
/// of reading. What is not UTF-8 is replaced character by character.
#[must_use]
pub fn shown(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    text.chars()
        .map(|letter| match letter {
            '\t' => ' ',
            letter if letter.is_control() || turns(letter) => char::REPLACEMENT_CHARACTER,
            letter => letter,
        })
        .collect()
}

/// Marks of direction, and what ends a line without being a control character.
fn turns(letter: char) -> bool {
    matches!(
        letter,
        '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{61c}'
    )
}

/// Which encoding fits. What fits both Japanese ones is taken for EUC-JP: read as Shift_JIS it would be half-width
/// kana side by side, which no device writes at length.
#[must_use]
pub fn encoding(bytes: &[u8]) -> Encoding {
    if std::str::from_utf8(bytes).is_ok() {
        Encoding::Utf8
    } else if fits(bytes, euc_jp) {
        Encoding::EucJp
    } else if fits(bytes, shift_jis) {
        Encoding::ShiftJis
    } else {
        Encoding::Unknown
    }
}

/// Whether all bytes are characters, of which `length` says how long the first one is.
fn fits(mut bytes: &[u8], length: fn(&[u8]) -> Option<usize>) -> bool {
    while !bytes.is_empty() {
        match length(bytes).and_then(|length| bytes.get(length..)) {
            Some(rest) => bytes = rest,
            None => return false,
        }
    }
    true
}

fn euc_jp(bytes: &[u8]) -> Option<usize> {
    match bytes {
        [0..=0x7f, ..] => Some(1),
        [0x8e, 0xa1..=0xdf, ..] => Some(2),
        [0x8f, 0xa1..=0xfe, 0xa1..=0xfe, ..] => Some(3),
        [0xa1..=0xfe, 0xa1..=0xfe, ..] => Some(2),
        _ => None,
    }
}

fn shift_jis(bytes: &[u8]) -> Option<usize> {
    match bytes {
        [0..=0x7f | 0xa1..=0xdf, ..] => Some(1),
        [0x81..=0x9f | 0xe0..=0xfc, 0x40..=0x7e | 0x80..=0xfc, ..] => Some(2),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Encoding, encoding, shown};

    #[test]
    fn a_message_cannot_move_the_cursor_nor_turn_the_line() {
        assert_eq!(
            shown(b"a\x1b[2Jb\r\nc\td\x9b"),
            "a\u{fffd}[2Jb\u{fffd}\u{fffd}c d\u{fffd}"
        );
        assert_eq!(
            shown("x\u{202e}y\u{2066}z".as_bytes()),
            "x\u{fffd}y\u{fffd}z"
        );
        assert_eq!(shown("認証に失敗しました".as_bytes()), "認証に失敗しました");
    }

    #[test]
    fn the_encodings_of_japanese_devices_are_told_apart() {
        assert_eq!(encoding("認証に失敗".as_bytes()), Encoding::Utf8);
        // 認証に失敗 in Shift_JIS and in EUC-JP.
        let shift_jis = b"\x94\x46\x8f\xd8\x82\xc9\x8e\xb8\x94\x73";
        let euc_jp = b"\xc7\xa7\xbe\xda\xa4\xcb\xbc\xba\xc7\xd4";
        assert_eq!(encoding(shift_jis), Encoding::ShiftJis);
        assert_eq!(encoding(euc_jp), Encoding::EucJp);
        assert_eq!(encoding(b"\xff\xfe\x00"), Encoding::Unknown);
    }
}
