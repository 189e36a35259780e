//! Files that wait in quarantine, and what went out in a visit.

use ids::VisitId;
use wire::api::v1::{AnswerFile, FileOut, Handover, HeldFile};

use crate::cli::FilesVerb;
use crate::context::{At, Context};
use crate::failure::{Failure, Family};

pub(super) async fn run(context: &Context, verb: FilesVerb) -> Result<(), Failure> {
    let at = context.at().await?;
    let of = |visit: &str| VisitId::parse_at(&at.site, visit);
    match verb {
        FilesVerb::List { visit } => {
            let files = at.api.visit_files(&of(&visit)?).await?;
            context.show(&files.held, |context| held(context, &files.held))
        }
        FilesVerb::Out { visit } => {
            let files = at.api.visit_files(&of(&visit)?).await?;
            let (out, deletions) = (&files.out, &files.deletions);
            let shown = serde_json::json!({"out": out, "deletions": deletions});
            context.show(&shown, |context| {
                let mut lines: Vec<String> =
                    out.iter().map(|file| went_out(context, file)).collect();
                if lines.is_empty() {
                    lines.push(context.say("cli-files-none-out", &[]));
                }
                lines.extend(deletions.iter().map(|deletion| {
                    let by = deletion.by_name.clone();
                    let by = by.unwrap_or_else(|| deletion.by.to_string());
                    let at = deletion.at.to_string();
                    context.say("cli-files-deleted-by", &[("by", &by), ("at", &at)])
                }));
                lines
            })
        }
        FilesVerb::Release { visit, number } => {
            let form = AnswerFile::Release(number);
            answer(context, &at, &of(&visit)?, (form, "cli-file-released")).await
        }
        FilesVerb::Refuse { visit, number } => {
            let form = AnswerFile::Refuse(number);
            answer(context, &at, &of(&visit)?, (form, "cli-file-refused")).await
        }
        FilesVerb::Deleted { visit } => {
            let form = AnswerFile::Deleted;
            answer(context, &at, &of(&visit)?, (form, "cli-files-deleted")).await
        }
    }
}

async fn answer(
    context: &Context,
    at: &At,
    visit: &VisitId,
    (form, said): (AnswerFile, &str),
) -> Result<(), Failure> {
    let answered = at.api.answer_file(visit, &form).await?;
    let visit = visit.to_string();
    context.show(&answered, |context| {
        vec![context.say(said, &[("visit", &visit)])]
    })
}

fn held(context: &Context, held: &[HeldFile]) -> Vec<String> {
    let mut lines = Vec::new();
    for file in held {
        let way = match file.direction {
            Handover::In => "cli-files-in",
            Handover::Out => "cli-files-out",
        };
        let state = match &file.answer {
            None => "cli-files-waits",
            Some(answer) if answer.released => "cli-files-released",
            Some(_) => "cli-files-refused",
        };
        let (number, bytes) = (file.number.to_string(), file.bytes.to_string());
        let args = [
            ("number", number.as_str()),
            ("state", &context.say(state, &[])),
            ("way", &context.say(way, &[])),
            ("path", file.path.as_deref().unwrap_or("-")),
            ("bytes", &bytes),
            ("kind", &file.kind),
        ];
        lines.push(context.say("cli-files-held", &args));
        let why = file.why.iter();
        lines.extend(why.map(|why| format!("    {}", context.sentence(Family::Whole, why))));
    }
    if lines.is_empty() {
        lines.push(context.say("cli-files-none-held", &[]));
    }
    lines
}

fn went_out(context: &Context, file: &FileOut) -> String {
    let (at, bytes) = (file.at.to_string(), file.bytes.to_string());
    let sha256 = file.sha256.map(|sha256| sha256.to_string());
    let args = [
        ("at", at.as_str()),
        ("path", file.path.as_deref().unwrap_or("-")),
        ("bytes", &bytes),
        ("kind", file.kind.as_deref().unwrap_or("-")),
        ("sha256", sha256.as_deref().unwrap_or("-")),
    ];
    context.say("cli-files-went-out", &args)
}
