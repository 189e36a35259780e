//! How a session at a console by telnet is refused, stopped and ended, and what a hostile console gets.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use access::{Command, EndReason, Protocol, Reason, Subject};
use recording::ChannelNote;

use crate::ssh_shell::Terminal;
use crate::sshd::{Ground, HOUR, Wish, until};
use crate::telnet_ground::{asks, at, heard, made_up, open, password};
use crate::telnet_server::{Console, PASSWORD};
use crate::worker_crash::{children, kill};

fn working(ground: &Ground) -> Terminal {
    let terminal = Terminal::open(ground, &[]);
    terminal.wait_for("ct> ");
    terminal
}

fn refused(ground: &Ground) -> Vec<Reason> {
    let engine = ground.engine();
    let opening = engine.open_session(&ground.staffed.engineer, "db", None, Protocol::Telnet);
    match ground.run(opening) {
        Ok(_) => panic!("it was opened"),
        Err(refusal) => refusal.reasons,
    }
}

#[test]
fn a_wrong_password_ends_the_session_and_says_so() {
    let console = Console::start();
    let wish = Wish {
        secret: password("vG7-qmTz2xRw"),
        ..Wish::default()
    };
    let ground = at(console.address, wish);
    let ran = ground.ran("ssh", &["-tt", "target"]);
    assert!(ran.err.contains("did not accept the login"), "{ran:?}");
    assert_eq!(ground.end(), EndReason::TargetRefusedLogin);
    let recorded = ground.recorded();
    assert!(recorded.bytes.is_empty() && recorded.notes.is_empty());
}

#[test]
fn a_console_that_hangs_up_on_a_wrong_password_has_refused_it() {
    let (address, console) = made_up(|mut stream| {
        asks(&mut stream);
        stream.write_all(b"\r\nGood bye.\r\n").unwrap();
    });
    let ground = at(address, Wish::default());
    let ran = ground.ran("ssh", &["-tt", "target"]);
    assert!(ran.err.contains("did not accept the login"), "{ran:?}");
    assert_eq!(ground.end(), EndReason::TargetRefusedLogin);
    console.join().unwrap();
}

#[test]
fn a_console_that_lets_who_guesses_wait_before_it_asks_again_has_refused_it() {
    let (address, console) = made_up(|mut stream| {
        asks(&mut stream);
        stream.write_all(b"\r\nLogin incorrect\r\n").unwrap();
        // What it does, and what is waited for.
        std::thread::sleep(Duration::from_secs(2));
        stream.write_all(b"login: ").unwrap();
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).unwrap();
    });
    let ground = at(address, Wish::default());
    let ran = ground.ran("ssh", &["-tt", "target"]);
    assert!(ran.err.contains("did not accept the login"), "{ran:?}");
    assert_eq!(ground.end(), EndReason::TargetRefusedLogin);
    console.join().unwrap();
}

#[test]
fn a_console_that_says_no_in_its_own_words_has_refused_it() {
    // "違います" in EUC-JP.
    let euc: &[u8] = &[0xb0, 0xe3, 0xa4, 0xa4, 0xa4, 0xde, 0xa4, 0xb9];
    for no in [
        &b"% Bad passwords"[..],
        "パスワードが間違っています".as_bytes(),
        euc,
    ] {
        let no = no.to_vec();
        let (address, console) = made_up(move |mut stream| {
            asks(&mut stream);
            stream
                .write_all(&[b"\r\n", &no[..], b"\r\n"].concat())
                .unwrap();
            // What it does, and what is waited for.
            std::thread::sleep(Duration::from_secs(2));
            stream.write_all(b"login: ").unwrap();
            let mut rest = Vec::new();
            stream.read_to_end(&mut rest).unwrap();
            rest
        });
        let ground = at(address, Wish::default());
        let ran = ground.ran("ssh", &["-tt", "target"]);
        assert!(ran.err.contains("did not accept the login"), "{ran:?}");
        assert_eq!(ground.end(), EndReason::TargetRefusedLogin);
        assert!(ground.recorded().bytes.is_empty());
        assert_eq!(console.join().unwrap(), b"");
    }
}

#[test]
fn a_console_whose_notices_speak_of_errors_lets_in_all_the_same() {
    let (address, console) = made_up(|mut stream| {
        let notice = "Read the error log. 失敗は記録されます。\r\n";
        stream.write_all(notice.as_bytes()).unwrap();
        asks(&mut stream);
        let greeting = "\r\nerror log: 2 entries\r\nct> ";
        stream.write_all(greeting.as_bytes()).unwrap();
        heard(&mut stream, b"bye\r\n");
    });
    let ground = at(address, Wish::default());
    let mut terminal = working(&ground);
    terminal.type_in("bye\r");
    assert_eq!(ground.end(), EndReason::TargetClosed);
    console.join().unwrap();
    assert!(ground.recorded().holds("error log: 2 entries"));
}

#[test]
fn a_console_that_asks_for_something_else_gets_no_password() {
    let (address, console) = made_up(|mut stream| {
        stream.write_all(b"login: ").unwrap();
        heard(&mut stream, b"service\r\n");
        stream.write_all(b"\r\nEnter PIN> ").unwrap();
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).unwrap();
        rest
    });
    let ground = at(address, Wish::default());
    let ran = ground.ran("ssh", &["-tt", "target"]);
    assert!(ran.err.contains("not the prompt"), "{ran:?}");
    assert_eq!(ground.end(), EndReason::TargetSignInUnknown);
    assert_eq!(console.join().unwrap(), b"");
}

#[test]
fn a_password_that_a_console_shows_is_seen_by_nobody() {
    let (address, console) = made_up(|mut stream| {
        asks(&mut stream);
        let echoed = format!("{PASSWORD}\r\nyour password is {PASSWORD}.\r\nct> ");
        stream.write_all(echoed.as_bytes()).unwrap();
        heard(&mut stream, b"bye\r\n");
    });
    let ground = at(address, Wish::default());
    let mut terminal = working(&ground);
    terminal.type_in("bye\r");
    assert_eq!(ground.end(), EndReason::TargetClosed);
    console.join().unwrap();
    assert!(!terminal.shows(PASSWORD));
    let recorded = ground.recorded();
    assert!(recorded.holds("ct> ") && !recorded.holds(PASSWORD));
}

#[test]
fn a_hostile_console_gets_nothing_of_the_engineers_computer() {
    const IAC: u8 = 255;
    let (address, console) = made_up(|mut stream| {
        let mut wants = Vec::new();
        for option in 0..=254 {
            // Will you, and tell me: the environment with names, the display, the terminal, the place.
            wants.extend([
                IAC, 253, option, IAC, 250, option, 1, 0, b'U', b'S', b'E', b'R', IAC, 240,
            ]);
            wants.extend([IAC, 250, option, 1, IAC, 240, IAC, 251, option]);
        }
        stream.write_all(&wants).unwrap();
        stream.write_all(b"over> ").unwrap();
        // It was agreed on binary: a return is itself.
        heard(&mut stream, b"end\r")
    });
    let ground = at(address, open());
    let mut terminal = Terminal::open(&ground, &[]);
    terminal.wait_for("over> ");
    terminal.type_in("end\r");
    let answered = console.join().unwrap();
    let agreed: Vec<u8> = answered
        .windows(3)
        .filter(|said| said[0] == IAC && said[1] == 251)
        .map(|said| said[2])
        .collect();
    // Suppress go-ahead and the window's size are offered; binary and the terminal's type are agreed to.
    assert!(
        agreed.iter().all(|option| [0, 3, 24, 31].contains(option)),
        "{agreed:?}"
    );
    let text = String::from_utf8_lossy(&answered);
    assert!(text.contains("VT100"));
    for of_theirs in [
        "xterm",
        "mine",
        "LC_",
        "USER",
        "en_US",
        &ground.sshd.user,
        "127.0",
    ] {
        assert!(!text.contains(of_theirs), "{of_theirs}: {text}");
    }
}

#[test]
fn l33_a_console_that_never_stops_asking_holds_nobody_and_is_ended() {
    let (address, console) = made_up(|mut stream| {
        let wants: Vec<u8> = [255, 253, 24, 255, 250, 24, 1, 255, 240].repeat(1000);
        // It reads nothing of what it is told.
        while stream.write_all(&wants).is_ok() {}
    });
    let ground = at(address, open());
    let terminal = Terminal::open(&ground, &[]);
    terminal.wait_for("This session is recorded.");
    let session = ground.session();
    let clerk = &ground.staffed.clerk;
    ground
        .run(ground.engine().end_session(clerk, &session))
        .unwrap();
    assert!(matches!(ground.end(), EndReason::EndedBy(_)));
    console.join().unwrap();
}

#[test]
fn a_console_that_dies_ends_the_session_and_the_engineer_reads_it() {
    let (address, console) = made_up(|mut stream| {
        stream.write_all(b"ct> ").unwrap();
        heard(&mut stream, b"die\r\n");
    });
    let ground = at(address, open());
    let mut terminal = working(&ground);
    terminal.type_in("die\r");
    assert_eq!(ground.end(), EndReason::TargetClosed);
    terminal.wait_for("sekisho: Ended: ");
    console.join().unwrap();
}

#[test]
fn an_engineer_who_hangs_up_leaves_no_connection_at_the_console() {
    let (address, console) = made_up(|mut stream| {
        stream.write_all(b"ct> ").unwrap();
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).unwrap();
    });
    let ground = at(address, open());
    let mut terminal = working(&ground);
    terminal.child.kill().unwrap();
    assert_eq!(ground.end(), EndReason::EngineerClosed);
    console.join().unwrap();
    until("its worker has ended", || {
        children(ground.workers.process()).is_empty()
    });
}

#[test]
fn the_deadline_ends_a_session_at_a_console() {
    let console = Console::start();
    let ground = at(console.address, Wish::default());
    let terminal = working(&ground);
    ground
        .staffed
        .hospital
        .pass(HOUR - Duration::from_secs(299));
    terminal.wait_for("This session ends in 5 minutes.");
    ground.staffed.hospital.pass(Duration::from_secs(300));
    assert_eq!(ground.end(), EndReason::Deadline);
}

#[test]
fn l23_a_withdrawal_ends_a_session_at_a_console_within_a_second() {
    let console = Console::start();
    let ground = at(console.address, Wish::default());
    let _terminal = working(&ground);
    let subject = Subject::Target(ground.staffed.target.clone());
    let engine = ground.engine();
    let began = Instant::now();
    ground
        .run(engine.suspend(&ground.staffed.clerk, subject, "止める"))
        .unwrap();
    until("it has ended", || engine.live().count() == 0);
    let took = began.elapsed();
    assert!(took < Duration::from_secs(1), "{took:?}");
    assert_eq!(ground.end(), EndReason::TargetSuspended);
}

#[test]
fn nothing_passes_a_paused_session_at_a_console() {
    let console = Console::start();
    let proof = console.path("proof");
    let ground = at(console.address, Wish::default());
    let mut terminal = working(&ground);
    let session = ground.session();
    let clerk = &ground.staffed.clerk;
    ground.run(ground.engine().pause(clerk, &session)).unwrap();
    terminal.wait_for("The hospital paused this session.");
    terminal.type_in("touch proof; echo af''terwards\r");
    terminal.wait_for("what you type does not arrive");
    assert!(!proof.exists() && !terminal.shows("afterwards"));
    ground
        .run(ground.engine().continue_session(clerk, &session))
        .unwrap();
    terminal.wait_for("afterwards");
    assert!(proof.exists());
}

#[test]
fn a_console_shows_nothing_before_its_attendant_is_there() {
    let console = Console::start();
    let wish = Wish {
        attended: true,
        ..Wish::default()
    };
    let ground = at(console.address, wish);
    let mut terminal = Terminal::open(&ground, &[]);
    terminal.wait_for("Waiting for an attendant");
    assert!(!terminal.shows("ct> "));
    let session = ground.session();
    let clerk = &ground.staffed.clerk;
    let mut attendance = ground.run(ground.engine().attend(clerk, &session)).unwrap();
    terminal.wait_for("ct> ");
    terminal.type_in("echo se''en\r");
    terminal.wait_for("seen");
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
    until("the leaving is entered", || {
        ground.entered("attendance_ended").len() == 1
    });
    ground.staffed.hospital.pass(Duration::from_secs(121));
    assert_eq!(ground.end(), EndReason::AttendantMissing);
}

#[test]
fn l27_what_a_console_shows_and_cannot_be_recorded_reaches_nobody() {
    let (address, console) = made_up(|mut stream| {
        stream.write_all(b"ct> ").unwrap();
        heard(&mut stream, b"dump\r\n");
        let piece = [b'x'; 4096];
        while stream.write_all(&piece).is_ok() {}
    });
    let wish = Wish {
        quota_bytes: 1 << 20,
        ..open()
    };
    let ground = at(address, wish);
    let mut terminal = working(&ground);
    terminal.type_in("dump\r");
    assert_eq!(ground.end(), EndReason::QuotaUsedUp);
    console.join().unwrap();
    terminal.wait_for("sekisho: Ended: ");
    let shown = terminal.screen().matches('x').count();
    let recorded = ground.recorded();
    assert!(recorded.bytes.len() >= shown && shown <= 1 << 20, "{shown}");
}

#[test]
fn each_console_has_a_worker_of_its_own_that_takes_nobody_with_it() {
    let console = Console::start();
    let ground = at(console.address, Wish::default());
    let first = working(&ground);
    let [worker] = children(ground.workers.process())[..] else {
        panic!("not one worker");
    };
    let mut second = working(&ground);
    assert_eq!(children(ground.workers.process()).len(), 2);
    kill(worker);
    assert_eq!(ground.end(), EndReason::WorkerCrashed);
    first.wait_for("sekisho: Ended: ");
    second.type_in("echo still he''re\r");
    second.wait_for("still here");
    let opened = |note: &ChannelNote| matches!(note, ChannelNote::Opened { .. });
    assert!(ground.recorded().notes.iter().any(opened));
    let findings = ground.engine().findings();
    let alarm = findings.iter().find(|found| found.id == "finding-worker");
    assert!(alarm.is_some_and(|alarm| alarm.detail.contains("session-")));
}

#[test]
fn a_worker_that_was_taken_over_shows_nothing_at_a_console() {
    for lie in [r#"{"Sign":[1,2,3]}"#, "nonsense", ""] {
        let console = Console::start();
        let wish = Wish {
            lie: Some(lie),
            ..Wish::default()
        };
        let ground = at(console.address, wish);
        let ran = ground.ran("ssh", &["-tt", "target"]);
        assert!(ran.err.contains("sekisho: Ended: "), "{lie}: {ran:?}");
        assert_eq!(ground.end(), EndReason::WorkerCrashed, "{lie}");
        assert!(ground.recorded().notes.is_empty(), "{lie}");
    }
}

#[test]
fn s1_35_a_withdrawn_risk_ends_a_session_at_a_console_and_none_follows() {
    let console = Console::start();
    let ground = at(console.address, Wish::default());
    let _terminal = working(&ground);
    let withdraw = Command::WithdrawRisk {
        target: ground.staffed.target.clone(),
        reason: "the device is gone".to_owned(),
    };
    let engine = ground.engine();
    ground
        .run(engine.submit(&ground.staffed.clerk, withdraw))
        .unwrap();
    assert_eq!(ground.end(), EndReason::RiskOver);
    assert!(matches!(refused(&ground)[..], [Reason::RiskOver { .. }]));
    // Nothing was dialled for it.
    assert!(TcpStream::connect(console.address).is_ok());
    assert_eq!(ground.engine().live().count(), 0);
}
