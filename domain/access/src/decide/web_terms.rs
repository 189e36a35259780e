//! Web consoles: what may be registered, what may be asked for, how approvals narrow it, what is entered.

use super::asking::{Asking, Reasons};
use super::database_terms::identity_possible;
use super::permit::WebEntry;
use crate::limits;
use crate::reason::Reason;
use crate::site::{Grant, Request, Session, Target};
use crate::terms::{ChannelAsk, Paths, Protocol, WebSignIn, WebTarget, WebTerms, resolved_parts};

impl Asking<'_> {
    /// For a web console: how it is signed in at, with the secret that the vault must have, and bytes that
    /// the visit may still take out.
    pub(super) fn web_entry(
        &self,
        grant: &Grant,
        target: &Target,
        why: &mut Reasons,
    ) -> Option<WebEntry> {
        let (known, terms) = (target.web.as_ref()?, grant.terms.web.as_ref());
        let terms = why.need(terms, Reason::ProtocolNotGranted)?;
        let secret = !known.needs_a_secret() || target.secret.is_some();
        why.unless(secret, Reason::SecretMissing);
        self.usable(target, false, why);
        Some(WebEntry {
            target: known.clone(),
            terms: terms.clone(),
            secret: target.secrets,
            bytes_left: self.web_left(grant, terms, why),
        })
    }

    fn web_left(&self, grant: &Grant, terms: &WebTerms, why: &mut Reasons) -> u64 {
        let visit = self.site.visits.get(&grant.visit);
        let taken = visit.map_or(0, |visit| visit.data_out);
        let left = terms.most_bytes_out.saturating_sub(taken);
        why.unless(left > 0, Reason::DataUsedUp);
        left
    }

    /// Whether something may be asked of a web console in a session; bytes that may still be taken out.
    pub(super) fn web_allowed(
        &self,
        session: &Session,
        ask: &ChannelAsk,
        why: &mut Reasons,
    ) -> u64 {
        let grant = self.site.grants.get(&session.grant);
        let terms = grant.and_then(|grant| Some((grant, grant.terms.web.as_ref()?)));
        let channel = ask.id().to_owned();
        let Some((grant, terms)) = why.need(terms, Reason::ChannelNotGranted { channel }) else {
            return 0;
        };
        if let ChannelAsk::WebRequest { method, path } = ask {
            let told = method.chars().filter(|c| !c.is_control());
            let method_told = told.take(limits::LONGEST_METHOD).collect();
            why.unless(
                terms.allow_method(method),
                Reason::MethodNotGranted {
                    method: method_told,
                },
            );
            why.unless(terms.allow_path(path), Reason::PathNotGranted);
        }
        if *ask == ChannelAsk::WebLine {
            let refused = Reason::ChannelNotGranted {
                channel: ask.id().to_owned(),
            };
            why.unless(terms.write, refused);
        }
        self.web_left(grant, terms, why)
    }
}

/// What must hold of a web console when it is registered.
pub(super) fn web_possible(protocol: Protocol, web: Option<&WebTarget>, why: &mut Reasons) {
    let fits = (protocol == Protocol::Http) == web.is_some();
    why.unless(fits, Reason::WebTermsNotPossible);
    let Some(web) = web else {
        return;
    };
    identity_possible(protocol, &web.server, why);
    why.text(&web.host, limits::LONGEST_HOST);
    why.unless(host_possible(&web.host), Reason::WebTermsNotPossible);
    match &web.sign_in {
        WebSignIn::Nothing => {}
        WebSignIn::Basic { user } => {
            why.text(user, limits::LONGEST_USER);
            // RFC 7617 §2: what stands behind the first colon is the password.
            let said = !user.contains(':') && !user.chars().any(char::is_control);
            why.unless(said, Reason::WebTermsNotPossible);
        }
        WebSignIn::Header { name } => {
            why.text(name, limits::LONGEST_USER);
            why.unless(header_possible(name), Reason::WebTermsNotPossible);
        }
        WebSignIn::Form { user, page } => {
            why.text(user, limits::LONGEST_USER);
            why.text(page, limits::LONGEST_PATH);
            why.unless(page_possible(page), Reason::WebTermsNotPossible);
        }
    }
}

/// A name or an address, in brackets where it has colons, and perhaps a port: nothing that could end the line
/// of a header.
fn host_possible(host: &str) -> bool {
    let sign =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '[' | ']');
    !host.is_empty() && host.chars().all(sign)
}

/// A path of the console's own, which no browser takes for another name (two strokes, a backslash).
fn page_possible(page: &str) -> bool {
    let sign = |c: char| c.is_ascii_graphic() && !matches!(c, '\\' | '#');
    page.starts_with('/') && !page.starts_with("//") && page.chars().all(sign)
}

/// A header that is the console's own (RFC 9110 §5.1): none that says where a message ends or to whom it goes.
fn header_possible(name: &str) -> bool {
    const NOT: [&str; 9] = [
        "connection",
        "content-length",
        "cookie",
        "expect",
        "host",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    ];
    let sign = |c: char| c.is_ascii_alphanumeric() || c == '-';
    !name.is_empty() && name.chars().all(sign) && !NOT.contains(&name.to_ascii_lowercase().as_str())
}

/// What a request may ask for at a target.
pub(super) fn web_asked(target: &Target, asked: Option<&WebTerms>, why: &mut Reasons) {
    why.unless(
        asked.is_none() || target.web.is_some(),
        Reason::WebTermsNotPossible,
    );
}

pub(super) fn web_terms_possible(terms: &WebTerms, why: &mut Reasons) {
    let fits = (1..=limits::LARGEST_QUOTA).contains(&terms.most_bytes_out);
    why.unless(fits, Reason::WebTermsNotPossible);
    let Paths::Under(paths) = &terms.paths else {
        return;
    };
    why.limit(paths.len(), limits::MOST_PATHS, "paths");
    for path in paths {
        why.text(path, limits::LONGEST_PATH);
        let plain = resolved_parts(path).is_some() && !path.contains(['%', '?', '#', ';']);
        why.unless(plain, Reason::WebTermsNotPossible);
    }
}

/// What a request stands at for web consoles: as asked and narrowed so far, or narrower still.
pub(super) fn narrowed_web(
    request: &Request,
    narrower: Option<WebTerms>,
    why: &mut Reasons,
) -> Option<WebTerms> {
    let Some(narrower) = narrower else {
        return request.web.clone();
    };
    let asked = why.need(request.web.as_ref(), Reason::WebTermsNotPossible);
    if let Some(asked) = asked {
        why.unless(narrower.within(asked), Reason::WouldWiden);
    }
    web_terms_possible(&narrower, why);
    Some(narrower)
}
