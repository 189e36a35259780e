//! What is asked for inside a database, as fields.

use ids::NonEmpty;
use maud::{Markup, html};
use wire::api::v1::{DatabaseTerms, Databases, MAX_LIST, Target};

use super::super::posted::filled_lines;
use super::fields::Shown;
use super::look::Look;
use super::sent::Values;

/// Bytes in the unit of the form.
const MIB: u64 = 1 << 20;
/// What is proposed, in that unit.
const PROPOSED: u64 = 256;
/// Bytes in the name of a database.
const LONGEST: usize = 64;

/// As they were asked for earlier.
pub(super) fn as_values(values: &mut Values, terms: &DatabaseTerms) {
    values.tick("data_write", terms.write);
    if let Databases::Only(names) = &terms.databases {
        values.put("data_names", names.as_slice().join("\n"));
    }
    let mib = terms.most_bytes_out.div_ceil(MIB);
    values.put("data_mib", mib.to_string());
}

/// As the fields have them, for a database.
pub(super) fn read(look: &mut Look, values: &Values, target: &Target) -> Option<DatabaseTerms> {
    if !target.protocol.is_database() {
        return None;
    }
    let write = values.ticked("data_write");
    if !write && !target.readable {
        look.wrong("data_write", "work-wrong-no-reader");
    }
    let names = filled_lines(values.text("data_names"));
    let names: Vec<String> = names.map(str::to_owned).collect();
    if names.len() > MAX_LIST || names.iter().any(|name| name.len() > LONGEST) {
        look.wrong("data_names", "work-wrong-long");
    }
    let mib: u64 = look.number(values, "data_mib", PROPOSED);
    let most = mib.checked_mul(MIB).filter(|bytes| *bytes > 0);
    if most.is_none() {
        look.wrong("data_mib", "work-wrong-number");
    }
    Some(DatabaseTerms {
        write,
        databases: NonEmpty::from_vec(names).map_or(Databases::Any, Databases::Only),
        most_bytes_out: most.unwrap_or(MIB),
    })
}

/// The fields.
pub(super) fn fields(shown: &Shown<'_>) -> Markup {
    html! {
        fieldset.for-data {
            legend { (shown.say("work-data")) }
            p.hint { (shown.say("work-data-hint")) }
            (shown.tick("data_write", "work-data-write"))
            (shown.lines("data_names", "work-data-names", 2, false))
            (shown.line("data_mib", "work-data-mib", "number", false))
        }
    }
}
