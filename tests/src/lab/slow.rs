//! A long way: bytes arrive later than they were sent, at any pace.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::{Duration, Instant};

use super::Spot;

/// Reads that are under way at once: with 64 KiB each more than any window of TCP.
const UNDER_WAY: usize = 1024;

/// A port through which the way to an address takes longer. It stands until the process ends.
///
/// The kernels here know no `netem`. This delays what TCP carries, not its acknowledgements: openings and
/// answers take as long as over a long wire, and a stream is as fast as over a wire whose window suffices.
#[derive(Debug, Clone, Copy)]
pub struct Slow {
    address: SocketAddr,
}

impl Slow {
    /// Begins to listen on loopback there; `each_way` is added in each direction.
    pub fn start(there: &Spot, to: SocketAddr, each_way: Duration) -> Self {
        let bind = || TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
        let listener = there.inside(bind);
        let address = listener.local_addr().expect("it has an address");
        let there = there.clone();
        std::thread::spawn(move || {
            for near in listener.incoming().flatten() {
                // A handshake is a round trip as well.
                let opened = Instant::now() + each_way * 2;
                let far = there.inside(|| TcpStream::connect(to));
                if let Ok(far) = far {
                    std::thread::spawn(move || join(&near, &far, opened, each_way));
                }
            }
        });
        Self { address }
    }

    /// Where to dial instead.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

fn join(near: &TcpStream, far: &TcpStream, opened: Instant, each_way: Duration) {
    let _set = near.set_nodelay(true).and_then(|()| far.set_nodelay(true));
    std::thread::scope(|scope| {
        scope.spawn(|| carry(near, far, opened, each_way));
        scope.spawn(|| carry(far, near, opened, each_way));
    });
}

/// What was read at a moment is written `each_way` later, in order.
fn carry(mut from: &TcpStream, to: &TcpStream, opened: Instant, each_way: Duration) {
    let (sender, due) = sync_channel(UNDER_WAY);
    std::thread::scope(|scope| {
        scope.spawn(move || deliver(&due, to));
        let mut buffer = vec![0; 64 * 1024];
        loop {
            let read = from.read(&mut buffer).unwrap_or(0);
            let bytes = buffer[..read].to_vec();
            let at = Instant::now().max(opened) + each_way;
            if sender.send((at, bytes)).is_err() || read == 0 {
                break;
            }
        }
        drop(sender);
    });
}

fn deliver(due: &Receiver<(Instant, Vec<u8>)>, mut to: &TcpStream) {
    for (at, bytes) in due {
        std::thread::sleep(at.saturating_duration_since(Instant::now()));
        if bytes.is_empty() || to.write_all(&bytes).is_err() {
            break;
        }
    }
    let _gone = to.shutdown(Shutdown::Write);
}
