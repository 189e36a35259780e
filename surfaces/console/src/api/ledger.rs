//! The ledger to its witnesses: checkpoint, proof, cosignature, alarm; and the ledger as files.

use access::Reason;
use axum::Json;
use axum::extract::RawQuery;
use engine::{CosignError, Engine, Observed};
use ledger::note::SignedNote;
use ledger::resume::Resume;
use ledger::witness::proof_base;
use wire::api::v1::{Checkpoint, Consistency, Cosignature, Done, LedgerExport, WitnessAlarm};

use super::done;
use super::recordings::as_files;
use crate::answer::{Answer, Failed};
use crate::asker::{Asker, Readers};
use crate::body::{Form, Query};

/// The longest signed note that is looked at: a checkpoint with sixteen cosignatures.
const MOST_NOTE: usize = 16 * 1024;

/// The latest checkpoint. An engineer's device cosigns what it is shown here, so what it recorded is
/// sealed first: then the cosignature covers it.
pub(crate) async fn checkpoint(asker: Asker) -> Answer<Checkpoint> {
    asker.sight(Readers::AlsoOperator)?;
    if asker.by.caller().device.is_some() {
        asker.engine.settle().await;
    }
    Ok(Json(latest(&asker.engine)))
}

fn latest(engine: &Engine) -> Checkpoint {
    Checkpoint {
        note: engine.checkpoint(),
        resumed: engine.resumptions().pop(),
    }
}

/// `?from=SIZE`: the size that the witness holds. `&resumed=COUNTER`: the last resumption that it
/// knows; without it, all of them. If the ledger was resumed since, the proof begins where it went on.
pub(crate) async fn consistency(asker: Asker, query: RawQuery) -> Answer<Consistency> {
    asker.sight(Readers::AlsoOperator)?;
    let [from, resumed] = Query::read(&query, ["from", "resumed"])?.numbers();
    let held = from.ok_or_else(|| Failed::field("from"))?;
    let engine = asker.engine.clone();
    let proved = asker.blocking(move || prove(&engine, held, resumed));
    proved.await?.map(Json)
}

fn prove(engine: &Engine, held: u64, resumed: Option<u64>) -> Result<Consistency, Failed> {
    let resumptions = resumptions(engine);
    let newest = resumptions.last().map_or(0, |resume| resume.counter);
    let from = proof_base(held, resumed.unwrap_or(newest), &resumptions);
    let checkpoint = latest(engine);
    let size = size_of(engine, &checkpoint.note).ok_or(Failed::Broken)?;
    if from > size {
        return Err(Failed::field("from"));
    }
    let proof = if from == 0 || from == size {
        Vec::new()
    } else {
        engine.consistency(from, size).ok_or(Failed::Broken)?
    };
    Ok(Consistency {
        from,
        checkpoint,
        proof,
    })
}

fn resumptions(engine: &Engine) -> Vec<Resume> {
    let kit = {
        let site = engine.site();
        site.founding()
            .and_then(|founding| founding.kit_vkey.parse().ok())
    };
    let Some(kit) = kit else {
        return Vec::new();
    };
    let statements = engine.resumptions();
    let notes = statements
        .iter()
        .filter_map(|text| SignedNote::decode(text.as_bytes()).ok());
    notes
        .filter_map(|note| ledger::resume::open(&note, &kit).ok())
        .collect()
}

fn size_of(engine: &Engine, note: &str) -> Option<u64> {
    let verifier = {
        let site = engine.site();
        site.founding()?.site_vkey.parse().ok()?
    };
    let note = SignedNote::decode(note.as_bytes()).ok()?;
    let checkpoint = ledger::checkpoint::open(&note, &verifier).ok()?;
    Some(checkpoint.size)
}

/// Commitments and no personal value: whoever sees the whole site may carry it away to verify it.
pub(crate) async fn export(asker: Asker) -> Answer<LedgerExport> {
    let files = asker.engine.export_ledger(&asker.by).await?;
    Ok(Json(as_files(files)))
}

pub(crate) async fn cosign(asker: Asker, Form(form): Form<Cosignature>) -> Answer<Done> {
    asker.sight(Readers::People)?;
    if form.note.len() > MOST_NOTE {
        return Err(Failed::field("note"));
    }
    let kept = asker.blocking({
        let asker = asker.clone();
        move || asker.engine.cosigned(&asker.by, &form.note)
    });
    match kept.await? {
        Ok(()) => done(),
        Err(CosignError::NoWitness) => Err(Failed::because(Reason::DeviceUnknown)),
        Err(CosignError::NotACosignature) => Err(Failed::field("note")),
        Err(CosignError::Unavailable) => Err(Failed::because(Reason::LedgerUnavailable)),
    }
}

/// A witness's word counts by our own signature on what it holds, not by who says so.
pub(crate) async fn alarm(asker: Asker, Form(form): Form<WitnessAlarm>) -> Answer<Done> {
    asker.sight(Readers::People)?;
    if form.held.len() > MOST_NOTE {
        return Err(Failed::field("held"));
    }
    match asker.engine.witness_alarm(&asker.by, &form.held).await {
        Observed::NotOurs => Err(Failed::field("held")),
        Observed::Consistent | Observed::Disagreement => done(),
    }
}
