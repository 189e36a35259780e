//! The fields of the request form, group by group.

use maud::{Markup, html};
use wire::api::v1::{Protocol, Target};

use super::fields::Shown;
use super::form;

/// Where, when, what for, and who answers the telephone.
pub(super) fn what(shown: &Shown<'_>, targets: &[Target]) -> Markup {
    let choose = (String::new(), shown.say("work-choose"));
    let list = targets
        .iter()
        .map(|target| (target.id.to_string(), target.name.clone()));
    let list: Vec<_> = std::iter::once(choose.clone()).chain(list).collect();
    let kinds = form::KINDS
        .iter()
        .map(|(word, _, id)| ((*word).to_owned(), shown.say(id)));
    let kinds: Vec<_> = std::iter::once(choose).chain(kinds).collect();
    html! {
        (shown.choice_of("target", "work-target", &list, |value| {
            let target = targets.iter().find(|target| target.id.to_string() == value);
            target.map(|target| without(target.protocol))
        }))
        fieldset.when {
            legend { (shown.say("work-when")) }
            p.hint { (shown.say("work-when-hint")) }
            (shown.line("from_day", "work-from-day", "date", true))
            (shown.line("from_time", "work-from-time", "time", true))
            (shown.line("until_day", "work-until-day", "date", false))
            (shown.line("until_time", "work-until-time", "time", true))
        }
        (shown.choice("kind", "work-kind", &kinds))
        (shown.lines("purpose", "work-purpose", 3, true))
        (shown.line("contact", "work-contact", "tel", true))
    }
}

/// The fields that are for other kinds of targets, by their classes: they stand there only once they are needed.
fn without(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Ssh => "no-data no-web no-desktop",
        Protocol::Postgres | Protocol::Mysql => "no-ssh no-web no-desktop",
        Protocol::Http => "no-ssh no-data no-desktop",
        Protocol::Vnc | Protocol::Rdp => "no-ssh no-data no-web",
        Protocol::Tcp | Protocol::Telnet => "no-ssh no-data no-web no-desktop",
    }
}

/// The plan, as a file or as a text.
pub(super) fn plan(shown: &Shown<'_>, file: Option<&(String, usize)>) -> Markup {
    let kept = file.map(|(name, bytes)| (name.as_str(), *bytes));
    html! {
        fieldset {
            legend { (shown.say("work-plan")) }
            (shown.file("plan", "work-plan-file", kept))
            (shown.lines("plan_text", "work-plan-text", 6, false))
        }
    }
}

/// Care, patients, rights, attendance; how often, and by whom.
pub(super) fn risks(shown: &Shown<'_>) -> Markup {
    let sessions = ["once", "many"];
    let sessions =
        sessions.map(|word| (word.to_owned(), shown.say(&format!("work-sessions-{word}"))));
    html! {
        fieldset {
            legend { (shown.say("work-care")) }
            (shown.tick("care", "work-care-affected"))
            (shown.lines("care_how", "work-care-how", 2, false))
            (shown.tick("patients", "work-patients"))
            (shown.lines("patients_why", "work-patients-why", 2, false))
            (shown.tick("privileged", "work-privileged"))
            (shown.tick("attended", "work-attended"))
        }
        fieldset {
            legend { (shown.say("work-sessions")) }
            (shown.choice("sessions", "work-sessions-how", &sessions))
            div.many { (shown.line("at_once", "work-at-once", "number", false)) }
            (shown.line("sub_contractor", "work-sub-contractor", "text", false))
        }
    }
}

/// Files that pass, with some lines to spare.
pub(super) fn files(shown: &Shown<'_>) -> Markup {
    let ways = ["in", "out"].map(|way| (way, shown.say(&format!("work-file-{way}"))));
    html! {
        fieldset.files {
            legend { (shown.say("work-files")) }
            details open[is_used(shown)] {
                summary { (shown.say("work-files-open")) }
                p.hint { (shown.say("work-files-hint")) }
                @for at in 0..form::file_lines(shown.values) { (file(shown, at, &ways)) }
            }
        }
    }
}

/// Whether a file is named, or something is wrong with one.
fn is_used(shown: &Shown<'_>) -> bool {
    let named = |at: usize| shown.values.some(&format!("file_name_{at}")).is_some();
    let wrong = |at: usize| shown.wrong(&format!("file_sha_{at}")).is_some();
    (0..form::file_lines(shown.values)).any(|at| named(at) || wrong(at))
}

fn file(shown: &Shown<'_>, at: usize, ways: &[(&str, String)]) -> Markup {
    let number = at.saturating_add(1).to_string();
    let [name, way, sha] = ["name", "way", "sha"].map(|part| format!("file_{part}_{at}"));
    html! {
        div.file role="group" aria-label=(shown.signed.say("work-file", &[("number", &number)])) {
            label for=(way) { (shown.say("work-file-way")) }
            select id=(way) name=(way) {
                @for (value, text) in ways { option value=(value) selected[shown.values.text(&way) == *value] { (text) } }
            }
            (file_line(shown, &name, "work-file-name"))
            (file_line(shown, &sha, "work-file-sha"))
        }
    }
}

/// A line about one file, with what is wrong with it.
fn file_line(shown: &Shown<'_>, name: &str, label: &str) -> Markup {
    let wrong = shown.wrong(name).map(|_| format!("{name}-wrong"));
    html! {
        div.field.wrong[wrong.is_some()] {
            label for=(name) { (shown.say(label)) }
            input id=(name) name=(name) value=(shown.values.text(name)) autocomplete="off"
                aria-describedby=[wrong.as_deref()] aria-invalid=[wrong.as_ref().map(|_| "true")];
            (shown.said_beside(name))
        }
    }
}
