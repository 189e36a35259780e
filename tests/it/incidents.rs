//! An incident from its first alert to its export: what the ledger knows and what people write, side by side.

use acceptance::browser::Browser;
use acceptance::hospital::Hospital;
use acceptance::people::text;
use serde_json::Value;

/// What a photo begins with.
const PHOTO: &[u8] = b"\xff\xd8\xff\xe0 the screen of the ward";

#[test]
fn s1_24_an_incident_is_written_down_on_a_telephone_in_both_languages() {
    let hospital = Hospital::own();
    Browser::before(&hospital).tells(&["incident"]);
}

#[test]
fn s1_9_s1_10_s1_68_what_an_incident_asks_of_people_is_answered_on_a_telephone_in_both_languages() {
    let hospital = Hospital::own();
    Browser::before(&hospital).tells(&["response"]);
}

#[test]
fn what_the_checkpoint_has_is_taken_to_a_stick_with_one_command_and_then_a_change_can_be_marked() {
    let hospital = Hospital::own();
    hospital.clerk.tries(["incident", "begin"]).expect(0);
    let step = |words: &[&str]| {
        let head = ["incident", "step", "1"];
        hospital.clerk.tries(head.iter().chain(words))
    };
    let firmware = ["changed", "firmware", "--said", "the VPN box"];
    step(&firmware).refused(&["reason-not-preserved"]);
    let stick = hospital.folder.join("stick");
    let preserve = ["incident", "preserve", "1", "--out"];
    hospital.clerk.sekisho().args(preserve).arg(&stick).ok();
    assert!(
        std::fs::metadata(stick.join("checkpoint.txt"))
            .unwrap()
            .len()
            > 100
    );
    // What was taken verifies on another machine.
    let verify = ["ledger", "verify"];
    let verified = hospital
        .clerk
        .sekisho()
        .args(verify)
        .arg(stick.join("ledger"));
    verified.ok();
    step(&firmware).refused(&["reason-not-preserved"]);
    step(&["captured", "configuration", "--said", "in the safe"]).expect(0);
    let why = "4 MB in memory, overwritten long ago";
    step(&["not-captured", "logs", "--said", why]).expect(0);
    step(&firmware).expect(0);
    let told = hospital.clerk.asks(["incident", "steps", "1"]);
    assert_eq!(told["preserved"], true);
    let kept = told["captures"].as_array().unwrap();
    let digests = kept
        .iter()
        .filter(|one| one["answered"]["sha256"].is_string());
    assert_eq!(digests.count(), 2, "the seals and the checkpoint");
    // A step that is none, and a name that is none, say what was expected.
    assert_eq!(step(&["phoned", "police", "--said", "x"]).code, 2);
    assert_ne!(step(&["told", "nobody", "--said", "x"]).code, 0);
    let none = hospital.folder.join("none");
    let of_nothing = ["incident", "preserve", "9", "--out"];
    let of_nothing = hospital.clerk.sekisho().args(of_nothing).arg(&none);
    assert_ne!(of_nothing.done().code, 0);
    assert!(!none.exists());
}

#[test]
fn s1_24_what_happened_survives_a_crash_and_leaves_as_a_table_with_its_proofs_and_photos() {
    let mut hospital = Hospital::own();
    let isolate = ["isolate", "--reason", "a drill of the whole hospital"];
    hospital.clerk.tries(isolate).expect(0);
    // It began by itself.
    let incidents = hospital.clerk.asks(["incident", "list"]);
    assert_eq!(text(&incidents[0], "cause"), "isolation");
    let photo = hospital.folder.join("ward.jpg");
    std::fs::write(&photo, PHOTO).unwrap();
    let photo = photo.display().to_string();
    let said = "病棟の画面が英語になった";
    let note = ["incident", "note", "1", "--said", said, "--photo", &photo];
    hospital.clerk.tries(note).expect(0);
    let paper = ["--source", "paper", "--form", "2", "--line", "5"];
    let from_paper = ["incident", "note", "1", "--said", "=the ward's paper"];
    let typed = || from_paper.iter().chain(&paper);
    hospital.clerk.tries(typed()).expect(0);
    hospital
        .clerk
        .tries(typed())
        .refused(&["reason-already-so"]);
    hospital.stop("KILL");
    hospital.start();
    let told = hospital.clerk.asks(["incident", "show", "1"]);
    let rows = told["rows"].as_array().unwrap();
    let kinds: Vec<String> = rows.iter().map(|row| text(row, "kind")).collect();
    for kind in ["incident-begun", "isolated", "incident-noted"] {
        assert!(kinds.iter().any(|known| known == kind), "{kinds:?}");
    }
    let out = hospital.folder.join("incident");
    let export = ["incident", "export", "1", "--out"];
    hospital.clerk.sekisho().args(export).arg(&out).ok();
    assert_eq!(std::fs::read(out.join("photo-1")).unwrap(), PHOTO);
    let table = std::fs::read_to_string(out.join("chronology.csv")).unwrap();
    assert!(table.contains(said) && table.contains("\"'=the ward's paper\""));
    let proof = std::fs::read(out.join("proof.json")).unwrap();
    let proof: Value = serde_json::from_slice(&proof).unwrap();
    assert_eq!(proof["entries"].as_array().unwrap().len(), rows.len());
    // Whoever has it already keeps what they have.
    let again = hospital.clerk.sekisho().args(export).arg(&out).done();
    assert_ne!(again.code, 0);
}
