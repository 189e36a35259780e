use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use proptest::prelude::*;
use tempfile::TempDir;

use super::*;

const PASSPHRASE: &str = "teapot under the iron bridge";

fn site() -> SiteId {
    "handa".parse().unwrap()
}

/// A TPM of software, with a memory that outlives it.
struct Chip {
    memory: TempDir,
    running: Option<Child>,
}

impl Drop for Chip {
    fn drop(&mut self) {
        self.off();
    }
}

impl Chip {
    fn new() -> Self {
        let mut chip = Self {
            memory: tempfile::tempdir().unwrap(),
            running: None,
        };
        chip.on();
        chip
    }

    fn socket(&self) -> String {
        self.memory.path().join("socket").display().to_string()
    }

    fn on(&mut self) {
        let (socket, memory) = (self.socket(), self.memory.path().display());
        let running = Command::new("swtpm")
            .args(["socket", "--tpm2", "--flags", "not-need-init,startup-clear"])
            .arg("--tpmstate")
            .arg(format!("dir={memory}"))
            .arg("--server")
            .arg(format!("type=unixio,path={socket}"))
            .arg("--ctrl")
            .arg(format!("type=unixio,path={socket}.ctrl"))
            .stderr(Stdio::null())
            .spawn();
        self.running = Some(running.unwrap());
        let since = Instant::now();
        while !Path::new(&format!("{socket}.ctrl")).exists() || !Path::new(&socket).exists() {
            assert!(since.elapsed() < Duration::from_secs(60), "no TPM");
            std::thread::park_timeout(Duration::from_millis(2));
        }
    }

    fn off(&mut self) {
        if let Some(mut running) = self.running.take() {
            let _gone = running.kill();
            let _over = running.wait();
        }
        for end in ["", ".ctrl"] {
            let _none = fs::remove_file(format!("{}{end}", self.socket()));
        }
    }

    fn tpm(&self) -> Tpm {
        let which = format!("swtpm:path={}", self.socket());
        Tpm {
            which: Some(which.into()),
        }
    }

    fn told(&self, program: &str, arguments: &[&str]) {
        let which = self.tpm().which.unwrap();
        let ran = Command::new(program)
            .args(arguments)
            .env(WHICH_TPM, which)
            .output();
        let ran = ran.unwrap();
        assert!(
            ran.status.success(),
            "{}",
            String::from_utf8_lossy(&ran.stderr)
        );
    }
}

#[test]
fn a_tpm_gives_the_passphrase_back_after_the_power_was_cut_and_to_this_site_alone() {
    let (mut chip, folder) = (Chip::new(), tempfile::tempdir().unwrap());
    assert!(!is_kept(folder.path()));
    chip.tpm().keep(folder.path(), &site(), PASSPHRASE).unwrap();
    assert!(is_kept(folder.path()));
    chip.off();
    chip.on();
    for _ in 0..3 {
        let given = chip.tpm().passphrase(folder.path(), &site()).unwrap();
        assert_eq!(given.as_str(), PASSPHRASE);
    }
    let other = chip
        .tpm()
        .passphrase(folder.path(), &"osaka".parse().unwrap());
    assert!(matches!(other, Err(TpmError::Damaged { .. })));
    // Another passphrase takes its place; without the file there is none.
    chip.tpm()
        .keep(folder.path(), &site(), "another one, which is longer")
        .unwrap();
    let given = chip.tpm().passphrase(folder.path(), &site()).unwrap();
    assert_eq!(given.as_str(), "another one, which is longer");
    forget(folder.path()).unwrap();
    forget(folder.path()).unwrap();
    let gone = chip.tpm().passphrase(folder.path(), &site());
    assert!(matches!(
        gone,
        Err(TpmError::File(KeyStoreError::Missing { .. }))
    ));
}

#[test]
fn a_copied_disk_opens_nothing_at_another_tpm_nor_at_the_same_one_after_it_was_cleared() {
    let (chip, thief, folder) = (Chip::new(), Chip::new(), tempfile::tempdir().unwrap());
    chip.tpm().keep(folder.path(), &site(), PASSPHRASE).unwrap();
    let stolen = thief.tpm().passphrase(folder.path(), &site()).unwrap_err();
    assert!(matches!(stolen, TpmError::Another { .. }), "{stolen}");
    assert!(stolen.to_string().contains("--passphrase-file"), "{stolen}");
    chip.told("tpm2_clear", &["-c", "p"]);
    let cleared = chip.tpm().passphrase(folder.path(), &site()).unwrap_err();
    assert!(matches!(cleared, TpmError::Another { .. }), "{cleared}");
    // It can be kept again.
    chip.tpm().keep(folder.path(), &site(), PASSPHRASE).unwrap();
    assert!(chip.tpm().passphrase(folder.path(), &site()).is_ok());
}

#[test]
fn a_file_with_one_bit_changed_anywhere_gives_no_passphrase() {
    let (chip, folder) = (Chip::new(), tempfile::tempdir().unwrap());
    chip.tpm().keep(folder.path(), &site(), PASSPHRASE).unwrap();
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
        let given = chip.tpm().passphrase(folder.path(), &site());
        assert!(
            matches!(
                given,
                Err(TpmError::Damaged { .. } | TpmError::Another { .. })
            ),
            "{part}: {given:?}"
        );
    }
    fs::write(&path, &whole).unwrap();
    assert!(chip.tpm().passphrase(folder.path(), &site()).is_ok());
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    let open = chip.tpm().passphrase(folder.path(), &site()).unwrap_err();
    assert!(open.to_string().contains("chmod 600"), "{open}");
}

#[test]
fn l29_neither_the_file_nor_what_is_left_behind_shows_the_passphrase() {
    let (chip, folder) = (Chip::new(), tempfile::tempdir().unwrap());
    chip.tpm().keep(folder.path(), &site(), PASSPHRASE).unwrap();
    let _given = chip.tpm().passphrase(folder.path(), &site()).unwrap();
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
    chip.tpm().keep(folder.path(), &site(), PASSPHRASE).unwrap();
    chip.told("tpm2_changeauth", &["-c", "owner", "theirs"]);
    let owned = chip.tpm().passphrase(folder.path(), &site()).unwrap_err();
    assert!(matches!(owned, TpmError::OwnersPassword), "{owned}");
    chip.off();
    let gone = chip.tpm().passphrase(folder.path(), &site()).unwrap_err();
    assert!(matches!(gone, TpmError::NoTpm { .. }), "{gone}");
    let kept = chip.tpm().keep(folder.path(), &site(), PASSPHRASE);
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
