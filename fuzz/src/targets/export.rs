//! A whole exported ledger, as the folder that an auditor was handed.

use std::collections::BTreeMap;

use ledger::checkpoint::{self, Checkpoint};
use ledger::note::Verifier;
use ledger::tree::{Tree, leaf_hash};
use ledger::{Signer, Trust, export};

use crate::bytes::{Input, field};

type Files = BTreeMap<String, Vec<u8>>;

/// How many ledgers there are: with 0, 1, 4, 9 … entries.
const LEDGERS: u8 = 5;

fn entries(ledger: u8) -> Vec<Vec<u8>> {
    let ledger = u64::from(ledger % LEDGERS);
    let entry = |n: u64| format!("{{\"event\":{{\"n\":{n}}},\"site\":\"handa\"}}").into_bytes();
    (0..ledger * ledger).map(entry).collect()
}

fn site() -> Signer {
    Signer::ed25519("sekisho/handa", &[1; 32]).unwrap()
}

fn witness() -> Signer {
    Signer::cosigner("sekisho/handa/device-1", &[3; 32]).unwrap()
}

/// What the site hands out of one of its ledgers.
fn sound(ledger: u8) -> Files {
    let entries = entries(ledger);
    let tree = Tree::from_leaves(entries.iter().map(|entry| leaf_hash(entry)));
    let signed = Checkpoint {
        origin: checkpoint::origin(&crate::bytes::site()),
        size: tree.size(),
        root: tree.root(),
    };
    let at = ids::Timestamp::from_seconds(1_795_000_000);
    let note = checkpoint::sign(&signed, &site()).unwrap();
    let note = checkpoint::cosign(note, &witness(), at).unwrap();
    let mut files = Files::new();
    let put = |path: &str, bytes: &[u8]| -> Result<(), ()> {
        files.insert(path.to_owned(), bytes.to_vec());
        Ok(())
    };
    let (site, witnesses) = (site(), [witness().verifier().clone()]);
    export::write(&note, &signed, site.verifier(), &witnesses, &entries, put).unwrap();
    files
}

/// The first byte chooses a ledger; then come paths and contents, which are laid over its files. What
/// verifies must be a ledger that the site signed, with the entries that it has, whatever else lies there.
pub(super) fn run(bytes: &[u8]) {
    let mut input = Input::of(bytes);
    let mut files = sound(input.u8());
    while !input.is_empty() {
        let path = String::from_utf8_lossy(input.field()).into_owned();
        match input.u8() % 3 {
            0 => drop(files.remove(&path)),
            1 => drop(files.insert(path, input.field().to_vec())),
            _ => alter(files.entry(path).or_default(), &mut input),
        }
    }
    let trust = Trust {
        site: site().verifier().clone(),
        witnesses: vec![witness().verifier().clone()],
    };
    let mut shown = Vec::new();
    let read = |path: &str| files.get(path).cloned();
    let verified = export::verify_each(read, &trust, |number, entry| {
        assert_eq!(usize::try_from(number), Ok(shown.len()), "in order");
        shown.push(entry.to_vec());
    });
    let Ok(verified) = verified else {
        return;
    };
    let ours = (0..LEDGERS).map(entries).find(|entries| *entries == shown);
    assert!(ours.is_some(), "nobody signed {shown:?}");
    assert_eq!(usize::try_from(verified.checkpoint.size), Ok(shown.len()));
    let known: Vec<&Verifier> = trust.witnesses.iter().collect();
    assert!(verified.cosigned.len() <= known.len(), "counted twice");
}

/// Some bytes of a file are other ones, or it is longer.
fn alter(file: &mut Vec<u8>, input: &mut Input<'_>) {
    let at = usize::from(input.u8()) << 8 | usize::from(input.u8());
    for (place, byte) in (at..).zip(input.field()) {
        match file.get_mut(place) {
            Some(old) => *old ^= byte,
            None => file.push(*byte),
        }
    }
}

pub(super) fn seeds() -> Vec<(&'static str, Vec<u8>)> {
    let over = |ledger: u8, laid: &[(&str, u8, &[u8])]| {
        let laid = laid
            .iter()
            .flat_map(|(path, what, rest)| [&field(path.as_bytes()), &[*what][..], rest].concat());
        [ledger].into_iter().chain(laid).collect::<Vec<u8>>()
    };
    let of_another = sound(2);
    let content = |path: &str| field(of_another.get(path).map_or(&[][..], Vec::as_slice));
    let (note, bundle) = (content(export::CHECKPOINT), content("tile/entries/000.p/4"));
    let flip = [&[0, 3][..], &field(&[1])].concat();
    vec![
        ("sound", over(3, &[])),
        ("empty", over(0, &[])),
        (
            "older-checkpoint",
            over(3, &[(export::CHECKPOINT, 1, &note)]),
        ),
        (
            "older-whole",
            over(
                3,
                &[
                    (export::CHECKPOINT, 1, &note),
                    ("tile/entries/000.p/4", 1, &bundle),
                ],
            ),
        ),
        ("missing", over(4, &[("tile/entries/000.p/16", 0, &[])])),
        (
            "altered-entry",
            over(4, &[("tile/entries/000.p/16", 2, &flip)]),
        ),
        ("altered-hash", over(4, &[("tile/0/000.p/16", 2, &flip)])),
        ("another-site", over(1, &[(export::SITE_KEY, 2, &flip)])),
    ]
}
