//! The relay between real sockets, under the real engine, in the engine's own test hospital.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "a test that cannot go on is a failed test"
)]

mod certificates;
mod clamd;
mod database_ground;
mod database_paths;
mod desktop_paths;
mod emergency_accounts;
mod ends;
mod files;
#[path = "../../../../engine/tests/it/hospital.rs"]
#[expect(dead_code, reason = "the engine's tests use all of it")]
mod hospital;
mod http_ends;
mod http_form;
mod http_ground;
mod http_inside;
mod http_line;
mod http_orthanc;
mod http_paths;
mod mysql_ends;
mod mysql_entry;
mod mysql_ground;
mod mysql_statements;
mod old_tls;
mod page;
mod patients;
mod postgres_ends;
mod postgres_entry;
mod postgres_ground;
mod postgres_statements;
mod quarantined;
mod quarantined_archives;
mod rdp_clipboard;
mod rdp_ends;
mod rdp_entry;
mod rdp_ground;
mod rdp_page;
mod rdp_passing;
mod relay;
mod rotating;
mod rotating_devices;
mod rotating_ssh;
mod seen;
mod ssh_ends;
mod ssh_shell;
mod ssh_worker;
mod sshd;
mod telnet_console;
mod telnet_ends;
mod telnet_ground;
mod telnet_paths;
mod telnet_server;
mod told;
mod visit_accounts;
mod visit_accounts_linux;
mod vnc_ends;
mod vnc_entry;
mod vnc_ground;
mod vnc_native;
mod vnc_passing;
mod vnc_viewer;
mod worker_crash;
mod worker_packets;
