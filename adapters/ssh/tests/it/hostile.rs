//! Peers that do not behave.

use std::io::Read as _;
use std::process::Stdio;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::bridge::Seen;
use crate::peers::{Kept, Sshd, output, text, until};

/// Until the target's transport is not read any more. It could always send: so if what waits has
/// stopped growing, above the mark below which it is read again, then it is held. How much waited at
/// the moment of the hold cannot be seen from here: the engineer's window takes some of it at once.
async fn the_target_is_held(seen: &Seen) {
    let (last, same) = (AtomicUsize::new(0), AtomicUsize::new(0));
    until("the target is held", || {
        let waiting = seen.waiting();
        let still = last.swap(waiting, Ordering::Relaxed) == waiting && waiting > 2 * 1024 * 1024;
        if !still {
            same.store(0, Ordering::Relaxed);
        }
        still && same.fetch_add(1, Ordering::Relaxed) > 200
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_stops_reading_holds_the_target_and_nothing_grows() {
    let sshd = Sshd::start();
    let bridge = sshd.bridge().await;
    let mut ssh = sshd.client("ssh", &bridge);
    ssh.args(["gateway", "head -c 300000000 /dev/zero"]);
    ssh.stdin(Stdio::null()).stdout(Stdio::piped());
    let mut child = ssh.spawn().unwrap();
    let seen = &bridge.seen;
    the_target_is_held(seen).await;
    let mut stdout = child.stdout.take().unwrap();
    let read = tokio::task::spawn_blocking(move || {
        let mut some = vec![0; 1_000_000];
        let mut total = 0;
        loop {
            match stdout.read(&mut some).unwrap() {
                0 => return total,
                read => total += read,
            }
        }
    });
    assert_eq!(read.await.unwrap(), 300_000_000);
    assert!(child.wait().unwrap().success());
    let peak = seen.peak_down.load(Ordering::Relaxed);
    assert!(peak < 8 * 1024 * 1024, "{peak}");
    until("all is given back", || seen.waiting() == 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_reads_nothing_holds_the_client_and_leaves_its_neighbours_alone() {
    let sshd = Sshd::start();
    let bridge = sshd.bridge().await;
    let control = format!("ControlPath={}", sshd.path("control").display());
    let mut stalled = sshd.client("ssh", &bridge);
    stalled.args([
        "-o",
        &control,
        "-M",
        "gateway",
        "read line; echo $line; sleep 1000",
    ]);
    stalled.stdin(std::fs::File::open("/dev/zero").unwrap());
    stalled.stdout(Stdio::null()).stderr(Stdio::null());
    let _child = Kept(stalled.spawn().unwrap());
    let seen = &bridge.seen;
    until("the client is held", || seen.waiting() > 1_000_000).await;
    for number in 0..10 {
        let mut ssh = sshd.client("ssh", &bridge);
        ssh.args(["-o", &control, "gateway", &format!("echo {number}")]);
        let said = output({
            ssh.stdin(Stdio::null());
            ssh
        })
        .await;
        assert_eq!(text(&said.stdout), format!("{number}\n"), "{said:?}");
    }
    assert!(seen.waiting() < 8 * 1024 * 1024, "{}", seen.waiting());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_that_shows_nothing_keeps_no_other_from_being_opened() {
    let sshd = Sshd::start();
    let bridge = sshd.bridge().await;
    let control = format!("ControlPath={}", sshd.path("control").display());
    let mut stopped = sshd.client("ssh", &bridge);
    stopped.args(["-o", &control, "-M", "gateway", "cat /dev/zero"]);
    stopped.stdin(Stdio::null()).stderr(Stdio::null());
    // Nobody reads it: as a window in which somebody pressed ^S.
    stopped.stdout(Stdio::piped());
    let _child = Kept(stopped.spawn().unwrap());
    let seen = &bridge.seen;
    the_target_is_held(seen).await;
    for number in 0..3 {
        let mut ssh = sshd.client("ssh", &bridge);
        ssh.args(["-o", &control, "gateway", &format!("echo {number}")]);
        ssh.stdin(Stdio::null());
        let said = tokio::time::timeout(Duration::from_secs(30), output(ssh)).await;
        let said = said.expect("a channel is opened beside it");
        assert_eq!(text(&said.stdout), format!("{number}\n"), "{said:?}");
    }
}
