//! Certificates that browsers trust: given by the hospital as PEM, or by an authority it asked.
//!
//! Only what is asked for as `http/1.1` is shown one (decision 0023). What cannot be used is refused
//! here, by name, before it is shown to anybody: a browser would only say that something is wrong.

use std::sync::Arc;

use ids::{Digest, Timestamp};
use rustls::client::verify_server_name;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::server::ParsedCertificate;
use rustls::sign::CertifiedKey;
use x509_parser::prelude::GeneralName;

use crate::certificate::{fingerprint, parse};
use crate::provider;

/// The longest chain that is shown: two intermediates and a cross-signed root.
const LONGEST_CHAIN: usize = 5;

/// A chain and its key, which belong together and are good for a name.
#[derive(Clone)]
pub struct WebCertificate {
    pub(crate) chain: Vec<CertificateDer<'static>>,
    pub(crate) key: Arc<PrivateKeyDer<'static>>,
    facts: WebFacts,
}

/// What is known of a certificate that is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebFacts {
    /// Its first moment.
    pub from: Timestamp,
    /// Its last moment.
    pub until: Timestamp,
    /// SHA-256 of it (DER).
    pub fingerprint: Digest,
    /// Who issued it, as it says itself (RFC 4514).
    pub issuer: String,
}

impl WebFacts {
    /// When to have the next one issued: after two thirds of its life, and up to a twelfth of it later, as
    /// `jitter` says (0 to 65,535 for none to all of it): not every site at the same second.
    pub fn renew_at(&self, jitter: u16) -> Timestamp {
        let life = self.until.since(self.from);
        let later = life / 12 * u32::from(jitter) / u32::from(u16::MAX);
        self.from.plus(life / 3 * 2).plus(later)
    }
}

/// Why a certificate cannot be shown to browsers.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WebProblem {
    /// There is no certificate in the chain's file, or something that is none.
    #[error("no certificate in it: expected PEM, the server's own certificate first")]
    NoCertificate,
    /// More certificates than a chain has.
    #[error("{0} certificates in it: expected the chain of one server, at most {LONGEST_CHAIN}")]
    TooMany(usize),
    /// There is no private key in the key's file.
    #[error("no private key in it: expected PEM (PKCS #8, PKCS #1 or SEC 1) without a passphrase")]
    NoKey,
    /// The key is of a kind that browsers or we do not speak.
    #[error("a key of a kind that cannot be used: expected ECDSA P-256 or P-384, or RSA")]
    KindOfKey,
    /// The key is another certificate's.
    #[error("the key is not that of the certificate: give the two that were made together")]
    KeyDiffers,
    /// The certificate is another name's.
    #[error("the certificate is not for {name:?} but for {found:?}: have one issued for that name")]
    OtherName {
        /// The name that it should be for.
        name: String,
        /// The names that it is for.
        found: Vec<String>,
    },
    /// It is over.
    #[error("the certificate ended at {0}: put a new one in its place")]
    Over(Timestamp),
    /// It has not begun.
    #[error("the certificate is good from {0} on only: look at the clock, or wait")]
    NotYet(Timestamp),
}

impl WebCertificate {
    /// Reads a chain and a key as PEM, and looks whether browsers would take them for this name now.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn read(chain: &[u8], key: &[u8], name: &str, now: Timestamp) -> Result<Self, WebProblem> {
        let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(chain)
            .collect::<Result<_, _>>()
            .map_err(|_| WebProblem::NoCertificate)?;
        if chain.len() > LONGEST_CHAIN {
            return Err(WebProblem::TooMany(chain.len()));
        }
        let leaf = chain.first().ok_or(WebProblem::NoCertificate)?;
        let facts = facts(leaf)?;
        let key = PrivateKeyDer::from_pem_slice(key).map_err(|_| WebProblem::NoKey)?;
        belong_together(&chain, &key)?;
        is_for(leaf, name)?;
        if now > facts.until {
            return Err(WebProblem::Over(facts.until));
        }
        if now < facts.from {
            return Err(WebProblem::NotYet(facts.from));
        }
        Ok(Self {
            chain,
            key: Arc::new(key),
            facts,
        })
    }

    /// What is known of it.
    pub fn facts(&self) -> &WebFacts {
        &self.facts
    }
}

impl std::fmt::Debug for WebCertificate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "WebCertificate({})", self.facts.fingerprint)
    }
}

fn facts(leaf: &CertificateDer<'_>) -> Result<WebFacts, WebProblem> {
    let parsed = parse(leaf).map_err(|_| WebProblem::NoCertificate)?;
    let validity = parsed.validity();
    Ok(WebFacts {
        from: Timestamp::from_seconds(validity.not_before.timestamp()),
        until: Timestamp::from_seconds(validity.not_after.timestamp()),
        fingerprint: fingerprint(leaf),
        issuer: parsed.issuer().to_string(),
    })
}

fn belong_together(
    chain: &[CertificateDer<'static>],
    key: &PrivateKeyDer<'static>,
) -> Result<(), WebProblem> {
    let provider = provider::for_browsers();
    let signing = provider
        .key_provider
        .load_private_key(key.clone_key())
        .map_err(|_| WebProblem::KindOfKey)?;
    CertifiedKey::new(chain.to_vec(), signing)
        .keys_match()
        .map_err(|_| WebProblem::KeyDiffers)
}

fn is_for(leaf: &CertificateDer<'_>, name: &str) -> Result<(), WebProblem> {
    let parsed = ParsedCertificate::try_from(leaf).map_err(|_| WebProblem::NoCertificate)?;
    let is_for =
        ServerName::try_from(name).is_ok_and(|name| verify_server_name(&parsed, &name).is_ok());
    if is_for {
        return Ok(());
    }
    Err(WebProblem::OtherName {
        name: name.to_owned(),
        found: names(leaf),
    })
}

fn names(leaf: &CertificateDer<'_>) -> Vec<String> {
    let Ok(parsed) = parse(leaf) else {
        return Vec::new();
    };
    let Ok(Some(names)) = parsed.subject_alternative_name() else {
        return Vec::new();
    };
    let names = names.value.general_names.iter();
    names
        .filter_map(|name| match name {
            GeneralName::DNSName(name) => Some((*name).to_owned()),
            GeneralName::OtherName(..)
            | GeneralName::RFC822Name(_)
            | GeneralName::X400Address(_)
            | GeneralName::DirectoryName(_)
            | GeneralName::EDIPartyName(_)
            | GeneralName::URI(_)
            | GeneralName::IPAddress(_)
            | GeneralName::RegisteredID(_)
            | GeneralName::Invalid(..) => None,
        })
        .take(LONGEST_CHAIN)
        .collect()
}

#[cfg(test)]
mod tests;
