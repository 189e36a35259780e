//! Telnet (RFC 854), as old consoles speak it: the gateway's end, a client.
//!
//! Commands of the console are taken out of what it sends and answered; what is left is what its terminal shows. What
//! is typed goes the other way with its `IAC` doubled. Bytes above 127 pass as they are, either way: consoles in
//! Japan show EUC-JP and Shift_JIS.
//!
//! # What is agreed on
//!
//! | option | number | the console | the gateway |
//! |---|---|---|---|
//! | BINARY (RFC 856) | 0 | may | may, if asked |
//! | ECHO (RFC 857) | 1 | may, and is asked to | never |
//! | SUPPRESS-GO-AHEAD (RFC 858) | 3 | may, and is asked to | may, and offers it |
//! | TERMINAL-TYPE (RFC 1091) | 24 | never | may, if asked: [`TERMINAL`], whatever the engineer's is |
//! | NAWS (RFC 1073) | 31 | never | may, and offers it |
//! | everything else | | never | never |
//!
//! "Everything else" holds what would tell a console of the engineer's computer, or let it reach there: NEW-ENVIRON
//! (39) and its elder (36), X-DISPLAY-LOCATION (35), TERMINAL-SPEED (32), AUTHENTICATION (37), ENCRYPT (38),
//! LINEMODE (34), SEND-LOCATION (23), COM-PORT-OPTION (44). Each is refused when it is asked for, and what it says all
//! the same in a subnegotiation is not looked at.
//!
//! # No loops
//!
//! Options are kept by the Q method (RFC 1143) without its queue, which is for who changes their mind: a gateway wants
//! the same from the beginning to the end. Only what changes something is answered, and a refusal is answered by
//! nothing. So an answer is a few bytes for each question, and two ends that refuse each other fall silent.
//!
//! # Limits
//!
//! Nothing that is sent is kept but the first [`MAX_SUBNEGOTIATION`] bytes of a subnegotiation; one that is longer is
//! none that is known here, and is passed over to its end.

use option::{Negotiation, Side};

mod option;
#[cfg(test)]
mod tests;

/// What a console is told of the terminal, whatever the engineer's is. Everything that draws a terminal today
/// draws this one, and consoles of the eighties know it.
pub const TERMINAL: &[u8] = b"VT100";

/// The longest subnegotiation that is known here is the question for the terminal: two bytes.
pub const MAX_SUBNEGOTIATION: usize = 16;

const IAC: u8 = 255;
const DONT: u8 = 254;
const DO: u8 = 253;
const WONT: u8 = 252;
const WILL: u8 = 251;
const SB: u8 = 250;
const SE: u8 = 240;
const INTERRUPT: u8 = 244;

const BINARY: u8 = 0;
const ECHO: u8 = 1;
const SUPPRESS_GO_AHEAD: u8 = 3;
const TERMINAL_TYPE: u8 = 24;
const NAWS: u8 = 31;

const IS: u8 = 0;
const SEND: u8 = 1;

const CR: u8 = b'\r';
const LF: u8 = b'\n';
const NUL: u8 = 0;

/// What a piece of a console's bytes came to.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Heard {
    /// What its terminal shows.
    pub shown: Vec<u8>,
    /// What it is answered. To be sent before anything else.
    pub answer: Vec<u8>,
}

/// The gateway's end of a connection to a console.
#[derive(Debug)]
pub struct Telnet {
    at: At,
    options: Negotiation,
    size: (u16, u16),
}

/// Where the last byte left off.
#[derive(Debug)]
enum At {
    Text,
    /// After a carriage return that has been shown.
    Return,
    Command,
    /// After `WILL` and its kin.
    Verb(u8),
    /// In a subnegotiation; longer ones than are known are not kept.
    Sub(Vec<u8>),
    SubCommand(Vec<u8>),
}

impl Telnet {
    /// A connection on which nothing was said, for a terminal of this many columns and rows.
    pub fn new(columns: u16, rows: u16) -> Self {
        Self {
            at: At::Text,
            options: Negotiation::default(),
            size: (columns, rows),
        }
    }

    /// What the gateway says first.
    pub fn begin(&mut self) -> Vec<u8> {
        let mut said = Vec::new();
        said.extend(self.options.want(Side::Theirs, ECHO).into_iter().flatten());
        said.extend(
            self.options
                .want(Side::Theirs, SUPPRESS_GO_AHEAD)
                .into_iter()
                .flatten(),
        );
        said.extend(
            self.options
                .want(Side::Ours, SUPPRESS_GO_AHEAD)
                .into_iter()
                .flatten(),
        );
        said.extend(self.options.want(Side::Ours, NAWS).into_iter().flatten());
        said
    }

    /// Whether the console shows what is typed. If not, whoever types sees it only by us (RFC 857).
    pub fn echoes(&self) -> bool {
        self.options.is_on(Side::Theirs, ECHO)
    }

    /// Reads what came, in any pieces.
    pub fn hear(&mut self, bytes: &[u8]) -> Heard {
        let mut heard = Heard::default();
        for byte in bytes {
            let at = std::mem::replace(&mut self.at, At::Text);
            self.at = self.step(at, *byte, &mut heard);
        }
        heard
    }

    fn step(&mut self, at: At, byte: u8, heard: &mut Heard) -> At {
        match at {
            At::Text => self.text(byte, heard),
            // "CR NUL" is a return alone.
            At::Return if byte == NUL => At::Text,
            At::Return => self.text(byte, heard),
            At::Command => match byte {
                IAC => {
                    heard.shown.push(IAC);
                    At::Text
                }
                DO | DONT | WILL | WONT => At::Verb(byte),
                SB => At::Sub(Vec::new()),
                // Go ahead, are you there, erase …: nothing that a terminal shows, and nothing to be done.
                _ => At::Text,
            },
            At::Verb(verb) => {
                self.agree(verb, byte, heard);
                At::Text
            }
            At::Sub(said) if byte == IAC => At::SubCommand(said),
            At::Sub(said) => At::Sub(with(said, byte)),
            At::SubCommand(said) => match byte {
                IAC => At::Sub(with(said, IAC)),
                SE => {
                    self.told(&said, heard);
                    At::Text
                }
                // No end was sent: what is there is none, and the command stands for itself.
                _ => self.step(At::Command, byte, heard),
            },
        }
    }

    fn text(&self, byte: u8, heard: &mut Heard) -> At {
        if byte == IAC {
            return At::Command;
        }
        heard.shown.push(byte);
        let is_return = byte == CR && !self.options.is_on(Side::Theirs, BINARY);
        if is_return { At::Return } else { At::Text }
    }

    fn agree(&mut self, verb: u8, option: u8, heard: &mut Heard) {
        let (side, yes) = match verb {
            WILL => (Side::Theirs, true),
            WONT => (Side::Theirs, false),
            DO => (Side::Ours, true),
            _ => (Side::Ours, false),
        };
        let was_on = self.options.is_on(side, option);
        let answer = self.options.told(side, option, yes);
        heard.answer.extend(answer.into_iter().flatten());
        let is_on = self.options.is_on(side, option);
        if side == Side::Ours && option == NAWS && is_on && !was_on {
            heard.answer.extend(self.size_said());
        }
    }

    /// What a subnegotiation asks. A console tells nothing in one that a gateway needs.
    fn told(&self, said: &[u8], heard: &mut Heard) {
        if said == [TERMINAL_TYPE, SEND] && self.options.is_on(Side::Ours, TERMINAL_TYPE) {
            heard.answer.extend([IAC, SB, TERMINAL_TYPE, IS]);
            heard.answer.extend(TERMINAL);
            heard.answer.extend([IAC, SE]);
        }
    }

    /// The terminal has another size: what is sent of it, if the console wants to know.
    pub fn resize(&mut self, columns: u16, rows: u16) -> Vec<u8> {
        let changed = self.size != (columns, rows);
        self.size = (columns, rows);
        if changed && self.options.is_on(Side::Ours, NAWS) {
            self.size_said()
        } else {
            Vec::new()
        }
    }

    fn size_said(&self) -> Vec<u8> {
        let mut said = vec![IAC, SB, NAWS];
        let (columns, rows) = self.size;
        for byte in columns.to_be_bytes().into_iter().chain(rows.to_be_bytes()) {
            said.push(byte);
            if byte == IAC {
                said.push(IAC);
            }
        }
        said.extend([IAC, SE]);
        said
    }

    /// What was typed, as it is sent. A return is "CR LF", as RFC 1123 §3.3.1 has it for who presses that key; in
    /// binary it is itself. A line feed that follows a return is part of it.
    pub fn typed(&self, bytes: &[u8]) -> Vec<u8> {
        let binary = self.options.is_on(Side::Ours, BINARY);
        let mut sent = Vec::with_capacity(bytes.len() + 2);
        let mut rest = bytes;
        while let Some((byte, after)) = rest.split_first() {
            rest = after;
            match *byte {
                IAC => sent.extend([IAC, IAC]),
                CR if !binary => {
                    sent.extend([CR, LF]);
                    rest = after.strip_prefix(&[LF]).unwrap_or(after);
                }
                byte => sent.push(byte),
            }
        }
        sent
    }

    /// What is sent where somebody wants to interrupt what runs.
    pub fn interrupt() -> [u8; 2] {
        [IAC, INTERRUPT]
    }
}

/// One more byte of a subnegotiation, as long as it can be one that is known.
fn with(mut said: Vec<u8>, byte: u8) -> Vec<u8> {
    // One byte beyond the longest that is known is enough to be none.
    if said.len() <= MAX_SUBNEGOTIATION {
        said.push(byte);
    }
    said
}

/// Whether what was shown so far ends with this prompt: whatever its case, and without the spaces behind it.
pub fn ends_with_prompt(shown: &[u8], prompt: &str) -> bool {
    let shown = shown.trim_ascii_end();
    let prompt = prompt.trim().as_bytes();
    let tail = shown.len().checked_sub(prompt.len());
    let tail = tail.and_then(|from| shown.get(from..));
    !prompt.is_empty() && tail.is_some_and(|tail| tail.eq_ignore_ascii_case(prompt))
}
