//! The operator's pages: vendors, people, devices, targets, relays, and what concerns the whole site.
//!
//! Every act that needs a fresh proof has a page of its own, which says in one sentence what is at risk.
//! Taking access away is a button beside the thing, and waits for nothing.

mod consoles;
pub(crate) mod databases;
pub(crate) mod devices;
pub(crate) mod emergency_accounts;
pub(crate) mod envelope;
pub(crate) mod envelope_sheet;
mod forms;
pub(crate) mod invitations;
pub(crate) mod night_chain;
pub(crate) mod patients;
pub(crate) mod persons;
pub(crate) mod relays;
pub(crate) mod retarget;
pub(crate) mod risks;
pub(crate) mod rotation;
pub(crate) mod rotation_terms;
pub(crate) mod rotation_way;
pub(crate) mod secrets;
pub(crate) mod settings;
mod target_forms;
pub(crate) mod targets;
mod telnet;
pub(crate) mod vendors;
pub(crate) mod visit_accounts;

use axum::Json;
use maud::{Markup, html};

use super::failed::PageFailed;
use super::signed::Signed;
use crate::answer::{Answer, Failed};
use crate::body::Of;

pub(crate) use forms::{Act, choice, end_of_day};
pub(crate) use target_forms::hours_said;

/// What an extractor of a path gives, so that a page says what a page says.
pub(crate) type Number<T> = Result<Of<T>, Failed>;

/// The thing of the path.
pub(crate) fn of<T>(number: Number<T>) -> Result<T, PageFailed> {
    let Of(thing) = number?;
    Ok(thing)
}

/// The API's answer, for a page.
pub(crate) fn read<T>(answer: Answer<T>) -> Result<T, PageFailed> {
    let Json(shown) = answer?;
    Ok(shown)
}

/// These pages are the hospital's: to others they are not there.
pub(crate) fn of_the_hospital(signed: &Signed) -> Result<(), PageFailed> {
    if signed.of_the_hospital() {
        Ok(())
    } else {
        Err(Failed::NotFound.into())
    }
}

/// The one of a list with this number.
pub(crate) fn the<T>(list: Vec<T>, is: impl Fn(&T) -> bool) -> Result<T, PageFailed> {
    let found = list.into_iter().find(is);
    Ok(found.ok_or(Failed::NotFound)?)
}

/// Whether something is suspended, as a word with its sign.
pub(crate) fn standing(signed: &Signed, suspended: bool) -> Markup {
    let (tone, id) = if suspended {
        (super::parts::Tone::Bad, "setup-suspended")
    } else {
        (super::parts::Tone::Good, "setup-active")
    };
    super::parts::tag(tone, &signed.say(id, &[]))
}

/// A row of facts.
pub(crate) fn row(signed: &Signed, id: &str, value: impl maud::Render) -> (String, Markup) {
    (signed.say(id, &[]), html! { (value) })
}

/// What is shown for a text that was erased, or was never given.
pub(crate) fn or_dash(text: Option<&str>) -> &str {
    text.filter(|text| !text.is_empty()).unwrap_or("—")
}
