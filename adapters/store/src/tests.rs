//! The store as a whole: broken at each step, altered on its disk, raced, filled up.

mod corruption;
mod disk_full;
mod drafts;
mod failures;
mod ledger;
mod local;
mod snapshots;

use std::ops::ControlFlow;
use std::path::Path;

use ::ledger::tree::{Tree, leaf_hash, verify_consistency, verify_inclusion};
use ::ledger::{Checkpoint, SignedNote, Signer, checkpoint};
use ids::{PersonId, SiteId, Timestamp};
use tempfile::TempDir;

use crate::{AppendError, Appended, OpenError, Store};

fn site() -> SiteId {
    "handa".parse().unwrap()
}

fn signer() -> Signer {
    Signer::ed25519("sekisho/handa", &[7; 32]).unwrap()
}

fn sign(wanted: &Checkpoint) -> String {
    checkpoint::sign(wanted, &signer()).unwrap().to_string()
}

fn person(number: u64) -> PersonId {
    PersonId::new(&site(), number)
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(1_800_000_000 + seconds)
}

/// The `n`-th entry of every test.
fn entry(n: u64) -> Vec<u8> {
    format!(r#"{{"kind":"visit_requested","n":{n},"says":"entry number {n}"}}"#).into_bytes()
}

fn entries(numbers: std::ops::Range<u64>) -> Vec<Vec<u8>> {
    numbers.map(entry).collect()
}

fn new_store() -> (TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::create(&dir.path().join("handa"), &site(), signer().verifier()).unwrap();
    (dir, store)
}

/// A store with the first `size` entries, appended one by one.
fn store_of(size: u64) -> (TempDir, Store) {
    let (dir, store) = new_store();
    for n in 0..size {
        extend(&store, 1).unwrap_or_else(|error| panic!("entry {n}: {error}"));
    }
    (dir, store)
}

/// Appends the next `count` entries.
fn extend(store: &Store, count: u64) -> Result<Appended, AppendError> {
    let size = store.size();
    store.append(size, &entries(size..size + count), sign)
}

fn open(dir: &Path) -> Result<Store, OpenError> {
    Store::open(dir, signer().verifier())
}

fn reopen(store: Store) -> Store {
    let dir = store.dir().to_owned();
    drop(store);
    open(&dir).unwrap()
}

/// Verifies everything that a ledger of the first `size` entries promises.
fn check_everything(store: &Store, size: u64) {
    assert_eq!(store.size(), size);
    let tree = Tree::from_leaves(entries(0..size).iter().map(|entry| leaf_hash(entry)));
    let root = tree.root();
    assert_eq!(store.size_and_root(), (size, root));
    let mut read = Vec::new();
    let read_all = store.read_from(0, &mut |number, bytes| {
        assert_eq!(number, u64::try_from(read.len()).unwrap());
        read.push(bytes.to_vec());
        ControlFlow::<()>::Continue(())
    });
    assert_eq!(read_all, Ok(ControlFlow::Continue(())));
    assert_eq!(read, entries(0..size));
    match store.checkpoint() {
        None => assert_eq!(size, 0),
        Some(note) => {
            let note = SignedNote::decode(note.as_bytes()).unwrap();
            let signed = checkpoint::open(&note, signer().verifier()).unwrap();
            assert_eq!((signed.size, signed.root), (size, root));
        }
    }
    for index in 0..size {
        let bytes = store.entry(index).unwrap();
        let proof = store.inclusion_proof(index, size).unwrap();
        verify_inclusion(&leaf_hash(&bytes), index, size, &proof, &root).unwrap();
        let old = store.root_at(index).unwrap();
        let proof = store.consistency_proof(index, size).unwrap();
        verify_consistency(index, &old, size, &root, &proof).unwrap();
    }
}

/// A copy of a directory as it is now: what a killed process leaves behind.
fn copy(from: &Path) -> TempDir {
    let to = tempfile::tempdir().unwrap();
    copy_into(from, to.path());
    let private = std::os::unix::fs::PermissionsExt::from_mode(0o700);
    std::fs::set_permissions(to.path(), private).unwrap();
    to
}

fn copy_into(from: &Path, to: &Path) {
    for file in std::fs::read_dir(from).unwrap() {
        let file = file.unwrap();
        let target = to.join(file.file_name());
        if file.file_type().unwrap().is_dir() {
            std::fs::create_dir(&target).unwrap();
            copy_into(&file.path(), &target);
        } else {
            std::fs::copy(file.path(), target).unwrap();
        }
    }
}
