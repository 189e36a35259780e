//! The way of a terminal in a page: an SSH client of ours, on a pipe, for an identity that was proved
//! elsewhere. Behind it is what is behind every way: the same decisions, entries and recording.

use std::sync::Arc;
use std::time::Duration;

use access::{Files, Paths, Protocol, SshTerms};
use proxies::arrive::{Asked, read_message, serve_proved};
use ssh::{
    Flow, HostKey, Received, Said, Size, Start, Stream, Target, TargetChannel, Terminal, Wanted,
};
use tokio::io::DuplexStream;
use wire::Decoding;
use wire::session::OpenAnswer;
use wire::sftp::{Answer, Call, Lookup, status};

use crate::sshd::workers;
use crate::sshd::{Ground, SOON, Wish, until};

/// Asks for a session as the console does, and reads the answer.
async fn asked(ground: &Ground) -> (DuplexStream, OpenAnswer) {
    let (mut near, far) = tokio::io::duplex(64 * 1024);
    let asked = Asked {
        by: ground.staffed.engineer.clone(),
        target: "db".to_owned(),
        grant: None,
        protocol: Protocol::Ssh,
    };
    let workers = workers(&ground.staffed.hospital.config.dir, None);
    let engine = ground.engine().clone();
    tokio::spawn(serve_proved(engine, Arc::new(workers), asked, far));
    let answer = read_message(&mut near).await.unwrap();
    (near, answer)
}

/// Our client, joined.
async fn joined(ground: &Ground) -> Target {
    let (stream, answer) = asked(ground).await;
    assert!(matches!(answer, OpenAnswer::Opened { .. }), "{answer:?}");
    let ours = HostKey::parse(&ground.engine().ssh_host_key()).unwrap();
    ssh::join(stream, &ours, &Flow::new(), SOON).await.unwrap()
}

async fn begun(target: &Target, terminal: bool, start: &Start) -> TargetChannel {
    let mut channel = target.open().await.unwrap();
    if terminal {
        let size = Size {
            columns: 80,
            rows: 24,
            ..Size::default()
        };
        let terminal = Terminal::plain("xterm-256color", size);
        channel.out.terminal(&terminal).await.unwrap();
    }
    channel.out.variable("LANG", "en_US.UTF-8").await.unwrap();
    channel.out.start(start).await.unwrap();
    loop {
        match channel.inbox.next().await.unwrap() {
            Received::Said(Said::Answered {
                wanted: Wanted::Start,
                granted,
            }) => {
                assert!(granted);
                return channel;
            }
            Received::Said(_) => {}
            other => panic!("{other:?}"),
        }
    }
}

/// Reads until this was shown, or the channel is closed.
async fn shown(channel: &mut TargetChannel, wanted: &str) -> String {
    let mut seen = Vec::new();
    let reading = async {
        while let Some(received) = channel.inbox.next().await {
            if let Received::Data(piece) = received {
                seen.extend_from_slice(&piece.bytes);
                if String::from_utf8_lossy(&seen).contains(wanted) {
                    break;
                }
            }
        }
    };
    let read = tokio::time::timeout(SOON, reading).await;
    let seen = String::from_utf8_lossy(&seen).into_owned();
    assert!(read.is_ok(), "{wanted:?} did not come: {seen:?}");
    seen
}

/// One request by SFTP, and what the answer says.
async fn call<T>(channel: &mut TargetChannel, packet: Vec<u8>, of: impl Fn(&Answer<'_>) -> T) -> T {
    channel.out.data(packet).await.unwrap();
    let mut received = Vec::new();
    loop {
        if let Decoding::Complete { message, .. } = Answer::decode(&received).unwrap() {
            return of(&message);
        }
        let next = tokio::time::timeout(SOON, channel.inbox.next()).await;
        // What is refused is told beside, for clients that show it.
        if let Some(Received::Data(piece)) = next.unwrap()
            && piece.stream == Stream::Main
        {
            received.extend_from_slice(&piece.bytes);
        }
    }
}

/// The gateway's listener for other clients notes ends; this way has only the live list.
fn over(ground: &Ground) {
    let none = || ground.engine().live().sessions().is_empty();
    until("the session is closed", none);
}

#[test]
fn l9_a_shell_in_a_page_is_entered_recorded_and_masked_like_every_other() {
    let ground = Ground::new(Wish::default());
    ground.run(async {
        let target = joined(&ground).await;
        let mut shell = begun(&target, true, &Start::Shell).await;
        shell
            .out
            .data(b"echo page-$((6*7))\r".to_vec())
            .await
            .unwrap();
        let screen = shown(&mut shell, "page-42").await;
        assert!(screen.contains("recorded"), "{screen}");
        // What asks has put the echo off when it has asked, and not before.
        let asks = "bash -c 'read -rsp \"ask$((1+1)) \" word; echo got-$((2+1))'\r";
        shell.out.data(asks.into()).await.unwrap();
        shown(&mut shell, "ask2 ").await;
        shell.out.data(b"hidden-word\r".to_vec()).await.unwrap();
        shown(&mut shell, "got-3").await;
        shell.out.data(b"exit 7\r".to_vec()).await.unwrap();
        shown(&mut shell, "nothing else").await;
    });
    over(&ground);
    ground
        .ends
        .lock()
        .unwrap()
        .push(access::EndReason::EngineerClosed);
    let recorded = ground.recorded();
    assert!(recorded.holds("page-42") && !recorded.holds("hidden-word"));
    assert_eq!(ground.entered("channel_opened").len(), 1);
    assert_eq!(ground.entered("session_closed").len(), 1);
}

#[test]
fn l9_a_page_is_refused_what_its_visit_does_not_hold() {
    let terms = SshTerms {
        shell: false,
        exec: false,
        upload: Files::No,
        download: Files::Yes {
            paths: Paths::Anywhere,
            most_bytes: 1 << 20,
        },
    };
    let ground = Ground::new(Wish {
        terms,
        ..Wish::default()
    });
    std::fs::write(ground.sshd.path("result"), "the result\n").unwrap();
    let place = ground.sshd.path("result").display().to_string();
    let new = ground.sshd.path("new").display().to_string();
    ground.run(async {
        let target = joined(&ground).await;
        let mut shell = begun(&target, true, &Start::Shell).await;
        let screen = shown(&mut shell, "nothing else").await;
        assert!(screen.contains("not"), "{screen}");
        let sftp = Start::Subsystem("sftp".to_owned());
        let mut files = begun(&target, false, &sftp).await;
        call(&mut files, Lookup::hello(), |_| ()).await;
        let handle = call(
            &mut files,
            Call::OpenToRead(place.as_bytes()).packet(1),
            |answer| match answer {
                Answer::Handle { handle, .. } => handle.to_vec(),
                other => panic!("{other:?}"),
            },
        );
        let handle = handle.await;
        let read = Call::Read {
            handle: &handle,
            offset: 0,
            length: 32_768,
        };
        let content = call(&mut files, read.packet(2), |answer| match answer {
            Answer::Data { content, .. } => content.to_vec(),
            other => panic!("{other:?}"),
        });
        assert_eq!(content.await, b"the result\n");
        call(&mut files, Call::Close(&handle).packet(3), |_| ()).await;
        let refused = call(
            &mut files,
            Call::OpenNew(new.as_bytes()).packet(4),
            |answer| match answer {
                Answer::Status { code, .. } => (*code, answer.sentence().unwrap()),
                other => panic!("{other:?}"),
            },
        );
        let (code, sentence) = refused.await;
        assert_eq!(code, status::PERMISSION_DENIED, "{sentence}");
        target.cut();
    });
    over(&ground);
    assert!(!ground.sshd.path("new").exists());
    let files = ground.entered("file_handed_over");
    assert_eq!(files.len(), 1, "{files:?}");
    let refused = ground.entered("command_refused");
    assert!(refused.len() >= 2, "{refused:?}");
    assert_eq!(ground.entered("channel_opened").len(), 1);
}

#[test]
fn l22_what_the_hospital_ends_hangs_up_on_the_page_too() {
    let ground = Ground::new(Wish::default());
    ground.run(async {
        let target = joined(&ground).await;
        let mut shell = begun(&target, true, &Start::Shell).await;
        shown(&mut shell, "recorded").await;
        let session = ground.engine().live().sessions()[0].id().clone();
        let live = ground.engine().live().session(&session).unwrap();
        live.end(access::EndReason::Deadline);
        shown(&mut shell, "nothing else").await;
        let since = tokio::time::Instant::now();
        while !target.is_over() {
            assert!(since.elapsed() < SOON, "the line stands");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
    over(&ground);
}

#[test]
fn a_page_whose_session_is_refused_is_told_every_reason() {
    let ground = Ground::new(Wish::default());
    ground.staffed.hospital.pass(Duration::from_secs(3 * 3600));
    ground.run(async {
        let (_, answer) = asked(&ground).await;
        let OpenAnswer::Refused { reasons } = answer else {
            panic!("{answer:?}");
        };
        assert!(!reasons.is_empty());
    });
}
