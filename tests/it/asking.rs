//! What the commands say: JSON, exit codes, both languages, what is wrong with bad input.

use std::path::Path;

use acceptance::hospital::{Hospital, SITE};
use acceptance::{Done, files, said, sekisho};
use serde_json::Value;

#[test]
fn every_list_is_one_json_array_and_every_thing_one_object() {
    let hospital = Hospital::shared();
    let crew = hospital.crew();
    let visit = hospital.visit(&crew.engineer, &crew.target, &[]);
    crew.engineer
        .sekisho()
        .args(["connect", &crew.target])
        .input("x")
        .ok();
    let session = hospital.session_of(&visit.visit);
    let lists: [&[&str]; 8] = [
        &["vendor", "list"],
        &["person", "list"],
        &["device", "list"],
        &["target", "list"],
        &["requests", "--all"],
        &["visit", "list"],
        &["sessions"],
        &["recording", "list"],
    ];
    for list in lists {
        let shown = hospital.clerk.asks(list);
        let list = shown
            .as_array()
            .unwrap_or_else(|| panic!("{list:?}: {shown:#}"));
        let all_objects = list.iter().all(|found| found.is_object());
        assert!(!list.is_empty() && all_objects, "{shown:#}");
    }
    let status = hospital.clerk.asks(["site", "status"]);
    assert_eq!(status["site"], SITE);
    assert_eq!(status["name"], "半田病院");
    assert_eq!(status["me"]["name"], "佐藤 花子");
    assert_eq!(status["ledger"]["root"].as_str().map(str::len), Some(64));
    let waiting = hospital.pending_engineer(&crew.vendor, "waiting");
    let words = hospital
        .clerk
        .asks(["device", "words", waiting.device.as_deref().unwrap()]);
    assert_eq!(words["words"], serde_json::json!(waiting.words));
    let shown = hospital.clerk.asks(["visit", "show", &visit.visit]);
    assert_eq!(shown["id"], visit.visit);
    assert_eq!(shown["grant"], visit.grant);
    let recording = hospital.clerk.asks(["recording", "show", &session]);
    assert!(recording["frames"].is_array());
    let keys = hospital.clerk.asks(["site", "keys"]);
    assert!(
        keys.as_array().is_some_and(|keys| keys.len() > 4),
        "{keys:#}"
    );
    let health = hospital.clerk.sekisho().args(["--json", "doctor"]).done();
    assert!(health.json().is_array(), "{health}");
}

#[test]
fn exit_codes_tell_a_script_what_happened() {
    let hospital = Hospital::shared();
    let crew = hospital.crew();
    let clerk = &hospital.clerk;
    clerk.tries(["site", "status"]).expect(0);
    clerk.tries(["no-such-command"]).expect(2);
    clerk.tries(["approve"]).expect(2);
    clerk.tries(["approve", "visit-1"]).expect(2);
    clerk.tries(["approve", "okayama/request-1"]).expect(2);
    clerk.tries(["approve", "999999"]).expect(7);
    clerk.tries(["visit", "show", "999999"]).expect(7);
    clerk.tries(["recording", "show", "999999"]).expect(7);
    crew.engineer
        .tries([
            "vendor",
            "add",
            "x",
            "--from",
            "10.0.0.0/24",
            "--phone",
            "1",
        ])
        .expect(3);
    let stranger = sekisho()
        .arg("--home")
        .arg(hospital.folder.join("home-of-nobody"))
        .args(["requests"])
        .done();
    stranger
        .expect(4)
        .says(&said::beginning("error-not-joined"));
    let unreadable = clerk.tries(["report", "1", "--done", "x", "--file", "no-such-file"]);
    unreadable.expect(1).says("no-such-file");
    let nobody_there = sekisho()
        .arg("--home")
        .arg(hospital.folder.join("home-of-nobody"))
        .arg("--site-dir")
        .arg(hospital.folder.join("no-such-site"))
        .args(["site", "status"])
        .done();
    nobody_there
        .expect(1)
        .says(&said::beginning("error-gateway-not-running"));
    let told = sekisho().args(["exit-codes"]).ok().text();
    for code in 0..=7 {
        assert!(
            told.lines()
                .any(|line| line.trim_start().starts_with(&format!("{code} "))),
            "{told}"
        );
    }
}

#[test]
fn l24_bad_input_is_answered_with_what_was_expected() {
    let hospital = Hospital::shared();
    let crew = hospital.crew();
    let long = "x".repeat(5000);
    let bad: Vec<(Vec<&str>, i32)> = vec![
        (vec!["--purpose", ""], 3),
        (vec!["--purpose", &long], 3),
        (vec!["--from", "tomorrow"], 2),
        (vec!["--from", "2020-01-01T00:00"], 3),
        (vec!["--for", "two hours"], 2),
        (vec!["--for", "0h"], 2),
        (vec!["--for", "9h"], 3),
        (vec!["--file", "sideways:x"], 2),
    ];
    for (more, code) in bad {
        let options: Vec<&str> = more
            .iter()
            .copied()
            .filter(|word| word.starts_with("--"))
            .collect();
        let mut run = crew
            .engineer
            .sekisho()
            .args(["request", &crew.target, "--contact", "090", "--plan"])
            .arg(plan(&hospital.folder));
        for (option, customary) in [
            ("--purpose", "inspection"),
            ("--from", "now"),
            ("--for", "1h"),
        ] {
            if !options.contains(&option) {
                run = run.args([option, customary]);
            }
        }
        let done = run.args(&more).done();
        assert!(
            done.code == code || (done.code == 1 && code == 3),
            "{more:?}: {done}"
        );
        assert!(
            done.err.trim().len() > 10 && !done.err.contains("panicked"),
            "{done}"
        );
    }
    let empty =
        hospital
            .clerk
            .tries(["vendor", "add", "", "--from", "10.9.0.0/24", "--phone", "1"]);
    assert_ne!(empty.code, 0, "{empty}");
    hospital
        .clerk
        .tries([
            "vendor",
            "add",
            "KK",
            "--from",
            "10.9.0.0/99",
            "--phone",
            "1",
        ])
        .expect(2);
    hospital
        .clerk
        .tries([
            "target",
            "add",
            "no spaces",
            "--vendor",
            &crew.vendor,
            "--address",
            "127.0.0.1:9",
        ])
        .refused(&["reason-name-not-possible"]);
    hospital
        .clerk
        .tries([
            "target",
            "add",
            "hourless",
            "--vendor",
            &crew.vendor,
            "--address",
            "127.0.0.1:9",
            "--hours",
            "never",
        ])
        .expect(2);
}

fn plan(folder: &Path) -> std::path::PathBuf {
    let plan = folder.join("plan-of-bad-input.txt");
    std::fs::write(&plan, "1. look\n").unwrap();
    plan
}

#[test]
fn help_and_man_pages_exist_in_both_languages_for_every_command() {
    let folder = files::temporary("sekisho-");
    let mut pages: Vec<Vec<String>> = Vec::new();
    for (language, word) in [("ja", "接続"), ("en", "site")] {
        let dir = folder.path().join(language);
        sekisho().args(["--lang", language, "man"]).arg(&dir).ok();
        let found = files::below(&dir);
        let names: Vec<String> = found
            .iter()
            .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
            .collect();
        for name in [
            "sekisho.1",
            "sekisho-connect.1",
            "sekisho-site-init.1",
            "sekisho-receipt-verify.1",
        ] {
            assert!(
                names.iter().any(|found| found == name),
                "no {name} in {names:?}"
            );
        }
        let all: String = found
            .iter()
            .map(|path| std::fs::read_to_string(path).unwrap())
            .collect();
        assert!(
            all.contains(word),
            "the pages in {language} do not say {word}"
        );
        pages.push(names);
        let help = sekisho()
            .args(["--lang", language, "help", "connect"])
            .ok()
            .text();
        assert!(help.contains("--listen"), "{help}");
        let japanese = help.chars().any(|c| ('\u{3040}'..='\u{30ff}').contains(&c));
        assert_eq!(japanese, language == "ja", "{help}");
    }
    assert_eq!(pages[0], pages[1]);
    assert!(pages[0].len() > 40, "{} pages", pages[0].len());
}

#[test]
fn messages_are_in_the_language_of_the_locale_and_japanese_where_nothing_is_said() {
    let hospital = Hospital::shared();
    let nobody = |locale: &[(&str, &str)]| -> Done {
        let run = sekisho()
            .arg("--home")
            .arg(hospital.folder.join("home-of-nobody"))
            .env("LC_ALL", "");
        locale
            .iter()
            .fold(run, |run, (name, value)| run.env(name, value))
            .args(["requests"])
            .done()
    };
    let english = said::beginning("error-not-joined");
    nobody(&[("LC_ALL", "en_GB.UTF-8")]).says(&english);
    nobody(&[("LC_MESSAGES", "en_US.UTF-8")]).says(&english);
    for locale in [&[][..], &[("LANG", "ja_JP.UTF-8")], &[("LANG", "C.UTF-8")]] {
        let said = nobody(locale).err;
        assert!(
            said.contains("参加") || said.chars().any(|c| ('\u{3040}'..='\u{30ff}').contains(&c)),
            "{said}"
        );
    }
}

#[test]
fn doctor_finds_nothing_wrong_with_a_well_computer_and_says_what_is_with_another() {
    let hospital = Hospital::shared();
    let crew = hospital.crew();
    let well = crew.engineer.sekisho().args(["--json", "doctor"]).done();
    let findings = well.expect(0).json();
    let all_well = findings
        .as_array()
        .unwrap()
        .iter()
        .all(|finding: &Value| finding["well"] == true);
    assert!(all_well, "{findings:#}");
    crew.engineer.tries(["logout"]).expect(0);
    let signed_out = crew.engineer.sekisho().args(["--json", "doctor"]).done();
    assert_eq!(signed_out.code, 1, "{signed_out}");
    let nobody = sekisho()
        .arg("--home")
        .arg(hospital.folder.join("home-of-nobody"))
        .args(["doctor"])
        .done();
    nobody.expect(1);
}

#[test]
fn a_computer_joins_a_site_once() {
    let hospital = Hospital::shared();
    let crew = hospital.crew();
    let invitation = hospital.invite_engineer(&crew.vendor);
    let again = crew
        .engineer
        .sekisho()
        .args([
            "join",
            &invitation,
            "--login",
            "again",
            "--name",
            "x",
            "--contact",
            "0",
        ])
        .args(["--device-label", "PC", "--passphrase-file"])
        .arg(crew.engineer.passphrase_file())
        .done();
    again.expect(1).says("joined");
}
