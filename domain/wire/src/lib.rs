//! Bytes to messages and back: client, join and relay protocol, invitations, API types.
//!
//! Everything that a peer can send is decoded here, by functions that are total: they answer with a
//! message, with how many bytes are still needed, or with the misbehaviour by name. Nothing here
//! knows a socket; limits are looked at before anything is allocated for what a peer announced.

pub mod api;
pub mod invitation;
pub mod join;
pub mod multipart;
pub mod mysql;
pub mod postgres;
pub mod rdp;
pub mod relay;
pub mod rfb;
pub mod scp;
pub mod session;
pub mod sftp;
pub mod statements;
pub mod telnet;
pub mod terminal;
pub mod web;
pub mod websocket;

mod frame;
mod misbehaviour;
mod said;
mod secret;

pub use frame::{Decoding, MAX_FRAME, Message, NotEncodable, VERSION, decode, encode};
pub use invitation::{Invitation, InvitationError, Purpose};
pub use misbehaviour::Misbehaviour;
pub use said::{Problem, Refused, Said};
pub use secret::{Bytes, Secret, SecretBytes};

/// The application protocols (ALPN, RFC 7301) that a site's listener and a relay speak.
pub mod alpn {
    /// One session: [`crate::session`], then raw bytes. Needs a device certificate.
    pub const SESSION: &[u8] = b"sekisho/1";
    /// Accepting an invitation: [`crate::join`].
    pub const JOIN: &[u8] = b"sekisho-join/1";
    /// The HTTP API, asked by our own client: HTTP/1.1, [`crate::api`]. At the engineers' name it needs
    /// a device certificate.
    pub const API: &[u8] = b"sekisho-http/1";
    /// HTTP/1.1 as browsers ask for it. Nobody is asked for a certificate.
    pub const HTTP: &[u8] = b"http/1.1";
    /// An authority's question whether a name is ours (RFC 8737).
    pub const ACME: &[u8] = b"acme-tls/1";
    /// A gateway's control connection to its relay: [`crate::relay`].
    pub const RELAY: &[u8] = b"sekisho-relay/1";
    /// A gateway's data connection to its relay, wrapped in TLS: [`crate::relay::data`].
    pub const RELAY_DATA: &[u8] = b"sekisho-relay-data/1";
}
