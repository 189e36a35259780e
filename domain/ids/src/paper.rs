//! Symbols that people copy from paper: five bits each, in groups with a check symbol.
//!
//! RFC 4648 base32: no 0, 1, 8 or 9 that could be taken for O, I, B or g. The check is a weighted sum
//! in the field of 32 elements. With different, non-zero weights it finds every single wrong symbol of
//! a group and every two exchanged ones; the group's number, added, finds exchanged groups.

const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// Symbols of a group that carry something; one more checks them.
pub const DATA: usize = 4;

/// What a typed character stands for once its width is folded: in upper case, with 0, 1 and 8 read as
/// O, I and B. `None` for what only separates: spaces and every kind of hyphen.
pub fn counted(typed: char) -> Option<char> {
    if typed.is_whitespace() || matches!(typed, '-' | 'ー' | '‐' | '–' | '—' | '−') {
        return None;
    }
    Some(match typed.to_ascii_uppercase() {
        '0' => 'O',
        '1' => 'I',
        '8' => 'B',
        other => other,
    })
}

/// The symbol, 0 to 31, that a character stands for; `None` if it stands for none.
pub fn symbol(character: char) -> Option<u8> {
    match character {
        'A'..='Z' => Some(u8::try_from(character).ok()? - b'A'),
        '2'..='7' => Some(u8::try_from(character).ok()? - b'2' + 26),
        _ => None,
    }
}

/// The character that a symbol is printed as. Only its lowest five bits count.
pub fn letter(symbol: u8) -> char {
    let letter = ALPHABET.get(usize::from(symbol & 31)).copied();
    char::from(letter.unwrap_or(b'A'))
}

/// The symbol that checks a group: of its number, from 1, and the symbols in it.
pub fn check(group: usize, data: [u8; DATA]) -> u8 {
    let place = u8::try_from(group % 32).unwrap_or(0);
    let weighted = data
        .into_iter()
        .zip([2u8, 4, 8, 16])
        .map(|(symbol, weight)| product(symbol, weight));
    weighted.fold(place, |sum, term| sum ^ term)
}

/// The product of two elements of GF(2⁵) modulo x⁵ + x² + 1.
fn product(a: u8, b: u8) -> u8 {
    let mut sum = 0;
    let mut shifted = a;
    for bit in 0..5 {
        if b >> bit & 1 == 1 {
            sum ^= shifted;
        }
        shifted = if shifted & 0x10 == 0 {
            shifted << 1
        } else {
            (shifted << 1 ^ 0x25) & 31
        };
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_symbol_is_read_as_it_was_printed() {
        for printed in 0..32 {
            assert_eq!(symbol(letter(printed)), Some(printed));
            assert_eq!(counted(letter(printed)), Some(letter(printed)));
        }
    }

    #[test]
    fn one_wrong_symbol_and_two_exchanged_ones_change_the_check() {
        let right = [3, 17, 29, 8];
        for place in 0..DATA {
            for wrong in (0..32).filter(|wrong| *wrong != right[place]) {
                let mut data = right;
                data[place] = wrong;
                assert_ne!(check(1, data), check(1, right));
            }
            for other in 0..place {
                let mut data = right;
                data.swap(place, other);
                assert_ne!(check(1, data), check(1, right));
            }
        }
        assert_ne!(check(1, right), check(2, right), "the same group elsewhere");
    }

    #[test]
    fn what_only_separates_does_not_count() {
        assert!(" \u{3000}-‐–—−ー".chars().all(|c| counted(c).is_none()));
        let read: String = "018a".chars().filter_map(counted).collect();
        assert_eq!(read, "OIBA");
    }
}
