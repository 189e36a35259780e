//! Answers of one JSON value per line, read as they come: a session watched live, a playback.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use http_body_util::BodyExt;
use hyper::body::{Body, Bytes, Frame, Incoming};
use hyper::{Method, StatusCode};
use serde::de::DeserializeOwned;
use tokio::time::{Interval, MissedTickBehavior, interval, timeout};
use tunnel::ConnectError;
use wire::api::v1::{HEARTBEAT_SECONDS, MAX_LINE_OF_JSON};

use super::watched::Failure;
use super::{ANSWER_WITHIN, Api, ApiError, Line, PAUSE, judge, lost, read, whole};

/// How long a watched session may say nothing: it says that it is alive every few seconds.
const SILENCE: Duration = Duration::from_secs(5 * HEARTBEAT_SECONDS);

/// Lines that are still coming. Dropping it closes the connection at once.
pub struct LineStream {
    body: Incoming,
    failure: Failure,
    silence: Duration,
    held: Vec<u8>,
    connection: tokio::task::AbortHandle,
}

impl std::fmt::Debug for LineStream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "LineStream({} bytes held)", self.held.len())
    }
}

impl Drop for LineStream {
    fn drop(&mut self) {
        // Our own body never ends: without this it would go on saying that somebody is there.
        self.connection.abort();
    }
}

impl LineStream {
    /// The next line; `None` after the last. May be given up and asked again: nothing is lost.
    ///
    /// # Errors
    /// If the connection breaks, falls silent, or the line does not read.
    pub async fn next<T: DeserializeOwned>(&mut self) -> Result<Option<T>, ApiError> {
        loop {
            if let Some(end) = self.held.iter().position(|byte| *byte == b'\n') {
                let rest = self.held.split_off(end + 1);
                let line = std::mem::replace(&mut self.held, rest);
                return read(&line).map(Some);
            }
            if self.held.len() > MAX_LINE_OF_JSON {
                return Err(ApiError::Misread(format!(
                    "a line of more than {MAX_LINE_OF_JSON} bytes"
                )));
            }
            let frame = timeout(self.silence, self.body.frame()).await;
            let frame =
                frame.map_err(|_| ApiError::Unreachable(ConnectError::TimedOut(self.silence)))?;
            match frame {
                Some(frame) => {
                    let frame = frame.map_err(|error| lost(&error, &self.failure))?;
                    if let Ok(data) = frame.into_data() {
                        self.held.extend_from_slice(&data);
                    }
                }
                None if self.held.is_empty() => return Ok(None),
                None => return Err(ApiError::Misread("half a line".to_owned())),
            }
        }
    }
}

impl Api {
    /// GET, answered with lines; on a connection of its own.
    pub(super) async fn get_lines(&self, path: &str) -> Result<LineStream, ApiError> {
        self.ask_lines(Method::GET, path, Said::Nothing, PAUSE)
            .await
    }

    /// POST whose body says every few seconds that somebody is there, answered with lines.
    pub(super) async fn watch_lines(&self, path: &str) -> Result<LineStream, ApiError> {
        let mut beats = interval(Duration::from_secs(HEARTBEAT_SECONDS));
        beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        self.ask_lines(Method::POST, path, Said::Here(beats), SILENCE)
            .await
    }

    async fn ask_lines(
        &self,
        method: Method,
        path: &str,
        said: Said,
        silence: Duration,
    ) -> Result<LineStream, ApiError> {
        let request = self.prepare(method, path, None, said)?;
        let Line {
            mut sender,
            failure,
            connection,
        } = self.dial().await?;
        let answer = timeout(ANSWER_WITHIN, sender.send_request(request))
            .await
            .map_err(|_| ApiError::Unreachable(ConnectError::TimedOut(ANSWER_WITHIN)))?
            .map_err(|error| lost(&error, &failure));
        let answer = answer.inspect_err(|_| connection.abort())?;
        let status = answer.status();
        if status != StatusCode::OK {
            let said = whole(answer, &failure).await;
            connection.abort();
            return Err(match judge(status, said?) {
                Err(error) => error,
                Ok(_) => ApiError::Misread(status.to_string()),
            });
        }
        Ok(LineStream {
            body: answer.into_body(),
            failure,
            silence,
            held: Vec::new(),
            connection,
        })
    }
}

/// What is said while lines are read.
enum Said {
    Nothing,
    /// That somebody is there, at every tick.
    Here(Interval),
}

impl Body for Said {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        match &mut *self {
            Self::Nothing => Poll::Ready(None),
            Self::Here(beats) => beats
                .poll_tick(cx)
                .map(|_| Some(Ok(Frame::data(Bytes::from_static(b"\n"))))),
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, Self::Nothing)
    }
}
