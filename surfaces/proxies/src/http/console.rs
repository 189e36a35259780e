//! The connections to the console: its pinned key first, HTTP/1.1 in it, used again while it lets us.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use access::{EndReason, ServerIdentity, WebTarget};
use engine::OpenedSession;
use hyper::Request;
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use hyper::rt::{Read, Write};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;
use tunnel::TargetTlsError;
use wire::web::{MAX_HEAD, MAX_HEADERS};

use super::body::Piped;
use super::tasks::Tasks;
use crate::tcp;
use crate::workers::Workers;

/// Connections to one console at once; a browser makes six. More requests wait for one to be free.
const AT_ONCE: usize = 16;
/// Of those, how many are kept open for the next request.
const MOST_IDLE: usize = 8;
/// How long TLS may take.
const SECURED_WITHIN: Duration = Duration::from_secs(20);
/// How long a console may think before the head of an answer comes: it makes a backup, or waits for news.
const ANSWERS_WITHIN: Duration = Duration::from_secs(300);

/// A console, as a session reaches it.
pub(super) struct Console {
    tasks: Tasks,
    workers: Arc<Workers>,
    room: Arc<Semaphore>,
    idle: Mutex<Vec<SendRequest<Piped>>>,
}

/// Why there is no answer.
pub(super) enum NoAnswer {
    /// It cannot be reached, or it is not the one that was pinned: the session ends with that.
    Ends(EndReason),
    /// It did not answer this request, or not in HTTP.
    Failed,
}

/// The connection of one answer: given back when the answer is whole.
pub(super) struct Held {
    sender: SendRequest<Piped>,
    _place: OwnedSemaphorePermit,
}

impl Console {
    /// Begins with the connection that is there. Nothing was said on it.
    pub(super) async fn begin(
        target: TcpStream,
        known: &WebTarget,
        workers: &Arc<Workers>,
        tasks: &Tasks,
    ) -> Result<Self, EndReason> {
        let console = Self {
            tasks: tasks.clone(),
            workers: Arc::clone(workers),
            room: Arc::new(Semaphore::new(AT_ONCE)),
            idle: Mutex::default(),
        };
        let first = console.speak(target, known).await?;
        console.keep(first);
        Ok(console)
    }

    /// Asks, on a connection that is free or on a new one.
    pub(super) async fn ask(
        &self,
        opened: &OpenedSession,
        known: &WebTarget,
        request: Request<Piped>,
    ) -> Result<(hyper::Response<Incoming>, Held), NoAnswer> {
        let place = Arc::clone(&self.room).acquire_owned().await;
        let place = place.map_err(|_| NoAnswer::Failed)?;
        let mut unsent = request;
        while let Some(mut sender) = self.free() {
            if sender.ready().await.is_err() {
                continue;
            }
            match timeout(ANSWERS_WITHIN, sender.try_send_request(unsent)).await {
                Ok(Ok(answer)) => return Ok((answer, held(sender, place))),
                Ok(Err(mut failed)) => match failed.take_message() {
                    // It was closed before it heard anything of it.
                    Some(again) => unsent = again,
                    None => return Err(NoAnswer::Failed),
                },
                Err(_) => return Err(NoAnswer::Failed),
            }
        }
        let target = tcp::dial(opened).await.map_err(|_| NoAnswer::Failed)?;
        let speaking = self.speak(target, known).await;
        let mut sender = speaking.map_err(|end| {
            if end == EndReason::TargetKeyDiffers {
                NoAnswer::Ends(end)
            } else {
                NoAnswer::Failed
            }
        })?;
        match timeout(ANSWERS_WITHIN, sender.send_request(unsent)).await {
            Ok(Ok(answer)) => Ok((answer, held(sender, place))),
            Ok(Err(cause)) => {
                tracing::debug!(%cause, session = %opened.permit().session(), "a console did not answer");
                Err(NoAnswer::Failed)
            }
            Err(_) => Err(NoAnswer::Failed),
        }
    }

    /// An answer is whole: its connection is free.
    pub(super) fn give_back(&self, held: Held) {
        self.keep(held.sender);
    }

    fn free(&self) -> Option<SendRequest<Piped>> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some(sender) = idle.pop() {
            if !sender.is_closed() {
                return Some(sender);
            }
        }
        None
    }

    fn keep(&self, sender: SendRequest<Piped>) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(|sender| !sender.is_closed());
        if idle.len() < MOST_IDLE && !sender.is_closed() {
            idle.push(sender);
        }
    }

    /// TLS with the pinned key, or none where the hospital accepted that; then HTTP.
    async fn speak(
        &self,
        target: TcpStream,
        known: &WebTarget,
    ) -> Result<SendRequest<Piped>, EndReason> {
        let called = Some(known.host.as_str());
        match &known.server {
            ServerIdentity::Tls { spki } => {
                let securing = tunnel::connect_target(target, *spki, wire::alpn::HTTP, called);
                let secured = timeout(SECURED_WITHIN, securing).await;
                let secured = secured.map_err(|_| EndReason::TargetUnreachable)?;
                let secured = secured.map_err(|cause| not_secured(&cause))?;
                self.handshake(TokioIo::new(secured.stream)).await
            }
            ServerIdentity::OldTls { spki } => {
                let secured = self.workers.old_tls(target, *spki, called).await;
                let secured = secured.map_err(|cause| not_secured(&cause))?;
                self.handshake(TokioIo::new(secured.stream)).await
            }
            ServerIdentity::PlainText { .. } => self.handshake(TokioIo::new(target)).await,
        }
    }

    async fn handshake<T>(&self, io: T) -> Result<SendRequest<Piped>, EndReason>
    where
        T: Read + Write + Unpin + Send + 'static,
    {
        let speaking = http1::Builder::new()
            .max_headers(MAX_HEADERS)
            .max_buf_size(MAX_HEAD)
            .handshake(io)
            .await;
        let (sender, connection) = speaking.map_err(|_| EndReason::TargetUnreachable)?;
        self.tasks.begin(async move {
            // A console that closes is everyday.
            let _closed = connection.with_upgrades().await;
        });
        Ok(sender)
    }
}

fn not_secured(cause: &TargetTlsError) -> EndReason {
    tracing::warn!(%cause, "no TLS with a console");
    match cause {
        TargetTlsError::KeyDiffers { .. } => EndReason::TargetKeyDiffers,
        TargetTlsError::Failed(_) => EndReason::TargetWithoutTls,
    }
}

fn held(sender: SendRequest<Piped>, place: OwnedSemaphorePermit) -> Held {
    Held {
        sender,
        _place: place,
    }
}
