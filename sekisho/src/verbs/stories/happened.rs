//! What the recordings and the ledger show of a visit.

use ids::Timestamp;
use wire::api::v1::{SessionStory, Stretch, VisitAccountShown, VisitStory};

use super::{left_out, named, way};
use crate::context::Context;
use crate::failure::Family;
use crate::layout::{fields, heading, wrapped};

pub(super) fn sessions(context: &Context, story: &VisitStory) -> Vec<String> {
    let told = &story.sessions;
    let mut lines = heading(&context.say("story-sessions", &[]), Some(told.len()));
    if told.is_empty() {
        lines.extend(wrapped("  ", &context.say("story-nobody-came", &[])));
    }
    if let Some(account) = &story.account {
        let said = context.say("visit-account-name", &[]);
        lines.extend(fields(&[(said, account_said(context, account))]));
    }
    lines.extend(told.iter().flat_map(|told| session(context, told)));
    lines
}

fn account_said(context: &Context, account: &VisitAccountShown) -> String {
    let name = ("account", account.name.as_str());
    match (account.removed, account.left) {
        (Some(at), _) => context.say("visit-account-gone", &[name, ("at", &at.to_string())]),
        (None, Some(why)) => {
            let why = context.say(why.sentence(), &[]);
            context.say("visit-account-left", &[name, ("why", &why)])
        }
        (None, None) => context.say("visit-account-stands", &[name]),
    }
}

fn session(context: &Context, told: &SessionStory) -> Vec<String> {
    let said = |id: &str| context.say(id, &[]);
    let session = &told.session;
    let until = match &session.ended {
        Some(ended) => ended.at.to_string(),
        None => said("story-still-open"),
    };
    let from = session.opened_at;
    let mut lines = wrapped("  ", &format!("{}  {from} - {until}", session.id));
    let source = session.source.map(|source| format!("{source}  "));
    let source = format!("{}{}", source.unwrap_or_default(), session.device);
    let mut rows = vec![(said("story-source"), source)];
    if let Some(ended) = &session.ended {
        let why = context.sentence(Family::End, &ended.reason);
        rows.push((said("story-ended"), why));
    }
    let attended = told.attended.iter();
    rows.extend(attended.map(|one| (said("story-attended"), stretch(context, one))));
    let paused = told.paused.iter();
    rows.extend(paused.map(|one| (said("story-paused"), stretch(context, one))));
    let content = context.sentence(Family::Whole, &told.content);
    rows.push((said("story-content"), content));
    lines.extend(fields(&rows));
    lines
}

fn stretch(context: &Context, stretch: &Stretch) -> String {
    let by = match (&stretch.by_name, &stretch.by) {
        (Some(name), Some(by)) => format!("{name} ({by})"),
        (_, Some(by)) => by.to_string(),
        (_, None) => context.say("story-operator", &[]),
    };
    let until = stretch.until.map(|until| clock(until).to_owned());
    let from = clock(stretch.from);
    format!("{by}  {from} - {}", until.unwrap_or_default())
}

pub(super) fn commands(context: &Context, story: &VisitStory) -> Vec<String> {
    let unplanned = named(story, "difference-command-not-planned", "command");
    let count = story.commands.len();
    let mut lines = heading(&context.say("story-commands", &[]), Some(count));
    for command in &story.commands {
        let mark = mark(unplanned.contains(command.text.as_str()));
        let begin = format!("{mark}{}  ", clock(command.at));
        lines.extend(wrapped(&begin, &command.text));
    }
    if count == 0 {
        lines.extend(wrapped("  ", &context.say("story-no-commands", &[])));
    }
    if story.masked_lines > 0 {
        let masked = story.masked_lines.to_string();
        let text = context.say("story-masked", &[("lines", &masked)]);
        lines.extend(wrapped("  ", &text));
    }
    lines.extend(left_out(context, story.left_out.commands));
    if !unplanned.is_empty() {
        lines.extend(wrapped("  ", &context.say("story-mark", &[])));
    }
    for limit in &story.limits {
        lines.extend(wrapped("  - ", &context.sentence(Family::Whole, limit)));
    }
    lines
}

pub(super) fn files(context: &Context, story: &VisitStory) -> Vec<String> {
    let unplanned = named(story, "difference-file-not-planned", "path");
    let count = story.files.len();
    let mut lines = heading(&context.say("story-files", &[]), Some(count));
    for file in &story.files {
        let erased = context.say("story-erased", &[]);
        let path = file.path.as_deref().unwrap_or(&erased);
        let mark = mark(unplanned.contains(file.path.as_deref().unwrap_or_default()));
        let begin = format!("{mark}{}  ", clock(file.at));
        let way = way(context, file.direction);
        lines.extend(wrapped(
            &begin,
            &format!("{way}: {path} ({} B)", file.bytes),
        ));
        let whole = match file.sha256 {
            Some(hash) => format!("SHA-256 {hash}"),
            None => context.say("story-not-whole", &[]),
        };
        lines.extend(wrapped("                    ", &whole));
    }
    if count == 0 {
        lines.extend(wrapped("  ", &context.say("story-no-files", &[])));
    }
    lines.extend(left_out(context, story.left_out.files));
    lines
}

/// Nothing where no database came into it.
pub(super) fn patients(context: &Context, story: &VisitStory) -> Vec<String> {
    let count = story.patients.len();
    if count == 0 && story.patients_unlisted == 0 {
        return Vec::new();
    }
    let mut lines = heading(&context.say("story-patients-out", &[]), Some(count));
    if story.patients_unlisted > 0 {
        let unlisted = story.patients_unlisted.to_string();
        let text = context.say("story-patients-unlisted", &[("count", &unlisted)]);
        lines.extend(wrapped("! ", &text));
    }
    for seen in &story.patients {
        let mut text = seen.patient.clone();
        if seen.statements > 1 {
            let count = seen.statements.to_string();
            let args = [("count", count.as_str()), ("at", &clock(seen.last))];
            let again = context.say("story-patients-again", &args);
            text = format!("{text}  ({again})");
        }
        lines.extend(wrapped(&format!("  {}  ", clock(seen.first)), &text));
    }
    lines.extend(left_out(context, story.left_out.patients));
    lines.extend(wrapped("  - ", &context.say("story-patients-limits", &[])));
    lines
}

pub(super) fn refused(context: &Context, story: &VisitStory) -> Vec<String> {
    let count = story.refused.len();
    if count == 0 {
        return Vec::new();
    }
    let mut lines = heading(&context.say("story-refused", &[]), Some(count));
    for refused in &story.refused {
        let begin = format!("  {}  ", clock(refused.at));
        let text = format!("{} ({})", refused.what, refused.reasons.join(", "));
        lines.extend(wrapped(&begin, &text));
    }
    lines.extend(left_out(context, story.left_out.refused));
    lines
}

/// Two columns before what is listed; `!` for what no plan knows.
fn mark(unplanned: bool) -> &'static str {
    if unplanned { "! " } else { "  " }
}

/// Day and time of day in Japan, `11-24 10:00:00`: the year stands above.
fn clock(at: Timestamp) -> String {
    let text = at.to_string();
    let part = text.get(5..19).unwrap_or(&text);
    part.replacen('T', " ", 1)
}
