//! What crosses between the gateway and a worker.
//!
//! Calls and their answers stand on one line; events on another, from the gateway alone. Everything is JSON,
//! but for what is long (bytes of a stream) and what must not be copied about (secrets). Both sides are of one
//! program: there are no versions.
//!
//! A packet of calls is what one read of a data path brings (`batch`). It is answered once, under its number.

use std::time::Duration;

use access::{
    ChannelAsk, DatabaseEntry, DesktopEntry, EndReason, Frozen, Protocol, Reason, RecordingPolicy,
    TelnetSignIn,
};
use engine::{Notice, Shown, TargetSecret};
use ids::{SessionId, TargetId, Timestamp};
use recording::ChannelNote;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use store::RecordError;
use zeroize::Zeroizing;

/// What a worker is given to do, with descriptors beside it.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Work {
    /// A session, whole.
    Carry(Box<Handed>),
    /// The target's end of SSH.
    Reach(Reach),
    /// A console that speaks telnet, and how it is signed in at.
    ReachConsole(Option<TelnetSignIn>),
}

/// A target that is entered by SSH.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Reach {
    /// The login.
    pub(super) user: String,
    /// The pinned key.
    pub(super) host_key: String,
    pub(super) by: ProvedBy,
}

/// What a login is proved by.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum ProvedBy {
    Password,
    /// The line of a public key: the private one stays in the gateway.
    Key(String),
    /// The line of a certificate: the key for which it was made stays in the gateway.
    Certificate(String),
}

/// What a worker says of a target that it enters by SSH, or of a console.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Reaching {
    /// The pinned key was shown, and the password is wanted.
    Password,
    /// The pinned key was shown, and this is to be signed.
    Sign(Vec<u8>),
    Entered,
    NotEntered(NotEntered),
    /// The target has ended the connection.
    Over,
}

/// Why a target was not entered.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) enum NotEntered {
    KeyDiffers,
    LoginRefused,
    Unreachable,
    /// It does not ask as it should.
    SignInUnknown,
}

/// What a worker is told of a session with its descriptors.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Handed {
    pub(super) protocol: Protocol,
    pub(super) session: SessionId,
    pub(super) target: TargetId,
    pub(super) recording: RecordingPolicy,
    pub(super) target_name: String,
    pub(super) database: Option<DatabaseEntry>,
    pub(super) desktop: Option<DesktopEntry>,
    pub(super) stands: Stands,
}

/// How a session stands.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Stands {
    pub(super) frozen: Option<Frozen>,
    /// How long until it ends by itself.
    pub(super) left: Duration,
    /// The present moment on the site's clock.
    pub(super) now: Timestamp,
}

/// What a worker asks, or says. What has no answer says so.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Call {
    Note(ChannelNote),
    /// A sentence of the gateway's own, for the recording.
    Notice(String),
    /// Bytes out of a database, before they pass.
    TakeData(u64),
    Secret,
    /// How long until it ends by itself.
    Left,
    /// Whether it was ended from outside.
    Ended,
    /// Without an answer: it comes as an event of this number.
    Ask {
        number: u64,
        ask: ChannelAsk,
    },
    /// Without an answer: it comes as an event of this number, with one more connection to the target.
    Dial {
        number: u64,
    },
    /// Without an answer: it comes as an event of this number, with what is inside of the old TLS that is spoken from now on on the
    /// connection that was handed over. Once, and only where the target has no other.
    OldTls {
        number: u64,
    },
    /// Without an answer.
    CancelsBy {
        number: u32,
        secret: Vec<u8>,
    },
    /// Without an answer.
    Show(Shown),
    /// The last word.
    Over {
        end: EndReason,
        /// Bytes that were taken ahead out of a database and did not pass.
        unspent: u64,
    },
}

/// What a packet is answered with, behind its number.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Answer {
    /// All of it is recorded, or why what comes first is not; and whether something may pass now.
    Recorded {
        why_not: Option<NotRecorded>,
        frozen: Option<Frozen>,
    },
    /// How much was taken beside what was asked for; `None`, and nothing is taken, if fewer are left.
    Taken(Option<u64>),
    Left(Duration),
    Ended(Option<EndReason>),
}

/// Why something was not recorded, as far as it makes a difference.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) enum NotRecorded {
    QuotaUsedUp,
    DiskFull,
    Failed,
}

/// What the gateway says by itself.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Event {
    Stands(Stands),
    Notice {
        notice: Notice,
        now: Timestamp,
    },
    CancelAsked,
    Asked {
        number: u64,
        answer: Result<u64, Vec<Reason>>,
    },
    /// With the connection beside it, if there is one.
    Dialled {
        number: u64,
    },
    Ended(EndReason),
}

const PASSWORD: u8 = b'p';
const KEY: u8 = b'k';
const NO_SECRET: u8 = b'-';
const SIGNATURE: u8 = b's';

/// What the gateway says with the line of one more channel.
pub(super) const ONE_MORE: &[u8] = b"o";

pub(super) fn json(of: &impl Serialize) -> Result<Vec<u8>, serde_json::Error> {
    serde_json::to_vec(of)
}

/// Reads what is JSON alone.
pub(super) fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, serde_json::Error> {
    serde_json::from_slice(bytes)
}

/// A secret as an answer. The packet wipes itself.
pub(super) fn secret_packet(secret: Option<&TargetSecret>) -> Zeroizing<Vec<u8>> {
    let (kind, bytes): (u8, &[u8]) = match secret {
        Some(TargetSecret::Password(password)) => (PASSWORD, password.as_bytes()),
        Some(TargetSecret::Key(key)) => (KEY, key),
        // An authority signs in the gateway.
        Some(TargetSecret::Authority(_)) | None => (NO_SECRET, &[]),
    };
    // In one piece: a buffer that grows leaves what it held behind.
    let mut packet = Zeroizing::new(Vec::with_capacity(bytes.len() + 1));
    packet.push(kind);
    packet.extend_from_slice(bytes);
    packet
}

/// The secret of such an answer.
pub(super) fn read_secret(packet: &[u8]) -> Option<TargetSecret> {
    let (kind, bytes) = packet.split_first()?;
    match *kind {
        PASSWORD => {
            let text = std::str::from_utf8(bytes).ok()?;
            Some(TargetSecret::Password(Zeroizing::new(text.to_owned())))
        }
        KEY => Some(TargetSecret::Key(Zeroizing::new(bytes.to_vec()))),
        _ => None,
    }
}

/// A signature as an answer, or that there is none.
pub(super) fn signature_packet(signature: Option<Vec<u8>>) -> Vec<u8> {
    signature.map_or_else(
        || vec![NO_SECRET],
        |bytes| [&[SIGNATURE], bytes.as_slice()].concat(),
    )
}

/// The signature of such an answer.
pub(super) fn read_signature(packet: &[u8]) -> Option<Vec<u8>> {
    let (kind, bytes) = packet.split_first()?;
    (*kind == SIGNATURE).then(|| bytes.to_vec())
}

impl From<&RecordError> for NotRecorded {
    fn from(cause: &RecordError) -> Self {
        match cause {
            RecordError::QuotaUsedUp => Self::QuotaUsedUp,
            RecordError::DiskFull => Self::DiskFull,
            RecordError::Failed(_) | RecordError::Stopped | RecordError::AlreadyRecorded => {
                Self::Failed
            }
        }
    }
}

impl From<NotRecorded> for RecordError {
    fn from(cause: NotRecorded) -> Self {
        match cause {
            NotRecorded::QuotaUsedUp => Self::QuotaUsedUp,
            NotRecorded::DiskFull => Self::DiskFull,
            // What failed is in the gateway's log.
            NotRecorded::Failed => Self::Stopped,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_crosses_as_what_it_is() {
        let password = TargetSecret::Password(Zeroizing::new("パス".to_owned()));
        let packet = secret_packet(Some(&password));
        let Some(TargetSecret::Password(read)) = read_secret(&packet) else {
            panic!("no password");
        };
        assert_eq!(read.as_str(), "パス");
        assert!(read_secret(&secret_packet(None)).is_none());
    }
}
