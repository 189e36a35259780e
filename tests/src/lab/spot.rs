//! Standing somewhere.

use std::fs::File;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};

use crate::run::Run;

/// A way into a place of a laboratory. It may be kept by whoever belongs there; when the laboratory is
/// gone it leads nowhere.
#[derive(Debug, Clone)]
pub struct Spot {
    pub(super) namespace: PathBuf,
    pub(super) hosts: Option<PathBuf>,
}

/// Lays a list of hosts over the machine's, for the program alone, and becomes it.
const KNOWING: &str = r#"mount --bind "$0" /etc/hosts && exec "$@""#;

impl Spot {
    /// The same place, where programs find names in this file (`hosts(5)`). A thread does not.
    pub fn knowing(&self, hosts: &Path) -> Self {
        Self {
            hosts: Some(hosts.to_owned()),
            ..self.clone()
        }
    }

    /// A command that becomes its arguments, there: its number, end and signals are the program's.
    pub fn enter(&self) -> Command {
        let mut enter = Command::new("nsenter");
        enter
            .arg(format!("--net={}", self.namespace.display()))
            .arg("--");
        if let Some(hosts) = &self.hosts {
            enter.args(["unshare", "--mount", "--", "sh", "-c", KNOWING]);
            enter.arg(hosts);
        }
        enter
    }

    /// The same command, to be run there.
    pub fn run(&self, run: Run) -> Run {
        run.under(self.enter())
    }

    /// Does something on a thread of its own that stands there: sockets that it makes and programs
    /// that it starts are of that place. Files are the machine's, as everywhere.
    pub fn inside<T: Send>(&self, work: impl FnOnce() -> T + Send) -> T {
        let namespace = File::open(&self.namespace).expect("the laboratory stands");
        let standing_there = || {
            move_into_link_name_space(namespace.as_fd(), Some(LinkNameSpaceType::Network))
                .expect("root may enter it");
            work()
        };
        let done = std::thread::scope(|scope| scope.spawn(standing_there).join());
        done.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }
}
