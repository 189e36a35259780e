//! SSH, recorded in full: the engineer's end, and what is between it and the worker that has the target's.

use std::fs::{self, File};
use std::process::Stdio;

use access::SshTerms;

use crate::sshd::{Ground, Wish};
use crate::{MEGABYTES, alone, costs_at_most};

/// A packet of OpenSSH's holds 32 KiB: 31 for each megabyte, each of which passes `russh` once in this process. 99 (get)
/// and 212 (put) were measured; where a slow machine's packets are smaller there are more of them.
const CEILING: usize = 450;

#[test]
fn a_recorded_ssh_session_allocates_a_few_times_for_each_packet() {
    let _alone = alone();
    let ground = Ground::new(Wish {
        terms: SshTerms {
            exec: true,
            ..SshTerms::shell_only()
        },
        quota_bytes: 1 << 30,
        ..Wish::default()
    });
    let from = ground.sshd.path("from");
    fs::write(&from, text()).unwrap();
    // What everybody needs once is not the price of each megabyte.
    assert_eq!(ground.ran("ssh", &["target", "true"]).status, Some(0));
    costs_at_most(CEILING, "ssh get, recorded", || {
        let mut ssh = ground.client("ssh");
        ssh.args(["target", &format!("cat {}", from.display())]);
        ssh.stdin(Stdio::null()).stdout(Stdio::null());
        assert!(ssh.status().unwrap().success());
    });
    costs_at_most(CEILING, "ssh put, recorded", || {
        let mut ssh = ground.client("ssh");
        ssh.args(["target", "cat > /dev/null"]);
        ssh.stdin(File::open(&from).unwrap()).stdout(Stdio::null());
        assert!(ssh.status().unwrap().success());
    });
}

/// So many megabytes of lines.
fn text() -> Vec<u8> {
    let mut text = Vec::new();
    let mut row = 1u64;
    while text.len() < MEGABYTES * 1_000_000 {
        row = row.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let line = format!(
            "{:>8} | {:>6} | ward {:>2}\n",
            row >> 40,
            row >> 48,
            row % 31
        );
        text.extend_from_slice(line.as_bytes());
    }
    text.truncate(MEGABYTES * 1_000_000);
    text
}
