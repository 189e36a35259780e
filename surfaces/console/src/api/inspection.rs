//! The inspection of the log: what a week was, and who signs for it.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::RawQuery;
use engine::Week;
use wire::api::v1::{Counted, Done, InspectLog, InspectionShown, MissingShown, WeekShown};

use super::done;
use super::secrets::who;
use crate::answer::{Answer, Failed};
use crate::asker::{Asker, Readers};
use crate::body::{Form, Query};
use crate::keeping::Keep;

/// Inspections before that are shown.
const BEFORE: usize = 12;

/// What the ledger says since the last one, to whoever sees everything.
pub(crate) async fn show(asker: Asker, query: RawQuery) -> Answer<WeekShown> {
    let [until] = Query::read(&query, ["until"])?.numbers();
    up_to(asker, until).await.map(Json)
}

/// What it says up to an entry.
pub(crate) async fn up_to(asker: Asker, until: Option<u64>) -> Result<WeekShown, Failed> {
    let may = asker.read(Readers::People, |reading| {
        reading.sees_all().then_some(()).ok_or(Failed::NotFound)
    });
    may.await?;
    let engine = asker.engine.clone();
    let week = asker.blocking(move || engine.week(until)).await??;
    let read = asker.read(Readers::People, move |reading| {
        let site = reading.site;
        let before = site.inspections().iter().rev().take(BEFORE);
        let target = |id: &ids::TargetId| {
            let known = site.target(id);
            known.map_or_else(|| id.to_string(), |known| known.name.clone())
        };
        Ok(WeekShown {
            due: site.inspection_due(),
            visited: named(&week.visited, target),
            before: before
                .map(|made| InspectionShown {
                    at: made.at,
                    by: who(&made.by),
                    until: made.until,
                    sampled: made.sampled.clone(),
                    said: reading.own_text(&made.said),
                })
                .collect(),
            ..shown(&week)
        })
    });
    read.await
}

fn shown(week: &Week) -> WeekShown {
    let (strangers, failed_sign_ins) = week.strangers;
    let missing = week.missing.iter().map(|task| MissingShown {
        id: task.id.clone(),
        detail: task.detail.clone(),
        page: task.page.clone(),
    });
    WeekShown {
        from: week.from,
        until: week.until,
        begins: week.time.map(|(first, _)| first),
        ends: week.time.map(|(_, last)| last),
        due: None,
        visited: Vec::new(),
        refused: named(&week.refused, String::clone),
        strangers,
        failed_sign_ins,
        alerts: named(&week.alerts, String::clone),
        other_logs: named(&week.other_logs, String::clone),
        judged: named(&week.judged, |name| (*name).to_owned()),
        changed: named(&week.changed, |kind| kind.replace('_', "-")),
        sampled: week.sampled.clone(),
        missing: missing.collect(),
        before: Vec::new(),
    }
}

/// The most frequent first.
fn named<K>(counts: &BTreeMap<K, u64>, name: impl Fn(&K) -> String) -> Vec<Counted> {
    let mut all: Vec<Counted> = counts
        .iter()
        .map(|(key, times)| Counted {
            name: name(key),
            times: *times,
        })
        .collect();
    all.sort_by_key(|counted| std::cmp::Reverse(counted.times));
    all
}

/// Signs for it.
pub(crate) async fn sign(asker: Asker, Form(form): Form<InspectLog>) -> Answer<Done> {
    let InspectLog { until, said } = form;
    let engine = asker.engine.clone();
    let week = asker.blocking(move || engine.week(Some(until))).await??;
    let engine = asker.engine.clone();
    let said = asker
        .blocking(move || Keep::With(&engine).text("said", "inspection", &said))
        .await??;
    asker.engine.inspect_log(&asker.by, &week, said).await?;
    done()
}
