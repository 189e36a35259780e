//! Which system calls the process cannot make (seccomp).
//!
//! A list of what is refused, not of what is allowed: decision 0015 gives the reason.

use std::collections::BTreeMap;

use seccompiler::{
    BackendError, BpfProgram, Error, SeccompAction, SeccompCmpArgLen, SeccompCmpOp,
    SeccompCondition, SeccompFilter, SeccompRule, TargetArch, apply_filter_all_threads,
};

type Rules = BTreeMap<i64, Vec<SeccompRule>>;

/// What a process is for. Each refuses what the gateway refuses, and more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Of {
    /// The gateway or the relay.
    Service,
    /// What starts workers: it alone makes processes and runs a program.
    Spawner,
    /// What reads what a target sends.
    Worker,
}

/// Running another program.
const RUNS: &[i64] = &[libc::SYS_execve, libc::SYS_execveat];

/// Never needed, whatever the arguments.
const REFUSED: &[i64] = &[
    // Other processes' memory and descriptors.
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_process_madvise,
    libc::SYS_kcmp,
    libc::SYS_pidfd_getfd,
    // Another user, more capabilities: after the drop nothing changes any more.
    libc::SYS_setuid,
    libc::SYS_setgid,
    libc::SYS_setreuid,
    libc::SYS_setregid,
    libc::SYS_setresuid,
    libc::SYS_setresgid,
    libc::SYS_setfsuid,
    libc::SYS_setfsgid,
    libc::SYS_setgroups,
    libc::SYS_capset,
    // Another view of the file system, other namespaces.
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_move_mount,
    libc::SYS_open_tree,
    libc::SYS_fsopen,
    libc::SYS_fsconfig,
    libc::SYS_fsmount,
    libc::SYS_fspick,
    libc::SYS_mount_setattr,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_unshare,
    libc::SYS_setns,
    libc::SYS_mknodat,
    // Files by a handle, past every folder's permissions.
    libc::SYS_open_by_handle_at,
    libc::SYS_name_to_handle_at,
    // The kernel and the machine.
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_kexec_load,
    libc::SYS_kexec_file_load,
    libc::SYS_reboot,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    libc::SYS_acct,
    libc::SYS_quotactl,
    libc::SYS_nfsservctl,
    libc::SYS_syslog,
    libc::SYS_personality,
    libc::SYS_vhangup,
    libc::SYS_sethostname,
    libc::SYS_setdomainname,
    // The clock: invariant 14.
    libc::SYS_settimeofday,
    libc::SYS_clock_settime,
    libc::SYS_clock_adjtime,
    libc::SYS_adjtimex,
    // Parts of the kernel through which others broke out.
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_keyctl,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_lookup_dcookie,
    libc::SYS_fanotify_init,
    // Asks for files and sockets past this very filter.
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
];

/// What leads to others over a network or by name. Whoever is handed connected sockets needs none of it.
const REACHES: &[i64] = &[
    libc::SYS_socket,
    libc::SYS_connect,
    libc::SYS_bind,
    libc::SYS_listen,
    libc::SYS_accept,
    libc::SYS_accept4,
];

/// Files by their names, and what belongs to other processes of the same user.
const WORKER: &[i64] = &[
    libc::SYS_openat,
    libc::SYS_openat2,
    libc::SYS_truncate,
    libc::SYS_mkdirat,
    libc::SYS_unlinkat,
    libc::SYS_renameat2,
    libc::SYS_linkat,
    libc::SYS_symlinkat,
    libc::SYS_fchmodat,
    libc::SYS_fchownat,
    libc::SYS_memfd_create,
    libc::SYS_kill,
    libc::SYS_pidfd_open,
    libc::SYS_pidfd_send_signal,
    libc::SYS_setpriority,
    libc::SYS_ioprio_set,
    libc::SYS_sched_setaffinity,
    libc::SYS_sched_setparam,
    libc::SYS_sched_setscheduler,
    libc::SYS_sched_setattr,
    libc::SYS_migrate_pages,
    libc::SYS_move_pages,
    libc::SYS_shmget,
    libc::SYS_shmat,
    libc::SYS_shmctl,
    libc::SYS_semget,
    libc::SYS_semctl,
    libc::SYS_msgget,
    libc::SYS_msgctl,
    libc::SYS_mq_open,
    libc::SYS_mq_unlink,
];

#[cfg(target_arch = "x86_64")]
const RUNS_HERE: &[i64] = &[libc::SYS_fork, libc::SYS_vfork];
#[cfg(not(target_arch = "x86_64"))]
const RUNS_HERE: &[i64] = &[];

#[cfg(target_arch = "x86_64")]
const WORKER_HERE: &[i64] = &[
    libc::SYS_open,
    libc::SYS_creat,
    libc::SYS_mkdir,
    libc::SYS_rmdir,
    libc::SYS_unlink,
    libc::SYS_rename,
    libc::SYS_renameat,
    libc::SYS_link,
    libc::SYS_symlink,
    libc::SYS_chmod,
    libc::SYS_chown,
    libc::SYS_lchown,
];
#[cfg(not(target_arch = "x86_64"))]
const WORKER_HERE: &[i64] = &[];

#[cfg(target_arch = "x86_64")]
const REFUSED_HERE: &[i64] = &[
    libc::SYS_mknod,
    libc::SYS_iopl,
    libc::SYS_ioperm,
    libc::SYS_modify_ldt,
    libc::SYS_uselib,
    libc::SYS_ustat,
    libc::SYS_sysfs,
];
#[cfg(not(target_arch = "x86_64"))]
const REFUSED_HERE: &[i64] = &[];

/// Everything that this process never needs, whatever the arguments.
fn whole(of: Of) -> Vec<i64> {
    let mut calls = [REFUSED, REFUSED_HERE].concat();
    if of != Of::Spawner {
        calls.extend([RUNS, RUNS_HERE].concat());
    }
    if of != Of::Service {
        calls.extend(REACHES);
    }
    if of == Of::Worker {
        calls.extend([WORKER, WORKER_HERE].concat());
    }
    calls
}

/// The same calls by their numbers of the x32 interface, which the kernel takes for the same
/// architecture; and those that have numbers of their own there.
#[cfg(target_arch = "x86_64")]
fn other_numbers(of: Of) -> Vec<i64> {
    const X32: i64 = 0x4000_0000;
    let with_arguments = [
        libc::SYS_clone,
        libc::SYS_clone3,
        libc::SYS_socket,
        libc::SYS_mmap,
        libc::SYS_mprotect,
        libc::SYS_pkey_mprotect,
        libc::SYS_prlimit64,
    ];
    // Nothing of ours is built for it: what runs a program is refused by that number to everybody.
    let same = whole(of).into_iter().chain([RUNS, RUNS_HERE].concat());
    same.chain(with_arguments)
        .map(|call| call | X32)
        .chain((512..=547).map(|call| call | X32))
        .collect()
}
#[cfg(not(target_arch = "x86_64"))]
fn other_numbers(_of: Of) -> Vec<i64> {
    Vec::new()
}

/// From now on these calls answer `EPERM`, in every thread. `clone3` answers `ENOSYS`: its arguments lie
/// in memory, where no filter looks, and the C library then asks `clone`, whose arguments it can see.
pub(crate) fn refuse(of: Of) -> Result<(), Error> {
    let whole = |call: i64| (call, Vec::new());
    let unknown = Rules::from([whole(libc::SYS_clone3)]);
    apply_filter_all_threads(&program(unknown, libc::ENOSYS)?)?;
    apply_filter_all_threads(&program(refused(of)?, libc::EPERM)?)
}

fn refused(of: Of) -> Result<Rules, BackendError> {
    let mut rules: Rules = whole(of)
        .into_iter()
        .chain(other_numbers(of))
        .map(|call| (call, Vec::new()))
        .collect();
    if of != Of::Spawner {
        rules.insert(libc::SYS_clone, vec![another_process()?]);
    }
    if of == Of::Service {
        rules.insert(libc::SYS_socket, vec![foreign_family()?]);
    }
    if of == Of::Worker {
        rules.insert(libc::SYS_prlimit64, vec![of_another_process()?]);
    }
    rules.insert(libc::SYS_ioctl, typed_for_another()?);
    for call in [libc::SYS_mmap, libc::SYS_mprotect, libc::SYS_pkey_mprotect] {
        rules.insert(call, vec![written_and_executed()?]);
    }
    Ok(rules)
}

fn program(rules: Rules, answer: i32) -> Result<BpfProgram, Error> {
    let arch = TargetArch::try_from(std::env::consts::ARCH)?;
    let answer = SeccompAction::Errno(answer.unsigned_abs());
    let filter = SeccompFilter::new(rules, SeccompAction::Allow, answer, arch)?;
    Ok(BpfProgram::try_from(filter)?)
}

fn argument(at: u8, is: SeccompCmpOp, value: i32) -> Result<SeccompCondition, BackendError> {
    SeccompCondition::new(
        at,
        SeccompCmpArgLen::Dword,
        is,
        u64::from(value.unsigned_abs()),
    )
}

/// `clone` without `CLONE_THREAD`: threads are made, processes are not.
fn another_process() -> Result<SeccompRule, BackendError> {
    let thread = u64::from(libc::CLONE_THREAD.unsigned_abs());
    let not = argument(0, SeccompCmpOp::MaskedEq(thread), 0)?;
    SeccompRule::new(vec![not])
}

/// The limits of a process that is named, which may be another one.
fn of_another_process() -> Result<SeccompRule, BackendError> {
    SeccompRule::new(vec![argument(0, SeccompCmpOp::Ne, 0)?])
}

/// Sockets of families other than local, IPv4, IPv6, and the one that asks the kernel for addresses.
fn foreign_family() -> Result<SeccompRule, BackendError> {
    let known = [
        libc::AF_UNIX,
        libc::AF_INET,
        libc::AF_INET6,
        libc::AF_NETLINK,
    ];
    let none_of = known.map(|family| argument(0, SeccompCmpOp::Ne, family));
    SeccompRule::new(none_of.into_iter().collect::<Result<_, _>>()?)
}

/// Characters put into the input of the terminal from which the process was started.
fn typed_for_another() -> Result<Vec<SeccompRule>, BackendError> {
    // TIOCSTI, and TIOCLINUX, which pastes a selection.
    [0x5412, 0x541c]
        .into_iter()
        .map(|request| SeccompRule::new(vec![argument(1, SeccompCmpOp::Eq, request)?]))
        .collect()
}

/// Memory that is written and executed. Libraries are loaded without.
fn written_and_executed() -> Result<SeccompRule, BackendError> {
    let both = libc::PROT_WRITE | libc::PROT_EXEC;
    let mask = u64::from(both.unsigned_abs());
    SeccompRule::new(vec![argument(2, SeccompCmpOp::MaskedEq(mask), both)?])
}

#[cfg(test)]
mod tests;
