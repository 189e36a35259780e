//! One-use codes that people copy from paper or read out by phone: setup and invitation secrets,
//! emergency codes from the sealed envelope.
//!
//! 140 random bits as seven groups of five characters, `A`–`Z` and `2`–`7`. The last character of
//! each group checks the group and its place, so that a slip is found and its group named.

use std::fmt;

use aws_lc_rs::digest::{Context, SHA256};
use ids::Digest;
use ids::paper::{self, DATA};
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use crate::{NoRandomness, random};

/// Groups of a code.
pub const GROUPS: usize = 7;

/// The longest text that is looked at, in bytes: three times what a code needs when typed in full
/// width with a space after every character.
const MOST_BYTES: usize = 512;

/// A one-use code: 28 symbols of five bits.
#[derive(Clone)]
pub struct Code(Zeroizing<[u8; GROUPS * DATA]>);

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code(…)")
    }
}

/// What is wrong with a code as typed. It does not repeat what was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// Not seven groups of five characters.
    #[error("a code has {expected} letters and digits; {found} were given")]
    Length {
        /// Characters that count.
        found: usize,
        /// How many there should be.
        expected: usize,
    },
    /// A character that no code has.
    #[error("group {group} contains a character that no code has")]
    Character {
        /// Which group, from 1.
        group: usize,
    },
    /// The group's check character does not fit.
    #[error("group {group} is mistyped")]
    Mistyped {
        /// Which group, from 1.
        group: usize,
    },
}

impl Code {
    /// A fresh code.
    ///
    /// # Errors
    /// If there is no randomness.
    pub fn generate() -> Result<Self, NoRandomness> {
        let mut symbols = random::<{ GROUPS * DATA }>()?;
        symbols.iter_mut().for_each(|symbol| *symbol &= 31);
        Ok(Self(symbols))
    }

    /// A code as typed: any case and width, with spaces or hyphens anywhere; 0, 1 and 8 are read as
    /// O, I and B.
    ///
    /// # Errors
    /// What is wrong, and in which group.
    pub fn parse(typed: &str) -> Result<Self, CodeError> {
        let characters = characters(typed);
        let expected = GROUPS * (DATA + 1);
        if characters.len() != expected {
            return Err(CodeError::Length {
                found: characters.len(),
                expected,
            });
        }
        let mut code = Self(Zeroizing::new([0; GROUPS * DATA]));
        let places = code.0.chunks_exact_mut(DATA);
        for (group, (place, typed)) in places.zip(characters.chunks_exact(DATA + 1)).enumerate() {
            let group = group + 1;
            let mut symbols = Zeroizing::new([0u8; DATA + 1]);
            for (symbol, character) in symbols.iter_mut().zip(typed) {
                *symbol = paper::symbol(*character).ok_or(CodeError::Character { group })?;
            }
            let [a, b, c, d, check] = *symbols;
            if paper::check(group, [a, b, c, d]) != check {
                return Err(CodeError::Mistyped { group });
            }
            place.copy_from_slice(&[a, b, c, d]);
        }
        Ok(code)
    }

    /// As it is printed: `ABCDE-FGHIJ-…`.
    pub fn to_text(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(GROUPS * (DATA + 2)));
        for (group, symbols) in self.0.chunks_exact(DATA).enumerate() {
            if group > 0 {
                text.push('-');
            }
            let data = <[u8; DATA]>::try_from(symbols).unwrap_or_default();
            let check = paper::check(group + 1, data);
            for symbol in data.iter().chain([&check]) {
                text.push(paper::letter(*symbol));
            }
        }
        text
    }

    /// What stands in the ledger in place of the code. 140 random bits need no salt.
    pub fn digest(&self) -> Digest {
        let mut context = Context::new(&SHA256);
        context.update(b"sekisho/code/v1\0");
        context.update(self.0.as_slice());
        let mut digest = [0u8; 32];
        for (to, from) in digest.iter_mut().zip(context.finish().as_ref()) {
            *to = *from;
        }
        Digest(digest)
    }
}

/// The characters that count, in upper case and half width, with the usual confusions undone.
fn characters(typed: &str) -> Zeroizing<Vec<char>> {
    if typed.len() > MOST_BYTES {
        return Zeroizing::new(Vec::new());
    }
    Zeroizing::new(typed.nfkc().filter_map(paper::counted).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fixed() -> Code {
        let mut symbols = [0u8; 28];
        for (n, symbol) in symbols.iter_mut().enumerate() {
            *symbol = u8::try_from((n * 7 + 3) % 32).unwrap();
        }
        Code(Zeroizing::new(symbols))
    }

    #[test]
    fn a_code_reads_back_however_it_is_typed() {
        let text = fixed().to_text();
        let digest = fixed().digest();
        let wide: String = text
            .chars()
            .map(|c| {
                if c == '-' {
                    '－'
                } else {
                    char::from_u32(u32::from(c) + 0xFEE0).unwrap()
                }
            })
            .collect();
        let confused = text.replace('O', "0").replace('I', "1").replace('B', "8");
        for typed in [
            text.to_lowercase(),
            text.replace('-', " "),
            text.replace('-', ""),
            wide,
            confused,
        ] {
            assert_eq!(
                Code::parse(&typed).map(|code| code.digest()),
                Ok(digest),
                "{typed}"
            );
        }
    }

    #[test]
    fn a_code_has_more_than_128_bits_and_none_is_like_another() {
        const { assert!(GROUPS * DATA * 5 >= 128) };
        let codes: std::collections::BTreeSet<String> = (0..100)
            .map(|_| Code::generate().unwrap().to_text().to_string())
            .collect();
        assert_eq!(codes.len(), 100);
    }

    #[test]
    fn every_wrong_character_and_every_exchange_is_found_and_its_group_named() {
        let text = fixed().to_text().replace('-', "");
        for place in 0..text.len() {
            let group = place / 5 + 1;
            for letter in (0..32).map(paper::letter) {
                let mut typed: Vec<char> = text.chars().collect();
                if typed[place] == letter {
                    continue;
                }
                typed[place] = letter;
                let typed: String = typed.into_iter().collect();
                assert_eq!(
                    Code::parse(&typed).unwrap_err(),
                    CodeError::Mistyped { group }
                );
            }
            let mut typed: Vec<char> = text.chars().collect();
            if place % 5 < 3 && typed[place] != typed[place + 1] {
                typed.swap(place, place + 1);
                let typed: String = typed.into_iter().collect();
                assert_eq!(
                    Code::parse(&typed).unwrap_err(),
                    CodeError::Mistyped { group }
                );
            }
        }
    }

    #[test]
    fn exchanged_groups_are_found() {
        let text = fixed().to_text();
        let mut groups: Vec<&str> = text.split('-').collect();
        groups.swap(1, 4);
        assert_eq!(
            Code::parse(&groups.join("-")).unwrap_err(),
            CodeError::Mistyped { group: 2 }
        );
    }

    #[test]
    fn what_is_wrong_is_said_without_repeating_it() {
        assert_eq!(
            Code::parse("ABC").unwrap_err(),
            CodeError::Length {
                found: 3,
                expected: 35
            }
        );
        let strange = fixed()
            .to_text()
            .replacen('-', "", 9)
            .replace(|_: char| false, "");
        let strange = format!("{}9", &strange[..34]);
        assert_eq!(
            Code::parse(&strange).unwrap_err(),
            CodeError::Character { group: 7 }
        );
        assert!(Code::parse(&"A".repeat(100_000)).is_err());
        assert_eq!(format!("{:?}", fixed()), "Code(…)");
    }

    proptest::proptest! {
        #[test]
        fn any_text_may_be_typed(text in "\\PC{0,60}") {
            let _ = Code::parse(&text);
        }

        #[test]
        fn every_code_reads_back(symbols in proptest::array::uniform28(0u8..32)) {
            let code = Code(Zeroizing::new(symbols));
            proptest::prop_assert_eq!(Code::parse(&code.to_text()).unwrap().digest(), code.digest());
        }
    }
}
