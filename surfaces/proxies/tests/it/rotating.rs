//! Secrets replaced at real databases: the old one opens nothing afterwards, the new one does, and whatever
//! interrupts it leaves one that works.

use std::process::Command as Program;
use std::time::Duration;

use access::*;
use engine::{Account, NewSecret, RotationJob, TargetSecret};
use ids::Digest;
use proxies::rotation::{Step, carry, carry_until};
use zeroize::Zeroizing;

use crate::database_ground::{Ground, MAIN, READER, Wish, staffed};
use crate::hospital::Staffed;
use crate::mysql_ground;
use crate::postgres_ground;
use crate::sshd::workers;

/// For so long a new password is kept that a target may have been told.
pub(crate) const DOUBTED: Duration = Duration::from_secs(600);

const STEPS: [Step; 4] = [Step::Reached, Step::Set, Step::Proved, Step::Retired];

pub(crate) fn begun(staffed: &Staffed, account: Account) -> RotationJob {
    let engine = &staffed.hospital.engine;
    let rotating = engine.rotate(&staffed.clerk, &staffed.target, account);
    staffed.hospital.run(rotating).unwrap();
    engine.next_rotation().unwrap()
}

pub(crate) fn carried(staffed: &Staffed, job: &RotationJob) {
    let hospital = &staffed.hospital;
    let workers = workers(&hospital.config.dir, None);
    hospital.run(carry(&hospital.engine, &workers, job));
}

pub(crate) fn standing(staffed: &Staffed, reader: bool) -> SecretStanding {
    let site = staffed.hospital.engine.site();
    site.target(&staffed.target)
        .unwrap()
        .standing_of(reader)
        .clone()
}

pub(crate) fn failed(staffed: &Staffed, reader: bool) -> Option<(Works, RotationFailure)> {
    let failed = standing(staffed, reader).failed?;
    Some((failed.works, failed.why))
}

pub(crate) fn password(secret: &TargetSecret) -> String {
    match secret {
        TargetSecret::Password(password) => password.to_string(),
        TargetSecret::Key(_) | TargetSecret::Authority(_) => panic!("a key"),
    }
}

/// Stops as a process that dies would, after this step, and starts the gateway anew.
pub(crate) fn interrupted(staffed: Staffed, step: Step) -> Staffed {
    let job = begun(&staffed, Account::Main);
    let engine = &staffed.hospital.engine;
    let workers = workers(&staffed.hospital.config.dir, None);
    let carrying = carry_until(engine, &workers, &job, |reached| reached == step);
    staffed.hospital.run(carrying);
    assert!(standing(&staffed, false).rotating.is_some(), "{step:?}");
    let Staffed {
        hospital,
        clerk,
        engineer,
        person,
        target,
    } = staffed;
    let staffed = Staffed {
        hospital: hospital.restarted(),
        clerk,
        engineer,
        person,
        target,
    };
    let job = staffed.hospital.engine.next_rotation().unwrap();
    assert!(!job.fresh);
    carried(&staffed, &job);
    staffed
}

/// Of a password nobody knows what an interrupted target was told: both are kept for some minutes, and then the one
/// that opens it. A key that was to be added takes nothing away.
pub(crate) fn settles_for_the_old(staffed: &Staffed) {
    let engine = &staffed.hospital.engine;
    let found = |id| engine.tasks().iter().any(|task| task.id == id);
    if standing(staffed, false).rotating.is_none() {
        let site = engine.site();
        let kind = site.target(&staffed.target).unwrap().secret_of(false);
        assert!(kind.is_some_and(|kind| !kind.is_password()));
        return;
    }
    let doubted = (Works::NotKnown, RotationFailure::InDoubt);
    assert_eq!(failed(staffed, false), Some(doubted));
    assert!(found("finding-rotation-doubted") && !found("finding-rotation-open"));
    for waits in [Duration::from_secs(121), DOUBTED] {
        let job = engine.next_rotation();
        assert!(job.is_none(), "it was looked at just now");
        staffed.hospital.pass(waits);
        let job = engine.next_rotation().unwrap();
        assert!(job.new.is_some(), "the new one is kept");
        carried(staffed, &job);
    }
    let old = (Works::Old, RotationFailure::Interrupted);
    assert_eq!(failed(staffed, false), Some(old));
}

/// Each step in turn: afterwards the ledger says which secret works, and that one does.
pub(crate) fn every_interruption_leaves_a_secret_that_works(mut staffed: Staffed) {
    for step in STEPS {
        staffed = interrupted(staffed, step);
        if step == Step::Reached {
            settles_for_the_old(&staffed);
        }
        let standing = standing(&staffed, false);
        assert!(standing.rotating.is_none(), "{step:?}");
        let old = (Works::Old, RotationFailure::Interrupted);
        let expected = (step == Step::Reached).then_some(old);
        assert_eq!(failed(&staffed, false), expected, "{step:?}");
        // What is in the vault opens the target: the next replacement begins with it.
        let job = begun(&staffed, Account::Main);
        carried(&staffed, &job);
        assert_eq!(failed(&staffed, false), None, "{step:?}");
    }
}

/// Whether somebody who knows a password gets in past the gateway.
pub(crate) fn psql_opens(server: &postgres_ground::Server, user: &str, password: &str) -> bool {
    let mut psql = Program::new("psql");
    psql.args(["-X", "-q", "-A", "-t", "-c", "select 1", "-h", "127.0.0.1"]);
    psql.args(["-U", user, "-p", &server.address.port().to_string()]);
    psql.env("PGPASSWORD", password)
        .env("PGSSLMODE", "require")
        .env("PGDATABASE", "postgres");
    psql.output().unwrap().status.success()
}

pub(crate) fn mariadb_opens(server: &mysql_ground::Server, user: &str, password: &str) -> bool {
    let mut client = Program::new("mariadb");
    client.args([
        "--no-defaults",
        "-h",
        "127.0.0.1",
        "-u",
        user,
        "-e",
        "select 1",
    ]);
    client.arg(format!("--port={}", server.address.port()));
    client.args(["--ssl", "--skip-ssl-verify-server-cert"]);
    client.env("MYSQL_PWD", password);
    client.output().unwrap().status.success()
}

/// Whether a text stands in any file below a folder.
pub(crate) fn stands_in(folder: &std::path::Path, text: &str) -> bool {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return false;
    };
    entries.flatten().any(|entry| {
        let path = entry.path();
        if path.is_dir() {
            return stands_in(&path, text);
        }
        let bytes = std::fs::read(&path).unwrap_or_default();
        bytes
            .windows(text.len())
            .any(|window| window == text.as_bytes())
    })
}

#[test]
fn l29_a_role_of_postgresql_gets_another_password_that_nobody_reads_anywhere() {
    let server = postgres_ground::Server::start();
    for role in ["maint", "reader"] {
        server.does(&format!("alter role {role} set log_statement = 'all'"));
        server.does(&format!("alter role {role} set log_min_messages = 'info'"));
    }
    let ground = Ground::new(&server, Wish::default());
    let staffed = &ground.staffed;
    for (account, user, before) in [
        (Account::Main, "maint", MAIN),
        (Account::Reader, "reader", READER),
    ] {
        let job = begun(staffed, account);
        let new = password(job.new.as_ref().unwrap());
        let reader = account == Account::Reader;
        let opening =
            ground
                .engine()
                .open_session(&staffed.engineer, "db", None, Protocol::Postgres);
        if !reader {
            let refused = ground.run(opening).unwrap_err().reasons;
            assert_eq!(refused, [Reason::SecretRotating]);
        }
        carried(staffed, &job);
        let standing = standing(staffed, reader);
        assert!(standing.rotated.is_some() && standing.failed.is_none());
        assert!(!psql_opens(&server, user, before), "the old one");
        assert!(psql_opens(&server, user, &new), "the new one");
        for folder in [server.folder(), staffed.hospital.folder()] {
            assert!(!stands_in(folder, &new), "{}", folder.display());
        }
        assert!(stands_in(server.folder(), "ALTER ROLE CURRENT_USER"));
    }
    let visit = ground.psql(&["-c", "select count(*) from patients"]);
    assert!(visit.out.contains("1000"), "{visit:?}");
}

#[test]
fn l29_an_account_of_mariadb_gets_another_password_in_the_form_that_the_server_keeps() {
    let server = mysql_ground::Server::start();
    server.does("set global log_output = 'TABLE'; set global general_log = 1");
    for user in ["maint", "native"] {
        let wish = Wish {
            user,
            ..mysql_ground::wish()
        };
        let ground = Ground::with_mysql(&server, wish);
        let staffed = &ground.staffed;
        let job = begun(staffed, Account::Main);
        let new = password(job.new.as_ref().unwrap());
        carried(staffed, &job);
        assert_eq!(failed(staffed, false), None, "{user}");
        assert!(!mariadb_opens(&server, user, MAIN), "the old one of {user}");
        assert!(mariadb_opens(&server, user, &new), "the new one of {user}");
        let logged =
            format!("select count(*) from mysql.general_log where argument like '%{new}%'");
        assert_eq!(
            server.does(&logged).trim(),
            "1",
            "but for this question itself"
        );
        assert!(!stands_in(staffed.hospital.folder(), &new));
        let visit = ground.mariadb("select count(*) from patients");
        assert!(visit.out.contains("1000"), "{visit:?}");
    }
}

#[test]
fn whatever_interrupts_a_replacement_at_postgresql_leaves_a_secret_that_works() {
    let server = postgres_ground::Server::start();
    let staffed = staffed(server.address, server.key, Wish::default());
    every_interruption_leaves_a_secret_that_works(staffed);
}

#[test]
fn whatever_interrupts_a_replacement_at_mariadb_leaves_a_secret_that_works() {
    let server = mysql_ground::Server::start();
    let staffed = staffed(server.address, server.key, mysql_ground::wish());
    every_interruption_leaves_a_secret_that_works(staffed);
}

#[test]
fn l39_a_server_with_another_key_is_told_no_secret() {
    let server = postgres_ground::Server::start();
    let wish = Wish {
        server: Some(ServerIdentity::Tls {
            spki: Digest([7; 32]),
        }),
        ..Wish::default()
    };
    let staffed = staffed(server.address, server.key, wish);
    let job = begun(&staffed, Account::Main);
    carried(&staffed, &job);
    let differs = (Works::Old, RotationFailure::KeyDiffers);
    assert_eq!(failed(&staffed, false), Some(differs));
    assert!(psql_opens(&server, "maint", MAIN));
}

#[test]
fn a_target_that_dies_before_it_is_asked_keeps_its_secret_and_one_that_dies_after_is_asked_again() {
    let mut server = postgres_ground::Server::start();
    let staffed = staffed(server.address, server.key, Wish::default());
    let job = begun(&staffed, Account::Main);
    server.kill();
    carried(&staffed, &job);
    let kept = (Works::Old, RotationFailure::Unreachable);
    assert_eq!(failed(&staffed, false), Some(kept));
    // One that was interrupted is not known to be either: it stays under way, and nobody enters.
    let job = begun(&staffed, Account::Main);
    let resumed = RotationJob {
        fresh: false,
        ..job
    };
    carried(&staffed, &resumed);
    let open = (Works::NotKnown, RotationFailure::Unreachable);
    assert_eq!(failed(&staffed, false), Some(open));
    assert!(standing(&staffed, false).rotating.is_some());
    let findings = staffed.hospital.engine.tasks();
    assert!(
        findings
            .iter()
            .any(|task| task.id == "finding-rotation-open")
    );
    // It is not asked again at once, and is a minute later.
    assert!(staffed.hospital.engine.next_rotation().is_none());
    staffed.hospital.pass(Duration::from_secs(61));
    assert!(staffed.hospital.engine.next_rotation().is_some());
    // Somebody who sets one by hand has the last word.
    let by_hand = NewSecret::Password(Zeroizing::new("walnut-harbour-violet-9".to_owned()));
    let setting = staffed.hospital.engine.set_target_secret(
        &staffed.clerk,
        &staffed.target,
        Account::Main,
        by_hand,
    );
    staffed.hospital.run(setting).unwrap();
    assert!(standing(&staffed, false).rotating.is_none());
}

#[test]
fn a_secret_is_not_replaced_under_a_session_and_is_after_the_visit_by_the_hospitals_terms() {
    let server = postgres_ground::Server::start();
    let ground = Ground::new(&server, Wish::default());
    let staffed = &ground.staffed;
    let engine = ground.engine();
    let terms = SecretPolicy {
        rotation: Some(RotationTerms {
            targets: ids::NonEmpty::one(staffed.target.clone()),
            after_visits: true,
            every_days: None,
        }),
        ..SecretPolicy::default()
    };
    ground
        .run(engine.submit(&staffed.clerk, Command::SetSecretPolicy(terms)))
        .unwrap();
    assert!(!ground.run(engine.begin_due_rotation()), "nobody was there");
    let opening = engine.open_session(&staffed.engineer, "db", None, Protocol::Postgres);
    let session = ground.run(opening).unwrap();
    assert!(
        !ground.run(engine.begin_due_rotation()),
        "somebody is there"
    );
    let refused = ground.run(engine.rotate(&staffed.clerk, &staffed.target, Account::Main));
    assert_eq!(refused.unwrap_err().reasons, [Reason::SecretInUse]);
    ground.run(session.close(EndReason::EngineerClosed));
    staffed.hospital.pass(Duration::from_secs(1));
    assert!(ground.run(engine.begin_due_rotation()));
    let job = engine.next_rotation().unwrap();
    carried(staffed, &job);
    assert!(!psql_opens(&server, "maint", MAIN));
    assert!(
        !ground.run(engine.begin_due_rotation()),
        "it was not used since"
    );
}

#[test]
fn nobody_enters_with_a_secret_that_others_may_know_until_it_is_another() {
    let server = postgres_ground::Server::start();
    let ground = Ground::new(&server, Wish::default());
    let (staffed, engine) = (&ground.staffed, ground.engine());
    let said = Command::CompromiseSecret {
        target: staffed.target.clone(),
        reader: false,
        why: "it stood in a mail".to_owned(),
    };
    ground.run(engine.submit(&staffed.clerk, said)).unwrap();
    let opening = engine.open_session(&staffed.engineer, "db", None, Protocol::Postgres);
    let refused = ground.run(opening).unwrap_err().reasons;
    assert_eq!(refused, [Reason::SecretCompromised]);
    let tasks = engine.tasks();
    assert!(
        tasks
            .iter()
            .any(|task| task.id == "finding-secret-compromised")
    );
    let job = begun(staffed, Account::Main);
    carried(staffed, &job);
    assert!(standing(staffed, false).compromised.is_none());
    let visit = ground.psql(&["-c", "select count(*) from patients"]);
    assert!(visit.out.contains("1000"), "{visit:?}");
}

#[test]
fn what_a_target_applies_after_it_was_asked_is_in_the_vault_when_it_does() {
    let server = postgres_ground::Server::start();
    let staffed = staffed(server.address, server.key, Wish::default());
    let job = begun(&staffed, Account::Main);
    let new = password(job.new.as_ref().unwrap());
    // It was told, the gateway went down, and it has not done it yet.
    let resumed = RotationJob {
        fresh: false,
        ..job
    };
    carried(&staffed, &resumed);
    let doubted = (Works::NotKnown, RotationFailure::InDoubt);
    assert_eq!(failed(&staffed, false), Some(doubted));
    // Now it does, past the minutes too: what opens it counts, not what did.
    server.does(&format!("alter role maint password '{new}'"));
    staffed.hospital.pass(DOUBTED);
    carried(&staffed, &staffed.hospital.engine.next_rotation().unwrap());
    assert_eq!(failed(&staffed, false), None);
    assert!(standing(&staffed, false).rotated.is_some());
    assert_eq!(password(&begun(&staffed, Account::Main).old), new);
}
