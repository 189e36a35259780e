//! A worker that crashes takes what it carried with it, and nothing else.

use std::io::Write;
use std::process::{Command as Program, Stdio};

use access::{EndReason, Subject};
use recording::{ChannelNote, StatementOutcome};

use crate::postgres_ground::{Ground, Server, Wish};
use crate::sshd::{Kept, until};
use crate::vnc_viewer::Viewer;
use crate::{rdp_ground, vnc_ground};

/// The processes that this one started and that still run.
pub(crate) fn children(of: u32) -> Vec<u32> {
    let stats = std::fs::read_dir("/proc").unwrap().flatten();
    let started = stats.filter_map(|entry| {
        let pid = entry.file_name().to_str()?.parse().ok()?;
        let stat = std::fs::read_to_string(entry.path().join("stat")).ok()?;
        // Behind the name, which is in brackets: the state, and who started it.
        let mut rest = stat.rsplit_once(") ")?.1.split(' ');
        let (state, parent) = (rest.next()?, rest.next()?);
        (parent == of.to_string() && state != "Z").then_some(pid)
    });
    started.collect()
}

pub(crate) fn kill(pid: u32) {
    let killed = Program::new("kill")
        .args(["-KILL", &pid.to_string()])
        .status();
    assert!(killed.unwrap().success());
}

/// A session in which a statement runs that does not end.
fn sleeping(ground: &Ground, server: &Server) -> Kept {
    let mut psql = ground.psql_command(&[]);
    psql.stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let mut psql = Kept(psql.spawn().unwrap());
    let input = psql.0.stdin.as_mut().unwrap();
    writeln!(input, "select pg_sleep(600);").unwrap();
    let sleeps = "select count(*) from pg_stat_activity where query like '%pg_sleep(600)%' \
                  and state = 'active' and usename = 'maint'";
    until("it sleeps", || server.does(sleeps) == "1\n");
    psql
}

#[test]
fn a_worker_that_is_killed_ends_its_session_with_the_recording_closed_and_an_alarm() {
    let server = Server::start();
    let ground = Ground::new(&server, Wish::default());
    let mut psql = sleeping(&ground, &server);
    let workers = children(ground.workers.process());
    let [worker] = workers[..] else {
        panic!("{workers:?}");
    };
    kill(worker);
    assert_eq!(ground.end(), EndReason::WorkerCrashed);
    psql.0.wait().unwrap();
    // The gateway held the target's connection too, and let go of it.
    until("the server has nobody", || {
        let there =
            "select count(*) from pg_stat_activity where usename = 'maint' and state <> 'active'";
        server.does(there) == "0\n"
    });
    let recorded = ground.recorded();
    let began = recorded.notes.iter().any(|note| {
        matches!(note, ChannelNote::Statement(statement) if statement.text.contains("pg_sleep"))
    });
    assert!(began);
    let findings = ground.engine().findings();
    let alarm = findings.iter().find(|found| found.id == "finding-worker");
    assert!(alarm.is_some_and(|alarm| alarm.detail.contains("session-")));
    // The next session has another worker, and works.
    let next = ground.psql(&["-c", "select 'again'"]);
    assert_eq!(next.out, "again\n", "{}", next.err);
    let after = children(ground.workers.process());
    assert!(after.len() == 1 && after != [worker], "{after:?}");
}

#[test]
fn sessions_of_one_protocol_share_a_worker_and_another_gateways_do_not() {
    let server = Server::start();
    let (one, other) = (
        Ground::new(&server, Wish::default()),
        Ground::new(&server, Wish::default()),
    );
    let _here = sleeping(&one, &server);
    assert_eq!(one.psql(&["-c", "select 1"]).out, "1\n");
    assert_eq!(children(one.workers.process()).len(), 1);
    assert_eq!(other.psql(&["-c", "select 1"]).out, "1\n");
    let [theirs] = children(other.workers.process())[..] else {
        panic!("not one worker");
    };
    kill(theirs);
    assert_eq!(one.psql(&["-c", "select 2"]).out, "2\n");
    until("one session is left", || one.engine().live().count() == 1);
}

#[test]
fn workers_end_with_their_gateway() {
    let server = Server::start();
    let ground = Ground::new(&server, Wish::default());
    let _psql = sleeping(&ground, &server);
    let workers = children(ground.workers.process());
    assert_eq!(workers.len(), 1);
    // What holds the line of the gateway's is gone with it: killed, it says nothing to anybody.
    kill(ground.workers.process());
    until("the worker is gone", || {
        let path = format!("/proc/{}/stat", workers[0]);
        std::fs::read_to_string(path).map_or(true, |stat| stat.contains(") Z "))
    });
    assert_eq!(ground.end(), EndReason::WorkerCrashed);
    let recorded = ground.recorded();
    let commands = &recorded.index.channels[0].commands;
    let ended = commands
        .iter()
        .filter_map(|command| command.answer.as_ref());
    assert!(
        ended
            .into_iter()
            .all(|answer| answer.ended.outcome != StatementOutcome::Done)
    );
}

#[test]
fn a_worker_that_was_taken_over_ends_nothing_in_the_name_of_people_and_forges_no_pause() {
    let server = Server::start();
    for lie in [
        r#"c{"Over":{"end":"isolated","unspent":0}}"#,
        r#"c{"Over":{"end":{"ended_by":"handa/person-1"},"unspent":18446744073709551615}}"#,
        r#"c{"Note":{"paused":{"by":"handa/person-1"}}}"#,
        r#"c{"Show":{"frozen":null}}"#,
        // What is recorded of raw bytes alone.
        "r\u{1}bytes that say nothing of a statement",
        "c{}",
        "nonsense",
    ] {
        let wish = Wish {
            lie: Some(lie),
            ..Wish::default()
        };
        let ground = Ground::new(&server, wish);
        let ran = ground.psql(&["-c", "select 1"]);
        assert_ne!(ran.status, Some(0), "{lie}");
        assert_eq!(ground.end(), EndReason::WorkerCrashed, "{lie}");
        let notes = ground.recorded().notes;
        assert!(notes.is_empty(), "{lie}: {notes:?}");
    }
}

#[test]
fn a_worker_that_was_taken_over_asks_at_the_same_door_and_cannot_hold_its_session() {
    let server = Server::start();
    let wish = Wish {
        lie: Some(r#"c{"Ask":{"number":1,"ask":"shell"}}"#),
        ..Wish::default()
    };
    let ground = Ground::new(&server, wish);
    let mut psql = ground.psql_command(&["-c", "select 1"]);
    psql.stdout(Stdio::null()).stderr(Stdio::null());
    let before = ground.engine().status().size;
    let psql = Kept(psql.spawn().unwrap());
    let engine = ground.engine();
    // It was opened, and the refusal is an entry too.
    until("it was refused", || engine.status().size > before + 1);
    drop(psql);
    // It says nothing more, and does not let go: the session ends when the hospital ends it.
    let suspending = engine.suspend(
        &ground.staffed.clerk,
        Subject::Target(ground.staffed.target.clone()),
        "止める",
    );
    ground.run(suspending).unwrap();
    assert_eq!(ground.end(), EndReason::TargetSuspended);
    let refused = ground.recorded().refused();
    assert!(
        refused.iter().any(|what| what.starts_with("shell")),
        "{refused:?}"
    );
}

/// Two desktops are looked at: the worker of the one that was opened first is killed.
fn killed_alone(ground: &vnc_ground::Ground, first: u32, both: &[u32]) {
    assert_eq!(both.len(), 2, "{both:?}");
    kill(first);
    assert_eq!(ground.end(), EndReason::WorkerCrashed);
    let live = || ground.engine().live().count();
    until("one session is left", || live() == 1);
    let left: Vec<u32> = both.iter().copied().filter(|pid| *pid != first).collect();
    assert_eq!(children(ground.workers.process()), left);
    let recorded = ground.recorded();
    let opened = |note: &ChannelNote| matches!(note, ChannelNote::Opened { .. });
    assert!(recorded.notes.iter().any(opened));
    assert!(!recorded.shown.is_empty());
    let findings = ground.engine().findings();
    assert!(findings.iter().any(|found| found.id == "finding-worker"));
}

fn only(pids: &[u32]) -> u32 {
    let [pid] = pids[..] else {
        panic!("{pids:?}");
    };
    pid
}

#[test]
fn each_desktop_has_a_worker_and_one_that_is_killed_ends_its_session_alone() {
    let server = vnc_ground::Server::start();
    let ground = vnc_ground::Ground::new(&server, vnc_ground::Wish::default());
    let workers = || children(ground.workers.process());
    let mut first = Viewer::at(ground.gateway);
    first.whole();
    let worker = only(&workers());
    let mut second = Viewer::at(ground.gateway);
    second.whole();
    killed_alone(&ground, worker, &workers());
    while first.read() {}
    server.paint("#00ff00");
    second.whole();
    // A worker of one session ends with it.
    drop(second);
    until("nobody works any more", || workers().is_empty());
}

#[test]
fn each_desktop_over_rdp_has_a_worker_and_one_that_is_killed_ends_its_session_alone() {
    let server = rdp_ground::Server::start();
    let ground = vnc_ground::Ground::at(server.address, server.key, rdp_ground::wish());
    let workers = || children(ground.workers.process());
    let first = rdp_ground::Client::at(ground.gateway);
    first.sees(&server);
    let worker = only(&workers());
    let second = rdp_ground::Client::at(ground.gateway);
    second.sees(&server);
    killed_alone(&ground, worker, &workers());
    first.gave_up();
    server.display.paint("#00ff00");
    second.sees(&server);
    drop(second);
    until("nobody works any more", || workers().is_empty());
}
