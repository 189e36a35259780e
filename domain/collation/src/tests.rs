use ids::{Digest, Timestamp};
use proptest::prelude::*;

use super::*;

fn at(second: i64) -> Timestamp {
    Timestamp::from_millis(second * 1000)
}

fn command(second: i64, text: &str) -> DoneCommand {
    DoneCommand {
        at: at(second),
        text: text.to_owned(),
    }
}

fn digest(byte: u8) -> Digest {
    Digest([byte; 32])
}

fn report() -> WorkReport {
    WorkReport {
        done: "帳票の修正".to_owned(),
        changes: None,
        patients: 0,
        patients_listed: None,
        files_erased: None,
        trouble: None,
        restarted: false,
        next: None,
        attachment: None,
    }
}

fn seen(commands: &[&str]) -> Seen {
    let commands = (1..).zip(commands).map(|(n, text)| command(n, text));
    Seen {
        sessions: 1,
        commands: commands.collect(),
        ..Seen::default()
    }
}

fn ids(found: &[Difference]) -> Vec<&'static str> {
    found.iter().map(Difference::id).collect()
}

#[test]
fn a_plan_lists_its_commands_as_lines_that_begin_with_a_dollar_sign() {
    let plan = "# 手順書\n1. 確認\n  $ df -h\n$ systemctl restart orca\n費用は $ 10\n$  \n";
    assert_eq!(
        planned_commands(plan.as_bytes()),
        ["df -h", "systemctl restart orca"]
    );
    assert!(planned_commands(b"%PDF-1.7 \xff\xfe $ rm").is_empty());
}

#[test]
fn what_was_done_as_planned_and_reported_has_no_difference() {
    let plan = Plan {
        commands: vec!["df -h".into(), "systemctl restart orca".into()],
        privileged: true,
        ..Plan::default()
    };
    let seen = seen(&["df  -h", "sudo systemctl restart orca"]);
    let report = WorkReport {
        restarted: true,
        ..report()
    };
    assert_eq!(compare(&plan, &seen, Some(&report)), []);
}

#[test]
fn a_command_that_no_plan_lists_and_a_planned_one_that_was_not_seen_are_named() {
    let plan = Plan {
        commands: vec!["df -h".into(), "uptime".into()],
        ..Plan::default()
    };
    let found = compare(&plan, &seen(&["df -h", "cat /etc/passwd"]), Some(&report()));
    assert_eq!(
        found,
        [
            Difference::CommandNotPlanned {
                at: at(2),
                command: "cat /etc/passwd".into()
            },
            Difference::CommandNotSeen {
                command: "uptime".into()
            },
        ]
    );
}

#[test]
fn a_plan_without_commands_calls_no_command_unplanned() {
    let found = compare(&Plan::default(), &seen(&["ls"]), Some(&report()));
    assert_eq!(found, []);
}

#[test]
fn where_a_session_cannot_be_read_nothing_is_called_not_done() {
    let plan = Plan {
        commands: vec!["uptime".into()],
        ..Plan::default()
    };
    let unseen = Seen {
        unseen: 1,
        ..seen(&[])
    };
    let found = compare(&plan, &unseen, Some(&report()));
    assert_eq!(ids(&found), ["sessions-unseen"]);
}

#[test]
fn privileges_and_restarts_that_nobody_mentioned_are_named() {
    for text in ["sudo -i", "su -", "ls; sudo reboot", "/usr/bin/sudo ls"] {
        let found = compare(&Plan::default(), &seen(&[text]), None);
        assert!(ids(&found).contains(&"privilege-not-planned"), "{text}");
    }
    for text in [
        "reboot",
        "sudo shutdown -r now",
        "df -h && systemctl restart orca",
        "service postgresql stop",
        "init 6",
    ] {
        let found = compare(&Plan::default(), &seen(&[text]), Some(&report()));
        assert!(ids(&found).contains(&"restart-not-reported"), "{text}");
    }
    for text in ["systemctl status orca", "echo reboot", "grep su file"] {
        let found = compare(&Plan::default(), &seen(&[text]), Some(&report()));
        assert_eq!(found, [], "{text}");
    }
}

#[test]
fn files_are_held_against_the_plan_by_way_name_and_content() {
    let planned = |direction, name: &str, sha256| PlannedFile {
        direction,
        name: Some(name.to_owned()),
        sha256,
    };
    let passed = |direction, path: &str, sha256| DoneFile {
        direction,
        path: Some(path.to_owned()),
        sha256,
    };
    let plan = Plan {
        files: vec![
            planned(Direction::In, "orca.deb", Some(digest(1))),
            planned(Direction::In, "other.deb", Some(digest(2))),
            planned(Direction::Out, "app.log", None),
            planned(Direction::Out, "never.log", None),
        ],
        ..Plan::default()
    };
    let seen = Seen {
        files: vec![
            passed(Direction::In, "/tmp/orca.deb", Some(digest(1))),
            passed(Direction::In, "/tmp/other.deb", Some(digest(9))),
            passed(Direction::Out, "/var/log/app.log", None),
            passed(Direction::Out, "/etc/shadow", Some(digest(4))),
        ],
        ..seen(&[])
    };
    let found = compare(&plan, &seen, Some(&report()));
    assert_eq!(
        ids(&found),
        [
            "file-differs",
            "file-cut-off",
            "file-not-planned",
            "file-not-seen",
            "erasure-not-confirmed"
        ]
    );
    let erased = WorkReport {
        files_erased: Some(true),
        ..report()
    };
    let found = compare(&plan, &seen, Some(&erased));
    assert!(!ids(&found).contains(&"erasure-not-confirmed"));
}

#[test]
fn a_visit_without_a_session_or_without_a_report_says_so() {
    assert_eq!(
        compare(&Plan::default(), &Seen::default(), None),
        [Difference::NoSession]
    );
    assert_eq!(
        compare(&Plan::default(), &seen(&[]), None),
        [Difference::ReportMissing]
    );
}

#[test]
fn what_the_report_says_and_what_could_not_be_seen_is_named() {
    let seen = Seen {
        refused: vec!["direct-tcpip".into(), "direct-tcpip".into()],
        masked: 2,
        ..seen(&[])
    };
    let report = WorkReport {
        patients: 3,
        trouble: Some("手順 4 を中止".into()),
        ..report()
    };
    let found = compare(&Plan::default(), &seen, Some(&report));
    assert_eq!(
        ids(&found),
        [
            "patients-not-planned",
            "trouble-reported",
            "refused",
            "input-masked"
        ]
    );
}

#[test]
fn patients_who_came_out_of_a_database_are_held_against_plan_and_report() {
    let seen = Seen {
        patients: 3,
        ..seen(&[])
    };
    let told = |patients| WorkReport {
        patients,
        ..report()
    };
    let planned = Plan {
        patients: true,
        ..Plan::default()
    };
    assert_eq!(compare(&planned, &seen, Some(&told(3))), []);
    let fewer = compare(&planned, &seen, Some(&told(2)));
    let (seen_three, two) = (3, 2);
    let expected = Difference::PatientsNotReported {
        seen: seen_three,
        patients: two,
    };
    assert_eq!(fewer, [expected]);
    let unplanned = compare(&Plan::default(), &seen, Some(&told(3)));
    assert_eq!(
        ids(&unplanned),
        ["patients-seen-not-planned", "patients-not-planned"]
    );
}

#[test]
fn a_report_says_what_was_done_and_keeps_its_limits() {
    assert_eq!(report().check(), Ok(()));
    let empty = WorkReport {
        done: "  ".into(),
        ..report()
    };
    assert_eq!(empty.check(), Err(NotAReport::Empty));
    let long = WorkReport {
        next: Some("長".repeat(limits::LONGEST_TEXT + 1)),
        ..report()
    };
    let refused = NotAReport::TooLong {
        field: "next",
        most: limits::LONGEST_TEXT,
    };
    assert_eq!(long.check(), Err(refused));
}

#[test]
fn every_difference_has_its_id_in_the_list_and_in_its_json() {
    let named = Difference::Refused {
        what: "agent".into(),
    };
    let json = serde_json::to_value(&named).unwrap();
    assert_eq!(json["id"], named.id());
    assert!(Difference::IDS.contains(&named.id()));
}

proptest! {
    #[test]
    fn comparing_never_fails_whatever_was_typed(
        plan in proptest::collection::vec(".{0,40}", 0..6),
        done in proptest::collection::vec(".{0,40}", 0..6),
    ) {
        let plan = Plan { commands: plan, ..Plan::default() };
        let done: Vec<&str> = done.iter().map(String::as_str).collect();
        for difference in compare(&plan, &seen(&done), Some(&report())) {
            prop_assert!(Difference::IDS.contains(&difference.id()));
        }
    }
}
