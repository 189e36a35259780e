//! One request, as somebody decides it: on a telephone, at night, without knowing servers.

mod able;
pub(super) mod answer;

use axum::extract::RawQuery;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue};
use axum::response::{IntoResponse, Response};
use ids::RequestId;
use maud::{Markup, html};
use wire::api::v1::{Request, RequestState};

use super::failed::PageFailed;
use super::moment;
use super::page::Page;
use super::parts::{self, Tone};
use super::requests::{Firms, firms, kind, state, waiting, whose};
use super::signed::Signed;
use crate::api;
use crate::body::Of;

pub(crate) use answer::{approve, refuse};

/// Everything that there is to know before answering, and the answers.
pub(crate) async fn show(
    signed: Signed,
    Of(id): Of<RequestId>,
    RawQuery(query): RawQuery,
) -> Result<Page, PageFailed> {
    let request = api::requests::show(signed.asker.clone(), Of(id.clone()))
        .await?
        .0;
    let firms = firms(&signed).await?;
    let names = approvers(&signed, &request).await?;
    let unusual = unusual(&signed, &id);
    let title = whose(&signed, &request, &firms);
    let (tone, stands) = state(&request.state);
    let granted = granted(&signed, &request).await;
    let main = html! {
        h1 { (title) }
        p { (parts::tag(tone, &signed.say(stands, &[]))) }
        (too_late(&signed, &request))
        @if !granted.is_empty() { (parts::facts(&granted)) }
        (parts::facts(&facts(&signed, &request, &firms)))
        section.card {
            h2 { (signed.say("console-able", &[])) }
            (able::list(&signed, &request))
        }
        section.card {
            h2 { (signed.say("console-unusual", &[])) }
            @if unusual.is_empty() { (parts::empty(&signed.say("console-unusual-none", &[]))) }
            ul.signs { @for one in &unusual { li { (parts::tag(Tone::Look, one)) } } }
        }
        @if !names.is_empty() {
            p { (signed.say("console-approved-so-far", &[])) ": " (names.join("、")) }
        }
        @if request.unanswered.is_some() { p { (signed.say("notify-was-unanswered", &[])) } }
        @if let RequestState::Refused { reason: Some(reason) } = &request.state {
            (parts::notice(Tone::Bad, &html! { p { (signed.say("console-refused-because", &[("reason", reason)])) } }))
        }
        (below(&signed, &request))
    };
    Ok(Page::new(&signed, &title)
        .await
        .after(query.as_deref())
        .main(main))
}

/// The answers, for who may give one; else where it went.
fn below(signed: &Signed, request: &Request) -> Markup {
    let own = signed.asker.person() == Some(&request.by);
    let answers =
        waiting(request) && signed.of_the_hospital() && signed.has(access::Role::Approver);
    html! {
        @if answers && own { p { (signed.say("console-own-request", &[])) } }
        @if answers && !own { (answer::forms(signed, request)) }
        @if !waiting(request) && request.state != RequestState::Lapsed {
            p { (signed.say("console-decided", &[])) }
            p.actions {
                @if request.grant.is_some() {
                    a.button href=(format!("/visits/{}", request.visit.number())) { (signed.say("console-to-visit", &[])) }
                }
                @if own && !request.extension { (again(signed, request)) }
            }
        }
    }
}

/// That nobody can answer any more, before everything else that there is to read.
fn too_late(signed: &Signed, request: &Request) -> Markup {
    let own = signed.asker.person() == Some(&request.by);
    let said = if own {
        "work-lapsed"
    } else {
        "work-lapsed-for-hospital"
    };
    html! {
        @if request.state == RequestState::Lapsed {
            (parts::notice(Tone::Look, &html! { p { (signed.say(said, &[])) } }))
            @if own && !request.extension { p.actions { (again(signed, request)) } }
        }
    }
}

/// The way to ask once more for the same.
fn again(signed: &Signed, request: &Request) -> Markup {
    let path = format!("/requests/new?again={}", request.id.number());
    html! { a.button href=(path) { (signed.say("work-ask-again", &[])) } }
}

/// What the yes says beyond what was asked: other hours, conditions.
async fn granted(signed: &Signed, request: &Request) -> Vec<(String, Markup)> {
    if request.grant.is_none() {
        return Vec::new();
    }
    let visit = Of(request.visit.clone());
    let Ok(visit) = api::visits::show(signed.asker.clone(), visit).await else {
        return Vec::new();
    };
    let visit = visit.0;
    let mut facts = Vec::new();
    if visit.window != request.window && !request.extension {
        let window = moment::window_said(signed.language, visit.window.from, visit.window.until);
        let label = signed.say("work-granted-window", &[]);
        facts.push((label, html! { strong { (window) } }));
    }
    if let Some(conditions) = &visit.conditions {
        let label = signed.say("work-conditions", &[]);
        facts.push((label, html! { (conditions) }));
    }
    facts
}

fn facts(signed: &Signed, request: &Request, firms: &Firms) -> Vec<(String, Markup)> {
    let word = |id| signed.say(id, &[]);
    let erased = || word("console-erased");
    let text = |text: &Option<String>| html! { (text.clone().unwrap_or_else(erased)) };
    let window = request.window;
    let said = moment::window_said(signed.language, window.from, window.until);
    let length = moment::lasting(signed.language, window.from, window.until);
    let when = signed.say(
        "console-how-long",
        &[("window", &said), ("length", &length)],
    );
    let firm = firms.get(&request.vendor).cloned().unwrap_or_else(erased);
    let mut facts = vec![
        (word("console-who"), text(&request.by_name)),
        (word("console-firm"), html! { (firm) }),
        (
            word("console-where"),
            html! { strong { (request.target_name) } },
        ),
        (word("console-what-for"), text(&request.purpose)),
        (word("console-kind"), html! { (kind(signed, request.kind)) }),
        (word("console-when"), html! { strong { (when) } }),
    ];
    if let Some(sub) = &request.sub_contractor {
        let name = firms.get(sub).cloned().unwrap_or_else(erased);
        facts.insert(2, (word("console-sub-contractor"), html! { (name) }));
    }
    facts.push((word("console-plan"), plan_link(signed, request)));
    facts.push((word("console-contact"), text(&request.contact)));
    if !request.files.is_empty() {
        facts.push((word("console-files"), able::files(signed, request)));
    }
    facts.push((word("console-asked-at"), signed.time(request.at)));
    facts
}

fn plan_link(signed: &Signed, request: &Request) -> Markup {
    let name = request.plan_name.clone();
    let name = name.unwrap_or_else(|| signed.say("console-erased", &[]));
    let path = format!("/requests/{}/plan", request.id.number());
    html! { a href=(path) download { (signed.say("console-plan-open", &[("name", &name)])) } }
}

async fn approvers(signed: &Signed, request: &Request) -> Result<Vec<String>, PageFailed> {
    // A vendor's people are not told the names of the hospital's.
    if request.approved_by.is_empty() || !signed.of_the_hospital() {
        return Ok(Vec::new());
    }
    let people = api::people::list(signed.asker.clone()).await?.0;
    let named = request.approved_by.iter().map(|by| {
        let person = people.iter().find(|person| person.id == *by);
        let name = person.and_then(|person| person.name.clone());
        name.unwrap_or_else(|| by.to_string())
    });
    Ok(named.collect())
}

fn unusual(signed: &Signed, id: &RequestId) -> Vec<String> {
    let site = signed.asker.engine.site();
    let found = site.request(id).map(|request| site.unusual(request));
    let found = found.unwrap_or_default().into_iter();
    found
        .map(|unusual| signed.say(&format!("unusual-{}", unusual.id()), &[]))
        .collect()
}

/// The plan, as it was handed in: to be kept, never to be shown by the browser in our name.
pub(crate) async fn plan(signed: Signed, Of(id): Of<RequestId>) -> Result<Response, PageFailed> {
    let file = api::requests::plan(signed.asker.clone(), Of(id)).await?.0;
    Ok(attachment(
        file.name.as_deref().unwrap_or("plan"),
        file.content.0,
    ))
}

/// Somebody's file: bytes to be kept under a name, nothing that a browser runs or shows (lesson L28).
pub(crate) fn attachment(name: &str, bytes: Vec<u8>) -> Response {
    let encoded: String = form_urlencoded::byte_serialize(name.as_bytes()).collect();
    // RFC 8187: spaces are %20 there.
    let named = format!(
        "attachment; filename*=UTF-8''{}",
        encoded.replace('+', "%20")
    );
    let named = HeaderValue::from_str(&named);
    let headers = [
        (
            CONTENT_TYPE,
            HeaderValue::from_static("application/octet-stream"),
        ),
        (
            CONTENT_DISPOSITION,
            named.unwrap_or(HeaderValue::from_static("attachment")),
        ),
        (
            CONTENT_SECURITY_POLICY,
            HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'; sandbox"),
        ),
    ];
    (headers, bytes).into_response()
}
