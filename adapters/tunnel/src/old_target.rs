//! TLS towards a target that speaks none of today: another program speaks it (decision 0049), here it is decided
//! whether it is the target that the hospital pinned.

use std::io;

use ids::Digest;
use tokio::io::AsyncReadExt;
use tokio::net::UnixStream;

use crate::certificate::{parse, sha256};
use crate::target::TargetTlsError;

/// A connection to a target with the pinned key, by TLS that is given up everywhere else.
#[derive(Debug)]
pub struct OldTargetTls {
    /// What is inside of it.
    pub stream: UnixStream,
    /// The bits of its public key (SubjectPublicKey), to which CredSSP ties a sign-in.
    pub key: Vec<u8>,
}

/// Hears of a handshake that a process of `old-tls` makes at the other end, and believes the target if its key is the pinned one:
/// two bytes of a length and the certificate, or a length of 0; then what is inside TLS.
///
/// # Errors
/// As [`TargetTlsError`] says; nothing but a handshake was sent to the target then, and nothing will be.
pub async fn old_target(
    mut near: UnixStream,
    pinned: Digest,
) -> Result<OldTargetTls, TargetTlsError> {
    let length = near.read_u16().await.map_err(TargetTlsError::Failed)?;
    let mut certificate = vec![0; usize::from(length)];
    let reading = near.read_exact(&mut certificate).await;
    let _whole = reading.map_err(TargetTlsError::Failed)?;
    let parsed = parse(&certificate);
    let parsed = parsed.map_err(|cause| TargetTlsError::Failed(io::Error::other(cause)))?;
    let shown = sha256(parsed.public_key().raw);
    if shown != pinned {
        return Err(TargetTlsError::KeyDiffers { shown, pinned });
    }
    let key = parsed.public_key().subject_public_key.data.to_vec();
    Ok(OldTargetTls { stream: near, key })
}
