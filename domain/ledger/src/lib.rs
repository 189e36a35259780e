//! The append-only ledger: canonical bytes, tree, checkpoint, proofs, receipts, verification.
