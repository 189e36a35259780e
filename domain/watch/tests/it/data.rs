//! The rules as data, and their sentences.

use std::collections::{BTreeMap, BTreeSet};

use watch::{Advice, Answer, Incident, Rule, Severity};

#[test]
fn every_rule_has_an_id_of_its_own_and_is_found_by_it() {
    let ids: BTreeSet<&str> = Rule::ALL.iter().map(|rule| rule.id()).collect();
    assert_eq!(ids.len(), Rule::ALL.len());
    for rule in Rule::ALL {
        let id = rule.id();
        let kebab = |c: char| c.is_ascii_lowercase() || c == '-';
        assert!(id.chars().all(kebab), "{id}");
        assert_eq!(Rule::of(id), Some(*rule));
        let json = serde_json::to_value(rule).unwrap();
        assert_eq!(json, id);
        assert_eq!(serde_json::from_value::<Rule>(json).unwrap(), *rule);
    }
    assert_eq!(Rule::of("nothing"), None);
    assert!(serde_json::from_str::<Rule>("\"nothing\"").is_err());
}

#[test]
fn every_rule_answers_a_step_and_says_what_to_do_in_three_things_at_most() {
    for rule in Rule::ALL {
        let about = rule.about();
        let id = about.id;
        assert!((1..=3).contains(&about.now.len()), "{id}");
        assert!(!about.steps.is_empty(), "{id}");
        let most = |incident| match incident {
            Incident::Handa => 7,
            Incident::Osaka => 6,
            Incident::Okayama => 11,
        };
        for step in about.steps {
            assert!((1..=most(step.incident)).contains(&step.number), "{id}");
        }
    }
}

#[test]
fn the_usual_answer_is_a_possible_one_to_be_told_is_always_and_nothing_isolates_by_itself() {
    for rule in Rule::ALL {
        let about = rule.about();
        assert!(about.possible.contains(&about.usual), "{}", about.id);
        assert!(about.possible.contains(&Answer::Tell), "{}", about.id);
        assert_ne!(about.usual, Answer::Isolate, "{}", about.id);
        // What interrupts work by itself is grave enough for it.
        let mild = about.severity == Severity::Notable;
        assert!(!mild || about.usual == Answer::Tell, "{}", about.id);
    }
}

#[test]
fn every_rule_and_every_choice_has_its_sentences_in_both_languages() {
    let mut ids: Vec<String> = Vec::new();
    for rule in Rule::ALL {
        let id = rule.id();
        ids.extend(["", "-why", "-cost"].map(|part| format!("rule-{id}{part}")));
    }
    ids.extend(Answer::ALL.map(|answer| format!("rule-answer-{}", answer.id())));
    ids.extend(Advice::ALL.map(|advice| format!("advice-{}", advice.id())));
    ids.extend(Severity::ALL.map(|severity| format!("severity-{}", severity.id())));
    for incident in [Incident::Handa, Incident::Osaka, Incident::Okayama] {
        ids.push(format!("incident-{}", incident.id()));
    }
    let (japanese, english) = (sentences(JAPANESE), sentences(ENGLISH));
    for id in ids.iter().map(String::as_str) {
        let said = |of: &BTreeMap<_, &'static str>| of.get(id).copied();
        let (japanese, english) = (said(&japanese), said(&english));
        assert!(japanese.is_some_and(|said| !said.is_ascii()), "{id}");
        assert!(english.is_some_and(str::is_ascii), "{id}");
    }
    // And no sentence is left of a rule that is no more.
    for id in japanese.keys().filter(|id| id.starts_with("rule-")) {
        assert!(ids.iter().any(|known| known == id), "{id}");
    }
}

/// As `phrases` has them; that they can be read is tested there.
const JAPANESE: &str = include_str!("../../../phrases/locales/ja/watch.ftl");
const ENGLISH: &str = include_str!("../../../phrases/locales/en/watch.ftl");

fn sentences(file: &'static str) -> BTreeMap<&'static str, &'static str> {
    file.lines()
        .filter_map(|line| line.split_once(" = "))
        .collect()
}
