//! A role for each visit at PostgreSQL: made with the registered role's rights, gone with the visit, whatever
//! happens in between.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use access::*;
use engine::TargetSecret;

use crate::database_ground::{Ground, Wish, staffed};
use crate::hospital::{Hospital, Staffed};
use crate::postgres_ground::Server;
use crate::rotating::{psql_opens, stands_in};
use crate::sshd::{HOUR, until, workers};

/// The target's clock is the machine's: until when it lets an account in, it says by that.
pub(crate) fn hospital_of_today() -> Hospital {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    Hospital::founded_when(NEWEST_LEVEL, i64::try_from(now.as_millis()).unwrap())
}

pub(crate) fn account(staffed: &Staffed) -> VisitAccount {
    let site = staffed.hospital.engine.site();
    site.visits().next().unwrap().account.clone().unwrap()
}

/// The gateway started anew.
pub(crate) fn restarted(staffed: Staffed) -> Staffed {
    Staffed {
        hospital: staffed.hospital.restarted(),
        ..staffed
    }
}

/// Removes what is to be removed now; says whether anything was.
pub(crate) fn removed(staffed: &Staffed) -> bool {
    let engine = &staffed.hospital.engine;
    let workers = workers(&staffed.hospital.config.dir, None);
    staffed.hospital.run(async {
        let Some(account) = engine.account_to_remove().await else {
            return false;
        };
        proxies::visit_accounts::remove(engine, &workers, account).await;
        true
    })
}

/// A session is opened and its account made; gives the account's secret. The session ends.
pub(crate) fn made(staffed: &Staffed, protocol: Protocol) -> Result<String, EndReason> {
    let engine = &staffed.hospital.engine;
    let workers = workers(&staffed.hospital.config.dir, None);
    staffed.hospital.run(async {
        let opening = engine.open_session(&staffed.engineer, "db", None, protocol);
        let opened = opening.await.unwrap();
        let made = proxies::visit_accounts::made(&workers, &opened).await;
        let secret = made.map(|()| match opened.target_secret().unwrap() {
            TargetSecret::Password(password) => password.to_string(),
            TargetSecret::Key(_) | TargetSecret::Authority(_) => panic!("a key"),
        });
        opened.close(EndReason::EngineerClosed).await;
        secret
    })
}

pub(crate) fn found(staffed: &Staffed, id: &str) -> Option<String> {
    let engine = &staffed.hospital.engine;
    let findings = engine.findings();
    let found = findings.into_iter().find(|finding| finding.id == id);
    found.map(|finding| finding.detail)
}

/// With a role that may make others, and give them the rights of both registered ones.
fn server() -> Server {
    let server = Server::start();
    server.does("create role keeper login createrole password 'juniper-ferry-lantern-1'");
    server.does("grant maint, reader to keeper with admin option");
    server
}

fn wish() -> Wish {
    Wish {
        manager: Some("keeper"),
        ..Wish::default()
    }
}

fn roles(server: &Server) -> String {
    server
        .does("select count(*) from pg_roles where rolname like 'sk-%'")
        .trim()
        .to_owned()
}

fn owner(server: &Server, table: &str) -> String {
    let asked = format!("select tableowner from pg_tables where tablename = '{table}'");
    server.does_there(&asked).trim().to_owned()
}

#[test]
fn l29_a_role_of_a_visit_goes_with_it_and_leaves_what_it_made_to_the_registered_role() {
    let server = server();
    let ground = Ground::new(&server, wish());
    let staffed = &ground.staffed;
    let who = "select session_user, current_user, count(*) from patients";
    let seen = ground.psql(&["-c", "create table made (i int)", "-c", who]);
    assert!(seen.out.contains("sk-v1|maint|1000"), "{seen:?}");
    let own = "set role none; create table own (i int); create schema nook; create table nook.own (i int)";
    server.does_there("grant create on database orca to maint");
    let seen = ground.psql(&["-c", own]);
    assert_eq!(seen.status, Some(0), "{seen:?}");
    assert_eq!(
        (owner(&server, "made"), owner(&server, "own")),
        ("maint".into(), "sk-v1\nsk-v1".into())
    );
    // The server itself knows when it is over, and the name says nothing of a person.
    let until = server.does("select rolvaliduntil - now() between '50 minutes' and '70 minutes' from pg_roles where rolname = 'sk-v1'");
    assert_eq!(until.trim(), "t");
    assert_eq!(account(staffed).name, "sk-v1");
    // More sessions may come: it stays, and has the same secret.
    assert!(!removed(staffed));
    let secret = made(staffed, Protocol::Postgres).unwrap();
    assert!(psql_opens(&server, "sk-v1", &secret));
    assert_eq!(made(staffed, Protocol::Postgres).unwrap(), secret);
    for folder in [server.folder(), staffed.hospital.folder()] {
        assert!(!stands_in(folder, &secret), "{}", folder.display());
    }
    staffed.hospital.pass(HOUR);
    assert!(removed(staffed));
    assert!(account(staffed).removed.is_some());
    assert_eq!(roles(&server), "0");
    assert!(!psql_opens(&server, "sk-v1", &secret));
    assert_eq!(owner(&server, "own"), "maint\nmaint");
    assert!(!removed(staffed));
}

#[test]
fn a_visit_that_reads_has_a_role_that_reads() {
    let server = server();
    let ground = Ground::new(
        &server,
        Wish {
            write: false,
            ..wish()
        },
    );
    let seen = ground.psql(&[
        "-c",
        "select session_user, current_user, count(*) from patients",
    ]);
    assert!(seen.out.contains("sk-v1|reader|1000"), "{seen:?}");
    let refused = ground.psql(&["-c", "delete from patients"]);
    assert_ne!(refused.status, Some(0), "{refused:?}");
    let other = ground.psql(&[
        "-c",
        "set role none",
        "-c",
        "begin read write",
        "-c",
        "delete from patients",
    ]);
    assert_ne!(other.status, Some(0), "{other:?}");
    assert_eq!(
        server.does_there("select count(*) from patients").trim(),
        "1000"
    );
}

#[test]
fn the_role_of_a_single_session_goes_when_that_session_closes() {
    let server = server();
    let ground = Ground::new(
        &server,
        Wish {
            sessions: Sessions::Once,
            ..wish()
        },
    );
    let seen = ground.psql(&["-c", "select 1"]);
    assert_eq!(seen.status, Some(0), "{seen:?}");
    ground.end();
    until("the session is closed", || {
        ground.engine().site().live_sessions().next().is_none()
    });
    assert!(removed(&ground.staffed));
    assert_eq!(roles(&server), "0");
}

#[test]
fn after_a_crash_the_next_session_gives_the_role_another_secret_and_the_end_removes_it() {
    let server = server();
    let staffed = staffed(server.address, server.key, wish());
    let before = made(&staffed, Protocol::Postgres).unwrap();
    let staffed = restarted(staffed);
    assert!(account(&staffed).removed.is_none());
    assert!(!removed(&staffed));
    let after = made(&staffed, Protocol::Postgres).unwrap();
    assert_ne!(before, after);
    assert!(!psql_opens(&server, "sk-v1", &before));
    assert!(psql_opens(&server, "sk-v1", &after));
    staffed.hospital.pass(HOUR);
    assert!(removed(&staffed));
    assert_eq!(roles(&server), "0");
}

#[test]
fn a_role_that_cannot_be_removed_is_found_told_once_and_tried_again() {
    let server = server();
    let ground = Ground::new(&server, wish());
    let staffed = &ground.staffed;
    made(staffed, Protocol::Postgres).unwrap();
    server.does("alter role keeper nologin");
    staffed.hospital.pass(HOUR);
    let entries = || ground.engine().site().entries();
    assert!(removed(staffed));
    let told = entries();
    assert_eq!(
        account(staffed).left.unwrap().1,
        AccountTrouble::ManagerRefused
    );
    assert_eq!(
        found(staffed, "finding-visit-account-left").as_deref(),
        Some("db (sk-v1)")
    );
    assert!(!removed(staffed), "not within a minute");
    staffed.hospital.pass(Duration::from_secs(61));
    assert!(removed(staffed));
    assert_eq!(entries(), told);
    server.does("alter role keeper login");
    staffed.hospital.pass(Duration::from_secs(61));
    assert!(removed(staffed));
    assert_eq!(found(staffed, "finding-visit-account-left"), None);
    assert_eq!(roles(&server), "0");
}

#[test]
fn a_role_of_that_name_that_somebody_else_made_is_neither_used_nor_removed() {
    let server = server();
    server.does("create role \"sk-v1\" login password 'otter-quarry-walnut-2'");
    let ground = Ground::new(&server, wish());
    let staffed = &ground.staffed;
    let refused = made(staffed, Protocol::Postgres);
    assert_eq!(refused, Err(EndReason::VisitAccountNotMade));
    assert!(psql_opens(&server, "sk-v1", "otter-quarry-walnut-2"));
    staffed.hospital.pass(HOUR);
    assert!(removed(staffed));
    assert_eq!(account(staffed).left.unwrap().1, AccountTrouble::NotOurs);
    assert_eq!(roles(&server), "1");
}

#[test]
fn a_manager_without_the_right_makes_nothing_and_the_session_says_so() {
    let server = server();
    server.does("alter role keeper nocreaterole");
    let ground = Ground::new(&server, wish());
    let staffed = &ground.staffed;
    let refused = made(staffed, Protocol::Postgres);
    assert_eq!(refused, Err(EndReason::VisitAccountNotMade));
    assert_eq!(roles(&server), "0");
    staffed.hospital.pass(HOUR);
    assert!(removed(staffed), "it may be there");
    assert!(account(staffed).removed.is_some());
}

#[test]
fn a_server_that_died_leaves_an_account_that_is_found() {
    let mut server = server();
    let ground = Ground::new(&server, wish());
    let staffed = &ground.staffed;
    made(staffed, Protocol::Postgres).unwrap();
    server.kill();
    staffed.hospital.pass(HOUR);
    assert!(removed(staffed));
    assert_eq!(
        account(staffed).left.unwrap().1,
        AccountTrouble::Unreachable
    );
    assert!(found(staffed, "finding-visit-account-left").is_some());
}
