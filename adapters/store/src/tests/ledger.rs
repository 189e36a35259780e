use std::ops::ControlFlow;
use std::os::unix::fs::{MetadataExt, PermissionsExt};

use ::ledger::Signer;
use ::ledger::checkpoint;
use ::ledger::tree::empty_root;

use super::*;
use crate::{CreateError, ReadError};

#[test]
fn what_was_appended_is_there_after_a_restart_and_every_proof_verifies() {
    let (_dir, store) = new_store();
    check_everything(&store, 0);
    assert_eq!(store.root(), empty_root());
    for count in [1, 1, 2, 5, 300] {
        let before = store.size();
        let appended = extend(&store, count).unwrap();
        assert_eq!(appended.size, before + count);
        assert_eq!(store.checkpoint(), Some(appended.checkpoint));
    }
    check_everything(&store, 309);
    let store = reopen(store);
    check_everything(&store, 309);
}

#[test]
fn l20_of_two_decisions_on_the_same_ledger_the_second_decides_again() {
    let (_dir, store) = store_of(2);
    let decided_on = store.size();
    extend(&store, 1).unwrap();
    let refused = store.append(decided_on, &[entry(9)], sign);
    let conflict = AppendError::Conflict {
        expected: 2,
        actual: 3,
    };
    assert_eq!(refused, Err(conflict));
    check_everything(&store, 3);
}

#[test]
fn l17_a_hundred_racing_appends_on_one_size_give_one() {
    let (_dir, store) = store_of(1);
    let won: usize = std::thread::scope(|scope| {
        let racing: Vec<_> = (0..100)
            .map(|_| scope.spawn(|| usize::from(store.append(1, &[entry(1)], sign).is_ok())))
            .collect();
        racing.into_iter().map(|one| one.join().unwrap()).sum()
    });
    assert_eq!(won, 1);
    check_everything(&store, 2);
}

#[test]
fn an_entry_that_would_stop_the_next_start_is_not_appended() {
    let (_dir, store) = store_of(1);
    for wrong in [
        &b"{ }"[..],
        b"",
        b"{\"a\":1.5}",
        b"{\"b\":1,\"a\":1}",
        b"\xff",
    ] {
        let refused = store.append(1, &[entry(1), wrong.to_vec()], sign);
        assert!(
            matches!(refused, Err(AppendError::NotCanonical { position: 1, .. })),
            "{refused:?}"
        );
    }
    let long = format!("\"{}\"", "x".repeat(16 * 1024)).into_bytes();
    assert!(store.append(1, &[long], sign).is_err());
    assert_eq!(store.append(1, &[], sign), Err(AppendError::Nothing));
    check_everything(&reopen(store), 1);
}

#[test]
fn l26_a_checkpoint_that_is_not_signed_as_it_should_be_is_not_kept() {
    let (_dir, store) = store_of(1);
    let stranger = Signer::ed25519("sekisho/handa", &[8; 32]).unwrap();
    let forged = store.append(1, &[entry(1)], |wanted| {
        checkpoint::sign(wanted, &stranger).unwrap().to_string()
    });
    assert!(
        matches!(forged, Err(AppendError::NotSigned { .. })),
        "{forged:?}"
    );
    let unsigned = store.append(1, &[entry(1)], ::ledger::Checkpoint::encode);
    assert!(
        matches!(unsigned, Err(AppendError::NotSigned { .. })),
        "{unsigned:?}"
    );
    let other = store.append(1, &[entry(1)], |wanted| {
        let mut other = wanted.clone();
        other.size += 1;
        sign(&other)
    });
    assert!(
        matches!(other, Err(AppendError::NotSigned { .. })),
        "{other:?}"
    );
    check_everything(&reopen(store), 1);
}

#[test]
fn a_signer_that_panics_leaves_the_store_whole() {
    let (_dir, store) = store_of(1);
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let _ = store.append(1, &[entry(1)], |_| panic!("the test's signer"));
    }));
    assert!(panicked.is_err());
    extend(&store, 1).unwrap();
    check_everything(&store, 2);
}

#[test]
fn a_reader_does_not_wait_for_the_writer_and_sees_nothing_uncommitted() {
    let (_dir, store) = store_of(3);
    let reader = store.new_reader().unwrap();
    // Inside a write: the writer's lock is held, and its transaction is open.
    store
        .update_attempt("person-1", at(0), |_| {
            assert_eq!(reader.entry(2), Ok(entry(2)));
            assert_eq!(reader.attempt("person-1"), Ok(None));
            (b"1".to_vec(), ())
        })
        .unwrap();
    store
        .append(3, &[entry(3)], |wanted| {
            assert_eq!((wanted.size, reader.size()), (4, 3));
            assert!(matches!(
                reader.entry(3),
                Err(ReadError::NoSuchEntry { .. })
            ));
            sign(wanted)
        })
        .unwrap();
    assert_eq!(reader.entry(3), Ok(entry(3)));
}

#[test]
fn reading_stops_where_the_reader_says_and_starts_where_it_says() {
    let (_dir, store) = new_store();
    extend(&store, 600).unwrap();
    let mut seen = Vec::new();
    let stopped = store.read_from(250, &mut |number, _| {
        seen.push(number);
        if number == 520 {
            ControlFlow::Break(number)
        } else {
            ControlFlow::Continue(())
        }
    });
    assert_eq!(stopped, Ok(ControlFlow::Break(520)));
    assert_eq!(seen, (250..=520).collect::<Vec<_>>());
    let none = store.read_from(600, &mut |_, _| ControlFlow::Break(()));
    assert_eq!(none, Ok(ControlFlow::Continue(())));
    let beyond = store.read_from(601, &mut |_, _| ControlFlow::Break(()));
    assert!(matches!(beyond, Err(ReadError::NoSuchEntry { .. })));
}

#[test]
fn l30_the_ledger_cannot_be_deleted_from_or_changed_by_a_statement() {
    let (_dir, store) = store_of(2);
    let writer = store.writer();
    let connection = writer.connection.as_ref().unwrap();
    for statement in [
        "DELETE FROM entries",
        "UPDATE entries SET bytes = x'00'",
        "REPLACE INTO entries (number, leaf, bytes) VALUES (1, zeroblob(32), x'00')",
    ] {
        assert!(connection.execute(statement, []).is_err(), "{statement}");
    }
    drop(writer);
    check_everything(&reopen(store), 2);
}

#[test]
fn an_entry_altered_under_a_running_store_is_not_given() {
    let (_dir, store) = store_of(3);
    rusqlite::Connection::open(store.dir().join("site.db"))
        .unwrap()
        .execute_batch(
            "DROP TRIGGER entries_are_never_changed; UPDATE entries SET bytes = x'7b7d' WHERE number = 1",
        )
        .unwrap();
    assert_eq!(store.entry(1), Err(ReadError::Altered { index: 1 }));
    let mut given = 0;
    let read = store.read_from(0, &mut |_, _| {
        given += 1;
        ControlFlow::<()>::Continue(())
    });
    assert_eq!(read, Err(ReadError::Altered { index: 1 }));
    assert!(given <= 1);
}

#[test]
fn an_orderly_stop_is_told_from_any_other() {
    let (_dir, store) = store_of(1);
    assert!(!store.was_unclean());
    let store = reopen(store);
    assert!(store.was_unclean(), "dropped without closing");
    store.close().unwrap();
    assert!(matches!(
        extend(&store, 1),
        Err(AppendError::Unavailable { .. })
    ));
    assert!(store.put_setting("a", "b").is_err());
    assert_eq!(store.entry(0), Ok(entry(0)));
    store.close().unwrap();
    let store = reopen(store);
    assert!(!store.was_unclean());
    check_everything(&store, 1);
}

#[test]
fn a_second_process_is_told_who_holds_the_site() {
    let (_dir, store) = store_of(1);
    let refused = open(store.dir());
    let own = format!("process {}", std::process::id());
    assert!(
        matches!(&refused, Err(OpenError::Held { by, .. }) if by.starts_with(&own)),
        "{refused:?}"
    );
    let again = Store::create(store.dir(), &site(), signer().verifier());
    assert!(matches!(again, Err(CreateError::Held { .. })), "{again:?}");
}

#[test]
fn a_site_is_never_overwritten_and_a_stranger_to_it_is_refused() {
    let (_dir, store) = store_of(1);
    let dir = store.dir().to_owned();
    drop(store);
    let again = Store::create(&dir, &site(), signer().verifier());
    assert!(
        matches!(again, Err(CreateError::AlreadyThere { .. })),
        "{again:?}"
    );
    let other = Signer::ed25519("sekisho/osaka", &[7; 32]).unwrap();
    let refused = Store::open(&dir, other.verifier());
    assert!(
        matches!(refused, Err(OpenError::OtherSite { .. })),
        "{refused:?}"
    );
    let empty = tempfile::tempdir().unwrap();
    let refused = Store::create(empty.path(), &site(), other.verifier());
    assert!(
        matches!(refused, Err(CreateError::OtherKey { .. })),
        "{refused:?}"
    );
    let refused = open(empty.path());
    assert!(
        matches!(refused, Err(OpenError::NoSite { .. })),
        "{refused:?}"
    );
    check_everything(&open(&dir).unwrap(), 1);
}

#[test]
fn what_an_interrupted_creation_left_is_not_in_the_way() {
    let dir = tempfile::tempdir().unwrap();
    for leftover in ["site.db.new", "site.db.new-wal", "high-water"] {
        std::fs::write(dir.path().join(leftover), b"half").unwrap();
    }
    std::fs::set_permissions(dir.path(), PermissionsExt::from_mode(0o700)).unwrap();
    let store = Store::create(dir.path(), &site(), signer().verifier()).unwrap();
    extend(&store, 1).unwrap();
    check_everything(&reopen(store), 1);
}

#[test]
fn a_directory_that_others_use_is_not_taken_for_a_site() {
    let shared = tempfile::tempdir().unwrap();
    let open =
        |mode| std::fs::set_permissions(shared.path(), PermissionsExt::from_mode(mode)).unwrap();
    open(0o755);
    std::fs::write(shared.path().join("theirs"), b"x").unwrap();
    let refused = Store::create(shared.path(), &site(), signer().verifier());
    assert!(
        matches!(refused, Err(CreateError::OpenToOthers { .. })),
        "{refused:?}"
    );
    assert_eq!(std::fs::read_dir(shared.path()).unwrap().count(), 1);
    std::fs::remove_file(shared.path().join("theirs")).unwrap();
    Store::create(shared.path(), &site(), signer().verifier()).unwrap();
    assert_eq!(shared.path().metadata().unwrap().mode() & 0o777, 0o700);
}

#[test]
fn nobody_else_on_the_machine_can_read_a_site() {
    let (_dir, store) = store_of(2);
    store.put_blob(b"plan").unwrap();
    store.markers().set_isolated("test").unwrap();
    let mut looked = 0;
    let mut folders = vec![store.dir().to_owned()];
    while let Some(folder) = folders.pop() {
        assert_eq!(
            folder.metadata().unwrap().mode() & 0o777,
            0o700,
            "{folder:?}"
        );
        for file in std::fs::read_dir(&folder).unwrap() {
            let path = file.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                assert_eq!(path.metadata().unwrap().mode() & 0o777, 0o600, "{path:?}");
                looked += 1;
            }
        }
    }
    assert!(looked >= 8, "{looked}");
}
