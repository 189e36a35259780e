//! A transport that is read as fast as its lane allows, and that can be cut.

use std::future::Future as _;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

use crate::flow::{Lane, Pace};
use crate::limits::{STEP, STEP_BYTES, TRICKLE_STEP};

pub(crate) struct Throttle<S> {
    transport: S,
    lane: Arc<Lane>,
    held: bool,
    allowance: usize,
    pause: Option<Pin<Box<Sleep>>>,
}

impl<S> Throttle<S> {
    pub(crate) fn new(transport: S, lane: Arc<Lane>) -> Self {
        Self {
            transport,
            lane,
            held: false,
            allowance: 0,
            pause: None,
        }
    }

    /// How many bytes may be read now.
    fn poll_allowance(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        // The waker first: what is given back between the look and the wait is seen.
        self.lane.reader_waits(cx.waker());
        loop {
            if self.lane.is_cut() {
                return Poll::Ready(Err(cut()));
            }
            if self.lane.take_hurry() {
                self.pause = None;
            }
            if let Some(pause) = self.pause.as_mut() {
                ready!(pause.as_mut().poll(cx));
                self.pause = None;
                self.allowance = STEP_BYTES;
            }
            if self.lane.take_trickled() {
                self.pause = Some(Box::pin(sleep(TRICKLE_STEP)));
                continue;
            }
            let pace = self.lane.pace(self.held);
            self.held = pace != Pace::Free;
            match pace {
                Pace::Free => return Poll::Ready(Ok(usize::MAX)),
                Pace::Held => return Poll::Pending,
                Pace::Crawl if self.allowance > 0 => return Poll::Ready(Ok(self.allowance)),
                Pace::Crawl => self.pause = Some(Box::pin(sleep(STEP))),
            }
        }
    }
}

fn cut() -> io::Error {
    io::Error::new(io::ErrorKind::ConnectionAborted, "the session was ended")
}

impl<S: AsyncRead + Unpin> AsyncRead for Throttle<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let allowed = ready!(self.poll_allowance(cx))?;
        let room = into.remaining().min(allowed);
        let mut part = ReadBuf::new(into.initialize_unfilled_to(room));
        ready!(Pin::new(&mut self.transport).poll_read(cx, &mut part))?;
        let read = part.filled().len();
        into.advance(read);
        self.allowance = self.allowance.saturating_sub(read);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Throttle<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.lane.writer_waits(cx.waker());
        if self.lane.is_cut() {
            return Poll::Ready(Err(cut()));
        }
        Pin::new(&mut self.transport).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.lane.writer_waits(cx.waker());
        if self.lane.is_cut() {
            return Poll::Ready(Err(cut()));
        }
        Pin::new(&mut self.transport).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.lane.writer_waits(cx.waker());
        if self.lane.is_cut() {
            return Poll::Ready(Err(cut()));
        }
        Pin::new(&mut self.transport).poll_shutdown(cx)
    }
}
