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
