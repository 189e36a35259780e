//! A hospital's proxy: HTTP CONNECT (RFC 9110, 9.3.6) and nothing else.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// A running proxy. It lives until the process ends.
#[derive(Debug, Clone, Default)]
pub struct ConnectProxy {
    asked: Arc<Mutex<Vec<String>>>,
}

impl ConnectProxy {
    /// Begins to listen, and dials, where the calling thread stands.
    pub fn start(at: SocketAddr) -> Self {
        let listener = TcpListener::bind(at).expect("the address is this place's");
        let proxy = Self::default();
        let serving = proxy.clone();
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let serving = serving.clone();
                thread::spawn(move || serving.serve(client));
            }
        });
        proxy
    }

    /// The first line of every request so far.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    fn serve(&self, mut client: TcpStream) -> Option<()> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            client.read_exact(&mut byte).ok()?;
            head.push(byte[0]);
        }
        let head = String::from_utf8_lossy(&head).into_owned();
        let line = head.lines().next()?.to_owned();
        let to = line.split(' ').nth(1)?.to_owned();
        self.asked.lock().unwrap().push(line);
        let server = TcpStream::connect(to).ok()?;
        let established = b"HTTP/1.1 200 Connection established\r\n\r\n";
        client.write_all(established).ok()?;
        let (reading, writing) = (client.try_clone().ok()?, server.try_clone().ok()?);
        thread::spawn(move || carry(reading, writing));
        carry(server, client);
        Some(())
    }
}

fn carry(mut from: TcpStream, mut to: TcpStream) {
    let _ended = std::io::copy(&mut from, &mut to);
    let _gone = to.shutdown(Shutdown::Write);
}
