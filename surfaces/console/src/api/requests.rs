//! Requests: asked for by engineers, answered by the hospital.

use access::{
    Asked, CareImpact, Command, EmergencyWay, FileHandover, NewVisit, Outcome, PatientData,
    RequestState, Subject,
};
use axum::Json;
use axum::extract::RawQuery;
use ids::{GrantId, RequestId, TargetId, Timestamp};
use wire::api::v1::{
    self, Approve, Approved, Done, File, MAX_LIST, OpenEmergency, RefuseRequest, Request,
    RequestVisit, Requested, Suspend,
};

use super::{LATEST, done, latest};
use crate::answer::{Answer, Failed};
use crate::asker::{Asker, Readers, Thing};
use crate::body::{Form, Nothing, Of, Query};
use crate::keeping::Keep;
use crate::reading::Reading;
use crate::words;

pub(crate) async fn list(asker: Asker, query: RawQuery) -> Answer<Vec<Request>> {
    let [before] = Query::read(&query, ["before"])?.numbers();
    newest(asker, before, LATEST).await
}

/// All that wait for an answer, and so many of the others.
pub(crate) async fn newest(asker: Asker, before: Option<u64>, most: usize) -> Answer<Vec<Request>> {
    let list = asker.read(Readers::People, move |reading| {
        let seen = reading
            .site
            .requests()
            .filter(|request| reading.sees(&request.id));
        let newest = latest(
            seen,
            before,
            most,
            |request| request.id.number(),
            |request| {
                request.state == RequestState::OpenedInEmergency || waits(request, reading.now)
            },
        );
        newest
            .into_iter()
            .map(|request| shown(reading, request))
            .collect()
    });
    list.await.map(Json)
}

pub(crate) async fn show(asker: Asker, Of(id): Of<RequestId>) -> Answer<Request> {
    let asked = id.clone();
    let shown = asker.read(Readers::People, move |reading| {
        shown(reading, found(reading, &asked)?)
    });
    let shown = shown.await?;
    // Whoever was told of it has now opened it.
    asker.engine.request_opened(&asker.by, &id).await;
    Ok(Json(shown))
}

fn found<'a>(reading: &Reading<'a>, id: &RequestId) -> Result<&'a access::Request, Failed> {
    let request = reading.site.request(id).filter(|_| reading.sees(id));
    request.ok_or(Failed::NotFound)
}

/// Whether a request still waits for an answer: nobody's answer is no, once its window is over.
pub(super) fn waits(request: &access::Request, now: Timestamp) -> bool {
    let unanswered = matches!(
        request.state,
        RequestState::AwaitingApproval | RequestState::AwaitingSecondApproval
    );
    unanswered && now < request.window.until
}

/// What was asked for the visit as a whole: an extension asks for the same, for longer.
fn asked<'a>(reading: &Reading<'a>, request: &'a access::Request) -> Option<&'a NewVisit> {
    match &request.asked {
        Asked::Visit(asked) => Some(asked),
        Asked::Extension(_) => {
            let visit = reading.site.visit(&request.visit)?;
            match &reading.site.request(&visit.request)?.asked {
                Asked::Visit(asked) => Some(asked),
                Asked::Extension(_) => None,
            }
        }
    }
}

pub(super) fn shown(reading: &Reading<'_>, request: &access::Request) -> Result<Request, Failed> {
    let asked = asked(reading, request).ok_or(Failed::Broken)?;
    let text = |text| reading.visit_text(&request.visit, text);
    let care_how = match &asked.care {
        CareImpact::None => None,
        CareImpact::Affected { how } => Some(how),
    };
    let patient_reason = match &asked.patients {
        PatientData::None => None,
        PatientData::Touched { reason } => Some(reason),
    };
    let grant = GrantId::new(reading.site.id(), request.id.number());
    Ok(Request {
        id: request.id.clone(),
        visit: request.visit.clone(),
        extension: matches!(request.asked, Asked::Extension(_)),
        by: request.person.clone(),
        by_name: reading.name(&request.person),
        vendor: request.vendor.clone(),
        device: Some(request.device.clone()),
        at: request.at,
        target: asked.target.clone(),
        target_name: target_name(reading, &asked.target),
        window: words::window_said(request.window),
        purpose: text(&asked.purpose),
        kind: words::kind_said(asked.kind),
        plan: asked.plan,
        plan_name: text(&asked.plan_name),
        contact: text(&asked.contact),
        privileged: asked.privileged,
        care_affected: care_how.is_some(),
        care_how: care_how.and_then(text),
        patient_data: patient_reason.is_some(),
        patient_reason: patient_reason.and_then(text),
        files: asked
            .files
            .iter()
            .map(|file| v1::FileHandover {
                direction: words::handover_said(file.direction),
                name: text(&file.name),
                sha256: file.sha256,
            })
            .collect(),
        attended: asked.attended,
        sub_contractor: asked.sub_contractor.clone(),
        sessions: words::sessions_said(asked.sessions),
        state: state(
            request,
            reading.now,
            request.refusal.as_ref().and_then(text),
        ),
        approved_by: request
            .approvals
            .iter()
            .map(|given| given.by.clone())
            .collect(),
        grant: reading.site.grant(&grant).map(|_| grant),
        unanswered: reading.site.refused_unanswered(&request.id),
        ssh: request.ssh.as_ref().map(words::ssh_terms_said),
        database: request.database.as_ref().map(words::database_terms_said),
        web: request.web.as_ref().map(words::web_terms_said),
        desktop: request.desktop.map(words::desktop_terms_said),
    })
}

/// The name of a target that somebody's visit was for, whether or not they maintain it still.
pub(super) fn target_name(reading: &Reading<'_>, target: &TargetId) -> String {
    let target = reading.site.target(target);
    target.map(|target| target.name.clone()).unwrap_or_default()
}

fn state(request: &access::Request, now: Timestamp, refusal: Option<String>) -> v1::RequestState {
    match request.state {
        RequestState::AwaitingApproval | RequestState::AwaitingSecondApproval
            if !waits(request, now) =>
        {
            v1::RequestState::Lapsed
        }
        RequestState::AwaitingApproval => v1::RequestState::AwaitingApproval,
        RequestState::AwaitingSecondApproval => v1::RequestState::AwaitingSecondApproval,
        RequestState::Granted | RequestState::PaidAfterwards => v1::RequestState::Granted,
        RequestState::OpenedInEmergency => v1::RequestState::OpenedInEmergency,
        RequestState::Refused => v1::RequestState::Refused { reason: refusal },
        RequestState::Withdrawn => v1::RequestState::Withdrawn,
    }
}

pub(crate) async fn plan(asker: Asker, Of(id): Of<RequestId>) -> Answer<File> {
    let (plan, name, visit) = asker
        .read(Readers::AtWork, move |reading| {
            let request = found(reading, &id)?;
            let asked = asked(reading, request).ok_or(Failed::Broken)?;
            let name = reading.visit_text(&request.visit, &asked.plan_name);
            Ok((asked.plan, name, request.visit.clone()))
        })
        .await?;
    let looked = engine::Looked::of("plan", &visit);
    asker.engine.viewed(&asker.by, looked).await?;
    asker.file(plan, name).await
}

impl Asker {
    /// A file that somebody handed in, whole.
    pub(super) async fn file(&self, digest: ids::Digest, name: Option<String>) -> Answer<File> {
        let engine = self.engine.clone();
        let bytes = self.blocking(move || engine.blob(&digest)).await?;
        let content = bytes.ok_or(Failed::NotFound)?.into();
        Ok(Json(File { name, content }))
    }
}

pub(crate) async fn ask(asker: Asker, Form(form): Form<RequestVisit>) -> Answer<Requested> {
    if form.files.len() > MAX_LIST {
        return Err(Failed::field("files"));
    }
    let target = asker.target_named(&form.target);
    let person = asker.person().cloned();
    let asked = asker.submit_with(move |keep| {
        let contact = keep.own_line("contact", "contact", &form.contact, person.as_ref())?;
        new_visit(keep, &form, target.clone(), contact).map(Command::RequestVisit)
    });
    requested(asked.await??)
}

pub(super) fn requested(outcome: Outcome) -> Answer<Requested> {
    let Outcome::Requested { request, visit } = outcome else {
        return Err(Failed::Broken);
    };
    Ok(Json(Requested { request, visit }))
}

fn new_visit(
    keep: &Keep<'_>,
    form: &RequestVisit,
    target: TargetId,
    contact: ids::Commitment,
) -> Result<Box<NewVisit>, Failed> {
    Ok(Box::new(NewVisit {
        target,
        window: words::window(form.window),
        purpose: keep.text("purpose", "purpose", &form.purpose)?,
        kind: words::kind(form.kind),
        plan_name: keep.line("plan_name", "plan-name", &form.plan_name)?,
        contact,
        privileged: form.privileged,
        care: match &form.care_affected {
            None => CareImpact::None,
            Some(how) => CareImpact::Affected {
                how: keep.text("care_affected", "care", how)?,
            },
        },
        patients: match &form.patient_data {
            None => PatientData::None,
            Some(reason) => PatientData::Touched {
                reason: keep.text("patient_data", "patient-data", reason)?,
            },
        },
        files: form
            .files
            .iter()
            .map(|file| {
                let name = file.name.as_deref().unwrap_or_default();
                Ok(FileHandover {
                    direction: words::handover(file.direction),
                    name: keep.line("files", "file-name", name)?,
                    sha256: file.sha256,
                })
            })
            .collect::<Result<_, Failed>>()?,
        attended: form.attended,
        sub_contractor: form.sub_contractor.clone(),
        sessions: words::sessions(form.sessions),
        ssh: form.ssh.clone().map(words::ssh_terms),
        database: form.database.clone().map(words::database_terms),
        web: form.web.clone().map(words::web_terms),
        desktop: form.desktop.map(words::desktop_terms),
        plan: keep.file("plan", &form.plan)?,
    }))
}

impl Asker {
    /// The target that was named or numbered. What nobody calls so has the number 0, which nothing
    /// ever has: the domain says the same of it as of a target that the asker may not know.
    fn target_named(&self, text: &str) -> TargetId {
        let site = self.engine.site();
        let named = site
            .target_by_name(text.trim())
            .map(|target| target.id.clone());
        named
            .or_else(|| TargetId::parse_at(site.id(), text).ok())
            .unwrap_or_else(|| TargetId::new(site.id(), 0))
    }
}

pub(crate) async fn approve(
    asker: Asker,
    Of(request): Of<RequestId>,
    Form(form): Form<Approve>,
) -> Answer<Approved> {
    let thing = Thing::from(&request);
    let id = request.clone();
    let approved = asker.submit_with(move |keep| {
        let conditions = form.conditions.as_deref();
        let conditions = conditions.map(|text| keep.text("conditions", "conditions", text));
        Ok(Command::ApproveRequest {
            request: request.clone(),
            conditions: conditions.transpose()?,
            narrower: form.narrower.map(words::window),
            ssh: form.ssh.clone().map(words::ssh_terms),
            database: form.database.clone().map(words::database_terms),
            web: form.web.clone().map(words::web_terms),
            desktop: form.desktop.map(words::desktop_terms),
        })
    });
    let outcome = asker.about(&thing, approved.await?)?;
    asker.approved(&id, outcome)
}

impl Asker {
    fn approved(&self, request: &RequestId, outcome: Outcome) -> Answer<Approved> {
        let site = self.engine.site();
        let extended = match site.request(request).map(|request| &request.asked) {
            Some(Asked::Extension(grant)) => site.grant_until(grant),
            Some(Asked::Visit(_)) | None => None,
        };
        let approved = match (outcome, extended) {
            (Outcome::Granted { .. }, Some(until)) => Approved::Extended { until },
            (Outcome::Granted { grant, visit, .. }, None) => Approved::Granted { grant, visit },
            (Outcome::DebtPaid { visit }, _) => Approved::Granted {
                grant: GrantId::new(site.id(), request.number()),
                visit,
            },
            (Outcome::AwaitingSecondApproval, _) => Approved::AwaitingSecondApproval,
            _ => return Err(Failed::Broken),
        };
        Ok(Json(approved))
    }
}

pub(crate) async fn refuse(
    asker: Asker,
    Of(request): Of<RequestId>,
    Form(form): Form<RefuseRequest>,
) -> Answer<Done> {
    let thing = Thing::from(&request);
    let refused = asker.submit_with(move |keep| {
        Ok(Command::RefuseRequest {
            request: request.clone(),
            reason: keep.text("reason", "refusal-reason", &form.reason)?,
        })
    });
    asker.about(&thing, refused.await?)?;
    done()
}

pub(crate) async fn withdraw(asker: Asker, Of(request): Of<RequestId>, _: Nothing) -> Answer<Done> {
    let thing = Thing::from(&request);
    let withdrawn = asker.submit(Command::WithdrawRequest { request }).await;
    asker.about(&thing, withdrawn)?;
    done()
}

pub(crate) async fn open_emergency(
    asker: Asker,
    Of(request): Of<RequestId>,
    Form(form): Form<OpenEmergency>,
) -> Answer<Approved> {
    let thing = Thing::from(&request);
    let id = request.clone();
    let opened = match form.way {
        v1::EmergencyWay::Duty => {
            let way = EmergencyWay::Duty;
            asker.submit(Command::OpenEmergency { request, way }).await
        }
        v1::EmergencyWay::Envelope { code, read_by } => {
            Keep::Nothing.line("read_by", "read-by", &read_by)?;
            let engine = &asker.engine;
            engine
                .open_by_envelope(&asker.by, request, code.reveal(), &read_by)
                .await
        }
    };
    let outcome = asker.about(&thing, opened)?;
    asker.approved(&id, outcome)
}

pub(crate) async fn withdraw_grant(
    asker: Asker,
    Of(grant): Of<GrantId>,
    Form(form): Form<Suspend>,
) -> Answer<Done> {
    asker.suspend(Subject::Grant(grant), form).await
}
