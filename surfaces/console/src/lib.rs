//! Where people and programs reach the site over HTTP: the API `/api/v1`, and the console's pages.
//!
//! A handler parses, asks the engine, and says what came of it; it decides nothing. The rules that
//! hold for every endpoint stand in one place each: who is asking ([`Arrival`], and a token proved on
//! that very connection), what of the site they see (`access::Sight`), how a refusal sounds (nothing
//! that the asker may not see exists), and what a stranger may cost (the constants of `body` and
//! `serve`). [`ENDPOINTS`] is the whole of it: the router is built from that table.
//!
//! Beside it, over the same router, stand the pages of the console ([`PAGES`]): the same questions asked of
//! the same functions, shown to people.

mod answer;
mod api;
mod arrival;
mod asker;
mod body;
mod endpoints;
mod keeping;
mod lines;
#[cfg(unix)]
mod local;
mod metrics;
mod pages;
mod reading;
mod serve;
mod terminal;
mod words;

pub use arrival::Arrival;
pub use endpoints::{ENDPOINTS, Endpoint, router, router_with_terminals};
#[cfg(unix)]
pub use local::{LocalSocket, LocalSocketError, serve_local};
pub use metrics::serve_metrics;
pub use pages::{COOKIE, LANGUAGE_COOKIE, PAGE_POLICY, PAGES};
pub use serve::{
    BODY_WITHIN, CONNECTION_LASTS, HEADERS_WITHIN, MOST_HEADER_BYTES, MOST_HEADERS, MOST_REQUESTS,
    MOST_REQUESTS_OF_A_STRANGER, serve_connection, serve_with_terminals,
};
pub use terminal::{Carrier, GRACE, Near, Opening, Terminals, Wish};
