//! What is taken away: backups, what guards the machine, logs.

use super::super::words::Simple;
use super::{any_in, is};

/// What people call backups: a word of a path.
const BACKUP_WORDS: [&str; 6] = [
    "backup",
    "backups",
    "bkup",
    "bak",
    "バックアップ",
    "shadowcopy",
];
/// Files of backup programs.
const BACKUP_FILES: [&str; 7] = [".bkf", ".vbk", ".vib", ".vbm", ".tib", ".mrimg", ".spf"];

fn names_a_backup(path: &str) -> bool {
    let mut words = path.split(|sign: char| !sign.is_alphanumeric());
    words.any(|word| BACKUP_WORDS.contains(&word))
        || BACKUP_FILES.iter().any(|end| path.ends_with(end))
}

/// What nobody does who maintains a server: each of these is in the reports.
pub(super) fn deletes_backups(command: &Simple) -> bool {
    let has = |words: &[&str]| words.iter().all(|word| command.mentions(word));
    match command.program.as_str() {
        "vssadmin" => has(&["delete", "shadow"]) || has(&["resize", "shadowstorage"]),
        "diskshadow" => command.mentions("delete") || command.has("/s"),
        "wmic" => has(&["shadowcopy", "delete"]),
        "wbadmin" => {
            command.lower.first().is_some_and(|arg| arg == "delete") || has(&["disable", "backup"])
        }
        "bcdedit" => {
            has(&["recoveryenabled", "no"]) || has(&["bootstatuspolicy", "ignoreallfailures"])
        }
        "reagentc" => command.has("/disable"),
        "remove-vbrbackup"
        | "remove-vbrrestorepoint"
        | "remove-wbbackupset"
        | "disable-computerrestore" => true,
        _ => false,
    }
}

/// What may be making room, and may be the step before ransomware: somebody looks.
pub(super) fn removes_backup_files(command: &Simple) -> bool {
    let has = |words: &[&str]| words.iter().all(|word| command.mentions(word));
    match command.program.as_str() {
        "rm" | "shred" | "unlink" | "wipe" | "srm" => {
            let many = command.option('r') || command.option('R') || command.has("--recursive");
            let mut backups = command.operands().filter(|word| names_a_backup(word));
            backups.any(|word| many || word.contains('*') || word.contains('?'))
        }
        "del" | "erase" | "rmdir" | "rd" | "remove-item" | "ri" => {
            let many = any_in(command, &["/s", "-recurse"]) || is(command, &["rmdir", "rd"]);
            let mut backups = command.operands().filter(|word| names_a_backup(word));
            backups.any(|word| many || word.contains('*'))
        }
        "zfs" => command.has("destroy"),
        "btrfs" => has(&["subvolume", "delete"]),
        "restic" => command.has("forget") || command.has("prune"),
        "borg" => command.has("delete") || command.has("prune"),
        "snapper" | "timeshift" | "tmutil" => any_in(command, &["delete"]),
        "virsh" => any_in(command, &["snapshot-delete", "checkpoint-delete"]),
        "vim-cmd" => any_in(
            command,
            &["snapshot.remove", "snapshot.removeall", "vmsvc/destroy"],
        ),
        "aws" | "gsutil" | "azcopy" | "rclone" | "mc" => {
            let removes = ["rm", "rb", "delete", "purge", "remove"];
            removes.iter().any(|word| command.has(word)) && command.operands().any(names_a_backup)
        }
        _ => false,
    }
}

/// What guards machines, as its services, programs and packages are called.
const GUARDS: [&str; 60] = [
    "windefend",
    "mpssvc",
    "wdnissvc",
    "wscsvc",
    "securityhealth",
    "msmpeng",
    "mssense",
    "windows defender",
    "windows-defender",
    "defender",
    "ntrtscan",
    "tmlisten",
    "tmccsf",
    "tmbmsrv",
    "tmproxy",
    "ofcservice",
    "ofcpfwsvc",
    "officescan",
    "trend micro",
    "trendmicro",
    "apex one",
    "apexone",
    "deep security",
    "ds_agent",
    "sophos",
    "savservice",
    "savadminservice",
    "mcshield",
    "mcafee",
    "masvc",
    "mfemms",
    "mfefire",
    "ekrn",
    "eset",
    "symantec",
    "sepmasterservice",
    "ccsvchst",
    "smcservice",
    "smc.exe",
    "kavfs",
    "klnagent",
    "kaspersky",
    "avp",
    "crowdstrike",
    "csagent",
    "csfalconservice",
    "falcon-sensor",
    "sentinelagent",
    "sentinelone",
    "cylancesvc",
    "carbonblack",
    "cbdefense",
    "xagt",
    "cybereason",
    "clamav",
    "clamd",
    "freshclam",
    "fail2ban",
    "wazuh",
    "auditd",
];

/// Shorter names than this are parts of other words, too (`reset=` has one): they have to stand alone.
const LONG_ENOUGH: usize = 6;

/// Whether something in this, in lower case, guards machines.
pub(super) fn is_a_guard(text: &str) -> bool {
    let alone = |name: &str| {
        let mut words = text.split(|sign: char| !(sign.is_alphanumeric() || sign == '_'));
        words.any(|word| word == name)
    };
    GUARDS.iter().any(|name| {
        if name.len() < LONG_ENOUGH {
            alone(name)
        } else {
            text.contains(name)
        }
    })
}

fn names_a_guard(command: &Simple) -> bool {
    command.lower.iter().any(|arg| is_a_guard(arg))
}

pub(super) fn stops_security(command: &Simple) -> bool {
    let first = command.lower.first().map(String::as_str);
    match command.program.as_str() {
        "net" | "net1" => first == Some("stop") && names_a_guard(command),
        "sc" => {
            let acts = ["stop", "config", "delete", "pause", "failure"];
            acts.iter().any(|act| command.has(act))
                && names_a_guard(command)
                && (!command.has("config") || any_in(command, &["disabled", "demand"]))
        }
        "stop-service" | "set-service" | "suspend-service" | "taskkill" | "stop-process"
        | "kill" | "pkill" | "killall" | "spps" => {
            names_a_guard(command) && !any_in(command, &["automatic", "running"])
        }
        "set-mppreference" => any_in(command, &["-disable"]) && any_in(command, &["true", "1"]),
        "add-mppreference" => any_in(command, &["-exclusion"]),
        "mpcmdrun" => any_in(command, &["-removedefinitions", "-disableservice"]),
        "uninstall-windowsfeature"
        | "remove-windowsfeature"
        | "disable-windowsoptionalfeature"
        | "dism" => any_in(command, &["defender"]),
        "reg" | "set-itemproperty" | "new-itemproperty" | "sp" => any_in(
            command,
            &[
                "disableantispyware",
                "disableantivirus",
                "disablerealtimemonitoring",
                "disablebehaviormonitoring",
                "tamperprotection",
            ],
        ),
        "netsh" => any_in(command, &["firewall"]) && (command.has("off") || command.has("disable")),
        "set-netfirewallprofile" => any_in(command, &["false"]),
        "wmic" => command.mentions("uninstall") && names_a_guard(command),
        "msiexec" => {
            (command.has("/x") || command.has("/uninstall") || command.mentions("/x{"))
                && names_a_guard(command)
        }
        "systemctl" | "service" | "rc-service" | "chkconfig" | "update-rc.d" => {
            let stops = ["stop", "disable", "mask", "kill", "off"];
            let fire = ["firewalld", "ufw", "nftables", "apparmor", "iptables"];
            stops.iter().any(|stop| command.has(stop))
                && (names_a_guard(command) || any_in(command, &fire))
        }
        "apt" | "apt-get" | "yum" | "dnf" | "zypper" | "rpm" | "dpkg" => {
            let takes = [
                "remove",
                "purge",
                "erase",
                "autoremove",
                "-e",
                "-r",
                "--purge",
            ];
            takes.iter().any(|take| command.has(take)) && names_a_guard(command)
        }
        "setenforce" => command.has("0") || command.has("permissive"),
        "ufw" => command.has("disable") || command.has("reset"),
        "iptables" | "ip6tables" => command.option('F') && command.lower.len() <= 3,
        "nft" => command.has("flush") && command.has("ruleset"),
        "auditctl" => command.option('D') || (command.has("-e") && command.has("0")),
        _ => false,
    }
}

/// Where logs lie.
fn is_a_log(file: &str) -> bool {
    file.starts_with("/var/log/")
        || file == "/var/log"
        || file.ends_with("_history")
        || file.ends_with(".evtx")
        || file.contains("winevt\\logs")
        || file.contains("consolehost_history")
}

pub(super) fn clears_a_log(command: &Simple) -> bool {
    let first = command.lower.first().map(String::as_str);
    let writes_over = command.into.iter().any(|file| is_a_log(file))
        && (command.program.is_empty() || is(command, &[":", "true", "echo", "printf", "cat"]));
    let loggers = [
        "rsyslog",
        "syslog-ng",
        "systemd-journald",
        "auditd",
        "eventlog",
        "sysmon",
        "winlogbeat",
        "filebeat",
        "nxlog",
    ];
    let whole =
        std::iter::once(command.program.as_str()).chain(command.lower.iter().map(String::as_str));
    let no_history =
        whole
            .filter_map(|word| word.split_once('='))
            .any(|(name, value)| match name {
                "histfile" => value.is_empty() || value == "/dev/null",
                "histsize" | "histfilesize" => value == "0",
                _ => false,
            });
    writes_over
        || no_history
        || match command.program.as_str() {
            "wevtutil" => {
                first.is_some_and(|first| first == "cl" || first == "clear-log")
                    || (first == Some("sl") && command.mentions("/e:false"))
            }
            "clear-eventlog" | "remove-eventlog" | "clear-history" => true,
            "wmic" => command.mentions("cleareventlog"),
            "fsutil" => command.mentions("deletejournal"),
            "history" => command.option('c') || command.option('w') && command.option('c'),
            "unset" => command.has("histfile"),
            "set-psreadlineoption" => command.mentions("savenothing"),
            "rm" | "shred" | "truncate" | "unlink" | "wipe" | "srm" | "del" | "erase"
            | "remove-item" => command.operands().any(is_a_log),
            "ln" => command.has("/dev/null") && command.operands().any(is_a_log),
            "cp" => command.has("/dev/null") && command.operands().any(is_a_log),
            "journalctl" => command.mentions("--vacuum"),
            "systemctl" | "service" | "net" | "sc" | "stop-service" => {
                let stops = ["stop", "disable", "mask", "kill"];
                let stops =
                    command.program == "stop-service" || stops.iter().any(|stop| command.has(stop));
                stops && any_in(command, &loggers)
            }
            "clear" => command.has("logging") || command.has("log"),
            "no" => first == Some("logging"),
            _ => false,
        }
}
