//! `sekisho visit show`: plan, recordings and report side by side, the differences first.

mod happened;
mod reported;
mod reviewed;

use std::collections::BTreeSet;

use client::api::ApiError;
use ids::VisitId;
use serde::Serialize;
use wire::api::v1::{Approval, Granted, Handover, Request, Visit, VisitStory};

use super::visits::{kind_word, terms_line, visit_line};
use super::{consoles, databases, desktops};
use crate::context::{At, Context, note};
use crate::failure::{Failure, Family};
use crate::layout::{fields, heading, wrapped};

/// The visit as it always was for programs, and its story.
#[derive(Serialize)]
struct Shown<'a> {
    #[serde(flatten)]
    visit: &'a Visit,
    #[serde(skip_serializing_if = "Option::is_none")]
    story: Option<&'a VisitStory>,
}

/// Who may not hear the story is shown the visit without it.
pub(super) async fn show(context: &Context, at: &At, id: &VisitId) -> Result<(), Failure> {
    let story = match at.api.visit_story(id).await {
        Ok(story) => story,
        Err(ApiError::Refused(refused)) => {
            let visit = at.api.visit(id).await?;
            let shown = Shown {
                visit: &visit,
                story: None,
            };
            context.show(&shown, |context| brief(context, &visit))?;
            for reason in &refused.reasons {
                note(&context.sentence(Family::Reason, reason));
            }
            return Ok(());
        }
        Err(cause) => return Err(cause.into()),
    };
    let shown = Shown {
        visit: &story.visit,
        story: Some(&story),
    };
    context.show(&shown, |context| lines(context, &story))
}

fn brief(context: &Context, visit: &Visit) -> Vec<String> {
    let list = |ids: Vec<String>| ids.join(" ");
    let requests = list(visit.requests.iter().map(ToString::to_string).collect());
    let sessions = list(visit.sessions.iter().map(ToString::to_string).collect());
    let bytes = visit.recorded_bytes.to_string();
    let args = [
        ("requests", requests.as_str()),
        ("sessions", sessions.as_str()),
        ("conditions", visit.conditions.as_deref().unwrap_or("-")),
        ("bytes", bytes.as_str()),
    ];
    let mut lines = wrapped("", &visit_line(context, visit));
    lines.extend(wrapped("", &context.say("cli-visit-more", &args)));
    let terms = visit.ssh.as_ref().map(|terms| terms_line(context, terms));
    let of_data = visit.database.as_ref();
    let of_data = of_data.map(|terms| databases::terms_line(context, terms));
    let of_web = visit.web.as_ref();
    let of_web = of_web.map(|terms| consoles::terms_line(context, terms));
    let of_desktop = visit.desktop;
    let of_desktop = of_desktop.map(|terms| desktops::terms_line(context, terms));
    let terms = terms
        .iter()
        .chain(&of_data)
        .chain(&of_web)
        .chain(&of_desktop);
    lines.extend(terms.flat_map(|terms| wrapped("", terms)));
    lines.extend(reviewed::reviews(context, visit));
    lines
}

fn lines(context: &Context, story: &VisitStory) -> Vec<String> {
    let mut lines = wrapped("", &visit_line(context, &story.visit));
    lines.extend(differences(context, story));
    lines.extend(plan(context, story));
    lines.extend(happened::sessions(context, story));
    lines.extend(happened::commands(context, story));
    lines.extend(happened::files(context, story));
    lines.extend(happened::patients(context, story));
    lines.extend(happened::refused(context, story));
    lines.extend(reported::report(context, story));
    lines.extend(reviewed::reviews(context, &story.visit));
    lines
}

fn differences(context: &Context, story: &VisitStory) -> Vec<String> {
    let said = |id: &str| context.say(id, &[]);
    let found = &story.differences;
    let mut lines = heading(&said("story-differences"), Some(found.len()));
    for difference in found {
        let text = context.sentence(Family::Whole, difference);
        lines.extend(wrapped("  ! ", &text));
    }
    let none = match (story.grants.is_empty(), story.over) {
        (true, _) => "story-not-allowed",
        (false, false) => "story-none-yet",
        (false, true) => "story-none-found",
    };
    if found.is_empty() {
        lines.extend(wrapped("  ", &said(none)));
    }
    lines.extend(left_out(context, story.left_out.differences));
    lines
}

/// What is not shown because it is too much.
fn left_out(context: &Context, count: u64) -> Vec<String> {
    if count == 0 {
        return Vec::new();
    }
    let count = count.to_string();
    wrapped("  ", &context.say("story-left-out", &[("count", &count)]))
}

/// The values of one argument of one kind of difference: what is marked where it is listed.
fn named<'a>(story: &'a VisitStory, id: &str, arg: &str) -> BTreeSet<&'a str> {
    let found = story.differences.iter().filter(|found| found.id == id);
    let values = found.filter_map(|found| found.args.get(arg));
    values.map(String::as_str).collect()
}

fn plan(context: &Context, story: &VisitStory) -> Vec<String> {
    let said = |id: &str| context.say(id, &[]);
    let mut lines = heading(&said("story-plan"), None);
    let mut rows = Vec::new();
    for request in &story.requests {
        let name = if request.extension {
            "story-extension"
        } else {
            "story-request"
        };
        let text = format!("{}  {}", request.id, request.at);
        rows.push((said(name), text));
        let window = format!("{} - {}", request.window.from, request.window.until);
        rows.push((said("story-window"), window));
        if !request.extension {
            rows.extend(asked(context, request, story));
        }
        let given = story.approvals.iter();
        let given = given.filter(|approval| approval.request == request.id);
        rows.extend(given.map(|approval| (said("story-approval"), approved(approval))));
    }
    rows.extend(story.grants.iter().map(|grant| granted(context, grant)));
    lines.extend(fields(&rows));
    lines
}

fn asked(context: &Context, request: &Request, story: &VisitStory) -> Vec<(String, String)> {
    let said = |id: &str| context.say(id, &[]);
    let text = |text: &Option<String>| text.clone().unwrap_or_else(|| said("story-erased"));
    let which = |touched: bool, how: &Option<String>| {
        if touched { text(how) } else { said("story-no") }
    };
    let yes = |is: bool, yes: &str, no: &str| said(if is { yes } else { no });
    let by = match &request.by_name {
        Some(name) => format!("{name} ({}, {})", request.by, request.vendor),
        None => format!("{} ({})", request.by, request.vendor),
    };
    let plan = format!("{} (SHA-256 {})", text(&request.plan_name), request.plan);
    let mut rows = vec![
        (said("story-by"), by),
        (said("story-purpose"), text(&request.purpose)),
        (said("story-kind"), kind_word(context, request.kind)),
        (said("story-plan-file"), plan),
        (said("story-contact"), text(&request.contact)),
        (
            said("story-privileged"),
            yes(request.privileged, "story-yes", "story-no"),
        ),
        (
            said("story-care"),
            which(request.care_affected, &request.care_how),
        ),
        (
            said("story-patients"),
            which(request.patient_data, &request.patient_reason),
        ),
        (
            said("story-attendance"),
            yes(request.attended, "story-needed", "story-not-needed"),
        ),
    ];
    for file in &request.files {
        let hash = file.sha256.map(|hash| format!(" (SHA-256 {hash})"));
        let file = format!(
            "{}: {}{}",
            way(context, file.direction),
            text(&file.name),
            hash.unwrap_or_default()
        );
        rows.push((said("story-planned-file"), file));
    }
    let commands = story.planned_commands.iter();
    rows.extend(commands.map(|command| (said("story-planned-command"), command.clone())));
    let terms = request.ssh.as_ref().map(|terms| terms_line(context, terms));
    let of_data = request.database.as_ref();
    let of_data = of_data.map(|terms| databases::terms_line(context, terms));
    let of_web = request.web.as_ref();
    let of_web = of_web.map(|terms| consoles::terms_line(context, terms));
    let of_desktop = request.desktop;
    let of_desktop = of_desktop.map(|terms| desktops::terms_line(context, terms));
    let terms = terms
        .into_iter()
        .chain(of_data)
        .chain(of_web)
        .chain(of_desktop);
    rows.extend(terms.map(|terms| (said("story-terms"), terms.trim().to_owned())));
    rows
}

fn approved(approval: &Approval) -> String {
    let by = match &approval.by_name {
        Some(name) => format!("{name} ({})", approval.by),
        None => approval.by.to_string(),
    };
    let conditions = approval.conditions.as_ref();
    let conditions = conditions.map(|text| format!("  {text}"));
    format!("{by}  {}{}", approval.at, conditions.unwrap_or_default())
}

fn granted(context: &Context, grant: &Granted) -> (String, String) {
    let name = match (grant.emergency, grant.extension) {
        (true, _) => "story-emergency",
        (false, true) => "story-extended",
        (false, false) => "story-granted",
    };
    let window = format!(
        "{}  {} - {}",
        grant.id, grant.window.from, grant.window.until
    );
    let withdrawn = grant.withdrawn.as_ref().map(|why| {
        let why = context.sentence(Family::End, why);
        format!("  {}", context.say("story-withdrawn", &[("why", &why)]))
    });
    let text = format!("{window}{}", withdrawn.unwrap_or_default());
    (context.say(name, &[]), text)
}

fn way(context: &Context, direction: Handover) -> String {
    context.say(
        match direction {
            Handover::In => "handover-in",
            Handover::Out => "handover-out",
        },
        &[],
    )
}

#[cfg(test)]
mod tests;
