//! What is given to the index of a message, and what is asked of it.

use std::fmt::Write;
use std::net::IpAddr;

use crate::shown::shown;

/// The most words of a query.
const MOST_WORDS: usize = 32;

/// Words that are all to be found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    matched: String,
}

impl Query {
    /// All of these words, from this address if one is given. None if there is nothing to be looked for. A word with a `*`
    /// at its end is the beginning of one. A word of several, as an address, is found as it stands.
    #[must_use]
    pub fn new(words: &[&str], sender: Option<IpAddr>) -> Option<Self> {
        let mut asked: Vec<String> = words
            .iter()
            .flat_map(|words| words.split_whitespace())
            .take(MOST_WORDS)
            .filter_map(phrase)
            .collect();
        if asked.is_empty() {
            return None;
        }
        if let Some(sender) = sender {
            asked.push(format!("sender : \"{}\"", address(sender.to_canonical())));
        }
        Some(Self {
            matched: asked.join(" AND "),
        })
    }

    pub(super) fn matched(&self) -> &str {
        &self.matched
    }
}

/// An address as one word.
pub(super) fn address(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => format!("a{:x}", address.to_bits()),
        IpAddr::V6(address) => format!("a{:x}", address.to_bits()),
    }
}

/// One word as FTS5 is asked for it. Everything but letters and digits is left out, so that no word is an operator.
fn phrase(word: &str) -> Option<String> {
    let begins = word.ends_with('*');
    let spaced = spaced(word, true);
    let spaced = spaced.replace(|letter: char| !letter.is_alphanumeric(), " ");
    let tokens: Vec<&str> = spaced.split_whitespace().collect();
    let last = tokens.last()?;
    let single = last.chars().count() == 1 && last.chars().all(side_by_side);
    // One character alone stands at the beginning of a pair, or as the last of its text by itself.
    let star = if begins || single { "*" } else { "" };
    Some(format!("text : \"{}\"{star}", tokens.join(" ")))
}

/// What is indexed of a message: the same text as is shown.
pub(super) fn indexed(bytes: &[u8]) -> String {
    spaced(&shown(bytes), false)
}

/// Puts spaces around what is written without them, as pairs: `認証失敗` becomes `認証 証失 失敗 敗`. What is asked
/// for ends with its last pair, so that it is found in the midst of a text too.
fn spaced(text: &str, asked: bool) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    let mut letters = text.chars().peekable();
    let mut within = false;
    while let Some(letter) = letters.next() {
        if !side_by_side(letter) {
            if within {
                out.push(' ');
            }
            within = false;
            out.push(letter);
            continue;
        }
        let next = letters.peek().copied().filter(|next| side_by_side(*next));
        // What is asked for may go on in the message, unless it goes on in what is asked for: `医事課01`.
        let ends = || letters.clone().all(|letter| !letter.is_alphanumeric());
        if !(asked && within && next.is_none() && ends()) {
            let _always = write!(out, " {letter}");
            out.extend(next);
        }
        within = true;
    }
    out
}

/// Characters of writing that puts no space between words: kana, CJK ideographs, their half-width and iteration marks.
fn side_by_side(letter: char) -> bool {
    matches!(letter,
        '\u{3005}'..='\u{3007}'
        | '\u{3040}'..='\u{30ff}'
        | '\u{31f0}'..='\u{31ff}'
        | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}'
        | '\u{ff66}'..='\u{ff9f}'
        | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::{Query, spaced};

    #[test]
    fn japanese_is_cut_into_pairs_and_the_rest_is_left() {
        assert_eq!(spaced("a認証失敗 b", false), "a 認証 証失 失敗 敗  b");
        assert_eq!(spaced("認証失敗", true), " 認証 証失 失敗");
        assert_eq!(spaced("失敗", true), " 失敗");
        assert_eq!(spaced("敗", true), " 敗");
        assert_eq!(spaced("医事課01", true), " 医事 事課 課 01");
        assert_eq!(spaced("失敗*", true), " 失敗 *");
    }

    #[test]
    fn no_word_is_an_operator() {
        let asked = |words: &[&str]| Query::new(words, None).map(|query| query.matched);
        assert_eq!(
            asked(&["a\" OR \"b"]).unwrap(),
            "text : \"a\" AND text : \"OR\" AND text : \"b\""
        );
        assert_eq!(asked(&["192.0.2.1"]).unwrap(), "text : \"192 0 2 1\"");
        assert_eq!(asked(&["\"*()-", " "]), None);
    }
}
