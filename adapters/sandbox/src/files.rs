//! Which files the process can open (Landlock).

use std::path::{Path, PathBuf};

use landlock::{
    ABI, Access, AccessFs, Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetError, RulesetStatus,
    Scope, path_beneath_rules,
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
    Ok(match status.ruleset {
        RulesetStatus::FullyEnforced => Files::All,
        RulesetStatus::PartiallyEnforced => Files::Partly,
        RulesetStatus::NotEnforced => Files::NotAtAll,
    })
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
