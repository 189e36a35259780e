//! A hospital made with the real binary, as its people would make it, by the stage of the acceptance
//! tests. Whatever does not stand there ends the bench with its words.

use std::net::SocketAddr;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;

use acceptance::Person;
use acceptance::hospital::Plan;
use acceptance::link::Link;
use anyhow::{Context as _, Result, bail};

use crate::lane::{Lane, Name};

/// Where the stage looks for the binary.
const BINARY: &str = "SEKISHO_BIN";

/// Builds the binary as it is released, and begins this process again knowing where it is.
pub(crate) fn with_the_binary() -> Result<()> {
    if std::env::var_os(BINARY).is_some() {
        return Ok(());
    }
    let ourselves = std::env::current_exe()?;
    let release = ourselves.parent().context("the profile's folder")?;
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = Command::new(cargo)
        .args([
            "build",
            "--quiet",
            "--release",
            "-p",
            "sekisho",
            "--bin",
            "sekisho",
        ])
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .status()?;
    let binary = release.join("sekisho");
    if !built.success() || !binary.is_file() {
        bail!("sekisho could not be built: cargo build --release -p sekisho");
    }
    let mut again = Command::new(ourselves);
    again.args(std::env::args_os().skip(1)).env(BINARY, binary);
    Err(again.exec().into())
}

/// A site with its gateway, and an engineer with a local port in front of each of two targets, which
/// are the same far end.
#[derive(Debug)]
pub(crate) struct Hospital {
    // The links first: a client that loses its gateway would complain.
    recorded: Link,
    metadata_only: Link,
    stage: acceptance::Hospital,
}

impl Hospital {
    pub(crate) fn start(work: &Path, target: SocketAddr) -> Self {
        let stage = acceptance::Hospital::build(Plan {
            // On the disk that the bench measures; a temporary folder may lie in memory.
            dir: Some(work.join("site")),
            key_passphrase: None,
            log: Some("warn"),
        });
        let vendor = stage.vendor("Bench Medical Systems");
        let engineer = stage.engineer(&vendor, "bench");
        let link =
            |name: &str, more: &[&str]| open(&stage, &engineer, (&vendor, name, target), more);
        Self {
            recorded: link("recorded", &["--quota", "900GiB"]),
            metadata_only: link("metadata", &["--metadata-only"]),
            stage,
        }
    }

    pub(crate) fn recorded(&self) -> Lane {
        self.lane(Name::Recorded, &self.recorded)
    }

    pub(crate) fn metadata_only(&self) -> Lane {
        self.lane(Name::MetadataOnly, &self.metadata_only)
    }

    fn lane(&self, name: Name, link: &Link) -> Lane {
        Lane {
            name,
            entrance: link.address,
            gateway: vec![self.stage.gateway().pid()],
            client: vec![link.running.pid()],
            works_on: true,
        }
    }
}

/// A target of this vendor, a visit to it that is approved, and the engineer's port in front of it.
fn open(
    stage: &acceptance::Hospital,
    engineer: &Person,
    (vendor, name, target): (&str, &str, SocketAddr),
    more: &[&str],
) -> Link {
    let _id = stage.target(name, vendor, target, more);
    let _approved = stage.visit(engineer, name, &["--for", "2h"]);
    Link::open(engineer, name)
}
