use std::cell::RefCell;

use proptest::prelude::*;
use tlog_tiles::{Hash, HashReader};

use super::*;

/// The eight leaves and the root of each size that the Certificate Transparency implementations
/// share (RFC 6962 §2.1.3 draws the seven-leaf tree of the same form).
const LEAVES: [&str; 8] = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
];
const ROOTS: [&str; 8] = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

fn digest(text: &str) -> Digest {
    text.parse().unwrap()
}

fn vector_tree() -> Tree {
    Tree::from_leaves(LEAVES.iter().map(|leaf| {
        let bytes = data_encoding::HEXLOWER.decode(leaf.as_bytes()).unwrap();
        leaf_hash(&bytes)
    }))
}

fn numbered(count: u64) -> Tree {
    Tree::from_leaves((0..count).map(|n| leaf_hash(&n.to_be_bytes())))
}

#[test]
fn the_roots_are_those_of_certificate_transparency() {
    let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    assert_eq!(Tree::new().root(), digest(empty));
    let tree = vector_tree();
    for (size, root) in (1..).zip(ROOTS) {
        assert_eq!(tree.root_at(size), Ok(digest(root)), "size {size}");
    }
    assert_eq!(tree.root(), digest(ROOTS[7]));
}

#[test]
fn the_proofs_are_those_of_certificate_transparency() {
    let tree = vector_tree();
    let hashes = |texts: &[&str]| texts.iter().map(|text| digest(text)).collect::<Vec<_>>();
    let path = [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ];
    assert_eq!(tree.inclusion_proof(0, 8), Ok(hashes(&path)));
    let consistency = [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ];
    assert_eq!(tree.consistency_proof(6, 8), Ok(hashes(&consistency)));
}

/// The other implementation's view of our tree.
#[derive(Default)]
struct Oracle {
    stored: RefCell<Vec<Hash>>,
}

impl HashReader for Oracle {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, tlog_tiles::Error> {
        let stored = self.stored.borrow();
        Ok(indexes.iter().map(|at| stored[to_usize(*at)]).collect())
    }
}

impl Oracle {
    fn numbered(count: u64) -> Self {
        let oracle = Self::default();
        for n in 0..count {
            let added = tlog_tiles::stored_hashes(n, &n.to_be_bytes(), &oracle).unwrap();
            oracle.stored.borrow_mut().extend(added);
        }
        oracle
    }
}

fn ours(hashes: Vec<Hash>) -> Vec<Digest> {
    hashes.into_iter().map(|hash| Digest(hash.0)).collect()
}

#[test]
fn roots_and_proofs_are_those_of_an_implementation_that_is_not_ours() {
    let (tree, oracle) = (numbered(70), Oracle::numbered(70));
    for size in 1..=70 {
        let root = tree.root_at(size).unwrap();
        assert_eq!(root.0, tlog_tiles::tree_hash(size, &oracle).unwrap().0);
        for index in 0..size {
            let proof = tree.inclusion_proof(index, size).unwrap();
            assert_eq!(
                proof,
                ours(tlog_tiles::prove_record(size, index, &oracle).unwrap())
            );
            let leaf = tree.leaf(index).unwrap();
            assert_eq!(verify_inclusion(&leaf, index, size, &proof, &root), Ok(()));
        }
        for old in 1..=size {
            let proof = tree.consistency_proof(old, size).unwrap();
            assert_eq!(
                proof,
                ours(tlog_tiles::prove_tree(size, old, &oracle).unwrap())
            );
            let old_root = tree.root_at(old).unwrap();
            assert_eq!(
                verify_consistency(old, &old_root, size, &root, &proof),
                Ok(())
            );
        }
    }
}

#[test]
fn an_inclusion_proof_holds_for_its_own_leaf_place_size_and_root_only() {
    let tree = numbered(13);
    let root = tree.root();
    for index in 0..13 {
        let leaf = tree.leaf(index).unwrap();
        let proof = tree.inclusion_proof(index, 13).unwrap();
        for other in (0..14).filter(|other| *other != index) {
            assert!(verify_inclusion(&leaf, other, 13, &proof, &root).is_err());
        }
        let mut longer = proof.clone();
        longer.push(root);
        let shorter = proof.split_last().unwrap().1;
        for wrong in [longer.as_slice(), shorter] {
            let refused = verify_inclusion(&leaf, index, 13, wrong, &root);
            assert!(matches!(refused, Err(ProofError::WrongLength { .. })));
        }
        for at in 0..proof.len() {
            let mut wrong = proof.clone();
            wrong[at].0[5] ^= 4;
            let refused = verify_inclusion(&leaf, index, 13, &wrong, &root);
            assert!(matches!(refused, Err(ProofError::WrongRoot { .. })));
        }
    }
}

#[test]
fn a_consistency_proof_holds_for_its_own_sizes_and_roots_only() {
    let tree = numbered(20);
    for (old, new) in (0..=20).flat_map(|new| (0..=new).map(move |old| (old, new))) {
        let roots = [tree.root_at(old).unwrap(), tree.root_at(new).unwrap()];
        let proof = tree.consistency_proof(old, new).unwrap();
        let check = |roots: &[Digest; 2], proof: &[Digest]| {
            verify_consistency(old, &roots[0], new, &roots[1], proof)
        };
        assert_eq!(check(&roots, &proof), Ok(()));
        let mut extra = proof.clone();
        extra.push(roots[0]);
        assert!(check(&roots, &extra).is_err(), "{old} {new}");
        let mut other_old = roots;
        other_old[0].0[0] ^= 1;
        assert!(check(&other_old, &proof).is_err(), "{old} {new}");
        if old > 0 {
            let mut other_new = roots;
            other_new[1].0[0] ^= 1;
            assert!(check(&other_new, &proof).is_err(), "{old} {new}");
        }
        for at in 0..proof.len() {
            let mut wrong = proof.clone();
            wrong[at].0[31] ^= 1;
            assert!(check(&roots, &wrong).is_err(), "{old} {new} {at}");
            let short = [&proof[..at], &proof[at + 1..]].concat();
            assert!(check(&roots, &short).is_err(), "{old} {new} {at}");
        }
    }
}

#[test]
fn what_the_tree_does_not_have_is_not_proved() {
    let tree = numbered(5);
    assert!(tree.root_at(6).is_err());
    assert!(tree.inclusion_proof(5, 5).is_err());
    assert!(tree.inclusion_proof(0, 6).is_err());
    assert!(tree.consistency_proof(3, 6).is_err());
    assert!(tree.consistency_proof(4, 3).is_err());
    let root = tree.root();
    assert!(verify_inclusion(&root, 0, 0, &[], &root).is_err());
    assert!(verify_consistency(6, &root, 5, &root, &[]).is_err());
    assert!(verify_consistency(5, &root, u64::MAX, &root, &[root; 70]).is_err());
    assert!(verify_inclusion(&root, u64::MAX - 1, u64::MAX, &[root; 64], &root).is_err());
}

#[test]
fn a_shortened_tree_is_the_tree_that_was() {
    for size in 0..40 {
        let mut tree = numbered(40);
        tree.truncate(size);
        assert_eq!(tree, numbered(size));
        tree.extend((size..40).map(|n| leaf_hash(&n.to_be_bytes())));
        assert_eq!(tree, numbered(40));
    }
}

#[test]
fn a_leaf_is_hashed_alike_on_the_stack_and_on_the_heap() {
    for length in [0, 1, 1022, 1023, 1024, 1025, 5000] {
        let entry = vec![7u8; length];
        let whole = [&[0u8], entry.as_slice()].concat();
        assert_eq!(leaf_hash(&entry), sha256(&whole), "{length}");
    }
}

proptest! {
    #![proptest_config(crate::same_every_run())]

    #[test]
    fn any_proof_is_read_without_a_panic(
        index: u64, size: u64, old: u64, hashes in prop::collection::vec(any::<[u8; 32]>(), 0..70),
    ) {
        let proof: Vec<Digest> = hashes.into_iter().map(Digest).collect();
        let root = empty_root();
        prop_assert!(verify_inclusion(&root, index, size, &proof, &root).is_err());
        let consistent = verify_consistency(old, &root, size, &root, &proof);
        prop_assert!(consistent.is_err() || (proof.is_empty() && (old == size || old == 0)));
    }
}
