//! Simulated connections: delayed, in order each by itself, cut, or fallen silent.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};

/// Bytes under way in one direction: a small socket buffer, so that slow readers are felt.
const WINDOW: usize = 32 * 1024;

#[derive(Default)]
struct Flow {
    under_way: VecDeque<(Instant, Vec<u8>)>,
    bytes: usize,
    closed: bool,
    cut: bool,
    silent: bool,
    wakers: Vec<Waker>,
}

impl Flow {
    fn wake(&mut self) {
        self.wakers.drain(..).for_each(Waker::wake);
    }
}

type Shared = Arc<Mutex<Flow>>;

fn with<T>(flow: &Shared, act: impl FnOnce(&mut Flow) -> T) -> T {
    act(&mut flow.lock().unwrap())
}

/// What happens to a connection from outside.
#[derive(Clone)]
pub(crate) struct Wire([Shared; 2]);

impl Wire {
    /// Both ends learn of it, and what is under way is lost.
    pub(crate) fn cut(&self) {
        for flow in &self.0 {
            with(flow, |flow| {
                flow.cut = true;
                flow.wake();
            });
        }
    }

    /// Nothing arrives any more, and nobody is told: a half-open connection.
    pub(crate) fn silence(&self) {
        for flow in &self.0 {
            with(flow, |flow| flow.silent = true);
        }
    }
}

/// Sees what is about to be written, and says whether it may be.
type Hook = Box<dyn FnMut(&[u8]) -> bool + Send>;

/// One end of a connection.
pub(crate) struct End {
    inward: Shared,
    outward: Shared,
    delay: Duration,
    timer: Option<Pin<Box<Sleep>>>,
    /// Asked before anything is written; false: the writer is dead.
    hook: Option<Hook>,
}

/// A connection whose bytes take so long.
pub(crate) fn link(delay: Duration) -> (End, End, Wire) {
    let flows = [Shared::default(), Shared::default()];
    let end = |inward: usize| End {
        inward: Arc::clone(&flows[inward]),
        outward: Arc::clone(&flows[1 - inward]),
        delay,
        timer: None,
        hook: None,
    };
    (end(0), end(1), Wire(flows.clone()))
}

impl End {
    /// From now on `hook` sees everything before it is written, and says whether it may be.
    pub(crate) fn watched(mut self, hook: impl FnMut(&[u8]) -> bool + Send + 'static) -> Self {
        self.hook = Some(Box::new(hook));
        self
    }
}

impl AsyncRead for End {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let inward = Arc::clone(&self.inward);
        let due = {
            let mut flow = inward.lock().unwrap();
            if flow.cut {
                return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
            }
            flow.wakers.push(cx.waker().clone());
            if flow.silent {
                return Poll::Pending;
            }
            let closed = flow.closed;
            match flow.under_way.front_mut() {
                None if closed => return Poll::Ready(Ok(())),
                None => return Poll::Pending,
                Some((due, bytes)) if *due <= Instant::now() => {
                    let count = bytes.len().min(into.remaining());
                    into.put_slice(&bytes[..count]);
                    bytes.drain(..count);
                    if bytes.is_empty() {
                        flow.under_way.pop_front();
                    }
                    flow.bytes -= count;
                    flow.wake();
                    return Poll::Ready(Ok(()));
                }
                Some((due, _)) => *due,
            }
        };
        let mut timer = Box::pin(sleep_until(due));
        if timer.as_mut().poll(cx).is_ready() {
            cx.waker().wake_by_ref();
        }
        self.timer = Some(timer);
        Poll::Pending
    }
}

impl AsyncWrite for End {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let outward = Arc::clone(&self.outward);
        let mut flow = outward.lock().unwrap();
        if flow.cut || flow.closed {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        let count = bytes.len().min(WINDOW - flow.bytes.min(WINDOW));
        if count == 0 {
            flow.wakers.push(cx.waker().clone());
            return Poll::Pending;
        }
        if let Some(hook) = &mut self.hook
            && !hook(&bytes[..count])
        {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        flow.bytes += count;
        if !flow.silent {
            let due = Instant::now() + self.delay;
            flow.under_way.push_back((due, bytes[..count].to_vec()));
        }
        flow.wake();
        Poll::Ready(Ok(count))
    }

    fn poll_flush(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        with(&self.outward, |flow| {
            flow.closed = true;
            flow.wake();
        });
        Poll::Ready(Ok(()))
    }
}

impl Drop for End {
    fn drop(&mut self) {
        for flow in [&self.inward, &self.outward] {
            with(flow, |flow| {
                flow.closed = true;
                flow.wake();
            });
        }
    }
}
