//! A password replaced at the command line of a device and by PowerShell. Neither a router nor Windows is here: OpenSSH's
//! own server lets in, and behind it a script asks like a router (`router.sh`) or takes what PowerShell takes.
//! It is a machine of the test's own, as root; without root these tests say so and pass.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command as Program;
use std::time::Duration;

use access::*;
use engine::{Account, NewSecret, RotationJob};
use proxies::rotation::{Step, carry_until};
use wire::api::v1::{LIKE_CISCO_IOS, LIKE_YAMAHA_RTX};
use zeroize::Zeroizing;

use crate::database_ground::MAIN;
use crate::hospital::Staffed;
use crate::rotating::{
    DOUBTED, begun, carried, every_interruption_leaves_a_secret_that_works, failed, password,
    settles_for_the_old, standing, stands_in,
};
use crate::sshd::{until, workers};
use crate::visit_accounts_linux::Machine;
use crate::worker_crash::children;

const ROUTER: &str = include_str!("router.sh");

/// A device; its account is `maint`, and whatever changes a password is root there.
struct Device {
    machine: Machine,
}

pub(crate) fn hash(password: &str) -> String {
    let hash = Program::new("perl")
        .args(["-e", "print crypt($ARGV[0], '$6$saltsalt$')", password])
        .output()
        .unwrap();
    String::from_utf8(hash.stdout).unwrap()
}

/// `maint` beside root, with a password.
fn account(place: &Path) {
    let hash = hash(MAIN);
    for (file, line) in [
        ("etc/passwd", "maint:x:0:0::/root:/bin/sh\n".to_owned()),
        ("etc/shadow", format!("maint:{hash}:20000:0:99999:7:::\n")),
    ] {
        let path = place.join(file);
        let mut all = fs::read_to_string(&path).unwrap();
        all.push_str(&line);
        fs::write(path, all).unwrap();
    }
}

fn program(place: &Path, name: &str, text: &str) {
    let path = place.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
}

impl Device {
    fn start(kind: &str) -> Option<Self> {
        let forced = format!("ForceCommand {{place}}/router.sh {{place}} {kind}\n");
        let machine = Machine::with(&forced, |place| {
            account(place);
            program(place, "router.sh", ROUTER);
            fs::write(place.join("administrator"), MAIN).unwrap();
        })?;
        let device = Self { machine };
        fs::write(device.path("kept"), device.shadow()).unwrap();
        Some(device)
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.machine.folder().join(name)
    }

    fn set(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    /// In this session with its command line from now on, at this line of it.
    fn hangs_up(&self, file: &str, session: usize, line: usize) {
        self.set("sessions", "0");
        self.set(file, &format!("{session} {line}"));
    }

    fn administrator(&self) -> String {
        self.machine.read("administrator")
    }

    /// Whether this is the account's password.
    fn takes(&self, password: &str) -> bool {
        let shadow = self.shadow();
        let kept = shadow.split(':').nth(1).unwrap();
        let made = Program::new("perl")
            .args(["-e", "print crypt($ARGV[0], $ARGV[1])", password, kept])
            .output()
            .unwrap();
        String::from_utf8(made.stdout).unwrap() == kept
    }

    fn shadow(&self) -> String {
        let all = self.machine.read("etc/shadow");
        let line = all.lines().find(|line| line.starts_with("maint:"));
        line.unwrap().to_owned() + "\n"
    }

    /// It does what it was told when nobody asks any more.
    fn commits_late(&self, password: &str) {
        let before = self.shadow();
        let all = self.machine.read("etc/shadow");
        let after = all.replace(
            &before,
            &format!("maint:{}:20000:0:99999:7:::\n", hash(password)),
        );
        fs::write(self.path("etc/shadow"), after).unwrap();
    }

    /// What it was last told to keep is what it has.
    fn restarts(&self) {
        let before = self.shadow();
        let all = self.machine.read("etc/shadow");
        let kept = all.replace(&before, &self.machine.read("kept"));
        fs::write(self.path("etc/shadow"), kept).unwrap();
    }

    fn staffed(&self, dialogue: &str) -> Staffed {
        let dialogue = Dialogue::parse(dialogue.lines()).unwrap();
        let staffed = self.machine.of("maint", MAIN);
        replaced_by(&staffed, RotationWay::Device(dialogue));
        staffed
    }
}

fn replaced_by(staffed: &Staffed, way: RotationWay) {
    let command = Command::SetRotationWay {
        target: staffed.target.clone(),
        way: Some(way),
    };
    let engine = &staffed.hospital.engine;
    staffed
        .hospital
        .run(engine.submit(&staffed.clerk, command))
        .unwrap();
}

/// The next replacement begins with what the vault has, and succeeds: that is the one that opens the target.
fn opens(staffed: &Staffed) {
    staffed.hospital.pass(Duration::from_secs(61));
    carried(staffed, &begun(staffed, Account::Main));
    assert_eq!(failed(staffed, false), None);
}

fn replaced_in_order(staffed: &Staffed, device: &Device) {
    let job = begun(staffed, Account::Main);
    let (old, new) = (password(&job.old), password(job.new.as_ref().unwrap()));
    carried(staffed, &job);
    assert_eq!(failed(staffed, false), None);
    assert!(standing(staffed, false).rotated.is_some());
    for secret in [old, new] {
        assert!(!stands_in(staffed.hospital.folder(), &secret));
    }
    let after = device.shadow();
    device.restarts();
    assert_eq!(device.shadow(), after, "it keeps it over a restart");
    opens(staffed);
}

#[test]
fn l29_a_device_with_the_words_of_cisco_ios_gets_another_password_and_keeps_it() {
    let Some(device) = Device::start("cisco") else {
        return;
    };
    replaced_in_order(&device.staffed(LIKE_CISCO_IOS), &device);
}

#[test]
fn l29_a_device_with_the_words_of_an_rtx_gets_another_password_and_keeps_it() {
    let Some(device) = Device::start("yamaha") else {
        return;
    };
    replaced_in_order(&device.staffed(LIKE_YAMAHA_RTX), &device);
}

#[test]
fn whatever_interrupts_the_replacement_at_a_device_leaves_a_secret_that_works() {
    let Some(device) = Device::start("cisco") else {
        return;
    };
    every_interruption_leaves_a_secret_that_works(device.staffed(LIKE_CISCO_IOS));
}

#[test]
fn a_device_that_hangs_up_at_any_line_leaves_a_secret_that_works_and_the_ledger_says_which() {
    let Some(device) = Device::start("cisco") else {
        return;
    };
    let staffed = device.staffed(LIKE_CISCO_IOS);
    // `configure terminal`, `username`, `end`: before it was told the second nothing was changed. After that nobody
    // knows.
    let before = Some((Works::Old, RotationFailure::Unreachable));
    let doubted = Some((Works::NotKnown, RotationFailure::InDoubt));
    for (file, line, expected) in [
        ("hangs-up", 1, before),
        ("hangs-up-after", 1, before),
        ("hangs-up", 2, doubted),
        // It hung up, and had taken the new one.
        ("hangs-up-after", 2, None),
        ("hangs-up", 3, None),
        ("hangs-up-after", 3, None),
    ] {
        device.hangs_up(file, 1, line);
        carried(&staffed, &begun(&staffed, Account::Main));
        assert_eq!(failed(&staffed, false), expected, "{file} {line}");
        assert!(!device.path(file).exists());
        if expected == doubted {
            settles_for_the_old(&staffed);
        }
        opens(&staffed);
    }
}

/// Both passwords of an RTX are among those that the vault has, and it goes on from there.
fn both_are_in_the_vault(staffed: &Staffed, device: &Device, what: &str) {
    staffed.hospital.pass(DOUBTED);
    let job = staffed.hospital.engine.next_rotation().unwrap();
    let kept = [&job.old, job.new.as_ref().unwrap()].map(password);
    assert!(kept.iter().any(|one| device.takes(one)), "{what}");
    assert!(kept.contains(&device.administrator()), "{what}");
    carried(staffed, &job);
}

/// It hangs up at each of these lines of a session, and after those of them that end a command.
fn an_rtx_that_hangs_up(session: usize, lines: std::ops::RangeInclusive<usize>, ends: &[usize]) {
    let Some(device) = Device::start("yamaha") else {
        return;
    };
    let staffed = device.staffed(LIKE_YAMAHA_RTX);
    // It does so at a wrong password, too, but for the lines at which it is waited for.
    if session == 1 || !lines.contains(&1) {
        device.set("impatient", "");
    }
    let at = lines.map(|line| ("hangs-up", line));
    let after = ends.iter().map(|line| ("hangs-up-after", *line));
    for (file, line) in at.chain(after) {
        let what = format!("{file} {session} {line}");
        device.hangs_up(file, session, line);
        carried(&staffed, &begun_with_one(&staffed, &device));
        assert!(!device.path(file).exists(), "{what}");
        while standing(&staffed, false).rotating.is_some() {
            both_are_in_the_vault(&staffed, &device, &what);
        }
    }
    carried(&staffed, &begun_with_one(&staffed, &device));
    assert_eq!(failed(&staffed, false), None);
}

/// The one password that the vault has is both of the device's, and what it keeps over a restart.
fn begun_with_one(staffed: &Staffed, device: &Device) -> RotationJob {
    let job = begun(staffed, Account::Main);
    let now = password(&job.old);
    assert!(device.takes(&now) && device.administrator() == now);
    assert_eq!(device.machine.read("kept"), device.shadow());
    job
}

#[test]
fn an_rtx_that_hangs_up_before_the_proof_leaves_both_of_its_passwords_in_the_vault() {
    an_rtx_that_hangs_up(1, 1..=3, &[2, 3]);
}

#[test]
fn an_rtx_that_hangs_up_while_its_administrator_is_asked_for_leaves_both_in_the_vault() {
    an_rtx_that_hangs_up(2, 1..=1, &[]);
}

#[test]
fn an_rtx_that_hangs_up_while_the_old_one_is_asked_for_leaves_both_in_the_vault() {
    an_rtx_that_hangs_up(2, 2..=4, &[2]);
}

#[test]
fn an_rtx_that_hangs_up_while_its_administrators_changes_leaves_both_in_the_vault() {
    an_rtx_that_hangs_up(2, 5..=6, &[6]);
}

#[test]
fn an_rtx_that_hangs_up_while_it_saves_and_proves_leaves_both_in_the_vault() {
    an_rtx_that_hangs_up(2, 7..=10, &[7, 8, 10]);
}

#[test]
fn whatever_interrupts_the_replacement_at_an_rtx_leaves_secrets_that_work() {
    let Some(device) = Device::start("yamaha") else {
        return;
    };
    every_interruption_leaves_a_secret_that_works(device.staffed(LIKE_YAMAHA_RTX));
}

#[test]
fn a_device_that_takes_the_new_password_moments_after_it_hung_up_is_entered_with_it() {
    let Some(device) = Device::start("cisco") else {
        return;
    };
    let staffed = device.staffed(LIKE_CISCO_IOS);
    device.hangs_up("hangs-up", 1, 2);
    let job = begun(&staffed, Account::Main);
    let new = password(job.new.as_ref().unwrap());
    carried(&staffed, &job);
    let doubted = Some((Works::NotKnown, RotationFailure::InDoubt));
    assert_eq!(failed(&staffed, false), doubted);
    device.commits_late(&new);
    staffed.hospital.pass(Duration::from_secs(61));
    carried(&staffed, &staffed.hospital.engine.next_rotation().unwrap());
    assert_eq!(failed(&staffed, false), None);
    opens(&staffed);
}

#[test]
fn a_device_that_did_not_keep_the_new_password_has_both_in_the_vault_until_it_did() {
    let Some(device) = Device::start("cisco") else {
        return;
    };
    let staffed = device.staffed(LIKE_CISCO_IOS);
    let not_saved = Some((Works::NotKnown, RotationFailure::NotSaved));
    device.set("full", "");
    carried(&staffed, &begun(&staffed, Account::Main));
    assert_eq!(failed(&staffed, false), not_saved);
    let tasks = staffed.hospital.engine.tasks();
    assert!(
        tasks
            .iter()
            .any(|task| task.id == "finding-rotation-not-saved")
    );
    // It is asked again after a minute, and has room by then.
    fs::remove_file(device.path("full")).unwrap();
    staffed.hospital.pass(Duration::from_secs(61));
    carried(&staffed, &staffed.hospital.engine.next_rotation().unwrap());
    assert_eq!(failed(&staffed, false), None);
    device.restarts();
    opens(&staffed);
    // A restart before it was kept brings the old one back, and that one is still there.
    device.set("full", "");
    carried(&staffed, &begun(&staffed, Account::Main));
    assert_eq!(failed(&staffed, false), not_saved);
    fs::remove_file(device.path("full")).unwrap();
    device.restarts();
    staffed.hospital.pass(Duration::from_secs(61));
    carried(&staffed, &staffed.hospital.engine.next_rotation().unwrap());
    settles_for_the_old(&staffed);
    opens(&staffed);
}

#[test]
fn a_device_that_refuses_floods_or_shows_another_prompt_keeps_its_password() {
    let Some(device) = Device::start("cisco") else {
        return;
    };
    let staffed = device.staffed(LIKE_CISCO_IOS);
    let before = device.shadow();
    // It says no, and that is found by the proof.
    device.set("refuses", "");
    carried(&staffed, &begun(&staffed, Account::Main));
    let not_proved = |works| Some((works, RotationFailure::NotProved));
    assert_eq!(failed(&staffed, false), not_proved(Works::NotKnown));
    staffed.hospital.pass(DOUBTED);
    carried(&staffed, &staffed.hospital.engine.next_rotation().unwrap());
    assert_eq!(failed(&staffed, false), not_proved(Works::Old));
    // The same where the hospital said what a yes looks like.
    let careful = LIKE_CISCO_IOS.replacen(
        "send username {account} secret {new}",
        "send username {account} secret {new}\nsee Secret changed",
        1,
    );
    let dialogue = Dialogue::parse(careful.lines()).unwrap();
    replaced_by(&staffed, RotationWay::Device(dialogue));
    staffed.hospital.pass(Duration::from_secs(61));
    carried(&staffed, &begun(&staffed, Account::Main));
    let refused = Some((Works::Old, RotationFailure::ChangeRefused));
    assert_eq!(failed(&staffed, false), refused);
    fs::remove_file(device.path("refuses")).unwrap();
    device.set("floods", "");
    staffed.hospital.pass(Duration::from_secs(61));
    carried(&staffed, &begun(&staffed, Account::Main));
    let unanswered = Some((Works::Old, RotationFailure::Unreachable));
    assert_eq!(failed(&staffed, false), unanswered);
    fs::remove_file(device.path("floods")).unwrap();
    // A prompt that never comes is a device that does not answer.
    device.set("silent", "");
    staffed.hospital.pass(Duration::from_secs(61));
    carried(&staffed, &begun(&staffed, Account::Main));
    assert_eq!(failed(&staffed, false), unanswered);
    assert_eq!(device.shadow(), before);
}

#[test]
fn a_password_that_a_device_may_read_in_its_own_way_is_not_said_to_it() {
    let Some(device) = Device::start("yamaha") else {
        return;
    };
    let staffed = device.staffed(LIKE_YAMAHA_RTX);
    let before = device.shadow();
    let odd = NewSecret::Password(Zeroizing::new(format!("{MAIN} ?")));
    let setting = staffed.hospital.engine.set_target_secret(
        &staffed.clerk,
        &staffed.target,
        Account::Main,
        odd,
    );
    staffed.hospital.run(setting).unwrap();
    let job = begun(&staffed, Account::Main);
    // It opens the target, and could not be typed there.
    let job = RotationJob {
        old: engine::TargetSecret::Password(Zeroizing::new(MAIN.to_owned())),
        new: Some(engine::TargetSecret::Password(Zeroizing::new(
            "x; reboot".to_owned(),
        ))),
        ..job
    };
    carried(&staffed, &job);
    let not_offered = Some((Works::Old, RotationFailure::WayNotOffered));
    assert_eq!(failed(&staffed, false), not_offered);
    assert_eq!(device.shadow(), before);
}

/// What takes the place of PowerShell: it takes the very script that the page for operators shows, and what the script
/// reads.
const POWERSHELL: &str = r#"#!/bin/sh
place=$(dirname "$(dirname "$0")")
[ "$*" = "-NoLogo -NoProfile -NonInteractive -EncodedCommand $5" ] || exit 90
printf '%s' "$5" | base64 -d | iconv -f UTF-16LE -t UTF-8 | cmp -s - "$place/documented" || exit 91
IFS= read -r name && IFS= read -r secret || exit 2
[ -e "$place/refuses" ] && exit 4
case "$(tr '\0' ' ' < /proc/$PPID/cmdline; tr '\0' ' ' < /proc/$$/cmdline)" in *"$secret"*) exit 92 ;; esac
printf '%s:%s\n' "$name" "$secret" | chpasswd
"#;

/// The script on the page for operators.
fn documented() -> String {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/operating/secrets.md");
    let page = fs::read_to_string(page).unwrap();
    let (_, rest) = page.split_once("```powershell\n").unwrap();
    rest.split_once("```").unwrap().0.to_owned()
}

fn windows() -> Option<(Machine, Staffed)> {
    let machine = Machine::with("", |place| {
        account(place);
        program(place, "bin/powershell.exe", POWERSHELL);
        fs::write(place.join("documented"), documented()).unwrap();
    })?;
    let staffed = machine.of("maint", MAIN);
    replaced_by(&staffed, RotationWay::Windows);
    Some((machine, staffed))
}

#[test]
fn l29_powershell_is_given_the_documented_script_and_the_password_on_its_standard_input_alone() {
    let Some((machine, staffed)) = windows() else {
        return;
    };
    let job = begun(&staffed, Account::Main);
    let new = password(job.new.as_ref().unwrap());
    carried(&staffed, &job);
    assert_eq!(failed(&staffed, false), None);
    assert!(!stands_in(staffed.hospital.folder(), &new));
    assert!(!stands_in(machine.folder(), &new));
    opens(&staffed);
    fs::write(machine.folder().join("refuses"), "").unwrap();
    carried(&staffed, &begun(&staffed, Account::Main));
    let refused = Some((Works::Old, RotationFailure::ChangeRefused));
    assert_eq!(failed(&staffed, false), refused);
}

#[test]
fn whatever_interrupts_a_replacement_by_powershell_leaves_a_secret_that_works() {
    let Some((_machine, staffed)) = windows() else {
        return;
    };
    every_interruption_leaves_a_secret_that_works(staffed);
}

#[test]
fn a_crash_between_the_proof_and_the_saving_is_made_good_by_saving() {
    let Some(device) = Device::start("cisco") else {
        return;
    };
    let staffed = device.staffed(LIKE_CISCO_IOS);
    let job = begun(&staffed, Account::Main);
    let engine = &staffed.hospital.engine;
    let workers = workers(&staffed.hospital.config.dir, None);
    let stopped = carry_until(engine, &workers, &job, |step| step == Step::Proved);
    staffed.hospital.run(stopped);
    assert_ne!(device.machine.read("kept"), device.shadow());
    staffed.hospital.pass(Duration::from_secs(61));
    carried(&staffed, &engine.next_rotation().unwrap());
    assert_eq!(failed(&staffed, false), None);
    assert_eq!(device.machine.read("kept"), device.shadow());
}

#[test]
fn a_save_that_does_not_fit_the_device_is_mended_without_losing_a_password() {
    let Some(device) = Device::start("cisco") else {
        return;
    };
    let wrong = LIKE_CISCO_IOS.replace("see [OK]", "see saved");
    let staffed = device.staffed(&wrong);
    let job = begun(&staffed, Account::Main);
    let new = password(job.new.as_ref().unwrap());
    carried(&staffed, &job);
    let not_saved = Some((Works::NotKnown, RotationFailure::NotSaved));
    assert_eq!(failed(&staffed, false), not_saved);
    let engine = &staffed.hospital.engine;
    let entered = engine.site().last_at();
    for minutes in [1, 2, 4] {
        assert!(engine.next_rotation().is_none(), "{minutes}");
        staffed.hospital.pass(Duration::from_secs(minutes * 60 - 1));
        assert!(engine.next_rotation().is_none(), "{minutes}");
        staffed.hospital.pass(Duration::from_secs(1));
        carried(&staffed, &engine.next_rotation().unwrap());
        assert_eq!(failed(&staffed, false), not_saved);
    }
    assert_eq!(engine.site().last_at(), entered, "it is entered once");
    let dialogue = Dialogue::parse(LIKE_CISCO_IOS.lines()).unwrap();
    replaced_by(&staffed, RotationWay::Device(dialogue));
    staffed.hospital.pass(Duration::from_secs(60));
    carried(&staffed, &engine.next_rotation().unwrap());
    assert_eq!(failed(&staffed, false), None);
    device.restarts();
    assert!(device.takes(&new));
    opens(&staffed);
}

#[test]
fn l24_what_is_said_to_replace_a_password_crosses_a_worker_of_its_own_that_ends_with_it() {
    let Some(device) = Device::start("cisco") else {
        return;
    };
    let staffed = device.staffed(LIKE_CISCO_IOS);
    let job = begun(&staffed, Account::Main);
    let workers = workers(&staffed.hospital.config.dir, None);
    let seen = std::cell::RefCell::new(std::collections::BTreeSet::new());
    let carrying = carry_until(&staffed.hospital.engine, &workers, &job, |_| {
        seen.borrow_mut().extend(children(workers.process()));
        false
    });
    staffed.hospital.run(carrying);
    assert_eq!(failed(&staffed, false), None);
    // With the old password, with the new one; none of them is the one that sessions share.
    assert_eq!(seen.borrow().len(), 2);
    until("they ended", || children(workers.process()).is_empty());
}

#[test]
fn no_command_of_linux_is_run_where_another_way_is_set() {
    let Some(device) = Device::start("cisco") else {
        return;
    };
    let staffed = device.staffed(LIKE_CISCO_IOS);
    // Keys from before a way was for passwords alone: the old one opens it, the new one does not.
    let key = |key: &ssh::LoginKey| {
        let pem = key.pem().unwrap();
        engine::TargetSecret::Key(Zeroizing::new(pem.as_bytes().to_vec()))
    };
    let job = RotationJob {
        old: key(device.machine.login()),
        new: Some(key(&ssh::LoginKey::generate().unwrap())),
        ..begun(&staffed, Account::Main)
    };
    carried(&staffed, &job);
    let not_offered = Some((Works::Old, RotationFailure::WayNotOffered));
    assert_eq!(failed(&staffed, false), not_offered);
    // Whatever is run or said there counts as a session.
    assert!(!device.path("sessions").exists());
}
