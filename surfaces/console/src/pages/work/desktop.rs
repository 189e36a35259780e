//! What is asked for inside a desktop, as fields.

use maud::{Markup, html};
use wire::api::v1::{DesktopTerms, Protocol, Target};

use super::fields::Shown;
use super::sent::Values;

/// As they were asked for earlier.
pub(super) fn as_values(values: &mut Values, terms: DesktopTerms) {
    values.tick("desktop_look", !terms.input);
    values.tick("clipboard_in", terms.clipboard_in);
    values.tick("clipboard_out", terms.clipboard_out);
}

/// As the fields have them, for a desktop.
pub(super) fn read(values: &Values, target: &Target) -> Option<DesktopTerms> {
    matches!(target.protocol, Protocol::Vnc | Protocol::Rdp).then(|| DesktopTerms {
        input: !values.ticked("desktop_look"),
        clipboard_in: values.ticked("clipboard_in"),
        clipboard_out: values.ticked("clipboard_out"),
    })
}

/// The fields.
pub(super) fn fields(shown: &Shown<'_>) -> Markup {
    html! {
        fieldset.for-desktop {
            legend { (shown.say("work-desktop")) }
            p.hint { (shown.say("work-desktop-hint")) }
            (shown.tick("desktop_look", "work-desktop-look"))
            (shown.tick("clipboard_in", "work-clipboard-in"))
            (shown.tick("clipboard_out", "work-clipboard-out"))
        }
    }
}
