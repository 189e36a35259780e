//! Frames: a length of four bytes, big-endian, then one JSON object with its version in `v`.
//!
//! The frame is the only thing that is read before its sender is known to speak our language, so its
//! limit is looked at before a byte of it is kept.

use std::fmt;

use serde::de::{DeserializeOwned, Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::misbehaviour::Misbehaviour;

/// The longest content of a frame, in bytes, unless its message says otherwise. The largest message is `Joined` with two certificates,
/// two verifier keys and a checkpoint with cosignatures, about 6 KiB; so much may one peer who has
/// said nothing yet make us hold.
pub const MAX_FRAME: usize = 16 * 1024;

/// The version of both protocols that we speak.
pub const VERSION: u64 = 1;

/// Bytes of the length before the content.
const LENGTH: usize = 4;

/// A message of one of the framed protocols.
pub trait Message: Serialize + DeserializeOwned + sealed::Sealed {
    /// Its name in a [`Misbehaviour`].
    const NAME: &'static str;

    /// The longest content of its frame, in bytes.
    const MOST: usize = MAX_FRAME;

    /// Looks at the limits of every field.
    ///
    /// # Errors
    /// The first field that is beyond its limit.
    fn check(&self) -> Result<(), Misbehaviour>;
}

pub(crate) mod sealed {
    /// Messages are written in this crate only.
    pub trait Sealed {}
}

/// What a decoder found at the beginning of the bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decoding<M> {
    /// A whole message.
    Complete {
        /// The message.
        message: M,
        /// How many bytes it took: what follows belongs to whatever comes next.
        used: usize,
    },
    /// The message is not whole yet.
    Needs(
        /// How many bytes are missing, at least 1. Never more than [`Message::MOST`] and the length.
        usize,
    ),
}

/// One of our own messages breaks our own limits.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotEncodable {
    /// A field is beyond its limit.
    #[error(transparent)]
    Field(#[from] Misbehaviour),
    /// The whole is longer than a frame.
    #[error("the message would take {0} bytes, more than a frame")]
    TooLong(usize),
    /// It is not an object in JSON.
    #[error("the message is not an object")]
    NotAnObject,
}

/// Writes `message` as one frame.
///
/// # Errors
/// If it breaks a limit that the other side would enforce.
pub fn encode<M: Message>(message: &M) -> Result<Vec<u8>, NotEncodable> {
    message.check()?;
    let Ok(Value::Object(mut members)) = serde_json::to_value(message) else {
        return Err(NotEncodable::NotAnObject);
    };
    members.insert("v".to_owned(), VERSION.into());
    let content = Value::Object(members).to_string().into_bytes();
    let length = u32::try_from(content.len())
        .ok()
        .filter(|_| content.len() <= M::MOST)
        .ok_or(NotEncodable::TooLong(content.len()))?;
    let mut frame = Vec::with_capacity(LENGTH + content.len());
    frame.extend_from_slice(&length.to_be_bytes());
    frame.extend_from_slice(&content);
    Ok(frame)
}

/// Reads one message from the beginning of `bytes`. Total: never panics, keeps nothing.
///
/// # Errors
/// What the peer did wrong.
pub fn decode<M: Message>(bytes: &[u8]) -> Result<Decoding<M>, Misbehaviour> {
    let Some((length, rest)) = bytes.split_first_chunk::<LENGTH>() else {
        return Ok(Decoding::Needs(LENGTH - bytes.len()));
    };
    let announced = u32::from_be_bytes(*length);
    let length = usize::try_from(announced).unwrap_or(usize::MAX);
    if length == 0 {
        return Err(Misbehaviour::FrameEmpty);
    }
    if length > M::MOST {
        return Err(Misbehaviour::FrameTooLong {
            announced,
            most: M::MOST,
        });
    }
    let Some(content) = rest.get(..length) else {
        return Ok(Decoding::Needs(length - rest.len()));
    };
    Ok(Decoding::Complete {
        message: read(content)?,
        used: LENGTH + length,
    })
}

fn read<M: Message>(content: &[u8]) -> Result<M, Misbehaviour> {
    let mut members = read_members(content)?;
    match members.remove("v") {
        None => return Err(Misbehaviour::VersionMissing),
        Some(version) if version.as_u64() == Some(VERSION) => {}
        Some(version) => {
            return Err(Misbehaviour::VersionUnknown {
                offered: shortened(&version.to_string(), 20),
                spoken: VERSION,
            });
        }
    }
    let message: M = serde_json::from_value(Value::Object(members)).map_err(|problem| {
        Misbehaviour::NotThisMessage {
            expected: M::NAME,
            detail: without_values(&problem),
        }
    })?;
    message.check()?;
    Ok(message)
}

/// What serde complains about, without the peer's words: a value that it quotes can be a secret.
fn without_values(problem: &serde_json::Error) -> &'static str {
    let text = problem.to_string();
    [
        "missing field",
        "unknown field",
        "unknown variant",
        "invalid type",
        "invalid value",
    ]
    .into_iter()
    .find(|kind| text.starts_with(kind))
    .unwrap_or("a field that is not well formed")
}

fn shortened(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

fn read_members(content: &[u8]) -> Result<Map<String, Value>, Misbehaviour> {
    match serde_json::from_slice::<Members>(content) {
        Ok(Members(Ok(members))) => Ok(members),
        Ok(Members(Err(name))) => Err(Misbehaviour::DuplicateMember {
            name: shortened(&name, 64),
        }),
        Err(problem) if problem.is_data() => Err(Misbehaviour::NotAnObject),
        Err(_) => Err(Misbehaviour::NotJson),
    }
}

/// The members of an object, or the first name that stands twice.
struct Members(Result<Map<String, Value>, String>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Members, A::Error> {
        let mut members = Map::new();
        let mut twice = None;
        while let Some((name, value)) = access.next_entry::<String, Value>()? {
            if members.insert(name.clone(), value).is_some() {
                twice = twice.or(Some(name));
            }
        }
        Ok(Members(twice.map_or(Ok(members), Err)))
    }
}

#[cfg(test)]
mod tests;
