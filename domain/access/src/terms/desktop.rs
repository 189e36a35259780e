//! What is done at desktops: how they are known and entered, what a grant allows inside.

use serde::{Deserialize, Serialize};

use super::ServerIdentity;

/// How a desktop's server is known and entered. The password itself lies in the vault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DesktopTarget {
    /// The account, where the server asks for a name beside the password; many ask for a password alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// By what the gateway knows that it is that server.
    pub server: ServerIdentity,
    /// Over RDP, and only there: how the gateway signs in. It is not negotiated with the server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sign_in: Option<DesktopSignIn>,
}

impl DesktopTarget {
    /// Under which account the gateway signs in; a dash where the desktop asks for a password alone.
    pub(crate) fn account(&self) -> &str {
        self.user.as_deref().unwrap_or("-")
    }
}

/// How an account signs in at a desktop over RDP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DesktopSignIn {
    /// Network Level Authentication: before anything is shown.
    Nla,
    /// Inside TLS alone: the server shows a log-in window to whom it does not know.
    Tls,
}

/// What may be done inside a desktop session. What is not said is off.
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

impl DesktopTerms {
    /// What a request means that says nothing: keys and pointer, no clipboard.
    pub const USUAL: Self = Self {
        input: true,
        clipboard_in: false,
        clipboard_out: false,
    };

    /// Whether these allow nothing that `others` do not.
    pub fn within(self, others: Self) -> bool {
        (others.input || !self.input)
            && (others.clipboard_in || !self.clipboard_in)
            && (others.clipboard_out || !self.clipboard_out)
    }
}
