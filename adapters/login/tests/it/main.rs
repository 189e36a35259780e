//! Tests of `login` from outside: passkeys, with a security key in software.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on is a failed test"
)]

mod authenticator;
mod passkeys;
