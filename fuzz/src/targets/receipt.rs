//! A receipt, as somebody mails it.

use ledger::commitment::Opening;
use ledger::receipt::{FORMAT, ProvenEntry, ProvenSeal, Receipt, VERSION, seal_root, verify_bytes};
use ledger::tree::leaf_hash;
use ledger::{Checkpoint, Signer, Tree, Trust, canonical, checkpoint};
use serde_json::{Value, json};

use crate::bytes::site;

fn signer() -> Signer {
    Signer::ed25519("sekisho/handa", &[1; 32]).unwrap()
}

fn trust() -> Trust {
    Trust {
        site: signer().verifier().clone(),
        witnesses: Vec::new(),
    }
}

/// Reads and verifies a receipt. It has one spelling; what it shows must stand in the ledger.
pub(super) fn run(bytes: &[u8]) {
    let Ok(receipt) = Receipt::decode(bytes) else {
        return;
    };
    let again = receipt.encode().expect("what reads is within its limits");
    assert_eq!(Receipt::decode(&again).as_ref(), Ok(&receipt));
    let Ok(vouched) = verify_bytes(bytes, &trust()) else {
        return;
    };
    let ours = entries();
    for (index, value) in &vouched.entries {
        let ours = usize::try_from(*index).ok().and_then(|at| ours.get(at));
        assert_eq!(ours, Some(value), "no entry of the ledger");
    }
    assert!(vouched.openings.iter().all(|shown| *shown == opening()));
    for seal in &vouched.seals {
        assert!(leaves().contains(&canonical::encode(seal).unwrap()));
    }
    assert!(vouched.site_only, "nobody cosigned it");
}

fn opening() -> Opening {
    Opening::new([5; 32], "name", "山田 花子")
}

fn leaves() -> Vec<Vec<u8>> {
    let leaf = |n: u64| json!({"session": format!("handa/session-{n}"), "frames": n, "head": "x"});
    let leaves = (1..=3).map(|n| canonical::to_vec(&leaf(n)).unwrap());
    leaves.collect()
}

fn entries() -> Vec<Value> {
    let entry = |event: Value| json!({"v": 1, "site": "handa", "at": 1, "event": event});
    let part = |n: u64, event: Value| {
        let part = json!({"visit": "handa/visit-7", "n": n});
        json!({"v": 1, "site": "handa", "at": 1, "event": event, "part": part})
    };
    let name = opening().commitment;
    let sealed = json!({"kind": "recordings_sealed", "root": seal_root(&leaves()), "count": 3});
    let opened = json!({"kind": "session_opened", "session": "handa/session-2"});
    vec![
        entry(json!({"kind": "founded"})),
        part(0, json!({"kind": "visit_requested", "name": name})),
        part(1, opened),
        entry(sealed),
        part(2, json!({"kind": "report_given"})),
    ]
}

pub(super) fn seeds() -> Vec<(&'static str, Vec<u8>)> {
    let bytes: Vec<Vec<u8>> = entries()
        .iter()
        .map(|entry| canonical::encode(entry).unwrap())
        .collect();
    let tree = Tree::from_leaves(bytes.iter().map(|entry| leaf_hash(entry)));
    let signed = Checkpoint {
        origin: checkpoint::origin(&site()),
        size: tree.size(),
        root: tree.root(),
    };
    let proven = (1_u64..).zip(bytes.into_iter().skip(1));
    let receipt = Receipt {
        format: FORMAT.to_owned(),
        version: VERSION,
        site: site(),
        visit: "handa/visit-7".parse().unwrap(),
        site_key: signer().verifier().clone(),
        witnesses: Vec::new(),
        checkpoint: checkpoint::sign(&signed, &signer()).unwrap(),
        entries: proven
            .map(|(index, bytes)| ProvenEntry::new(&tree, tree.size(), index, bytes).unwrap())
            .collect(),
        seals: vec![ProvenSeal::new(3, &leaves(), 1).unwrap()],
        openings: vec![opening()],
    };
    let mut bare = receipt.clone();
    bare.seals.clear();
    bare.openings.clear();
    vec![
        ("whole", receipt.encode().unwrap()),
        ("bare", bare.encode().unwrap()),
    ]
}
