//! A machine is lost, and its site goes on: the commands of `docs/operating/backup.md`, executed in their order.

use std::path::{Path, PathBuf};

use acceptance::hospital::{Plan, pinned};
use acceptance::lab::Lab;
use acceptance::people::text;
use acceptance::relayed::{FIRST, Relayed};
use acceptance::run::{Done, Run};
use acceptance::{Hospital, files, ground, said, sekisho, wait};
use serde_json::Value;

const ENGLISH: &str = include_str!("../../docs/operating/backup.md");
const JAPANESE: &str = include_str!("../../docs/operating/backup.ja.md");

/// A command of the document: what follows the prompt.
fn commands(document: &str) -> Vec<&str> {
    let mut inside = false;
    let mut found = Vec::new();
    for line in document.lines() {
        match line {
            "```console" => inside = true,
            "```" => inside = false,
            _ if inside => {
                let command = line.strip_prefix("# ").or(line.strip_prefix("$ "));
                found.push(command.unwrap_or_else(|| panic!("no prompt: {line}")));
            }
            _ => {}
        }
    }
    found
}

#[test]
fn both_languages_of_the_page_give_the_same_commands() {
    assert_eq!(commands(ENGLISH), commands(JAPANESE));
}

/// Somebody who follows the page: their machine is a folder.
struct Follower {
    page: std::vec::IntoIter<&'static str>,
    /// What stands in the page, and what it is here.
    here: Vec<(&'static str, PathBuf)>,
    passphrase: bool,
}

impl Follower {
    fn of(hospital: &Hospital) -> Self {
        let at = |name: &str| hospital.folder.join(name);
        Self {
            page: commands(ENGLISH).into_iter(),
            here: vec![
                ("/srv/backup/handa.backup", at("handa.backup")),
                ("/var/lib/sekisho/handa", hospital.dir.clone()),
                ("/root/sekisho-passphrase", at("key-passphrase")),
            ],
            passphrase: false,
        }
    }

    /// The next command of the page, which must begin like this.
    fn next(&mut self, begins: &str) -> Vec<String> {
        let command = self.page.next().expect("the page ends before this step");
        assert!(
            command.starts_with(begins),
            "{begins:?} is not what follows: {command}"
        );
        let mut words: Vec<String> = command.split(' ').map(str::to_owned).collect();
        for word in &mut words {
            if let Some((_, here)) = self.here.iter().find(|(there, _)| there == word) {
                *word = here.display().to_string();
            }
        }
        words
    }

    /// The steps that make a user and a folder: everything here is root's own.
    fn passes_over(&mut self, begins: &str) {
        self.next(begins);
    }

    fn exports(&mut self) {
        let words = self.next("export SEKISHO_PASSPHRASE_FILE=/root/sekisho-passphrase");
        assert_eq!(words.len(), 2);
        self.passphrase = true;
    }

    /// The next command, which is one of `sekisho`, on the gateway's machine.
    fn root(&mut self, hospital: &Hospital, begins: &str) -> Run {
        let words = self.next(begins);
        let run = ground::at_the_gateway(&hospital.ground, sekisho())
            .arg("--home")
            .arg(hospital.folder.join("home-root"))
            .args(words.iter().skip(1));
        if !self.passphrase {
            return run;
        }
        let (_, file) = self.here.last().expect("the passphrase's file");
        run.env("SEKISHO_PASSPHRASE_FILE", file)
    }

    fn ended(mut self) {
        assert_eq!(self.page.next(), None, "the page goes on");
    }
}

fn relayed() -> Option<Relayed> {
    let lab = Lab::raise()?;
    let ground = ground::Ground::of(&lab);
    Some(Relayed::planned(
        lab,
        Plan {
            ground: Some(ground),
            key_passphrase: Some("八つの海を渡る風の音がする".to_owned()),
            ..Plan::default()
        },
    ))
}

fn status(hospital: &Hospital) -> Value {
    hospital.root().args(["site", "status"]).json()
}

/// Waits until the site says what it found.
fn finds(hospital: &Hospital, finding: &str) -> Value {
    wait::until(finding, || {
        let status = status(hospital);
        status["alarms"]
            .to_string()
            .contains(finding)
            .then_some(status)
    })
}

#[test]
fn a_lost_machine_is_put_back_by_the_page_and_goes_on_with_the_kit_when_a_witness_knows_more() {
    let Some(mut open) = relayed() else {
        return;
    };
    let mut page = Follower::of(&open.hospital);
    let (visitor, visit) = open.visitor();
    assert_eq!(visitor.asks("select 6 * 7"), "42");
    let session = open.hospital.session_of(&visit.visit);
    open.hospital.ended(&session);

    // Making a backup while it runs, and checking it.
    page.exports();
    page.root(&open.hospital, "sekisho --site-dir").ok();
    let words = page.next("sekisho site backup --verify");
    open.hospital.clerk.sekisho().args(&words[1..]).ok();
    let words = page.next("sekisho site backup --verify");
    let with_kit = open.hospital.clerk.sekisho().args(&words[1..]);
    let opened = with_kit.input(open.hospital.typed_kit()).json();
    assert_eq!(opened["opened"], true, "{opened:#}");

    // Business goes on, the relay sees it, and the machine is lost.
    open.hospital.vendor("Registered after the backup");
    open.seen();
    open.hospital.stop("KILL");
    let known_before = open.remembered();
    std::fs::rename(&open.hospital.dir, open.hospital.folder.join("lost")).unwrap();

    // A blank machine.
    page.passes_over("useradd");
    page.passes_over("install");
    page.exports();
    let restored = page.root(&open.hospital, "sekisho site restore");
    restored.input(open.hospital.typed_kit()).ok();
    page.passes_over("chown");
    page.passes_over("systemctl start");
    open.hospital.start();
    let shown = page.root(&open.hospital, "sekisho --site-dir");
    shown.ok();
    // The relay remembers more: nobody is admitted, and everybody is told why.
    let isolated = wait::until("the isolation", || {
        let status = status(&open.hospital);
        let alarms = status["alarms"].to_string();
        let told = alarms.contains("finding-rolled-back") || alarms.contains("finding-forked");
        (told && !status["isolation"].is_null()).then_some(status)
    });
    assert!(
        isolated["alarms"].to_string().contains("finding-restored"),
        "{isolated:#}"
    );
    let doctor = open.hospital.root().arg("doctor").done();
    doctor.expect(1).says(&said::beginning("finding-restored"));
    visitor.engineer.sign_in();
    assert_ne!(visitor.engineer.tries(["connect", &visitor.target]).code, 0);
    assert_eq!(open.remembered(), known_before);

    // It was an honest restore.
    page.passes_over("systemctl stop");
    open.hospital.stop("TERM");
    let resumed = page.root(&open.hospital, "sekisho --site-dir");
    let resumed = resumed.input(open.hospital.typed_kit());
    resumed.ok();
    page.passes_over("chown");
    page.passes_over("systemctl start");
    open.hospital.start();
    let words = [page.next("sekisho login"), page.next("sekisho lift")];
    assert!(words.iter().all(|words| words.len() == 2), "{words:?}");
    page.ended();
    for person in [&open.hospital.clerk, &open.hospital.chief] {
        person.sign_in();
        person.tries(["lift"]).expect(0);
    }
    open.seen();
    // The relay keeps both: what it had seen, and the kit's word that gave it up.
    let memory = open.remembered();
    assert_eq!(
        memory["given_up"][0]["held"], known_before["evidence"],
        "{memory:#}"
    );
    assert!(
        memory["given_up"][0]["statement"]
            .to_string()
            .contains("sekisho/resumed/v1")
    );
    let after = status(&open.hospital);
    assert!(after["isolation"].is_null(), "{after:#}");
    for settled in ["finding-restored", "finding-rolled-back", "finding-forked"] {
        assert!(!after["alarms"].to_string().contains(settled), "{after:#}");
    }
    // The visit that was approved before goes on; the recording of before is whole.
    assert_eq!(visitor.asks("select 7 * 7"), "49");
    let verify = ["recording", "verify", &session];
    open.hospital.clerk.tries(verify).expect(0);
}

#[test]
fn the_newest_backup_goes_on_by_itself_once_its_relay_has_confirmed_it() {
    let Some(mut open) = relayed() else {
        return;
    };
    let (visitor, _) = open.visitor();
    open.seen();
    open.hospital.stop("TERM");
    let backup = open.hospital.folder.join("newest");
    let passphrase = open.hospital.folder.join("key-passphrase");
    let root = || {
        let run = ground::at_the_gateway(&open.hospital.ground, sekisho());
        run.env("SEKISHO_PASSPHRASE_FILE", &passphrase)
    };
    let made = root().arg("--site-dir").arg(&open.hospital.dir);
    made.args(["site", "backup", "--out"]).arg(&backup).ok();
    std::fs::rename(&open.hospital.dir, open.hospital.folder.join("lost")).unwrap();
    let restore = root().args(["site", "restore"]).arg(&backup);
    let restore = restore.arg(&open.hospital.dir);
    restore.input(open.hospital.typed_kit()).ok();
    // Without its relay it waits.
    open.relay.stop("TERM");
    open.hospital.start();
    finds(&open.hospital, "finding-restored");
    open.relay.start();
    wait::until("the relay's word", || {
        let status = status(&open.hospital);
        let waits = status["alarms"].to_string().contains("finding-restored");
        (!waits).then_some(())
    });
    assert!(status(&open.hospital)["isolation"].is_null());
    visitor.engineer.sign_in();
    assert_eq!(visitor.asks("select 6 * 9"), "54");
}

#[test]
fn l30_of_two_gateways_from_one_backup_the_witness_stops_the_second_and_the_first_goes_on() {
    let Some(mut open) = relayed() else {
        return;
    };
    let (visitor, _) = open.visitor();
    let backup = open.hospital.folder.join("both");
    let passphrase = open.hospital.folder.join("key-passphrase");
    let second = open.hospital.folder.join("second");
    let at = |run: Run| {
        let run = ground::at_the_gateway(&open.hospital.ground, run);
        run.env("SEKISHO_PASSPHRASE_FILE", &passphrase)
    };
    let made = at(sekisho()).arg("--site-dir").arg(&open.hospital.dir);
    made.args(["site", "backup", "--out"]).arg(&backup).ok();
    // The first one goes on a little, and is seen.
    open.hospital.vendor("Registered after the backup");
    open.seen();
    let restore = at(sekisho()).args(["site", "restore"]).arg(&backup);
    let restore = restore.arg(&second);
    restore.input(open.hospital.typed_kit()).ok();
    another_address(&second);
    let gateway = at(sekisho()).arg("gateway").arg(&second);
    let gateway = gateway.arg("--passphrase-file").arg(&passphrase).begin();
    let asked = || {
        let asked = at(sekisho()).arg("--site-dir").arg(&second);
        asked.args(["--json", "site", "status"]).done()
    };
    let told = wait::until("the second gateway's isolation", || {
        let asked: Done = asked();
        let status: Value = serde_json::from_slice(&asked.out).ok()?;
        let alarms = status["alarms"].to_string();
        let forked = alarms.contains("finding-forked") || alarms.contains("finding-rolled-back");
        (forked && !status["isolation"].is_null()).then_some(status)
    });
    assert!(
        told["alarms"].to_string().contains("finding-restored"),
        "{told:#}"
    );
    drop(gateway);
    // The honest one was never in doubt.
    open.hospital
        .vendor("Registered after the second was stopped");
    open.seen();
    assert!(status(&open.hospital)["isolation"].is_null());
    open.connected(FIRST);
    assert_eq!(visitor.asks("select 6 * 8"), "48");
}

/// A second gateway on the same machine listens elsewhere.
fn another_address(dir: &Path) {
    let path = dir.join("site.toml");
    let file = std::fs::read_to_string(&path).unwrap();
    let lines = file
        .lines()
        .map(|line| match line.strip_prefix("listen = ") {
            Some(_) => "listen = \"127.0.0.1:4555\"".to_owned(),
            None => line.to_owned(),
        });
    let text = lines.collect::<Vec<_>>().join("\n");
    std::fs::write(&path, format!("{text}\n")).unwrap();
}

#[test]
fn what_cannot_be_put_back_is_refused_by_name_and_leaves_nothing() {
    let mut hospital = Hospital::own();
    let crew = hospital.crew();
    hospital.visit(&crew.engineer, &crew.target, &[]);
    let backup = hospital.folder.join("handa.backup");
    let make = |more: &[&str]| {
        let made = hospital.root().args(["site", "backup", "--out"]);
        made.arg(&backup).args(more).done()
    };
    make(&["--without-recordings"])
        .expect(0)
        .says(&said::beginning("cli-backup-without-recordings"));
    make(&[])
        .expect(1)
        .says(&said::beginning("error-file-exists"));
    let key = text(&pinned(&hospital.clerk), "site_key");
    let verify = |file: &Path, key: &str| {
        let run = sekisho().args(["site", "backup", "--verify"]).arg(file);
        run.args(["--site-key", key]).done()
    };
    verify(&backup, &key).expect(0);
    // Altered, cut off, and no backup at all.
    let damaged = hospital.folder.join("damaged.backup");
    std::fs::copy(&backup, &damaged).unwrap();
    files::flip(&damaged, 3_000);
    verify(&damaged, &key)
        .expect(5)
        .says(&said::beginning("error-backup-altered"));
    let whole = std::fs::read(&backup).unwrap();
    std::fs::write(&damaged, &whole[..whole.len() / 2]).unwrap();
    verify(&damaged, &key)
        .expect(5)
        .says(&said::beginning("error-backup-cut-off"));
    verify(&hospital.dir.join("site.toml"), &key)
        .expect(5)
        .says(&said::beginning("error-backup-not-one"));
    // Another site's key, another site's kit.
    let other_dir = hospital.folder.join("other-site");
    let other_kit = hospital.folder.join("other-kit.txt");
    let other = acceptance::hospital::init(&other_dir, "127.0.0.1:4556".parse().unwrap());
    let other = other
        .arg("--dangerous-key-beside-data")
        .arg("--kit-out")
        .arg(&other_kit);
    let other_key = text(&other.json(), "site_key");
    verify(&backup, &other_key)
        .expect(5)
        .says(&said::beginning("error-backup-other-site"));
    let halves = acceptance::hospital::halves(&std::fs::read_to_string(&other_kit).unwrap());
    let into = hospital.folder.join("again");
    let restore = |from: &Path, kit: &str, into: &Path| {
        let run = sekisho().args(["site", "restore"]).arg(from).arg(into);
        run.input(kit).done()
    };
    let wrong = restore(&backup, &format!("{}\n{}\n", halves[0], halves[1]), &into);
    wrong
        .expect(5)
        .says(&said::beginning("error-backup-other-kit"));
    let cut = restore(&damaged, &hospital.typed_kit(), &into);
    cut.expect(5).says(&said::beginning("error-backup-cut-off"));
    assert!(!into.exists() && !into.with_file_name("again.restoring").exists());
    let occupied = restore(&backup, &hospital.typed_kit(), &hospital.dir);
    occupied
        .expect(1)
        .says(&said::beginning("error-backup-not-empty"));
    // Nothing of it has touched the site.
    hospital.clerk.asks(["vendor", "list"]);
    // And it can be put back; its recordings are not there, and everything else is.
    restore(&backup, &hospital.typed_kit(), &into).expect(0);
    hospital.stop("TERM");
    let lost = hospital.folder.join("lost");
    std::fs::rename(&hospital.dir, lost).unwrap();
    std::fs::rename(&into, &hospital.dir).unwrap();
    hospital
        .root()
        .args(["site", "resume"])
        .input(hospital.typed_kit())
        .ok();
    hospital.start();
    hospital.clerk.sign_in();
    let vendors = hospital.clerk.asks(["vendor", "list"]);
    assert_eq!(vendors.as_array().map(Vec::len), Some(1), "{vendors:#}");
}
