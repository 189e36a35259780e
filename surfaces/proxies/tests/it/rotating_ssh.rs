//! Secrets replaced at OpenSSH: an account with a password and a key, in a machine of the test's own. Having one needs
//! root; without it these tests say so and pass.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::time::Duration;

use access::*;
use engine::{Account, NewSecret};
use zeroize::Zeroizing;

use crate::database_ground::MAIN;
use crate::hospital::Staffed;
use crate::rotating::{
    begun, carried, every_interruption_leaves_a_secret_that_works, failed, password, standing,
    stands_in,
};
use crate::rotating_devices::hash;
use crate::visit_accounts_linux::Machine;

/// Nobody else's number in the machine.
const NUMBER: u32 = 64_998;

/// It lets in `maint` by a password, and by the keys in its home.
struct Linux {
    machine: Machine,
    login: ssh::LoginKey,
}

/// `maint`, as `useradd` would make it, with a home in what is a copy there.
fn account(place: &Path, login: &ssh::LoginKey) {
    for (file, line) in [
        (
            "passwd",
            format!("maint:x:{NUMBER}:{NUMBER}::/etc/maint:/bin/sh\n"),
        ),
        ("group", format!("maint:x:{NUMBER}:\n")),
        (
            "shadow",
            format!("maint:{}:20000:0:99999:7:::\n", hash(MAIN)),
        ),
    ] {
        let path = place.join("etc").join(file);
        let mut all = fs::read_to_string(&path).unwrap();
        all.push_str(&line);
        fs::write(path, all).unwrap();
    }
    let home = place.join("etc/maint");
    let keys = home.join(".ssh");
    fs::create_dir_all(&keys).unwrap();
    let lines = format!(
        "# by hand\nfrom=\"127.0.0.0/8\" {} old key\n",
        ssh::check_private_key(&login.pem().unwrap()).unwrap()
    );
    fs::write(keys.join("authorized_keys"), lines).unwrap();
    for place in [&home, &keys, &keys.join("authorized_keys")] {
        chown(place, Some(NUMBER), Some(NUMBER)).unwrap();
    }
}

impl Linux {
    /// `None` without root.
    fn start() -> Option<Self> {
        let login = ssh::LoginKey::generate().unwrap();
        let keys = "Match User maint\nAuthorizedKeysFile .ssh/authorized_keys\n";
        let machine = Machine::with(keys, |place| account(place, &login))?;
        Some(Self { machine, login })
    }

    fn by_password(&self) -> Staffed {
        self.machine.of("maint", MAIN)
    }

    fn by_key(&self) -> Staffed {
        let key = NewSecret::Key(self.login.pem().unwrap());
        self.machine.with_secret("maint", key)
    }

    fn home(&self) -> PathBuf {
        self.machine.folder().join("etc/maint")
    }

    fn keys(&self) -> String {
        self.machine.read("etc/maint/.ssh/authorized_keys")
    }

    fn shadow(&self) -> String {
        let all = self.machine.read("etc/shadow");
        let line = all.lines().find(|line| line.starts_with("maint:"));
        line.unwrap().to_owned()
    }
}

#[test]
fn l29_a_linux_account_gets_another_password_by_a_fixed_command_that_has_no_secret_in_it() {
    let Some(linux) = Linux::start() else {
        return;
    };
    let staffed = linux.by_password();
    let before = linux.shadow();
    let job = begun(&staffed, Account::Main);
    let new = password(job.new.as_ref().unwrap());
    carried(&staffed, &job);
    assert_eq!(failed(&staffed, false), None);
    assert_ne!(linux.shadow(), before);
    assert!(!stands_in(linux.machine.folder(), &new));
    assert!(!stands_in(staffed.hospital.folder(), &new));
    // The old one is in nobody's way any more, and the new one is the vault's.
    let again = begun(&staffed, Account::Main);
    assert_eq!(password(&again.old), new);
    carried(&staffed, &again);
    assert_eq!(failed(&staffed, false), None);
    let old = NewSecret::Password(Zeroizing::new(new));
    let engine = &staffed.hospital.engine;
    let setting = engine.set_target_secret(&staffed.clerk, &staffed.target, Account::Main, old);
    staffed.hospital.run(setting).unwrap();
    staffed.hospital.pass(Duration::from_secs(61));
    carried(&staffed, &begun(&staffed, Account::Main));
    let refused = (Works::Old, RotationFailure::OldRefused);
    assert_eq!(failed(&staffed, false), Some(refused));
}

#[test]
fn a_key_is_added_proved_and_only_then_the_old_one_removed() {
    let Some(linux) = Linux::start() else {
        return;
    };
    let staffed = linux.by_key();
    let before = linux.keys();
    let job = begun(&staffed, Account::Main);
    carried(&staffed, &job);
    assert_eq!(failed(&staffed, false), None);
    let after = linux.keys();
    let old = ssh::check_private_key(&linux.login.pem().unwrap()).unwrap();
    assert!(before.contains(&old.to_string()) && !after.contains(&old.to_string()));
    // What the hospital wrote stays: its remark, and from where the key may be used.
    assert!(after.contains("# by hand\n"), "{after}");
    assert_eq!(
        after.matches("from=\"127.0.0.0/8\" ssh-ed25519 ").count(),
        1,
        "{after}"
    );
    assert!(!linux.home().join(".ssh/authorized_keys.sekisho").exists());
}

#[test]
fn an_authority_is_replaced_beside_the_old_one_with_all_that_stood_before_it() {
    let Some(linux) = Linux::start() else {
        return;
    };
    let staffed = linux.machine.with_secret("maint", NewSecret::Authority);
    let engine = &staffed.hospital.engine;
    let secret = NewSecret::Authority;
    let setting = engine.set_target_secret(&staffed.clerk, &staffed.target, Account::Main, secret);
    let line = staffed.hospital.run(setting).unwrap().unwrap();
    let path = linux.home().join(".ssh/authorized_keys");
    fs::write(&path, format!("# by hand\nfrom=\"127.0.0.0/8\",{line}\n")).unwrap();
    carried(&staffed, &begun(&staffed, Account::Main));
    assert_eq!(failed(&staffed, false), None);
    let after = linux.keys();
    let old = line.split_whitespace().nth(2).unwrap();
    assert!(!after.contains(old), "{after}");
    let stays = "from=\"127.0.0.0/8\",cert-authority,restrict,pty ssh-ed25519 ";
    assert_eq!(after.matches(stays).count(), 1, "{after}");
    assert_eq!(after.matches("ssh-ed25519 ").count(), 1, "{after}");
    every_interruption_leaves_a_secret_that_works(staffed);
}

#[test]
fn whatever_interrupts_the_replacement_of_a_key_leaves_one_that_works() {
    let Some(linux) = Linux::start() else {
        return;
    };
    every_interruption_leaves_a_secret_that_works(linux.by_key());
    // No key stays behind that nobody counts.
    assert_eq!(
        linux.keys().matches("ssh-ed25519 ").count(),
        1,
        "{}",
        linux.keys()
    );
}

#[test]
fn whatever_interrupts_the_replacement_of_a_linux_password_leaves_one_that_works() {
    let Some(linux) = Linux::start() else {
        return;
    };
    every_interruption_leaves_a_secret_that_works(linux.by_password());
}

#[test]
fn a_key_that_cannot_be_written_leaves_the_old_one_and_says_so() {
    let Some(linux) = Linux::start() else {
        return;
    };
    let staffed = linux.by_key();
    let before = linux.keys();
    // Whoever signs in may not write there: as on a disk that is full or read-only.
    chown(linux.home().join(".ssh"), Some(0), Some(0)).unwrap();
    fs::set_permissions(linux.home().join(".ssh"), fs::Permissions::from_mode(0o755)).unwrap();
    carried(&staffed, &begun(&staffed, Account::Main));
    let kept = (Works::Old, RotationFailure::ChangeRefused);
    assert_eq!(failed(&staffed, false), Some(kept));
    assert_eq!(linux.keys(), before);
    assert!(standing(&staffed, false).rotating.is_none());
}
