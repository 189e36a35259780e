//! Attending, pausing: what an attendant sees, and what their leaving does.

use std::time::Duration;

use access::{EndReason, Frozen};
use console::serve_connection;
use engine::{OpenedSession, Shown};
use recording::{Terminal, What};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, DuplexStream};
use wire::api::v1::Seen;

use crate::hospital::{Held, Hospital, hospital, number, ssh_session};

/// Somebody's open request to attend, over HTTP/1.1 as it travels.
struct Attending {
    stream: BufReader<DuplexStream>,
}

impl Attending {
    async fn begin(hospital: &Hospital, who: &Held, session: &OpenedSession) -> Self {
        let (ours, theirs) = tokio::io::duplex(64 * 1024);
        tokio::spawn(serve_connection(
            theirs,
            who.arrival(),
            hospital.engine.clone(),
        ));
        let mut stream = BufReader::new(ours);
        let head = format!(
            "POST /api/v1/sessions/{}/attend HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {}\r\n\
             transfer-encoding: chunked\r\n\r\n",
            session.permit().session().number(),
            who.token.as_deref().unwrap(),
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut attending = Self { stream };
        attending.beat().await;
        attending
    }

    /// Says that somebody is there.
    async fn beat(&mut self) {
        // The site may have ended the answer meanwhile, and what it said is still to be read.
        let _ = self.stream.write_all(b"1\r\n\n\r\n").await;
    }

    /// The next line of the answer that is JSON.
    async fn next(&mut self) -> Option<Seen> {
        loop {
            let mut line = String::new();
            let read = self.stream.read_line(&mut line);
            let read = tokio::time::timeout(Duration::from_secs(20), read).await;
            if read.unwrap().unwrap() == 0 {
                return None;
            }
            if let Ok(seen) = serde_json::from_str(&line) {
                return Some(seen);
            }
            assert!(!line.contains("reason-"), "{line}");
        }
    }

    /// The next that is not only a sign of life.
    async fn seen(&mut self) -> Option<Seen> {
        loop {
            match self.next().await {
                Some(Seen::Alive { .. }) => self.beat().await,
                other => return other,
            }
        }
    }
}

fn shell(session: &OpenedSession) {
    session.show(Shown::Opened {
        channel: 0,
        what: What::Shell,
        terminal: Some(Terminal {
            term: "xterm".to_owned(),
            columns: 80,
            rows: 24,
        }),
    });
}

/// Lesson L28: nothing that the target says steers the terminal of whoever watches.
#[tokio::test(flavor = "multi_thread")]
async fn l28_an_attendant_sees_the_screen_and_nothing_that_steers_theirs() {
    let (hospital, people) = hospital();
    let session = ssh_session(&hospital, &people, "pacs", false).await;
    shell(&session);
    let mut attending = Attending::begin(&hospital, &people.suzuki, &session).await;
    let opened = attending.seen().await;
    assert!(
        matches!(&opened, Some(Seen::Opened { channel: 0, terminal: Some(t), .. }) if t.columns == 80),
        "{opened:?}"
    );
    session.show_output(0, b"ls\x1b]52;c;");
    session.show_output(0, b"ZXZpbA==\x07 -l\x1b[6n");
    let mut text = Vec::new();
    while text != b"ls -l" {
        match attending.seen().await {
            Some(Seen::Output { channel: 0, bytes }) => text.extend(bytes.0),
            other => panic!("{other:?} after {text:?}"),
        }
    }
    session.close(EndReason::TargetClosed).await;
    let last = attending.seen().await;
    assert!(
        matches!(&last, Some(Seen::Ended(why)) if why.id == "end-target-closed"),
        "{last:?}"
    );
}

/// Lesson L23: where an attendant is needed, nothing passes without one, and their vanishing counts.
#[tokio::test(flavor = "multi_thread")]
async fn l23_a_vanished_attendant_freezes_the_session_that_needs_one() {
    let (hospital, people) = hospital();
    let session = ssh_session(&hospital, &people, "pacs", true).await;
    assert_eq!(session.live().frozen(), Some(Frozen::AwaitingAttendant));
    let attending = Attending::begin(&hospital, &people.suzuki, &session).await;
    session.live().thawed().await;
    assert_eq!(session.live().frozen(), None);
    let path = format!("/api/v1/sessions/{}", session.permit().session().number());
    let shown = hospital.get(&people.inoue, &path).await;
    assert_eq!(shown["attendants"], json!(["handa/person-2"]));
    assert_eq!(shown["attended"], true);
    drop(attending);
    session.live().froze().await;
    assert_eq!(session.live().frozen(), Some(Frozen::AwaitingAttendant));
    session.close(EndReason::EngineerClosed).await;
}

/// The same for a line that went dead without a word: the kernel would believe in it.
#[tokio::test(flavor = "multi_thread")]
async fn l23_an_attendant_of_whom_nothing_is_heard_has_left() {
    let (hospital, people) = hospital();
    let session = ssh_session(&hospital, &people, "pacs", true).await;
    let mut attending = Attending::begin(&hospital, &people.suzuki, &session).await;
    session.live().thawed().await;
    // No beat from here on, though everything is read.
    let silent = async { while attending.next().await.is_some() {} };
    let (frozen, ()) = tokio::join!(
        tokio::time::timeout(Duration::from_secs(20), session.live().froze()),
        silent
    );
    assert!(frozen.is_ok());
    session.close(EndReason::EngineerClosed).await;
}

/// Lesson L25: whoever may not, cannot; and to a stranger there is no such session.
#[tokio::test(flavor = "multi_thread")]
async fn l25_engineers_and_inspectors_attend_and_pause_nothing() {
    let (hospital, people) = hospital();
    let session = ssh_session(&hospital, &people, "pacs", false).await;
    let number = session.permit().session().number();
    for (who, status) in [
        (&people.abe, 403),
        (&people.inoue, 403),
        (&people.mori, 403),
        (&people.baba, 404),
    ] {
        for call in ["attend", "pause", "continue"] {
            let path = format!("/api/v1/sessions/{number}/{call}");
            let said = hospital.ask(who, "POST", &path, None).await;
            assert_eq!(said.status, status, "{} {call}: {}", who.login, said.text);
        }
    }
    session.close(EndReason::EngineerClosed).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_session_passes_nothing_until_it_is_continued() {
    let (hospital, people) = hospital();
    let session = ssh_session(&hospital, &people, "pacs", false).await;
    let path = format!("/api/v1/sessions/{}", session.permit().session().number());
    hospital
        .post(&people.tanaka, &format!("{path}/pause"), json!({}))
        .await;
    assert_eq!(session.live().frozen(), Some(Frozen::Paused));
    assert_eq!(hospital.get(&people.abe, &path).await["frozen"], "paused");
    hospital
        .post(&people.suzuki, &format!("{path}/continue"), json!({}))
        .await;
    assert_eq!(session.live().frozen(), None);
    let shown = hospital.get(&people.abe, &path).await;
    assert_eq!(shown["frozen"], Value::Null);
    assert_eq!(number(&shown["id"]), path.rsplit_once('/').unwrap().1);
    session.close(EndReason::EngineerClosed).await;
}
