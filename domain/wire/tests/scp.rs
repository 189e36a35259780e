//! The old protocol of scp between OpenSSH's own programs.

#![allow(clippy::disallowed_methods, reason = "the tests run real programs")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::wildcard_enum_match_arm,
    reason = "the helpers are tests too"
)]

mod bridge;

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::Command as Program;

use aws_lc_rs::digest::{SHA256, digest};
use bridge::{Bridge, Heard, folder, installed};
use wire::scp::{Act, Base, Command, Scp, Words};
use wire::sftp::{Direction, HandedOver, Operation, RemotePath, Verdict};

struct Ran {
    told: String,
    content: bool,
    files: Vec<HandedOver>,
}

/// Runs a client. What ends in `refused` is refused; what is larger than `most` too.
fn run(folder: &Path, arguments: &[&str], most: Option<u64>) -> Ran {
    let home = folder.join("home");
    let mut scp = None;
    let arguments = [&["-O"], arguments].concat();
    let mut bridge = Bridge::start(folder, "/usr/bin/scp", &arguments, |asked| {
        let command = Command::parse(asked).unwrap();
        let there = home.join(&command.path);
        let directory = there.is_dir();
        let there = fs::canonicalize(&there).unwrap_or(there);
        let path = RemotePath::resolved(there.as_os_str().as_bytes()).unwrap();
        let mut server = Program::new("/bin/sh");
        server
            .arg("-c")
            .arg(OsStr::from_bytes(&command.on(&path).unwrap()));
        let words = Words {
            too_much: "more than agreed".to_owned(),
        };
        scp = Some(Scp::new(command, Base { path, directory }, words));
        server
    });
    let mut scp = scp.unwrap();
    let mut files = Vec::new();
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
        let acts = if client {
            scp.from_engineer(&bytes).unwrap()
        } else {
            scp.from_target(&bytes).unwrap()
        };
        act(&mut bridge, &mut scp, acts, &mut files, most);
    }
    let (told, content) = bridge.end();
    assert_eq!(scp.finish(), None);
    for pipe in ["up", "down", "ssh"] {
        fs::remove_file(folder.join(pipe)).unwrap();
    }
    Ran {
        told,
        content,
        files,
    }
}

fn act(
    bridge: &mut Bridge,
    scp: &mut Scp,
    acts: Vec<Act<'_>>,
    files: &mut Vec<HandedOver>,
    most: Option<u64>,
) {
    for one in acts {
        match one {
            Act::ToTarget(bytes) => bridge.tell_server(&bytes),
            Act::ToEngineer(bytes) => bridge.tell_client(&bytes),
            Act::Ask(ask) => {
                let (Operation::Read { path }
                | Operation::Write { path, .. }
                | Operation::Change { path, .. }
                | Operation::List { path }
                | Operation::Look { path }) = ask.operation;
                let verdict = if path.as_bytes().ends_with(b"refused") {
                    Verdict::Deny {
                        sentence: "not under the agreed folder".to_owned(),
                    }
                } else {
                    Verdict::Allow { bytes_left: most }
                };
                let acts = scp.answer(ask.id, verdict, &mut |_, _| true);
                act(bridge, scp, acts, files, most);
            }
            Act::Exceeded { .. } => {}
            Act::File(file) => files.push(file),
        }
    }
}

fn begin(name: &str) -> std::path::PathBuf {
    let folder = folder(name);
    fs::create_dir(folder.join("home")).unwrap();
    folder
}

fn assert_whole(file: &HandedOver, direction: Direction, path: &Path, content: &[u8]) {
    assert_eq!(file.direction, direction);
    assert_eq!(file.path.as_bytes(), path.as_os_str().as_bytes());
    assert!(file.whole);
    let sha = digest(&SHA256, content);
    assert_eq!(&file.sha256.unwrap().as_bytes()[..], sha.as_ref());
}

#[test]
fn a_file_goes_up_and_comes_back_and_both_are_whole() {
    if !installed() {
        return;
    }
    let folder = begin("scp-file");
    let text = vec![9; 300_001];
    let local = folder.join("a file");
    fs::write(&local, &text).unwrap();
    let ran = run(&folder, &[local.to_str().unwrap(), "target:in"], None);
    assert!(ran.content, "{}", ran.told);
    let there = folder.join("home/in");
    assert_eq!(fs::read(&there).unwrap(), text);
    assert_whole(&ran.files[0], Direction::Upload, &there, &text);
    let back = folder.join("back");
    let ran = run(&folder, &["-p", "target:in", back.to_str().unwrap()], None);
    assert!(ran.content, "{}", ran.told);
    assert_eq!(fs::read(&back).unwrap(), text);
    assert_whole(&ran.files[0], Direction::Download, &there, &text);
}

#[test]
fn of_a_tree_the_refused_file_is_left_out_and_the_rest_goes_both_ways() {
    if !installed() {
        return;
    }
    let folder = begin("scp-tree");
    let tree = folder.join("tree");
    fs::create_dir_all(tree.join("sub")).unwrap();
    for (name, text) in [("a", "1"), ("refused", "2"), ("sub/b", "3"), ("z", "")] {
        fs::write(tree.join(name), text).unwrap();
    }
    let up = ["-r", "-p", tree.to_str().unwrap(), "target:."];
    let ran = run(&folder, &up, None);
    assert!(!ran.content);
    assert!(
        ran.told.contains("not under the agreed folder"),
        "{}",
        ran.told
    );
    let there = folder.join("home/tree");
    assert!(!there.join("refused").exists());
    assert_eq!(fs::read(there.join("sub/b")).unwrap(), b"3");
    assert_eq!(ran.files.len(), 3, "{:?}", ran.files);

    fs::write(there.join("refused"), "secret").unwrap();
    let back = folder.join("back");
    let ran = run(
        &folder,
        &["-r", "target:tree", back.to_str().unwrap()],
        None,
    );
    assert!(
        ran.told.contains("not under the agreed folder"),
        "{}",
        ran.told
    );
    assert!(!back.join("refused").exists());
    assert_eq!(fs::read(back.join("sub/b")).unwrap(), b"3");
    assert_eq!(ran.files.len(), 3, "{:?}", ran.files);
}

#[test]
fn a_file_beyond_the_limit_stays_where_it_is_and_the_person_hears_why() {
    if !installed() {
        return;
    }
    let folder = begin("scp-limit");
    fs::write(folder.join("home/large"), [1; 101]).unwrap();
    let back = folder.join("back");
    let ran = run(
        &folder,
        &["target:large", back.to_str().unwrap()],
        Some(100),
    );
    assert!(!ran.content);
    assert!(ran.told.contains("more than agreed"), "{}", ran.told);
    assert!(!back.exists());
}

#[test]
fn what_the_target_says_is_missing_the_person_hears() {
    if !installed() {
        return;
    }
    let folder = begin("scp-missing");
    let back = folder.join("back");
    let ran = run(&folder, &["target:none", back.to_str().unwrap()], None);
    assert!(!ran.content);
    assert!(ran.told.contains("No such file"), "{}", ran.told);
}
