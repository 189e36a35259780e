//! The API against an engine in this process: every endpoint, asked by everybody.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on says where"
)]

// The security key in software, of login's own tests.
#[allow(dead_code, reason = "a part of it is needed here")]
#[path = "../../../../adapters/login/tests/it/authenticator.rs"]
mod authenticator;

mod attending;
mod browser;
mod consoles;
mod databases;
mod desktops;
mod endpoints;
mod envelopes;
mod evidence;
mod files;
mod first_run;
mod hospital;
mod http;
mod looking;
mod operator;
mod pages;
mod passkeys;
mod recordings;
mod reviews;
mod rotating;
mod schema;
mod signing_in;
mod ssh;
mod stories;
mod terminal;
mod visits;
mod work;
