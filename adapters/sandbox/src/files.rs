//! Which files the process can open (Landlock).

use std::path::{Path, PathBuf};

use landlock::{
    ABI, Access, AccessFs, AccessNet, Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetError,
    RulesetStatus, Scope, path_beneath_rules,
};

/// The newest rules that we ask for: Linux 6.12, which Debian 13 has. An older kernel takes what it
/// knows of them.
const NEWEST: ABI = ABI::V6;

/// What is read beside the own folder. Folders, not files: `resolv.conf` is replaced by renaming, and
/// a rule holds the file that it found. What does not exist at the start is left out.
const READ: &[&str] = &[
    // Names of hosts, services and users; certificates; the local time zone.
    "/etc",
    "/usr/share/zoneinfo",
    // Where `resolv.conf` leads to, by who keeps it.
    "/run/systemd/resolve",
    "/run/resolvconf",
    "/run/NetworkManager",
    "/run/connman",
    // The C library loads what asks for names when the first name is asked for.
    "/lib",
    "/lib64",
    "/usr/lib",
    "/usr/lib64",
    // What the C library and the allocator ask about this machine and this process.
    "/proc/self",
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/proc/stat",
    "/proc/sys/net/core",
    "/proc/sys/vm/overcommit_memory",
    "/sys/devices/system/cpu",
    "/sys/fs/cgroup",
    "/dev/urandom",
    "/dev/random",
];

/// What is read and written beside the own folder.
const WRITTEN: &[&str] = &["/dev/null"];

/// How far the kernel holds the process to its own files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Files {
    /// To all of the rules.
    All,
    /// To those that this kernel knows: it is older than Linux 6.12.
    Partly,
    /// Not at all: the kernel has no Landlock, or it is switched off.
    NotAtAll,
}

/// Nothing but these files from now on, and nothing to execute at all. Signals and abstract sockets
/// stay among ourselves. Which addresses are dialled is the permit's matter, and a gateway must reach
/// any port of a target: there are no rules for the network.
pub(crate) fn only(own: &Path, also_read: &[PathBuf]) -> Result<Files, RulesetError> {
    let everything = AccessFs::from_all(NEWEST);
    let execute = AccessFs::Execute;
    let reading = AccessFs::from_read(NEWEST) & !execute;
    let status = Ruleset::default()
        .handle_access(everything)?
        .scope(Scope::from_all(NEWEST))?
        .create()?
        .add_rules(path_beneath_rules([own], everything & !execute))?
        .add_rules(path_beneath_rules(READ, reading))?
        .add_rules(path_beneath_rules(also_read, reading))?
        .add_rules(path_beneath_rules(WRITTEN, everything & !execute))?
        .restrict_self()?;
    Ok(enforced(&status.ruleset))
}

/// What the loader of programs reads, so that our own one can be started once more.
const LOADED: &[&str] = &[
    "/etc/ld.so.cache",
    "/lib",
    "/lib64",
    "/usr/lib",
    "/usr/lib64",
];

/// Loaders, by the architectures that we build for and both C libraries: nothing else is executed, but
/// for our own program.
const LOADERS: &[&str] = &[
    "/lib64/ld-linux-x86-64.so.2",
    "/lib/ld-linux-aarch64.so.1",
    "/lib/ld-musl-x86_64.so.1",
    "/lib/ld-musl-aarch64.so.1",
];

/// Our own program can be started from now on, and `also`, and nothing else; nothing is written.
pub(crate) fn only_our_program(also: Option<&Path>) -> Result<Files, RulesetError> {
    let execute = AccessFs::Execute | AccessFs::ReadFile;
    let reading = AccessFs::ReadFile | AccessFs::ReadDir;
    let status = Ruleset::default()
        .handle_access(AccessFs::from_all(NEWEST))?
        .scope(Scope::from_all(NEWEST))?
        .create()?
        .add_rules(path_beneath_rules(["/proc/self/exe"], execute))?
        .add_rules(path_beneath_rules(also, execute))?
        .add_rules(path_beneath_rules(LOADERS, execute))?
        .add_rules(path_beneath_rules(LOADED, reading))?
        .add_rules(path_beneath_rules(
            WRITTEN,
            AccessFs::ReadFile | AccessFs::WriteFile,
        ))?
        .restrict_self()?;
    Ok(enforced(&status.ruleset))
}

/// No file at all from now on, and no port.
pub(crate) fn none() -> Result<Files, RulesetError> {
    let status = Ruleset::default()
        .handle_access(AccessFs::from_all(NEWEST))?
        .handle_access(AccessNet::from_all(NEWEST))?
        .scope(Scope::from_all(NEWEST))?
        .create()?
        .restrict_self()?;
    Ok(enforced(&status.ruleset))
}

fn enforced(status: &RulesetStatus) -> Files {
    match status {
        RulesetStatus::FullyEnforced => Files::All,
        RulesetStatus::PartiallyEnforced => Files::Partly,
        RulesetStatus::NotEnforced => Files::NotAtAll,
    }
}

/// Whether every rule that a worker is held to can be made. Nothing is enforced by asking.
pub(crate) fn kernel_knows_all() -> bool {
    use landlock::{CompatLevel, Compatible};
    Ruleset::default()
        .set_compatibility(CompatLevel::HardRequirement)
        .handle_access(AccessFs::from_all(NEWEST))
        .and_then(|rules| rules.handle_access(AccessNet::from_all(NEWEST)))
        .and_then(|rules| rules.scope(Scope::from_all(NEWEST)))
        .and_then(Ruleset::create)
        .is_ok()
}

/// Whether a hard requirement of the first rules can be made. Nothing is enforced by asking.
pub(crate) fn kernel_knows() -> bool {
    use landlock::{CompatLevel, Compatible};
    Ruleset::default()
        .set_compatibility(CompatLevel::HardRequirement)
        .handle_access(AccessFs::from_all(ABI::V1))
        .and_then(Ruleset::create)
        .is_ok()
}
