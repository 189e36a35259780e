//! The terminal or desktop in the page: what passes between an engineer's browser and the gateway.
//!
//! One message is one WebSocket message ([`crate::websocket`]): a byte that names it, then its fields,
//! integers big-endian. The browser's first is [`FromPage::Hello`], with a ticket that is good once: it
//! stands here and never in an address (lesson L36). Output is counted: the gateway says with which
//! byte of it a line begins ([`ToPage::Welcome`]), the page how far it has shown it
//! ([`FromPage::Shown`]); so little is under way, and after a lost line nothing is missing or twice.
//!
//! At a desktop, output is RFB as a server says it, in pieces that may be cut anywhere, and each line begins
//! with the whole picture; input is what [`crate::rfb::Done`] reads; a paste is a text for the desktop's
//! clipboard; and a size is counted in tiles of [`DESKTOP_TILE`] pixels.

mod fields;

use self::fields::Fields;
use crate::misbehaviour::Misbehaviour;

/// The longest message of a page: a paste is cut into pieces of [`MOST_INPUT`].
pub const MOST_FROM_PAGE: usize = 3 + MOST_INPUT;

/// Bytes of input in one message.
pub const MOST_INPUT: usize = 16 * 1024;

/// Bytes of output in one message: what a screen shows several times over, and little enough that a key
/// that was pressed meanwhile is not felt to wait.
pub const MOST_OUTPUT: usize = 32 * 1024;

/// Bytes of a ticket, and of the number that a page gives itself.
pub const TICKET: usize = 32;

/// Characters across and down that a terminal may have: what a wall of screens shows.
pub const MOST_CELLS: u16 = 1000;

/// The side of what a desktop's size is counted in, in pixels.
pub const DESKTOP_TILE: u16 = 16;

/// Bytes of a sentence.
pub const MOST_TEXT: usize = 4096;

/// The size of a terminal in characters, each at least 1 and at most [`MOST_CELLS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cells {
    /// Across.
    pub columns: u16,
    /// Down.
    pub rows: u16,
}

impl Cells {
    fn read(fields: &mut Fields<'_>) -> Result<Self, Misbehaviour> {
        let (columns, rows) = (fields.u16("columns")?, fields.u16("rows")?);
        for (field, cells) in [("columns", columns), ("rows", rows)] {
            if cells == 0 {
                return Err(Misbehaviour::FieldEmpty { field });
            }
            if cells > MOST_CELLS {
                let most = usize::from(MOST_CELLS);
                return Err(Misbehaviour::FieldTooLong { field, most });
            }
        }
        Ok(Self { columns, rows })
    }
}

/// What a page says.
#[derive(Clone, PartialEq, Eq)]
pub enum FromPage {
    /// First, and once.
    Hello(Hello),
    /// What was typed: 1 to [`MOST_INPUT`] bytes.
    Input(Vec<u8>),
    /// What was pasted, or a piece of it: 1 to [`MOST_INPUT`] bytes. Whether the visit takes it is
    /// decided at the gateway, for the bytes that came.
    Paste {
        /// The bytes, without the signs around them.
        bytes: Vec<u8>,
        /// Whether the program asked to be told where a paste begins and ends (bracketed paste).
        bracketed: bool,
        /// Whether another piece of the same paste follows.
        more: bool,
    },
    /// The terminal has another size.
    Resize(Cells),
    /// So many bytes of output were shown, counted from the session's first.
    Shown(u64),
    /// The engineer is done: the session ends.
    Leave,
}

/// The first message of a page.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Hello {
    /// Good once, for one sign-in and one visit.
    pub ticket: [u8; TICKET],
    /// The page's own number: the same after a lost line, another in every tab and after a reload.
    pub page: [u8; TICKET],
    /// How much output this page has shown already.
    pub shown: u64,
    /// Its size.
    pub cells: Cells,
    /// Whether it takes the terminal over from another tab: the engineer was asked.
    pub take_over: bool,
}

/// Hides ticket and input: passwords are typed here.
impl std::fmt::Debug for FromPage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Hello(hello) => write!(f, "Hello({}, {:?})", hello.shown, hello.cells),
            Self::Input(bytes) => write!(f, "Input({})", bytes.len()),
            Self::Paste { bytes, .. } => write!(f, "Paste({})", bytes.len()),
            Self::Resize(cells) => write!(f, "Resize({cells:?})"),
            Self::Shown(bytes) => write!(f, "Shown({bytes})"),
            Self::Leave => f.write_str("Leave"),
        }
    }
}

/// What the gateway says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ToPage {
    /// The line stands.
    Welcome {
        /// The session's number at its site.
        session: u64,
        /// How many bytes of output came before the next.
        from: u64,
        /// Up to which byte what follows is a repetition: programs that ask the terminal something in
        /// it were answered then.
        fresh: u64,
    },
    /// Output, at most [`MOST_OUTPUT`] bytes.
    Output(Vec<u8>),
    /// How the session stands.
    State {
        /// Seconds until it ends.
        left: u32,
        /// Whether anything passes.
        passing: Passing,
    },
    /// A sentence for the engineer, beside the screen: what they pasted was not typed, and why.
    Said(String),
    /// The line is over, and why; the last message.
    Over {
        /// Why.
        why: Over,
        /// The sentence for the engineer.
        text: String,
    },
}

/// Whether anything passes in a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Passing {
    /// Yes.
    Yes,
    /// No: a person of the hospital paused it.
    Paused,
    /// No: it waits for its attendant.
    AwaitingAttendant,
}

/// Why a line is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Over {
    /// The session ended.
    Ended,
    /// It was not opened.
    Refused,
    /// Another tab has it; it may be taken over.
    Elsewhere,
    /// Another tab took it over.
    TakenOver,
    /// The sign-in is over.
    SignedOut,
    /// The ticket is not good, or not any more.
    Ticket,
    /// The page broke the protocol or a limit.
    Misbehaved,
}

const OVERS: [(u8, Over); 7] = [
    (1, Over::Ended),
    (2, Over::Refused),
    (3, Over::Elsewhere),
    (4, Over::TakenOver),
    (5, Over::SignedOut),
    (6, Over::Ticket),
    (7, Over::Misbehaved),
];

const PASSINGS: [(u8, Passing); 3] = [
    (0, Passing::Yes),
    (1, Passing::Paused),
    (2, Passing::AwaitingAttendant),
];

/// What the bytes begin with.
mod name {
    pub(super) const HELLO: u8 = 0x01;
    pub(super) const INPUT: u8 = 0x02;
    pub(super) const RESIZE: u8 = 0x03;
    pub(super) const SHOWN: u8 = 0x04;
    pub(super) const LEAVE: u8 = 0x05;
    pub(super) const PASTE: u8 = 0x06;
    pub(super) const WELCOME: u8 = 0x81;
    pub(super) const OUTPUT: u8 = 0x82;
    pub(super) const STATE: u8 = 0x83;
    pub(super) const OVER: u8 = 0x84;
    pub(super) const SAID: u8 = 0x85;
}

fn not(expected: &'static str, detail: &'static str) -> Misbehaviour {
    Misbehaviour::NotThisMessage { expected, detail }
}

impl FromPage {
    /// Reads one message. Total: never panics.
    ///
    /// # Errors
    /// What is wrong with it, by name.
    pub fn decode(bytes: &[u8]) -> Result<Self, Misbehaviour> {
        let mut fields = Fields(bytes);
        let message = match fields.u8("name")? {
            name::HELLO => Self::Hello(Hello {
                ticket: fields.array("ticket")?,
                page: fields.array("page")?,
                shown: fields.u64("shown")?,
                cells: Cells::read(&mut fields)?,
                take_over: fields.flag("take_over")?,
            }),
            name::INPUT => Self::Input(fields.rest("input", MOST_INPUT)?.to_vec()),
            name::RESIZE => Self::Resize(Cells::read(&mut fields)?),
            name::SHOWN => Self::Shown(fields.u64("shown")?),
            name::LEAVE => Self::Leave,
            name::PASTE => Self::Paste {
                bracketed: fields.flag("bracketed")?,
                more: fields.flag("more")?,
                bytes: fields.rest("paste", MOST_INPUT)?.to_vec(),
            },
            _ => return Err(not("message of a page", "of no known name")),
        };
        fields.end()?;
        Ok(message)
    }

    /// Writes it.
    pub fn encode(&self) -> Vec<u8> {
        match self {
            Self::Hello(hello) => [
                &[name::HELLO][..],
                &hello.ticket,
                &hello.page,
                &hello.shown.to_be_bytes(),
                &hello.cells.columns.to_be_bytes(),
                &hello.cells.rows.to_be_bytes(),
                &[u8::from(hello.take_over)],
            ]
            .concat(),
            Self::Input(bytes) => [&[name::INPUT][..], bytes].concat(),
            Self::Resize(cells) => [
                &[name::RESIZE][..],
                &cells.columns.to_be_bytes(),
                &cells.rows.to_be_bytes(),
            ]
            .concat(),
            Self::Shown(bytes) => [&[name::SHOWN][..], &bytes.to_be_bytes()].concat(),
            Self::Leave => vec![name::LEAVE],
            Self::Paste {
                bytes,
                bracketed,
                more,
            } => {
                let flags = [name::PASTE, u8::from(*bracketed), u8::from(*more)];
                [&flags[..], bytes].concat()
            }
        }
    }
}

impl ToPage {
    /// Reads one message: what a page does, and tests.
    ///
    /// # Errors
    /// What is wrong with it, by name.
    pub fn decode(bytes: &[u8]) -> Result<Self, Misbehaviour> {
        let mut fields = Fields(bytes);
        let message = match fields.u8("name")? {
            name::WELCOME => Self::Welcome {
                session: fields.u64("session")?,
                from: fields.u64("from")?,
                fresh: fields.u64("fresh")?,
            },
            name::OUTPUT => Self::Output(fields.rest("output", MOST_OUTPUT)?.to_vec()),
            name::STATE => Self::State {
                left: u32::from_be_bytes(fields.array("left")?),
                passing: one_of(&PASSINGS, fields.u8("passing")?)?,
            },
            name::OVER => Self::Over {
                why: one_of(&OVERS, fields.u8("why")?)?,
                text: fields.text("over")?,
            },
            name::SAID => Self::Said(fields.text("said")?),
            _ => return Err(not("message to a page", "of no known name")),
        };
        fields.end()?;
        Ok(message)
    }

    /// Writes it. A sentence is cut at [`MOST_TEXT`], between two letters.
    pub fn encode(&self) -> Vec<u8> {
        match self {
            Self::Welcome {
                session,
                from,
                fresh,
            } => [
                &[name::WELCOME][..],
                &session.to_be_bytes(),
                &from.to_be_bytes(),
                &fresh.to_be_bytes(),
            ]
            .concat(),
            Self::Output(bytes) => [&[name::OUTPUT][..], bytes].concat(),
            Self::State { left, passing } => [
                &[name::STATE][..],
                &left.to_be_bytes(),
                &[number_of(&PASSINGS, *passing)],
            ]
            .concat(),
            Self::Over { why, text } => {
                let number = number_of(&OVERS, *why);
                [&[name::OVER, number][..], cut(text).as_bytes()].concat()
            }
            Self::Said(text) => [&[name::SAID][..], cut(text).as_bytes()].concat(),
        }
    }
}

/// A sentence's first [`MOST_TEXT`] bytes, cut between two letters.
fn cut(text: &str) -> &str {
    text.get(..text.floor_char_boundary(MOST_TEXT))
        .unwrap_or_default()
}

fn one_of<T: Copy>(all: &[(u8, T)], number: u8) -> Result<T, Misbehaviour> {
    let found = all.iter().find(|(known, _)| *known == number);
    let (_, value) = found.ok_or_else(|| not("message to a page", "of no known kind"))?;
    Ok(*value)
}

fn number_of<T: Copy + PartialEq>(all: &[(u8, T)], value: T) -> u8 {
    let found = all.iter().find(|(_, known)| *known == value);
    found.map_or(0, |(number, _)| *number)
}

#[cfg(test)]
mod tests;
