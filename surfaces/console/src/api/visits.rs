//! Visits: the whole errand, its report and its receipt.

use std::collections::BTreeMap;

use access::Command;
use axum::Json;
use axum::extract::RawQuery;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use ids::{RequestId, VisitId};
use wire::api::v1::{Extend, Requested, Visit};

use super::requests::{requested, target_name};
use super::{LATEST, latest};
use crate::answer::{Answer, Failed};
use crate::asker::{Asker, Readers, Thing};
use crate::body::{Form, Of, Query};
use crate::reading::Reading;
use crate::words;

pub(crate) async fn list(asker: Asker, query: RawQuery) -> Answer<Vec<Visit>> {
    let [before] = Query::read(&query, ["before"])?.numbers();
    newest(asker, before, LATEST).await
}

/// So many of the newest.
pub(crate) async fn newest(asker: Asker, before: Option<u64>, most: usize) -> Answer<Vec<Visit>> {
    let list = asker.read(Readers::People, move |reading| {
        let seen = reading
            .site
            .visits()
            .filter(|visit| reading.sees(&visit.id));
        let newest = latest(seen, before, most, |visit| visit.id.number(), |_| false);
        let mut requests: BTreeMap<&VisitId, Vec<RequestId>> =
            newest.iter().map(|visit| (&visit.id, Vec::new())).collect();
        for request in reading.site.requests() {
            if let Some(own) = requests.get_mut(&request.visit) {
                own.push(request.id.clone());
            }
        }
        let newest = newest.into_iter();
        newest
            .map(|visit| {
                shown(
                    reading,
                    visit,
                    requests.remove(&visit.id).unwrap_or_default(),
                )
            })
            .collect()
    });
    list.await.map(Json)
}

pub(crate) async fn show(asker: Asker, Of(id): Of<VisitId>) -> Answer<Visit> {
    let shown = asker.read(Readers::People, move |reading| {
        let requests = reading.site.requests();
        let requests = requests.filter(|request| request.visit == id);
        let requests = requests.map(|request| request.id.clone()).collect();
        shown(reading, found(reading, &id)?, requests)
    });
    shown.await.map(Json)
}

pub(super) fn found<'a>(reading: &Reading<'a>, id: &VisitId) -> Result<&'a access::Visit, Failed> {
    let visit = reading.site.visit(id).filter(|_| reading.sees(id));
    visit.ok_or(Failed::NotFound)
}

pub(super) fn shown(
    reading: &Reading<'_>,
    visit: &access::Visit,
    requests: Vec<RequestId>,
) -> Result<Visit, Failed> {
    let site = reading.site;
    let request = site.request(&visit.request).ok_or(Failed::Broken)?;
    let grant = visit.grant.as_ref().and_then(|grant| site.grant(grant));
    let mut window = grant.map_or(request.window, |grant| grant.terms.window);
    if let Some(until) = grant.and_then(|grant| site.grant_until(&grant.id)) {
        window.until = until;
    }
    let conditions = request.approvals.iter().filter_map(|approval| {
        let conditions = approval.conditions.as_ref()?;
        reading.visit_text(&visit.id, conditions)
    });
    let conditions: Vec<String> = conditions.collect();
    Ok(Visit {
        id: visit.id.clone(),
        requests,
        grant: visit.grant.clone(),
        withdrawn: grant.is_some_and(|grant| grant.withdrawn.is_some()),
        person: visit.person.clone(),
        person_name: reading.name(&visit.person),
        vendor: visit.vendor.clone(),
        target: visit.target.clone(),
        target_name: target_name(reading, &visit.target),
        window: words::window_said(window),
        conditions: (!conditions.is_empty()).then(|| conditions.join("\n")),
        emergency: grant.is_some_and(|grant| grant.emergency),
        sessions: visit.sessions.clone(),
        recorded_bytes: visit.bytes,
        report: visit.reports.last().map(|(report, _, _)| *report),
        reviews: super::reviews::shown(reading, visit),
        review_awaited: site.awaits_review(visit, reading.now),
        report_overdue: site.report_overdue(visit, reading.now),
        ssh: grant
            .and_then(|grant| grant.terms.ssh.as_ref())
            .map(words::ssh_terms_said),
        database: grant
            .and_then(|grant| grant.terms.database.as_ref())
            .map(words::database_terms_said),
        web: grant
            .and_then(|grant| grant.terms.web.as_ref())
            .map(words::web_terms_said),
        desktop: grant
            .and_then(|grant| grant.terms.desktop)
            .map(words::desktop_terms_said),
        attended: grant.is_some_and(|grant| grant.terms.attended),
    })
}

pub(crate) async fn extend(
    asker: Asker,
    Of(visit): Of<VisitId>,
    Form(form): Form<Extend>,
) -> Answer<Requested> {
    let thing = Thing::from(&visit);
    let until = form.until;
    let asked = asker
        .submit(Command::RequestExtension { visit, until })
        .await;
    requested(asker.about(&thing, asked)?)
}

/// The bytes of a `.sekisho-receipt` file. Handing it out is an entry.
pub(crate) async fn receipt(asker: Asker, Of(visit): Of<VisitId>) -> Result<Response, Failed> {
    let sight = asker.sight(Readers::AtWork)?;
    if !asker.engine.site().sees_visit(&sight, &visit) {
        return Err(Failed::NotFound);
    }
    let receipt = asker.engine.receipt(&asker.by, &visit).await?;
    let bytes = asker.blocking(move || receipt.encode()).await?;
    let bytes = bytes.map_err(|cause| {
        tracing::error!(%cause, "a receipt could not be written");
        Failed::Broken
    })?;
    Ok(([(CONTENT_TYPE, "application/json")], bytes).into_response())
}
