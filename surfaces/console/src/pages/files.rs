//! Files that stopped in quarantine: what waits for a person of the hospital, and what they answer.
//!
//! What is shown and answered is the API's (`crate::api::files`). Like there, an answer needs no fresh
//! touch: it is about one content, one place and one visit, and it is entered with who gave it.

pub(crate) mod shown;
pub(crate) mod visit;

use access::{Reason, Role};
use axum::extract::RawQuery;
use axum::response::Response;
use ids::VisitId;
use maud::{Markup, html};
use wire::api::v1::{AnswerFile, FileSeen, HeldFile, Visit};

use super::failed::PageFailed;
use super::page::{Page, done};
use super::parts;
use super::posted::Posted;
use super::requests::{Firms, firms};
use super::signed::Signed;
use super::visits::whose;
use crate::answer::Failed;
use crate::api;
use crate::body::{Form, Of};

/// What waits in one visit, and what was stopped in it.
struct OfVisit {
    visit: Visit,
    waits: Vec<HeldFile>,
    stopped: Vec<FileSeen>,
}

/// Whether the reader is of those who may let a file pass; the site decides again when they do.
pub(crate) fn may_answer(signed: &Signed) -> bool {
    signed.of_the_hospital() && (signed.has(Role::Approver) || signed.has(Role::Operator))
}

/// How many files wait for the reader's answer: none for whoever may not give it.
pub(crate) async fn waiting(signed: &Signed) -> Result<usize, PageFailed> {
    if !may_answer(signed) {
        return Ok(0);
    }
    let engine = signed.asker.engine.clone();
    let counted = signed.asker.blocking(move || {
        let now = engine.now();
        let site = engine.site();
        let open = site.visits().filter(|visit| !site.visit_over(visit, now));
        let held = open.flat_map(|visit| visit.held.values());
        held.filter(|file| file.answer.is_none()).count()
    });
    Ok(counted.await?)
}

/// Every file that waits, and what was stopped meanwhile. Of a visit that is over nobody can fetch
/// anything any more, so nothing of it waits: what became of its files stands on its own page.
pub(crate) async fn list(signed: Signed, RawQuery(query): RawQuery) -> Result<Page, PageFailed> {
    if !may_answer(&signed) {
        return Err(Failed::because(Reason::RoleMissing).into());
    }
    let mut visits = Vec::new();
    for id in with_something(&signed).await? {
        let files = api::files::of_visit(&signed.asker, id.clone()).await?;
        let visit = api::visits::show(signed.asker.clone(), Of(id)).await?.0;
        let waits = files.held.into_iter();
        let seen = files.seen.into_iter();
        visits.push(OfVisit {
            visit,
            waits: waits.filter(|file| file.answer.is_none()).collect(),
            stopped: seen.filter(|file| !file.passed).collect(),
        });
    }
    let firms = firms(&signed).await?;
    let title = signed.say("files-title", &[]);
    let none = visits.iter().all(|visit| visit.waits.is_empty());
    let main = html! {
        h1 { (title) }
        p.lead { (signed.say("files-lead", &[])) }
        section.card {
            @if none { (parts::empty(&signed.say("files-none", &[]))) }
            ul.rows {
                @for of in &visits { @for file in &of.waits { (waits(&signed, of, file, &firms)) } }
            }
        }
        (stopped(&signed, &visits, &firms))
    };
    Ok(Page::new(&signed, &title)
        .await
        .after(query.as_deref())
        .main(main))
}

/// The open visits in which a file waits or was stopped, told from the state alone.
async fn with_something(signed: &Signed) -> Result<Vec<VisitId>, PageFailed> {
    let engine = signed.asker.engine.clone();
    let found = signed.asker.blocking(move || {
        let now = engine.now();
        let site = engine.site();
        let something = |visit: &&access::Visit| {
            let waits = visit.held.values().any(|file| file.answer.is_none());
            // Files are numbered as they are looked at; those that are not held were stopped.
            let stopped = usize::try_from(visit.judged).is_ok_and(|all| all > visit.held.len());
            (waits || stopped) && !site.visit_over(visit, now)
        };
        let found = site.visits().filter(something);
        found.map(|visit| visit.id.clone()).collect()
    });
    Ok(found.await?)
}

fn of_whom(signed: &Signed, visit: &Visit, firms: &Firms) -> Markup {
    html! {
        a.what href=(format!("/visits/{}", visit.id.number())) { strong { (whose(signed, visit, firms)) } }
        p { (visit.target_name) }
    }
}

fn waits(signed: &Signed, of: &OfVisit, file: &HeldFile, firms: &Firms) -> Markup {
    let number = file.number.to_string();
    html! {
        li {
            (of_whom(signed, &of.visit, firms))
            (shown::held(signed, file))
            form.acts method="post" action=(visit::path(&of.visit.id)) {
                button.primary type="submit" name="release" value=(number) { (signed.say("files-release", &[])) }
                button.danger type="submit" name="refuse" value=(number) { (signed.say("files-refuse", &[])) }
            }
        }
    }
}

fn stopped(signed: &Signed, visits: &[OfVisit], firms: &Firms) -> Markup {
    html! {
        @if visits.iter().any(|of| !of.stopped.is_empty()) {
            section.card {
                h2 { (signed.say("files-stopped-title", &[])) }
                p { (signed.say("files-stopped-lead", &[])) }
                ul.rows {
                    @for of in visits {
                        @for file in &of.stopped {
                            li { (of_whom(signed, &of.visit, firms)) (shown::seen(signed, file)) }
                        }
                    }
                }
            }
        }
    }
}

/// The answer for one file that waits, or the vendor's word that what went out is deleted: as the API
/// takes them, one at a time.
pub(crate) async fn answer(
    signed: Signed,
    Of(id): Of<VisitId>,
    posted: Posted,
) -> Result<Response, PageFailed> {
    let of_visit = visit::path(&id);
    let number = |name: &'static str| {
        let given = posted.some(name);
        given
            .map(|given| given.parse().map_err(|_| Failed::field(name)))
            .transpose()
    };
    let deleted = posted.checked("deleted");
    let (form, to, said) = match (number("release")?, number("refuse")?, deleted) {
        (Some(file), None, false) => (AnswerFile::Release(file), "/files", "done-file-released"),
        (None, Some(file), false) => (AnswerFile::Refuse(file), "/files", "done-file-refused"),
        (None, None, true) => {
            let to = of_visit.as_str();
            (AnswerFile::Deleted, to, "done-deletion-confirmed")
        }
        _ => return Err(Failed::field("release").into()),
    };
    let _ = api::files::answer(signed.asker.clone(), Of(id), Form(form)).await?;
    Ok(done(to, said))
}
