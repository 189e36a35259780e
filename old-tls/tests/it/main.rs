//! The program between a server of `openssl s_server`, which is told how old to be, and whoever started it.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on is a failed test"
)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

/// A process that ends with its test.
struct Kept(Child);

impl Drop for Kept {
    fn drop(&mut self) {
        let _gone = self.0.kill();
        let _over = self.0.wait();
    }
}

/// A server that sends back every line, turned around.
struct Server {
    address: SocketAddr,
    certificate: Vec<u8>,
    running: Kept,
    _folder: TempDir,
}

fn openssl(folder: &Path, arguments: &[&str]) -> Vec<u8> {
    let mut program = Command::new("openssl");
    let ran = program
        .current_dir(folder)
        .args(arguments)
        .output()
        .unwrap();
    assert!(
        ran.status.success(),
        "{}",
        String::from_utf8_lossy(&ran.stderr)
    );
    ran.stdout
}

impl Server {
    fn start(arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let make =
            "req -new -x509 -nodes -days 1 -newkey rsa:1024 -subj /CN=ct -keyout key -out crt";
        openssl(folder.path(), &make.split(' ').collect::<Vec<_>>());
        let certificate = openssl(folder.path(), &["x509", "-outform", "DER", "-in", "crt"]);
        let mut program = Command::new("openssl");
        program
            .current_dir(folder.path())
            .args([
                "s_server",
                "-accept",
                "127.0.0.1:0",
                "-naccept",
                "1",
                "-rev",
            ])
            .args(["-key", "key", "-cert", "crt"])
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut running = Kept(program.spawn().unwrap());
        let mut said = BufReader::new(running.0.stdout.take().unwrap()).lines();
        let address = said
            .by_ref()
            .map(Result::unwrap)
            .find_map(|line| Some(line.strip_prefix("ACCEPT ")?.to_owned()));
        let address = address.unwrap().parse().unwrap();
        std::thread::spawn(move || said.for_each(drop));
        Self {
            address,
            certificate,
            running,
            _folder: folder,
        }
    }
}

/// The program, with a connection to this address.
fn speaking(address: SocketAddr) -> (UnixStream, Kept) {
    let target = TcpStream::connect(address).unwrap();
    let (near, theirs) = UnixStream::pair().unwrap();
    let mut program = Command::new(env!("CARGO_BIN_EXE_sekisho-old-tls"));
    program
        .env_clear()
        .env("OPENSSL_CONF", "/dev/null")
        .stdin(OwnedFd::from(target))
        .stdout(OwnedFd::from(theirs));
    let running = Kept(program.spawn().unwrap());
    // Its ends of the sockets are the program's alone from here on.
    drop(program);
    (near, running)
}

fn certificate(near: &mut UnixStream) -> Vec<u8> {
    let mut length = [0; 2];
    near.read_exact(&mut length).unwrap();
    let mut certificate = vec![0; usize::from(u16::from_be_bytes(length))];
    near.read_exact(&mut certificate).unwrap();
    certificate
}

const OLD: [&str; 2] = ["-cipher", "ALL:@SECLEVEL=0"];

#[test]
fn what_old_servers_speak_is_passed_on_after_their_certificate() {
    for version in ["-tls1", "-tls1_1", "-tls1_2"] {
        // Without forward secrecy, as servers of that age have it.
        let cipher = ["-cipher", "AES128-SHA:@SECLEVEL=0"];
        let server = Server::start(&[&[version], &cipher[..]].concat());
        let (mut near, mut running) = speaking(server.address);
        assert_eq!(certificate(&mut near), server.certificate, "{version}");
        near.write_all(b"sekisho\n").unwrap();
        let mut answer = [0; 8];
        near.read_exact(&mut answer).unwrap();
        assert_eq!(&answer, b"ohsikes\n", "{version}");
        drop(near);
        assert!(running.0.wait().unwrap().success(), "{version}");
    }
}

#[test]
fn a_server_that_proves_no_key_or_encrypts_nothing_is_not_spoken_with() {
    for refused in [
        &["-tls1_2", "-cipher", "ADH:@SECLEVEL=0"][..],
        &["-tls1_2", "-cipher", "NULL-SHA256:@SECLEVEL=0"],
        &["-tls1_3", OLD[0], OLD[1]],
    ] {
        let server = Server::start(refused);
        let (mut near, mut running) = speaking(server.address);
        assert_eq!(certificate(&mut near), b"", "{refused:?}");
        assert_eq!(near.read(&mut [0]).unwrap(), 0);
        assert!(!running.0.wait().unwrap().success(), "{refused:?}");
    }
}

#[test]
fn who_speaks_before_the_certificate_came_or_goes_away_ends_it() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    for early in [&b""[..], b"GET / HTTP/1.1\r\n"] {
        let (mut near, mut running) = speaking(silent.local_addr().unwrap());
        let (mut target, _) = silent.accept().unwrap();
        let mut hello = [0; 6];
        target.read_exact(&mut hello).unwrap();
        // A handshake, and of it the first message, as TLS 1.0 frames it.
        assert_eq!((hello[0], hello[1], hello[5]), (22, 3, 1));
        near.write_all(early).unwrap();
        drop(near);
        assert!(running.0.wait().unwrap().success());
        let mut rest = Vec::new();
        target.read_to_end(&mut rest).unwrap();
        assert!(!rest.windows(3).any(|bytes| bytes == b"GET"));
    }
}

#[test]
fn a_server_that_breaks_off_after_the_handshake_is_an_end() {
    let server = Server::start(&[&["-tls1"], &OLD[..]].concat());
    let (mut near, mut running) = speaking(server.address);
    assert_eq!(certificate(&mut near), server.certificate);
    drop(server);
    assert_eq!(near.read(&mut [0]).unwrap_or(0), 0);
    drop(near);
    assert!(running.0.wait().unwrap().success());
}

#[test]
fn a_server_that_neither_reads_nor_writes_holds_nobody() {
    let server = Server::start(&[&["-tls1"], &OLD[..]].concat());
    let (mut near, mut running) = speaking(server.address);
    assert_eq!(certificate(&mut near), server.certificate);
    let stopped = Command::new("kill")
        .args(["-STOP", &server.running.0.id().to_string()])
        .status();
    assert!(stopped.unwrap().success());
    // Until nothing more goes in: the program waits for the server alone then.
    near.set_write_timeout(Some(Duration::from_millis(300)))
        .unwrap();
    while near.write(&[7; 64 << 10]).is_ok() {}
    drop(near);
    assert!(running.0.wait().unwrap().success());
}
