//! Why a passkey is not taken.

use webauthn_rs::prelude::WebauthnError;

/// Why a passkey is not taken. Whoever signs in learns none of it; whoever adds one learns all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasskeyRefused {
    /// What the browser sent is not what a browser sends.
    #[error("the browser's answer cannot be read")]
    Malformed,
    /// The authenticator did not verify its holder.
    #[error("the holder was not verified by PIN or biometry")]
    NotVerified,
    /// It was made or used for another name, origin or port.
    #[error("the answer was given to another site or door")]
    OtherSite,
    /// It answers another challenge than the one that was put.
    #[error("the answer is not to the challenge that was put")]
    OtherChallenge,
    /// The key is none of this person's.
    #[error("the key is not one of this person's")]
    NotTheirs,
    /// The key has been added before.
    #[error("the key was added before")]
    Known,
    /// Its counter went back: there are two of it.
    #[error("the key's counter went back: there may be a copy of it")]
    Copied,
    /// It can be copied, or no trusted maker attests that it cannot.
    #[error("no trusted maker attests that the key stays in one device")]
    NotAttested,
    /// The signature does not fit.
    #[error("the signature is not the key's")]
    WrongSignature,
    /// What is kept of it cannot be read.
    #[error("what is kept of a passkey cannot be read")]
    Broken,
}

impl From<WebauthnError> for PasskeyRefused {
    fn from(error: WebauthnError) -> Self {
        tracing::debug!(%error, "a passkey was refused");
        refused(&error)
    }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "most of what can be wrong with an answer is one to us: it cannot be read"
)]
fn refused(error: &WebauthnError) -> PasskeyRefused {
    use WebauthnError as E;
    match error {
        E::UserNotPresent | E::UserNotVerified => PasskeyRefused::NotVerified,
        E::InvalidRPOrigin | E::InvalidRPIDHash | E::CredentialCrossOrigin => {
            PasskeyRefused::OtherSite
        }
        E::MismatchedChallenge => PasskeyRefused::OtherChallenge,
        E::CredentialNotFound => PasskeyRefused::NotTheirs,
        E::CredentialPossibleCompromise => PasskeyRefused::Copied,
        E::AuthenticationFailure => PasskeyRefused::WrongSignature,
        E::CredentialMayNotBeHardwareBound
        | E::CredentialBackupEligibilityInconsistent
        | E::AttestationNotSupported
        | E::AttestationNotVerifiable
        | E::AttestationTrustFailure
        | E::AttestationChainNotTrusted(_)
        | E::AttestationCertificateTrustStoreEmpty
        | E::AttestationCertificateRequirementsNotMet
        | E::AttestationCertificateAAGUIDMismatch
        | E::AttestationUntrustedAaguid
        | E::AttestationFormatMissingAaguid
        | E::AttestationLeafCertMissing
        | E::AttestationStatementSigInvalid
        | E::AttestationStatementX5CInvalid
        | E::MissingAttestationCaList => PasskeyRefused::NotAttested,
        _ => PasskeyRefused::Malformed,
    }
}
