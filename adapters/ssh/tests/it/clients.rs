//! What engineers do with their own clients.

use std::process::Stdio;

use crate::peers::{Kept, Sshd, output, text, until};

#[tokio::test(flavor = "multi_thread")]
async fn a_command_runs_with_its_exit_code_and_both_streams() {
    let sshd = Sshd::start();
    let bridge = sshd.bridge().await;
    let mut ssh = sshd.client("ssh", &bridge);
    ssh.args(["anybody@gateway", "cat; echo oops >&2; exit 7"]);
    ssh.stdin(Stdio::null());
    let said = output(ssh).await;
    assert_eq!(said.status.code(), Some(7), "{said:?}");
    assert_eq!(text(&said.stderr), "oops\n");
    assert!(bridge.seen.has("Exec(") && bridge.seen.has("Status(7)"));
}

#[tokio::test(flavor = "multi_thread")]
async fn variables_and_a_terminal_reach_the_target_and_a_signal_that_killed_comes_back() {
    let sshd = Sshd::start();
    let bridge = sshd.bridge().await;
    let mut ssh = sshd.client("ssh", &bridge);
    ssh.env("LC_ALL", "C.UTF-8").env("TERM", "vt220");
    ssh.args(["-tt", "gateway", "echo $LC_ALL $TERM; tty; kill -TERM $$"]);
    ssh.stdin(Stdio::null());
    let said = output(ssh).await;
    let shown = text(&said.stdout);
    assert!(shown.contains("C.UTF-8 vt220"), "{said:?}");
    assert!(shown.contains("/dev/pts/"), "{said:?}");
    assert!(bridge.seen.has("terminal vt220"));
    assert!(
        bridge.seen.has("Signal { name: \"TERM\""),
        "{:?}",
        bridge.seen.notes()
    );
    assert_eq!(said.status.code(), Some(255));
}

#[tokio::test(flavor = "multi_thread")]
async fn sftp_and_both_protocols_of_scp_bring_files_there_and_back() {
    let sshd = Sshd::start();
    let bridge = sshd.bridge().await;
    let from = sshd.file("from", 3_000_001);
    let there = sshd.path("there");
    let back = sshd.path("back");
    for old in [true, false] {
        for (from, to) in [
            (
                from.display().to_string(),
                format!("gateway:{}", there.display()),
            ),
            (
                format!("gateway:{}", there.display()),
                back.display().to_string(),
            ),
        ] {
            let mut scp = sshd.client("scp", &bridge);
            if old {
                scp.arg("-O");
            }
            let said = output({
                scp.args([from, to]);
                scp
            })
            .await;
            assert!(said.status.success(), "{said:?}");
        }
        assert_eq!(std::fs::read(&from).unwrap(), std::fs::read(&back).unwrap());
        std::fs::remove_file(&there).unwrap();
        std::fs::remove_file(&back).unwrap();
    }
    assert!(bridge.seen.has("Subsystem(\"sftp\")") && bridge.seen.has("Exec("));
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_channels_share_one_connection() {
    let sshd = Sshd::start();
    let bridge = sshd.bridge().await;
    let control = sshd.path("control");
    let socket = format!("ControlPath={}", control.display());
    let mut master = sshd.client("ssh", &bridge);
    master.args(["-o", &socket, "-M", "-N", "-f", "gateway"]);
    master
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let started = tokio::task::spawn_blocking(move || master.status().unwrap())
        .await
        .unwrap();
    assert!(started.success());
    let mut running = Vec::new();
    for number in 0..20 {
        let mut ssh = sshd.client("ssh", &bridge);
        ssh.args(["-o", &socket, "gateway", "read line; echo got $line; exit"]);
        ssh.stdin(Stdio::piped()).stdout(Stdio::piped());
        running.push((number, ssh.spawn().unwrap()));
    }
    // All are open at once: none ends before it is told something.
    for (number, child) in &mut running {
        use std::io::Write as _;
        let stdin = child.stdin.as_mut().unwrap();
        writeln!(stdin, "{number}").unwrap();
    }
    for (number, child) in running {
        let said = tokio::task::spawn_blocking(move || child.wait_with_output().unwrap());
        assert_eq!(text(&said.await.unwrap().stdout), format!("got {number}\n"));
    }
    let mut stop = sshd.client("ssh", &bridge);
    stop.args(["-o", &socket, "-O", "exit", "gateway"]);
    assert!(output(stop).await.status.success());
    let started = bridge.seen.notes();
    assert_eq!(
        started
            .iter()
            .filter(|note| note.starts_with("Exec"))
            .count(),
        20
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn l09_forwardings_agent_and_screen_are_refused_and_told() {
    let sshd = Sshd::start();
    let bridge = sshd.bridge().await;
    // -W: a stdio forward, as -J uses it.
    let mut ssh = sshd.client("ssh", &bridge);
    ssh.args(["-W", "10.9.8.7:22", "gateway"])
        .stdin(Stdio::null());
    let said = output(ssh).await;
    assert!(!said.status.success());
    assert!(
        text(&said.stderr).contains("Administratively prohibited"),
        "{said:?}"
    );
    until("it is told", || {
        bridge
            .seen
            .has("DirectTcp { host: \"10.9.8.7\", port: 22 }")
    })
    .await;
    // -R, on a port and on a socket.
    for (forward, told) in [
        (
            "8022:127.0.0.1:22",
            "ListenTcp { host: \"localhost\", port: 8022 }",
        ),
        ("/tmp/s:127.0.0.1:22", "ListenSocket { path: \"/tmp/s\" }"),
    ] {
        let mut ssh = sshd.client("ssh", &bridge);
        ssh.args([
            "-o",
            "ExitOnForwardFailure=yes",
            "-R",
            forward,
            "-N",
            "gateway",
        ]);
        let said = output({
            ssh.stdin(Stdio::null());
            ssh
        })
        .await;
        assert!(!said.status.success(), "{said:?}");
        until("it is told", || bridge.seen.has(told)).await;
    }
    // -A, with an agent that is there to be asked for.
    let agent = sshd.path("agent");
    let mut running = std::process::Command::new("ssh-agent");
    let running = running
        .arg("-D")
        .arg("-a")
        .arg(&agent)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let _running = Kept(running);
    until("the agent listens", || agent.exists()).await;
    let mut ssh = sshd.client("ssh", &bridge);
    ssh.args(["-A", "-o", "IdentityAgent=SSH_AUTH_SOCK"]);
    ssh.env("SSH_AUTH_SOCK", &agent).stdin(Stdio::null());
    ssh.args(["gateway", "echo agent: $SSH_AUTH_SOCK"]);
    let said = output(ssh).await;
    assert_eq!(text(&said.stdout), "agent:\n", "{said:?}");
    until("it is told", || bridge.seen.has("Agent")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_knows_another_gateway_does_not_connect() {
    let sshd = Sshd::start();
    let bridge = sshd.bridge().await;
    let mut ssh = sshd.client("ssh", &bridge);
    let other = ssh::HostKeyPair::generate().unwrap().public();
    std::fs::write(sshd.path("known"), format!("gateway {other}\n")).unwrap();
    ssh.args(["gateway", "true"]).stdin(Stdio::null());
    assert_eq!(output(ssh).await.status.code(), Some(255));
}
