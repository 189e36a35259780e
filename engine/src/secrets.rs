//! Secrets of targets, and the site's own keys for SSH and its relays: sealed in the vault, opened for a proxy that
//! has a permit, and given to nobody else (invariant 8, lesson L29).
//!
//! A target's secret is kept under a number that its entry makes the current one. It is sealed before
//! the entry; the older ones are removed after it.

use std::path::Path;
use std::sync::Mutex;

use access::{Command, Reason, Refusal};
use ids::{SiteId, TargetId};
use login::Identity;
use store::Store;
use vault::KeyStore;
use zeroize::Zeroizing;

use crate::live::lock;
use crate::open_site::OpenSiteError;
use crate::{Engine, Inner, OpenedSession, writer};

mod authority;
pub(crate) mod checking;
mod envelopes;
mod found;
mod made;
mod rotating;
mod setting;
mod visits;
mod weak;

use made::read_secret;

pub use authority::Authority;

pub use checking::SecretsShown;
pub use envelopes::EnvelopeProof;
pub use rotating::{RotatedAccount, RotationId, RotationJob};
pub use setting::SecretSet;
pub use visits::{AccountManager, AccountToMake, AccountToRemove};

/// Where the site's SSH host key stands in the vault: the seed of an Ed25519 key.
const HOST_KEY: &str = "ssh-host-key";
/// Where the key stands with which the gateway proves itself to relays: PKCS #8.
const LINK_KEY: &str = "relay-link-key";
/// What stands before a sealed password, and before a sealed key.
const PASSWORD: u8 = b'p';
const KEY: u8 = b'k';
/// What stands before the sealed key of an authority.
const AUTHORITY: u8 = b'c';

/// A new secret for a target.
pub enum NewSecret {
    /// A password.
    Password(Zeroizing<String>),
    /// A private key, as OpenSSH writes it, without a passphrase.
    Key(Zeroizing<String>),
    /// A key that the gateway makes: nobody ever sees its private half.
    Generate,
    /// An authority that the gateway makes, for certificates by which this target is entered.
    Authority,
}

/// Whose secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Account {
    /// The account of the target; of a database the one that may change data.
    Main,
    /// Of a database the one that only reads.
    Reader,
}

impl Account {
    /// Which it is.
    pub fn of(reader: bool) -> Self {
        if reader { Self::Reader } else { Self::Main }
    }
}

/// With what the gateway signs in at a target. It has no `Debug`: nothing can print it.
pub enum TargetSecret {
    /// A password.
    Password(Zeroizing<String>),
    /// A private key, as OpenSSH writes it.
    Key(Zeroizing<Vec<u8>>),
    /// An authority that the target trusts.
    Authority(Authority),
}

/// Why a secret was not set.
#[derive(Debug, thiserror::Error)]
pub enum SetSecretError {
    /// Refused.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// It is not a key that can be used.
    #[error(transparent)]
    Key(#[from] ssh::KeyError),
}

/// The vault has no secret for this session's target: it was replaced meanwhile, or is damaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the vault does not have the secret of this target: set it again, then open a new session")]
pub struct SecretMissing;

/// What the engine holds of secrets while it runs.
pub(crate) struct Secrets {
    host_key: ssh::HostKeyPair,
    link_key: Zeroizing<Vec<u8>>,
    link_pin: ids::Digest,
    /// Held while a secret is set: two at once would get the same number.
    setting: tokio::sync::Mutex<()>,
    /// The lists of passwords that are tried first.
    lists: vault::Lists,
    /// Why one of them could not be used when it was looked at last.
    bad_list: Mutex<Option<String>>,
    /// Replacements under way.
    rotations: rotating::Rotations,
    /// Envelopes whose targets were asked.
    envelopes: envelopes::Envelopes,
    /// The accounts of visits, and their secrets.
    pub(crate) visits: visits::Visits,
}

impl Secrets {
    /// Opens the site's own keys; makes them when the site is opened for the first time.
    pub(crate) fn open(
        site: &SiteId,
        keys: &KeyStore,
        store: &Store,
        dir: &Path,
    ) -> Result<Self, OpenSiteError> {
        let vault = Own { site, keys, store };
        let host_key = vault.kept_or_made(HOST_KEY, || {
            let fresh = ssh::HostKeyPair::generate().map_err(|cause| cause.to_string())?;
            Ok(Zeroizing::new(fresh.bytes().to_vec()))
        })?;
        let seed = <[u8; 32]>::try_from(host_key.as_slice());
        let seed = seed.map_err(|_| damaged(HOST_KEY, &"not 32 bytes long"))?;
        let link_key = vault.kept_or_made(LINK_KEY, || {
            let fresh = tunnel::PinnedKey::generate().map_err(|cause| cause.to_string())?;
            Ok(fresh.pkcs8())
        })?;
        let link_pin = tunnel::PinnedKey::from_pkcs8(&link_key)
            .map_err(|cause| damaged(LINK_KEY, &cause))?
            .pin();
        Ok(Self {
            host_key: ssh::HostKeyPair::from_bytes(Zeroizing::new(seed)),
            link_key,
            link_pin,
            setting: tokio::sync::Mutex::new(()),
            lists: vault::Lists::of(dir),
            bad_list: Mutex::default(),
            rotations: rotating::Rotations::default(),
            envelopes: envelopes::Envelopes::default(),
            visits: visits::Visits::default(),
        })
    }

    fn bad_list(&self) -> Option<String> {
        lock(&self.bad_list).clone()
    }

    /// The first one: until it is mended, the others are not missed.
    fn remember_bad_list(&self, bad: String) {
        lock(&self.bad_list).get_or_insert(bad);
    }

    fn forget_bad_list(&self) {
        *lock(&self.bad_list) = None;
    }
}

/// The vault, for the site's own keys.
struct Own<'a> {
    site: &'a SiteId,
    keys: &'a KeyStore,
    store: &'a Store,
}

impl Own<'_> {
    fn kept_or_made(
        &self,
        reference: &str,
        make: impl FnOnce() -> Result<Zeroizing<Vec<u8>>, String>,
    ) -> Result<Zeroizing<Vec<u8>>, OpenSiteError> {
        let damaged = |cause: &dyn std::fmt::Display| damaged(reference, cause);
        let name: vault::SecretRef = reference.parse().map_err(|cause| damaged(&cause))?;
        let vault = &self.keys.keys().vault;
        let kept = self.store.vault_row(reference);
        if let Some(sealed) = kept.map_err(|cause| damaged(&cause))? {
            let plain = vault::open(vault, self.site, &name, &sealed);
            return plain.map_err(|cause| damaged(&cause));
        }
        let fresh = make().map_err(|cause| damaged(&cause))?;
        let sealed = vault::seal(vault, self.site, &name, &fresh);
        let sealed = sealed.map_err(|cause| damaged(&cause))?;
        let kept = self.store.put_vault_row(reference, &sealed);
        kept.map_err(|cause| damaged(&cause))?;
        Ok(fresh)
    }
}

fn damaged(reference: &str, cause: &dyn std::fmt::Display) -> OpenSiteError {
    OpenSiteError::BadKey(format!("{reference} in the vault: {cause}"))
}

impl OpenedSession {
    /// The secret with which this session's target is entered.
    ///
    /// # Errors
    /// If the vault does not have it.
    pub fn target_secret(&self) -> Result<TargetSecret, SecretMissing> {
        let permit = self.permit();
        if permit.account().is_some() {
            return self.visit_secret();
        }
        let account = match (permit.ssh(), permit.database(), permit.web()) {
            (Some(ssh), _, _) => (Account::Main, ssh.secret),
            (None, Some(database), _) => (Account::of(!database.terms.write), database.secret),
            (None, None, Some(web)) => (Account::Main, web.secret),
            (None, None, None) => {
                let desktop = permit.desktop().map(|desktop| desktop.secret);
                let telnet = permit.telnet().map(|telnet| telnet.secret);
                (Account::Main, desktop.or(telnet).ok_or(SecretMissing)?)
            }
        };
        let inner = &self.engine().inner;
        let reference = reference(permit.target(), account);
        let sealed = inner.store.vault_row(&reference).ok().flatten();
        let sealed = sealed.ok_or(SecretMissing)?;
        let plain = inner
            .open_sealed(&reference, &sealed)
            .ok_or(SecretMissing)?;
        let (session, person) = (permit.session(), permit.person());
        let whom = inner.whom(&format!("{session} {person}"), session.number());
        read_secret(&plain, whom)
    }

    /// The site's own SSH host key, which it shows to engineers.
    pub fn ssh_host_key(&self) -> &ssh::HostKeyPair {
        &self.engine().inner.secrets.host_key
    }
}

impl Engine {
    /// The key with which the gateway proves itself to its relays.
    ///
    /// # Errors
    /// If the vault's bytes are not a key.
    pub fn link_key(&self) -> Result<tunnel::PinnedKey, tunnel::CertificateError> {
        tunnel::PinnedKey::from_pkcs8(&self.inner.secrets.link_key)
    }

    /// Its pin: relays know the gateway by it.
    pub fn link_pin(&self) -> ids::Digest {
        self.inner.secrets.link_pin
    }

    /// The public line of the site's SSH host key, for engineers' `known_hosts`.
    pub fn ssh_host_key(&self) -> String {
        self.inner.secrets.host_key.public().to_string()
    }

    /// Pins a target to another host key. Its sessions end, its grants are withdrawn.
    ///
    /// # Errors
    /// Every reason why not.
    pub async fn pin_host_key(
        &self,
        by: &Identity,
        target: &TargetId,
        line: &str,
    ) -> Result<(), Refusal> {
        let Some(host_key) = host_key(line) else {
            let reasons = vec![Reason::HostKeyNotPossible];
            return Err(self.refuse(by, "pin_host_key", reasons).await);
        };
        let target = target.clone();
        self.submit(by, Command::PinHostKey { target, host_key })
            .await
            .map(drop)
    }
}

/// A host key as it is pinned: kind and key, without names and comment.
pub(crate) fn host_key(line: &str) -> Option<String> {
    let key = ssh::HostKey::parse(line).ok()?;
    Some(key.to_string())
}

impl Inner {
    fn current_secret(&self, target: &TargetId, account: Account) -> u64 {
        let site = self.site();
        let known = site.target(target);
        known.map_or(0, |known| known.secrets_of(account == Account::Reader))
    }

    fn keep_secret(&self, name: &str, plain: &[u8]) -> Result<(), Refusal> {
        let sealed = self.seal(name, plain).ok_or_else(writer::unavailable)?;
        self.store.put_vault_row(name, &sealed).map_err(|cause| {
            tracing::error!(%cause, "a secret could not be kept");
            writer::unavailable()
        })
    }

    /// Removes the secrets of an account that were replaced.
    fn forget_secrets_but(&self, target: &TargetId, account: Account) {
        let keep = reference(target, (account, self.current_secret(target, account)));
        let own = references(target, account);
        let kept = self.store.vault_references().unwrap_or_default();
        // One that is on its way to the target may be what opens it.
        let coming = {
            let site = self.site();
            let reader = account == Account::Reader;
            let known = site.target(target);
            known.is_some_and(|known| known.standing_of(reader).rotating.is_some())
        };
        for old in kept
            .iter()
            .filter(|name| name.starts_with(&own) && **name != keep)
            .filter(|name| !coming || **name != rotating::pending(target, account))
        {
            if let Err(cause) = self.store.remove_vault_row(old) {
                tracing::warn!(%cause, "an old secret was not removed; the next one set removes it");
            }
        }
    }
}

fn reference(target: &TargetId, (account, number): (Account, u64)) -> String {
    references(target, account) + &number.to_string()
}

fn references(target: &TargetId, account: Account) -> String {
    let of = match account {
        Account::Main => "secret",
        Account::Reader => "reader-secret",
    };
    format!("target-{}-{of}-", target.number())
}
