//! The target's end of SSH is a worker's: nobody else reads it, and what it takes with it when it is gone.

use std::io::Read;
use std::process::{Command as Program, Stdio};

use access::EndReason;
use recording::ChannelNote;

use crate::ssh_shell::Terminal;
use crate::sshd::{Ground, Kept, Wish, until};
use crate::worker_crash::{children, kill};

fn worker(ground: &Ground) -> u32 {
    let workers = children(ground.workers.process());
    let [worker] = workers[..] else {
        panic!("{workers:?}");
    };
    worker
}

fn signal(pid: u32, what: &str) {
    let sent = Program::new("kill").args([what, &pid.to_string()]).status();
    assert!(sent.unwrap().success());
}

/// Bytes that the target has sent and that nobody has read: what stands in our sockets to its port.
fn unread(port: u16) -> u32 {
    let table = std::fs::read_to_string("/proc/net/tcp").unwrap();
    let to_it = format!(":{port:04X}");
    let sockets = table.lines().filter_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let (_, received) = fields.get(4)?.split_once(':')?;
        let ours = fields.get(2)?.ends_with(&to_it);
        ours.then(|| u32::from_str_radix(received, 16).unwrap_or(0))
    });
    sockets.sum()
}

#[test]
fn a_worker_that_is_killed_ends_every_session_over_ssh_with_its_recording_closed_and_an_alarm() {
    let ground = Ground::new(Wish::default());
    let mut first = Terminal::open(&ground, &[]);
    first.wait_for("This session is recorded.");
    first.type_in("echo be''fore\n");
    first.wait_for("before");
    let mut second = Terminal::open(&ground, &[]);
    second.wait_for("This session is recorded.");
    second.type_in("echo be''side\n");
    second.wait_for("beside");
    let before = worker(&ground);
    kill(before);
    until("both sessions end", || {
        ground.ends.lock().unwrap().len() == 2
    });
    let ends = ground.ends.lock().unwrap().clone();
    assert_eq!(ends, [EndReason::WorkerCrashed, EndReason::WorkerCrashed]);
    first.wait_for("sekisho: Ended: ");
    second.wait_for("sekisho: Ended: ");
    let recorded = ground.recorded();
    let text = String::from_utf8_lossy(&recorded.bytes).into_owned();
    assert!(
        text.contains("before") && !text.contains("beside"),
        "{text}"
    );
    let opened = |note: &ChannelNote| matches!(note, ChannelNote::Opened { .. });
    assert!(recorded.notes.iter().any(opened));
    let findings = ground.engine().findings();
    let alarm = findings.iter().find(|found| found.id == "finding-worker");
    assert!(alarm.is_some_and(|alarm| alarm.detail.contains("session-")));
    // The next one has another worker, and works.
    let ran = ground.ran("ssh", &["target", "echo again"]);
    assert_eq!(ran.out, "again\n", "{}", ran.err);
    assert_ne!(worker(&ground), before);
}

#[test]
fn l33_what_a_target_of_ssh_sends_is_read_by_its_worker_and_by_nobody_else() {
    let ground = Ground::new(Wish::default());
    let go = ground.sshd.path("go");
    let waits = format!(
        "echo ready; while ! [ -e {} ]; do sleep 0.02; done; echo after''wards",
        go.display()
    );
    let mut client = ground.client("ssh");
    client
        .args(["target", &waits])
        .stdin(Stdio::null())
        .stdout(Stdio::piped());
    let mut client = Kept(client.spawn().unwrap());
    let mut out = client.0.stdout.take().unwrap();
    let mut said = vec![0; "ready\n".len()];
    out.read_exact(&mut said).unwrap();
    let (port, worker) = (ground.sshd.address.port(), worker(&ground));
    assert_eq!(unread(port), 0);
    signal(worker, "-STOP");
    std::fs::write(&go, "").unwrap();
    until("it stands in the socket", || unread(port) > 0);
    signal(worker, "-CONT");
    let mut rest = String::new();
    out.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "afterwards\n");
    assert_eq!(ground.end(), EndReason::EngineerClosed);
}

#[test]
fn a_worker_that_was_taken_over_says_nothing_that_is_believed() {
    for lie in [
        r#"c{"Over":{"end":"isolated","unspent":0}}"#,
        "nonsense",
        "",
    ] {
        let wish = Wish {
            lie: Some(lie),
            ..Wish::default()
        };
        let ground = Ground::new(wish);
        let ran = ground.ran("ssh", &["target", "echo no"]);
        assert_ne!(ran.status, Some(0), "{lie}");
        assert!(ran.out.is_empty(), "{lie}: {ran:?}");
        assert_eq!(ground.end(), EndReason::WorkerCrashed, "{lie}");
        assert!(ground.recorded().notes.is_empty(), "{lie}");
    }
}

#[test]
fn a_key_and_its_echo_cross_in_a_packet_each() {
    let ground = Ground::new(Wish::default());
    let mut terminal = Terminal::open(&ground, &["cat"]);
    terminal.wait_for("This session is recorded.");
    let keys = "=abcdefghijklmnopqrstuvwxyz0123456789";
    let before = ground.workers.heard();
    for at in 1..=keys.len() {
        terminal.type_in(&keys[at - 1..at]);
        terminal.wait_for(&keys[..at]);
    }
    let packets = ground.workers.heard() - before;
    let keys = u64::try_from(keys.len()).unwrap();
    assert!((keys..keys + 4).contains(&packets), "{packets} for {keys}");
}
