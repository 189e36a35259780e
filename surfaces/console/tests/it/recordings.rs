//! Recordings of SSH sessions, looked through.

use access::EndReason;
use recording::{ChannelNote, Direction, FileNote, Stream, Terminal, What};
use serde_json::{Value, json};

use crate::hospital::{Hospital, People, hospital, ssh_session};

/// A session in which a shell was opened and a file passed; its number.
async fn recorded(hospital: &Hospital, people: &People) -> u64 {
    let session = ssh_session(hospital, people, "pacs", false).await;
    let number = session.permit().session().number();
    let notes = [
        ChannelNote::Opened {
            channel: 0,
            what: What::Shell,
            terminal: Some(Terminal {
                term: "xterm".to_owned(),
                columns: 100,
                rows: 30,
            }),
        },
        ChannelNote::Opened {
            channel: 1,
            what: What::Exec {
                command: "uptime".to_owned(),
            },
            terminal: None,
        },
        ChannelNote::File(FileNote {
            channel: 1,
            direction: Direction::FromTarget,
            path: "/var/log/syslog".to_owned(),
            bytes: 7,
            sha256: None,
            whole: false,
        }),
        ChannelNote::Refused {
            channel: None,
            what: "direct-tcpip".to_owned(),
            reasons: vec!["channel-not-granted".to_owned()],
        },
    ];
    for note in &notes {
        session.note(note).unwrap();
    }
    session
        .stream(
            0,
            Direction::FromTarget,
            Stream::Output,
            b"$ \x1b]0;evil\x07hi\r\n",
        )
        .unwrap();
    session.close(EndReason::EngineerClosed).await;
    number
}

#[tokio::test(flavor = "multi_thread")]
async fn the_index_says_what_was_done_and_what_it_cannot_know() {
    let (hospital, people) = hospital();
    let number = recorded(&hospital, &people).await;
    let path = format!("/api/v1/recordings/{number}/index");
    let index = hospital.get(&people.inoue, &path).await;
    let items = index["items"].as_array().unwrap();
    let has = |wanted: Value| items.iter().any(|item| item["what"] == wanted);
    assert!(has(
        json!({"opened": {"what": {"exec": {"command": "uptime"}}}})
    ));
    assert!(has(json!({"file": {
        "direction": "out", "path": "/var/log/syslog", "bytes": 7, "whole": false,
    }})));
    assert!(has(json!({"refused": {
        "what": "direct-tcpip", "reasons": ["channel-not-granted"],
    }})));
    assert!(has(json!({"end": "engineer-closed"})));
    assert!(index["limits"].as_array().unwrap().len() >= 3);
}

/// Lesson L28, at the site already: a player elsewhere may be careless.
#[tokio::test(flavor = "multi_thread")]
async fn l28_what_is_played_or_cast_emits_no_unsafe_sequence() {
    let (hospital, people) = hospital();
    let number = recorded(&hospital, &people).await;
    let path = format!("/api/v1/recordings/{number}/play");
    let played = hospital.ask(&people.inoue, "GET", &path, None).await;
    let lines: Vec<Value> = played
        .text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let shown = lines
        .iter()
        .find_map(|line| line["seen"]["output"]["bytes"].as_str());
    let shown = data_encoding::BASE64.decode(shown.unwrap().as_bytes());
    assert_eq!(shown.unwrap(), b"$ hi\r\n");
    let last = lines.last().unwrap();
    assert_eq!(last["seen"]["ended"]["id"], "end-engineer-closed");
    let path = format!("/api/v1/recordings/{number}/cast?channel=0");
    let cast = hospital.ask(&people.inoue, "GET", &path, None).await;
    let header: Value = serde_json::from_str(cast.text.lines().next().unwrap()).unwrap();
    assert_eq!(
        (&header["version"], &header["width"]),
        (&json!(2), &json!(100))
    );
    assert!(cast.text.contains("$ hi") && !cast.text.contains("evil"));
}

/// Lesson L25: every view is an entry; engineers read none, strangers learn of none.
#[tokio::test(flavor = "multi_thread")]
async fn l25_playing_and_casting_are_entries_and_not_for_engineers() {
    let (hospital, people) = hospital();
    let number = recorded(&hospital, &people).await;
    let calls = ["index", "play", "cast?channel=0"];
    let before = hospital.engine.site().entries();
    for call in calls {
        let path = format!("/api/v1/recordings/{number}/{call}");
        let said = hospital.ask(&people.inoue, "GET", &path, None).await;
        assert_eq!(said.status, 200, "{call}: {}", said.text);
    }
    assert!(hospital.engine.site().entries() >= before + 3);
    for (who, status) in [(&people.abe, 403), (&people.mori, 403), (&people.baba, 404)] {
        for call in calls {
            let path = format!("/api/v1/recordings/{number}/{call}");
            let said = hospital.ask(who, "GET", &path, None).await;
            assert_eq!(said.status, status, "{} {call}", who.login);
        }
    }
    let path = format!("/api/v1/recordings/{number}/cast");
    for wrong in ["", "?channel=x", "?channel=4294967296", "?channel=0&raw=1"] {
        let said = hospital
            .ask(&people.inoue, "GET", &format!("{path}{wrong}"), None)
            .await;
        assert_eq!(said.status, 400, "{wrong}");
    }
}
