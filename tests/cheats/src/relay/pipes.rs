//! Clients, data connections, and what becomes of the bytes between them.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use wire::Decoding;
use wire::relay::data::{ClientHeader, DataHello, HELLO_MAGIC};

use super::{Mischief, NAME, Shared, control};
use crate::tls::PATIENCE;

/// The longest beginning that is looked at.
const HELLO: usize = 8 * 1024;

impl Shared {
    /// Serves a connection of anybody.
    pub(super) fn serve(self: Arc<Self>, stream: TcpStream) {
        // Whatever comes of it: who is at the other end sees the connection close.
        let _over = self.receive(stream);
    }

    fn receive(self: &Arc<Self>, mut stream: TcpStream) -> io::Result<()> {
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_nodelay(true)?;
        let begin = peeked(&stream, 4)?;
        if begin.starts_with(&HELLO_MAGIC) {
            let mut hello = [0; DataHello::LENGTH];
            stream.read_exact(&mut hello)?;
            if let Ok(Decoding::Complete { message, .. }) = DataHello::decode(&hello) {
                self.change(|state| state.parked.push((message.0.number, stream)));
            }
            return Ok(());
        }
        let name = asked_for(&stream)?;
        if name == NAME {
            return self.control(stream);
        }
        self.change(|state| state.clients += 1);
        let peer = stream.peer_addr()?;
        self.client(stream, peer, &name)
    }

    fn client(self: &Arc<Self>, client: TcpStream, peer: SocketAddr, name: &str) -> io::Result<()> {
        let mischief = self.look(|state| state.mischief.clone());
        match mischief {
            Mischief::Keeps => {
                // Until the client has had enough.
                let mut client = client;
                let _gone = io::copy(&mut client, &mut io::sink());
                Ok(())
            }
            Mischief::Impersonates => control::impersonate(self, name, client),
            Mischief::Swaps => self.swap(client, peer),
            Mischief::None
            | Mischief::Declares(_)
            | Mischief::Readdresses(_)
            | Mischief::Moves
            | Mischief::AltersUp(_)
            | Mischief::AltersDown(_) => {
                let line = self.introduced(peer, &mischief)?;
                self.join(client, line, &mischief)
            }
        }
    }

    /// A data connection that has been told who comes.
    fn introduced(&self, peer: SocketAddr, mischief: &Mischief) -> io::Result<TcpStream> {
        let (number, mut line) = self.data_line()?;
        let header = match mischief {
            Mischief::Declares(other) => {
                self.header(number, SocketAddr::new(*other, peer.port()))?
            }
            Mischief::Readdresses(other) => {
                let right = self.header(number, peer)?;
                let other = SocketAddr::new(*other, peer.port());
                let mac = right[ClientHeader::LENGTH - 32..].try_into();
                let other = ClientHeader {
                    number,
                    peer: other,
                };
                other.encode(&mac.map_err(io::Error::other)?)
            }
            Mischief::Moves => {
                let (other, _closed) = self.data_line()?;
                self.header(other, peer)?
            }
            _ => self.header(number, peer)?,
        };
        say(&mut line, &header)?;
        Ok(line)
    }

    fn join(
        self: &Arc<Self>,
        client: TcpStream,
        line: TcpStream,
        mischief: &Mischief,
    ) -> io::Result<()> {
        let (up, down) = match mischief {
            Mischief::AltersUp(at) => (Some(*at), None),
            Mischief::AltersDown(at) => (None, Some(*at)),
            _ => (None, None),
        };
        self.change(|state| state.captured.clear());
        let (client_too, line_too) = (client.try_clone()?, line.try_clone()?);
        let capturing = Arc::clone(self);
        thread::spawn(move || {
            let capture = |bytes: &[u8]| {
                capturing.change(|state| state.captured.extend_from_slice(bytes));
            };
            carry(client_too, line_too, up, capture);
        });
        carry(line, client, down, |_| {});
        Ok(())
    }

    /// Of two clients each is heard by the gateway as the other, and each hears the other's answers.
    fn swap(self: &Arc<Self>, client: TcpStream, peer: SocketAddr) -> io::Result<()> {
        let first = {
            let mut state = self.state.lock().expect("nobody panicked");
            match state.half.take() {
                Some(first) => first,
                None => {
                    state.half = Some((client, peer));
                    return Ok(());
                }
            }
        };
        let (one, its) = first;
        let to_one = self.introduced(peer, &Mischief::None)?;
        let to_two = self.introduced(its, &Mischief::None)?;
        // Up: each to the line of its own words. Down: each hears the other line.
        for (from, to) in [
            (one.try_clone()?, to_one.try_clone()?),
            (client.try_clone()?, to_two.try_clone()?),
            (to_one, client),
        ] {
            thread::spawn(move || carry(from, to, None, |_| {}));
        }
        carry(to_two, one, None, |_| {});
        Ok(())
    }
}

/// Moves bytes until one side ends, and changes one of them.
fn carry(
    mut from: TcpStream,
    mut to: TcpStream,
    alter: Option<usize>,
    mut seen: impl FnMut(&[u8]),
) {
    let mut some = [0; 16 * 1024];
    let mut passed = 0;
    while let Ok(read) = from.read(&mut some) {
        if read == 0 {
            break;
        }
        if let Some(at) = alter
            && (passed..passed + read).contains(&at)
        {
            some[at - passed] ^= 1;
        }
        passed += read;
        seen(&some[..read]);
        if to.write_all(&some[..read]).is_err() {
            break;
        }
    }
    let _gone = to.shutdown(Shutdown::Write);
    let _gone = from.shutdown(Shutdown::Read);
}

/// Says something.
pub(super) fn say(line: &mut TcpStream, bytes: &[u8]) -> io::Result<()> {
    line.write_all(bytes)
}

/// Everything up to the end of a connection, however it ends.
pub(super) fn rest(line: &mut TcpStream) -> io::Result<Vec<u8>> {
    line.set_read_timeout(Some(PATIENCE))?;
    let mut rest = Vec::new();
    match line.read_to_end(&mut rest) {
        Err(cause) if cause.kind() == io::ErrorKind::WouldBlock => Err(cause),
        Ok(_) | Err(_) => Ok(rest),
    }
}

/// At least so many of the first bytes, which stay to be read.
fn peeked(stream: &TcpStream, least: usize) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; HELLO];
    let deadline = Instant::now() + PATIENCE;
    loop {
        match stream.peek(&mut bytes)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            there if there >= least => {
                bytes.truncate(there);
                return Ok(bytes);
            }
            _ if Instant::now() > deadline => return Err(io::ErrorKind::TimedOut.into()),
            _ => thread::sleep(Duration::from_millis(1)),
        }
    }
}

/// The name in a client's hello.
fn asked_for(stream: &TcpStream) -> io::Result<String> {
    let mut least = 1;
    loop {
        let bytes = peeked(stream, least)?;
        let asked = tunnel::peek_hello([bytes.as_slice()]).map_err(io::Error::other)?;
        if let Some(asked) = asked {
            return Ok(asked.name.unwrap_or_default());
        }
        least = bytes.len() + 1;
    }
}
