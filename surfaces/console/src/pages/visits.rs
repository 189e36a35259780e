//! Visits, looked back at: request, approval, sessions, recordings, report and differences on one page, and
//! the receipt beside it.

mod planned;
mod reported;
mod reviewed;
mod told;

use axum::extract::RawQuery;
use axum::response::{IntoResponse, Response};
use http_body_util::BodyExt;
use ids::VisitId;
use maud::{Markup, html};
use wire::api::v1::{Visit, VisitFiles, VisitStory};

use super::approval::attachment;
use super::failed::{PageFailed, sentence};
use super::files;
use super::moment;
use super::page::Page;
use super::parts::{self, Tone};
use super::requests::{Firms, firms};
use super::signed::Signed;
use crate::answer::Failed;
use crate::api;
use crate::body::{Of, Query};

pub(crate) use reviewed::{asked, review};

/// How many a page shows.
const SHOWN: usize = 50;

/// The visits, the newest first.
pub(crate) async fn list(signed: Signed, RawQuery(query): RawQuery) -> Result<Page, PageFailed> {
    let before = query.clone().filter(|query| query.starts_with("before="));
    let [before] = Query::read(&RawQuery(before), ["before"])?.numbers();
    // One more than is shown says that there are older ones.
    let visits = api::visits::newest(signed.asker.clone(), before, SHOWN + 1)
        .await?
        .0;
    let firms = firms(&signed).await?;
    let older = visits
        .iter()
        .rev()
        .nth(SHOWN)
        .map(|visit| visit.id.number() + 1);
    let title = signed.say("visits-title", &[]);
    let main = html! {
        h1 { (title) }
        p.actions {
            a.button href="/search" { (signed.say("search-title", &[])) }
            @if files::may_answer(&signed) { a.button href="/files" { (signed.say("files-title", &[])) } }
        }
        section.card {
            @if visits.is_empty() { (parts::empty(&signed.say("visits-none", &[]))) }
            ul.rows { @for visit in visits.iter().rev().take(SHOWN) { (row(&signed, visit, &firms)) } }
            @if let Some(older) = older {
                p { a.button href=(format!("/visits?before={older}")) { (signed.say("visits-older", &[])) } }
            }
        }
    };
    Ok(Page::new(&signed, &title)
        .await
        .after(query.as_deref())
        .main(main))
}

fn row(signed: &Signed, visit: &Visit, firms: &Firms) -> Markup {
    let window = moment::window_said(signed.language, visit.window.from, visit.window.until);
    html! {
        li {
            a.what href=(format!("/visits/{}", visit.id.number())) { strong { (whose(signed, visit, firms)) } }
            p { (visit.target_name) " · " (window) }
            p { @for (tone, id) in tags(visit) { (parts::tag(tone, &signed.say(id, &[]))) " " } }
        }
    }
}

/// Whose visit it is, as a heading.
pub(crate) fn whose(signed: &Signed, visit: &Visit, firms: &Firms) -> String {
    let firm = firms.get(&visit.vendor).map_or("–", String::as_str);
    let number = visit.id.number().to_string();
    let erased = signed.say("console-erased", &[]);
    let name = visit.person_name.as_deref().unwrap_or(&erased);
    signed.say(
        "visits-whose",
        &[("number", &number), ("name", name), ("vendor", firm)],
    )
}

/// How a visit stands, in words.
fn tags(visit: &Visit) -> Vec<(Tone, &'static str)> {
    let mut tags = Vec::new();
    match (&visit.grant, visit.withdrawn) {
        (None, _) => tags.push((Tone::Plain, "visits-not-granted")),
        (Some(_), true) => tags.push((Tone::Bad, "visits-withdrawn")),
        (Some(_), false) => tags.push((Tone::Good, "visits-granted")),
    }
    if visit.emergency {
        tags.push((Tone::Look, "visits-emergency"));
    }
    if visit.report_overdue.is_some() {
        tags.push((Tone::Look, "visits-report-overdue"));
    } else if visit.report.is_some() {
        tags.push((Tone::Good, "visits-reported"));
    }
    tags.extend(reviewed::tag(visit));
    tags
}

/// One visit, told whole.
pub(crate) async fn show(
    signed: Signed,
    Of(id): Of<VisitId>,
    RawQuery(query): RawQuery,
) -> Result<Page, PageFailed> {
    let visit = api::visits::show(signed.asker.clone(), Of(id.clone()))
        .await?
        .0;
    signed.viewed("visit", &id).await?;
    let files = files_of(&signed, &id).await?;
    let story = api::stories::tell(signed.asker.clone(), Of(id)).await;
    let firms = firms(&signed).await?;
    let title = whose(&signed, &visit, &firms);
    let main = html! {
        h1 { (title) }
        p { @for (tone, id) in tags(&visit) { (parts::tag(tone, &signed.say(id, &[]))) " " } }
        p.era { (signed.say("visits-day", &[("day", &moment::era(visit.window.from))])) }
        @match &story {
            Ok(story) => (whole(&signed, &story.0, &firms, files.as_ref())),
            Err(failed) => {
                (in_short(&signed, &visit, failed))
                @if let Some(files) = &files { (files_shown(&signed, &visit, files)) }
            },
        }
    };
    Ok(Page::new(&signed, &title)
        .await
        .after(query.as_deref())
        .main(main))
}

/// Its files, for whoever may know of them: not the outside custodian, and nobody else.
async fn files_of(signed: &Signed, visit: &VisitId) -> Result<Option<VisitFiles>, PageFailed> {
    match api::files::with_visit(&signed.asker, visit.clone()).await {
        Ok(files) => Ok(Some(files)),
        Err(Failed::Refused(_) | Failed::NotFound) => Ok(None),
        Err(failed) => Err(failed.into()),
    }
}

fn files_shown(signed: &Signed, visit: &Visit, files: &VisitFiles) -> Markup {
    html! {
        (files::shown::section(signed, files))
        div.acts.no-print {
            a.button href=(files::visit::path(&visit.id)) { (signed.say("files-out-title", &[])) }
        }
    }
}

fn whole(signed: &Signed, story: &VisitStory, firms: &Firms, files: Option<&VisitFiles>) -> Markup {
    html! {
        (acts(signed, &story.visit))
        (differences(signed, story))
        (reviewed::section(signed, story))
        (planned::sections(signed, story, firms))
        (told::sections(signed, story))
        @if let Some(files) = files { (files_shown(signed, &story.visit, files)) }
        (reported::section(signed, story))
        div.acts.no-print {
            button type="button" data-print="page" { (signed.say("visits-print", &[])) }
        }
    }
}

/// Who may not hear it all is told what they may know, and why it is no more.
fn in_short(signed: &Signed, visit: &Visit, failed: &Failed) -> Markup {
    let window = moment::window_said(signed.language, visit.window.from, visit.window.until);
    let facts = [
        (
            signed.say("console-where", &[]),
            html! { (visit.target_name) },
        ),
        (signed.say("console-when", &[]), html! { (window) }),
    ];
    let why: Vec<String> = if let Failed::Refused(refusal) = failed {
        let reasons = refusal.reasons.iter();
        reasons
            .map(|reason| sentence(signed.language, &engine::said(reason)))
            .collect()
    } else {
        vec![signed.say("visits-not-told", &[])]
    };
    html! {
        (parts::facts(&facts))
        (parts::notice(Tone::Look, &html! { @for why in &why { p { (why) } } }))
    }
}

fn acts(signed: &Signed, visit: &Visit) -> Markup {
    let number = visit.id.number();
    html! {
        div.acts.no-print {
            a.button href=(format!("/visits/{number}/receipt")) download { (signed.say("visits-receipt", &[])) }
        }
        p.hint.no-print { (signed.say("visits-receipt-why", &[])) }
    }
}

fn differences(signed: &Signed, story: &VisitStory) -> Markup {
    let nothing = match (story.grants.is_empty(), story.over) {
        (true, _) => "story-not-allowed",
        (false, true) => "story-none-found",
        (false, false) => "story-none-yet",
    };
    html! {
        section.card {
            h2 { (signed.say("story-differences", &[])) }
            @if story.differences.is_empty() { (parts::empty(&signed.say(nothing, &[]))) }
            ul.signs {
                @for difference in &story.differences {
                    li { (parts::tag(Tone::Look, &sentence(signed.language, difference))) }
                }
            }
            (left_out(signed, story.left_out.differences))
        }
    }
}

fn left_out(signed: &Signed, count: u64) -> Markup {
    let count_text = count.to_string();
    html! { @if count > 0 { p.hint { (signed.say("story-left-out", &[("count", &count_text)])) } } }
}

/// The receipt, to be kept. Handing it out is an entry, made where it is made.
pub(crate) async fn receipt(signed: Signed, Of(id): Of<VisitId>) -> Result<Response, PageFailed> {
    let name = format!("{}-visit-{}.sekisho-receipt", id.site(), id.number());
    let made = api::visits::receipt(signed.asker.clone(), Of(id)).await?;
    let bytes = made
        .into_body()
        .collect()
        .await
        .map_err(|_| Failed::Broken)?;
    Ok(attachment(&name, bytes.to_bytes().into()))
}

/// The file that was handed in with the report: bytes to be kept, never shown in our name (lesson L28).
pub(crate) async fn report_file(
    signed: Signed,
    Of(id): Of<VisitId>,
) -> Result<Response, PageFailed> {
    let report = api::reports::show(signed.asker.clone(), Of(id.clone()))
        .await?
        .0;
    let file = report.file.ok_or(Failed::NotFound)?;
    signed.viewed("report-file", &id).await?;
    let name = file.name.as_deref().unwrap_or("report").to_owned();
    Ok(attachment(&name, file.content.0).into_response())
}
