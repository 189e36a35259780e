//! What stands in sources and documents that must not. Dependencies prove most of what is absent;
//! this looks for what the standard library would let in.

mod permit;
mod reading;

use std::path::Path;
use std::process::Command;

use reading::Line;
pub(super) use reading::product_lines;

/// A file of the project: its path from the root, and its text.
pub(super) struct File {
    pub(super) path: String,
    pub(super) text: String,
}

/// Words that floor 0 does not use outside its tests, and what to do instead.
const ABSENT_BELOW: &[(&str, &str)] = &[
    ("SystemTime", "time is an argument: `now: ids::Timestamp`"),
    ("Instant", "time is an argument: `now: ids::Timestamp`"),
    (
        "Timestamp::now",
        "time is an argument: `now: ids::Timestamp`",
    ),
    ("Zoned::now", "time is an argument: `now: ids::Timestamp`"),
    ("std::fs", "floor 0 opens no file: take bytes"),
    ("std::env", "floor 0 has no environment: take the value"),
    ("std::process", "floor 0 starts and ends nothing"),
    ("std::thread", "floor 0 has no threads"),
    ("std::os", "floor 0 runs on every system alike"),
    ("std::io::stdin", "floor 0 talks to nobody"),
    ("std::io::stdout", "floor 0 talks to nobody"),
    ("std::io::stderr", "floor 0 talks to nobody"),
    ("TcpStream", "floor 0 has no sockets: take `&[u8]`"),
    ("TcpListener", "floor 0 has no sockets: take `&[u8]`"),
    ("UdpSocket", "floor 0 has no sockets: take `&[u8]`"),
    (
        "ToSocketAddrs",
        "floor 0 asks no name server: take an address",
    ),
    (
        "aws_lc_rs::rand",
        "randomness is an argument: take the bytes",
    ),
    ("SystemRandom", "randomness is an argument: take the bytes"),
    (
        "RandomizedNonceKey",
        "randomness is an argument: take the nonce",
    ),
    ("RandomState", "its order differs from run to run"),
    ("HashMap", "its order differs from run to run: use BTreeMap"),
    ("HashSet", "its order differs from run to run: use BTreeSet"),
    ("async fn", "floor 0 waits for nothing"),
    ("async move", "floor 0 waits for nothing"),
];

/// Words that only the one Unix module of `surfaces/client` uses: engineers use Windows.
const UNIX: &[&str] = &[
    "std::os::unix",
    "std::os::fd",
    "rustix",
    "tokio::net::Unix",
    "libc",
];

const CLIENT: &str = "surfaces/client/src/";
const CLIENT_UNIX: [&str; 2] = ["surfaces/client/src/unix.rs", "surfaces/client/src/unix/"];

/// Beginnings of somebody's own folders. Written in two halves, so that this file holds to the rule.
const HOMES: &[&str] = &[
    concat!("/ho", "me/"),
    concat!("/ro", "ot/"),
    concat!("/Us", "ers/"),
    concat!("/wo", "rk/"),
    concat!(r"C:\Us", r"ers\"),
];

/// What says that something is not finished. Half of each, for the same reason.
const UNFINISHED: &[&str] = &[concat!("TO", "DO"), concat!("FIX", "ME")];

/// Every finding in these files.
pub(super) fn check(files: &[File]) -> Vec<String> {
    let mut findings = Vec::new();
    for file in files {
        findings.extend(check_floor_0(file));
        findings.extend(check_unix(file));
        findings.extend(check_text(file));
    }
    findings.extend(permit::check(files));
    findings
}

/// The project's files as git knows them, those not yet added included. What is not text is left out.
pub(super) fn project_files(root: &Path) -> Result<Vec<File>, String> {
    let listed = Command::new("git")
        .args([
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ])
        .current_dir(root)
        .output()
        .map_err(|cause| format!("git: {cause}"))?;
    if !listed.status.success() {
        return Err(String::from_utf8_lossy(&listed.stderr).into_owned());
    }
    let paths = String::from_utf8_lossy(&listed.stdout).into_owned();
    let files = paths.split('\0').filter(|path| !path.is_empty());
    Ok(files
        .filter_map(|path| {
            let text = std::fs::read_to_string(root.join(path)).ok()?;
            let path = path.to_owned();
            Some(File { path, text })
        })
        .collect())
}

fn check_floor_0(file: &File) -> Vec<String> {
    let source = file.path.starts_with("domain/") && is_product_source(&file.path);
    if !source {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for Line { number, code } in product_lines(&file.text) {
        for (word, instead) in ABSENT_BELOW
            .iter()
            .filter(|(word, _)| mentions(&code, word))
        {
            findings.push(format!("{}:{number}: {word}: {instead}", file.path));
        }
    }
    findings
}

fn check_unix(file: &File) -> Vec<String> {
    let in_unix_module = CLIENT_UNIX.iter().any(|place| file.path.starts_with(place));
    if !file.path.starts_with(CLIENT) || !is_product_source(&file.path) || in_unix_module {
        return Vec::new();
    }
    let lines = product_lines(&file.text);
    let mut findings = Vec::new();
    for (at, Line { number, code }) in lines.iter().enumerate() {
        let path = &file.path;
        for word in UNIX.iter().filter(|word| mentions(code, word)) {
            findings.push(format!(
                "{path}:{number}: {word}: belongs into {}",
                CLIENT_UNIX[0]
            ));
        }
        let chooses = lines
            .get(at + 1)
            .is_some_and(|next| chooses_module(&next.code));
        if (code.contains("cfg(unix") || code.contains("cfg(not(unix")) && !chooses {
            findings.push(format!(
                "{path}:{number}: cfg(unix): only to choose the module, `mod unix;`"
            ));
        }
    }
    findings
}

/// The line after a `cfg` that only says which module stands for this system.
fn chooses_module(code: &str) -> bool {
    let code = code
        .trim()
        .trim_start_matches("pub(crate) ")
        .trim_start_matches("pub ");
    (code.starts_with("mod ") || code.starts_with("use ")) && code.ends_with(';')
        || code.starts_with("#[path")
}

fn check_text(file: &File) -> Vec<String> {
    let mut findings = Vec::new();
    for (at, line) in file.text.lines().enumerate() {
        let place = || format!("{}:{}", file.path, at + 1);
        for home in HOMES.iter().filter(|home| names_folder(line, home)) {
            findings.push(format!("{}: {home}: a path of one machine", place()));
        }
        if !file.path.ends_with(".rs") {
            continue;
        }
        for word in UNFINISHED.iter().filter(|word| mentions(line, word)) {
            findings.push(format!("{}: {word}: finish it, or file an issue", place()));
        }
    }
    findings
}

pub(super) fn is_product_source(path: &str) -> bool {
    path.ends_with(".rs")
        && path.contains("/src/")
        && !path.ends_with("/tests.rs")
        && !path.contains("/tests/")
}

/// Whether a line has this word, and not as a part of a longer one.
pub(super) fn mentions(code: &str, word: &str) -> bool {
    code.match_indices(word).any(|(at, _)| {
        let before = code.get(..at).unwrap_or_default();
        let after = code.get(at + word.len()..).unwrap_or_default();
        let longer = after.starts_with(|next: char| next.is_alphanumeric() || next == '_');
        // `tokio::net::Unix` stands for all its kinds.
        !ends_in_name(before) && (!longer || word.ends_with("Unix"))
    })
}

/// Whether a line names a folder by its absolute path, and not a relative one that ends alike.
fn names_folder(line: &str, folder: &str) -> bool {
    line.match_indices(folder).any(|(at, _)| {
        let before = line.get(..at).unwrap_or_default();
        !before.ends_with(|last: char| last.is_alphanumeric() || "_.-/}*".contains(last))
    })
}

fn ends_in_name(text: &str) -> bool {
    text.ends_with(|last: char| last.is_alphanumeric() || last == '_')
}

#[cfg(test)]
mod tests;
