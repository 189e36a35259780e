//! Files by SFTP: what passes between an engineer's client and a target's `sftp-server`.
//!
//! SSH File Transfer Protocol, version 3 (draft-ietf-secsh-filexfer-02), with OpenSSH's extensions.
//! [`Request`] and [`Answer`] are packets; [`Inspector`] is the machine between both sides: it asks
//! before a path is used, counts and hashes content, and refuses so that the client goes on.
//!
//! Both sides are hostile: the engineer's client wants out of the terms, the target wants into the
//! gateway (lesson L33). What either sends is bounded before it is kept.

mod act;
mod answer;
mod call;
mod codec;
mod content;
mod extension;
mod framer;
mod handles;
mod inspector;
mod job;
mod lookup;
mod misbehaviour;
mod outlet;
mod path;
mod reply;
mod request;
mod requests;

pub use act::{Act, Ask, AskId, Change, Direction, HandedOver, Operation, Spend, Verdict, Words};
pub use answer::Answer;
pub use call::{Call, Named};
pub use codec::{
    Attributes, MAX_CONTENT, MAX_EXTENSION, MAX_HANDLE, MAX_PACKET, MAX_PATH, MAX_REQUEST, flags,
    status,
};
pub use inspector::Inspector;
pub use lookup::Lookup;
pub use misbehaviour::Misbehaviour;
pub use path::RemotePath;
pub use reply::Reply;
pub use request::{Plain, Request};

pub(crate) use content::digest;

/// The version that is spoken: the one that every server in use speaks.
pub const VERSION: u32 = 3;
