//! Workers: what reads a database's answers is a process that has nothing, and its crash is told and survived.

use std::path::PathBuf;

use acceptance::hospital::Hospital;
use acceptance::link::Link;
use acceptance::peers::Postgres;
use acceptance::wait;

use crate::postgres::{psql, registered};

/// The processes of the gateway's program that this one started, by their first argument.
fn started(by: u32, what: &str) -> Vec<u32> {
    let all = std::fs::read_dir("/proc").unwrap().flatten();
    let found = all.filter_map(|entry| {
        let pid = entry.file_name().to_str()?.parse().ok()?;
        let stat = std::fs::read_to_string(entry.path().join("stat")).ok()?;
        let parent = stat.rsplit_once(") ")?.1.split(' ').nth(1)?.to_owned();
        let line = std::fs::read(entry.path().join("cmdline")).ok()?;
        let first = line.split(|byte| *byte == 0).nth(1)?;
        (parent == by.to_string() && first == what.as_bytes()).then_some(pid)
    });
    found.collect()
}

/// What starts workers, and the one worker.
fn workers(gateway: u32) -> (u32, u32) {
    let spawner = started(gateway, "run-workers");
    let [spawner] = spawner[..] else {
        panic!("{spawner:?}");
    };
    let worker = started(spawner, "run-worker");
    let [worker] = worker[..] else {
        panic!("{worker:?}");
    };
    (spawner, worker)
}

/// The last word of a line of `/proc/PID/FILE` that begins so.
fn last_word(pid: u32, file: &str, begin: &str) -> String {
    let text = std::fs::read_to_string(format!("/proc/{pid}/{file}")).unwrap();
    let line = text.lines().find(|line| line.starts_with(begin));
    let word = line.and_then(|line| line.split_whitespace().last());
    word.unwrap_or_default().to_owned()
}

fn descriptors(pid: u32) -> Vec<PathBuf> {
    let all = std::fs::read_dir(format!("/proc/{pid}/fd")).unwrap();
    let opened = all.map(|entry| std::fs::read_link(entry.unwrap().path()).unwrap());
    opened.collect()
}

#[test]
fn l42_a_crashed_worker_ends_its_session_is_told_and_replaced_and_had_nothing_but_its_lines() {
    let hospital = Hospital::own();
    let vendor = hospital.vendor("Receipts Crash KK");
    let engineer = hospital.engineer(&vendor, "crash");
    let server = registered(&hospital, &vendor, "pg-crash");
    let visit = hospital.visit(&engineer, "pg-crash", &[]);
    let link = Link::open(&engineer, "pg-crash");
    let running = psql(&link, "postgres")
        .args(["-c", "select pg_sleep(600)"])
        .begin();
    let sleeps = "select count(*) from pg_stat_activity where query like '%pg_sleep(600)' \
                  and usename = 'reads' and state = 'active'";
    wait::until("it sleeps", || {
        let found = Postgres::psql(server.address()).args(["-c", sleeps]).ok();
        (found.text().trim() == "1").then_some(())
    });
    let (spawner, worker) = workers(hospital.gateway().pid());
    for pid in [spawner, worker] {
        assert_eq!(last_word(pid, "status", "NoNewPrivs:"), "1");
        assert_eq!(last_word(pid, "status", "Seccomp:"), "2");
        for set in ["CapInh:", "CapPrm:", "CapEff:", "CapAmb:"] {
            assert_eq!(last_word(pid, "status", set).trim_matches('0'), "", "{set}");
        }
    }
    if rustix::process::geteuid().is_root() {
        let site = hospital.dir.canonicalize().unwrap();
        for pid in [spawner, worker] {
            let open = descriptors(pid);
            assert!(open.iter().all(|path| !path.starts_with(&site)), "{open:?}");
        }
    }
    let session = hospital.session_of(&visit.visit);
    let killed = std::process::Command::new("kill")
        .args(["-KILL", &worker.to_string()])
        .status();
    assert!(killed.unwrap().success());

    let ended = hospital.ended(&session);
    assert_eq!(ended["ended"]["reason"]["id"], "end-worker-crashed");
    assert_ne!(running.finish().code, 0);
    let verified = hospital.clerk.asks(["recording", "verify", &session]);
    assert_eq!(verified["verified"], true);
    let status = hospital.clerk.asks(["site", "status"]);
    let alarms = status["alarms"].as_array().cloned().unwrap_or_default();
    let told = alarms.iter().any(|alarm| alarm["id"] == "finding-worker");
    assert!(told, "{status:#}");
    let next = psql(&link, "postgres").args(["-c", "select 'again'"]);
    assert_eq!(next.ok().text().trim(), "again");
    assert_ne!(workers(hospital.gateway().pid()).1, worker);
    link.close();
}
