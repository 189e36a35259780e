//! `[metrics]` of `site.toml`: where a Prometheus of this machine asks how the site is.

use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

/// Numbers without names (decision 0065).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MetricsFile {
    /// A loopback address and a port: nobody who asks there proves who they are.
    pub(crate) listen: SocketAddr,
}
