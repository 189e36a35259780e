//! Files that stopped in quarantine, and what went out in a visit.

use access::{Command, FileCommand};
use axum::Json;
use ids::VisitId;
use wire::Said;
use wire::api::v1::{AnswerFile, Deletion, Done, FileAnswered, FileOut, HeldFile, VisitFiles};

use super::{done, visits};
use crate::answer::{Answer, Failed};
use crate::asker::{Asker, Readers, Thing};
use crate::body::{Form, Of};
use crate::reading::Reading;
use crate::words;

pub(crate) async fn list(asker: Asker, Of(visit): Of<VisitId>) -> Answer<VisitFiles> {
    of_visit(&asker, visit).await.map(Json)
}

/// What waits and what went out. What went out is read from the ledger, for whoever sees the visit.
pub(crate) async fn of_visit(asker: &Asker, visit: VisitId) -> Result<VisitFiles, Failed> {
    let sight = asker.sight(Readers::AtWork)?;
    if !asker.engine.site().sees_visit(&sight, &visit) {
        return Err(Failed::NotFound);
    }
    let looked = engine::Looked::of("files", &visit);
    asker.engine.viewed(&asker.by, looked).await?;
    let (engine, id) = (asker.engine.clone(), visit.clone());
    let out = asker.blocking(move || engine.files_out(&id)).await??;
    let shown = asker.read(Readers::AtWork, move |reading| {
        let visit = visits::found(reading, &visit)?;
        Ok(VisitFiles {
            held: held(reading, visit),
            out: out.iter().map(went_out).collect(),
            deletions: deletions(reading, visit),
        })
    });
    shown.await
}

pub(crate) async fn answer(
    asker: Asker,
    Of(visit): Of<VisitId>,
    Form(form): Form<AnswerFile>,
) -> Answer<Done> {
    let thing = Thing::from(&visit);
    let about = match form {
        AnswerFile::Release(file) => FileCommand::Release { visit, file },
        AnswerFile::Refuse(file) => FileCommand::Refuse { visit, file },
        AnswerFile::Deleted => FileCommand::ConfirmDeletion { visit },
    };
    let answered = asker.submit(Command::Files(about)).await;
    asker.about(&thing, answered)?;
    done()
}

fn held(reading: &Reading<'_>, visit: &access::Visit) -> Vec<HeldFile> {
    let held = visit.held.iter();
    held.map(|(number, file)| HeldFile {
        number: *number,
        session: file.session.clone(),
        at: file.at,
        direction: words::handover_said(file.direction),
        path: reading.visit_text(&visit.id, &file.name),
        bytes: file.bytes,
        sha256: file.sha256,
        kind: file.look.kind.clone(),
        why: file.look.why.iter().map(said).collect(),
        answer: file.answer.as_ref().map(|answer| FileAnswered {
            released: answer.released,
            by: answer.by.clone(),
            by_name: reading.name(&answer.by),
            at: answer.at,
        }),
    })
    .collect()
}

fn said(why: &access::FileWhy) -> Said {
    let args = why.args().into_iter();
    Said {
        id: format!("file-why-{}", why.id()),
        args: args
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
    }
}

fn went_out(file: &engine::FileOut) -> FileOut {
    FileOut {
        session: file.session.clone(),
        at: file.at,
        path: file.path.clone(),
        bytes: file.bytes,
        sha256: file.sha256,
        kind: file.kind.clone(),
    }
}

fn deletions(reading: &Reading<'_>, visit: &access::Visit) -> Vec<Deletion> {
    let all = visit.deletions.iter();
    all.map(|(by, at)| Deletion {
        by: by.clone(),
        by_name: reading.name(by),
        at: *at,
    })
    .collect()
}
