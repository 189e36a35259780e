//! A process that is confined as a worker, or as what starts workers, and tries one thing, for the tests:
//! `worker_attempt worker|spawner WHAT [PATH]`. It prints `done`, or the name of the error.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a program of the tests: what is not there has failed them"
)]

use std::fs;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::Command;

use rustix::process::{Resource, Rlimit, getppid, setrlimit, test_kill_process};
use sandbox::Limits;

const LIMITS: Limits = Limits {
    memory: 256 << 20,
    descriptors: 64,
    work: 0,
};

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let [as_what, what, rest @ ..] = args.as_slice() else {
        panic!("worker_attempt worker|spawner WHAT [PATH]");
    };
    let path = rest.first().copied().unwrap_or_default();
    // What a worker is handed is there before.
    let handed = TcpListener::bind("127.0.0.1:0").unwrap();
    let near = TcpStream::connect(handed.local_addr().unwrap()).unwrap();
    let (far, _) = handed.accept().unwrap();
    let confined = match *as_what {
        "worker" => sandbox::confine_worker(LIMITS),
        _ => sandbox::confine_spawner(Path::new("."), None),
    };
    let confined = confined.expect("the process can be confined");
    if *what == "nothing" {
        println!("{confined:?}");
        return;
    }
    match attempt(what, path, (near, far)) {
        Ok(()) => println!("done"),
        Err(cause) if cause.kind() == ErrorKind::PermissionDenied => println!("refused"),
        Err(cause) => println!("{cause}"),
    }
}

fn attempt(what: &str, path: &str, handed: (TcpStream, TcpStream)) -> io::Result<()> {
    let (mut near, mut far) = handed;
    match what {
        "read" => fs::read(path).map(drop),
        "list" => fs::read_dir(path).map(drop),
        "write" => fs::write(path, "written"),
        "remove" => fs::remove_file(path),
        "connect" => TcpStream::connect(path).map(drop),
        "listen" => TcpListener::bind("127.0.0.1:0").map(drop),
        "send-a-datagram" => UdpSocket::bind("127.0.0.1:0").map(drop),
        "connect-to-a-path" => UnixStream::connect(path).map(drop),
        "execute" => Command::new(path).arg("nobody").status().map(drop),
        "signal-the-parent" => Ok(test_kill_process(getppid().expect("a parent"))?),
        "limit-the-parent" => {
            let none = Rlimit {
                current: Some(0),
                maximum: Some(0),
            };
            let parent = getppid().expect("a parent");
            rustix::process::prlimit(Some(parent), Resource::Nofile, none)?;
            Ok(())
        }
        "more-memory" => {
            let some = Rlimit {
                current: Some(1 << 40),
                maximum: Some(1 << 40),
            };
            Ok(setrlimit(Resource::Data, some)?)
        }
        "fill-memory" => {
            let filled = vec![1_u8; 512 << 20];
            println!("{}", filled.len());
            Ok(())
        }
        "go-in-a-circle" => loop {
            std::hint::spin_loop();
        },
        "say-something-into-the-log" => writeln!(io::stderr(), "something"),
        "speak-on-what-it-was-handed" => {
            let speaking = std::thread::spawn(move || near.write_all(b"hello"));
            let mut heard = [0; 5];
            far.read_exact(&mut heard)?;
            speaking.join().expect("a thread ends")
        }
        _ => panic!("{what} is no attempt"),
    }
}
