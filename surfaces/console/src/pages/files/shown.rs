//! One file as it is shown. Its name and path, and what a scanner calls a thing, came from elsewhere: here
//! they are text and nothing else (lesson L28).

use ids::Digest;
use maud::{Markup, html};
use wire::Said;
use wire::api::v1::{FileScan, FileSeen, Handover, HeldFile, VisitFiles};

use super::super::failed::sentence;
use super::super::parts::{self, Tone};
use super::super::signed::Signed;
use super::super::work::inert::inert;

/// Letters of a SHA-256 that tell two files apart for a reader; the whole stands behind it.
const SHORT: usize = 12;

type Facts = Vec<(String, Markup)>;

/// What both kinds of files have.
struct File<'a> {
    direction: Handover,
    path: Option<&'a str>,
    bytes: u64,
    sha256: Option<Digest>,
    kind: Option<&'a str>,
    at: ids::Timestamp,
    scans: &'a [FileScan],
    why: &'a [Said],
}

/// One that waits, or waited, for a person.
pub(crate) fn held(signed: &Signed, file: &HeldFile) -> Markup {
    let number = html! { (file.number) };
    let mut facts = vec![(signed.say("files-number", &[]), number)];
    facts.extend(of(
        signed,
        &File {
            direction: file.direction,
            path: file.path.as_deref(),
            bytes: file.bytes,
            sha256: Some(file.sha256),
            kind: Some(&file.kind),
            at: file.at,
            scans: &file.scans,
            why: &file.why,
        },
    ));
    html! {
        p { (answered(signed, file)) }
        (parts::facts(&facts))
    }
}

fn answered(signed: &Signed, file: &HeldFile) -> Markup {
    let Some(answer) = &file.answer else {
        return parts::tag(Tone::Look, &signed.say("files-waits", &[]));
    };
    let by = answer.by.to_string();
    let name = [("name", answer.by_name.as_deref().unwrap_or(&by))];
    let (tone, said) = if answer.released {
        (Tone::Good, "files-released")
    } else {
        (Tone::Bad, "files-refused")
    };
    html! { (parts::tag(tone, &signed.say(said, &name))) " " (signed.time(answer.at)) }
}

/// One that passed, or was stopped.
pub(crate) fn seen(signed: &Signed, file: &FileSeen) -> Markup {
    let (tone, state) = match (file.passed, file.why.is_empty()) {
        (false, _) => (Tone::Bad, "files-stopped"),
        (true, true) => (Tone::Good, "files-passed"),
        (true, false) => (Tone::Good, "files-passed-by-person"),
    };
    let facts = of(
        signed,
        &File {
            direction: file.direction,
            path: file.path.as_deref(),
            bytes: file.bytes,
            sha256: file.sha256,
            kind: file.kind.as_deref(),
            at: file.at,
            scans: &file.scans,
            why: &file.why,
        },
    );
    html! {
        p { (parts::tag(tone, &signed.say(state, &[]))) }
        (parts::facts(&facts))
    }
}

/// Every file of a visit that waited, was stopped, or passed: for the visit's page.
pub(crate) fn section(signed: &Signed, files: &VisitFiles) -> Markup {
    let number = |count: usize| html! { @if count > 0 { " " span.count { (count) } } };
    let waits = files.held.iter().filter(|file| file.answer.is_none());
    let waits = waits.count();
    html! {
        section.card #files {
            h2 { (signed.say("files-of-visit", &[])) (number(waits)) }
            @if files.held.is_empty() && files.seen.is_empty() {
                (parts::empty(&signed.say("files-of-visit-none", &[])))
            }
            @if waits > 0 && super::may_answer(signed) {
                p.no-print { a.button href="/files" { (signed.say("files-decide", &[])) } }
            }
            ul.rows {
                @for file in &files.held { li { (held(signed, file)) } }
                @for file in &files.seen { li { (seen(signed, file)) } }
            }
        }
    }
}

fn of(signed: &Signed, file: &File<'_>) -> Facts {
    let word = |id| signed.say(id, &[]);
    let bytes = file.bytes.to_string();
    let kind = file.kind.map(inert);
    let why = file.why.iter().map(|why| said(signed, why));
    let mut facts = vec![
        (word("files-way"), html! { (way(signed, file.direction)) }),
        (word("files-path"), path(signed, file.path)),
        (
            word("files-size"),
            html! { (signed.say("files-bytes", &[("bytes", &bytes)])) },
        ),
        (
            word("files-kind"),
            html! { (kind.unwrap_or_else(|| word("files-kind-unknown"))) },
        ),
        ("SHA-256".to_owned(), short(file.sha256)),
        (word("files-at"), signed.time(file.at)),
        (word("files-scans"), scans(signed, file.scans)),
    ];
    if !file.why.is_empty() {
        let why = html! { @for why in why { p { (why) } } };
        facts.push((word("files-why"), why));
    }
    facts
}

/// Which way, in words.
pub(super) fn way(signed: &Signed, direction: Handover) -> String {
    let id = match direction {
        Handover::In => "files-way-in",
        Handover::Out => "files-way-out",
    };
    signed.say(id, &[])
}

/// Name and place, to be read and not to be followed.
pub(super) fn path(signed: &Signed, path: Option<&str>) -> Markup {
    html! {
        @match path {
            Some(path) => code { (inert(path)) },
            None => (signed.say("story-erased", &[])),
        }
    }
}

fn short(sha256: Option<Digest>) -> Markup {
    let Some(whole) = sha256.map(|sha256| sha256.to_string()) else {
        return html! { "–" };
    };
    let begins: String = whole.chars().take(SHORT).collect();
    html! { code title=(whole) { (begins) "…" } }
}

fn scans(signed: &Signed, scans: &[FileScan]) -> Markup {
    html! {
        @if scans.is_empty() { (signed.say("files-scan-none", &[])) }
        @for scan in scans { p { (scanned(signed, scan)) } }
    }
}

fn scanned(signed: &Signed, scan: &FileScan) -> String {
    let version = inert(&scan.version);
    match scan.found.as_deref().map(inert) {
        Some(name) => {
            let args = [
                ("by", scan.by.as_str()),
                ("name", &name),
                ("version", &version),
            ];
            signed.say("files-scan-found", &args)
        }
        None => {
            let args = [("by", scan.by.as_str()), ("version", version.as_str())];
            signed.say("files-scan-clean", &args)
        }
    }
}

/// A reason's sentence, as the command line prints it; what a scanner named stands in it.
fn said(signed: &Signed, why: &Said) -> String {
    inert(&sentence(signed.language, why))
}
