//! Messages to people: mail by SMTP, webhooks by HTTP.
//!
//! Trusted to: speak to the server that an operator named and to no other, in TLS whose certificate
//! counts, within a time and a size; follow no redirect; keep what a server says away from everybody but
//! the log. Not trusted to: decide who is told what (`access`), know a secret for longer than a message,
//! or make TLS for webhooks: the stream comes from `tunnel`. Mail brings its own TLS, of the same provider
//! (decision 0022).

mod failed;
pub mod mail;
mod message;
mod presets;
mod roots;
pub mod signature;
pub mod webhook;

pub use failed::Failed;
pub use message::Message;
pub use presets::body;
pub use roots::platform_roots;
