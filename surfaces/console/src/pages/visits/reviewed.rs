//! Who reviewed a visit and signed for it, and the way to do so (確認・署名).

use access::Role;
use axum::response::Response;
use ids::VisitId;
use maud::{Markup, html};
use wire::api::v1::{Done, Review, ReviewVisit, Verdict, Visit, VisitStory};

use super::super::failed::PageFailed;
use super::super::page::done;
use super::super::parts::{self, Tone};
use super::super::posted::Posted;
use super::super::signed::Signed;
use crate::answer::Failed;
use crate::api;
use crate::body::{Form, Of};

/// The longest note, in characters.
const LONGEST: u32 = 1000;

/// How a visit stands with those who review, if there is anything to say.
pub(super) fn tag(visit: &Visit) -> Option<(Tone, &'static str)> {
    if visit.review_awaited {
        return Some((Tone::Look, "visits-review-awaited"));
    }
    let last = visit.reviews.last()?;
    Some(match last.verdict {
        Verdict::Accepted => (Tone::Good, "visits-reviewed"),
        Verdict::Questioned => (Tone::Look, "visits-questioned"),
    })
}

/// The reviews so far, and the forms for whoever may sign.
pub(super) fn section(signed: &Signed, story: &VisitStory) -> Markup {
    let visit = &story.visit;
    html! {
        section.card #review {
            h2 { (signed.say("visits-review", &[])) }
            @if visit.reviews.is_empty() { (parts::empty(&signed.say("visits-review-none", &[]))) }
            (list(signed, visit))
            @if signs(signed) { (forms(signed, visit)) }
        }
    }
}

/// Who reviewed, when, and what they said.
fn list(signed: &Signed, visit: &Visit) -> Markup {
    html! {
        ul.rows { @for review in &visit.reviews { (one(signed, visit, review)) } }
    }
}

fn one(signed: &Signed, visit: &Visit, review: &Review) -> Markup {
    let by = review.by_name.clone();
    let by = by.unwrap_or_else(|| review.by.to_string());
    let (tone, said) = match review.verdict {
        Verdict::Accepted => (Tone::Good, "visits-accepted"),
        Verdict::Questioned => (Tone::Look, "visits-asked"),
    };
    html! {
        li {
            p.what { (parts::tag(tone, &signed.say(said, &[]))) " " strong { (by) } " " (signed.time(review.at)) }
            @if let Some(note) = &review.note { p { (note) } }
            @if let Some(report) = &review.report {
                p.hint {
                    @if visit.report == review.report { (signed.say("visits-review-of", &[])) }
                    @else { (signed.say("visits-review-of-earlier", &[])) }
                    " " code { (report) }
                }
            }
        }
    }
}

/// What was asked about a visit, for the engineer who answers with a supplement.
pub(crate) fn asked(signed: &Signed, visit: &Visit) -> Markup {
    let last = visit.reviews.last();
    let open =
        last.filter(|last| last.verdict == Verdict::Questioned && last.report == visit.report);
    html! {
        @if let Some(question) = open {
            (parts::notice(Tone::Look, &html! {
                p { (signed.say("visits-question-asked", &[])) }
                @if let Some(note) = &question.note { p { (note) } }
            }))
        }
    }
}

/// Who signs, for what is shown.
fn signs(signed: &Signed) -> bool {
    signed.of_the_hospital() && signed.has(Role::Approver)
}

/// How a visit stands for the reader.
struct Standing {
    /// Whether it is over: before that nothing is signed.
    over: bool,
    /// Whether the reader has signed for all that there is.
    mine: bool,
}

fn standing(signed: &Signed, id: &VisitId) -> Standing {
    let now = signed.asker.engine.now();
    let site = signed.asker.engine.site();
    let visit = site.visit(id);
    let last = visit.and_then(access::Visit::reviewed);
    Standing {
        over: visit.is_some_and(|visit| site.visit_over(visit, now)),
        mine: last.is_some_and(|last| {
            signed.asker.person() == Some(&last.by) && last.verdict == access::Verdict::Accepted
        }),
    }
}

fn forms(signed: &Signed, visit: &Visit) -> Markup {
    let word = |id| signed.say(id, &[]);
    let Standing { over, mine } = standing(signed, &visit.id);
    let owed = visit.report.is_none() && !visit.sessions.is_empty();
    html! {
        @if !over { p.hint { (word("visits-review-not-over")) } }
        @if over {
            div.answer.no-print {
                @if !mine {
                    form.primary method="post" action=(path(visit, "review")) data-fresh {
                        p { (word("visits-review-lead")) }
                        (what(visit, "accepted"))
                        @if owed { (note(&word("visits-review-no-report"), "note")) }
                        (parts::fresh(signed))
                        button.primary type="submit" { (word("visits-accept")) }
                    }
                }
                details {
                    summary { (word("visits-question")) }
                    form method="post" action=(path(visit, "review")) data-fresh {
                        (what(visit, "questioned"))
                        (note(&word("visits-question-text"), "question"))
                        (parts::fresh_again(signed))
                        button type="submit" { (word("visits-question-send")) }
                    }
                }
            }
        }
    }
}

fn path(visit: &Visit, verb: &str) -> String {
    format!("/visits/{}/{verb}", visit.id.number())
}

/// What is said, and of which report: the one that stands on this page.
fn what(visit: &Visit, verdict: &str) -> Markup {
    html! {
        input type="hidden" name="verdict" value=(verdict);
        @if let Some(report) = &visit.report { input type="hidden" name="report" value=(report); }
    }
}

fn note(label: &str, id: &str) -> Markup {
    html! {
        div.field {
            label for=(id) { (label) }
            textarea id=(id) name="note" rows="3" maxlength=(LONGEST) required {}
        }
    }
}

/// Signs, or asks.
pub(crate) async fn review(
    signed: Signed,
    Of(id): Of<VisitId>,
    posted: Posted,
) -> Result<Response, PageFailed> {
    // Who may not hear of the visit is not asked for a touch first.
    let _known = api::visits::show(signed.asker.clone(), Of(id.clone())).await?;
    signed.fresh(&posted).await?;
    let (verdict, sentence) = match posted.text("verdict") {
        "accepted" => (Verdict::Accepted, "done-reviewed"),
        "questioned" => (Verdict::Questioned, "done-questioned"),
        _ => return Err(Failed::field("verdict").into()),
    };
    let report = posted.some("report").map(str::parse).transpose();
    let form = ReviewVisit {
        verdict,
        report: report.map_err(|_| Failed::field("report"))?,
        note: posted.some("note").map(str::to_owned),
    };
    let Done {} = api::reviews::review(signed.asker.clone(), Of(id.clone()), Form(form))
        .await?
        .0;
    Ok(done(&format!("/visits/{}", id.number()), sentence))
}
