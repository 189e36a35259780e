//! The terminal in the page, from its WebSocket to the SSH that its client speaks. What is behind that is
//! a shell that repeats what is typed; the real proxy stands there in the tests of the whole (`tests/`).

use std::sync::Arc;
use std::time::Duration;

use access::Protocol;
use axum::body::Body;
use axum::http::StatusCode;
use console::{COOKIE, Carrier, Near, Terminals, router_with_terminals, serve_with_terminals};
use data_encoding::HEXLOWER;
use engine::Engine;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use ssh::{Ask, Asked, Exit, Flow, OpenAsk, Received, Stream};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tower::ServiceExt;
use wire::terminal::{Cells, FromPage, Hello, Over, Passing, ToPage};
use wire::websocket::{Reader, Said, Sender, masked_message, masked_pong};

use crate::browser::{Browser, HOST};
use crate::hospital::{Held, Hospital, People, TARGET_PASSWORD, hospital, number, ssh_target};

/// A bound for machines that are busy, not a wait.
const SOON: Duration = Duration::from_secs(60);

const MASK: [u8; 4] = [1, 2, 3, 4];

/// A site whose sessions lead to a shell that repeats what is typed.
struct Ground {
    hospital: Hospital,
    people: People,
    /// The engineer at a browser: their cookie stands in the place of their program's token.
    abe: Held,
    terminals: Terminals,
    visit: u64,
}

impl Ground {
    async fn new() -> Self {
        Self::with_grace(console::GRACE).await
    }

    async fn with_grace(grace: Duration) -> Self {
        let (hospital, people) = hospital();
        let target = ssh_target("pacs", false);
        let added = hospital.post(&people.sato, "/api/v1/targets", target).await;
        let path = format!("/api/v1/targets/{}/secret", number(&added["id"]));
        let secret = json!({"password": TARGET_PASSWORD});
        hospital.post(&people.sato, &path, secret).await;
        let mut form = hospital.visit_form("pacs");
        form["ssh"] = json!({"shell": true, "exec": true, "upload": "no", "download": "no"});
        let asked = hospital.post(&people.abe, "/api/v1/requests", form).await;
        let path = format!("/api/v1/requests/{}/approve", number(&asked["request"]));
        hospital.post(&people.suzuki, &path, json!({})).await;
        let data = tokio::runtime::Handle::current();
        let carrier = carrier(hospital.engine.clone());
        let abe = at_a_browser(&hospital, &people.abe).await;
        Self {
            abe,
            visit: number(&asked["visit"]).parse().unwrap(),
            terminals: Terminals::with_grace(carrier, data, grace),
            hospital,
            people,
        }
    }

    fn path(&self, rest: &str) -> String {
        format!("/visits/{}/terminal/{rest}", self.visit)
    }

    /// Asks for a ticket, as a page does.
    async fn asked_ticket(&self, who: &Held, origin: &str) -> (StatusCode, Value) {
        let request = axum::http::Request::builder()
            .method("POST")
            .uri(self.path("ticket"))
            .header("host", HOST)
            .header("origin", origin)
            .header("cookie", cookie(who))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::empty());
        let engine = self.hospital.engine.clone();
        let router = router_with_terminals(engine, who.arrival(), self.terminals.clone());
        let answer = router.oneshot(request.unwrap()).await.unwrap();
        let status = answer.status();
        let bytes = answer.into_body().collect().await.unwrap().to_bytes();
        (status, serde_json::from_slice(&bytes).unwrap_or_default())
    }

    async fn ticket(&self, who: &Held) -> [u8; 32] {
        let (status, said) = self.asked_ticket(who, &own_origin()).await;
        assert_eq!(status, 200, "{said}");
        let hex = said["ticket"].as_str().unwrap();
        HEXLOWER.decode(hex.as_bytes()).unwrap().try_into().unwrap()
    }

    /// Asks for a line; gives the status of the answer too.
    async fn asked_line(&self, who: &Held, origin: &str, cookie: &str) -> (u16, Line) {
        let (ours, theirs) = tokio::io::duplex(256 * 1024);
        let engine = self.hospital.engine.clone();
        let serving = serve_with_terminals(theirs, who.arrival(), engine, self.terminals.clone());
        tokio::spawn(serving);
        let mut line = Line {
            stream: ours,
            reader: Reader::new(Sender::Server, 1 << 20),
        };
        let head = format!(
            "GET {} HTTP/1.1\r\nhost: {HOST}\r\norigin: {origin}\r\ncookie: {cookie}\r\n\
             connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\
             sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
            self.path("line")
        );
        line.stream.write_all(head.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        while !answer.ends_with(b"\r\n\r\n") {
            answer.push(line.stream.read_u8().await.unwrap());
        }
        let answer = String::from_utf8(answer).unwrap();
        let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
        if status == 101 {
            assert!(answer.contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), "{answer}");
        }
        (status, line)
    }

    /// A line whose first message was sent.
    async fn line(&self, who: &Held, hello: Hello) -> Line {
        let (status, mut line) = self.asked_line(who, &own_origin(), &cookie(who)).await;
        assert_eq!(status, 101);
        line.say(&FromPage::Hello(hello)).await;
        line
    }

    /// A page that has sat down.
    async fn page(&self, who: &Held, page: u8) -> (Line, u64) {
        let hello = hello(self.ticket(who).await, page);
        let mut line = self.line(who, hello).await;
        let session = line.welcome().await.0;
        (line, session)
    }

    async fn until(&self, what: &str, holds: impl Fn(&Engine) -> bool) {
        let looking = async {
            while !holds(&self.hospital.engine) {
                tokio::task::yield_now().await;
            }
        };
        let looked = tokio::time::timeout(SOON, looking).await;
        assert!(looked.is_ok(), "never: {what}");
    }
}

/// Somebody who signed in at a browser, on their device.
async fn at_a_browser(hospital: &Hospital, who: &Held) -> Held {
    let browser = Browser::on_their_device(hospital, who).await;
    Held {
        token: browser.cookie,
        ..who.clone()
    }
}

fn own_origin() -> String {
    format!("https://{HOST}")
}

fn cookie(who: &Held) -> String {
    format!("{COOKIE}={}", who.token.as_deref().unwrap())
}

const CELLS: Cells = Cells {
    columns: 80,
    rows: 24,
};

fn hello(ticket: [u8; 32], page: u8) -> Hello {
    Hello {
        ticket,
        page: [page; 32],
        shown: 0,
        cells: CELLS,
        take_over: false,
    }
}

/// A line as a page holds it.
struct Line {
    stream: DuplexStream,
    reader: Reader,
}

impl Line {
    async fn say(&mut self, message: &FromPage) {
        let bytes = masked_message(&message.encode(), MASK);
        // The other side may have closed it.
        let _ = self.stream.write_all(&bytes).await;
    }

    async fn type_in(&mut self, text: &str) {
        self.say(&FromPage::Input(text.into())).await;
    }

    /// The next message; `None` at the end.
    async fn next(&mut self) -> Option<ToPage> {
        loop {
            match self.reader.said().unwrap() {
                Some(Said::Message(bytes)) => return Some(ToPage::decode(&bytes).unwrap()),
                Some(Said::Ping(bytes)) => {
                    let _ = self.stream.write_all(&masked_pong(&bytes, MASK)).await;
                }
                Some(Said::Close) => return None,
                Some(Said::Pong) => {}
                None => {
                    let mut buffer = [0; 4096];
                    let reading = self.stream.read(&mut buffer);
                    let count = tokio::time::timeout(SOON, reading).await.unwrap();
                    let count = count.unwrap_or(0);
                    if count == 0 {
                        return None;
                    }
                    self.reader.take(&buffer[..count]);
                }
            }
        }
    }

    async fn welcome(&mut self) -> (u64, u64, u64) {
        match self.next().await {
            Some(ToPage::Welcome {
                session,
                from,
                fresh,
            }) => (session, from, fresh),
            other => panic!("no welcome: {other:?}"),
        }
    }

    /// Output, until it ends with this.
    async fn shows(&mut self, text: &str) -> String {
        let mut shown = String::new();
        while !shown.ends_with(text) {
            match self.next().await {
                Some(ToPage::Output(bytes)) => shown += &String::from_utf8_lossy(&bytes),
                Some(ToPage::State { .. }) => {}
                other => panic!("{text:?} was to come after {shown:?}: {other:?}"),
            }
        }
        shown
    }

    /// The next sentence beside the screen; nothing was shown before it.
    async fn said_beside(&mut self) -> String {
        loop {
            match self.next().await {
                Some(ToPage::Said(text)) => return text,
                Some(ToPage::State { .. }) => {}
                other => panic!("a sentence was to come: {other:?}"),
            }
        }
    }

    async fn stands(&mut self, wanted: Passing) {
        loop {
            match self.next().await {
                Some(ToPage::State { passing, left }) => {
                    assert!(left > 0);
                    if passing == wanted {
                        return;
                    }
                }
                Some(ToPage::Output(_)) => {}
                other => panic!("{wanted:?} was to come: {other:?}"),
            }
        }
    }

    /// How it ends.
    async fn over(&mut self) -> Over {
        loop {
            match self.next().await {
                Some(ToPage::Over { why, text }) => {
                    assert!(!text.is_empty());
                    return why;
                }
                Some(_) => {}
                None => panic!("it ended without a word"),
            }
        }
    }
}

/// Opens sessions as the proxy does, to a shell that repeats what is typed.
fn carrier(engine: Engine) -> Carrier {
    Arc::new(move |wish| {
        let engine = engine.clone();
        Box::pin(async move {
            let opening =
                engine.open_session(&wish.by, &wish.target, Some(wish.grant), Protocol::Ssh);
            let opened = opening.await.map_err(|refusal| {
                let reasons = refusal.reasons.iter().map(engine::said);
                reasons.collect::<Vec<_>>()
            })?;
            let session = opened.permit().session().clone();
            let (stream, far) = tokio::io::duplex(64 * 1024);
            tokio::spawn(async move {
                let flow = Flow::new();
                let serving = async {
                    let accepting = ssh::accept(far, opened.ssh_host_key(), &flow, SOON);
                    let mut engineer = accepting.await.unwrap();
                    while let Some(Ask::Open(ask)) = engineer.next().await {
                        tokio::spawn(repeat(ask));
                    }
                };
                tokio::select! {
                    () = opened.live().withdrawn() => {}
                    () = serving => {}
                }
                flow.cut();
                opened.close(access::EndReason::EngineerClosed).await;
            });
            Ok(Near { stream, session })
        })
    })
}

async fn repeat(ask: OpenAsk) {
    let mut channel = ask.accept().await;
    while let Some(received) = channel.inbox.next().await {
        match received {
            Received::Said(Asked::Start(start)) => start.accept(),
            Received::Said(Asked::Resize(size)) => {
                let text = format!("[{}x{}]", size.columns, size.rows);
                channel.out.data(Stream::Main, text.into()).await.unwrap();
            }
            Received::Data(piece) if piece.bytes.as_slice() == b"exit" => {
                channel.out.exit(Exit::Status(0)).await.unwrap();
                channel.out.close().await;
            }
            Received::Data(piece) if piece.bytes.as_slice() == b"much" => {
                for _ in 0..100 {
                    if channel
                        .out
                        .data(Stream::Main, vec![b'm'; 10_000])
                        .await
                        .is_err()
                    {
                        return;
                    }
                }
                let _gone = channel.out.data(Stream::Main, b"!".to_vec()).await;
            }
            Received::Data(piece) => {
                let _gone = channel.out.data(Stream::Main, piece.bytes).await;
            }
            Received::Eof | Received::Said(_) | Received::Closed(_) => {}
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn l36_a_page_with_a_ticket_in_its_first_message_types_into_a_session_like_any_other() {
    let ground = Ground::new().await;
    let (mut line, session) = ground.page(&ground.abe, 1).await;
    line.shows("[80x24]").await;
    line.stands(Passing::Yes).await;
    line.type_in("検査").await;
    line.shows("検査").await;
    let live = ground.hospital.engine.live().sessions();
    assert_eq!(live.len(), 1);
    assert_eq!(live[0].id().number(), session);
    line.say(&FromPage::Resize(Cells {
        columns: 120,
        rows: 40,
    }))
    .await;
    line.shows("[120x40]").await;
    line.type_in("exit").await;
    assert_eq!(line.over().await, Over::Ended);
    assert_eq!(line.next().await, None);
    let closed = |engine: &Engine| engine.live().count() == 0;
    ground.until("the session is closed", closed).await;
}

fn paste(text: &str, bracketed: bool, more: bool) -> FromPage {
    FromPage::Paste {
        bytes: text.into(),
        bracketed,
        more,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_gateway_refuses_a_pasted_text_where_no_files_come_in_whatever_the_page_thinks() {
    let ground = Ground::new().await;
    let (mut line, _) = ground.page(&ground.abe, 1).await;
    line.shows("[80x24]").await;
    line.stands(Passing::Yes).await;
    line.say(&paste("uptime", false, false)).await;
    line.shows("uptime").await;
    // A program that is told where a paste ends is not told so by what was pasted.
    line.say(&paste("a\x1b[201~b", true, false)).await;
    line.shows("\x1b[200~a[201~b\x1b[201~").await;
    let no = phrases::say(phrases::Language::Ja, "terminal-paste-no", &[]);
    for refused in ["one\rtwo", &"a".repeat(access::LONGEST_PASTED_LINE + 1)] {
        line.say(&paste(refused, true, false)).await;
        assert_eq!(line.said_beside().await, no);
    }
    // The end of a long one is refused with its beginning, however short it is.
    line.say(&paste("one\r", false, true)).await;
    assert_eq!(line.said_beside().await, no);
    line.say(&paste("two", false, false)).await;
    assert_eq!(line.said_beside().await, no);
    line.type_in("after").await;
    line.shows("after").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn l36_no_page_of_somebody_else_gets_a_line_or_a_ticket() {
    let ground = Ground::new().await;
    let abe = &ground.abe;
    for origin in [
        "https://evil.test",
        "null",
        "http://desk.handa.test",
        "https://desk.handa.test.evil.test",
    ] {
        let (status, _) = ground.asked_line(abe, origin, &cookie(abe)).await;
        assert_eq!(status, 403, "{origin}");
        let (status, said) = ground.asked_ticket(abe, origin).await;
        assert_eq!(
            (status, said["ticket"].as_str()),
            (StatusCode::FORBIDDEN, None)
        );
    }
    let (status, _) = ground.asked_line(abe, &own_origin(), "a=b").await;
    assert_ne!(status, 101);
    // A clerk sees the visit, and has no terminal in it; another firm's engineer sees neither.
    for other in [&ground.people.suzuki, &ground.people.baba] {
        let other = &at_a_browser(&ground.hospital, other).await;
        let (status, _) = ground.asked_ticket(other, &own_origin()).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        let (status, mut line) = ground
            .asked_line(other, &own_origin(), &cookie(other))
            .await;
        assert_eq!(status, 101);
        let stolen = ground.ticket(abe).await;
        line.say(&FromPage::Hello(hello(stolen, 1))).await;
        assert_eq!(line.over().await, Over::Ticket);
    }
    assert_eq!(ground.hospital.engine.live().count(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn l36_a_first_message_without_a_good_ticket_opens_nothing() {
    let ground = Ground::new().await;
    let abe = &ground.abe;
    let ticket = ground.ticket(abe).await;
    let mut first = ground.line(abe, hello(ticket, 1)).await;
    first.welcome().await;
    let mut again = ground.line(abe, hello(ticket, 1)).await;
    assert_eq!(again.over().await, Over::Ticket);
    let mut never = ground.line(abe, hello([9; 32], 1)).await;
    assert_eq!(never.over().await, Over::Ticket);
    let late = ground.ticket(abe).await;
    ground.hospital.wait(31);
    let mut late = ground.line(abe, hello(late, 1)).await;
    assert_eq!(late.over().await, Over::Ticket);
    let (_, mut rude) = ground.asked_line(abe, &own_origin(), &cookie(abe)).await;
    rude.type_in("ls\r").await;
    assert_eq!(rude.over().await, Over::Misbehaved);
    assert_eq!(ground.hospital.engine.live().count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_line_is_taken_up_where_it_was_without_a_byte_missing_or_twice() {
    let ground = Ground::new().await;
    let abe = &ground.abe;
    let (mut line, session) = ground.page(abe, 1).await;
    let seen = line.shows("[80x24]").await;
    // It is on its way while the line is lost: the page has not shown it.
    line.type_in("while away").await;
    line.shows("while away").await;
    drop(line);
    let shown = u64::try_from(seen.len()).unwrap();
    let again = Hello {
        shown,
        ..hello(ground.ticket(abe).await, 1)
    };
    let mut line = ground.line(abe, again).await;
    assert_eq!(line.welcome().await, (session, shown, shown));
    assert_eq!(line.shows("[80x24]").await, "while away[80x24]");
    drop(line);
    // The page is loaded anew: it gets what there was, as a repetition.
    let (mut line, same) = ground.page(abe, 2).await;
    assert_eq!(same, session);
    assert_eq!(
        line.shows("[80x24][80x24]").await,
        "[80x24]while away[80x24][80x24]"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn l16_a_terminal_is_taken_up_by_its_own_sign_in_and_by_nobody_elses() {
    let ground = Ground::new().await;
    let (line, session) = ground.page(&ground.abe, 1).await;
    drop(line);
    // The same person, signed in once more: a terminal of its own, if any.
    let second = at_a_browser(&ground.hospital, &ground.people.abe).await;
    let hello = hello(ground.ticket(&second).await, 1);
    let mut line = ground.line(&second, hello).await;
    match line.next().await {
        Some(ToPage::Welcome { session: other, .. }) => assert_ne!(other, session),
        Some(ToPage::Over { why, .. }) => assert_eq!(why, Over::Refused),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_tab_asks_before_it_takes_over_and_the_first_is_told() {
    let ground = Ground::new().await;
    let abe = &ground.abe;
    let (mut first, session) = ground.page(abe, 1).await;
    first.shows("[80x24]").await;
    let mut second = ground.line(abe, hello(ground.ticket(abe).await, 2)).await;
    assert_eq!(second.over().await, Over::Elsewhere);
    first.type_in("still here").await;
    first.shows("still here").await;
    let taking = Hello {
        take_over: true,
        ..hello(ground.ticket(abe).await, 2)
    };
    let mut second = ground.line(abe, taking).await;
    assert_eq!(second.welcome().await.0, session);
    assert_eq!(first.over().await, Over::TakenOver);
    second.type_in("here now").await;
    second.shows("here now").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn l14_signing_out_ends_the_line_and_the_session() {
    let ground = Ground::new().await;
    let abe = &ground.abe;
    let (mut line, _) = ground.page(abe, 1).await;
    line.shows("[80x24]").await;
    let mut browser = Browser {
        arrival: abe.arrival(),
        cookie: abe.token.clone(),
        language: None,
    };
    let out = browser.post(&ground.hospital, "/sign-out", &[]).await;
    assert_eq!(out.status, 303, "{}", out.text);
    line.type_in("too late").await;
    assert!(matches!(line.over().await, Over::SignedOut | Over::Ended));
    let closed = |engine: &Engine| engine.live().count() == 0;
    ground.until("the session is closed", closed).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn l36_a_page_that_floods_or_says_what_nobody_says_is_cut_off() {
    let ground = Ground::new().await;
    let abe = &ground.abe;
    let (mut line, _) = ground.page(abe, 1).await;
    let shown = masked_message(&FromPage::Shown(0).encode(), MASK);
    let flood = shown.repeat(20_000);
    let (mut from, mut to) = tokio::io::split(&mut line.stream);
    let sending = async {
        let _cut_off = to.write_all(&flood).await;
    };
    let reading = async {
        let mut all = Vec::new();
        let _cut_off = from.read_to_end(&mut all).await;
        all
    };
    let (all, ()) = tokio::join!(reading, sending);
    line.reader.take(&all);
    assert_eq!(line.over().await, Over::Misbehaved);
    let (mut line, _) = ground.page(abe, 1).await;
    let twice = hello(ground.ticket(abe).await, 1);
    line.say(&FromPage::Hello(twice)).await;
    assert_eq!(line.over().await, Over::Misbehaved);
    let (mut line, _) = ground.page(abe, 1).await;
    line.stream
        .write_all(&masked_message(&[0x7f], MASK))
        .await
        .unwrap();
    assert_eq!(line.over().await, Over::Misbehaved);
}

#[tokio::test(flavor = "multi_thread")]
async fn l23_what_is_typed_while_the_hospital_pauses_goes_nowhere() {
    let ground = Ground::new().await;
    let (mut line, session) = ground.page(&ground.abe, 1).await;
    line.shows("[80x24]").await;
    let path = |act: &str| format!("/api/v1/sessions/{session}/{act}");
    let suzuki = &ground.people.suzuki;
    ground
        .hospital
        .post(suzuki, &path("pause"), json!({}))
        .await;
    line.stands(Passing::Paused).await;
    line.type_in("rm -rf /").await;
    // Later than that, on the same line: a size is not input.
    line.say(&FromPage::Resize(Cells {
        columns: 81,
        rows: 24,
    }))
    .await;
    line.shows("[81x24]").await;
    ground
        .hospital
        .post(suzuki, &path("continue"), json!({}))
        .await;
    line.stands(Passing::Yes).await;
    line.type_in("ls").await;
    assert_eq!(line.shows("ls").await, "ls");
}

#[tokio::test(flavor = "multi_thread")]
async fn l24_a_page_that_shows_nothing_holds_the_target_and_gets_every_byte_in_the_end() {
    let ground = Ground::new().await;
    let (mut line, _) = ground.page(&ground.abe, 1).await;
    line.shows("[80x24]").await;
    let mut count = 7;
    line.type_in("much").await;
    loop {
        match line.next().await {
            Some(ToPage::Output(bytes)) => {
                let last = bytes.last() == Some(&b'!');
                count += u64::try_from(bytes.len()).unwrap();
                line.say(&FromPage::Shown(count)).await;
                if last {
                    break;
                }
            }
            Some(ToPage::State { .. }) => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(count, 7 + 1_000_001);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_terminal_whose_page_does_not_come_back_is_closed() {
    let ground = Ground::with_grace(Duration::ZERO).await;
    let (line, _) = ground.page(&ground.abe, 1).await;
    assert_eq!(ground.hospital.engine.live().count(), 1);
    drop(line);
    let closed = |engine: &Engine| engine.live().count() == 0;
    ground.until("the session is closed", closed).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_done_says_so_and_the_session_ends_at_once() {
    let ground = Ground::new().await;
    let (mut line, _) = ground.page(&ground.abe, 1).await;
    line.say(&FromPage::Leave).await;
    assert_eq!(line.over().await, Over::Ended);
    let closed = |engine: &Engine| engine.live().count() == 0;
    ground.until("the session is closed", closed).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn l22_what_the_hospital_ends_is_over_in_the_page_too() {
    let ground = Ground::new().await;
    let (mut line, session) = ground.page(&ground.abe, 1).await;
    line.shows("[80x24]").await;
    let path = format!("/api/v1/sessions/{session}/end");
    let suzuki = &ground.people.suzuki;
    ground.hospital.post(suzuki, &path, json!({})).await;
    assert_eq!(line.over().await, Over::Ended);
}

#[tokio::test(flavor = "multi_thread")]
async fn l9_a_page_is_refused_for_the_reasons_for_which_everybody_is() {
    let ground = Ground::new().await;
    // Its hours are over.
    ground.hospital.wait(5 * 3600);
    let abe = at_a_browser(&ground.hospital, &ground.people.abe).await;
    let mut line = ground.line(&abe, hello(ground.ticket(&abe).await, 1)).await;
    match line.next().await {
        Some(ToPage::Over { why, text }) => {
            assert_eq!(why, Over::Refused);
            assert!(!text.contains("reason-"), "{text}");
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(ground.hospital.engine.live().count(), 0);
}
