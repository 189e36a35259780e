//! What starts workers: a process that the gateway starts before it confines itself, because afterwards it
//! runs no program any more. It reads nothing but what is to be started, from the gateway alone.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;
use std::process::{Command, Stdio};

use super::{old_tls, packets};

/// Asks for one more worker. One socket is handed over with it.
pub(super) const ANOTHER: &[u8] = b"1";

/// Asks for one that speaks old TLS; behind it stands what the target is called, or nothing. Two sockets are handed over: the
/// target's, and the gateway's.
pub(super) const OLD_TLS: u8 = b't';

/// Confines this process, and starts what the gateway asks for until that is gone: workers, each with a socket that was handed over
/// as its standard input, and what speaks old TLS. `own` is the gateway's folder; `command` makes the command of one
/// worker, of this same program.
///
/// # Errors
/// If it cannot be confined, or its standard input is no such socket.
pub fn be_spawner(own: &Path, command: impl Fn() -> Command) -> io::Result<()> {
    let old_tls = old_tls::program();
    sandbox::confine_spawner(own, old_tls.as_deref()).map_err(io::Error::other)?;
    let gateway = io::stdin();
    while let Some((asked, handed)) = packets::receive_handed(gateway.as_fd())? {
        match (asked.split_first(), <[OwnedFd; 2]>::try_from(handed)) {
            (Some((&OLD_TLS, called)), Ok([target, near])) => match &old_tls {
                Some(program) => {
                    started(old_tls::command(program, called).stdin(target).stdout(near));
                }
                None => tracing::error!("what speaks old TLS is not installed"),
            },
            (_, Err(handed)) => {
                for socket in handed {
                    started(command().stdin(socket).stdout(Stdio::null()));
                }
            }
            (_, Ok(_)) => tracing::error!("the gateway asks for what is not known here"),
        }
    }
    Ok(())
}

/// Its sockets are closed if it cannot be started: the gateway sees a process that ended.
fn started(command: &mut Command) {
    match command.spawn() {
        Ok(mut worker) => {
            let process = worker.id();
            tracing::info!(process, "a worker was started");
            std::thread::spawn(move || match worker.wait() {
                Ok(status) if status.success() => tracing::info!(process, "a worker ended"),
                Ok(status) => tracing::error!(process, %status, "a worker crashed"),
                Err(cause) => tracing::error!(process, %cause, "a worker is lost"),
            });
        }
        Err(cause) => tracing::error!(%cause, "a worker was not started"),
    }
}
