//! One whole visit, from the request to the verified receipt, with real servers at the far end.

use std::io::Write;
use std::net::Shutdown;

use acceptance::hospital::Hospital;
use acceptance::link::Link;
use acceptance::peers::{OpenSsh, Postgres};
use acceptance::people::{moment, text};
use acceptance::{binary, clock, files};
use data_encoding::BASE64;

/// Bytes of one direction of a recording, as far as `recording show` shows it.
pub(crate) fn recorded(hospital: &Hospital, session: &str, direction: &str) -> Vec<u8> {
    let shown = hospital.clerk.asks(["recording", "show", session]);
    let frames = shown["frames"].as_array().cloned().unwrap_or_default();
    frames
        .iter()
        .filter(|frame| frame["direction"] == direction)
        .filter_map(|frame| frame["content"]["data"].as_str())
        .flat_map(|data| BASE64.decode(data.as_bytes()).expect("content is base64"))
        .collect()
}

#[test]
fn an_engineer_maintains_a_postgresql_through_an_approved_visit() {
    let hospital = Hospital::shared();
    let vendor = hospital.vendor("Receipt Computers KK");
    let engineer = hospital.engineer(&vendor, "dba");
    let server = Postgres::shared();
    hospital.target("receipt-db", &vendor, server.address(), &[]);

    let before = engineer.tries(["connect", "receipt-db"]);
    before.refused(&["reason-no-grant"]);
    let requested = hospital.request(&engineer, "receipt-db", &[]).json();
    let waiting = hospital.clerk.asks(["requests"]);
    let asked = waiting
        .as_array()
        .unwrap()
        .iter()
        .find(|request| request["id"] == requested["request"]);
    let asked = asked.expect("the clerk sees the request");
    assert_eq!(asked["purpose"], "monthly inspection");
    assert_eq!(asked["plan_name"], "plan.txt");
    let visit = hospital.approve(&text(&requested, "request"), &text(&requested, "visit"));

    let mut link = Link::open(&engineer, "receipt-db");
    let query = "select 6 * 7 as sekisho_marker_20261121";
    let answer = Postgres::psql(link.address).args(["-c", query]).ok();
    assert_eq!(answer.text().trim(), "42");
    link.says("cli-connected");
    link.says("cli-being-recorded");
    let session = hospital.session_of(&visit.visit);
    let large = "select repeat('x', 1000) from generate_series(1, 4000)";
    let answer = Postgres::psql(link.address).args(["-c", large]).ok();
    assert_eq!(answer.out.len(), 4000 * 1001);
    link.says_done();
    link.close().expect(0);

    let ended = hospital.ended(&session);
    assert_eq!(ended["target_name"], "receipt-db");
    assert_eq!(ended["source"], "127.0.1.5");
    let verified = hospital.clerk.asks(["recording", "verify", &session]);
    assert_eq!(verified["verified"], true);
    assert_eq!(verified["sent"], ended["ended"]["sent"]);
    assert_eq!(verified["received"], ended["ended"]["received"]);
    assert!(files::contains(
        &recorded(hospital, &session, "sent"),
        query.as_bytes()
    ));
    assert!(files::contains(
        &recorded(hospital, &session, "received"),
        b"42"
    ));
    let larger = hospital.session_of(&visit.visit);
    assert_ne!(larger, session);
    let verified = hospital.clerk.asks(["recording", "verify", &larger]);
    assert_eq!(verified["verified"], true);
    assert!(verified["received"].as_u64().unwrap() > 4_000_000);

    let report = hospital.folder.join("report-dba.txt");
    std::fs::write(&report, "inspected, all well\n").unwrap();
    engineer
        .sekisho()
        .args(["report", &visit.visit, "--done", "inspected", "--file"])
        .arg(&report)
        .ok();
    let shown = hospital.clerk.asks(["visit", "show", &visit.visit]);
    assert!(shown["report"].is_string(), "{shown:#}");
    let stated = &shown["story"]["reports"][0]["stated"];
    assert_eq!(stated["done"], "inspected", "{shown:#}");
    let draft = engineer.sekisho().args(["report", &visit.visit, "--draft"]);
    draft.ok().says("done = \"\"");
    receipt_of_the_whole_visit(hospital, &visit.visit);
}

fn receipt_of_the_whole_visit(hospital: &Hospital, visit: &str) {
    let file = hospital.folder.join("visit.sekisho-receipt");
    hospital
        .clerk
        .sekisho()
        .args(["receipt", "export", visit, "--out"])
        .arg(&file)
        .ok();
    let verified = hospital
        .clerk
        .sekisho()
        .args(["receipt", "verify"])
        .arg(&file)
        .json();
    assert_eq!(verified["verified"], true);
    assert_eq!(verified["visit"], visit);
    let labels: Vec<&str> = verified["openings"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|opening| opening["label"].as_str())
        .collect();
    assert!(labels.contains(&"purpose"), "{labels:?}");
    assert!(!verified["seals"].as_array().unwrap().is_empty());
}

#[test]
fn an_engineer_works_by_ssh_through_the_tunnel_with_their_own_client() {
    let hospital = Hospital::shared();
    let vendor = hospital.vendor("Image Archive KK");
    let engineer = hospital.engineer(&vendor, "imaging");
    let server = OpenSsh::shared();
    hospital.target("pacs", &vendor, server.address(), &[]);
    let visit = hospital.visit(&engineer, "pacs", &[]);
    let proxy = format!(
        "{} --home {} --from-address {} connect pacs",
        binary::path().display(),
        engineer.home.display(),
        engineer.from
    );
    let command = "cat; echo done";
    let done = server
        .ssh(&proxy)
        .arg(command)
        .input("a patch\n")
        .env("LC_ALL", "en_US.UTF-8")
        .ok();
    assert_eq!(done.text(), "a patch\ndone\n");
    done.says(&acceptance::said::beginning("cli-connected"));
    done.says(&acceptance::said::beginning("cli-being-recorded"));

    let session = hospital.session_of(&visit.visit);
    hospital.ended(&session);
    let verified = hospital.clerk.asks(["recording", "verify", &session]);
    assert_eq!(verified["verified"], true);
    assert!(recorded(hospital, &session, "sent").starts_with(b"SSH-2.0-"));
}

#[test]
fn a_visit_with_metadata_only_keeps_sizes_and_no_content() {
    let hospital = Hospital::shared();
    let crew = hospital.crew_with(&["--metadata-only"]);
    let visit = hospital.visit(&crew.engineer, &crew.target, &[]);
    let mut link = Link::open(&crew.engineer, &crew.target);
    let mut live = link.live();
    live.echo(b"patient 4711");
    link.says("cli-being-measured");
    drop(live);
    let session = hospital.session_of(&visit.visit);
    let ended = hospital.ended(&session);
    assert_eq!(ended["ended"]["sent"], 30);
    let shown = hospital.clerk.asks(["recording", "show", &session]);
    let frames = shown["frames"].as_array().unwrap();
    let sizes: u64 = frames
        .iter()
        .filter(|frame| frame["direction"] == "sent")
        .filter_map(|frame| frame["content"]["size"].as_u64())
        .sum();
    assert_eq!(sizes, 30, "{shown:#}");
    assert!(
        frames
            .iter()
            .all(|frame| frame["content"]["data"].is_null()),
        "{shown:#}"
    );
    assert_eq!(
        hospital.clerk.asks(["recording", "verify", &session])["verified"],
        true
    );
}

#[test]
fn without_a_local_port_standard_input_and_output_are_the_stream() {
    let hospital = Hospital::shared();
    let crew = hospital.crew();
    hospital.visit(&crew.engineer, &crew.target, &[]);
    let bytes: Vec<u8> = (0..200_000u32).map(|n| (n * 7 % 251) as u8).collect();
    let done = crew
        .engineer
        .sekisho()
        .args(["connect", &crew.target])
        .input(bytes.clone())
        .ok();
    assert_eq!(done.out, bytes);
    assert_eq!(crew.echo.heard(), bytes);
}

#[test]
fn one_grant_serves_several_connections_at_the_same_time() {
    let hospital = Hospital::shared();
    let crew = hospital.crew();
    let visit = hospital.visit(&crew.engineer, &crew.target, &[]);
    let mut link = Link::open(&crew.engineer, &crew.target);
    let mut lives: Vec<_> = (0..4).map(|_| link.live()).collect();
    for live in &mut lives {
        live.echo(b"still here");
    }
    let shown = hospital.clerk.asks(["visit", "show", &visit.visit]);
    assert_eq!(shown["sessions"].as_array().map(Vec::len), Some(4));
    for live in &mut lives {
        live.stream.flush().unwrap();
        live.stream.shutdown(Shutdown::Write).unwrap();
        live.gone();
    }
}

#[test]
fn a_longer_visit_is_a_new_request_with_a_new_approval() {
    let hospital = Hospital::shared();
    let crew = hospital.crew();
    let visit = hospital.visit(&crew.engineer, &crew.target, &["--for", "20s"]);
    let mut link = Link::open(&crew.engineer, &crew.target);
    let mut live = link.live();
    let before = hospital.clerk.asks(["visit", "show", &visit.visit]);
    let until = moment(&before["window"], "from") + 3_600_000;
    let later = clock::typed(until + 100 * 3_600_000);
    crew.engineer
        .tries(["extend", &visit.visit, "--until", &later])
        .refused(&["reason-window-too-long"]);
    let extension = crew
        .engineer
        .asks(["extend", &visit.visit, "--until", &clock::typed(until)]);
    crew.engineer
        .tries(["approve", &text(&extension, "request")])
        .expect(3);
    let extended = hospital
        .clerk
        .asks(["approve", &text(&extension, "request")]);
    assert!(!extended["extended"]["until"].is_null(), "{extended:#}");
    live.echo(b"the work goes on");
    let session = hospital.session_of(&visit.visit);
    let shown = hospital.clerk.asks(["sessions"]);
    let running = shown
        .as_array()
        .unwrap()
        .iter()
        .find(|found| found["id"] == session.as_str());
    assert_eq!(running.unwrap()["until"], extended["extended"]["until"]);
}
