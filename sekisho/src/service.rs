//! What the gateway and the relay share as processes: nobody else reads their keys, and what they never
//! need is taken from them before their first thread (decision 0015).

use std::future::Future;
use std::path::{Path, PathBuf};

use sandbox::{Files, RunsAs};
use tracing_subscriber::EnvFilter;
use wire::Said;

use crate::failure::{Failure, Kind};

/// Refuses keys that others can read, confines the process to its folder, and only then starts threads
/// and serves. `prepare` reads what lies elsewhere, as the user who started the process; `also_read` names the
/// folders outside that are read again later.
pub(crate) fn serve<Prepared, Serving>(
    own: &Path,
    beside: Option<&Path>,
    prepare: impl FnOnce() -> Result<Prepared, Failure>,
    also_read: impl FnOnce(&Prepared) -> Vec<PathBuf>,
    run: impl FnOnce(Prepared) -> Serving,
) -> Result<(), Failure>
where
    Serving: Future<Output = Result<(), Failure>>,
{
    begin_log();
    nobody_else_reads(own, beside)?;
    let prepared = prepare()?;
    let confined = sandbox::confine(own, &also_read(&prepared)).map_err(|cause| {
        let said = Said::plain("error-not-confined").with("cause", cause.to_string());
        Failure::of(Kind::Failed, said)
    })?;
    tell(confined);
    tunnel::raise_descriptor_limit();
    let runtime = tokio::runtime::Builder::new_multi_thread();
    until_done(runtime, run(prepared))
}

/// Runs to its end what one person waits for, on this thread: what arrives for it wakes no other one.
pub(crate) fn on_this_thread<T>(
    running: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    until_done(tokio::runtime::Builder::new_current_thread(), running)
}

fn until_done<T>(
    mut runtime: tokio::runtime::Builder,
    running: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    let runtime = runtime.enable_all().build().map_err(Failure::internal)?;
    let outcome = runtime.block_on(running);
    // A read of standard input that nobody waits for any more must not hold the process.
    runtime.shutdown_background();
    outcome
}

/// Returns on SIGTERM or SIGINT.
pub(crate) async fn told_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        // Without the handler the signal ends the process by itself.
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}

pub(crate) fn begin_log() {
    tracing_subscriber::fmt()
        .with_env_filter(
            EnvFilter::try_from_env("SEKISHO_LOG").unwrap_or_else(|_| EnvFilter::new("info")),
        )
        .with_writer(std::io::stderr)
        .init();
}

/// The folder, what lies in it under a secret's name, and the passphrase's file.
fn nobody_else_reads(own: &Path, beside: Option<&Path>) -> Result<(), Failure> {
    // A folder that is not there is told of by who reads its file.
    let found = std::fs::read_dir(own).into_iter().flatten().flatten();
    let secrets: Vec<_> = found
        .map(|entry| entry.path())
        .filter(|path| holds_secrets(path))
        .collect();
    let secrets = secrets.iter().map(|path| path.as_path());
    let paths = std::iter::once(own).chain(secrets).chain(beside);
    sandbox::nobody_else_reads(paths).map_err(|exposed| {
        let said = Said::plain("error-secret-exposed")
            .with("path", exposed.path.display())
            .with("mode", format!("{:04o}", exposed.mode))
            .with("wanted", format!("{:04o}", exposed.wanted));
        Failure::of(Kind::Failed, said)
    })
}

/// `keys.sealed`, the bare key beside it, `relay.key`, `witness.key`, and the ledger's tables with their
/// sealed rows.
fn holds_secrets(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.starts_with("keys") || name.ends_with(".key") || name.ends_with(".db")
}

fn tell(confined: sandbox::Confined) {
    match confined.runs_as {
        RunsAs::Starter => {}
        RunsAs::OwnerOfTheFolder => {
            tracing::info!("started by root: running as the owner of the folder");
        }
        RunsAs::RootWithoutCapabilities => tracing::warn!(
            "running as root, without root's capabilities: give the folder to a user of its own (chown -R) \
             and this process will run as that user"
        ),
    }
    match confined.files {
        Files::All => tracing::info!("confined to its own files and system calls"),
        Files::Partly => tracing::warn!(
            "confined to its own files as far as this kernel can; Linux 6.12 or newer can do all of it"
        ),
        Files::NotAtAll => tracing::warn!(
            "NOT confined to its own files: this kernel has no Landlock; switch it on (lsm=landlock,...) or \
             use Linux 5.13 or newer"
        ),
    }
}
