//! What passes in a session with a real MariaDB, and what is known of it afterwards.

use access::{Databases, EndReason, Sessions};
use ids::NonEmpty;
use recording::{Answer, ChannelNote, StatementHow, StatementNote, StatementOutcome, What};

use crate::database_ground::{Ground, MAIN, Wish};
use crate::mysql_ground::{Server, wish};
use crate::seen::Recorded;
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

fn only(names: &[&str]) -> Databases {
    let names = names.iter().map(|name| (*name).to_owned()).collect();
    Databases::Only(NonEmpty::from_vec(names).unwrap())
}

#[test]
fn the_mariadb_client_works_without_any_password_and_every_statement_stands_in_the_recording() {
    let server = Server::start();
    let ground = Ground::with_mysql(&server, wish());
    let ran = ground.mariadb(
        "select current_user(), count(*) from patients;
         update patients set name = 'x' where id <= 5;
         call twice();
         set password = password('juniper-ferry-lantern-1');
         select * from nowhere",
    );
    assert_eq!(ran.out.lines().next(), Some("maint@%\t1000"), "{ran:?}");
    assert_eq!(ran.out.lines().skip(1).collect::<Vec<_>>(), ["1", "2"]);
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
        application: "mysql".to_owned(),
    };
    assert_eq!(*what, expected);
    let counted = answer(&recorded, "count(*)").ended;
    assert_eq!((counted.tags, counted.rows), (vec!["ROWS 1".to_owned()], 1));
    assert_eq!(answer(&recorded, "set name").ended.tags, ["OK 5"]);
    let twice = answer(&recorded, "call twice").ended;
    assert_eq!(twice.tags, ["ROWS 1", "ROWS 2", "OK 0"]);
    let StatementOutcome::Failed { code, .. } = answer(&recorded, "nowhere").ended.outcome else {
        panic!("it did not fail");
    };
    assert_eq!(code, "1146 (42S02)");
    // The text beside the bytes holds no password.
    let texts = format!("{:?}", recorded.notes);
    assert!(texts.contains("********") && !texts.contains(MAIN), "l29");
    assert!(recorded.holds("nowhere"));
    assert!(recorded.index.channels[0].ended.is_some());
}

#[test]
fn a_second_program_works_with_prepared_statements_several_results_and_long_texts() {
    let server = Server::start();
    let ground = Ground::with_mysql(&server, wish());
    let ran = ground.python(
        "c = connect(client_flag=pymysql.constants.CLIENT.MULTI_STATEMENTS)\n\
         k = c.cursor()\n\
         k.execute('select name from patients where id = %s', (7,)); print(k.fetchall())\n\
         k.execute('select 1; select 2'); print(k.fetchall()); k.nextset(); print(k.fetchall())\n\
         k.execute('select length(%s)', ('y' * 20000000,)); print(k.fetchall())\n\
         k.execute('select repeat(\"z\", 20000000)'); print(len(k.fetchone()[0]))\n\
         k.execute('delete from patients where id > 990'); print(k.rowcount, c.insert_id())\n\
         c.commit(); c.ping(); c.select_db('other'); k.execute('select database()'); print(k.fetchall())\n\
         c.close()\n",
    );
    let out: Vec<&str> = ran.out.lines().collect();
    let expected = [
        "(('name 7',),)",
        "((1,),)",
        "((2,),)",
        "((20000000,),)",
        "20000000",
        "10 0",
        "(('other',),)",
    ];
    assert_eq!(out, expected, "{}", ran.err);
    let recorded = ground.recorded();
    let long = answer(&recorded, "select repeat").ended;
    assert!(long.bytes_out > 20_000_000, "{}", long.bytes_out);
    let long = statements(&recorded);
    let long = long.iter().find(|it| it.text.starts_with("select length"));
    let long = long.unwrap();
    assert_eq!((long.text.len(), long.whole), (4096, false));
    assert_eq!(answer(&recorded, "select 1; select 2").ended.rows, 2);
    assert!(
        statements(&recorded)
            .iter()
            .any(|it| it.text == "USE other")
    );
}

#[test]
fn a_statement_prepared_over_the_protocol_is_noted_with_its_parameters() {
    let server = Server::start();
    let ground = Ground::with_mysql(&server, wish());
    let mut program = crate::mysql_entry::signed_in(&ground);
    let prepared =
        program.asks(&[&[0x16][..], b"select name, ? from patients where id = ?"].concat());
    assert_eq!(prepared[0][0], 0, "{prepared:?}");
    let id = &prepared[0][1..5];
    // Two parameters: a text and a number; then again, with the types known and a text sent before.
    let head = [&[0x17], id, &[0, 1, 0, 0, 0]].concat();
    let bound = [
        &[0][..],
        &[1, 0xfd, 0, 8, 0],
        b"\x03\xe3\x81\x82",
        &9_u64.to_le_bytes(),
    ];
    let rows = program.asks(&[&head[..], &bound.concat()].concat());
    assert!(rows.len() >= 5, "{rows:?}");
    program.says(&[&[0x18], id, &[0, 0], b"a long text"].concat());
    let bound = [&[0][..], &[0], &10_u64.to_le_bytes()];
    program.asks(&[&head[..], &bound.concat()].concat());
    program.says(&[&[0x19], id].concat());
    let wrong = program.asks(&[&[0x16][..], b"select from from"].concat());
    assert_eq!(wrong[0][0], 0xff);
    program.says(&[1]);
    drop(program);
    let recorded = ground.recorded();
    let all = statements(&recorded);
    assert_eq!(all[0].text, "select name, ? from patients where id = ?");
    assert_eq!(all[0].how, StatementHow::Prepared);
    assert_eq!(
        all[0].parameters,
        [Some("あ".to_owned()), Some("9".to_owned())]
    );
    assert_eq!(
        all[1].parameters,
        [Some("(11 B)".to_owned()), Some("10".to_owned())]
    );
    assert_eq!(
        (all[2].how, all[2].text.as_str()),
        (StatementHow::NotRun, "select from from")
    );
    assert_eq!(answer(&recorded, "select name").ended.rows, 1);
}

#[test]
fn l08_who_may_only_read_signs_in_as_another_account_and_the_server_refuses_the_rest() {
    let server = Server::start();
    let terms = Wish {
        write: false,
        ..wish()
    };
    let ground = Ground::with_mysql(&server, terms);
    let ran = ground.mariadb("select current_user(), count(*) from patients");
    assert_eq!(ran.out.trim(), "reader@%\t1000", "{ran:?}");
    let ran = ground.mariadb("delete from patients");
    assert!(
        ran.err.contains("ERROR 1142") || ran.err.contains("ERROR 1792"),
        "{ran:?}"
    );
    // Turning it off helps nobody: the account may not.
    let ran = ground.mariadb("set session transaction read write; delete from patients");
    assert!(ran.err.contains("ERROR 1142"), "{ran:?}");
    assert_eq!(
        server.does("select count(*) from orca.patients").trim(),
        "1000"
    );
}

#[test]
fn another_database_is_refused_while_connecting_by_its_command_and_after_a_statement_that_entered_it()
 {
    let server = Server::start();
    let terms = Wish {
        databases: only(&["orca"]),
        ..wish()
    };
    let ground = Ground::with_mysql(&server, terms);
    let ran = ground.mariadb_with(&["other", "-e", "select 1"]);
    assert!(
        ran.err.contains("other") && ran.err.contains("42000"),
        "{ran:?}"
    );
    // By the command of the protocol the session goes on.
    let ran = ground.python(
        "c = connect()\n\
         try:\n    c.select_db('other')\n\
         except pymysql.err.MySQLError as e: print(e.args[0])\n\
         k = c.cursor(); k.execute('select database()'); print(k.fetchall())\n",
    );
    assert_eq!(
        ran.out.lines().collect::<Vec<_>>(),
        ["1142", "(('orca',),)"],
        "{}",
        ran.err
    );
    // By a statement it is over: the server is there already.
    let ran = ground.python(
        "c = connect(); k = c.cursor()\n\
         try:\n    k.execute('use `other`')\n\
         except pymysql.err.MySQLError as e: print(e.args[0])\n\
         try:\n    k.execute('select 1')\n\
         except Exception as e: print('over')\n",
    );
    assert_eq!(
        ran.out.lines().collect::<Vec<_>>(),
        ["1142", "over"],
        "{}",
        ran.err
    );
}

#[test]
fn signing_in_again_replication_and_what_nobody_knows_is_refused_and_the_session_goes_on() {
    let server = Server::start();
    let ground = Ground::with_mysql(&server, wish());
    let mut program = crate::mysql_entry::signed_in(&ground);
    for command in [0x11, 0x12, 0x15, 0x1e, 0x08, 0x05, 0xfa, 0x7f] {
        let answered = program.asks(&[command, 0, 0, 0, 0]);
        assert_eq!(answered[0][0], 0xff, "{command:#x}");
        let words = String::from_utf8_lossy(&answered[0]).into_owned();
        assert!(words.contains("0A000"), "{words}");
    }
    let answered = program.asks(b"\x03select 1");
    assert_eq!(answered[0], [1], "{answered:?}");
    drop(program);
    let refused = ground.recorded().refused();
    assert_eq!(refused.len(), 8);
    assert!(refused[0].starts_with("command 0x11"), "{refused:?}");
}

#[test]
fn what_runs_is_cancelled_as_the_client_does_it_from_another_connection() {
    let server = Server::start();
    let ground = Ground::with_mysql(&server, wish());
    let mut command = ground.mariadb_command(&["orca", "-e", "select sleep(600)"]);
    command.stdout(std::process::Stdio::piped());
    command.stderr(std::process::Stdio::piped());
    let running = command.spawn().unwrap();
    until("it sleeps", || server.runs("%sleep(600)%"));
    let pid = running.id().to_string();
    crate::database_ground::ran(std::process::Command::new("kill").args(["-INT", &pid]));
    let ended = running.wait_with_output().unwrap();
    let err = String::from_utf8_lossy(&ended.stderr).into_owned();
    until("it does not sleep", || !server.runs("%sleep(600)%"));
    assert!(
        err.contains("Ctrl-C -- query killed") || err.contains("1317"),
        "{err}"
    );
}

#[test]
fn a_visit_of_one_session_is_told_that_another_cannot_be_opened_to_cancel() {
    let server = Server::start();
    let terms = Wish {
        sessions: Sessions::Once,
        ..wish()
    };
    let ground = Ground::with_mysql(&server, terms);
    let mut first = Kept(
        ground
            .mariadb_command(&["orca", "-e", "select sleep(600)"])
            .spawn()
            .unwrap(),
    );
    until("it sleeps", || server.runs("%sleep(600)%"));
    let ran = ground.mariadb("kill query 1");
    assert_ne!(ran.status, Some(0), "{ran:?}");
    assert!(first.0.try_wait().unwrap().is_none());
}
