//! What is asked for at a web console, as fields.

use ids::NonEmpty;
use maud::{Markup, html};
use wire::api::v1::{MAX_LINE, MAX_LIST, Paths, Protocol, Target, WebTerms};

use super::super::posted::filled_lines;
use super::fields::Shown;
use super::look::Look;
use super::sent::Values;

/// Bytes in the unit of the form.
const MIB: u64 = 1 << 20;
/// What is proposed, in that unit.
const PROPOSED: u64 = 256;

/// As they were asked for earlier.
pub(super) fn as_values(values: &mut Values, terms: &WebTerms) {
    values.tick("web_write", terms.write);
    if let Paths::Under(paths) = &terms.paths {
        values.put("web_paths", paths.as_slice().join("\n"));
    }
    let mib = terms.most_bytes_out.div_ceil(MIB);
    values.put("web_mib", mib.to_string());
}

/// As the fields have them, for a web console.
pub(super) fn read(look: &mut Look, values: &Values, target: &Target) -> Option<WebTerms> {
    if target.protocol != Protocol::Http {
        return None;
    }
    let paths = filled_lines(values.text("web_paths"));
    let paths: Vec<String> = paths.map(str::to_owned).collect();
    if paths.len() > MAX_LIST || paths.iter().any(|path| path.len() > MAX_LINE) {
        look.wrong("web_paths", "work-wrong-long");
    }
    if paths.iter().any(|path| !path.starts_with('/')) {
        look.wrong("web_paths", "work-wrong-web-path");
    }
    let mib: u64 = look.number(values, "web_mib", PROPOSED);
    let most = mib.checked_mul(MIB).filter(|bytes| *bytes > 0);
    if most.is_none() {
        look.wrong("web_mib", "work-wrong-number");
    }
    Some(WebTerms {
        write: values.ticked("web_write"),
        paths: NonEmpty::from_vec(paths).map_or(Paths::Anywhere, Paths::Under),
        most_bytes_out: most.unwrap_or(MIB),
    })
}

/// The fields.
pub(super) fn fields(shown: &Shown<'_>) -> Markup {
    html! {
        fieldset.for-web {
            legend { (shown.say("work-web")) }
            p.hint { (shown.say("work-web-hint")) }
            (shown.tick("web_write", "work-web-write"))
            (shown.lines("web_paths", "work-web-paths", 2, false))
            (shown.line("web_mib", "work-web-mib", "number", false))
        }
    }
}
