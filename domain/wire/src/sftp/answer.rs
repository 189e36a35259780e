//! What a target answers.

use super::Misbehaviour;
use super::codec::{Fields, MAX_CONTENT, MAX_EXTENSION, MAX_PACKET, MAX_PATH, framed, kind};
use super::request::handle;
use crate::frame::Decoding;

/// One packet of a server (draft, sections 4 and 7). Names of a directory, attributes and answers
/// of extensions are the engineer's client's to read: they stay as they came.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(
    missing_docs,
    reason = "the fields are named and specified by the draft"
)]
pub enum Answer<'a> {
    /// The version that will be spoken, and what the server offers beyond it.
    Version {
        version: u32,
        extensions: Vec<(&'a [u8], &'a [u8])>,
    },
    /// Done, or why not; `rest` is the sentence and its language.
    Status { id: u32, code: u32, rest: &'a [u8] },
    /// What was opened.
    Handle { id: u32, handle: &'a [u8] },
    /// Content of a file.
    Data { id: u32, content: &'a [u8] },
    /// Names.
    Name { id: u32, rest: &'a [u8] },
    /// Attributes.
    Attrs { id: u32, rest: &'a [u8] },
    /// The answer to an extended request.
    Extended { id: u32, rest: &'a [u8] },
}

impl<'a> Answer<'a> {
    /// Reads one answer from the beginning of `bytes`, its length first. Total: never panics,
    /// keeps nothing.
    ///
    /// # Errors
    /// What the server did wrong.
    pub fn decode(bytes: &'a [u8]) -> Result<Decoding<Self>, Misbehaviour> {
        framed(bytes, Self::read)
    }

    /// Reads a whole packet, without its length.
    pub(super) fn read(packet: &'a [u8]) -> Result<Self, Misbehaviour> {
        let mut fields = Fields::of(packet);
        let kind = fields.u8("type")?;
        let id = fields.u32("id")?;
        let answer = match kind {
            kind::VERSION => Self::Version {
                version: id,
                extensions: extensions(&mut fields)?,
            },
            kind::STATUS => Self::Status {
                id,
                code: fields.u32("code")?,
                rest: fields.rest(),
            },
            kind::HANDLE => Self::Handle {
                id,
                handle: handle(&mut fields)?,
            },
            kind::DATA => Self::Data {
                id,
                content: fields.string("content", MAX_CONTENT)?,
            },
            kind::NAME => Self::Name {
                id,
                rest: fields.rest(),
            },
            kind::ATTRS => Self::Attrs {
                id,
                rest: fields.rest(),
            },
            kind::EXTENDED_REPLY => Self::Extended {
                id,
                rest: fields.rest(),
            },
            kind => return Err(Misbehaviour::PacketUnknown { kind }),
        };
        fields.end()?;
        Ok(answer)
    }

    /// The code of a status.
    pub(super) fn code(&self) -> Option<u32> {
        match self {
            Self::Status { code, .. } => Some(*code),
            Self::Version { .. }
            | Self::Handle { .. }
            | Self::Data { .. }
            | Self::Name { .. }
            | Self::Attrs { .. }
            | Self::Extended { .. } => None,
        }
    }

    /// The request that it answers; a version answers none.
    pub(super) fn id(&self) -> Option<u32> {
        match *self {
            Self::Version { .. } => None,
            Self::Status { id, .. }
            | Self::Handle { id, .. }
            | Self::Data { id, .. }
            | Self::Name { id, .. }
            | Self::Attrs { id, .. }
            | Self::Extended { id, .. } => Some(id),
        }
    }
}

/// The names of extensions, each with its data.
type Extensions<'a> = Vec<(&'a [u8], &'a [u8])>;

fn extensions<'a>(fields: &mut Fields<'a>) -> Result<Extensions<'a>, Misbehaviour> {
    let mut found = Vec::new();
    while fields.end().is_err() {
        let name = fields.string("extension", MAX_EXTENSION)?;
        found.push((name, fields.string("extension", MAX_PACKET)?));
    }
    Ok(found)
}

/// The one name in the answer to a REALPATH.
pub(super) fn only_name(rest: &[u8]) -> Result<&[u8], Misbehaviour> {
    let mut fields = Fields::of(rest);
    if fields.u32("count")? != 1 {
        return Err(Misbehaviour::Malformed { field: "count" });
    }
    // What follows, a line as of `ls -l` and attributes, means nothing here (draft, 6.11).
    fields.string("path", MAX_PATH)
}
