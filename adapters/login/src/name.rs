//! Login names: what two people type differently and mean alike is one name (lesson L12).

use std::fmt;

use caseless::default_case_fold_str;
use unicode_normalization::UnicodeNormalization;

/// The longest name that is looked at, in bytes as typed: four bytes for each of the characters
/// that a key may have. Bounds the work before anything is normalised (lesson L24).
pub const MOST_BYTES: usize = 256;

/// The longest key, in characters.
pub const MOST_CHARS: usize = 64;

/// A login name in the form in which names are compared: NFKC, case folded, trimmed, runs of white
/// space made one. Two names are the same person's if and only if their keys are equal.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NameKey(String);

impl NameKey {
    /// The key, as the store keeps it. [`key`] of it is itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for NameKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A login name is personal data; logs do not need it.
        f.write_str("NameKey(…)")
    }
}

/// Why a text cannot be a login name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing is left after trimming.
    #[error("the name is empty")]
    Empty,
    /// Longer than [`MOST_BYTES`] as typed or [`MOST_CHARS`] as compared.
    #[error("the name is longer than {MOST_CHARS} characters")]
    TooLong,
    /// A control character, or one that is not seen: bidirectional marks, zero-width characters,
    /// variation selectors, tags, private use.
    #[error("the name contains a character that cannot be seen (U+{0:04X})")]
    Invisible(u32),
    /// Latin letters beside Cyrillic or Greek ones, which look like them.
    #[error("the name mixes letters of scripts that look alike")]
    MixedScripts,
}

/// The key of a name as typed.
///
/// # Errors
/// If the text cannot be a login name: see [`NameError`].
pub fn key(typed: &str) -> Result<NameKey, NameError> {
    if typed.len() > MOST_BYTES {
        return Err(NameError::TooLong);
    }
    refuse_invisible(typed)?;
    let folded = fold(typed);
    // Compatibility characters may decompose into what was refused above.
    refuse_invisible(&folded)?;
    if folded.is_empty() {
        return Err(NameError::Empty);
    }
    if folded.chars().count() > MOST_CHARS {
        return Err(NameError::TooLong);
    }
    refuse_mixed_scripts(&folded)?;
    Ok(NameKey(folded))
}

/// Unicode's compatibility caseless form (definition D146), and white space as one space.
fn fold(typed: &str) -> String {
    let once: String = default_case_fold_str(&typed.nfd().collect::<String>())
        .nfkc()
        .collect();
    let twice: String = default_case_fold_str(&once).nfkc().collect();
    twice.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn refuse_invisible(text: &str) -> Result<(), NameError> {
    match text.chars().find(|c| is_invisible(*c)) {
        Some(c) => Err(NameError::Invisible(u32::from(c))),
        None => Ok(()),
    }
}

/// Whether a character is a control or leaves no mark of its own on the screen.
pub(crate) fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}'..='\u{1160}' | '\u{17B4}'..='\u{17B5}'
            | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}'
            | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFB}' | '\u{E000}'..='\u{F8FF}'
            | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}'
            | '\u{E0000}'..='\u{E0FFF}' | '\u{F0000}'..='\u{10FFFF}')
}

fn refuse_mixed_scripts(text: &str) -> Result<(), NameError> {
    let latin = text.chars().any(
        |c| matches!(c, 'a'..='z' | '\u{00DF}'..='\u{024F}' | '\u{0250}'..='\u{02AF}' | '\u{1E00}'..='\u{1EFF}'),
    );
    let alike = text.chars().any(
        |c| matches!(c, '\u{0370}'..='\u{052F}' | '\u{0530}'..='\u{058F}' | '\u{13A0}'..='\u{13FF}' | '\u{1F00}'..='\u{1FFF}' | '\u{AB70}'..='\u{ABBF}'),
    );
    if latin && alike {
        return Err(NameError::MixedScripts);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn l12_names_that_differ_only_in_width_or_case_are_one_name() {
        for (one, other) in [
            ("sato", "SATO"),
            ("sato", "ｓａｔｏ"),
            ("sato", "ＳＡＴＯ"),
            ("sato", "  Ｓato\u{3000}"),
            ("sato01", "sato０１"),
            ("サトウ", "ｻﾄｳ"),
            ("ガジェット", "ｶﾞｼﾞｪｯﾄ"),
            ("ガ", "カ\u{3099}"),
            ("straße", "STRASSE"),
            ("①", "1"),
            ("koro taro", "koro\u{3000} taro"),
            ("sato@example.jp", "ｓａｔｏ＠ｅｘａｍｐｌｅ．ｊｐ"),
        ] {
            assert_eq!(key(one), key(other), "{one} {other}");
            assert!(key(one).is_ok());
        }
    }

    #[test]
    fn names_that_people_tell_apart_stay_apart() {
        for (one, other) in [
            ("sato", "sato1"),
            ("さとう", "サトウ"),
            ("ハ", "バ"),
            ("髙橋", "高橋"),
            ("rn", "m"),
        ] {
            assert_ne!(key(one).unwrap(), key(other).unwrap());
        }
    }

    #[test]
    fn l12_a_name_with_something_unseen_in_it_is_refused() {
        for wrong in [
            "sa\u{200B}to",
            "sa\u{202E}to",
            "sato\u{FE0F}",
            "sa\0to",
            "sa\nto",
            "\u{FEFF}sato",
            "sa\u{00AD}to",
            "sato\u{E0041}",
            "sa\u{3164}to",
            "\u{E001}",
        ] {
            assert!(
                matches!(key(wrong), Err(NameError::Invisible(_))),
                "{wrong:?}"
            );
        }
    }

    #[test]
    fn l12_a_latin_name_with_a_cyrillic_or_greek_letter_in_it_is_refused() {
        assert_eq!(key("s\u{0430}to"), Err(NameError::MixedScripts));
        assert_eq!(key("sat\u{03BF}"), Err(NameError::MixedScripts));
        assert!(key("佐藤 sato").is_ok());
    }

    #[test]
    fn l24_an_empty_or_endless_name_is_refused() {
        assert_eq!(key(""), Err(NameError::Empty));
        assert_eq!(key(" \u{3000} "), Err(NameError::Empty));
        assert_eq!(key(&"a".repeat(65)), Err(NameError::TooLong));
        assert_eq!(key(&"a".repeat(10_000)), Err(NameError::TooLong));
        // One character that normalises to eighteen.
        assert_eq!(key(&"\u{FDFA}".repeat(4)), Err(NameError::TooLong));
        assert!(key(&"藤".repeat(64)).is_ok());
    }

    proptest::proptest! {
        #[test]
        fn the_key_of_a_key_is_itself(text in "\\PC{0,40}") {
            if let Ok(first) = key(&text) {
                proptest::prop_assert_eq!(key(first.as_str()), Ok(first));
            }
        }
    }
}
