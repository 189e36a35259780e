//! Webhooks: one POST over a stream whose other end is proved already.

use std::time::Duration;

use access::Undelivered;
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper::header::{CONNECTION, CONTENT_TYPE, HOST, HeaderValue, USER_AGENT};
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::timeout;

use crate::{Failed, signature};

/// How long a server may take from the first byte to its answer: chat services take less than a second.
const WITHIN: Duration = Duration::from_secs(15);
/// The most of an answer that is read: nothing in it is used but the status.
const MOST_ANSWER: usize = 16 * 1024;
/// The longest address, in bytes: Teams' are some 300.
pub const LONGEST_URL: usize = 1024;

/// Text that is not a webhook's address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "not an address of a webhook: expected https://HOST/PATH, at most {LONGEST_URL} characters, without user and fragment"
)]
pub struct NotAnAddress;

/// Where a webhook is. `Debug` shows the host alone: the rest is a secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Address {
    /// The host name.
    pub host: String,
    /// The port.
    pub port: u16,
    path: zeroize::Zeroizing<String>,
}

impl std::fmt::Debug for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Address(https://{}:{}/…)", self.host, self.port)
    }
}

impl std::str::FromStr for Address {
    type Err = NotAnAddress;

    fn from_str(text: &str) -> Result<Self, NotAnAddress> {
        let plain = text.len() <= LONGEST_URL && text.bytes().all(|byte| byte.is_ascii_graphic());
        if !plain || text.contains('#') {
            return Err(NotAnAddress);
        }
        let rest = text.strip_prefix("https://").ok_or(NotAnAddress)?;
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at_checked(end).ok_or(NotAnAddress)?;
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) => (host, port.parse().map_err(|_| NotAnAddress)?),
            None => (authority, 443),
        };
        let name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'-';
        if host.is_empty() || !host.bytes().all(name) || port == 0 {
            return Err(NotAnAddress);
        }
        let path = match path {
            "" => "/".to_owned(),
            query if query.starts_with('?') => format!("/{query}"),
            path => path.to_owned(),
        };
        Ok(Self {
            host: host.to_ascii_lowercase(),
            port,
            path: path.into(),
        })
    }
}

/// Posts a body and gives the server's yes or no. With a key it is signed for the moment `at` (seconds).
///
/// # Errors
/// The class of the failure. A redirect is one: it is not followed.
pub async fn post<S>(
    stream: S,
    to: &Address,
    body: Vec<u8>,
    key: Option<&[u8]>,
    at: i64,
) -> Result<(), Failed>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    within(WITHIN, exchange(stream, to, body, key, at)).await
}

async fn within(
    time: Duration,
    exchange: impl Future<Output = Result<(), Failed>>,
) -> Result<(), Failed> {
    let late = |_| Failed::new(Undelivered::Unreachable, &"no answer in time");
    timeout(time, exchange).await.map_err(late)?
}

async fn exchange<S>(
    stream: S,
    to: &Address,
    body: Vec<u8>,
    key: Option<&[u8]>,
    at: i64,
) -> Result<(), Failed>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let lost = |cause: hyper::Error| Failed::new(Undelivered::Unreachable, &cause);
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(lost)?;
    let carried = tokio::spawn(connection);
    let answer = match request(to, body, key, at) {
        Ok(request) => match sender.send_request(request).await {
            Ok(answer) => judged(answer).await,
            Err(cause) => Err(lost(cause)),
        },
        Err(failed) => Err(failed),
    };
    carried.abort();
    answer
}

fn request(
    to: &Address,
    body: Vec<u8>,
    key: Option<&[u8]>,
    at: i64,
) -> Result<Request<Full<Bytes>>, Failed> {
    let host = match to.port {
        443 => to.host.clone(),
        port => format!("{}:{port}", to.host),
    };
    let mut builder = Request::post(to.path.as_str())
        .header(HOST, host)
        .header(USER_AGENT, "sekisho")
        .header(CONNECTION, "close")
        .header(CONTENT_TYPE, "application/json; charset=utf-8");
    if let Some(key) = key {
        builder = builder
            .header(signature::TIMESTAMP, HeaderValue::from(at))
            .header(signature::SIGNATURE, signature::sign(key, at, &body));
    }
    // What the library says of a path could repeat it.
    builder
        .body(Full::new(Bytes::from(body)))
        .map_err(|_| Failed::new(Undelivered::NotUsable, &"the address makes no request"))
}

async fn judged(answer: Response<Incoming>) -> Result<(), Failed> {
    let status = answer.status();
    drain(answer.into_body()).await;
    let class = match status {
        status if status.is_success() => return Ok(()),
        StatusCode::UNAUTHORIZED
        | StatusCode::FORBIDDEN
        | StatusCode::NOT_FOUND
        | StatusCode::GONE => Undelivered::NotSignedIn,
        status if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS => {
            Undelivered::Unreachable
        }
        _ => Undelivered::Rejected,
    };
    Err(Failed::new(class, &format!("status {}", status.as_u16())))
}

/// Reads a little of the answer, so that the server sees it taken; the rest is nobody's.
async fn drain(mut body: Incoming) {
    let mut read = 0_usize;
    while let Some(Ok(frame)) = body.frame().await {
        read = read.saturating_add(frame.data_ref().map_or(0, Bytes::len));
        if read > MOST_ANSWER {
            return;
        }
    }
}

#[cfg(test)]
mod tests;
