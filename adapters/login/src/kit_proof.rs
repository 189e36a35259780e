//! The recovery kit proves itself: a signature over a fresh challenge (architecture §8).

use std::time::Duration;

use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use data_encoding::HEXLOWER;
use ids::{SiteId, Timestamp};

use crate::identity::{Connection, Identity};
use crate::{NoRandomness, random};

/// How long a challenge may be answered: long enough to type two halves from paper.
pub const CHALLENGE_LASTS: Duration = Duration::from_secs(60 * 60);

/// What the kit is to sign. The engine keeps it between the two steps and uses it once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge {
    site: SiteId,
    purpose: String,
    nonce: [u8; 32],
    until: Timestamp,
}

/// Why a signature proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KitRefused {
    /// The challenge is out of date.
    #[error("the challenge is out of date; begin again")]
    TooLate,
    /// The signature is not the kit's over this challenge.
    #[error("the signature is not that of this site's recovery kit")]
    WrongSignature,
}

impl Challenge {
    /// A fresh challenge for one act (`lift`, `reset-factors`); a signature for one act is not one
    /// for another.
    ///
    /// # Errors
    /// If there is no randomness.
    pub fn fresh(site: &SiteId, purpose: &str, now: Timestamp) -> Result<Self, NoRandomness> {
        Ok(Self {
            site: site.clone(),
            purpose: purpose.to_owned(),
            nonce: *random::<32>()?,
            until: now.plus(CHALLENGE_LASTS),
        })
    }

    /// The bytes that the kit signs with its Ed25519 key.
    pub fn message(&self) -> Vec<u8> {
        format!(
            "sekisho/kit-proof/v1\n{}\n{}\n{}\n{}\n",
            self.site,
            HEXLOWER.encode(self.purpose.as_bytes()),
            self.until.as_millis(),
            HEXLOWER.encode(&self.nonce)
        )
        .into_bytes()
    }

    /// The kit's identity, if `signature` is that of the kit's `public` key over this challenge.
    ///
    /// # Errors
    /// See [`KitRefused`].
    pub fn answered(
        self,
        signature: &[u8],
        public: &[u8; 32],
        connection: &Connection,
        now: Timestamp,
    ) -> Result<Identity, KitRefused> {
        if now >= self.until {
            return Err(KitRefused::TooLate);
        }
        UnparsedPublicKey::new(&ED25519, public)
            .verify(&self.message(), signature)
            .map_err(|_| KitRefused::WrongSignature)?;
        Ok(Identity::kit(connection))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use access::{Door, Source, Who};
    use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};

    #[test]
    fn only_the_kits_signature_over_this_challenge_makes_the_kits_identity() {
        let now = Timestamp::from_seconds(1_800_000_000);
        let site: SiteId = "handa".parse().unwrap();
        let connection = Connection {
            device: None,
            source: Source::Local,
            door: Door::Local,
        };
        let key = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap();
        let public: [u8; 32] = key.public_key().as_ref().try_into().unwrap();
        let challenge = Challenge::fresh(&site, "lift", now).unwrap();
        let other = Challenge::fresh(&site, "lift", now).unwrap();
        let signature = key.sign(&challenge.message());

        let refused = |challenge: &Challenge, signature: &[u8], public: &[u8; 32], now| {
            challenge
                .clone()
                .answered(signature, public, &connection, now)
                .unwrap_err()
        };
        let signature = signature.as_ref();
        assert_eq!(
            refused(&other, signature, &public, now),
            KitRefused::WrongSignature
        );
        assert_eq!(
            refused(&challenge, signature, &[9; 32], now),
            KitRefused::WrongSignature
        );
        assert_eq!(
            refused(&challenge, b"", &public, now),
            KitRefused::WrongSignature
        );
        let late = now.plus(CHALLENGE_LASTS);
        assert_eq!(
            refused(&challenge, signature, &public, late),
            KitRefused::TooLate
        );

        let identity = challenge
            .answered(signature, &public, &connection, now)
            .unwrap();
        assert_eq!(identity.caller().who, Who::Kit);
    }
}
