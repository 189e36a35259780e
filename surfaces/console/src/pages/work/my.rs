//! An engineer's own work: what is owed, what is open now, what is to come, what waits, what was.

use axum::extract::RawQuery;
use axum::response::Response;
use engine::{Draft, DraftOf};
use ids::{PersonId, RequestId, Timestamp};
use maud::{Markup, html};
use wire::api::v1::{Request, RequestState, Visit};

use super::super::failed::PageFailed;
use super::super::moment;
use super::super::page::{Page, done};
use super::super::parts::{self, Tone};
use super::super::posted::Posted;
use super::super::requests::state;
use super::super::signed::Signed;
use super::{Number, engineer};
use crate::answer::Failed;
use crate::api;
use crate::body::Nothing;

/// How many of what was are shown: three months of somebody who comes twice a week.
const PAST: usize = 30;

/// Where a visit of the reader's stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stands {
    Open,
    ToCome,
    Past,
}

fn stands(visit: &Visit, now: Timestamp) -> Option<Stands> {
    visit.grant.as_ref()?;
    Some(match () {
        () if visit.withdrawn || now >= visit.window.until => Stands::Past,
        () if now < visit.window.from => Stands::ToCome,
        () => Stands::Open,
    })
}

/// Whether a report is due: somebody was inside, it is over, and there is none.
fn report_due(visit: &Visit, now: Timestamp) -> bool {
    stands(visit, now) == Some(Stands::Past) && !visit.sessions.is_empty() && visit.report.is_none()
}

/// The page.
pub(crate) async fn show(signed: Signed, RawQuery(query): RawQuery) -> Result<Page, PageFailed> {
    engineer(&signed)?;
    let me = signed.asker.person().cloned().ok_or(Failed::NotFound)?;
    let mine = Mine::read(&signed, &me).await?;
    let title = signed.say("work-my", &[]);
    let main = html! {
        h1 { (title) }
        (mine.debts(&signed))
        (section(&signed, "work-open", "work-open-none", mine.standing(Stands::Open), |visit| open(&signed, visit, mine.now)))
        (section(&signed, "work-waiting", "work-waiting-none", mine.waiting(), |request| waiting(&signed, request)))
        (section(&signed, "work-to-come", "work-to-come-none", mine.standing(Stands::ToCome), |visit| to_come(&signed, visit)))
        (drafts(&signed, &mine.drafts))
        p { a.button href="/targets" { (signed.say("work-ask", &[])) } }
        (section(&signed, "work-past", "work-past-none", mine.past(), |request| past(&signed, request, &mine)))
    };
    Ok(Page::new(&signed, &title)
        .await
        .after(query.as_deref())
        .main(main))
}

/// What is the reader's.
struct Mine {
    now: Timestamp,
    requests: Vec<Request>,
    visits: Vec<Visit>,
    drafts: Vec<Draft>,
}

impl Mine {
    async fn read(signed: &Signed, me: &PersonId) -> Result<Self, PageFailed> {
        let asker = || signed.asker.clone();
        let mut requests = api::requests::list(asker(), RawQuery(None)).await?.0;
        requests.retain(|request| request.by == *me);
        let mut visits = api::visits::list(asker(), RawQuery(None)).await?.0;
        visits.retain(|visit| visit.person == *me);
        let reader = asker();
        let drafts = signed
            .asker
            .blocking(move || reader.engine.drafts(&reader.by));
        Ok(Self {
            now: signed.asker.engine.now(),
            requests,
            visits,
            drafts: drafts.await?,
        })
    }

    fn standing(&self, wanted: Stands) -> Vec<&Visit> {
        let visits = self.visits.iter();
        visits
            .filter(|visit| stands(visit, self.now) == Some(wanted))
            .collect()
    }

    fn waiting(&self) -> Vec<&Request> {
        let waits = |request: &&Request| {
            matches!(
                request.state,
                RequestState::AwaitingApproval | RequestState::AwaitingSecondApproval
            )
        };
        self.requests.iter().filter(waits).collect()
    }

    /// Requests that were answered, the newest first; of a visit only the first, not its extensions.
    fn past(&self) -> Vec<&Request> {
        let over = |request: &&Request| match self.visit(request) {
            _ if request.extension => false,
            Some(visit) => stands(visit, self.now) == Some(Stands::Past),
            None => !self.waiting().contains(request),
        };
        self.requests.iter().rev().filter(over).take(PAST).collect()
    }

    fn visit(&self, request: &Request) -> Option<&Visit> {
        let granted = self.visits.iter().filter(|visit| visit.grant.is_some());
        granted.into_iter().find(|visit| visit.id == request.visit)
    }

    /// What is owed stands first: until it is filed, the next request is refused.
    fn debts(&self, signed: &Signed) -> Markup {
        let due: Vec<&Visit> = self
            .visits
            .iter()
            .filter(|visit| report_due(visit, self.now))
            .collect();
        html! {
            @if !due.is_empty() {
                section.card {
                    h2 { (signed.say("work-debts", &[])) }
                    ul.rows {
                        @for visit in due {
                            li {
                                p { strong { (visit.target_name) } " · " (window(signed, visit)) }
                                @if visit.report_overdue.is_some() {
                                    p { (parts::tag(Tone::Bad, &signed.say("work-report-overdue", &[]))) }
                                } @else {
                                    p { (parts::tag(Tone::Look, &signed.say("work-report-due", &[]))) }
                                }
                                (report_link(signed, visit))
                            }
                        }
                    }
                }
            }
        }
    }
}

fn window(signed: &Signed, visit: &Visit) -> String {
    moment::window_said(signed.language, visit.window.from, visit.window.until)
}

fn report_link(signed: &Signed, visit: &Visit) -> Markup {
    let path = format!("/visits/{}/report", visit.id.number());
    html! { p { a.button href=(path) { (signed.say("work-write-report", &[])) } } }
}

fn section<T>(
    signed: &Signed,
    title: &str,
    none: &str,
    items: Vec<T>,
    row: impl Fn(T) -> Markup,
) -> Markup {
    html! {
        section.card {
            h2 { (signed.say(title, &[])) }
            @if items.is_empty() { (parts::empty(&signed.say(none, &[]))) }
            ul.rows { @for item in items { li { (row(item)) } } }
        }
    }
}

/// A visit that may be entered now: how long still, and the ways in.
fn open(signed: &Signed, visit: &Visit, now: Timestamp) -> Markup {
    let left = moment::lasting(signed.language, now, visit.window.until);
    let number = visit.id.number();
    html! {
        h3 { (visit.target_name) }
        p.left { strong { (signed.say("work-left", &[("left", &left)])) } }
        p { (window(signed, visit)) }
        @if let Some(conditions) = &visit.conditions {
            (parts::facts(&[(signed.say("work-conditions", &[]), html! { (conditions) })]))
        }
        @if visit.attended { p { (parts::tag(Tone::Look, &signed.say("work-attendance-needed", &[]))) } }
        p.actions {
            @if visit.ssh.is_some() {
                a.button.primary href=(format!("/visits/{number}/terminal")) { (signed.say("work-terminal", &[])) }
            }
            a.button href=(format!("/visits/{number}/extend")) { (signed.say("work-extend", &[])) }
            a.button href=(format!("/visits/{number}/report")) { (signed.say("work-write-report", &[])) }
        }
        p.hint { (signed.say("work-own-client", &[])) " " code { "sekisho ssh-config" } }
    }
}

fn to_come(signed: &Signed, visit: &Visit) -> Markup {
    html! {
        h3 { (visit.target_name) }
        p { (window(signed, visit)) }
        p { (parts::tag(Tone::Good, &signed.say("request-state-granted", &[]))) }
    }
}

/// A request that waits: for whom, until when, and the way to take it back.
fn waiting(signed: &Signed, request: &Request) -> Markup {
    let (tone, said) = state(&request.state);
    let window = moment::window_said(signed.language, request.window.from, request.window.until);
    let until = moment::said(signed.language, request.window.until);
    let path = format!("/requests/{}/withdraw", request.id.number());
    html! {
        h3 { a href=(format!("/requests/{}", request.id.number())) { (request.target_name) } }
        @if request.extension { p { (signed.say("work-is-extension", &[])) } }
        p { (window) }
        p { (parts::tag(tone, &signed.say(said, &[]))) }
        p.hint { (signed.say("work-waits-until", &[("until", &until)])) }
        form method="post" action=(path) {
            button.quiet type="submit" { (signed.say("work-withdraw", &[])) }
        }
    }
}

fn past(signed: &Signed, request: &Request, mine: &Mine) -> Markup {
    let (tone, said) = state(&request.state);
    let window = moment::window_said(signed.language, request.window.from, request.window.until);
    let visit = mine.visit(request);
    let number = request.id.number();
    html! {
        h3 { a href=(format!("/requests/{number}")) { (request.target_name) } }
        p { (window) }
        p { (parts::tag(tone, &signed.say(said, &[]))) }
        @if request.unanswered.is_some() { p { (signed.say("notify-was-unanswered", &[])) } }
        @if let RequestState::Refused { reason: Some(reason) } = &request.state { p { (reason) } }
        @if let Some(visit) = visit {
            @if visit.report.is_some() {
                p { a href=(format!("/visits/{}/report", visit.id.number())) { (signed.say("work-see-report", &[])) } }
            }
        }
        p { a href=(format!("/requests/new?again={number}")) { (signed.say("work-again", &[])) } }
    }
}

fn drafts(signed: &Signed, drafts: &[Draft]) -> Markup {
    let site = signed.asker.engine.id();
    let known = drafts
        .iter()
        .filter_map(|draft| Some((draft, DraftOf::of(site, &draft.kind)?)));
    let known: Vec<_> = known.collect();
    html! {
        @if !known.is_empty() {
            section.card {
                h2 { (signed.say("work-drafts", &[])) }
                ul.rows {
                    @for (draft, of) in known {
                        li {
                            @match of {
                                DraftOf::Request => {
                                    p { a href=(format!("/requests/new?draft={}", draft.id)) { (signed.say("work-draft-request", &[])) } }
                                }
                                DraftOf::Report(visit) => {
                                    @let number = visit.number().to_string();
                                    p { a href=(format!("/visits/{number}/report")) { (signed.say("work-draft-report", &[("number", &number)])) } }
                                }
                            }
                            p { (signed.time(draft.at)) }
                            form method="post" action="/drafts/discard" {
                                input type="hidden" name="draft" value=(draft.id);
                                button.quiet type="submit" { (signed.say("work-draft-discard", &[])) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Takes one's own request back.
pub(crate) async fn withdraw(
    signed: Signed,
    number: Number<RequestId>,
    _: Posted,
) -> Result<Response, PageFailed> {
    engineer(&signed)?;
    let withdrawn = api::requests::withdraw(signed.asker.clone(), number?, Nothing).await;
    let _ = withdrawn?;
    Ok(done("/my", "done-request-withdrawn"))
}
