//! A chat service's webhook: HTTPS by OpenSSL's own server, one request at a time.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;

use super::free_port;
use super::openssl::self_signed;
use crate::wait;

/// A webhook that keeps what is posted to it, and answers 200.
#[derive(Debug)]
pub struct Hook {
    /// Where it listens.
    pub port: u16,
    /// The certificate that vouches for it, PEM.
    pub roots: PathBuf,
    posted: Arc<Mutex<Vec<String>>>,
    server: Child,
    _folder: tempfile::TempDir,
}

impl Hook {
    /// Starts one.
    pub fn start() -> Self {
        let folder = crate::files::temporary("sekisho-hook-");
        self_signed(folder.path());
        let port = free_port();
        let mut server = serve(folder.path(), port);
        let posted = Arc::new(Mutex::new(Vec::new()));
        let (from, to) = (server.stdout.take(), server.stdin.take());
        let (from, to) = (from.expect("it is ours"), to.expect("it is ours"));
        let kept = Arc::clone(&posted);
        thread::spawn(move || answer(from, to, &kept));
        let roots = folder.path().join("cert.pem");
        wait::until("OpenSSL's server", || listens(port).then_some(()));
        Self {
            port,
            roots,
            posted,
            server,
            _folder: folder,
        }
    }

    /// Waits for the next request, head and body.
    pub fn waits(&self) -> String {
        wait::until("a request to the webhook", || {
            let mut posted = self.posted.lock().unwrap();
            (!posted.is_empty()).then(|| posted.remove(0))
        })
    }
}

impl Drop for Hook {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ended = self.server.kill();
        let _code = self.server.wait();
    }
}

/// `s_server` gives what it decrypts to its output, and takes what it encrypts from its input.
fn serve(folder: &Path, port: u16) -> Child {
    Command::new("openssl")
        .args(["s_server", "-quiet", "-accept", &port.to_string()])
        .arg("-cert")
        .arg(folder.join("cert.pem"))
        .arg("-key")
        .arg(folder.join("key.pem"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("openssl runs")
}

/// Whether somebody listens, without connecting: `s_server` would take that for its one client.
fn listens(port: u16) -> bool {
    let own = format!(":{port:04X} ");
    let tables = ["/proc/net/tcp", "/proc/net/tcp6"].map(std::fs::read_to_string);
    let mut lines = tables.iter().flatten().flat_map(|table| table.lines());
    // "0A" is a socket that listens.
    lines.any(|line| line.contains(&own) && line.contains(" 0A "))
}

fn answer(mut from: impl Read, mut to: impl Write, kept: &Mutex<Vec<String>>) {
    let mut read = Vec::new();
    let mut byte = [0];
    while from.read_exact(&mut byte).is_ok() {
        read.extend_from_slice(&byte);
        let text = String::from_utf8_lossy(&read).into_owned();
        if is_whole(&text) {
            kept.lock().unwrap().push(text);
            read.clear();
            let said = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
            if to.write_all(said).and_then(|()| to.flush()).is_err() {
                return;
            }
        }
    }
}

fn is_whole(request: &str) -> bool {
    let Some((head, body)) = request.split_once("\r\n\r\n") else {
        return false;
    };
    let lower = head.to_ascii_lowercase();
    let length = lower
        .lines()
        .find_map(|line| line.strip_prefix("content-length:"));
    let length = length
        .and_then(|length| length.trim().parse().ok())
        .unwrap_or(0);
    body.len() >= length
}
