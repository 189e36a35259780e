//! Recorded before forwarded, ended from outside, a thousand at a time.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

use access::{EndReason, Protocol, Subject};
use engine::{Engine, OpenedSession};

use crate::hospital::Staffed;

const HOUR: Duration = Duration::from_secs(3600);

struct Ready {
    staffed: Staffed,
    target: TcpListener,
}

impl std::ops::Deref for Ready {
    type Target = Staffed;

    fn deref(&self) -> &Staffed {
        &self.staffed
    }
}

fn ready() -> Ready {
    let target = TcpListener::bind("127.0.0.1:0").unwrap();
    let staffed = Staffed::with_target(target.local_addr().unwrap());
    staffed.visit(HOUR);
    Ready { staffed, target }
}

/// One relayed session: the engineer's socket, the target's socket, and the relay's end.
struct Relayed {
    engineer: TcpStream,
    target: TcpStream,
    done: tokio::task::JoinHandle<EndReason>,
}

impl Ready {
    fn open(&self) -> OpenedSession {
        let Staffed {
            hospital, engineer, ..
        } = &self.staffed;
        hospital
            .run(
                hospital
                    .engine
                    .open_session(engineer, "db", None, Protocol::Tcp),
            )
            .unwrap()
    }

    fn relayed(&self) -> Relayed {
        let opened = self.open();
        let (ours, theirs) = pair();
        let work = serve(theirs, opened);
        let done = self.hospital.runtime.spawn(work);
        let (target, _) = self.target.accept().unwrap();
        for stream in [&ours, &target] {
            stream
                .set_read_timeout(Some(Duration::from_secs(10)))
                .unwrap();
        }
        Relayed {
            engineer: ours,
            target,
            done,
        }
    }
}

async fn serve(stream: TcpStream, opened: OpenedSession) -> EndReason {
    stream.set_nonblocking(true).unwrap();
    let client = tokio::net::TcpStream::from_std(stream).unwrap();
    opened.live().holds(tunnel::Closer::of(&client).unwrap());
    let target = proxies::tcp::dial(&opened).await.unwrap();
    let reason = proxies::tcp::relay(client, target, &opened).await;
    opened.close(reason.clone()).await;
    reason
}

fn pair() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address: SocketAddr = listener.local_addr().unwrap();
    let ours = TcpStream::connect(address).unwrap();
    (ours, listener.accept().unwrap().0)
}

fn is_gone(stream: &mut TcpStream) -> bool {
    matches!(stream.read(&mut [0; 16]), Ok(0) | Err(_))
}

#[test]
fn nothing_passes_a_paused_session_either_way_and_nothing_is_lost() {
    let ready = ready();
    let mut relayed = ready.relayed();
    let engine = &ready.hospital.engine;
    let session = engine.live().sessions()[0].id().clone();
    ready
        .hospital
        .run(engine.pause(&ready.clerk, &session))
        .unwrap();
    relayed.engineer.write_all(b"drop table").unwrap();
    relayed.target.write_all(b"a row").unwrap();
    let short = Some(Duration::from_millis(300));
    for stream in [&mut relayed.engineer, &mut relayed.target] {
        stream.set_read_timeout(short).unwrap();
        assert!(stream.read(&mut [0; 16]).is_err(), "nothing arrives");
        let long = Some(Duration::from_secs(10));
        stream.set_read_timeout(long).unwrap();
    }
    ready
        .hospital
        .run(engine.continue_session(&ready.clerk, &session))
        .unwrap();
    let mut sent = [0; 10];
    relayed.target.read_exact(&mut sent).unwrap();
    assert_eq!(&sent, b"drop table");
    let mut received = [0; 5];
    relayed.engineer.read_exact(&mut received).unwrap();
    assert_eq!(&received, b"a row");
}

#[test]
fn bytes_pass_both_ways_and_stand_in_the_recording() {
    let ready = ready();
    let mut relayed = ready.relayed();
    relayed.engineer.write_all(b"select 1").unwrap();
    let mut heard = [0; 8];
    relayed.target.read_exact(&mut heard).unwrap();
    assert_eq!(&heard, b"select 1");
    relayed.target.write_all(b"one").unwrap();
    let mut heard = [0; 3];
    relayed.engineer.read_exact(&mut heard).unwrap();
    assert_eq!(&heard, b"one");
    relayed
        .engineer
        .shutdown(std::net::Shutdown::Write)
        .unwrap();
    // The target hears it before it closes, too: who closed first is then beyond doubt.
    assert!(is_gone(&mut relayed.target));
    drop(relayed.target);
    let reason = ready.hospital.run(relayed.done).unwrap();
    assert_eq!(reason, EndReason::EngineerClosed);
    let engine: &Engine = &ready.hospital.engine;
    let session = engine.recordings(&ready.clerk).unwrap().remove(0).session;
    let report = ready
        .hospital
        .run(engine.verify_recording(&ready.clerk, &session))
        .unwrap();
    let sound = report.sound.unwrap().opened.unwrap();
    assert_eq!((sound.sent, sound.received), (8, 3));
}

#[test]
fn l27_what_the_recorder_does_not_take_is_never_forwarded() {
    let ready = ready();
    let opened = ready.open();
    let (mut ours, theirs) = pair();
    // The quota of this visit is 1 MiB; the next 60,000 bytes do not fit.
    while opened
        .record(recording::Direction::ToTarget, &[0; 60_000])
        .is_ok()
    {}
    let session = opened.permit().session().clone();
    let work = serve(theirs, opened);
    let done = ready.hospital.runtime.spawn(work);
    let (mut target, _) = ready.target.accept().unwrap();
    target
        .set_read_timeout(Some(Duration::from_secs(10)))
        .unwrap();
    let large = vec![b'x'; 60_000];
    ours.write_all(&large).unwrap();
    let mut forwarded = Vec::new();
    // The session ends; whatever arrived until then was recorded.
    let _reset = target.read_to_end(&mut forwarded);
    assert_eq!(ready.hospital.run(done).unwrap(), EndReason::QuotaUsedUp);
    assert!(forwarded.len() < large.len(), "{} bytes", forwarded.len());
    assert_eq!(
        ready.hospital.engine.end_reason(&session),
        Some(EndReason::QuotaUsedUp)
    );
    assert!(is_gone(&mut ours));
}

#[test]
fn one_side_may_finish_speaking_before_the_other() {
    let ready = ready();
    let mut relayed = ready.relayed();
    relayed.engineer.write_all(b"ask").unwrap();
    relayed
        .engineer
        .shutdown(std::net::Shutdown::Write)
        .unwrap();
    let mut heard = Vec::new();
    relayed.target.read_to_end(&mut heard).unwrap();
    assert_eq!(heard, b"ask");
    relayed.target.write_all(b"answer").unwrap();
    drop(relayed.target);
    let mut heard = Vec::new();
    relayed.engineer.read_to_end(&mut heard).unwrap();
    assert_eq!(heard, b"answer");
    assert_eq!(
        ready.hospital.run(relayed.done).unwrap(),
        EndReason::EngineerClosed
    );
}

#[test]
fn a_thousand_sessions_end_within_a_second_of_a_withdrawal() {
    const SESSIONS: usize = 1000;
    let ready = ready();
    let mut all: Vec<Relayed> = (0..SESSIONS).map(|_| ready.relayed()).collect();
    assert_eq!(ready.hospital.engine.live().count(), SESSIONS);
    let target = ready
        .hospital
        .engine
        .site()
        .targets()
        .next()
        .unwrap()
        .id
        .clone();
    let began = Instant::now();
    let subject = Subject::Target(target);
    ready
        .hospital
        .run(
            ready
                .hospital
                .engine
                .suspend(&ready.clerk, subject, "止める"),
        )
        .unwrap();
    for relayed in &mut all {
        assert!(is_gone(&mut relayed.engineer));
        assert!(is_gone(&mut relayed.target));
    }
    let took = began.elapsed();
    assert!(took < Duration::from_secs(1), "{took:?}");
    for relayed in all {
        assert_eq!(
            ready.hospital.run(relayed.done).unwrap(),
            EndReason::TargetSuspended
        );
    }
}
