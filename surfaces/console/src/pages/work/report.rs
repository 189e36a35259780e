//! The work report of a visit: written by its engineer, begun from the recording, read by whoever sees the
//! visit.

use axum::Json;
use axum::extract::RawQuery;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use engine::{Draft, DraftFile, DraftOf, SaveDraftError};
use ids::VisitId;
use maud::{Markup, html};
use wire::api::v1::{FiledReport, Visit, VisitStory};

use super::super::failed::{PageFailed, sentence};
use super::super::moment;
use super::super::page::{Page, done};
use super::super::parts::{self, Tone};
use super::super::signed::Signed;
use super::super::visits::asked;
use super::drafts::{self, Sending, Which, unsaved};
use super::fields::{Shown, Wrong};
use super::report_form::{self as form, fields};
use super::request::island;
use super::sent::{Sent, Values};
use super::{Number, engineer};
use crate::answer::Failed;
use crate::api;
use crate::body::{Form, Of};

/// A form as it is shown.
struct Filled {
    which: Which,
    values: Values,
    file: Option<(String, usize)>,
    wrong: Vec<Wrong>,
    said: Vec<String>,
    unsaved: bool,
}

/// What was filed, where it differs from the recording, and for the visit's engineer the form.
pub(crate) async fn show(
    signed: Signed,
    number: Number<VisitId>,
    RawQuery(query): RawQuery,
) -> Result<Page, PageFailed> {
    let Of(id) = number?;
    let visit = api::visits::show(signed.asker.clone(), Of(id.clone()))
        .await?
        .0;
    let story = api::stories::tell(signed.asker.clone(), Of(id)).await?.0;
    let filled = if own(&signed, &visit) {
        Some(beginning(&signed, &visit, &story).await?)
    } else {
        None
    };
    Ok(page(&signed, &visit, Some(&story), filled)
        .await
        .after(query.as_deref()))
}

fn own(signed: &Signed, visit: &Visit) -> bool {
    signed.asker.person() == Some(&visit.person)
}

/// The draft that was begun; else what was filed last; else what the recording knows.
async fn beginning(
    signed: &Signed,
    visit: &Visit,
    story: &VisitStory,
) -> Result<Filled, PageFailed> {
    let of = DraftOf::Report(visit.id.clone());
    let asker = signed.asker.clone();
    let drafts = signed
        .asker
        .blocking(move || asker.engine.drafts(&asker.by));
    let word = of.word();
    let mut known = drafts.await?;
    known.retain(|draft| draft.kind == word);
    // The next report of a visit has one id, so that two windows of it are two windows of one draft.
    let next = format!("{:016x}{:016x}", visit.id.number(), story.reports.len());
    let stuck = known.iter().any(|draft| draft.claimed && draft.id == next);
    let which = Which::begun(&next).filter(|_| !stuck);
    let open = |draft: &Draft| !draft.claimed;
    let begun = known.into_iter().find(open);
    let mut filled = Filled {
        which: match which {
            Some(which) => which,
            None => Which::new(signed)?,
        },
        values: Values::default(),
        file: None,
        wrong: Vec::new(),
        said: Vec::new(),
        unsaved: false,
    };
    if let Some(begun) = begun {
        let read = drafts::read(signed, &begun.id, &of).await?;
        filled.which = read.which;
        filled.values = read.values;
        filled.file = read.file.as_ref().map(size);
        return Ok(filled);
    }
    let filed = story.reports.last().and_then(|filed| filed.stated.as_ref());
    filled.values = match filed {
        Some(stated) => form::as_values(stated),
        None => form::from_recording(signed, story),
    };
    Ok(filled)
}

fn size(file: &DraftFile) -> (String, usize) {
    (file.name.clone(), file.bytes.len())
}

/// Saves, and files if that was asked for.
pub(crate) async fn send(
    signed: Signed,
    number: Number<VisitId>,
    sent: Sent,
) -> Result<Response, PageFailed> {
    engineer(&signed)?;
    let Of(id) = number?;
    let visit = api::visits::show(signed.asker.clone(), Of(id.clone()))
        .await?
        .0;
    if !own(&signed, &visit) {
        return Err(Failed::because(access::Reason::NotFound).into());
    }
    let path = format!("/visits/{}/report", id.number());
    let of = DraftOf::Report(id.clone());
    let which = Which::of(&sent.values)?;
    let version = match drafts::save(&signed, &which, of.clone(), &sent).await? {
        Ok(version) => version,
        Err(SaveDraftError::Sent) => return Ok(done(&path, "done-report-filed")),
        Err(cause) => {
            let version = match cause {
                SaveDraftError::ChangedElsewhere(version) => version,
                SaveDraftError::TooMany | SaveDraftError::Sent | SaveDraftError::Local(_) => {
                    which.version
                }
            };
            let known = drafts::find(&signed, &which.id, &of).await?;
            let lost = sent.file.as_ref().map(|_| "work-file-again");
            let said = unsaved(&cause).into_iter().chain(lost);
            let filled = Filled {
                which: Which { version, ..which },
                values: drafts::kept(&sent.values),
                file: known.and_then(|known| known.file.as_ref().map(size)),
                wrong: Vec::new(),
                said: said.map(|id| signed.say(id, &[])).collect(),
                unsaved: true,
            };
            return Ok(again(&signed, &visit, StatusCode::CONFLICT, filled).await);
        }
    };
    if sent.values.text("do") != "send" {
        return Ok(done(&path, "done-draft-saved"));
    }
    let which = Which { version, ..which };
    let draft = drafts::read(&signed, &which.id, &of).await?;
    // Another press of the button was quicker: what it filed is empty now.
    if draft.became.is_some() {
        return Ok(done(&path, "done-report-filed"));
    }
    let mut filled = Filled {
        which: which.clone(),
        values: draft.values,
        file: draft.file.as_ref().map(size),
        wrong: Vec::new(),
        said: Vec::new(),
        unsaved: false,
    };
    let report = match form::read(&filled.values, draft.file) {
        Ok(report) => report,
        Err(wrong) => {
            filled.wrong = wrong;
            return Ok(again(&signed, &visit, StatusCode::BAD_REQUEST, filled).await);
        }
    };
    let asker = signed.asker.clone();
    let sending = async move {
        let Json(_) = api::reports::file(asker, Of(id), Form(report)).await?;
        Ok("filed".to_owned())
    };
    match drafts::send_once(&signed, &which, sending).await? {
        Ok(Sending::Sent) => Ok(done(&path, "done-report-filed")),
        Ok(Sending::BeingSent) => Ok(done(&path, "done-being-sent")),
        Err(Failed::Refused(refusal)) => {
            let said = refusal.reasons.iter().map(engine::said);
            filled.said = said.map(|said| sentence(signed.language, &said)).collect();
            Ok(again(&signed, &visit, StatusCode::FORBIDDEN, filled).await)
        }
        Err(other) => Err(other.into()),
    }
}

/// The form once more, with everything that was typed. The recording is not looked at for it: that look
/// was entered when the form was opened.
async fn again(signed: &Signed, visit: &Visit, status: StatusCode, filled: Filled) -> Response {
    let mut answer = page(signed, visit, None, Some(filled))
        .await
        .into_response();
    *answer.status_mut() = status;
    answer
}

async fn page(
    signed: &Signed,
    visit: &Visit,
    story: Option<&VisitStory>,
    filled: Option<Filled>,
) -> Page {
    let number = visit.id.number().to_string();
    let title = signed.say("work-report", &[("number", &number)]);
    let window = moment::window_said(signed.language, visit.window.from, visit.window.until);
    let main = html! {
        h1 { (title) }
        p { strong { (visit.target_name) } " · " (window) }
        @if visit.report_overdue.is_some() {
            (parts::notice(Tone::Bad, &html! { p { (signed.say("work-report-overdue", &[])) } }))
        }
        (asked(signed, visit))
        @if let Some(story) = story { (told(signed, story)) }
        @if let Some(filled) = &filled { (form_of(signed, visit, filled)) }
    };
    Page::new(signed, &title).await.island("draft").main(main)
}

/// What was filed, and where it differs.
fn told(signed: &Signed, story: &VisitStory) -> Markup {
    html! {
        @if let Some(filed) = story.reports.last() {
            section.card {
                h2 { (signed.say("work-report-filed", &[])) }
                p { (signed.time(filed.at)) }
                (stated(signed, filed))
                h3 { (signed.say("work-differences", &[])) }
                @if story.differences.is_empty() { (parts::empty(&signed.say("work-differences-none", &[]))) }
                ul.signs {
                    @for difference in &story.differences { li { (parts::tag(Tone::Look, &sentence(signed.language, difference))) } }
                }
            }
        }
        section.card {
            h2 { (signed.say("work-recorded", &[])) }
            (parts::facts(&form::recorded(signed, story)))
        }
    }
}

fn stated(signed: &Signed, filed: &FiledReport) -> Markup {
    html! {
        @if let Some(stated) = &filed.stated { (parts::facts(&form::facts(signed, stated))) }
        @if let Some(file) = &filed.attachment { p { (signed.say("work-attachment", &[("name", &file.name)])) } }
    }
}

fn form_of(signed: &Signed, visit: &Visit, filled: &Filled) -> Markup {
    let path = format!("/visits/{}/report", visit.id.number());
    let of = DraftOf::Report(visit.id.clone());
    let shown = Shown {
        signed,
        values: &filled.values,
        wrong: &filled.wrong,
    };
    let title = if visit.report.is_some() {
        "work-report-supplement"
    } else {
        "work-report-write"
    };
    html! {
        section.card {
            h2 { (signed.say(title, &[])) }
            p.lead { (signed.say("work-report-lead", &[])) }
            @if !filled.said.is_empty() {
                (parts::notice(Tone::Bad, &html! { @for said in &filled.said { p { (said) } } }))
            }
            (shown.summary())
            form.work method="post" action=(path) enctype="multipart/form-data" {
                (fields(&shown, filled.file.as_ref()))
                (island(signed, &filled.which, &of, filled.unsaved))
                p.actions {
                    button.primary type="submit" name="do" value="send" { (signed.say("work-file-report", &[])) }
                    button type="submit" name="do" value="save" formnovalidate { (signed.say("work-save-draft", &[])) }
                }
            }
        }
    }
}
