//! What lets somebody in again: accounts, tools for remote control, passwords.

use super::super::words::Simple;
use super::{any_in, is, only_asks};

/// Groups whose members may do everything.
const ADMINISTRATORS: [&str; 10] = [
    "sudo",
    "wheel",
    "adm",
    "root",
    "admin",
    "docker",
    "administrators",
    "domain admins",
    "enterprise admins",
    "remote desktop users",
];

pub(super) fn adds_an_account(command: &Simple) -> bool {
    let first = command.lower.first().map(String::as_str);
    let joins = || {
        command
            .lower
            .iter()
            .any(|arg| arg.split(',').any(|group| ADMINISTRATORS.contains(&group)))
    };
    let opens = command.into.iter().any(|file| {
        file.ends_with("authorized_keys")
            || matches!(file.as_str(), "/etc/passwd" | "/etc/shadow")
            || file.starts_with("/etc/sudoers")
    });
    opens
        || match command.program.as_str() {
            "net" | "net1" => {
                let what = ["user", "localgroup", "group"];
                first.is_some_and(|first| what.contains(&first))
                    && any_in(command, &["/add", "/ad"])
                    || first == Some("user") && any_in(command, &["/active:yes"])
            }
            "new-localuser"
            | "new-aduser"
            | "add-localgroupmember"
            | "add-adgroupmember"
            | "dsadd"
            | "ssh-copy-id"
            | "visudo" => true,
            "useradd" | "adduser" => {
                !only_asks(command) && !command.has("-d") | (command.lower.len() > 1)
            }
            "usermod" => {
                (command.option('G') || command.has("--groups")) && joins()
                    || command.has("-u") && command.has("0")
            }
            "gpasswd" => command.option('a') && joins(),
            "tee" => command.operands().any(|file| {
                file.ends_with("authorized_keys")
                    || file.starts_with("/etc/sudoers")
                    || file == "/etc/passwd"
            }),
            "esxcli" => any_in(command, &["account"]) && command.has("add"),
            "dscl" => command.has("-create") || command.has("-append"),
            _ => false,
        }
}

/// Tools by which somebody comes back from outside.
const REMOTE_TOOLS: [&str; 38] = [
    "anydesk",
    "teamviewer",
    "rustdesk",
    "screenconnect",
    "connectwise",
    "splashtop",
    "logmein",
    "gotoassist",
    "gotomypc",
    "ateraagent",
    "atera",
    "action1",
    "meshagent",
    "meshcentral",
    "supremo",
    "ultraviewer",
    "ammyy",
    "aeroadmin",
    "radmin",
    "remoteutilities",
    "dwagent",
    "dwservice",
    "tacticalrmm",
    "simplehelp",
    "netsupport",
    "zohoassist",
    "ngrok",
    "cloudflared",
    "frpc",
    "frps",
    "chisel",
    "ligolo",
    "tailscale",
    "zerotier",
    "tmate",
    "sshx",
    "gsocket",
    "gs-netcat",
];

pub(super) fn brings_a_remote_tool(command: &Simple) -> bool {
    let is_one = |word: &str| REMOTE_TOOLS.iter().any(|tool| word.contains(tool));
    // Whoever looks for it brings it not.
    let looks = [
        "grep",
        "egrep",
        "fgrep",
        "findstr",
        "echo",
        "printf",
        "ls",
        "dir",
        "cat",
        "less",
        "more",
        "man",
        "which",
        "where",
        "whereis",
        "type",
        "tasklist",
        "ps",
        "pgrep",
        "get-process",
        "get-service",
        "select-string",
        "find",
        "locate",
        "dpkg",
        "rpm",
        "apt-cache",
        "systemctl",
        "journalctl",
        "tail",
        "head",
        "rm",
        "del",
        "remove-item",
        "pkill",
        "killall",
        "taskkill",
        "stop-process",
        "stop-service",
        "history",
        "cd",
    ];
    if is(command, &looks) {
        return false;
    }
    let backwards = is(command, &["ssh", "plink", "autossh"]) && command.option('R');
    backwards || is_one(&command.program) || command.lower.iter().any(|arg| is_one(arg))
}

pub(super) fn dumps_credentials(command: &Simple) -> bool {
    let programs = [
        "mimikatz",
        "pypykatz",
        "lazagne",
        "gsecdump",
        "nanodump",
        "dumpert",
        "handlekatz",
        "secretsdump",
        "secretsdump.py",
        "impacket-secretsdump",
        "invoke-mimikatz",
        "rubeus",
        "kerbrute",
        "getuserspns.py",
        "unshadow",
        "hashdump",
        "wce",
        "pwdump",
        "fgdump",
        "sharpdpapi",
        "safetykatz",
        "dcsync",
    ];
    let reads = [
        "cat", "less", "more", "head", "tail", "cp", "scp", "base64", "xxd", "tar", "copy", "type",
        "dd", "esentutl", "awk", "cut",
    ];
    is(command, &programs)
        || any_in(command, &["sekurlsa::", "lsadump::", "ntds.dit"])
        || match command.program.as_str() {
            "procdump" | "procdump64" | "sqldumper" | "createdump" | "out-minidump" => {
                command.mentions("lsass")
            }
            "rundll32" => command.mentions("comsvcs"),
            // The hives themselves: a key below them is somebody's settings.
            "reg" => {
                let hives = ["sam", "security", "system"];
                let is_a_hive = |word: &str| {
                    let root = word.split_once('\\');
                    root.is_some_and(|(root, key)| {
                        matches!(root, "hklm" | "hkey_local_machine")
                            && hives.contains(&key.trim_end_matches('\\'))
                    })
                };
                let takes = ["save", "export"];
                let takes =
                    (command.lower.first()).is_some_and(|arg| takes.contains(&arg.as_str()));
                takes && command.operands().any(is_a_hive)
            }
            "ntdsutil" => any_in(command, &["ifm", "ac i ntds"]),
            program if reads.contains(&program) => {
                command.has("/etc/shadow")
                    || command.has("/etc/gshadow")
                    || command.mentions("config\\sam")
            }
            _ => false,
        }
}
