//! What a server says, as far as the gateway reads it.

use super::Misbehaviour;
use super::read::{Fields, cut, lossy};
use super::startup::CancelKey;
pub use crate::statements::Failure;
use crate::statements::MAX_SENTENCE;

/// The most ways of signing in that a server may offer.
const MOST_MECHANISMS: usize = 16;

/// What a server asks for while signing in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Authentication {
    /// Nothing more.
    Ok,
    /// The password in the clear.
    Password,
    /// A digest of the password with these four bytes.
    Md5([u8; 4]),
    /// One of these mechanisms.
    Sasl(Vec<String>),
    /// The mechanism goes on.
    SaslContinue(Vec<u8>),
    /// The mechanism's last word.
    SaslFinal(Vec<u8>),
    /// Something that is not spoken here, by its number.
    Other(u32),
}

/// Reads an authentication message's body.
///
/// # Errors
/// If it is not one.
pub fn authentication(body: &[u8]) -> Result<Authentication, Misbehaviour> {
    let mut fields = Fields(body);
    let malformed = Misbehaviour::Malformed {
        field: "authentication",
    };
    Ok(match fields.u32().ok_or(malformed.clone())? {
        0 => Authentication::Ok,
        3 => Authentication::Password,
        5 => {
            let salt = fields.0.try_into().map_err(|_| malformed)?;
            Authentication::Md5(salt)
        }
        10 => {
            let mut mechanisms = Vec::new();
            while let Some(name) = fields.text().filter(|name| !name.is_empty()) {
                if mechanisms.len() < MOST_MECHANISMS {
                    mechanisms.push(lossy(name));
                }
            }
            Authentication::Sasl(mechanisms)
        }
        11 => Authentication::SaslContinue(fields.0.to_vec()),
        12 => Authentication::SaslFinal(fields.0.to_vec()),
        other => Authentication::Other(other),
    })
}

/// By what the target's statements are cancelled.
pub fn own_key(body: &[u8]) -> Option<CancelKey> {
    let mut fields = Fields(body);
    let process = fields.u32()?;
    (4..=256).contains(&fields.0.len()).then(|| CancelKey {
        process,
        secret: fields.0.to_vec(),
    })
}

/// The name and the value of a parameter.
pub fn parameter(body: &[u8]) -> Option<(String, String)> {
    let mut fields = Fields(body);
    Some((lossy(fields.text()?), lossy(fields.text()?)))
}

/// The first column of a row, if it is not null.
pub fn first_column(body: &[u8]) -> Option<&[u8]> {
    let mut fields = Fields(body);
    fields.u16().filter(|columns| *columns > 0)?;
    let length = fields.u32().filter(|length| *length != u32::MAX)?;
    fields.0.get(..usize::try_from(length).ok()?)
}

impl Failure {
    /// Reads the body of an error. What is not there is empty.
    pub fn read(body: &[u8]) -> Self {
        let mut fields = Fields(body);
        let mut read = Self::default();
        let mut shown = String::new();
        let mut program = String::new();
        while let Some(kind) = fields.u8().filter(|kind| *kind != 0) {
            let (value, _) = fields.text_or_rest();
            match kind {
                b'C' => read.code = cut(lossy(value), 5).0,
                b'M' => read.message = cut(lossy(value), MAX_SENTENCE).0,
                b'S' => shown = cut(lossy(value), 16).0,
                b'V' => program = cut(lossy(value), 16).0,
                _ => {}
            }
        }
        // Servers before 9.6 say it in their language alone.
        let severity = if program.is_empty() { shown } else { program };
        read.fatal = matches!(severity.as_str(), "FATAL" | "PANIC");
        read
    }
}

/// A command's tag.
pub(super) fn tag(body: &[u8]) -> String {
    cut(lossy(Fields(body).text_or_rest().0), 64).0
}

/// A column of a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Described {
    /// The object identifier of the table that it comes from unchanged; 0 for what was computed.
    pub(super) table: u32,
    /// Its number in that table.
    pub(super) number: u16,
    /// The object identifier of its type.
    pub(super) kind: u32,
    /// 0: text.
    pub(super) format: u16,
}

/// The columns of a result; nothing if that is not all of them.
pub(super) fn described(body: &[u8]) -> Option<Vec<Described>> {
    let mut fields = Fields(body);
    let count = fields.u16()?;
    let column = |_| {
        fields.text()?;
        let (table, number, kind) = (fields.u32()?, fields.u16()?, fields.u32()?);
        let (_length, _modifier) = (fields.u16()?, fields.u32()?);
        let format = fields.u16()?;
        Some(Described {
            table,
            number,
            kind,
            format,
        })
    };
    (0..count).map(column).collect()
}

/// The columns of a row with these places (rising): nothing for null. Ends where the row does.
pub(super) fn columns_of(
    body: &[u8],
    places: impl Iterator<Item = u16>,
) -> impl Iterator<Item = Option<&[u8]>> {
    let mut fields = Fields(body);
    let mut left = fields.u16().unwrap_or(0);
    let mut at = 0;
    let mut next = move || {
        left = left.checked_sub(1)?;
        let length = fields.u32()?;
        if length == u32::MAX {
            return Some(None);
        }
        let value = fields.take(usize::try_from(length).ok()?);
        (u32::try_from(value.len()) == Ok(length)).then_some(Some(value))
    };
    places.map_while(move |place| {
        while at < place {
            next()?;
            at += 1;
        }
        at += 1;
        next()
    })
}
