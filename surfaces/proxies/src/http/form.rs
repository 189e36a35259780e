//! Signing in at a console's own form: the gateway asks for the page, fills in the vault's secret, and keeps what the
//! console then knows it by. The engineer's browser sees neither the form nor the sign-in.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use access::{EndReason, WebTarget};
use http_body_util::BodyExt as _;
use hyper::body::{Bytes, Incoming};
use hyper::header::{
    ACCEPT, CONTENT_TYPE, COOKIE, HOST, HeaderMap, HeaderValue, LOCATION, ORIGIN, REFERER,
    SET_COOKIE, USER_AGENT,
};
use hyper::{Method, Request, StatusCode, Version};
use ids::Timestamp;
use tokio::time::{Instant, timeout};
use wire::web::{Jar, MAX_FORM_PAGE, NoForm, SignInForm, is_hidden, resolve};
use zeroize::Zeroizing;

use super::body::Piped;
use super::console::NoAnswer;
use super::heads::{Asked, own};
use super::notes::{self, Ended};
use super::session::Shared;
use crate::frozen;
use crate::tcp::recorder_end;

/// How often a console may send somebody on before a page comes.
const MOST_STEPS: usize = 5;
/// How long a page of the sign-in may take to come.
const PAGE_WITHIN: Duration = Duration::from_secs(20);
/// Within this time after a sign-in, whoever is asked to sign in again is sent on, not signed in anew: what a browser
/// asks for beside each other is answered by one sign-in.
const JUST_NOW: Duration = Duration::from_secs(10);
/// Sent on so often within that time, nobody was signed in at all.
const MOST_SENT_ON: u32 = 3;

/// Somebody signed in by a form.
pub(super) struct Form {
    /// The account.
    user: String,
    secret: Zeroizing<String>,
    /// The page that asks for it.
    page: String,
    jar: Mutex<Jar>,
    /// How often somebody was signed in: what answers an older request says nothing of this one.
    times: AtomicU64,
    /// One sign-in at a time.
    state: tokio::sync::Mutex<State>,
}

/// After the last sign-in.
struct State {
    /// Where the console sends whoever has signed in.
    lands: String,
    at: Option<Timestamp>,
    sent_on: u32,
    /// The console has said no. Asked again and again, it locks the account for everybody.
    refused: bool,
}

/// What a console said to one request of the sign-in.
struct Said {
    status: StatusCode,
    /// Where it sends on, as it says it.
    to: Option<String>,
    page: Vec<u8>,
}

impl Form {
    pub(super) fn new(user: &str, page: &str, secret: Zeroizing<String>) -> Self {
        Self {
            user: user.to_owned(),
            secret,
            page: page.to_owned(),
            jar: Mutex::default(),
            times: AtomicU64::new(0),
            state: tokio::sync::Mutex::new(State {
                lands: "/".to_owned(),
                at: None,
                sent_on: 0,
                refused: false,
            }),
        }
    }

    /// Signs in before anything else is asked for.
    ///
    /// # Errors
    /// With how the session ends.
    pub(super) async fn enter(&self, shared: &Shared) -> Result<(), EndReason> {
        let mut state = self.state.lock().await;
        state.lands = self.sign_in(shared).await?;
        state.at = Some(shared.opened.now());
        Ok(())
    }

    /// Whether a request asks for the page of the sign-in: then the console knows its visitor no more. Where that page
    /// is also the one on which its visitor lands, nobody can tell.
    pub(super) async fn is_asked(&self, asked: &Asked) -> bool {
        let is = |path: &str| {
            let path = if self.page.contains('?') {
                path
            } else {
                bare(path)
            };
            path == self.page
        };
        asked.method == Method::GET && is(&asked.path) && !is(&self.state.lock().await.lands)
    }

    /// Signs in again, and says where to go then.
    ///
    /// # Errors
    /// With how the session would end: the console lets nobody in.
    pub(super) async fn again(&self, shared: &Shared) -> Result<String, EndReason> {
        let mut state = self.state.lock().await;
        let now = shared.opened.now();
        if state.at.is_some_and(|at| now < at.plus(JUST_NOW)) {
            state.sent_on += 1;
            if state.sent_on > MOST_SENT_ON {
                return Err(EndReason::TargetRefusedLogin);
            }
        } else {
            if state.refused {
                return Err(EndReason::TargetRefusedLogin);
            }
            let lands = self.sign_in(shared).await;
            state.refused = lands == Err(EndReason::TargetRefusedLogin);
            state.at = Some(shared.opened.now());
            state.lands = lands?;
            state.sent_on = 0;
        }
        Ok(state.lands.clone())
    }

    /// The `Cookie` of a request for `asked`, of which the engineer's browser said `theirs`.
    pub(super) fn cookies(&self, theirs: Option<&str>, asked: &str) -> Option<String> {
        self.jar().cookies(theirs, asked)
    }

    /// How often somebody was signed in so far.
    pub(super) fn times(&self) -> u64 {
        self.times.load(Ordering::Acquire)
    }

    /// Whether a `Set-Cookie` stays here.
    pub(super) fn holds_back(&self, line: &str, asked: &Asked, known: &WebTarget) -> bool {
        let mut jar = self.jar();
        if asked.times != self.times() {
            return is_hidden(line);
        }
        jar.holds_back(line, &asked.path, own(known))
    }

    /// What scripts of the console read, for a browser that has it not yet.
    pub(super) fn shown(&self, asked: &Asked) -> Vec<String> {
        let jar = self.jar();
        let shown = jar.shown(asked.cookies.as_deref(), &asked.path);
        shown.into_iter().map(str::to_owned).collect()
    }

    fn jar(&self) -> std::sync::MutexGuard<'_, Jar> {
        self.jar.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The whole way, from the page to where its visitor lands.
    async fn sign_in(&self, shared: &Shared) -> Result<String, EndReason> {
        let known = &shared.entry.target;
        let mut jar = Jar::default();
        let (at, said) = self.page_at(shared, &mut jar, self.page.clone()).await?;
        let form = SignInForm::find(&said.page).map_err(|why| {
            let session = shared.opened.permit().session();
            tracing::warn!(?why, %session, "the page to sign in at has no form that can be filled in");
            EndReason::TargetSignInUnknown
        })?;
        let to = form.leads_to(&at, own(known));
        let to = to.ok_or(EndReason::TargetSignInUnknown)?;
        let filled = form.filled(&self.user, &self.secret);
        let mut said = self.ask(shared, &mut jar, &to, Some((&at, filled))).await?;
        let mut lands = "/".to_owned();
        if let Some(sent) = said.to.as_deref() {
            lands = resolve(&to, sent, own(known)).ok_or(EndReason::TargetSignInUnknown)?;
            (_, said) = self.page_at(shared, &mut jar, lands.clone()).await?;
        }
        let_in(&said)?;
        let mut kept = self.jar();
        self.times.fetch_add(1, Ordering::AcqRel);
        *kept = jar;
        Ok(lands)
    }

    /// The page at a path, wherever inside the console that leads, and where it was found.
    async fn page_at(
        &self,
        shared: &Shared,
        jar: &mut Jar,
        path: String,
    ) -> Result<(String, Said), EndReason> {
        let mut at = path;
        for _ in 0..MOST_STEPS {
            let said = self.ask(shared, jar, &at, None).await?;
            let Some(to) = &said.to else {
                return Ok((at, said));
            };
            let to = resolve(&at, to, own(&shared.entry.target));
            at = to.ok_or(EndReason::TargetSignInUnknown)?;
        }
        Err(EndReason::TargetSignInUnknown)
    }

    /// One request of the sign-in, recorded as every other is; what a form carries is not.
    async fn ask(
        &self,
        shared: &Shared,
        jar: &mut Jar,
        path: &str,
        form: Option<(&str, Zeroizing<String>)>,
    ) -> Result<Said, EndReason> {
        frozen::passable(shared.opened.live()).await;
        let method = if form.is_some() {
            Method::POST
        } else {
            Method::GET
        };
        let begun = Instant::now();
        let number = shared.next_number();
        let text = notes::text(method.as_str(), path, &HeaderMap::new(), None);
        let text = format!("{text} [{}]", self.user);
        let failed = |cause| recorder_end(&cause);
        notes::began(&shared.opened, number, text).map_err(failed)?;
        let asked = request(&shared.entry.target, jar, method, path, form);
        let asked = asked.ok_or(EndReason::TargetSignInUnknown)?;
        let known = &shared.entry.target;
        let answered = shared.console.ask(&shared.opened, known, asked).await;
        let (answer, held) = match answered {
            Ok(answered) => answered,
            Err(NoAnswer::Ends(end)) => return Err(end),
            Err(NoAnswer::Failed) => return Err(EndReason::TargetUnreachable),
        };
        let (head, body) = answer.into_parts();
        notes::answered(&shared.opened, number, head.status, &head.headers).map_err(failed)?;
        for line in head.headers.get_all(SET_COOKIE) {
            if let Ok(line) = line.to_str() {
                jar.take(line, path, own(known));
            }
        }
        let (page, came) = read(body).await;
        let whole = came == Came::Whole;
        if whole {
            shared.console.give_back(held);
        }
        let ended = Ended {
            number,
            status: Some((head.status, notes::kind(&head.headers))),
            bytes_in: 0,
            bytes_out: u64::try_from(page.len()).unwrap_or(u64::MAX),
            millis: u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
            whole,
        };
        notes::ended(&shared.opened, ended).map_err(failed)?;
        // Of a page that was cut nobody knows what it would have asked for.
        if came == Came::Cut {
            return Err(EndReason::TargetUnreachable);
        }
        let to = head.headers.get(LOCATION);
        let to = to.filter(|_| head.status.is_redirection());
        Ok(Said {
            status: head.status,
            to: to.map(|to| String::from_utf8_lossy(to.as_bytes()).into_owned()),
            page,
        })
    }
}

/// A request of the sign-in, as a browser would make it.
fn request(
    known: &WebTarget,
    jar: &Jar,
    method: Method,
    path: &str,
    form: Option<(&str, Zeroizing<String>)>,
) -> Option<Request<Piped>> {
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .version(Version::HTTP_11)
        .header(HOST, &known.host)
        .header(ACCEPT, "text/html,*/*;q=0.5")
        // Devices that look at it know browsers by this word.
        .header(USER_AGENT, "Mozilla/5.0 (compatible; Sekisho)");
    if let Some(cookies) = jar.cookies(None, path) {
        let mut cookies = HeaderValue::from_str(&cookies).ok()?;
        cookies.set_sensitive(true);
        request = request.header(COOKIE, cookies);
    }
    let Some((page, form)) = form else {
        return request.body(Piped::none()).ok();
    };
    let own = own(known);
    let origin = format!("{}://{}", own.scheme(), own.host);
    request
        .header(ORIGIN, &origin)
        .header(REFERER, format!("{origin}{page}"))
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Piped::of(Bytes::copy_from_slice(form.as_bytes())))
        .ok()
}

/// Whether this is a page of somebody who was let in.
fn let_in(said: &Said) -> Result<(), EndReason> {
    // A page that asks for a password once more is how most devices say no; with two it asks for a new one.
    // One that is longer than any to sign in at was read as far as that, and asked for none.
    let asks = SignInForm::find(&said.page);
    if said.status.is_success() && asks == Err(NoForm::NoPassword) {
        return Ok(());
    }
    Err(EndReason::TargetRefusedLogin)
}

/// How much of a page came.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Came {
    Whole,
    /// More than is read of any page.
    TooLong,
    /// It broke off, or came too slowly.
    Cut,
}

async fn read(mut body: Incoming) -> (Vec<u8>, Came) {
    let mut page = Vec::new();
    let came = timeout(PAGE_WITHIN, async {
        while let Some(frame) = body.frame().await {
            let Ok(frame) = frame else { return Came::Cut };
            if let Ok(bytes) = frame.into_data() {
                if page.len() + bytes.len() > MAX_FORM_PAGE {
                    return Came::TooLong;
                }
                page.extend_from_slice(&bytes);
            }
        }
        Came::Whole
    });
    let came = came.await.unwrap_or(Came::Cut);
    (page, came)
}

fn bare(path: &str) -> &str {
    path.split_once('?').map_or(path, |(path, _)| path)
}
