//! The processes themselves: what the gateway and the relay have given up before anybody speaks to them.

use std::fs::{Permissions, set_permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use acceptance::hospital::{Hospital, Plan};
use acceptance::run::sekisho;
use acceptance::{files, wait};

/// A line of `/proc/PID/FILE` that begins so.
fn line(pid: u32, file: &str, begin: &str) -> String {
    let text = std::fs::read_to_string(format!("/proc/{pid}/{file}")).unwrap();
    let found = text.lines().find(|line| line.starts_with(begin));
    let words = found.unwrap_or_default().split_whitespace();
    words.collect::<Vec<_>>().join(" ")
}

/// Every thread has given up the same.
fn is_confined(pid: u32) {
    for thread in std::fs::read_dir(format!("/proc/{pid}/task")).unwrap() {
        let thread = thread.unwrap().file_name();
        let of = format!("task/{}/status", thread.to_string_lossy());
        assert_eq!(line(pid, &of, "NoNewPrivs:"), "NoNewPrivs: 1", "{of}");
        assert_eq!(line(pid, &of, "Seccomp:"), "Seccomp: 2", "{of}");
        // Nothing is left but NET_BIND_SERVICE, the tenth.
        for set in ["CapInh:", "CapPrm:", "CapEff:", "CapBnd:", "CapAmb:"] {
            let held = line(pid, &of, set);
            let held = held.split_whitespace().last().unwrap();
            let held = u64::from_str_radix(held, 16).unwrap();
            assert_eq!(held & !(1 << 10), 0, "{of} {set}");
        }
    }
    let cores = line(pid, "limits", "Max core file size");
    assert_eq!(cores, "Max core file size 0 0 bytes");
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

#[test]
fn l42_the_gateway_has_given_up_what_it_never_needs_in_every_thread() {
    let hospital = Hospital::shared();
    let log = hospital.log();
    assert!(
        log.contains("confined to its own files and system calls"),
        "{log}"
    );
    assert_eq!(log.contains("running as root"), is_root(), "{log}");
    if is_root() {
        is_confined(hospital.gateway().pid());
    }
}

#[test]
fn l42_the_relay_has_given_up_what_it_never_needs_in_every_thread() {
    let folder = files::temporary("sekisho-");
    let dir = folder.path().join("relay");
    let init = sekisho().args(["relay", "init"]).arg(&dir);
    init.args(["--listen", "127.0.0.1:0", "--name", "relay.test"])
        .ok();
    let run = sekisho().args(["relay", "run"]).arg(&dir).into_command();
    let aside = folder.path().join("process");
    let relay = acceptance::leash::Leash::start(&run, &aside, None, "KILL");
    let log = wait::until("the relay's word of how it runs", || {
        let log = std::fs::read_to_string(aside.with_extension("log")).unwrap_or_default();
        let out = std::fs::read_to_string(aside.with_extension("out")).unwrap_or_default();
        assert!(relay.runs(), "{log}");
        (!out.is_empty()).then_some(log)
    });
    assert!(
        log.contains("confined to its own files and system calls"),
        "{log}"
    );
    if is_root() {
        is_confined(relay.pid());
    }
}

/// A gateway with something that others can read does not start, and says what to type.
fn does_not_start(hospital: &Hospital, exposed: &Path, wanted: &str) {
    let closed = std::fs::metadata(exposed).unwrap().permissions();
    set_permissions(exposed, Permissions::from_mode(closed.mode() | 0o044)).unwrap();
    for (language, words) in [
        ("en", "Other users can read"),
        ("ja", "他の利用者が読めます"),
    ] {
        let start = sekisho()
            .args(["--lang", language, "gateway"])
            .arg(&hospital.dir);
        let refused = start
            .arg("--passphrase-file")
            .arg(hospital.folder.join("key-passphrase"))
            .done();
        assert_eq!(refused.code, 1, "{refused:?}");
        let said = refused.err;
        let typed = format!("chmod {wanted} {}", exposed.display());
        assert!(said.contains(words) && said.contains(&typed), "{said}");
    }
    set_permissions(exposed, closed).unwrap();
}

#[test]
fn l29_a_gateway_whose_keys_others_can_read_does_not_start_and_says_what_to_type() {
    let mut hospital = Hospital::build(Plan {
        key_passphrase: Some("umbrella quarry eleven Saffron tides".to_owned()),
        ..Plan::default()
    });
    hospital.stop("TERM");
    let secrets = [
        (hospital.dir.clone(), "0700"),
        (hospital.folder.join("key-passphrase"), "0600"),
        (hospital.dir.join("site.db"), "0600"),
    ];
    for (exposed, wanted) in secrets {
        does_not_start(&hospital, &exposed, wanted);
    }
    let keys = files::below(&hospital.dir)
        .into_iter()
        .find(|path| {
            path.file_name()
                .is_some_and(|name| name.to_string_lossy().starts_with("keys"))
        })
        .expect("a key store");
    does_not_start(&hospital, &keys, "0600");
    hospital.start();
}
