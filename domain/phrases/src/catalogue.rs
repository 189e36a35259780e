//! The sentences, parsed once.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

use crate::Language;

/// A file of sentences: its name and its text in one language.
type File = (&'static str, &'static str);

/// Names every file once; both languages have it.
macro_rules! files {
    ($($name:literal),+ $(,)?) => {
        pub(crate) const JA: &[File] =
            &[$(($name, include_str!(concat!("../locales/ja/", $name, ".ftl")))),+];
        pub(crate) const EN: &[File] =
            &[$(($name, include_str!(concat!("../locales/en/", $name, ".ftl")))),+];
    };
}

files![
    "cli",
    "cli-browse",
    "cli-help",
    "cli-messages",
    "connecting",
    "console",
    "console-certificates",
    "console-files",
    "console-notify",
    "console-passkeys",
    "console-setup",
    "console-desktop",
    "console-terminal",
    "console-visits",
    "console-work",
    "databases",
    "demo",
    "desktops",
    "differences",
    "ends",
    "log-out",
    "entries",
    "errors",
    "files",
    "incidents",
    "joining",
    "logs",
    "passphrases",
    "reach",
    "reasons",
    "risks",
    "response",
    "rotation",
    "rotation-way",
    "emergency-accounts",
    "visit-accounts",
    "watch",
    "secrets",
    "tpm",
    "sessions",
    "site",
    "stories",
    "telnet",
    "web",
    "words",
    "workers"
];

static JAPANESE: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::new(Language::Ja, JA));
static ENGLISH: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::new(Language::En, EN));

/// The sentence with this id, its arguments filled in by name. The text carries no bidirectional
/// isolation marks, so that it can be compared, piped and searched.
///
/// An id without a sentence is answered with the id in square brackets, a missing argument with its
/// name in braces: saying something never fails.
pub fn say(language: Language, id: &str, arguments: &[(&str, &str)]) -> String {
    let catalogue = catalogue(language);
    let Some(pattern) = catalogue
        .bundle
        .get_message(id)
        .and_then(|message| message.value())
    else {
        return format!("[{id}]");
    };
    let mut values = FluentArgs::with_capacity(arguments.len());
    for (name, text) in arguments {
        values.set(*name, value(text));
    }
    // What goes wrong here is a missing argument, and the text shows its name.
    let mut ignored = Vec::new();
    catalogue
        .bundle
        .format_pattern(pattern, Some(&values), &mut ignored)
        .into_owned()
}

/// Every id that has a sentence in this language, in order.
pub fn ids(language: Language) -> impl Iterator<Item = &'static str> {
    catalogue(language)
        .messages
        .iter()
        .map(|message| message.id)
}

/// Whether there is a sentence with this id.
pub fn knows(language: Language, id: &str) -> bool {
    catalogue(language).bundle.has_message(id)
}

/// The names of the arguments that the sentence with this id takes; none for an unknown id.
pub fn arguments(language: Language, id: &str) -> BTreeSet<&'static str> {
    catalogue(language)
        .messages
        .iter()
        .find(|message| message.id == id)
        .map(|message| message.arguments.clone())
        .unwrap_or_default()
}

struct Catalogue {
    bundle: FluentBundle<FluentResource>,
    messages: Vec<Message>,
}

pub(crate) struct Message {
    pub(crate) id: &'static str,
    arguments: BTreeSet<&'static str>,
}

fn catalogue(language: Language) -> &'static Catalogue {
    match language {
        Language::Ja => &JAPANESE,
        Language::En => &ENGLISH,
    }
}

impl Catalogue {
    fn new(language: Language, files: &'static [File]) -> Self {
        let locale: LanguageIdentifier = language.tag().parse().unwrap_or_default();
        let mut bundle = FluentBundle::new_concurrent(vec![locale]);
        bundle.set_use_isolating(false);
        let mut messages = Vec::new();
        for (_, text) in files {
            // The files are part of the program, and a test parses each without an error.
            let resource = match FluentResource::try_new((*text).to_owned()) {
                Ok(resource) | Err((resource, _)) => resource,
            };
            bundle.add_resource_overriding(resource);
            messages.extend(messages_in(text));
        }
        messages.sort_by_key(|message| message.id);
        Self { bundle, messages }
    }
}

/// The messages of one file. A message begins at the start of a line with `id =`; what is indented
/// belongs to it.
pub(crate) fn messages_in(text: &'static str) -> Vec<Message> {
    let mut messages: Vec<Message> = Vec::new();
    for line in text.lines() {
        if line.starts_with('#') {
            continue;
        }
        if line.starts_with(|first: char| first.is_ascii_alphabetic())
            && let Some((id, _)) = line.split_once('=')
        {
            messages.push(Message {
                id: id.trim(),
                arguments: BTreeSet::new(),
            });
        }
        if let Some(message) = messages.last_mut() {
            message.arguments.extend(variables_in(line));
        }
    }
    messages
}

/// The names after each `$` of a line.
fn variables_in(line: &'static str) -> impl Iterator<Item = &'static str> {
    line.split('$').skip(1).map(|after| {
        let end = after
            .find(|next: char| !(next.is_ascii_alphanumeric() || next == '_' || next == '-'))
            .unwrap_or(after.len());
        after.split_at(end).0
    })
}

/// A number where the text is one as people write it, so that a sentence can tell one from many;
/// otherwise the text as it is.
fn value(text: &str) -> FluentValue<'_> {
    let plain = !text.is_empty()
        && text.len() <= MOST_DIGITS
        && text.bytes().all(|byte| byte.is_ascii_digit())
        && (text == "0" || !text.starts_with('0'));
    if plain {
        FluentValue::try_number(text)
    } else {
        FluentValue::from(text)
    }
}

/// Fluent's numbers are 64-bit floats: up to this many digits they print as they were given.
const MOST_DIGITS: usize = 15;
