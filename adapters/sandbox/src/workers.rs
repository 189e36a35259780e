//! What starts workers, and the workers: processes that read what targets send (decision 0034).

use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

use rustix::process::set_parent_process_death_signal;
use rustix::process::{Resource, Rlimit, Signal, getrlimit, nice, setrlimit};
use rustix::time::{ClockId, clock_gettime};

use crate::{
    ConfineError, Confined, Files, RunsAs, calls, files, keep_no_core, not_dumpable, only_thread,
    privileges, refused,
};

/// By how much a worker stands back behind the gateway when both want the processor.
const STANDS_BACK: i32 = 5;

/// What a worker may use of the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Memory that it writes, in bytes: heap and stacks of threads.
    pub memory: u64,
    /// Descriptors, open at once.
    pub descriptors: u64,
    /// Seconds of the processor's time until somebody calls [`allow_more_work`].
    pub work: u64,
}

/// Confines the process that starts workers: as the gateway is, and it reaches nobody, writes nothing, and
/// starts nothing but its own program and `also`, if that is there. `own` is the gateway's folder: whose it is, is as whom
/// workers run.
///
/// To be called before any thread is started.
///
/// # Errors
/// As [`ConfineError`] says.
pub fn confine_spawner(own: &Path, also: Option<&Path>) -> Result<Confined, ConfineError> {
    only_thread()?;
    keep_no_core()?;
    let runs_as = privileges::drop_to_owner_of(own)?;
    privileges::none()?;
    not_dumpable()?;
    rustix::thread::set_no_new_privs(true).map_err(refused("set no_new_privs"))?;
    let files = files::only_our_program(also)?;
    calls::refuse(calls::Of::Spawner)?;
    Ok(Confined { runs_as, files })
}

/// Confines a worker: no file, no network, no other program, no other process; what it has are the
/// descriptors that it is handed. It ends with the process that started it.
///
/// To be called before any thread is started.
///
/// # Errors
/// As [`ConfineError`] says.
pub fn confine_worker(limits: Limits) -> Result<Confined, ConfineError> {
    match only_thread() {
        // What started it has taken `/proc` from it already.
        Err(ConfineError::System { cause, .. }) if cause.kind() == ErrorKind::PermissionDenied => {}
        counted => counted?,
    }
    keep_no_core()?;
    set_parent_process_death_signal(Some(Signal::KILL))
        .map_err(refused("end with who started it"))?;
    // Who ended before that was said is noticed by the socket that it held.
    let _niceness = nice(STANDS_BACK).map_err(refused("stand back behind the gateway"))?;
    limit_worker(limits)?;
    allow_more_work(limits)?;
    privileges::none()?;
    rustix::thread::set_no_new_privs(true).map_err(refused("set no_new_privs"))?;
    let files = files::none()?;
    calls::refuse(calls::Of::Worker)?;
    Ok(Confined {
        runs_as: RunsAs::Starter,
        files,
    })
}

/// Limits what a worker may use from now on, for good; never to more than before. Not its work:
/// [`allow_more_work`] does. Nor the size of files: it opens none, and the one that it may have is the gateway's log, to
/// which its first line would end it (`SIGXFSZ`).
///
/// # Errors
/// If the system refuses.
pub fn limit_worker(limits: Limits) -> Result<(), ConfineError> {
    for (resource, most) in [
        (Resource::Data, limits.memory),
        (Resource::Nofile, limits.descriptors),
        (Resource::Memlock, 0),
    ] {
        let hard = getrlimit(resource).maximum;
        let most = Some(hard.map_or(most, |hard| hard.min(most)));
        let limit = Rlimit {
            current: most,
            maximum: most,
        };
        setrlimit(resource, limit).map_err(refused("limit itself"))?;
    }
    Ok(())
}

/// Allows a worker that is well another [`Limits::work`] of the processor's time. One that goes in a circle
/// does not come to call this, and is ended by the system.
///
/// # Errors
/// If the system refuses.
pub fn allow_more_work(limits: Limits) -> Result<(), ConfineError> {
    let used = clock_gettime(ClockId::ProcessCPUTime);
    let used = u64::try_from(used.tv_sec).unwrap_or(0);
    let most = Rlimit {
        current: Some(used.saturating_add(limits.work).saturating_add(1)),
        maximum: getrlimit(Resource::Cpu).maximum,
    };
    setrlimit(Resource::Cpu, most).map_err(refused("limit its work"))
}

/// How often [`allow_more_work`] is called by who is well: often enough that one busy worker never meets
/// its limit.
pub const RENEWS_EVERY: Duration = Duration::from_secs(10);

/// How far this kernel can hold workers, without changing anything.
#[must_use]
pub fn kernel_holds_workers() -> Files {
    if files::kernel_knows_all() {
        Files::All
    } else if files::kernel_knows() {
        Files::Partly
    } else {
        Files::NotAtAll
    }
}
