//! What is done at web consoles: how they are known and entered, what a grant allows inside.

use serde::{Deserialize, Serialize};

use super::{Paths, ServerIdentity, USUAL_BYTES_OUT};

/// How a web console is known and entered. The secret itself lies in the vault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebTarget {
    /// By what the gateway knows that it is that server.
    pub server: ServerIdentity,
    /// What it is called in `Host`: its own name, with a port where that is not the usual one. The browser's
    /// name for it never reaches it.
    pub host: String,
    /// With what the gateway signs in.
    pub sign_in: WebSignIn,
}

/// With what the gateway signs in at a web console, in every request or once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum WebSignIn {
    /// With nothing: the console asks nobody, or the engineer has an account of their own there.
    Nothing,
    /// With an account and its password (RFC 7617).
    Basic {
        /// The account.
        user: String,
    },
    /// With a header whose value is the secret: a key of an interface, a token.
    Header {
        /// Its name.
        name: String,
    },
    /// At a form in a page of the console, whose fields the gateway fills in.
    Form {
        /// The account.
        user: String,
        /// The path of that page.
        page: String,
    },
}

/// What may be done inside a session at a web console.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebTerms {
    /// Whether something may be changed: every method but those that lead elsewhere, and lines that stay open
    /// both ways (WebSocket). Otherwise `GET`, `HEAD` and `OPTIONS`.
    pub write: bool,
    /// Under which paths.
    pub paths: Paths,
    /// Bytes that answers may carry out of the console, over the whole visit.
    pub most_bytes_out: u64,
}

impl WebTarget {
    /// Under what it is signed in at: the account, or the header whose value is the secret.
    pub fn account(&self) -> Option<&str> {
        match &self.sign_in {
            WebSignIn::Nothing => None,
            WebSignIn::Basic { user } | WebSignIn::Form { user, .. } => Some(user),
            WebSignIn::Header { name } => Some(name),
        }
    }

    /// Whether the vault must have a secret for it.
    pub fn needs_a_secret(&self) -> bool {
        self.sign_in != WebSignIn::Nothing
    }
}

impl WebTerms {
    /// What a request means that says nothing: to look.
    pub fn usual() -> Self {
        Self {
            write: false,
            paths: Paths::Anywhere,
            most_bytes_out: USUAL_BYTES_OUT,
        }
    }

    /// Whether these allow nothing that `others` do not.
    pub fn within(&self, others: &Self) -> bool {
        (others.write || !self.write)
            && self.paths.within(&others.paths)
            && self.most_bytes_out <= others.most_bytes_out
    }

    /// Whether a method may be used (RFC 9110 §9): `GET`, `HEAD` and `OPTIONS` always, `CONNECT` and `TRACE`
    /// never.
    pub fn allow_method(&self, method: &str) -> bool {
        match method {
            "GET" | "HEAD" | "OPTIONS" => true,
            "CONNECT" | "TRACE" => false,
            _ => self.write,
        }
    }

    /// Whether a path may be asked for. Where only some are granted, a path that could be read in two ways
    /// is none of them: who asks says it as the empty path.
    pub fn allow_path(&self, path: &str) -> bool {
        self.paths == Paths::Anywhere || self.paths.allow(path)
    }
}
