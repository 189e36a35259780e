//! The work report, and those before it.

use maud::{Markup, html};
use wire::api::v1::{FiledReport, Statement, VisitStory};

use super::super::moment;
use super::super::parts::{self, Tone};
use super::super::signed::Signed;

/// The report that counts, or that there is none.
pub(super) fn section(signed: &Signed, story: &VisitStory) -> Markup {
    html! {
        section.card {
            h2 { (signed.say("story-report", &[])) }
            @match story.reports.last() {
                None => (missing(signed, story)),
                Some(report) => (filed(signed, story, report)),
            }
            @if story.reports.len() > 1 { (earlier(signed, story)) }
        }
    }
}

fn missing(signed: &Signed, story: &VisitStory) -> Markup {
    html! {
        @match story.visit.report_overdue {
            None => (parts::empty(&signed.say("story-no-report", &[]))),
            Some(since) => {
                @let since = moment::said(signed.language, since);
                p { (parts::tag(Tone::Look, &signed.say("story-report-overdue", &[("since", &since)]))) }
            },
        }
    }
}

fn filed(signed: &Signed, story: &VisitStory, report: &FiledReport) -> Markup {
    let name = report
        .name
        .clone()
        .unwrap_or_else(|| signed.say("story-erased", &[]));
    let path = format!("/visits/{}/report-file", story.visit.id.number());
    let mut facts = vec![(signed.say("story-filed", &[]), signed.time(report.at))];
    match &report.stated {
        Some(stated) => facts.extend(statement(signed, stated)),
        None => facts.push((
            signed.say("story-attachment", &[]),
            html! {
                (signed.say("story-other-form", &[("name", &name)])) " "
                a href=(path) download { (signed.say("visits-file-open", &[])) }
            },
        )),
    }
    if let Some(file) = &report.attachment {
        let link = html! { a href=(path) download { (file.name) } };
        facts.push((signed.say("story-attachment", &[]), link));
    }
    html! { (parts::facts(&facts)) p.hint { "SHA-256 " code { (report.sha256) } } }
}

fn statement(signed: &Signed, stated: &Statement) -> Vec<(String, Markup)> {
    let word = |id| signed.say(id, &[]);
    let count = stated.patients.to_string();
    let mut facts = vec![(word("story-done"), html! { (stated.done) })];
    let mut text = |id, text: &Option<String>| {
        if let Some(text) = text {
            facts.push((word(id), html! { (text) }));
        }
    };
    text("story-changes", &stated.changes);
    text("story-trouble", &stated.trouble);
    text("story-next", &stated.next);
    text("story-patients-listed", &stated.patients_listed);
    let patients = signed.say("story-patients-count", &[("count", &count)]);
    facts.push((word("story-patients-seen"), html! { (patients) }));
    let restarted = if stated.restarted {
        "story-yes"
    } else {
        "story-no"
    };
    facts.push((word("story-restarted"), html! { (word(restarted)) }));
    if let Some(erased) = stated.files_erased {
        let erased = if erased {
            "story-erasure-confirmed"
        } else {
            "story-erasure-open"
        };
        facts.push((word("story-files-erased"), html! { (word(erased)) }));
    }
    facts
}

fn earlier(signed: &Signed, story: &VisitStory) -> Markup {
    let before = story.reports.iter().rev().skip(1);
    html! {
        h3 { (signed.say("story-earlier", &[])) }
        ul.rows { @for report in before { li { (signed.time(report.at)) " " code { (report.sha256) } } } }
    }
}
