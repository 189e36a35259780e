//! A visit told whole: what was planned, done and reported, side by side, and where these differ.

use axum::Json;
use collation::Difference;
use ids::{RequestId, VisitId};
use wire::Said;
use wire::api::v1::{
    Approval, GivenCommand, Granted, PassedFile, RefusedAsk, Request, SeenPatient, SessionStory,
    StoryLeftOut, Stretch, VisitStory,
};

use super::replays::LIMITS;
use super::{reports, requests, sessions, visit_accounts, visits};
use crate::answer::{Answer, Failed};
use crate::asker::{Asker, Readers, Thing};
use crate::body::Of;
use crate::reading::Reading;
use crate::words;

/// What the engine tells is entered as a view of each recording; the rest stands in the state.
pub(crate) async fn tell(asker: Asker, Of(visit): Of<VisitId>) -> Answer<VisitStory> {
    let sight = asker.sight(Readers::AtWork)?;
    if asker.engine.site().sees_visit(&sight, &visit) {
        let looked = engine::Looked::of("visit", &visit);
        asker.engine.viewed(&asker.by, looked).await?;
    }
    let told = asker.engine.visit_story(&asker.by, &visit).await;
    let told = asker.about(&Thing::from(&visit), told)?;
    let story = asker.read(Readers::AtWork, move |reading| {
        story(reading, &visit, &told)
    });
    story.await.map(Json)
}

fn story(
    reading: &Reading<'_>,
    id: &VisitId,
    told: &engine::VisitStory,
) -> Result<VisitStory, Failed> {
    let site = reading.site;
    let visit = visits::found(reading, id)?;
    let asked: Vec<&access::Request> = site
        .requests()
        .filter(|request| request.visit == *id)
        .collect();
    let ids: Vec<RequestId> = asked.iter().map(|request| request.id.clone()).collect();
    let requests: Result<Vec<Request>, Failed> = asked
        .iter()
        .map(|request| requests::shown(reading, request))
        .collect();
    let sessions: Result<Vec<SessionStory>, Failed> = told
        .sessions
        .iter()
        .map(|told| session(reading, told))
        .collect();
    let read = told
        .sessions
        .iter()
        .any(|session| session.content == engine::SessionContent::Read);
    Ok(VisitStory {
        visit: visits::shown(reading, visit, ids)?,
        over: told.over,
        differences: told.differences.iter().map(difference).collect(),
        requests: requests?,
        planned_commands: told.planned.clone(),
        approvals: asked
            .iter()
            .flat_map(|request| approvals(reading, request))
            .collect(),
        grants: granted(reading, visit),
        sessions: sessions?,
        commands: told.commands.iter().map(command).collect(),
        files: told.files.iter().map(file).collect(),
        patients: told.patients.iter().map(patient).collect(),
        patients_unlisted: told.patients_unlisted,
        account: visit.account.as_ref().map(visit_accounts::of_visit),
        refused: told.refused.iter().map(refused).collect(),
        masked_lines: told.masked_lines,
        reports: told.reports.iter().map(report).collect(),
        left_out: StoryLeftOut {
            commands: told.left_out.commands,
            files: told.left_out.files,
            patients: told.left_out.patients,
            refused: told.left_out.refused,
            differences: told.left_out.differences,
        },
        limits: if read {
            LIMITS.into_iter().map(Said::plain).collect()
        } else {
            Vec::new()
        },
    })
}

/// Its sentence stands in `phrases` under its id.
fn difference(difference: &Difference) -> Said {
    let said = Said::plain(&format!("difference-{}", difference.id()));
    let args = difference.args().into_iter();
    args.fold(said, |said, (name, value)| said.with(name, value))
}

fn approvals<'a>(
    reading: &'a Reading<'_>,
    request: &'a access::Request,
) -> impl Iterator<Item = Approval> + 'a {
    request.approvals.iter().map(|given| Approval {
        request: request.id.clone(),
        by: given.by.clone(),
        by_name: reading.name(&given.by),
        at: given.at,
        conditions: given
            .conditions
            .as_ref()
            .and_then(|text| reading.visit_text(&request.visit, text)),
    })
}

fn granted(reading: &Reading<'_>, visit: &access::Visit) -> Vec<Granted> {
    let ids = visit.grant.iter().chain(&visit.extensions);
    let grants = ids.filter_map(|id| reading.site.grant(id));
    let told = grants.map(|grant| Granted {
        id: grant.id.clone(),
        at: grant.at,
        window: words::window_said(grant.terms.window),
        extension: grant.extends.is_some(),
        emergency: grant.emergency,
        withdrawn: grant.withdrawn.as_ref().map(words::end_said),
    });
    told.collect()
}

fn session(reading: &Reading<'_>, told: &engine::SessionStory) -> Result<SessionStory, Failed> {
    let session = reading.site.session(&told.id).ok_or(Failed::Broken)?;
    let stretch = |stretch: &engine::Stretch| Stretch {
        by: stretch.by.clone(),
        by_name: stretch.by.as_ref().and_then(|by| reading.name(by)),
        from: stretch.from,
        until: stretch.until,
    };
    Ok(SessionStory {
        session: sessions::shown(reading, session, None)?,
        attended: told.attended.iter().map(stretch).collect(),
        paused: told.paused.iter().map(stretch).collect(),
        content: Said::plain(&format!("content-{}", told.content.id())),
    })
}

pub(super) fn command(told: &engine::GivenCommand) -> GivenCommand {
    GivenCommand {
        session: told.session.clone(),
        channel: told.channel,
        at: told.at,
        text: told.text.clone(),
    }
}

pub(super) fn file(told: &engine::PassedFile) -> PassedFile {
    PassedFile {
        session: told.session.clone(),
        at: told.at,
        direction: words::handover_said(told.direction),
        path: told.path.clone(),
        bytes: told.bytes,
        sha256: told.sha256,
    }
}

pub(super) fn patient(told: &engine::SeenPatient) -> SeenPatient {
    SeenPatient {
        patient: told.patient.clone(),
        first: told.first,
        last: told.last,
        statements: told.statements,
    }
}

pub(super) fn refused(told: &engine::RefusedAsk) -> RefusedAsk {
    RefusedAsk {
        session: told.session.clone(),
        at: told.at,
        what: told.what.clone(),
        reasons: told.reasons.clone(),
    }
}

fn report(told: &engine::FiledReport) -> wire::api::v1::FiledReport {
    reports::said(told.sha256, told.at, told.name.clone(), told.stated.clone())
}
