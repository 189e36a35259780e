//! Secrets as canaries: whatever the tests hand to the product is remembered here, and after the run
//! every file that it left is searched for it (lesson L29, invariant 8).
//!
//! `cargo xtask test` names a folder in [`RUN`]. With it, everything of a hospital, a relay or a person is
//! made in there and kept, each answer of a command is written down, and each secret noted; when the last
//! process has ended, the program `canary-scan` searches it all ([`scan()`]). Only then are the files whole:
//! a gateway writes as it ends, and no test can be sure to be the last. Without the variable nothing is
//! kept, and a test that wants to know at once asks [`Canaries`] itself.
//!
//! The targets' own folders are not part of a run: a server may know its password.

mod forms;
mod private;
mod said;
mod scan;

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use data_encoding::HEXLOWER;

pub use forms::forms;
pub use private::{
    hand_device, hand_invitations, hand_relay, hand_shown, hand_site_keys, hand_ssh_key, hand_vault,
};
pub use said::{asked, told};
pub use scan::{Canaries, Found, Report, scan};

/// The variable that names the folder of a run.
pub const RUN: &str = "SEKISHO_TEST_RUN";

/// What is shorter could stand somewhere by chance.
pub(crate) const SHORTEST: usize = 8;

/// What a secret is. Where each may stand is said in one table ([`scan()`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// What a person signs in with.
    Passphrase,
    /// What unlocks a site's keys.
    KeyPassphrase,
    /// A line of the recovery kit.
    Kit,
    /// The secret of a person's one-time codes.
    Seed,
    /// An invitation, and the secret in it.
    Invitation,
    /// A code from the sealed envelope.
    EmergencyCode,
    /// What stands on the sheet of an emergency account. No file and no answer of a command may have it: the
    /// sheet is a page that is shown once.
    EnvelopePassword,
    /// The token of a sign-in.
    Token,
    /// A target's password, in the vault.
    TargetPassword,
    /// A target's private key, in the vault.
    TargetKey,
    /// What was typed where the screen showed nothing.
    HiddenInput,
    /// A key of the site: signing, CA, vault, recordings, sign-ins, and what unlocks them.
    SiteKey,
    /// A key of a person's computer.
    DeviceKey,
    /// A key of a relay.
    RelayKey,
    /// What the scan plants itself, to prove that it finds.
    Planted,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 15] = [
        Self::Passphrase,
        Self::KeyPassphrase,
        Self::Kit,
        Self::Seed,
        Self::Invitation,
        Self::EmergencyCode,
        Self::EnvelopePassword,
        Self::Token,
        Self::TargetPassword,
        Self::TargetKey,
        Self::HiddenInput,
        Self::SiteKey,
        Self::DeviceKey,
        Self::RelayKey,
        Self::Planted,
    ];

    /// As it is written down.
    pub fn name(self) -> String {
        format!("{self:?}")
    }

    fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// One secret.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Canary {
    /// What it is.
    pub kind: Kind,
    /// The secret itself.
    pub secret: Vec<u8>,
}

/// The folder of this run, if it is one whose files are kept.
pub fn run() -> Option<PathBuf> {
    std::env::var_os(RUN).map(PathBuf::from)
}

/// Where the files of a run lie.
pub(crate) fn files_of(run: &Path) -> PathBuf {
    run.join("files")
}

fn said_of(run: &Path) -> PathBuf {
    run.join("said")
}

fn handed_of(run: &Path) -> PathBuf {
    run.join("handed")
}

static HANDED: Mutex<BTreeSet<Canary>> = Mutex::new(BTreeSet::new());

/// Remembers a secret that the product is given or gives.
///
/// # Panics
/// If it is too short to be told from chance.
pub fn hand(kind: Kind, secret: impl AsRef<[u8]>) {
    let secret = secret.as_ref().to_vec();
    assert!(secret.len() >= SHORTEST, "a {kind:?} of {}", secret.len());
    let line = format!("{} {}\n", kind.name(), HEXLOWER.encode(&secret));
    let mut handed = HANDED.lock().unwrap_or_else(PoisonError::into_inner);
    if !handed.insert(Canary { kind, secret }) {
        return;
    }
    if let Some(run) = run() {
        let own = handed_of(&run).join(std::process::id().to_string());
        append(&own, line.as_bytes());
    }
}

/// What this process has handed over.
pub fn handed() -> Vec<Canary> {
    let handed = HANDED.lock().unwrap_or_else(PoisonError::into_inner);
    handed.iter().cloned().collect()
}

/// What the processes of a run have handed over.
fn handed_in(run: &Path) -> Vec<Canary> {
    let read = |path| std::fs::read_to_string(path).expect("our own note");
    let notes: Vec<String> = crate::files::below(&handed_of(run))
        .iter()
        .map(read)
        .collect();
    let lines = notes.iter().flat_map(|note| note.lines());
    let handed: BTreeSet<Canary> = lines.map(line).collect();
    handed.into_iter().collect()
}

fn line(line: &str) -> Canary {
    let (kind, secret) = line.split_once(' ').expect("kind and secret");
    Canary {
        kind: Kind::named(kind).expect("a kind of ours"),
        secret: HEXLOWER.decode(secret.as_bytes()).expect("our own note"),
    }
}

fn append(path: &Path, bytes: &[u8]) {
    let folder = path.parent().expect("a file in a folder");
    std::fs::create_dir_all(folder).expect("the run's own folder");
    let file = std::fs::File::options()
        .create(true)
        .append(true)
        .open(path);
    let written = file.and_then(|mut file| file.write_all(bytes));
    written.unwrap_or_else(|cause| panic!("{}: {cause}", path.display()));
}

#[cfg(test)]
mod tests;
