//! Much at once: nothing stands still, nothing grows.

use std::fs::File;
use std::process::{Command, Stdio};
use std::sync::atomic::Ordering;
use std::time::Instant;

use crate::peers::{Sshd, output};

const BIG: usize = 200_000_000;

/// The most that waited in one direction: what is held plus what one window lets in.
const MOST: usize = 16 * 1024 * 1024;

#[tokio::test(flavor = "multi_thread")]
async fn sftp_brings_200_megabytes_there_and_back() {
    let sshd = Sshd::start();
    let bridge = sshd.bridge().await;
    let from = sshd.file("from", BIG);
    let batch = sshd.path("batch");
    let (there, back) = (sshd.path("there"), sshd.path("back"));
    std::fs::write(
        &batch,
        format!(
            "put {} {}\nget {} {}\n",
            from.display(),
            there.display(),
            there.display(),
            back.display()
        ),
    )
    .unwrap();
    let mut sftp = sshd.client("sftp", &bridge);
    sftp.arg("-b").arg(&batch).arg("gateway");
    let said = output(sftp).await;
    assert!(said.status.success(), "{said:?}");
    assert!(std::fs::read(&from).unwrap() == std::fs::read(&back).unwrap());
    assert!(bridge.seen.peak_up.load(Ordering::Relaxed) < MOST);
    assert!(bridge.seen.peak_down.load(Ordering::Relaxed) < MOST);
}

#[tokio::test(flavor = "multi_thread")]
async fn both_directions_at_full_speed_do_not_wait_for_each_other() {
    let sshd = Sshd::start();
    let bridge = sshd.bridge().await;
    let from = sshd.file("from", BIG);
    let back = sshd.path("back");
    let mut ssh = sshd.client("ssh", &bridge);
    ssh.args(["gateway", "cat"]);
    ssh.stdin(File::open(&from).unwrap());
    ssh.stdout(File::create(&back).unwrap());
    let said = output(ssh).await;
    assert!(said.status.success(), "{said:?}");
    assert!(std::fs::read(&from).unwrap() == std::fs::read(&back).unwrap());
    assert!(bridge.seen.peak_up.load(Ordering::Relaxed) < MOST);
    assert!(bridge.seen.peak_down.load(Ordering::Relaxed) < MOST);
}

/// Megabytes a second of one sftp command.
async fn speed(mut sftp: Command, batch: String, place: std::path::PathBuf) -> f64 {
    std::fs::write(&place, batch).unwrap();
    sftp.arg("-b").arg(&place).arg("gateway");
    let since = Instant::now();
    let said = output(sftp).await;
    assert!(said.status.success(), "{said:?}");
    (5 * BIG) as f64 / 1e6 / since.elapsed().as_secs_f64()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "measures: run it alone, in release, with --nocapture"]
async fn sftp_of_one_gigabyte_beside_a_jump_host() {
    let sshd = Sshd::start();
    let bridge = sshd.bridge().await;
    let from = sshd.file("from", 5 * BIG);
    let key = sshd.path("key");
    let login = match sshd.login().secret {
        ssh::Secret::PrivateKey(pem) => pem,
        ssh::Secret::Password(_) | ssh::Secret::Certificate { .. } => unreachable!(),
    };
    std::fs::write(&key, login.as_bytes()).unwrap();
    let _ = Command::new("chmod").arg("600").arg(&key).status();
    let port = sshd.address.port();
    let jump = format!(
        "ProxyCommand=ssh -F none -i {} -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null \
         -o LogLevel=ERROR -p {port} -W 127.0.0.1:{port} 127.0.0.1",
        key.display()
    );
    let via_jump = || {
        let mut sftp = Command::new("sftp");
        sftp.args([
            "-F",
            "none",
            "-o",
            "StrictHostKeyChecking=no",
            "-o",
            "LogLevel=ERROR",
        ]);
        sftp.args(["-o", "UserKnownHostsFile=/dev/null", "-o", &jump, "-i"])
            .arg(&key);
        sftp.stdout(Stdio::null());
        sftp
    };
    let (put, get) = (
        format!("put {} {}\n", from.display(), sshd.path("there").display()),
        format!("get {} {}\n", from.display(), sshd.path("back").display()),
    );
    for round in 0..2 {
        for (name, batch) in [("put", &put), ("get", &get)] {
            let jumped = speed(via_jump(), batch.clone(), sshd.path("batch")).await;
            let through = speed(
                sshd.client("sftp", &bridge),
                batch.clone(),
                sshd.path("batch"),
            )
            .await;
            println!(
                "round {round} {name}: -J {jumped:.0} MB/s, bridge {through:.0} MB/s ({:.2})",
                through / jumped
            );
        }
    }
    println!(
        "peaks: up {} down {}",
        bridge.seen.peak_up.load(Ordering::Relaxed),
        bridge.seen.peak_down.load(Ordering::Relaxed)
    );
}

/// Resident kilobytes of this process.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().nth(1));
    number.unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "measures: run it alone, in release, with --nocapture"]
async fn memory_of_idle_sessions_with_a_terminal() {
    let sshd = Sshd::start();
    let bridge = sshd.bridge().await;
    let mut clients = Vec::new();
    let mut before = 0;
    for number in 0..60 {
        let mut ssh = sshd.client("ssh", &bridge);
        ssh.args(["-tt", "gateway"]);
        ssh.stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        clients.push(crate::peers::Kept(ssh.spawn().unwrap()));
        let shells = || {
            bridge
                .seen
                .notes()
                .iter()
                .filter(|note| *note == "Shell")
                .count()
        };
        crate::peers::until("a shell starts", || shells() > number).await;
        if number == 9 {
            before = resident();
        }
    }
    println!("{} KiB a session, both ends", (resident() - before) / 50);
}
