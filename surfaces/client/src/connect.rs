//! Sessions: one connection to one target, on a pair of streams or behind a local port.

mod carry;
mod first;
mod forward;
mod ready;

use std::net::IpAddr;
use std::time::Duration;

use ids::{GrantId, SessionId, Timestamp, VisitId};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tunnel::{ConnectError, Connection, DialOptions, why_closed};
use wire::api::v1::{Ended, Protocol, Target};
use wire::postgres::CancelKey;
use wire::session::{Cancel, Channel, OpenAnswer, OpenSession, Recording};
use wire::{Decoding, Misbehaviour, NotEncodable, Said, Secret};
use zeroize::Zeroizing;

pub use carry::Carried;
pub(crate) use forward::listen_for_ourselves;
pub use forward::{AT_ONCE, Forwarder, Happened, ListenError};

use crate::api::{Api, ApiError};
use crate::keep::{KeepError, Membership};

/// How long the site may think before it answers: it writes an entry and dials the target.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);
/// How often, and how far apart, the reason of an end is asked for: its entry is written after the
/// sockets are closed.
const REASON_TRIES: u32 = 10;
const REASON_PAUSE: Duration = Duration::from_millis(200);
/// How long one answer about the reason may take: it is a sentence, and somebody waits to read it.
const REASON_WITHIN: Duration = Duration::from_secs(5);

/// Why no session opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// There is no connection, or not to the pinned site.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The site refused, with every reason.
    #[error("refused")]
    Refused(Vec<Said>),
    /// Nobody has signed in.
    #[error("not signed in")]
    NotSignedIn,
    /// This computer is not an enrolled device.
    #[error("this computer is not an enrolled device")]
    NoDevice,
    /// The site broke the protocol.
    #[error("the site's answer cannot be read: {0}")]
    Misbehaved(#[from] Misbehaviour),
    /// The request cannot be sent.
    #[error("cannot be sent: {0}")]
    NotEncodable(#[from] NotEncodable),
    /// Something on this computer cannot be used.
    #[error(transparent)]
    Keep(#[from] KeepError),
    /// The site could not be asked what the target speaks.
    #[error(transparent)]
    Asked(#[from] ApiError),
}

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Errand {
    /// The target, by name or id.
    pub target: String,
    /// The grant to use; without it the one that fits.
    pub grant: Option<GrantId>,
    /// The local address to dial from.
    pub bind: Option<IpAddr>,
    /// What is spoken; `None`: what the target speaks, as the site's list says.
    pub channel: Option<Channel>,
}

/// What the site has opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// The session.
    pub session: SessionId,
    /// The visit that it is part of.
    pub visit: VisitId,
    /// When it ends by itself.
    pub until: Timestamp,
    /// What is kept of it.
    pub recording: Recording,
}

/// An open session.
#[derive(Debug)]
pub struct Session {
    /// Its terms.
    pub terms: Terms,
    connection: Connection,
    /// What the target has said already.
    first: Vec<u8>,
}

/// Opens a session for the kept sign-in of this device.
///
/// # Errors
/// Says why not.
pub async fn open(
    membership: &Membership,
    errand: &Errand,
    now: Timestamp,
) -> Result<Session, OpenError> {
    let token = membership.sign_in_place().token(now)?;
    let token = token.ok_or(OpenError::NotSignedIn)?;
    open_with(membership, errand, token).await
}

/// Opens a session under this token.
///
/// # Errors
/// Says why not.
pub async fn open_with(
    membership: &Membership,
    errand: &Errand,
    token: Secret,
) -> Result<Session, OpenError> {
    let channel = match errand.channel {
        Some(channel) => channel,
        None => {
            let api = membership.api(errand.bind, crate::now())?;
            let api = api.with_token(Some(token.clone()));
            channel_of(&api, &errand.target).await?
        }
    };
    let connection = reach(membership, errand).await?;
    open_on(connection, errand, channel, token).await
}

/// A connection on which this device may ask for one session.
async fn reach(membership: &Membership, errand: &Errand) -> Result<Connection, OpenError> {
    let device = membership.device()?.ok_or(OpenError::NoDevice)?;
    let options = DialOptions {
        bind: errand.bind,
        ..DialOptions::default()
    };
    let reached = tunnel::connect(
        &membership.pinned().address,
        &membership.trust(),
        Some(&device),
        tunnel::listener::Protocol::Session,
        &options,
    )
    .await?;
    Ok(reached)
}

/// Asks for the session on this connection.
async fn open_on(
    mut connection: Connection,
    errand: &Errand,
    channel: Channel,
    token: Secret,
) -> Result<Session, OpenError> {
    let request = OpenSession {
        token,
        target: errand.target.clone(),
        grant: errand.grant.clone(),
        channel,
        cancel: None,
    };
    let frame = Zeroizing::new(wire::encode(&request)?);
    let asked = tokio::time::timeout(ANSWER_WITHIN, ask(&mut connection, &frame)).await;
    let (answer, first) = asked.map_err(|_| ConnectError::TimedOut(ANSWER_WITHIN))??;
    match answer {
        OpenAnswer::Opened {
            session,
            visit,
            until,
            recording,
        } => Ok(Session {
            terms: Terms {
                session,
                visit,
                until,
                recording,
            },
            connection,
            first,
        }),
        OpenAnswer::Refused { reasons } => Err(OpenError::Refused(reasons)),
    }
}

/// Has what runs in an open session of ours cancelled: the site answers nothing.
async fn cancel_on(
    mut connection: Connection,
    errand: &Errand,
    key: &CancelKey,
    token: Secret,
) -> Result<(), OpenError> {
    let request = OpenSession {
        token,
        target: errand.target.clone(),
        grant: None,
        channel: Channel::Postgres,
        cancel: Some(Cancel {
            process: key.process,
            secret: Secret::new(data_encoding::HEXLOWER.encode(&key.secret)),
        }),
    };
    let frame = Zeroizing::new(wire::encode(&request)?);
    let stream = &mut connection.stream;
    let told = async {
        stream.write_all(&frame).await?;
        stream.flush().await?;
        // The site closes when it has done it: their program waits for that.
        stream.read(&mut [0; 1]).await
    };
    let told = tokio::time::timeout(ANSWER_WITHIN, told).await;
    told.map_err(|_| ConnectError::TimedOut(ANSWER_WITHIN))?
        .map_err(why_closed)?;
    Ok(())
}

/// What is spoken to a target, as the site's list says. Of one that is not on it nothing is known: the
/// site will say why it does not open.
///
/// # Errors
/// If the site cannot be asked.
pub async fn channel_of(api: &Api, target: &str) -> Result<Channel, ApiError> {
    let targets = api.targets().await?;
    let found = targets
        .iter()
        .find(|listed| named(listed, target))
        .map(|listed| listed.protocol);
    Ok(match found {
        Some(Protocol::Ssh) => Channel::Ssh,
        Some(Protocol::Postgres) => Channel::Postgres,
        Some(Protocol::Mysql) => Channel::Mysql,
        Some(Protocol::Http) => Channel::Http,
        Some(Protocol::Vnc) => Channel::Vnc,
        Some(Protocol::Rdp) => Channel::Rdp,
        Some(Protocol::Telnet) => Channel::Telnet,
        Some(Protocol::Tcp) | None => Channel::Tcp,
    })
}

/// Whether this is the target that somebody typed, by its name or its id.
pub fn named(listed: &Target, typed: &str) -> bool {
    let typed = typed.trim();
    let id = ids::TargetId::parse_at(listed.id.site(), typed);
    listed.name.eq_ignore_ascii_case(typed) || id.is_ok_and(|id| id == listed.id)
}

/// Sends the request, and reads the answer and what came behind it.
async fn ask(
    connection: &mut Connection,
    frame: &[u8],
) -> Result<(OpenAnswer, Vec<u8>), OpenError> {
    let stream = &mut connection.stream;
    let sent = async {
        stream.write_all(frame).await?;
        stream.flush().await
    };
    sent.await.map_err(why_closed)?;
    let mut bytes = Vec::new();
    loop {
        if let Decoding::Complete { message, used } = wire::decode::<OpenAnswer>(&bytes)? {
            return Ok((message, bytes.split_off(used)));
        }
        if stream.read_buf(&mut bytes).await.map_err(why_closed)? == 0 {
            return Err(ConnectError::ClosedWithoutAnswer.into());
        }
    }
}

/// Waits until this process is told to stop. From the first call on it is not stopped by a signal
/// alone: end what runs, and return.
///
/// # Errors
/// If signals cannot be waited for.
pub async fn told_to_stop() -> std::io::Result<()> {
    crate::here::told_to_stop().await
}

/// How a session ended, as the site says; `None` while it knows no end.
///
/// # Errors
/// If the site cannot be asked.
pub async fn how_it_ended(api: &Api, session: &SessionId) -> Result<Option<Ended>, ApiError> {
    for _ in 0..REASON_TRIES {
        // An answer that is lost on the way is asked for again, by a connection of its own.
        let Ok(answer) = tokio::time::timeout(REASON_WITHIN, api.session(session)).await else {
            continue;
        };
        if let Some(ended) = answer?.ended {
            return Ok(Some(ended));
        }
        tokio::time::sleep(REASON_PAUSE).await;
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_known_by_its_name_its_number_and_its_id() {
        let listed = serde_json::json!({
            "id": "handa/target-3", "name": "EHR-db", "protocol": "ssh", "recording": "payload",
            "approvals": "one", "emergency": false, "hours": "always", "longest_minutes": 60,
            "vendors": [], "suspended": false,
        });
        let listed: Target = serde_json::from_value(listed).unwrap();
        for typed in [
            "EHR-db",
            "ehr-DB",
            " ehr-db ",
            "3",
            "target-3",
            "handa/target-3",
        ] {
            assert!(named(&listed, typed), "{typed}");
        }
        for typed in ["ehr", "", "30", "kariya/target-3", "visit-3"] {
            assert!(!named(&listed, typed), "{typed}");
        }
    }
}
