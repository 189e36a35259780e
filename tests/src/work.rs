//! An engineer at work in the laboratory while something breaks, and what came of it.

mod row;

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use data_encoding::BASE64;

pub use row::Row;

use crate::hospital::Approved;
use crate::lab::{LIN, Place};
use crate::link::Link;
use crate::peers::Echo;
use crate::people::Person;
use crate::relayed::Relayed;
use crate::wait;

/// How long a fault may take to be noticed: keep-alives need 75 seconds, eight retransmissions about 100.
const NOTICED_WITHIN: Duration = Duration::from_secs(240);

/// How long the engineer's program may ask the site why the session ended.
const TOLD_WITHIN: Duration = Duration::from_secs(45);

/// Between two lines of a busy stream.
const PACE: Duration = Duration::from_millis(2);

/// A hospital with a target that keeps what it hears, and an engineer who may go there.
#[derive(Debug)]
pub struct Stage {
    /// The target.
    pub echo: Echo,
    /// The engineer.
    pub engineer: Person,
    /// The target's name.
    pub target: String,
    /// The visit.
    pub visit: Approved,
    /// The hospital.
    pub open: Relayed,
}

/// Whether an engineer's stream rests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// Open, and nothing is said.
    Idle,
    /// A line every few milliseconds, and each comes back.
    Busy,
}

/// A session that is open.
#[derive(Debug)]
pub struct Work {
    /// Its id.
    pub session: String,
    link: Link,
    /// Of what the link says, so much was said before anything broke.
    said_before: usize,
    stream: TcpStream,
    sent: Arc<AtomicU64>,
    over: Arc<AtomicBool>,
    writer: JoinHandle<()>,
    reader: JoinHandle<Instant>,
}

impl Stage {
    /// Sets it. None without root or network namespaces.
    pub fn set() -> Option<Self> {
        Relayed::open().map(Self::on)
    }

    /// In a hospital that stands.
    pub fn on(open: Relayed) -> Self {
        let echo = Echo::on(open.lab.listen(Place::Lin, LIN.port()));
        let vendor = open.hospital.vendor("Modality KK");
        let engineer = open.hospital.engineer(&vendor, "field-engineer");
        let target = "console".to_owned();
        open.hospital.target(&target, &vendor, LIN, &[]);
        let visit = open.hospital.visit(&engineer, &target, &["--for", "3h"]);
        Self {
            echo,
            engineer,
            target,
            visit,
            open,
        }
    }

    /// The target is there again, and has forgotten everything.
    pub fn restart_the_target(&mut self) {
        self.echo = Echo::on(self.open.lab.listen(Place::Lin, LIN.port()));
    }

    /// A session, proved by an echo.
    pub fn work(&self, pace: Pace) -> Work {
        let mut link = Link::open(&self.engineer, &self.target);
        let stream = link.live().stream;
        link.says("cli-being-recorded");
        let said_before = link.running.said().len();
        stream.set_read_timeout(None).expect("no limit");
        let session = self.open.hospital.session_of(&self.visit.visit);
        let (sent, over) = (
            Arc::new(AtomicU64::new(0)),
            Arc::new(AtomicBool::new(false)),
        );
        Work {
            session,
            writer: write(&stream, pace, Arc::clone(&sent), Arc::clone(&over)),
            reader: read(&stream),
            link,
            said_before,
            stream,
            sent,
            over,
        }
    }

    /// Waits until an engineer can work again, with nobody's help, and says how long that took.
    pub fn back(&self) -> Duration {
        let began = Instant::now();
        let asks = || {
            let run = self.engineer.sekisho().args(["connect", &self.target]);
            let done = run.input("once more").done();
            (done.code == 0 && done.text().contains("once more")).then_some(())
        };
        let back = wait::within(NOTICED_WITHIN, asks);
        assert!(back.is_some(), "nobody comes in after {NOTICED_WITHIN:?}");
        began.elapsed()
    }

    /// The session's end, as the ledger has it: why, and how long after this moment it was there.
    pub fn ended(&self, session: &str, since: Instant) -> (String, Duration) {
        let clerk = &self.open.hospital.clerk;
        let ended = wait::within(NOTICED_WITHIN, || {
            // The gateway may be down or cut off.
            let listed = clerk.tries(["--json", "sessions"]);
            let found = serde_json::from_slice::<serde_json::Value>(&listed.out).ok()?;
            let found = found.as_array()?.iter().find(|one| one["id"] == session)?;
            let ended = found["ended"]["reason"]["id"].as_str()?.to_owned();
            Some(ended)
        });
        let ended = ended.unwrap_or_else(|| panic!("{session} has not ended"));
        (ended, since.elapsed())
    }

    /// Everything that the target heard stands in the recording, in its order; the recording verifies.
    /// Returns how many bytes each of them has.
    pub fn nothing_is_missing(&self, session: &str, heard: &[u8]) -> (usize, usize) {
        let clerk = &self.open.hospital.clerk;
        let verified = clerk.asks(["recording", "verify", session]);
        assert_eq!(verified["verified"], true, "{verified:#}");
        let shown = clerk.asks(["recording", "show", session]);
        let frames = shown["frames"].as_array().cloned().unwrap_or_default();
        let sent: Vec<u8> = frames
            .iter()
            .filter(|frame| frame["direction"] == "sent")
            .filter_map(|frame| frame["content"]["data"].as_str())
            .flat_map(|data| BASE64.decode(data.as_bytes()).expect("content is base64"))
            .collect();
        let (heard_bytes, recorded) = (heard.len(), sent.len());
        assert!(
            sent.starts_with(heard),
            "the target heard {heard_bytes} bytes, {recorded} are recorded, and they differ"
        );
        (heard_bytes, recorded)
    }

    /// Waits until a connection of this place has gone so often unanswered.
    pub fn unanswered(&self, place: Place, retransmissions: u32) {
        wait::until("retransmissions", || {
            let lines = self.open.lab.connections(place);
            let most = lines.iter().filter_map(|line| retransmitted(line)).max();
            (most? >= retransmissions).then_some(())
        });
    }
}

impl Work {
    /// Bytes that the engineer's program has given to its socket.
    pub fn sent(&self) -> u64 {
        self.sent.load(Ordering::SeqCst)
    }

    /// Waits until so many bytes more have gone to the target and come back is not asked.
    pub fn goes_on(&self, echo: &Echo) {
        let before = echo.heard().len();
        wait::until("more bytes at the target", || {
            (echo.heard().len() > before + 4096).then_some(())
        });
    }

    /// The engineer is done: everything that was sent arrives, and comes back.
    pub fn finish(self) -> u64 {
        self.over.store(true, Ordering::SeqCst);
        self.writer.join().expect("the writer");
        let _gone = self.stream.shutdown(Shutdown::Write);
        self.reader.join().expect("the reader");
        self.link.close();
        self.sent.load(Ordering::SeqCst)
    }

    /// Waits until the engineer's connection is closed. When that was, and what the engineer was told.
    pub fn lost(mut self) -> (Instant, String) {
        let gone = self.reader.join().expect("the reader");
        self.over.store(true, Ordering::SeqCst);
        let _gone = self.stream.shutdown(Shutdown::Both);
        self.writer.join().expect("the writer");
        let told = || {
            let said = self.link.running.said();
            let new = said.get(self.said_before..)?;
            let last = new.lines().rfind(|line| !line.trim().is_empty())?;
            Some(last.trim().to_owned())
        };
        let told = wait::within(TOLD_WITHIN, told);
        let told = told.unwrap_or_else(|| "nothing".to_owned());
        self.link.running.kill();
        (gone, told)
    }
}

fn write(
    stream: &TcpStream,
    pace: Pace,
    sent: Arc<AtomicU64>,
    over: Arc<AtomicBool>,
) -> JoinHandle<()> {
    let mut stream = stream.try_clone().expect("a second handle");
    std::thread::spawn(move || {
        let mut number = 0u64;
        while pace == Pace::Busy && !over.load(Ordering::SeqCst) {
            let line = format!("{number:0>255}\n");
            if stream.write_all(line.as_bytes()).is_err() {
                return;
            }
            number += 1;
            sent.fetch_add(256, Ordering::SeqCst);
            std::thread::sleep(PACE);
        }
    })
}

fn read(stream: &TcpStream) -> JoinHandle<Instant> {
    let mut stream = stream.try_clone().expect("a second handle");
    std::thread::spawn(move || {
        let mut rest = vec![0; 64 * 1024];
        while let Ok(1..) = stream.read(&mut rest) {}
        Instant::now()
    })
}

/// `… timer:(on,1.5sec,3)`: how often something went unanswered.
fn retransmitted(line: &str) -> Option<u32> {
    let (_, timer) = line.split_once("timer:(on,")?;
    timer.split_once(')')?.0.rsplit(',').next()?.parse().ok()
}
