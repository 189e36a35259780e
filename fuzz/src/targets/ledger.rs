//! Entries, proofs and checkpoints: what a restored disk, an export or a witness's
//! counterpart hands us.

use std::sync::LazyLock;

use access::{Entry, Site};
use ids::{Digest, Timestamp};
use ledger::resume::{self, Head, Resume};
use ledger::tree::{leaf_hash, verify_consistency, verify_inclusion};
use ledger::witness::{Memory, observe};
use ledger::{Checkpoint, SignedNote, Signer, Tree, Verifier, canonical, checkpoint};

use crate::bytes::{Input, altered, field, site};

/// A ledger with a bit of everything, one entry a line.
const LEDGER: &str = include_str!("../../ledger.jsonl");

/// The state after each number of its entries.
static STATES: LazyLock<Vec<Site>> = LazyLock::new(|| {
    let mut states = vec![Site::empty(site())];
    for line in LEDGER.lines() {
        let mut state = states.last().unwrap().clone();
        state.apply(&entry_of(line.as_bytes()).unwrap()).unwrap();
        states.push(state);
    }
    states
});

fn entry_of(line: &[u8]) -> Option<Entry> {
    Entry::from_value(canonical::decode(line).ok()?).ok()
}

/// Reads entries, one a line, behind so many of a ledger as the first byte says, and folds them as a
/// gateway does at its start. An entry must be written so that it reads the same.
pub(super) fn entry(bytes: &[u8]) {
    let mut input = Input::of(bytes);
    let states = &*STATES;
    let before = usize::from(input.u8()) % states.len();
    let mut site = states.get(before).cloned().unwrap();
    for line in input.rest().split(|byte| *byte == b'\n') {
        let Ok(value) = canonical::decode(line) else {
            assert!(canonical::check(line).is_err() || line.is_empty());
            continue;
        };
        assert_eq!(
            canonical::encode(&value).as_deref(),
            Ok(line),
            "one spelling"
        );
        let Some(entry) = entry_of(line) else {
            continue;
        };
        let again = canonical::encode(&entry.to_value().unwrap()).expect("entries are written");
        assert_eq!(entry_of(&again).as_ref(), Some(&entry));
        if site.apply(&entry).is_err() {
            return;
        }
    }
}

pub(super) fn entry_seeds() -> Vec<(&'static str, Vec<u8>)> {
    let names = [
        "founded", "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k",
    ];
    let every = names.into_iter().zip((0_u8..).step_by(6));
    let seeds = every.filter_map(|(name, before)| {
        let lines: Vec<&str> = LEDGER.lines().skip(usize::from(before)).take(2).collect();
        let lines = lines.join("\n");
        (!lines.is_empty()).then(|| (name, [&[before], lines.as_bytes()].concat()))
    });
    seeds.collect()
}

fn digest(input: &mut Input<'_>) -> Option<Digest> {
    input.take(32).try_into().ok().map(Digest)
}

fn leaf(number: u64) -> Digest {
    leaf_hash(&number.to_be_bytes())
}

/// A tree of this many leaves.
fn tree(size: u64) -> Tree {
    Tree::from_leaves((0..size).map(leaf))
}

/// Verifies a proof, for a tree that we have and for sizes that nobody has. What verifies must be the proof
/// that the tree gives.
pub(super) fn proof(bytes: &[u8]) {
    let mut input = Input::of(bytes);
    let inclusion = input.u8().is_multiple_of(2);
    let (small, large) = (u64::from(input.u8() % 70), u64::from(input.u8() % 70));
    let (first, second) = (input.u64(), input.u64());
    let mut hashes = Vec::new();
    while let Some(hash) = digest(&mut input) {
        hashes.push(hash);
    }
    let root = hashes.first().copied().unwrap_or(Digest([0; 32]));
    let _ = verify_inclusion(&root, first, second, &hashes, &root);
    let _ = verify_consistency(first, &root, second, &root, &hashes);
    let tree = tree(large);
    if inclusion {
        let held = verify_inclusion(&leaf(small), small, large, &hashes, &tree.root());
        assert_eq!(
            held.is_ok(),
            tree.inclusion_proof(small, large).as_ref() == Ok(&hashes)
        );
    } else if let Ok(old) = tree.root_at(small) {
        let held = verify_consistency(small, &old, large, &tree.root(), &hashes);
        // Every tree begins with the empty one: nothing has to be proved.
        let ours = tree.consistency_proof(small, large);
        assert_eq!(
            held.is_ok(),
            ours.as_ref() == Ok(&hashes),
            "{small} {large}"
        );
    }
}

pub(super) fn proof_seeds() -> Vec<(&'static str, Vec<u8>)> {
    let written = |kind: u8, small: u8, large: u8, proof: Vec<Digest>| {
        let sizes = [
            u64::from(small).to_be_bytes(),
            u64::from(large).to_be_bytes(),
        ]
        .concat();
        let hashes: Vec<u8> = proof.iter().flat_map(|hash| hash.0).collect();
        [&[kind, small, large][..], &sizes, &hashes].concat()
    };
    let inclusion = |index: u8, size: u8| {
        let proof = tree(size.into()).inclusion_proof(index.into(), size.into());
        written(0, index, size, proof.unwrap())
    };
    let consistency = |old: u8, new: u8| {
        let proof = tree(new.into()).consistency_proof(old.into(), new.into());
        written(1, old, new, proof.unwrap())
    };
    vec![
        ("inclusion-5-13", inclusion(5, 13)),
        ("inclusion-12-13", inclusion(12, 13)),
        ("inclusion-0-1", inclusion(0, 1)),
        ("consistency-6-13", consistency(6, 13)),
        ("consistency-8-9", consistency(8, 9)),
        ("consistency-0-4", consistency(0, 4)),
    ]
}

fn signer() -> Signer {
    Signer::ed25519("sekisho/handa", &[1; 32]).unwrap()
}

fn kit() -> Signer {
    Signer::ed25519("sekisho/handa/kit", &[2; 32]).unwrap()
}

fn witness() -> Signer {
    Signer::cosigner("sekisho/handa/device-1", &[3; 32]).unwrap()
}

fn head(size: u64) -> Head {
    let root = tree(size).root();
    Head { size, root }
}

fn signed(size: u64) -> SignedNote {
    let Head { size, root } = head(size);
    let origin = checkpoint::origin(&site());
    let checkpoint = Checkpoint { origin, size, root };
    checkpoint::sign(&checkpoint, &signer()).unwrap()
}

fn resumption() -> Resume {
    Resume {
        site: site(),
        counter: 1,
        old: Some(head(5)),
        new: head(4),
        at: Timestamp::from_millis(1_795_000_000_000),
    }
}

/// Reads a note, a statement of the kit and a verifier's key, each as it stands and as a witness that
/// remembers five entries. Texts have one spelling; what verifies was signed, and by nobody else.
pub(super) fn checkpoint(bytes: &[u8]) {
    let mut input = Input::of(bytes);
    let note = SignedNote::decode(input.field());
    let statement = SignedNote::decode(input.field());
    let mut hashes = Vec::new();
    while let Some(hash) = digest(&mut input) {
        hashes.push(hash);
    }
    let all = SignedNote::decode(bytes);
    for note in [&note, &statement, &all].into_iter().flatten() {
        one_note(note);
    }
    let text = std::str::from_utf8(bytes).unwrap_or_default();
    if let Ok(key) = text.parse::<Verifier>() {
        assert_eq!(key.to_string(), text);
    }
    let memory = Memory::pin(&signed(5), signer().verifier(), 0).unwrap();
    let Ok(note) = note else {
        return;
    };
    let statements: Vec<SignedNote> = statement.into_iter().collect();
    let (site, kit) = (signer(), kit());
    let observed = observe(
        &memory,
        &note,
        site.verifier(),
        &hashes,
        &statements,
        kit.verifier(),
    );
    if let Ok(observed) = observed {
        let size = observed.memory.checkpoint.size;
        assert_eq!(observed.memory.head(), head(size), "nobody signed another");
        assert!(
            size >= 5 || observed.resumed == [resumption()],
            "rolled back"
        );
    }
}

fn one_note(note: &SignedNote) {
    let written = note.to_string();
    assert_eq!(SignedNote::decode(written.as_bytes()).as_ref(), Ok(note));
    if let Ok(checkpoint) = Checkpoint::decode(note.text()) {
        assert_eq!(checkpoint.encode(), note.text(), "one spelling");
    }
    if let Ok(resume) = Resume::decode(note.text()) {
        assert_eq!(resume.encode(), note.text(), "one spelling");
    }
    let known = [signer(), kit(), witness()].map(|signer| signer.verifier().clone());
    if note.verify(&known).is_err() {
        return;
    }
    let ours = [signed(4), signed(5), signed(6), kits()];
    assert!(
        ours.iter().any(|ours| ours.text() == note.text()),
        "nobody signed {written}"
    );
    for altered in altered(note.text().as_bytes()) {
        let below = written.get(note.text().len()..).unwrap_or_default();
        let altered = [&altered, below.as_bytes()].concat();
        let read = SignedNote::decode(&altered);
        assert!(
            !read.is_ok_and(|read| read.verify(&known).is_ok()),
            "altered"
        );
    }
}

fn kits() -> SignedNote {
    resume::sign(&resumption(), &kit()).unwrap()
}

pub(super) fn checkpoint_seeds() -> Vec<(&'static str, Vec<u8>)> {
    let at = Timestamp::from_seconds(1_795_000_000);
    let cosigned = checkpoint::cosign(signed(6), &witness(), at)
        .unwrap()
        .to_string();
    let proof = |old, new: u64| tree(new).consistency_proof(old, new).unwrap();
    let offered = |note: &str, statement: &str, proof: Vec<Digest>| {
        let hashes: Vec<u8> = proof.iter().flat_map(|hash| hash.0).collect();
        [field(note.as_bytes()), field(statement.as_bytes()), hashes].concat()
    };
    let (rolled, kits) = (signed(4).to_string(), kits().to_string());
    vec![
        ("grown", offered(&cosigned, "", proof(5, 6))),
        ("rolled-back", offered(&rolled, "", Vec::new())),
        ("resumed", offered(&rolled, &kits, Vec::new())),
        ("note", cosigned.into_bytes()),
        ("statement", kits.into_bytes()),
        ("key", witness().verifier().to_string().into_bytes()),
    ]
}
