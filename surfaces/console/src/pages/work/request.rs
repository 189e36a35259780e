//! Asking for a visit.

use axum::Json;
use axum::extract::RawQuery;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use engine::{DraftFile, DraftOf, SaveDraftError};
use ids::RequestId;
use maud::{Markup, html};
use wire::api::v1::Target;

use super::super::failed::{PageFailed, sentence};
use super::super::page::{Page, done};
use super::super::parts::{self, Tone};
use super::super::signed::Signed;
use super::drafts::{self, Read, Sending, Which, unsaved};
use super::fields::{Shown, Wrong};
use super::sent::{Sent, Values};
use super::{asked, data, desktop, earlier, engineer, form, request_fields, terms, web};
use crate::answer::Failed;
use crate::api;
use crate::body::{Form, Of};

/// A form as it is shown.
struct Filled {
    which: Which,
    values: Values,
    file: Option<(String, usize)>,
    wrong: Vec<Wrong>,
    /// Sentences above it.
    said: Vec<String>,
    /// Whether what it holds stands nowhere but in this page.
    unsaved: bool,
}

/// The form: empty, from a draft (`?draft=`), from an earlier request (`?again=`), for a target
/// (`?target=`). With `begin=1` a draft of which nothing is kept yet begins under its id, so that loading
/// a page again does not begin another.
pub(crate) async fn form(
    signed: Signed,
    RawQuery(query): RawQuery,
) -> Result<Response, PageFailed> {
    engineer(&signed)?;
    let query = query.as_deref();
    let which = match asked(query, "draft") {
        Some(id) => match drafts::find(&signed, &id, &DraftOf::Request).await? {
            Some(read) if read.became.is_some() => return Ok(done("/my", "done-request-sent")),
            Some(read) => {
                let filled = from_draft(&signed, read)?;
                return Ok(page(&signed, filled).await?.after(query).into_response());
            }
            None => {
                let begins = asked(query, "begin").and_then(|_| Which::begun(&id));
                begins.ok_or(Failed::NotFound)?
            }
        },
        None => Which::new(&signed)?,
    };
    let filled = Filled {
        which,
        values: beginning(&signed, query).await?,
        file: None,
        wrong: Vec::new(),
        said: Vec::new(),
        unsaved: false,
    };
    Ok(page(&signed, filled).await?.after(query).into_response())
}

async fn beginning(signed: &Signed, query: Option<&str>) -> Result<Values, PageFailed> {
    let site = signed.asker.engine.id().clone();
    let earlier = asked(query, "again").and_then(|number| number.parse().ok());
    if let Some(number) = earlier {
        let of = Of(RequestId::new(&site, number));
        let earlier = api::requests::show(signed.asker.clone(), of).await?.0;
        return Ok(earlier::again(&earlier));
    }
    let mut values = earlier::blank();
    let target = asked(query, "target").and_then(|number| number.parse().ok());
    if let Some(number) = target {
        values.put("target", ids::TargetId::new(&site, number).to_string());
    }
    Ok(values)
}

fn from_draft(signed: &Signed, read: Read) -> Result<Filled, PageFailed> {
    let mut filled = Filled {
        which: read.which,
        values: read.values,
        file: read.file.as_ref().map(size),
        wrong: Vec::new(),
        said: Vec::new(),
        unsaved: false,
    };
    if read.claimed {
        // It was being sent when something ended: whether it arrived is to be seen in the list.
        filled.which = Which::new(signed)?;
        filled.file = None;
        filled.said.push(signed.say("work-draft-interrupted", &[]));
    }
    Ok(filled)
}

fn size(file: &DraftFile) -> (String, usize) {
    (file.name.clone(), file.bytes.len())
}

/// Saves, and sends if that was asked for.
pub(crate) async fn send(signed: Signed, sent: Sent) -> Result<Response, PageFailed> {
    engineer(&signed)?;
    let which = Which::of(&sent.values)?;
    let saved = drafts::save(&signed, &which, DraftOf::Request, &sent).await?;
    let sends = sent.values.text("do") == "send";
    let version = match saved {
        Ok(version) => version,
        Err(SaveDraftError::Sent) => return Ok(done("/my", "done-request-sent")),
        Err(cause) => return not_saved(&signed, which, &sent, &cause).await,
    };
    if !sends {
        let path = format!("/requests/new?draft={}", which.id);
        return Ok(done(&path, "done-draft-saved"));
    }
    let which = Which { version, ..which };
    let draft = drafts::read(&signed, &which.id, &DraftOf::Request).await?;
    // Another press of the button was quicker: what it sent is empty now.
    if draft.became.is_some() {
        return Ok(done("/my", "done-request-sent"));
    }
    let targets = targets(&signed).await?;
    let site = signed.asker.engine.id().clone();
    let filled = |wrong, said| Filled {
        which: which.clone(),
        values: draft.values.clone(),
        file: draft.file.as_ref().map(size),
        wrong,
        said,
        unsaved: false,
    };
    let plan = draft.file.clone().map(|file| (file.name, file.bytes));
    let visit = match form::read(&draft.values, plan, &site, &targets) {
        Ok(visit) => visit,
        Err(wrong) => {
            return again(&signed, StatusCode::BAD_REQUEST, filled(wrong, Vec::new())).await;
        }
    };
    let asker = signed.asker.clone();
    let sending = async move {
        let Json(requested) = api::requests::ask(asker, Form(visit)).await?;
        Ok(requested.request.number().to_string())
    };
    match drafts::send_once(&signed, &which, sending).await? {
        Ok(Sending::Sent) => Ok(done("/my", "done-request-sent")),
        Ok(Sending::BeingSent) => Ok(done("/my", "done-being-sent")),
        Err(Failed::Refused(refusal)) => {
            let said = refusal.reasons.iter().map(engine::said);
            let said = said.map(|said| sentence(signed.language, &said)).collect();
            again(&signed, StatusCode::FORBIDDEN, filled(Vec::new(), said)).await
        }
        Err(other) => Err(other.into()),
    }
}

/// Everything that was typed is shown again, with why it was not kept.
async fn not_saved(
    signed: &Signed,
    which: Which,
    sent: &Sent,
    cause: &SaveDraftError,
) -> Result<Response, PageFailed> {
    let version = match cause {
        // What is in this window replaces the other, if it is sent once more.
        SaveDraftError::ChangedElsewhere(version) => *version,
        SaveDraftError::TooMany | SaveDraftError::Sent | SaveDraftError::Local(_) => which.version,
    };
    let said = unsaved(cause).map(|id| signed.say(id, &[]));
    let mut said: Vec<String> = said.into_iter().collect();
    if sent.file.is_some() {
        // No page can put a file back into its field.
        said.push(signed.say("work-file-again", &[]));
    }
    let known = drafts::find(signed, &which.id, &DraftOf::Request).await?;
    let filled = Filled {
        which: Which { version, ..which },
        values: drafts::kept(&sent.values),
        file: known.and_then(|known| known.file.as_ref().map(size)),
        wrong: Vec::new(),
        said,
        unsaved: true,
    };
    again(signed, StatusCode::CONFLICT, filled).await
}

async fn again(
    signed: &Signed,
    status: StatusCode,
    filled: Filled,
) -> Result<Response, PageFailed> {
    let mut answer = page(signed, filled).await?.into_response();
    *answer.status_mut() = status;
    Ok(answer)
}

async fn targets(signed: &Signed) -> Result<Vec<Target>, PageFailed> {
    let targets = api::targets::list(signed.asker.clone()).await?.0;
    Ok(targets
        .into_iter()
        .filter(|target| !target.suspended)
        .collect())
}

async fn page(signed: &Signed, filled: Filled) -> Result<Page, PageFailed> {
    let targets = targets(signed).await?;
    let shown = Shown {
        signed,
        values: &filled.values,
        wrong: &filled.wrong,
    };
    let title = signed.say("work-request", &[]);
    let main = html! {
        h1 { (title) }
        p.lead { (signed.say("work-request-lead", &[])) }
        @if !filled.said.is_empty() {
            (parts::notice(Tone::Bad, &html! { @for said in &filled.said { p { (said) } } }))
        }
        (shown.summary())
        form.work method="post" action="/requests/new" enctype="multipart/form-data" {
            (request_fields::what(&shown, &targets))
            (request_fields::plan(&shown, filled.file.as_ref()))
            (request_fields::risks(&shown))
            (terms::fields(&shown))
            (data::fields(&shown))
            (web::fields(&shown))
            (desktop::fields(&shown))
            (request_fields::files(&shown))
            (island(signed, &filled.which, &DraftOf::Request, filled.unsaved))
            p.actions {
                button.primary type="submit" name="do" value="send" { (signed.say("work-send-request", &[])) }
                button type="submit" name="do" value="save" formnovalidate { (signed.say("work-save-draft", &[])) }
            }
        }
    };
    Ok(Page::new(signed, &title).await.island("draft").main(main))
}

/// The island that saves while somebody types, with all that it says; and which draft it is.
/// `unsaved`: what the form holds is kept nowhere else.
pub(super) fn island(signed: &Signed, which: &Which, of: &DraftOf, unsaved: bool) -> Markup {
    html! {
        input type="hidden" name="draft" value=(which.id);
        input type="hidden" name="version" value=(which.version);
        input type="hidden" name="of" value=(of.word());
        p.draft role="status" data-island="draft"
            data-saved=(signed.say("work-draft-saved", &[])) data-saving=(signed.say("work-draft-saving", &[]))
            data-unsaved=[unsaved.then_some("yes")]
            data-waiting=(signed.say("work-draft-waiting", &[]))
            data-signed-out=(signed.say("console-signed-out", &[])) { }
    }
}
