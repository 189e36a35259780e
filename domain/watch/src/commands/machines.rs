//! Which machines a command that goes on from a target names.

use super::signs::{HERE, hops, is_remote_path, sweeps};
use super::words::Simple;

/// Options of `ssh` and its kin behind which a value stands.
const WITH_VALUE: &str = "bBcDEeFIiJLlmOopPQRSWw";

/// Options of Windows' programs behind which a machine stands.
const BEFORE_A_MACHINE: [&str; 6] = ["/s", "-computername", "-cn", "-comp", "-vmname", "-h"];

/// Adds the machines that a simple command names, as they were typed.
pub(super) fn of(command: &Simple, found: &mut Vec<String>) {
    if !hops(command) && !sweeps(command) {
        return;
    }
    let first_is_one = matches!(
        command.program.as_str(),
        "ssh"
            | "slogin"
            | "autossh"
            | "telnet"
            | "rlogin"
            | "rsh"
            | "plink"
            | "putty"
            | "sftp"
            | "psftp"
            | "tsh"
            | "rdesktop"
            | "vncviewer"
            | "enter-pssession"
            | "new-pssession"
    );
    let mut operands = 0;
    let mut before = "";
    for word in &command.args {
        let valued = takes_a_value(before);
        let named = BEFORE_A_MACHINE.contains(&before.to_lowercase().as_str());
        before = word;
        let machine = if named {
            Some(word.as_str())
        } else if valued {
            None
        } else if let Some(machine) = marked(word) {
            Some(machine)
        } else if word.starts_with(['-', '/']) {
            None
        } else {
            operands += 1;
            let plain = first_is_one && operands == 1;
            let host = word.rsplit('@').next().unwrap_or(word);
            (plain || is_address(host)).then_some(host)
        };
        let machine = machine.map(|machine| machine.trim_matches('"'));
        let machine = machine.filter(|machine| !machine.is_empty() && !HERE.contains(machine));
        if let Some(machine) = machine.filter(|new| !found.iter().any(|known| known == new)) {
            found.push(machine.to_owned());
        }
    }
}

fn takes_a_value(option: &str) -> bool {
    let letter = option.strip_prefix('-').filter(|rest| rest.len() == 1);
    letter.is_some_and(|letter| WITH_VALUE.contains(letter))
}

/// A machine that is marked as one: `\\host\share`, `//host/share`, `/v:host`, `/node:host`, `host:path`.
fn marked(word: &str) -> Option<&str> {
    let lower = word.to_lowercase();
    for option in ["/v:", "/node:", "/s:"] {
        if lower.starts_with(option) {
            return word.get(option.len()..);
        }
    }
    if let Some(path) = word
        .strip_prefix("\\\\")
        .or_else(|| word.strip_prefix("//"))
    {
        return path.split(['\\', '/']).next();
    }
    let remote = is_remote_path(word) && !word.starts_with(['-', '/']) && !is_address(word);
    let host = remote.then(|| word.split(':').next()).flatten()?;
    host.rsplit('@').next()
}

/// An address, a network or a range of addresses.
fn is_address(word: &str) -> bool {
    let end = word.find(['/', '-', ',']).unwrap_or(word.len());
    let address = word.get(..end).unwrap_or_default();
    let address = address.replace('*', "0");
    address.parse::<std::net::IpAddr>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::super::machines;

    #[test]
    fn a_command_that_goes_on_names_the_machine_to_which_it_goes() {
        for (line, named) in [
            ("ssh root@10.1.2.9", vec!["10.1.2.9"]),
            ("ssh -p 2222 -i key hosyu@pacs uptime", vec!["pacs"]),
            ("sudo ssh -J 10.1.2.1 root@10.1.2.9", vec!["10.1.2.9"]),
            ("scp dump.sql admin@10.1.2.7:/tmp/", vec!["10.1.2.7"]),
            (
                "net use \\\\10.1.2.3\\C$ /user:administrator",
                vec!["10.1.2.3"],
            ),
            ("mstsc /v:10.1.2.4", vec!["10.1.2.4"]),
            ("psexec \\\\AD1 cmd", vec!["AD1"]),
            ("wmic /node:AD2 process call create calc", vec!["AD2"]),
            ("Enter-PSSession -ComputerName meals", vec!["meals"]),
            ("nmap -sS 10.1.2.0/24", vec!["10.1.2.0/24"]),
            (
                "bash -c 'ssh 10.1.2.8; ssh 10.1.2.9'",
                vec!["10.1.2.8", "10.1.2.9"],
            ),
            ("ssh 10.1.2.8; ssh 10.1.2.8", vec!["10.1.2.8"]),
        ] {
            assert_eq!(machines(line), named, "{line}");
        }
    }

    #[test]
    fn a_command_that_stays_names_none() {
        for line in [
            "systemctl restart orca",
            "ssh localhost",
            "ssh -V",
            "echo ssh root@10.1.2.9",
            "ping 10.1.2.9",
            "cp a b",
        ] {
            assert!(machines(line).is_empty(), "{line}");
        }
    }
}
