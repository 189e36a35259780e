//! `site.toml` as it is written: what any bytes in its place come to. It uses nothing of this crate, so that
//! `fuzz` can read the same source.

use std::net::SocketAddr;

use ids::SiteId;
use serde::{Deserialize, Serialize};

#[path = "certificates.rs"]
mod certificates;

#[path = "files.rs"]
mod files;

#[path = "foreign_logs.rs"]
mod foreign_logs;

#[path = "log_out.rs"]
mod log_out;

#[path = "metrics.rs"]
mod metrics;

pub(crate) use self::certificates::*;
pub(crate) use self::files::*;
pub(crate) use self::foreign_logs::*;
pub(crate) use self::log_out::*;
pub(crate) use self::metrics::*;

/// What `site init` writes and a person may edit. Names, networks and keys stand in the ledger, not
/// here: this file says only where the gateway is reached and how its keys are unlocked.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConfigFile {
    /// The site's short name.
    pub(crate) site: SiteId,
    /// Address and port on which the gateway listens.
    pub(crate) listen: SocketAddr,
    /// The engineers' name: what they ask for in TLS.
    pub(crate) engineers_name: String,
    /// The console's name.
    pub(crate) console_name: String,
    /// Where engineers reach the gateway. Without it: the engineers' name and the listening port.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) engineers_address: Option<String>,
    /// Where the hospital's people reach it. Without it: the console's name and the listening port.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) console_address: Option<String>,
    /// The key of the key store lies in a file beside it. Risk: whoever copies this disk, or a backup
    /// of it, has every key of the site, and can sign and read in its name.
    #[serde(default)]
    pub(crate) dangerous_key_beside_data: bool,
    /// How the hospital's network lets the gateway out to its relays. Without it: directly.
    #[serde(default, skip_serializing_if = "RelayWay::is_plain")]
    pub(crate) relay_way: RelayWay,
    /// Which certificates browsers are shown. Without it: the site's own.
    #[serde(default, skip_serializing_if = "Certificates::is_own")]
    pub(crate) certificates: Certificates,
    /// How files are looked at before they pass. Without it: everything waits for a person.
    #[serde(default, skip_serializing_if = "FilesFile::is_plain")]
    pub(crate) files: FilesFile,
    /// Which collector of the hospital's the ledger is sent to. Without it: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) log_out: Option<LogOutFile>,
    /// Where the receiver of other devices' logs tells what it finds. Without it: nowhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) foreign_logs: Option<ForeignLogsFile>,
    /// Where a Prometheus of this machine asks. Without it: nowhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) metrics: Option<MetricsFile>,
}

/// How data connections reach a relay.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RelayWay {
    /// `"tls"` where a firewall insists on seeing TLS from the first byte. It costs both ends a second
    /// encryption, and weakens nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) wrap: Option<Wrapping>,
    /// `http-connect`: the hospital's proxy, `HOST:PORT`.
    #[serde(
        default,
        rename = "http-connect",
        skip_serializing_if = "Option::is_none"
    )]
    pub(crate) http_connect: Option<String>,
}

/// The ways of wrapping.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Wrapping {
    /// In TLS.
    Tls,
}

impl RelayWay {
    fn is_plain(&self) -> bool {
        *self == Self::default()
    }
}

impl ConfigFile {
    /// Reads the file's text.
    pub(crate) fn parse(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }
}
