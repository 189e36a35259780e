//! `sekisho incident`: what happened, written down while it happens.

use client::api::ApiError;
use wire::api::v1::{
    Chronology, ChronologyRow, CloseIncident, Confidence, IncidentShown, NoteIncident, NoteSource,
};

use super::evidence::{write, written};
use super::response;
use super::site::done;
use super::visits::file;
use crate::cli::IncidentVerb;
use crate::context::Context;
use crate::failure::{Failure, Kind};
use crate::parse;

/// Lists, begins, shows, writes, closes, exports.
pub(super) async fn incident(context: &Context, verb: IncidentVerb) -> Result<(), Failure> {
    let at = context.at().await?;
    match verb {
        IncidentVerb::List => {
            let incidents = at.api.incidents().await?.incidents;
            context.show(&incidents, |context| {
                if incidents.is_empty() {
                    return vec![context.say("incidents-none", &[])];
                }
                incidents.iter().map(|one| head(context, one)).collect()
            })
        }
        IncidentVerb::Begin => {
            at.api.begin_incident().await?;
            done(context)
        }
        IncidentVerb::Show { incident } => {
            let told = at.api.chronology(incident).await?;
            context.show(&told, |context| lines(context, &told))
        }
        IncidentVerb::Note {
            incident,
            said,
            photo,
            happened,
            source,
            form,
            line,
            confidence,
            corrects,
        } => {
            let usage = || Failure::new(Kind::Usage, "cli-usage-wrong");
            let photo = photo.map(|path| file(&path)).transpose()?;
            let happened = happened.map(|text| parse::moment(&text, context.now()));
            let form = NoteIncident {
                incident,
                happened: happened.transpose()?,
                said,
                photo: photo.map(|(_, content)| content),
                source: NoteSource::of(&source).ok_or_else(usage)?,
                form,
                line,
                confidence: Confidence::of(&confidence).ok_or_else(usage)?,
                corrects,
            };
            at.api.note_incident(&form).await?;
            done(context)
        }
        IncidentVerb::Steps { incident } => response::steps(context, &at, incident).await,
        IncidentVerb::Step(args) => response::step(context, &at, *args).await,
        IncidentVerb::Preserve { incident, out } => {
            response::preserve(context, &at, incident, &out).await
        }
        IncidentVerb::Close { incident, said } => {
            let form = CloseIncident { incident, said };
            at.api.close_incident(&form).await?;
            done(context)
        }
        IncidentVerb::Export { incident, out } => {
            let told = at.api.chronology(incident).await?;
            let proof = at.api.chronology_proof(incident).await?;
            std::fs::create_dir(&out).map_err(|cause| Failure::unwritable(&out, &cause))?;
            let chronology = serde_json::to_vec_pretty(&told).map_err(Failure::internal)?;
            write(&out.join("chronology.json"), &chronology)?;
            let proof = serde_json::to_vec_pretty(&proof).map_err(Failure::internal)?;
            write(&out.join("proof.json"), &proof)?;
            let table = told.table(|id| context.say(id, &[]));
            write(&out.join("chronology.csv"), table.as_bytes())?;
            for row in &told.rows {
                if let Some(note) = row.note.as_ref().filter(|note| note.photo.is_some()) {
                    let photo = at.api.incident_photo(incident, note.number).await?;
                    let name = format!("photo-{}", note.number);
                    write(&out.join(name), &photo.content.0)?;
                }
            }
            let steps = at.api.incident_steps(incident).await?;
            let kept = steps
                .captures
                .iter()
                .filter_map(|one| one.answered.as_ref());
            for step in kept.filter(|step| step.sha256.is_some()) {
                // What is kept elsewhere has a digest here, and no file.
                match at.api.incident_evidence(incident, step.number).await {
                    Ok(file) => write(
                        &out.join(format!("evidence-{}", step.number)),
                        &file.content.0,
                    )?,
                    Err(ApiError::NotFound(_)) => {}
                    Err(cause) => return Err(cause.into()),
                }
            }
            written(context, &out)
        }
    }
}

fn head(context: &Context, incident: &IncidentShown) -> String {
    let number = incident.number.to_string();
    let head = context.say("incident-number", &[("number", &number)]);
    let cause = context.say(&format!("incident-cause-{}", incident.cause), &[]);
    let state = match &incident.closed {
        None => context.say("incident-open", &[]),
        Some(closed) => {
            let nothing = context.say("incident-was-nothing", &[]);
            let said = closed.said.as_deref().unwrap_or(&nothing);
            format!("{} {} {said}", closed.at, closed.by)
        }
    };
    format!("{head}  {}  {cause}  {state}", incident.since)
}

fn lines(context: &Context, told: &Chronology) -> Vec<String> {
    let mut lines = vec![head(context, &told.incident)];
    lines.extend(told.rows.iter().map(|row| line(context, row)));
    if told.cut {
        lines.push(context.say("chronology-cut", &[]));
    }
    lines
}

fn line(context: &Context, row: &ChronologyRow) -> String {
    let what = match (&row.note, &row.step) {
        (None, None) => context.say(&format!("entry-{}", row.kind), &[]),
        (None, Some(step)) => step.line(|id| context.say(id, &[])),
        (Some(note), _) => {
            let number = note.number.to_string();
            let head = context.say("note-number", &[("number", &number)]);
            let corrects = note.corrects.map(|number| {
                let number = number.to_string();
                context.say("note-corrected", &[("number", &number)])
            });
            let erased = context.say("chronology-erased", &[]);
            let said = note.said.as_deref().unwrap_or(&erased);
            let confidence = context.say(&format!("confidence-{}", note.confidence.name()), &[]);
            format!(
                "{head} {} {said} [{confidence}]",
                corrects.unwrap_or_default()
            )
        }
    };
    let visit = row.visit.as_ref().map(ToString::to_string);
    let visit = visit.unwrap_or_default();
    let why = row.why.as_deref().unwrap_or_default();
    format!("  {}  {what}  {why} {visit} {}", row.happened, row.by)
}
