//! The control connection: said and heard on one thread.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use aws_lc_rs::hmac;
use ids::Timestamp;
use ledger::note::SignedNote;
use rustls::{ServerConnection, StreamOwned};
use wire::relay::data::EXPORTER_LABEL;
use wire::relay::{FromGateway, FromRelay, LinkId};
use wire::{Decoding, decode, encode};

use super::{Connected, NAME, Shared, Witnessing};

/// How long a look for what the gateway says may take, before it is said what is to be said.
const LOOK: Duration = Duration::from_millis(5);

/// A gateway leaves a relay of which it hears nothing for 45 seconds.
const PING_EVERY: Duration = Duration::from_secs(10);

type Control = StreamOwned<ServerConnection, TcpStream>;

impl Shared {
    /// Serves a gateway until it goes.
    pub(super) fn control(&self, mut tcp: TcpStream) -> io::Result<()> {
        let seen = tcp.peer_addr()?.ip();
        let config = self.tls(NAME, wire::alpn::RELAY);
        let mut connection = ServerConnection::new(config).map_err(io::Error::other)?;
        while connection.is_handshaking() {
            connection.complete_io(&mut tcp)?;
        }
        let exported = connection
            .export_keying_material([0u8; 32], EXPORTER_LABEL, None)
            .map_err(io::Error::other)?;
        let mut id = LinkId([0; 16]);
        aws_lc_rs::rand::fill(&mut id.0).map_err(io::Error::other)?;
        let (say, said) = channel();
        tcp.set_read_timeout(Some(LOOK))?;
        let mut control = StreamOwned::new(connection, tcp);
        speak(&mut control, &FromRelay::Welcome { link: id, seen })?;
        let key = hmac::Key::new(hmac::HMAC_SHA256, &exported);
        self.change(|state| {
            state.parked.clear();
            state.link = Some(Connected { id, key, say });
        });
        let ended = self.converse(&mut control, &said);
        self.change(|state| {
            if state.link.as_ref().is_some_and(|link| link.id == id) {
                state.link = None;
            }
        });
        ended
    }

    fn converse(&self, control: &mut Control, said: &Receiver<FromRelay>) -> io::Result<()> {
        let mut held = Vec::new();
        let mut pinged = Instant::now();
        loop {
            while let Ok(message) = said.try_recv() {
                speak(control, &message)?;
            }
            if pinged.elapsed() > PING_EVERY {
                pinged = Instant::now();
                speak(control, &FromRelay::Ping {})?;
            }
            hear(control, &mut held)?;
            while let Decoding::Complete { message, used } =
                decode::<FromGateway>(&held).map_err(io::Error::other)?
            {
                held.drain(..used);
                if let Some(answer) = self.answer(message) {
                    speak(control, &answer)?;
                }
            }
        }
    }

    fn answer(&self, message: FromGateway) -> Option<FromRelay> {
        match message {
            FromGateway::Announce { .. } | FromGateway::Pong {} => None,
            FromGateway::Probe { number, ports } => Some(FromRelay::Probed {
                number,
                open: ports,
            }),
            FromGateway::Cosign { number, checkpoint } => {
                let witnessing = self.witnessing();
                let cosigned = |signer| {
                    let note = SignedNote::decode(checkpoint.note.as_bytes()).ok()?;
                    let note = ledger::checkpoint::cosign(note, signer, now()).ok()?;
                    Some(FromRelay::Cosigned {
                        number,
                        note: note.to_string(),
                    })
                };
                match witnessing {
                    Witnessing::Forgets => cosigned(&self.signer),
                    Witnessing::SignsWithAnother => cosigned(&self.other_signer),
                    Witnessing::Refuses(why) => Some(FromRelay::NotCosigned { number, why }),
                }
            }
        }
    }
}

fn now() -> Timestamp {
    let since = std::time::UNIX_EPOCH.elapsed().unwrap_or_default();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

fn speak(control: &mut Control, message: &FromRelay) -> io::Result<()> {
    control.write_all(&encode(message).map_err(io::Error::other)?)?;
    control.flush()
}

/// Takes what is there.
fn hear(control: &mut Control, held: &mut Vec<u8>) -> io::Result<()> {
    let mut some = [0; 4096];
    match control.read(&mut some) {
        Ok(0) => Err(io::ErrorKind::UnexpectedEof.into()),
        Ok(read) => {
            held.extend_from_slice(&some[..read]);
            Ok(())
        }
        Err(cause) if cause.kind() == io::ErrorKind::WouldBlock => Ok(()),
        Err(cause) => Err(cause),
    }
}

/// For a client of whom something else is believed: the whole of its handshake.
pub(super) fn impersonate(shared: &Arc<Shared>, name: &str, mut tcp: TcpStream) -> io::Result<()> {
    shared.change(|state| state.captured.clear());
    let config = shared.tls(name, wire::alpn::SESSION);
    let mut connection = ServerConnection::new(config).map_err(io::Error::other)?;
    while connection.is_handshaking() {
        connection.complete_io(&mut tcp)?;
    }
    let mut client = StreamOwned::new(connection, tcp);
    let mut said = [0; 4096];
    let read = client.read(&mut said)?;
    // What a site's own listener would have heard, in the clear.
    shared.change(|state| state.captured = said[..read].to_vec());
    Ok(())
}
