//! Requests as a list, and what a row of it says.

use std::collections::BTreeMap;

use axum::extract::RawQuery;
use ids::VendorId;
use maud::{Markup, html};
use wire::api::v1::{KindOfWork, Request, RequestState};

use super::failed::PageFailed;
use super::moment;
use super::page::Page;
use super::parts::{self, Tone};
use super::signed::Signed;
use crate::api;
use crate::body::Query;

/// How many answered ones a page shows: a month of an ordinary hospital.
const ANSWERED: usize = 50;

/// The firms' names, by their ids.
pub(crate) type Firms = BTreeMap<VendorId, String>;

/// The firms that the reader sees.
pub(crate) async fn firms(signed: &Signed) -> Result<Firms, PageFailed> {
    let vendors = api::vendors::list(signed.asker.clone()).await?.0;
    Ok(vendors
        .into_iter()
        .map(|vendor| (vendor.id, vendor.name))
        .collect())
}

/// Whether somebody has to answer it.
pub(crate) fn waiting(request: &Request) -> bool {
    matches!(
        request.state,
        RequestState::AwaitingApproval
            | RequestState::AwaitingSecondApproval
            | RequestState::OpenedInEmergency
    )
}

/// What waits, and the latest that were answered.
pub(crate) async fn list(signed: Signed, RawQuery(query): RawQuery) -> Result<Page, PageFailed> {
    let before = query.clone().filter(|query| query.starts_with("before="));
    let [before] = Query::read(&RawQuery(before), ["before"])?.numbers();
    // One more than is shown says that there are older ones.
    let asked = api::requests::newest(signed.asker.clone(), before, ANSWERED + 1)
        .await?
        .0;
    let (waits, answered): (Vec<Request>, Vec<Request>) = asked.into_iter().partition(waiting);
    let firms = firms(&signed).await?;
    let title = signed.say("console-requests", &[]);
    let older = answered
        .iter()
        .rev()
        .nth(ANSWERED)
        .map(|request| request.id.number() + 1);
    let main = html! {
        h1 { (title) }
        section.card {
            h2 { (signed.say("console-requests-waiting", &[])) }
            @if waits.is_empty() { (parts::empty(&signed.say("console-waiting-none", &[]))) }
            ul.rows { @for request in waits.iter().rev() { (row(&signed, request, &firms)) } }
        }
        section.card {
            h2 { (signed.say("console-requests-answered", &[])) }
            @if answered.is_empty() { (parts::empty(&signed.say("console-requests-none", &[]))) }
            ul.rows { @for request in answered.iter().rev().take(ANSWERED) { (row(&signed, request, &firms)) } }
            @if let Some(older) = older {
                p { a.button href=(format!("/requests?before={older}")) { (signed.say("console-older", &[])) } }
            }
        }
    };
    Ok(Page::new(&signed, &title)
        .await
        .after(query.as_deref())
        .main(main))
}

/// One request in a list: who, where, when, how it stands.
pub(crate) fn row(signed: &Signed, request: &Request, firms: &Firms) -> Markup {
    let (tone, state) = state(&request.state);
    let window = moment::window_said(signed.language, request.window.from, request.window.until);
    html! {
        li {
            a.what href=(format!("/requests/{}", request.id.number())) {
                strong { (whose(signed, request, firms)) }
            }
            p { (request.target_name) " · " (kind(signed, request.kind)) }
            p { (window) }
            p { (parts::tag(tone, &signed.say(state, &[]))) }
        }
    }
}

/// Whose request it is, as a heading.
pub(crate) fn whose(signed: &Signed, request: &Request, firms: &Firms) -> String {
    let firm = firms.get(&request.vendor).map_or("–", String::as_str);
    match &request.by_name {
        Some(name) => signed.say("console-request", &[("name", name), ("vendor", firm)]),
        None => signed.say("console-request-unnamed", &[("vendor", firm)]),
    }
}

/// The word for how it stands.
pub(crate) fn state(state: &RequestState) -> (Tone, &'static str) {
    match state {
        RequestState::AwaitingApproval => (Tone::Look, "request-state-awaiting-approval"),
        RequestState::AwaitingSecondApproval => {
            (Tone::Look, "request-state-awaiting-second-approval")
        }
        RequestState::Granted => (Tone::Good, "request-state-granted"),
        RequestState::OpenedInEmergency => (Tone::Look, "request-state-opened-in-emergency"),
        RequestState::Refused { .. } => (Tone::Bad, "request-state-refused"),
        RequestState::Withdrawn => (Tone::Plain, "request-state-withdrawn"),
        RequestState::Lapsed => (Tone::Plain, "request-state-lapsed"),
    }
}

/// The word for the kind of work.
pub(crate) fn kind(signed: &Signed, kind: KindOfWork) -> String {
    let id = match kind {
        KindOfWork::Fault => "kind-of-work-fault",
        KindOfWork::Inspection => "kind-of-work-inspection",
        KindOfWork::Update => "kind-of-work-update",
        KindOfWork::Investigation => "kind-of-work-investigation",
        KindOfWork::DataExtraction => "kind-of-work-data-extraction",
    };
    signed.say(id, &[])
}
