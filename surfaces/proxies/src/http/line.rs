//! A line that stays open both ways (WebSocket, RFC 6455; over HTTP/2 RFC 8441): asked for by itself, its bytes
//! recorded as they pass.

use std::sync::Arc;

use access::ChannelAsk;
use data_encoding::BASE64;
use hyper::body::Incoming;
use hyper::header::{
    CONNECTION, HeaderName, HeaderValue, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_EXTENSIONS,
    SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_PROTOCOL, SEC_WEBSOCKET_VERSION, UPGRADE,
};
use hyper::http::request;
use hyper::upgrade::Upgraded;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use phrases::Language;
use recording::{Direction, Stream};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::body::Piped;
use super::console::Held;
use super::heads::{Asked, is_foreign, to_console};
use super::requests::{Begun, begin, decided};
use super::session::Shared;
use super::{CHANNEL, answers, notes, pages};
use crate::frozen;
use crate::tcp::recorder_end;

/// Read buffer of either side.
const BUFFER: usize = 16 * 1024;

/// Opens a line.
pub(super) async fn open(
    shared: &Arc<Shared>,
    language: Language,
    mut request: Request<Incoming>,
) -> Response<Piped> {
    let near = hyper::upgrade::on(&mut request);
    let (head, _none) = request.into_parts();
    if is_foreign(&head) {
        return pages::not_carried(language, "web-foreign");
    }
    let opened = opened(shared, language, &head).await;
    let (begun, mut answer, held) = match opened {
        Ok(opened) => opened,
        Err(page) => return *page,
    };
    let far = hyper::upgrade::on(&mut answer);
    let mut passed = Response::new(Piped::none());
    if let Some(spoken) = answer.headers().get(SEC_WEBSOCKET_PROTOCOL) {
        let headers = passed.headers_mut();
        headers.insert(SEC_WEBSOCKET_PROTOCOL, spoken.clone());
    }
    let of = Arc::clone(shared);
    shared.tasks.begin(async move {
        let (near, far) = tokio::join!(near, far);
        let mut bytes = 0;
        if let (Ok(near), Ok(far)) = (near, far) {
            bytes = carry(&of, &begun, near, far).await;
        }
        let status = Some((StatusCode::SWITCHING_PROTOCOLS, None));
        answers::over(&of, &begun, status, bytes, true);
        drop(held);
    });
    passed
}

async fn opened(
    shared: &Arc<Shared>,
    language: Language,
    head: &request::Parts,
) -> Result<(Begun, Response<Incoming>, Held), Box<Response<Piped>>> {
    decided(shared, language, &Method::GET, head).await?;
    let asked = shared.ask(ChannelAsk::WebLine).await;
    asked.map_err(|refusal| Box::new(pages::refused(language, &refusal)))?;
    let not_http = || Box::new(pages::not_carried(language, "web-not-http"));
    let made = to_console(head, &shared.entry.target, &shared.signed_in);
    let mut made = made.ok_or_else(not_http)?;
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(|_| not_http())?;
    let key = BASE64.encode(&random);
    made.method = Method::GET;
    let asked = Asked {
        method: Method::GET,
        ..Asked::of(head, &shared.signed_in)
    };
    // What is compressed nobody reads in a recording.
    made.headers.remove(SEC_WEBSOCKET_EXTENSIONS);
    let said: [(HeaderName, &str); 4] = [
        (CONNECTION, "Upgrade"),
        (UPGRADE, "websocket"),
        (SEC_WEBSOCKET_VERSION, "13"),
        (SEC_WEBSOCKET_KEY, &key),
    ];
    for (name, value) in said {
        let value = HeaderValue::from_str(value).map_err(|_| not_http())?;
        made.headers.insert(name, value);
    }
    let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
    let none = hyper::HeaderMap::new();
    let text = notes::text("WEBSOCKET", path, &none, None);
    let begun = begin(shared, language, asked, text)?;
    let request = Request::from_parts(made, Piped::none());
    let console = &shared.console;
    let known = &shared.entry.target;
    match console.ask(&shared.opened, known, request).await {
        Err(why) => Err(Box::new(answers::none(shared, language, &begun, why))),
        Ok((answer, held)) if answer.status() == StatusCode::SWITCHING_PROTOCOLS => {
            let accept = answer.headers().get(SEC_WEBSOCKET_ACCEPT);
            let accept = accept.and_then(|accept| accept.to_str().ok());
            if accept.is_none() || accept != wire::websocket::accept(&key).as_deref() {
                let why = super::console::NoAnswer::Failed;
                return Err(Box::new(answers::none(shared, language, &begun, why)));
            }
            Ok((begun, answer, held))
        }
        Ok((answer, held)) => Err(Box::new(answers::back(
            shared, language, begun, answer, held,
        ))),
    }
}

/// Both directions, until one is over; bytes that came out.
async fn carry(shared: &Shared, begun: &Begun, near: Upgraded, far: Upgraded) -> u64 {
    let (near_in, near_out) = tokio::io::split(TokioIo::new(near));
    let (far_in, far_out) = tokio::io::split(TokioIo::new(far));
    let out = std::sync::atomic::AtomicU64::new(0);
    tokio::select! {
        biased;
        () = pump(shared, Direction::ToTarget, near_in, far_out, |bytes| {
            begun.count(bytes);
            true
        }) => {}
        () = pump(shared, Direction::FromTarget, far_in, near_out, |bytes| {
            out.fetch_add(bytes, std::sync::atomic::Ordering::Relaxed);
            shared.opened.take_data(bytes)
        }) => {}
    }
    out.into_inner()
}

async fn pump(
    shared: &Shared,
    direction: Direction,
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    pay: impl Fn(u64) -> bool,
) {
    let live = shared.opened.live();
    let mut buffer = vec![0; BUFFER];
    loop {
        frozen::passable(live).await;
        let read = match from.read(&mut buffer).await {
            Ok(0) | Err(_) => {
                let _gone = to.shutdown().await;
                return;
            }
            Ok(read) => read,
        };
        frozen::passable(live).await;
        let bytes = buffer.get(..read).unwrap_or_default();
        let length = u64::try_from(read).unwrap_or(u64::MAX);
        if !pay(length) {
            return answers::used_up(shared);
        }
        let recorded = shared
            .opened
            .stream(CHANNEL, direction, Stream::Output, bytes);
        if let Err(cause) = recorded {
            return shared.stop(recorder_end(&cause));
        }
        if frozen::pass_on(live, bytes, &mut to).await.is_err() {
            return;
        }
        match direction {
            Direction::ToTarget => live.count_sent(length),
            Direction::FromTarget => live.count_received(length),
        }
    }
}
