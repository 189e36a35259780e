//! Keys and secrets as they lie on a disk: the key store, sealed secrets, wrapped recording keys; and the
//! halves of a recovery kit as they are typed.
//!
//! What is sealed has random bytes in it, so the sound ones are kept (`fuzz/vault`); they are a test's own.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use ids::{SessionId, SiteId};
use vault::keystore::{CaKey, DANGEROUS_SUFFIX, FILE_NAME, KeyStore, Keys, Unlock};
use vault::{Kit, PrivateKey, RecordingKey, SecretRef, VaultKey};

use crate::bytes::{Input, field, site};

const SECRET: &[u8] = b"a target's password";

/// What was sealed, under the keys of [`vault_key`] and [`private`].
struct Kept {
    key_store: Vec<u8>,
    bare: Vec<u8>,
    secret: Vec<u8>,
    wrapped: String,
    halves: [String; 2],
}

static KEPT: LazyLock<Kept> = LazyLock::new(|| {
    let read = |name: &str| std::fs::read(folder().join(name)).expect("fuzz/vault is there");
    let text = |name| String::from_utf8(read(name)).expect("text");
    Kept {
        key_store: read(FILE_NAME),
        bare: read(&format!("{FILE_NAME}{DANGEROUS_SUFFIX}")),
        secret: crate::seed::from_text(&text("secret.hex")).expect("hexadecimal"),
        wrapped: text("wrapped").trim().to_owned(),
        halves: [text("kit-1"), text("kit-2")],
    }
});

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("vault")
}

fn vault_key() -> VaultKey {
    VaultKey::from_bytes([4; 32])
}

fn private() -> PrivateKey {
    PrivateKey::from_bytes([5; 32])
}

fn recording_key() -> RecordingKey {
    RecordingKey::from_bytes([6; 32])
}

fn keys() -> Keys {
    Keys {
        site: vault::keystore::SiteSeed::from_bytes([7; 32]),
        ca: CaKey::from_pkcs8(vec![8; 83]),
        vault: vault_key(),
        recording: private(),
        tokens: vault::keystore::TokenKey::from_bytes([9; 32]),
    }
}

fn session() -> SessionId {
    SessionId::new(&site(), 7)
}

fn name() -> SecretRef {
    "target-3/password".parse().expect("a name")
}

/// Writes the sound ones anew, where there are none.
pub(crate) fn keep() -> std::io::Result<()> {
    let folder = folder();
    if folder.exists() {
        return Ok(());
    }
    std::fs::create_dir_all(&folder)?;
    let unlock = Unlock::DangerousKeyBesideData;
    let made = KeyStore::create(&folder.join(FILE_NAME), &site(), &unlock, keys());
    made.map_err(std::io::Error::other)?;
    let secret = vault::seal(&vault_key(), &site(), &name(), SECRET);
    let secret = secret.map_err(std::io::Error::other)?;
    std::fs::write(folder.join("secret.hex"), crate::seed::to_text(&secret))?;
    let wrapped = vault::wrap(&recording_key(), &session(), &[private().public()]);
    let wrapped = wrapped.map_err(std::io::Error::other)?;
    std::fs::write(folder.join("wrapped"), format!("{}\n", wrapped.join("\n")))?;
    let kit = Kit::generate().map_err(std::io::Error::other)?;
    let halves = kit.halves().map_err(std::io::Error::other)?;
    for (half, file) in halves.iter().zip(["kit-1", "kit-2"]) {
        std::fs::write(folder.join(file), half.to_text().as_bytes())?;
    }
    Ok(())
}

/// The first byte says what the rest is.
pub(super) fn run(bytes: &[u8]) {
    let mut input = Input::of(bytes);
    match input.u8() % 4 {
        0 => key_store(input.rest()),
        1 => secret(input.rest()),
        2 => wrapped(input.rest()),
        _ => halves(input.field(), input.field()),
    }
}

/// Opens a file in the place of a site's key store. What opens has the keys that were sealed, and is the
/// file that was written but for the spelling of its header.
fn key_store(bytes: &[u8]) {
    let Ok(folder) = Scratch::new() else { return };
    let path = folder.0.join(FILE_NAME);
    let beside = folder.0.join(format!("{FILE_NAME}{DANGEROUS_SUFFIX}"));
    private_file(&path, bytes);
    private_file(&beside, &KEPT.bare);
    let Ok(store) = KeyStore::open(&path, &site(), &Unlock::DangerousKeyBesideData) else {
        return;
    };
    assert_eq!(store.keys().site.as_bytes(), keys().site.as_bytes());
    assert_eq!(store.keys().vault.as_bytes(), vault_key().as_bytes());
    assert_eq!(store.keys().ca.as_pkcs8(), keys().ca.as_pkcs8());
    let shown = format!("{store:?} {:?}", store.keys());
    assert!(
        !shown.contains("7, 7") && !shown.contains("0707"),
        "{shown}"
    );
}

fn private_file(path: &Path, bytes: &[u8]) {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut options = std::fs::File::options();
    let file = options.write(true).create_new(true).mode(0o600).open(path);
    let written = file.and_then(|mut file| file.write_all(bytes));
    written.expect("a scratch folder");
}

/// A folder of this run alone, gone at its end.
pub(super) struct Scratch(pub(super) PathBuf);

impl Scratch {
    pub(super) fn new() -> std::io::Result<Self> {
        use std::os::unix::fs::DirBuilderExt as _;
        use std::sync::atomic::{AtomicU64, Ordering};
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let memory = Path::new("/dev/shm");
        let below = if memory.is_dir() {
            memory.to_owned()
        } else {
            std::env::temp_dir()
        };
        let name = format!("sekisho-fuzz-{}-{number}", std::process::id());
        let folder = below.join(name);
        std::fs::DirBuilder::new().mode(0o700).create(&folder)?;
        Ok(Self(folder))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _gone = std::fs::remove_dir_all(&self.0);
    }
}

/// Opens bytes in the place of a target's secret: only what was sealed, for this site and name.
fn secret(bytes: &[u8]) {
    let opened = vault::open(&vault_key(), &site(), &name(), bytes);
    assert_eq!(opened.is_ok(), bytes == KEPT.secret);
    if let Ok(opened) = opened {
        assert_eq!(opened.as_slice(), SECRET);
        let elsewhere: SiteId = "ena".parse().expect("a site");
        assert!(vault::open(&vault_key(), &elsewhere, &name(), bytes).is_err());
        let other = "target-4/password".parse().expect("a name");
        assert!(vault::open(&vault_key(), &site(), &other, bytes).is_err());
    }
}

/// Unwraps a recording's key from the lines that stand in its first frame.
fn wrapped(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let lines: Vec<String> = text.split('\n').map(str::to_owned).collect();
    if let Ok(key) = vault::unwrap(&private(), &session(), &lines) {
        assert_eq!(key.as_bytes(), recording_key().as_bytes());
        assert!(lines.contains(&KEPT.wrapped), "another spelling");
        let other = SessionId::new(&site(), 8);
        assert!(vault::unwrap(&private(), &other, &lines).is_err());
    }
}

/// Puts two halves together that somebody typed. Only both of one kit give a kit, and it is that one.
fn halves(one: &[u8], other: &[u8]) {
    let (one, other) = (String::from_utf8_lossy(one), String::from_utf8_lossy(other));
    let Ok(kit) = Kit::from_halves(&one, &other) else {
        return;
    };
    let [first, second] = &KEPT.halves;
    let ours = Kit::from_halves(first, second).expect("kept");
    assert_eq!(kit.id(), ours.id(), "a kit that nobody printed");
}

pub(super) fn seeds() -> Vec<(&'static str, Vec<u8>)> {
    let kept = &*KEPT;
    let of = |kind: u8, bytes: &[u8]| [&[kind][..], bytes].concat();
    let [one, other] = &kept.halves;
    let both = [
        field(one.as_bytes()),
        field(other.to_lowercase().as_bytes()),
    ]
    .concat();
    vec![
        ("key-store", of(0, &kept.key_store)),
        ("secret", of(1, &kept.secret)),
        ("wrapped", of(2, kept.wrapped.as_bytes())),
        ("kit", of(3, &both)),
    ]
}
