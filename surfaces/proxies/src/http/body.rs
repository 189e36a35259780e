//! A body on its way: piece by piece, never more than one waiting, and never taken for whole when it was cut.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use hyper::body::{Body, Bytes, Frame, SizeHint};
use tokio::sync::mpsc;

/// What a pump sends.
enum Piece {
    Data(Bytes),
    /// The last of a body whose end is known with it.
    Last(Bytes),
    End,
}

/// The end that is read, by hyper.
pub(super) struct Piped {
    from: Option<mpsc::Receiver<Piece>>,
    whole: Option<Bytes>,
    exactly: Option<u64>,
}

/// The end that is written, by a pump.
pub(super) struct Pipe(mpsc::Sender<Piece>);

/// Nobody reads any more.
pub(super) struct Gone;

/// A pipe for a body of this length, where it was said.
pub(super) fn pipe(exactly: Option<u64>) -> (Pipe, Piped) {
    let (to, from) = mpsc::channel(1);
    let piped = Piped {
        from: Some(from),
        whole: None,
        exactly,
    };
    (Pipe(to), piped)
}

impl Piped {
    /// No body.
    pub(super) fn none() -> Self {
        Self::of(Bytes::new())
    }

    /// A body that is there.
    pub(super) fn of(bytes: Bytes) -> Self {
        Self {
            from: None,
            exactly: u64::try_from(bytes.len()).ok(),
            whole: Some(bytes).filter(|bytes| !bytes.is_empty()),
        }
    }
}

impl Pipe {
    pub(super) async fn send(&self, bytes: Bytes) -> Result<(), Gone> {
        self.0.send(Piece::Data(bytes)).await.map_err(|_| Gone)
    }

    /// The last piece, and with it the body is whole: in one frame, for who has read as much as was announced
    /// waits for no other, and takes an end that comes by itself for somebody else's fault.
    pub(super) async fn last(self, bytes: Bytes) -> Result<(), Gone> {
        self.0.send(Piece::Last(bytes)).await.map_err(|_| Gone)
    }

    /// The body is whole. Without this or [`Self::last`] it counts as cut.
    pub(super) async fn end(self) -> Result<(), Gone> {
        self.0.send(Piece::End).await.map_err(|_| Gone)
    }
}

impl Body for Piped {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if let Some(whole) = self.whole.take() {
            return Poll::Ready(Some(Ok(Frame::data(whole))));
        }
        let Some(from) = &mut self.from else {
            return Poll::Ready(None);
        };
        match from.poll_recv(context) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(Some(Piece::Data(bytes))) => {
                if let Some(exactly) = &mut self.exactly {
                    let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
                    *exactly = exactly.saturating_sub(length);
                }
                Poll::Ready(Some(Ok(Frame::data(bytes))))
            }
            Poll::Ready(Some(Piece::Last(bytes))) => {
                self.from = None;
                self.exactly = Some(0);
                Poll::Ready(Some(Ok(Frame::data(bytes))))
            }
            Poll::Ready(Some(Piece::End)) => {
                self.from = None;
                Poll::Ready(None)
            }
            Poll::Ready(None) => {
                self.from = None;
                Poll::Ready(Some(Err(io::ErrorKind::UnexpectedEof.into())))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.from.is_none() && self.whole.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        self.exactly
            .map_or_else(SizeHint::new, SizeHint::with_exact)
    }
}
