//! Secrets replaced at OpenSSH: an account of this machine, made for the test, with a password or a key.
//! Making one needs root; without it these tests say so and pass.

use std::fmt::Write as _;
use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::PathBuf;
use std::process::{Command as Program, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use access::*;
use engine::{Account, NewSecret};
use tempfile::TempDir;
use zeroize::Zeroizing;

use crate::database_ground::{MAIN, id, ran};
use crate::hospital::{Hospital, Special, Staffed};
use crate::rotating::{
    begun, carried, every_interruption_leaves_a_secret_that_works, failed, password, standing,
    stands_in,
};
use crate::sshd::{Kept, until};

static NEXT: AtomicU32 = AtomicU32::new(0);

/// An account with a home, and `sshd` for it. Both go with the test.
struct Machine {
    user: String,
    home: PathBuf,
    folder: TempDir,
    address: SocketAddr,
    login: ssh::LoginKey,
    _server: Kept,
}

impl Drop for Machine {
    fn drop(&mut self) {
        let _gone = Program::new("userdel").args(["-f", &self.user]).output();
    }
}

impl Machine {
    /// `None` without root.
    #[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
    fn start() -> Option<Self> {
        if id("-u", None) != 0 {
            eprintln!("skipped: only root can make an account");
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
        let number = NEXT.fetch_add(1, Ordering::SeqCst);
        let user = format!("sk{}x{number}", std::process::id());
        let home = path.join("home");
        ran(Program::new("useradd")
            .args(["-M", "-s", "/bin/sh", "-d"])
            .arg(&home)
            .arg(&user));
        let (owner, group) = (id("-u", Some(&user)), id("-g", Some(&user)));
        let keys = home.join(".ssh");
        fs::create_dir_all(&keys).unwrap();
        let login = ssh::LoginKey::generate().unwrap();
        let lines = format!(
            "# by hand\nfrom=\"127.0.0.0/8\" {} old key\n",
            ssh::check_private_key(&login.pem().unwrap()).unwrap()
        );
        fs::write(keys.join("authorized_keys"), lines).unwrap();
        for place in [&home, &keys, &keys.join("authorized_keys")] {
            chown(place, Some(owner), Some(group)).unwrap();
        }
        let mut setting = Program::new("chpasswd")
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        let mut input = setting.stdin.take().unwrap();
        std::io::Write::write_all(&mut input, format!("{user}:{MAIN}\n").as_bytes()).unwrap();
        drop(input);
        assert!(setting.wait().unwrap().success());
        ran(Program::new("ssh-keygen")
            .args(["-q", "-t", "ed25519", "-N", "", "-f"])
            .arg(path.join("host")));
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        let mut text = String::new();
        write!(
            text,
            "ListenAddress {address}\nHostKey {}/host\nStrictModes no\nUsePAM no\n\
             AuthorizedKeysFile .ssh/authorized_keys\nPidFile none\n\
             KbdInteractiveAuthentication no\nPrintMotd no\nPrintLastLog no\n",
            path.display()
        )
        .unwrap();
        fs::write(path.join("config"), text).unwrap();
        let _exists = fs::create_dir_all("/run/sshd");
        let server = Program::new("/usr/sbin/sshd")
            .args(["-D", "-e", "-f"])
            .arg(path.join("config"))
            .stderr(fs::File::create(path.join("log")).unwrap())
            .spawn()
            .unwrap();
        let server = Kept(server);
        until("sshd listens", || TcpStream::connect(address).is_ok());
        Some(Self {
            user,
            home,
            folder,
            address,
            login,
            _server: server,
        })
    }

    fn staffed(&self, secret: NewSecret) -> Staffed {
        let host_key = fs::read_to_string(self.folder.path().join("host.pub")).unwrap();
        let staffed = Staffed::in_hospital(
            Hospital::founded(),
            self.address,
            &Special {
                ssh: Some(host_key),
                user: Some(self.user.clone()),
                ..Special::default()
            },
        );
        let engine = &staffed.hospital.engine;
        let setting =
            engine.set_target_secret(&staffed.clerk, &staffed.target, Account::Main, secret);
        staffed.hospital.run(setting).unwrap();
        staffed
    }

    fn by_password(&self) -> Staffed {
        self.staffed(NewSecret::Password(Zeroizing::new(MAIN.to_owned())))
    }

    fn by_key(&self) -> Staffed {
        self.staffed(NewSecret::Key(self.login.pem().unwrap()))
    }

    fn keys(&self) -> String {
        fs::read_to_string(self.home.join(".ssh/authorized_keys")).unwrap()
    }

    fn shadow(&self) -> String {
        let all = fs::read_to_string("/etc/shadow").unwrap();
        let line = all.lines().find(|line| line.starts_with(&self.user));
        line.unwrap().to_owned()
    }
}

#[test]
fn l29_a_linux_account_gets_another_password_by_a_fixed_command_that_has_no_secret_in_it() {
    let Some(machine) = Machine::start() else {
        return;
    };
    let staffed = machine.by_password();
    let before = machine.shadow();
    let job = begun(&staffed, Account::Main);
    let new = password(job.new.as_ref().unwrap());
    carried(&staffed, &job);
    assert_eq!(failed(&staffed, false), None);
    assert_ne!(machine.shadow(), before);
    assert!(!stands_in(machine.folder.path(), &new));
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
    let Some(machine) = Machine::start() else {
        return;
    };
    let staffed = machine.by_key();
    let before = machine.keys();
    let job = begun(&staffed, Account::Main);
    carried(&staffed, &job);
    assert_eq!(failed(&staffed, false), None);
    let after = machine.keys();
    let old = ssh::check_private_key(&machine.login.pem().unwrap()).unwrap();
    assert!(before.contains(&old.to_string()) && !after.contains(&old.to_string()));
    // What the hospital wrote stays: its remark, and from where the key may be used.
    assert!(after.contains("# by hand\n"), "{after}");
    assert_eq!(
        after.matches("from=\"127.0.0.0/8\" ssh-ed25519 ").count(),
        1,
        "{after}"
    );
    assert!(!machine.home.join(".ssh/authorized_keys.sekisho").exists());
}

#[test]
fn whatever_interrupts_the_replacement_of_a_key_leaves_one_that_works() {
    let Some(machine) = Machine::start() else {
        return;
    };
    every_interruption_leaves_a_secret_that_works(machine.by_key());
    // No key stays behind that nobody counts.
    assert_eq!(
        machine.keys().matches("ssh-ed25519 ").count(),
        1,
        "{}",
        machine.keys()
    );
}

#[test]
fn whatever_interrupts_the_replacement_of_a_linux_password_leaves_one_that_works() {
    let Some(machine) = Machine::start() else {
        return;
    };
    every_interruption_leaves_a_secret_that_works(machine.by_password());
}

#[test]
fn a_key_that_cannot_be_written_leaves_the_old_one_and_says_so() {
    let Some(machine) = Machine::start() else {
        return;
    };
    let staffed = machine.by_key();
    let before = machine.keys();
    // Whoever signs in may not write there: as on a disk that is full or read-only.
    chown(machine.home.join(".ssh"), Some(0), Some(0)).unwrap();
    fs::set_permissions(machine.home.join(".ssh"), fs::Permissions::from_mode(0o755)).unwrap();
    carried(&staffed, &begun(&staffed, Account::Main));
    let kept = (Works::Old, RotationFailure::ChangeRefused);
    assert_eq!(failed(&staffed, false), Some(kept));
    assert_eq!(machine.keys(), before);
    assert!(standing(&staffed, false).rotating.is_none());
}
