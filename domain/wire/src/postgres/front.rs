//! What an engineer's program says, as far as it is noted. Read from the beginning of a message, which
//! may be all that is kept of it.

use super::read::{Fields, cut, lossy};
pub(super) use crate::statements::MAX_STATEMENT;
use crate::statements::{MAX_PARAMETERS, MOST_PARAMETERS};

/// What a server keeps of the name of a statement or portal, in bytes (`NAMEDATALEN`): what stands behind it
/// tells no two apart there, so it must not here.
const MAX_NAME: usize = 63;

/// A statement's text, and whether that is all of it.
pub(super) fn statement(fields: &mut Fields<'_>) -> (String, bool) {
    let (text, ended) = fields.text_or_rest();
    let (text, whole) = cut(lossy(text), MAX_STATEMENT);
    (text, whole && ended)
}

fn name(fields: &mut Fields<'_>) -> Vec<u8> {
    let (name, _) = fields.text_or_rest();
    name.get(..MAX_NAME).unwrap_or(name).to_vec()
}

/// A statement to prepare.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parsed {
    /// Its name as servers keep it; empty for the one without a name.
    pub name: Vec<u8>,
    /// Its text.
    pub text: String,
    /// Whether that is all of it.
    pub whole: bool,
}

impl Parsed {
    /// From the beginning of the message's body.
    pub fn read(body: &[u8]) -> Self {
        let mut fields = Fields(body);
        let name = name(&mut fields);
        let (text, whole) = statement(&mut fields);
        Self { name, text, whole }
    }
}

/// Parameters for a prepared statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bound {
    /// The portal that they make.
    pub portal: Vec<u8>,
    /// The statement's name.
    pub statement: Vec<u8>,
    /// The parameters: what was sent as text, or its bytes in hexadecimal after `\x`; nothing for null.
    pub parameters: Vec<Option<String>>,
    /// How many more there are.
    pub more: u32,
}

impl Bound {
    /// From the beginning of the message's body.
    pub fn read(body: &[u8]) -> Self {
        let mut fields = Fields(body);
        let mut bound = Self {
            portal: name(&mut fields),
            statement: name(&mut fields),
            parameters: Vec::new(),
            more: 0,
        };
        let formats: Vec<u16> = (0..fields.u16().unwrap_or(0))
            .map_while(|_| fields.u16())
            .collect();
        let count = fields.u16().unwrap_or(0);
        let mut room = MAX_PARAMETERS;
        for number in 0..count {
            let format = match formats.as_slice() {
                [] => 0,
                [all] => *all,
                each => each.get(usize::from(number)).copied().unwrap_or(0),
            };
            let Some(read) = parameter(&mut fields, format) else {
                bound.more = u32::from(count - number);
                break;
            };
            let length = read.as_ref().map_or(0, String::len);
            if bound.parameters.len() >= MOST_PARAMETERS || length > room {
                bound.more = u32::from(count - number);
                break;
            }
            room -= length;
            bound.parameters.push(read);
        }
        bound
    }
}

fn parameter(fields: &mut Fields<'_>, format: u16) -> Option<Option<String>> {
    let length = fields.u32()?;
    if length == u32::MAX {
        return Some(None);
    }
    let value = fields.take(usize::try_from(length).unwrap_or(usize::MAX));
    if u32::try_from(value.len()) != Ok(length) {
        return None;
    }
    Some(Some(match format {
        0 => lossy(value),
        _ => format!(
            "\\x{}",
            data_encoding::HEXLOWER.encode(value.get(..MAX_PARAMETERS).unwrap_or(value))
        ),
    }))
}

/// In which forms a portal gives its columns; nothing if that was not kept.
pub(super) fn result_formats(bind: &[u8]) -> Option<Vec<u16>> {
    let mut fields = Fields(bind);
    fields.text()?;
    fields.text()?;
    for _ in 0..fields.u16()? {
        fields.u16()?;
    }
    for _ in 0..fields.u16()? {
        let length = fields.u32()?;
        if length != u32::MAX {
            let length = usize::try_from(length).ok()?;
            (fields.take(length).len() == length).then_some(())?;
        }
    }
    (0..fields.u16()?).map(|_| fields.u16()).collect()
}

/// A portal to run.
pub(super) fn executed(body: &[u8]) -> Vec<u8> {
    name(&mut Fields(body))
}

/// What is to be forgotten: whether it is a statement, and its name.
pub(super) fn closed(body: &[u8]) -> (bool, Vec<u8>) {
    let mut fields = Fields(body);
    let statement = fields.u8() == Some(b'S');
    (statement, name(&mut fields))
}

/// A function's number.
pub(super) fn called(body: &[u8]) -> u32 {
    Fields(body).u32().unwrap_or(0)
}
