//! An engineer's own SSH clients in front of a target: OpenSSH's and PuTTY's programs, unmodified.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::canary::{self, Kind};
use crate::hospital::{Approved, Hospital};
use crate::lab::Lin;
use crate::people::{Person, text};
use crate::run::Run;

/// An engineer who reaches one SSH target.
#[derive(Debug)]
pub struct Shell {
    /// The target.
    pub target: String,
    /// The visit.
    pub visit: Approved,
    /// What `sekisho ssh-config` has said.
    pub way: Value,
    /// For the clients' own files.
    pub folder: PathBuf,
}

/// Registers the Linux server as a target, with its password in the vault.
pub fn register(hospital: &Hospital, name: &str, vendor: &str, lin: &Lin, more: &[&str]) {
    let host_key = lin.host_key();
    let ssh = [
        "--protocol",
        "ssh",
        "--user",
        Lin::USER,
        "--host-key",
        &host_key,
    ];
    let all: Vec<&str> = ssh.iter().chain(more).copied().collect();
    hospital.target(name, vendor, lin.address(), &all);
    canary::hand(Kind::TargetPassword, Lin::PASSWORD);
    hospital
        .clerk
        .sekisho()
        .args(["target", "secret", name, "--password-stdin"])
        .input(format!("{}\n", Lin::PASSWORD))
        .ok();
}

impl Shell {
    /// Has a visit approved on these terms, and sets the clients up.
    pub fn ready(hospital: &Hospital, engineer: &Person, target: &str, terms: &[&str]) -> Self {
        let visit = hospital.visit(engineer, target, terms);
        let way = engineer.asks(["ssh-config", target]);
        let folder = hospital.folder.join(format!("clients-{target}"));
        std::fs::create_dir_all(&folder).expect("our own folder");
        std::fs::write(folder.join("config"), text(&way, "config")).expect("our own folder");
        Self {
            target: target.to_owned(),
            visit,
            way,
            folder,
        }
    }

    /// The name under which OpenSSH's clients know the target.
    pub fn host(&self) -> String {
        text(&self.way, "host")
    }

    /// A client of OpenSSH: `ssh`, `scp` or `sftp`, with the options that `ssh-config` gives.
    pub fn openssh(&self, program: &str) -> Run {
        Run::of(program)
            .env("HOME", &self.folder)
            .env("LC_ALL", "en_US.UTF-8")
            .arg("-F")
            .arg(self.folder.join("config"))
            .args(["-o", "BatchMode=yes"])
    }

    /// `ssh` to the target.
    pub fn ssh(&self, options: &[&str]) -> Run {
        self.openssh("ssh").args(options).arg(self.host())
    }

    /// A client of PuTTY: `plink`, `pscp` or `psftp`.
    pub fn putty(&self, program: &str) -> Run {
        let proxy = self.way["proxy"].as_array().cloned().unwrap_or_default();
        let words = proxy.iter().filter_map(Value::as_str);
        let command = words.collect::<Vec<&str>>().join(" ");
        let run = Run::of(program)
            .env("HOME", &self.folder)
            .env("LC_ALL", "en_US.UTF-8")
            .args(["-batch", "-hostkey", &text(&self.way, "fingerprint")])
            .args(["-proxycmd", &command]);
        if program == "plink" {
            run.arg("-no-antispoof")
        } else {
            run
        }
    }

    /// Who and where, as PuTTY's clients are told.
    pub fn putty_host(&self) -> String {
        format!("sekisho@{}", self.host())
    }

    /// A file on the engineer's computer.
    pub fn file(&self, name: &str, content: &str) -> PathBuf {
        let path = self.folder.join(name);
        std::fs::write(&path, content).expect("our own folder");
        path
    }
}

/// A path as an argument.
pub fn shown(path: &Path) -> String {
    path.display().to_string()
}
