//! This computer as a witness of the site's ledger: it remembers the last checkpoint, demands proof
//! that the next one continues it, cosigns it, and raises the alarm if it does not.

use ids::Timestamp;
use ledger::checkpoint::{self, Checkpoint};
use ledger::note::SignedNote;
use ledger::resume::{self, Resume};
use ledger::witness::{Disagreement, Memory, Observed, observe};
use wire::api::v1;

use crate::api::{Api, ApiError};
use crate::keep::{KeepError, Membership};

/// A comparison that went well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    /// The checkpoint that is remembered now.
    pub checkpoint: Checkpoint,
    /// Whether this device's signature was handed over.
    pub cosigned: bool,
    /// Restores that the recovery kit has signed since the last comparison: tell people of each.
    pub resumed: Vec<Resume>,
}

/// Why there was no comparison, or that it went wrong.
#[derive(Debug, thiserror::Error)]
pub enum WitnessError {
    /// The ledger is not the one that was seen.
    #[error("{how}")]
    Disagrees {
        /// How.
        how: Box<Disagreement>,
        /// Whether the site took the alarm.
        reported: bool,
    },
    /// The site could not be asked.
    #[error(transparent)]
    Api(#[from] ApiError),
    /// What is remembered cannot be read or written.
    #[error(transparent)]
    Keep(#[from] KeepError),
}

/// Compares the site's ledger with what is remembered, remembers it, and cosigns it if this is a
/// device.
///
/// # Errors
/// If the ledger disagrees; then the memory stays as it was, and the site has been told.
pub async fn compare(
    api: &Api,
    membership: &Membership,
    now: Timestamp,
) -> Result<Compared, WitnessError> {
    let waiting = membership.clone();
    let locked = tokio::task::spawn_blocking(move || waiting.lock())
        .await
        .map_err(|_| KeepError::NoRandomness)??;
    let memory = membership.memory()?;
    let offered = api.checkpoint().await?;
    let outcome = look(api, membership, &memory, offered).await?;
    let (observed, note) = match outcome {
        Ok(agreed) => agreed,
        Err(disagreed) => return Err(raise(api, &memory, *disagreed).await),
    };
    // Remembered before it is signed: what was vouched for is never forgotten.
    membership.remember(&observed.memory)?;
    drop(locked);
    let cosigned = cosign(api, membership, note, now).await?;
    Ok(Compared {
        checkpoint: observed.memory.checkpoint,
        cosigned,
        resumed: observed.resumed,
    })
}

/// What was offered, and why it does not fit.
struct Disagreed {
    how: Disagreement,
    offered: String,
}

type Look = Result<(Observed, SignedNote), Box<Disagreed>>;

async fn look(
    api: &Api,
    membership: &Membership,
    memory: &Memory,
    offered: v1::Checkpoint,
) -> Result<Look, ApiError> {
    let grown = ask(
        api,
        membership,
        memory,
        memory.checkpoint.size,
        &offered,
        &[],
    )
    .await?;
    let Some(resumed) = &offered.resumed else {
        return Ok(grown);
    };
    let statement = match SignedNote::decode(resumed.as_bytes()) {
        Ok(statement) => statement,
        Err(error) => {
            let how = Disagreement::BadResume(error.into());
            return Ok(grown.and(Err(disagreed(how, &offered.note))));
        }
    };
    let known = resume::open(&statement, &membership.pinned().kit_key);
    match (grown, known) {
        // It goes on from what is remembered: the restore happened before.
        (Ok((mut observed, note)), Ok(resume)) => {
            let ours = checkpoint::origin(&resume.site) == observed.memory.checkpoint.origin;
            if ours && resume.new.size <= memory.checkpoint.size {
                observed.memory.resumed = observed.memory.resumed.max(resume.counter);
            }
            Ok(Ok((observed, note)))
        }
        (Err(_), Ok(resume)) => {
            let from = resume.new.size;
            ask(api, membership, memory, from, &offered, &[statement]).await
        }
        (grown, Err(_)) => Ok(grown),
    }
}

/// Asks for the proof from `from` on, and compares.
async fn ask(
    api: &Api,
    membership: &Membership,
    memory: &Memory,
    from: u64,
    offered: &v1::Checkpoint,
    resumed: &[SignedNote],
) -> Result<Look, ApiError> {
    let pinned = membership.pinned();
    let size = match read(&offered.note).map(|note| checkpoint::open(&note, &pinned.site_key)) {
        Ok(Ok(checkpoint)) => checkpoint.size,
        Ok(Err(error)) => {
            return Ok(Err(disagreed(
                Disagreement::BadCheckpoint(error),
                &offered.note,
            )));
        }
        Err(how) => return Ok(Err(disagreed(how, &offered.note))),
    };
    let (text, proof) = if size > from {
        let answer = api.consistency(from).await?;
        (answer.checkpoint.note, answer.proof)
    } else {
        (offered.note.clone(), Vec::new())
    };
    let look = read(&text).and_then(|note| {
        observe(
            memory,
            &note,
            &pinned.site_key,
            &proof,
            resumed,
            &pinned.kit_key,
        )
        .map(|observed| (observed, note))
    });
    Ok(look.map_err(|how| disagreed(how, &text)))
}

fn read(note: &str) -> Result<SignedNote, Disagreement> {
    SignedNote::decode(note.as_bytes()).map_err(|error| Disagreement::BadCheckpoint(error.into()))
}

fn disagreed(how: Disagreement, offered: &str) -> Box<Disagreed> {
    Box::new(Disagreed {
        how,
        offered: offered.to_owned(),
    })
}

async fn raise(api: &Api, memory: &Memory, disagreed: Disagreed) -> WitnessError {
    let alarm = v1::WitnessAlarm {
        how: kind(&disagreed.how),
        held: memory.evidence.to_string(),
        offered: disagreed.offered,
    };
    WitnessError::Disagrees {
        how: Box::new(disagreed.how),
        reported: api.raise_alarm(&alarm).await.is_ok(),
    }
}

/// The alarm's word for a disagreement.
pub fn kind(how: &Disagreement) -> v1::Disagreement {
    match how {
        Disagreement::BadCheckpoint(_) => v1::Disagreement::BadSignature,
        Disagreement::RolledBack { .. } => v1::Disagreement::RolledBack,
        Disagreement::Forked { .. } | Disagreement::Edited { .. } => v1::Disagreement::Forked,
        Disagreement::BadProof { .. } => v1::Disagreement::BadProof,
        Disagreement::BadResume(_)
        | Disagreement::ResumeOfAnotherSite { .. }
        | Disagreement::ResumeOutOfOrder { .. }
        | Disagreement::ResumeDoesNotCover { .. } => v1::Disagreement::ResumeInvalid,
    }
}

async fn cosign(
    api: &Api,
    membership: &Membership,
    note: SignedNote,
    now: Timestamp,
) -> Result<bool, WitnessError> {
    let Some(witness) = membership.witness()? else {
        return Ok(false);
    };
    let Ok(note) = checkpoint::cosign(note, &witness, now) else {
        // The note is full of others' signatures: they vouch for it.
        return Ok(false);
    };
    let form = v1::Cosignature {
        note: note.to_string(),
    };
    api.cosign(&form).await?;
    Ok(true)
}

#[cfg(test)]
mod tests;
