//! The calls for the makers of security keys whose word the hospital takes.

use wire::api::v1::{AddAttestationRoot, AttestationRoot, Done, RemoveAttestationRoot, paths};

use super::{Api, ApiError};

/// What every call's errors are.
type Answer<T> = Result<T, ApiError>;

#[expect(
    clippy::missing_errors_doc,
    reason = "every call fails as `ApiError` says, and none in a way of its own"
)]
impl Api {
    /// The makers that are trusted.
    pub async fn attestation_roots(&self) -> Answer<Vec<AttestationRoot>> {
        self.get(paths::ATTESTATION_ROOTS).await
    }

    /// Trusts one more.
    pub async fn add_attestation_root(&self, form: &AddAttestationRoot) -> Answer<Done> {
        self.post(paths::ATTESTATION_ROOTS, form).await
    }

    /// Trusts one no more.
    pub async fn remove_attestation_root(&self, name: &str) -> Answer<Done> {
        let name = name.to_owned();
        let form = RemoveAttestationRoot { name };
        self.post(paths::ATTESTATION_ROOT_REMOVE, &form).await
    }
}
