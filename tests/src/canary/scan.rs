//! Looking for the canaries in everything that a run left behind.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use aho_corasick::{AhoCorasick, MatchKind};

use super::{Canary, Kind, append, files_of, forms, handed_in, said_of};
use crate::files;

/// So much of a file is looked at at once.
pub(super) const PIECE: usize = 4 << 20;

/// What a journal's reserve consists of: eight mebibytes for each site.
static ZEROS: [u8; 1 << 16] = [0; 1 << 16];

/// Where a secret may stand: which one, in whose file (`*` stands for anything), and why.
const MAY_STAND: &[(Kind, &str, &str)] = &[
    (
        Kind::Passphrase,
        "files/*/passphrase-*",
        "what a person knows, as the test types it",
    ),
    (
        Kind::KeyPassphrase,
        "files/*/key-passphrase",
        "what the operator knows, as the test types it",
    ),
    (
        Kind::Kit,
        "files/*/kit.txt",
        "the sheets that are printed once, where --kit-out was told",
    ),
    (
        Kind::Kit,
        "files/*/other-kit.txt",
        "the same of another site, whose kit must not open this one's backup",
    ),
    (
        Kind::Kit,
        "said/*-site-init",
        "the sheets that are printed once, on the operator's screen",
    ),
    (
        Kind::Seed,
        "said/*-join",
        "shown once to the person who sets an authenticator up",
    ),
    (
        Kind::Invitation,
        "said/*-site-init",
        "the first person's, on the operator's screen",
    ),
    (
        Kind::Invitation,
        "said/*-person-invite",
        "for whoever passes it on",
    ),
    (
        Kind::Invitation,
        "said/*-person-device",
        "for whoever passes it on",
    ),
    (
        Kind::Invitation,
        "said/*-person-reset",
        "for whoever passes it on",
    ),
    (
        Kind::Invitation,
        "files/*/invitation.txt",
        "the file that --out was told",
    ),
    (
        Kind::EmergencyCode,
        "said/*-emergency-codes",
        "shown once, for the sealed envelope",
    ),
    (
        Kind::Token,
        "files/*/sign-in.json",
        "the person's own computer; nobody else reads the file",
    ),
    (
        Kind::SiteKey,
        "files/*/keys.sealed.dangerous-key",
        "what the option says of itself",
    ),
    (
        Kind::DeviceKey,
        "files/*/device.key",
        "the person's own computer; nobody else reads the file",
    ),
    (
        Kind::DeviceKey,
        "files/*/witness.key",
        "the person's own computer; nobody else reads the file",
    ),
    (
        Kind::RelayKey,
        "files/*.key",
        "the relay's own folder; nobody else reads the file",
    ),
];

/// A secret that stands somewhere. It is never shown itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    /// What it is.
    pub kind: Kind,
    /// In which form.
    pub form: &'static str,
    /// In which file.
    pub path: PathBuf,
    /// Why it may be there.
    pub reason: Option<&'static str>,
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, form, path) = (self.kind, self.form, self.path.display());
        match self.reason {
            Some(reason) => write!(f, "{kind:?} ({form}) in {path}: {reason}"),
            None => write!(f, "{kind:?} ({form}) in {path}"),
        }
    }
}

/// Secrets in all their forms, to be looked for at once.
#[derive(Debug)]
pub struct Canaries {
    /// Kind and form of each pattern.
    of: Vec<(Kind, &'static str)>,
    longest: usize,
    automaton: AhoCorasick,
}

impl Canaries {
    /// In every form.
    pub fn new(handed: &[Canary]) -> Self {
        let mut patterns: BTreeMap<Vec<u8>, (Kind, &'static str)> = BTreeMap::new();
        for canary in handed {
            for (form, pattern) in forms(&canary.secret) {
                patterns.insert(pattern, (canary.kind, form));
            }
        }
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .build(patterns.keys());
        Self {
            longest: patterns.keys().map(Vec::len).max().unwrap_or(0),
            automaton: automaton.expect("some thousand short patterns"),
            of: patterns.into_values().collect(),
        }
    }

    /// What stands in some bytes, as they are or with line breaks and spaces between.
    pub fn in_bytes(&self, bytes: &[u8]) -> BTreeSet<(Kind, &'static str)> {
        if bytes
            .chunks(ZEROS.len())
            .all(|piece| ZEROS.starts_with(piece))
        {
            return BTreeSet::new();
        }
        let packed: Vec<u8> = bytes
            .iter()
            .copied()
            .filter(|byte| !byte.is_ascii_whitespace())
            .collect();
        let mut found = self.as_it_is(bytes);
        if packed.len() < bytes.len() {
            found.extend(self.as_it_is(&packed));
        }
        found
    }

    fn as_it_is(&self, bytes: &[u8]) -> BTreeSet<(Kind, &'static str)> {
        let found = self.automaton.find_overlapping_iter(bytes);
        found
            .map(|found| self.of[found.pattern().as_usize()])
            .collect()
    }

    /// What stands in a file. One that has gone meanwhile holds nothing.
    pub fn in_file(&self, path: &Path) -> BTreeSet<(Kind, &'static str)> {
        let Ok(mut file) = File::open(path) else {
            return BTreeSet::new();
        };
        let (mut found, mut piece) = (BTreeSet::new(), Vec::new());
        loop {
            let more = (&mut file).take(PIECE as u64).read_to_end(&mut piece);
            found.extend(self.in_bytes(&piece));
            if more.unwrap_or(0) == 0 {
                return found;
            }
            // What begins at the end of one piece ends in the next one; twice for what has spaces in it.
            let keep = piece.len().saturating_sub(2 * self.longest);
            piece.drain(..keep);
        }
    }

    /// What stands below a folder, in names and contents. The folder is one of a run's, under this name:
    /// by that it is known what may stand where.
    pub fn below(&self, folder: &Path, named: &str) -> Vec<Found> {
        let mut found = Vec::new();
        for path in files::below(folder) {
            let relative = Path::new(named).join(path.strip_prefix(folder).unwrap_or(&path));
            let name = relative.to_string_lossy().into_owned();
            let mut held = self.in_file(&path);
            held.extend(self.in_bytes(name.as_bytes()));
            found.extend(held.into_iter().map(|(kind, form)| Found {
                kind,
                form,
                reason: reason(kind, &name),
                path: relative.clone(),
            }));
        }
        found
    }
}

fn reason(kind: Kind, path: &str) -> Option<&'static str> {
    let mut may = MAY_STAND.iter();
    may.find(|(secret, place, _)| *secret == kind && matches(place, path))
        .map(|(_, _, reason)| *reason)
}

/// Whether a path is that of a place, in which `*` stands for anything.
fn matches(place: &str, path: &str) -> bool {
    let mut parts = place.split('*');
    let Some(mut rest) = path.strip_prefix(parts.next().unwrap_or_default()) else {
        return false;
    };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else {
        return rest.is_empty();
    };
    for part in middle {
        let Some(at) = rest.find(part) else {
            return false;
        };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

/// What a run left behind.
#[derive(Debug)]
pub struct Report {
    /// How many secrets of each kind were handed over.
    pub handed: BTreeMap<Kind, usize>,
    /// How many files were looked at.
    pub files: usize,
    /// Where secrets may stand, and do.
    pub expected: Vec<Found>,
    /// Where they must not.
    pub wrong: Vec<String>,
}

/// Searches what a run left.
///
/// # Panics
/// If its folder cannot be written: one canary is planted there, and has to be found.
pub fn scan(run: &Path) -> Report {
    let planted = Canary {
        kind: Kind::Planted,
        secret: b"planted \"canary\" f\xc3\xbcr die Suche, 7 marmots".to_vec(),
    };
    let mut handed = handed_in(run);
    let mut counted = BTreeMap::new();
    for canary in &handed {
        *counted.entry(canary.kind).or_insert(0) += 1;
    }
    handed.push(planted.clone());
    let control = said_of(run).join("control");
    for (_, form) in forms(&planted.secret) {
        append(&control, &[&form, &b"\n"[..]].concat());
    }
    let canaries = Canaries::new(&handed);
    let mut found = canaries.below(&files_of(run), "files");
    found.extend(canaries.below(&said_of(run), "said"));
    let (planted, found): (Vec<Found>, Vec<Found>) = found
        .into_iter()
        .partition(|found| found.kind == Kind::Planted);
    let (expected, wrong): (Vec<Found>, Vec<Found>) =
        found.into_iter().partition(|found| found.reason.is_some());
    let mut wrong: Vec<String> = wrong.iter().map(Found::to_string).collect();
    let missed = missed(&planted);
    wrong.extend(missed.map(|form| format!("the scan does not find what is planted: {form}")));
    wrong.extend(core_dumps(run));
    let _gone = std::fs::remove_file(control);
    let files = files::below(&files_of(run)).len() + files::below(&said_of(run)).len();
    if files > 0 && counted.is_empty() {
        wrong.push("files were left, and no secret was noted: nothing was looked for".to_owned());
    }
    Report {
        handed: counted,
        files,
        expected,
        wrong,
    }
}

fn missed(planted: &[Found]) -> impl Iterator<Item = &'static str> {
    const EVERY: [&str; 9] = [
        "raw",
        "hex",
        "base64",
        "base32",
        "numbers",
        "percent-encoded",
        "UTF-16",
        "JSON",
        "Debug",
    ];
    let found: BTreeSet<&str> = planted.iter().map(|found| found.form).collect();
    EVERY.into_iter().filter(move |form| !found.contains(form))
}

/// No process of ours may leave one: its memory would be in it.
fn core_dumps(run: &Path) -> Vec<String> {
    let files = files::below(run).into_iter();
    let cores = files.filter(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name == "core" || name.starts_with("core.")
    });
    cores
        .map(|path| format!("a core dump: {}", path.display()))
        .collect()
}
