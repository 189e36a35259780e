//! The bytes on the disk are not what was written: each disagreement has its name and its place.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use ::ledger::Signer;
use rusqlite::Connection;

use super::*;

/// A closed site of five entries.
fn closed() -> (TempDir, PathBuf) {
    let (dir, store) = store_of(5);
    store.put_setting("canary", "sings").unwrap();
    let path = store.dir().to_owned();
    store.close().unwrap();
    (dir, path)
}

/// The site after somebody with a database tool was at it.
fn after(statements: &str) -> Result<Store, OpenError> {
    let (_dir, path) = closed();
    let database = Connection::open(path.join("site.db")).unwrap();
    database
        .execute_batch(
            "DROP TRIGGER entries_are_never_deleted; DROP TRIGGER entries_are_never_changed;",
        )
        .unwrap();
    database.execute_batch(statements).unwrap();
    drop(database);
    open(&path)
}

fn flip(file: &Path, offset: usize) {
    let mut bytes = std::fs::read(file).unwrap();
    bytes[offset] ^= 0x20;
    std::fs::write(file, bytes).unwrap();
}

fn find(file: &Path, needle: &[u8]) -> Option<usize> {
    let bytes = std::fs::read(file).unwrap();
    bytes
        .windows(needle.len())
        .position(|window| window == needle)
}

#[test]
fn a_flipped_byte_of_an_entry_names_the_entry() {
    for index in 0..5 {
        for within in [0, 9, entry(index).len() - 1] {
            let (_dir, path) = closed();
            let file = path.join("site.db");
            let offset = find(&file, &entry(index)).unwrap();
            flip(&file, offset + within);
            let refused = open(&path).map(|_| ());
            assert!(
                matches!(refused, Err(OpenError::EntryAltered { index: named, .. }) if named == index),
                "{refused:?}"
            );
            let says = refused.unwrap_err().to_string();
            assert!(
                says.contains(&format!("entry {index} ")) && says.contains("restore"),
                "{says}"
            );
        }
    }
}

#[test]
fn a_flipped_byte_of_a_leaf_hash_names_the_entry() {
    let (_dir, path) = closed();
    let file = path.join("site.db");
    let offset = find(&file, leaf_hash(&entry(3)).as_bytes()).unwrap();
    flip(&file, offset + 31);
    let refused = open(&path);
    assert!(
        matches!(refused, Err(OpenError::EntryAltered { index: 3, .. })),
        "{refused:?}"
    );
}

#[test]
fn a_flipped_byte_anywhere_is_refused_or_leaves_the_ledger_as_it_was() {
    let (_dir, path) = closed();
    let length = std::fs::read(path.join("site.db")).unwrap().len();
    let mut refused = 0;
    // A prime stride visits every kind of place in a page.
    for offset in (0..length).step_by(251) {
        let copied = copy(&path);
        flip(&copied.path().join("site.db"), offset);
        match open(copied.path()) {
            Ok(store) => check_everything(&store, 5),
            Err(_) => refused += 1,
        }
    }
    assert!(refused > 0);
}

#[test]
fn each_disagreement_has_its_name() {
    let leaf = |bytes: &[u8]| format!("x'{}'", leaf_hash(bytes));
    let missing = after("DELETE FROM entries WHERE number = 2");
    assert!(
        matches!(missing, Err(OpenError::EntryMissing { index: 2, next: 3 })),
        "{missing:?}"
    );
    let first = after("DELETE FROM entries WHERE number = 0");
    assert!(
        matches!(first, Err(OpenError::EntryMissing { index: 0, next: 1 })),
        "{first:?}"
    );
    let lost = after("DELETE FROM entries WHERE number = 4");
    assert!(
        matches!(
            lost,
            Err(OpenError::EntriesLost {
                signed: 5,
                entries: 4
            })
        ),
        "{lost:?}"
    );
    let none = after("DELETE FROM checkpoint");
    assert!(
        matches!(none, Err(OpenError::NoCheckpoint { entries: 5 })),
        "{none:?}"
    );
    let beyond = after(&format!(
        "INSERT INTO entries VALUES (5, {}, x'7b7d')",
        leaf(b"{}")
    ));
    assert!(
        matches!(
            beyond,
            Err(OpenError::EntriesBeyondCheckpoint { signed: 5, last: 5 })
        ),
        "{beyond:?}"
    );
    let sloppy = after(&format!(
        "UPDATE entries SET bytes = x'7b207d', leaf = {} WHERE number = 1",
        leaf(b"{ }")
    ));
    assert!(
        matches!(sloppy, Err(OpenError::EntryNotCanonical { index: 1, .. })),
        "{sloppy:?}"
    );
    let replaced = after(&format!(
        "UPDATE entries SET bytes = x'7b7d', leaf = {} WHERE number = 1",
        leaf(b"{}")
    ));
    assert!(
        matches!(replaced, Err(OpenError::RootDiffers { size: 5, .. })),
        "{replaced:?}"
    );
    let unsigned = after("UPDATE checkpoint SET note = replace(note, '5', '6')");
    assert!(
        matches!(unsigned, Err(OpenError::CheckpointNotSigned { .. })),
        "{unsigned:?}"
    );
    let everything = after("DELETE FROM entries; DELETE FROM checkpoint");
    assert!(
        matches!(everything, Err(OpenError::RolledBack { size: 0, had: 5 })),
        "{everything:?}"
    );
}

#[test]
fn a_ledger_signed_by_another_key_is_refused() {
    let (_dir, path) = closed();
    let stranger = Signer::ed25519("sekisho/handa", &[8; 32]).unwrap();
    let refused = Store::open(&path, stranger.verifier());
    assert!(
        matches!(refused, Err(OpenError::CheckpointNotSigned { .. })),
        "{refused:?}"
    );
}

#[test]
fn an_older_copy_of_the_database_is_seen_as_rolled_back() {
    let (_dir, path) = closed();
    let older = copy(&path);
    let store = open(&path).unwrap();
    extend(&store, 2).unwrap();
    store.close().unwrap();
    drop(store);
    std::fs::copy(older.path().join("site.db"), path.join("site.db")).unwrap();
    let refused = open(&path);
    assert!(
        matches!(refused, Err(OpenError::RolledBack { size: 5, had: 7 })),
        "{refused:?}"
    );
    Store::dangerous_forget_high_water(&path).unwrap();
    check_everything(&open(&path).unwrap(), 5);
}

/// SQLite itself takes a damaged frame for the end of the log, and would go on with the older ledger.
#[test]
fn a_damaged_write_ahead_log_is_seen_as_rolled_back() {
    let (_dir, store) = store_of(5);
    let left = copy(store.dir());
    let log = left.path().join("site.db-wal");
    let length = std::fs::metadata(&log).unwrap().len();
    flip(&log, usize::try_from(length).unwrap() - 100);
    let refused = open(left.path());
    assert!(
        matches!(refused, Err(OpenError::RolledBack { had: 5, .. })),
        "{refused:?}"
    );
}

#[test]
fn another_ledger_in_place_of_this_one_is_refused() {
    let (_dir, path) = closed();
    let (_other_dir, other) = new_store();
    other.append(0, &entries(10..17), sign).unwrap();
    other.close().unwrap();
    std::fs::copy(other.dir().join("site.db"), path.join("site.db")).unwrap();
    let refused = open(&path);
    assert!(
        matches!(refused, Err(OpenError::Replaced { size: 5 })),
        "{refused:?}"
    );
}

#[test]
fn a_missing_high_water_mark_is_not_taken_for_none() {
    for bytes in [None, Some(&b"nonsense"[..]), Some(b"")] {
        let (_dir, path) = closed();
        std::fs::remove_file(path.join("high-water")).unwrap();
        if let Some(bytes) = bytes {
            std::fs::write(path.join("high-water"), bytes).unwrap();
        }
        let refused = open(&path);
        assert!(
            matches!(refused, Err(OpenError::NoHighWater { .. })),
            "{refused:?}"
        );
    }
}

#[test]
fn a_newer_format_and_a_file_that_is_not_ours_are_refused() {
    let newer = after("PRAGMA user_version = 2");
    assert!(
        matches!(newer, Err(OpenError::NewerFormat { found: 2, known: 1 })),
        "{newer:?}"
    );
    let foreign = after("PRAGMA application_id = 7");
    assert!(
        matches!(foreign, Err(OpenError::NotASite { .. })),
        "{foreign:?}"
    );
    let (_dir, path) = closed();
    std::fs::write(path.join("site.db"), b"a text that is longer than the header of a database is, which has a hundred bytes; so that there is something to look at").unwrap();
    let nonsense = open(&path);
    assert!(
        matches!(nonsense, Err(OpenError::NotASite { .. })),
        "{nonsense:?}"
    );
}

#[test]
fn a_damaged_local_table_is_told_apart_from_a_damaged_ledger() {
    let (_dir, path) = closed();
    let file = path.join("site.db");
    let offset = find(&file, b"canary").unwrap();
    let page = offset - offset % 4096;
    let mut bytes = std::fs::read(&file).unwrap();
    bytes[page..page + 8].fill(0xff);
    std::fs::write(&file, bytes).unwrap();
    let refused = open(&path);
    assert!(
        matches!(refused, Err(OpenError::Damaged { .. })),
        "{refused:?}"
    );
}

#[test]
fn a_site_that_others_could_read_does_not_open() {
    for (what, mode) in [("site.db", 0o640), ("", 0o755)] {
        let (_dir, path) = closed();
        let opened = path.join(what);
        std::fs::set_permissions(&opened, std::fs::Permissions::from_mode(mode)).unwrap();
        let refused = open(&path);
        assert!(
            matches!(refused, Err(OpenError::OpenToOthers { mode: found, .. }) if found == mode),
            "{refused:?}"
        );
    }
}
