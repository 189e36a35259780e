//! The pieces that pages are made of: one look, one behaviour, one place.

use maud::{Markup, html};

use super::signed::Signed;

/// How grave something is. It is said by a sign and a word, never by colour alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    /// In order.
    Good,
    /// To be looked at.
    Look,
    /// Wrong, or refused.
    Bad,
    /// Neither.
    Plain,
}

impl Tone {
    fn class(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Look => "look",
            Self::Bad => "bad",
            Self::Plain => "plain",
        }
    }

    fn sign(self) -> &'static str {
        match self {
            Self::Good => "✓ ",
            Self::Look => "▲ ",
            Self::Bad => "✕ ",
            Self::Plain => "",
        }
    }
}

/// A word with its sign: how something stands.
pub(crate) fn tag(tone: Tone, text: &str) -> Markup {
    html! { span.tag.(tone.class()) { span aria-hidden="true" { (tone.sign()) } (text) } }
}

/// Facts as a list of names and values: it fits a telephone, where a table does not.
pub(crate) fn facts(rows: &[(String, Markup)]) -> Markup {
    html! { dl.facts { @for (name, value) in rows { div { dt { (name) } dd { (value) } } } } }
}

/// Something that is one thing, with its heading.
pub(crate) fn card(heading: &Markup, body: &Markup) -> Markup {
    html! { section.card { h2 { (heading) } (body) } }
}

/// What a list says that has nothing in it.
pub(crate) fn empty(text: &str) -> Markup {
    html! { p.empty { (text) } }
}

/// A note that stands out.
pub(crate) fn notice(tone: Tone, body: &Markup) -> Markup {
    html! { div.notice.(tone.class()) { (body) } }
}

/// A labelled line of text, with a hint below it.
pub(crate) fn line(
    name: &str,
    label: &str,
    hint: Option<&str>,
    value: &str,
    needed: bool,
) -> Markup {
    html! {
        div.field {
            label for=(name) { (label) }
            input id=(name) name=(name) value=(value) required[needed] aria-describedby=[hint.map(|_| format!("{name}-hint"))];
            @if let Some(hint) = hint { p.hint id=(format!("{name}-hint")) { (hint) } }
        }
    }
}

/// A labelled text of several lines.
pub(crate) fn lines(
    name: &str,
    label: &str,
    hint: Option<&str>,
    value: &str,
    needed: bool,
) -> Markup {
    html! {
        div.field {
            label for=(name) { (label) }
            textarea id=(name) name=(name) rows="3" required[needed] aria-describedby=[hint.map(|_| format!("{name}-hint"))] { (value) }
            @if let Some(hint) = hint { p.hint id=(format!("{name}-hint")) { (hint) } }
        }
    }
}

/// A box to tick.
pub(crate) fn tick(name: &str, value: &str, label: &str, ticked: bool) -> Markup {
    html! {
        label.tick { input type="checkbox" name=(name) value=(value) checked[ticked]; span { (label) } }
    }
}

/// A fresh proof beside the button of an act that needs one; see [`Signed::fresh`].
pub(crate) fn fresh(signed: &Signed) -> Markup {
    super::fresh::field(signed, "code")
}

/// The same in a second form of one page: names of fields stay, ids must not be there twice.
pub(crate) fn fresh_again(signed: &Signed) -> Markup {
    super::fresh::field(signed, "code-again")
}
