//! HTTP/1.1 on one connection, with a limit on everything that the other side can spend.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use axum::body::Body;
use axum::http::header::CONNECTION;
use axum::http::{HeaderValue, Request, StatusCode};
use axum::response::{IntoResponse, Response};
use engine::Engine;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tower::ServiceExt;

use crate::answer::Failed;
use crate::endpoints::with_manners;
use crate::{Arrival, Terminals, router_with_terminals};

/// How long the head of a request may take, and how long a connection may lie idle: a program that
/// asks every few seconds keeps it, a forgotten one costs no descriptor for long.
pub const HEADERS_WITHIN: Duration = Duration::from_secs(30);
/// How long a body may take: 6 MiB over a line of 512 kbit/s.
pub const BODY_WITHIN: Duration = Duration::from_secs(100);
/// Header lines of a request: browsers send about fifteen.
pub const MOST_HEADERS: usize = 48;
/// Bytes of a request's head, and of what is read ahead.
pub const MOST_HEADER_BYTES: usize = 16 * 1024;
/// Requests on one connection: a console that asks every two seconds for half an hour.
pub const MOST_REQUESTS: u32 = 1000;
/// Answers of "sign in first" on one connection: a person who mistypes, not a program that tries.
pub const MOST_REQUESTS_OF_A_STRANGER: u32 = 16;
/// How long a connection lasts at the longest; then it is closed after the answer under way.
pub const CONNECTION_LASTS: Duration = Duration::from_secs(60 * 60);
/// How long the last answer may take: the export of a large ledger over a slow line.
const LAST_ANSWER_WITHIN: Duration = Duration::from_secs(15 * 60);

/// Serves one connection until it is done: by its peer, by a limit, or by [`CONNECTION_LASTS`].
/// Dropping the future closes it.
pub async fn serve_connection<IO>(io: IO, arrival: Arrival, engine: Engine)
where
    IO: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    serve_with_terminals(io, arrival, engine, Terminals::none()).await;
}

/// The same, with the terminals that engineers open in its pages. A connection that became a terminal's
/// line is that terminal's: none of the limits here hold for it, and all of `crate::terminal`'s do.
pub async fn serve_with_terminals<IO>(
    io: IO,
    arrival: Arrival,
    engine: Engine,
    terminals: Terminals,
) where
    IO: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let router = router_with_terminals(engine, arrival, terminals);
    let counts = Arc::new(Counts::default());
    let seen = Arc::clone(&counts);
    let service = service_fn(move |request: Request<Incoming>| {
        let router = router.clone();
        let counts = Arc::clone(&counts);
        async move {
            // A call that was begun is finished, also if its asker goes away: an attempt is counted,
            // an erasure is carried out. If it panics, only its own answer is lost.
            let call = tokio::spawn(router.oneshot(request.map(Body::new)));
            let answer = match call.await {
                Ok(Ok(answer)) => answer,
                Err(_) => with_manners(Failed::Broken.into_response()).await,
            };
            Ok::<_, Infallible>(counts.counted(answer))
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS_WITHIN)
        .max_headers(MOST_HEADERS)
        .max_buf_size(MOST_HEADER_BYTES)
        .serve_connection(TokioIo::new(io), service)
        .with_upgrades();
    let mut connection = std::pin::pin!(connection);
    let served = tokio::select! {
        served = connection.as_mut() => served,
        () = tokio::time::sleep(CONNECTION_LASTS) => {
            connection.as_mut().graceful_shutdown();
            if seen.endless.load(Ordering::Relaxed) {
                connection.await
            } else {
                let last = tokio::time::timeout(LAST_ANSWER_WITHIN, connection).await;
                last.unwrap_or(Ok(()))
            }
        }
    };
    if let Err(cause) = served {
        // A peer that goes away, stalls or speaks something else is everyday.
        tracing::debug!(%cause, "a connection to the API ended");
    }
}

/// Stands on an answer that lasts as long as somebody watches a session: the connection's own end does
/// not cut it off. It ends with the session, or with its watcher.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Endless;

/// What one connection has asked.
#[derive(Default)]
struct Counts {
    requests: AtomicU32,
    strange: AtomicU32,
    endless: AtomicBool,
}

impl Counts {
    fn counted(&self, mut answer: Response) -> Response {
        if answer.extensions().get::<Endless>().is_some() {
            self.endless.store(true, Ordering::Relaxed);
        }
        let strange = answer.status() == StatusCode::UNAUTHORIZED;
        let strangers = self
            .strange
            .fetch_add(u32::from(strange), Ordering::Relaxed);
        let requests = self.requests.fetch_add(1, Ordering::Relaxed);
        let enough = requests.saturating_add(1) >= MOST_REQUESTS
            || strangers.saturating_add(u32::from(strange)) >= MOST_REQUESTS_OF_A_STRANGER;
        if enough {
            let close = HeaderValue::from_static("close");
            answer.headers_mut().insert(CONNECTION, close);
        }
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_that_lasts_as_long_as_a_session_is_not_cut_off() {
        let counts = Counts::default();
        drop(counts.counted(StatusCode::OK.into_response()));
        assert!(!counts.endless.load(Ordering::Relaxed));
        let mut watched = StatusCode::OK.into_response();
        watched.extensions_mut().insert(Endless);
        drop(counts.counted(watched));
        assert!(counts.endless.load(Ordering::Relaxed));
    }

    #[test]
    fn a_stranger_has_a_few_tries_on_a_connection() {
        let counts = Counts::default();
        let closes = |status: StatusCode| {
            let answer = counts.counted(status.into_response());
            answer.headers().contains_key(CONNECTION)
        };
        for _ in 1..MOST_REQUESTS_OF_A_STRANGER {
            assert!(!closes(StatusCode::UNAUTHORIZED));
        }
        assert!(!closes(StatusCode::OK));
        assert!(closes(StatusCode::UNAUTHORIZED));
    }
}
