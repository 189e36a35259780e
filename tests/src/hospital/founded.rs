//! A site on its first day: founded, its gateway started, and nobody in it.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::Value;
use tempfile::TempDir;

use super::{Plan, entries_in, found, kit, launch, tail};
use crate::ground::Ground;
use crate::leash::Leash;
use crate::run::{Done, Run, sekisho};

/// The site and its gateway.
#[derive(Debug)]
pub struct Founded {
    /// Everything of this site lies here.
    pub folder: PathBuf,
    /// The site's directory.
    pub dir: PathBuf,
    /// Where the gateway listens.
    pub address: SocketAddr,
    /// What `site init` said: the first invitation is in it.
    pub said: Done,
    // It ends before its folder goes.
    _gateway: Leash,
    exports: AtomicU32,
    _folder: TempDir,
}

impl Founded {
    /// Founds one on loopback, with these lines in its `site.toml`.
    pub fn with(site_toml: String) -> Self {
        let temporary = crate::files::temporary("sekisho-");
        let folder = temporary.path().to_owned();
        let dir = folder.join("site");
        let ground = Ground::loopback();
        let plan = Plan {
            site_toml,
            ..Plan::default()
        };
        let said = found(&folder, &dir, &ground, &plan);
        // Read for the canaries: no half of it may stand in any file afterwards.
        let _halves = kit(&folder.join("kit.txt"));
        let gateway = launch(&folder, &dir, &ground, &plan, None);
        Self {
            folder,
            dir,
            address: ground.gateway,
            said,
            _gateway: gateway,
            exports: AtomicU32::new(1),
            _folder: temporary,
        }
    }

    /// A command at the gateway's own machine, on an account that keeps its things in this folder.
    pub fn at_the_gateway(&self, home: &Path) -> Run {
        let run = sekisho().arg("--home").arg(home);
        run.arg("--site-dir").arg(&self.dir)
    }

    /// The entries of one kind, exported by root and read from the bundles.
    pub fn events(&self, kind: &str) -> Vec<Value> {
        let number = self.exports.fetch_add(1, Ordering::Relaxed);
        let out = self.folder.join(format!("entries-{number}"));
        let root = self.at_the_gateway(&self.folder.join("home-root"));
        root.args(["ledger", "export", "--out"]).arg(&out).ok();
        let mut entries = entries_in(&out);
        entries.retain(|entry| entry["event"]["kind"] == kind);
        entries
    }
}

impl Drop for Founded {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let log = std::fs::read_to_string(self.folder.join("gateway.log"));
            eprintln!("the gateway's log:\n{}", tail(&log.unwrap_or_default()));
        }
    }
}
