//! Emergency accounts at a real PostgreSQL, a real MariaDB and a real OpenSSH: what an envelope holds opens the target, what came
//! before it does not, and a use of it past the gateway is found.

use std::fs;
use std::io::Write as _;
use std::process::Stdio;
use std::time::Duration;

use access::*;
use engine::{Account, NewSecret};
use login::Identity;
use proxies::rotation::{ask, carry};
use zeroize::Zeroizing;

use crate::database_ground::{Ground, MAIN, Wish};
use crate::hospital::{LAN, Staffed};
use crate::mysql_ground;
use crate::postgres_ground;
use crate::rotating::{mariadb_opens, password, psql_opens, stands_in};
use crate::sshd::{Kept, until, workers};
use crate::visit_accounts_linux::Machine;

/// Longer than the gateway waits before it asks a target again.
const LATER: Duration = Duration::from_secs(7 * 60 * 60);

fn submitted(staffed: &Staffed, by: &Identity, command: Command) {
    let hospital = &staffed.hospital;
    let done = hospital.run(hospital.engine.submit(by, command));
    done.unwrap();
}

/// Another operator of the hospital.
fn second(staffed: &Staffed) -> Identity {
    let hospital = &staffed.hospital;
    let invitation = hospital.invite(&staffed.clerk, Employer::Hospital, Role::Operator);
    let mut person = hospital.join(&invitation, "second", Door::Console, LAN, false);
    hospital.pass(Duration::from_secs(60));
    hospital.signed_in(&mut person)
}

fn keeps_for_emergencies(staffed: &Staffed) {
    let terms = EmergencyTerms {
        instructions: "the doctor on duty opens it".to_owned(),
        look_every_days: 365,
    };
    let command = Command::SetEmergencyAccount {
        target: staffed.target.clone(),
        terms: Some(terms),
    };
    submitted(staffed, &staffed.clerk, command);
}

/// Orders an envelope, has its secret made and says that it was printed; gives what stands on the sheet.
fn envelope(staffed: &Staffed, second: &Identity, number: u64) -> String {
    let hospital = &staffed.hospital;
    let engine = &hospital.engine;
    hospital
        .run(engine.order_envelope(&staffed.clerk, &staffed.target))
        .unwrap();
    assert!(hospital.run(engine.begin_due_rotation()));
    let job = engine.next_rotation().unwrap();
    let secret = password(job.new.as_ref().unwrap());
    let workers = workers(&hospital.config.dir, None);
    hospital.run(carry(engine, &workers, &job));
    assert_eq!(standing(staffed), EnvelopeStanding::AwaitingPrint);
    let printed = Command::PrintEnvelope {
        target: staffed.target.clone(),
        number,
    };
    submitted(staffed, second, printed);
    secret
}

fn standing(staffed: &Staffed) -> EnvelopeStanding {
    let engine = &staffed.hospital.engine;
    let site = engine.site();
    let target = site.target(&staffed.target).unwrap();
    target.envelope_standing(engine.now()).unwrap()
}

fn used(staffed: &Staffed) -> Option<EnvelopeFound> {
    let site = staffed.hospital.engine.site();
    let account = site.target(&staffed.target)?.emergency_account.clone()?;
    Some(account.envelope?.used?.found)
}

/// The gateway asks the target about the envelope, hours after it did last.
fn asked(staffed: &Staffed) {
    staffed.hospital.pass(LATER);
    let engine = &staffed.hospital.engine;
    let proof = engine.next_envelope_proof().unwrap();
    let workers = workers(&staffed.hospital.config.dir, None);
    staffed.hospital.run(ask(engine, &workers, &proof));
    assert!(engine.next_envelope_proof().is_none(), "once in some hours");
}

#[test]
fn l29_what_an_envelope_holds_opens_the_database_and_stands_nowhere_else() {
    let server = postgres_ground::Server::start();
    let wish = Wish {
        reader: "",
        ..Wish::default()
    };
    let ground = Ground::new(&server, wish);
    let staffed = &ground.staffed;
    let second = second(staffed);
    keeps_for_emergencies(staffed);
    let first = envelope(staffed, &second, 1);
    assert!(psql_opens(&server, "maint", &first));
    assert!(!psql_opens(&server, "maint", MAIN));
    assert!(!stands_in(staffed.hospital.folder(), &first));
    // Nothing is entered while nothing happens.
    asked(staffed);
    assert_eq!(standing(staffed), EnvelopeStanding::Sealed);
    let other = envelope(staffed, &second, 2);
    assert!(psql_opens(&server, "maint", &other));
    assert!(
        !psql_opens(&server, "maint", &first),
        "the old number is void"
    );
}

#[test]
fn a_secret_that_somebody_changed_at_the_target_is_found_and_a_target_that_is_gone_is_not() {
    let server = postgres_ground::Server::start();
    let wish = Wish {
        reader: "",
        ..Wish::default()
    };
    let ground = Ground::new(&server, wish);
    let staffed = &ground.staffed;
    let second = second(staffed);
    keeps_for_emergencies(staffed);
    envelope(staffed, &second, 1);
    server.does("alter role maint password 'Changed-By-Hand-4711'");
    asked(staffed);
    assert_eq!(used(staffed), Some(EnvelopeFound::SecretDiffers));
    assert_eq!(standing(staffed), EnvelopeStanding::Used);
    // Somebody sets the right one here, and another envelope is made of it.
    let right = NewSecret::Password(Zeroizing::new("Changed-By-Hand-4711".to_owned()));
    let engine = &staffed.hospital.engine;
    let setting = engine.set_target_secret(&staffed.clerk, &staffed.target, Account::Main, right);
    staffed.hospital.run(setting).unwrap();
    let secret = envelope(staffed, &second, 2);
    assert!(psql_opens(&server, "maint", &secret));
    drop(server);
    asked(staffed);
    assert_eq!(standing(staffed), EnvelopeStanding::Sealed);
}

#[test]
fn l29_an_envelope_opens_mariadb_and_what_changed_its_password_there_is_found_and_one_that_did_not_is_said()
 {
    let server = mysql_ground::Server::start();
    server.does("set global log_output = 'TABLE'; set global general_log = 1");
    // Both forms in which the server keeps passwords.
    for user in ["maint", "native"] {
        let wish = Wish {
            user,
            reader: "",
            ..mysql_ground::wish()
        };
        let ground = Ground::with_mysql(&server, wish);
        let staffed = &ground.staffed;
        let second = second(staffed);
        keeps_for_emergencies(staffed);
        let first = envelope(staffed, &second, 1);
        assert!(mariadb_opens(&server, user, &first), "{user}");
        assert!(!mariadb_opens(&server, user, MAIN), "{user}");
        assert!(!stands_in(staffed.hospital.folder(), &first), "{user}");
        let logged =
            format!("select count(*) from mysql.general_log where argument like '%{first}%'");
        let asking_itself = "1";
        assert_eq!(server.does(&logged).trim(), asking_itself, "{user}");
        // MariaDB keeps no list of who signed in: a use that changes nothing is not found, so it is said.
        asked(staffed);
        assert_eq!(standing(staffed), EnvelopeStanding::Sealed, "{user}");
        let opened = Command::SeeEnvelope {
            target: staffed.target.clone(),
            number: 1,
            found: EnvelopeFound::Opened,
            why: Some("the gateway stood still".to_owned()),
        };
        submitted(staffed, &staffed.clerk, opened);
        assert_eq!(standing(staffed), EnvelopeStanding::Used, "{user}");
        let other = envelope(staffed, &second, 2);
        assert!(mariadb_opens(&server, user, &other), "{user}");
        assert!(
            !mariadb_opens(&server, user, &first),
            "{user}: the old number"
        );

        let by_hand = if user == "maint" {
            "alter user maint identified via ed25519 using password('Changed-By-Hand-4711')"
        } else {
            "alter user native identified by 'Changed-By-Hand-4711'"
        };
        server.does(by_hand);
        asked(staffed);
        assert_eq!(used(staffed), Some(EnvelopeFound::SecretDiffers), "{user}");
        assert!(!mariadb_opens(&server, user, &other), "{user}");
        let right = NewSecret::Password(Zeroizing::new("Changed-By-Hand-4711".to_owned()));
        let engine = &staffed.hospital.engine;
        let set = engine.set_target_secret(&staffed.clerk, &staffed.target, Account::Main, right);
        staffed.hospital.run(set).unwrap();
        let third = envelope(staffed, &second, 3);
        assert!(mariadb_opens(&server, user, &third), "{user}");
        assert!(
            !mariadb_opens(&server, user, "Changed-By-Hand-4711"),
            "{user}"
        );
    }
}

/// Gives `root` of the machine this password, as its own administrator would.
fn root_has(machine: &Machine, password: &str) {
    let mut setting = machine.inside(&["chpasswd"]);
    let mut setting = setting.stdin(Stdio::piped()).spawn().unwrap();
    let mut input = setting.stdin.take().unwrap();
    input
        .write_all(format!("root:{password}\n").as_bytes())
        .unwrap();
    drop(input);
    assert!(setting.wait().unwrap().success());
}

#[test]
fn root_gets_another_password_by_chpasswd_and_a_sign_in_with_the_envelopes_account_is_found() {
    let Some(machine) = Machine::start() else {
        return;
    };
    root_has(&machine, MAIN);
    let staffed = machine.of_root(MAIN);
    let second = second(&staffed);
    keeps_for_emergencies(&staffed);
    let before = machine.read("etc/shadow");
    let secret = envelope(&staffed, &second, 1);
    assert_ne!(machine.read("etc/shadow"), before);
    assert!(!stands_in(&machine.folder().join("log"), &secret));
    assert!(!stands_in(staffed.hospital.folder(), &secret));
    // What the gateway itself does there is no use.
    asked(&staffed);
    assert_eq!(
        (used(&staffed), standing(&staffed)),
        (None, EnvelopeStanding::Sealed)
    );
    // Somebody sits down at a terminal of it.
    let typed = machine.inside_at_a_terminal();
    let typed = Kept(typed);
    let wtmp = machine.folder().join("varlog/wtmp");
    until("the target wrote down who came", || {
        fs::metadata(&wtmp).is_ok_and(|known| known.len() > 0)
    });
    drop(typed);
    asked(&staffed);
    assert_eq!(used(&staffed), Some(EnvelopeFound::SignedIn));
    // The way back: another envelope.
    let other = envelope(&staffed, &second, 2);
    assert_ne!(other, secret);
}
