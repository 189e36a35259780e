use std::path::Path;

use ids::SiteId;
use ledger::{Checkpoint, Signer};
use tempfile::TempDir;

use super::*;
use crate::Store;
use crate::store::database;

fn site() -> SiteId {
    "handa".parse().unwrap()
}

fn signer() -> Signer {
    Signer::ed25519("sekisho/handa", &[7; 32]).unwrap()
}

fn sign(wanted: &Checkpoint) -> String {
    checkpoint::sign(wanted, &signer()).unwrap().to_string()
}

fn append(store: &Store, count: u64) {
    let size = store.size();
    let entries: Vec<_> = (size..size + count)
        .map(|n| format!(r#"{{"n":{n}}}"#).into_bytes())
        .collect();
    store.append(size, &entries, sign).unwrap();
}

fn store_of(size: u64) -> (TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::create(&dir.path().join("site"), &site(), signer().verifier()).unwrap();
    append(&store, size);
    (dir, store)
}

type Tables = Vec<(String, Vec<u8>)>;

fn copied(view: &View) -> Tables {
    let table = |name: String| {
        let mut bytes = Vec::new();
        view.write_table(&name, &mut bytes).unwrap();
        (name, bytes)
    };
    view.tables().unwrap().into_iter().map(table).collect()
}

fn rebuilt(tables: &[(String, Vec<u8>)], dir: &Path) -> Result<(), RebuildError> {
    crate::durable::make_dir(dir).unwrap();
    let mut rebuild = Rebuild::begin(dir, &site())?;
    for (name, bytes) in tables {
        rebuild.table(name, &mut bytes.as_slice())?;
    }
    rebuild.finish(signer().verifier())
}

#[test]
fn what_is_put_back_is_the_ledger_of_one_moment_while_the_gateway_goes_on_writing() {
    let (dir, store) = store_of(40);
    store.put_vault_row("handa/secret-1", &[9; 60]).unwrap();
    store.put_setting("cursor", "十二").unwrap();
    let view = View::take(store.dir(), signer().verifier()).unwrap();
    append(&store, 5);
    store.put_setting("cursor", "later").unwrap();
    assert_eq!(view.checkpoint().size, 40);
    let mut seen = 0;
    view.verify(&mut |_| seen += 1).unwrap();
    assert_eq!(seen, 40);
    let tables = copied(&view);
    drop(view);
    let to = dir.path().join("again");
    rebuilt(&tables, &to).unwrap();
    let again = Store::open(&to, signer().verifier()).unwrap();
    assert!(!again.was_unclean());
    assert_eq!(again.size(), 40);
    assert_eq!(again.root_at(40).unwrap(), store.root_at(40).unwrap());
    let sealed = again.vault_row("handa/secret-1").unwrap();
    assert_eq!(sealed.as_deref(), Some([9; 60].as_slice()));
    assert_eq!(again.setting("cursor").unwrap().as_deref(), Some("十二"));
    append(&again, 1);
}

#[test]
fn a_sign_in_that_was_good_when_the_backup_was_made_is_not_in_it() {
    let (_dir, store) = store_of(1);
    let view = View::take(store.dir(), signer().verifier()).unwrap();
    let tables = view.tables().unwrap();
    assert!(!tables.iter().any(|name| name == "sign_ins"), "{tables:?}");
    // Whoever adds a table decides here whether a backup has it.
    assert_eq!(
        tables,
        [
            "attempts",
            "checkpoint",
            "cosignatures",
            "credentials",
            "drafts",
            "entries",
            "login_names",
            "passkeys",
            "personal",
            "recording_keys",
            "settings",
            "totp_steps",
            "vault",
            "witness_alarms"
        ]
    );
}

#[test]
fn a_ledger_that_is_not_what_was_signed_is_not_backed_up() {
    let (_dir, store) = store_of(10);
    store.close().unwrap();
    let path = database(store.dir());
    let db = Connection::open(path).unwrap();
    db.execute_batch(
        "DROP TRIGGER entries_are_never_changed; UPDATE entries SET bytes = x'7b7d' WHERE number = 4;",
    )
    .unwrap();
    drop(db);
    let view = View::take(store.dir(), signer().verifier()).unwrap();
    let refused = view.verify(&mut |_| {}).unwrap_err().to_string();
    assert!(refused.contains("entry 4 was altered"), "{refused}");
    let other = Signer::ed25519("sekisho/handa", &[8; 32]).unwrap();
    let refused = View::take(store.dir(), other.verifier()).unwrap_err();
    assert!(matches!(refused, ViewError::NotVerified(_)), "{refused}");
}

#[test]
fn tables_that_are_cut_altered_or_unknown_make_no_site() {
    let (dir, store) = store_of(3);
    let view = View::take(store.dir(), signer().verifier()).unwrap();
    let whole = copied(&view);
    let refused = |number: usize, change: &dyn Fn(&mut Tables)| {
        let mut tables = whole.clone();
        change(&mut tables);
        let to = dir.path().join(format!("not-{number}"));
        rebuilt(&tables, &to).unwrap_err()
    };
    let entries = whole
        .iter()
        .position(|(name, _)| name == "entries")
        .unwrap();
    refused(1, &|tables| tables[entries].1.truncate(200));
    refused(2, &|tables| {
        let last = tables[entries].1.len() - 2;
        tables[entries].1[last] ^= 1;
    });
    refused(3, &|tables| {
        tables.remove(entries);
    });
    let unknown = refused(4, &|tables| tables[0].0 = "sqlite_master".to_owned());
    assert!(
        matches!(unknown, RebuildError::UnknownTable(_)),
        "{unknown}"
    );
    refused(5, &|tables| tables[0].1[5] ^= 1);
}

proptest::proptest! {
    #[test]
    fn any_bytes_may_be_read_as_a_table(bytes in proptest::collection::vec(0u8..=255, 0..300)) {
        let _ = read_rows(&mut bytes.as_slice(), |_| Ok(()), |(), _| Ok(()));
    }
}
