//! One visit as a file that proves itself on another machine: entries with their proofs, the
//! checkpoint with its cosignatures, seals of recordings, and the values that its reader may see.
//!
//! What a proof cannot show: that entries *after* the last part in the file were left out. The
//! checkpoint's time bounds it, and the caller sees from the last entry whether the visit was
//! closed.

use data_encoding::BASE64;
use ids::{Digest, SiteId, VisitId};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::base64;
use crate::canonical::{self, NotCanonical};
use crate::checkpoint::{Checkpoint, origin};
use crate::commitment::Opening;
use crate::hash::to_u64;
use crate::note::{SignedNote, Verifier};
use crate::tree::{ProofError, Tree, leaf_hash, verify_inclusion};
use crate::trust::{Broken, Cosigned, Fault, Place, Trust, open_checkpoint};

/// The first member of the file says what it is.
pub const FORMAT: &str = "sekisho-receipt";
/// The version that is written here.
pub const VERSION: u64 = 1;
/// The longest receipt that is read, in bytes.
pub const MAX_RECEIPT: usize = 64 * 1024 * 1024;

/// Bytes that are written as base64.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bytes(pub Vec<u8>);

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&BASE64.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = base64::decode(&text);
        bytes
            .map(Self)
            .ok_or_else(|| serde::de::Error::custom("not base64"))
    }
}

/// An entry with its path to the root.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProvenEntry {
    /// Its number in the ledger, from 0.
    pub index: u64,
    /// Its canonical bytes.
    pub bytes: Bytes,
    /// Its inclusion proof under the receipt's checkpoint.
    pub proof: Vec<Digest>,
}

impl ProvenEntry {
    /// Proves an entry under the checkpoint of `size`.
    ///
    /// # Errors
    /// If the tree has no such size, or that size no such entry.
    pub fn new(tree: &Tree, size: u64, index: u64, bytes: Vec<u8>) -> Result<Self, ProofError> {
        Ok(Self {
            index,
            proof: tree.inclusion_proof(index, size)?,
            bytes: Bytes(bytes),
        })
    }
}

/// One session's line in a seal of recordings, with its path to the root that the entry holds.
///
/// The entry's `event` has `root` (the RFC 6962 root over the leaves) and `count` (how many).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProvenSeal {
    /// The number of the entry, which is one of the receipt's.
    pub entry: u64,
    /// The line's canonical bytes; its `session` is one of the visit's.
    pub leaf: Bytes,
    /// Which leaf, from 0.
    pub index: u64,
    /// How many leaves.
    pub count: u64,
    /// Its inclusion proof.
    pub path: Vec<Digest>,
}

impl ProvenSeal {
    /// Proves leaf `index` of the leaves that were sealed in `entry`.
    ///
    /// # Errors
    /// If there is no such leaf.
    pub fn new(entry: u64, leaves: &[impl AsRef<[u8]>], index: u64) -> Result<Self, ProofError> {
        let count = to_u64(leaves.len());
        let tree = seal_tree(leaves);
        let path = tree.inclusion_proof(index, count)?;
        let leaf = usize::try_from(index).ok().and_then(|at| leaves.get(at));
        let leaf = leaf.ok_or(ProofError::NoSuchEntry { index, size: count })?;
        Ok(Self {
            entry,
            leaf: Bytes(leaf.as_ref().to_vec()),
            index,
            count,
            path,
        })
    }
}

/// The root over the leaves of a seal.
pub fn seal_root(leaves: &[impl AsRef<[u8]>]) -> Digest {
    seal_tree(leaves).root()
}

fn seal_tree(leaves: &[impl AsRef<[u8]>]) -> Tree {
    Tree::from_leaves(leaves.iter().map(|leaf| leaf_hash(leaf.as_ref())))
}

/// The content of a `.sekisho-receipt` file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// [`FORMAT`].
    pub format: String,
    /// [`VERSION`].
    pub version: u64,
    /// Whose ledger.
    pub site: SiteId,
    /// Which visit.
    pub visit: VisitId,
    /// The site's key, which the reader compares with the one they trust.
    pub site_key: Verifier,
    /// The keys of everybody who has cosigned the checkpoint.
    pub witnesses: Vec<Verifier>,
    /// The checkpoint with all its signatures.
    pub checkpoint: SignedNote,
    /// The visit's entries, and those that seal its recordings, in the ledger's order.
    pub entries: Vec<ProvenEntry>,
    /// Seals of the visit's recordings.
    pub seals: Vec<ProvenSeal>,
    /// The personal values that the reader may see.
    pub openings: Vec<Opening>,
}

impl Receipt {
    /// The bytes of the file: canonical JSON.
    ///
    /// # Errors
    /// If it is longer than [`MAX_RECEIPT`].
    pub fn encode(&self) -> Result<Vec<u8>, NotCanonical> {
        canonical::to_vec_within(self, MAX_RECEIPT)
    }

    /// Reads a file. Nothing is verified yet.
    ///
    /// # Errors
    /// Names the byte that is not canonical, or says what is not of a receipt's shape.
    pub fn decode(bytes: &[u8]) -> Result<Self, Broken> {
        canonical::from_slice_within(bytes, MAX_RECEIPT).map_err(|why| {
            let place = match &why {
                NotCanonical::At { offset, .. } | NotCanonical::Shape { offset, .. } => {
                    Place::Byte(*offset)
                }
                NotCanonical::TooLong { .. } | NotCanonical::TooDeep | NotCanonical::Number(_) => {
                    Place::File("the receipt".to_owned())
                }
            };
            Broken::at(place, why)
        })
    }
}

/// What a receipt proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vouched {
    /// Which visit.
    pub visit: VisitId,
    /// The checkpoint that everything was proved under.
    pub checkpoint: Checkpoint,
    /// The entries with their numbers.
    pub entries: Vec<(u64, Value)>,
    /// How many of them are parts of the visit: 0 to this, without a gap.
    pub parts: u64,
    /// The lines of the seals.
    pub seals: Vec<Value>,
    /// The values that were shown.
    pub openings: Vec<Opening>,
    /// The trusted witnesses that have seen the checkpoint, and when.
    pub cosigned: Vec<Cosigned>,
    /// Witnesses whose signatures hold and whom the reader does not know.
    pub strangers: Vec<String>,
    /// Whether nobody outside the site vouches for it.
    pub site_only: bool,
}

/// Reads and verifies the bytes of a file.
///
/// # Errors
/// As [`Receipt::decode`] and [`verify`].
pub fn verify_bytes(bytes: &[u8], trust: &Trust) -> Result<Vouched, Broken> {
    verify(&Receipt::decode(bytes)?, trust)
}

/// Verifies a receipt: every signature, proof, part, seal and opening.
///
/// # Errors
/// Names the first member that is broken.
pub fn verify(receipt: &Receipt, trust: &Trust) -> Result<Vouched, Broken> {
    names(receipt, trust)?;
    let vouched = open_checkpoint("checkpoint", &receipt.checkpoint, trust, &receipt.witnesses)?;
    let entries = entries(receipt, &vouched.checkpoint)?;
    let parts = parts(receipt, &entries)?;
    let seals = seals(receipt, &entries)?;
    openings(receipt, &entries)?;
    Ok(Vouched {
        visit: receipt.visit.clone(),
        checkpoint: vouched.checkpoint,
        entries,
        parts,
        seals,
        openings: receipt.openings.clone(),
        site_only: vouched.cosigned.is_empty(),
        cosigned: vouched.cosigned,
        strangers: vouched.strangers,
    })
}

fn names(receipt: &Receipt, trust: &Trust) -> Result<(), Broken> {
    let same = |name: &str, expected: &str, found: &str| {
        if expected == found {
            return Ok(());
        }
        Err(Broken::expected(member(name), expected, found))
    };
    same("format", FORMAT, &receipt.format)?;
    same(
        "version",
        &VERSION.to_string(),
        &receipt.version.to_string(),
    )?;
    let site_key = receipt.site_key.to_string();
    same("site_key", &trust.site.to_string(), &site_key)?;
    same("site", trust.site.name(), &origin(&receipt.site))?;
    same(
        "visit",
        receipt.site.as_str(),
        receipt.visit.site().as_str(),
    )
}

fn entries(receipt: &Receipt, checkpoint: &Checkpoint) -> Result<Vec<(u64, Value)>, Broken> {
    let mut values: Vec<(u64, Value)> = Vec::with_capacity(receipt.entries.len());
    for (at, entry) in receipt.entries.iter().enumerate() {
        let inside = |name: &str| member(&format!("entries[{at}].{name}"));
        let here = Place::Entry {
            index: entry.index,
            file: format!("entries[{at}]"),
        };
        if let Some((before, _)) = values.last().filter(|(before, _)| *before >= entry.index) {
            let expected = format!("a number above {before}");
            return Err(Broken::expected(
                inside("index"),
                expected,
                &entry.index.to_string(),
            ));
        }
        let leaf = leaf_hash(&entry.bytes.0);
        verify_inclusion(
            &leaf,
            entry.index,
            checkpoint.size,
            &entry.proof,
            &checkpoint.root,
        )
        .map_err(|why| Broken::at(here.clone(), why))?;
        let value = canonical::decode(&entry.bytes.0).map_err(|why| Broken::at(here, why))?;
        let site = value
            .get("site")
            .and_then(Value::as_str)
            .unwrap_or_default();
        if site != receipt.site.as_str() {
            return Err(Broken::expected(inside("bytes"), &receipt.site, site));
        }
        values.push((entry.index, value));
    }
    Ok(values)
}

/// The visit's parts are 0, 1, 2 … in the ledger's order: an entry left out leaves a gap.
fn parts(receipt: &Receipt, entries: &[(u64, Value)]) -> Result<u64, Broken> {
    let visit = receipt.visit.to_string();
    let mut expected = 0;
    for (at, (index, value)) in entries.iter().enumerate() {
        let Some(part) = part_of(value, &visit) else {
            continue;
        };
        let found = part.get("n").and_then(Value::as_u64).unwrap_or(u64::MAX);
        if found != expected {
            let place = Place::Entry {
                index: *index,
                file: format!("entries[{at}]"),
            };
            return Err(Broken::at(place, Fault::PartLeftOut { expected, found }));
        }
        expected += 1;
    }
    if expected == 0 {
        let place = member("entries");
        return Err(Broken::expected(place, format!("parts of {visit}"), "none"));
    }
    Ok(expected)
}

fn part_of<'a>(entry: &'a Value, visit: &str) -> Option<&'a Value> {
    let part = entry.get("part")?;
    (part.get("visit").and_then(Value::as_str) == Some(visit)).then_some(part)
}

fn seals(receipt: &Receipt, entries: &[(u64, Value)]) -> Result<Vec<Value>, Broken> {
    let visit = receipt.visit.to_string();
    let of_visit = |(_, entry): &&(u64, Value)| part_of(entry, &visit).is_some();
    let each = receipt.seals.iter().enumerate();
    each.map(|(at, seal)| {
        let inside = |name: &str| member(&format!("seals[{at}].{name}"));
        let Some((_, entry)) = entries.iter().find(|(index, _)| *index == seal.entry) else {
            let number = format!("entry {}", seal.entry);
            return Err(Broken::at(inside("entry"), Fault::Unrelated(number)));
        };
        let event = entry.get("event").unwrap_or(&Value::Null);
        let root = event.get("root").and_then(Value::as_str);
        let Some(root) = root.and_then(|root| root.parse::<Digest>().ok()) else {
            let expected = "an entry that seals recordings";
            return Err(Broken::expected(inside("entry"), expected, "another event"));
        };
        let count = event.get("count").and_then(Value::as_u64).unwrap_or(0);
        if count != seal.count {
            let found = seal.count.to_string();
            return Err(Broken::expected(inside("count"), count, &found));
        }
        let leaf = leaf_hash(&seal.leaf.0);
        verify_inclusion(&leaf, seal.index, seal.count, &seal.path, &root)
            .map_err(|why| Broken::at(inside("path"), why))?;
        let line =
            canonical::decode(&seal.leaf.0).map_err(|why| Broken::at(inside("leaf"), why))?;
        let session = line
            .get("session")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let mut visit_entries = entries.iter().filter(of_visit);
        let known = visit_entries.any(|(_, entry)| mentions(entry, session));
        if session.is_empty() || !known {
            let fault = Fault::Unrelated(format!("the session {session:?}"));
            return Err(Broken::at(inside("leaf"), fault));
        }
        Ok(line)
    })
    .collect()
}

fn openings(receipt: &Receipt, entries: &[(u64, Value)]) -> Result<(), Broken> {
    for (at, opening) in receipt.openings.iter().enumerate() {
        let place = member(&format!("openings[{at}]"));
        if !opening.opens() {
            return Err(Broken::at(place, Fault::DoesNotOpen));
        }
        let commitment = opening.commitment.to_string();
        if !entries
            .iter()
            .any(|(_, entry)| mentions(entry, &commitment))
        {
            let fault = Fault::Unrelated(format!("the commitment {commitment}"));
            return Err(Broken::at(place, fault));
        }
    }
    Ok(())
}

/// Whether a string stands anywhere in a value. The depth was limited when it was decoded.
fn mentions(value: &Value, text: &str) -> bool {
    match value {
        Value::String(found) => found == text,
        Value::Array(items) => items.iter().any(|item| mentions(item, text)),
        Value::Object(members) => members.values().any(|member| mentions(member, text)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

fn member(name: &str) -> Place {
    Place::Member(name.to_owned())
}

#[cfg(test)]
mod tests;
