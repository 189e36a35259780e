//! A PostgreSQL behind the gateway, end to end: registered by its key, granted, worked at, looked back at.

use acceptance::browser::Browser;
use acceptance::hospital::{Approved, Hospital};
use acceptance::link::Link;
use acceptance::peers::Postgres;
use acceptance::people::{Person, text};
use acceptance::run::Run;
use acceptance::wait;
use serde_json::Value;

const READS: &str = "Reading-Walnut-Ferry-7";
pub(crate) const WRITES: &str = "Writing-Lantern-Otter-8";

/// A server with a table and two accounts, registered by the key that it shows.
pub(crate) fn registered(hospital: &Hospital, vendor: &str, name: &str) -> Postgres {
    let server = Postgres::guarded();
    let address = server.address();
    for sql in [
        &format!("create role reads login password '{READS}'"),
        &format!("create role writes login password '{WRITES}'"),
        "create database orca",
        "create table patients (id int, name text)",
        "insert into patients select n, 'name ' || n from generate_series(1, 100) n",
        "grant select on patients to reads",
        "grant select, insert, update, delete on patients to writes",
    ] {
        Postgres::psql(address).args(["-c", sql]).ok();
    }
    let shown = hospital
        .clerk
        .asks(["target", "server-key", &address.to_string()]);
    let key = format!("sha256:{}", text(&shown["shown"]["tls"], "spki"));
    let kind = ["--protocol", "postgres", "--user", "writes"];
    let known = ["--reader", "reads", "--server-key", &key];
    let all: Vec<&str> = kind.into_iter().chain(known).collect();
    hospital.target(name, vendor, address, &all);
    for (more, password) in [(&["--reader"][..], READS), (&[], WRITES)] {
        hospital
            .clerk
            .sekisho()
            .args(["target", "secret", name, "--password-stdin"])
            .args(more)
            .input(format!("{password}\n"))
            .ok();
    }
    server
}

/// psql towards the engineer's own port, with no password and any name.
pub(crate) fn psql(link: &Link, database: &str) -> Run {
    let at = link.address;
    Run::of("psql")
        .args([
            "--no-psqlrc",
            "--no-align",
            "--tuples-only",
            "--no-password",
        ])
        .arg("--dbname")
        .arg(format!(
            "host={} port={} user=arai dbname={database} connect_timeout=30",
            at.ip(),
            at.port()
        ))
}

fn told(hospital: &Hospital, visit: &Approved) -> Vec<String> {
    let shown = hospital.clerk.asks(["visit", "show", &visit.visit]);
    let commands = shown["story"]["commands"].as_array().cloned();
    let commands = commands.unwrap_or_default();
    commands
        .iter()
        .map(|command| text(command, "text"))
        .collect()
}

fn ready(login: &str) -> (&'static Hospital, Person, Postgres) {
    let hospital = Hospital::shared();
    let vendor = hospital.vendor(&format!("Receipts {login} KK"));
    let engineer = hospital.engineer(&vendor, login);
    let server = registered(hospital, &vendor, &format!("pg-{login}"));
    (hospital, engineer, server)
}

#[test]
fn an_engineer_reads_a_postgresql_without_its_password_and_cannot_change_it() {
    let (hospital, engineer, server) = ready("pgreader");
    let target = "pg-pgreader";
    let visit = hospital.visit(&engineer, target, &["--database", "postgres"]);
    let mut link = Link::open(&engineer, target);

    let counted =
        psql(&link, "postgres").args(["-c", "select current_user, count(*) from patients"]);
    assert_eq!(counted.ok().text().trim(), "reads|100");
    link.says("cli-connected");
    let session = hospital.session_of(&visit.visit);
    let (allow, change) = (
        "set default_transaction_read_only = off",
        "delete from patients",
    );
    let refused = psql(&link, "postgres").args(["-c", allow, "-c", change]);
    let refused = refused.done();
    refused.says("permission denied");
    let elsewhere = psql(&link, "orca").args(["-c", "select 1"]).done();
    elsewhere.says("FATAL").says("orca");
    link.close().expect(0);

    hospital.ended(&session);
    let verified = hospital.clerk.asks(["recording", "verify", &session]);
    assert_eq!(verified["verified"], true);
    let all = told(hospital, &visit);
    assert!(all.iter().any(|text| text.contains("count(*)")), "{all:?}");
    assert!(all.iter().any(|text| text == change), "{all:?}");
    let found = hospital
        .clerk
        .asks(["search", "default_transaction_read_only"]);
    let found = found["commands"].as_array().cloned().unwrap_or_default();
    assert!(!found.is_empty(), "search finds statements");
    let left = Postgres::psql(server.address()).args(["-c", "select count(*) from patients"]);
    assert_eq!(left.ok().text().trim(), "100");
}

#[test]
fn an_engineer_with_a_grant_of_one_session_cancels_what_runs() {
    let (hospital, engineer, server) = ready("pgcancel");
    let target = "pg-pgcancel";
    let terms = ["--write", "--once"];
    let visit = hospital.visit(&engineer, target, &terms);
    let link = Link::open(&engineer, target);
    let running = psql(&link, "postgres")
        .args(["-c", "select pg_sleep(600)"])
        .begin();
    let sleeps = "select count(*) from pg_stat_activity where query like '%pg_sleep(600)' \
                  and usename = 'writes' and state = 'active'";
    wait::until("it sleeps", || {
        let found = Postgres::psql(server.address()).args(["-c", sleeps]).ok();
        (found.text().trim() == "1").then_some(())
    });
    // Ctrl-C: psql says it on a connection of its own.
    running.signal("INT");
    running.finish().says("canceling statement");
    link.close().expect(0);
    let session = hospital.session_of(&visit.visit);
    let ended: Value = hospital.ended(&session);
    assert_eq!(ended["target_name"], target);
}

#[test]
fn l08_what_was_asked_to_change_and_approved_to_read_is_only_read_and_no_more_than_approved() {
    let (hospital, engineer, _server) = ready("pgnarrow");
    let target = "pg-pgnarrow";
    let asked = ["--write", "--database", "postgres", "orca"];
    let requested = hospital.request(&engineer, target, &asked).json();
    let (request, visit) = (text(&requested, "request"), text(&requested, "visit"));
    let less = [
        "--read-only",
        "--database",
        "postgres",
        "--data-out",
        "1KiB",
    ];
    hospital
        .clerk
        .sekisho()
        .args(["approve", &request])
        .args(less)
        .ok();
    let terms = hospital.clerk.asks(["visit", "show", &visit])["database"].clone();
    assert_eq!(terms["write"], false, "{terms:#}");
    assert_eq!(terms["most_bytes_out"], 1024, "{terms:#}");

    let link = Link::open(&engineer, target);
    let who = psql(&link, "postgres").args(["-c", "select current_user"]);
    assert_eq!(who.ok().text().trim(), "reads");
    let elsewhere = psql(&link, "orca").args(["-c", "select 1"]).done();
    elsewhere.says("orca");
    let all = "select repeat(name, 100) from patients";
    let much = psql(&link, "postgres").args(["-c", all]).done();
    assert_ne!(much.code, 0, "{}", much.text());
    let session = hospital.session_of(&visit);
    let ended = hospital.ended(&session);
    assert_eq!(ended["ended"]["reason"]["id"], "end-data-used-up");
    link.close();
}

#[test]
fn l39_a_server_whose_key_was_pinned_anew_opens_nothing_under_what_was_granted_before() {
    let (hospital, engineer, _server) = ready("pgpinned");
    let target = "pg-pgpinned";
    hospital.visit(&engineer, target, &[]);
    let shown = hospital
        .clerk
        .sekisho()
        .args(["target", "server-key", target]);
    let key = text(&shown.json()["shown"]["tls"], "spki");
    let other = format!("sha256:{}", "5e".repeat(32));
    let pin = ["target", "pin-server", target, "--server-key"];
    let pinned = hospital.clerk.sekisho().args(pin).arg(&other);
    pinned.ok();
    let refused = engineer.tries(["connect", target]);
    refused.refused(&["reason-grant-withdrawn"]);
    // With a grant of its own, the server that shows the key of before is refused.
    hospital.visit(&engineer, target, &[]);
    let link = Link::open(&engineer, target);
    let tried = psql(&link, "postgres").args(["-c", "select 1"]).done();
    assert_ne!(tried.code, 0, "{}", tried.text());
    link.close();
    assert_ne!(format!("sha256:{key}"), other);
}

/// Debian's JDBC driver.
const JDBC: &str = "/usr/share/java/postgresql.jar";

#[test]
fn a_vendors_program_works_by_jdbc_and_what_it_prepared_is_told_with_its_parameters() {
    let (hospital, engineer, _server) = ready("pgjdbc");
    let target = "pg-pgjdbc";
    let visit = hospital.visit(&engineer, target, &["--write"]);
    let link = Link::open(&engineer, target);
    let program = concat!(env!("CARGO_MANIFEST_DIR"), "/clients/Receipts.java");
    let ran = Run::of("java")
        .args(["-cp", JDBC, program])
        .arg(link.address.to_string())
        .ok();
    let done = [
        "metadata", "prepared", "batch", "cursor", "copies", "failure", "too long", "closed",
    ];
    assert_eq!(Vec::from_iter(ran.text().lines()), done, "{}", ran.text());
    link.close().expect(0);
    hospital.ended(&hospital.session_of(&visit.visit));
    let all = told(hospital, &visit);
    let ran = |part: &str| all.iter().filter(|text| text.contains(part)).count();
    assert_eq!(ran("where id = $1 and name like $2"), 12, "{all:?}");
    assert_eq!(ran("insert into patients values"), 500, "{all:?}");
    assert!(
        ran("copy patients from stdin") == 1 && ran("pg_sleep") == 1,
        "{all:?}"
    );
}

/// シQ-23 of the guideline's questions and answers, from the registration to the page.
#[test]
fn whose_data_came_out_is_told_of_the_visit_and_held_against_its_plan() {
    let hospital = Hospital::own();
    let vendor = hospital.vendor("Records KK");
    let engineer = hospital.engineer(&vendor, "pgpatients");
    let target = "pg-pgpatients";
    let _server = registered(&hospital, &vendor, target);
    let names = |columns: &[&str]| {
        let typed = hospital
            .clerk
            .sekisho()
            .args(["target", "patients", target]);
        typed.args(columns).done()
    };
    names(&["patients.id"])
        .expect(2)
        .says("schema.table.column");
    names(&["public.patients.id"]).expect(0);
    let listed = hospital.clerk.asks(["target", "list"]).to_string();
    assert!(listed.contains(r#""table":"patients""#), "{listed}");
    let visit = hospital.visit(&engineer, target, &["--database", "postgres"]);
    let link = Link::open(&engineer, target);
    for sql in [
        "select name, id as x from patients where id in (3, 8) order by id",
        "select * from patients where id = 8",
        "select name from patients where id = 9",
    ] {
        psql(&link, "postgres").args(["-c", sql]).ok();
    }
    link.close().expect(0);
    hospital.ended(&hospital.session_of(&visit.visit));
    let shown = hospital.clerk.asks(["visit", "show", &visit.visit]);
    let story = &shown["story"];
    let patients = story["patients"].as_array().cloned().unwrap_or_default();
    let patients = patients
        .iter()
        .map(|seen| (text(seen, "patient"), seen["statements"].clone()));
    let expected = [("3".to_owned(), 1.into()), ("8".to_owned(), 2.into())];
    assert_eq!(patients.collect::<Vec<(String, Value)>>(), expected);
    assert_eq!(story["patients_unlisted"], 1);
    let differences = story["differences"].to_string();
    assert!(
        differences.contains("patients-seen-not-planned"),
        "{differences}"
    );
    let read = hospital
        .clerk
        .sekisho()
        .args(["visit", "show", &visit.visit]);
    read.ok()
        .says("Patients whose data came out of databases (2)")
        .says("2 statements, last at");
    let number = |id: &str| {
        id.rsplit('-')
            .next()
            .and_then(|number| number.parse::<u64>().ok())
    };
    Browser::before(&hospital)
        .fact("visit", number(&visit.visit).unwrap())
        .fact("target", number(&text(&story["visit"], "target")).unwrap())
        .tells(&["patients"]);
}
