//! Certificates for signing in at a target, good for one sign-in: OpenSSH's `PROTOCOL.certkeys`. The target trusts an
//! authority that is the gateway's, and keeps no key of anybody.

use std::fmt;

use russh::keys::Certificate;
use russh::keys::ssh_key::certificate::{Builder, CertType};

use crate::key::{KeyError, LoginKey, read_private};
use crate::target::Secret;

/// The longest key ID that is written, in bytes. OpenSSH's servers write it to their log with every sign-in.
const LONGEST_KEY_ID: usize = 200;

/// What a certificate says of whoever signs in with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certified<'a> {
    /// The login, its only principal.
    pub user: &'a str,
    /// For the target's log: who it is. Other than printable ASCII is left out.
    pub key_id: &'a str,
    /// Its number, for the target's log.
    pub serial: u64,
    /// From when on it is good, in seconds since 1970.
    pub from: u64,
    /// Until when, in seconds since 1970.
    pub until: u64,
}

/// A certificate, without the key for which it was made.
#[derive(Clone, PartialEq, Eq)]
pub struct LoginCertificate(Box<Certificate>);

impl LoginCertificate {
    /// Reads a line as OpenSSH writes it: `KIND BASE64 [COMMENT]`.
    ///
    /// # Errors
    /// [`KeyError::Unreadable`].
    pub fn parse(line: &str) -> Result<Self, KeyError> {
        let read = Certificate::from_openssh(line);
        read.map(Box::new)
            .map(Self)
            .map_err(|_| KeyError::Unreadable)
    }

    pub(crate) fn certificate(&self) -> &Certificate {
        &self.0
    }
}

impl fmt::Display for LoginCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = self.0.to_openssh().map_err(|_| fmt::Error)?;
        f.write_str(&line)
    }
}

impl fmt::Debug for LoginCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LoginCertificate({:?})", self.0.key_id())
    }
}

/// Makes a key for one sign-in, and has the authority say whose it is. It allows a terminal, and none of what forwards
/// something.
///
/// # Errors
/// If the authority's key cannot be used, or the system has no randomness.
pub fn certify(authority: &str, of: &Certified<'_>) -> Result<Secret, KeyError> {
    let authority = read_private(authority)?;
    let key = LoginKey::generate()?;
    let mut nonce = [0_u8; Builder::RECOMMENDED_NONCE_SIZE];
    getrandom::fill(&mut nonce).map_err(|_| KeyError::NoRandomness)?;
    let key_id: String = of
        .key_id
        .chars()
        .filter(|sign| sign.is_ascii_graphic() || *sign == ' ')
        .take(LONGEST_KEY_ID)
        .collect();
    let made = || {
        let public = key.public().public().key_data().clone();
        let mut building = Builder::new(nonce, public, of.from, of.until)?;
        building
            .cert_type(CertType::User)?
            .serial(of.serial)?
            .key_id(key_id)?
            .valid_principal(of.user)?
            .extension("permit-pty", "")?;
        building.sign(&authority)
    };
    let certificate = made().map_err(|_| KeyError::Unreadable)?;
    Ok(Secret::Certificate {
        key: key.pem()?,
        certificate: LoginCertificate(Box::new(certificate)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::HostKey;

    fn of(from: u64, until: u64) -> Certified<'static> {
        Certified {
            user: "maint",
            key_id: "sekisho handa session-7 \u{7530}\n",
            serial: 7,
            from,
            until,
        }
    }

    fn certificate(secret: Secret) -> LoginCertificate {
        let Secret::Certificate { certificate, .. } = secret else {
            panic!("another secret");
        };
        LoginCertificate::parse(&certificate.to_string()).unwrap()
    }

    #[test]
    fn a_certificate_is_one_persons_for_minutes_and_opens_a_terminal_alone() {
        let authority = LoginKey::generate().unwrap();
        let made = certificate(certify(&authority.pem().unwrap(), &of(100, 400)).unwrap());
        let made = made.certificate();
        made.verify_signature().unwrap();
        assert_eq!(made.signature_key(), authority.public().public().key_data());
        assert_eq!(made.valid_principals(), ["maint"]);
        assert_eq!(made.key_id(), "sekisho handa session-7 ");
        assert_eq!((made.valid_after(), made.valid_before()), (100, 400));
        assert!(made.cert_type().is_user() && made.critical_options().is_empty());
        let allowed: Vec<&str> = made.extensions().keys().map(String::as_str).collect();
        assert_eq!(allowed, ["permit-pty"]);
    }

    #[test]
    fn no_key_is_certified_twice() {
        let authority = LoginKey::generate().unwrap().pem().unwrap();
        let made = || certificate(certify(&authority, &of(100, 400)).unwrap());
        let (one, other) = (made(), made());
        assert_ne!(
            one.certificate().public_key(),
            other.certificate().public_key()
        );
    }

    #[test]
    fn what_is_no_authority_or_no_time_certifies_nobody() {
        assert!(certify("no key", &of(100, 400)).is_err());
        let authority = LoginKey::generate().unwrap().pem().unwrap();
        assert!(certify(&authority, &of(400, 100)).is_err());
        assert!(LoginCertificate::parse("ssh-ed25519 AAAA").is_err());
        let key = LoginKey::generate().unwrap().public().to_string();
        assert!(HostKey::parse(&key).is_ok() && LoginCertificate::parse(&key).is_err());
    }
}
