//! Incidents: their chronology, what people write into it, and what proves it.

use access::{Command, IncidentCause, IncidentCommand, NewNote, Who};
use axum::Json;
use axum::extract::RawQuery;
use engine::Engine;
use ids::{Commitment, PersonId};
use wire::Bytes;
use wire::api::v1::{
    Chronology, ChronologyProof, ChronologyRow, CloseIncident, Confidence, Done, File,
    IncidentClosedShown, IncidentList, IncidentShown, NoteIncident, NoteShown, NoteSource,
    ProvedEntry,
};

use super::done;
use super::secrets::who;
use crate::answer::{Answer, Failed};
use crate::asker::{Asker, Readers};
use crate::body::{Form, Nothing, Query};

/// The incidents, to whoever sees everything.
pub(crate) async fn list(asker: Asker) -> Answer<IncidentList> {
    let texts = Texts::of(&asker).await?;
    let incidents = asker.blocking(move || {
        let site = texts.engine.site();
        let known: Vec<access::Incident> = site.incidents().rev().cloned().collect();
        drop(site);
        known.iter().map(|incident| texts.shown(incident)).collect()
    });
    Ok(Json(IncidentList {
        incidents: incidents.await?,
    }))
}

/// What people wrote, and their names: for the hospital's own. Who keeps a copy outside sees that something was written.
pub(super) struct Texts {
    pub(super) engine: Engine,
    of_the_hospital: bool,
}

impl Texts {
    pub(super) async fn of(asker: &Asker) -> Result<Self, Failed> {
        let may = asker.read(Readers::People, |reading| {
            let known = reading.sees_all().then(|| reading.of_the_hospital());
            known.ok_or(Failed::NotFound)
        });
        Ok(Self {
            of_the_hospital: may.await?,
            engine: asker.engine.clone(),
        })
    }

    pub(super) fn text(&self, text: &Commitment) -> Option<String> {
        self.of_the_hospital.then(|| self.engine.text_of(text))?
    }

    /// Who it was, by name where that is known.
    pub(super) fn name(&self, by: &Who) -> String {
        let name = match by {
            Who::Person(id) => self.person(id),
            Who::LocalOperator { .. } | Who::Invitee(_) | Who::Kit | Who::Gateway => None,
        };
        name.unwrap_or_else(|| who(by))
    }

    /// Somebody's name.
    pub(super) fn person(&self, id: &PersonId) -> Option<String> {
        let name = self.engine.site().person(id).map(|person| person.name);
        self.text(&name?)
    }

    pub(super) fn shown(&self, incident: &access::Incident) -> IncidentShown {
        let (cause, alert) = match incident.cause {
            IncidentCause::Alert(alert) => ("alert", Some(alert)),
            IncidentCause::Isolation => ("isolation", None),
            IncidentCause::Person => ("person", None),
        };
        IncidentShown {
            number: incident.number,
            since: incident.since,
            cause: cause.to_owned(),
            alert,
            by: self.name(&incident.by),
            notes: u64::try_from(incident.notes.len()).unwrap_or(u64::MAX),
            closed: incident.closed.as_ref().map(|closed| IncidentClosedShown {
                at: closed.at,
                by: self.name(&closed.by),
                said: closed.said.and_then(|said| self.text(&said)),
            }),
        }
    }

    fn row(&self, row: &engine::ChronologyRow) -> ChronologyRow {
        let note = row.note.as_ref().map(|(number, noted)| {
            let note = &noted.note;
            let (source, form, line) = source_said(note.source);
            NoteShown {
                number: *number,
                said: self.text(&note.said),
                photo: note.photo,
                source,
                form,
                line,
                confidence: confidence_said(note.confidence),
                corrects: note.corrects,
            }
        });
        ChronologyRow {
            entry: row.entry,
            happened: row.happened,
            entered: row.entered,
            by: self.name(&row.by),
            kind: row.kind.replace('_', "-"),
            visit: row.visit.clone(),
            note,
            why: row.why.and_then(|why| self.text(&why)),
            step: row
                .step
                .as_ref()
                .map(|(number, taken)| self.step(*number, taken)),
        }
    }
}

pub(super) fn confidence_said(confidence: access::Confidence) -> Confidence {
    match confidence {
        access::Confidence::Certain => Confidence::Certain,
        access::Confidence::Probable => Confidence::Probable,
        access::Confidence::Unclear => Confidence::Unclear,
    }
}

pub(super) fn confidence(said: Confidence) -> access::Confidence {
    match said {
        Confidence::Certain => access::Confidence::Certain,
        Confidence::Probable => access::Confidence::Probable,
        Confidence::Unclear => access::Confidence::Unclear,
    }
}

/// A chronology.
pub(crate) async fn show(asker: Asker, query: RawQuery) -> Answer<Chronology> {
    let [incident] = Query::read(&query, ["incident"])?.numbers();
    let number = incident.ok_or_else(|| Failed::field("incident"))?;
    told(asker, number).await.map(Json)
}

/// The same, for a page.
pub(crate) async fn told(asker: Asker, number: u64) -> Result<Chronology, Failed> {
    let texts = Texts::of(&asker).await?;
    let told = asker.blocking(move || {
        let chronology = texts.engine.chronology(number)?;
        let rows = chronology.rows.iter().map(|one| texts.row(one));
        Ok::<_, Failed>(Chronology {
            rows: rows.collect(),
            incident: texts.shown(&chronology.incident),
            cut: chronology.cut,
        })
    });
    told.await?
}

fn source_said(source: access::NoteSource) -> (NoteSource, Option<u32>, Option<u16>) {
    match source {
        access::NoteSource::Own => (NoteSource::Own, None, None),
        access::NoteSource::Told => (NoteSource::Told, None, None),
        access::NoteSource::System => (NoteSource::System, None, None),
        access::NoteSource::Paper { form, line } => (NoteSource::Paper, Some(form), Some(line)),
    }
}

/// What proves a chronology, on another machine too.
pub(crate) async fn proof(asker: Asker, query: RawQuery) -> Answer<ChronologyProof> {
    let [incident] = Query::read(&query, ["incident"])?.numbers();
    let number = incident.ok_or_else(|| Failed::field("incident"))?;
    let engine = Texts::of(&asker).await?.engine;
    let proved = asker.blocking(move || {
        let chronology = engine.chronology(number)?;
        let (checkpoint, proved) = engine.prove_chronology(&chronology)?;
        let entries = proved.into_iter().map(|proved| ProvedEntry {
            entry: proved.entry,
            bytes: Bytes(proved.bytes),
            proof: proved.proof,
        });
        Ok::<_, Failed>(ChronologyProof {
            checkpoint,
            entries: entries.collect(),
        })
    });
    proved.await?.map(Json)
}

/// The photo of a note, or what was kept as evidence with a step.
pub(crate) async fn photo(asker: Asker, query: RawQuery) -> Answer<File> {
    let [incident, note, step] = Query::read(&query, ["incident", "note", "step"])?.numbers();
    let incident = incident.ok_or_else(|| Failed::field("incident"))?;
    let (what, number) = match (note, step) {
        (Some(note), None) => ("note", note),
        (None, Some(step)) => ("step", step),
        (Some(_), Some(_)) | (None, None) => return Err(Failed::field("note")),
    };
    let found = asker.read(Readers::People, move |reading| {
        let known = reading.site.incident(incident);
        let kept = known.and_then(|known| match what {
            "note" => {
                let place = usize::try_from(number).ok()?.checked_sub(1)?;
                known.notes.get(place)?.note.photo
            }
            _ => known.evidence(u32::try_from(number).ok()?),
        });
        let kept = kept.filter(|_| reading.sees_all() && reading.of_the_hospital());
        kept.ok_or(Failed::NotFound)
    });
    let digest = found.await?;
    let name = format!("incident-{incident}-{what}-{number}");
    asker.file(digest, Some(name)).await
}

/// Begins one.
pub(crate) async fn begin(asker: Asker, _: Nothing) -> Answer<Done> {
    asker
        .submit(Command::Incidents(IncidentCommand::Begin))
        .await?;
    done()
}

/// What a photo begins with: JPEG, PNG, WebP, HEIC. What it shows is looked at by people alone.
fn is_photo(bytes: &[u8]) -> bool {
    let at = |from: usize, magic: &[u8]| {
        bytes
            .get(from..)
            .is_some_and(|rest| rest.starts_with(magic))
    };
    at(0, b"\xff\xd8\xff")
        || at(0, b"\x89PNG\r\n\x1a\n")
        || (at(0, b"RIFF") && at(8, b"WEBP"))
        || (at(4, b"ftyp")
            && [&b"heic"[..], b"heix", b"mif1", b"msf1"]
                .iter()
                .any(|kind| at(8, kind)))
}

/// Writes into a chronology. The photo and the text are kept before the note is entered.
pub(crate) async fn note(asker: Asker, Form(form): Form<NoteIncident>) -> Answer<Done> {
    let source = match (form.source, form.form, form.line) {
        (NoteSource::Own, None, None) => access::NoteSource::Own,
        (NoteSource::Told, None, None) => access::NoteSource::Told,
        (NoteSource::System, None, None) => access::NoteSource::System,
        (NoteSource::Paper, Some(form), Some(line)) => access::NoteSource::Paper { form, line },
        (NoteSource::Paper, None, _) => return Err(Failed::field("form")),
        (_, _, _) => return Err(Failed::field("line")),
    };
    if form.photo.as_ref().is_some_and(|photo| !is_photo(&photo.0)) {
        return Err(Failed::field("photo"));
    }
    let now = asker.engine.now();
    let noted = asker.submit_with(move |keep| {
        let photo = form.photo.as_ref();
        let note = NewNote {
            happened: form.happened.unwrap_or(now),
            said: keep.text("said", "incident-note", &form.said)?,
            photo: photo.map(|photo| keep.file("photo", photo)).transpose()?,
            source,
            confidence: confidence(form.confidence),
            corrects: form.corrects,
        };
        let incident = form.incident;
        Ok(Command::Incidents(IncidentCommand::Note { incident, note }))
    });
    noted.await??;
    done()
}

/// Closes one.
pub(crate) async fn close(asker: Asker, Form(form): Form<CloseIncident>) -> Answer<Done> {
    let closed = asker.submit_with(move |keep| {
        let said = keep.text("said", "incident-closed", &form.said)?;
        let incident = form.incident;
        Ok(Command::Incidents(IncidentCommand::Close {
            incident,
            said,
        }))
    });
    closed.await??;
    done()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn l28_a_photo_is_known_by_its_first_bytes_and_a_page_is_none() {
        for photo in [
            &b"\xff\xd8\xff\xe0 JFIF"[..],
            b"\x89PNG\r\n\x1a\n....",
            b"RIFF....WEBPVP8 ",
            b"\0\0\0\x18ftypheic",
        ] {
            assert!(is_photo(photo));
        }
        for other in [
            &b"<svg onload=alert(1)>"[..],
            b"",
            b"GIF89a",
            b"\0\0\0\x18ftypmp42",
        ] {
            assert!(!is_photo(other));
        }
    }
}
