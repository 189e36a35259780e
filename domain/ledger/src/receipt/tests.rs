use ids::Timestamp;
use serde_json::json;

use super::*;
use crate::checkpoint;
use crate::note::Signer;

struct Fixture {
    receipt: Receipt,
    trust: Trust,
}

fn site() -> Signer {
    Signer::ed25519("sekisho/handa", &[1; 32]).unwrap()
}

fn witness(n: u8) -> Signer {
    Signer::cosigner(&format!("sekisho/handa/device-{n}"), &[n; 32]).unwrap()
}

fn part(n: Option<u64>, event: Value) -> Value {
    let mut entry = json!({"v": 1, "site": "handa", "at": 1, "event": event});
    if let Some(n) = n {
        entry["part"] = json!({"visit": "handa/visit-7", "n": n});
    }
    entry
}

fn leaves() -> Vec<Vec<u8>> {
    let leaf = |n: u64| json!({"session": format!("handa/session-{n}"), "frames": n, "head": "x"});
    (1..=3)
        .map(|n| canonical::to_vec(&leaf(n)).unwrap())
        .collect()
}

/// A ledger of nine entries, of which five belong to the visit and one seals its recording.
fn fixture() -> Fixture {
    let opening = Opening::new([5; 32], "name", "山田 花子");
    let sealed = json!({"kind": "recordings_sealed", "root": seal_root(&leaves()), "count": 3});
    let entries = [
        part(None, json!({"kind": "founded"})),
        part(
            Some(0),
            json!({"kind": "visit_requested", "name": opening.commitment}),
        ),
        part(None, json!({"kind": "signed_in"})),
        part(Some(1), json!({"kind": "approval_given"})),
        part(
            Some(2),
            json!({"kind": "session_opened", "session": "handa/session-2"}),
        ),
        part(None, sealed),
        part(
            Some(3),
            json!({"kind": "session_ended", "session": "handa/session-2"}),
        ),
        part(Some(4), json!({"kind": "report_given"})),
        part(None, json!({"kind": "signed_in"})),
    ];
    let entries = entries.map(|entry| canonical::encode(&entry).unwrap());
    let tree = Tree::from_leaves(entries.iter().map(|entry| leaf_hash(entry)));
    let checkpoint = Checkpoint {
        origin: "sekisho/handa".into(),
        size: tree.size(),
        root: tree.root(),
    };
    let mut note = checkpoint::sign(&checkpoint, &site()).unwrap();
    for n in [2, 3] {
        note =
            checkpoint::cosign(note, &witness(n), Timestamp::from_seconds(1_800_000_000)).unwrap();
    }
    let proven = [1u64, 3, 4, 5, 6, 7].map(|index| {
        let bytes = entries[usize::try_from(index).unwrap()].clone();
        ProvenEntry::new(&tree, tree.size(), index, bytes).unwrap()
    });
    let receipt = Receipt {
        format: FORMAT.into(),
        version: VERSION,
        site: "handa".parse().unwrap(),
        visit: "handa/visit-7".parse().unwrap(),
        site_key: site().verifier().clone(),
        witnesses: [2, 3].map(|n| witness(n).verifier().clone()).to_vec(),
        checkpoint: note,
        entries: proven.to_vec(),
        seals: vec![ProvenSeal::new(5, &leaves(), 1).unwrap()],
        openings: vec![opening],
    };
    let trust = Trust {
        site: site().verifier().clone(),
        witnesses: vec![witness(2).verifier().clone()],
    };
    Fixture { receipt, trust }
}

fn broken(change: impl FnOnce(&mut Receipt)) -> Broken {
    let mut fixture = fixture();
    change(&mut fixture.receipt);
    verify(&fixture.receipt, &fixture.trust).unwrap_err()
}

#[test]
fn a_receipt_verifies_with_only_the_sites_and_the_witnesses_keys() {
    let Fixture { receipt, trust } = fixture();
    let vouched = verify_bytes(&receipt.encode().unwrap(), &trust).unwrap();
    assert_eq!(vouched.parts, 5);
    assert_eq!(vouched.entries.len(), 6);
    assert_eq!(vouched.cosigned[0].name, "sekisho/handa/device-2");
    assert_eq!(vouched.cosigned[0].at.as_seconds(), 1_800_000_000);
    assert_eq!(vouched.strangers, ["sekisho/handa/device-3"]);
    assert_eq!(vouched.openings[0].value, "山田 花子");
    assert_eq!(vouched.seals[0]["session"], "handa/session-2");
    assert!(!vouched.site_only);
}

#[test]
fn a_receipt_without_a_known_witness_says_site_only() {
    let Fixture { receipt, mut trust } = fixture();
    trust.witnesses.clear();
    assert!(verify(&receipt, &trust).unwrap().site_only);
}

#[test]
fn one_flipped_byte_anywhere_fails_with_a_place() {
    let Fixture { receipt, trust } = fixture();
    let bytes = receipt.encode().unwrap();
    for at in 0..bytes.len() {
        for bit in 0..8 {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1 << bit;
            let broken = verify_bytes(&flipped, &trust);
            let broken = broken.expect_err(&format!("byte {at}, bit {bit} was accepted"));
            assert!(!matches!(broken.place, Place::File(_)), "{at}: {broken}");
        }
    }
}

#[test]
fn an_entry_left_out_is_found() {
    for at in [0, 1, 2, 4] {
        let broken = broken(|receipt| {
            receipt.seals.clear();
            receipt.openings.clear();
            receipt.entries.remove(at);
        });
        assert!(
            matches!(broken.fault, Fault::PartLeftOut { .. }),
            "{broken}"
        );
    }
    let broken = broken(|receipt| {
        receipt.entries.remove(1);
    });
    assert_eq!(
        broken.to_string(),
        "entry 4 (entries[1]): part 1 of the visit is missing: part 2 follows"
    );
}

#[test]
fn entries_out_of_order_or_twice_are_refused() {
    let swapped = broken(|receipt| receipt.entries.swap(0, 1));
    assert_eq!(swapped.place.to_string(), "entries[1].index");
    let twice = broken(|receipt| receipt.entries.insert(0, receipt.entries[0].clone()));
    assert_eq!(twice.place.to_string(), "entries[1].index");
    let none = broken(|receipt| receipt.entries.clear());
    assert_eq!(none.place.to_string(), "entries");
}

#[test]
fn an_edited_entry_is_named() {
    let broken = broken(|receipt| {
        let entry = receipt.entries[3].bytes.0.as_mut_slice();
        let at = entry.windows(3).position(|bytes| bytes == b"rec").unwrap();
        entry[at] = b's';
    });
    assert_eq!(broken.place.to_string(), "entry 5 (entries[3])");
}

#[test]
fn a_receipt_of_another_site_visit_or_version_is_refused() {
    for (place, change) in [
        ("format", (|r| r.format.push('x')) as fn(&mut Receipt)),
        ("version", |r| r.version = 2),
        ("site", |r| r.site = "osaka".parse().unwrap()),
        ("visit", |r| r.visit = "osaka/visit-7".parse().unwrap()),
        ("entries", |r| r.visit = "handa/visit-8".parse().unwrap()),
        ("site_key", |r| r.site_key = witness(2).verifier().clone()),
    ] {
        assert_eq!(broken(change).place.to_string(), place);
    }
}

#[test]
fn every_signature_line_is_accounted_for() {
    let unlisted = broken(|receipt| {
        receipt.witnesses.pop();
    });
    assert_eq!(unlisted.place.to_string(), "checkpoint, line 7");
    assert!(matches!(unlisted.fault, Fault::UnlistedSigner(_)));
    let silent = broken(|receipt| receipt.witnesses.push(witness(4).verifier().clone()));
    assert!(matches!(silent.fault, Fault::DidNotSign(_)));
    let twice = broken(|receipt| {
        let text = receipt.checkpoint.to_string();
        let line = text.lines().last().unwrap();
        receipt.checkpoint = format!("{text}{line}\n").parse().unwrap();
    });
    assert!(matches!(twice.fault, Fault::SignedTwice(_)));
}

#[test]
fn a_seal_counts_only_for_this_visits_sessions_and_its_own_entry() {
    let other_session =
        broken(|receipt| receipt.seals = vec![ProvenSeal::new(5, &leaves(), 0).unwrap()]);
    assert_eq!(other_session.place.to_string(), "seals[0].leaf");
    let no_entry = broken(|receipt| receipt.seals[0].entry = 8);
    assert_eq!(no_entry.place.to_string(), "seals[0].entry");
    let other_entry = broken(|receipt| receipt.seals[0].entry = 4);
    assert_eq!(other_entry.place.to_string(), "seals[0].entry");
    let count = broken(|receipt| receipt.seals[0].count = 4);
    assert_eq!(count.place.to_string(), "seals[0].count");
    let path = broken(|receipt| receipt.seals[0].path[0].0[0] ^= 1);
    assert_eq!(path.place.to_string(), "seals[0].path");
}

#[test]
fn an_opening_must_open_a_commitment_of_these_entries() {
    let changed = broken(|receipt| receipt.openings[0].value.push('子'));
    assert_eq!(changed.fault, Fault::DoesNotOpen);
    let foreign = broken(|receipt| receipt.openings.push(Opening::new([6; 32], "name", "x")));
    assert_eq!(foreign.place.to_string(), "openings[1]");
    assert!(matches!(foreign.fault, Fault::Unrelated(_)));
}

/// Erasing a person's values takes the openings away and leaves every proof.
#[test]
fn a_receipt_without_its_openings_verifies_all_the_same() {
    let Fixture { mut receipt, trust } = fixture();
    receipt.openings.clear();
    assert!(verify(&receipt, &trust).is_ok());
}
