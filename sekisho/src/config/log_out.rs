//! `[log_out]` of `site.toml`: which collector of the hospital's the ledger is sent to.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// The collector. Files lie in the site's directory, or are named from the root on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LogOutFile {
    /// Its host name or address, as its certificate has it.
    pub(crate) host: String,
    /// Its port. Without it: 6514.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) port: Option<u16>,
    /// What vouches for it, PEM: the hospital's authority, or the collector's own certificate.
    pub(crate) roots: PathBuf,
    /// The certificate that the gateway shows it, PEM, where it asks for one; with `key`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) certificate: Option<PathBuf>,
    /// Its key, PEM. Risk: whoever reads this file can write to the collector in the gateway's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) key: Option<PathBuf>,
    /// `structured` or `cef`. Without it: `structured`.
    #[serde(default)]
    pub(crate) form: LogOutForm,
    /// The hospital's private enterprise number, if it has one. Without it: 32473, which stands for
    /// examples (RFC 5612).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) enterprise: Option<u32>,
}

/// How the collector wants entries.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogOutForm {
    /// RFC 5424's structured data, and the entry as the message.
    #[default]
    Structured,
    /// ArcSight's Common Event Format.
    Cef,
}
