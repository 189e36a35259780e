//! The rows of an engineer's own work: a visit that is open, one to come, a request that waits, one that was.

use ids::Timestamp;
use maud::{Markup, html};
use wire::api::v1::{Request, RequestState, Visit};

use super::super::files;
use super::super::moment;
use super::super::parts::{self, Tone};
use super::super::requests::state;
use super::super::signed::Signed;

pub(super) fn window(signed: &Signed, visit: &Visit) -> String {
    moment::window_said(signed.language, visit.window.from, visit.window.until)
}

pub(super) fn report_link(signed: &Signed, visit: &Visit) -> Markup {
    let path = format!("/visits/{}/report", visit.id.number());
    html! { p { a.button href=(path) { (signed.say("work-write-report", &[])) } } }
}

pub(super) fn section<T>(
    signed: &Signed,
    title: &str,
    none: &str,
    items: Vec<T>,
    row: impl Fn(T) -> Markup,
) -> Markup {
    html! {
        section.card data-live=(title) {
            h2 { (signed.say(title, &[])) }
            @if items.is_empty() { (parts::empty(&signed.say(none, &[]))) }
            ul.rows { @for item in items { li { (row(item)) } } }
        }
    }
}

/// A visit that may be entered now: how long still, and the ways in.
pub(super) fn open(signed: &Signed, visit: &Visit, now: Timestamp) -> Markup {
    let left = moment::lasting(signed.language, now, visit.window.until);
    let number = visit.id.number();
    html! {
        h3 { (visit.target_name) }
        p.left { strong { (signed.say("work-left", &[("left", &left)])) } }
        p { (window(signed, visit)) }
        (terms(signed, visit))
        p.actions {
            @if visit.ssh.is_some() {
                a.button.primary href=(format!("/visits/{number}/terminal")) { (signed.say("work-terminal", &[])) }
            }
            @if visit.desktop.is_some() {
                a.button.primary href=(format!("/visits/{number}/desktop")) { (signed.say("work-desktop-open", &[])) }
            }
            a.button href=(format!("/visits/{number}/extend")) { (signed.say("work-extend", &[])) }
            a.button href=(format!("/visits/{number}/report")) { (signed.say("work-write-report", &[])) }
        }
        p.hint {
            @if visit.ssh.is_some() { (signed.say("work-own-client", &[])) " " code { "sekisho ssh-config" } }
            @else { (signed.say("work-own-program", &[])) " " code { "sekisho connect " (visit.target_name) " --listen 127.0.0.1:15432" } }
        }
    }
}

pub(super) fn to_come(signed: &Signed, visit: &Visit) -> Markup {
    html! {
        h3 { (visit.target_name) }
        p { (window(signed, visit)) }
        p { (parts::tag(Tone::Good, &signed.say("request-state-granted", &[]))) }
        (terms(signed, visit))
    }
}

/// What the hospital attached to its yes.
fn terms(signed: &Signed, visit: &Visit) -> Markup {
    html! {
        @if let Some(conditions) = &visit.conditions {
            (parts::facts(&[(signed.say("work-conditions", &[]), html! { (conditions) })]))
        }
        @if visit.attended { p { (parts::tag(Tone::Look, &signed.say("work-attendance-needed", &[]))) } }
    }
}

/// A request that waits: for whom, until when, and the way to take it back.
pub(super) fn waiting(signed: &Signed, request: &Request) -> Markup {
    let (tone, said) = state(&request.state);
    let window = moment::window_said(signed.language, request.window.from, request.window.until);
    let until = moment::said(signed.language, request.window.until);
    let path = format!("/requests/{}/withdraw", request.id.number());
    html! {
        h3 { a href=(format!("/requests/{}", request.id.number())) { (request.target_name) } }
        @if request.extension { p { (signed.say("work-is-extension", &[])) } }
        p { (window) }
        p { (parts::tag(tone, &signed.say(said, &[]))) }
        p.hint { (signed.say("work-waits-until", &[("until", &until)])) }
        form method="post" action=(path) {
            button.quiet type="submit" { (signed.say("work-withdraw", &[])) }
        }
    }
}

pub(super) fn past(signed: &Signed, request: &Request, visit: Option<&Visit>) -> Markup {
    let (tone, said) = state(&request.state);
    let window = moment::window_said(signed.language, request.window.from, request.window.until);
    let number = request.id.number();
    html! {
        h3 { a href=(format!("/requests/{number}")) { (request.target_name) } }
        p { (window) }
        p { (parts::tag(tone, &signed.say(said, &[]))) }
        @if request.unanswered.is_some() { p { (signed.say("notify-was-unanswered", &[])) } }
        @if request.state == RequestState::Lapsed { p { (signed.say("work-lapsed", &[])) } }
        @if let RequestState::Refused { reason: Some(reason) } = &request.state {
            p { (signed.say("console-refused-because", &[("reason", reason)])) }
        }
        @if let Some(visit) = visit {
            p.hint { (signed.say("work-over", &[])) }
            @if visit.report.is_some() {
                p { a href=(format!("/visits/{}/report", visit.id.number())) { (signed.say("work-see-report", &[])) } }
            }
            @if !visit.sessions.is_empty() {
                p { a href=(files::visit::path(&visit.id)) { (signed.say("files-out-title", &[])) } }
            }
        }
        p { a href=(format!("/requests/new?again={number}")) { (signed.say("work-again", &[])) } }
    }
}
