//! One request: decided, noted, and made anew for the console.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use access::{ChannelAsk, EndReason};
use http_body_util::BodyExt as _;
use hyper::body::{Body as _, Incoming};
use hyper::ext::Protocol;
use hyper::header::{ACCEPT_LANGUAGE, HeaderMap};
use hyper::http::request;
use hyper::{Method, Request, Response};
use phrases::Language;
use tokio::time::Instant;
use wire::web::plain_path;

use super::body::{Pipe, Piped, pipe};
use super::form::Form;
use super::heads::{Asked, is_foreign, to_console};
use super::session::Shared;
use super::{answers, line, notes, pages};
use crate::frozen;
use crate::tcp::recorder_end;

/// A request that is under way.
pub(super) struct Begun {
    pub(super) number: u64,
    pub(super) asked: Asked,
    since: Instant,
    sent: Arc<AtomicU64>,
}

impl Begun {
    /// How long it has taken so far.
    pub(super) fn millis(&self) -> u64 {
        u64::try_from(self.since.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Bytes of its body that passed.
    pub(super) fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    pub(super) fn count(&self, bytes: u64) {
        self.sent.fetch_add(bytes, Ordering::Relaxed);
    }
}

/// Answers one request of the door's.
pub(super) async fn answer(shared: &Arc<Shared>, request: Request<Incoming>) -> Response<Piped> {
    let language = language(request.headers());
    if let (Some(why), true) = (shared.opened.live().frozen(), is_a_page(request.headers())) {
        return pages::waits(language, why);
    }
    let lines = request.extensions().get::<Protocol>().map(Protocol::as_str);
    let websocket = lines == Some("websocket");
    let elsewhere = request.method() == Method::CONNECT && !websocket;
    if websocket {
        return line::open(shared, language, request).await;
    }
    let (head, body) = request.into_parts();
    if elsewhere {
        return pages::not_carried(language, "web-no-tunnel");
    }
    if is_foreign(&head) {
        return pages::not_carried(language, "web-foreign");
    }
    // What would go on answering in the browser when the session is long over.
    if head.headers.contains_key("service-worker") {
        return pages::not_carried(language, "web-no-worker");
    }
    let carried = carried(shared, language, &head, body).await;
    carried.unwrap_or_else(|page| *page)
}

/// The language of the gateway's own pages: the first that the browser names.
fn language(headers: &HeaderMap) -> Language {
    let said = headers.get(ACCEPT_LANGUAGE);
    let said = said.and_then(|said| said.to_str().ok());
    said.map_or_else(Language::default, Language::from_locale)
}

/// Whether a person waits for a page, and not a page for a part of itself.
fn is_a_page(headers: &HeaderMap) -> bool {
    let mode = headers.get("sec-fetch-mode");
    mode.is_some_and(|mode| mode == "navigate")
}

/// Asks whether a request may be made; the page that says why not.
pub(super) async fn decided(
    shared: &Shared,
    language: Language,
    method: &Method,
    head: &request::Parts,
) -> Result<(), Box<Response<Piped>>> {
    let ask = ChannelAsk::WebRequest {
        method: method.as_str().to_owned(),
        path: plain_path(head.uri.path()).unwrap_or_default(),
    };
    let asked = shared.ask(ask).await;
    asked
        .map(drop)
        .map_err(|refusal| Box::new(pages::refused(language, &refusal)))
}

/// Notes that a request begins, before the console hears of it.
pub(super) fn begin(
    shared: &Shared,
    language: Language,
    asked: Asked,
    text: String,
) -> Result<Begun, Box<Response<Piped>>> {
    let begun = Begun {
        number: shared.next_number(),
        asked,
        since: Instant::now(),
        sent: Arc::default(),
    };
    match notes::began(&shared.opened, begun.number, text) {
        Ok(()) => Ok(begun),
        Err(cause) => {
            shared.stop(recorder_end(&cause));
            Err(Box::new(pages::over(language)))
        }
    }
}

async fn carried(
    shared: &Arc<Shared>,
    language: Language,
    head: &request::Parts,
    body: Incoming,
) -> Result<Response<Piped>, Box<Response<Piped>>> {
    let asked = Asked::of(head, &shared.signed_in);
    if let Some(form) = shared.signed_in.form()
        && form.is_asked(&asked).await
    {
        return signed_in_again(shared, language, form).await;
    }
    decided(shared, language, &head.method, head).await?;
    let target = &shared.entry.target;
    let made = to_console(head, target, &shared.signed_in);
    let made = made.ok_or_else(|| Box::new(pages::not_carried(language, "web-not-http")))?;
    let length = body.size_hint().exact();
    let has_body = !body.is_end_stream();
    let told = length.filter(|_| has_body);
    let text = notes::text(head.method.as_str(), &asked.path, &head.headers, told);
    let begun = begin(shared, language, asked, text)?;
    let passing = if has_body {
        let (to, piped) = pipe(length);
        let (counted, of) = (Arc::clone(&begun.sent), Arc::clone(shared));
        shared.tasks.begin(async move {
            let _cut_or_whole = up(&of, body, to, &counted).await;
        });
        piped
    } else {
        Piped::none()
    };
    let request = Request::from_parts(made, passing);
    let console = &shared.console;
    let asked = console.ask(&shared.opened, target, request).await;
    Ok(match asked {
        Ok((answer, held)) => answers::back(shared, language, begun, answer, held),
        Err(why) => answers::none(shared, language, &begun, why),
    })
}

/// The console asks its visitor to sign in, which is nothing for the engineer to do: what was granted to them is asked
/// of where they are sent on to.
async fn signed_in_again(
    shared: &Shared,
    language: Language,
    form: &Form,
) -> Result<Response<Piped>, Box<Response<Piped>>> {
    frozen::passable(shared.opened.live()).await;
    match form.again(shared).await {
        Ok(lands) => Ok(pages::go_on(&lands)),
        Err(end @ (EndReason::TargetRefusedLogin | EndReason::TargetSignInUnknown)) => {
            let sentence = format!("end-{}", end.id());
            Err(Box::new(pages::no_answer(language, &sentence)))
        }
        Err(EndReason::TargetUnreachable) => {
            Err(Box::new(pages::no_answer(language, "web-no-answer-text")))
        }
        Err(end) => {
            shared.stop(end);
            Err(Box::new(pages::over(language)))
        }
    }
}

/// A body from the engineer to the console.
async fn up(shared: &Shared, mut body: Incoming, to: Pipe, counted: &AtomicU64) -> Option<()> {
    let live = shared.opened.live();
    while let Some(frame) = body.frame().await {
        // What is cut is not whole: the console's connection is closed with it.
        let Ok(bytes) = frame.ok()?.into_data() else {
            continue;
        };
        frozen::passable(live).await;
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        to.send(bytes).await.ok()?;
        live.count_sent(length);
        counted.fetch_add(length, Ordering::Relaxed);
    }
    to.end().await.ok()
}
