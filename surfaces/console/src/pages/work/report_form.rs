//! The fields of the work report (実績), begun from what the recording knows.

use engine::DraftFile;
use maud::{Markup, html};
use wire::api::v1::{FileReport, Handover, MAX_TEXT, ReportFile, Statement, VisitStory};

use super::super::moment;
use super::super::signed::Signed;
use super::fields::{Shown, Wrong};
use super::inert::inert;
use super::look::Look;
use super::sent::Values;

/// The most that the recording proposes, in bytes: the field takes more, and its writer adds to it.
const MOST_PROPOSED: usize = MAX_TEXT * 3 / 4;
/// Commands and files that the page lists.
const MOST_LISTED: usize = 200;

/// A report that was filed, as the beginning of its supplement.
pub(super) fn as_values(stated: &Statement) -> Values {
    let mut values = Values::default();
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    values.put("done", stated.done.clone());
    values.put("changes", text(&stated.changes));
    values.put("patients", stated.patients.to_string());
    values.put("patients_listed", text(&stated.patients_listed));
    values.put("files_erased", erased_word(stated.files_erased));
    values.put("trouble", text(&stated.trouble));
    values.tick("restarted", stated.restarted);
    values.put("next", text(&stated.next));
    values
}

fn erased_word(erased: Option<bool>) -> &'static str {
    match erased {
        None => "none",
        Some(true) => "yes",
        Some(false) => "no",
    }
}

/// What the recording knows, as the beginning of a report: how often and how long, what was given, which
/// files passed. Its writer says the rest, and answers for all of it.
pub(super) fn from_recording(signed: &Signed, story: &VisitStory) -> Values {
    let mut lines: Vec<String> = Vec::new();
    for told in &story.sessions {
        let session = &told.session;
        let Some(ended) = &session.ended else {
            continue;
        };
        let window = moment::window_said(signed.language, session.opened_at, ended.at);
        lines.push(signed.say("work-was-inside", &[("window", &window)]));
    }
    if !story.commands.is_empty() {
        lines.push(signed.say("work-commands-given", &[]));
    }
    let mut size: usize = lines.iter().map(String::len).sum();
    for (at, command) in story.commands.iter().enumerate() {
        let line = format!("- {}", inert(&command.text));
        size = size.saturating_add(line.len() + 1);
        if size > MOST_PROPOSED {
            let more = story.commands.len().saturating_sub(at).to_string();
            lines.push(signed.say("work-and-more", &[("count", &more)]));
            break;
        }
        lines.push(line);
    }
    let mut values = Values::default();
    values.put("done", lines.join("\n"));
    let patients = u64::try_from(story.patients.len()).unwrap_or(u64::MAX);
    let patients = patients.saturating_add(story.left_out.patients);
    values.put("patients", patients.to_string());
    let out = story
        .files
        .iter()
        .any(|file| file.direction == Handover::Out);
    values.put("files_erased", if out { "" } else { "none" });
    values
}

/// What the recording knows, to be read beside the form.
pub(super) fn recorded(signed: &Signed, story: &VisitStory) -> Vec<(String, Markup)> {
    let sessions = html! {
        ul { @for told in &story.sessions {
            @let session = &told.session;
            @let until = session.ended.as_ref().map_or(session.until, |ended| ended.at);
            li { (moment::window_said(signed.language, session.opened_at, until)) " · "
                 (moment::lasting(signed.language, session.opened_at, until)) }
        } }
    };
    let commands = html! {
        @if story.commands.is_empty() { (signed.say("work-none", &[])) }
        ul { @for command in story.commands.iter().take(MOST_LISTED) { li { code { (inert(&command.text)) } } } }
        @if story.commands.len() > MOST_LISTED {
            @let more = (story.commands.len() - MOST_LISTED).to_string();
            p { (signed.say("work-and-more", &[("count", &more)])) }
        }
    };
    let files = html! {
        @if story.files.is_empty() { (signed.say("work-none", &[])) }
        ul { @for file in story.files.iter().take(MOST_LISTED) {
            @let way = if file.direction == Handover::Out { "work-file-out" } else { "work-file-in" };
            @let path = file.path.clone().unwrap_or_else(|| signed.say("console-erased", &[]));
            li { (signed.say(way, &[])) ": " (inert(&path)) " (" (file.bytes) " bytes)" }
        } }
    };
    vec![
        (signed.say("work-sessions", &[]), sessions),
        (signed.say("work-commands", &[]), commands),
        (signed.say("work-files", &[]), files),
    ]
}

/// A report that was filed, to be read.
pub(super) fn facts(signed: &Signed, stated: &Statement) -> Vec<(String, Markup)> {
    let dash = || "–".to_owned();
    let text = |text: &Option<String>| text.clone().unwrap_or_else(dash);
    let yes = |said: bool| signed.say(if said { "work-yes" } else { "work-no" }, &[]);
    let erased = signed.say(
        &format!("work-erased-{}", erased_word(stated.files_erased)),
        &[],
    );
    let row = |id: &str, value: String| (signed.say(id, &[]), html! { (inert_lines(&value)) });
    vec![
        row("work-done", stated.done.clone()),
        row("work-changes", text(&stated.changes)),
        row("work-patients-seen", stated.patients.to_string()),
        row("work-patients-listed", text(&stated.patients_listed)),
        row("work-files-erased", erased),
        row("work-trouble", text(&stated.trouble)),
        row("work-restarted", yes(stated.restarted)),
        row("work-next", text(&stated.next)),
    ]
}

fn inert_lines(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(inert).collect();
    lines.join("\n")
}

/// The fields.
pub(super) fn fields(shown: &Shown<'_>, file: Option<&(String, usize)>) -> Markup {
    let kept = file.map(|(name, bytes)| (name.as_str(), *bytes));
    let choose = (String::new(), shown.say("work-choose"));
    let erased = ["none", "yes", "no"];
    let erased = erased.map(|word| (word.to_owned(), shown.say(&format!("work-erased-{word}"))));
    let erased: Vec<_> = std::iter::once(choose).chain(erased).collect();
    html! {
        (shown.lines("done", "work-done", 8, true))
        (shown.lines("changes", "work-changes", 3, false))
        (shown.line("patients", "work-patients-seen", "number", true))
        (shown.lines("patients_listed", "work-patients-listed", 2, false))
        (shown.choice("files_erased", "work-files-erased", &erased))
        (shown.lines("trouble", "work-trouble", 2, false))
        (shown.tick("restarted", "work-restarted"))
        (shown.lines("next", "work-next", 2, false))
        (shown.file("attachment", "work-own-form", kept))
    }
}

/// Reads the form.
pub(super) fn read(values: &Values, file: Option<DraftFile>) -> Result<FileReport, Vec<Wrong>> {
    let mut look = Look::default();
    let files_erased = match values.text("files_erased") {
        "none" => None,
        "yes" => Some(true),
        "no" => Some(false),
        _ => {
            look.wrong("files_erased", "work-wrong-needed");
            None
        }
    };
    let report = Statement {
        done: look.needed(values, "done", MAX_TEXT),
        changes: look.optional(values, "changes", MAX_TEXT),
        patients: look.number(values, "patients", 0),
        patients_listed: look.optional(values, "patients_listed", MAX_TEXT),
        files_erased,
        trouble: look.optional(values, "trouble", MAX_TEXT),
        restarted: values.ticked("restarted"),
        next: look.optional(values, "next", MAX_TEXT),
    };
    if report.patients == 0 && report.patients_listed.is_some() {
        look.wrong("patients", "work-wrong-patients");
    }
    if file.as_ref().is_some_and(|file| file.bytes.is_empty()) {
        look.wrong("attachment", "work-wrong-empty-file");
    }
    if !look.wrong.is_empty() {
        return Err(look.wrong);
    }
    Ok(FileReport {
        report,
        attachment: file.map(|file| ReportFile {
            name: file.name,
            content: file.bytes.into(),
        }),
    })
}
