//! The inspector between OpenSSH's own sftp, scp and sftp-server.

#![allow(clippy::disallowed_methods, reason = "the tests run real programs")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::wildcard_enum_match_arm,
    reason = "the helpers are tests too"
)]

mod bridge;

use std::fs;
use std::path::Path;
use std::process::Command;

use aws_lc_rs::digest::{SHA256, digest};
use bridge::{Bridge, Heard, SERVER, folder, installed};
use wire::sftp::{Act, Change, Direction, HandedOver, Inspector, Operation, Verdict, Words};

struct Ran {
    told: String,
    content: bool,
    files: Vec<HandedOver>,
    asked: Vec<Operation>,
    exceeded: usize,
}

/// Allows what lies under `home`; each file at most `most` bytes.
fn decide(operation: &Operation, home: &Path, most: Option<u64>) -> Verdict {
    let home = home.to_str().unwrap();
    let paths = match operation {
        Operation::Read { path }
        | Operation::Write { path, .. }
        | Operation::List { path }
        | Operation::Look { path } => vec![path],
        Operation::Change { path, other, .. } => {
            [Some(path), other.as_ref()].into_iter().flatten().collect()
        }
    };
    if paths.iter().all(|path| path.is_under(home)) {
        Verdict::Allow { bytes_left: most }
    } else {
        Verdict::Deny {
            sentence: "not under the agreed folder".to_owned(),
        }
    }
}

fn words() -> Words {
    Words {
        too_much: "more than agreed".to_owned(),
        unsupported: "not offered".to_owned(),
        unresolved: "no such place".to_owned(),
        too_many: "too many at once".to_owned(),
        not_open: "not open".to_owned(),
    }
}

fn run(folder: &Path, program: &str, arguments: &[&str], most: Option<u64>) -> Ran {
    let home = folder.join("home");
    let mut bridge = Bridge::start(folder, program, arguments, |asked| {
        assert_eq!(asked, "sftp");
        let mut server = Command::new(SERVER);
        server.current_dir(&home);
        server
    });
    let mut inspector = Inspector::new(words());
    let mut ran = Ran {
        told: String::new(),
        content: false,
        files: Vec::new(),
        asked: Vec::new(),
        exceeded: 0,
    };
    let mut free = |_: Direction, _: u64| true;
    while let Ok(heard) = bridge.heard.recv() {
        let (bytes, client) = match heard {
            Heard::Client(bytes) => (bytes, true),
            Heard::Server(bytes) => (bytes, false),
            Heard::ClientEnded => {
                bridge.to_server = None;
                continue;
            }
            Heard::ServerEnded => break,
        };
        let mut acts = if client {
            inspector.from_engineer(&bytes, &mut free).unwrap()
        } else {
            inspector.from_target(&bytes, &mut free).unwrap()
        };
        while !acts.is_empty() {
            let mut more = Vec::new();
            for act in acts {
                match act {
                    Act::ToTarget(bytes) => bridge.tell_server(&bytes),
                    Act::ToEngineer(bytes) => bridge.tell_client(&bytes),
                    Act::Ask(ask) => {
                        let verdict = decide(&ask.operation, &home, most);
                        ran.asked.push(ask.operation);
                        more.extend(inspector.answer(ask.id, verdict).unwrap());
                    }
                    Act::Exceeded { .. } => ran.exceeded += 1,
                    Act::File(file) => ran.files.push(file),
                }
            }
            acts = more;
        }
    }
    (ran.told, ran.content) = bridge.end();
    assert_eq!(inspector.finish(), Vec::new());
    ran
}

fn content(length: usize) -> Vec<u8> {
    (0..length)
        .map(|at| u8::try_from((at * 31 + at / 251) % 256).unwrap())
        .collect()
}

fn assert_whole(file: &HandedOver, direction: Direction, path: &Path, content: &[u8]) {
    assert_eq!(file.direction, direction);
    assert_eq!(file.path.as_bytes(), path.to_str().unwrap().as_bytes());
    assert_eq!(file.bytes, u64::try_from(content.len()).unwrap());
    assert!(file.whole, "{file:?}");
    assert_eq!(
        &file.sha256.unwrap().as_bytes()[..],
        digest(&SHA256, content).as_ref()
    );
}

/// A folder with a home for the target, and commands for the client.
fn begin(name: &str) -> std::path::PathBuf {
    let folder = folder(name);
    fs::create_dir(folder.join("home")).unwrap();
    folder
}

fn batch(folder: &Path, lines: &[&str], most: Option<u64>) -> Ran {
    let batch = folder.join("batch");
    fs::write(&batch, lines.join("\n") + "\n").unwrap();
    let batch = batch.to_str().unwrap();
    run(folder, "/usr/bin/sftp", &["-b", batch, "target"], most)
}

#[test]
fn openssh_sftp_uploads_and_downloads_and_both_are_known_to_the_byte() {
    if !installed() {
        return;
    }
    let folder = begin("whole");
    let text = content(5_000_001);
    fs::write(folder.join("up.bin"), &text).unwrap();
    let here = folder.to_str().unwrap();
    let put = format!("put {here}/up.bin sent.bin");
    let get = format!("get sent.bin {here}/back.bin");
    let empty = format!("put {here}/empty empty");
    fs::write(folder.join("empty"), b"").unwrap();
    let ran = batch(&folder, &[&put, &get, &empty, "ls -la"], None);
    assert!(ran.content, "{}", ran.told);
    let sent = folder.join("home/sent.bin");
    assert_eq!(fs::read(&sent).unwrap(), text);
    assert_eq!(fs::read(folder.join("back.bin")).unwrap(), text);
    assert_eq!(ran.files.len(), 3, "{:?}", ran.files);
    assert_whole(&ran.files[0], Direction::Upload, &sent, &text);
    assert_whole(&ran.files[1], Direction::Download, &sent, &text);
    let nothing = folder.join("home/empty");
    assert_whole(&ran.files[2], Direction::Upload, &nothing, b"");
}

#[test]
fn openssh_scp_uploads_and_downloads_by_sftp_and_both_are_whole() {
    if !installed() {
        return;
    }
    let folder = begin("scp-new");
    let text = content(700_000);
    let local = folder.join("up.bin");
    fs::write(&local, &text).unwrap();
    let up = [local.to_str().unwrap(), "target:sent.bin"];
    let ran = run(&folder, "/usr/bin/scp", &up, None);
    assert!(ran.content, "{}", ran.told);
    let sent = folder.join("home/sent.bin");
    assert_whole(&ran.files[0], Direction::Upload, &sent, &text);
    for pipe in ["up", "down", "ssh"] {
        fs::remove_file(folder.join(pipe)).unwrap();
    }
    let back = folder.join("back.bin");
    let down = ["-p", "target:sent.bin", back.to_str().unwrap()];
    let ran = run(&folder, "/usr/bin/scp", &down, None);
    assert!(ran.content, "{}", ran.told);
    assert_eq!(fs::read(back).unwrap(), text);
    assert_whole(&ran.files[0], Direction::Download, &sent, &text);
}

#[test]
fn a_link_that_leads_out_is_decided_by_where_it_leads_and_the_client_goes_on() {
    if !installed() {
        return;
    }
    let folder = begin("links");
    fs::write(folder.join("secret"), b"secret").unwrap();
    fs::write(folder.join("home/plain"), b"plain").unwrap();
    std::os::unix::fs::symlink("../secret", folder.join("home/way-out")).unwrap();
    std::os::unix::fs::symlink("..", folder.join("home/up")).unwrap();
    let here = folder.to_str().unwrap();
    let lines = [
        format!("-get way-out {here}/1"),
        format!("-get up/secret {here}/2"),
        format!("-get ../secret {here}/3"),
        format!("-put {here}/batch up/planted"),
        format!("-put {here}/batch way-out"),
        "-symlink ../secret mine".to_owned(),
        "-ln ../secret mine".to_owned(),
        "-rename plain ../taken".to_owned(),
        "-mkdir ../made".to_owned(),
        "-ls ..".to_owned(),
        "rm way-out".to_owned(),
        format!("get plain {here}/4"),
    ];
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let ran = batch(&folder, &lines, None);
    assert!(ran.content, "{}", ran.told);
    for stolen in ["1", "2", "3", "planted", "taken", "made", "home/mine"] {
        assert!(!folder.join(stolen).exists(), "{stolen}: {}", ran.told);
    }
    assert_eq!(fs::read(folder.join("secret")).unwrap(), b"secret");
    assert_eq!(fs::read(folder.join("4")).unwrap(), b"plain");
    // The link itself went, not what it led to.
    assert!(fs::symlink_metadata(folder.join("home/way-out")).is_err());
    assert_eq!(ran.files.len(), 1, "{:?}", ran.files);
}

#[test]
fn names_directories_and_attributes_are_changed_where_it_is_allowed() {
    if !installed() {
        return;
    }
    let folder = begin("names");
    fs::write(folder.join("home/a"), b"a").unwrap();
    let lines = [
        "mkdir d",
        "rename a d/b",
        "chmod 600 d/b",
        "ln d/b c",
        "symlink c s",
        "ls -l d",
        "df",
        "rm c",
        "rm s",
        "rm d/b",
        "rmdir d",
    ];
    let ran = batch(&folder, &lines, None);
    assert!(ran.content, "{}", ran.told);
    let left = fs::read_dir(folder.join("home")).unwrap().count();
    assert_eq!(left, 0, "{}", ran.told);
    let changes: Vec<Change> = ran
        .asked
        .iter()
        .filter_map(|operation| match operation {
            Operation::Change { what, .. } => Some(*what),
            _ => None,
        })
        .collect();
    let expected = [
        Change::MakeDirectory,
        Change::Rename,
        Change::Attributes,
        Change::HardLink,
        Change::SymbolicLink,
        Change::Remove,
        Change::Remove,
        Change::Remove,
        Change::RemoveDirectory,
    ];
    assert_eq!(changes, expected);
}

#[test]
fn no_byte_beyond_the_limit_passes_and_the_client_goes_on() {
    if !installed() {
        return;
    }
    let folder = begin("limits");
    let most = 100_000;
    fs::write(folder.join("home/large"), content(most + 1)).unwrap();
    fs::write(folder.join("home/fits"), content(most)).unwrap();
    fs::write(folder.join("large"), content(most + 1)).unwrap();
    fs::write(folder.join("fits"), content(most)).unwrap();
    let here = folder.to_str().unwrap();
    let lines = [
        format!("-get large {here}/1"),
        format!("get fits {here}/2"),
        format!("-put {here}/large 3"),
        format!("put {here}/fits 4"),
    ];
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let ran = batch(&folder, &lines, Some(most.try_into().unwrap()));
    assert!(ran.content, "{}", ran.told);
    assert_eq!(ran.exceeded, 2);
    let length = |path: &str| fs::metadata(folder.join(path)).unwrap().len();
    let most = u64::try_from(most).unwrap();
    assert!(length("1") <= most && length("home/3") <= most);
    assert_eq!((length("2"), length("home/4")), (most, most));
    // Of the first file nothing passed: it is told as one limit met, not as a file that was taken.
    let whole: Vec<bool> = ran.files.iter().map(|file| file.whole).collect();
    assert_eq!(whole, [true, false, true], "{:?}", ran.files);
}
