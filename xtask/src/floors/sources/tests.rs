use super::{File, HOMES, UNFINISHED, check_floor_0, check_text, check_unix};

fn file(path: &str, text: &str) -> File {
    File {
        path: path.to_owned(),
        text: text.to_owned(),
    }
}

#[test]
fn floor_0_reads_no_clock_opens_no_file_and_has_no_socket() {
    for line in [
        "let now = std::time::SystemTime::now();",
        "use std::time::{Duration, Instant};",
        "use std::{fs, io};",
        "std::fs::read(path)",
        "let stream: TcpStream;",
        "use std::net::{IpAddr, TcpListener};",
        "async fn wait() {}",
        "use aws_lc_rs::{digest, rand};",
        "let order: HashMap<u8, u8>;",
    ] {
        let found = check_floor_0(&file("domain/access/src/site.rs", line));
        assert!(!found.is_empty(), "{line}");
    }
}

#[test]
fn floor_0_may_speak_of_addresses_durations_and_what_is_absent() {
    for line in [
        "use std::net::{IpAddr, SocketAddr};",
        "use std::time::Duration;",
        "// SystemTime is not read here.",
        "/// Never `std::fs`.",
        "fn instantly() {} struct NotAnInstantEither;",
        "use ids::Timestamp;",
    ] {
        let found = check_floor_0(&file("domain/access/src/site.rs", line));
        assert_eq!(found, Vec::<String>::new(), "{line}");
    }
}

#[test]
fn the_rules_of_floor_0_hold_for_its_product_code_alone() {
    for path in [
        "adapters/store/src/lib.rs",
        "domain/access/src/site/tests.rs",
        "domain/access/tests/it/main.rs",
        "domain/clippy.toml",
    ] {
        assert!(
            check_floor_0(&file(path, "std::fs::read(path)")).is_empty(),
            "{path}"
        );
    }
    let tests_at_the_foot = "fn a() {}\n#[cfg(test)]\nmod tests {\n    use std::fs;\n}\n";
    assert!(check_floor_0(&file("domain/wire/src/lib.rs", tests_at_the_foot)).is_empty());
}

#[test]
fn unix_code_of_the_client_stands_in_its_one_module() {
    for line in [
        "use std::os::unix::fs::PermissionsExt;",
        "rustix::process::getuid();",
        "use tokio::net::UnixStream;",
        "#[cfg(unix)]\nfn a() {}",
        "if cfg!(x) && a.cfg(unix) {}",
    ] {
        let found = check_unix(&file("surfaces/client/src/join.rs", line));
        assert!(!found.is_empty(), "{line}");
        assert!(check_unix(&file("surfaces/client/src/unix.rs", line)).is_empty());
        assert!(check_unix(&file("sekisho/src/main.rs", line)).is_empty());
    }
    let chooser = "#[cfg(unix)]\nmod unix;\n#[cfg(not(unix))]\nuse windows as system;\n";
    assert!(check_unix(&file("surfaces/client/src/lib.rs", chooser)).is_empty());
}

#[test]
fn no_file_names_a_folder_of_one_machine() {
    for home in HOMES {
        let text = format!("see {home}sato/notes\n");
        assert_eq!(check_text(&file("README.md", &text)).len(), 1, "{home}");
    }
    let relative = "docs/home/page and ./root/x and frame/work/flow and ${HOME}/.cargo";
    assert!(check_text(&file("README.md", relative)).is_empty());
}

#[test]
fn no_source_says_that_it_is_unfinished() {
    for word in UNFINISHED {
        let text = format!("// {word} later\n");
        assert_eq!(
            check_text(&file("engine/src/lib.rs", &text)).len(),
            1,
            "{word}"
        );
        assert!(check_text(&file("docs/x.md", &text)).is_empty());
    }
}
