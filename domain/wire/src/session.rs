//! The client protocol, ALPN `sekisho/1`: one request, one answer, then the raw bytes of the stream.

use ids::{GrantId, SessionId, Timestamp, VisitId};
use serde::{Deserialize, Serialize};

use crate::frame::Message;
use crate::frame::sealed::Sealed;
use crate::misbehaviour::{Misbehaviour, within};
use crate::said::Said;
use crate::secret::Secret;

/// A token is 32 random bytes in text; room for twice that.
pub const MAX_TOKEN: usize = 128;
/// A target's name has at most 32 characters, its id at most 60.
pub const MAX_TARGET: usize = 96;
/// As many reasons as there are checks, and some.
pub const MAX_REASONS: usize = 64;
/// A sentence's id is a few words with hyphens.
pub const MAX_SENTENCE_ID: usize = 64;
/// Sentences have few arguments.
pub const MAX_ARGUMENTS: usize = 8;
/// An argument is a moment, a number, a name or an address.
pub const MAX_ARGUMENT: usize = 256;
/// The secret of a cancel request has at most 256 bytes.
pub const MAX_CANCEL_SECRET: usize = 512;

/// Opens one session. `Debug` hides the token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenSession {
    /// The token of the sign-in, bound to the same device.
    pub token: Secret,
    /// The target as the engineer named it: its name, or its id.
    pub target: String,
    /// The grant to use; without it the engineer's one usable grant for that target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grant: Option<GrantId>,
    /// What is spoken inside.
    pub channel: Channel,
    /// Instead of a session: what runs in one that is open is to be cancelled. There is no answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancel: Option<Cancel>,
}

/// By what a running statement of another session of the same person and device is cancelled, as their
/// program was told when it signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cancel {
    /// The number.
    pub process: u32,
    /// The secret, in hexadecimal digits.
    pub secret: Secret,
}

/// What is spoken inside a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// Raw TCP.
    Tcp,
    /// SSH (RFC 4251), understood by the gateway.
    Ssh,
    /// PostgreSQL's protocol 3, understood by the gateway.
    Postgres,
    /// MySQL's and MariaDB's protocol 10, understood by the gateway.
    Mysql,
    /// HTTP, understood by the gateway: HTTP/2 with prior knowledge (RFC 9113 §3.3) inside the session.
    Http,
    /// RFB 3.8, as VNC speaks it, understood by the gateway.
    Vnc,
    /// RDP with TLS, understood by the gateway.
    Rdp,
    /// A console that speaks telnet: understood by the gateway, and on the engineer's side SSH.
    Telnet,
}

/// What is kept of the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Recording {
    /// All of them.
    Payload,
    /// Times and sizes.
    MetadataOnly,
}

/// The answer to [`OpenSession`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum OpenAnswer {
    /// The next byte belongs to the target.
    Opened {
        /// The session.
        session: SessionId,
        /// The visit that it is part of.
        visit: VisitId,
        /// When it ends by itself, milliseconds since 1970.
        until: Timestamp,
        /// What is kept of it.
        recording: Recording,
    },
    /// Every reason why not; the connection is closed.
    Refused {
        /// The reasons.
        reasons: Vec<Said>,
    },
}

impl Sealed for OpenSession {}

impl Message for OpenSession {
    const NAME: &'static str = "OpenSession";

    fn check(&self) -> Result<(), Misbehaviour> {
        within("token", self.token.reveal(), 1, MAX_TOKEN)?;
        within("target", &self.target, 1, MAX_TARGET)?;
        self.cancel.as_ref().map_or(Ok(()), |cancel| {
            within(
                "cancel.secret",
                cancel.secret.reveal(),
                2,
                MAX_CANCEL_SECRET,
            )
        })
    }
}

impl Sealed for OpenAnswer {}

impl Message for OpenAnswer {
    const NAME: &'static str = "OpenAnswer";

    fn check(&self) -> Result<(), Misbehaviour> {
        match self {
            Self::Opened { .. } => Ok(()),
            Self::Refused { reasons } => check_reasons(reasons),
        }
    }
}

pub(crate) fn check_reasons(reasons: &[Said]) -> Result<(), Misbehaviour> {
    if reasons.len() > MAX_REASONS {
        return Err(Misbehaviour::TooManyItems {
            field: "reasons",
            most: MAX_REASONS,
        });
    }
    for reason in reasons {
        within("reasons.id", &reason.id, 1, MAX_SENTENCE_ID)?;
        if reason.args.len() > MAX_ARGUMENTS {
            return Err(Misbehaviour::TooManyItems {
                field: "reasons.args",
                most: MAX_ARGUMENTS,
            });
        }
        for (name, value) in &reason.args {
            within("reasons.args", name, 1, MAX_SENTENCE_ID)?;
            within("reasons.args", value, 0, MAX_ARGUMENT)?;
        }
    }
    Ok(())
}
