//! Every kind of statement at a database, on every kind of terms, with the databases' own programs: what the engineer
//! is answered. `tests/matrix/paths-databases.txt` is the reviewed answer.

use std::fmt::Write as _;

use access::*;
use ids::NonEmpty;

use crate::database_ground::{Ground, Wish};
use crate::seen::Ran;
use crate::seen::is_as_reviewed;
use crate::{mysql_ground, postgres_ground};

const REVIEWED: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../tests/matrix/paths-databases.txt"
);

/// At PostgreSQL: what is asked for in which database.
const POSTGRES: &[(&str, &str)] = &[
    ("orca", "select count(*) from patients"),
    ("orca", "copy (select 1) to stdout"),
    ("orca", "insert into patients values (5001, 'x')"),
    ("orca", "update patients set name = 'x' where id = 1"),
    ("orca", "create table t (x int)"),
    ("orca", "create temp table t (x int)"),
    ("orca", "set session default_transaction_read_only = off"),
    (
        "orca",
        "begin read write; insert into patients values (5002, 'x')",
    ),
    (
        "orca",
        "set default_transaction_read_only = off; insert into patients values (5003, 'x')",
    ),
    ("orca", "set role boss"),
    ("orca", "copy patients to program 'id'"),
    ("orca", "copy patients from '/etc/passwd'"),
    ("orca", "select pg_read_file('/etc/passwd')"),
    ("postgres", "select 1"),
];

/// At MariaDB.
const MARIADB: &[(&str, &str)] = &[
    ("orca", "select count(*) from patients"),
    ("orca", "insert into patients values (5001, 'x')"),
    ("orca", "update patients set name = 'x' where id = 1"),
    ("orca", "create table t (x int)"),
    (
        "orca",
        "set session transaction read write; insert into patients values (5002, 'x')",
    ),
    ("orca", "set role boss"),
    (
        "orca",
        "load data local infile '/etc/hostname' into table patients",
    ),
    ("orca", "load data infile '/etc/passwd' into table patients"),
    ("orca", "select load_file('/etc/passwd')"),
    ("orca", "select 1 into outfile '/tmp/sekisho-never'"),
    ("orca", "use mysql"),
    ("mysql", "select 1"),
];

fn terms() -> [(&'static str, bool, Databases); 4] {
    let orca = || Databases::Only(NonEmpty::one("orca".to_owned()));
    [
        ("read", false, Databases::Any),
        ("change", true, Databases::Any),
        ("read in orca", false, orca()),
        ("change in orca", true, orca()),
    ]
}

/// What a program says of it: its first row, or the code of the first thing that it complains of, and who said it.
fn answered(ran: &Ran) -> String {
    if ran.status == Some(0) {
        return ran.out.lines().next().unwrap_or("done").to_owned();
    }
    let wrong = |line: &&str| line.contains("ERROR") || line.contains("FATAL");
    let line = ran.err.lines().find(wrong).unwrap_or_default();
    if line.contains("sekisho:") {
        return "refused by sekisho".to_owned();
    }
    let codes = line.split(|c: char| !c.is_ascii_alphanumeric());
    let code =
        codes.filter(|code| code.len() >= 4 && code.bytes().any(|byte| byte.is_ascii_digit()));
    format!(
        "refused by the server: {}",
        code.take(1).collect::<String>()
    )
}

#[test]
fn l5_every_statement_at_a_database_is_answered_as_was_reviewed() {
    let mut found = String::new();
    for (name, write, databases) in terms() {
        let server = postgres_ground::Server::start();
        let wish = Wish {
            write,
            databases: databases.clone(),
            ..Wish::default()
        };
        let ground = Ground::new(&server, wish);
        for (database, sql) in POSTGRES {
            let ran = ground.psql(&["-v", "VERBOSITY=sqlstate", "-d", database, "-c", sql]);
            let answer = answered(&ran);
            writeln!(found, "postgres {database}: {sql} | {name} | {answer}").unwrap();
        }
    }
    for (name, write, databases) in terms() {
        let server = mysql_ground::Server::start();
        let wish = Wish {
            write,
            databases: databases.clone(),
            ..mysql_ground::wish()
        };
        let ground = Ground::with_mysql(&server, wish);
        for (database, sql) in MARIADB {
            let local = ["--local-infile=1", database, "-e", sql];
            let answer = answered(&ground.mariadb_with(&local));
            writeln!(found, "mariadb {database}: {sql} | {name} | {answer}").unwrap();
        }
    }
    is_as_reviewed(&found, REVIEWED);
}
