//! The machine behind the jump host as a target of the hospital's: by SSH, recorded.

use std::path::{Path, PathBuf};

use acceptance::Person;
use acceptance::hospital::SITE;
use acceptance::link::Link;
use acceptance::people::text;
use acceptance::run::Running;
use anyhow::{Context as _, Result};
use client::keep::Home;
use tokio::runtime::Runtime;
use wire::api::v1;

use super::Hospital;
use crate::lane::Roles;
use crate::sessions::{Client, Who};
use crate::ssh::Machines;

/// The target that is used for everything but holding idle sessions.
const SERVER: &str = "server";
/// The same machine, for holding them: its visit allows a thousand at once.
const HELD: &str = "held";

/// What OpenSSH is told besides what `sekisho ssh-config` says, as with the others.
const COMMON: &str = "Host *\n    KexAlgorithms curve25519-sha256\n    BatchMode yes\n";

impl Hospital {
    /// The listening gateway and the relay as ways to the inner machine, with files in and out of this
    /// folder.
    pub(crate) fn clients(&self, machines: &Machines, files: &Path) -> Result<Vec<Client>> {
        self.register(SERVER, machines)?;
        let folder = files.display().to_string();
        let terms = [
            "--for",
            "2h",
            "--download",
            &folder,
            "--download-bytes",
            "100GiB",
            "--upload",
            &folder,
            "--upload-bytes",
            "100GiB",
        ];
        let relay = [self.relay.pid()];
        let ways = [
            (Who::Listening, &self.direct, &[][..]),
            (Who::Relayed, &self.relayed, &relay[..]),
        ];
        ways.into_iter()
            .map(|(who, engineer, relay)| {
                let _approved = self.stage.visit(engineer, SERVER, &terms);
                Ok(Client {
                    who,
                    config: ssh_config(engineer, SERVER)?,
                    host: SERVER.to_owned(),
                    roles: self.roles(relay),
                })
            })
            .collect()
    }

    /// A machine for holding sessions, and how OpenSSH gets in there.
    pub(crate) fn held(&self, machines: &Machines) -> Result<PathBuf> {
        self.register(HELD, machines)?;
        let engineer = &self.direct;
        self.many(HELD)?;
        ssh_config(engineer, HELD)
    }

    /// A visit of a thousand sessions at once to the far end, as a target of this name, recorded.
    pub(crate) fn many_by_tcp(&self, name: &str) -> Result<()> {
        let more = ["--quota", "900GiB"];
        let _id = self.stage.target(name, &self.vendor, self.target, &more);
        self.many(name)
    }

    fn many(&self, target: &str) -> Result<()> {
        let asked = Runtime::new()?.block_on(ask_for_many(&self.direct, target))?;
        let (request, visit) = (asked.request.to_string(), asked.visit.to_string());
        let _approved = self.stage.approve(&request, &visit);
        Ok(())
    }

    /// A local port in front of it: each connection is a session of its own.
    pub(crate) fn held_link(&self) -> Link {
        Link::open(&self.direct, HELD)
    }

    /// The clerk's command that ends all of them, as it begins.
    pub(crate) fn suspending_held(&self) -> Running {
        let command = self.stage.clerk.sekisho();
        command
            .args(["target", "suspend", HELD, "--reason", "enough"])
            .begin()
    }

    /// The gateway, and what it has started.
    pub(crate) fn gateway(&self) -> Roles {
        self.roles(&[])
    }

    fn register(&self, name: &str, machines: &Machines) -> Result<()> {
        let (address, host_key) = machines.inner();
        let (key, user) = machines.login()?;
        let more = ["--protocol", "ssh", "--user", &user, "--host-key", host_key];
        let quota = ["--quota", "900GiB"];
        let more = [&more[..], &quota[..]].concat();
        let _id = self.stage.target(name, &self.vendor, address, &more);
        let secret = self.stage.clerk.sekisho();
        secret
            .args(["target", "secret", name, "--key"])
            .arg(key)
            .ok();
        Ok(())
    }
}

/// What `sekisho ssh-config` says of this target, in a file; to `ssh` it is the same machine.
fn ssh_config(engineer: &Person, target: &str) -> Result<PathBuf> {
    let block = engineer.asks(["ssh-config", target, "--host", SERVER]);
    let file = engineer.home.join("ssh_config");
    std::fs::write(&file, format!("{}\n{COMMON}", text(&block, "config")))?;
    Ok(file)
}

/// The command line asks for eight sessions at once; here it is as many as a grant may give.
async fn ask_for_many(engineer: &Person, target: &str) -> Result<v1::Requested> {
    let now = client::now();
    let membership = Home::at(&engineer.home).site(&SITE.parse()?)?;
    let api = membership.api(Some(engineer.from), now)?;
    let form = v1::RequestVisit {
        target: target.to_owned(),
        window: v1::Window {
            from: now,
            until: now.plus(std::time::Duration::from_secs(7_200)),
        },
        purpose: "holding sessions".to_owned(),
        kind: v1::KindOfWork::Inspection,
        plan: b"1. hold\n".to_vec().into(),
        plan_name: "plan.txt".to_owned(),
        contact: "090-1234-5678".to_owned(),
        privileged: false,
        care_affected: None,
        patient_data: None,
        files: Vec::new(),
        attended: false,
        sub_contractor: None,
        sessions: v1::Sessions::AtOnce(1_000),
        ssh: None,
        database: None,
        web: None,
        desktop: None,
    };
    api.request_visit(&form)
        .await
        .context("asking for a visit of a thousand sessions")
}
