//! Takes from our own process what it will never need, before the first byte of a stranger is read.
//!
//! Trusted to be called once, first, by a process of one thread: what a thread starts inherits all of it,
//! and nothing gives it back. Not trusted to stop who has taken over the process from doing what the
//! process itself may do: speak on the network, and read and write its own folder. Decision 0015 says
//! why each thing is taken and how.

mod calls;
mod files;
mod privileges;
mod secrets;
mod workers;

use std::path::{Path, PathBuf};

use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};

pub use files::Files;
pub use privileges::RunsAs;
pub use secrets::{Exposed, nobody_else_reads};
pub use workers::{
    Limits, RENEWS_EVERY, allow_more_work, confine_spawner, confine_worker, kernel_holds_workers,
    limit_worker,
};

/// What the process has become.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Confined {
    /// As whom it runs now.
    pub runs_as: RunsAs,
    /// How far the kernel holds it to its own files.
    pub files: Files,
}

/// Why the process could not be confined. It must not go on.
#[derive(Debug, thiserror::Error)]
pub enum ConfineError {
    /// Threads that run already would keep what the others lose.
    #[error("{0} threads run already: a process is confined before its first thread")]
    ThreadsRun(usize),
    /// The system refused a step.
    #[error("the system refused to {step}: {cause}")]
    System {
        /// What was to be done.
        step: &'static str,
        /// What it said.
        cause: std::io::Error,
    },
    /// The folder cannot be looked at.
    #[error("the folder {} cannot be looked at: {cause}", path.display())]
    Folder {
        /// Which.
        path: PathBuf,
        /// What the system said.
        cause: std::io::Error,
    },
    /// The rules for files could not be made.
    #[error("the rules for files were not taken: {0}")]
    Files(#[from] landlock::RulesetError),
    /// The filter of system calls could not be made or was not taken.
    #[error("the filter of system calls was not taken: {0}")]
    Calls(#[from] seccompiler::Error),
}

/// Confines this process for good: no core dumps, the user of its folder (if it is root's process and
/// the folder is not root's), no capability but that of binding low ports, nothing gained by `exec`, no
/// file but those of `own`, the folders `also_read`, and what names, time zones and certificates need, and none of the system
/// calls that lead out or into the kernel.
///
/// To be called before any thread is started, and after everything was read that lies elsewhere.
///
/// # Errors
/// As [`ConfineError`] says. A kernel without Landlock is none: [`Confined::files`] tells.
pub fn confine(own: &Path, also_read: &[PathBuf]) -> Result<Confined, ConfineError> {
    only_thread()?;
    keep_no_core()?;
    let runs_as = privileges::drop_to_owner_of(own)?;
    // Changing user makes a process dumpable or not by the system's own rule: said again.
    not_dumpable()?;
    rustix::thread::set_no_new_privs(true).map_err(refused("set no_new_privs"))?;
    let files = files::only(own, also_read)?;
    calls::refuse(calls::Of::Service)?;
    Ok(Confined { runs_as, files })
}

/// Whether this kernel can hold a process to its own files, without changing anything.
#[must_use]
pub fn kernel_knows_files() -> bool {
    files::kernel_knows()
}

pub(crate) fn only_thread() -> Result<(), ConfineError> {
    let tasks = std::fs::read_dir("/proc/self/task")
        .map_err(system("count its threads"))?
        .count();
    if tasks == 1 {
        Ok(())
    } else {
        Err(ConfineError::ThreadsRun(tasks))
    }
}

pub(crate) fn keep_no_core() -> Result<(), ConfineError> {
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    setrlimit(Resource::Core, none).map_err(refused("switch off core dumps"))?;
    not_dumpable()
}

pub(crate) fn not_dumpable() -> Result<(), ConfineError> {
    set_dumpable_behavior(DumpableBehavior::NotDumpable).map_err(refused("hide its memory"))
}

pub(crate) fn refused(step: &'static str) -> impl Fn(rustix::io::Errno) -> ConfineError {
    move |cause| ConfineError::System {
        step,
        cause: cause.into(),
    }
}

fn system(step: &'static str) -> impl Fn(std::io::Error) -> ConfineError {
    move |cause| ConfineError::System { step, cause }
}
