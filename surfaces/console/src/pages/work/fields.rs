//! The fields of these forms: each with its label, its hint and what is wrong with it.

use maud::{Markup, html};

use super::super::signed::Signed;
use super::sent::Values;

/// What is wrong with a field: its name, and the id of the sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wrong {
    /// The field.
    pub(super) field: &'static str,
    /// The sentence.
    pub(super) says: &'static str,
}

/// A form that is shown: what it holds, and what is wrong with it.
pub(super) struct Shown<'a> {
    /// Whose.
    pub(super) signed: &'a Signed,
    /// What it holds.
    pub(super) values: &'a Values,
    /// What is wrong.
    pub(super) wrong: &'a [Wrong],
}

impl Shown<'_> {
    /// A sentence.
    pub(super) fn say(&self, id: &str) -> String {
        self.signed.say(id, &[])
    }

    fn wrong(&self, name: &str) -> Option<String> {
        let wrong = self.wrong.iter().find(|wrong| wrong.field == name)?;
        Some(self.say(wrong.says))
    }

    /// The field's frame. `label`: the id of its label; its hint is the same id with `-hint`.
    fn field(&self, name: &str, label: &str, control: impl Fn(&str, bool) -> Markup) -> Markup {
        let hint = format!("{label}-hint");
        let hint = phrases::knows(self.signed.language, &hint).then(|| self.say(&hint));
        let wrong = self.wrong(name);
        let described = match (&hint, &wrong) {
            (_, Some(_)) => format!("{name}-wrong"),
            (Some(_), None) => format!("{name}-hint"),
            (None, None) => String::new(),
        };
        html! {
            div.field.wrong[wrong.is_some()] {
                label for=(name) { (self.say(label)) }
                (control(&described, wrong.is_some()))
                @if let Some(wrong) = &wrong { p.bad id=(format!("{name}-wrong")) { span aria-hidden="true" { "✕ " } (wrong) } }
                @if let Some(hint) = &hint { p.hint id=(format!("{name}-hint")) { (hint) } }
            }
        }
    }

    /// One line of text of a kind that browsers know (`text`, `date`, `time`, `number`, `tel`).
    pub(super) fn line(&self, name: &str, label: &str, kind: &str, needed: bool) -> Markup {
        self.field(name, label, |described, wrong| {
            html! {
                input id=(name) name=(name) type=(kind) value=(self.values.text(name)) required[needed]
                    min=[(kind == "number").then_some("0")]
                    aria-describedby=[some(described)] aria-invalid=[wrong.then_some("true")];
            }
        })
    }

    /// Several lines of text.
    pub(super) fn lines(&self, name: &str, label: &str, rows: u8, needed: bool) -> Markup {
        self.field(name, label, |described, wrong| {
            html! {
                textarea id=(name) name=(name) rows=(rows) required[needed]
                    aria-describedby=[some(described)] aria-invalid=[wrong.then_some("true")] { (self.values.text(name)) }
            }
        })
    }

    /// A choice of one: values with their words. The first stands where nothing was chosen.
    pub(super) fn choice(&self, name: &str, label: &str, options: &[(String, String)]) -> Markup {
        let chosen = self.values.text(name);
        self.field(name, label, |described, wrong| {
            html! {
                select id=(name) name=(name) aria-describedby=[some(described)] aria-invalid=[wrong.then_some("true")] {
                    @for (value, text) in options { option value=(value) selected[value == chosen] { (text) } }
                }
            }
        })
    }

    /// A box to tick.
    pub(super) fn tick(&self, name: &str, label: &str) -> Markup {
        super::super::parts::tick(name, "on", &self.say(label), self.values.ticked(name))
    }

    /// A file, with what was sent before: it stays until another is chosen or it is taken away.
    pub(super) fn file(&self, name: &str, label: &str, kept: Option<(&str, usize)>) -> Markup {
        let control = self.field(name, label, |described, wrong| {
            html! {
                input id=(name) name=(name) type="file"
                    aria-describedby=[some(described)] aria-invalid=[wrong.then_some("true")];
            }
        });
        let kept = kept.map(|(file, bytes)| {
            let size = bytes.div_ceil(1024).to_string();
            self.signed
                .say("work-file-kept", &[("name", file), ("size", &size)])
        });
        html! {
            (control)
            @if let Some(kept) = kept {
                p { (kept) " "
                    button.quiet type="submit" name="do" value="drop-file" formnovalidate { (self.say("work-file-drop")) }
                }
            }
        }
    }

    /// What is wrong, at the top: how many fields, and links to them.
    pub(super) fn summary(&self) -> Markup {
        html! {
            @if !self.wrong.is_empty() {
                div.notice.bad role="alert" {
                    p { (self.say("work-look-again")) }
                    ul { @for wrong in self.wrong { li { a href=(format!("#{}", wrong.field)) { (self.say(wrong.says)) } } } }
                }
            }
        }
    }
}

fn some(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}
