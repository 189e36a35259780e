//! The ledger for collectors of others: RFC 5424 with structured data or CEF, framed as RFC 5425 says.
//!
//! Trusted to: show of an entry what the entry shows and nothing beside it; let no value end its field or
//! its message; say "handed over" of nothing that the collector may not have read. Not trusted to: make TLS
//! (the stream comes from `tunnel`), read the ledger or keep the cursor (`engine`).

mod cef;
mod importance;
mod message;
mod sender;
mod structured;

pub use importance::{Facility, Severity, importance};
pub use message::{Form, LONGEST_FRAME, Line, Style, frame};
pub use sender::{NotHandedOver, Sender};
