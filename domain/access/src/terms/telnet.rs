//! What is done at consoles that speak telnet: how they are known and entered.
//!
//! What a grant allows there is said in SSH's terms ([`super::SshTerms::terminal_only`]), because the engineer comes
//! with SSH: one terminal, and nothing else that SSH has.

use serde::{Deserialize, Serialize};

/// With what a console's question for an account usually ends.
pub const USUAL_LOGIN_PROMPT: &str = "login:";
/// With what a console's question for a password usually ends.
pub const USUAL_PASSWORD_PROMPT: &str = "Password:";

/// How a console is entered by telnet. It is known by its pinned address alone. The password itself lies in the
/// vault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TelnetTarget {
    /// How the gateway signs in there; `None` where the console asks nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sign_in: Option<TelnetSignIn>,
}

impl TelnetTarget {
    /// Under which account the gateway signs in; a dash where the console asks for a password alone.
    pub(crate) fn account(&self) -> Option<&str> {
        let sign_in = self.sign_in.as_ref()?;
        Some(sign_in.user.as_deref().unwrap_or("-"))
    }
}

/// How the gateway signs in where it is asked at a prompt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TelnetSignIn {
    /// The account; `None` where the console asks for a password alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// With what the question for the account ends.
    pub login_prompt: String,
    /// With what the question for the password ends.
    pub password_prompt: String,
}
