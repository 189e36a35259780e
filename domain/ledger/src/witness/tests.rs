use ids::{SiteId, Timestamp};

use super::*;
use crate::note::Signer;
use crate::tree::{Tree, leaf_hash};

struct World {
    site: SiteId,
    signer: Signer,
    kit: Signer,
}

fn world() -> World {
    let site: SiteId = "handa".parse().unwrap();
    World {
        signer: Signer::ed25519(&checkpoint::origin(&site), &[1; 32]).unwrap(),
        kit: Signer::ed25519(&resume::kit_name(&site), &[2; 32]).unwrap(),
        site,
    }
}

/// A ledger of `size` entries; from entry `changed` on they are other ones.
fn ledger(size: u64, changed: u64) -> Tree {
    let entry = |n: u64| format!("{n} {}", n >= changed);
    Tree::from_leaves((0..size).map(|n| leaf_hash(entry(n).as_bytes())))
}

const HONEST: u64 = u64::MAX;

fn head(tree: &Tree, size: u64) -> Head {
    Head {
        size,
        root: tree.root_at(size).unwrap(),
    }
}

impl World {
    fn note(&self, tree: &Tree, size: u64) -> SignedNote {
        let Head { size, root } = head(tree, size);
        let origin = checkpoint::origin(&self.site);
        let checkpoint = Checkpoint { origin, size, root };
        checkpoint::sign(&checkpoint, &self.signer).unwrap()
    }

    fn memory(&self, tree: &Tree, size: u64) -> Memory {
        Memory::pin(&self.note(tree, size), self.signer.verifier(), 0).unwrap()
    }

    fn resume(&self, counter: u64, old: Option<Head>, new: Head) -> SignedNote {
        let resume = Resume {
            site: self.site.clone(),
            counter,
            old,
            new,
            at: Timestamp::from_seconds(1_800_000_000),
        };
        resume::sign(&resume, &self.kit).unwrap()
    }

    fn observe(
        &self,
        memory: &Memory,
        tree: &Tree,
        base: u64,
        resumed: &[SignedNote],
    ) -> Result<Observed, Disagreement> {
        let size = tree.size();
        let proof = tree.consistency_proof(base.min(size), size).unwrap();
        let (site, kit) = (self.signer.verifier(), self.kit.verifier());
        observe(memory, &self.note(tree, size), site, &proof, resumed, kit)
    }
}

#[test]
fn a_ledger_that_only_grows_is_followed() {
    let world = world();
    let mut memory = world.memory(&ledger(3, HONEST), 3);
    for size in [3, 4, 8, 9, 100] {
        let observed = world
            .observe(&memory, &ledger(size, HONEST), memory.head().size, &[])
            .unwrap();
        assert!(observed.resumed.is_empty());
        memory = observed.memory;
        assert_eq!(memory.head(), head(&ledger(size, HONEST), size));
    }
    let text = serde_json::to_string(&memory).unwrap();
    assert_eq!(serde_json::from_str::<Memory>(&text).unwrap(), memory);
}

#[test]
fn a_rolled_back_ledger_is_refused_as_such() {
    let world = world();
    let memory = world.memory(&ledger(10, HONEST), 10);
    assert_eq!(
        world.observe(&memory, &ledger(9, HONEST), 9, &[]),
        Err(Disagreement::RolledBack {
            held: 10,
            offered: 9
        })
    );
}

#[test]
fn a_forked_ledger_is_refused_as_such() {
    let world = world();
    let memory = world.memory(&ledger(10, HONEST), 10);
    let refused = world.observe(&memory, &ledger(10, 9), 10, &[]);
    assert!(matches!(
        refused,
        Err(Disagreement::Forked { size: 10, .. })
    ));
}

#[test]
fn an_edited_ledger_is_refused_as_such_whatever_its_size() {
    let world = world();
    for held in [1, 7, 8, 10] {
        let memory = world.memory(&ledger(held, HONEST), held);
        for changed in 0..held {
            for size in [held + 1, 16, 33] {
                let refused = world.observe(&memory, &ledger(size, changed), held, &[]);
                let edited =
                    matches!(refused, Err(Disagreement::Edited { held: h, .. }) if h == held);
                assert!(edited, "{held} {changed} {size}: {refused:?}");
            }
        }
    }
}

#[test]
fn a_checkpoint_without_its_proof_is_not_taken_on_trust() {
    let world = world();
    let (memory, tree) = (world.memory(&ledger(10, HONEST), 10), ledger(12, HONEST));
    let (site, kit) = (world.signer.verifier(), world.kit.verifier());
    let refused = observe(&memory, &world.note(&tree, 12), site, &[], &[], kit);
    assert!(matches!(refused, Err(Disagreement::BadProof { .. })));
}

#[test]
fn a_checkpoint_of_another_key_or_ledger_is_refused() {
    let world = world();
    let tree = ledger(12, HONEST);
    let memory = world.memory(&tree, 10);
    let kit = world.kit.verifier();
    let impostor = Signer::ed25519("sekisho/handa", &[9; 32]).unwrap();
    let note = world.note(&tree, 12);
    let proof = tree.consistency_proof(10, 12).unwrap();
    let refused = observe(&memory, &note, impostor.verifier(), &proof, &[], kit);
    assert!(matches!(refused, Err(Disagreement::BadCheckpoint(_))));
    let mut elsewhere = memory.clone();
    elsewhere.checkpoint.origin = "sekisho/osaka".into();
    let refused = observe(&elsewhere, &note, world.signer.verifier(), &proof, &[], kit);
    assert!(matches!(refused, Err(Disagreement::BadCheckpoint(_))));
}

#[test]
fn after_an_honest_restore_the_kits_word_lets_everybody_go_on_once() {
    let world = world();
    let (before, after) = (ledger(120, HONEST), ledger(130, 100));
    let memory = world.memory(&before, 110);
    assert!(world.observe(&memory, &after, 110, &[]).is_err());
    let word = world.resume(1, Some(head(&before, 120)), head(&after, 100));
    let observed = world
        .observe(&memory, &after, 100, std::slice::from_ref(&word))
        .unwrap();
    assert_eq!(observed.resumed.len(), 1);
    assert_eq!(observed.memory.resumed, 1);
    assert_eq!(observed.memory.head(), head(&after, 130));
    // The same word does not lead back, and does not disturb when it is shown again.
    let again = world.observe(&observed.memory, &before, 100, std::slice::from_ref(&word));
    assert!(matches!(again, Err(Disagreement::RolledBack { .. })));
    let grown = ledger(140, 100);
    let observed = world
        .observe(&observed.memory, &grown, 130, &[word])
        .unwrap();
    assert!(observed.resumed.is_empty());
}

#[test]
fn a_witness_that_was_away_for_two_restores_follows_both() {
    let world = world();
    let (first, second, third) = (ledger(120, HONEST), ledger(110, 100), ledger(115, 90));
    let memory = world.memory(&first, 120);
    let words = [
        world.resume(1, Some(head(&first, 120)), head(&second, 100)),
        world.resume(2, Some(head(&second, 110)), head(&third, 90)),
    ];
    let observed = world.observe(&memory, &third, 90, &words).unwrap();
    assert_eq!((observed.memory.resumed, observed.resumed.len()), (2, 2));
    let only_second = world.observe(&memory, &third, 90, &words[1..]);
    assert!(matches!(
        only_second,
        Err(Disagreement::ResumeDoesNotCover {
            held: 120,
            covered: 110
        })
    ));
    let [one, two] = words;
    let refused = world.observe(&memory, &third, 90, &[two, one]);
    assert!(refused.is_err());
}

#[test]
fn a_memory_keeps_what_was_given_up_and_the_kits_word_for_it() {
    let world = world();
    let mut memory = world.memory(&ledger(120, HONEST), 120);
    let mut held = Vec::new();
    for counter in 1..=u64::try_from(MOST_GIVEN_UP).unwrap() + 2 {
        let after = ledger(130 + counter, 100 + counter);
        let word = world.resume(counter, None, head(&after, 100 + counter));
        held.push(memory.evidence.clone());
        let observed = world.observe(&memory, &after, 100 + counter, std::slice::from_ref(&word));
        memory = observed.unwrap().memory;
        let last = memory.given_up.last().unwrap();
        assert_eq!(
            (&last.held, &last.statement),
            (&held[held.len() - 1], &word)
        );
    }
    assert_eq!(memory.given_up.len(), MOST_GIVEN_UP);
    assert_eq!(memory.given_up[0].held, held[2]);
    let text = serde_json::to_string(&memory).unwrap();
    assert_eq!(serde_json::from_str::<Memory>(&text).unwrap(), memory);
    // Of a ledger that was never resumed nothing is written that an older release would not know.
    let plain = serde_json::to_string(&world.memory(&ledger(3, HONEST), 3)).unwrap();
    assert!(!plain.contains("given_up"), "{plain}");
}

#[test]
fn the_answering_side_finds_where_the_proof_starts() {
    let world = world();
    let (before, after) = (ledger(120, HONEST), ledger(130, 100));
    let word = world.resume(1, None, head(&after, 100));
    let known = [resume::open(&word, world.kit.verifier()).unwrap()];
    assert_eq!(proof_base(120, 0, &known), 100);
    assert_eq!(proof_base(120, 1, &known), 120);
    assert_eq!(proof_base(120, 0, &[]), 120);
    let base = proof_base(120, 0, &known);
    let memory = world.memory(&before, 120);
    assert!(world.observe(&memory, &after, base, &[word]).is_ok());
}

#[test]
fn only_the_kit_may_give_entries_up_and_only_those_it_names() {
    let world = world();
    let (before, after) = (ledger(120, HONEST), ledger(130, 100));
    let memory = world.memory(&before, 120);
    let new = head(&after, 100);
    let mut forger = self::world();
    forger.kit = Signer::ed25519("sekisho/handa/kit", &[7; 32]).unwrap();
    let forged = forger.resume(1, None, new);
    let refused = world.observe(&memory, &after, 100, &[forged]);
    assert!(matches!(refused, Err(Disagreement::BadResume(_))));
    let by_the_site = SignedNote::sign("x\n", &world.signer, Timestamp::from_seconds(1)).unwrap();
    let refused = world.observe(&memory, &after, 100, &[by_the_site]);
    assert!(matches!(refused, Err(Disagreement::BadResume(_))));

    let less = world.resume(1, Some(head(&before, 119)), new);
    let refused = world.observe(&memory, &after, 100, &[less]);
    assert!(matches!(
        refused,
        Err(Disagreement::ResumeDoesNotCover { .. })
    ));
    let other = world.resume(1, Some(head(&ledger(120, 50), 120)), new);
    let refused = world.observe(&memory, &after, 100, &[other]);
    assert!(matches!(refused, Err(Disagreement::Forked { .. })));

    let mut elsewhere = self::world();
    elsewhere.site = "osaka".parse().unwrap();
    let word = elsewhere.resume(1, None, new);
    let refused = world.observe(&memory, &after, 100, &[word]);
    assert!(matches!(
        refused,
        Err(Disagreement::ResumeOfAnotherSite { .. })
    ));
}

#[test]
fn what_follows_a_restore_must_continue_what_the_kit_signed() {
    let world = world();
    let (before, after) = (ledger(120, HONEST), ledger(130, 100));
    let memory = world.memory(&before, 120);
    let word = world.resume(1, None, head(&after, 105));
    let edited = ledger(131, 99);
    let refused = world.observe(&memory, &edited, 105, &[word]);
    assert!(matches!(
        refused,
        Err(Disagreement::Edited { held: 105, .. })
    ));
}

#[test]
fn each_disagreement_says_what_was_held_and_what_came() {
    let world = world();
    let memory = world.memory(&ledger(10, HONEST), 10);
    let rolled_back = world
        .observe(&memory, &ledger(9, HONEST), 9, &[])
        .unwrap_err();
    assert!(
        rolled_back
            .to_string()
            .contains("had 10 entries, and is now shown with 9")
    );
    assert_eq!(rolled_back.id(), "rolled_back");
    let edited = world.observe(&memory, &ledger(11, 3), 10, &[]).unwrap_err();
    assert!(edited.to_string().contains("do not begin with the 10"));
}
