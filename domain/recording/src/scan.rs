//! What a terminal would make of a stream of bytes: characters, controls, escape sequences.
//!
//! After the state machine of ECMA-48 terminals, on UTF-8, one byte at a time, so that it does not
//! matter how the stream is split. Its state is bounded. Where terminals differ, it takes what leaves
//! more to be seen: a control breaks a sequence off, and a string that never ends is given up.

/// The longest parameters of a control sequence; a longer sequence is passed over.
const MAX_PARAMETERS: usize = 64;
/// The longest string (title, image, …). What follows a longer one would otherwise be hidden by it.
const MAX_STRING: u32 = 64 << 10;

const ESC: u8 = 0x1b;
const CAN: u8 = 0x18;
const SUB: u8 = 0x1a;
const BEL: u8 = 0x07;

/// One thing in the stream. Strings (OSC, DCS, SOS, PM, APC) are passed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Token<'a> {
    /// A character; U+FFFD for bytes that are not UTF-8.
    Print(char),
    /// A control of one byte, 0x00 to 0x1f or 0x7f, but not ESC.
    Control(u8),
    /// `ESC`, perhaps one intermediate byte, and a final byte.
    Escape(Option<u8>, u8),
    /// `ESC [`, parameter bytes (0x30 to 0x3f), final byte. Those with intermediate bytes are passed
    /// over.
    Sequence(&'a [u8], u8),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Ground,
    Escape,
    EscapeThen(u8),
    EscapePassed,
    Sequence,
    SequencePassed,
    /// How long it is so far.
    Text(u32),
    TextEscape(u32),
}

/// Takes a stream apart.
#[derive(Debug)]
pub(crate) struct Scanner {
    state: State,
    parameters: Vec<u8>,
    utf8: Utf8,
}

impl Scanner {
    pub(crate) fn new() -> Self {
        Self {
            state: State::Ground,
            parameters: Vec::new(),
            utf8: Utf8::default(),
        }
    }

    /// Goes over `bytes` and tells what is complete.
    pub(crate) fn scan(&mut self, bytes: &[u8], tell: &mut impl FnMut(Token<'_>)) {
        for byte in bytes {
            self.byte(*byte, tell);
        }
    }

    /// The stream is over: a character that was begun is told as broken.
    pub(crate) fn finish(&mut self, tell: &mut impl FnMut(Token<'_>)) {
        self.state = State::Ground;
        self.utf8.finish(&mut |c| tell(Token::Print(c)));
    }

    fn byte(&mut self, byte: u8, tell: &mut impl FnMut(Token<'_>)) {
        self.state = match self.state {
            State::Text(length) => return self.text(byte, length),
            State::TextEscape(_) if byte == b'\\' => State::Ground,
            // Not the end of the string: the string was broken off, another sequence begins.
            State::TextEscape(_) => {
                self.state = State::Escape;
                return self.byte(byte, tell);
            }
            State::Ground if byte >= 0x80 => {
                return self.utf8.push(byte, &mut |c| print(c, tell));
            }
            _ if byte == ESC => {
                self.utf8.finish(&mut |c| tell(Token::Print(c)));
                self.parameters.clear();
                State::Escape
            }
            _ if byte < 0x20 || byte == 0x7f => {
                self.utf8.finish(&mut |c| tell(Token::Print(c)));
                tell(Token::Control(byte));
                State::Ground
            }
            State::Ground => {
                self.utf8.finish(&mut |c| tell(Token::Print(c)));
                tell(Token::Print(char::from(byte)));
                State::Ground
            }
            // In a sequence, where only ASCII belongs: broken off, and the byte counts.
            _ if byte >= 0x80 => {
                self.state = State::Ground;
                return self.byte(byte, tell);
            }
            State::Escape => after_escape(byte, tell),
            State::EscapeThen(intermediate) => match byte {
                0x20..=0x2f => State::EscapePassed,
                last => {
                    tell(Token::Escape(Some(intermediate), last));
                    State::Ground
                }
            },
            State::EscapePassed => match byte {
                0x20..=0x2f => State::EscapePassed,
                _ => State::Ground,
            },
            State::Sequence => self.sequence(byte, tell),
            State::SequencePassed => match byte {
                0x40.. => State::Ground,
                _ => State::SequencePassed,
            },
        };
    }

    fn text(&mut self, byte: u8, length: u32) {
        self.state = match byte {
            ESC => State::TextEscape(length),
            BEL | CAN | SUB => State::Ground,
            _ if length >= MAX_STRING => State::Ground,
            _ => State::Text(length + 1),
        };
    }

    fn sequence(&mut self, byte: u8, tell: &mut impl FnMut(Token<'_>)) -> State {
        match byte {
            0x30..=0x3f if self.parameters.len() < MAX_PARAMETERS => {
                self.parameters.push(byte);
                State::Sequence
            }
            0x20..=0x3f => State::SequencePassed,
            last => {
                tell(Token::Sequence(&self.parameters, last));
                State::Ground
            }
        }
    }
}

fn after_escape(byte: u8, tell: &mut impl FnMut(Token<'_>)) -> State {
    match byte {
        b'[' => State::Sequence,
        // DCS, SOS, OSC, PM, APC, and screen's title.
        b'P' | b'X' | b']' | b'^' | b'_' | b'k' => State::Text(0),
        0x20..=0x2f => State::EscapeThen(byte),
        last => {
            tell(Token::Escape(None, last));
            State::Ground
        }
    }
}

/// A character, unless it is a control that UTF-8 smuggles in (U+0080 to U+009F).
fn print(c: char, tell: &mut impl FnMut(Token<'_>)) {
    if !c.is_control() {
        tell(Token::Print(c));
    }
}

/// Characters from bytes, wherever the stream is split.
#[derive(Debug, Default)]
pub(crate) struct Utf8 {
    held: [u8; 4],
    count: usize,
}

impl Utf8 {
    /// Takes one byte and tells the characters that are complete; U+FFFD for what is not UTF-8.
    pub(crate) fn push(&mut self, byte: u8, tell: &mut impl FnMut(char)) {
        if let Some(free) = self.held.get_mut(self.count) {
            *free = byte;
            self.count += 1;
        }
        while self.count > 0 {
            let held = self.held.get(..self.count).unwrap_or_default();
            let wrong = match std::str::from_utf8(held) {
                Ok(text) => {
                    text.chars().for_each(&mut *tell);
                    self.count = 0;
                    return;
                }
                Err(error) => error.error_len(),
            };
            let Some(wrong) = wrong else { return };
            tell(char::REPLACEMENT_CHARACTER);
            let wrong = wrong.clamp(1, self.count);
            self.held.copy_within(wrong..self.count, 0);
            self.count -= wrong;
        }
    }

    /// No more bytes of this character come.
    pub(crate) fn finish(&mut self, tell: &mut impl FnMut(char)) {
        if std::mem::take(&mut self.count) > 0 {
            tell(char::REPLACEMENT_CHARACTER);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn told(bytes: &[u8]) -> Vec<String> {
        let mut told = Vec::new();
        let mut scanner = Scanner::new();
        scanner.scan(bytes, &mut |token| told.push(format!("{token:?}")));
        scanner.finish(&mut |token| told.push(format!("{token:?}")));
        told
    }

    fn text(bytes: &[u8]) -> String {
        let mut text = String::new();
        let mut scanner = Scanner::new();
        let mut tell = |token: Token<'_>| {
            if let Token::Print(c) = token {
                text.push(c);
            }
        };
        scanner.scan(bytes, &mut tell);
        scanner.finish(&mut tell);
        text
    }

    #[test]
    fn a_stream_is_taken_apart() {
        assert_eq!(
            told(b"a\x1b[1;31mb\r\x1b(0\x1b7"),
            [
                "Print('a')",
                "Sequence([49, 59, 51, 49], 109)",
                "Print('b')",
                "Control(13)",
                "Escape(Some(40), 48)",
                "Escape(None, 55)"
            ]
        );
    }

    #[test]
    fn strings_are_passed_over_however_they_end() {
        for string in [
            "\u{1b}]0;title\u{7}",
            "\u{1b}]52;c;aGk=\u{1b}\\",
            "\u{1b}P1$r0m\u{1b}\\",
            "\u{1b}_Gf=1\u{1b}\\",
            "\u{1b}^pm\u{18}",
            "\u{1b}Xsos\u{1a}",
            "\u{1b}]0;broken off\u{1b}[0m",
        ] {
            assert_eq!(text(format!("a{string}b").as_bytes()), "ab", "{string:?}");
        }
    }

    #[test]
    fn a_string_that_never_ends_hides_only_so_much() {
        let mut bytes = b"\x1b]0;".to_vec();
        bytes.extend(vec![b'x'; 100_000]);
        bytes.extend(b"rm -rf /");
        assert!(text(&bytes).ends_with("rm -rf /"));
    }

    #[test]
    fn what_is_not_utf_8_is_seen_as_broken() {
        assert_eq!(text("半田".as_bytes()), "半田");
        assert_eq!(text(b"\xe5\x8d"), "\u{fffd}");
        assert_eq!(text(b"\xe5\x8dx"), "\u{fffd}x");
        assert_eq!(text(b"\x9b31m"), "\u{fffd}31m");
        assert_eq!(text("\u{9b}31m".as_bytes()), "31m");
        assert_eq!(text(b"\xff\xe5\x8d\x8a"), "\u{fffd}半");
    }

    proptest! {
        #[test]
        fn text_is_what_the_standard_library_makes_of_it(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            let expected: String = String::from_utf8_lossy(&bytes).into_owned();
            let mut text = String::new();
            let mut utf8 = Utf8::default();
            bytes.iter().for_each(|byte| utf8.push(*byte, &mut |c| text.push(c)));
            utf8.finish(&mut |c| text.push(c));
            prop_assert_eq!(text, expected);
        }
    }
}
