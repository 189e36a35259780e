//! The relay: joins engineers to gateways that open no port. It reads the name that a client asks for
//! and the address it comes from, nothing else, and witnesses the ledgers of its sites.
//!
//! ```text
//! DIR/relay.toml        what it serves; a person edits it
//! DIR/relay.key         its key: gateways know it by the pin
//! DIR/witness.key       with what it cosigns checkpoints
//! DIR/witness/SITE.json what it remembers of a site's ledger
//! ```

mod config;
mod witness;

use std::net::SocketAddr;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::time::Duration;

use ids::Digest;
use serde_json::json;
use tunnel::PinnedKey;
use tunnel::relay::Relay;

pub(crate) use self::config::{Anywhere, From, RelayFile, SiteFile};

use self::witness::Witness;

use crate::context::Context;
use crate::failure::{Failure, Kind};
use crate::service::{self, told_to_stop};

/// The relay's key, PKCS #8 DER.
const KEY: &str = "relay.key";

/// How long open sessions may go on after the relay was told to stop.
pub(crate) const DRAIN: Duration = Duration::from_secs(60);

/// How often the log tells what the relay is doing.
const TELL_EVERY: Duration = Duration::from_secs(300);

/// `sekisho relay init`: a new relay's keys and its file, and what its sites need to know.
pub(crate) async fn init(
    context: &Context,
    dir: &Path,
    listen: SocketAddr,
    name: &str,
) -> Result<(), Failure> {
    let made = make(dir, listen, name)?;
    introduce(context, &RelayFile::read(dir)?, &made)
}

/// What a hospital registers a relay by.
pub(crate) struct Made {
    /// The pin of its key.
    pub(crate) key: Digest,
    /// The verifier of its cosignatures.
    pub(crate) witness: String,
}

/// A new relay's folder.
pub(crate) fn make(dir: &Path, listen: SocketAddr, name: &str) -> Result<Made, Failure> {
    let unwritable = |path: &Path| {
        let path = path.to_owned();
        move |cause: std::io::Error| Failure::unwritable(&path, &cause)
    };
    let file = RelayFile {
        listen,
        name: name.to_owned(),
        sites: Vec::new(),
    };
    // A name that cannot be used is said before anything is written.
    file.check()?;
    // Its start refuses a folder that others can read.
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(dir)
        .map_err(unwritable(dir))?;
    let key = PinnedKey::generate().map_err(Failure::internal)?;
    let path = dir.join(KEY);
    client::keep::write_new_private(&path, &key.pkcs8()).map_err(unwritable(&path))?;
    let witness = Witness::create(dir, name)?;
    file.write_new(dir)?;
    Ok(Made {
        key: key.pin(),
        witness: witness.verifier(),
    })
}

/// `sekisho relay show`: what a hospital needs to register this relay.
pub(crate) fn show(context: &Context, dir: &Path) -> Result<(), Failure> {
    let file = RelayFile::read(dir)?;
    let made = Made {
        key: key(dir)?.pin(),
        witness: Witness::open(dir, &file)?.verifier(),
    };
    introduce(context, &file, &made)
}

fn introduce(context: &Context, file: &RelayFile, made: &Made) -> Result<(), Failure> {
    let address = format!("{}:{}", file.name, file.listen.port());
    let (pin, witness) = (made.key.to_string(), &made.witness);
    let shown = json!({
        "name": file.name, "address": address, "key": pin, "witness": witness,
    });
    context.show(&shown, |context| {
        vec![
            context.say("cli-relay-introduced", &[]),
            format!(
                "sekisho relay add RELAY --address {address} --tls-name {} --key {pin} --witness '{witness}'",
                file.name
            ),
        ]
    })
}

/// `sekisho relay admit`: one more site that may be reached through this relay, from its next start.
pub(crate) fn admit(context: &Context, dir: &Path, site: SiteFile) -> Result<(), Failure> {
    let name = site.site.to_string();
    admit_site(dir, site)?;
    context.show(&json!({"admitted": name}), |context| {
        vec![context.say("cli-relay-admitted", &[("site", &name)])]
    })
}

/// Writes one more site into the relay's file; one of the same name is replaced.
pub(crate) fn admit_site(dir: &Path, site: SiteFile) -> Result<(), Failure> {
    let mut file = RelayFile::read(dir)?;
    file.sites.retain(|known| known.site != site.site);
    file.sites.push(site);
    file.check()?;
    file.replace(dir)
}

/// `sekisho relay run`: confines the process, serves until it is told to stop, then lets open sessions
/// end. To be called before any thread is started.
pub(crate) fn serve(context: &Context, dir: &Path, drain: Duration) -> Result<(), Failure> {
    service::serve(
        dir,
        None,
        || Ok(()),
        |()| Vec::new(),
        |()| run(context, dir, drain),
    )
}

async fn run(context: &Context, dir: &Path, drain: Duration) -> Result<(), Failure> {
    let relay = start(dir)?;
    let address = relay.local_addr().to_string();
    context.show(&json!({"ready": true, "address": address}), |context| {
        vec![context.say("cli-relay-ready", &[("address", &address)])]
    })?;
    let mut every = tokio::time::interval(TELL_EVERY);
    let stop = told_to_stop();
    tokio::pin!(stop);
    loop {
        tokio::select! {
            () = &mut stop => break,
            _ = every.tick() => tracing::info!(stats = ?relay.stats(), "relay"),
        }
    }
    let cut = relay.drain(drain).await;
    tracing::info!(cut, "the relay stopped");
    Ok(())
}

/// Opens the relay of a folder. Must be called on a runtime.
pub(crate) fn start(dir: &Path) -> Result<Relay, Failure> {
    let file = RelayFile::read(dir)?;
    let witness = Witness::open(dir, &file)?;
    Relay::bind(file.resolve()?, &key(dir)?, witness.cosigner()).map_err(Failure::failed)
}

fn key(dir: &Path) -> Result<PinnedKey, Failure> {
    let path = dir.join(KEY);
    let der = client::keep::read_private(&path).map_err(|cause| Failure {
        kind: Kind::Failed,
        ..Failure::from(cause)
    })?;
    PinnedKey::from_pkcs8(&der).map_err(|cause| Failure::unreadable(&path, &cause))
}
