//! The makers of authenticators whose attestation counts.

use data_encoding::BASE64;
use ids::Digest;
use webauthn_rs::prelude::{AttestationCa, AttestationCaList};

/// The longest certificate that is read, in bytes of PEM: RSA-4096 ones have fewer than 3,000.
const LONGEST_PEM: usize = 16 * 1024;

const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const END: &str = "-----END CERTIFICATE-----";

/// A maker's root certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    /// SHA-256 of the certificate (DER).
    pub sha256: Digest,
    /// The certificate: DER in Base64.
    pub certificate: String,
}

/// Why a text is no root certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RootError {
    /// Not one certificate in PEM.
    #[error("this is not one certificate in PEM (-----BEGIN CERTIFICATE-----)")]
    NotPem,
    /// It cannot be read as a certificate.
    #[error("the certificate cannot be read")]
    NotACertificate,
}

impl Root {
    /// Reads one certificate in PEM, as makers publish it.
    ///
    /// # Errors
    /// See [`RootError`].
    pub fn from_pem(text: &str) -> Result<Self, RootError> {
        let fits = text.len() <= LONGEST_PEM;
        let rest = text.trim().strip_prefix(BEGIN).filter(|_| fits);
        let (body, rest) = rest
            .and_then(|rest| rest.split_once(END))
            .ok_or(RootError::NotPem)?;
        if !rest.trim().is_empty() {
            return Err(RootError::NotPem);
        }
        let body: String = body.split_whitespace().collect();
        let der = BASE64
            .decode(body.as_bytes())
            .map_err(|_| RootError::NotPem)?;
        Self::from_der(&der)
    }

    fn from_der(der: &[u8]) -> Result<Self, RootError> {
        let certificate = BASE64.encode(der);
        let list = list_of(&certificate).ok_or(RootError::NotACertificate)?;
        let ca = list.cas().values().next();
        let sha256 = ca.and_then(sha256_of).ok_or(RootError::NotACertificate)?;
        // What is hashed is what the library reads and writes again: it must be what was given.
        if sha256 != super::forms::sha256(der) {
            return Err(RootError::NotACertificate);
        }
        Ok(Self {
            sha256,
            certificate,
        })
    }
}

/// Every root that is trusted.
#[derive(Debug, Clone, Default)]
pub struct AttestationRoots {
    list: AttestationCaList,
}

impl AttestationRoots {
    /// Of certificates in Base64, as [`Root::certificate`] has them. One that cannot be read is none.
    pub fn of<'a>(certificates: impl Iterator<Item = &'a str>) -> Self {
        let mut list = AttestationCaList::default();
        for certificate in certificates {
            match list_of(certificate) {
                Some(one) => list.union(&one),
                None => tracing::error!("a trusted attestation root cannot be read"),
            }
        }
        Self { list }
    }

    /// Whether nobody is trusted.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    pub(super) fn list(&self) -> &AttestationCaList {
        &self.list
    }
}

/// SHA-256 of a root's certificate.
pub(super) fn sha256_of(ca: &AttestationCa) -> Option<Digest> {
    let kid = ca.get_kid().ok()?;
    Some(super::forms::digest_from(kid.as_ref()))
}

/// A list of this one certificate, which may attest every model of its maker.
fn list_of(certificate: &str) -> Option<AttestationCaList> {
    let mut pem = format!("{BEGIN}\n");
    for line in certificate.as_bytes().chunks(64) {
        pem.push_str(std::str::from_utf8(line).ok()?);
        pem.push('\n');
    }
    pem.push_str(END);
    pem.push('\n');
    AttestationCaList::try_from(pem.as_bytes()).ok()
}
