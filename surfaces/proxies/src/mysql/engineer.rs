//! The engineer's program, until it has said what it wants.

use std::io;
use std::time::Duration;

use phrases::Language;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::timeout;
use wire::mysql::{First, Greeting, Login};

use super::packets::Packets;
use super::refusals;
use crate::databases::Refusal;

/// How long the engineer's program may take to answer. A target waits ten seconds for its own answer, as a rule.
const GREET_WITHIN: Duration = Duration::from_secs(8);

/// What came of an engineer's program's beginning.
pub(super) enum Answered {
    /// It asks for a session.
    Login(Login),
    /// It is there, and not what is spoken with.
    Refused(Refusal),
    /// It is gone.
    Gone,
}

/// The language in which the gateway speaks to a program.
pub(super) fn language(login: &Login) -> Language {
    if login.reads_utf8() {
        Language::default()
    } else {
        Language::En
    }
}

/// Greets it in the place of a server that greeted like this, and reads its answer. What it proves is not looked
/// at. There is no TLS inside the session's own: it is not offered.
pub(super) async fn greet<S>(near: &mut Packets<S>, greeting: &Greeting) -> Answered
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let answering = async {
        let mut random = [0; 20];
        getrandom::fill(&mut random).map_err(io::Error::other)?;
        near.say(&greeting.ours(random)).await?;
        near.read().await
    };
    let answer = match timeout(GREET_WITHIN, answering).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(cause)) if cause.kind() == io::ErrorKind::InvalidData => {
            return Answered::Refused(refusals::not_spoken(Language::default()));
        }
        Ok(Err(_)) | Err(_) => return Answered::Gone,
    };
    match Login::read(&answer) {
        Ok(First::Login(login)) => Answered::Login(login),
        Ok(First::Tls) => Answered::Refused(refusals::no_tls(Language::default())),
        Err(wrong) => {
            tracing::debug!(%wrong, "no MySQL client");
            Answered::Refused(refusals::not_spoken(Language::default()))
        }
    }
}
