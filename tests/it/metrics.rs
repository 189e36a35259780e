//! How the site is, in numbers, for a program of its own machine.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};

use acceptance::hospital::{Hospital, Plan};
use acceptance::peers::free_port;

/// What is answered to this head.
fn asked(at: SocketAddr, head: &str) -> String {
    let mut line = TcpStream::connect(at).unwrap();
    let head = format!("{head}\r\nHost: localhost\r\n\r\n");
    line.write_all(head.as_bytes()).unwrap();
    let mut answer = String::new();
    line.read_to_string(&mut answer).unwrap();
    answer
}

/// The numbers by their names with labels, each of which has a line of help and a type before it.
fn numbers(at: SocketAddr) -> BTreeMap<String, f64> {
    let answer = asked(at, "GET /metrics HTTP/1.1");
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200") && head.contains("text/plain; version=0.0.4"));
    let mut told: Vec<&str> = Vec::new();
    let mut numbers = BTreeMap::new();
    for line in body.lines() {
        if let Some(of) = line.strip_prefix("# TYPE ") {
            told.push(of.split(' ').next().unwrap());
        } else if !line.starts_with('#') {
            let (name, value) = line.rsplit_once(' ').unwrap();
            let family = name.split('{').next().unwrap();
            assert!(told.contains(&family), "{line}");
            numbers.insert(name.to_owned(), value.parse().unwrap());
        }
    }
    numbers
}

#[test]
fn a_program_of_this_machine_reads_how_the_site_is_and_no_name_stands_in_it() {
    let at = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()));
    let hospital = Hospital::build(Plan {
        site_toml: format!("\n[metrics]\nlisten = \"{at}\"\n"),
        ..Plan::default()
    });
    let vendor = hospital.vendor("Chitose Works");
    let before = numbers(at);
    assert!(before["sekisho_ledger_entries"] > 5.0);
    assert_eq!(before["sekisho_ledger_well"], 1.0);
    assert_eq!(before["sekisho_isolated"], 0.0);
    assert_eq!(before["sekisho_sessions_live"], 0.0);
    assert!(before.keys().any(|name| name.starts_with("sekisho_tasks{")));
    let isolate = ["isolate", "--reason", "a drill"];
    hospital.clerk.tries(isolate).expect(0);
    let after = numbers(at);
    assert_eq!(after["sekisho_isolated"], 1.0);
    assert_eq!(after["sekisho_incident_open"], 1.0);
    assert!(after["sekisho_ledger_entries"] > before["sekisho_ledger_entries"]);
    let isolated = "sekisho_finding{finding=\"finding-isolated\",stops_visits=\"true\"}";
    assert_eq!(after[isolated], 1.0);
    let told = asked(at, "GET /metrics HTTP/1.1");
    for name in ["Chitose", vendor.as_str(), &hospital.clerk.login, "127.0"] {
        assert!(!told.contains(name), "{name}");
    }
    assert!(asked(at, "GET / HTTP/1.1").starts_with("HTTP/1.1 404"));
    assert!(asked(at, "POST /metrics HTTP/1.1").starts_with("HTTP/1.1 405"));
    assert!(asked(at, "GET /api/v1/status HTTP/1.1").starts_with("HTTP/1.1 404"));
}
