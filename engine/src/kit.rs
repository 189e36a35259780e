//! What the recovery kit is for: lifting an isolation, resuming a restored ledger, a way back for
//! somebody whose factors are lost. The kit never comes to the gateway over a network; its holder
//! signs, or stands at the machine.

use std::time::Duration;

use access::{Command, GatewayNote, InvitationFor, LiftWay, Outcome, Refusal};
use ids::PersonId;
use ledger::Signer;
use ledger::note::SignedNote;
use ledger::resume::{Head, Resume};
use login::Identity;
use login::kit_proof::Challenge;
use vault::keystore::FILE_NAME;
use vault::{KeyStore, Kit, Unlock};

use crate::open_site::KIT_PUBLIC;
use crate::{Engine, Invited, SiteConfig};

/// How long the invitation of a recovered person is good for, after its delay.
const RECOVERY_VALID: Duration = Duration::from_secs(72 * 3600);

/// Why the kit could not do it.
#[derive(Debug, thiserror::Error)]
pub enum KitError {
    /// It is another site's kit.
    #[error(transparent)]
    OtherKit(#[from] vault::kit::OtherKit),
    /// The site's own keys are damaged.
    #[error("the site's record of its recovery kit is damaged")]
    Damaged,
    /// The proof was not accepted.
    #[error(transparent)]
    Proof(#[from] login::kit_proof::KitRefused),
    /// Refused.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// There is no randomness.
    #[error("the operating system gave no random bytes")]
    NoRandomness,
    /// Nobody has that login name.
    #[error("nobody has the login name {0:?}")]
    Nobody(String),
}

/// The text that the kit signs to lift the isolation that began at `since`: good for that one alone.
pub fn lift_text(site: &ids::SiteId, since: ids::Timestamp) -> String {
    format!(
        "sekisho/kit-lift/v1\nsite {site}\nisolated {}\n",
        since.as_millis()
    )
}

/// On the kit's word, lets a restored store be opened although it is older than this disk remembers.
/// [`Engine::resume_ledger`] must follow.
///
/// # Errors
/// If it is not this site's kit.
pub fn accept_restored(config: &SiteConfig, unlock: &Unlock, kit: &Kit) -> Result<(), KitError> {
    let keys = KeyStore::open(&config.dir.join(FILE_NAME), &config.site, unlock)
        .map_err(|_| KitError::Damaged)?;
    if keys.other(KIT_PUBLIC) != Some(kit.public().signing.as_slice()) {
        return Err(KitError::Damaged);
    }
    store::Store::dangerous_forget_high_water(&config.dir).map_err(|_| KitError::Damaged)
}

impl Engine {
    /// Takes part in lifting an isolation.
    ///
    /// # Errors
    /// Every reason why not.
    pub async fn lift(
        &self,
        by: &Identity,
        way: LiftWay,
        why: Option<ids::Commitment>,
        kit_signature: Option<&str>,
    ) -> Result<Outcome, Refusal> {
        if way == LiftWay::WithKit && !self.is_kits_word(kit_signature.unwrap_or_default()) {
            let reasons = vec![access::Reason::SecondPersonNeeded];
            return Err(self.refuse(by, "lift", reasons).await);
        }
        let _alone = self.inner.lifting.lock().await;
        let outcome = self.submit(by, Command::Lift { way, why }).await?;
        if let Outcome::Lift { lifted: true, .. } = outcome {
            if let Err(cause) = self.inner.store.markers().clear_isolated() {
                tracing::error!(%cause, "the isolation marker could not be removed");
                // Where it stands the site is isolated, and the watch enters that anew.
                if self.inner.store.markers().isolated().is_some() {
                    return Err(crate::writer::unavailable());
                }
            }
            self.inner.state_changed(self.now());
        }
        Ok(outcome)
    }

    fn is_kits_word(&self, note: &str) -> bool {
        let since = self
            .inner
            .site()
            .isolation()
            .map(|isolation| isolation.since);
        let (Some(since), Some(kit)) = (since, self.inner.kit_verifier()) else {
            return false;
        };
        SignedNote::decode(note.as_bytes()).is_ok_and(|note| {
            note.text() == lift_text(&self.inner.id, since)
                && note
                    .verify(&[kit])
                    .is_ok_and(|verified| !verified.is_empty())
        })
    }

    /// Resumes a ledger that was restored from a backup, on the kit's word (architecture §8): whoever
    /// saw entries that are lost goes on from here, and is told.
    ///
    /// # Errors
    /// If it is not this site's kit, or the ledger cannot be written.
    pub async fn resume_ledger(&self, kit: &Kit) -> Result<Resume, KitError> {
        let signer = self.kit_signer(kit)?;
        let (size, root) = self.inner.store.size_and_root();
        let counter = self.inner.index().resumptions.len();
        let resume = Resume {
            site: self.inner.id.clone(),
            counter: u64::try_from(counter).unwrap_or(u64::MAX).saturating_add(1),
            old: None,
            new: Head { size, root },
            at: self.now(),
        };
        let statement = ledger::resume::sign(&resume, &signer).map_err(|_| KitError::Damaged)?;
        let note = GatewayNote::LedgerResumed {
            statement: statement.to_string(),
        };
        self.note(note).await?;
        // The kit's word stands in the place of the witnesses'.
        self.inner.goes_on();
        Ok(resume)
    }

    /// Invites somebody who lost their factors to set up new ones, on the kit's word: from 24 hours
    /// from now, so that everybody is told before it works.
    ///
    /// # Errors
    /// If it is not this site's kit, nobody has that name, or the domain refuses.
    pub async fn recover_person(&self, kit: &Kit, login: &str) -> Result<Invited, KitError> {
        self.kit_signer(kit)?;
        let person = self
            .person_of(login)
            .ok_or_else(|| KitError::Nobody(login.to_owned()))?;
        let challenge = Challenge::fresh(&self.inner.id, "reset-factors", self.now())
            .map_err(|_| KitError::NoRandomness)?;
        let signature = kit.sign(&challenge.message());
        let identity = challenge.answered(
            &signature,
            &kit.public().signing,
            &self.local_connection(),
            self.now(),
        )?;
        let purpose = InvitationFor::Factors { person };
        Ok(self.invite(&identity, purpose, RECOVERY_VALID).await?)
    }

    fn person_of(&self, login: &str) -> Option<PersonId> {
        let key = login::name::key(login).ok()?;
        self.inner.store.person_named(key.as_str()).ok().flatten()
    }

    fn kit_signer(&self, kit: &Kit) -> Result<Signer, KitError> {
        kit.test(&self.kit_public().ok_or(KitError::Damaged)?)?;
        Signer::ed25519(
            &ledger::resume::kit_name(&self.inner.id),
            kit.signing_seed().as_bytes(),
        )
        .map_err(|_| KitError::Damaged)
    }

    /// The kit's public half, as the first entry has it.
    pub fn kit_public(&self) -> Option<vault::KitPublic> {
        let site = self.inner.site();
        let founding = site.founding()?;
        let verifier: ledger::Verifier = founding.kit_vkey.parse().ok()?;
        Some(vault::KitPublic {
            signing: *verifier.public_key(),
            recording: founding.kit_seal.parse().ok()?,
        })
    }
}
