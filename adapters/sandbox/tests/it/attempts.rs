//! Each test starts `examples/attempt.rs`, which confines itself and tries one thing.

use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// `examples/attempt.rs`, which `cargo test -p sandbox` builds beside this test.
fn program() -> PathBuf {
    let own = std::env::current_exe().unwrap();
    let profile = own.parent().and_then(Path::parent).unwrap();
    let program = profile.join("examples/attempt");
    assert!(program.is_file(), "run `cargo test -p sandbox` as a whole");
    program
}

fn folder() -> TempDir {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("file"), "content").unwrap();
    folder
}

/// What a process that is confined to this folder says of its attempt.
fn attempt(own: &Path, what: &str, path: &Path) -> String {
    let output = Command::new(program())
        .arg(own)
        .arg(what)
        .arg(path)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{what}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

#[test]
fn this_kernel_enforces_all_of_the_rules_for_files() {
    let own = folder();
    let said = attempt(own.path(), "nothing", Path::new(""));
    assert!(said.contains("files: All"), "{said}");
    assert!(sandbox::kernel_knows_files());
}

#[test]
fn l42_the_own_folder_is_read_and_written_and_no_other() {
    let (own, other) = (folder(), folder());
    for (what, name) in [
        ("read", "file"),
        ("list", ""),
        ("write", "new"),
        ("write-and-rename", "new"),
    ] {
        assert_eq!(
            attempt(own.path(), what, &own.path().join(name)),
            "done",
            "{what}"
        );
        let beside = other.path().join(name);
        assert_eq!(attempt(own.path(), what, &beside), "refused", "{what}");
    }
    let root = Path::new("/root");
    assert_eq!(attempt(own.path(), "list", root), "refused");
    assert_eq!(
        attempt(own.path(), "read", Path::new("/proc/1/environ")),
        "refused"
    );
}

#[test]
fn l42_what_names_and_time_zones_need_is_read_and_not_written() {
    let own = folder();
    for path in ["/etc/hosts", "/etc/nsswitch.conf"] {
        assert_eq!(
            attempt(own.path(), "read", Path::new(path)),
            "done",
            "{path}"
        );
    }
    assert_eq!(attempt(own.path(), "resolve", Path::new("")), "done");
    assert_eq!(attempt(own.path(), "tcp", Path::new("")), "done");
    assert_eq!(
        attempt(own.path(), "write", Path::new("/etc/sekisho-attempt")),
        "refused"
    );
}

#[test]
fn l42_no_other_program_is_run_not_even_one_of_its_own_folder() {
    let own = folder();
    let copied = own.path().join("true");
    std::fs::copy("/bin/true", &copied).unwrap();
    std::fs::set_permissions(&copied, std::fs::Permissions::from_mode(0o755)).unwrap();
    for program in [Path::new("/bin/true"), &copied] {
        assert_eq!(attempt(own.path(), "execute", program), "refused");
    }
}

#[test]
fn l42_nothing_that_leads_out_is_granted_even_to_root() {
    let own = folder();
    for what in [
        "enter-a-namespace",
        "change-root",
        "mount",
        "name-the-machine",
        "become-root",
        "set-the-clock",
        "raw-packets",
        "signal-the-parent",
        "want-cores-again",
    ] {
        assert_eq!(attempt(own.path(), what, own.path()), "refused", "{what}");
    }
}

#[test]
fn l42_the_owner_of_the_folder_is_whom_root_becomes() {
    let own = folder();
    let said = attempt(own.path(), "nothing", Path::new(""));
    if !is_root() {
        assert!(said.contains("runs_as: Starter"), "{said}");
        return;
    }
    assert!(said.contains("runs_as: RootWithoutCapabilities"), "{said}");
    // Another user's folder: they can do there what they like, and root's files are out of reach.
    let (user, group) = (65_432, 65_432);
    chown(own.path(), Some(user), Some(group)).unwrap();
    let said = attempt(own.path(), "nothing", Path::new(""));
    assert!(said.contains("runs_as: OwnerOfTheFolder"), "{said}");
    let written = own.path().join("theirs");
    assert_eq!(attempt(own.path(), "write", &written), "done");
    let found = std::fs::metadata(&written).unwrap();
    assert_eq!(std::os::unix::fs::MetadataExt::uid(&found), user);
    assert_eq!(attempt(own.path(), "become-root", own.path()), "refused");
}

#[test]
fn a_process_with_a_second_thread_is_not_half_confined() {
    let own = folder();
    let said = attempt(own.path(), "confine-beside-a-thread", Path::new(""));
    assert!(said.starts_with("2 threads run already"), "{said}");
}
