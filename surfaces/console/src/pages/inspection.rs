//! The inspection of the log (ログ点検): one page in plain words, signed for by a person, every week.

use axum::extract::RawQuery;
use axum::response::Response;
use ids::VisitId;
use maud::{Markup, html};
use wire::api::v1::{Counted, InspectLog, InspectionShown, WeekShown};

use super::failed::PageFailed;
use super::page::{Page, done};
use super::parts::{self, Tone};
use super::posted::Posted;
use super::registry::{Act, of_the_hospital, read, row};
use super::signed::Signed;
use crate::answer::Failed;
use crate::api::inspection as api;
use crate::body::{Form, Query};

/// Where it stands.
const HERE: &str = "/inspection";

/// What the ledger says since the last one.
pub(crate) async fn show(signed: Signed, RawQuery(query): RawQuery) -> Result<Page, PageFailed> {
    of_the_hospital(&signed)?;
    let week = api::up_to(signed.asker.clone(), None).await?;
    let word = |id: &str| signed.say(id, &[]);
    let title = word("inspection");
    let main = html! {
        h1 { (title) }
        p.lead { (word("inspection-lead")) }
        (period(&signed, &week))
        (card(&signed, "inspection-visited", &week.visited, |name| name.to_owned()))
        (refused(&signed, &week))
        (alerts(&signed, &week))
        (card(&signed, "inspection-changed", &week.changed, |name| word(&format!("entry-{name}"))))
        (missing(&signed, &week))
        (sampled(&signed, &week.sampled))
        p.actions { a.button.primary href=(format!("{HERE}/sign?until={}", week.until)) { (word("inspection-sign")) } }
        @if !week.before.is_empty() {
            h2 { (word("inspection-before")) }
            @for made in &week.before { (made_before(&signed, made)) }
        }
    };
    let page = Page::new(&signed, &title).await;
    Ok(page.after(query.as_deref()).main(main))
}

fn period(signed: &Signed, week: &WeekShown) -> Markup {
    let mut rows = Vec::new();
    if let (Some(begins), Some(ends)) = (week.begins, week.ends) {
        let time = html! { (signed.time(begins)) " – " (signed.time(ends)) };
        rows.push(row(signed, "inspection-time", time));
    }
    let entries = format!("{}–{}", week.from, week.until.saturating_sub(1));
    rows.push(row(signed, "inspection-entries", entries));
    if let Some(due) = week.due {
        rows.push(row(signed, "inspection-due", signed.time(due)));
    }
    parts::facts(&rows)
}

fn list(signed: &Signed, counts: &[Counted], said: impl Fn(&str) -> String) -> Markup {
    html! {
        @if counts.is_empty() { (parts::empty(&signed.say("inspection-nothing", &[]))) }
        ul {
            @for one in counts {
                li { (said(&one.name)) " " strong { (signed.say("inspection-times", &[("times", &one.times.to_string())])) } }
            }
        }
    }
}

fn card(signed: &Signed, id: &str, counts: &[Counted], said: impl Fn(&str) -> String) -> Markup {
    parts::card(
        &html! { (signed.say(id, &[])) },
        &list(signed, counts, said),
    )
}

fn refused(signed: &Signed, week: &WeekShown) -> Markup {
    // What stands in a reason's sentence is of one refusal; here its name is enough.
    let said = |name: &str| signed.say(&format!("refused-{name}"), &[]);
    let known = |name: &str| {
        let text = said(name);
        if text.starts_with('[') {
            name.to_owned()
        } else {
            text
        }
    };
    let numbers = [
        ("strangers", week.strangers.to_string()),
        ("sign-ins", week.failed_sign_ins.to_string()),
    ];
    let numbers: Vec<(&str, &str)> = numbers
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let body = html! {
        p { (signed.say("inspection-strangers", &numbers)) }
        (list(signed, &week.refused, known))
    };
    parts::card(&html! { (signed.say("inspection-refused", &[])) }, &body)
}

fn alerts(signed: &Signed, week: &WeekShown) -> Markup {
    let body = html! {
        (list(signed, &week.alerts, |name| signed.say(&format!("rule-{name}"), &[])))
        @if !week.judged.is_empty() {
            (list(signed, &week.judged, |name| signed.say(&format!("alert-verdict-{name}"), &[])))
        }
        @if !week.other_logs.is_empty() {
            p { (signed.say("inspection-other-logs", &[])) }
            (list(signed, &week.other_logs, |name| signed.say(&format!("rule-{name}"), &[])))
        }
        p { a href="/alerts" { (signed.say("alerts", &[])) } }
    };
    parts::card(&html! { (signed.say("inspection-alerts", &[])) }, &body)
}

fn missing(signed: &Signed, week: &WeekShown) -> Markup {
    let body = html! {
        @if week.missing.is_empty() { (parts::empty(&signed.say("inspection-nothing-missing", &[]))) }
        ul {
            @for task in &week.missing {
                li {
                    @let said = signed.say(&task.id, &[("detail", &task.detail)]);
                    @match &task.page { Some(page) => a href=(page) { (said) }, None => (said) }
                }
            }
        }
    };
    parts::card(&html! { (signed.say("inspection-missing", &[])) }, &body)
}

fn sampled(signed: &Signed, visits: &[VisitId]) -> Markup {
    let body = html! {
        p { (signed.say("inspection-sample-why", &[])) }
        @if visits.is_empty() { (parts::empty(&signed.say("inspection-sample-none", &[]))) }
        ul { @for visit in visits { li { a href=(format!("/visits/{}", visit.number())) { (visit) } } } }
    };
    parts::card(&html! { (signed.say("inspection-sample", &[])) }, &body)
}

fn made_before(signed: &Signed, made: &InspectionShown) -> Markup {
    let heading = html! { (signed.time(made.at)) " " (made.by) };
    parts::card(
        &heading,
        &html! { p { (made.said.clone().unwrap_or_else(|| signed.say("chronology-erased", &[]))) } },
    )
}

/// The form that signs for what was shown.
pub(crate) async fn form(signed: Signed, query: RawQuery) -> Result<Page, PageFailed> {
    of_the_hospital(&signed)?;
    let [until] = Query::read(&query, ["until"])?.numbers();
    let week = api::up_to(signed.asker.clone(), until).await?;
    let word = |id: &str| signed.say(id, &[]);
    let fields = html! {
        (parts::notice(Tone::Look, &html! { p { (word("inspection-sign-what")) } }))
        (period(&signed, &week))
        (sampled(&signed, &week.sampled))
        input type="hidden" name="until" value=(week.until);
        (parts::lines("said", &word("inspection-said"), Some(&word("inspection-said-hint")), "", true))
    };
    let act = Act {
        title: "inspection-sign",
        about: "",
        risk: "inspection-sign-risk",
        to: &format!("{HERE}/sign"),
        back: HERE,
    };
    Ok(act.page(&signed, &fields).await)
}

/// Signs for it.
pub(crate) async fn sign(signed: Signed, posted: Posted) -> Result<Response, PageFailed> {
    signed.fresh(&posted).await?;
    let until = posted.text("until").parse();
    let form = InspectLog {
        until: until.map_err(|_| Failed::field("until"))?,
        said: posted.text("said").trim().to_owned(),
    };
    read(api::sign(signed.asker.clone(), Form(form)).await)?;
    Ok(done(HERE, "done-changed"))
}
