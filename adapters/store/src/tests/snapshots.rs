//! A start from a snapshot: what it believes, what it leaves aside, and what is found behind it.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use ::ledger::snapshot::{Snapshot as Head, sign as sign_head};
use rusqlite::Connection;

use super::local::{entry_naming, value};
use super::*;
use crate::{NoSnapshot, Snapshot, Verified};

const BUILD: &str = "1-test";

fn signed(head: &Head) -> String {
    sign_head(head, &signer()).unwrap().to_string()
}

fn write(store: &Store, size: u64) {
    let parts: [(&str, &[u8]); 2] = [("index", b"where"), ("site", b"what")];
    store.write_snapshot(size, BUILD, &parts, signed).unwrap();
}

/// A closed site of five entries with a snapshot of the first `size`.
fn closed(size: u64) -> (TempDir, PathBuf) {
    let (dir, store) = store_of(5);
    write(&store, size);
    let path = store.dir().to_owned();
    store.close().unwrap();
    (dir, path)
}

fn read(dir: &Path) -> Result<Snapshot, NoSnapshot> {
    Snapshot::read(dir, &site(), BUILD, signer().verifier())
}

fn open_after(dir: &Path) -> Result<Store, OpenError> {
    let known = read(dir).unwrap().tree().unwrap();
    Store::open_after(dir, signer().verifier(), known)
}

fn is_left(store: &Store) -> bool {
    store.behind.lock().unwrap().is_some()
}

fn change(path: &Path, statements: &str) {
    let database = Connection::open(path.join("site.db")).unwrap();
    database
        .execute_batch(
            "DROP TRIGGER entries_are_never_deleted; DROP TRIGGER entries_are_never_changed;",
        )
        .unwrap();
    database.execute_batch(statements).unwrap();
}

#[test]
fn a_snapshot_reads_back_what_was_written_of_any_size() {
    for size in 0..=5 {
        let (_dir, path) = closed(size);
        let mode = path.join("snapshot").metadata().unwrap().permissions();
        assert_eq!(mode.mode() & 0o777, 0o600);
        let found = read(&path).unwrap();
        assert_eq!(found.size(), size);
        let tree = found.tree().unwrap();
        assert_eq!((tree.size(), tree.root()), (size, found.root()));
        assert_eq!(found.part("index").unwrap(), b"where");
        assert_eq!(found.part("site").unwrap(), b"what");
        assert!(matches!(found.part("other"), Err(NoSnapshot::Torn(_))));
        let store = open_after(&path).unwrap();
        assert!(is_left(&store) && !store.was_unclean());
        check_everything(&store, 5);
        assert_eq!(
            store.verify_behind(&|| false).unwrap(),
            Verified::Everything
        );
        extend(&store, 2).unwrap();
        check_everything(&store, 7);
    }
}

/// Altered, cut off, longer, of another build, site or key: never believed, never in the way.
#[test]
fn what_is_not_the_signed_snapshot_is_left_aside() {
    let (_dir, path) = closed(3);
    let file = path.join("snapshot");
    let whole = std::fs::read(&file).unwrap();
    let believed = |bytes: &[u8]| {
        std::fs::write(&file, bytes).unwrap();
        read(&path).is_ok_and(|found| {
            found.tree().is_ok()
                && ["index", "site"]
                    .iter()
                    .all(|part| found.part(part).is_ok())
        })
    };
    assert!(believed(&whole));
    for at in 0..whole.len() {
        let mut altered = whole.clone();
        altered[at] ^= 1;
        assert!(!believed(&altered), "byte {at}");
        assert!(!believed(&whole[..at]), "cut at {at}");
    }
    assert!(!believed(&[whole.as_slice(), b"more"].concat()));
    assert!(!believed(&u64::MAX.to_le_bytes()));
    assert!(believed(&whole));
    let as_other = |site: &SiteId, build: &str, key: &Signer| {
        Snapshot::read(&path, site, build, key.verifier()).unwrap_err()
    };
    let osaka: SiteId = "osaka".parse().unwrap();
    assert!(matches!(
        as_other(&osaka, BUILD, &signer()),
        NoSnapshot::OtherSite(_)
    ));
    assert!(matches!(
        as_other(&site(), "2", &signer()),
        NoSnapshot::OtherBuild(_)
    ));
    let stranger = Signer::ed25519("sekisho/handa", &[8; 32]).unwrap();
    assert!(matches!(
        as_other(&site(), BUILD, &stranger),
        NoSnapshot::Head(_)
    ));
    std::fs::remove_file(&file).unwrap();
    assert!(matches!(read(&path), Err(NoSnapshot::Absent)));
}

/// A snapshot that the same key signed, of a ledger that this one does not continue.
#[test]
fn a_tree_of_a_longer_or_forked_ledger_gives_the_whole_verification() {
    let fork = Tree::from_leaves((0..3).map(|n| leaf_hash(&entry(n + 100))));
    let longer = Tree::from_leaves((0..9).map(|n| leaf_hash(&entry(n))));
    for tree in [fork, longer] {
        let (_dir, path) = closed(3);
        let store = Store::open_after(&path, signer().verifier(), tree).unwrap();
        assert!(!is_left(&store), "everything was verified at once");
        check_everything(&store, 5);
    }
}

#[test]
fn after_an_unclean_stop_everything_is_verified_before_the_store_opens() {
    let (_dir, path) = closed(3);
    drop(open(&path).unwrap());
    let store = open_after(&path).unwrap();
    assert!(store.was_unclean() && !is_left(&store));
    drop(store);
    change(&path, "UPDATE entries SET bytes = x'7b7d' WHERE number = 1");
    let refused = open_after(&path).map(|_| ());
    assert!(
        matches!(refused, Err(OpenError::EntryAltered { index: 1, .. })),
        "{refused:?}"
    );
}

/// What was altered after the snapshot stops the start; what was altered before it is found behind it,
/// and by whoever reads it.
#[test]
fn an_entry_that_was_altered_before_the_snapshot_is_found_behind_the_start() {
    let replaced = format!(
        "UPDATE entries SET bytes = x'7b7d', leaf = x'{}' WHERE number = 1",
        leaf_hash(b"{}")
    );
    for (statements, index) in [
        ("UPDATE entries SET bytes = x'7b7d' WHERE number = 1", 1),
        (replaced.as_str(), 1),
        ("DELETE FROM entries WHERE number = 0", 0),
        ("DELETE FROM entries WHERE number = 2", 2),
    ] {
        let (_dir, path) = closed(3);
        change(&path, statements);
        let store = open_after(&path).unwrap();
        assert!(store.entry(index).is_err(), "{statements}");
        let found = store.verify_behind(&|| false).unwrap_err();
        let named = matches!(
            found,
            OpenError::EntryAltered { index: named, .. } | OpenError::EntryMissing { index: named, .. }
                if named == index
        );
        assert!(named, "{statements}: {found:?}");
        assert!(found_again(&path, store), "{statements}");
    }
    for statements in [
        "UPDATE entries SET bytes = x'7b7d' WHERE number = 4",
        "DELETE FROM entries WHERE number = 4",
        "UPDATE checkpoint SET note = 'none'",
    ] {
        let (_dir, path) = closed(3);
        change(&path, statements);
        assert!(open_after(&path).is_err(), "{statements}");
    }
}

/// Without the snapshot, the next start does not open it.
fn found_again(path: &Path, store: Store) -> bool {
    store.drop_snapshot().unwrap();
    store.close().unwrap();
    drop(store);
    open(path).is_err()
}

#[test]
fn verifying_behind_stops_when_it_is_told_to() {
    let (_dir, path) = closed(3);
    let store = open_after(&path).unwrap();
    assert_eq!(store.verify_behind(&|| true).unwrap(), Verified::Unfinished);
}

#[test]
fn a_crash_while_a_snapshot_is_written_leaves_the_one_before_it() {
    let (_dir, path) = closed(3);
    let before = std::fs::read(path.join("snapshot")).unwrap();
    for cut in [0, 7, 100, before.len()] {
        // What the process had written aside when it died.
        std::fs::write(path.join("snapshot.new"), &before[..cut]).unwrap();
        assert_eq!(read(&path).unwrap().size(), 3);
        let store = open_after(&path).unwrap();
        write(&store, 5);
        assert!(!path.join("snapshot.new").exists());
        assert_eq!(read(&path).unwrap().size(), 5);
        write(&store, 3);
        store.close().unwrap();
    }
    // The file system refuses: the one before it stands.
    std::fs::create_dir(path.join("snapshot.new")).unwrap();
    let store = open_after(&path).unwrap();
    let refused = store.write_snapshot(5, BUILD, &[], signed);
    assert!(refused.is_err());
    assert!(
        store.write_snapshot(6, BUILD, &[], signed).is_err(),
        "no such size"
    );
    assert_eq!(read(&path).unwrap().size(), 3);
}

#[test]
fn forgetting_the_high_water_mark_takes_the_snapshot_away() {
    let (_dir, path) = closed(3);
    Store::dangerous_forget_high_water(&path).unwrap();
    assert!(matches!(read(&path), Err(NoSnapshot::Absent)));
}

/// Values without an entry are swept behind the start too, and those that came since are not.
#[test]
fn orphans_are_swept_behind_a_start_from_a_snapshot() {
    let (_dir, store) = new_store();
    let entered = value(1, "name", "entered", Some(person(1)));
    let orphan = value(2, "name", "orphan", Some(person(2)));
    store.put_personal(std::slice::from_ref(&entered)).unwrap();
    store.put_personal(std::slice::from_ref(&orphan)).unwrap();
    let named = entry_naming(&[entered.opening.commitment]);
    store.append(0, &[named], sign).unwrap();
    write(&store, 1);
    let path = store.dir().to_owned();
    store.close().unwrap();
    drop(store);
    let store = open_after(&path).unwrap();
    let late = value(3, "name", "late", Some(person(3)));
    store.put_personal(std::slice::from_ref(&late)).unwrap();
    store.verify_behind(&|| false).unwrap();
    assert_eq!(store.opening(&orphan.opening.commitment), Ok(None));
    for kept in [&entered, &late] {
        let found = store.opening(&kept.opening.commitment).unwrap();
        assert_eq!(found.as_ref(), Some(&kept.opening));
    }
    let named = entry_naming(&[late.opening.commitment]);
    store.append(1, &[named], sign).unwrap();
    let store = reopen(store);
    assert_eq!(store.orphans_removed(), 0);
}
