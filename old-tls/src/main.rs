//! `sekisho-old-tls [NAME]`: TLS with a target that has only the old one, for the gateway, which starts it. Its standard
//! input is the connection to the target, its standard output the gateway. No command for people.

use std::io;
use std::net::TcpStream as StdTcpStream;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream as StdUnixStream;
use std::process::ExitCode;

use old_tls::Ready;
use sandbox::Limits;
use tokio::net::{TcpStream, UnixStream};

/// What it may use of the machine: OpenSSL, and a buffer each way.
const LIMITS: Limits = Limits {
    memory: 64 << 20,
    descriptors: 16,
    work: 60,
};

fn main() -> ExitCode {
    // Whoever started it hears by the connection: there is nothing to be said to people here.
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn run() -> io::Result<()> {
    let called = std::env::args().nth(1);
    let ready = Ready::new()?;
    sandbox::confine_worker(LIMITS).map_err(io::Error::other)?;
    let target = StdTcpStream::from(io::stdin().as_fd().try_clone_to_owned()?);
    let near = StdUnixStream::from(io::stdout().as_fd().try_clone_to_owned()?);
    target.set_nonblocking(true)?;
    near.set_nonblocking(true)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let speaking = ready.speak(
            TcpStream::from_std(target)?,
            UnixStream::from_std(near)?,
            called.as_deref(),
        );
        tokio::select! {
            spoken = speaking => spoken,
            () = keep_working() => Ok(()),
        }
    })
}

/// One that goes in a circle does not come here, and is ended.
async fn keep_working() {
    let mut renewing = tokio::time::interval(sandbox::RENEWS_EVERY);
    loop {
        renewing.tick().await;
        if sandbox::allow_more_work(LIMITS).is_err() {
            return;
        }
    }
}
