//! Two factors against a token, and back.

use ids::Timestamp;
use wire::Secret;
use wire::api::v1::{Me, SignIn};

use crate::api::{Api, ApiError};
use crate::keep::{KeepError, KeptSignIn, SignInPlace};

/// Why a sign-in or sign-out was not done.
#[derive(Debug, thiserror::Error)]
pub enum SigningError {
    /// The site said no, or cannot be reached.
    #[error(transparent)]
    Api(#[from] ApiError),
    /// It cannot be kept on this computer.
    #[error(transparent)]
    Keep(#[from] KeepError),
}

/// Signs in, and keeps the token. A wrong factor is [`ApiError::NotSignedIn`], and which one it was
/// is never said.
///
/// # Errors
/// If the site says no, or the token cannot be kept.
pub async fn sign_in(
    api: &Api,
    place: &SignInPlace,
    login: &str,
    passphrase: Secret,
    code: Option<Secret>,
) -> Result<(Me, Timestamp), SigningError> {
    let form = SignIn {
        login: login.to_owned(),
        passphrase,
        totp: code,
    };
    let signed_in = api.sign_in(&form).await?;
    place.keep(&KeptSignIn {
        token: signed_in.token,
        until: signed_in.until,
    })?;
    Ok((signed_in.me, signed_in.until))
}

/// Signs out at the site, which ends the sessions opened under the sign-in, and forgets the token
/// here even if the site cannot be told.
///
/// # Errors
/// If the site could not be told: the sign-in then lives there until it ends by itself.
pub async fn sign_out(api: &Api, place: &SignInPlace) -> Result<(), SigningError> {
    let told = api.sign_out().await;
    place.forget()?;
    match told {
        // It has ended already.
        Ok(_) | Err(ApiError::NotSignedIn(_)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
