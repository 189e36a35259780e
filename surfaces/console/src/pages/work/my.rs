//! An engineer's own work: what is owed, what is open now, what is to come, what waits, what was.

use axum::extract::RawQuery;
use axum::response::Response;
use engine::{Draft, DraftOf};
use ids::{PersonId, RequestId, Timestamp};
use maud::{Markup, html};
use wire::api::v1::{Request, RequestState, Visit};

use super::super::failed::PageFailed;
use super::super::page::{Page, done};
use super::super::parts::{self, Tone};
use super::super::posted::Posted;
use super::super::signed::Signed;
use super::rows::{open, past, report_link, section, to_come, waiting, window};
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
        div data-live="work-debts" { (mine.debts(&signed)) }
        (section(&signed, "work-open", "work-open-none", mine.standing(Stands::Open), |visit| open(&signed, visit, mine.now)))
        (section(&signed, "work-waiting", "work-waiting-none", mine.waiting(), |request| waiting(&signed, request)))
        (section(&signed, "work-to-come", "work-to-come-none", mine.standing(Stands::ToCome), |visit| to_come(&signed, visit)))
        (drafts(&signed, &mine.drafts))
        p { a.button href="/targets" { (signed.say("work-ask", &[])) } }
        (section(&signed, "work-past", "work-past-none", mine.past(), |request| past(&signed, request, mine.visit(request))))
    };
    Ok(Page::new(&signed, &title)
        .await
        .island("live")
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
