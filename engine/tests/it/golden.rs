//! Golden ledgers (`tests/golden/`): what a release wrote, every kind of entry and every reason, its
//! checkpoint, and the digest of the state that it folds to. Whatever reads a ledger from then on reads
//! these, and finds the same state.
//!
//! Before a release, `SEKISHO_GOLDEN=write cargo test -p engine --test it golden` writes those of the
//! newest release anew: review the difference. Those of former releases are never changed.

#![expect(
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on is a failed test"
)]

mod alerts;
mod consoles;
mod databases;
mod desktops;
mod response;
mod secrets;
mod telnet;
mod told;

use std::collections::BTreeSet;
use std::path::PathBuf;

use access::{Entry, EntryError, Event, FIRST_LEVEL, NEWEST_LEVEL, Reason, Site};
use ids::{Digest, SiteId};
use ledger::tree::{Tree, leaf_hash};
use ledger::{Checkpoint, SignedNote, Signer, canonical, checkpoint};

/// The golden ledgers of the newest release, with the level that each has.
const NEWEST: [(&str, u16); 2] = [("0.1.0-level-1", 1), ("0.1.0-level-2", 2)];

/// What a later release could write: no release so far reads it to its end.
const FUTURE: &str = "future";

/// A ledger as it stands in its file.
struct Golden {
    state: String,
    note: String,
    lines: Vec<String>,
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/golden")
}

fn path(name: &str) -> PathBuf {
    folder().join(format!("{name}.txt"))
}

fn site() -> SiteId {
    "handa".parse().unwrap()
}

fn signer() -> Signer {
    Signer::ed25519("sekisho/handa", &[7; 32]).unwrap()
}

impl Golden {
    fn read(name: &str) -> Self {
        let text = std::fs::read_to_string(path(name)).unwrap();
        let (head, rest) = text.split_once("\ncheckpoint\n").unwrap();
        let (note, entries) = rest.split_once("\nentries\n").unwrap();
        let state = head.lines().find_map(|line| line.strip_prefix("state "));
        Self {
            state: state.unwrap().to_owned(),
            note: note.to_owned(),
            lines: entries.lines().map(str::to_owned).collect(),
        }
    }

    fn of(lines: Vec<String>, state: String) -> Self {
        let tree = tree(&lines);
        let signed = Checkpoint {
            origin: checkpoint::origin(&site()),
            size: tree.size(),
            root: tree.root(),
        };
        let note = checkpoint::sign(&signed, &signer()).unwrap().to_string();
        Self { state, note, lines }
    }

    fn written(&self, name: &str) -> String {
        let lines = self.lines.join("\n");
        let (state, note) = (&self.state, &self.note);
        format!(
            "A golden ledger of sekisho: {name}. Read and compared by engine/tests/it/golden.rs; never edited.\nstate {state}\n\ncheckpoint\n{note}\nentries\n{lines}\n"
        )
    }

    /// Folds it, as a start does; the first entry that cannot be read or folded is told.
    fn folded(&self) -> Result<Site, String> {
        let mut site = Site::empty(site());
        for line in &self.lines {
            let value = canonical::decode(line.as_bytes()).map_err(|cause| cause.to_string())?;
            let entry = Entry::from_value(value).map_err(|cause| cause.to_string())?;
            site.apply(&entry).map_err(|cause| cause.to_string())?;
        }
        Ok(site)
    }

    fn events(&self) -> Vec<serde_json::Value> {
        let events = self.lines.iter().map(|line| {
            let entry: serde_json::Value = serde_json::from_str(line).unwrap();
            entry["event"].clone()
        });
        events.collect()
    }

    fn kinds(&self) -> BTreeSet<String> {
        let kinds = self.events().into_iter();
        kinds
            .map(|event| event["kind"].as_str().unwrap().to_owned())
            .collect()
    }

    fn reasons(&self) -> BTreeSet<String> {
        let events = self.events();
        let reasons = events
            .iter()
            .filter_map(|event| event["reasons"].as_array());
        reasons
            .flatten()
            .map(|reason| reason["id"].as_str().unwrap().to_owned())
            .collect()
    }
}

fn tree(lines: &[String]) -> Tree {
    Tree::from_leaves(lines.iter().map(|line| leaf_hash(line.as_bytes())))
}

/// SHA-256 of the canonical JSON of the state.
fn digest_of(site: &Site) -> String {
    let bytes = canonical::to_vec_within(site, usize::MAX).unwrap();
    let hashed = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &bytes);
    Digest(hashed.as_ref().try_into().unwrap()).to_string()
}

/// The entries of every golden ledger of this release, each with what comes after the one before it.
fn made(level: u16) -> Golden {
    let world = told::everything(level);
    let lines = world.entries.iter().map(|entry| {
        let bytes = canonical::to_vec(entry).unwrap();
        String::from_utf8(bytes).unwrap()
    });
    Golden::of(lines.collect(), digest_of(&world.site))
}

fn made_of_the_future() -> Golden {
    let mut lines = made(NEWEST_LEVEL).lines;
    let last: serde_json::Value = serde_json::from_str(&lines[lines.len() - 1]).unwrap();
    let rise = serde_json::json!({"kind": "site_upgraded", "level": NEWEST_LEVEL + 1});
    let unknown = serde_json::json!({"kind": "moon_landed", "by": "somebody"});
    for event in [rise, unknown] {
        let mut entry = last.clone();
        entry.as_object_mut().unwrap().remove("part");
        entry["event"] = event;
        lines.push(String::from_utf8(canonical::encode(&entry).unwrap()).unwrap());
    }
    Golden::of(lines, "nobody knows".to_owned())
}

/// Writes the golden ledgers if it is asked to; otherwise compares.
#[test]
fn golden_ledgers_of_this_release_are_what_it_writes() {
    let mut all: Vec<_> = NEWEST
        .iter()
        .map(|(name, level)| (*name, made(*level)))
        .collect();
    all.push((FUTURE, made_of_the_future()));
    for (name, golden) in all {
        let text = golden.written(name);
        if std::env::var("SEKISHO_GOLDEN").is_ok_and(|asked| asked == "write") {
            std::fs::write(path(name), &text).unwrap();
        }
        let kept = std::fs::read_to_string(path(name)).unwrap_or_default();
        assert!(
            kept == text,
            "tests/golden/{name}.txt is not what this release writes: if that was meant, and this release \
             is not out, run `SEKISHO_GOLDEN=write cargo test -p engine --test it golden` and review"
        );
    }
}

#[test]
fn every_golden_ledger_reads_and_folds_as_it_did() {
    let mut found = 0;
    for file in std::fs::read_dir(folder()).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        let name = name.strip_suffix(".txt").unwrap();
        if name == FUTURE {
            continue;
        }
        let golden = Golden::read(name);
        let note = SignedNote::decode(golden.note.as_bytes()).unwrap();
        let signed = checkpoint::open(&note, signer().verifier()).unwrap();
        let tree = tree(&golden.lines);
        assert_eq!(
            (signed.size, signed.root),
            (tree.size(), tree.root()),
            "{name}"
        );
        let site = golden
            .folded()
            .unwrap_or_else(|cause| panic!("{name}: {cause}"));
        assert_eq!(digest_of(&site), golden.state, "{name}: another state");
        found += 1;
    }
    assert!(found >= NEWEST.len());
}

#[test]
fn the_newest_golden_ledger_has_every_kind_of_entry_and_every_reason() {
    let golden = Golden::read(NEWEST[NEWEST.len() - 1].0);
    let (kinds, reasons) = (golden.kinds(), golden.reasons());
    for kind in Event::KINDS {
        assert!(kinds.contains(*kind), "no golden entry tells of {kind}");
    }
    for id in Reason::all_ids() {
        assert!(
            reasons.contains(*id),
            "no golden entry gives the reason {id}"
        );
    }
}

/// So that the release before reads everything until somebody commits the site to the new level.
#[test]
fn what_a_golden_ledger_lacks_is_written_from_a_later_level_on() {
    for (name, level) in NEWEST {
        let kinds = Golden::read(name).kinds();
        for kind in Event::KINDS {
            let from = Event::level_of(kind);
            let there = kinds.contains(*kind) || *kind == "site_upgraded";
            assert_eq!(there, from <= level, "{kind} is of level {from}; {name}");
        }
    }
    assert_eq!(NEWEST[0].1, FIRST_LEVEL);
}

/// A release of level 1 stops at the first entry of level 2, at its upgrade, and says what to do.
#[test]
fn a_ledger_of_a_later_release_stops_with_advice() {
    let golden = Golden::read(FUTURE);
    let stopped = golden.folded().unwrap_err();
    assert!(stopped.contains("from level 2 to level 3"), "{stopped}");
    assert!(stopped.contains("upgrade sekisho"), "{stopped}");
    let unknown = &golden.lines[golden.lines.len() - 1];
    let unknown = Entry::from_value(serde_json::from_str(unknown).unwrap()).unwrap_err();
    assert!(matches!(&unknown, EntryError::UnknownEvent { kind } if kind == "moon_landed"));
    assert!(unknown.to_string().contains("upgrade sekisho"), "{unknown}");
}
