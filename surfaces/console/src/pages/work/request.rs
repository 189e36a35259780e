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
use super::drafts::{self, Sending, Which, unsaved};
use super::fields::{Shown, Wrong};
use super::sent::{Sent, Values};
use super::{asked, engineer, form, terms};
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
}

/// The form: empty, from a draft (`?draft=`), from an earlier request (`?again=`), for a target
/// (`?target=`).
pub(crate) async fn form(
    signed: Signed,
    RawQuery(query): RawQuery,
) -> Result<Response, PageFailed> {
    engineer(&signed)?;
    let query = query.as_deref();
    let filled = match asked(query, "draft") {
        Some(id) => match from_draft(&signed, &id).await? {
            Some(filled) => filled,
            None => return Ok(done("/my", "done-request-sent")),
        },
        None => Filled {
            which: Which::new(&signed)?,
            values: beginning(&signed, query).await?,
            file: None,
            wrong: Vec::new(),
            said: Vec::new(),
        },
    };
    Ok(page(&signed, filled).await?.after(query).into_response())
}

async fn beginning(signed: &Signed, query: Option<&str>) -> Result<Values, PageFailed> {
    let site = signed.asker.engine.id().clone();
    let earlier = asked(query, "again").and_then(|number| number.parse().ok());
    if let Some(number) = earlier {
        let of = Of(RequestId::new(&site, number));
        let earlier = api::requests::show(signed.asker.clone(), of).await?.0;
        return Ok(form::again(&earlier));
    }
    let mut values = form::blank();
    let target = asked(query, "target").and_then(|number| number.parse().ok());
    if let Some(number) = target {
        values.put("target", ids::TargetId::new(&site, number).to_string());
    }
    Ok(values)
}

/// `None` if it was sent.
async fn from_draft(signed: &Signed, id: &str) -> Result<Option<Filled>, PageFailed> {
    let read = drafts::read(signed, id, &DraftOf::Request).await?;
    if read.became.is_some() {
        return Ok(None);
    }
    let mut filled = Filled {
        which: read.which,
        values: read.values,
        file: read.file.as_ref().map(size),
        wrong: Vec::new(),
        said: Vec::new(),
    };
    if read.claimed {
        // It was being sent when something ended: whether it arrived is to be seen in the list.
        filled.which = Which::new(signed)?;
        filled.file = None;
        filled.said.push(signed.say("work-draft-interrupted", &[]));
    }
    Ok(Some(filled))
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
    let targets = targets(&signed).await?;
    let site = signed.asker.engine.id().clone();
    let filled = |wrong, said| Filled {
        which: which.clone(),
        values: draft.values.clone(),
        file: draft.file.as_ref().map(size),
        wrong,
        said,
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
    let filled = Filled {
        which: Which { version, ..which },
        values: drafts::kept(&sent.values),
        file: None,
        wrong: Vec::new(),
        said: said.into_iter().collect(),
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
            (island(signed, &filled.which, &DraftOf::Request))
            (what(&shown, &targets))
            (plan(&shown, filled.file.as_ref()))
            (risks(&shown))
            (terms::fields(&shown))
            (files(&shown))
            p.actions {
                button.primary type="submit" name="do" value="send" { (signed.say("work-send-request", &[])) }
                button type="submit" name="do" value="save" formnovalidate { (signed.say("work-save-draft", &[])) }
            }
        }
    };
    Ok(Page::new(signed, &title).await.island("draft").main(main))
}

/// The island that saves while somebody types, with all that it says; and which draft it is.
pub(super) fn island(signed: &Signed, which: &Which, of: &DraftOf) -> Markup {
    html! {
        input type="hidden" name="draft" value=(which.id);
        input type="hidden" name="version" value=(which.version);
        input type="hidden" name="of" value=(of.word());
        p.draft role="status" data-island="draft"
            data-saved=(signed.say("work-draft-saved", &[])) data-saving=(signed.say("work-draft-saving", &[]))
            data-waiting=(signed.say("work-draft-waiting", &[]))
            data-signed-out=(signed.say("console-signed-out", &[])) { }
    }
}

fn what(shown: &Shown<'_>, targets: &[Target]) -> Markup {
    let choose = (String::new(), shown.say("work-choose"));
    let list = targets
        .iter()
        .map(|target| (target.id.to_string(), target.name.clone()));
    let list: Vec<_> = std::iter::once(choose.clone()).chain(list).collect();
    let kinds = form::KINDS
        .iter()
        .map(|(word, _, id)| ((*word).to_owned(), shown.say(id)));
    let kinds: Vec<_> = std::iter::once(choose).chain(kinds).collect();
    html! {
        (shown.choice("target", "work-target", &list))
        fieldset.when {
            legend { (shown.say("work-when")) }
            p.hint { (shown.say("work-when-hint")) }
            (shown.line("from_day", "work-from-day", "date", true))
            (shown.line("from_time", "work-from-time", "time", true))
            (shown.line("until_day", "work-until-day", "date", false))
            (shown.line("until_time", "work-until-time", "time", true))
        }
        (shown.choice("kind", "work-kind", &kinds))
        (shown.lines("purpose", "work-purpose", 3, true))
        (shown.line("contact", "work-contact", "tel", true))
    }
}

fn plan(shown: &Shown<'_>, file: Option<&(String, usize)>) -> Markup {
    let kept = file.map(|(name, bytes)| (name.as_str(), *bytes));
    html! {
        fieldset {
            legend { (shown.say("work-plan")) }
            (shown.file("plan", "work-plan-file", kept))
            (shown.lines("plan_text", "work-plan-text", 6, false))
        }
    }
}

fn risks(shown: &Shown<'_>) -> Markup {
    let sessions = ["once", "many"];
    let sessions =
        sessions.map(|word| (word.to_owned(), shown.say(&format!("work-sessions-{word}"))));
    html! {
        fieldset {
            legend { (shown.say("work-care")) }
            (shown.tick("care", "work-care-affected"))
            (shown.lines("care_how", "work-care-how", 2, false))
            (shown.tick("patients", "work-patients"))
            (shown.lines("patients_why", "work-patients-why", 2, false))
            (shown.tick("privileged", "work-privileged"))
            (shown.tick("attended", "work-attended"))
        }
        fieldset {
            legend { (shown.say("work-sessions")) }
            (shown.choice("sessions", "work-sessions-how", &sessions))
            (shown.line("at_once", "work-at-once", "number", false))
            (shown.line("sub_contractor", "work-sub-contractor", "text", false))
        }
    }
}

fn files(shown: &Shown<'_>) -> Markup {
    let ways = ["in", "out"].map(|way| (way, shown.say(&format!("work-file-{way}"))));
    html! {
        fieldset.files {
            legend { (shown.say("work-files")) }
            p.hint { (shown.say("work-files-hint")) }
            @for at in 0..form::file_lines(shown.values) {
                @let number = (at + 1).to_string();
                @let name = format!("file_name_{at}");
                @let way = format!("file_way_{at}");
                @let sha = format!("file_sha_{at}");
                div.file role="group" aria-label=(shown.signed.say("work-file", &[("number", &number)])) {
                    label for=(way) { (shown.say("work-file-way")) }
                    select id=(way) name=(way) {
                        @for (value, text) in &ways { option value=(value) selected[shown.values.text(&way) == *value] { (text) } }
                    }
                    label for=(name) { (shown.say("work-file-name")) }
                    input id=(name) name=(name) value=(shown.values.text(&name));
                    label for=(sha) { (shown.say("work-file-sha")) }
                    input id=(sha) name=(sha) value=(shown.values.text(&sha)) autocomplete="off";
                }
            }
        }
    }
}
