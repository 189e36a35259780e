//! A target that says back what it hears, and notes when a connection is gone.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use socket2::SockRef;

/// A connection of the target that is gone.
#[derive(Debug, Clone, Copy)]
pub struct Gone {
    /// When.
    pub at: Instant,
}

#[derive(Debug, Default)]
struct Seen {
    open: usize,
    accepted: usize,
    heard: Vec<u8>,
    gone: Vec<Gone>,
    streams: Vec<TcpStream>,
}

/// The target. It lives until the process ends.
#[derive(Debug, Clone)]
pub struct Echo {
    address: SocketAddr,
    listener: Arc<TcpListener>,
    seen: Arc<(Mutex<Seen>, Condvar)>,
}

impl Echo {
    /// Begins to listen on a free port of 127.0.0.1.
    pub fn start() -> Self {
        Self::on(TcpListener::bind("127.0.0.1:0").expect("loopback has a free port"))
    }

    /// Begins to listen there.
    pub fn on(listener: TcpListener) -> Self {
        let address = listener.local_addr().expect("it has an address");
        let seen: Arc<(Mutex<Seen>, Condvar)> = Arc::default();
        let echo = Self {
            address,
            listener: Arc::new(listener),
            seen,
        };
        let serving = echo.clone();
        std::thread::spawn(move || {
            while let Ok((stream, _)) = serving.listener.accept() {
                let serving = serving.clone();
                std::thread::spawn(move || serving.serve(stream));
            }
        });
        echo
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Everything that it has heard, of all connections.
    pub fn heard(&self) -> Vec<u8> {
        self.seen.0.lock().unwrap().heard.clone()
    }

    /// Connections so far.
    pub fn accepted(&self) -> usize {
        self.seen.0.lock().unwrap().accepted
    }

    /// Connections that are open.
    pub fn open(&self) -> usize {
        self.seen.0.lock().unwrap().open
    }

    /// Waits until so many connections are gone, and returns the last of them.
    pub fn gone(&self, count: usize, within: Duration) -> Option<Gone> {
        let (lock, changed) = &*self.seen;
        let seen = lock.lock().unwrap();
        let (seen, _) = changed
            .wait_timeout_while(seen, within, |seen| seen.gone.len() < count)
            .unwrap();
        seen.gone.get(count - 1).copied()
    }

    /// Ends as a killed process does: its connections close under it, and nobody listens any more.
    pub fn die(&self) {
        let _ended = SockRef::from(&*self.listener).shutdown(Shutdown::Both);
        let streams = std::mem::take(&mut self.seen.0.lock().unwrap().streams);
        for stream in streams {
            let _gone = stream.shutdown(Shutdown::Both);
        }
    }

    fn note(&self, change: impl FnOnce(&mut Seen)) {
        change(&mut self.seen.0.lock().unwrap());
        self.seen.1.notify_all();
    }

    fn serve(&self, mut stream: TcpStream) {
        let handle = stream.try_clone();
        self.note(|seen| {
            seen.streams.extend(handle);
            seen.accepted += 1;
            seen.open += 1;
        });
        let mut buffer = vec![0; 16 * 1024];
        while let Ok(read) = stream.read(&mut buffer) {
            if read == 0 {
                break;
            }
            self.note(|seen| seen.heard.extend_from_slice(&buffer[..read]));
            if stream.write_all(&buffer[..read]).is_err() {
                break;
            }
        }
        // Another handle of it is kept for whoever ends everything.
        let _gone = stream.shutdown(Shutdown::Both);
        self.note(|seen| {
            seen.open -= 1;
            seen.gone.push(Gone { at: Instant::now() });
        });
    }
}
