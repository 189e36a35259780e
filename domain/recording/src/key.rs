//! A session's key, and the keys derived from it.

use aws_lc_rs::aead::{AES_256_GCM, LessSafeKey, UnboundKey};
use aws_lc_rs::{digest, hmac};
use ids::{Digest, SessionId};
use zeroize::Zeroizing;

/// The key of one session's recording. Never shown, wiped when dropped.
///
/// The 32 bytes are never used themselves: frames, chain, segment headers and each segment's chunks
/// have a key of their own, by HMAC-SHA256 over a label (the expansion step of RFC 5869, one block).
pub struct SessionKey {
    secret: Zeroizing<[u8; 32]>,
    frames: LessSafeKey,
}

/// The cipher could not be set up. Does not happen with keys of the right length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the cipher could not be set up")]
pub struct NoCipher;

impl std::fmt::Debug for SessionKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SessionKey(hidden)")
    }
}

impl SessionKey {
    /// From 32 random bytes, of which the caller wipes their own copy.
    ///
    /// # Errors
    /// If the cipher library refuses.
    pub fn new(secret: &[u8; 32]) -> Result<Self, NoCipher> {
        let frames = cipher(&derive(secret, &[b"sekisho/recording/frames/v1\0"]))?;
        Ok(Self {
            secret: Zeroizing::new(*secret),
            frames,
        })
    }

    pub(crate) fn frames(&self) -> &LessSafeKey {
        &self.frames
    }

    /// Where the chain of `session` begins.
    pub(crate) fn chain_start(&self, session: &SessionId) -> Digest {
        let name = session.to_string();
        let parts: [&[u8]; 2] = [b"sekisho/recording/chain/v1\0", name.as_bytes()];
        Digest(*derive(&self.secret, &parts))
    }

    /// The key of one sealing of one segment's chunks.
    pub(crate) fn segment(
        &self,
        number: u32,
        first: u64,
        salt: &Digest,
    ) -> Result<LessSafeKey, NoCipher> {
        let parts: [&[u8]; 4] = [
            b"sekisho/recording/segment/v1\0",
            &number.to_be_bytes(),
            &first.to_be_bytes(),
            salt.as_bytes(),
        ];
        cipher(&derive(&self.secret, &parts))
    }

    /// The key that vouches for segment headers.
    pub(crate) fn header(&self) -> hmac::Key {
        let key = derive(&self.secret, &[b"sekisho/recording/header/v1\0"]);
        hmac::Key::new(hmac::HMAC_SHA256, &*key)
    }
}

fn cipher(key: &[u8; 32]) -> Result<LessSafeKey, NoCipher> {
    let key = UnboundKey::new(&AES_256_GCM, key).map_err(|_| NoCipher)?;
    Ok(LessSafeKey::new(key))
}

pub(crate) fn derive(secret: &[u8; 32], parts: &[&[u8]]) -> Zeroizing<[u8; 32]> {
    let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, secret));
    for part in parts {
        context.update(part);
    }
    let mut derived = Zeroizing::new([0; 32]);
    for (to, from) in derived.iter_mut().zip(context.sign().as_ref()) {
        *to = *from;
    }
    derived
}

/// SHA-256 over `parts`, one after the other.
pub(crate) fn sha256(parts: &[&[u8]]) -> Digest {
    let mut context = digest::Context::new(&digest::SHA256);
    for part in parts {
        context.update(part);
    }
    let mut value = [0; 32];
    for (to, from) in value.iter_mut().zip(context.finish().as_ref()) {
        *to = *from;
    }
    Digest(value)
}
