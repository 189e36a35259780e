//! A worker: takes sessions that it is handed, and carries them.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream as StdUnixStream;
use std::sync::Arc;

use access::{EndReason, Protocol, TelnetSignIn};
use sandbox::Limits;
use tokio::net::{TcpStream, UnixStream};

use super::crossing::{Event, Handed, Reach, Work, read};
use super::packets::Inbox;
use super::session::Session;
use super::{consoles, reaching};
use crate::{mysql, postgres, rdp, tcp, vnc};

/// What a worker may use of the machine that carries one desktop. The largest screen is 40 MiB, as it is drawn;
/// a whole one for the recording is as much again, and as much again while it is followed, in buffers that grow to
/// twice of what is in them.
const OF_A_DESKTOP: Limits = Limits {
    memory: 512 << 20,
    descriptors: 64,
    work: 60,
};

/// What a worker may use of the machine that carries one session of raw bytes, or at one console: a buffer each way, and the program itself.
const OF_RAW_BYTES: Limits = Limits {
    memory: 128 << 20,
    descriptors: 64,
    work: 60,
};

/// What one worker may use of the machine: memory for some thousand sessions, each with four descriptors,
/// and a minute of work without looking up.
const LIMITS: Limits = Limits {
    memory: 1 << 30,
    descriptors: 8192,
    work: 60,
};

/// Threads that derive keys for sign-ins: as many as do not keep the gateway from the processors.
const DERIVING: usize = 4;

/// Confines this process, and carries the sessions that are handed over on its standard input until the
/// gateway is gone. To be called before any thread is started.
///
/// # Errors
/// If it cannot be confined, or its standard input is no such socket.
pub fn be_worker() -> io::Result<()> {
    sandbox::confine_worker(LIMITS).map_err(io::Error::other)?;
    let gateway = io::stdin().as_fd().try_clone_to_owned()?;
    // Of one thread: whoever goes in a circle keeps it from renewing its allowance of work.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .max_blocking_threads(DERIVING)
        .enable_all()
        .build()?;
    let worked = runtime.block_on(work(gateway));
    // A derivation of a key that nobody waits for any more must not hold the process.
    runtime.shutdown_background();
    worked
}

async fn work(control: OwnedFd) -> io::Result<()> {
    let mut inbox = Inbox::new(control, true)?;
    let mut renewing = tokio::time::interval(sandbox::RENEWS_EVERY);
    loop {
        tokio::select! {
            _ = renewing.tick() => {
                if let Err(cause) = sandbox::allow_more_work(LIMITS) {
                    tracing::error!(%cause, "no more work is allowed");
                }
            }
            next = inbox.next() => {
                let Some((bytes, handed)) = next? else {
                    return Ok(());
                };
                match taken(bytes, handed) {
                    Ok(Taken::Session(carried)) => drop(tokio::spawn(carry(*carried))),
                    Ok(Taken::Target { told, line, target }) => {
                        drop(tokio::spawn(reaching::reach(told, line, target)));
                    }
                    Ok(Taken::Console { how, line, target }) => {
                        drop(tokio::spawn(consoles::reach(how, line, target)));
                    }
                    // Its descriptors are closed: the gateway sees that it is not carried.
                    Err(cause) => tracing::error!(%cause, "a session was not taken over"),
                }
            }
        }
    }
}

/// A session that was handed over.
struct Carried {
    protocol: Protocol,
    session: Arc<Session>,
    events: Inbox,
    near: UnixStream,
    target: TcpStream,
}

/// What a worker was given to do.
enum Taken {
    Session(Box<Carried>),
    /// The target's end of SSH, and the line on which it is spoken of.
    Target {
        told: Reach,
        line: OwnedFd,
        target: TcpStream,
    },
    /// A console, and the same line.
    Console {
        how: Option<TelnetSignIn>,
        line: OwnedFd,
        target: TcpStream,
    },
}

fn taken(bytes: &[u8], handed: Vec<OwnedFd>) -> io::Result<Taken> {
    match read(bytes)? {
        Work::Carry(told) => {
            taken_session(*told, handed).map(|session| Taken::Session(session.into()))
        }
        Work::Reach(told) => {
            let (line, target) = line_and_target(handed)?;
            Ok(Taken::Target { told, line, target })
        }
        Work::ReachConsole(how) => {
            let (line, target) = line_and_target(handed)?;
            sandbox::limit_worker(OF_RAW_BYTES).map_err(io::Error::other)?;
            Ok(Taken::Console { how, line, target })
        }
    }
}

fn line_and_target(handed: Vec<OwnedFd>) -> io::Result<(OwnedFd, TcpStream)> {
    let Ok([line, target]) = <[OwnedFd; 2]>::try_from(handed) else {
        return Err(io::ErrorKind::InvalidInput.into());
    };
    // The gateway made it non-blocking when it dialled.
    Ok((line, TcpStream::from_std(target.into())?))
}

fn taken_session(told: Handed, handed: Vec<OwnedFd>) -> io::Result<Carried> {
    let Ok([calls, events, near, target]) = <[OwnedFd; 4]>::try_from(handed) else {
        return Err(io::ErrorKind::InvalidInput.into());
    };
    if told.desktop.is_some() {
        sandbox::limit_worker(OF_A_DESKTOP).map_err(io::Error::other)?;
    }
    if told.protocol == Protocol::Tcp {
        sandbox::limit_worker(OF_RAW_BYTES).map_err(io::Error::other)?;
    }
    let near = StdUnixStream::from(near);
    near.set_nonblocking(true)?;
    Ok(Carried {
        protocol: told.protocol,
        session: Arc::new(Session::new(told, calls)?),
        events: Inbox::new(events, true)?,
        near: UnixStream::from_std(near)?,
        // The gateway made it non-blocking when it dialled.
        target: TcpStream::from_std(target.into())?,
    })
}

async fn carry(carried: Carried) {
    let Carried {
        protocol,
        session,
        mut events,
        near,
        target,
    } = carried;
    let carrying = async {
        match protocol {
            Protocol::Postgres => postgres::carry(near, target, &session).await,
            Protocol::Mysql => mysql::carry(near, target, &session).await,
            Protocol::Vnc => vnc::carry(near, target, &session).await,
            Protocol::Rdp => rdp::carry(near, target, &session).await,
            Protocol::Tcp => tcp::carry(near, target, &session).await,
            Protocol::Ssh | Protocol::Telnet | Protocol::Http => {
                tracing::error!(?protocol, "carried in the gateway, and not here");
                EndReason::Interrupted
            }
        }
    };
    let end = tokio::select! {
        biased;
        () = hear(&session, &mut events) => return,
        () = session.keep_counting() => return,
        end = carrying => end,
    };
    session.over(end);
}

/// Hears what the gateway says. Returns when it has given up the session, which nobody carries then.
async fn hear(session: &Session, events: &mut Inbox) {
    while let Ok(Some((bytes, mut handed))) = events.next().await {
        match read::<Event>(bytes) {
            Ok(event) => session.live().hear(event, handed.pop()),
            Err(cause) => tracing::error!(%cause, "the gateway said what is no event"),
        }
    }
}
