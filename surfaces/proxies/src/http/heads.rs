//! Heads of requests and answers, made anew for the other side.

use access::{WebSignIn, WebTarget};
use data_encoding::BASE64;
use hyper::header::{
    AUTHORIZATION, CACHE_CONTROL, CONTENT_LENGTH, COOKIE, HOST, HeaderMap, HeaderName, HeaderValue,
    LOCATION, ORIGIN, REFERER, SET_COOKIE,
};
use hyper::http::{request, response};
use hyper::{Method, Request, Uri, Version};
use wire::web::{
    Leads, Own, cookie_for_engineer, cookies_for_target, leads, passes_to_engineer,
    passes_to_target,
};
use zeroize::Zeroizing;

use super::form::Form;

/// With what each request is signed in.
pub(super) enum SignedIn {
    /// With nothing.
    Nobody,
    /// With a header that nobody but the console sees.
    Header(HeaderName, HeaderValue),
    /// With what the console gave at its form.
    Form(Form),
}

impl SignedIn {
    /// The form, if it was one.
    pub(super) fn form(&self) -> Option<&Form> {
        match self {
            Self::Form(form) => Some(form),
            Self::Nobody | Self::Header(..) => None,
        }
    }
}

/// How the vault's secret is said. `None` if it cannot be.
pub(super) fn sign_in(target: &WebTarget, secret: Zeroizing<String>) -> Option<SignedIn> {
    let (name, value) = match &target.sign_in {
        WebSignIn::Nothing => return Some(SignedIn::Nobody),
        WebSignIn::Form { user, page } => {
            return Some(SignedIn::Form(Form::new(user, page, secret)));
        }
        WebSignIn::Basic { user } => {
            let pair = Zeroizing::new(format!("{user}:{}", *secret));
            let encoded = Zeroizing::new(BASE64.encode(pair.as_bytes()));
            let said = Zeroizing::new(format!("Basic {}", *encoded));
            (AUTHORIZATION, HeaderValue::from_str(&said))
        }
        WebSignIn::Header { name } => {
            let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
            (name, HeaderValue::from_str(&secret))
        }
    };
    let mut value = value.ok()?;
    value.set_sensitive(true);
    Some(SignedIn::Header(name, value))
}

/// What was asked for, where its answer has to be understood.
#[derive(Clone)]
pub(super) struct Asked {
    pub(super) method: Method,
    /// With the query.
    pub(super) path: String,
    /// As the engineer's browser said them, in the console's names.
    pub(super) cookies: Option<String>,
    /// How often somebody was signed in by the form before it.
    pub(super) times: u64,
}

impl Asked {
    pub(super) fn of(head: &request::Parts, signed_in: &SignedIn) -> Self {
        let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
        Self {
            method: head.method.clone(),
            path: path.to_owned(),
            cookies: cookies(&head.headers),
            times: signed_in.form().map_or(0, Form::times),
        }
    }
}

/// What the console is called, in its own words.
pub(super) fn own(target: &WebTarget) -> Own<'_> {
    Own {
        tls: !matches!(target.server, access::ServerIdentity::PlainText { .. }),
        host: &target.host,
    }
}

/// Whether a request says that it comes from a page of another name than the one it asks.
pub(super) fn is_foreign(head: &request::Parts) -> bool {
    let Some(origin) = head.headers.get(ORIGIN) else {
        return false;
    };
    let authority = head.uri.authority().map(|authority| authority.as_str());
    let named = origin.to_str().ok().and_then(|origin| {
        let plain = origin.strip_prefix("http://");
        plain.or_else(|| origin.strip_prefix("https://"))
    });
    named.is_none() || named != authority
}

/// The head that the console gets: its own name, what passes, and the secret. `None` if it cannot be said.
pub(super) fn to_console(
    head: &request::Parts,
    target: &WebTarget,
    signed_in: &SignedIn,
) -> Option<request::Parts> {
    let asked = head.uri.path_and_query()?.as_str();
    let uri: Uri = asked.parse().ok()?;
    let made = Request::builder()
        .method(head.method.clone())
        .uri(uri)
        .version(Version::HTTP_11)
        .header(HOST, &target.host)
        .body(());
    let (mut made, ()) = made.ok()?.into_parts();
    for (name, value) in &head.headers {
        // Whoever is signed in by the gateway is nobody else.
        let taken = match signed_in {
            SignedIn::Nobody => false,
            SignedIn::Header(own, _) => own == name || *name == AUTHORIZATION,
            SignedIn::Form(_) => *name == AUTHORIZATION,
        };
        if passes_to_target(name.as_str()) && !taken {
            made.headers.append(name.clone(), value.clone());
        }
    }
    let mut cookies = cookies(&head.headers);
    if let Some(form) = signed_in.form() {
        cookies = form.cookies(cookies.as_deref(), asked);
    }
    if let Some(cookies) = cookies {
        made.headers
            .insert(COOKIE, HeaderValue::from_str(&cookies).ok()?);
    }
    let own = own(target);
    let origin = format!("{}://{}", own.scheme(), own.host);
    if head.headers.contains_key(ORIGIN) {
        made.headers
            .insert(ORIGIN, HeaderValue::from_str(&origin).ok()?);
    }
    if let Some(referer) = referer(head, &origin) {
        made.headers.insert(REFERER, referer);
    }
    if let SignedIn::Header(name, value) = signed_in {
        made.headers.insert(name.clone(), value.clone());
    }
    Some(made)
}

/// The engineer's cookies, as the console may have them.
pub(super) fn cookies(headers: &HeaderMap) -> Option<String> {
    let lines = headers.get_all(COOKIE).iter();
    let lines: Vec<&str> = lines.filter_map(|line| line.to_str().ok()).collect();
    cookies_for_target(&lines.join("; "))
}

/// From which page it comes, in the console's words; nothing if from elsewhere.
fn referer(head: &request::Parts, origin: &str) -> Option<HeaderValue> {
    let said = head.headers.get(REFERER)?.to_str().ok()?;
    let page: Uri = said.parse().ok()?;
    if page.authority() != head.uri.authority() {
        return None;
    }
    let path = page.path_and_query()?;
    HeaderValue::from_str(&format!("{origin}{path}")).ok()
}

/// What becomes of the head of an answer.
pub(super) enum Back {
    /// These headers.
    Passes(HeaderMap),
    /// It leads elsewhere.
    Elsewhere(String),
}

/// The headers that the engineer gets.
pub(super) fn to_engineer(
    head: &response::Parts,
    target: &WebTarget,
    asked: &Asked,
    signed_in: &SignedIn,
) -> Back {
    let own = own(target);
    let mut back = HeaderMap::new();
    for (name, value) in &head.headers {
        if passes_to_engineer(name.as_str()) {
            back.append(name.clone(), value.clone());
        }
    }
    if let Some(to) = head.headers.get(LOCATION) {
        let inside = to.to_str().ok().map(|to| leads(to, own));
        let inside = match inside {
            Some(Leads::Inside(to)) => HeaderValue::from_str(&to).ok(),
            Some(Leads::Elsewhere) | None => None,
        };
        match inside {
            Some(inside) => {
                back.insert(LOCATION, inside);
            }
            None if head.status.is_redirection() => {
                let to = String::from_utf8_lossy(to.as_bytes());
                return Back::Elsewhere(to.into_owned());
            }
            None => {}
        }
    }
    let form = signed_in.form();
    let lines = head.headers.get_all(SET_COOKIE).iter();
    let mut set: Vec<String> = lines
        .filter_map(|line| line.to_str().ok())
        .filter(|line| !form.is_some_and(|form| form.holds_back(line, asked, target)))
        .filter_map(|line| cookie_for_engineer(line, own))
        .collect();
    if let Some(form) = form {
        set.extend(form.shown(asked));
    }
    for line in set {
        if let Ok(line) = HeaderValue::from_str(&line) {
            back.append(SET_COOKIE, line);
        }
    }
    if let (&Method::HEAD, Some(length)) = (&asked.method, head.headers.get(CONTENT_LENGTH)) {
        back.insert(CONTENT_LENGTH, length.clone());
    }
    // What a console shows of patients is not kept on the engineer's computer.
    back.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Back::Passes(back)
}
