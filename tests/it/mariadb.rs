//! A MariaDB behind the gateway, end to end: registered by its key, granted, worked at, looked back at.

use acceptance::hospital::{Approved, Hospital};
use acceptance::link::Link;
use acceptance::peers::MariaDb;
use acceptance::people::{Person, text};
use acceptance::run::Run;
use acceptance::wait;

const READS: &str = "Quarry-Otter-Walnut-37";
const WRITES: &str = "Lantern-Ferry-Juniper-58";

/// A server with a table and two accounts, registered by the key that it shows.
fn registered(hospital: &Hospital, vendor: &str, name: &str) -> MariaDb {
    let server = MariaDb::start();
    let address = server.address();
    for sql in [
        "create database orca",
        "create database other",
        "create table orca.patients (id int, name text)",
        "insert into orca.patients select seq, concat('name ', seq) from orca.seq_1_to_100",
        &format!("create user looker identified via ed25519 using password('{READS}') require ssl"),
        &format!("create user worker identified by '{WRITES}' require ssl"),
        "grant select, show view on orca.* to looker",
        "grant select, insert, update, delete on orca.* to worker",
    ] {
        server.does(sql).ok();
    }
    let place = address.to_string();
    let ask = ["target", "server-key", &place, "--protocol", "mysql"];
    let shown = hospital.clerk.asks(ask);
    let key = format!("sha256:{}", text(&shown["shown"]["tls"], "spki"));
    let kind = ["--protocol", "mysql", "--user", "worker"];
    let known = ["--reader", "looker", "--server-key", &key];
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
    // Of one that is registered it is known what it speaks.
    let again = hospital.clerk.asks(["target", "server-key", name]);
    assert_eq!(again["shown"], shown["shown"]);
    server
}

/// The client towards the engineer's own port, with no password and any name.
fn mariadb(link: &Link, database: &str, sql: &str) -> Run {
    let at = link.address;
    Run::of("mariadb")
        .args(["--no-defaults", "-N", "-B", "-A", "-u", "arai", "-h"])
        .arg(at.ip().to_string())
        .arg(format!("--port={}", at.port()))
        .args([database, "-e", sql])
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

fn ready(login: &str) -> (&'static Hospital, Person, MariaDb) {
    let hospital = Hospital::shared();
    let vendor = hospital.vendor(&format!("Receipts {login} KK"));
    let engineer = hospital.engineer(&vendor, login);
    let server = registered(hospital, &vendor, &format!("my-{login}"));
    (hospital, engineer, server)
}

#[test]
fn an_engineer_reads_a_mariadb_without_its_password_and_cannot_change_it() {
    let (hospital, engineer, server) = ready("mareader");
    let target = "my-mareader";
    let visit = hospital.visit(&engineer, target, &["--database", "orca"]);
    let mut link = Link::open(&engineer, target);

    let counted = mariadb(
        &link,
        "orca",
        "select current_user(), count(*) from patients",
    );
    assert_eq!(counted.ok().text().trim(), "looker@%\t100");
    link.says("cli-connected");
    let session = hospital.session_of(&visit.visit);
    let change = "delete from patients";
    let allow = format!("set session transaction read write; {change}");
    let refused = mariadb(&link, "orca", &allow).done();
    refused.says("1142");
    let elsewhere = mariadb(&link, "other", "select 1").done();
    elsewhere.says("ERROR").says("other");
    link.close().expect(0);

    hospital.ended(&session);
    let verified = hospital.clerk.asks(["recording", "verify", &session]);
    assert_eq!(verified["verified"], true);
    let all = told(hospital, &visit);
    assert!(all.iter().any(|text| text.contains("count(*)")), "{all:?}");
    assert!(all.iter().any(|text| text == change), "{all:?}");
    let found = hospital.clerk.asks(["search", "transaction read write"]);
    let found = found["commands"].as_array().cloned().unwrap_or_default();
    assert!(!found.is_empty(), "search finds statements");
    let left = server.does("select count(*) from orca.patients").ok();
    assert_eq!(left.text().trim(), "100");
}

#[test]
fn an_engineer_who_may_change_data_stops_what_runs_with_the_clients_own_key() {
    let (hospital, engineer, server) = ready("macancel");
    let target = "my-macancel";
    hospital.visit(&engineer, target, &["--write"]);
    let link = Link::open(&engineer, target);
    let running = mariadb(&link, "orca", "select sleep(600)").begin();
    let sleeps = "select count(*) from information_schema.processlist \
                  where info = 'select sleep(600)' and user = 'worker'";
    wait::until("it sleeps", || {
        (server.does(sleeps).ok().text().trim() == "1").then_some(())
    });
    // Ctrl-C: the client says KILL QUERY on a connection of its own.
    running.signal("INT");
    running.finish().says("query killed");
    wait::until("it does not sleep", || {
        (server.does(sleeps).ok().text().trim() == "0").then_some(())
    });
    link.close().expect(0);
}

/// Debian's MariaDB Connector/J.
const JDBC: &str = "/usr/share/java/mariadb-java-client.jar";

#[test]
fn a_vendors_program_works_by_connector_j_and_what_it_prepared_is_told_with_its_parameters() {
    let (hospital, engineer, _server) = ready("majdbc");
    let target = "my-majdbc";
    let visit = hospital.visit(&engineer, target, &["--write"]);
    let link = Link::open(&engineer, target);
    let program = concat!(env!("CARGO_MANIFEST_DIR"), "/clients/Wards.java");
    let ran = Run::of("java")
        .args(["-cp", JDBC, program])
        .arg(link.address.to_string())
        .ok();
    let done = [
        "metadata",
        "prepared",
        "batch",
        "fetched",
        "taken back",
        "failure",
        "too long",
        "closed",
    ];
    assert_eq!(Vec::from_iter(ran.text().lines()), done, "{}", ran.text());
    link.close().expect(0);
    hospital.ended(&hospital.session_of(&visit.visit));
    let all = told(hospital, &visit);
    let ran = |part: &str| all.iter().filter(|text| text.contains(part)).count();
    assert_eq!(ran("where id = ? and name like ?"), 12, "{all:?}");
    assert_eq!(ran("insert into patients values"), 500, "{all:?}");
    assert!(
        ran("delete from patients") == 1 && ran("sleep(600)") == 1,
        "{all:?}"
    );
}
