//! The API against an engine in this process: every endpoint, asked by everybody.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on says where"
)]

mod attending;
mod browser;
mod endpoints;
mod evidence;
mod hospital;
mod http;
mod pages;
mod recordings;
mod schema;
mod signing_in;
mod ssh;
mod stories;
mod visits;
