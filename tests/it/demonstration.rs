//! `sekisho demo`: the whole story in one command.

use acceptance::sekisho;

#[test]
fn the_demonstration_plays_one_visit_and_everything_holds() {
    let folder = acceptance::files::temporary("sekisho-");
    let done = sekisho()
        .arg("--home")
        .arg(folder.path())
        .env("TMPDIR", folder.path())
        .args(["demo", "--once", "--json"])
        .done();
    done.expect(0);
    let played = done.json();
    assert_eq!(played["visit"]["way"], "relay", "{played:#}");
    assert_eq!(played["visit"]["protocol"], "ssh", "{played:#}");
    assert_eq!(played["visit"]["attended"], "end-ended-by", "{played:#}");
    assert_eq!(played["visit"]["ended"], "end-deadline", "{played:#}");
    assert!(
        played["ledger"]["size"].as_u64().unwrap() > 10,
        "{played:#}"
    );
    assert_eq!(played["ledger"]["root"].as_str().map(str::len), Some(64));
    assert_eq!(played["ledger"]["verified"], true);
    assert!(played["recording"]["bytes"].as_u64().unwrap() > 0);
    assert_eq!(played["recording"]["verified"], true);
    assert_eq!(played["receipt"]["verified"], true);
    assert!(played["elapsed_ms"].as_u64().unwrap() > 0);
    let refused = played["refused"].as_array().unwrap();
    assert!(refused.len() >= 5, "{played:#}");
    for attempt in refused {
        assert!(
            attempt["attempt"]
                .as_str()
                .is_some_and(|attempt| !attempt.is_empty()),
            "{attempt:#}"
        );
        assert!(
            attempt["reasons"]
                .as_array()
                .is_some_and(|reasons| !reasons.is_empty()),
            "{attempt:#}"
        );
    }
    let all = played["refused"].to_string();
    for reason in [
        "self-approval",
        "too-late",
        "channel-not-granted",
        "path-not-granted",
    ] {
        assert!(all.contains(reason), "no {reason} in {all}");
    }
    let left: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .flatten()
        .collect();
    assert!(
        left.len() <= 1,
        "it leaves nothing behind but its receipt: {left:?}"
    );
}

#[test]
fn the_demonstration_tells_it_in_plain_words() {
    let done = sekisho().args(["demo", "--once"]).ok();
    let told = format!("{}{}", done.text(), done.err);
    for word in ["approv", "refus", "receipt"] {
        assert!(told.to_lowercase().contains(word), "no {word} in {told}");
    }
}
