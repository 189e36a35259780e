//! What passes in a session with a real PostgreSQL, and what is known of it afterwards.

use access::{Databases, EndReason, Sessions};
use recording::{Answer, ChannelNote, StatementHow, StatementNote, StatementOutcome, What};

use crate::postgres_ground::{Ground, MAIN, READER, Server, Wish};
use crate::seen::{Ran, Recorded};
use crate::sshd::{Kept, until};

fn statements(recorded: &Recorded) -> Vec<StatementNote> {
    let notes = recorded.notes.iter();
    notes
        .filter_map(|note| match note {
            ChannelNote::Statement(statement) => Some(statement.clone()),
            _ => None,
        })
        .collect()
}

/// What was answered to the statement with this text.
fn answer(recorded: &Recorded, text: &str) -> Answer {
    let commands = recorded.index.channels[0].commands.iter();
    let mut found = commands.filter(|command| command.text.contains(text));
    let command = found.next().unwrap_or_else(|| panic!("no {text}"));
    command.answer.clone().unwrap()
}

fn code(outcome: &StatementOutcome) -> &str {
    match outcome {
        StatementOutcome::Failed { code, .. } => code,
        other => panic!("{other:?}"),
    }
}

#[test]
fn psql_works_without_any_password_and_every_statement_stands_in_the_recording_with_its_answer() {
    let server = Server::start();
    let ground = Ground::new(&server, Wish::default());
    let ran = ground.psql(&[
        "-c",
        "select current_user, count(*) from patients",
        "-c",
        "update patients set name = 'x' where id <= 5",
        "-c",
        "select * from nowhere",
        "-c",
        "begin; select 1; select 2; commit",
        "-c",
        "alter role maint password 'juniper-ferry-lantern-1'",
    ]);
    assert_eq!(ran.out.lines().next(), Some("maint|1000"), "{ran:?}");
    assert!(ran.err.contains("nowhere"), "{ran:?}");
    assert_eq!(ground.end(), EndReason::EngineerClosed);
    let recorded = ground.recorded();
    let ChannelNote::Opened { what, .. } = &recorded.notes[0] else {
        panic!("{:?}", recorded.notes);
    };
    let expected = What::Database {
        database: "orca".to_owned(),
        account: "maint".to_owned(),
        typed: "arai".to_owned(),
        application: "psql".to_owned(),
    };
    assert_eq!(*what, expected);
    let counted = answer(&recorded, "count(*)").ended;
    assert_eq!(
        (counted.tags, counted.rows),
        (vec!["SELECT 1".to_owned()], 1)
    );
    assert_eq!(answer(&recorded, "set name").ended.tags, ["UPDATE 5"]);
    assert_eq!(code(&answer(&recorded, "nowhere").ended.outcome), "42P01");
    let several = answer(&recorded, "begin;").ended;
    assert_eq!(several.tags, ["BEGIN", "SELECT 1", "SELECT 1", "COMMIT"]);
    // The text beside the bytes holds no password.
    let texts = format!("{:?}", recorded.notes);
    assert!(texts.contains("********") && !texts.contains(MAIN), "l29");
    assert!(recorded.holds("maint") && recorded.holds("nowhere"));
    let what = &recorded.index.channels[0];
    assert!(what.ended.is_some());
}

#[test]
fn copies_pass_both_ways_and_are_counted() {
    let server = Server::start();
    let ground = Ground::new(&server, Wish::default());
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("in.tsv");
    let lines: String = (2001..=2500)
        .map(|n| format!("{n}\tcopied {n}\n"))
        .collect();
    std::fs::write(&file, &lines).unwrap();
    let copy_in = format!("\\copy patients from '{}'", file.display());
    let ran = ground.psql(&[
        "-c",
        &copy_in,
        "-c",
        "copy (select id, name from patients where id > 2000 order by id) to stdout",
    ]);
    assert_eq!(ran.out.lines().count(), 501, "{}", ran.err);
    assert!(ran.out.ends_with("2500\tcopied 2500\n"));
    let recorded = ground.recorded();
    let into = answer(&recorded, "FROM STDIN").ended;
    assert_eq!(into.tags, ["COPY 500"]);
    assert_eq!(into.bytes_in, u64::try_from(lines.len()).unwrap());
    let out = answer(&recorded, "copy (select").ended;
    assert_eq!((out.tags, out.rows), (vec!["COPY 500".to_owned()], 500));
}

#[test]
fn a_large_result_passes_whole() {
    let server = Server::start();
    let ground = Ground::new(&server, Wish::default());
    let rows = "select n, repeat('x', 500) from generate_series(1, 40000) n";
    let ran = ground.psql(&["-c", rows, "-c", "select length(repeat('y', 3000000))"]);
    assert_eq!(ran.out.lines().count(), 40_001, "{}", ran.err);
    assert!(ran.out.ends_with("3000000\n"));
    let ended = answer(&ground.recorded(), "generate_series").ended;
    assert_eq!(ended.rows, 40_000);
    assert!(ended.bytes_out > 20_000_000);
}

/// The extended protocol: parameters, pipelines, prepared statements, failures in the middle of them,
/// portals, a copy, a password among parameters.
const DRIVER: &str = r#"
import psycopg
with psycopg.connect("", autocommit=True) as c:
    assert c.execute("select name from patients where id = %s", (7,)).fetchone() == ("name 7",)
    assert c.execute("select %s::text, %s::int", ("a'b", None)).fetchone() == ("a'b", None)
    try:
        c.execute("select %s / 0", (4,))
        raise SystemExit("no failure")
    except psycopg.errors.DivisionByZero:
        pass
    with c.pipeline() as p:
        cursors = [c.execute("select %s::int * 2", (n,)) for n in range(300)]
        p.sync()
        assert [cur.fetchone()[0] for cur in cursors] == [n * 2 for n in range(300)]
    try:
        with c.pipeline():
            c.execute("select 'before'")
            c.execute("select * from missing")
            c.execute("select 'after'")
    except psycopg.errors.UndefinedTable:
        pass
    with c.transaction():
        with c.cursor(name="big") as cur:
            cur.itersize = 100
            cur.execute("select id from patients order by id")
            assert len(cur.fetchall()) == 1000
    with c.cursor() as cur:
        cur.executemany("insert into patients values (%s, %s)", [(n, "m") for n in range(3000, 3050)])
        with cur.copy("copy patients from stdin") as copy:
            copy.write_row((4000, "row"))
    c.execute("select %s as password", ("hidden-parameter",))
    assert c.execute("select count(*) from patients").fetchone() == (1051,)
print("done")
"#;

#[test]
fn a_driver_with_parameters_and_pipelines_works_and_each_execution_is_told_apart() {
    let server = Server::start();
    let ground = Ground::new(&server, Wish::default());
    let mut driver = ground.client("/usr/bin/python3");
    let ran = Ran::of(driver.args(["-c", DRIVER]).output().unwrap());
    assert_eq!(ran.out, "done\n", "{}", ran.err);
    let recorded = ground.recorded();
    let all = statements(&recorded);
    let with = |text: &str| all.iter().filter(|told| told.text.contains(text)).count();
    assert_eq!(with("* 2"), 300);
    let one = all
        .iter()
        .find(|told| told.text.contains("where id"))
        .unwrap();
    assert_eq!(one.how, StatementHow::Prepared);
    assert_eq!(one.parameters.len(), 1);
    let nulls = all
        .iter()
        .find(|told| told.text.contains("$2::int"))
        .unwrap();
    assert_eq!(nulls.parameters, [Some("a'b".to_owned()), None]);
    let failed = answer(&recorded, "/ 0").ended.outcome;
    assert_eq!(code(&failed), "22012");
    assert_eq!(code(&answer(&recorded, "missing").ended.outcome), "42P01");
    let after = answer(&recorded, "select 'after'").ended.outcome;
    assert_eq!(after, StatementOutcome::Skipped);
    assert_eq!(answer(&recorded, "select 'before'").ended.rows, 1);
    let counted = answer(&recorded, "select count(*)").ended;
    assert_eq!(counted.outcome, StatementOutcome::Done, "still in step");
    let texts = format!("{:?}", recorded.notes);
    assert!(!texts.contains("hidden-parameter"), "l29");
    let ends = recorded.index.channels[0].commands.iter();
    let open = ends.filter(|command| command.answer.is_none()).count();
    assert_eq!(open, 0, "every statement has its end");
}

#[test]
fn pgbench_runs_with_prepared_statements_on_several_connections() {
    let server = Server::start();
    let ground = Ground::new(&server, Wish::default());
    let mut first = ground.client("pgbench");
    let ran = Ran::of(first.args(["-i", "-s", "1", "-q"]).output().unwrap());
    assert_eq!(ran.status, Some(0), "{}", ran.err);
    for mode in ["prepared", "extended", "simple"] {
        let mut bench = ground.client("pgbench");
        bench.args(["-n", "-M", mode, "-c", "4", "-t", "20"]);
        let ran = Ran::of(bench.output().unwrap());
        assert!(ran.out.contains("80/80"), "{mode}: {} {}", ran.out, ran.err);
    }
    assert!(ground.ends.lock().unwrap().len() >= 4);
}

#[test]
fn what_runs_is_cancelled_though_the_grant_admits_one_session_only() {
    let server = Server::start();
    let wish = Wish {
        sessions: Sessions::AtOnce(1),
        ..Wish::default()
    };
    let ground = Ground::new(&server, wish);
    let mut psql = ground.psql_command(&["-c", "select pg_sleep(600)"]);
    psql.stderr(std::process::Stdio::piped());
    let mut running = Kept(psql.spawn().unwrap());
    let sleeps = "select count(*) from pg_stat_activity where query like '%pg_sleep(600)' \
                  and state = 'active' and usename = 'maint'";
    until("it sleeps", || server.does(sleeps) == "1\n");
    // Ctrl-C in psql sends a cancel request on a connection of its own.
    let interrupt = std::process::Command::new("kill")
        .args(["-INT", &running.0.id().to_string()])
        .status();
    assert!(interrupt.unwrap().success());
    assert_eq!(running.0.wait().unwrap().code(), Some(1));
    let ended = answer(&ground.recorded(), "pg_sleep").ended;
    assert_eq!(code(&ended.outcome), "57014");
    assert_eq!(
        ground.ends.lock().unwrap().len(),
        1,
        "no session of its own"
    );
}

#[test]
fn l15_a_cancel_of_another_person_or_with_another_secret_reaches_nothing() {
    let server = Server::start();
    let ground = Ground::new(&server, Wish::default());
    let mut psql = ground.psql_command(&["-c", "select pg_sleep(2)"]);
    let running = psql.stdout(std::process::Stdio::piped()).spawn().unwrap();
    let running = Kept(running);
    ground.session();
    let engine = ground.engine();
    for process in [0, 1, u32::MAX] {
        engine.cancel_statement(&ground.staffed.engineer, process, &[0; 4]);
        engine.cancel_statement(&ground.staffed.clerk, process, &[]);
    }
    drop(running);
    assert_eq!(ground.end(), EndReason::EngineerClosed);
}

#[test]
fn a_visit_that_only_reads_is_refused_changes_by_the_server_itself() {
    let server = Server::start();
    let wish = Wish {
        write: false,
        ..Wish::default()
    };
    let ground = Ground::new(&server, wish);
    let ran = ground.psql(&[
        "-c",
        "select current_user, count(*) from patients",
        "-c",
        "delete from patients",
        "-c",
        "set default_transaction_read_only = off",
        "-c",
        "delete from patients",
        "-c",
        "create table mine (x int)",
    ]);
    assert_eq!(ran.out.lines().next(), Some("reader|1000"), "{ran:?}");
    let recorded = ground.recorded();
    let failures: Vec<String> = recorded.index.channels[0]
        .commands
        .iter()
        .filter_map(|command| match &command.answer.as_ref()?.ended.outcome {
            StatementOutcome::Failed { code, .. } => Some(code.clone()),
            _ => None,
        })
        .collect();
    // First by the transaction, which the engineer may change; then by the account, which they may not.
    assert_eq!(failures, ["25006", "42501", "42501"]);
    assert!(!format!("{:?}", recorded.notes).contains(READER));
}

#[test]
fn a_database_that_is_not_granted_is_refused_in_the_engineers_language_and_entered() {
    let server = Server::start();
    let wish = Wish {
        databases: Databases::Only(ids::NonEmpty::one("postgres".to_owned())),
        ..Wish::default()
    };
    let ground = Ground::new(&server, wish);
    let ran = ground.psql(&["-c", "select 1"]);
    assert_eq!(ran.status, Some(2));
    assert!(ran.err.contains("FATAL"), "{}", ran.err);
    assert!(
        ran.err.contains("orca") && ran.err.contains("認められ"),
        "{}",
        ran.err
    );
    let recorded = ground.recorded();
    assert_eq!(recorded.refused().len(), 1);
    assert!(recorded.bytes.is_empty(), "the target heard nothing");
    let english = ground
        .psql_command(&["-c", "select 1"])
        .env("PGCLIENTENCODING", "SJIS")
        .output()
        .unwrap();
    let english = Ran::of(english);
    assert!(english.err.is_ascii(), "{}", english.err);
}
