//! `sekisho inspection`: what the ledger says since the last inspection, and signing for it.

use wire::api::v1::{Counted, InspectLog, WeekShown};

use super::site::done;
use crate::context::Context;
use crate::failure::Failure;

/// Shows the week, or signs for it.
pub(super) async fn inspection(
    context: &Context,
    until: Option<u64>,
    said: Option<String>,
) -> Result<(), Failure> {
    let at = context.at().await?;
    if let (Some(until), Some(said)) = (until, said) {
        at.api.inspect_log(&InspectLog { until, said }).await?;
        return done(context);
    }
    let week = at.api.week(until).await?;
    context.show(&week, |context| lines(context, &week))
}

fn lines(context: &Context, week: &WeekShown) -> Vec<String> {
    let word = |id: &str| context.say(id, &[]);
    let mut lines = Vec::new();
    if let (Some(begins), Some(ends)) = (week.begins, week.ends) {
        lines.push(format!("{}  {begins} – {ends}", word("inspection-time")));
    }
    lines.push(context.say("inspection-until", &[("until", &week.until.to_string())]));
    let counts = |id: &str, counts: &[Counted], prefix: &str| {
        let mut lines = vec![word(id)];
        for one in counts {
            let name = if prefix.is_empty() {
                one.name.clone()
            } else {
                word(&format!("{prefix}-{}", one.name))
            };
            lines.push(format!("  {}  {name}", one.times));
        }
        lines
    };
    lines.extend(counts("inspection-visited", &week.visited, ""));
    lines.extend(counts("inspection-refused", &week.refused, ""));
    lines.extend(counts("inspection-alerts", &week.alerts, "rule"));
    lines.extend(counts("inspection-other-logs", &week.other_logs, "rule"));
    lines.extend(counts("inspection-changed", &week.changed, "entry"));
    lines.push(word("inspection-missing"));
    for task in &week.missing {
        let said = context.say(&task.id, &[("detail", &task.detail)]);
        lines.push(format!("  ! {said}"));
    }
    lines.push(word("inspection-sample"));
    lines.extend(week.sampled.iter().map(|visit| format!("  {visit}")));
    lines
}
