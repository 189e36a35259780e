//! Consoles that speak telnet: how they are entered.

use serde::{Deserialize, Serialize};

/// How a console is entered by telnet. It is known by its address alone. Its password is set apart, and never shown
/// again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TelnetTarget {
    /// How the gateway signs in; absent: the console asks nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sign_in: Option<TelnetSignIn>,
}

/// How the gateway signs in where it is asked at a prompt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TelnetSignIn {
    /// The account; absent: the console asks for a password alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// With what the question for the account ends; absent: `login:`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login_prompt: Option<String>,
    /// With what the question for the password ends; absent: `Password:`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_prompt: Option<String>,
}

/// A console by telnet as the hospital's people see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TelnetShown {
    /// How the gateway signs in; absent: the console asks nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sign_in: Option<TelnetSignIn>,
    /// Whether its password is in the vault.
    pub password: bool,
}
