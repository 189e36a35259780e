//! Whose attestation makes an engineer's passkey a device.

use access::{Command, Refusal};
use ids::PersonId;
use login::Identity;
use login::passkey::{AttestationRoots, Root, RootError};

use crate::{Engine, Inner};

/// Why a root is not trusted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RootNotTrusted {
    /// It is no certificate.
    #[error(transparent)]
    NotARoot(#[from] RootError),
    /// The command is refused.
    #[error(transparent)]
    Refused(#[from] Refusal),
}

impl Engine {
    /// Takes passkeys that this maker attests from engineers.
    ///
    /// # Errors
    /// If it is no certificate, or with every reason why not.
    pub async fn trust_attestation(
        &self,
        by: &Identity,
        name: &str,
        pem: &str,
    ) -> Result<Root, RootNotTrusted> {
        let root = Root::from_pem(pem)?;
        let command = Command::TrustAttestation {
            name: name.trim().to_owned(),
            sha256: root.sha256,
            certificate: root.certificate.clone(),
        };
        self.submit(by, command).await?;
        Ok(root)
    }
}

impl Inner {
    /// Whose attestation an engineer's passkey needs; of everybody else any passkey is taken.
    pub(super) fn roots_for(&self, person: &PersonId) -> Option<AttestationRoots> {
        if !self.is_an_engineer(person) {
            return None;
        }
        let site = self.site();
        let roots = site.attestation_roots();
        Some(AttestationRoots::of(
            roots.map(|root| root.certificate.as_str()),
        ))
    }
}
