//! The engineer's program, until it is signed in.

use std::io;

use phrases::Language;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use wire::Decoding;
use wire::postgres::{
    AUTHENTICATION_OK, MAX_STARTUP, Misbehaviour, Parameters, Refused, Startup, negotiate,
};

use super::refusals;
use crate::databases::Refusal;

/// Questions before the first packet of a session: each is asked once.
const MOST_QUESTIONS: usize = 3;

/// What came of an engineer's program's beginning.
pub(super) enum Greeted {
    /// It asks for a session, and has been told that nothing more is needed to sign in.
    Session(Box<Parameters>),
    /// It is gone, or was refused.
    Over,
}

/// The language in which the gateway speaks to a program.
pub(super) fn language(parameters: &Parameters) -> Language {
    if !parameters.reads_utf8() {
        return Language::En;
    }
    let messages = parameters.messages.as_deref();
    messages.map_or_else(Language::default, Language::from_locale)
}

/// Reads what the program begins with. There is no TLS inside the session's own: both questions for it are
/// answered with no.
pub(super) async fn greet<S>(stream: &mut S) -> io::Result<Greeted>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    for _ in 0..=MOST_QUESTIONS {
        match first_packet(stream).await? {
            Ok(Startup::Ssl | Startup::GssEnc) => {
                stream.write_all(b"N").await?;
                stream.flush().await?;
            }
            // It comes without a session where the client cannot tell it apart (docs/operating).
            Ok(Startup::Cancel(_)) => return Ok(Greeted::Over),
            Ok(Startup::Session { minor, parameters }) => {
                return session(stream, minor, &parameters).await;
            }
            Err(wrong) => {
                tracing::debug!(%wrong, "no PostgreSQL client");
                let refusal = refusals::not_spoken(Language::default());
                stream.write_all(&refusals::fatal(&refusal)).await?;
                stream.flush().await?;
                return Ok(Greeted::Over);
            }
        }
    }
    Ok(Greeted::Over)
}

async fn session<S>(
    stream: &mut S,
    minor: u16,
    parameters: &[(String, String)],
) -> io::Result<Greeted>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let read = match Parameters::read(parameters) {
        Ok(read) => read,
        Err(refused) => {
            let refusal = refused_parameters(&refused);
            stream.write_all(&refusals::fatal(&refusal)).await?;
            stream.flush().await?;
            return Ok(Greeted::Over);
        }
    };
    let mut answer = Vec::new();
    if minor > 0 || !read.extensions.is_empty() {
        answer.extend(negotiate(&read.extensions));
    }
    answer.extend(AUTHENTICATION_OK);
    stream.write_all(&answer).await?;
    stream.flush().await?;
    Ok(Greeted::Session(Box::new(read)))
}

fn refused_parameters(refused: &Refused) -> Refusal {
    let language = Language::default();
    match refused {
        Refused::Replication => refusals::replication(language),
        Refused::Parameter { name } => refusals::parameter(language, name),
        Refused::NoUser => refusals::not_spoken(language),
    }
}

/// Reads one first packet and not a byte more.
async fn first_packet<S>(stream: &mut S) -> io::Result<Result<Startup, Misbehaviour>>
where
    S: AsyncRead + Unpin,
{
    let mut bytes = vec![0; 4];
    stream.read_exact(&mut bytes).await?;
    let more = match Startup::decode(&bytes) {
        Ok(Decoding::Needs(more)) => more.min(MAX_STARTUP),
        Ok(Decoding::Complete { message, .. }) => return Ok(Ok(message)),
        Err(wrong) => return Ok(Err(wrong)),
    };
    bytes.resize(4 + more, 0);
    if let Some(rest) = bytes.get_mut(4..) {
        stream.read_exact(rest).await?;
    }
    Ok(match Startup::decode(&bytes) {
        Ok(Decoding::Complete { message, .. }) => Ok(message),
        Ok(Decoding::Needs(_)) => return Err(io::ErrorKind::UnexpectedEof.into()),
        Err(wrong) => Err(wrong),
    })
}
