use ids::Timestamp;
use phrases::Language;
use serde_json::json;
use wire::Said;
use wire::api::v1::VisitStory;

use super::*;
use crate::layout::{COLUMNS, width};

fn context(language: Language) -> Context {
    use clap::Parser;
    let cli = crate::cli::Cli::try_parse_from(["sekisho", "sessions"]).unwrap();
    Context::new(&cli.global, language)
}

fn story() -> VisitStory {
    let at = 1_795_482_000_000i64;
    let long = "検査システムの索引を作り直し、応答を確かめる。".repeat(12);
    let window = json!({"from": at, "until": at + 7_200_000});
    let visit = json!({
        "id": "handa/visit-1", "requests": ["handa/request-1"], "grant": "handa/grant-1",
        "withdrawn": false, "person": "handa/person-6", "person_name": "阿部", "vendor":
        "handa/vendor-1", "target": "handa/target-1", "target_name": "lis-db", "window": window,
        "conditions": "夜間のみ", "emergency": false, "sessions": ["handa/session-1"],
        "recorded_bytes": 10,
    });
    let request = json!({
        "id": "handa/request-1", "visit": "handa/visit-1", "extension": false,
        "by": "handa/person-6", "by_name": "阿部", "vendor": "handa/vendor-1", "at": at,
        "target": "handa/target-1", "target_name": "lis-db", "window": window,
        "purpose": long, "kind": "inspection", "plan": "07".repeat(32), "plan_name": "計画.md",
        "contact": "090-0000-0001", "privileged": false, "care_affected": false,
        "care_how": null, "patient_data": false, "patient_reason": null,
        "files": [{"direction": "in", "name": "update.zip"}], "attended": true,
        "sessions": {"at_once": 8}, "state": "granted", "approved_by": ["handa/person-2"],
    });
    let session = json!({
        "id": "handa/session-1", "visit": "handa/visit-1", "person": "handa/person-6",
        "person_name": null, "device": "handa/device-1", "target": "handa/target-1",
        "target_name": "lis-db", "protocol": "ssh", "source": "203.0.113.7", "opened_at": at,
        "until": at + 7_200_000, "recording": "payload",
        "ended": {"at": at + 60_000, "reason": {"id": "end-engineer-closed"}, "sent": 1,
            "received": 2},
    });
    let story = json!({
        "visit": visit, "over": true,
        "differences": [{"id": "difference-command-not-planned",
            "args": {"at": "2026-11-24T10:00:01+09:00", "command": "rm -rf \u{1b}[2J/"}}],
        "requests": [request], "planned_commands": ["df -h"],
        "approvals": [{"request": "handa/request-1", "by": "handa/person-2",
            "by_name": "鈴木", "at": at, "conditions": "夜間のみ"}],
        "grants": [{"id": "handa/grant-1", "at": at, "window": window, "extension": false,
            "emergency": false}],
        "sessions": [{"session": session, "content": {"id": "content-read"},
            "attended": [{"by": "handa/person-2", "by_name": "鈴木", "from": at}]}],
        "commands": [
            {"session": "handa/session-1", "channel": 0, "at": at, "text": "df -h"},
            {"session": "handa/session-1", "channel": 0, "at": at,
                "text": "rm -rf \u{1b}[2J/"},
            {"session": "handa/session-1", "channel": 0, "at": at,
                "text": "echo ".to_owned() + &"x".repeat(400)},
        ],
        "files": [{"session": "handa/session-1", "at": at, "direction": "out",
            "path": "/srv/\u{202e}gpj.exe", "bytes": 5, "sha256": "09".repeat(32)}],
        "refused": [{"session": "handa/session-1", "at": at, "what": "direct-tcpip",
            "reasons": ["channel-not-granted"]}],
        "masked_lines": 2, "reports": [],
        "left_out": {"commands": 3, "files": 0, "refused": 0, "differences": 0},
        "limits": [{"id": "index-limit-shell"}],
    });
    serde_json::from_value(story).unwrap()
}

#[test]
fn every_line_of_a_story_fits_in_both_languages_and_the_differences_come_first() {
    for language in Language::ALL {
        let context = context(language);
        let lines = lines(&context, &story());
        for line in &lines {
            assert!(width(line) <= COLUMNS, "{}: {line}", width(line));
            assert!(!line.contains(['[', '{']) || line.contains("[2J"), "{line}");
        }
        let text = lines.join("\n");
        let place = |id: &str| text.find(&context.say(id, &[])).unwrap();
        let order = [
            "story-differences",
            "story-plan",
            "story-sessions",
            "story-commands",
            "story-files",
            "story-refused",
            "story-report",
        ];
        let mut places: Vec<usize> = Vec::new();
        for id in order {
            let heading = format!("== {}", context.say(id, &[]));
            places.push(text.find(&heading).unwrap());
        }
        assert!(places.is_sorted(), "{places:?}");
        assert!(place("story-no-report") > 0);
    }
}

#[test]
fn what_no_plan_knows_is_marked_where_it_stands() {
    let lines = lines(&context(Language::En), &story());
    let marked: Vec<&String> = lines.iter().filter(|line| line.starts_with("! ")).collect();
    assert_eq!(marked.len(), 1, "{marked:?}");
    assert!(marked[0].contains("rm -rf"));
}

#[test]
fn l28_nothing_in_a_story_steers_the_terminal() {
    for line in lines(&context(Language::Ja), &story()) {
        assert!(!line.chars().any(char::is_control), "{line:?}");
        assert!(!line.contains('\u{202e}'), "{line:?}");
    }
}

#[test]
fn a_report_is_shown_with_those_before_it() {
    let mut story = story();
    let filed = |done: &str| {
        serde_json::from_value(json!({
            "sha256": "0a".repeat(32), "at": 1_795_482_000_000i64, "name": "work-report.json",
            "stated": {"done": done, "patients": 2, "files_erased": true, "restarted": true},
            "attachment": {"name": "form.pdf", "sha256": "0b".repeat(32)},
        }))
        .unwrap()
    };
    story.reports = vec![filed("first"), filed("second")];
    let text = lines(&context(Language::En), &story).join("\n");
    let first = text.find("first").unwrap();
    assert!(text.find("second").unwrap() < first, "{text}");
    assert!(text.contains("form.pdf"));
}

#[test]
fn until_a_visit_is_over_nothing_is_said_to_be_missing() {
    let mut story = story();
    story.differences.clear();
    let said = |story: &VisitStory| lines(&context(Language::En), story).join("\n");
    assert!(said(&story).contains(&context(Language::En).say("story-none-found", &[])));
    story.over = false;
    assert!(said(&story).contains(&context(Language::En).say("story-none-yet", &[])));
    story.visit.report_overdue = Some(Timestamp::from_millis(0));
    story.differences = vec![Said::plain("difference-report-missing")];
    assert!(said(&story).contains("1970-01-01"));
}
