//! The site's HTTP API: HTTP/1.1 over TLS to the pinned site, or over a gateway's local socket.
//!
//! Every answer is of a known type or an error of a known kind; what does not read is an error, never
//! a guess.

mod alert_calls;
mod attestation_calls;
mod calls;
mod certificate_calls;
mod lines;
mod notify_calls;
mod secret_calls;
mod ssh_calls;
mod upgrade_calls;
mod watched;

use std::path::{Path, PathBuf};
use std::time::Duration;

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1::{self, SendRequest};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HOST, HeaderValue};
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::Mutex;
use tokio::time::timeout;
use tunnel::{ConnectError, DeviceIdentity, DialOptions, SiteTrust};
use wire::{Problem, Refused, Secret};

use crate::here;

pub use self::lines::LineStream;
pub(crate) use self::watched::{Failure, Watched};

/// The longest answer that is read: an export of a ledger with a million entries, in base64.
const MAX_ANSWER: usize = 1024 * 1024 * 1024;
/// How long the site may think before its answer begins: it may hash passphrases in a queue, or
/// verify a long recording.
const ANSWER_WITHIN: Duration = Duration::from_secs(120);
/// How long it may pause inside an answer.
const PAUSE: Duration = Duration::from_secs(30);
/// The local socket inside a site directory.
const SOCKET: &str = "run/sekisho.sock";

/// Why a call has no answer.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// The site refused, with every reason.
    #[error("refused: {}", ids_of(.0))]
    Refused(Refused),
    /// There is no sign-in, it has ended, or it failed.
    #[error("not signed in")]
    NotSignedIn(Option<Problem>),
    /// There is no such thing, or not for us.
    #[error("not found: {}", .0.id)]
    NotFound(Problem),
    /// Malformed input, or something broken at the site.
    #[error("the site could not do it ({status}): {}", .problem.id)]
    Problem {
        /// The HTTP status.
        status: u16,
        /// What it said.
        problem: Problem,
    },
    /// There is no connection.
    #[error("{0}")]
    Unreachable(ConnectError),
    /// Somebody else answered, or nobody that can be trusted. Nothing was sent.
    #[error("{0}")]
    Untrusted(ConnectError),
    /// The gateway's local socket does not answer.
    #[error("{socket} does not answer: {cause}")]
    NoGateway {
        /// The socket.
        socket: PathBuf,
        /// Why.
        cause: std::io::Error,
    },
    /// The answer is not one that this program reads.
    #[error("the answer cannot be read: {0}")]
    Misread(String),
}

fn ids_of(refused: &Refused) -> String {
    let ids: Vec<&str> = refused
        .reasons
        .iter()
        .map(|said| said.id.as_str())
        .collect();
    ids.join(", ")
}

impl From<ConnectError> for ApiError {
    fn from(error: ConnectError) -> Self {
        if is_about_trust(&error) {
            Self::Untrusted(error)
        } else {
            Self::Unreachable(error)
        }
    }
}

/// Whether somebody answered who is not proved to be the pinned site.
pub fn is_about_trust(error: &ConnectError) -> bool {
    matches!(
        error,
        ConnectError::PinnedCaDiffers
            | ConnectError::NameDiffers(_)
            | ConnectError::NotValidNow
            | ConnectError::NotAServer
            | ConnectError::KeyExchangeRefused
    )
}

/// The API of one site. Calls share one connection, one after another.
pub struct Api {
    way: Way,
    token: Option<Secret>,
    connection: Mutex<Option<Line>>,
}

/// A connection that calls go over, and why it broke.
struct Line<B = Full<Bytes>> {
    sender: SendRequest<B>,
    failure: Failure,
    connection: tokio::task::AbortHandle,
}

enum Way {
    Network {
        address: String,
        trust: SiteTrust,
        device: Option<DeviceIdentity>,
        options: DialOptions,
    },
    Local {
        socket: PathBuf,
    },
}

impl std::fmt::Debug for Api {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.way {
            Way::Network { address, trust, .. } => write!(f, "Api({} at {address})", trust.name),
            Way::Local { socket } => write!(f, "Api({})", socket.display()),
        }
    }
}

impl Api {
    /// Over the network, to the pinned site. Connects at the first call.
    pub fn network(
        address: impl Into<String>,
        trust: SiteTrust,
        device: Option<DeviceIdentity>,
        options: DialOptions,
    ) -> Self {
        Self::new(Way::Network {
            address: address.into(),
            trust,
            device,
            options,
        })
    }

    /// Over the local socket of the gateway that runs on this site directory.
    pub fn local(site_dir: &Path) -> Self {
        Self::new(Way::Local {
            socket: site_dir.join(SOCKET),
        })
    }

    fn new(way: Way) -> Self {
        Self {
            way,
            token: None,
            connection: Mutex::new(None),
        }
    }

    /// With the token of a sign-in, or without one.
    #[must_use]
    pub fn with_token(mut self, token: Option<Secret>) -> Self {
        self.token = token;
        self
    }

    /// The token of the sign-in that is used.
    pub fn token(&self) -> Option<&Secret> {
        self.token.as_ref()
    }

    /// Whether this goes over a local socket.
    pub fn is_local(&self) -> bool {
        matches!(self.way, Way::Local { .. })
    }

    /// GET, answered with JSON. `path` may carry a query.
    ///
    /// # Errors
    /// As [`ApiError`] says.
    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, ApiError> {
        read(&self.call(Method::GET, path, None).await?)
    }

    /// GET, answered with bytes.
    ///
    /// # Errors
    /// As [`ApiError`] says.
    pub async fn get_bytes(&self, path: &str) -> Result<Vec<u8>, ApiError> {
        Ok(self.call(Method::GET, path, None).await?.to_vec())
    }

    /// POST, answered with JSON.
    ///
    /// # Errors
    /// As [`ApiError`] says.
    pub async fn post<B: Serialize, T: DeserializeOwned>(
        &self,
        path: &str,
        body: &B,
    ) -> Result<T, ApiError> {
        read(&self.call(Method::POST, path, Some(written(body)?)).await?)
    }

    /// PUT, answered with JSON.
    ///
    /// # Errors
    /// As [`ApiError`] says.
    pub async fn put<B: Serialize, T: DeserializeOwned>(
        &self,
        path: &str,
        body: &B,
    ) -> Result<T, ApiError> {
        read(&self.call(Method::PUT, path, Some(written(body)?)).await?)
    }

    async fn call(
        &self,
        method: Method,
        path: &str,
        body: Option<Vec<u8>>,
    ) -> Result<Bytes, ApiError> {
        let kind = body.as_ref().map(|_| "application/json");
        let body = Full::new(Bytes::from(body.unwrap_or_default()));
        let request = self.prepare(method, path, kind, body)?;
        let mut connection = self.connection.lock().await;
        let ready = match connection.as_mut() {
            Some(held) => held.sender.ready().await.is_ok(),
            None => false,
        };
        if !ready {
            *connection = Some(self.dial().await?);
        }
        let Some(line) = connection.as_mut() else {
            return Err(ApiError::Misread("no connection".to_owned()));
        };
        let answer = exchange(line, request).await;
        if answer.is_err() {
            // Nothing that follows on it would be understood.
            *connection = None;
        }
        let (status, bytes) = answer?;
        judge(status, bytes)
    }

    fn prepare<B>(
        &self,
        method: Method,
        path: &str,
        kind: Option<&'static str>,
        body: B,
    ) -> Result<Request<B>, ApiError> {
        let host = match &self.way {
            Way::Network { trust, .. } => trust.name.as_str(),
            Way::Local { .. } => "localhost",
        };
        let mut builder = Request::builder()
            .method(method)
            .uri(path)
            .header(HOST, host);
        if let Some(kind) = kind {
            builder = builder.header(CONTENT_TYPE, kind);
        }
        if let Some(token) = &self.token {
            let value = format!("Bearer {}", token.reveal());
            let mut value = HeaderValue::from_str(&value)
                .map_err(|_| ApiError::Misread("the kept token".to_owned()))?;
            value.set_sensitive(true);
            builder = builder.header(AUTHORIZATION, value);
        }
        builder
            .body(body)
            .map_err(|error| ApiError::Misread(error.to_string()))
    }

    async fn dial<B: Outgoing>(&self) -> Result<Line<B>, ApiError> {
        match &self.way {
            Way::Network {
                address,
                trust,
                device,
                options,
            } => {
                let api = tunnel::listener::Protocol::Api;
                let connection =
                    tunnel::connect(address, trust, device.as_ref(), api, options).await?;
                speak(connection.stream).await
            }
            Way::Local { socket } => {
                let stream = here::connect_local(socket).await;
                speak(stream.map_err(|cause| ApiError::NoGateway {
                    socket: socket.clone(),
                    cause,
                })?)
                .await
            }
        }
    }
}

/// What a request carries.
trait Outgoing:
    hyper::body::Body<Data = Bytes, Error = std::convert::Infallible> + Send + 'static
{
}

impl<B: hyper::body::Body<Data = Bytes, Error = std::convert::Infallible> + Send + 'static> Outgoing
    for B
{
}

async fn speak<S, B: Outgoing>(stream: S) -> Result<Line<B>, ApiError>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (stream, failure) = Watched::new(stream);
    let (sender, connection) = http1::handshake(TokioIo::new(stream))
        .await
        .map_err(|error| lost(&error, &failure))?;
    // Ends when the sender is dropped or the other side closes; its error reaches the caller
    // through the call that it breaks.
    let connection = tokio::spawn(async move {
        let _ = connection.await;
    });
    Ok(Line {
        sender,
        failure,
        connection: connection.abort_handle(),
    })
}

async fn exchange(
    line: &mut Line,
    request: Request<Full<Bytes>>,
) -> Result<(StatusCode, Bytes), ApiError> {
    let answer = timeout(ANSWER_WITHIN, line.sender.send_request(request))
        .await
        .map_err(|_| ApiError::Unreachable(ConnectError::TimedOut(ANSWER_WITHIN)))?
        .map_err(|error| lost(&error, &line.failure))?;
    let status = answer.status();
    Ok((status, whole(answer, &line.failure).await?))
}

async fn whole(answer: Response<Incoming>, failure: &Failure) -> Result<Bytes, ApiError> {
    let mut body = answer.into_body();
    let mut bytes = Vec::new();
    loop {
        let frame = timeout(PAUSE, body.frame())
            .await
            .map_err(|_| ApiError::Unreachable(ConnectError::TimedOut(PAUSE)))?;
        let Some(frame) = frame else {
            return Ok(bytes.into());
        };
        let Ok(data) = frame.map_err(|error| lost(&error, failure))?.into_data() else {
            continue;
        };
        if bytes.len().saturating_add(data.len()) > MAX_ANSWER {
            return Err(ApiError::Misread(format!("more than {MAX_ANSWER} bytes")));
        }
        bytes.extend_from_slice(&data);
    }
}

/// What a failure of the transport means to a person: in TLS 1.3 a refusal of our certificate
/// arrives with the first read.
pub(crate) fn lost(error: &hyper::Error, failure: &Failure) -> ApiError {
    if let Some(io) = failure.take() {
        return tunnel::why_closed(io).into();
    }
    if error.is_incomplete_message() || error.is_closed() || error.is_canceled() {
        return ApiError::Unreachable(ConnectError::ClosedWithoutAnswer);
    }
    ApiError::Misread(error.to_string())
}

fn judge(status: StatusCode, bytes: Bytes) -> Result<Bytes, ApiError> {
    match status {
        StatusCode::OK => Ok(bytes),
        StatusCode::FORBIDDEN => Err(ApiError::Refused(read(&bytes)?)),
        // Also without a body that reads: what to do is the same.
        StatusCode::UNAUTHORIZED => Err(ApiError::NotSignedIn(serde_json::from_slice(&bytes).ok())),
        StatusCode::NOT_FOUND => Err(ApiError::NotFound(read(&bytes)?)),
        other => Err(ApiError::Problem {
            status: other.as_u16(),
            problem: read(&bytes)?,
        }),
    }
}

fn written<B: Serialize>(body: &B) -> Result<Vec<u8>, ApiError> {
    serde_json::to_vec(body).map_err(|error| ApiError::Misread(error.to_string()))
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    serde_json::from_slice(bytes).map_err(|error| {
        // Where, not what: an answer can hold a secret (lesson L29).
        ApiError::Misread(format!("line {}, column {}", error.line(), error.column()))
    })
}

#[cfg(test)]
mod tests;
