//! What the acceptance tests stand on: the real binary, real peers, and the people of a hospital.
//!
//! | module | what it is |
//! |---|---|
//! | [`binary`] | `sekisho` as cargo built it |
//! | [`browser`] | real Chromium before the console |
//! | [`calls`] | the system calls of a process, counted |
//! | [`canary`] | the secrets that must be found nowhere after a run |
//! | [`clock`] | moments as people type them |
//! | [`run`] | one command, run to its end or left running |
//! | [`leash`] | servers that end when the test process does |
//! | [`ssh`] | an engineer's own SSH clients in front of a target |
//! | [`wait`] | waiting for something, never for a time |
//! | [`work`] | an engineer at work while something breaks, and what came of it |
//! | [`phone`] | a person's authenticator |
//! | [`peers`] | PostgreSQL, MariaDB, OpenSSH, an echo, as targets |
//! | [`page`] | somebody who follows docs/operating/backup.md |
//! | [`people`] | a person with a computer of their own |
//! | [`ground`] | where everybody of a hospital stands |
//! | [`hospital`] | a site with its gateway, clerk, second approver, vendors |
//! | [`lab`] | a hospital in network namespaces, for what only real wires show |
//! | [`relayed`] | a hospital there that opens no port, and its relays |
//! | [`link`] | an engineer's local port in front of a target |
//! | [`door`] | an engineer's local port in front of the site's pages |
//! | [`local`] | HTTP over the gateway's local socket |
//! | [`cost`] | what a process costs, as the kernel counts it |
//! | [`files`] | folders copied, searched, damaged |
//! | [`said`] | the sentences that a person must be told |
//!
//! A gateway listens on 127.0.0.1; the hospital's people come from 127.0.2.0/24, engineers from
//! 127.0.1.0/24 (`--from-address`), so that a wrong address is a real one.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stderr,
    clippy::missing_panics_doc,
    clippy::must_use_candidate,
    reason = "a test whose stage cannot be set has failed, and says where"
)]

pub mod binary;
pub mod browser;
pub mod calls;
pub mod canary;
pub mod clock;
pub mod cost;
pub mod door;
pub mod files;
pub mod ground;
pub mod hospital;
pub mod lab;
pub mod leash;
pub mod link;
pub mod local;
pub mod page;
pub mod peers;
pub mod people;
pub mod phone;
pub mod relayed;
pub mod run;
pub mod said;
pub mod ssh;
pub mod wait;
pub mod work;

pub use hospital::Hospital;
pub use people::Person;
pub use run::{Done, sekisho};
