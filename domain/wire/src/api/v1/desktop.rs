//! Desktops: how a server is known and entered, and what may be done inside a session.

use serde::{Deserialize, Serialize};

use super::database::ServerIdentity;

/// How a desktop's server is known and entered. Its password is set apart, and never shown again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DesktopTarget {
    /// The account, where the server asks for a name beside the password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// By what the gateway knows the server.
    pub server: ServerIdentity,
    /// Over RDP, and only there: how the gateway signs in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sign_in: Option<DesktopSignIn>,
}

/// How an account signs in at a desktop over RDP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DesktopSignIn {
    /// Network Level Authentication: before anything is shown.
    Nla,
    /// Inside TLS alone.
    Tls,
}

/// A desktop's server as the hospital's people see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DesktopShown {
    /// The account, where the server asks for a name beside the password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// By what the gateway knows the server.
    pub server: ServerIdentity,
    /// Over RDP: how the gateway signs in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sign_in: Option<DesktopSignIn>,
    /// The pinned key in words, in their order; none without TLS.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<String>,
    /// Whether the vault has the password.
    pub password: bool,
}

/// What may be done inside a desktop session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DesktopTerms {
    /// Whether keys and the pointer reach the desktop; otherwise it is only looked at.
    pub input: bool,
    /// Whether text of the engineer's clipboard reaches the desktop.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub clipboard_in: bool,
    /// Whether text of the desktop's clipboard reaches the engineer.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub clipboard_out: bool,
}
