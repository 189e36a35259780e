//! Version 1 of the HTTP API.
//!
//! A call is answered with 200 and the named answer, with 403 and [`crate::Refused`], or with another
//! status and [`crate::Problem`]. The token of the sign-in goes into `Authorization: Bearer …`; on the
//! engineers' name it is bound to the device of the connection. Paths are in [`paths`], where `{number}`
//! is the number of an id: the site is the listener's own.

mod alerts;
mod attestation;
mod certificates;
mod database;
mod decoys;
mod desktop;
mod emergency_accounts;
mod evidence;
mod files;
mod incidents;
mod inspection;
mod notify;
pub mod paths;
mod reach;
mod registry;
mod relays;
mod reports;
mod response;
mod reviews;
mod risks;
mod rotation;
mod rotation_way;
mod search;
mod secrets;
mod ssh;
mod status;
mod telnet;
mod upgrade;
mod visit_accounts;
mod visits;
mod watch;
mod web;

pub use alerts::*;
pub use attestation::*;
pub use certificates::*;
pub use database::*;
pub use decoys::*;
pub use desktop::*;
pub use emergency_accounts::*;
pub use evidence::*;
pub use files::*;
pub use incidents::*;
pub use inspection::*;
pub use notify::*;
pub use reach::*;
pub use registry::*;
pub use relays::*;
pub use reports::*;
pub use response::*;
pub use reviews::*;
pub use risks::*;
pub use rotation::*;
pub use rotation_way::*;
pub use search::*;
pub use secrets::*;
pub use ssh::*;
pub use status::*;
pub use telnet::*;
pub use upgrade::*;
pub use visit_accounts::*;
pub use visits::*;
pub use watch::*;
pub use web::*;

/// The longest body of a request, in bytes: a work plan or report of 4 MiB in base64, and its form.
pub const MAX_BODY: usize = 6 * 1024 * 1024;
/// The longest body before sign-in: a login name, a passphrase, a code. Strangers get no more room.
pub const MAX_BODY_BEFORE_SIGN_IN: usize = 4 * 1024;
/// The longest line of text (a name, a phone number, a label), in bytes.
pub const MAX_LINE: usize = 256;
/// The longest free text (a purpose, a reason), in bytes: a page of Japanese (lesson L24).
pub const MAX_TEXT: usize = 4 * 1024;
/// The largest file sent along (a plan, a report), in bytes.
pub const MAX_FILE: usize = 4 * 1024 * 1024;
/// The longest list in one request (prefixes, vendors of a target, links of the night chain).
pub const MAX_LIST: usize = 64;

#[cfg(test)]
mod tests;
