//! An account for each visit on Linux: made by OpenSSH and `useradd` in a machine of the test's own, whose `/etc`
//! and `/home` are copies that go with it. Making one needs root; without it these tests say so and pass.

use std::fmt::Write as _;
use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::process::{Command as Program, Stdio};

use access::*;
use engine::{Account, NewSecret};
use tempfile::TempDir;

use crate::database_ground::{id, ran};
use crate::hospital::{Special, Staffed};
use crate::rotating::stands_in;
use crate::sshd::{HOUR, Kept, until};
use crate::visit_accounts::{account, found, hospital_of_today, made, removed, restarted};

/// `sshd` in namespaces of its own for processes and mounts, as root, whom a key lets in.
pub(crate) struct Machine {
    folder: TempDir,
    address: SocketAddr,
    login: ssh::LoginKey,
    _server: Kept,
}

/// Copies of what accounts are written to take the places of the machine's, for whoever is inside.
const INSIDE: &str = r#"set -e
mount --bind "$1/etc" /etc
mount --bind "$1/home" /home
mount --bind "$1/varlog" /var/log
exec /usr/sbin/sshd -D -e -f "$1/config""#;

impl Machine {
    /// `None` without root.
    pub(crate) fn start() -> Option<Self> {
        Self::with("", |_| {})
    }

    /// With more in the configuration of `sshd`, and something prepared in its folder before it starts.
    #[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
    pub(crate) fn with(more: &str, prepare: impl FnOnce(&std::path::Path)) -> Option<Self> {
        if id("-u", None) != 0 {
            eprintln!("skipped: only root can have a machine of its own");
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
        ran(Program::new("cp")
            .args(["-a", "/etc"])
            .arg(path.join("etc")));
        fs::create_dir(path.join("home")).unwrap();
        // The list of who signed in is written where there is one.
        fs::create_dir(path.join("varlog")).unwrap();
        fs::write(path.join("varlog/wtmp"), "").unwrap();
        let accounts = path.join("etc/group");
        let mut groups = fs::read_to_string(&accounts).unwrap();
        groups.push_str("maintainers:x:64999:\n");
        fs::write(&accounts, groups).unwrap();
        let login = ssh::LoginKey::generate().unwrap();
        let public = ssh::check_private_key(&login.pem().unwrap()).unwrap();
        fs::write(path.join("authorized"), format!("{public}\n")).unwrap();
        ran(Program::new("ssh-keygen")
            .args(["-q", "-t", "ed25519", "-N", "", "-f"])
            .arg(path.join("host")));
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        let place = path.display();
        let mut text = String::new();
        write!(
            text,
            "ListenAddress {address}\nHostKey {place}/host\nStrictModes no\nUsePAM no\n\
             AuthorizedKeysFile {place}/authorized\nPidFile none\nPermitRootLogin yes\n\
             SetEnv HOME={place} PATH={place}/bin:/usr/sbin:/usr/bin:/sbin:/bin\n\
             KbdInteractiveAuthentication no\nPrintMotd no\nPrintLastLog no\n"
        )
        .unwrap();
        text.push_str(&more.replace("{place}", &place.to_string()));
        fs::write(path.join("config"), text).unwrap();
        prepare(path);
        let _exists = fs::create_dir_all("/run/sshd");
        let server = Program::new("unshare")
            .args(["--mount", "--pid", "--fork", "--kill-child", "--mount-proc"])
            .args(["sh", "-c", INSIDE, "sh"])
            .arg(path)
            .stdin(Stdio::null())
            .stderr(fs::File::create(path.join("log")).unwrap())
            .spawn()
            .unwrap();
        let server = Kept(server);
        until("sshd listens", || TcpStream::connect(address).is_ok());
        Some(Self {
            folder,
            address,
            login,
            _server: server,
        })
    }

    fn staffed(&self) -> Staffed {
        let host_key = fs::read_to_string(self.folder.path().join("host.pub")).unwrap();
        let special = Special {
            ssh: Some(host_key),
            user: Some("maint".to_owned()),
            ..Special::default()
        };
        let staffed = Staffed::in_hospital(hospital_of_today(), self.address, &special);
        let engine = &staffed.hospital.engine;
        let accounts = VisitAccounts {
            manager: "root".to_owned(),
            groups: vec!["maintainers".to_owned()],
        };
        let command = Command::SetVisitAccounts {
            target: staffed.target.clone(),
            accounts: Some(accounts),
        };
        let run = &staffed.hospital;
        run.run(engine.submit(&staffed.clerk, command)).unwrap();
        let secret = NewSecret::Key(self.login.pem().unwrap());
        let setting =
            engine.set_target_secret(&staffed.clerk, &staffed.target, Account::Main, secret);
        run.run(setting).unwrap();
        staffed.visit(HOUR);
        staffed
    }

    /// A hospital whose target is this machine's `root`, with this password.
    pub(crate) fn of_root(&self, password: &str) -> Staffed {
        self.of("root", password)
    }

    /// The same with another account.
    pub(crate) fn of(&self, account: &str, password: &str) -> Staffed {
        let secret = NewSecret::Password(zeroize::Zeroizing::new(password.to_owned()));
        self.with_secret(account, secret)
    }

    /// The same with a password or a key.
    pub(crate) fn with_secret(&self, account: &str, secret: NewSecret) -> Staffed {
        let special = Special {
            ssh: Some(self.read("host.pub")),
            user: Some(account.to_owned()),
            ..Special::default()
        };
        let staffed = Staffed::in_hospital(hospital_of_today(), self.address, &special);
        let engine = &staffed.hospital.engine;
        let setting =
            engine.set_target_secret(&staffed.clerk, &staffed.target, Account::Main, secret);
        staffed.hospital.run(setting).unwrap();
        staffed
    }

    /// The key that lets in whoever is not asked for another one.
    pub(crate) fn login(&self) -> &ssh::LoginKey {
        &self.login
    }

    pub(crate) fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    fn client(&self) -> Program {
        let key = self.folder().join("login");
        if !key.exists() {
            fs::write(&key, self.login.pem().unwrap().as_bytes()).unwrap();
            fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
        }
        let mut client = Program::new("ssh");
        client.args(["-F", "none", "-o", "StrictHostKeyChecking=no"]);
        client.args(["-o", "UserKnownHostsFile=/dev/null", "-o", "BatchMode=yes"]);
        client.args(["-p", &self.address.port().to_string(), "-i"]);
        client.arg(key);
        client
    }

    /// A command on it, as its administrator runs one.
    pub(crate) fn inside(&self, command: &[&str]) -> Program {
        let mut client = self.client();
        client.arg("root@127.0.0.1").args(command);
        client
    }

    /// Somebody who sits at a terminal of it, as root.
    pub(crate) fn inside_at_a_terminal(&self) -> std::process::Child {
        let mut client = self.client();
        client.args(["-tt", "root@127.0.0.1"]);
        client.stdin(Stdio::piped()).stdout(Stdio::null());
        client.stderr(Stdio::null()).spawn().unwrap()
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.folder.path().join(name)).unwrap()
    }

    fn line(&self, name: &str) -> Option<String> {
        let all = self.read(name);
        let found = all.lines().find(|line| line.starts_with("sk-v1:"));
        found.map(str::to_owned)
    }

    fn home(&self) -> std::path::PathBuf {
        self.folder.path().join("home/sk-v1")
    }

    /// What OpenSSH's own client hears as the visit's account.
    fn told(&self, secret: &str, command: &str) -> Option<String> {
        let ask = self.folder.path().join("ask");
        fs::write(&ask, format!("#!/bin/sh\necho '{secret}'\n")).unwrap();
        fs::set_permissions(&ask, fs::Permissions::from_mode(0o700)).unwrap();
        let mut client = Program::new("ssh");
        client.args(["-F", "none", "-p", &self.address.port().to_string()]);
        for option in [
            "StrictHostKeyChecking=no",
            "UserKnownHostsFile=/dev/null",
            "PreferredAuthentications=password",
            "NumberOfPasswordPrompts=1",
        ] {
            client.args(["-o", option]);
        }
        client
            .args(["sk-v1@127.0.0.1", command])
            .stdin(Stdio::null());
        client
            .env("SSH_ASKPASS", &ask)
            .env("SSH_ASKPASS_REQUIRE", "force");
        let output = client.output().unwrap();
        fs::remove_file(&ask).unwrap();
        let out = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        output.status.success().then_some(out)
    }
}

#[test]
fn l29_a_visit_has_an_account_of_its_own_on_linux_that_goes_with_its_processes_and_its_home() {
    let Some(machine) = Machine::start() else {
        return;
    };
    let staffed = machine.staffed();
    let secret = made(&staffed, Protocol::Ssh).unwrap();
    let line = machine.line("etc/passwd").unwrap();
    assert!(line.contains(":65537:"), "{line}");
    assert!(line.contains(":sekisho handa/visit-1:"), "{line}");
    // The machine itself shuts it, on the day after the visit's.
    let shadow = machine.line("etc/shadow").unwrap();
    let day = staffed.hospital.engine.now().plus(HOUR).as_millis() / 86_400_000 + 1;
    assert_eq!(
        shadow.split(':').nth(7),
        Some(day.to_string().as_str()),
        "{shadow}"
    );
    let lasting = format!("sleep 86400.{}", std::process::id());
    let told = machine.told(
        &secret,
        &format!("id -Gn; touch left; nohup {lasting} >/dev/null 2>&1 &"),
    );
    assert_eq!(told.as_deref(), Some("sk-v1 maintainers"));
    assert!(machine.home().join("left").is_file());
    let running = || {
        Program::new("pgrep")
            .args(["-f", &lasting])
            .output()
            .unwrap()
            .status
            .success()
    };
    until("the account's process runs", running);
    assert_eq!(account(&staffed).name, "sk-v1");
    for folder in [machine.folder.path(), staffed.hospital.folder()] {
        assert!(!stands_in(folder, &secret), "{}", folder.display());
    }
    assert!(!removed(&staffed), "it may be needed again");
    // What describes it, it can change itself (`chfn`): it is known all the same.
    let accounts = machine.read("etc/passwd");
    let changed = accounts.replace(":sekisho handa/visit-1:", ":somebody,12:");
    fs::write(machine.folder.path().join("etc/passwd"), changed).unwrap();
    staffed.hospital.pass(HOUR);
    assert!(removed(&staffed));
    assert_eq!(account(&staffed).left, None);
    assert!(account(&staffed).removed.is_some());
    assert_eq!(machine.line("etc/passwd"), None);
    assert_eq!(machine.line("etc/shadow"), None);
    assert!(!machine.home().exists());
    assert!(!running());
    assert_eq!(machine.told(&secret, "id"), None);
}

#[test]
fn after_a_crash_an_account_on_linux_gets_another_secret_and_goes_with_the_visit() {
    let Some(machine) = Machine::start() else {
        return;
    };
    let staffed = machine.staffed();
    let before = made(&staffed, Protocol::Ssh).unwrap();
    let staffed = restarted(staffed);
    let after = made(&staffed, Protocol::Ssh).unwrap();
    assert_ne!(before, after);
    assert_eq!(machine.told(&before, "true"), None);
    assert!(machine.told(&after, "true").is_some());
    let staffed = restarted(staffed);
    staffed.hospital.pass(HOUR);
    assert!(removed(&staffed));
    assert_eq!(machine.line("etc/passwd"), None);
}

#[test]
fn an_account_of_that_name_on_linux_that_somebody_else_made_is_left_alone() {
    let Some(machine) = Machine::start() else {
        return;
    };
    let path = machine.folder.path().join("etc/passwd");
    let mut accounts = machine.read("etc/passwd");
    accounts.push_str("sk-v1:x:64998:64999:somebody:/nonexistent:/bin/sh\n");
    fs::write(&path, &accounts).unwrap();
    let staffed = machine.staffed();
    assert_eq!(
        made(&staffed, Protocol::Ssh),
        Err(EndReason::VisitAccountNotMade)
    );
    staffed.hospital.pass(HOUR);
    assert!(removed(&staffed));
    assert_eq!(account(&staffed).left.unwrap().1, AccountTrouble::NotOurs);
    assert_eq!(machine.read("etc/passwd"), accounts);
    assert!(found(&staffed, "finding-visit-account-left").is_some());
}

#[test]
fn an_account_on_linux_whose_group_is_not_there_is_not_made() {
    let Some(machine) = Machine::start() else {
        return;
    };
    let groups = machine.read("etc/group").replace("maintainers:", "others:");
    fs::write(machine.folder.path().join("etc/group"), groups).unwrap();
    let staffed = machine.staffed();
    assert_eq!(
        made(&staffed, Protocol::Ssh),
        Err(EndReason::VisitAccountNotMade)
    );
    assert_eq!(machine.line("etc/passwd"), None);
    staffed.hospital.pass(HOUR);
    assert!(removed(&staffed));
    assert!(account(&staffed).removed.is_some());
}
