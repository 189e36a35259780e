//! The relay as a witness: it remembers each site's last checkpoint and cosigns the next one only if
//! that continues it. It stands outside the hospital, so a ledger that was rewritten or rolled back is
//! noticed by somebody who has no part in it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use ledger::note::SignedNote;
use ledger::resume::{self, Resume};
use ledger::witness::{Memory, observe, proof_base};
use ledger::{Signer, Verifier, checkpoint};
use tunnel::relay::Cosigner;
use wire::relay::{Offered, WhyNotCosigned};
use zeroize::Zeroizing;

use super::config::RelayFile;
use crate::failure::Failure;

/// The seed of the key that cosigns, 32 bytes.
const KEY: &str = "witness.key";
/// What is remembered, one file per site.
const MEMORY: &str = "witness";

/// The witness of a relay's directory.
pub(crate) struct Witness {
    folder: PathBuf,
    signer: Signer,
    sites: BTreeMap<String, Keys>,
}

struct Keys {
    site: Verifier,
    kit: Verifier,
    /// One question of the site at a time: what is remembered must be what was last signed. Of other
    /// sites none waits for it.
    looking: Mutex<()>,
}

impl Witness {
    /// Makes the key of a new relay.
    pub(crate) fn create(dir: &Path, name: &str) -> Result<Self, Failure> {
        let mut seed = Zeroizing::new([0u8; 32]);
        aws_lc_rs::rand::fill(seed.as_mut()).map_err(Failure::internal)?;
        let path = dir.join(KEY);
        client::keep::write_new_private(&path, seed.as_ref())
            .map_err(|cause| Failure::unwritable(&path, &cause))?;
        Self::new(dir, name, &seed, BTreeMap::new())
    }

    /// Opens it with the keys of the sites that it serves.
    pub(crate) fn open(dir: &Path, file: &RelayFile) -> Result<Self, Failure> {
        let path = dir.join(KEY);
        let bytes = client::keep::read_private(&path)?;
        let seed = <[u8; 32]>::try_from(bytes.as_slice())
            .map_err(|_| Failure::unreadable(&path, &"expected 32 bytes"))?;
        let mut sites = BTreeMap::new();
        for known in &file.sites {
            let (site, kit) = known.verifiers()?;
            let looking = Mutex::default();
            sites.insert(known.site.to_string(), Keys { site, kit, looking });
        }
        Self::new(dir, &file.name, &Zeroizing::new(seed), sites)
    }

    fn new(
        dir: &Path,
        name: &str,
        seed: &[u8; 32],
        sites: BTreeMap<String, Keys>,
    ) -> Result<Self, Failure> {
        let folder = dir.join(MEMORY);
        fs::create_dir_all(&folder).map_err(|cause| Failure::unwritable(&folder, &cause))?;
        Ok(Self {
            folder,
            signer: Signer::cosigner(name, seed).map_err(Failure::failed)?,
            sites,
        })
    }

    /// The key that verifies its cosignatures.
    pub(crate) fn verifier(&self) -> String {
        self.signer.verifier().to_string()
    }

    /// For the tunnel, which carries the questions.
    pub(crate) fn cosigner(self) -> Cosigner {
        Arc::new(move |site, offered| self.look(site, offered))
    }

    /// Compares, remembers durably, and only then signs: what was vouched for is never forgotten.
    fn look(&self, name: &str, offered: &Offered) -> Result<String, WhyNotCosigned> {
        let keys = self.sites.get(name).ok_or(WhyNotCosigned::Unavailable)?;
        let _one_at_a_time = keys.looking.lock().unwrap_or_else(PoisonError::into_inner);
        let note =
            SignedNote::decode(offered.note.as_bytes()).map_err(|_| WhyNotCosigned::Unavailable)?;
        let file = format!("{name}.json");
        let held = self.remembered(&file)?;
        let memory = match &held {
            None => first(&note, offered, keys)?,
            Some(memory) => next(memory, &note, offered, keys)?,
        };
        // What is known already costs the disk nothing, however often it is shown.
        if held.as_ref() != Some(&memory) {
            self.remember(name, &file, &memory)?;
        }
        checkpoint::cosign(note, &self.signer, client::now())
            .map(|note| note.to_string())
            .map_err(|_| WhyNotCosigned::Unavailable)
    }

    fn remembered(&self, file: &str) -> Result<Option<Memory>, WhyNotCosigned> {
        let path = self.folder.join(file);
        // A memory that cannot be read is not forgotten: the witness stays silent.
        let unreadable = |cause: &dyn std::fmt::Display| {
            tracing::error!(%cause, path = %path.display(), "a witness's memory cannot be read");
            WhyNotCosigned::Unavailable
        };
        if !path.try_exists().map_err(|cause| unreadable(&cause))? {
            return Ok(None);
        }
        let bytes = client::keep::read_private(&path).map_err(|cause| unreadable(&cause))?;
        serde_json::from_slice(&bytes)
            .map(Some)
            .map_err(|cause| unreadable(&cause))
    }

    fn remember(&self, site: &str, file: &str, memory: &Memory) -> Result<(), WhyNotCosigned> {
        let bytes = serde_json::to_vec_pretty(memory).map_err(|_| WhyNotCosigned::Unavailable)?;
        client::keep::replace_private(&self.folder, file, &bytes).map_err(|cause| {
            tracing::error!(%cause, site, "the witness cannot remember, and does not sign");
            WhyNotCosigned::Unavailable
        })
    }
}

/// The first contact trusts what the site's key has signed.
fn first(note: &SignedNote, offered: &Offered, keys: &Keys) -> Result<Memory, WhyNotCosigned> {
    let resumed = statements(offered, keys).map_or(0, |(_, resume)| resume.counter);
    Memory::pin(note, &keys.site, resumed).map_err(|_| WhyNotCosigned::Unavailable)
}

fn next(
    memory: &Memory,
    note: &SignedNote,
    offered: &Offered,
    keys: &Keys,
) -> Result<Memory, WhyNotCosigned> {
    let statement = statements(offered, keys);
    let (notes, resumes): (Vec<SignedNote>, Vec<Resume>) = statement.into_iter().unzip();
    let base = proof_base(memory.checkpoint.size, memory.resumed, &resumes);
    let observed = observe(memory, note, &keys.site, &offered.proof, &notes, &keys.kit);
    match observed {
        Ok(observed) => Ok(observed.memory),
        // Proved from elsewhere: no contradiction yet.
        Err(_) if offered.from != base => Err(WhyNotCosigned::Remembers { size: base }),
        Err(how) => {
            tracing::error!(%how, "a site's ledger contradicts what was remembered");
            Err(WhyNotCosigned::Disagrees {
                how: client::witness::kind(&how),
                held: memory.evidence.to_string(),
            })
        }
    }
}

/// The kit's statement, if one was shown and the kit signed it.
fn statements(offered: &Offered, keys: &Keys) -> Option<(SignedNote, Resume)> {
    let note = SignedNote::decode(offered.resumed.as_ref()?.as_bytes()).ok()?;
    let resume = resume::open(&note, &keys.kit).ok()?;
    Some((note, resume))
}

#[cfg(test)]
mod tests;
