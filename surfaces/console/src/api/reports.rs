//! Work reports: filed by the engineer of a visit, read by the hospital and their firm.

use access::Command;
use axum::Json;
use collation::{Attachment, NotAReport, WorkReport};
use ids::{Digest, Timestamp, VisitId};
use wire::Bytes;
use wire::api::v1::{AttachedFile, Done, FileReport, FiledReport, Report, Statement};

use super::done;
use super::visits::found;
use crate::answer::{Answer, Failed};
use crate::asker::{Asker, Readers, Thing};
use crate::body::{Form, Of};
use crate::keeping::Keep;

/// The name of the document in the ledger's side table.
const NAME: &str = "work-report.json";

pub(crate) async fn file(
    asker: Asker,
    Of(visit): Of<VisitId>,
    Form(form): Form<FileReport>,
) -> Answer<Done> {
    let thing = Thing::from(&visit);
    let filed = asker.submit_with(move |keep| {
        let document = document(keep, &form)?;
        Ok(Command::FileReport {
            visit: visit.clone(),
            name: keep.line("name", "report-name", NAME)?,
            report: keep.file("report", &document)?,
        })
    });
    asker.about(&thing, filed.await?)?;
    done()
}

/// The document as it is kept: canonical JSON, so that one report has one digest.
fn document(keep: &Keep<'_>, form: &FileReport) -> Result<Bytes, Failed> {
    let attachment = form.attachment.as_ref().map(|file| {
        let name = file.name.trim();
        if name.is_empty() {
            return Err(Failed::field("attachment.name"));
        }
        Ok(Attachment {
            name: name.to_owned(),
            sha256: keep.file("attachment.content", &file.content)?,
        })
    });
    let report = stated(&form.report, attachment.transpose()?);
    report.check().map_err(|wrong| field_of(&wrong))?;
    let value = serde_json::to_value(&report).map_err(|_| Failed::Broken)?;
    let bytes = ledger::canonical::encode(&value).map_err(|_| Failed::Broken)?;
    Ok(bytes.into())
}

fn field_of(wrong: &NotAReport) -> Failed {
    Failed::field(match wrong {
        NotAReport::Empty => "report.done".to_owned(),
        NotAReport::Patients => "report.patients".to_owned(),
        NotAReport::TooLong {
            field: "attachment",
            ..
        } => "attachment.name".to_owned(),
        NotAReport::TooLong { field, .. } => format!("report.{field}"),
    })
}

/// What the engineer states, without what says nothing.
fn stated(form: &Statement, attachment: Option<Attachment>) -> WorkReport {
    let text = |text: &Option<String>| {
        let text = text.as_deref().map(str::trim);
        text.filter(|text| !text.is_empty()).map(str::to_owned)
    };
    WorkReport {
        done: form.done.trim().to_owned(),
        changes: text(&form.changes),
        patients: form.patients,
        patients_listed: text(&form.patients_listed),
        files_erased: form.files_erased,
        trouble: text(&form.trouble),
        restarted: form.restarted,
        next: text(&form.next),
        attachment,
    }
}

/// The work report that counts, with those before it.
pub(crate) async fn show(asker: Asker, Of(id): Of<VisitId>) -> Answer<Report> {
    let of = id.clone();
    let filed = asker
        .read(Readers::AtWork, move |reading| {
            let visit = found(reading, &of)?;
            let reports = visit.reports.iter();
            let named = reports
                .map(|(report, name, at)| (*report, *at, reading.visit_text(&visit.id, name)));
            Ok(named.collect::<Vec<_>>())
        })
        .await?;
    let looked = engine::Looked::of("report", &id);
    asker.engine.viewed(&asker.by, looked).await?;
    let engine = asker.engine.clone();
    let told = asker.blocking(move || {
        let told = filed.into_iter();
        told.map(|(report, at, name)| said(report, at, name, engine.work_report(&report)))
            .collect::<Vec<_>>()
    });
    let mut earlier = told.await?;
    let filed = earlier.pop().ok_or(Failed::NotFound)?;
    let attached = filed.attachment.as_ref();
    let file = match (attached, &filed.stated) {
        (Some(file), _) => Some((file.sha256, Some(file.name.clone()))),
        (None, None) => Some((filed.sha256, filed.name.clone())),
        (None, Some(_)) => None,
    };
    let file = match file {
        None => None,
        Some((digest, name)) => Some(asker.file(digest, name).await?.0),
    };
    Ok(Json(Report {
        filed,
        file,
        earlier,
    }))
}

/// A report in the words of the API.
pub(super) fn said(
    sha256: Digest,
    at: Timestamp,
    name: Option<String>,
    stated: Option<WorkReport>,
) -> FiledReport {
    let attachment = stated
        .as_ref()
        .and_then(|report| report.attachment.as_ref());
    let attachment = attachment.map(|file| AttachedFile {
        name: file.name.clone(),
        sha256: file.sha256,
    });
    FiledReport {
        sha256,
        at,
        name,
        attachment,
        stated: stated.map(|report| Statement {
            done: report.done,
            changes: report.changes,
            patients: report.patients,
            patients_listed: report.patients_listed,
            files_erased: report.files_erased,
            trouble: report.trouble,
            restarted: report.restarted,
            next: report.next,
        }),
    }
}
