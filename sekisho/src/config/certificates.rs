//! Which certificates browsers are shown, as `site.toml` says it. Like the file around it, it uses nothing
//! of this crate.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// For each name. Without one: from the site's own CA. Browsers warn of it; our own client knows it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Certificates {
    /// At the console's name. Risk: whoever controls this name in DNS, or an authority that browsers
    /// believe, can pose as the console to a browser. The name should be the hospital's own, and never
    /// lie in a relay's domain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) console: Option<WebSource>,
    /// At the engineers' name. Risk: the same, towards engineers who work in a browser. The client
    /// `sekisho` is not concerned: it knows the site's own CA and nothing else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) engineers: Option<WebSource>,
}

/// Where a certificate for browsers comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub(crate) enum WebSource {
    /// From files that somebody else renews. Risk: who forgets to leaves browsers with an error; the
    /// status tells fourteen days before.
    Pem(PemFiles),
    /// From an authority that the gateway asks. Risk: the name, and that the hospital has it, stand in
    /// public logs; and while an order is open, for seconds, anybody may say the first word of TLS to
    /// the gateway's port, or to its relay's for this name.
    Acme(AcmeTerms),
}

/// Files in PEM, read again whenever they change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PemFiles {
    /// The chain, the server's own certificate first. Relative to the site's folder.
    pub(crate) chain: PathBuf,
    /// The key, without a passphrase. Risk: whoever reads it can pose as this name to browsers until the
    /// certificate ends; nobody but the gateway's user and its group may read it.
    pub(crate) key: PathBuf,
}

/// An authority (ACME, RFC 8555). To order a certificate is to agree to its terms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AcmeTerms {
    /// Its directory: `https://…`.
    pub(crate) directory: String,
    /// A mail address that it writes to when something is wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) contact: Option<String>,
    /// For an authority of the hospital's own: the root that its server is known by, in PEM. Without it:
    /// the system's roots. Risk: whoever holds the key of this root can pose as the authority.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) root: Option<PathBuf>,
}

impl Certificates {
    /// Whether nothing is written.
    pub(crate) fn is_own(&self) -> bool {
        *self == Self::default()
    }

    /// The files that are read while the gateway runs.
    pub(crate) fn files(&self) -> Vec<&PathBuf> {
        let mut files = Vec::new();
        for source in [&self.console, &self.engineers].into_iter().flatten() {
            match source {
                WebSource::Pem(pem) => files.extend([&pem.chain, &pem.key]),
                WebSource::Acme(acme) => files.extend(&acme.root),
            }
        }
        files
    }
}
