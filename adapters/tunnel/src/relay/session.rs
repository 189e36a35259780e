//! Clients that are joined to a gateway, and how their bytes are moved.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::task::AbortHandle;
use tokio::time::timeout;
use tokio_rustls::TlsStream;

use super::splice::{self, Pipes};
use crate::line::Line;

/// How much is copied at once where nothing can be spliced: one TLS record.
const COPY: usize = 16 * 1024;

/// The table of sessions.
#[derive(Clone)]
pub(super) struct Sessions(Arc<Shared>);

struct Shared {
    most: usize,
    after_the_gateway: Duration,
    pipes: Pipes,
    table: Mutex<Table>,
    ended: Notify,
}

#[derive(Default)]
struct Table {
    next: u64,
    joined: u64,
    open: BTreeMap<u64, Option<AbortHandle>>,
}

/// One place in the table; given back when dropped.
pub(super) struct SessionPlace {
    number: u64,
    sessions: Sessions,
}

impl Sessions {
    pub(super) fn new(most: usize, after_the_gateway: Duration) -> Self {
        Self(Arc::new(Shared {
            most,
            after_the_gateway,
            pipes: Pipes::default(),
            table: Mutex::default(),
            ended: Notify::new(),
        }))
    }

    /// Takes a place, if there is one.
    pub(super) fn enter(&self) -> Option<SessionPlace> {
        let mut table = self.lock();
        if table.open.len() >= self.0.most {
            return None;
        }
        let number = table.next;
        table.next += 1;
        table.open.insert(number, None);
        drop(table);
        Some(SessionPlace {
            number,
            sessions: self.clone(),
        })
    }

    /// Places that are taken.
    pub(super) fn open(&self) -> usize {
        self.lock().open.len()
    }

    /// Clients joined since the start.
    pub(super) fn joined(&self) -> u64 {
        self.lock().joined
    }

    /// Completes when no place is taken.
    pub(super) async fn ended(&self) {
        loop {
            let one_more = self.0.ended.notified();
            if self.open() == 0 {
                return;
            }
            one_more.await;
        }
    }

    /// Ends all of them.
    pub(super) fn end_all(&self) {
        let open = std::mem::take(&mut self.lock().open);
        // Never while the table is locked: a task that ends gives back its place, which locks it.
        open.into_values()
            .flatten()
            .for_each(|handle| handle.abort());
    }

    /// Whole after every statement that changes it, so a panic elsewhere spoils nothing.
    fn lock(&self) -> MutexGuard<'_, Table> {
        self.0.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for SessionPlace {
    fn drop(&mut self) {
        self.sessions.lock().open.remove(&self.number);
        self.sessions.0.ended.notify_waiters();
    }
}

impl SessionPlace {
    /// Moves bytes until both sides have ended, on a task of its own: small, because there are many.
    pub(super) fn carry(self, client: TcpStream, data: Line) {
        let (number, sessions) = (self.number, self.sessions.clone());
        let task = match data {
            Line::Tcp(gateway) => tokio::spawn(async move {
                let place = self;
                let shared = &place.sessions.0;
                let _ = spliced(&client, &gateway, shared).await;
            }),
            Line::Wrapped(gateway) => tokio::spawn(async move {
                let place = self;
                let _ = copied(client, *gateway, &place.sessions.0).await;
            }),
        };
        let mut table = sessions.lock();
        table.joined += 1;
        match table.open.get_mut(&number) {
            Some(place) => *place = Some(task.abort_handle()),
            // Over already, or all are ended: then this one too.
            None => {
                drop(table);
                task.abort();
            }
        }
    }
}

async fn spliced(client: &TcpStream, gateway: &TcpStream, shared: &Shared) -> io::Result<()> {
    let up = splice::pass(client, gateway, &shared.pipes);
    let down = splice::pass(gateway, client, &shared.pipes);
    both(up, down, shared.after_the_gateway).await
}

/// A wrapped data connection costs what TLS costs: it is for sites that cannot do otherwise.
async fn copied(
    client: TcpStream,
    gateway: TlsStream<TcpStream>,
    shared: &Shared,
) -> io::Result<()> {
    let (client_reads, client_writes) = client.into_split();
    let (gateway_reads, gateway_writes) = tokio::io::split(gateway);
    let up = copy(client_reads, gateway_writes);
    let down = copy(gateway_reads, client_writes);
    both(up, down, shared.after_the_gateway).await
}

/// When the client has ended its side, the gateway decides how long the other goes on; the client
/// does not decide that of a gateway that has ended.
async fn both(
    up: impl Future<Output = io::Result<()>>,
    down: impl Future<Output = io::Result<()>>,
    after_the_gateway: Duration,
) -> io::Result<()> {
    tokio::pin!(up, down);
    tokio::select! {
        ended = &mut up => {
            ended?;
            down.await
        }
        ended = &mut down => {
            ended?;
            timeout(after_the_gateway, up).await.unwrap_or(Ok(()))
        }
    }
}

async fn copy(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin) -> io::Result<()> {
    let mut buffer = vec![0u8; COPY];
    loop {
        let read = from.read(&mut buffer).await?;
        let bytes = buffer.get(..read).unwrap_or_default();
        if bytes.is_empty() {
            return to.shutdown().await;
        }
        to.write_all(bytes).await?;
        to.flush().await?;
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn what_an_idle_session_holds_is_small() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let stream = TcpStream::connect(listener.local_addr().unwrap())
            .await
            .unwrap();
        let sessions = Sessions::new(1, Duration::ZERO);
        let session = spliced(&stream, &stream, &sessions.0);
        assert!(size_of_val(&session) <= 2048, "{}", size_of_val(&session));
    }
}
