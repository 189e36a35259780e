//! What somebody will be able to do, in words of everyday.

use maud::{Markup, html};
use wire::api::v1::{
    DatabaseTerms, Databases, DesktopTerms, Files, Handover, Paths, Request, Sessions, WebTerms,
};

use super::super::signed::Signed;

/// A list of what will be possible, and of what will not.
pub(super) fn list(signed: &Signed, request: &Request) -> Markup {
    html! { ul.signs { @for line in lines(signed, request) { li { (line) } } } }
}

fn lines(signed: &Signed, request: &Request) -> Vec<String> {
    let word = |id| signed.say(id, &[]);
    let erased = || word("console-erased");
    let mut lines = Vec::new();
    match (&request.ssh, &request.database) {
        (None, Some(terms)) => lines.extend(in_a_database(signed, terms)),
        (None, None) => match (&request.web, &request.desktop) {
            (Some(terms), _) => lines.extend(at_a_console(signed, terms)),
            (None, Some(terms)) => lines.extend(on_a_desktop(terms).into_iter().map(word)),
            (None, None) => lines.push(word("console-able-change")),
        },
        (Some(terms), _) => {
            if terms.shell {
                lines.push(word("console-able-shell"));
            }
            if terms.exec {
                lines.push(word("console-able-commands"));
            }
            let files = [
                ("console-able-upload", &terms.upload),
                ("console-able-download", &terms.download),
            ];
            let passing = files
                .iter()
                .filter_map(|(id, files)| passes(signed, id, files));
            let before = lines.len();
            lines.extend(passing);
            if lines.len() == before {
                lines.push(word("console-able-no-files"));
            }
        }
    }
    if request.privileged {
        lines.push(word("console-able-privileged"));
    }
    lines.push(if request.patient_data {
        let reason = request.patient_reason.clone().unwrap_or_else(erased);
        signed.say("console-able-patients", &[("reason", &reason)])
    } else {
        word("console-able-no-patients")
    });
    if request.care_affected {
        let how = request.care_how.clone().unwrap_or_else(erased);
        lines.push(signed.say("console-able-care", &[("how", &how)]));
    }
    if request.sessions == Sessions::Once {
        lines.push(word("console-able-once"));
    }
    if request.attended {
        lines.push(word("console-able-attended"));
    }
    lines
}

fn on_a_desktop(terms: &DesktopTerms) -> Vec<&'static str> {
    let input = if terms.input {
        "console-able-desktop"
    } else {
        "console-able-desktop-look"
    };
    let clipboard = [
        terms.clipboard_in.then_some("console-able-clipboard-in"),
        terms.clipboard_out.then_some("console-able-clipboard-out"),
    ];
    let closed =
        (!terms.clipboard_in && !terms.clipboard_out).then_some("console-able-no-clipboard");
    let clipboard = clipboard.into_iter().chain([closed]).flatten();
    [input].into_iter().chain(clipboard).collect()
}

fn in_a_database(signed: &Signed, terms: &DatabaseTerms) -> [String; 3] {
    let may = if terms.write {
        "console-able-data-write"
    } else {
        "console-able-data-read"
    };
    let where_to = match &terms.databases {
        Databases::Any => signed.say("console-able-data-any", &[]),
        Databases::Only(names) => {
            let names = names.as_slice().join("、");
            signed.say("console-able-data-only", &[("names", &names)])
        }
    };
    let most = size(terms.most_bytes_out);
    let out = signed.say("console-able-data-out", &[("most", &most)]);
    [signed.say(may, &[]), where_to, out]
}

fn at_a_console(signed: &Signed, terms: &WebTerms) -> [String; 3] {
    let may = if terms.write {
        "console-able-web-write"
    } else {
        "console-able-web-read"
    };
    let where_to = match &terms.paths {
        Paths::Anywhere => signed.say("console-able-web-any", &[]),
        Paths::Under(paths) => {
            let paths = paths.as_slice().join("、");
            signed.say("console-able-web-only", &[("paths", &paths)])
        }
    };
    let most = size(terms.most_bytes_out);
    let out = signed.say("console-able-data-out", &[("most", &most)]);
    [signed.say(may, &[]), where_to, out]
}

fn passes(signed: &Signed, id: &str, files: &Files) -> Option<String> {
    match files {
        Files::No => None,
        Files::Yes { most_bytes, .. } => Some(signed.say(id, &[("most", &size(*most_bytes))])),
    }
}

/// The files that were announced, with the way each goes.
pub(super) fn files(signed: &Signed, request: &Request) -> Markup {
    let erased = || signed.say("console-erased", &[]);
    html! {
        ul { @for file in &request.files {
            @let way = match file.direction { Handover::In => "handover-in", Handover::Out => "handover-out" };
            li { (signed.say(way, &[])) ": " (file.name.clone().unwrap_or_else(erased)) }
        } }
    }
}

/// A number of bytes as people say it.
pub(crate) fn size(bytes: u64) -> String {
    const UNITS: [(&str, u64); 3] = [("GB", 1 << 30), ("MB", 1 << 20), ("KB", 1 << 10)];
    for (unit, one) in UNITS {
        if bytes >= one {
            let tenths = bytes.saturating_mul(10) / one;
            return match tenths % 10 {
                0 => format!("{} {unit}", tenths / 10),
                rest => format!("{}.{rest} {unit}", tenths / 10),
            };
        }
    }
    format!("{bytes} B")
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn bytes_are_said_in_the_largest_unit_that_fits() {
        assert_eq!(size(0), "0 B");
        assert_eq!(size(1023), "1023 B");
        assert_eq!(size(1536), "1.5 KB");
        assert_eq!(size(100 << 20), "100 MB");
        assert_eq!(size(3 << 30), "3 GB");
    }
}
