//! Checkpoints, consistency, cosignatures, and what happens when a witness disagrees.

use access::{Command, GatewayNote, Who};
use ids::{DeviceId, Digest};
use ledger::note::SignedNote;
use ledger::resume::Resume;
use ledger::{Checkpoint, Verifier};
use login::Identity;
use store::Cosignature;

use crate::Engine;

/// Why a cosignature was not kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CosignError {
    /// Only an enrolled device of the signed-in person is a witness.
    #[error("this connection has no enrolled device")]
    NoWitness,
    /// The note is not a checkpoint of this ledger, cosigned by this device.
    #[error("the note is not this ledger's checkpoint with this device's cosignature")]
    NotACosignature,
    /// It could not be kept.
    #[error("the cosignature could not be kept")]
    Unavailable,
}

/// What the gateway makes of a witness's report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Observed {
    /// The report is not signed by this site: somebody else's checkpoint.
    NotOurs,
    /// The ledger continues what the witness holds: nothing is wrong here.
    Consistent,
    /// Our own signature stands under a state that this ledger does not continue. The site is
    /// isolated.
    Disagreement,
}

impl Engine {
    /// The last checkpoint: the site's signed note with the cosignatures of that size.
    pub fn checkpoint(&self) -> String {
        let note = self.inner.store.checkpoint();
        note.map(|note| note.to_string()).unwrap_or_default()
    }

    /// The proof that the first `to` entries continue the first `from`.
    pub fn consistency(&self, from: u64, to: u64) -> Option<Vec<Digest>> {
        self.inner.store.consistency_proof(from, to).ok()
    }

    /// The recovery kit's statements of resumption, in order.
    pub fn resumptions(&self) -> Vec<String> {
        self.inner.index().resumptions.clone()
    }

    /// Keeps a device's cosignature of a checkpoint.
    ///
    /// # Errors
    /// If it is not one.
    pub fn cosigned(&self, by: &Identity, note: &str) -> Result<(), CosignError> {
        let verifier = self.witness_of(by).ok_or(CosignError::NoWitness)?;
        let name = verifier.name().to_owned();
        self.keep_cosignature(&verifier, name, note)
    }

    /// Keeps what this key signed of a checkpoint of ours, under this name.
    pub(crate) fn keep_cosignature(
        &self,
        verifier: &Verifier,
        name: String,
        note: &str,
    ) -> Result<(), CosignError> {
        let note = SignedNote::decode(note.as_bytes()).map_err(|_| CosignError::NotACosignature)?;
        let known = [self.inner.signer.verifier().clone(), verifier.clone()];
        let verified = note
            .verify(&known)
            .map_err(|_| CosignError::NotACosignature)?;
        let mine = verified
            .iter()
            .find(|verified| verified.by == *verifier)
            .ok_or(CosignError::NotACosignature)?;
        let at = mine.at.ok_or(CosignError::NotACosignature)?;
        let checkpoint = ledger::checkpoint::open(&note, self.inner.signer.verifier())
            .map_err(|_| CosignError::NotACosignature)?;
        let line = signature_of(&note, verifier).ok_or(CosignError::NotACosignature)?;
        let site = signature_of(&note, self.inner.signer.verifier());
        let site = site.ok_or(CosignError::NotACosignature)?;
        let given = Cosignature {
            witness: name,
            size: checkpoint.size,
            checkpoint: format!("{}\n{site}\n", note.text()),
            line,
            at,
        };
        self.inner.store.put_cosignature(&given).map_err(|cause| {
            tracing::warn!(%cause, "a cosignature was not kept");
            match cause {
                store::KeepCosignatureError::Local(_) => CosignError::Unavailable,
                store::KeepCosignatureError::NotOurs { .. } => CosignError::NotACosignature,
            }
        })
    }

    /// A witness reports a checkpoint that it holds and that we did not continue. Our own signature
    /// is the proof: only then is it believed, and then it isolates the site.
    pub async fn witness_alarm(&self, by: &Identity, held: &str) -> Observed {
        let device = by.caller().device.clone();
        let witness = device
            .as_ref()
            .map_or_else(|| "unknown".to_owned(), ToString::to_string);
        let key = self.witness_of(by).map(|key| key.name().to_owned());
        self.weigh(held, key.as_deref(), device, &witness).await
    }

    /// Weighs a checkpoint that somebody outside holds. `key` is the name under which their cosignatures
    /// are kept.
    pub(crate) async fn weigh(
        &self,
        held: &str,
        key: Option<&str>,
        device: Option<DeviceId>,
        witness: &str,
    ) -> Observed {
        let Ok(note) = SignedNote::decode(held.as_bytes()) else {
            return Observed::NotOurs;
        };
        let Ok(theirs) = ledger::checkpoint::open(&note, self.inner.signer.verifier()) else {
            return Observed::NotOurs;
        };
        let Some(how) = self.judge(&theirs, key) else {
            return Observed::Consistent;
        };
        self.raise(device, witness, &theirs, how).await;
        Observed::Disagreement
    }

    /// How this ledger contradicts a checkpoint that we signed; `None` if it continues it, or if the
    /// recovery kit has resumed a ledger that lost it, and this witness has not followed that yet. Who has
    /// cosigned since holds nothing of what was lost then: what it holds now was lost later.
    fn judge(&self, theirs: &Checkpoint, key: Option<&str>) -> Option<&'static str> {
        let (size, _) = self.inner.store.size_and_root();
        let how = if theirs.size > size {
            "rolled-back"
        } else {
            let ours = self.inner.store.root_at(theirs.size).ok();
            if ours == Some(theirs.root) {
                return None;
            }
            "forked"
        };
        let last = self.inner.store.last_cosignatures().unwrap_or_default();
        let last = last
            .iter()
            .find(|given| Some(given.witness.as_str()) == key);
        let excused = self.inner.statements().iter().any(|resume| {
            let followed = last.is_some_and(|given| given.size > resume.new.size);
            !followed && gives_up(resume, theirs.size)
        });
        (!excused).then_some(how)
    }

    async fn raise(&self, device: Option<DeviceId>, witness: &str, theirs: &Checkpoint, how: &str) {
        let says = format!("{how}: size {} root {}", theirs.size, theirs.root);
        tracing::error!(
            witness,
            says,
            "a witness disagrees with this ledger; isolating the site"
        );
        let reason = format!("a witness ({witness}) disagrees with the ledger: {says}");
        self.isolate_here(&reason);
        if let Err(cause) = self.inner.store.raise_alarm(witness, &says, self.now()) {
            tracing::error!(%cause, "the alarm could not be kept");
        }
        if let Ok(reason) = self.commit("isolation-reason", &reason, None) {
            let isolate = Command::Isolate { reason };
            // Already isolated, or not to be entered now: the marker stands, and the watch enters it.
            let _entered = self.submit(&Identity::gateway(), isolate).await;
        }
        let note = GatewayNote::WitnessDisagreed {
            device,
            how: how.to_owned(),
            size: theirs.size,
            root: theirs.root,
        };
        let _entered = self.note(note).await;
    }

    pub(crate) fn witness_of(&self, by: &Identity) -> Option<Verifier> {
        let Who::Person(_) = by.caller().who else {
            return None;
        };
        let device = by.caller().device.as_ref()?;
        let site = self.inner.site();
        site.device(device)?.enrolment.witness.parse().ok()
    }
}

/// Whether a statement of the kit gives up a state of this size that is not one of this ledger's.
pub(crate) fn gives_up(resume: &Resume, size: u64) -> bool {
    resume.old.is_none_or(|old| size <= old.size)
}

/// The line with which a key signed a note.
fn signature_of(note: &SignedNote, by: &Verifier) -> Option<String> {
    let signature = note
        .signatures()
        .iter()
        .find(|signature| by.is_named_by(signature))?;
    Some(signature.to_string().trim_end().to_owned())
}
