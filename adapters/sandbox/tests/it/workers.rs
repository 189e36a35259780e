//! Each test starts `examples/worker_attempt.rs`, which confines itself as a worker and tries one thing.

use std::io::{Read as _, Seek as _};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// `examples/worker_attempt.rs`, which `cargo test -p sandbox` builds beside this test.
fn program() -> PathBuf {
    let own = std::env::current_exe().unwrap();
    let profile = own.parent().and_then(Path::parent).unwrap();
    let program = profile.join("examples/worker_attempt");
    assert!(program.is_file(), "run `cargo test -p sandbox` as a whole");
    program
}

fn ran(as_what: &str, what: &str, about: &str) -> Output {
    let mut command = Command::new(program());
    command.args([as_what, what, about]);
    command.output().unwrap()
}

/// What a process that is confined so says of its attempt.
fn attempt(as_what: &str, what: &str, about: impl AsRef<Path>) -> String {
    let output = ran(as_what, what, &about.as_ref().to_string_lossy());
    assert!(
        output.status.success(),
        "{what}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn folder() -> TempDir {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("file"), "content").unwrap();
    folder
}

#[test]
fn this_kernel_holds_workers_to_all_of_the_rules() {
    for as_what in ["worker", "spawner"] {
        let said = attempt(as_what, "nothing", "");
        assert!(said.contains("files: All"), "{as_what}: {said}");
    }
    assert_eq!(sandbox::kernel_holds_workers(), sandbox::Files::All);
}

#[test]
fn a_worker_whose_log_is_a_file_says_something_there_and_lives() {
    let log = tempfile::tempfile().unwrap();
    let mut command = Command::new(program());
    command.args(["worker", "say-something-into-the-log", ""]);
    let output = command.stderr(log.try_clone().unwrap()).output().unwrap();
    assert!(output.status.success(), "{}", output.status);
    let mut said = String::new();
    let mut log = log;
    log.rewind().unwrap();
    log.read_to_string(&mut said).unwrap();
    assert_eq!(said, "something\n");
}

#[test]
fn l42_a_worker_opens_no_file_at_all() {
    let folder = folder();
    let file = folder.path().join("file");
    for (what, path) in [
        ("read", file.as_path()),
        ("write", &file),
        ("write", &folder.path().join("new")),
        ("remove", &file),
        ("list", folder.path()),
        ("list", Path::new("/proc/self/fd")),
        ("read", Path::new("/etc/hosts")),
        ("read", Path::new("/proc/self/maps")),
        ("write", Path::new("/dev/null")),
    ] {
        assert_eq!(
            attempt("worker", what, path),
            "refused",
            "{what} {}",
            path.display()
        );
    }
    assert_eq!(std::fs::read(&file).unwrap(), b"content");
}

#[test]
fn l42_a_worker_reaches_nobody_but_those_whose_connection_it_was_handed() {
    let other = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = other.local_addr().unwrap().to_string();
    let folder = folder();
    let path = folder.path().join("socket");
    let _listens = std::os::unix::net::UnixListener::bind(&path).unwrap();
    assert_eq!(attempt("worker", "connect", &address), "refused");
    assert_eq!(attempt("worker", "listen", ""), "refused");
    assert_eq!(attempt("worker", "send-a-datagram", ""), "refused");
    assert_eq!(attempt("worker", "connect-to-a-path", &path), "refused");
    assert_eq!(attempt("worker", "speak-on-what-it-was-handed", ""), "done");
}

#[test]
fn l42_a_worker_runs_no_program_and_touches_no_process() {
    for program in [Path::new("/bin/true"), &program()] {
        assert_eq!(attempt("worker", "execute", program), "refused");
    }
    assert_eq!(attempt("worker", "signal-the-parent", ""), "refused");
    assert_eq!(attempt("worker", "limit-the-parent", ""), "refused");
}

#[test]
fn a_worker_that_fills_its_memory_or_goes_in_a_circle_is_ended() {
    let filled = ran("worker", "fill-memory", "");
    assert!(!filled.status.success());
    assert_eq!(attempt("worker", "more-memory", ""), "refused");
    let circled = ran("worker", "go-in-a-circle", "");
    // SIGXCPU.
    assert_eq!(circled.status.signal(), Some(24));
}

#[test]
fn what_starts_workers_starts_its_own_program_and_no_other() {
    let folder = folder();
    let copied = folder.path().join("true");
    std::fs::copy("/bin/true", &copied).unwrap();
    for other in [Path::new("/bin/true"), &copied] {
        assert_eq!(attempt("spawner", "execute", other), "refused");
    }
    assert_eq!(attempt("spawner", "execute", "/proc/self/exe"), "done");
}

#[test]
fn l42_what_starts_workers_reads_nothing_of_the_site_and_reaches_nobody() {
    let other = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = other.local_addr().unwrap().to_string();
    let folder = folder();
    let file = folder.path().join("file");
    assert_eq!(attempt("spawner", "connect", &address), "refused");
    assert_eq!(attempt("spawner", "read", &file), "refused");
    assert_eq!(attempt("spawner", "write", &file), "refused");
}
