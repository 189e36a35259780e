//! Files that stop in quarantine, by OpenSSH's own clients, before the real clamd.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use access::{FileCommand, Files, Paths, SshTerms};
use engine::{FileChecks, FileRules, TargetRules};
use ids::{NonEmpty, VisitId};
use quarantine::{Scanner, Socket};

use crate::clamd::{Clamd, virus};
use crate::seen::{Ran, write_file};
use crate::sshd::{Ground, Sshd, Wish, until};

/// A ground where files may pass in and out of `open/`, after they were looked at.
pub(crate) fn ground(rules: FileRules) -> Ground {
    let sshd = Sshd::start();
    let open = sshd.path("open");
    fs::create_dir(&open).unwrap();
    let files = || Files::Yes {
        paths: Paths::Under(NonEmpty::one(open.to_str().unwrap().to_owned())),
        most_bytes: 1 << 26,
    };
    let wish = Wish {
        terms: SshTerms {
            shell: false,
            exec: false,
            upload: files(),
            download: files(),
        },
        checks: FileChecks::Quarantine(Box::new(rules)),
        ..Wish::default()
    };
    let address = sshd.address;
    Ground::at(sshd, address, wish)
}

pub(crate) fn scanned(clamd: &Clamd) -> FileRules {
    FileRules {
        scanners: vec![clamd.scanner()],
        ..FileRules::default()
    }
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

pub(crate) fn sftp(ground: &Ground, commands: &str) -> Ran {
    let batch = ground.sshd.path("batch");
    fs::write(&batch, commands).unwrap();
    ground.ran("sftp", &["-q", "-b", text(&batch), "target"])
}

pub(crate) fn put(ground: &Ground, name: &str) -> Ran {
    let (from, to) = (ground.sshd.path(name), ground.sshd.path("open").join(name));
    sftp(ground, &format!("put {} {}\n", text(&from), text(&to)))
}

fn get(ground: &Ground, name: &str) -> Ran {
    let (from, to) = (ground.sshd.path("open").join(name), ground.sshd.path(name));
    sftp(ground, &format!("get {} {}\n", text(&from), text(&to)))
}

/// The one visit of the ground.
fn visit(ground: &Ground) -> VisitId {
    let clerk = &ground.staffed.clerk;
    ground.engine().recordings(clerk).unwrap().remove(0).visit
}

/// Whether anything waits on the disk.
fn waits(ground: &Ground) -> usize {
    let folder = ground.staffed.hospital.config.dir.join("quarantine");
    fs::read_dir(folder).map_or(0, Iterator::count)
}

#[test]
fn files_pass_both_ways_by_rule_once_clamd_called_them_clean_and_the_ledger_says_by_what() {
    let clamd = Clamd::start();
    let ground = ground(scanned(&clamd));
    let content = write_file(&ground.sshd.path("there"), 3_000_001);
    fs::set_permissions(ground.sshd.path("there"), fs::Permissions::from_mode(0o640)).unwrap();
    let (there, back) = (ground.sshd.path("open/there"), ground.sshd.path("back"));
    let ran = sftp(
        &ground,
        &format!(
            "put -p {0} {1}\nget {1} {2}\n",
            text(&ground.sshd.path("there")),
            text(&there),
            text(&back)
        ),
    );
    assert_eq!(ran.status, Some(0), "{ran:?}");
    assert_eq!(fs::read(&there).unwrap(), content);
    assert_eq!(fs::read(&back).unwrap(), content);
    let mode = fs::metadata(&there).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o640);
    ground.end();
    let entered = ground.entered("file_handed_over");
    assert_eq!(entered.len(), 2, "{entered:?}");
    for entry in &entered {
        let entry = entry.to_string();
        assert!(entry.contains("ClamAV 1."), "{entry}");
        assert!(entry.contains("\"verdict\":\"passed\""), "{entry}");
    }
    assert_eq!(waits(&ground), 0);
}

#[test]
fn modern_scp_passes_through_the_quarantine_and_the_old_protocol_is_told_what_to_do() {
    let clamd = Clamd::start();
    let ground = ground(scanned(&clamd));
    let content = write_file(&ground.sshd.path("file"), 100_000);
    let file = ground.sshd.path("file");
    let to = format!("target:{}/copied", text(&ground.sshd.path("open")));
    let ran = ground.ran("scp", &["-q", text(&file), &to]);
    assert_eq!(ran.status, Some(0), "{ran:?}");
    assert_eq!(fs::read(ground.sshd.path("open/copied")).unwrap(), content);
    let old = ground.ran("scp", &["-q", "-O", text(&file), &to]);
    assert_ne!(old.status, Some(0));
    assert!(old.err.contains("without -O"), "{old:?}");
}

#[test]
fn a_virus_reaches_neither_side_and_is_entered_with_its_name() {
    let clamd = Clamd::start();
    let ground = ground(scanned(&clamd));
    let mut bytes = write_file(&ground.sshd.path("bad"), 70_000);
    bytes.extend(virus());
    fs::write(ground.sshd.path("bad"), &bytes).unwrap();
    let ran = put(&ground, "bad");
    assert_ne!(ran.status, Some(0));
    assert!(ran.err.contains("Sekisho.Test.Virus"), "{ran:?}");
    assert!(!ground.sshd.path("open/bad").exists());
    fs::write(ground.sshd.path("open/theirs"), &bytes).unwrap();
    let ran = get(&ground, "theirs");
    assert_ne!(ran.status, Some(0));
    assert!(ran.err.contains("Sekisho.Test.Virus"), "{ran:?}");
    let got = ground.sshd.path("theirs");
    assert!(!got.exists() || fs::read(&got).unwrap().is_empty());
    let entered = ground.entered("file_judged");
    assert_eq!(entered.len(), 2);
    for entry in &entered {
        let entry = entry.to_string();
        assert!(entry.contains("\"verdict\":\"stopped\""), "{entry}");
        assert!(entry.contains("Sekisho.Test.Virus"), "{entry}");
    }
    assert!(ground.entered("file_handed_over").is_empty());
}

/// What was there before a refused upload stays as it was.
#[test]
fn l09_the_target_hears_nothing_of_a_file_before_it_passed() {
    let clamd = Clamd::start();
    let ground = ground(scanned(&clamd));
    fs::write(ground.sshd.path("open/bad"), "what was there").unwrap();
    fs::write(ground.sshd.path("bad"), virus()).unwrap();
    assert_ne!(put(&ground, "bad").status, Some(0));
    let there = fs::read_to_string(ground.sshd.path("open/bad")).unwrap();
    assert_eq!(there, "what was there");
}

#[test]
fn a_scanner_that_does_not_answer_holds_files_up_until_a_person_lets_them_pass() {
    let mut clamd = Clamd::start();
    let ground = ground(scanned(&clamd));
    clamd.stop();
    let content = write_file(&ground.sshd.path("patch"), 10_000);
    let ran = put(&ground, "patch");
    assert_ne!(ran.status, Some(0));
    assert!(
        ran.err.contains("waits at the hospital under the number 1"),
        "{ran:?}"
    );
    assert!(!ground.sshd.path("open/patch").exists());
    // Sent again, it is the same question.
    assert!(put(&ground, "patch").err.contains("under the number 1"));
    assert_eq!(ground.entered("file_judged").len(), 1);
    let release = FileCommand::Release {
        visit: visit(&ground),
        file: 1,
    };
    let by_engineer = ground
        .engine()
        .about_files(&ground.staffed.engineer, release.clone());
    assert!(ground.run(by_engineer).is_err());
    let released = ground.engine().about_files(&ground.staffed.clerk, release);
    ground.run(released).unwrap();
    assert_eq!(put(&ground, "patch").status, Some(0));
    assert_eq!(fs::read(ground.sshd.path("open/patch")).unwrap(), content);
    // Other content, or another place, was not what the person let pass.
    fs::write(ground.sshd.path("patch"), "something else").unwrap();
    assert!(put(&ground, "patch").err.contains("under the number 2"));
    write_file(&ground.sshd.path("other"), 10_000);
    assert!(put(&ground, "other").err.contains("under the number 3"));
}

#[test]
fn what_a_person_refused_does_not_pass_and_asks_nobody_again() {
    let ground = ground(FileRules::default());
    fs::write(ground.sshd.path("open/log"), "patients").unwrap();
    let ran = get(&ground, "log");
    assert!(ran.err.contains("No virus scanner"), "{ran:?}");
    assert!(ran.err.contains("under the number 1"), "{ran:?}");
    let refuse = FileCommand::Refuse {
        visit: visit(&ground),
        file: 1,
    };
    let refused = ground.engine().about_files(&ground.staffed.clerk, refuse);
    ground.run(refused).unwrap();
    let again = get(&ground, "log");
    assert!(again.err.contains("refused this file"), "{again:?}");
    assert_eq!(ground.entered("file_judged").len(), 1);
}

#[test]
fn kinds_are_known_by_content_and_rules_of_a_target_stand_before_the_usual() {
    let own = TargetRules {
        kinds: Some(["text".to_owned()].into()),
        most_bytes: 1000,
        by_person: false,
    };
    let rules = FileRules {
        dangerous_unscanned_files_pass: true,
        targets: [("db".to_owned(), own)].into(),
        ..FileRules::default()
    };
    let ground = ground(rules);
    fs::write(ground.sshd.path("note"), "text\n").unwrap();
    assert_eq!(put(&ground, "note").status, Some(0));
    fs::write(ground.sshd.path("note.txt"), b"MZ\x90\0").unwrap();
    let program = put(&ground, "note.txt");
    assert!(
        program.err.contains("do not pass here: windows"),
        "{program:?}"
    );
    fs::write(ground.sshd.path("long"), "x".repeat(1001)).unwrap();
    let long = put(&ground, "long");
    assert!(long.err.contains("larger than may pass"), "{long:?}");
    assert!(!ground.sshd.path("open/long").exists());
}

#[test]
fn what_a_quarantine_cannot_hold_is_refused_and_says_what_to_do() {
    let rules = FileRules {
        dangerous_unscanned_files_pass: true,
        ..FileRules::default()
    };
    let ground = ground(rules);
    write_file(&ground.sshd.path("file"), 100_000);
    fs::write(ground.sshd.path("open/file"), "begun").unwrap();
    let (from, to) = (ground.sshd.path("file"), ground.sshd.path("open/file"));
    let again = sftp(&ground, &format!("reput {} {}\n", text(&from), text(&to)));
    assert_ne!(again.status, Some(0));
    assert!(again.err.contains("Files pass whole"), "{again:?}");
    assert_eq!(fs::read_to_string(&to).unwrap(), "begun");
    // Other things of SFTP go on as before: WinSCP's last step, folders, names.
    let (part, whole) = (
        ground.sshd.path("open/x.filepart"),
        ground.sshd.path("open/x"),
    );
    let ran = sftp(
        &ground,
        &format!(
            "put {} {part}\nrename {part} {}\nmkdir {open}/folder\nls {open}\nrm {open}/file\n",
            text(&from),
            text(&whole),
            part = text(&part),
            open = text(&ground.sshd.path("open"))
        ),
    );
    assert_eq!(ran.status, Some(0), "{ran:?}");
    assert!(whole.exists() && !part.exists() && !to.exists());
    assert!(ran.out.contains("folder"), "{ran:?}");
}

#[test]
fn a_file_that_the_target_does_not_take_is_no_file_that_passed() {
    let rules = FileRules {
        dangerous_unscanned_files_pass: true,
        ..FileRules::default()
    };
    let ground = ground(rules);
    write_file(&ground.sshd.path("file"), 1000);
    let from = ground.sshd.path("file");
    let missing = sftp(
        &ground,
        &format!(
            "put {} {}/no/such\n",
            text(&from),
            text(&ground.sshd.path("open"))
        ),
    );
    assert_ne!(missing.status, Some(0));
    assert!(ground.entered("file_handed_over").is_empty());
}

/// A second scanner is whoever listens: here in a thread, at a hospital a script.
#[test]
fn a_second_scanner_stops_what_the_first_called_clean() {
    let clamd = Clamd::start();
    let socket = tempfile::tempdir().unwrap();
    let path = socket.path().join("hook.sock");
    let listener = std::os::unix::net::UnixListener::bind(&path).unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut content = Vec::new();
            std::io::Read::read_to_end(&mut stream, &mut content).unwrap();
            let bad = content.starts_with(b"bad");
            let said: &[u8] = if bad { b"found Own.Rule\n" } else { b"clean\n" };
            let _gone = stream.write_all(said);
        }
    });
    let mut rules = scanned(&clamd);
    rules.scanners.push(Scanner::Hook(Socket::Unix(path)));
    let ground = ground(rules);
    fs::write(ground.sshd.path("good"), "good").unwrap();
    fs::write(ground.sshd.path("bad"), "bad").unwrap();
    assert_eq!(put(&ground, "good").status, Some(0));
    let bad = put(&ground, "bad");
    assert!(
        bad.err.contains("(hook) found something: Own.Rule"),
        "{bad:?}"
    );
}

#[test]
fn a_session_that_ends_while_a_file_waits_leaves_nothing_behind() {
    let rules = FileRules {
        dangerous_unscanned_files_pass: true,
        ..FileRules::default()
    };
    let ground = ground(rules);
    write_file(&ground.sshd.path("slow"), 10_000_000);
    let mut client = ground.client("sftp");
    let mut client = client
        .args(["-q", "-l", "800", "target"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let (from, to) = (ground.sshd.path("slow"), ground.sshd.path("open/slow"));
    let line = format!("put {} {}\n", text(&from), text(&to));
    client
        .stdin
        .as_mut()
        .unwrap()
        .write_all(line.as_bytes())
        .unwrap();
    until("something waits", || waits(&ground) == 1);
    client.kill().unwrap();
    client.wait().unwrap();
    ground.end();
    until("nothing waits any more", || waits(&ground) == 0);
    assert!(!ground.sshd.path("open/slow").exists());
    assert!(ground.entered("file_handed_over").is_empty());
}
