//! Secrets that the product makes itself, read where they may lie.

use std::path::Path;

use data_encoding::{BASE32_NOPAD, BASE64};
use serde_json::Value;
use vault::keystore::{DANGEROUS_SUFFIX, FILE_NAME, KeyStore, Unlock};
use zeroize::Zeroizing;

use super::{Kind, hand};

const INVITATION: &str = "sekisho-invitation-1:";

/// The keys of a site whose key store this passphrase opens, or the key that lies beside it.
pub fn hand_site_keys(dir: &Path, passphrase: Option<&str>) {
    let path = dir.join(FILE_NAME);
    let unlock = unlock(passphrase);
    let site = crate::hospital::SITE.parse().expect("a site's name");
    let store = KeyStore::open(&path, &site, &unlock).expect("the tests' own site");
    let keys = store.keys();
    for key in [
        keys.site.as_bytes(),
        keys.vault.as_bytes(),
        keys.recording.as_bytes(),
        keys.tokens.as_bytes(),
    ] {
        hand(Kind::SiteKey, key);
    }
    hand(Kind::SiteKey, scalar(keys.ca.as_pkcs8()));
    let beside = dir.join(format!("{FILE_NAME}{DANGEROUS_SUFFIX}"));
    if let Ok(bare) = std::fs::read_to_string(beside) {
        let bare = data_encoding::HEXLOWER.decode(bare.trim().as_bytes());
        hand(Kind::SiteKey, bare.expect("a key in hexadecimal"));
    }
}

/// The secrets of targets that a site's vault holds, those among them that the gateway made and nobody has seen;
/// how many there are. The gateway has stopped.
pub fn hand_vault(dir: &Path, passphrase: Option<&str>, site_key: &str) -> usize {
    let site = crate::hospital::SITE.parse().expect("a site's name");
    let unlock = unlock(passphrase);
    let keys = KeyStore::open(&dir.join(FILE_NAME), &site, &unlock).expect("the tests' own site");
    let verifier = site_key.parse().expect("the site's key");
    let store = store::Store::open(dir, &verifier).expect("the tests' own site");
    let held = store.vault_references().expect("the tests' own site");
    let of_targets = held.iter().filter(|name| name.starts_with("target-"));
    let mut handed = 0;
    for name in of_targets {
        let sealed = store.vault_row(name).expect("it can be read");
        let reference = name.parse().expect("the vault's own name");
        let sealed = sealed.expect("it was listed");
        let plain = vault::open(&keys.keys().vault, &site, &reference, &sealed);
        let (kind, secret) = of_a_target(&plain.expect("it is of this vault"));
        hand(kind, secret);
        handed += 1;
    }
    handed
}

/// A target's secret as the vault seals it: a letter that says what it is, then a password, or a key as OpenSSH
/// writes it.
pub(super) fn of_a_target(plain: &[u8]) -> (Kind, Vec<u8>) {
    let (letter, secret) = plain.split_first().expect("a letter before it");
    match letter {
        b'p' => (Kind::TargetPassword, secret.to_vec()),
        b'k' | b'c' => {
            let text = std::str::from_utf8(secret).expect("a key is text");
            (Kind::TargetKey, seed_of_ssh_key(text).to_vec())
        }
        other => panic!("a secret of an unknown kind: {other:?}"),
    }
}

fn unlock(passphrase: Option<&str>) -> Unlock {
    match passphrase {
        Some(text) => Unlock::Passphrase(Zeroizing::new(text.to_owned())),
        None => Unlock::DangerousKeyBesideData,
    }
}

/// The private part of a PKCS#8 key of 32 bytes: what stands in its only octet string of that length
/// (RFC 8410 §7, RFC 5915 §3).
fn scalar(pkcs8: &[u8]) -> [u8; 32] {
    let found = pkcs8.windows(34).find_map(|window| {
        let inside = window.strip_prefix(&[0x04, 0x20])?;
        <[u8; 32]>::try_from(inside).ok()
    });
    found.expect("a private key of 32 bytes")
}

/// The keys of a person's computer.
pub fn hand_device(membership: &Path) {
    let read = |name| std::fs::read(membership.join(name));
    if let Ok(key) = read("device.key") {
        hand(Kind::DeviceKey, scalar(&key));
    }
    if let Ok(key) = read("witness.key") {
        let kept: Value = serde_json::from_slice(&key).expect("it is JSON");
        let seed = kept["seed"].as_str().expect("a seed");
        hand(
            Kind::DeviceKey,
            BASE64.decode(seed.as_bytes()).expect("base64"),
        );
    }
}

/// The keys of a relay.
pub fn hand_relay(dir: &Path) {
    let keys = crate::files::below(dir).into_iter();
    let keys = keys.filter(|path| path.extension().is_some_and(|end| end == "key"));
    for path in keys {
        let key = std::fs::read(&path).expect("the tests' own relay");
        match <[u8; 32]>::try_from(key.as_slice()) {
            Ok(seed) => hand(Kind::RelayKey, seed),
            Err(_) => hand(Kind::RelayKey, scalar(&key)),
        }
    }
}

/// A target's private key, as OpenSSH writes it.
pub fn hand_ssh_key(path: &Path) {
    let text = std::fs::read_to_string(path).expect("the tests' own key");
    hand(Kind::TargetKey, seed_of_ssh_key(&text));
}

/// Of an Ed25519 key without a passphrase (PROTOCOL.key).
fn seed_of_ssh_key(text: &str) -> [u8; 32] {
    let body: String = text
        .lines()
        .filter(|line| !line.starts_with("--"))
        .collect();
    let bytes = BASE64.decode(body.as_bytes()).expect("base64");
    let seed = bytes.windows(36).find_map(|window| {
        let inside = window.strip_prefix(&[0, 0, 0, 64])?;
        <[u8; 32]>::try_from(inside).ok()
    });
    seed.expect("an Ed25519 key")
}

/// The invitations in what somebody was told: as they are typed, and the secret in them.
pub fn hand_invitations(said: &str) {
    for rest in said.split(INVITATION).skip(1) {
        let body: String = rest
            .chars()
            .take_while(char::is_ascii_alphanumeric)
            .collect();
        if let Some(secret) = invitation_secret(&body) {
            hand(Kind::Invitation, &body);
            hand(Kind::Invitation, secret);
        }
    }
}

/// A secret that a page has shown: what is in the link of an invitation, or something to sign in with.
pub fn hand_shown(secret: &str) {
    let kind = match invitation_secret(secret) {
        Some(_) => Kind::Invitation,
        None => Kind::Token,
    };
    hand(kind, secret);
}

/// The last field before the checksum of four bytes, after its length.
fn invitation_secret(body: &str) -> Option<Vec<u8>> {
    let bytes = BASE32_NOPAD.decode(body.to_uppercase().as_bytes()).ok()?;
    let (fields, _checksum) = bytes.split_at(bytes.len().checked_sub(4)?);
    [32, 20, 16].into_iter().find_map(|length| {
        let (before, secret) = fields.split_at(fields.len().checked_sub(length)?);
        (usize::from(*before.last()?) == length).then(|| secret.to_vec())
    })
}
