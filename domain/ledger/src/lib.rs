//! The append-only ledger: canonical bytes, tree, checkpoint, proofs, receipts, verification.
//!
//! Everything here is decided from bytes that were handed in: no file, clock or random number.
//! Trusted to say whether bytes are what was signed; not trusted to say whether what was signed is
//! wise, which is `access`.
//!
//! | module | what it speaks |
//! |---|---|
//! | [`canonical`] | RFC 8785 JSON, whole numbers only |
//! | [`tree`] | RFC 6962 / 9162 Merkle tree and its proofs |
//! | [`note`], [`checkpoint`] | C2SP signed-note, tlog-checkpoint, tlog-cosignature |
//! | [`tile`], [`export`] | C2SP tlog-tiles, and a ledger as a folder of them |
//! | [`commitment`] | personal values that can be erased |
//! | [`witness`], [`resume`] | what others remember of a ledger, and when it may break |
//! | [`snapshot`] | the head of a folded state, signed for the next start of the same site |
//! | [`receipt`] | one visit, provable on another machine |
//! | [`trust`] | whose signatures count, and where something is broken |

mod base64;
pub mod canonical;
pub mod checkpoint;
pub mod commitment;
pub mod export;
mod hash;
pub mod note;
pub mod receipt;
pub mod resume;
pub mod snapshot;
pub mod tile;
pub mod tree;
pub mod trust;
pub mod witness;

pub use checkpoint::Checkpoint;
pub use note::{SignedNote, Signer, Verifier};
pub use tree::Tree;
pub use trust::{Broken, Fault, Place, Trust};

/// Properties are tried on the same inputs in every run.
#[cfg(test)]
fn same_every_run() -> proptest::test_runner::Config {
    proptest::test_runner::Config {
        rng_seed: proptest::test_runner::RngSeed::Fixed(6962),
        failure_persistence: None,
        ..Default::default()
    }
}
