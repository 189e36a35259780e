//! A relay with the right key, and nothing else right.
//!
//! It speaks the real protocol with a real gateway, so that a site can register it; what it does beside
//! that is its [`Mischief`], which may change while it runs.

mod control;
mod pipes;

use std::collections::VecDeque;
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Condvar, Mutex};
use std::{io, thread};

use aws_lc_rs::hmac;
use ledger::Signer;
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs as provider;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use tunnel::PinnedKey;
use wire::relay::data::{ClientHeader, MAC};
use wire::relay::{FromRelay, LinkId, WhyNotCosigned};

use crate::tls::PATIENCE;

/// The name that gateways ask for.
pub const NAME: &str = "cheat.relay.test";

/// What it does to the clients that come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mischief {
    /// Nothing: it is as good a relay as ours.
    None,
    /// Says, under the right MAC, that the client comes from there.
    Declares(IpAddr),
    /// Makes the header for the client's own address, and writes another into it.
    Readdresses(IpAddr),
    /// Uses the header of another data connection of the same link.
    Moves,
    /// Changes one byte on the way to the gateway, so far behind the beginning.
    AltersUp(usize),
    /// The same on the way to the client.
    AltersDown(usize),
    /// Takes the client and never gives it to anybody.
    Keeps,
    /// Waits for two clients, gives each the other's way back.
    Swaps,
    /// Shows the client a certificate of its own for the site's name.
    Impersonates,
}

/// What it does as a witness.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Witnessing {
    /// Cosigns whatever it is shown, as one whose memory was wound back to nothing.
    Forgets,
    /// Cosigns with a key that nobody has registered.
    SignsWithAnother,
    /// Says why not.
    Refuses(WhyNotCosigned),
}

/// A running one. Its threads end with the process.
#[derive(Debug, Clone)]
pub struct Relay {
    address: SocketAddr,
    pin: String,
    shared: Arc<Shared>,
}

#[derive(Debug)]
pub(crate) struct Shared {
    key: PinnedKey,
    signer: Signer,
    other_signer: Signer,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug)]
pub(crate) struct State {
    mischief: Mischief,
    witnessing: VecDeque<Witnessing>,
    /// The control connection: how its MACs are made, and who writes to it.
    link: Option<Connected>,
    parked: Vec<(u64, TcpStream)>,
    /// Of a client that waits for a second one.
    half: Option<(TcpStream, SocketAddr)>,
    /// What the last client said, as it went to the gateway.
    captured: Vec<u8>,
    /// How often it was asked to cosign, to try ports; clients that came.
    asked: usize,
    clients: usize,
}

#[derive(Debug, Clone)]
pub(crate) struct Connected {
    id: LinkId,
    key: hmac::Key,
    say: Sender<FromRelay>,
}

impl Relay {
    /// Begins to listen.
    ///
    /// # Panics
    /// If the address cannot be had.
    pub fn start(address: SocketAddr) -> Self {
        let key = PinnedKey::generate().expect("randomness");
        let signer = || {
            let mut seed = [0; 32];
            aws_lc_rs::rand::fill(&mut seed).expect("randomness");
            Signer::cosigner(NAME, &seed).expect("a key")
        };
        let shared = Arc::new(Shared {
            signer: signer(),
            other_signer: signer(),
            state: Mutex::new(State {
                mischief: Mischief::None,
                witnessing: VecDeque::from([Witnessing::Forgets]),
                link: None,
                parked: Vec::new(),
                half: None,
                captured: Vec::new(),
                asked: 0,
                clients: 0,
            }),
            changed: Condvar::new(),
            key,
        });
        let listener = TcpListener::bind(address).expect("the address is free");
        let address = listener.local_addr().expect("it has an address");
        let serving = Arc::clone(&shared);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let serving = Arc::clone(&serving);
                thread::spawn(move || serving.serve(stream));
            }
        });
        Self {
            address,
            pin: shared.key.pin().to_string(),
            shared,
        }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The pin of its key, as a site registers it.
    pub fn pin(&self) -> &str {
        &self.pin
    }

    /// The key of its cosignatures, as a site registers it.
    pub fn witness(&self) -> String {
        self.shared.signer.verifier().to_string()
    }

    /// From now on.
    pub fn does(&self, mischief: Mischief) {
        self.shared.change(|state| state.mischief = mischief);
    }

    /// As a witness, from now on: one answer after the other, the last one to every further question.
    pub fn witnesses(&self, lies: impl IntoIterator<Item = Witnessing>) {
        let lies = lies.into_iter().collect();
        self.shared.change(|state| state.witnessing = lies);
    }

    /// What the last client has said so far.
    pub fn captured(&self) -> Vec<u8> {
        self.shared.look(|state| state.captured.clone())
    }

    /// How often it was asked to cosign so far.
    pub fn asked(&self) -> usize {
        self.shared.look(|state| state.asked)
    }

    /// How many clients have come so far.
    pub fn clients(&self) -> usize {
        self.shared.look(|state| state.clients)
    }

    /// Says something to the gateway on its control connection.
    pub fn says(&self, message: FromRelay) {
        let link = self.shared.look(|state| state.link.clone());
        let _gone = link.map(|link| link.say.send(message));
    }

    /// Says these bytes to the gateway as a client that comes from there, and what it answers.
    ///
    /// # Errors
    /// If the gateway gives no connection.
    pub fn replays(&self, from: SocketAddr, bytes: &[u8]) -> io::Result<Vec<u8>> {
        let (number, mut line) = self.shared.data_line()?;
        pipes::say(&mut line, &self.shared.header(number, from)?)?;
        pipes::say(&mut line, bytes)?;
        pipes::rest(&mut line)
    }
}

impl Shared {
    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state.lock().expect("nobody panicked"));
        self.changed.notify_all();
    }

    /// The next answer of the witness.
    fn witnessing(&self) -> Witnessing {
        let mut state = self.state.lock().expect("nobody panicked");
        state.asked += 1;
        match state.witnessing.len() {
            0 | 1 => state.witnessing.front().cloned(),
            _ => state.witnessing.pop_front(),
        }
        .unwrap_or(Witnessing::Forgets)
    }

    fn look<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        look(&self.state.lock().expect("nobody panicked"))
    }

    /// A data connection of the gateway, asked for if none is there.
    fn data_line(&self) -> io::Result<(u64, TcpStream)> {
        let mut state = self.state.lock().expect("nobody panicked");
        if state.parked.is_empty()
            && let Some(link) = &state.link
        {
            let _gone = link.say.send(FromRelay::Need { count: 1 });
        }
        let there = |state: &mut State| state.parked.is_empty();
        let waited = self.changed.wait_timeout_while(state, PATIENCE, there);
        state = waited.expect("nobody panicked").0;
        state
            .parked
            .pop()
            .ok_or_else(|| io::ErrorKind::TimedOut.into())
    }

    /// The right header for a client from there on this data connection.
    fn header(&self, number: u64, peer: SocketAddr) -> io::Result<Vec<u8>> {
        let link = self.look(|state| state.link.clone());
        let link = link.ok_or(io::ErrorKind::NotConnected)?;
        let header = ClientHeader { number, peer };
        let tag = hmac::sign(&link.key, &header.covered(link.id));
        let mac: [u8; MAC] = tag.as_ref().try_into().map_err(io::Error::other)?;
        Ok(header.encode(&mac))
    }

    /// TLS under a name and a protocol, with a certificate of its own making.
    fn tls(&self, name: &str, alpn: &[u8]) -> Arc<ServerConfig> {
        let pkcs8 = self.key.pkcs8();
        let der = PrivatePkcs8KeyDer::from(&pkcs8[..]);
        let pair =
            rcgen::KeyPair::from_pkcs8_der_and_sign_algo(&der, &rcgen::PKCS_ECDSA_P256_SHA256)
                .expect("a key");
        let params = rcgen::CertificateParams::new(vec![name.to_owned()]).expect("a name");
        let certificate = params.self_signed(&pair).expect("a certificate");
        let certificate = CertificateDer::from(certificate.der().to_vec());
        let key = PrivatePkcs8KeyDer::from(pkcs8.to_vec());
        let mut config =
            ServerConfig::builder_with_provider(Arc::new(provider::default_provider()))
                .with_protocol_versions(&[&rustls::version::TLS13])
                .expect("TLS 1.3")
                .with_no_client_auth()
                .with_single_cert(vec![certificate], key.into())
                .expect("a certificate and its key");
        config.alpn_protocols = vec![alpn.to_vec()];
        Arc::new(config)
    }
}
