//! A backup's key, wrapped to the recovery kit, and the pieces that it seals.
//!
//! The key of each backup is new and wrapped to the kit's public half alone: who makes a backup, and who
//! keeps it, cannot read it again. The pieces are sealed with AES-256-GCM under a key derived from it and
//! from the backup's header, so that a piece stands in its own backup, at its own place, and nowhere else.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ids::SiteId;
use zeroize::Zeroizing;

use crate::NoRandomness;
use crate::primitives::{derive, secret_bytes};
use crate::wrapped::{PrivateKey, PublicKey, UnwrapError, WrapError, unwrap_for, wrap_to};

/// Bytes that sealing a piece adds.
pub const TAG: usize = 16;

secret_bytes!(
    /// The key of one backup.
    BackupKey
);

impl BackupKey {
    /// Wraps it to the kit's public half.
    ///
    /// # Errors
    /// If that is no key that can be wrapped to.
    pub fn wrap(&self, site: &SiteId, kit: &PublicKey) -> Result<String, WrapError> {
        wrap_to(self.as_bytes(), &info(site), kit)
    }

    /// Unwraps it with the kit.
    ///
    /// # Errors
    /// If it was wrapped to another kit, altered, or belongs to another site.
    pub fn unwrap(site: &SiteId, kit: &PrivateKey, wrapped: &str) -> Result<Self, UnwrapError> {
        let key = unwrap_for(kit, &info(site), &[wrapped.to_owned()])?;
        Ok(Self::from_bytes(*key))
    }
}

fn info(site: &SiteId) -> Vec<u8> {
    format!("sekisho/backup-key/v1{site}").into_bytes()
}

/// A piece is not what stood there when the backup was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("piece {number} of the backup does not open")]
pub struct NotAuthentic {
    /// Its number, from 0.
    pub number: u64,
}

/// Seals or opens the pieces of one backup, in their order.
pub struct Pieces {
    key: Option<LessSafeKey>,
    next: u64,
}

impl std::fmt::Debug for Pieces {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Pieces({})", self.next)
    }
}

impl Pieces {
    /// The pieces of the backup that begins with this header.
    pub fn of(key: &BackupKey, header: &[u8]) -> Self {
        let derived = derive(key.as_bytes(), b"sekisho/backup/v1", header);
        let key = UnboundKey::new(&AES_256_GCM, derived.as_slice()).ok();
        Self {
            key: key.map(LessSafeKey::new),
            next: 0,
        }
    }

    /// Seals the next piece in place. `last`: no other follows.
    ///
    /// # Errors
    /// Only if the machine's cryptography refuses; nothing plain is to leave then.
    pub fn seal(&mut self, piece: &mut Vec<u8>, last: bool) -> Result<(), NoRandomness> {
        let nonce = self.nonce(last);
        let sealed = self.key.as_ref().and_then(|key| {
            key.seal_in_place_append_tag(nonce, Aad::empty(), piece)
                .ok()
        });
        sealed.ok_or_else(|| {
            piece.clear();
            NoRandomness
        })
    }

    /// Opens the next piece in place.
    ///
    /// # Errors
    /// If it is not what was sealed at this place.
    pub fn open(&mut self, piece: &mut Vec<u8>, last: bool) -> Result<(), NotAuthentic> {
        let number = self.next;
        let nonce = self.nonce(last);
        let opened = self
            .key
            .as_ref()
            .and_then(|key| key.open_in_place(nonce, Aad::empty(), piece).ok())
            .map(|plain| plain.len());
        let length = opened.ok_or(NotAuthentic { number })?;
        piece.truncate(length);
        Ok(())
    }

    /// The piece's number and whether it is the last: under a key of one backup no nonce comes twice.
    fn nonce(&mut self, last: bool) -> Nonce {
        let mut nonce = [0; NONCE_LEN];
        let number = self.next.to_be_bytes();
        let whole = number.into_iter().chain([u8::from(last)]);
        nonce
            .iter_mut()
            .zip(whole)
            .for_each(|(to, from)| *to = from);
        self.next = self.next.saturating_add(1);
        Nonce::assume_unique_for_key(nonce)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(name: &str) -> SiteId {
        name.parse().unwrap()
    }

    #[test]
    fn only_the_kit_unwraps_a_backups_key_and_only_for_its_site() {
        let [kit, other] = [(); 2].map(|()| PrivateKey::generate().unwrap());
        let key = BackupKey::generate().unwrap();
        let wrapped = key.wrap(&site("handa"), &kit.public()).unwrap();
        let read = BackupKey::unwrap(&site("handa"), &kit, &wrapped).unwrap();
        assert_eq!(read.as_bytes(), key.as_bytes());
        assert_eq!(
            BackupKey::unwrap(&site("handa"), &other, &wrapped).unwrap_err(),
            UnwrapError::NotForUs
        );
        assert_eq!(
            BackupKey::unwrap(&site("osaka"), &kit, &wrapped).unwrap_err(),
            UnwrapError::NotAuthentic
        );
    }

    #[test]
    fn l38_a_piece_opens_at_its_own_place_in_its_own_backup_and_nowhere_else() {
        let key = BackupKey::from_bytes([7; 32]);
        let mut sealing = Pieces::of(&key, b"header");
        let mut pieces = [b"one".to_vec(), b"two".to_vec(), b"three".to_vec()];
        for (at, piece) in pieces.iter_mut().enumerate() {
            sealing.seal(piece, at == 2).unwrap();
        }
        let open = |header: &[u8], order: [usize; 3], last: usize| {
            let mut opening = Pieces::of(&key, header);
            order
                .iter()
                .enumerate()
                .try_for_each(|(at, piece)| opening.open(&mut pieces[*piece].clone(), at == last))
        };
        assert_eq!(open(b"header", [0, 1, 2], 2), Ok(()));
        assert!(open(b"other", [0, 1, 2], 2).is_err());
        assert_eq!(
            open(b"header", [0, 2, 1], 2),
            Err(NotAuthentic { number: 1 })
        );
        // Cut off after its second piece, which then is said to be the last.
        assert_eq!(
            open(b"header", [0, 1, 2], 1),
            Err(NotAuthentic { number: 1 })
        );
    }
}
