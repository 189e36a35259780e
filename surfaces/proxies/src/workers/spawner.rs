//! What starts workers: a process that the gateway starts before it confines itself, because afterwards it
//! runs no program any more. It reads nothing but "one more", from the gateway alone.

use std::io;
use std::os::fd::AsFd;
use std::path::Path;
use std::process::{Command, Stdio};

use super::packets;

/// Confines this process, and starts a worker for every socket that is handed over on its standard input, as
/// the standard input of that worker, until the gateway is gone. `own` is the gateway's folder; `command`
/// makes the command of one worker, of this same program.
///
/// # Errors
/// If it cannot be confined, or its standard input is no such socket.
pub fn be_spawner(own: &Path, command: impl Fn() -> Command) -> io::Result<()> {
    sandbox::confine_spawner(own).map_err(io::Error::other)?;
    let gateway = io::stdin();
    while let Some(handed) = packets::receive_handed(gateway.as_fd())? {
        for socket in handed {
            let mut command = command();
            command.stdin(socket).stdout(Stdio::null());
            // The socket is closed if it cannot be started: the gateway sees a worker that ended.
            match command.spawn() {
                Ok(mut worker) => {
                    let process = worker.id();
                    tracing::info!(process, "a worker was started");
                    std::thread::spawn(move || match worker.wait() {
                        Ok(status) if status.success() => {
                            tracing::info!(process, "a worker ended");
                        }
                        Ok(status) => tracing::error!(process, %status, "a worker crashed"),
                        Err(cause) => tracing::error!(process, %cause, "a worker is lost"),
                    });
                }
                Err(cause) => tracing::error!(%cause, "a worker was not started"),
            }
        }
    }
    Ok(())
}
