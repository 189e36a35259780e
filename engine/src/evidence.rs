//! Receipts and exports: what leaves the site to be verified elsewhere.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use access::{GatewayNote, Reason, Refusal};
use ids::{Commitment, SessionId, VisitId};
use ledger::commitment::Opening;
use ledger::note::SignedNote;
use ledger::receipt::{Bytes, FORMAT, ProvenEntry, ProvenSeal, Receipt, VERSION};
use ledger::{Checkpoint, Verifier};
use login::Identity;

use crate::{Engine, writer};

/// A checkpoint with everybody who has signed it.
pub(crate) struct Signed {
    pub(crate) note: SignedNote,
    pub(crate) checkpoint: Checkpoint,
    witnesses: Vec<Verifier>,
}

/// A file of an export, with its path inside it.
pub type Exported = (String, Vec<u8>);

impl Engine {
    /// Everything that is needed to verify a visit on another machine.
    ///
    /// # Errors
    /// Every reason why not.
    pub async fn receipt(&self, by: &Identity, visit: &VisitId) -> Result<Receipt, Refusal> {
        if !self.may_see_visit(by, visit) {
            return Err(refused(Reason::NotFound));
        }
        self.settle().await;
        let note = GatewayNote::ReceiptIssued {
            by: by.caller().who.clone(),
            visit: visit.clone(),
        };
        self.note(note).await?;
        let engine = self.clone();
        let (by, visit) = (by.clone(), visit.clone());
        let made = tokio::task::spawn_blocking(move || engine.make_receipt(&by, &visit));
        made.await.unwrap_or_else(|_| Err(writer::unavailable()))
    }

    fn make_receipt(&self, by: &Identity, visit: &VisitId) -> Result<Receipt, Refusal> {
        let sessions: BTreeSet<SessionId> = {
            let site = self.inner.site();
            let known = site.visit(visit).ok_or_else(|| refused(Reason::NotFound))?;
            known.sessions.iter().cloned().collect()
        };
        let parts = self.inner.visit_parts(visit);
        let (seal_entries, seals) = self.seals_of(&sessions)?;
        // What only tells that somebody looked need not be vouched for from outside.
        let needed = parts
            .iter()
            .filter(|part| !part.looked)
            .map(|part| part.index + 1)
            .chain(seal_entries.iter().map(|index| index + 1))
            .max()
            .ok_or_else(|| refused(Reason::NotFound))?;
        let Signed {
            note,
            checkpoint,
            witnesses,
        } = self.best_checkpoint(by, needed)?;
        let size = checkpoint.size;
        let entries: BTreeSet<u64> = parts
            .iter()
            .map(|part| part.index)
            .chain(seal_entries)
            .collect();
        let entries = entries
            .into_iter()
            .filter(|index| *index < size)
            .map(|index| self.proven(index, size))
            .collect::<Result<Vec<_>, _>>()?;
        let openings = self.openings(by, &entries);
        Ok(Receipt {
            format: FORMAT.to_owned(),
            version: VERSION,
            site: self.inner.id.clone(),
            visit: visit.clone(),
            site_key: self.inner.signer.verifier().clone(),
            witnesses,
            checkpoint: note,
            entries,
            seals,
            openings,
        })
    }

    fn proven(&self, index: u64, size: u64) -> Result<ProvenEntry, Refusal> {
        let store = &self.inner.store;
        let bytes = store.entry(index).map_err(|cause| broken(&cause))?;
        let proof = store
            .inclusion_proof(index, size)
            .map_err(|cause| broken(&cause))?;
        Ok(ProvenEntry {
            index,
            bytes: Bytes(bytes),
            proof,
        })
    }

    /// The seals that hold a line of one of these sessions: the numbers of their entries, and the
    /// lines with their paths.
    fn seals_of(
        &self,
        sessions: &BTreeSet<SessionId>,
    ) -> Result<(Vec<u64>, Vec<ProvenSeal>), Refusal> {
        let mut entries = Vec::new();
        let mut seals = Vec::new();
        let sealed = self.inner.index().seals.clone();
        for (entry, leaves) in &sealed {
            let Ok(blob) = self.inner.store.blob(leaves) else {
                continue;
            };
            let leaves: Vec<&[u8]> = blob.split(|byte| *byte == b'\n').collect();
            for (at, leaf) in (0u64..).zip(&leaves) {
                let ours = recording::SealLeaf::decode(leaf)
                    .is_ok_and(|leaf| sessions.contains(&leaf.session));
                if ours {
                    entries.push(*entry);
                    seals.push(
                        ProvenSeal::new(*entry, &leaves, at).map_err(|cause| broken(&cause))?,
                    );
                }
            }
        }
        Ok((entries, seals))
    }

    /// The newest checkpoint over at least `needed` entries that the reader's own device has
    /// cosigned, which they need trust nobody for; else the newest that anybody outside has; with
    /// all its cosignatures. Else the last one of the site.
    fn best_checkpoint(&self, by: &Identity, needed: u64) -> Result<Signed, Refusal> {
        let store = &self.inner.store;
        let own = self.witness_of(by);
        let own = own.map(|own| store.newest_size_cosigned_by(own.name(), needed));
        let size = match own.transpose().map_err(|cause| broken(&cause))?.flatten() {
            Some(size) => Some(size),
            None => {
                let any = store.newest_cosigned_size(needed);
                any.map_err(|cause| broken(&cause))?
            }
        };
        match size {
            Some(size) => self.cosigned_at(size),
            None => self.last_checkpoint(),
        }
    }

    /// The last checkpoint of the site, with the cosignatures that it has.
    pub(crate) fn last_checkpoint(&self) -> Result<Signed, Refusal> {
        let note = self
            .inner
            .store
            .checkpoint()
            .ok_or_else(writer::unavailable)?;
        let note = SignedNote::decode(note.as_bytes()).map_err(|cause| broken(&cause))?;
        let checkpoint = ledger::checkpoint::open(&note, self.inner.signer.verifier())
            .map_err(|cause| broken(&cause))?;
        let cosigned = self.inner.store.cosignatures_at(checkpoint.size);
        if cosigned.map_err(|cause| broken(&cause))?.is_empty() {
            return Ok(Signed {
                note,
                checkpoint,
                witnesses: Vec::new(),
            });
        }
        self.cosigned_at(checkpoint.size)
    }

    fn cosigned_at(&self, size: u64) -> Result<Signed, Refusal> {
        let mut note: Option<SignedNote> = None;
        let mut witnesses = Vec::new();
        let cosigned = self.inner.store.cosignatures_at(size);
        for cosignature in cosigned.map_err(|cause| broken(&cause))? {
            let Some(witness) = self.witness_named(&cosignature.witness) else {
                continue;
            };
            let text = format!("{}{}\n", cosignature.checkpoint, cosignature.line);
            let with = SignedNote::decode(text.as_bytes()).map_err(|cause| broken(&cause))?;
            note = Some(match note {
                None => with,
                Some(note) => note.merged(&with).map_err(|cause| broken(&cause))?,
            });
            witnesses.push(witness);
        }
        let note = note.ok_or_else(writer::unavailable)?;
        let checkpoint = ledger::checkpoint::open(&note, self.inner.signer.verifier())
            .map_err(|cause| broken(&cause))?;
        Ok(Signed {
            note,
            checkpoint,
            witnesses,
        })
    }

    /// The key of a witness by what its cosignatures are kept under: a device's name, or a relay's
    /// whole key. A relay that was removed has signed what it signed.
    fn witness_named(&self, name: &str) -> Option<Verifier> {
        let relays = self.inner.index().relay_keys.clone();
        if relays.iter().any(|key| key == name) {
            return name.parse().ok();
        }
        let site = self.inner.site();
        site.devices()
            .filter_map(|device| device.enrolment.witness.parse::<Verifier>().ok())
            .find(|verifier| verifier.name() == name)
    }

    /// The values behind the commitments in these entries that the reader may see: everything for
    /// the hospital's people; for engineers the visit is theirs, so its texts are too, but not who
    /// approved it by name: only what stands in the visit's own request and report.
    fn openings(&self, by: &Identity, entries: &[ProvenEntry]) -> Vec<Opening> {
        let everything = self.sees_everything(by);
        let mut wanted = BTreeSet::new();
        for entry in entries {
            let Ok(value) = ledger::canonical::decode(&entry.bytes.0) else {
                continue;
            };
            let kind = value
                .pointer("/event/kind")
                .and_then(serde_json::Value::as_str);
            let own = matches!(kind, Some("visit_requested" | "report_filed"));
            if everything || own {
                commitments_in(&value, &mut wanted);
            }
        }
        wanted
            .iter()
            .filter_map(|commitment| self.inner.store.opening(commitment).ok().flatten())
            .collect()
    }

    /// The whole ledger as files, to be verified offline by `sekisho ledger verify` or by any tool
    /// that knows the C2SP tile layout.
    ///
    /// # Errors
    /// Every reason why not.
    pub async fn export_ledger(&self, by: &Identity) -> Result<Vec<Exported>, Refusal> {
        if !self.sees_everything(by) {
            return Err(refused(Reason::RoleMissing));
        }
        let note = GatewayNote::LedgerExported {
            by: by.caller().who.clone(),
            size: self.inner.store.size(),
        };
        self.note(note).await?;
        let engine = self.clone();
        let made = tokio::task::spawn_blocking(move || engine.make_export());
        made.await.unwrap_or_else(|_| Err(writer::unavailable()))
    }

    fn make_export(&self) -> Result<Vec<Exported>, Refusal> {
        // The entries of exactly the checkpoint that is exported with them.
        let Signed {
            note,
            checkpoint,
            witnesses,
        } = self.last_checkpoint()?;
        let size = checkpoint.size;
        let mut entries: Vec<Vec<u8>> = Vec::new();
        let read = self.inner.store.read_from(0, &mut |index, bytes| {
            if index >= size {
                return ControlFlow::Break(());
            }
            entries.push(bytes.to_vec());
            ControlFlow::Continue(())
        });
        let _reached_the_checkpoint = read.map_err(|cause| broken(&cause))?;
        let mut files = Vec::new();
        let mut put = |path: &str, bytes: &[u8]| -> Result<(), std::convert::Infallible> {
            files.push((path.to_owned(), bytes.to_vec()));
            Ok(())
        };
        ledger::export::write(
            &note,
            &checkpoint,
            self.inner.signer.verifier(),
            &witnesses,
            &entries,
            &mut put,
        )
        .map_err(|cause| broken(&cause))?;
        Ok(files)
    }
}

/// Every 64-digit string of an event might be a commitment; the side table knows which are.
fn commitments_in(value: &serde_json::Value, found: &mut BTreeSet<Commitment>) {
    match value {
        serde_json::Value::String(text) => {
            found.extend(text.parse().ok().map(Commitment));
        }
        serde_json::Value::Array(items) => {
            items.iter().for_each(|item| commitments_in(item, found))
        }
        serde_json::Value::Object(members) => {
            members
                .values()
                .for_each(|member| commitments_in(member, found));
        }
        serde_json::Value::Null | serde_json::Value::Bool(_) | serde_json::Value::Number(_) => {}
    }
}

pub(crate) fn refused(reason: Reason) -> Refusal {
    Refusal {
        reasons: vec![reason],
    }
}

pub(crate) fn broken(cause: &dyn std::fmt::Display) -> Refusal {
    tracing::error!(%cause, "evidence could not be read");
    writer::unavailable()
}
