//! Drafts: their owner's alone, sent once.

use std::sync::Barrier;

use ids::{PersonId, Timestamp};

use super::*;
use crate::{Claim, DraftFile, LocalError, MOST_DRAFTS, SaveDraftError, SavedFile, WrittenDraft};

fn written(id: &str, version: u64, fields: &str) -> WrittenDraft {
    WrittenDraft {
        id: id.to_owned(),
        kind: "request".to_owned(),
        version,
        at: Timestamp::from_millis(1_000),
        fields: fields.to_owned(),
    }
}

fn plan() -> SavedFile {
    SavedFile::This(DraftFile {
        name: "plan.pdf".to_owned(),
        bytes: b"the plan".to_vec(),
    })
}

#[test]
fn a_draft_keeps_its_file_until_another_comes_or_it_is_taken_away() {
    let (_dir, store) = new_store();
    let abe = person(1);
    assert_eq!(
        store.save_draft(&abe, &written("a", 0, "1"), &plan()),
        Ok(1)
    );
    assert_eq!(
        store.save_draft(&abe, &written("a", 1, "2"), &SavedFile::Same),
        Ok(2)
    );
    let store = reopen(store);
    let kept = store.draft(&abe, "a").unwrap().unwrap();
    assert_eq!((kept.fields.as_str(), kept.version), ("2", 2));
    assert_eq!(kept.file.unwrap().bytes, b"the plan");
    assert_eq!(
        store.save_draft(&abe, &written("a", 2, "3"), &SavedFile::None),
        Ok(3)
    );
    assert_eq!(store.draft(&abe, "a").unwrap().unwrap().file, None);
}

#[test]
fn the_same_saved_once_more_is_saved_and_nothing_changed() {
    let (_dir, store) = new_store();
    let abe = person(1);
    let save = |file: &SavedFile| store.save_draft(&abe, &written("a", 0, "one"), file);
    let file = |bytes: &[u8]| {
        SavedFile::This(DraftFile {
            name: "plan.txt".to_owned(),
            bytes: bytes.to_vec(),
        })
    };
    for _ in 0..3 {
        assert_eq!(save(&file(b"1")), Ok(1));
    }
    assert_eq!(save(&SavedFile::Same), Ok(1));
    for other in [file(b"2"), SavedFile::None] {
        assert_eq!(save(&other), Err(SaveDraftError::ChangedElsewhere(1)));
    }
}

#[test]
fn a_draft_that_was_changed_in_another_window_is_not_overwritten() {
    let (_dir, store) = new_store();
    let abe = person(1);
    store
        .save_draft(&abe, &written("a", 0, "one"), &SavedFile::Same)
        .unwrap();
    store
        .save_draft(&abe, &written("a", 1, "two"), &SavedFile::Same)
        .unwrap();
    let late = store.save_draft(&abe, &written("a", 1, "late"), &SavedFile::Same);
    assert_eq!(late, Err(SaveDraftError::ChangedElsewhere(2)));
    assert_eq!(store.draft(&abe, "a").unwrap().unwrap().fields, "two");
}

#[test]
fn l15_nobody_reads_changes_or_takes_the_draft_of_another() {
    let (_dir, store) = new_store();
    let (abe, baba) = (person(1), person(2));
    store
        .save_draft(&abe, &written("a", 0, "abe's"), &plan())
        .unwrap();
    assert_eq!(store.draft(&baba, "a"), Ok(None));
    assert_eq!(store.drafts_of(&baba), Ok(Vec::new()));
    assert_eq!(store.claim_draft(&baba, "a"), Ok(Claim::Unknown));
    assert_eq!(store.discard_draft(&baba, "a"), Ok(false));
    // The same id is another draft with another owner.
    assert_eq!(
        store.save_draft(&baba, &written("a", 0, "baba's"), &SavedFile::Same),
        Ok(1)
    );
    assert_eq!(store.draft(&abe, "a").unwrap().unwrap().fields, "abe's");
}

#[test]
fn l17_of_a_hundred_presses_of_the_button_one_sends() {
    let (_dir, store) = new_store();
    let abe = person(1);
    store
        .save_draft(&abe, &written("a", 0, "x"), &SavedFile::Same)
        .unwrap();
    let together = Barrier::new(10);
    let claims: Vec<Claim> = std::thread::scope(|scope| {
        let press = || {
            together.wait();
            (0..10)
                .map(|_| store.claim_draft(&abe, "a").unwrap())
                .collect::<Vec<_>>()
        };
        let pressing: Vec<_> = (0..10).map(|_| scope.spawn(press)).collect();
        pressing
            .into_iter()
            .flat_map(|one| one.join().unwrap())
            .collect()
    });
    assert_eq!(claims.len(), 100);
    assert_eq!(
        claims
            .iter()
            .filter(|claim| **claim == Claim::Yours)
            .count(),
        1
    );
    // What is being sent is changed by nobody; what was refused can be sent again.
    assert_eq!(
        store.save_draft(&abe, &written("a", 1, "y"), &SavedFile::Same),
        Err(SaveDraftError::Sent)
    );
    store.unclaim_draft(&abe, "a").unwrap();
    assert_eq!(store.claim_draft(&abe, "a"), Ok(Claim::Yours));
    store.settle_draft(&abe, "a", "7").unwrap();
    assert_eq!(
        store.claim_draft(&abe, "a"),
        Ok(Claim::Another(Some("7".to_owned())))
    );
    assert_eq!(store.drafts_of(&abe), Ok(Vec::new()));
    store.unclaim_draft(&abe, "a").unwrap();
    assert_ne!(store.claim_draft(&abe, "a"), Ok(Claim::Yours));
}

#[test]
fn l24_a_draft_has_limits_and_so_has_their_number() {
    let (_dir, store) = new_store();
    let abe = person(1);
    let long = "長".repeat(200_000);
    let save = |id: &str, fields: &str, file: &SavedFile| {
        store.save_draft(&abe, &written(id, 0, fields), file)
    };
    let too_large = |saved| {
        matches!(
            saved,
            Err(SaveDraftError::Local(LocalError::TooLarge { .. }))
        )
    };
    assert!(too_large(save("a", &long, &SavedFile::Same)));
    assert!(too_large(save(&long, "x", &SavedFile::Same)));
    let file = |name: &str, size: usize| {
        SavedFile::This(DraftFile {
            name: name.to_owned(),
            bytes: vec![0; size],
        })
    };
    assert!(too_large(save("a", "x", &file(&long, 1))));
    assert!(too_large(save("a", "x", &file("a", 4 * 1024 * 1024 + 1))));
    for n in 0..MOST_DRAFTS {
        assert_eq!(save(&format!("d{n}"), "x", &SavedFile::Same), Ok(1));
    }
    assert_eq!(
        save("more", "x", &SavedFile::Same),
        Err(SaveDraftError::TooMany)
    );
    assert_eq!(store.discard_draft(&abe, "d3"), Ok(true));
    assert_eq!(save("more", "x", &SavedFile::Same), Ok(1));
}

#[test]
fn a_draft_goes_after_ninety_days_and_with_its_person() {
    let (_dir, store) = new_store();
    let (abe, baba): (PersonId, PersonId) = (person(1), person(2));
    store
        .save_draft(&abe, &written("old", 0, "x"), &SavedFile::Same)
        .unwrap();
    let mut later = written("new", 0, "y");
    later.at = Timestamp::from_millis(1_001 + 90 * 24 * 60 * 60 * 1000);
    store.save_draft(&baba, &later, &SavedFile::Same).unwrap();
    assert_eq!(store.draft(&abe, "old"), Ok(None));
    store.erase_person(&baba).unwrap();
    assert_eq!(store.drafts_of(&baba), Ok(Vec::new()));
}
