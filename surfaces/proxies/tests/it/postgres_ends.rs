//! How sessions with a PostgreSQL end and stand still.

use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;
use std::time::Duration;

use access::{EndReason, Subject};
use recording::{ChannelNote, StatementOutcome};

use crate::postgres_ground::{Ground, Server, Wish};
use crate::sshd::{Kept, until};
use crate::told::Told;

fn begun(ground: &Ground) -> Told {
    let mut psql = Told::by(ground.psql_command(&["-v", "ON_ERROR_STOP=1"]));
    psql.says("select 'there';");
    assert_eq!(psql.line(), "there");
    psql
}

#[test]
fn the_volume_limit_ends_the_session_before_a_row_too_many_and_says_so() {
    let server = Server::start();
    let wish = Wish {
        most_bytes_out: 100_000,
        ..Wish::default()
    };
    let ground = Ground::new(&server, wish);
    let ran = ground.psql(&[
        "-c",
        "copy (select repeat('x', 1000) from generate_series(1, 1000)) to stdout",
    ]);
    assert!(ran.out.len() <= 100_000, "{} bytes", ran.out.len());
    assert!(ran.err.contains("持ち出せる量"), "{}", ran.err);
    assert_eq!(ground.end(), EndReason::DataUsedUp);
    let recorded = ground.recorded();
    assert!(recorded.bytes.len() < 110_000);
    assert_eq!(recorded.refused(), ["data: [\"data-used-up\"]"]);
    // Over the whole visit: the next session has what is left, which is not enough for a row.
    until("the session is over", || {
        ground.engine().live().count() == 0
    });
    let again = ground.psql(&["-c", "select repeat('x', 5000)"]);
    assert_ne!(again.status, Some(0));
}

#[test]
fn data_in_remarks_counts_too() {
    let server = Server::start();
    let wish = Wish {
        most_bytes_out: 50_000,
        ..Wish::default()
    };
    let ground = Ground::new(&server, wish);
    let leak =
        "do $$ begin for i in 1..1000 loop raise notice '%', repeat('x', 1000); end loop; end $$";
    let ran = ground.psql(&["-c", leak]);
    assert!(ran.err.len() < 60_000, "{} bytes", ran.err.len());
    assert_eq!(ground.end(), EndReason::DataUsedUp);
}

#[test]
fn a_target_that_dies_ends_the_session_and_what_ran_did_not_end() {
    let mut server = Server::start();
    let ground = Ground::new(&server, Wish::default());
    let mut psql = begun(&ground);
    psql.says("select pg_sleep(600);");
    let sleeps = "select count(*) from pg_stat_activity where query like '%pg_sleep(600)%' \
                  and state = 'active' and usename = 'maint'";
    until("it sleeps", || server.does(sleeps) == "1\n");
    server.kill();
    assert_eq!(ground.end(), EndReason::TargetClosed);
    let complaints = psql.complaints();
    assert!(!complaints.is_empty());
    let recorded = ground.recorded();
    let sleeping = recorded.index.channels[0].commands.last().unwrap();
    let outcome = &sleeping.answer.as_ref().unwrap().ended.outcome;
    // With its last word, as PostgreSQL has one when it is told to stop at once, or without.
    let over = matches!(
        outcome,
        StatementOutcome::Unfinished | StatementOutcome::Failed { .. }
    );
    assert!(over, "{outcome:?}");
}

#[test]
fn an_engineer_who_dies_ends_the_session() {
    let server = Server::start();
    let ground = Ground::new(&server, Wish::default());
    let psql = begun(&ground);
    drop(psql);
    assert_eq!(ground.end(), EndReason::EngineerClosed);
    until("the server has nobody", || {
        let there = "select count(*) from pg_stat_activity where usename = 'maint'";
        server.does(there) == "0\n"
    });
}

#[test]
fn l22_the_deadline_ends_a_session_that_runs_and_says_why() {
    let server = Server::start();
    let wish = Wish {
        lasts: Duration::from_secs(600),
        held: false,
        ..Wish::default()
    };
    let ground = Ground::new(&server, wish);
    let mut psql = begun(&ground);
    ground.staffed.hospital.pass(Duration::from_secs(700));
    assert_eq!(ground.end(), EndReason::Deadline);
    psql.says("select 'again';");
    let complaints = psql.complaints();
    assert!(
        complaints.contains("FATAL") && complaints.contains("時間"),
        "{complaints}"
    );
}

#[test]
fn a_withdrawal_ends_a_session_in_the_midst_of_a_statement_and_says_why_where_it_can() {
    let server = Server::start();
    let wish = Wish {
        held: false,
        ..Wish::default()
    };
    let ground = Ground::new(&server, wish);
    let mut psql = begun(&ground);
    psql.says("select pg_sleep(600);");
    let subject = Subject::Target(ground.staffed.target.clone());
    let suspending = ground
        .engine()
        .suspend(&ground.staffed.clerk, subject, "止める");
    ground.run(suspending).unwrap();
    assert_eq!(ground.end(), EndReason::TargetSuspended);
    let complaints = psql.complaints();
    assert!(
        complaints.contains("FATAL") && complaints.contains("停止"),
        "{complaints}"
    );
}

#[test]
fn nothing_passes_a_paused_session_and_then_all_of_it_does() {
    let server = Server::start();
    let ground = Ground::new(&server, Wish::default());
    let mut psql = begun(&ground);
    let session = ground.session();
    let engine = ground.engine();
    let clerk = &ground.staffed.clerk;
    ground.run(engine.pause(clerk, &session)).unwrap();
    psql.says("update patients set name = 'paused' where id = 1;");
    psql.says("select 'after';");
    let changed = "select count(*) from pg_stat_activity where query like 'update patients%'";
    // Something that passes meanwhile: another statement of somebody else's.
    for _ in 0..20 {
        assert_eq!(server.does(changed), "0\n");
    }
    ground
        .run(engine.continue_session(clerk, &session))
        .unwrap();
    assert_eq!(psql.line(), "UPDATE 1");
    assert_eq!(psql.line(), "after");
    let complaints = psql.complaints();
    assert!(complaints.contains("一時停止"), "{complaints}");
}

#[test]
fn a_session_that_waits_for_its_attendant_says_so_and_enters_nothing() {
    let server = Server::start();
    let wish = Wish {
        attended: true,
        ..Wish::default()
    };
    let ground = Ground::new(&server, wish);
    let mut command = ground.psql_command(&["-c", "select 1"]);
    command.stderr(Stdio::piped());
    let mut waiting = Kept(command.spawn().unwrap());
    let mut err = BufReader::new(waiting.0.stderr.take().unwrap());
    let mut line = String::new();
    err.read_line(&mut line).unwrap();
    assert!(line.contains("立会い"), "{line}");
    let there = "select count(*) from pg_stat_activity where usename = 'maint'";
    assert_eq!(server.does(there), "0\n");
    drop(waiting);
}

#[test]
fn l27_what_the_recorder_does_not_take_reaches_no_server() {
    let server = Server::start();
    let wish = Wish {
        quota_bytes: 1 << 20,
        ..Wish::default()
    };
    let ground = Ground::new(&server, wish);
    let mut psql = begun(&ground);
    psql.says("create table filled (x text);");
    assert_eq!(psql.line(), "CREATE TABLE");
    let long = "x".repeat(100_000);
    for _ in 0..12 {
        // It may be over already.
        let _over = writeln!(psql.input, "insert into filled values ('{long}');");
    }
    assert_eq!(ground.end(), EndReason::QuotaUsedUp);
    let recorded = ground.recorded();
    let begun = recorded.notes.iter().filter(|note| {
        matches!(note, ChannelNote::Statement(statement) if statement.text.starts_with("insert"))
    });
    // What was noted is all that the server can have heard.
    let begun = begun.count();
    assert!(begun < 12, "{begun}");
}
