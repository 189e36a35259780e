//! What arrives at every open port of the internet: other protocols, nonsense, and patience.

use std::io::{self, Read, Write};
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use crate::tls::{Knock, dial};

/// What one says first, and what it is called.
pub fn first_words(name: &str) -> Vec<(&'static str, Vec<u8>)> {
    let hello = Knock::asking(name, wire::alpn::SESSION).hello();
    let long = |head: &[u8], length: usize| [head, &vec![0x41; length]].concat();
    vec![
        ("HTTP", b"GET / HTTP/1.1\r\nhost: handa\r\n\r\n".to_vec()),
        ("HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec()),
        ("an SSH banner", b"SSH-2.0-OpenSSH_9.2\r\n".to_vec()),
        ("SMTP", b"EHLO scanner\r\n".to_vec()),
        ("SOCKS 5", vec![5, 2, 0, 2]),
        (
            "RDP",
            vec![3, 0, 0, 19, 14, 0xe0, 0, 0, 0, 0, 0, 1, 0, 8, 0, 3, 0, 0, 0],
        ),
        ("a data connection of nobody", long(b"SKD1", 56)),
        ("a header of nobody", long(b"SKC1", 59)),
        ("an alert of TLS", vec![0x15, 3, 3, 0, 2, 2, 40]),
        (
            "application data before any handshake",
            vec![0x17, 3, 3, 0, 3, 1, 2, 3],
        ),
        ("a record of no bytes", vec![0x16, 3, 1, 0, 0]),
        (
            "a record longer than records are",
            long(&[0x16, 3, 1, 0xff, 0xff], 9000),
        ),
        (
            "a hello that says it is 16 MiB long",
            long(&[0x16, 3, 1, 0x40, 0, 1, 0xff, 0xff, 0xff], 9000),
        ),
        ("a hello of SSL 2", long(&[0x80, 0x2e, 1, 0, 2], 64)),
        ("zeros", vec![0; 9000]),
        (
            "a hello and something behind it",
            [hello.clone(), b"GET / HTTP/1.1\r\n\r\n".to_vec()].concat(),
        ),
        ("a hello with a flipped length", flipped(&hello, 8)),
        ("the same hello twice", [hello.clone(), hello].concat()),
    ]
}

fn flipped(bytes: &[u8], at: usize) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[at] ^= 0xff;
    bytes
}

/// What comes back until the connection ends, if it does within `within`.
///
/// # Errors
/// If there is no connection, or it is still open then.
pub fn answered(
    from: IpAddr,
    to: SocketAddr,
    words: &[u8],
    within: Duration,
) -> io::Result<Vec<u8>> {
    let mut stream = dial(from, to)?;
    let _closed = stream.write_all(words);
    until_closed(&mut stream, within)
}

/// The same, saying one byte after the other, each in a packet of its own.
///
/// # Errors
/// As [`answered`].
pub fn answered_slowly(
    from: IpAddr,
    to: SocketAddr,
    words: &[u8],
    within: Duration,
) -> io::Result<Vec<u8>> {
    let mut stream = dial(from, to)?;
    for byte in words {
        if stream.write_all(&[*byte]).is_err() {
            break;
        }
    }
    until_closed(&mut stream, within)
}

fn until_closed(stream: &mut TcpStream, within: Duration) -> io::Result<Vec<u8>> {
    let deadline = Instant::now() + within;
    let mut said = Vec::new();
    let mut some = [0; 4096];
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        stream.set_read_timeout(Some(left.max(Duration::from_millis(1))))?;
        match stream.read(&mut some) {
            Ok(0) => return Ok(said),
            Ok(read) => said.extend_from_slice(&some[..read]),
            Err(cause) if cause.kind() == io::ErrorKind::WouldBlock => {
                return Err(io::ErrorKind::TimedOut.into());
            }
            Err(_) => return Ok(said),
        }
    }
}
