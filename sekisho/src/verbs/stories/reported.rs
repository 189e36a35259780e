//! What the engineer stated about a visit.

use wire::api::v1::{FiledReport, Statement, VisitStory};

use crate::context::Context;
use crate::layout::{fields, heading, wrapped};

pub(super) fn report(context: &Context, story: &VisitStory) -> Vec<String> {
    let said = |id: &str| context.say(id, &[]);
    let mut lines = heading(&said("story-report"), None);
    let Some((last, earlier)) = story.reports.split_last() else {
        lines.extend(wrapped("  ", &said("story-no-report")));
        if let Some(since) = story.visit.report_overdue {
            let since = since.to_string();
            let overdue = context.say("story-report-overdue", &[("since", &since)]);
            lines.extend(wrapped("  ", &overdue));
        }
        return lines;
    };
    let mut rows = vec![(said("story-filed"), filed(last))];
    match &last.stated {
        Some(stated) => rows.extend(statement(context, stated)),
        None => {
            let name = last.name.clone().unwrap_or_else(|| said("story-erased"));
            let text = context.say("story-other-form", &[("name", &name)]);
            rows.push((said("story-done"), text));
        }
    }
    if let Some(file) = &last.attachment {
        let text = format!("{} (SHA-256 {})", file.name, file.sha256);
        rows.push((said("story-attachment"), text));
    }
    lines.extend(fields(&rows));
    if !earlier.is_empty() {
        lines.extend(wrapped("  ", &said("story-earlier")));
    }
    for report in earlier {
        let done = report.stated.as_ref().map(|stated| stated.done.as_str());
        let text = format!("{}  {}", filed(report), done.unwrap_or_default());
        lines.extend(wrapped("    ", &text));
    }
    lines
}

fn filed(report: &FiledReport) -> String {
    format!("{} (SHA-256 {})", report.at, report.sha256)
}

fn statement(context: &Context, stated: &Statement) -> Vec<(String, String)> {
    let said = |id: &str| context.say(id, &[]);
    let text = |text: &Option<String>| text.clone().unwrap_or_else(|| said("story-no"));
    let count = stated.patients.to_string();
    let patients = context.say("story-patients-count", &[("count", &count)]);
    let restarted = if stated.restarted {
        "story-yes"
    } else {
        "story-no"
    };
    let mut rows = vec![
        (said("story-done"), stated.done.clone()),
        (said("story-changes"), text(&stated.changes)),
        (said("story-patients-seen"), patients),
    ];
    let listed = stated.patients_listed.clone();
    rows.extend(listed.map(|listed| (said("story-patients-listed"), listed)));
    if let Some(erased) = stated.files_erased {
        let erased = if erased {
            "story-erasure-confirmed"
        } else {
            "story-erasure-open"
        };
        rows.push((said("story-files-erased"), said(erased)));
    }
    rows.push((said("story-trouble"), text(&stated.trouble)));
    rows.push((said("story-restarted"), said(restarted)));
    rows.push((said("story-next"), text(&stated.next)));
    rows
}
