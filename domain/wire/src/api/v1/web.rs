//! Web consoles: how one is known and entered, and what may be done inside a session.

use serde::{Deserialize, Serialize};

use super::database::ServerIdentity;
use super::ssh::Paths;

/// How a web console is known and entered. Its secret is set apart, and never shown again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebTarget {
    /// By what the gateway knows the server.
    pub server: ServerIdentity,
    /// What it is called in `Host`.
    pub host: String,
    /// With what the gateway signs in.
    pub sign_in: WebSignIn,
}

/// What browsers would call the console at this address: as it was typed, without the port that is the usual one.
pub fn usual_web_host(address: &str, server: &ServerIdentity) -> String {
    let usual = match server {
        ServerIdentity::Tls { .. } | ServerIdentity::OldTls { .. } => ":443",
        ServerIdentity::PlainText { .. } => ":80",
    };
    let address = address.trim();
    address.strip_suffix(usual).unwrap_or(address).to_owned()
}

/// With what the gateway signs in at a web console.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum WebSignIn {
    /// With nothing.
    Nothing {},
    /// With an account and its password, in every request.
    Basic {
        /// The account.
        user: String,
    },
    /// With a header whose value is the secret, in every request.
    Header {
        /// Its name.
        name: String,
    },
    /// At a form in a page of the console, which the gateway fills in.
    Form {
        /// The account.
        user: String,
        /// The path of that page.
        page: String,
    },
}

/// A web console as the hospital's people see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebShown {
    /// By what the gateway knows the server.
    pub server: ServerIdentity,
    /// The pinned key in words, in their order; none without TLS.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<String>,
    /// What it is called in `Host`.
    pub host: String,
    /// With what the gateway signs in.
    pub sign_in: WebSignIn,
    /// Whether the vault has the secret.
    pub secret: bool,
}

/// What may be done inside a session at a web console.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebTerms {
    /// Whether something may be changed; otherwise `GET`, `HEAD` and `OPTIONS`.
    pub write: bool,
    /// Under which paths.
    pub paths: Paths,
    /// Bytes that answers may carry out of the console, over the whole visit.
    pub most_bytes_out: u64,
}
