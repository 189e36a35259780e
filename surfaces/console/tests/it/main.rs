//! The API against an engine in this process: every endpoint, asked by everybody.

mod endpoints;
mod evidence;
mod hospital;
mod http;
mod signing_in;
mod visits;
