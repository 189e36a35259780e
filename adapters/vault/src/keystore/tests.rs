// The modes of files, of which half of these tests speak, are Unix.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt;

use faults::table::{self, Row};
use faults::{Fault, Point};

use super::*;

fn site() -> SiteId {
    "handa".parse().unwrap()
}

fn passphrase(text: &str) -> Unlock {
    Unlock::Passphrase(Zeroizing::new(text.to_owned()))
}

fn right() -> Unlock {
    passphrase("teapot under the iron bridge")
}

fn keys() -> Keys {
    Keys::generate(CaKey::from_pkcs8(vec![5; 83])).unwrap()
}

fn all(keys: &Keys) -> Vec<Vec<u8>> {
    [
        keys.site.as_bytes().as_slice(),
        keys.ca.as_pkcs8(),
        keys.vault.as_bytes(),
        keys.recording.as_bytes(),
        keys.tokens.as_bytes(),
    ]
    .map(<[u8]>::to_vec)
    .to_vec()
}

fn new_store(folder: &tempfile::TempDir) -> (PathBuf, KeyStore) {
    let path = folder.path().join(FILE_NAME);
    let store = KeyStore::create(&path, &site(), &right(), keys()).unwrap();
    (path, store)
}

#[test]
fn the_keys_come_back_with_the_passphrase_and_in_whatever_width_it_is_typed() {
    let folder = tempfile::tempdir().unwrap();
    let (path, store) = new_store(&folder);
    for typed in [
        "teapot under the iron bridge",
        "ｔｅａｐｏｔ under the iron bridge",
    ] {
        let opened = KeyStore::open(&path, &site(), &passphrase(typed)).unwrap();
        assert_eq!(all(opened.keys()), all(store.keys()));
    }
    let wrong = KeyStore::open(&path, &site(), &passphrase("teapot under the iron bridgf"));
    assert!(matches!(wrong, Err(KeyStoreError::DoesNotOpen { .. })));
}

#[test]
fn a_credential_of_systemd_unlocks_with_or_without_its_line_end() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(FILE_NAME);
    let credential = |bytes: &[u8]| Unlock::Credential(Zeroizing::new(bytes.to_vec()));
    KeyStore::create(&path, &site(), &credential(b"0123456789abcdef"), keys()).unwrap();
    fs::write(folder.path().join(CREDENTIAL_NAME), "0123456789abcdef\n").unwrap();
    let unlock = Unlock::from_credentials_directory(folder.path()).unwrap();
    assert!(KeyStore::open(&path, &site(), &unlock).is_ok());
    let nowhere = Unlock::from_credentials_directory(&folder.path().join("nowhere"));
    assert!(matches!(nowhere, Err(KeyStoreError::Missing { .. })));
}

#[test]
fn l29_the_file_shows_no_key_and_is_its_owners_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (path, store) = new_store(&folder);
    let content = fs::read(&path).unwrap();
    let sealed = BASE64
        .decode(content.split(|byte| *byte == b'\n').nth(1).unwrap())
        .unwrap();
    for key in all(store.keys()) {
        assert!(!content.windows(16).any(|window| window == &key[..16]));
        assert!(!sealed.windows(16).any(|window| window == &key[..16]));
    }
    assert_eq!(
        fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
    assert_eq!(
        fs::read_dir(folder.path()).unwrap().count(),
        1,
        "no draft is left"
    );
    let said = format!("{store:?} {:?} {:?}", store.keys(), right());
    assert!(
        said.contains("SiteSeed(…)") && !said.contains("teapot"),
        "{said}"
    );
}

#[test]
fn a_file_that_others_can_read_is_refused_with_the_command_that_helps() {
    let folder = tempfile::tempdir().unwrap();
    let (path, _) = new_store(&folder);
    for mode in [0o640, 0o604, 0o620, 0o666] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        let refused = KeyStore::open(&path, &site(), &right()).unwrap_err();
        assert!(matches!(refused, KeyStoreError::TooOpen { .. }));
        assert!(
            refused
                .to_string()
                .contains(&format!("chmod 600 {}", path.display()))
        );
    }
}

#[test]
fn keys_are_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let (path, _) = new_store(&folder);
    let before = fs::read(&path).unwrap();
    let again = KeyStore::create(&path, &site(), &right(), keys());
    assert!(matches!(again, Err(KeyStoreError::Exists { .. })));
    assert!(matches!(
        file::create(&path, b"x"),
        Err(KeyStoreError::Exists { .. })
    ));
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn what_root_writes_belongs_to_whose_the_folder_is_and_never_what_a_link_points_to() {
    use std::os::unix::fs::{MetadataExt, chown, symlink};
    let folder = tempfile::tempdir().unwrap();
    if folder.path().metadata().unwrap().uid() != 0 {
        // Nobody else can give a file away.
        return;
    }
    let (gateway, other) = (65_534, folder.path().join("other"));
    fs::write(&other, b"another's").unwrap();
    chown(folder.path(), Some(gateway), Some(gateway)).unwrap();
    let path = folder.path().join("keys.tpm");
    for begun in ["new", "a link", "own"] {
        if begun == "a link" {
            fs::remove_file(&path).unwrap();
            symlink(&other, &path).unwrap();
            file::replace(&path, b"x").unwrap();
        } else if begun == "new" {
            file::create(&path, b"x").unwrap();
        } else {
            file::replace(&path, b"y").unwrap();
        }
        let owner = path.symlink_metadata().unwrap();
        assert!(
            owner.is_file() && owner.uid() == gateway && owner.gid() == gateway,
            "{begun}"
        );
    }
    assert_eq!(other.metadata().unwrap().uid(), 0);
    assert_eq!(fs::read(&other).unwrap(), b"another's");
}

#[test]
fn one_altered_byte_anywhere_does_not_open() {
    let folder = tempfile::tempdir().unwrap();
    let (path, store) = new_store(&folder);
    let content = fs::read(&path).unwrap();
    // Every byte of the header, some of the body: each try costs an argon2id.
    let header = line_end(&content);
    for place in (0..header)
        .step_by(7)
        .chain((header..content.len() - 1).step_by(97))
    {
        let mut altered = content.clone();
        altered[place] ^= 1;
        fs::write(&path, &altered).unwrap();
        assert!(KeyStore::open(&path, &site(), &right()).is_err(), "{place}");
    }
    fs::write(&path, &content).unwrap();
    assert_eq!(
        all(KeyStore::open(&path, &site(), &right()).unwrap().keys()),
        all(store.keys())
    );
}

#[test]
fn an_altered_header_cannot_exhaust_the_machine_or_weaken_the_seal() {
    let folder = tempfile::tempdir().unwrap();
    let (path, _) = new_store(&folder);
    let content = fs::read_to_string(&path).unwrap();
    for settings in ["\"memory_kib\":4000000000", "\"memory_kib\":8"] {
        fs::write(&path, content.replace("\"memory_kib\":65536", settings)).unwrap();
        let refused = KeyStore::open(&path, &site(), &right());
        assert!(
            matches!(refused, Err(KeyStoreError::Malformed { .. })),
            "{refused:?}"
        );
    }
}

#[test]
fn another_site_a_newer_release_and_no_file_are_named_as_such() {
    let folder = tempfile::tempdir().unwrap();
    let (path, _) = new_store(&folder);
    let other = KeyStore::open(&path, &"osaka".parse().unwrap(), &right());
    assert!(matches!(other, Err(KeyStoreError::OtherSite { .. })));
    let content = fs::read_to_string(&path).unwrap();
    fs::write(
        &path,
        content.replace("\"version\":1", "\"version\":2,\"news\":true"),
    )
    .unwrap();
    let newer = KeyStore::open(&path, &site(), &right());
    assert!(matches!(
        newer,
        Err(KeyStoreError::Newer { version: 2, .. })
    ));
    fs::remove_file(&path).unwrap();
    assert!(matches!(
        KeyStore::open(&path, &site(), &right()),
        Err(KeyStoreError::Missing { .. })
    ));
}

#[test]
fn a_bare_key_beside_the_data_is_used_only_when_both_sides_say_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(FILE_NAME);
    let dangerous = Unlock::DangerousKeyBesideData;
    let store = KeyStore::create(&path, &site(), &dangerous, keys()).unwrap();
    let opened = KeyStore::open(&path, &site(), &dangerous).unwrap();
    assert_eq!(all(opened.keys()), all(store.keys()));
    let otherwise = KeyStore::open(&path, &site(), &right());
    assert!(matches!(
        otherwise,
        Err(KeyStoreError::UnlockedOtherwise { .. })
    ));
    fs::set_permissions(dangerous_path(&path), fs::Permissions::from_mode(0o644)).unwrap();
    let refused = KeyStore::open(&path, &site(), &dangerous);
    assert!(matches!(refused, Err(KeyStoreError::TooOpen { .. })));

    let sealed = tempfile::tempdir().unwrap();
    let (path, _) = new_store(&sealed);
    let refused = KeyStore::open(&path, &site(), &dangerous);
    assert!(matches!(
        refused,
        Err(KeyStoreError::UnlockedOtherwise { .. })
    ));
}

#[test]
fn a_short_passphrase_seals_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(FILE_NAME);
    let refused = KeyStore::create(&path, &site(), &passphrase("short"), keys());
    assert!(matches!(refused, Err(KeyStoreError::SecretTooShort)));
    assert!(!path.exists());
}

#[test]
fn keys_can_be_changed_and_further_ones_kept() {
    let folder = tempfile::tempdir().unwrap();
    let (path, mut store) = new_store(&folder);
    store
        .put_other("console-tls", Zeroizing::new(vec![9; 100]))
        .unwrap();
    assert!(
        store
            .put_other("site", Zeroizing::new(vec![9; 32]))
            .is_err()
    );
    let rotated = Keys {
        site: SiteSeed::from_bytes([3; 32]),
        ..store.keys().clone()
    };
    store.replace_keys(rotated).unwrap();
    let opened = KeyStore::open(&path, &site(), &right()).unwrap();
    assert_eq!(opened.keys().site.as_bytes(), &[3; 32]);
    assert_eq!(opened.other("console-tls"), Some([9; 100].as_slice()));
    assert_eq!(opened.other("nothing"), None);
}

#[test]
fn a_crash_after_the_bare_key_was_written_does_not_block_the_founding() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(FILE_NAME);
    let dangerous = Unlock::DangerousKeyBesideData;
    KeyStore::create(&path, &site(), &dangerous, keys()).unwrap();
    fs::remove_file(&path).unwrap();
    KeyStore::create(&path, &site(), &dangerous, keys()).unwrap();
    assert!(KeyStore::open(&path, &site(), &dangerous).is_ok());
}

/// Writes the first file, or replaces it, while this step breaks; then reads what is there.
fn breaks(point: Point, fault: Fault, replaces: bool) -> Row {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(FILE_NAME);
    let create = || KeyStore::create(&path, &site(), &right(), keys());
    let mut store = replaces.then(|| create().unwrap());
    let told = table::told(point, fault, folder.path(), || {
        let done = match &mut store {
            Some(store) => store.put_other("relay", Zeroizing::new(vec![7; 32])),
            None => create().map(drop),
        };
        // The system's own words, and where on this machine, are not the table's affair.
        done.map_err(|error| {
            if let KeyStoreError::Io { doing, .. } = error {
                format!("cannot {doing} the key store")
            } else {
                error.to_string()
            }
        })
    });
    let found = match KeyStore::open(&path, &site(), &right()) {
        Err(KeyStoreError::Missing { .. }) => {
            create().unwrap();
            "no key store; the next try makes it"
        }
        opened if opened.as_ref().unwrap().other("relay").is_some() => "the new one",
        _ if replaces => "the old one",
        _ => "the key store",
    };
    Row {
        point,
        during: if replaces {
            "keeping a further key"
        } else {
            "founding a site"
        },
        fault,
        told,
        found: found.to_owned(),
        story: String::new(),
    }
}

#[test]
fn l26_each_durable_step_of_the_key_store_breaks_as_the_reviewed_table_says() {
    let points = [Point::KeysWritten, Point::KeysNamed, Point::KeysFolder];
    let mut rows = Vec::new();
    for point in points {
        for replaces in [false, true] {
            rows.extend(Fault::ALL.map(|fault| breaks(point, fault, replaces)));
        }
    }
    let found = table::printed(&rows);
    let reviewed = include_str!("../../../../tests/matrix/faults.txt");
    let reviewed = table::reviewed(reviewed, |point| points.contains(&point));
    assert!(
        found == reviewed,
        "the key store's lines are now:\n\n{found}"
    );
}
