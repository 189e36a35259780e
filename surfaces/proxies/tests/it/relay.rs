//! Raw TCP: recorded before forwarded, each session in a process of its own, ended from outside, a thousand at a time,
//! and only while the accepted risk of its target holds.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use access::{Command, EndReason, NewRisk, Protocol, Reason, Subject};
use engine::{Engine, OpenedSession};
use proxies::workers::Workers;

use crate::hospital::Staffed;
use crate::sshd::until;
use crate::sshd::workers;
use crate::worker_crash::{children, kill};

const HOUR: Duration = Duration::from_secs(3600);

struct Ready {
    staffed: Staffed,
    target: TcpListener,
    workers: Arc<Workers>,
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
    let workers = Arc::new(workers(&staffed.hospital.config.dir, None));
    Ready {
        staffed,
        target,
        workers,
    }
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
        let work = serve(theirs, opened, Arc::clone(&self.workers));
        self.running(ours, self.hospital.runtime.spawn(work))
    }

    /// In this process, as the simulated world does: for numbers that are the engine's, and not the workers'.
    fn relayed_here(&self) -> Relayed {
        let opened = self.open();
        let (ours, theirs) = pair();
        let work = serve_here(theirs, opened);
        self.running(ours, self.hospital.runtime.spawn(work))
    }

    fn running(&self, ours: TcpStream, done: tokio::task::JoinHandle<EndReason>) -> Relayed {
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

async fn serve(stream: TcpStream, opened: OpenedSession, workers: Arc<Workers>) -> EndReason {
    stream.set_nonblocking(true).unwrap();
    let client = tokio::net::TcpStream::from_std(stream).unwrap();
    opened.live().holds(tunnel::Closer::of(&client).unwrap());
    let target = proxies::tcp::dial(&opened).await.unwrap();
    let opened = Arc::new(opened);
    let reason = workers.carry(client, target, &opened).await;
    Arc::into_inner(opened).unwrap().close(reason.clone()).await;
    reason
}

async fn serve_here(stream: TcpStream, opened: OpenedSession) -> EndReason {
    stream.set_nonblocking(true).unwrap();
    let client = tokio::net::TcpStream::from_std(stream).unwrap();
    opened.live().holds(tunnel::Closer::of(&client).unwrap());
    let target = proxies::tcp::dial(&opened).await.unwrap();
    opened.live().holds(tunnel::Closer::of(&target).unwrap());
    let reason = proxies::tcp::between(client, target.into_split(), &opened).await;
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
    let work = serve(theirs, opened, Arc::clone(&ready.workers));
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
    let mut all: Vec<Relayed> = (0..SESSIONS).map(|_| ready.relayed_here()).collect();
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

fn accept(ready: &Ready, until: ids::Timestamp) {
    let risk = NewRisk {
        until,
        ..ready.hospital.risk(&ready.clerk).unwrap()
    };
    let target = ready.staffed.target.clone();
    let accept = Command::AcceptRisk { target, risk };
    let engine = &ready.hospital.engine;
    let accepted = ready.hospital.run(engine.submit(&ready.clerk, accept));
    accepted.unwrap();
}

fn refused(ready: &Ready) -> Vec<Reason> {
    let engine = &ready.hospital.engine;
    let opening = engine.open_session(&ready.engineer, "db", None, Protocol::Tcp);
    match ready.hospital.run(opening) {
        Ok(_) => panic!("it was opened"),
        Err(refusal) => refusal.reasons,
    }
}

#[test]
fn l22_a_session_of_raw_bytes_ends_when_its_accepted_risk_ends_and_none_follows() {
    let ready = ready();
    let mut relayed = ready.relayed();
    accept(
        &ready,
        ready.hospital.engine.now().plus(Duration::from_secs(1)),
    );
    // On the monotonic clock, which nobody pushes.
    assert!(is_gone(&mut relayed.target));
    assert!(is_gone(&mut relayed.engineer));
    let reason = ready.hospital.run(relayed.done).unwrap();
    assert_eq!(reason, EndReason::RiskOver);
    ready.hospital.pass(Duration::from_secs(1));
    assert!(matches!(refused(&ready)[..], [Reason::RiskOver { .. }]));
    let findings = ready.hospital.engine.findings();
    let over = findings
        .iter()
        .find(|found| found.id == "finding-risk-over");
    assert!(over.unwrap().detail.contains("db"));
    // Renewed, it lets in again.
    accept(
        &ready,
        ready.hospital.engine.now().plus(Duration::from_secs(3600)),
    );
    drop(ready.relayed());
}

#[test]
fn s1_35_a_withdrawn_risk_ends_what_runs_at_once() {
    let ready = ready();
    let mut relayed = ready.relayed();
    let withdraw = Command::WithdrawRisk {
        target: ready.staffed.target.clone(),
        reason: "the device is gone".to_owned(),
    };
    let engine = &ready.hospital.engine;
    let withdrawn = ready.hospital.run(engine.submit(&ready.clerk, withdraw));
    withdrawn.unwrap();
    assert!(is_gone(&mut relayed.target));
    let reason = ready.hospital.run(relayed.done).unwrap();
    assert_eq!(reason, EndReason::RiskOver);
    assert!(matches!(refused(&ready)[..], [Reason::RiskOver { .. }]));
}

#[test]
fn each_session_of_raw_bytes_has_a_worker_of_its_own_that_takes_nobody_with_it() {
    let ready = ready();
    let mut first = ready.relayed();
    first.engineer.write_all(b"before").unwrap();
    let mut heard = [0; 6];
    first.target.read_exact(&mut heard).unwrap();
    let [worker] = children(ready.workers.process())[..] else {
        panic!("not one worker");
    };
    let mut second = ready.relayed();
    second.engineer.write_all(b"before").unwrap();
    second.target.read_exact(&mut heard).unwrap();
    assert_eq!(children(ready.workers.process()).len(), 2);
    kill(worker);
    assert!(is_gone(&mut first.target));
    let reason = ready.hospital.run(first.done).unwrap();
    assert_eq!(reason, EndReason::WorkerCrashed);
    second.engineer.write_all(b"after").unwrap();
    let mut heard = [0; 5];
    second.target.read_exact(&mut heard).unwrap();
    assert_eq!(&heard, b"after");
    drop(second.engineer);
    assert!(is_gone(&mut second.target));
    drop(second.target);
    let reason = ready.hospital.run(second.done).unwrap();
    assert_eq!(reason, EndReason::EngineerClosed);
    until("its worker ends with it", || {
        children(ready.workers.process()).is_empty()
    });
    let engine: &Engine = &ready.hospital.engine;
    for recording in engine.recordings(&ready.clerk).unwrap() {
        let verifying = engine.verify_recording(&ready.clerk, &recording.session);
        let report = ready.hospital.run(verifying).unwrap();
        assert!(report.sound.is_ok(), "closed, and whole");
    }
}
