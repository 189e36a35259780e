//! What the recordings and the ledger show. Texts of commands and paths came from an engineer's program or
//! a target: here they are text and nothing else (lesson L28).

use std::collections::BTreeSet;

use maud::{Markup, html};
use wire::api::v1::{SeenPatient, SessionStory, Stretch, VisitAccountShown, VisitStory};

use super::super::failed::sentence;
use super::super::moment;
use super::super::parts::{self, Tone};
use super::super::signed::Signed;
use super::left_out;
use super::planned::way;

/// Sessions, commands, files, and what was refused.
pub(super) fn sections(signed: &Signed, story: &VisitStory) -> Markup {
    html! {
        section.card {
            h2 { (signed.say("story-sessions", &[])) }
            @if story.sessions.is_empty() { (parts::empty(&signed.say("story-nobody-came", &[]))) }
            @if let Some(account) = &story.account {
                p { (signed.say("visit-account-name", &[])) ": " (account_said(signed, account)) }
            }
            ul.rows { @for told in &story.sessions { (session(signed, told)) } }
        }
        (commands(signed, story))
        (files(signed, story))
        (patients(signed, story))
        @if !story.refused.is_empty() { (refused(signed, story)) }
    }
}

fn account_said(signed: &Signed, account: &VisitAccountShown) -> String {
    let name = ("account", account.name.as_str());
    match (account.removed, account.left) {
        (Some(at), _) => {
            let at = moment::said(signed.language, at);
            signed.say("visit-account-gone", &[name, ("at", &at)])
        }
        (None, Some(why)) => {
            let why = signed.say(why.sentence(), &[]);
            signed.say("visit-account-left", &[name, ("why", &why)])
        }
        (None, None) => signed.say("visit-account-stands", &[name]),
    }
}

fn session(signed: &Signed, told: &SessionStory) -> Markup {
    let session = &told.session;
    let number = session.id.number();
    let word = |id| signed.say(id, &[]);
    let mut facts = Vec::new();
    if let Some(source) = session.source {
        facts.push((word("story-source"), html! { (source) }));
    }
    if let Some(ended) = &session.ended {
        facts.push((
            word("story-ended"),
            html! { (sentence(signed.language, &ended.reason)) },
        ));
    }
    for one in &told.attended {
        facts.push((word("story-attended"), stretch(signed, one)));
    }
    for one in &told.paused {
        facts.push((word("story-paused"), stretch(signed, one)));
    }
    facts.push((
        word("story-content"),
        html! { (sentence(signed.language, &told.content)) },
    ));
    let looks = told.content.id == "content-read" || told.content.id == "content-interrupted";
    html! {
        li {
            p.what {
                strong { (signed.say("visits-session", &[("number", &number.to_string())])) } " "
                (signed.time(session.opened_at)) " – "
                @match &session.ended {
                    Some(ended) => (signed.time(ended.at)),
                    None => (word("story-still-open")),
                }
            }
            (parts::facts(&facts))
            div.acts.no-print {
                @if session.ended.is_none() && signed.of_the_hospital() {
                    a.button href=(format!("/sessions/{number}/watch")) { (word("console-watch")) }
                }
                @if session.ended.is_some() && looks && signed.of_the_hospital() {
                    a.button href=(format!("/sessions/{number}/replay")) { (word("visits-replay")) }
                }
            }
        }
    }
}

fn stretch(signed: &Signed, stretch: &Stretch) -> Markup {
    let by = match (&stretch.by_name, &stretch.by) {
        (Some(name), _) => name.clone(),
        (None, Some(by)) => by.to_string(),
        (None, None) => signed.say("story-operator", &[]),
    };
    html! {
        (by) " " (signed.time(stretch.from)) " – "
        @if let Some(until) = stretch.until { (signed.time(until)) }
    }
}

/// What the differences name as not planned.
fn unplanned<'a>(story: &'a VisitStory, id: &str, argument: &str) -> BTreeSet<&'a str> {
    let named = story.differences.iter().filter(|said| said.id == id);
    named
        .filter_map(|said| said.args.get(argument).map(String::as_str))
        .collect()
}

fn mark(signed: &Signed, unplanned: bool) -> Markup {
    html! { @if unplanned { (parts::tag(Tone::Look, &signed.say("visits-not-planned", &[]))) " " } }
}

fn commands(signed: &Signed, story: &VisitStory) -> Markup {
    let odd = unplanned(story, "difference-command-not-planned", "command");
    let masked = story.masked_lines.to_string();
    html! {
        section.card {
            h2 { (signed.say("story-commands", &[])) }
            @if story.commands.is_empty() { (parts::empty(&signed.say("story-no-commands", &[]))) }
            ol.told {
                @for command in &story.commands {
                    li {
                        (mark(signed, odd.contains(command.text.as_str())))
                        (clock(signed, command.at)) " " code { (command.text) }
                    }
                }
            }
            @if story.masked_lines > 0 { p { (signed.say("story-masked", &[("lines", &masked)])) } }
            (left_out(signed, story.left_out.commands))
            @for limit in &story.limits { p.hint { (sentence(signed.language, limit)) } }
        }
    }
}

fn clock(signed: &Signed, at: ids::Timestamp) -> Markup {
    html! { time datetime=(at.to_string()) { (moment::said(signed.language, at)) } }
}

fn files(signed: &Signed, story: &VisitStory) -> Markup {
    let odd = unplanned(story, "difference-file-not-planned", "path");
    html! {
        section.card {
            h2 { (signed.say("story-files", &[])) }
            @if story.files.is_empty() { (parts::empty(&signed.say("story-no-files", &[]))) }
            ol.told {
                @for file in &story.files {
                    @let path = file.path.clone().unwrap_or_else(|| signed.say("story-erased", &[]));
                    li {
                        (mark(signed, odd.contains(path.as_str())))
                        (clock(signed, file.at)) " " (way(signed, file.direction)) ": " code { (path) }
                        " (" (file.bytes) " B)"
                        p.hint {
                            @match file.sha256 {
                                Some(hash) => { "SHA-256 " code { (hash) } },
                                None => (signed.say("story-not-whole", &[])),
                            }
                        }
                    }
                }
            }
            (left_out(signed, story.left_out.files))
        }
    }
}

/// Nothing where no database came into it.
fn patients(signed: &Signed, story: &VisitStory) -> Markup {
    let unlisted = story.patients_unlisted.to_string();
    let all = u64::try_from(story.patients.len()).unwrap_or(u64::MAX);
    let all = all.saturating_add(story.left_out.patients);
    html! {
        @if all > 0 || story.patients_unlisted > 0 {
            section.card {
                h2 { (signed.say("story-patients-out", &[])) }
                p { (signed.say("story-patients-count", &[("count", &all.to_string())])) }
                @if story.patients_unlisted > 0 {
                    p { (parts::tag(Tone::Look, &signed.say("story-patients-unlisted", &[("count", &unlisted)]))) }
                }
                ol.told {
                    @for seen in &story.patients {
                        li {
                            strong { code { (seen.patient) } } ": " (clock(signed, seen.first))
                            @if seen.statements > 1 { " (" (again(signed, seen)) ")" }
                        }
                    }
                }
                (left_out(signed, story.left_out.patients))
                p.hint { (signed.say("story-patients-limits", &[])) }
            }
        }
    }
}

fn again(signed: &Signed, seen: &SeenPatient) -> String {
    let count = seen.statements.to_string();
    let last = moment::said(signed.language, seen.last);
    signed.say("story-patients-again", &[("count", &count), ("at", &last)])
}

fn refused(signed: &Signed, story: &VisitStory) -> Markup {
    html! {
        section.card {
            h2 { (signed.say("story-refused", &[])) }
            ol.told {
                @for ask in &story.refused {
                    li { (clock(signed, ask.at)) " " code { (ask.what) } " (" (ask.reasons.join(", ")) ")" }
                }
            }
            (left_out(signed, story.left_out.refused))
        }
    }
}
