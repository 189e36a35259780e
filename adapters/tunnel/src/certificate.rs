//! The site's own CA: one certificate for its server, one for each enrolled device.
//!
//! ECDSA P-256 throughout: rustls, OpenSSL and every browser verify it; Ed25519 certificates are
//! refused by browsers. A device's private key is made on the device and never leaves it: what comes
//! here is a certificate signing request (PKCS #10), whose signature proves that its sender holds it.

use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use ids::{DeviceId, Digest, SiteId, Timestamp};
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, PublicKeyData, SerialNumber,
    SubjectPublicKeyInfo, date_time_ymd,
};
use rustls_pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use x509_parser::certification_request::X509CertificationRequest;
use x509_parser::prelude::{FromDer, X509Certificate};
use zeroize::{Zeroize, Zeroizing};

/// How long a CA is good for. Rotation with overlap is yearly (architecture §8); ten years keep a site
/// that forgets from being locked out, and what a stolen CA key could sign counts for nothing without
/// the device's entry in the ledger.
const CA_VALID_FOR: Duration = Duration::from_secs(10 * 365 * 24 * 3600);

/// Certificates begin an hour early: an engineer's clock may be behind the gateway's.
const CLOCK_TOLERANCE: Duration = Duration::from_secs(3600);

/// The longest certificate signing request looked at, in bytes. One for P-256 takes about 250.
const MAX_REQUEST: usize = 4096;

/// From when until when a certificate is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Validity {
    /// First moment.
    pub from: Timestamp,
    /// Last moment.
    pub until: Timestamp,
}

impl Validity {
    /// From `now`, less a tolerance for the other side's clock, for `duration`.
    pub fn starting(now: Timestamp, duration: Duration) -> Self {
        Self {
            from: now.minus(CLOCK_TOLERANCE),
            until: now.plus(duration),
        }
    }
}

/// Why a certificate could not be issued or read.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// Not a DER certificate (RFC 5280).
    #[error("not a certificate")]
    NotACertificate,
    /// The certificate is not a CA's.
    #[error("the certificate is not that of a CA")]
    NotACa,
    /// Key and certificate do not belong together.
    #[error("the key is not that of the certificate")]
    KeyDiffers,
    /// Not a P-256 private key in PKCS #8.
    #[error("not a P-256 private key")]
    NotAKey,
    /// Not a certificate signing request (PKCS #10, RFC 2986).
    #[error("not a certificate signing request")]
    NotARequest,
    /// The request is not signed by the key that it names.
    #[error("the request does not prove that its sender holds the private key")]
    NoProofOfPossession,
    /// The key is not ECDSA P-256.
    #[error("the key is not of the kind ECDSA P-256")]
    KindOfKey,
    /// A name that cannot stand in a certificate.
    #[error("{0:?} cannot stand in a certificate")]
    Name(String),
    /// Signing failed.
    #[error("the certificate could not be made: {0}")]
    Issuing(#[from] rcgen::Error),
    /// No randomness.
    #[error("the system gave no randomness")]
    NoRandomness,
}

/// The site's CA. Holds its private key, which is wiped when dropped.
pub struct SiteCa {
    certificate: CertificateDer<'static>,
    key: KeyPair,
}

/// A server's certificate and its key.
pub struct ServerCertificate {
    /// DER.
    pub certificate: Vec<u8>,
    /// PKCS #8, DER.
    pub key: Zeroizing<Vec<u8>>,
}

/// What a device asks to have certified; made by [`DeviceRequest::read`] only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceRequest {
    spki: Vec<u8>,
}

/// A device's key pair, on the device.
pub struct DeviceKey(KeyPair);

impl SiteCa {
    /// Makes the CA of a new site.
    ///
    /// # Errors
    /// If the system gives no randomness.
    pub fn generate(site: &SiteId, now: Timestamp) -> Result<Self, CertificateError> {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
        let mut params = params(
            &format!("Sekisho CA {site}"),
            Validity::starting(now, CA_VALID_FOR),
        )?;
        // It certifies servers and devices, never another CA.
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let certificate = params.self_signed(&key)?.der().clone();
        Ok(Self { certificate, key })
    }

    /// Reads a CA back from its certificate (DER) and its key (PKCS #8, DER).
    ///
    /// # Errors
    /// If one is malformed, the certificate is not a CA's, or they do not belong together.
    pub fn from_der(certificate: &[u8], key_pkcs8: &[u8]) -> Result<Self, CertificateError> {
        let key = read_key(key_pkcs8)?;
        let parsed = parse(certificate)?;
        if !parsed.is_ca() {
            return Err(CertificateError::NotACa);
        }
        if parsed.public_key().raw != key.subject_public_key_info() {
            return Err(CertificateError::KeyDiffers);
        }
        Ok(Self {
            certificate: CertificateDer::from(certificate.to_vec()),
            key,
        })
    }

    /// The certificate, DER.
    pub fn certificate(&self) -> &[u8] {
        &self.certificate
    }

    /// The certificate, PEM (RFC 7468): what a computer installs whose browsers shall believe the site.
    pub fn pem(&self) -> String {
        let lines = pem::EncodeConfig::new().set_line_ending(pem::LineEnding::LF);
        pem::encode_config(
            &pem::Pem::new("CERTIFICATE", self.certificate.to_vec()),
            lines,
        )
    }

    /// The key, PKCS #8 DER, for the key store.
    pub fn key_pkcs8(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(self.key.serialize_der())
    }

    /// SHA-256 of the certificate: what an invitation carries.
    pub fn fingerprint(&self) -> Digest {
        fingerprint(&self.certificate)
    }

    /// Certifies a new server key for these host names.
    ///
    /// # Errors
    /// If a name cannot stand in a certificate.
    pub fn issue_server(
        &self,
        names: &[&str],
        validity: Validity,
    ) -> Result<ServerCertificate, CertificateError> {
        let [first, ..] = names else {
            return Err(CertificateError::Name(String::new()));
        };
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
        let mut params = params(first, validity)?;
        for name in names {
            let text = (*name)
                .try_into()
                .map_err(|_| CertificateError::Name((*name).to_owned()))?;
            params.subject_alt_names.push(rcgen::SanType::DnsName(text));
        }
        as_leaf(&mut params, ExtendedKeyUsagePurpose::ServerAuth);
        Ok(ServerCertificate {
            certificate: params.signed_by(&key, &self.issuer()?)?.der().to_vec(),
            key: Zeroizing::new(key.serialize_der()),
        })
    }

    /// Certifies a device's key; DER. Nothing of the request but its key enters the certificate, so
    /// a request cannot ask for a name, another use, or to be a CA (lesson L7).
    ///
    /// # Errors
    /// If signing fails.
    pub fn issue_device(
        &self,
        request: &DeviceRequest,
        device: &DeviceId,
        validity: Validity,
    ) -> Result<Vec<u8>, CertificateError> {
        let key = SubjectPublicKeyInfo::from_der(&request.spki)?;
        let mut params = params(&device.to_string(), validity)?;
        as_leaf(&mut params, ExtendedKeyUsagePurpose::ClientAuth);
        let certificate = params.signed_by(&key, &self.issuer()?)?.der().to_vec();
        // The key is written anew: what is entered and what is seen in a handshake must be the same.
        if spki_digest(&certificate)? == request.key() {
            Ok(certificate)
        } else {
            Err(CertificateError::KindOfKey)
        }
    }

    fn issuer(&self) -> Result<Issuer<'_, &KeyPair>, CertificateError> {
        Ok(Issuer::from_ca_cert_der(&self.certificate, &self.key)?)
    }
}

impl Drop for SiteCa {
    fn drop(&mut self) {
        self.key.zeroize();
    }
}

impl std::fmt::Debug for SiteCa {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SiteCa({})", self.fingerprint())
    }
}

impl std::fmt::Debug for ServerCertificate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ServerCertificate({})", fingerprint(&self.certificate))
    }
}

impl DeviceRequest {
    /// Reads a certificate signing request and verifies its signature.
    ///
    /// # Errors
    /// If it is malformed, of another kind of key, or not signed by the key that it names.
    pub fn read(csr: &[u8]) -> Result<Self, CertificateError> {
        if csr.len() > MAX_REQUEST {
            return Err(CertificateError::NotARequest);
        }
        let (rest, request) =
            X509CertificationRequest::from_der(csr).map_err(|_| CertificateError::NotARequest)?;
        if !rest.is_empty() {
            return Err(CertificateError::NotARequest);
        }
        request
            .verify_signature()
            .map_err(|_| CertificateError::NoProofOfPossession)?;
        let spki = request.certification_request_info.subject_pki.raw.to_vec();
        let key = SubjectPublicKeyInfo::from_der(&spki).map_err(|_| CertificateError::KindOfKey)?;
        if key.algorithm() == &PKCS_ECDSA_P256_SHA256 && key.subject_public_key_info() == spki {
            Ok(Self { spki })
        } else {
            Err(CertificateError::KindOfKey)
        }
    }

    /// The public key (SubjectPublicKeyInfo, DER).
    pub fn spki(&self) -> &[u8] {
        &self.spki
    }

    /// SHA-256 of the public key: what the ledger knows the device by.
    pub fn key(&self) -> Digest {
        sha256(&self.spki)
    }
}

impl DeviceKey {
    /// Makes a new key pair.
    ///
    /// # Errors
    /// If the system gives no randomness.
    pub fn generate() -> Result<Self, CertificateError> {
        Ok(Self(KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?))
    }

    /// Reads one back from PKCS #8, DER.
    ///
    /// # Errors
    /// If it is not a P-256 key.
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, CertificateError> {
        read_key(der).map(Self)
    }

    /// PKCS #8, DER, for the device's own disk.
    pub fn pkcs8(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(self.0.serialize_der())
    }

    /// A certificate signing request (PKCS #10, DER), without a name: the site gives it.
    ///
    /// # Errors
    /// If signing fails.
    pub fn request(&self) -> Result<Vec<u8>, CertificateError> {
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        Ok(params.serialize_request(&self.0)?.der().to_vec())
    }

    /// SHA-256 of the public key.
    pub fn key(&self) -> Digest {
        sha256(&self.0.subject_public_key_info())
    }
}

impl Drop for DeviceKey {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl std::fmt::Debug for DeviceKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "DeviceKey({})", self.key())
    }
}

/// SHA-256 of a certificate (DER).
pub fn fingerprint(certificate: &[u8]) -> Digest {
    sha256(certificate)
}

/// SHA-256 of the public key of a certificate (DER of its SubjectPublicKeyInfo).
///
/// # Errors
/// If it is not a certificate.
pub fn spki_digest(certificate: &[u8]) -> Result<Digest, CertificateError> {
    Ok(sha256(parse(certificate)?.public_key().raw))
}

/// Parses one certificate and nothing after it.
pub(crate) fn parse(certificate: &[u8]) -> Result<X509Certificate<'_>, CertificateError> {
    match X509Certificate::from_der(certificate) {
        Ok(([], parsed)) => Ok(parsed),
        Ok(_) | Err(_) => Err(CertificateError::NotACertificate),
    }
}

fn params(name: &str, validity: Validity) -> Result<CertificateParams, CertificateError> {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    let epoch = date_time_ymd(1970, 1, 1);
    let after = |moment: Timestamp| Duration::from_secs(moment.as_seconds().unsigned_abs());
    params.not_before = epoch + after(validity.from);
    params.not_after = epoch + after(validity.until);
    params.serial_number = Some(serial()?);
    params.use_authority_key_identifier_extension = true;
    Ok(params)
}

/// 126 random bits (RFC 5280 §4.1.2.2 wants a positive number of at most 20 bytes).
pub(crate) fn serial() -> Result<SerialNumber, CertificateError> {
    let mut bytes = [0u8; 16];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| CertificateError::NoRandomness)?;
    if let Some(first) = bytes.first_mut() {
        *first = (*first & 0x7f) | 0x40;
    }
    Ok(SerialNumber::from_slice(&bytes))
}

fn as_leaf(params: &mut CertificateParams, usage: ExtendedKeyUsagePurpose) {
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![usage];
}

pub(crate) fn read_key(pkcs8: &[u8]) -> Result<KeyPair, CertificateError> {
    let der = PrivatePkcs8KeyDer::from(pkcs8);
    KeyPair::from_pkcs8_der_and_sign_algo(&der, &PKCS_ECDSA_P256_SHA256)
        .map_err(|_| CertificateError::NotAKey)
}

pub(crate) fn sha256(bytes: &[u8]) -> Digest {
    let mut value = [0u8; 32];
    value.copy_from_slice(digest(&SHA256, bytes).as_ref());
    Digest(value)
}

#[cfg(test)]
mod tests;
