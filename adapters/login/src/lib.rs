//! Proves who someone is: passphrase, TOTP, passkey, device certificate.
//!
//! Everything here is a function of its arguments and of fresh randomness: no file, no socket, no
//! clock. The engine loads the records (hash, one-time secret, last step, attempts) from the store,
//! passes them in, and stores what comes back.
//!
//! Trusted to say who is asking: an [`Identity`] can be made in this crate only. Not trusted to say
//! what they may do: that is `access`.

pub mod attempts;
pub mod codes;
mod identity;
pub mod kit_proof;
pub mod name;
pub mod passkey;
pub mod passphrase;
mod sign_in;
mod token;
pub mod totp;

pub use identity::{Connection, Identity, ProvedDevice};
pub use name::{NameError, NameKey};
pub use sign_in::{
    Answer, Claim, Failed, Known, Outcome, SignIn, Subject, Why, sign_in, sign_in_by_passkey,
};
pub use token::{
    COOKIE_PREFIX, Holder, IDLE_ENDS, Issued, NotAToken, PREFIX as TOKEN_PREFIX, SIGN_IN_LASTS,
    Token, TokenRefused, Tokens,
};

/// The operating system gave no random bytes. Nothing secret can be made then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the operating system gave no random bytes")]
pub struct NoRandomness;

/// `N` random bytes from the operating system, and from nowhere else (lesson L11).
fn random<const N: usize>() -> Result<zeroize::Zeroizing<[u8; N]>, NoRandomness> {
    let mut bytes = zeroize::Zeroizing::new([0u8; N]);
    getrandom::fill(bytes.as_mut_slice()).map_err(|_| NoRandomness)?;
    Ok(bytes)
}
