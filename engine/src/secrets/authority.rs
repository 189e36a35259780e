//! An authority that one target trusts, and the certificates by which the gateway signs in there (decision 0058).

use std::time::Duration;

use ids::Timestamp;
use zeroize::Zeroizing;

use crate::Inner;

/// How far a target's clock may be off. Whoever has a certificate needs its key too, and that lives for one sign-in.
const CLOCKS_DIFFER: Duration = Duration::from_secs(15 * 60);

/// For whom a secret is opened: what a certificate says.
pub(super) struct Whom {
    key_id: String,
    serial: u64,
    at: Timestamp,
}

/// The key of an authority. It has no `Debug`: nothing can print it.
pub struct Authority {
    key: Zeroizing<String>,
    whom: Whom,
}

impl Authority {
    pub(super) fn new(key: Zeroizing<String>, whom: Whom) -> Self {
        Self { key, whom }
    }

    /// A key and a certificate with which this account signs in once.
    ///
    /// # Errors
    /// If the authority's key cannot be used, or the system has no randomness.
    pub fn certify(&self, account: &str) -> Result<ssh::Secret, ssh::KeyError> {
        let at = self.whom.at;
        let from = at.minus(CLOCKS_DIFFER).as_seconds();
        let until = at.plus(CLOCKS_DIFFER).as_seconds();
        let of = ssh::Certified {
            user: account,
            key_id: &self.whom.key_id,
            serial: self.whom.serial,
            from: u64::try_from(from).unwrap_or(0),
            until: u64::try_from(until).unwrap_or(0),
        };
        ssh::certify(&self.key, &of)
    }

    /// Its private key, as OpenSSH writes it: to tell the target of another one.
    pub fn key(&self) -> &[u8] {
        self.key.as_bytes()
    }
}

impl Inner {
    /// `who` is what the target's log is to say; `serial` its number, 0 if it has none.
    pub(super) fn whom(&self, who: &str, serial: u64) -> Whom {
        Whom {
            key_id: format!("sekisho {who}"),
            serial,
            at: self.clock.now(),
        }
    }
}
