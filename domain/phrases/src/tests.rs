use std::collections::{BTreeMap, BTreeSet};

use fluent_bundle::FluentResource;

use crate::catalogue::{EN, JA, messages_in};
use crate::{Language, arguments, ids, knows, say};

/// Words that a clerk does not know, or knows as something else (product words, hospital words).
const AVOIDED: &[&str] = &[
    "チケット",
    "キル",
    "サードパーティ",
    "CMDB",
    "タイムライン",
    "モニタ",
    "RACI",
    "アドミン",
    "セッション",
    "トークン",
    "リモートアクセス",
];

#[test]
fn every_file_parses_without_an_error() {
    for (name, text) in JA.iter().chain(EN) {
        if let Err((_, errors)) = FluentResource::try_new((*text).to_owned()) {
            panic!("{name}: {errors:?}");
        }
    }
}

#[test]
fn both_languages_have_the_same_sentences_with_the_same_arguments() {
    let shape = |language| -> BTreeMap<&str, BTreeSet<&str>> {
        ids(language)
            .map(|id| (id, arguments(language, id)))
            .collect()
    };
    assert_eq!(shape(Language::Ja), shape(Language::En));
}

#[test]
fn every_id_the_catalogue_lists_is_one_that_it_can_say() {
    for language in Language::ALL {
        for id in ids(language) {
            assert!(knows(language, id), "{id}");
        }
    }
}

#[test]
fn no_id_is_given_twice() {
    for files in [JA, EN] {
        let mut seen = BTreeSet::new();
        for (name, text) in files {
            for message in messages_in(text) {
                let id = message.id;
                assert!(seen.insert(id), "{id} is given again in {name}.ftl");
            }
        }
    }
}

#[test]
fn no_sentence_is_empty_or_leaves_an_argument_out() {
    for language in Language::ALL {
        for id in ids(language) {
            let names = arguments(language, id);
            let given: Vec<(&str, &str)> = names.iter().map(|name| (*name, "7")).collect();
            let said = say(language, id, &given);
            assert!(!said.trim().is_empty(), "{id}");
            assert!(!said.contains(['{', '$', '[']), "{id}: {said}");
        }
    }
}

#[test]
fn japanese_sentences_are_japanese_and_avoid_words_clerks_do_not_use() {
    for id in ids(Language::Ja) {
        let said = say(Language::Ja, id, &[]);
        for word in AVOIDED {
            assert!(!said.contains(word), "{id} says {word}: {said}");
        }
        let japanese = said.chars().any(|letter| letter > '\u{3000}');
        assert!(japanese || id.starts_with("protocol-"), "{id}: {said}");
    }
}

#[test]
fn every_file_on_disk_is_built_in() {
    let built_in: BTreeSet<String> = JA.iter().map(|(name, _)| format!("{name}.ftl")).collect();
    for language in Language::ALL {
        let folder = format!("{}/locales/{}", env!("CARGO_MANIFEST_DIR"), language.tag());
        #[allow(
            clippy::disallowed_methods,
            reason = "the test compares the folder with the program"
        )]
        let entries = std::fs::read_dir(folder).unwrap();
        let on_disk: BTreeSet<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        assert_eq!(on_disk, built_in);
    }
}

#[test]
fn every_refusal_reason_has_a_sentence_with_its_own_fields() {
    let variants = variants(
        include_str!("../../access/src/reason.rs"),
        "pub enum Reason {",
    );
    assert!(variants.len() > 50, "{}", variants.len());
    assert_same_ids("reason-", &variants);
    for (name, fields) in &variants {
        let id = format!("reason-{}", kebab(name));
        for language in Language::ALL {
            let used = arguments(language, &id);
            let fields: BTreeSet<&str> = fields.iter().map(String::as_str).collect();
            assert_eq!(used, fields, "{id} in {}", language.tag());
        }
    }
}

#[test]
fn every_refusal_and_every_end_says_what_happened_and_what_to_do() {
    for id in ids(Language::Ja).filter(|id| id.starts_with("reason-") || id.starts_with("end-")) {
        let said = say(Language::Ja, id, &[]);
        assert!(
            said.matches('。').count() >= 2 || said.contains("から接続できます。"),
            "{said}"
        );
    }
}

#[test]
fn every_end_of_a_session_has_a_sentence() {
    let text = include_str!("../../access/src/terms.rs");
    assert_same_ids("end-", &variants(text, "pub enum EndReason {"));
}

#[test]
fn everything_that_may_be_opened_in_a_session_has_a_name_in_its_refusal() {
    let text = include_str!("../../access/src/terms/ssh.rs");
    let (_, text) = text.split_once("impl ChannelAsk {").unwrap();
    let (text, _) = text.split_once("\n}\n").unwrap();
    let asked: Vec<&str> = text
        .lines()
        .filter_map(|line| line.split_once("=> \"")?.1.split_once('"'))
        .map(|(id, _)| id)
        .collect();
    assert_eq!(asked.len(), 22);
    for language in Language::ALL {
        let named = ids(language).filter(|id| id.starts_with("channel-"));
        assert_eq!(named.count(), asked.len());
        for ask in &asked {
            let name = say(language, &format!("channel-{ask}"), &[]);
            let refused = say(language, "reason-channel-not-granted", &[("channel", ask)]);
            assert!(refused.contains(&name), "{ask}: {refused}");
        }
    }
}

/// A proxy puts them between the lines of another program: one line each, and whose they are.
#[test]
fn what_is_said_in_a_terminal_is_one_line_that_says_whose_it_is() {
    for language in Language::ALL {
        let said = ids(language)
            .filter(|id| id.starts_with("session-") && !id.starts_with("session-state-"));
        for id in said.collect::<Vec<_>>() {
            let names = arguments(language, id);
            let given: Vec<(&str, &str)> = names.iter().map(|name| (*name, "5")).collect();
            let said = say(language, id, &given);
            assert!(said.starts_with("sekisho: "), "{id}: {said}");
            assert!(!said.contains(char::is_control), "{id}: {said}");
            assert!(said.chars().count() <= 100, "{id}: {said}");
        }
    }
}

#[test]
fn every_word_of_the_terms_has_its_word_in_both_languages() {
    let text = include_str!("../../access/src/terms.rs");
    for (kind, prefix) in [
        ("pub enum Role {", "role-"),
        ("pub enum Employer {", "employer-"),
        ("pub enum KindOfWork {", "kind-of-work-"),
        ("pub enum RecordingPolicy {", "recording-policy-"),
        ("pub enum Approvals {", "approvals-"),
        ("pub enum Protocol {", "protocol-"),
        ("pub enum Handover {", "handover-"),
    ] {
        assert_same_ids(prefix, &variants(text, kind));
    }
}

#[test]
fn japanese_is_spoken_when_nothing_is_said() {
    for locale in [
        "",
        "C",
        "POSIX",
        "C.UTF-8",
        "ja",
        "ja_JP.UTF-8",
        "ja-JP",
        "ja:en",
    ] {
        assert_eq!(Language::from_locale(locale), Language::Ja, "{locale}");
    }
    for locale in ["en", "en_US.UTF-8", "en-GB", "EN", "de_DE@euro", "en:ja"] {
        assert_eq!(Language::from_locale(locale), Language::En, "{locale}");
    }
    assert_eq!(Language::default(), Language::Ja);
}

#[test]
fn arguments_are_said_as_they_are_and_carry_no_marks() {
    let said = say(
        Language::En,
        "reason-prefix-too-wide",
        &[("net", "{ $evil } 0.0.0.0/0")],
    );
    assert!(said.contains("The range { $evil } 0.0.0.0/0 is"), "{said}");
    assert!(!said.contains(['\u{2068}', '\u{2069}']));
    let said = say(Language::En, "cli-requested", &[("id", "00123")]);
    assert!(said.contains(" 00123."), "{said}");
}

#[test]
fn one_minute_is_not_said_like_many() {
    let in_minutes = |minutes| say(Language::En, "cli-ends-soon", &[("minutes", minutes)]);
    assert!(in_minutes("1").contains("in one minute."));
    assert!(in_minutes("1500").contains("in 1500 minutes."));
}

#[test]
fn what_there_is_too_much_of_is_said_in_words() {
    let too_many = |what| {
        say(
            Language::Ja,
            "reason-too-many",
            &[("what", what), ("most", "64")],
        )
    };
    assert!(too_many("live-sessions").starts_with("同時に開ける接続 が上限(64)"));
    assert!(too_many("novelties").starts_with("novelties が"));
}

#[test]
fn an_unknown_id_is_shown_in_brackets_and_a_missing_argument_by_its_name() {
    assert_eq!(say(Language::Ja, "no-such-id", &[]), "[no-such-id]");
    assert!(say(Language::En, "reason-too-early", &[]).contains("{$from}"));
    assert!(arguments(Language::En, "no-such-id").is_empty());
}

#[test]
fn every_state_that_a_list_shows_has_its_word() {
    let visits = include_str!("../../wire/src/api/v1/visits.rs");
    let registry = include_str!("../../wire/src/api/v1/registry.rs");
    let site = include_str!("../../access/src/site.rs");
    let requests = variants(visits, "pub enum RequestState {");
    let internal = variants(site, "pub enum RequestState {");
    for (name, _) in requests.iter().chain(&internal) {
        assert!(
            knows(Language::Ja, &format!("request-state-{}", kebab(name))),
            "{name}"
        );
    }
    for (name, _) in variants(registry, "pub enum DeviceState {") {
        assert!(
            knows(Language::Ja, &format!("device-state-{}", kebab(&name))),
            "{name}"
        );
    }
}

fn assert_same_ids(prefix: &str, variants: &[(String, Vec<String>)]) {
    let needed: BTreeSet<String> = variants
        .iter()
        .map(|(name, _)| format!("{prefix}{}", kebab(name)))
        .collect();
    for language in Language::ALL {
        let said: BTreeSet<String> = ids(language)
            .filter(|id| id.starts_with(prefix))
            .map(str::to_owned)
            .collect();
        assert_eq!(said, needed, "{}", language.tag());
    }
}

/// The variants of an enum and the names of their fields, read from its source: `phrases` cannot use
/// `access` (both are floor 0), and its words must not drift from it all the same.
fn variants(source: &str, head: &str) -> Vec<(String, Vec<String>)> {
    let (_, body) = source.split_once(head).unwrap();
    let (body, _) = body.split_once("\n}").unwrap();
    let mut found: Vec<(String, Vec<String>)> = Vec::new();
    for line in body.lines() {
        let indent = line.len() - line.trim_start().len();
        let line = line.trim();
        if indent == 4 && line.starts_with(|first: char| first.is_ascii_uppercase()) {
            let name = line.split([',', ' ', '(', '{']).next().unwrap();
            found.push((name.to_owned(), Vec::new()));
        } else if indent == 8
            && !line.starts_with(['/', '#'])
            && let Some((field, _)) = line.split_once(':')
        {
            found.last_mut().unwrap().1.push(field.to_owned());
        }
    }
    found
}

fn kebab(name: &str) -> String {
    let mut kebab = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !kebab.is_empty() {
            kebab.push('-');
        }
        kebab.push(letter.to_ascii_lowercase());
    }
    kebab
}
