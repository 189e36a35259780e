//! What sessions in databases have in common, whichever protocol is spoken: the target's key and secret, the
//! notes of statements, the limit of what leaves, the last moment.

pub(crate) mod notes;

use std::io;
use std::time::Duration;

use access::{EndReason, Frozen};
use engine::TargetSecret;
use ids::Digest;
use recording::ChannelNote;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep_until};
use tunnel::{TargetTls, TargetTlsError};
use wire::statements::{Outcome, Told};
use zeroize::Zeroizing;

use crate::tcp::recorder_end;
use crate::workers::{Live, Session};

/// The channel of a session: there is one.
pub(crate) const CHANNEL: u32 = 0;

/// Read buffer of either side: four records of TLS, which one packet to the gateway carries.
pub(crate) const BUFFER: usize = 64 * 1024;

/// How long a sentence about the end may take to be sent. The end does not wait longer for it.
pub(crate) const LAST_WORDS_WITHIN: Duration = Duration::from_millis(200);

/// How long a program may take to hang up after it was told the end. Nothing passes any more meanwhile.
pub(crate) const HANG_UP_WITHIN: Duration = Duration::from_secs(1);

/// How often a database is asked for again that was refused because the session froze meanwhile.
pub(crate) const MOST_ASKS: usize = 3;

/// How long before the deadline it is told: at the deadline itself the sockets are shut down.
const LAST_WORDS: Duration = Duration::from_millis(200);

/// The longest words of a target that are repeated, in bytes.
const MAX_SAID: usize = 500;

/// What carries bytes to and from a target, with TLS or without.
pub(crate) trait Duplex: AsyncRead + AsyncWrite + Unpin + Send {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Duplex for S {}

/// The same, whichever it is.
pub(crate) type Far = Box<dyn Duplex>;

/// A refusal as programs show it: its code (SQLSTATE, in PostgreSQL's words) and its sentence.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) code: &'static str,
    pub(crate) sentence: String,
}

/// Why a target was not entered: how the session ends, and what the engineer reads.
#[derive(Debug)]
pub(crate) struct NotEntered {
    pub(crate) end: EndReason,
    pub(crate) refusal: Option<Refusal>,
}

impl From<EndReason> for NotEntered {
    fn from(end: EndReason) -> Self {
        Self { end, refusal: None }
    }
}

/// How one direction stopped.
pub(crate) struct Stopped {
    pub(crate) end: EndReason,
    /// The engineer's program broke the protocol, and is there to be told.
    pub(crate) broken: bool,
}

impl From<EndReason> for Stopped {
    fn from(end: EndReason) -> Self {
        Self { end, broken: false }
    }
}

/// The password of the account that the permit names.
pub(crate) fn secret(opened: &Session) -> Result<Zeroizing<Vec<u8>>, NotEntered> {
    match opened.target_secret() {
        Ok(TargetSecret::Password(password)) => Ok(password.as_bytes().to_vec().into()),
        Ok(TargetSecret::Key(_) | TargetSecret::Authority(_)) | Err(_) => {
            let target = opened.permit().target();
            tracing::error!(%target, "no usable secret");
            Err(EndReason::TargetRefusedLogin.into())
        }
    }
}

/// Speaks TLS with a target that was asked for it, and believes it by its pinned key alone.
pub(crate) async fn tls(
    target: TcpStream,
    spki: Digest,
    alpn: &[u8],
) -> Result<TargetTls, EndReason> {
    let secured = tunnel::connect_target(target, spki, alpn, None).await;
    secured.map_err(|cause| {
        tracing::warn!(%cause, "no TLS with a target");
        match cause {
            TargetTlsError::KeyDiffers { .. } => EndReason::TargetKeyDiffers,
            TargetTlsError::Failed(_) => EndReason::TargetUnreachable,
        }
    })
}

/// Nothing more may come out.
pub(crate) fn used_up(opened: &Session) -> EndReason {
    let refused = ChannelNote::Refused {
        channel: Some(CHANNEL),
        what: "data".to_owned(),
        reasons: vec![EndReason::DataUsedUp.id().to_owned()],
    };
    match opened.note(&refused) {
        Ok(()) => EndReason::DataUsedUp,
        Err(cause) => recorder_end(&cause),
    }
}

/// Whether the server closes after this.
pub(crate) fn is_fatal(told: &Told) -> bool {
    match told {
        Told::Said(failure) => failure.fatal,
        Told::Ended(ended) => {
            matches!(&ended.outcome, Outcome::Failed(failure) if failure.fatal)
        }
        Told::Began(_) | Told::Patients(_) => false,
    }
}

/// Returns at the session's last moment, in which its end can still be told.
pub(crate) async fn over(live: &Live) {
    loop {
        let last = last_moment(live);
        sleep_until(last).await;
        // It may have been put off meanwhile; and whoever waits for an attendant does not wait for the deadline.
        if last_moment(live) > last {
            continue;
        }
        if live.frozen() != Some(Frozen::AwaitingAttendant) {
            return;
        }
        live.thawed().await;
    }
}

fn last_moment(live: &Live) -> Instant {
    let deadline = live.deadline();
    Instant::from_std(deadline.checked_sub(LAST_WORDS).unwrap_or(deadline))
}

/// Reads what is there, as far as the buffer goes, and waits only for the first of it: what is read together is
/// recorded together. Safe to be dropped while it waits.
pub(crate) async fn read_ready(
    from: &mut (impl AsyncRead + Unpin),
    buffer: &mut [u8],
) -> io::Result<usize> {
    let mut filled = from.read(buffer).await?;
    let first = filled;
    while let Some(rest @ [_, ..]) = buffer.get_mut(filled..) {
        let more = tokio::select! {
            biased;
            // An end or a failure is there again at the next read.
            more = from.read(rest) => more.unwrap_or(0),
            () = std::future::ready(()) => 0,
        };
        if more == 0 || first == 0 {
            break;
        }
        filled += more;
    }
    Ok(filled)
}

pub(crate) fn length(bytes: usize) -> u64 {
    u64::try_from(bytes).unwrap_or(u64::MAX)
}

/// Somebody else's words on one line, without anything that acts on a terminal.
pub(crate) fn inert(text: &str) -> String {
    let end = text.floor_char_boundary(MAX_SAID);
    let text = text.get(..end).unwrap_or_default();
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}
