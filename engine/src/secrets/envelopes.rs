//! Envelopes of emergency accounts: the one door through which a target's secret leaves the vault, to paper, and
//! asking a target whether the secret of an envelope is still what was printed.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Mutex;
use std::time::Duration;

use access::{Command, EnvelopeFound, EnvelopeStanding, Reason, Refusal};
use ids::{TargetId, Timestamp};
use login::Identity;
use zeroize::Zeroizing;

use super::rotating::{RotatedAccount, how};
use super::{Account, TargetSecret, reference};
use crate::live::lock;
use crate::passkeys::Touched;
use crate::{Engine, writer};

/// How often a target is asked about the secret of an envelope. Each time is a sign-in in its log.
const ASKED_EVERY: Duration = Duration::from_secs(6 * 60 * 60);

/// What the engine holds of envelopes while it runs: when a target was asked last.
#[derive(Default)]
pub(crate) struct Envelopes(Mutex<BTreeMap<TargetId, Timestamp>>);

/// An envelope whose target is to be asked about. It has no `Debug`: it holds a secret.
pub struct EnvelopeProof {
    /// At which target.
    pub target: TargetId,
    /// Which envelope.
    pub number: u64,
    /// Since when it is printed.
    pub printed: Timestamp,
    /// The pinned address: this one is dialled and no other.
    pub address: SocketAddr,
    /// How the account is signed in at.
    pub account: RotatedAccount,
    /// Its secret.
    pub secret: TargetSecret,
}

impl Engine {
    /// Gives the secret of an emergency account, for paper: once, to another person than the one who ordered
    /// the envelope, and after a touch of a passkey for this very act. It is entered before it is given.
    ///
    /// # Errors
    /// Every reason why not.
    pub async fn print_envelope(
        &self,
        by: &Identity,
        target: &TargetId,
        number: u64,
        _for_this: Touched,
    ) -> Result<Zeroizing<String>, Refusal> {
        let command = Command::PrintEnvelope {
            target: target.clone(),
            number,
        };
        let _one_at_a_time = self.inner.secrets.setting.lock().await;
        if self.ahead_of(by, &command).is_none() {
            // The one decision function says why, and enters the refusal.
            self.submit(by, command).await?;
            return Err(writer::unavailable());
        }
        // Opened first: what the vault has lost is not entered as printed.
        let current = self.inner.current_secret(target, Account::Main);
        let kept = self
            .inner
            .kept(&reference(target, (Account::Main, current)));
        let Some(TargetSecret::Password(secret)) = kept else {
            return Err(Refusal {
                reasons: vec![Reason::SecretMissing],
            });
        };
        self.submit(by, command).await?;
        Ok(secret)
    }

    /// The next envelope whose target was not asked for some hours, if there is one.
    pub fn next_envelope_proof(&self) -> Option<EnvelopeProof> {
        let inner = &self.inner;
        let now = inner.clock.now();
        let site = inner.site();
        if site.isolated() {
            return None;
        }
        let mut asked = lock(&inner.secrets.envelopes.0);
        let (target, envelope) = site.emergency_accounts().find_map(|target| {
            let rests = asked.get(&target.id);
            let rests = rests.is_some_and(|last| now < last.plus(ASKED_EVERY));
            let standing = target.envelope_standing(now)?;
            let lies = match standing {
                EnvelopeStanding::Sealed | EnvelopeStanding::LookDue => true,
                EnvelopeStanding::NotOrdered
                | EnvelopeStanding::BeingMade
                | EnvelopeStanding::AwaitingPrint
                | EnvelopeStanding::Used
                | EnvelopeStanding::Void => false,
            };
            let idle = target.standing.rotating.is_none() && target.suspended.is_none();
            let envelope = target.emergency_account.as_ref()?.envelope.as_ref()?;
            (lies && idle && !rests).then_some((target, envelope))
        })?;
        asked.insert(target.id.clone(), now);
        let secret = inner.kept(&reference(&target.id, (Account::Main, target.secrets)))?;
        Some(EnvelopeProof {
            target: target.id.clone(),
            number: envelope.number,
            printed: envelope.printed.as_ref().map(|(at, _)| *at)?,
            address: SocketAddr::new(target.address.ip, target.address.port),
            account: how(target, false)?,
            secret,
        })
    }

    /// Enters what the target said of it.
    ///
    /// # Errors
    /// Every reason why not: the envelope may be another one by now.
    pub async fn envelope_found(
        &self,
        proof: &EnvelopeProof,
        found: EnvelopeFound,
    ) -> Result<(), Refusal> {
        let command = Command::SeeEnvelope {
            target: proof.target.clone(),
            number: proof.number,
            found,
            why: None,
        };
        self.submit(&Identity::gateway(), command).await.map(drop)
    }

    /// Orders an envelope, and wakes whoever replaces the secret for it.
    ///
    /// # Errors
    /// Every reason why not.
    pub async fn order_envelope(&self, by: &Identity, target: &TargetId) -> Result<(), Refusal> {
        let target = target.clone();
        self.submit(by, Command::OrderEnvelope { target }).await?;
        self.inner.secrets.rotations.wake();
        Ok(())
    }
}
