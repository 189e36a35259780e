//! What a guesser tries first: the names of the place, the words of the lists, walks over the
//! keyboard; with letters exchanged for look-alikes, in any width, forwards, backwards, repeated,
//! with years and signs around them.
//!
//! It is not asked whether a passphrase *contains* such a piece, but what of its own is left beside
//! them: "KoroHospital2026!" has nothing, "the tide under Koro bridge sings" has plenty.

use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;
use zxcvbn::{Score, zxcvbn};

use super::Weakness;
use super::keyboard;

/// Characters that must be left when everything guessable is taken away. Eight random lower-case
/// letters are 38 bits; more than zxcvbn's best score asks for.
const OWN_CHARS: usize = 8;

/// Digits and signs beside a guessable piece that count for nothing: a date has eight.
const DECORATION: usize = 8;

/// The shortest Latin word that is looked for; shorter ones are in every sentence.
const SHORTEST_LATIN: usize = 3;

/// The shortest word in kana or kanji that is looked for: family names have two.
const SHORTEST_OTHER: usize = 2;

/// Most context words, and the longest one, that are looked at (lesson L24).
const MOST_WORDS: usize = 2000;
const LONGEST_WORD: usize = 64;

/// Tried first everywhere. The first lines are the examples of the ministry's notice of 2024-08-01
/// and of the incident reports; the others are what lists of leaked passwords begin with, and what
/// hospitals and their vendors are known to use.
const COMMON: &str = "
    administrator 12345678 pa$$w0rd i234567&9 qwerty 7410 korohospital korotaro p@ssw0rd
    password passwd passcode passphrase admin root guest user test login logon welcome letmein
    changeme default secret master manager system server service support remote access maintenance
    maint backup public private cisco fortinet fortigate vpn firewall router windows microsoft
    oracle postgres sekisho qazwsx 1qaz2wsx zaq12wsx abc123 iloveyou monkey dragon sunshine princess
    football baseball superman batman trustno1 hospital clinic medical doctor nurse patient karte
    emr pacs health care japan nippon nihon tokyo osaka pasuwado himitsu kanri kanrisha
    byouin byoin iryou iryo ishi kango kangoshi yakuzai kensa denshi denshikarute hosyu hoshu jimu
    sakura arigatou arigato konnichiwa ohayou aishiteru daisuki doraemon pikachu pokemon
    パスワード ひみつ 秘密 管理者 管理 病院 医院 医療 診療所 電子カルテ カルテ 保守 看護師 医師 院長
    事務長 事務 あいうえお かきくけこ いろはにほへと さくら 桜 ありがとう
    abcdefghijklmnopqrstuvwxyz 01234567890123456789 00000000 11111111
";

/// Finds the first reason why a passphrase (in NFKC) is guessable.
pub(super) fn check(text: &str, context: &[String]) -> Result<(), Weakness> {
    let typed: Zeroizing<Vec<char>> = Zeroizing::new(text.chars().collect());
    let plain = Zeroizing::new(skeleton(&typed));
    let names = words_of_context(context);
    let common: Vec<Vec<char>> = COMMON.split_whitespace().map(word).collect();

    let mut taken = vec![false; typed.len()];
    for (weakness, pieces) in [
        (Weakness::MadeOfNames, occurrences(&plain, &names)),
        (Weakness::MadeOfCommonWords, occurrences(&plain, &common)),
        (Weakness::KeyboardWalk, keyboard::walks(&typed)),
        (Weakness::Repeated, repetition(&plain)),
        (Weakness::Guessable, dates(&typed)),
    ] {
        let mut found = false;
        for (place, piece) in taken.iter_mut().zip(pieces) {
            found |= piece && !*place;
            *place |= piece;
        }
        let beside_a_word = matches!(
            weakness,
            Weakness::MadeOfNames | Weakness::MadeOfCommonWords
        ) || typed.iter().any(|c| c.is_alphabetic());
        let decoration = if beside_a_word { DECORATION } else { 0 };
        if found && own_chars(&typed, &taken, decoration) < OWN_CHARS {
            return Err(weakness);
        }
    }
    by_library(text, context)
}

/// The estimate of zxcvbn with the context's words in its dictionary.
fn by_library(text: &str, context: &[String]) -> Result<(), Weakness> {
    let mut inputs: Vec<&str> = context
        .iter()
        .take(MOST_WORDS)
        .map(String::as_str)
        .collect();
    inputs.extend(COMMON.split_whitespace());
    if zxcvbn(text, &inputs).score() < Score::Four {
        return Err(Weakness::Guessable);
    }
    Ok(())
}

/// What is left when the taken characters, and as many digits and signs as decorate a word, are
/// gone. In a passphrase of digits alone they decorate nothing.
fn own_chars(typed: &[char], taken: &[bool], decoration: usize) -> usize {
    let left = typed.iter().zip(taken).filter(|(_, taken)| !**taken);
    let (letters, others) = left.fold((0, 0usize), |(letters, others), (c, _)| {
        let letter = usize::from(c.is_alphabetic());
        (letters + letter, others + 1 - letter)
    });
    letters + others.saturating_sub(decoration)
}

/// Which characters belong to an occurrence of a word, forwards or backwards.
fn occurrences(text: &[char], words: &[Vec<char>]) -> Vec<bool> {
    let mut taken = vec![false; text.len()];
    for word in words {
        let mut backwards = word.clone();
        backwards.reverse();
        for (start, window) in text.windows(word.len().max(1)).enumerate() {
            if window == word.as_slice() || window == backwards.as_slice() {
                taken
                    .iter_mut()
                    .skip(start)
                    .take(word.len())
                    .for_each(|taken| *taken = true);
            }
        }
    }
    taken
}

/// If the whole text is one piece written at least twice, everything after the first piece.
fn repetition(text: &[char]) -> Vec<bool> {
    let period = (1..=text.len() / 2).find(|period| {
        text.iter()
            .zip(text.iter().skip(*period))
            .all(|(one, other)| one == other)
    });
    let first = period.unwrap_or(text.len());
    (0..text.len()).map(|place| place >= first).collect()
}

/// Dates of the last and this century, year first, with or without one sign between the parts:
/// zxcvbn takes two of them for strong.
fn dates(typed: &[char]) -> Vec<bool> {
    let mut taken = vec![false; typed.len()];
    for start in 0..typed.len() {
        let rest = typed.get(start..).unwrap_or_default();
        if let Some(length) = date(rest) {
            taken
                .iter_mut()
                .skip(start)
                .take(length)
                .for_each(|taken| *taken = true);
        }
    }
    taken
}

/// The length of the date that the text begins with.
fn date(text: &[char]) -> Option<usize> {
    let (year, rest) = number(text, 4)?;
    let (month, rest) = number(after_sign(rest), 2)?;
    let (day, rest) = number(after_sign(rest), 2)?;
    let possible =
        (1900..2100).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day);
    possible.then_some(text.len() - rest.len())
}

fn number(text: &[char], digits: usize) -> Option<(u32, &[char])> {
    let (digits, rest) = text.split_at_checked(digits)?;
    let value = digits
        .iter()
        .try_fold(0, |value, digit| Some(value * 10 + digit.to_digit(10)?));
    Some((value?, rest))
}

fn after_sign(text: &[char]) -> &[char] {
    match text {
        [sign, rest @ ..] if !sign.is_ascii_digit() => rest,
        text => text,
    }
}

/// The words of the names: each name whole, each of its parts, without spaces and signs.
fn words_of_context(context: &[String]) -> Vec<Vec<char>> {
    let mut words: Vec<Vec<char>> = Vec::new();
    for name in context.iter().take(MOST_WORDS) {
        let name: String = name.nfkc().take(LONGEST_WORD).collect();
        let parts: Vec<&str> = name
            .split(|c: char| !c.is_alphanumeric())
            .filter(|part| !part.is_empty())
            .collect();
        words.push(word(&parts.concat()));
        words.extend(parts.iter().map(|part| word(part)));
    }
    words.retain(|word| is_long_enough(word));
    words.sort();
    words.dedup();
    words
}

fn is_long_enough(word: &[char]) -> bool {
    let shortest = if word.iter().all(char::is_ascii) {
        SHORTEST_LATIN
    } else {
        SHORTEST_OTHER
    };
    word.len() >= shortest
}

fn word(text: &str) -> Vec<char> {
    skeleton(&text.nfkc().collect::<Vec<_>>())
}

/// The text with look-alikes made one, character by character: case, katakana and hiragana, digits
/// and signs that stand for letters.
fn skeleton(text: &[char]) -> Vec<char> {
    text.iter().map(|c| plain(*c)).collect()
}

fn plain(c: char) -> char {
    let lower = c.to_lowercase().next().unwrap_or(c);
    match lower {
        '@' | '4' => 'a',
        '8' | '&' => 'b',
        '(' => 'c',
        '3' | '€' => 'e',
        '6' | '9' => 'g',
        '1' | '!' | '|' | 'l' => 'i',
        '0' => 'o',
        '5' | '$' => 's',
        '7' | '+' => 't',
        '2' => 'z',
        'ァ'..='ヶ' => char::from_u32(u32::from(lower) - 0x60).unwrap_or(lower),
        other => other,
    }
}
