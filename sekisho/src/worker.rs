//! What the gateway starts of this same program: what starts workers, and the workers, which read what
//! targets send (decision 0034). They are no commands for people: nothing of the command line is parsed in them.

use std::ffi::OsStr;
use std::io;
use std::path::Path;
use std::process::{Command, ExitCode};

use proxies::workers::{Workers, be_spawner, be_worker};

use crate::failure::Kind;
use crate::service;

/// The first argument of what starts workers; the second one is the gateway's folder.
const SPAWNER: &str = "run-workers";

/// The first argument of a worker.
const WORKER: &str = "run-worker";

/// This program, also after another version has taken its place on the disk: both ends of what crosses
/// between the processes are the same.
const OURSELVES: &str = "/proc/self/exe";

/// How much is logged: all that these processes learn from their surroundings.
const LOG: &str = "SEKISHO_LOG";

/// Starts what starts workers for the gateway of this folder. To be called before the gateway is confined.
pub(crate) fn start(dir: &Path) -> io::Result<Workers> {
    Workers::start(ourselves([OsStr::new(SPAWNER), dir.as_os_str()]))
}

fn ourselves<'a>(args: impl IntoIterator<Item = &'a OsStr>) -> Command {
    let mut command = Command::new(OURSELVES);
    command.args(args).env_clear();
    if let Some(log) = std::env::var_os(LOG) {
        command.env(LOG, log);
    }
    command
}

/// Runs as one of them, if that is what was started.
pub(crate) fn run() -> Option<ExitCode> {
    let mut args = std::env::args_os().skip(1);
    let what = args.next()?;
    if what != SPAWNER && what != WORKER {
        return None;
    }
    service::begin_log();
    let ended = match args.next() {
        Some(dir) if what == SPAWNER => {
            be_spawner(Path::new(&dir), || ourselves([OsStr::new(WORKER)]))
        }
        _ => be_worker(),
    };
    Some(match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(cause) => {
            tracing::error!(%cause, "a worker, or what starts workers, ended");
            ExitCode::from(Kind::Failed as u8)
        }
    })
}
