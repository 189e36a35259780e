//! A cheating target: an SSH server that attacks whoever signs in.

use std::net::SocketAddr;

use acceptance::Person;
use acceptance::hospital::Hospital;
use acceptance::people::text;
use acceptance::run::Done;
use acceptance::ssh::Shell;
use cheats::target::{Mischief, Target, USER, WORDS};
use serde_json::Value;

/// What the vault holds for it.
const PASSWORD: &str = "Juniper-Walnut-Ferry-9";

/// A cheating target with its engineer and an approved visit.
struct Stage {
    hospital: &'static Hospital,
    target: Target,
    engineer: Person,
    shell: Shell,
}

impl Stage {
    /// Registered with these arguments, visited on these terms.
    fn set(name: &str, target: &[&str], terms: &[&str]) -> Self {
        let hospital = Hospital::shared();
        let cheat = Target::start(SocketAddr::from(([127, 0, 0, 1], 0)));
        let vendor = hospital.vendor(&format!("{name} KK"));
        let engineer = hospital.engineer(&vendor, name);
        let host_key = cheat.host_key();
        let ssh = ["--protocol", "ssh", "--user", USER, "--host-key", &host_key];
        let all: Vec<&str> = ssh.iter().chain(target).copied().collect();
        hospital.target(name, &vendor, cheat.address(), &all);
        hospital
            .clerk
            .sekisho()
            .args(["target", "secret", name, "--password-stdin"])
            .input(format!("{PASSWORD}\n"))
            .ok();
        let shell = Shell::ready(hospital, &engineer, name, terms);
        Self {
            hospital,
            target: cheat,
            engineer,
            shell,
        }
    }

    /// One command by the engineer's own client.
    fn runs(&self, command: &str) -> Done {
        self.shell.ssh(&["-T"]).arg(command).done()
    }

    /// Files by the engineer's own client.
    fn sftp(&self, batch: &str) -> Done {
        let lines = self.shell.file("batch", batch);
        let sftp = self.shell.openssh("sftp").arg("-b").arg(lines);
        sftp.arg(self.shell.host()).done()
    }

    /// Why the last session ended; its recording must hold.
    fn why(&self) -> String {
        let session = self.hospital.session_of(&self.shell.visit.visit);
        let ended = self.hospital.ended(&session);
        let verified = self.hospital.clerk.asks(["recording", "verify", &session]);
        assert_eq!(verified["verified"], true, "{verified:#}");
        text(&ended["ended"]["reason"], "id")
    }

    /// The same target, behaving itself: the gateway has taken no harm.
    fn works(&self) {
        self.target.does(Mischief::None);
        let done = self.runs("anything");
        assert_eq!(done.expect(0).text(), WORDS, "{done}");
        assert!(self.hospital.gateway().runs());
    }
}

#[test]
fn l39_a_target_that_shows_another_host_key_gets_no_password_and_no_word() {
    let stage = Stage::set("l39", &[], &[]);
    stage.works();
    let before = stage.target.seen();
    assert_eq!(before.passwords, [PASSWORD]);
    stage.target.does(Mischief::AnotherKey);
    let done = stage.runs("cat /etc/shadow");
    assert_ne!(done.code, 0, "{done}");
    assert!(!done.text().contains(WORDS));
    let after = stage.target.seen();
    assert!(after.connections > before.connections, "it was not tried");
    assert_eq!(after.passwords, before.passwords);
    assert_eq!(after.asked, before.asked);
    assert_eq!(stage.why(), "end-target-key-differs");
    // The engineer can say yes to nothing: what they believe is the gateway's key alone.
    let lax = ["-T", "-o", "StrictHostKeyChecking=no"];
    let done = stage.shell.ssh(&lax).arg("cat /etc/shadow").done();
    assert_ne!(done.code, 0, "{done}");
    assert_eq!(stage.target.seen().passwords, before.passwords);
    stage.works();
}

#[test]
fn l33_a_target_that_opens_channels_of_every_kind_is_granted_none() {
    let stage = Stage::set("l33-channels", &[], &[]);
    stage.target.does(Mischief::OpensChannels);
    let done = stage.runs("anything");
    assert_eq!(done.expect(0).text(), WORDS);
    assert_eq!(stage.target.seen().granted, 0);
    assert_eq!(stage.why(), "end-engineer-closed");
    stage.works();
}

#[test]
fn l33_a_target_that_answers_what_nobody_asked_confuses_nobody() {
    let stage = Stage::set("l33-unasked", &[], &[]);
    stage.target.does(Mischief::AnswersUnasked);
    let before = stage.hospital.gateway().pid();
    let done = stage.runs("anything");
    assert!(done.text().is_empty() || done.text() == WORDS, "{done}");
    stage.why();
    for broken in [Mischief::BreaksOff, Mischief::Escapes] {
        stage.target.does(broken);
        stage.runs("anything");
        stage.why();
    }
    assert_eq!(stage.hospital.gateway().pid(), before);
    stage.works();
}

/// The longest that the gateway, both kernels and both clients hold of a stream that nobody wants.
const IN_FLIGHT: usize = 32 * 1024 * 1024;

#[test]
fn l33_a_target_that_answers_without_end_is_ended_at_the_visits_quota() {
    let stage = Stage::set("l33-endless", &["--quota", "2MiB"], &[]);
    stage.target.does(Mischief::Endless);
    let done = stage.runs("anything");
    assert_ne!(done.code, 0);
    assert!(done.out.len() <= 2 * 1024 * 1024, "{}", done.out.len());
    assert_eq!(stage.why(), "end-quota-used-up", "{}", done.err);
    let taken = stage.target.seen().taken;
    assert!(taken < IN_FLIGHT, "{taken} bytes were taken");
    assert!(stage.hospital.gateway().runs());
}

#[test]
fn l33_a_target_whose_files_lie_about_numbers_lengths_and_names_ends_its_own_channel() {
    let stage = Stage::set("l33-files", &[], &["--download", "/out"]);
    let inside = stage.shell.folder.join("inside");
    std::fs::create_dir(&inside).unwrap();
    let batch = format!("lcd {}\nls /out\nget -r /out\n", inside.display());
    for mischief in [
        Mischief::WrongNumbers,
        Mischief::EndlessPacket,
        Mischief::NamesThatLeadElsewhere,
    ] {
        stage.target.does(mischief);
        let done = stage.sftp(&batch);
        assert_ne!(done.code, 0, "{mischief:?}: {done}");
        for name in ["evil", "passwd"] {
            assert!(!done.text().contains(name), "{mischief:?}: {done}");
        }
        stage.why();
    }
    // The same by the older protocol of scp.
    let scp = stage.shell.openssh("scp").args(["-O", "-r"]);
    let scp = scp.arg(format!("{}:/out", stage.shell.host())).arg(&inside);
    assert_ne!(scp.done().code, 0);
    stage.why();
    let asked = stage.target.seen().asked;
    assert!(asked.iter().any(|asked| asked.contains("scp")), "{asked:?}");
    let found = acceptance::files::below(&stage.shell.folder);
    let found: Vec<String> = found
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    assert!(!found.iter().any(|path| path.contains("evil")), "{found:?}");
    stage.works();
}

/// What the ledger says was refused of a visit.
fn refusals(stage: &Stage) -> Vec<Value> {
    let mut refused = stage.hospital.events("command_refused");
    refused.retain(|entry| {
        entry["event"]["command"] == "open_channel"
            && entry.to_string().contains(&stage.shell.visit.visit)
    });
    refused
}

#[test]
fn l09_what_the_visit_does_not_hold_is_never_heard_of_by_the_target() {
    let terms = ["--no-exec"];
    let stage = Stage::set("l09", &[], &terms);
    stage.target.does(Mischief::None);
    let ways: [&[&str]; 8] = [
        &["-T", "-s", "HOST", "netconf"],
        &["-T", "-s", "HOST", "sftp"],
        &["-T", "HOST", "id"],
        &["-T", "HOST", "scp -t /"],
        &["-tt", "HOST", "/usr/lib/openssh/sftp-server"],
        &["-W", "127.0.0.1:22", "HOST"],
        &[
            "-T",
            "-o",
            "PermitLocalCommand=no",
            "-w",
            "0:0",
            "HOST",
            "id",
        ],
        &["-T", "-o", "SetEnv=LD_PRELOAD=/tmp/x LANG=C", "HOST", "id"],
    ];
    let host = stage.shell.host();
    for way in ways {
        let words: Vec<&str> = way
            .iter()
            .map(|word| if *word == "HOST" { &host } else { *word })
            .collect();
        let done = stage.shell.openssh("ssh").args(words).done();
        assert_ne!(done.code, 0, "{done}");
        assert!(!done.text().contains(WORDS), "{done}");
    }
    let seen = stage.target.seen();
    assert!(seen.asked.is_empty(), "{:?}", seen.asked);
    assert!(!refusals(&stage).is_empty());
    // What the visit does hold works.
    let mut shell = stage.shell.ssh(&["-T"]).begin();
    shell.close_input();
    assert_eq!(shell.finish().text(), WORDS);
    assert_eq!(stage.target.seen().asked, ["shell"]);
}

#[test]
fn l01_the_keys_and_names_that_an_ssh_client_shows_change_nobody() {
    let stage = Stage::set("l01-inner", &[], &[]);
    let key = stage.shell.folder.join("own_key");
    let made = std::process::Command::new("ssh-keygen")
        .args(["-q", "-t", "ed25519", "-N", "", "-f"])
        .arg(&key)
        .status();
    assert!(made.unwrap().success());
    let own = format!("IdentityFile={}", key.display());
    let done = stage
        .shell
        .ssh(&["-T", "-o", &own, "-l", "administrator"])
        .arg("anything")
        .done();
    assert_eq!(done.expect(0).text(), WORDS);
    assert_eq!(stage.target.seen().passwords, [PASSWORD]);
    let session = stage.hospital.session_of(&stage.shell.visit.visit);
    let opened = stage.hospital.events("session_opened");
    let mine = opened
        .iter()
        .find(|entry| entry["event"]["session"] == session.as_str())
        .expect("it is entered");
    assert_eq!(
        mine["event"]["person"],
        stage.engineer.id.as_str(),
        "{mine:#}"
    );
}
