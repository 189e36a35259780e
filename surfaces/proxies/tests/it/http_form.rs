//! A console that signs people in by a form of its own: Debian's Adminer, in front of a database.

use std::process::{Command as Program, Stdio};
use std::time::Duration;

use access::*;

use crate::http_ground::{self, Ground, SECRET, Server, Wish};
use crate::postgres_ground;
use crate::rotating::stands_in;
use crate::sshd::{Kept, until};

/// A console that is signed in at by the form of this page.
fn at_form(page: &str, secret: &'static str) -> Wish {
    Wish {
        sign_in: WebSignIn::Form {
            user: "maint".to_owned(),
            page: page.to_owned(),
        },
        secret,
        ..Wish::default()
    }
}

/// The database, the console before it, and where its visitors land.
struct Adminer {
    server: Server,
    lands: String,
    page: String,
    database: postgres_ground::Server,
}

impl Adminer {
    fn start() -> Self {
        let database = postgres_ground::Server::start();
        database.does(&format!("ALTER ROLE maint PASSWORD '{SECRET}'"));
        let folder = tempfile::tempdir().unwrap();
        let address = http_ground::free();
        let mut program = Program::new("php");
        program
            .arg("-d")
            .arg(format!("session.save_path={}", folder.path().display()))
            .args(["-S", &address.to_string(), "/usr/share/adminer/adminer.php"])
            .env("TMPDIR", folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let server = Server {
            running: Some(Kept(program.spawn().unwrap())),
            folder,
            address,
            identity: http_ground::plain(),
        };
        until("Adminer answers", || http_ground::answers(address));
        let at = format!("/?pgsql=127.0.0.1%3A{}&username=", database.address.port());
        Self {
            server,
            lands: format!("{at}maint"),
            page: at,
            database,
        }
    }

    /// How often the database has refused a password so far.
    fn refusals(&self) -> usize {
        let log = std::fs::read_to_string(self.database.folder().join("log"));
        let log = log.unwrap_or_default();
        log.matches("password authentication failed").count()
    }

    fn ground(&self, secret: &'static str) -> Ground {
        Ground::new(&self.server, at_form(&self.page, secret))
    }
}

#[test]
fn l8_a_form_is_filled_in_by_the_gateway_and_nobody_else_has_the_password_or_the_session() {
    let console = Adminer::start();
    let ground = console.ground(SECRET);
    let ran = ground.curl(&console.lands, &["-i"]);
    assert!(ran.out.starts_with("HTTP/2 200"), "{ran:?}");
    assert!(ran.out.contains("name=\"logout\""), "signed in: {ran:?}");
    assert!(
        !ran.out.contains("adminer_sid"),
        "its session stays: {ran:?}"
    );
    let recorded = ground.recorded();
    let texts: Vec<String> = recorded
        .notes
        .iter()
        .map(|note| format!("{note:?}"))
        .collect();
    let said = texts.join("\n");
    assert!(said.contains("POST /?pgsql="), "{said}");
    assert!(said.contains("[maint]"), "{said}");
    assert!(!said.contains(SECRET), "{said}");
    assert!(!String::from_utf8_lossy(&recorded.bytes).contains(SECRET));
    assert!(!stands_in(ground.staffed.hospital.folder(), SECRET));
    assert!(
        !said.contains("adminer_sid") && !said.contains("auth"),
        "{said}"
    );
}

#[test]
fn l4_a_password_that_the_console_refuses_ends_the_session_as_that() {
    let console = Adminer::start();
    let ground = console.ground("Quarry-Otter-Walnut-37");
    let ran = ground.curl(&console.lands, &[]);
    assert_ne!(ran.status, Some(0), "{ran:?}");
    assert_eq!(ground.end(), EndReason::TargetRefusedLogin);
}

#[test]
fn whoever_is_sent_to_the_form_is_signed_in_again_and_does_not_go_round() {
    let console = Adminer::start();
    let ground = console.ground(SECRET);
    ground.run(async {
        let door = ground.door().await;
        let asked = || async { door.get(&console.page).await.unwrap().0 };
        // Those that a page asks for beside each other are sent on; what goes round is told.
        for status in [303, 303, 303, 502] {
            assert_eq!(asked().await, status);
        }
        // When the console has forgotten its visitor, somebody is signed in anew.
        ground.staffed.hospital.pass(Duration::from_secs(11));
        for status in [303, 303, 303, 303, 502] {
            assert_eq!(asked().await, status);
        }
        let (status, page) = door.get(&console.lands).await.unwrap();
        assert_eq!(status, 200);
        assert!(String::from_utf8_lossy(&page).contains("name=\"logout\""));
    });
}

#[test]
fn a_page_without_a_form_is_not_signed_in_at() {
    let server = Server::nginx("location / { return 200 'nothing to fill in'; }");
    let ground = Ground::new(&server, at_form("/login", SECRET));
    let ran = ground.curl("/", &[]);
    assert_ne!(ran.status, Some(0), "{ran:?}");
    assert_eq!(ground.end(), EndReason::TargetSignInUnknown);
    assert!(!server.heard().contains("POST"), "{}", server.heard());
}

#[test]
fn l5_a_form_that_leads_elsewhere_is_not_filled_in() {
    let form = "<form method=post action=http://127.0.0.1:1/><input name=u><input type=password name=p></form>";
    let server = Server::nginx(&format!(
        "location / {{ default_type text/html; return 200 '{form}'; }}"
    ));
    let ground = Ground::new(&server, at_form("/login", SECRET));
    let ran = ground.curl("/", &[]);
    assert_ne!(ran.status, Some(0), "{ran:?}");
    assert_eq!(ground.end(), EndReason::TargetSignInUnknown);
}

#[test]
fn a_console_that_says_no_during_a_session_is_not_asked_again() {
    let console = Adminer::start();
    let ground = console.ground(SECRET);
    ground.run(async {
        let door = ground.door().await;
        assert_eq!(door.get(&console.lands).await.unwrap().0, 200);
        // Somebody changed it by hand, and the console has forgotten its visitor.
        let other = "ALTER ROLE maint PASSWORD 'Quarry-Otter-Walnut-37'";
        console.database.does(other);
        let mut heard = Vec::new();
        for _ in 0..3 {
            ground.staffed.hospital.pass(Duration::from_secs(11));
            assert_eq!(door.get(&console.page).await.unwrap().0, 502);
            heard.push(console.refusals());
        }
        assert_eq!(heard, [heard[0]; 3], "asked once");
    });
}
