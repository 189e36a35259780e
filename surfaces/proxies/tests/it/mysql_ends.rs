//! How sessions with a MariaDB end and stand still.

use std::io::Write;
use std::process::Stdio;
use std::time::Duration;

use access::{EndReason, Subject};
use recording::{ChannelNote, StatementOutcome};

use crate::database_ground::{Ground, Wish};
use crate::mysql_ground::{Server, wish};
use crate::sshd::{Kept, until};
use crate::told::Told;

fn begun(ground: &Ground) -> Told {
    let mut client = Told::by(ground.mariadb_command(&["--unbuffered", "orca"]));
    client.says("select 'there';");
    assert_eq!(client.line(), "there");
    client
}

#[test]
fn the_volume_limit_ends_the_session_before_a_row_too_many_and_says_so() {
    let server = Server::start();
    let ground = Ground::with_mysql(
        &server,
        Wish {
            most_bytes_out: 100_000,
            ..wish()
        },
    );
    let ran = ground.mariadb("select repeat('x', 1000) from seq_1_to_1000");
    assert!(ran.out.len() <= 100_000, "{} bytes", ran.out.len());
    assert!(ran.err.contains("持ち出せる量"), "{}", ran.err);
    assert_eq!(ground.end(), EndReason::DataUsedUp);
    let recorded = ground.recorded();
    assert!(recorded.bytes.len() < 110_000);
    assert_eq!(recorded.refused(), ["data: [\"data-used-up\"]"]);
    until("the session is over", || {
        ground.engine().live().count() == 0
    });
    // Over the whole visit: what is left is not enough for a row.
    let again = ground.mariadb("select repeat('x', 5000)");
    assert_ne!(again.status, Some(0));
}

#[test]
fn data_in_failures_and_in_names_of_columns_counts_too() {
    let server = Server::start();
    for leak in [
        "begin not atomic declare continue handler for sqlexception begin end; \
         set @x = repeat('x', 500); end; signal sqlstate '45000' set message_text = @x",
        "execute immediate concat('select 1 as `', repeat('y', 60), '`')",
    ] {
        let ground = Ground::with_mysql(
            &server,
            Wish {
                most_bytes_out: 400,
                ..wish()
            },
        );
        let mut command = ground.mariadb_command(&["orca", "--force"]);
        command.stdin(Stdio::piped()).stderr(Stdio::null());
        let mut client = Kept(command.spawn().unwrap());
        let mut input = client.0.stdin.take().unwrap();
        writeln!(input, "delimiter //").unwrap();
        for _ in 0..20 {
            let _over = writeln!(input, "{leak}//");
        }
        drop(input);
        assert_eq!(ground.end(), EndReason::DataUsedUp, "{leak}");
    }
}

#[test]
fn a_target_that_dies_ends_the_session_and_what_ran_did_not_end() {
    let mut server = Server::start();
    let ground = Ground::with_mysql(&server, wish());
    let mut client = begun(&ground);
    client.says("select sleep(600);");
    until("it sleeps", || server.runs("%sleep(600)%"));
    server.kill();
    assert_eq!(ground.end(), EndReason::TargetClosed);
    assert!(!client.complaints().is_empty());
    let recorded = ground.recorded();
    let sleeping = recorded.index.channels[0].commands.last().unwrap();
    let outcome = &sleeping.answer.as_ref().unwrap().ended.outcome;
    assert_eq!(*outcome, StatementOutcome::Unfinished);
}

#[test]
fn an_engineer_who_dies_ends_the_session_also_while_something_runs() {
    let server = Server::start();
    let ground = Ground::with_mysql(&server, wish());
    let mut client = begun(&ground);
    client.says("select sleep(600);");
    until("it sleeps", || server.runs("%sleep(600)%"));
    drop(client);
    assert_eq!(ground.end(), EndReason::EngineerClosed);
    until("the server has nobody", || server.visitors() == "0");
}

#[test]
fn l22_the_deadline_ends_a_session_that_runs_and_says_why() {
    let server = Server::start();
    let ground = Ground::with_mysql(
        &server,
        Wish {
            lasts: Duration::from_secs(600),
            held: false,
            ..wish()
        },
    );
    let mut client = begun(&ground);
    ground.staffed.hospital.pass(Duration::from_secs(700));
    assert_eq!(ground.end(), EndReason::Deadline);
    client.says("select 'again';");
    let complaints = client.complaints();
    assert!(complaints.contains("時間"), "{complaints}");
}

#[test]
fn a_withdrawal_ends_a_session_in_the_midst_of_a_statement_and_says_why_where_it_can() {
    let server = Server::start();
    let ground = Ground::with_mysql(
        &server,
        Wish {
            held: false,
            ..wish()
        },
    );
    let mut client = begun(&ground);
    client.says("select sleep(600);");
    until("it sleeps", || server.runs("%sleep(600)%"));
    let subject = Subject::Target(ground.staffed.target.clone());
    let suspending = ground
        .engine()
        .suspend(&ground.staffed.clerk, subject, "止める");
    ground.run(suspending).unwrap();
    assert_eq!(ground.end(), EndReason::TargetSuspended);
    let complaints = client.complaints();
    assert!(complaints.contains("停止"), "{complaints}");
}

#[test]
fn nothing_passes_a_paused_session_and_then_all_of_it_does() {
    let server = Server::start();
    let ground = Ground::with_mysql(&server, wish());
    let mut client = begun(&ground);
    let session = ground.session();
    let engine = ground.engine();
    let clerk = &ground.staffed.clerk;
    ground.run(engine.pause(clerk, &session)).unwrap();
    client.says("update patients set name = 'paused' where id = 1;");
    client.says("select 'after';");
    let changed = "select count(*) from orca.patients where name = 'paused'";
    for _ in 0..20 {
        assert_eq!(server.does(changed).trim(), "0");
    }
    ground
        .run(engine.continue_session(clerk, &session))
        .unwrap();
    assert_eq!(client.line(), "after");
    assert_eq!(server.does(changed).trim(), "1");
}

#[test]
fn a_session_that_waits_for_its_attendant_enters_nothing() {
    let server = Server::start();
    let ground = Ground::with_mysql(
        &server,
        Wish {
            attended: true,
            ..wish()
        },
    );
    let waiting = Kept(
        ground
            .mariadb_command(&["orca", "-e", "select 1"])
            .spawn()
            .unwrap(),
    );
    let session = ground.session();
    let live = ground.engine().live();
    let waits = live.sessions().into_iter().find(|it| *it.id() == session);
    assert!(waits.unwrap().frozen().is_some());
    for _ in 0..20 {
        assert_eq!(server.visitors(), "0");
    }
    drop(waiting);
}

#[test]
fn l27_what_the_recorder_does_not_take_reaches_no_server() {
    let server = Server::start();
    let ground = Ground::with_mysql(
        &server,
        Wish {
            quota_bytes: 1 << 20,
            ..wish()
        },
    );
    let mut client = begun(&ground);
    client.says("create table filled (x text); select 'made';");
    assert_eq!(client.line(), "made");
    let long = "x".repeat(60_000);
    for _ in 0..24 {
        // It may be over already.
        let _over = writeln!(client.input, "insert into filled values ('{long}');");
    }
    assert_eq!(ground.end(), EndReason::QuotaUsedUp);
    let recorded = ground.recorded();
    let begun = recorded.notes.iter().filter(|note| {
        matches!(note, ChannelNote::Statement(statement) if statement.text.starts_with("insert"))
    });
    // What was noted is all that the server can have heard.
    assert!(begun.count() < 24);
}
