use std::fs;
use std::os::unix::fs::PermissionsExt;

use proptest::prelude::*;

use super::chip::Chip;
use super::*;

const PASSPHRASE: &str = "teapot under the iron bridge";

fn site() -> SiteId {
    "handa".parse().unwrap()
}

fn tpm(chip: &Chip) -> Tpm {
    Tpm {
        which: Some(chip.name().into()),
    }
}

#[test]
fn a_tpm_gives_the_passphrase_back_after_the_power_was_cut_and_to_this_site_alone() {
    let (mut chip, folder) = (Chip::new(), tempfile::tempdir().unwrap());
    assert!(!is_kept(folder.path()));
    tpm(&chip).keep(folder.path(), &site(), PASSPHRASE).unwrap();
    assert!(is_kept(folder.path()));
    chip.off();
    chip.on();
    for _ in 0..3 {
        let given = tpm(&chip).passphrase(folder.path(), &site()).unwrap();
        assert_eq!(given.as_str(), PASSPHRASE);
    }
    let other = tpm(&chip).passphrase(folder.path(), &"osaka".parse().unwrap());
    assert!(matches!(other, Err(TpmError::Damaged { .. })));
    // Another passphrase takes its place; without the file there is none.
    tpm(&chip)
        .keep(folder.path(), &site(), "another one, which is longer")
        .unwrap();
    let given = tpm(&chip).passphrase(folder.path(), &site()).unwrap();
    assert_eq!(given.as_str(), "another one, which is longer");
    forget(folder.path()).unwrap();
    forget(folder.path()).unwrap();
    let gone = tpm(&chip).passphrase(folder.path(), &site());
    assert!(matches!(
        gone,
        Err(TpmError::File(KeyStoreError::Missing { .. }))
    ));
}

#[test]
fn a_copied_disk_opens_nothing_at_another_tpm_nor_at_the_same_one_after_it_was_cleared() {
    let (chip, thief, folder) = (Chip::new(), Chip::new(), tempfile::tempdir().unwrap());
    tpm(&chip).keep(folder.path(), &site(), PASSPHRASE).unwrap();
    let stolen = tpm(&thief).passphrase(folder.path(), &site()).unwrap_err();
    assert!(matches!(stolen, TpmError::Another { .. }), "{stolen}");
    assert!(stolen.to_string().contains("--passphrase-file"), "{stolen}");
    chip.told("tpm2_clear", &["-c", "p"]);
    let cleared = tpm(&chip).passphrase(folder.path(), &site()).unwrap_err();
    assert!(matches!(cleared, TpmError::Another { .. }), "{cleared}");
    // It can be kept again.
    tpm(&chip).keep(folder.path(), &site(), PASSPHRASE).unwrap();
    assert!(tpm(&chip).passphrase(folder.path(), &site()).is_ok());
}

#[test]
fn a_file_with_one_bit_changed_anywhere_gives_no_passphrase() {
    let (chip, folder) = (Chip::new(), tempfile::tempdir().unwrap());
    tpm(&chip).keep(folder.path(), &site(), PASSPHRASE).unwrap();
    let path = folder.path().join(FILE_NAME);
    let whole = fs::read(&path).unwrap();
    let kept: serde_json::Value = serde_json::from_slice(&whole).unwrap();
    for part in ["storage", "public", "private", "passphrase"] {
        let text = kept[part].as_str().unwrap();
        let begins = String::from_utf8_lossy(&whole).find(text).unwrap();
        let mut changed = whole.clone();
        let at = begins + text.len() / 2;
        changed[at] = if changed[at] == b'1' { b'0' } else { b'1' };
        fs::write(&path, &changed).unwrap();
        let given = tpm(&chip).passphrase(folder.path(), &site());
        assert!(
            matches!(
                given,
                Err(TpmError::Damaged { .. } | TpmError::Another { .. })
            ),
            "{part}: {given:?}"
        );
    }
    fs::write(&path, &whole).unwrap();
    assert!(tpm(&chip).passphrase(folder.path(), &site()).is_ok());
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    let open = tpm(&chip).passphrase(folder.path(), &site()).unwrap_err();
    assert!(open.to_string().contains("chmod 600"), "{open}");
}

#[test]
fn l29_neither_the_file_nor_what_is_left_behind_shows_the_passphrase() {
    let (chip, folder) = (Chip::new(), tempfile::tempdir().unwrap());
    tpm(&chip).keep(folder.path(), &site(), PASSPHRASE).unwrap();
    let _given = tpm(&chip).passphrase(folder.path(), &site()).unwrap();
    let path = folder.path().join(FILE_NAME);
    let text = fs::read_to_string(&path).unwrap();
    assert!(!text.contains(PASSPHRASE) && !text.contains(&BASE64.encode(PASSPHRASE.as_bytes())));
    assert_eq!(
        fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
    let files: Vec<_> = fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(files.len(), 1, "{files:?}");
}

#[test]
fn a_tpm_that_is_not_there_or_has_an_owner_with_a_password_says_what_to_do() {
    let (mut chip, folder) = (Chip::new(), tempfile::tempdir().unwrap());
    tpm(&chip).keep(folder.path(), &site(), PASSPHRASE).unwrap();
    chip.told("tpm2_changeauth", &["-c", "owner", "theirs"]);
    let owned = tpm(&chip).passphrase(folder.path(), &site()).unwrap_err();
    assert!(matches!(owned, TpmError::OwnersPassword), "{owned}");
    chip.off();
    let gone = tpm(&chip).passphrase(folder.path(), &site()).unwrap_err();
    assert!(matches!(gone, TpmError::NoTpm { .. }), "{gone}");
    let kept = tpm(&chip).keep(folder.path(), &site(), PASSPHRASE);
    assert!(matches!(kept, Err(TpmError::NoTpm { .. })));
    // What was there before is there.
    assert!(is_kept(folder.path()));
}

proptest! {
    #[test]
    fn whatever_stands_in_the_file_asks_no_tpm(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE_NAME);
        fs::write(&path, &bytes).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        let given = Tpm::default().passphrase(folder.path(), &site());
        let damaged = matches!(given, Err(TpmError::Damaged { .. }));
        prop_assert!(damaged);
    }
}
