//! Web consoles behind a gateway: which headers pass, where a redirection leads, what a cookie becomes, and what
//! a path says. Messages themselves are read by a library; here is what they mean for a name of their own.
//!
//! Everything here is total: what cannot be told for sure is refused by name, or left out.

mod cookie;
mod form;
mod headers;
mod jar;
mod location;
mod masking;
mod path;

pub use cookie::{Renamed, cookie_for_engineer, cookies_for_target};
pub use form::{MAX_FORM_PAGE, NoForm, SignInForm, resolve};
pub use headers::{passes_to_engineer, passes_to_target};
pub use jar::{Jar, is_hidden};
pub use location::{Leads, Own, leads};
pub use masking::mask_query;
pub use path::plain_path;

/// What begins the name of every cookie that is the door's own: it is nobody else's business.
pub const DOOR_COOKIE: &str = "sekisho-door";

/// The longest head of a request or an answer, in bytes; consoles with long cookies send eight.
pub const MAX_HEAD: usize = 64 << 10;

/// Header lines of one message: browsers send about twenty.
pub const MAX_HEADERS: usize = 128;

#[cfg(test)]
mod tests;
