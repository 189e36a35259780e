//! An SSH server that attacks whoever signs in: with its key, its channels, its output and its files.

mod files;
mod serving;

use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use russh::keys::{PrivateKey, ssh_key::private::Ed25519Keypair};
use russh::server;
use russh::{MethodKind, MethodSet};

use serving::Serving;

/// Who may sign in, with any password.
pub const USER: &str = "maint";

/// What comes at the end of every honest output.
pub const WORDS: &str = "the target's own words";

/// Output that steers a terminal: clipboard (OSC 52), title, a report of the cursor, device status.
pub const ESCAPES: &[u8] = b"\x1b]52;c;ZXZpbA==\x07\x1b]0;owned\x07\x1b[6n\x1b[c\x1bP+q544e\x1b\\";

/// What it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mischief {
    /// Nothing: a server that answers each command with [`WORDS`].
    None,
    /// Shows another host key than the one that was pinned.
    AnotherKey,
    /// Opens channels of every kind towards whoever signed in.
    OpensChannels,
    /// Answers without an end.
    Endless,
    /// Answers with [`ESCAPES`].
    Escapes,
    /// Says yes, and how it ended, of what nobody has asked for.
    AnswersUnasked,
    /// Speaks SFTP and answers questions that were not asked.
    WrongNumbers,
    /// Says that an SFTP packet of 4 GiB comes.
    EndlessPacket,
    /// Lists files whose names lead elsewhere.
    NamesThatLeadElsewhere,
    /// Closes each channel in the middle of its first answer.
    BreaksOff,
}

/// What it has seen so far.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// Connections.
    pub connections: usize,
    /// Passwords that were shown to it.
    pub passwords: Vec<String>,
    /// Channels towards whoever signed in that were granted.
    pub granted: usize,
    /// What was asked for.
    pub asked: Vec<String>,
    /// Of endless output: bytes that were taken from it.
    pub taken: usize,
}

/// A running one. Its threads end with the process.
#[derive(Debug, Clone)]
pub struct Target {
    address: SocketAddr,
    mischief: Arc<Mutex<Mischief>>,
    seen: Arc<Mutex<Seen>>,
}

impl Target {
    /// Begins to listen.
    ///
    /// # Panics
    /// If the address cannot be had.
    pub fn start(address: SocketAddr) -> Self {
        let listener = TcpListener::bind(address).expect("the address is free");
        let target = Self {
            address: listener.local_addr().expect("it has an address"),
            mischief: Arc::new(Mutex::new(Mischief::None)),
            seen: Arc::default(),
        };
        let serving = target.clone();
        thread::spawn(move || serving.listen(listener));
        target
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The host key that a hospital pins: `ssh-ed25519 AAAA…`.
    pub fn host_key(&self) -> String {
        key(1).public_key().to_openssh().expect("a key")
    }

    /// From the next connection on.
    pub fn does(&self, mischief: Mischief) {
        *self.mischief.lock().expect("nobody panicked") = mischief;
    }

    /// What it has seen so far.
    pub fn seen(&self) -> Seen {
        self.seen.lock().expect("nobody panicked").clone()
    }

    fn listen(&self, listener: TcpListener) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        runtime.block_on(async {
            listener.set_nonblocking(true).expect("our own socket");
            let listener = tokio::net::TcpListener::from_std(listener).expect("a runtime");
            loop {
                let Ok((stream, _)) = listener.accept().await else {
                    continue;
                };
                let mischief = *self.mischief.lock().expect("nobody panicked");
                let serving = Serving::new(mischief, Arc::clone(&self.seen));
                serving.note(|seen| seen.connections += 1);
                tokio::spawn(async move {
                    let config = Arc::new(config(mischief));
                    if let Ok(running) = server::run_stream(config, stream, serving).await {
                        let _ended = running.await;
                    }
                });
            }
        });
    }
}

fn key(seed: u8) -> PrivateKey {
    PrivateKey::from(Ed25519Keypair::from_seed(&[seed; 32]))
}

fn config(mischief: Mischief) -> server::Config {
    let shown = match mischief {
        Mischief::AnotherKey => 2,
        _ => 1,
    };
    server::Config {
        keys: vec![key(shown)],
        methods: MethodSet::from(&[MethodKind::Password][..]),
        auth_rejection_time: Duration::ZERO,
        ..server::Config::default()
    }
}
