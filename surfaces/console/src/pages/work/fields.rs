//! The fields of these forms: each with its label, its hint and what is wrong with it.

use std::borrow::Cow;

use maud::{Markup, html};

use super::super::signed::Signed;
use super::sent::Values;

/// What is wrong with a field: its name, and the id of the sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wrong {
    /// The field.
    pub(super) field: Cow<'static, str>,
    /// The sentence.
    pub(super) says: &'static str,
}

/// The labels of the fields that something can be wrong with, for the list at the top.
const LABELS: &[(&str, &str)] = &[
    ("target", "work-target"),
    ("from_day", "work-from-day"),
    ("from_time", "work-from-time"),
    ("until_day", "work-until-day"),
    ("until_time", "work-until-time"),
    ("kind", "work-kind"),
    ("purpose", "work-purpose"),
    ("contact", "work-contact"),
    ("plan", "work-plan"),
    ("care_how", "work-care-how"),
    ("patients_why", "work-patients-why"),
    ("at_once", "work-at-once"),
    ("sub_contractor", "work-sub-contractor"),
    ("ssh_shell", "work-ssh"),
    ("ssh_upload_paths", "work-ssh-upload-paths"),
    ("ssh_upload_mib", "work-ssh-upload-mib"),
    ("ssh_download_paths", "work-ssh-download-paths"),
    ("ssh_download_mib", "work-ssh-download-mib"),
    ("data_write", "work-data-write"),
    ("data_names", "work-data-names"),
    ("data_mib", "work-data-mib"),
    ("web_paths", "work-web-paths"),
    ("web_mib", "work-web-mib"),
    ("done", "work-done"),
    ("changes", "work-changes"),
    ("patients", "work-patients-seen"),
    ("patients_listed", "work-patients-listed"),
    ("files_erased", "work-files-erased"),
    ("trouble", "work-trouble"),
    ("next", "work-next"),
    ("attachment", "work-own-form"),
];

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

    pub(super) fn wrong(&self, name: &str) -> Option<String> {
        let wrong = self.wrong.iter().find(|wrong| wrong.field == name)?;
        Some(self.say(wrong.says))
    }

    /// What is wrong with a field, beside it.
    pub(super) fn said_beside(&self, name: &str) -> Markup {
        html! {
            @if let Some(wrong) = self.wrong(name) {
                p.bad id=(format!("{name}-wrong")) { span aria-hidden="true" { "✕ " } (wrong) }
            }
        }
    }

    /// What a field is called: its label, or which file it is of.
    fn called(&self, field: &str) -> String {
        let file = ["file_name_", "file_sha_"]
            .iter()
            .find_map(|begins| field.strip_prefix(begins)?.parse::<usize>().ok());
        if let Some(at) = file {
            let number = at.saturating_add(1).to_string();
            return self.signed.say("work-file", &[("number", &number)]);
        }
        let label = LABELS.iter().find(|(known, _)| *known == field);
        label.map_or_else(String::new, |(_, label)| self.say(label))
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
                (self.said_beside(name))
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
                textarea id=(name) name=(name) rows=(rows) required[needed] placeholder=" "
                    aria-describedby=[some(described)] aria-invalid=[wrong.then_some("true")] { (self.values.text(name)) }
            }
        })
    }

    /// A choice of one: values with their words. The first stands where nothing was chosen.
    pub(super) fn choice(&self, name: &str, label: &str, options: &[(String, String)]) -> Markup {
        self.choice_of(name, label, options, |_| None)
    }

    /// The same; `class` says what hangs on a value.
    pub(super) fn choice_of(
        &self,
        name: &str,
        label: &str,
        options: &[(String, String)],
        class: impl Fn(&str) -> Option<&'static str>,
    ) -> Markup {
        let chosen = self.values.text(name);
        self.field(name, label, |described, wrong| {
            html! {
                select id=(name) name=(name) aria-describedby=[some(described)] aria-invalid=[wrong.then_some("true")] {
                    @for (value, text) in options { option class=[class(value)] value=(value) selected[value == chosen] { (text) } }
                }
            }
        })
    }

    /// A box to tick.
    pub(super) fn tick(&self, name: &str, label: &str) -> Markup {
        let wrong = self.wrong(name).map(|_| format!("{name}-wrong"));
        html! {
            (self.said_beside(name))
            label.tick {
                input id=(name) type="checkbox" name=(name) value="on" checked[self.values.ticked(name)]
                    aria-describedby=[wrong.as_deref()] aria-invalid=[wrong.as_ref().map(|_| "true")];
                span { (self.say(label)) }
            }
        }
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
                    ul { @for wrong in self.wrong { li { a href=(format!("#{}", wrong.field)) { (self.called(&wrong.field)) ": " (self.say(wrong.says)) } } } }
                }
            }
        }
    }
}

fn some(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}
