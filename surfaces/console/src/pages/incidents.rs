//! Incidents (事案) and their chronology (経時活動記録): made to be written on a telephone, on the hospital's own network, while
//! other things are on fire.

use axum::extract::{Path, RawQuery};
use axum::response::{IntoResponse, Response};
use ids::Timestamp;
use maud::{Markup, html};
use wire::Bytes;
use wire::api::v1::{
    Chronology, ChronologyRow, CloseIncident, Confidence, IncidentShown, NoteIncident, NoteShown,
    NoteSource,
};

use super::alerts::numbered;
use super::approval::answer::moment_typed;
use super::approval::attachment;
use super::failed::PageFailed;
use super::moment;
use super::page::{Page, done};
use super::parts::{self, Tone};
use super::posted::Posted;
use super::registry::{Act, choice, of_the_hospital, read, row};
use super::signed::Signed;
use super::work::sent::{Sent, Values};
use crate::answer::Failed;
use crate::api::incidents as api;
use crate::body::{Form, Nothing, Query};

/// Where they stand.
const HERE: &str = "/incidents";

/// Lines of a paper form: what fits on a sheet with room to write by hand.
const PAPER_LINES: u16 = 14;

/// The incidents: what is open first.
pub(crate) async fn list(signed: Signed, RawQuery(query): RawQuery) -> Result<Page, PageFailed> {
    of_the_hospital(&signed)?;
    let known = read(api::list(signed.asker.clone()).await)?.incidents;
    let word = |id: &str| signed.say(id, &[]);
    let title = word("incidents");
    let open = known.iter().find(|one| one.closed.is_none());
    let main = html! {
        h1 { (title) }
        p.lead { (word("incidents-lead")) }
        @match open {
            Some(open) => p.actions { a.button.primary href=(page_of(open.number)) { (word("incident-write")) } },
            None => form method="post" action=(format!("{HERE}/begin")) {
                button.primary type="submit" { (word("incident-begin")) }
            },
        }
        @if known.is_empty() { (parts::empty(&word("incidents-none"))) }
        @for incident in &known { (card(&signed, incident)) }
        p { a href="/preparation" { (word("preparation")) } }
        p { a href=(format!("{HERE}/paper")) { (word("incident-paper")) } }
    };
    let page = Page::new(&signed, &title).await;
    Ok(page.after(query.as_deref()).main(main))
}

fn page_of(number: u64) -> String {
    format!("{HERE}/{number}")
}

fn heading(signed: &Signed, incident: &IncidentShown) -> String {
    signed.say(
        "incident-number",
        &[("number", &incident.number.to_string())],
    )
}

fn card(signed: &Signed, incident: &IncidentShown) -> Markup {
    let heading = html! { a href=(page_of(incident.number)) { (heading(signed, incident)) } };
    parts::card(&heading, &facts(signed, incident))
}

fn facts(signed: &Signed, incident: &IncidentShown) -> Markup {
    let word = |id: &str| signed.say(id, &[]);
    let cause = word(&format!("incident-cause-{}", incident.cause));
    let mut rows = vec![
        row(signed, "incident-since", signed.time(incident.since)),
        row(signed, "incident-cause", cause),
    ];
    match &incident.closed {
        None => rows.push(row(signed, "incident-state", word("incident-open"))),
        Some(closed) => {
            let said = closed.said.clone();
            let said = said.unwrap_or_else(|| word("incident-was-nothing"));
            let at = html! { (signed.time(closed.at)) " " (closed.by) };
            rows.push(row(signed, "incident-closed", at));
            rows.push(row(signed, "incident-closed-said", said));
        }
    }
    parts::facts(&rows)
}

/// Begins one: one tap.
pub(crate) async fn begin(signed: Signed, _: Posted) -> Result<Response, PageFailed> {
    read(api::begin(signed.asker.clone(), Nothing).await)?;
    let known = read(api::list(signed.asker.clone()).await)?.incidents;
    let open = known.iter().find(|one| one.closed.is_none());
    let to = open.map_or_else(|| HERE.to_owned(), |open| page_of(open.number));
    Ok(done(&to, "done-incident-begun"))
}

/// The chronology, with the form that adds to it first.
pub(crate) async fn show(
    signed: Signed,
    Path(number): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Page, PageFailed> {
    of_the_hospital(&signed)?;
    let told = api::told(signed.asker.clone(), numbered(&number)?).await?;
    let word = |id: &str| signed.say(id, &[]);
    let title = heading(&signed, &told.incident);
    let here = page_of(told.incident.number);
    let open = told.incident.closed.is_none();
    let main = html! {
        h1 { (title) }
        @if open {
            p.actions { a.button href=(format!("{here}/steps")) { (word("response")) } }
            (writing(&signed, &told))
        }
        h2 { (word("chronology")) }
        @if told.cut { (parts::notice(Tone::Look, &html! { p { (word("chronology-cut")) } })) }
        ol.chronology { @for row in &told.rows { (line(&signed, &here, row)) } }
        (facts(&signed, &told.incident))
        p.actions {
            @if !open { a.button href=(format!("{here}/steps")) { (word("response")) } " " }
            a.button href="/reach" { (word("reach")) } " "
            a.button href=(format!("{here}/report")) { (word("response-report")) } " "
            a.button href=(format!("{here}/table")) { (word("chronology-table")) } " "
            @if open { a.button href=(format!("{here}/close")) { (word("incident-close")) } }
        }
        p { (word("chronology-print")) }
    };
    let page = Page::new(&signed, &title).await;
    Ok(page.after(query.as_deref()).main(main))
}

fn writing(signed: &Signed, told: &Chronology) -> Markup {
    let word = |id: &str| signed.say(id, &[]);
    let options = |prefix: &str, names: &[&str]| -> Vec<(String, String)> {
        let said = |name: &&str| ((*name).to_owned(), word(&format!("{prefix}-{name}")));
        names.iter().map(said).collect()
    };
    let sources = NoteSource::ALL.map(NoteSource::name);
    let confidences = Confidence::ALL.map(Confidence::name);
    html! {
        form.work method="post" action=(page_of(told.incident.number)) enctype="multipart/form-data" {
            div.field {
                label for="said" { (word("note-said")) }
                textarea #said name="said" rows="3" required autofocus {}
            }
            div.field {
                label for="photo" { (word("note-photo")) }
                input #photo name="photo" type="file" accept="image/*" aria-describedby="photo-hint";
                p.hint #photo-hint { (word("note-photo-hint")) }
            }
            button.primary type="submit" { (word("note-add")) }
            details {
                summary { (word("note-more")) }
                div.field {
                    label for="happened" { (word("note-happened")) }
                    input #happened name="happened" type="datetime-local" aria-describedby="happened-hint";
                    p.hint #happened-hint { (word("note-happened-hint")) }
                }
                (choice("source", &word("note-source"), None, &options("note-source", &sources), NoteSource::Own.name()))
                (choice("confidence", &word("note-confidence"), None, &options("confidence", &confidences), Confidence::Certain.name()))
                (parts::line("form", &word("note-form"), None, "", false))
                (parts::line("line", &word("note-line"), None, "", false))
                (parts::line("corrects", &word("note-corrects"), Some(&word("note-corrects-hint")), "", false))
            }
        }
    }
}

fn line(signed: &Signed, here: &str, row: &ChronologyRow) -> Markup {
    let entry = row.entry.to_string();
    html! {
        li {
            p {
                strong { (signed.time(row.happened)) } " "
                @match (&row.note, &row.step) {
                    (Some(note), _) => (noted(signed, here, row, note)),
                    (None, Some(step)) => (step.line(|id| signed.say(id, &[]))),
                    (None, None) => (signed.say(&format!("entry-{}", row.kind), &[])),
                }
                @if let Some(why) = &row.why { ": " (why) }
                @if let Some(visit) = &row.visit {
                    " " a href=(format!("/visits/{}", visit.number())) { (visit) }
                }
            }
            p.hint { (row.by) " " (signed.say("chronology-entry", &[("entry", &entry)])) }
        }
    }
}

pub(super) fn noted(signed: &Signed, here: &str, row: &ChronologyRow, note: &NoteShown) -> Markup {
    let word = |id: &str| signed.say(id, &[]);
    let number = note.number.to_string();
    html! {
        (signed.say("note-number", &[("number", &number)])) " "
        @if let Some(corrected) = note.corrects {
            (parts::tag(Tone::Look, &signed.say("note-corrected", &[("number", &corrected.to_string())]))) " "
        }
        (note.said.clone().unwrap_or_else(|| word("chronology-erased")))
        @if note.photo.is_some() {
            " " a href=(format!("{here}/photo?note={number}")) { (word("note-photo")) }
        }
        @if let (Some(form), Some(line)) = (note.form, note.line) {
            " " (signed.say("note-paper", &[("form", &form.to_string()), ("line", &line.to_string())]))
        } @else if note.source != NoteSource::Own {
            " " (word(&format!("note-source-{}", note.source.name())))
        }
        @if note.confidence != Confidence::Certain {
            " " (parts::tag(Tone::Look, &word(&format!("confidence-{}", note.confidence.name()))))
        }
        @if row.entered > row.happened {
            " " (signed.say("note-entered", &[("at", &moment::said(signed.language, row.entered))]))
        }
    }
}

/// Adds a note.
pub(crate) async fn note(
    signed: Signed,
    Path(number): Path<String>,
    sent: Sent,
) -> Result<Response, PageFailed> {
    let incident = numbered(&number)?;
    let values = &sent.values;
    let source = values.some("source").unwrap_or(NoteSource::Own.name());
    let confidence = confidence_typed(values)?.unwrap_or(Confidence::Certain);
    let form = NoteIncident {
        incident,
        happened: happened_typed(values)?,
        said: values.text("said").to_owned(),
        photo: sent.file.map(|file| Bytes(file.bytes)),
        source: NoteSource::of(source).ok_or_else(|| Failed::field("source"))?,
        form: typed(values.some("form"), "form")?,
        line: typed(values.some("line"), "line")?,
        confidence,
        corrects: typed(values.some("corrects"), "corrects")?,
    };
    read(api::note(signed.asker.clone(), Form(form)).await)?;
    Ok(done(&page_of(incident), "done-noted"))
}

/// When it was so, as the form has it; nothing: now.
pub(super) fn happened_typed(values: &Values) -> Result<Option<Timestamp>, Failed> {
    let typed = values.some("happened").map(moment_typed);
    typed
        .map(|moment| moment.ok_or_else(|| Failed::field("happened")))
        .transpose()
}

/// How certain it is, as the form has it.
pub(super) fn confidence_typed(values: &Values) -> Result<Option<Confidence>, Failed> {
    let typed = values.some("confidence").map(Confidence::of);
    typed
        .map(|known| known.ok_or_else(|| Failed::field("confidence")))
        .transpose()
}

/// What a field that may stay empty holds.
pub(super) fn typed<T: std::str::FromStr>(
    text: Option<&str>,
    field: &str,
) -> Result<Option<T>, PageFailed> {
    let parsed = text.map(|text| text.parse().map_err(|_| Failed::field(field)));
    Ok(parsed.transpose()?)
}

/// The form that closes one.
pub(crate) async fn close_form(
    signed: Signed,
    Path(number): Path<String>,
) -> Result<Page, PageFailed> {
    of_the_hospital(&signed)?;
    let told = api::told(signed.asker.clone(), numbered(&number)?).await?;
    let word = |id: &str| signed.say(id, &[]);
    let fields = html! {
        (facts(&signed, &told.incident))
        (parts::lines("said", &word("incident-closed-said"), Some(&word("incident-close-hint")), "", true))
    };
    let here = page_of(told.incident.number);
    let act = Act {
        title: "incident-close",
        about: "",
        risk: "incident-close-risk",
        to: &format!("{here}/close"),
        back: &here,
    };
    Ok(act.page(&signed, &fields).await)
}

/// Closes it.
pub(crate) async fn close(
    signed: Signed,
    Path(number): Path<String>,
    posted: Posted,
) -> Result<Response, PageFailed> {
    let incident = numbered(&number)?;
    signed.fresh(&posted).await?;
    let said = posted.text("said").to_owned();
    let form = CloseIncident { incident, said };
    read(api::close(signed.asker.clone(), Form(form)).await)?;
    Ok(done(&page_of(incident), "done-changed"))
}

/// The photo of a note, to be kept.
pub(crate) async fn photo(
    signed: Signed,
    Path(number): Path<String>,
    query: RawQuery,
) -> Result<Response, PageFailed> {
    of_the_hospital(&signed)?;
    let incident = numbered(&number)?;
    let [note] = Query::read(&query, ["note"])?.numbers();
    let note = note.ok_or_else(|| Failed::field("note"))?;
    let query = RawQuery(Some(format!("incident={incident}&note={note}")));
    let file = read(api::photo(signed.asker.clone(), query).await)?;
    let name = file.name.unwrap_or_default();
    Ok(attachment(&name, file.content.0).into_response())
}

/// The chronology as a table for a spreadsheet (RFC 4180).
pub(crate) async fn table(
    signed: Signed,
    Path(number): Path<String>,
) -> Result<Response, PageFailed> {
    of_the_hospital(&signed)?;
    let told = api::told(signed.asker.clone(), numbered(&number)?).await?;
    let table = told.table(|id| signed.say(id, &[]));
    let name = format!("incident-{}.csv", told.incident.number);
    Ok(attachment(&name, table.into_bytes()).into_response())
}

/// Forms to be written on by hand where nothing runs any more, and typed in later.
pub(crate) async fn paper(signed: Signed, query: RawQuery) -> Result<Page, PageFailed> {
    of_the_hospital(&signed)?;
    let [form] = Query::read(&query, ["form"])?.numbers();
    let form = form.unwrap_or(1).to_string();
    let word = |id: &str| signed.say(id, &[]);
    let title = signed.say("paper-form", &[("form", &form)]);
    let main = html! {
        h1 { (title) }
        p { (word("paper-lead")) }
        table.paper {
            thead { tr {
                th { (word("note-line")) }
                th { (word("note-happened")) }
                th { (word("note-said")) }
                th { (word("paper-who")) }
                th { (word("note-confidence")) }
            } }
            tbody { @for line in 1..=PAPER_LINES { tr { td { (line) } td {} td {} td {} td {} } } }
        }
    };
    Ok(Page::new(&signed, &title).await.main(main))
}
