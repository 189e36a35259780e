//! Home: who is inside, what waits for me, what is overdue. An engineer's home is their own work.

use axum::extract::RawQuery;
use axum::http::StatusCode;
use axum::http::header::{HeaderValue, LOCATION};
use axum::response::{IntoResponse, Response};
use engine::{Task, Urgency};
use ids::SessionId;
use maud::{Markup, html};
use wire::Said;
use wire::api::v1::{Done, Frozen, Request, Session};

use super::failed::{PageFailed, sentence};
use super::files;
use super::page::{Page, done};
use super::parts::{self, Tone};
use super::posted::Posted;
use super::requests::{self, row, waiting};
use super::setup;
use super::signed::Signed;
use crate::api;
use crate::asker::Readers;
use crate::body::{Nothing, Of};

/// The three questions, answered.
pub(crate) async fn show(
    signed: Signed,
    RawQuery(query): RawQuery,
) -> Result<Response, PageFailed> {
    if !signed.of_the_hospital() && signed.has(access::Role::Engineer) {
        let mut answer = StatusCode::SEE_OTHER.into_response();
        answer
            .headers_mut()
            .insert(LOCATION, HeaderValue::from_static("/my"));
        return Ok(answer);
    }
    let asker = || signed.asker.clone();
    let overdue = Overdue::of(&signed).await?;
    let sessions = api::sessions::newest(asker(), None, 0).await?.0;
    let inside: Vec<Session> = sessions
        .into_iter()
        .filter(|session| session.ended.is_none())
        .collect();
    let asked = api::requests::newest(asker(), None, 0).await?.0;
    let waits: Vec<Request> = asked.into_iter().filter(waiting).collect();
    let unsigned = Unsigned::of(&signed).await?;
    let held = files::waiting(&signed).await?;
    let firms = requests::firms(&signed).await?;
    let title = signed.say("console-home", &[]);
    let main = html! {
        h1.quiet { (site_name(&signed)) }
        (inside_now(&signed, &inside))
        section.card data-live="waiting" {
            h2 { (signed.say("console-waiting", &[])) (count(waits.len())) }
            @if waits.is_empty() { (parts::empty(&signed.say("console-waiting-none", &[]))) }
            ul.rows { @for request in waits.iter().rev() { (row(&signed, request, &firms)) } }
            (files_wait(&signed, held))
            (unsigned.shown(&signed))
        }
        (overdue.shown(&signed))
    };
    Ok(Page::new(&signed, &title)
        .await
        .island("live")
        .after(query.as_deref())
        .main(main)
        .into_response())
}

fn count(number: usize) -> Markup {
    html! { @if number > 0 { " " span.count { (number) } } }
}

fn inside_now(signed: &Signed, inside: &[Session]) -> Markup {
    html! {
        section.card data-live="inside" {
            h2 { (signed.say("console-inside", &[])) (count(inside.len())) }
            @if inside.is_empty() { (parts::empty(&signed.say("console-inside-nobody", &[]))) }
            ul.rows { @for session in inside { (one_inside(signed, session)) } }
        }
    }
}

fn one_inside(signed: &Signed, session: &Session) -> Markup {
    let until = super::moment::said(signed.language, session.until);
    let (tone, state) = match session.frozen {
        Some(Frozen::AwaitingAttendant) => (Tone::Look, "console-needs-attendant"),
        Some(Frozen::Paused) => (Tone::Look, "console-paused"),
        None => (Tone::Good, "console-live"),
    };
    let number = session.id.number();
    html! {
        li {
            p.what { strong { (session.person_name.as_deref().unwrap_or("–")) } " → " (session.target_name) }
            p { (parts::tag(tone, &signed.say(state, &[]))) " " (signed.say("console-until", &[("until", &until)])) }
            div.acts {
                a.button href=(format!("/sessions/{number}/watch")) { (signed.say("console-watch", &[])) }
                form method="post" action=(format!("/sessions/{number}/end")) {
                    button.danger type="submit" { (signed.say("console-end-session", &[])) }
                }
            }
        }
    }
}

/// The hospital's name.
fn site_name(signed: &Signed) -> String {
    let site = signed.asker.engine.site();
    let founding = site.founding();
    founding
        .map(|founding| founding.name.clone())
        .unwrap_or_default()
}

/// Files that wait for somebody who looks whether they may pass.
fn files_wait(signed: &Signed, held: usize) -> Markup {
    let count = held.to_string();
    html! {
        @if held > 0 {
            p { a.button href="/files" { (signed.say("files-waiting-home", &[("count", &count)])) } }
        }
    }
}

/// Visits that wait for somebody who reviews and signs them.
#[derive(Default)]
struct Unsigned {
    count: usize,
    oldest: Option<u64>,
}

impl Unsigned {
    /// Nothing, for somebody who does not sign. Told from the state alone: no text is read for it.
    async fn of(signed: &Signed) -> Result<Self, PageFailed> {
        if !signed.of_the_hospital() || !signed.has(access::Role::Approver) {
            return Ok(Self::default());
        }
        let engine = signed.asker.engine.clone();
        let found = signed.asker.blocking(move || {
            let now = engine.now();
            let site = engine.site();
            let mut waits = site.visits().filter(|visit| site.awaits_review(visit, now));
            let oldest = waits.next().map(|visit| visit.id.number());
            Self {
                count: usize::from(oldest.is_some()) + waits.count(),
                oldest,
            }
        });
        Ok(found.await?)
    }

    fn shown(&self, signed: &Signed) -> Markup {
        let count = self.count.to_string();
        html! {
            @if let Some(oldest) = self.oldest {
                p { a.button href=(format!("/visits/{oldest}#review")) { (signed.say("console-unsigned", &[("count", &count)])) } }
            }
        }
    }
}

/// What is due, or keeps visits out.
#[derive(Default)]
struct Overdue {
    tasks: Vec<Task>,
    /// Visits are refused until the setup has come so far.
    setup_missing: bool,
    /// Steps of the setup that are not done.
    steps_left: usize,
}

impl Overdue {
    /// Nothing, for somebody who does not see all of the site.
    async fn of(signed: &Signed) -> Result<Self, PageFailed> {
        let sight = signed.asker.sight(Readers::AlsoOperator);
        if !sight.is_ok_and(|sight| sight == access::Sight::Everything) {
            return Ok(Self::default());
        }
        let engine = signed.asker.engine.clone();
        let known = signed.asker.blocking(move || {
            let mut tasks = engine.tasks();
            tasks.retain(|task| task.urgency != Urgency::Preparation && !setup::is_step(task));
            let steps = engine.setup_steps();
            let setup_missing = !engine.site().setup_complete();
            Self {
                tasks,
                setup_missing,
                steps_left: steps.iter().filter(|(_, is_done)| !is_done).count(),
            }
        });
        Ok(known.await?)
    }

    fn shown(&self, signed: &Signed) -> Markup {
        let number = self.tasks.len() + usize::from(self.setup_missing);
        let left = self.steps_left.to_string();
        html! {
            section.card {
                h2 { (signed.say("console-overdue", &[])) (count(number)) }
                @if number == 0 && self.steps_left == 0 {
                    (parts::empty(&signed.say("console-overdue-none", &[])))
                }
                ul.tasks {
                    @if self.setup_missing {
                        li { (parts::tag(Tone::Bad, &sentence(signed.language, &Said::plain("finding-setup")))) }
                    }
                    @if self.steps_left > 0 && signed.of_the_hospital() {
                        li { a.button href="/setup" { (signed.say("console-setup-go", &[("left", &left)])) } }
                    }
                    @for task in &self.tasks { (setup::task_shown(signed, task)) }
                }
            }
        }
    }
}

/// Ends a session. Taking access away waits for nothing, a fresh touch included.
pub(crate) async fn end(
    signed: Signed,
    Of(session): Of<SessionId>,
    _: Posted,
) -> Result<Response, PageFailed> {
    let Done {} = api::sessions::end(signed.asker.clone(), Of(session), Nothing)
        .await?
        .0;
    Ok(done("/", "done-session-ended"))
}
