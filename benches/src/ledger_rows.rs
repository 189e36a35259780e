//! The ledger: what a durable entry costs, and what reading all of them back costs.

use std::fs;
use std::io::Write as _;
use std::ops::ControlFlow;
use std::path::Path;
use std::time::Instant;

use access::{Entry, Site};
use anyhow::{Context as _, Result, anyhow};
use ids::SiteId;
use ledger::{SignedNote, Signer, Trust, canonical, checkpoint, export};
use store::{Snapshot, Store};

use crate::figures::{micros, percentile};
use crate::options::Options;
use crate::story::Story;
use crate::table::{Goal, Row, Table};

/// What the writer gathers under load before it appends.
const BATCH: usize = 500;

pub(crate) fn measure(options: &Options, work: &Path, table: &mut Table) -> Result<()> {
    let site: SiteId = "bench".parse()?;
    let signer = Signer::ed25519(&checkpoint::origin(&site), &[7; 32])?;
    let story = Story::of(&site, options.entries)?;
    let entries = written(&story.entries)?;
    let count = as_number(entries.len());
    let size = entries.iter().map(Vec::len).sum::<usize>() / entries.len().max(1);
    table.note(format!(
        "Ledger: {} entries of {size} bytes on average, one vendor's visits of ten sessions each.",
        entries.len()
    ));

    let dir = work.join("ledger");
    let store = Store::create(&dir, &site, signer.verifier())?;
    let append = |batch: &[Vec<u8>]| -> Result<()> {
        let sign = |wanted: &ledger::Checkpoint| {
            checkpoint::sign(wanted, &signer)
                .map_or_else(|_| String::new(), |note| note.to_string())
        };
        store.append(store.size(), batch, sign).map(drop)?;
        Ok(())
    };
    let singles = options.singles.min(entries.len() / 2);
    let (one_by_one, in_batches) = entries.split_at(singles);
    single_appends(one_by_one, &work.join("probe"), &append, table)?;
    let started = Instant::now();
    in_batches.chunks(BATCH).try_for_each(append)?;
    let rate = as_number(in_batches.len()) / started.elapsed().as_secs_f64();
    table.push(
        Row::new(format!(
            "ledger: durable entries in batches of {BATCH}, 1/s"
        ))
        .ours(rate)
        .goal(Goal::Least(20_000.0)),
    );
    let note = store.checkpoint().context("the checkpoint")?;
    store.close()?;
    drop(store);

    let state = start(&dir, &site, &signer, count, table)?;
    start_from_a_snapshot(&dir, &state, &signer, count, table)?;
    crate::search_rows::measure(&state, &entries, table)?;
    crate::rule_rows::measure(&state, &story.entries, table)?;
    fold(&site, &story.entries, &entries, table)?;
    verify(&work.join("exported"), &entries, &note, &signer, table)
}

fn written(entries: &[Entry]) -> Result<Vec<Vec<u8>>> {
    entries
        .iter()
        .map(|entry| Ok(canonical::encode(&entry.to_value()?)?))
        .collect()
}

/// Each append has an fdatasync of four KiB beside it, on the same disk in the same moment.
fn single_appends(
    entries: &[Vec<u8>],
    probe: &Path,
    append: &impl Fn(&[Vec<u8>]) -> Result<()>,
    table: &mut Table,
) -> Result<()> {
    let mut file = fs::File::create(probe)?;
    let (mut appends, mut syncs) = (Vec::new(), Vec::new());
    for entry in entries {
        let started = Instant::now();
        append(std::slice::from_ref(entry))?;
        appends.push(micros(started.elapsed()));
        let started = Instant::now();
        file.write_all(&[1; 4096])?;
        file.sync_data()?;
        syncs.push(micros(started.elapsed()));
    }
    let row = |percent| {
        Row::new(format!(
            "ledger: single append p{percent}, µs, to a 4 KiB write and fdatasync p{percent}"
        ))
        .ours(percentile(&appends, percent))
        .reference(percentile(&syncs, percent))
    };
    table.push(row(50));
    table.push(row(99).goal(Goal::Times(2.0)));
    Ok(())
}

/// What a start without a snapshot pays before it serves: every entry verified against the signed
/// checkpoint, then folded.
fn start(
    dir: &Path,
    site: &SiteId,
    signer: &Signer,
    count: f64,
    table: &mut Table,
) -> Result<Site> {
    let started = Instant::now();
    let store = Store::open(dir, signer.verifier())?;
    let opened = started.elapsed().as_secs_f64();
    let mut state = Site::empty(site.clone());
    let stopped = store.read_from(0, &mut |_, bytes: &[u8]| match apply(&mut state, bytes) {
        Ok(()) => ControlFlow::Continue(()),
        Err(error) => ControlFlow::Break(error),
    })?;
    if let ControlFlow::Break(error) = stopped {
        return Err(error);
    }
    let took = started.elapsed().as_secs_f64();
    store.close()?;
    table.push(
        Row::new("start: open and verify the store, s for 1 M entries").ours(opened / count * 1e6),
    );
    table.push(
        Row::new("start: open, verify, read and fold, s for 1 M entries").ours(took / count * 1e6),
    );
    Ok(state)
}

/// What a start after an orderly stop pays before it serves, and what it reads behind that. The index
/// that the engine keeps beside the state is a fifth of it more, on a core of its own.
fn start_from_a_snapshot(
    dir: &Path,
    state: &Site,
    signer: &Signer,
    count: f64,
    table: &mut Table,
) -> Result<()> {
    const BUILD: &str = "bench";
    let key = signer.verifier();
    let store = Store::open(dir, key)?;
    let sign = |head: &ledger::snapshot::Snapshot| {
        ledger::snapshot::sign(head, signer).map_or_else(|_| String::new(), |note| note.to_string())
    };
    let started = Instant::now();
    let json = serde_json::to_vec(state)?;
    store.write_snapshot(store.size(), BUILD, &[("site", &json)], sign)?;
    let written = started.elapsed().as_secs_f64();
    store.close()?;
    drop(store);

    let started = Instant::now();
    let snapshot = Snapshot::read(dir, state.id(), BUILD, key)?;
    let (read, tree) = std::thread::scope(|scope| {
        let read = scope.spawn(|| -> Result<Site> {
            let bytes = snapshot.part("site")?;
            Ok(serde_json::from_slice(bytes)?)
        });
        let tree = snapshot.tree();
        (read.join(), tree)
    });
    let store = Store::open_after(dir, key, tree?)?;
    let took = started.elapsed().as_secs_f64();
    let read = read.map_err(|_| anyhow!("the state could not be read"))??;
    if read != *state {
        return Err(anyhow!("the snapshot gives another state than the fold"));
    }
    let started = Instant::now();
    store.verify_behind(&|| false)?;
    let behind = started.elapsed().as_secs_f64();
    store.close()?;
    let row = |what: &str, took: f64| {
        let what = format!("start: {what}, s for 1 M entries");
        Row::new(what).ours(took / count * 1e6)
    };
    table.push(row("from the snapshot", took).goal(Goal::Most(1.0)));
    table.push(row("verify behind it", behind));
    table.push(row("write the snapshot at the stop", written));
    Ok(())
}

fn apply(state: &mut Site, bytes: &[u8]) -> Result<()> {
    let entry = Entry::from_slice(bytes)?;
    Ok(state.apply(&entry)?)
}

fn fold(site: &SiteId, entries: &[Entry], bytes: &[Vec<u8>], table: &mut Table) -> Result<()> {
    let mut state = Site::empty(site.clone());
    let started = Instant::now();
    for entry in entries {
        state.apply(entry)?;
    }
    let applied = as_number(entries.len()) / started.elapsed().as_secs_f64();
    let mut again = Site::empty(site.clone());
    let started = Instant::now();
    for entry in bytes {
        apply(&mut again, entry)?;
    }
    let decoded = as_number(bytes.len()) / started.elapsed().as_secs_f64();
    if state != again {
        return Err(anyhow!("the two folds of one ledger differ"));
    }
    table.push(
        Row::new("ledger: fold, entries in memory, 1/s")
            .ours(applied)
            .goal(Goal::Least(1e6)),
    );
    table.push(
        Row::new("ledger: decode and fold, entries as bytes, 1/s")
            .ours(decoded)
            .goal(Goal::Least(1e6)),
    );
    Ok(())
}

/// From files, as `sekisho ledger verify` reads them.
fn verify(
    folder: &Path,
    entries: &[Vec<u8>],
    note: &str,
    signer: &Signer,
    table: &mut Table,
) -> Result<()> {
    let key = signer.verifier();
    let note = SignedNote::decode(note.as_bytes())?;
    let signed = checkpoint::open(&note, key)?;
    let put = |path: &str, bytes: &[u8]| -> std::io::Result<()> {
        let path = folder.join(path);
        path.parent().map_or(Ok(()), fs::create_dir_all)?;
        fs::write(path, bytes)
    };
    export::write(&note, &signed, key, &[], entries, put).map_err(|error| anyhow!("{error}"))?;
    let trust = Trust {
        site: key.clone(),
        witnesses: Vec::new(),
    };
    let started = Instant::now();
    let verified = export::verify(|path| fs::read(folder.join(path)).ok(), &trust)
        .map_err(|broken| anyhow!("the export does not verify: {broken}"))?;
    let took = started.elapsed().as_secs_f64();
    let count = as_number(entries.len());
    if verified.checkpoint.size != signed.size {
        return Err(anyhow!("another ledger was verified"));
    }
    table.push(
        Row::new("ledger: verify an exported ledger, s for 1 M entries")
            .ours(took / count * 1e6)
            .goal(Goal::Most(2.0)),
    );
    Ok(())
}

#[expect(
    clippy::cast_precision_loss,
    reason = "counts of a bench fit the mantissa"
)]
fn as_number(count: usize) -> f64 {
    count as f64
}
