//! How sessions at web consoles end and stand still.

use std::io::Read as _;
use std::process::Stdio;
use std::time::Duration;

use access::*;
use ids::Digest;

use crate::http_ground::{Ground, Server, Wish};
use crate::sshd::{Kept, until};

/// Answers drop by drop, so that something is under way.
const SLOW: &str = "location /slow { limit_rate 1k; alias /usr/share/common-licenses/; }";

fn nobody() -> Wish {
    Wish {
        sign_in: WebSignIn::Nothing,
        ..Wish::default()
    }
}

fn slow(ground: &Ground) -> Kept {
    let at = ground.at("/slow/GPL-3");
    let mut command = ground.curl_command(&["-N", &at]);
    let mut curl = Kept(command.stdout(Stdio::piped()).spawn().unwrap());
    let mut first = [0; 16];
    curl.0
        .stdout
        .as_mut()
        .unwrap()
        .read_exact(&mut first)
        .unwrap();
    curl
}

#[test]
fn l39_a_console_with_another_key_hears_nothing() {
    let server = Server::nginx("location / { return 200 there; }");
    let wish = Wish {
        server: Some(ServerIdentity::Tls {
            spki: Digest([7; 32]),
        }),
        ..nobody()
    };
    let ground = Ground::new(&server, wish);
    let ran = ground.curl("/", &[]);
    assert_ne!(ran.status, Some(0), "{ran:?}");
    assert_eq!(ground.end(), EndReason::TargetKeyDiffers);
    assert_eq!(server.heard(), "");
}

#[test]
fn l22_the_deadline_ends_an_answer_that_is_under_way() {
    let server = Server::nginx(SLOW);
    let wish = Wish {
        lasts: Duration::from_secs(600),
        ..nobody()
    };
    let ground = Ground::new(&server, wish);
    let mut curl = slow(&ground);
    ground.staffed.hospital.pass(Duration::from_secs(700));
    assert_eq!(ground.end(), EndReason::Deadline);
    assert!(!curl.0.wait().unwrap().success());
}

#[test]
fn a_withdrawal_ends_an_answer_that_is_under_way() {
    let server = Server::nginx(SLOW);
    let ground = Ground::new(&server, nobody());
    let mut curl = slow(&ground);
    let subject = Subject::Target(ground.staffed.target.clone());
    let clerk = &ground.staffed.clerk;
    ground
        .run(ground.engine().suspend(clerk, subject, "止める"))
        .unwrap();
    assert_eq!(ground.end(), EndReason::TargetSuspended);
    assert!(!curl.0.wait().unwrap().success());
}

#[test]
fn an_engineer_who_dies_ends_the_session() {
    let server = Server::nginx(SLOW);
    let ground = Ground::new(&server, nobody());
    drop(slow(&ground));
    assert_eq!(ground.end(), EndReason::EngineerClosed);
}

#[test]
fn what_a_console_that_dies_had_begun_is_not_taken_for_whole() {
    let mut server = Server::nginx(SLOW);
    let ground = Ground::new(&server, nobody());
    let mut curl = slow(&ground);
    server.running = None;
    assert!(!curl.0.wait().unwrap().success());
    assert_eq!(ground.end(), EndReason::EngineerClosed);
}

#[test]
fn nothing_passes_a_paused_session_and_a_page_says_so() {
    let server = Server::nginx(
        "location / { return 200 there; } location /slow { limit_rate 1k; alias /usr/share/common-licenses/; }",
    );
    let ground = Ground::new(&server, nobody());
    let _under_way = slow(&ground);
    let session = ground.session();
    let clerk = &ground.staffed.clerk;
    ground.run(ground.engine().pause(clerk, &session)).unwrap();
    let live = ground.engine().live().session(&session).unwrap();
    until("it is frozen", || live.frozen().is_some());
    let before = live.counted();
    // Something that passes meanwhile: a whole session of its own.
    assert_eq!(ground.curl("/", &[]).out, "there");
    assert_eq!(live.counted(), before);
    ground
        .run(ground.engine().continue_session(clerk, &session))
        .unwrap();
    until("it goes on", || live.counted() > before);
}

#[test]
fn a_session_that_waits_for_its_attendant_says_so_and_asks_nothing() {
    let server = Server::nginx("location / { return 200 there; }");
    let wish = Wish {
        attended: true,
        ..nobody()
    };
    let ground = Ground::new(&server, wish);
    let navigating = ["--max-time", "3", "-H", "Sec-Fetch-Mode: navigate"];
    let ran = ground.curl("/", &navigating);
    assert_ne!(ran.out, "there", "{ran:?}");
    assert_eq!(server.heard(), "");
}

#[test]
fn l27_what_the_recorder_does_not_take_reaches_no_console() {
    let server = Server::nginx("location / { return 200 there; }");
    let wish = Wish {
        quota_bytes: 1 << 20,
        ..nobody()
    };
    let ground = Ground::new(&server, wish);
    let answers = ground.run(async {
        let door = ground.door().await;
        let mut answers = 0;
        for number in 0..400 {
            let path = format!("/{number}?{}", "x".repeat(3500));
            match door.get(&path).await {
                Some((200, _)) => answers += 1,
                _ => break,
            }
        }
        answers
    });
    assert_eq!(ground.end(), EndReason::QuotaUsedUp);
    let heard = server.heard().lines().count();
    assert!((1..400).contains(&heard), "{heard}");
    assert_eq!(heard, answers);
}
