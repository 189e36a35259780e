//! Refusals, freezing, and every way in which a session ends.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use access::{EndReason, Files, Paths, SshTerms, Subject};
use engine::NewSecret;
use zeroize::Zeroizing;

use crate::seen::{Ran, write_file};
use crate::ssh_shell::Terminal;
use crate::sshd::{Ground, HOUR, Kept, Sshd, Wish, until};

const ANYWHERE: Files = Files::Yes {
    paths: Paths::Anywhere,
    most_bytes: 1 << 30,
};

/// Shells, commands and files, wherever.
fn everything() -> Wish {
    Wish {
        terms: SshTerms {
            shell: true,
            exec: true,
            upload: ANYWHERE,
            download: ANYWHERE,
        },
        ..Wish::default()
    }
}

#[test]
fn l1_l2_who_it_is_comes_from_no_key_and_no_name_that_ssh_shows() {
    let ground = Ground::new(Wish::default());
    let key = ground.sshd.path("own_key");
    let made = Command::new("ssh-keygen")
        .args(["-q", "-t", "ed25519", "-N", "", "-f"])
        .arg(&key)
        .status();
    assert!(made.unwrap().success());
    let own = format!("IdentityFile={}", key.display());
    let ran = ground.ran(
        "ssh",
        &["-o", &own, "-l", "administrator", "target", "id -un"],
    );
    assert_eq!(ran.out.trim(), ground.sshd.user, "{ran:?}");
}

#[test]
fn l9_every_way_around_the_terms_is_refused_entered_and_recorded() {
    let ground = Ground::new(Wish::default());
    let socket = ground.sshd.path("agent.sock");
    let agent = Command::new("ssh-agent")
        .args(["-D", "-a"])
        .arg(&socket)
        .stdout(Stdio::null())
        .spawn();
    let _agent = Kept(agent.unwrap());
    until("the agent listens", || socket.exists());
    let listener = ground.sshd.path("far.sock");
    let far = format!("{}:127.0.0.1:9", listener.display());
    let mut command = ground.client("ssh");
    command
        .args([
            "-A",
            "-Y",
            "-R",
            "0:127.0.0.1:9",
            "-R",
            &far,
            "target",
            "echo done",
        ])
        .env("SSH_AUTH_SOCK", &socket)
        .env("DISPLAY", "127.0.0.1:7")
        .stdin(Stdio::null());
    let ran = Ran::of(command.output().unwrap());
    assert_eq!(
        (ran.out.as_str(), ran.status),
        ("done\n", Some(0)),
        "{ran:?}"
    );
    assert!(!listener.exists());
    let mut refused = ground.recorded().refused();
    refused.sort();
    let expected = ["agent", "streamlocal", "tcpip-forward", "x11"];
    let expected = expected.map(|what| format!("{what}: [\"channel-not-granted\"]"));
    assert_eq!(refused, expected);
    assert_eq!(ground.entered("command_refused").len(), 4);
}

#[test]
fn a_connection_through_the_target_is_refused_and_the_recording_says_whereto() {
    let ground = Ground::new(Wish::default());
    let ran = ground.ran("ssh", &["-W", "10.1.2.3:5432", "target"]);
    assert_ne!(ran.status, Some(0));
    let recorded = ground.recorded();
    assert_eq!(
        recorded.refused(),
        ["direct-tcpip: [\"channel-not-granted\"]"]
    );
    assert!(
        recorded
            .notices
            .iter()
            .any(|text| text.contains("10.1.2.3:5432"))
    );
}

#[test]
fn nothing_passes_a_paused_session_and_all_of_it_comes_when_it_goes_on() {
    let ground = Ground::new(Wish::default());
    let proof = ground.sshd.path("proof");
    let mut terminal = Terminal::open(&ground, &[]);
    terminal.wait_for("This session is recorded.");
    let session = ground.session();
    let clerk = &ground.staffed.clerk;
    ground.run(ground.engine().pause(clerk, &session)).unwrap();
    terminal.wait_for("The hospital paused this session.");
    terminal.type_in(&format!("touch {}; echo af''terwards\n", proof.display()));
    // It has arrived at the gateway: there it stays.
    terminal.wait_for("what you type does not arrive");
    assert!(!proof.exists() && !terminal.shows("afterwards"));
    ground
        .run(ground.engine().continue_session(clerk, &session))
        .unwrap();
    terminal.wait_for("The session goes on.");
    terminal.wait_for("afterwards");
    assert!(proof.exists());
    terminal.type_in("exit\n");
    assert_eq!(terminal.child.wait().unwrap().code(), Some(0));
}

#[test]
fn output_of_a_command_waits_while_the_session_is_paused() {
    let ground = Ground::new(Wish::default());
    let go = ground.sshd.path("go");
    let line = format!(
        "echo first; while [ ! -e {} ]; do :; done; echo second",
        go.display()
    );
    let mut command = ground.client("ssh");
    command
        .args(["target", &line])
        .stdin(Stdio::null())
        .stdout(Stdio::piped());
    let mut child = Kept(command.spawn().unwrap());
    let mut out = child.0.stdout.take().unwrap();
    let mut first = [0; 6];
    out.read_exact(&mut first).unwrap();
    let session = ground.session();
    let clerk = &ground.staffed.clerk;
    ground.run(ground.engine().pause(clerk, &session)).unwrap();
    fs::write(&go, "").unwrap();
    let received = || ground.engine().live().sessions()[0].counted().1;
    assert_eq!(received(), 6);
    ground
        .run(ground.engine().continue_session(clerk, &session))
        .unwrap();
    let mut rest = String::new();
    out.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "second\n");
}

#[test]
fn a_session_that_needs_an_attendant_begins_with_them_and_stops_when_they_leave() {
    let ground = Ground::new(Wish {
        attended: true,
        ..Wish::default()
    });
    let proof = ground.sshd.path("proof");
    let mut terminal = Terminal::open(&ground, &[]);
    terminal.wait_for("Waiting for an attendant");
    let session = ground.session();
    let clerk = &ground.staffed.clerk;
    let mut attendance = ground.run(ground.engine().attend(clerk, &session)).unwrap();
    terminal.wait_for("An attendant is here.");
    terminal.wait_for("This session is recorded.");
    terminal.type_in("echo se''en\n");
    terminal.wait_for("seen");
    // They see what the engineer sees.
    let watching = async {
        let mut shown = Vec::new();
        while !String::from_utf8_lossy(&shown).contains("seen") {
            if let engine::Shown::Output { bytes, .. } = attendance.next().await.unwrap() {
                shown.extend_from_slice(&bytes);
            }
        }
    };
    ground.run(watching);
    drop(attendance);
    until("it is frozen", || {
        ground.engine().live().sessions()[0].frozen().is_some()
    });
    terminal.type_in(&format!("touch {}\n", proof.display()));
    terminal.wait_for("what you type does not arrive");
    assert!(!proof.exists());
    // From its entry on the grace time runs.
    until("the leaving is entered", || {
        ground.entered("attendance_ended").len() == 1
    });
    ground.staffed.hospital.pass(Duration::from_secs(121));
    assert_eq!(ground.end(), EndReason::AttendantMissing);
    assert!(!proof.exists());
}

#[test]
fn l23_a_withdrawal_ends_every_kind_of_channel_within_a_second() {
    let ground = Ground::new(Wish {
        // What floods must not have used it up before the others are open.
        quota_bytes: 1 << 40,
        ..everything()
    });
    write_file(&ground.sshd.path("large"), 10_000_000);
    let large = format!("target:{}", ground.sshd.path("large").display());
    let mut all = Vec::new();
    for (program, arguments) in [
        ("ssh", vec!["-tt", "target"]),
        ("ssh", vec!["target", "cat"]),
        ("sftp", vec!["-b", "-", "target"]),
        // Eight kilobits a second.
        ("scp", vec!["-O", "-l", "8", &large, "/dev/null"]),
        ("ssh", vec!["-N", "target"]),
        ("ssh", vec!["target", "cat /dev/zero"]),
    ] {
        let mut command = ground.client(program);
        command
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        all.push(Kept(command.spawn().unwrap()));
    }
    let live = ground.engine().live();
    until("all are open", || live.count() == all.len());
    // Each has a channel, but for the one that asks for none.
    let channels = || {
        let site = ground.engine().site();
        site.sessions()
            .filter(|session| session.channels > 0)
            .count()
    };
    until("their channels are open", || channels() == all.len() - 1);
    let subject = Subject::Target(ground.staffed.target.clone());
    let began = Instant::now();
    ground
        .run(
            ground
                .engine()
                .suspend(&ground.staffed.clerk, subject, "止める"),
        )
        .unwrap();
    until("all have ended", || live.count() == 0);
    let took = began.elapsed();
    assert!(took < Duration::from_secs(1), "{took:?}");
    for client in &mut all {
        client.0.wait().unwrap();
    }
    let ends = ground.ends.lock().unwrap();
    let suspended = ends
        .iter()
        .filter(|end| **end == EndReason::TargetSuspended);
    assert_eq!(suspended.count(), all.len(), "{ends:?}");
}

#[test]
fn l39_a_target_with_another_key_gets_no_secret_and_the_engineer_reads_why() {
    let other = ssh::HostKeyPair::generate().unwrap().public().to_string();
    let ground = Ground::new(Wish {
        host_key: Some(other),
        ..Wish::default()
    });
    let ran = ground.ran("ssh", &["target", "id"]);
    assert_eq!(ran.status, Some(1));
    assert!(ran.err.contains("sekisho: Ended: "), "{ran:?}");
    assert!(ran.err.contains("host key"), "{ran:?}");
    assert_eq!(ground.end(), EndReason::TargetKeyDiffers);
    let log = fs::read_to_string(ground.sshd.path("sshd.log")).unwrap();
    assert!(
        !log.contains("Failed") && !log.contains("Accepted"),
        "{log}"
    );
}

#[test]
fn a_target_that_refuses_the_login_is_told_as_what_it_is() {
    let ground = Ground::new(Wish {
        secret: Some(NewSecret::Password(Zeroizing::new(
            "vG7-qmTz2xRw".to_owned(),
        ))),
        ..Wish::default()
    });
    let ran = ground.ran("ssh", &["target", "id"]);
    assert!(ran.err.contains("sekisho: Ended: "), "{ran:?}");
    assert_eq!(ground.end(), EndReason::TargetRefusedLogin);
    assert_eq!(ground.entered("session_closed").len(), 1);
}

#[test]
fn l27_what_cannot_be_recorded_is_not_forwarded_and_ends_the_session() {
    let ground = Ground::new(Wish {
        quota_bytes: 1 << 20,
        ..Wish::default()
    });
    let ran = ground.ran("ssh", &["target", "head -c 5000000 /dev/zero | tr '\\0' x"]);
    assert_eq!(ground.end(), EndReason::QuotaUsedUp);
    assert!(ran.out.len() <= 1 << 20, "{}", ran.out.len());
    assert!(ran.err.contains("sekisho: Ended: "), "{}", ran.err);
    let recorded = ground.recorded();
    assert!(recorded.bytes.len() >= ran.out.len());
}

#[test]
fn the_end_is_told_five_minutes_before_and_comes() {
    let ground = Ground::new(Wish::default());
    let mut terminal = Terminal::open(&ground, &[]);
    terminal.wait_for("This session is recorded.");
    ground
        .staffed
        .hospital
        .pass(HOUR - Duration::from_secs(299));
    terminal.wait_for("This session ends in 5 minutes.");
    ground.staffed.hospital.pass(Duration::from_secs(300));
    assert_eq!(ground.end(), EndReason::Deadline);
    terminal.child.wait().unwrap();
    let notices = ground.recorded().notices;
    assert!(
        notices.iter().any(|text| text.contains("あと 5 分")),
        "{notices:?}"
    );
}

#[test]
fn l33_a_target_that_speaks_no_sftp_ends_its_channel_and_nothing_else() {
    for nonsense in ["yes", "cat /dev/urandom", "cat /dev/zero", "true"] {
        let sshd = Sshd::with(&format!("Subsystem sftp /bin/sh -c '{nonsense}'\n"));
        let address = sshd.address;
        let ground = Ground::at(sshd, address, everything());
        let control = ground.sshd.path("control");
        let path = format!("ControlPath={}", control.display());
        let mut master = ground.client("ssh");
        master
            .args(["-M", "-o", &path, "target", "cat"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut master = Kept(master.spawn().unwrap());
        until("the control master is there", || control.exists());
        let ran = ground.ran("sftp", &["-o", &path, "-b", "/dev/null", "target"]);
        assert_ne!(ran.status, Some(0), "{nonsense}: {ran:?}");
        // The channel beside it goes on.
        let mut input = master.0.stdin.take().unwrap();
        input.write_all(b"still here\n").unwrap();
        drop(input);
        let mut out = String::new();
        master
            .0
            .stdout
            .take()
            .unwrap()
            .read_to_string(&mut out)
            .unwrap();
        assert_eq!(out, "still here\n");
        assert_eq!(ground.end(), EndReason::EngineerClosed);
    }
}

#[test]
fn channels_of_one_connection_are_independent() {
    let ground = Ground::new(everything());
    let control = ground.sshd.path("control");
    let path = format!("ControlPath={}", control.display());
    let mut master = ground.client("ssh");
    master
        .args(["-M", "-N", "-o", &path, "target"])
        .stdin(Stdio::null());
    let mut master = Kept(master.spawn().unwrap());
    until("the control master is there", || control.exists());
    let local = ground.sshd.path("local");
    let content = write_file(&local, 200_000);
    let there = format!("target:{}", ground.sshd.path("there").display());
    for number in 0..3 {
        let ran = ground.ran(
            "ssh",
            &[
                "-o",
                &path,
                "target",
                &format!("echo {number}; exit {number}"),
            ],
        );
        assert_eq!(
            (ran.out.trim(), ran.status),
            (number.to_string().as_str(), Some(number))
        );
        let ran = ground.ran("scp", &["-q", "-o", &path, local.to_str().unwrap(), &there]);
        assert_eq!(ran.status, Some(0), "{ran:?}");
    }
    assert_eq!(fs::read(ground.sshd.path("there")).unwrap(), content);
    assert_eq!(ground.engine().live().count(), 1);
    master.0.kill().unwrap();
    assert_eq!(ground.end(), EndReason::EngineerClosed);
    let numbers: Vec<u32> = ground
        .recorded()
        .index
        .channels
        .iter()
        .map(|story| story.channel)
        .collect();
    assert_eq!(numbers, [0, 1, 2, 3, 4, 5]);
}

#[test]
fn l33_a_target_that_is_no_ssh_server_ends_the_session_with_its_reason() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let ground = Ground::at(Sshd::start(), address, Wish::default());
    let babbling = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        while stream.write_all(&[b'x'; 4096]).is_ok() {}
    });
    let ran = ground.ran("ssh", &["target", "id"]);
    assert_eq!(ran.status, Some(1), "{ran:?}");
    assert!(ran.err.contains("sekisho: Ended: "), "{ran:?}");
    assert_eq!(ground.end(), EndReason::TargetUnreachable);
    babbling.join().unwrap();
}

#[test]
fn a_target_that_goes_away_ends_the_session() {
    let ground = Ground::new(Wish::default());
    let ran = ground.ran("ssh", &["target", "kill -9 $PPID"]);
    assert!(ran.err.contains("sekisho: Ended: "), "{ran:?}");
    assert_ne!(ran.status, Some(0));
    assert_eq!(ground.end(), EndReason::TargetClosed);
}
