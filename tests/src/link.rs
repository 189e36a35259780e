//! An engineer's local port in front of a target: `sekisho connect TARGET --listen 127.0.0.1:0`.

use std::io::{Read, Write};
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::lab::Spot;
use crate::people::Person;
use crate::run::{Done, Running};
use crate::wait;

/// The longest time from the end of access to a closed socket: one second, and as much again for a
/// busy test machine.
pub const GONE_WITHIN: Duration = Duration::from_secs(2);

/// A local port that is open.
#[derive(Debug)]
pub struct Link {
    /// The command.
    pub running: Running,
    /// Where it listens.
    pub address: SocketAddr,
    at: Option<Spot>,
}

impl Link {
    /// Opens the port. It must listen; whether a session opens is known at the first connection.
    #[track_caller]
    pub fn open(engineer: &Person, target: &str) -> Self {
        Self::with(engineer, target, &[])
    }

    /// With more arguments.
    #[track_caller]
    pub fn with(engineer: &Person, target: &str, args: &[&str]) -> Self {
        let run = engineer
            .sekisho()
            .args(["--json", "connect", target, "--listen", "127.0.0.1:0"])
            .args(args);
        let mut running = run.begin();
        let address = wait::until("the local port", || {
            let out = running.answered();
            let line = out
                .split(|byte| *byte == b'\n')
                .next()
                .filter(|_| out.contains(&b'\n'));
            let ready: Option<Value> = line.and_then(|line| serde_json::from_slice(line).ok());
            let address = ready.and_then(|ready| ready["listening"].as_str()?.parse().ok());
            assert!(
                address.is_some() || !running.ended(),
                "connect ended:\n{}",
                running.said()
            );
            address
        });
        Self {
            running,
            address,
            at: engineer.at.clone(),
        }
    }

    /// A connection through it, proved by an echo: the session is open.
    #[track_caller]
    pub fn live(&mut self) -> Live {
        let mut live = self.dial();
        live.echo(b"is somebody there?");
        live
    }

    /// A connection to it, whatever comes of it.
    #[track_caller]
    pub fn dial(&mut self) -> Live {
        let dial = || TcpStream::connect(self.address).expect("the local port is open");
        let stream = match &self.at {
            Some(spot) => spot.inside(dial),
            None => dial(),
        };
        stream
            .set_read_timeout(Some(wait::PATIENCE))
            .expect("a time");
        Live { stream }
    }

    /// Waits until it has said this.
    #[track_caller]
    pub fn says(&mut self, id: &str) {
        self.running.heard(&crate::said::beginning(id));
    }

    /// Waits until it has said that the session ended because one of the two programs was done: the
    /// client says goodbye and closes, the server closes too, and either may be seen first.
    #[track_caller]
    pub fn says_done(&mut self) {
        let ends = ["end-engineer-closed", "end-target-closed"].map(crate::said::beginning);
        self.running.heard_one_of(&[&ends[0], &ends[1]]);
    }

    /// Ends it as the person would, with Ctrl-C.
    pub fn close(self) -> Done {
        self.running.signal("INT");
        self.running.finish()
    }
}

/// A connection through a session.
#[derive(Debug)]
pub struct Live {
    /// The local socket.
    pub stream: TcpStream,
}

impl Live {
    /// Says something and hears it back.
    #[track_caller]
    pub fn echo(&mut self, words: &[u8]) {
        self.stream.write_all(words).expect("the session is open");
        let mut back = vec![0; words.len()];
        if let Err(cause) = self.stream.read_exact(&mut back) {
            panic!("the session is not open: {cause}");
        }
        assert_eq!(back, words);
    }

    /// Waits until the connection is gone, and says when it was.
    #[track_caller]
    pub fn gone(&mut self) -> Instant {
        let mut rest = [0; 4096];
        loop {
            match self.stream.read(&mut rest) {
                Ok(0) => return Instant::now(),
                Ok(_) => {}
                Err(cause) if cause.kind() == std::io::ErrorKind::WouldBlock => {
                    panic!("the session is still open after {:?}", wait::PATIENCE);
                }
                Err(_) => return Instant::now(),
            }
        }
    }
}

/// TCP connections of an address to the gateway at this port of loopback, as the kernel counts them.
pub fn connections(address: IpAddr, port: u16) -> usize {
    let table = std::fs::read_to_string("/proc/net/tcp").expect("the kernel tells");
    let IpAddr::V4(address) = address else {
        return 0;
    };
    let hex: String = address
        .octets()
        .iter()
        .rev()
        .map(|byte| format!("{byte:02X}"))
        .collect();
    let gateway = format!("0100007F:{port:04X}");
    let lines = table.lines().filter(|line| {
        let mut fields = line.split_whitespace().skip(1);
        let local = fields.next().unwrap_or_default();
        let remote = fields.next().unwrap_or_default();
        let state = fields.next().unwrap_or_default();
        local == gateway && remote.starts_with(&hex) && state == "01"
    });
    lines.count()
}
