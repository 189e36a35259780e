//! Visits: the whole errand, its report and its receipt.

use std::collections::BTreeMap;

use access::Command;
use axum::Json;
use axum::extract::RawQuery;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use ids::{RequestId, VisitId};
use wire::api::v1::{Done, Extend, File, FileReport, Requested, Visit};

use super::requests::{requested, target_name};
use super::{done, latest};
use crate::answer::{Answer, Failed};
use crate::asker::{Asker, Readers, Thing};
use crate::body::{Form, Of, Query};
use crate::reading::Reading;
use crate::words;

pub(crate) async fn list(asker: Asker, query: RawQuery) -> Answer<Vec<Visit>> {
    let [before] = Query::read(&query, ["before"])?.numbers();
    let list = asker.read(Readers::People, move |reading| {
        let mut requests: BTreeMap<&VisitId, Vec<RequestId>> = BTreeMap::new();
        for request in reading.site.requests() {
            requests
                .entry(&request.visit)
                .or_default()
                .push(request.id.clone());
        }
        let seen = reading
            .site
            .visits()
            .filter(|visit| reading.sees(&visit.id));
        let newest = latest(seen, before, |visit| visit.id.number(), |_| false);
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

fn found<'a>(reading: &Reading<'a>, id: &VisitId) -> Result<&'a access::Visit, Failed> {
    let visit = reading.site.visit(id).filter(|_| reading.sees(id));
    visit.ok_or(Failed::NotFound)
}

fn shown(
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
        ssh: grant
            .and_then(|grant| grant.terms.ssh.as_ref())
            .map(words::ssh_terms_said),
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

pub(crate) async fn file_report(
    asker: Asker,
    Of(visit): Of<VisitId>,
    Form(form): Form<FileReport>,
) -> Answer<Done> {
    let thing = Thing::from(&visit);
    let filed = asker.submit_with(move |keep| {
        Ok(Command::FileReport {
            visit: visit.clone(),
            name: keep.line("name", "report-name", &form.name)?,
            report: keep.file("content", &form.content)?,
        })
    });
    asker.about(&thing, filed.await?)?;
    done()
}

/// The work report as it was filed last.
pub(crate) async fn report(asker: Asker, Of(id): Of<VisitId>) -> Answer<File> {
    let (report, name) = asker
        .read(Readers::AtWork, move |reading| {
            let visit = found(reading, &id)?;
            let (report, name, _) = visit.reports.last().ok_or(Failed::NotFound)?;
            Ok((*report, reading.visit_text(&visit.id, name)))
        })
        .await?;
    asker.file(report, name).await
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
