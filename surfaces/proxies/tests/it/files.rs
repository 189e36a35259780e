//! Files, by OpenSSH's own `sftp` and `scp`, inside the terms and outside.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use access::{EndReason, Files, Paths, SshTerms};
use aws_lc_rs::digest::{SHA256, digest};
use ids::NonEmpty;

use crate::seen::{Ran, write_file};
use crate::sshd::{Ground, Kept, Sshd, Wish};

/// A ground where files may pass in and out of `open/`, and nothing else may.
fn ground(upload: u64, download: u64) -> Ground {
    let sshd = Sshd::start();
    let open = sshd.path("open");
    fs::create_dir(&open).unwrap();
    let files = |most_bytes| Files::Yes {
        paths: Paths::Under(NonEmpty::one(open.to_str().unwrap().to_owned())),
        most_bytes,
    };
    let terms = SshTerms {
        shell: false,
        exec: false,
        upload: files(upload),
        download: files(download),
    };
    let address = sshd.address;
    let wish = Wish {
        terms,
        ..Wish::default()
    };
    Ground::at(sshd, address, wish)
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Runs `sftp` with these commands; it stops at the first that fails, unless it begins with `-`.
fn sftp(ground: &Ground, commands: &str) -> Ran {
    let batch = ground.sshd.path("batch");
    fs::write(&batch, commands).unwrap();
    ground.ran("sftp", &["-q", "-b", text(&batch), "target"])
}

fn hex(content: &[u8]) -> String {
    let hash = digest(&SHA256, content);
    data_encoding::HEXLOWER.encode(hash.as_ref())
}

#[test]
fn files_go_in_and_out_by_sftp_and_stand_in_the_ledger_with_their_hashes() {
    let ground = ground(1 << 24, 1 << 24);
    let local = ground.sshd.path("local");
    let content = write_file(&local, 3_000_001);
    let there = ground.sshd.path("open/there");
    let back = ground.sshd.path("back");
    let ran = sftp(
        &ground,
        &format!(
            "put {0} {1}\nget {1} {2}\n",
            text(&local),
            text(&there),
            text(&back)
        ),
    );
    assert_eq!(ran.status, Some(0), "{ran:?}");
    assert_eq!(fs::read(&there).unwrap(), content);
    assert_eq!(fs::read(&back).unwrap(), content);
    assert_eq!(ground.end(), EndReason::EngineerClosed);
    let entered = ground.entered("file_handed_over");
    assert_eq!(entered.len(), 2, "{entered:?}");
    for entry in &entered {
        let entry = entry.to_string();
        assert!(entry.contains(&hex(&content)), "{entry}");
        assert!(entry.contains("3000001"), "{entry}");
    }
    let story = format!("{:?}", ground.recorded().index);
    assert!(story.contains("open/there"), "{story}");
}

#[test]
fn l9_a_file_outside_the_folders_is_refused_in_plain_words_and_entered() {
    let ground = ground(1 << 20, 1 << 20);
    let secret = ground.sshd.path("secret");
    fs::write(&secret, "patients").unwrap();
    let link = ground.sshd.path("open/link");
    std::os::unix::fs::symlink(&secret, &link).unwrap();
    let back = ground.sshd.path("back");
    for path in [&secret, &link] {
        let ran = sftp(&ground, &format!("get {} {}\n", text(path), text(&back)));
        assert_ne!(ran.status, Some(0));
        assert!(
            ran.err.contains("sekisho: This file was refused"),
            "{ran:?}"
        );
        assert!(ran.err.contains("outside the folders"), "{ran:?}");
        assert!(!back.exists() || fs::read(&back).unwrap().is_empty());
    }
    let put = sftp(
        &ground,
        &format!(
            "put {} {}/new\n",
            text(&secret),
            text(ground.sshd.folder.path())
        ),
    );
    assert_ne!(put.status, Some(0));
    let refused = ground.recorded().refused();
    let expected = format!("look {}: [\"path-not-granted\"]", text(&secret));
    assert!(refused.contains(&expected), "{refused:?}");
    assert!(!ground.entered("command_refused").is_empty());
    assert!(ground.entered("file_handed_over").is_empty());
}

#[test]
fn l28_a_name_that_turns_text_around_stands_escaped_in_the_recording() {
    let ground = ground(1 << 20, 1 << 20);
    let local = ground.sshd.path("local");
    write_file(&local, 10);
    let there = ground.sshd.path("open/a\u{202e}txt.exe");
    let ran = sftp(&ground, &format!("put {} {}\n", text(&local), text(&there)));
    assert_eq!(ran.status, Some(0), "{ran:?}");
    let story = format!("{:?}", ground.recorded().index);
    assert!(story.contains(r"a\\xe2\\x80\\xaetxt.exe"), "{story}");
}

/// What may be downloaded is decided by names: another name is no way out.
#[test]
fn l09_what_lies_outside_the_folder_of_downloads_is_not_moved_or_linked_into_it() {
    let sshd = Sshd::start();
    let [kept, given] = ["kept", "given"].map(|name| sshd.path(name));
    for folder in [&kept, &given] {
        fs::create_dir(folder).unwrap();
    }
    let files = |folders: &[&Path]| Files::Yes {
        paths: Paths::Under(
            NonEmpty::from_vec(folders.iter().map(|f| text(f).to_owned()).collect()).unwrap(),
        ),
        most_bytes: 1 << 20,
    };
    let terms = SshTerms {
        shell: false,
        exec: false,
        upload: files(&[&kept, &given]),
        download: files(&[&given]),
    };
    let wish = Wish {
        terms,
        ..Wish::default()
    };
    let address = sshd.address;
    let ground = Ground::at(sshd, address, wish);
    let secret = kept.join("secret");
    fs::write(&secret, "patients").unwrap();
    let there = given.join("x");
    let back = ground.sshd.path("back");
    for way in ["rename", "ln"] {
        let moved = format!(
            "{way} {0} {1}\nget {1} {2}\n",
            text(&secret),
            text(&there),
            text(&back)
        );
        let ran = sftp(&ground, &moved);
        assert_ne!(ran.status, Some(0));
        assert!(ran.err.contains("outside the folders"), "{ran:?}");
        assert!(
            secret.exists() && !there.exists() && !back.exists(),
            "{way}"
        );
    }
    let within = format!("rename {} {}\n", text(&secret), text(&kept.join("y")));
    assert_eq!(sftp(&ground, &within).status, Some(0));
    let refused = ground.recorded().refused();
    let expected = format!(
        "move {} {}: [\"path-not-granted\"]",
        text(&secret),
        text(&there)
    );
    assert!(refused.contains(&expected), "{refused:?}");
}

#[test]
fn no_byte_passes_beyond_what_the_visit_may_hand_over_in_any_of_its_sessions() {
    let ground = ground(1 << 20, 100_000);
    let (one, other) = (ground.sshd.path("open/one"), ground.sshd.path("open/other"));
    write_file(&one, 70_000);
    let other_content = write_file(&other, 70_000);
    let back = ground.sshd.path("back");
    let ran = sftp(&ground, &format!("get {} {}\n", text(&one), text(&back)));
    assert_eq!(ran.status, Some(0), "{ran:?}");
    let part = ground.sshd.path("part");
    let ran = sftp(&ground, &format!("get {} {}\n", text(&other), text(&part)));
    assert_ne!(ran.status, Some(0), "{ran:?}");
    assert!(
        ran.err.contains("as many bytes of files as it may"),
        "{ran:?}"
    );
    let passed = fs::read(&part).unwrap_or_default();
    assert!(passed.len() <= 30_000, "{}", passed.len());
    assert!(other_content.starts_with(&passed));
}

#[test]
fn scp_of_both_protocols_carries_files_both_ways() {
    let ground = ground(1 << 24, 1 << 24);
    let local = ground.sshd.path("local");
    let content = write_file(&local, 500_000);
    for protocol in ["-O", "-s"] {
        let there = ground.sshd.path(&format!("open/there{protocol}"));
        let back = ground.sshd.path(&format!("back{protocol}"));
        let far = format!("target:{}", text(&there));
        let ran = ground.ran("scp", &["-q", protocol, text(&local), &far]);
        assert_eq!(ran.status, Some(0), "{ran:?}");
        assert_eq!(fs::read(&there).unwrap(), content);
        let ran = ground.ran("scp", &["-q", protocol, &far, text(&back)]);
        assert_eq!(ran.status, Some(0), "{ran:?}");
        assert_eq!(fs::read(&back).unwrap(), content);
    }
    let four = || ground.ends.lock().unwrap().len() == 4;
    crate::sshd::until("all sessions end", four);
    let entered = ground.entered("file_handed_over");
    assert_eq!(entered.len(), 4, "{entered:?}");
    assert!(
        entered
            .iter()
            .all(|entry| entry.to_string().contains(&hex(&content)))
    );
}

#[test]
fn the_old_scp_reads_why_a_file_is_refused_and_follows_no_link_out_of_the_folders() {
    let ground = ground(1 << 20, 1 << 20);
    let secret = ground.sshd.path("secret");
    fs::write(&secret, "patients").unwrap();
    let local = ground.sshd.path("local");
    fs::write(&local, "new").unwrap();
    std::os::unix::fs::symlink(&secret, ground.sshd.path("open/local")).unwrap();
    let back = ground.sshd.path("back");
    let far = |path: &Path| format!("target:{}", text(path));
    let ran = ground.ran("scp", &["-O", &far(&secret), text(&back)]);
    assert_ne!(ran.status, Some(0), "{ran:?}");
    assert!(ran.err.contains("outside the folders"), "{ran:?}");
    assert!(!back.exists());
    // Into the folder, where a link of the file's name leads out of it.
    let ran = ground.ran(
        "scp",
        &["-O", text(&local), &far(&ground.sshd.path("open"))],
    );
    assert_ne!(ran.status, Some(0), "{ran:?}");
    assert_eq!(fs::read(&secret).unwrap(), b"patients");
}

#[test]
fn without_a_term_for_files_neither_sftp_nor_scp_opens() {
    let ground = Ground::new(Wish::default());
    let local = ground.sshd.path("local");
    fs::write(&local, "x").unwrap();
    for protocol in ["-O", "-s"] {
        let ran = ground.ran("scp", &[protocol, text(&local), "target:/tmp/never-there"]);
        assert_ne!(ran.status, Some(0));
        assert!(ran.err.contains("sekisho: This was refused"), "{ran:?}");
    }
    assert!(!Path::new("/tmp/never-there").exists());
}

#[test]
fn other_subsystems_are_refused() {
    let ground = Ground::new(Wish::default());
    let mut command = ground.client("ssh");
    command
        .args(["-s", "target", "netconf"])
        .stdin(Stdio::null());
    let ran = Ran::of(command.output().unwrap());
    assert_eq!(ran.status, Some(1));
    assert!(ran.err.contains("sekisho: This was refused"), "{ran:?}");
    assert_eq!(
        ground.recorded().refused(),
        ["subsystem: [\"channel-not-granted\"]"]
    );
}

#[test]
fn a_file_that_is_cut_off_is_entered_as_far_as_it_passed() {
    let ground = ground(1 << 24, 1 << 24);
    write_file(&ground.sshd.path("open/large"), 10_000_000);
    let far = format!("target:{}", text(&ground.sshd.path("open/large")));
    let back = ground.sshd.path("back");
    let mut command = ground.client("scp");
    // 800 kilobits a second.
    command.args(["-q", "-l", "800", &far, text(&back)]);
    let mut client = Kept(command.stdin(Stdio::null()).spawn().unwrap());
    let passed = || fs::metadata(&back).is_ok_and(|there| there.len() > 0);
    crate::sshd::until("some of it is there", passed);
    let session = ground.session();
    let clerk = &ground.staffed.clerk;
    let subject = access::Subject::Target(ground.staffed.target.clone());
    ground
        .run(ground.engine().suspend(clerk, subject, "止める"))
        .unwrap();
    assert_eq!(ground.end(), EndReason::TargetSuspended);
    assert_eq!(
        ground.engine().end_reason(&session),
        Some(EndReason::TargetSuspended)
    );
    client.0.wait().unwrap();
    let entered = ground.entered("file_handed_over");
    assert_eq!(entered.len(), 1, "{entered:?}");
    let bytes = entered[0]
        .pointer("/event/bytes")
        .and_then(serde_json::Value::as_u64);
    assert!(
        bytes.is_some_and(|bytes| bytes > 0 && bytes < 10_000_000),
        "{entered:?}"
    );
    let hash = entered[0].pointer("/event/sha256");
    assert_eq!(hash, Some(&serde_json::Value::Null), "{entered:?}");
}
