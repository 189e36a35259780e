//! Answers of one JSON value per line, each line on its way as soon as it is known.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use hyper::body::{Bytes, Frame};
use serde::Serialize;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use wire::api::v1::LINES;

/// Lines that wait to be sent: who reads slowly holds the sender up, not the gateway's memory.
const WAITING: usize = 8;
/// How long a reader may take nothing before they count as gone.
pub(crate) const GONE_AFTER: Duration = Duration::from_secs(5);
/// How long somebody who plays a recording may take nothing: they may stop and think, the gateway
/// holds a thread for them meanwhile.
const PLAYER_GONE_AFTER: Duration = Duration::from_secs(30);

/// Where lines are written. Dropping it ends the answer in order.
pub(crate) struct Lines(Sender<Piece>);

/// A piece of the answer; [`Cut`] breaks it off, so that the reader does not take it for whole.
type Piece = Result<Bytes, Cut>;

/// The answer broke off: what follows cannot be had. Why stands in the log.
#[derive(Debug, thiserror::Error)]
#[error("the answer broke off")]
pub(crate) struct Cut;

/// The reader is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Gone;

/// The body of the answer.
pub(crate) struct LinesBody(Receiver<Piece>);

/// A place to write lines to, and the body that carries them.
pub(crate) fn lines() -> (Lines, LinesBody) {
    let (sender, receiver) = channel(WAITING);
    (Lines(sender), LinesBody(receiver))
}

impl Lines {
    /// Sends one line.
    ///
    /// # Errors
    /// If the reader is gone, or takes nothing for [`GONE_AFTER`].
    pub(crate) async fn say<T: Serialize>(&self, value: &T) -> Result<(), Gone> {
        let line = line(value)?;
        let sent = tokio::time::timeout(GONE_AFTER, self.0.send(Ok(line))).await;
        sent.map_err(|_| Gone)?.map_err(|_| Gone)
    }

    /// Sends bytes, to somebody who may stop for a while.
    ///
    /// # Errors
    /// If the reader is gone, or takes nothing for too long.
    pub(crate) async fn send(&self, bytes: Bytes) -> Result<(), Gone> {
        let sent = self.0.send_timeout(Ok(bytes), PLAYER_GONE_AFTER).await;
        sent.map_err(|_| Gone)
    }

    /// Whether the reader is gone.
    pub(crate) fn is_closed(&self) -> bool {
        self.0.is_closed()
    }

    /// Returns once the reader is gone.
    pub(crate) async fn closed(&self) {
        self.0.closed().await;
    }

    /// Sends one line from a thread that may wait.
    ///
    /// # Errors
    /// If the reader is gone, or takes nothing for too long.
    pub(crate) fn say_blocking<T: Serialize>(&self, value: &T) -> Result<(), Gone> {
        self.send_blocking(line(value)?)
    }

    /// Sends bytes from a thread that may wait.
    ///
    /// # Errors
    /// If the reader is gone, or takes nothing for too long.
    pub(crate) fn send_blocking(&self, bytes: Bytes) -> Result<(), Gone> {
        let send = self.0.send_timeout(Ok(bytes), PLAYER_GONE_AFTER);
        tokio::runtime::Handle::try_current()
            .map_err(|_| Gone)?
            .block_on(send)
            .map_err(|_| Gone)
    }

    /// Breaks the answer off.
    pub(crate) async fn cut(self) {
        // A reader who is gone needs no telling.
        let _ = self.0.send_timeout(Err(Cut), GONE_AFTER).await;
    }
}

fn line<T: Serialize>(value: &T) -> Result<Bytes, Gone> {
    let mut line = serde_json::to_vec(value).map_err(|_| Gone)?;
    line.push(b'\n');
    Ok(line.into())
}

impl hyper::body::Body for LinesBody {
    type Data = Bytes;
    type Error = Cut;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        let next = self.0.poll_recv(cx);
        next.map(|piece| piece.map(|piece| piece.map(Frame::data)))
    }
}

/// A body that holds something for as long as it is sent.
pub(crate) struct Held<T> {
    body: Body,
    _held: T,
}

impl<T> Held<T> {
    /// Until the body is sent, or its reader is gone.
    pub(crate) fn new(body: Body, held: T) -> Self {
        Self { body, _held: held }
    }
}

impl<T: Unpin> hyper::body::Body for Held<T> {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }
}

impl LinesBody {
    /// The answer, of this type.
    pub(crate) fn answer(self, kind: &'static str) -> Response {
        ([(CONTENT_TYPE, kind)], Body::new(self)).into_response()
    }
}

impl IntoResponse for LinesBody {
    fn into_response(self) -> Response {
        self.answer(LINES)
    }
}
