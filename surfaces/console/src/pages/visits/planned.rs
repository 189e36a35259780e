//! What was asked for and allowed.

use maud::{Markup, html};
use wire::api::v1::{Approval, FileHandover, Granted, Handover, Request, VisitStory};

use super::super::failed::sentence;
use super::super::moment;
use super::super::parts::{self, Tone};
use super::super::requests::{Firms, kind, state};
use super::super::signed::Signed;

/// Requests, approvals, grants.
pub(super) fn sections(signed: &Signed, story: &VisitStory, firms: &Firms) -> Markup {
    html! {
        @for request in &story.requests { (request_told(signed, request, story, firms)) }
        section.card {
            h2 { (signed.say("visits-approvals", &[])) }
            @if story.approvals.is_empty() { (parts::empty(&signed.say("visits-no-approval", &[]))) }
            ul.rows {
                @for approval in &story.approvals { (approved(signed, approval)) }
                @for grant in &story.grants { (granted(signed, grant)) }
            }
        }
    }
}

fn request_told(signed: &Signed, request: &Request, story: &VisitStory, firms: &Firms) -> Markup {
    let first = story
        .requests
        .first()
        .is_some_and(|first| first.id == request.id);
    let heading = if first {
        "story-request"
    } else {
        "story-extension"
    };
    let (tone, stands) = state(&request.state);
    html! {
        section.card {
            h2 { (signed.say(heading, &[])) " " small { (request.id.number()) } }
            p { (parts::tag(tone, &signed.say(stands, &[]))) }
            (parts::facts(&facts(signed, request, firms, first)))
            @if first && !story.planned_commands.is_empty() {
                h3 { (signed.say("story-planned-command", &[])) }
                ul { @for command in &story.planned_commands { li { code { (command) } } } }
            }
        }
    }
}

fn facts(signed: &Signed, request: &Request, firms: &Firms, first: bool) -> Vec<(String, Markup)> {
    let word = |id| signed.say(id, &[]);
    let text =
        |text: &Option<String>| html! { (text.clone().unwrap_or_else(|| word("story-erased"))) };
    let window = moment::window_said(signed.language, request.window.from, request.window.until);
    let firm = firms.get(&request.vendor).map_or("–", String::as_str);
    let by =
        html! { (request.by_name.clone().unwrap_or_else(|| word("story-erased"))) " (" (firm) ")" };
    let mut facts = vec![
        (word("story-by"), by),
        (word("console-where"), html! { (request.target_name) }),
        (word("story-window"), html! { (window) }),
        (word("console-asked-at"), signed.time(request.at)),
    ];
    if !first {
        return facts;
    }
    let patients = match (request.patient_data, &request.patient_reason) {
        (false, _) => word("story-no"),
        (true, reason) => reason.clone().unwrap_or_else(|| word("story-erased")),
    };
    let care = match (request.care_affected, &request.care_how) {
        (false, _) => word("story-no"),
        (true, how) => how.clone().unwrap_or_else(|| word("story-erased")),
    };
    let needed = if request.privileged {
        "story-needed"
    } else {
        "story-not-needed"
    };
    facts.extend([
        (word("story-purpose"), text(&request.purpose)),
        (word("story-kind"), html! { (kind(signed, request.kind)) }),
        (word("story-plan-file"), plan(signed, request)),
        (word("story-contact"), text(&request.contact)),
        (word("story-privileged"), html! { (word(needed)) }),
        (word("story-care"), html! { (care) }),
        (word("story-patients"), html! { (patients) }),
    ]);
    if !request.files.is_empty() {
        facts.push((word("story-planned-file"), files(signed, &request.files)));
    }
    facts
}

fn plan(signed: &Signed, request: &Request) -> Markup {
    let name = request.plan_name.clone();
    let name = name.unwrap_or_else(|| signed.say("story-erased", &[]));
    html! { a href=(format!("/requests/{}/plan", request.id.number())) download { (name) } }
}

fn files(signed: &Signed, files: &[FileHandover]) -> Markup {
    html! {
        ul { @for file in files {
            li { (way(signed, file.direction)) ": " (file.name.clone().unwrap_or_else(|| signed.say("story-erased", &[]))) }
        } }
    }
}

/// Into the hospital, or out of it.
pub(super) fn way(signed: &Signed, direction: Handover) -> String {
    signed.say(
        match direction {
            Handover::In => "handover-in",
            Handover::Out => "handover-out",
        },
        &[],
    )
}

fn approved(signed: &Signed, approval: &Approval) -> Markup {
    let by = approval
        .by_name
        .clone()
        .unwrap_or_else(|| approval.by.to_string());
    html! {
        li {
            p.what { (parts::tag(Tone::Good, &signed.say("story-approval", &[]))) " " strong { (by) } }
            p { (signed.time(approval.at)) }
            @if let Some(conditions) = &approval.conditions {
                p { (signed.say("visits-conditions", &[("text", conditions)])) }
            }
        }
    }
}

fn granted(signed: &Signed, grant: &Granted) -> Markup {
    let what = match (grant.extension, grant.emergency) {
        (true, _) => "story-extended",
        (false, true) => "story-emergency",
        (false, false) => "story-granted",
    };
    let window = moment::window_said(signed.language, grant.window.from, grant.window.until);
    html! {
        li {
            p.what { (parts::tag(Tone::Plain, &signed.say(what, &[]))) " " (window) }
            @if let Some(why) = &grant.withdrawn {
                p { (parts::tag(Tone::Bad, &signed.say("story-withdrawn", &[("why", &sentence(signed.language, why))]))) }
            }
        }
    }
}
