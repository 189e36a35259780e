//! Tests of `login` from outside: passkeys, with a security key in software.

mod authenticator;
mod passkeys;
