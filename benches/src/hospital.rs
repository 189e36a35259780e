//! A hospital made with the real binary, as its people would make it, by the stage of the acceptance
//! tests. Whatever does not stand there ends the bench with its words.

mod server;

use std::ffi::OsString;
use std::net::SocketAddr;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;

use acceptance::hospital::{Plan, SITE};
use acceptance::link::Link;
use acceptance::people::text;
use acceptance::{Person, wait};
use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::cold::Way;
use crate::lane::{Lane, Name, Roles};
use crate::process::{Running, free_address};
use crate::relay::{self, Introduced, RelayProcess};
use crate::room::{self, Room};

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

/// A site with its gateway and a relay, and on each of two ways there an engineer with a local port in
/// front of each of two targets, which are the same far end.
#[derive(Debug)]
pub(crate) struct Hospital {
    // The links first: a client that loses its gateway would complain.
    recorded: Link,
    metadata_only: Link,
    relayed_recorded: Link,
    relayed_metadata_only: Link,
    relay: RelayProcess,
    vendor: String,
    direct: Person,
    relayed: Person,
    target: SocketAddr,
    stage: acceptance::Hospital,
}

impl Hospital {
    pub(crate) fn start(work: &Path, target: SocketAddr) -> Result<Self> {
        let stage = acceptance::Hospital::build(Plan {
            // On the disk that the bench measures; a temporary folder may lie in memory.
            dir: Some(work.join("site")),
            log: Some("warn"),
            ..Plan::default()
        });
        let relay = relay(&stage, &work.join("hospitals-relay"))?;
        let vendor = stage.vendor("Bench Medical Systems");
        let direct = stage.engineer(&vendor, "bench");
        let relayed = stage.engineer(&vendor, "relayed");
        knows_only(&relayed, relay.address())?;
        for (name, more) in [
            ("recorded", &["--quota", "900GiB"][..]),
            ("metadata", &["--metadata-only"]),
        ] {
            let _id = stage.target(name, &vendor, target, more);
        }
        let link = |engineer: &Person, name: &str| {
            let _approved = stage.visit(engineer, name, &["--for", "2h"]);
            Link::open(engineer, name)
        };
        Ok(Self {
            recorded: link(&direct, "recorded"),
            metadata_only: link(&direct, "metadata"),
            relayed_recorded: link(&relayed, "recorded"),
            relayed_metadata_only: link(&relayed, "metadata"),
            relay,
            vendor,
            direct,
            relayed,
            target,
            stage,
        })
    }

    /// All ways to the far end.
    pub(crate) fn lanes(&self) -> [Lane; 4] {
        [
            self.lane(Name::Recorded, &self.recorded, &[]),
            self.lane(Name::MetadataOnly, &self.metadata_only, &[]),
            self.lane(
                Name::RelayedRecorded,
                &self.relayed_recorded,
                &[self.relay.pid()],
            ),
            self.lane(
                Name::RelayedMetadataOnly,
                &self.relayed_metadata_only,
                &[self.relay.pid()],
            ),
        ]
    }

    /// The computer of the engineer who knows the gateway itself.
    pub(crate) fn direct_home(&self) -> &Path {
        &self.direct.home
    }

    /// A program of theirs for one session.
    pub(crate) fn cold(&self) -> Way {
        let connect = self.direct.sekisho().args(["connect", "recorded"]);
        let connect = connect.into_command();
        let words = std::iter::once(connect.get_program()).chain(connect.get_args());
        let words: Vec<OsString> = words.map(ToOwned::to_owned).collect();
        Way {
            name: Name::Recorded,
            roles: self.roles(&[]),
            program: Box::new(move || {
                let mut env = Command::new("env");
                env.args(&words);
                env
            }),
        }
    }

    /// Where the gateway listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.stage.address
    }

    /// An engineer in a room who knows the gateway at `at`, with a port there in front of the recorded
    /// target.
    pub(crate) fn far_link(&self, room: &Room, at: SocketAddr) -> Result<(Running, SocketAddr)> {
        let mut engineer = self.stage.engineer(&self.vendor, "far");
        let _approved = self.stage.visit(&engineer, "recorded", &["--for", "2h"]);
        knows_only(&engineer, at)?;
        engineer.from = room::THERE.into();
        let connect = engineer.sekisho();
        let entrance = free_address()?;
        let listen = entrance.to_string();
        let connect = connect.args(["--json", "connect", "recorded", "--listen", &listen]);
        let connect = connect.into_command();
        let mut inside = room.enter();
        inside.arg(connect.get_program()).args(connect.get_args());
        let log = engineer.home.join("far.log");
        let client = Running::peer_inside(room, "sekisho connect", &mut inside, &log, entrance)?;
        Ok((client, entrance))
    }

    fn lane(&self, name: Name, link: &Link, relay: &[u32]) -> Lane {
        Lane {
            name,
            entrance: link.address.into(),
            roles: Roles {
                client: vec![link.running.pid()],
                ..self.roles(relay)
            },
        }
    }

    fn roles(&self, relay: &[u32]) -> Roles {
        Roles {
            gateway: vec![self.stage.gateway().pid()],
            relay: relay.to_vec(),
            client: Vec::new(),
            works_on: true,
        }
    }
}

/// A relay that admits this site, and is registered there.
fn relay(stage: &acceptance::Hospital, folder: &Path) -> Result<RelayProcess> {
    let site = stage.clerk.asks(["relay", "introduce"]);
    let said = |member: &str| text(&site, member);
    let relay = RelayProcess::start(
        folder,
        &Introduced {
            site: said("site"),
            link_key: said("key"),
            engineers_name: said("engineers_name"),
            site_key: said("site_key"),
            kit_key: said("kit_key"),
        },
    )?;
    let (key, witness) = relay.keys()?;
    let address = relay.address().to_string();
    let add = stage.clerk.sekisho().args(["relay", "add", "bench"]);
    add.args(["--address", &address, "--tls-name", relay::NAME])
        .args(["--key", &key, "--witness", &witness])
        .ok();
    wait::until("the gateway's connection to its relay", || {
        let relays = stage.clerk.asks(["relay", "list"]);
        let link = relays.get(0)?.get("link")?;
        (link.get("connected")? == true).then_some(())
    });
    Ok(relay)
}

/// The site told its address to whoever joined; this engineer was told the relay's.
fn knows_only(engineer: &Person, relay: SocketAddr) -> Result<()> {
    let file = engineer.home.join("sites").join(SITE).join("site.json");
    let mut pinned: Value = serde_json::from_slice(&std::fs::read(&file)?)?;
    let address = pinned.get_mut("address").context("a pinned address")?;
    *address = relay.to_string().into();
    Ok(std::fs::write(&file, serde_json::to_vec(&pinned)?)?)
}
