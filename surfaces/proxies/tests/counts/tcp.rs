//! Raw TCP, recorded in full.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use access::Protocol;

use crate::hospital::{Special, Staffed};
use crate::{MEGABYTES, alone, costs_at_most};

/// Reading, recording and forwarding take none; what is packed, one for each megabyte. 2 were measured;
/// one for each read would be thirty.
const CEILING: usize = 8;

#[test]
fn a_recorded_tcp_session_allocates_next_to_nothing_for_each_megabyte() {
    let _alone = alone();
    let target = TcpListener::bind("127.0.0.1:0").unwrap();
    let special = Special {
        quota_bytes: Some(1 << 30),
        ..Special::default()
    };
    let staffed = Staffed::with(target.local_addr().unwrap(), &special);
    staffed.visit(Duration::from_secs(3600));
    let hospital = &staffed.hospital;
    let opening = hospital
        .engine
        .open_session(&staffed.engineer, "db", None, Protocol::Tcp);
    let opened = hospital.run(opening).unwrap();
    let ends = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut engineer = TcpStream::connect(ends.local_addr().unwrap()).unwrap();
    let (theirs, _) = ends.accept().unwrap();
    theirs.set_nonblocking(true).unwrap();
    let done = hospital.runtime.spawn(async move {
        let client = tokio::net::TcpStream::from_std(theirs).unwrap();
        let target = proxies::tcp::dial(&opened).await.unwrap();
        let reason = proxies::tcp::between(client, target.into_split(), &opened).await;
        opened.close(reason).await;
    });
    let (mut target, _) = target.accept().unwrap();
    moved(&mut target, &mut engineer, 1);
    costs_at_most(CEILING, "tcp get, recorded", || {
        moved(&mut target, &mut engineer, MEGABYTES);
    });
    costs_at_most(CEILING, "tcp put, recorded", || {
        moved(&mut engineer, &mut target, MEGABYTES);
    });
    drop((engineer, target));
    hospital.run(done).unwrap();
}

/// So many megabytes of text from one to the other, with one buffer each.
fn moved(from: &mut TcpStream, to: &mut TcpStream, megabytes: usize) {
    let mut sent: Vec<u8> = Vec::with_capacity(1 << 20);
    while sent.len() < 1_000_000 {
        let line = sent.len();
        writeln!(sent, "{line:>8} | {:>6} | ward {:>2}", line * 7, line % 31).unwrap();
    }
    sent.truncate(1_000_000);
    std::thread::scope(|scope| {
        scope.spawn(|| (0..megabytes).for_each(|_| from.write_all(&sent).unwrap()));
        let mut heard = vec![0; 1_000_000];
        (0..megabytes).for_each(|_| to.read_exact(&mut heard).unwrap());
        assert!(heard == sent);
    });
}
