//! The signs, and by what they are known.

mod destroying;
mod entering;

use serde::{Deserialize, Serialize};

use super::words::Simple;
use destroying::{clears_a_log, deletes_backups, removes_backup_files, stops_security};
use entering::{adds_an_account, brings_a_remote_tool, dumps_credentials};

/// Of what a command is a sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sign {
    /// From the target on to another machine.
    SecondHop,
    /// Many addresses or ports are tried.
    Sweep,
    /// Shadow copies or the catalogue of backups are deleted, or recovery is switched off.
    BackupsDeleted,
    /// Files that are called backups, or snapshots, are removed in numbers: whoever makes room does that, too.
    BackupFilesRemoved,
    /// What guards the machine is stopped or uninstalled.
    SecurityStopped,
    /// An account or an administrator is added, or a key by which one gets in.
    AccountAdded,
    /// A log or a history is cleared, or no longer written.
    LogCleared,
    /// A tool for remote control, or a tunnel, that does not belong to the visit.
    RemoteTool,
    /// Passwords are taken out of the machine's memory or files.
    CredentialsDumped,
}

impl Sign {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::SecondHop,
        Self::Sweep,
        Self::BackupsDeleted,
        Self::BackupFilesRemoved,
        Self::SecurityStopped,
        Self::AccountAdded,
        Self::LogCleared,
        Self::RemoteTool,
        Self::CredentialsDumped,
    ];
}

type Look = fn(&Simple) -> bool;

/// Adds of what a simple command is a sign.
pub(super) fn of(command: &Simple, found: &mut Vec<Sign>) {
    let looks: [(Sign, Look); 9] = [
        (Sign::SecondHop, hops),
        (Sign::Sweep, sweeps),
        (Sign::BackupsDeleted, deletes_backups),
        (Sign::BackupFilesRemoved, removes_backup_files),
        (Sign::SecurityStopped, stops_security),
        (Sign::AccountAdded, adds_an_account),
        (Sign::LogCleared, clears_a_log),
        (Sign::RemoteTool, brings_a_remote_tool),
        (Sign::CredentialsDumped, dumps_credentials),
    ];
    let signs = looks.into_iter().filter(|(_, is_one)| is_one(command));
    found.extend(signs.map(|(sign, _)| sign));
}

/// Adds what only the line as a whole shows: pipes of PowerShell, a loop around one harmless command.
pub(super) fn of_the_whole(line: &str, commands: &[Simple], found: &mut Vec<Sign>) {
    let line = line.to_lowercase();
    let has = |parts: &[&str]| parts.iter().all(|part| line.contains(part));
    if has(&["win32_shadowcopy", "delete"]) || has(&["win32_shadowcopy", "remove-"]) {
        found.push(Sign::BackupsDeleted);
    }
    let loops = ["for", "foreach", "foreach-object", "%", "while"];
    let loops = commands.iter().any(|command| is(command, &loops)) || line.contains("..254");
    if loops && commands.iter().any(asks_a_counted_address) {
        found.push(Sign::Sweep);
    }
    if has(&["win32_product", "uninstall"]) && destroying::is_a_guard(&line) {
        found.push(Sign::SecurityStopped);
    }
}

/// Whether one machine or port is asked for whose number is counted up around it: `ping 10.1.2.$i`.
fn asks_a_counted_address(command: &Simple) -> bool {
    let asks = [
        "ping",
        "fping",
        "arping",
        "nc",
        "ncat",
        "test-connection",
        "test-netconnection",
        "tnc",
    ];
    let counted = |word: &str| {
        let ends = word.rfind(['$', '%']).and_then(|at| word.get(..at));
        ends.is_some_and(|before| {
            before.contains(|sign: char| sign.is_ascii_digit()) && before.ends_with(['.', ':', '/'])
        })
    };
    let words = || {
        command
            .lower
            .iter()
            .chain(&command.into)
            .map(String::as_str)
    };
    (is(command, &asks) && words().any(counted))
        || words().any(|word| word.starts_with("/dev/tcp/") && word.contains('$'))
}

fn is(command: &Simple, programs: &[&str]) -> bool {
    programs.contains(&command.program.as_str())
}

fn any_in(command: &Simple, parts: &[&str]) -> bool {
    parts.iter().any(|part| command.mentions(part))
}

/// Whether it is asked for its version or its help.
fn only_asks(command: &Simple) -> bool {
    let asking = ["--help", "--version", "-v", "-h", "/?", "-?"];
    command.lower.len() == 1
        && command
            .lower
            .iter()
            .all(|arg| asking.contains(&arg.as_str()))
}

/// A machine at the other end of a copy: `host:path`, and no drive of Windows.
pub(super) fn is_remote_path(word: &str) -> bool {
    word.split_once(':').is_some_and(|(host, _)| {
        host.chars().count() > 1 && !host.contains('/') && !host.contains('\\')
    })
}

pub(super) const HERE: [&str; 4] = ["localhost", "127.0.0.1", "::1", "."];

fn is_elsewhere(host: &str) -> bool {
    let host = host.rsplit('@').next().unwrap_or(host);
    !host.is_empty() && !host.starts_with('/') && !HERE.contains(&host)
}

pub(super) fn hops(command: &Simple) -> bool {
    if only_asks(command) {
        return false;
    }
    match command.program.as_str() {
        "ssh" | "slogin" | "autossh" | "telnet" | "rlogin" | "rsh" | "plink" | "putty" | "tsh" => {
            command.operands().any(is_elsewhere)
        }
        "scp" | "sftp" | "pscp" | "psftp" | "rsync" => command.operands().any(|word| {
            is_remote_path(word) || (command.program.ends_with("sftp") && is_elsewhere(word))
        }),
        "mstsc" | "rdesktop" | "xfreerdp" | "xfreerdp3" | "wfreerdp" | "vncviewer" | "tscon" => {
            !command.lower.is_empty()
        }
        "psexec" | "psexec64" | "paexec" | "winexe" | "winrs" | "evil-winrm" | "smbexec"
        | "wmiexec" | "atexec" | "dcomexec" | "crackmapexec" | "netexec" | "nxc"
        | "impacket-psexec" | "impacket-wmiexec" | "psexec.py" | "wmiexec.py" | "smbexec.py" => {
            true
        }
        "wmic" => command.lower.iter().any(|arg| {
            arg.strip_prefix("/node:")
                .is_some_and(|host| is_elsewhere(host.trim_matches('"')))
        }),
        "enter-pssession" | "new-pssession" => !command.lower.is_empty(),
        "invoke-command" | "icm" | "invoke-wmimethod" | "new-cimsession" => {
            any_in(command, &["-computername", "-cn"]) || command.mentions("-comp")
        }
        "net" | "net1" => {
            let uses = command.lower.first().is_some_and(|arg| arg == "use");
            uses && command.mentions("\\\\") && !command.has("/delete")
        }
        "smbclient" | "rpcclient" | "mount.cifs" | "mount_smbfs" => command
            .operands()
            .any(|word| word.starts_with("//") || word.starts_with("\\\\")),
        "mount" => command
            .operands()
            .any(|word| word.starts_with("//") || (is_remote_path(word) && word.contains(":/"))),
        "new-psdrive" | "copy" | "xcopy" | "robocopy" | "copy-item" | "pushd" => {
            command.mentions("\\\\") && (command.mentions("$") || command.program == "new-psdrive")
        }
        "schtasks" | "at" | "sc" | "reg" | "tasklist" | "taskkill" => {
            command.has("/s") && command.lower.len() > 2
                || command
                    .lower
                    .first()
                    .is_some_and(|arg| arg.starts_with("\\\\"))
        }
        _ => false,
    }
}

pub(super) fn sweeps(command: &Simple) -> bool {
    // Of the machine itself somebody may ask for every port.
    let is_here = |word: &str| HERE.contains(&word);
    let ports = |word: &str| word.bytes().all(|sign| b"0123456789,-".contains(&sign));
    let here = command.operands().any(is_here)
        && command.operands().all(|word| is_here(word) || ports(word));
    if only_asks(command) || here {
        return false;
    }
    let scanners = [
        "nmap",
        "zenmap",
        "masscan",
        "zmap",
        "rustscan",
        "arp-scan",
        "netdiscover",
        "nbtscan",
        "fscan",
        "unicornscan",
        "netscan",
        "softperfect",
        "advanced_ip_scanner",
        "advanced_port_scanner",
        "angryip",
        "ipscan",
        "ipscan24",
        "sharphound",
        "bloodhound",
        "adfind",
        "pingcastle",
        "goddi",
        "kscan",
        "xprobe2",
        "hping3",
    ];
    is(command, &scanners)
        || (command.program == "fping" && (command.option('g') || command.mentions("/")))
        || (is(command, &["nc", "ncat", "netcat"])
            && command.option('z')
            && command.operands().any(|word| {
                word.contains('-')
                    && word
                        .bytes()
                        .all(|byte| byte.is_ascii_digit() || byte == b'-')
            }))
        || (command.program == "nltest" && any_in(command, &["/dclist", "/domain_trusts"]))
        || (is(command, &["net", "net1"])
            && command.lower.first().is_some_and(|arg| arg == "view")
            && command.mentions("/domain"))
        || is(
            command,
            &[
                "invoke-bloodhound",
                "invoke-portscan",
                "get-netcomputer",
                "invoke-sharefinder",
            ],
        )
}
