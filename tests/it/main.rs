//! Acceptance: the real `sekisho` against real peers, told as sentences.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stderr,
    clippy::tests_outside_test_module,
    reason = "these are tests: what is not there has failed them"
)]

mod alerts;
mod asking;
mod backups;
mod browser_approval;
mod browser_desktop;
mod browser_first_run;
mod browser_isolation;
mod browser_joining;
mod browser_local_door;
mod browser_pages;
mod browser_requests;
mod browser_sign_ins;
mod browser_terminal;
mod browser_trust;
mod browser_watching;
mod canaries;
mod ceremony;
mod certificates;
mod cheats_client;
mod cheats_once;
mod cheats_relay;
mod cheats_stranger;
mod cheats_target;
mod clocks;
mod crash;
mod demonstration;
mod disk;
mod durable_steps;
mod emergencies;
mod emergency_accounts;
mod erasure;
mod evidence;
mod faults;
mod foreign_logs;
mod fortnight;
mod incidents;
mod isolation;
mod lab;
mod local;
mod local_door;
mod mariadb;
mod metrics;
mod notifications;
mod openapi;
mod paged;
mod postgres;
mod reach;
mod ready;
mod refusals;
mod relay_loss;
mod relay_strangers;
mod relay_witness;
mod relayed;
mod restore;
mod risks;
mod rollback;
mod rotation;
mod sandbox;
mod secrets;
mod ssh;
mod ssh_paths;
mod strangers;
mod strangers_load;
mod syscalls;
mod telnet;
#[path = "../../surfaces/proxies/tests/it/telnet_server.rs"]
#[expect(dead_code, reason = "the tests of the proxies use all of it")]
mod telnet_server;
mod terminal_page;
mod terms;
mod tpm;
#[path = "../../adapters/vault/src/tpm/chip.rs"]
#[expect(dead_code, reason = "the vault's tests use all of it")]
mod tpm_chip;
mod upgrade;
mod visit;
mod vnc;
mod weak_secrets;
mod web;
mod withdrawals;
mod workers;
