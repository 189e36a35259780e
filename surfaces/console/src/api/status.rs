//! How the site is.

use access::Subject;
use axum::Json;
use engine::Finding;
use wire::Said;
use wire::api::v1::{self, IsolateOf, IsolatedShown, LedgerState, Me, Status};

use super::requests::waits;
use crate::answer::Answer;
use crate::asker::{Asker, Readers};
use crate::reading::Reading;
use crate::words;

/// The site to somebody who sees all of it; to an engineer, whether they can work.
pub(crate) async fn show(asker: Asker) -> Answer<Status> {
    let engine = asker.engine.clone();
    let (status, findings, cut) = asker
        .blocking(move || {
            let cut = engine.live().is_isolated();
            (engine.status(), engine.findings(), cut)
        })
        .await?;
    let mut shown = asker
        .read(Readers::AlsoOperator, move |reading| {
            Ok(overview(reading, cut))
        })
        .await?;
    if asker
        .sight(Readers::AlsoOperator)
        .is_ok_and(|sight| sight == access::Sight::Everything)
    {
        shown.ledger = Some(LedgerState {
            size: status.size,
            root: status.root,
            last_at: (status.size > 0).then_some(status.last_at),
            witnesses: u64::try_from(status.witnesses).unwrap_or(u64::MAX),
        });
        shown.live_sessions = Some(u64::try_from(status.live).unwrap_or(u64::MAX));
        shown.alarms = findings.iter().filter_map(alarm).collect();
    }
    Ok(Json(shown))
}

fn overview(reading: &Reading<'_>, cut: bool) -> Status {
    let site = reading.site;
    let waiting = || {
        let waiting = site
            .requests()
            .filter(|request| waits(request, reading.now));
        u64::try_from(waiting.count()).unwrap_or(u64::MAX)
    };
    Status {
        site: site.id().clone(),
        name: site
            .founding()
            .map(|founding| founding.name.clone())
            .unwrap_or_default(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        now: reading.now,
        me: me(reading),
        isolation: isolation(reading, cut),
        isolated: isolated(reading),
        setup_missing: if site.setup_complete() {
            Vec::new()
        } else {
            vec![Said::plain("finding-setup")]
        },
        ledger: None,
        live_sessions: None,
        waiting_requests: reading.sees_all().then(waiting),
        alarms: Vec::new(),
    }
}

/// Who asks, as the site knows them; `None` for the machine's operator.
pub(super) fn me(reading: &Reading<'_>) -> Option<Me> {
    let person = reading.me()?;
    Some(Me {
        person: person.id.clone(),
        name: reading.name(&person.id),
        employer: words::employer_said(&person.employer),
        roles: person.roles.iter().copied().map(words::role_said).collect(),
        device: reading.caller.device.clone(),
    })
}

/// What is isolated by itself.
fn isolated(reading: &Reading<'_>) -> Vec<IsolatedShown> {
    let site = reading.site;
    let all = reading.sees_all();
    let ones = site.isolated_ones().iter().filter(|_| all);
    let shown = |one: &access::IsolatedOne| {
        let (of, name) = match &one.subject {
            Subject::Vendor(id) => {
                let name = site.vendor(id).map(|vendor| vendor.name.clone());
                (IsolateOf::Vendor(id.clone()), name)
            }
            Subject::Person(id) => (IsolateOf::Person(id.clone()), reading.name(id)),
            Subject::Device(id) => (IsolateOf::Device(id.clone()), None),
            Subject::Target(id) => {
                let name = site.target(id).map(|target| target.name.clone());
                (IsolateOf::Target(id.clone()), name)
            }
            Subject::Grant(_) => return None,
        };
        Some(IsolatedShown {
            of,
            name,
            since: one.isolation.since,
            reason: reading.own_text(&one.isolation.reason),
            agreed: one.isolation.agreed.keys().cloned().collect(),
        })
    };
    ones.filter_map(shown).collect()
}

/// The isolation that stands in the ledger; or, if it could not be entered yet, that everything is
/// cut all the same, since the last entry at the earliest.
fn isolation(reading: &Reading<'_>, cut: bool) -> Option<v1::Isolation> {
    let Some(isolation) = reading.site.isolation() else {
        return cut.then(|| v1::Isolation {
            since: reading.site.last_at(),
            reason: None,
            agreed: Vec::new(),
            delay_until: None,
        });
    };
    let all = reading.sees_all();
    Some(v1::Isolation {
        since: isolation.since,
        reason: reading.isolation_text(&isolation.reason),
        agreed: isolation.agreed.keys().filter(|_| all).cloned().collect(),
        delay_until: isolation
            .delay
            .as_ref()
            .filter(|_| all)
            .map(|(_, until)| *until),
    })
}

/// What the status says in a field of its own is not an alarm as well.
fn alarm(finding: &Finding) -> Option<Said> {
    let elsewhere = ["finding-isolated", "finding-setup"].contains(&finding.id);
    (!elsewhere).then(|| Said::plain(finding.id).with("detail", &finding.detail))
}
