//! The snapshot of everything that is folded from the ledger: read at the start, written behind the work
//! and at the stop.
//!
//! Two folds are kept: the [`Site`], and the [`Index`] beside it. Read back, they equal the fold of the
//! same entries; the build that is named in the signed head covers every source that says how.
//!
//! What is checked before the first admission, and what behind it: decision 0018.

use std::collections::BTreeMap;

use access::Site;
use ids::{Digest, PersonId, SessionId, VisitId};
use ledger::{Tree, Verifier, snapshot::Snapshot as Head};
use recording::Ending;
use store::{NoSnapshot, SegmentSealed, Snapshot, Store};

use crate::open_site::{Index, Part};
use crate::{Durable, Inner, OpenSiteError, SiteConfig};

/// The build: version and a hash of the sources that say how an entry is read and folded.
const BUILD: &str = env!("SEKISHO_FOLD");

const SITE: &str = "site";
const INDEX: &str = "index";

/// What a snapshot gives.
struct Found {
    tree: Tree,
    durable: Durable,
    root: Digest,
}

/// Opens the store, and what is folded of its ledger already: from the snapshot if there is one to go
/// by, otherwise nothing.
pub(crate) fn open(config: &SiteConfig, key: &Verifier) -> Result<(Store, Durable), OpenSiteError> {
    let nothing = || Durable {
        site: Site::empty(config.site.clone()),
        size: 0,
        index: Index::default(),
    };
    let found = match read(config, key) {
        Ok(found) => found,
        Err(NoSnapshot::Absent) => return Ok((Store::open(&config.dir, key)?, nothing())),
        Err(cause) => {
            tracing::info!(%cause, "the snapshot is left aside: the whole ledger is read");
            return Ok((Store::open(&config.dir, key)?, nothing()));
        }
    };
    let store = Store::open_after(&config.dir, key, found.tree)?;
    // Whichever way the store was opened, its tree is the one that the site signed.
    let continues = store.root_at(found.durable.size) == Ok(found.root);
    if continues {
        return Ok((store, found.durable));
    }
    let (size, root) = (found.durable.size, found.root);
    let cause = NoSnapshot::OtherLedger { size, root };
    tracing::warn!(%cause, "the snapshot is left aside: the whole ledger is read");
    Ok((store, nothing()))
}

fn read(config: &SiteConfig, key: &Verifier) -> Result<Found, NoSnapshot> {
    let snapshot = Snapshot::read(&config.dir, &config.site, BUILD, key)?;
    // Two of the three parts weigh: each on a core of its own.
    let (site, tree, index) = std::thread::scope(|scope| {
        let site = scope.spawn(|| site(&snapshot, config));
        let (tree, index) = (snapshot.tree(), index(&snapshot));
        let torn = |_| Err(NoSnapshot::Torn("the state cannot be read"));
        (site.join().unwrap_or_else(torn), tree, index)
    });
    let (size, root) = (snapshot.size(), snapshot.root());
    let durable = Durable {
        site: site?,
        size,
        index: index?,
    };
    let tree = tree?;
    Ok(Found {
        tree,
        durable,
        root,
    })
}

fn site(snapshot: &Snapshot, config: &SiteConfig) -> Result<Site, NoSnapshot> {
    let site: Option<Site> = serde_json::from_slice(snapshot.part(SITE)?).ok();
    site.filter(|site| *site.id() == config.site && site.entries() == snapshot.size())
        .ok_or(NoSnapshot::Torn("the state is not one of this release"))
}

fn index(snapshot: &Snapshot) -> Result<Index, NoSnapshot> {
    let kept: Option<Kept> = serde_json::from_slice(snapshot.part(INDEX)?).ok();
    kept.map(unpacked)
        .ok_or(NoSnapshot::Torn("the index is not one of this release"))
}

/// The index as it is written: a million numbers, each without a name.
type Kept = (
    Vec<(VisitId, Vec<u64>, Vec<u64>)>,
    Vec<(u64, Digest)>,
    Vec<(SessionId, Vec<KeptSegment>)>,
    Vec<String>,
    Vec<String>,
    Vec<PersonId>,
);

/// Number, SHA-256, frames, head, whether it is the last.
type KeptSegment = (u32, Digest, u64, Digest, bool);

fn packed(index: &Index) -> Kept {
    let numbers = |parts: &[Part], looked: bool| {
        let of = parts.iter().filter(|part| part.looked == looked);
        of.map(|part| part.index).collect()
    };
    let parts = index
        .parts
        .iter()
        .map(|(visit, parts)| (visit.clone(), numbers(parts, false), numbers(parts, true)));
    let segment = |sealed: &SegmentSealed| {
        let last = sealed.ending == Ending::Ended;
        (
            sealed.number,
            sealed.sha256,
            sealed.frames,
            sealed.head,
            last,
        )
    };
    let segments = index.segments.iter().map(|(session, sealed)| {
        let sealed = sealed.iter().map(segment).collect();
        (session.clone(), sealed)
    });
    (
        parts.collect(),
        index.seals.clone(),
        segments.collect(),
        index.resumptions.clone(),
        index.relay_keys.clone(),
        index.erased.clone(),
    )
}

fn unpacked((parts, seals, segments, resumptions, relay_keys, erased): Kept) -> Index {
    let visit = |(visit, told, looked): (VisitId, Vec<u64>, Vec<u64>)| {
        let part = |looked| move |index| Part { index, looked };
        let told = told.into_iter().map(part(false));
        let mut parts: Vec<Part> = told.chain(looked.into_iter().map(part(true))).collect();
        parts.sort_by_key(|part| part.index);
        (visit, parts)
    };
    let sealed = |(session, sealed): (SessionId, Vec<KeptSegment>)| {
        let each = sealed.into_iter();
        let sealed = each.map(|segment| segment_of(&session, segment)).collect();
        (session, sealed)
    };
    Index {
        parts: parts.into_iter().map(visit).collect(),
        seals,
        segments: segments.into_iter().map(sealed).collect::<BTreeMap<_, _>>(),
        resumptions,
        relay_keys,
        erased,
    }
}

fn segment_of(session: &SessionId, segment: KeptSegment) -> SegmentSealed {
    let (number, sha256, frames, head, last) = segment;
    SegmentSealed {
        session: session.clone(),
        number,
        sha256,
        bytes: 0,
        first: 0,
        frames,
        head,
        ending: if last { Ending::Ended } else { Ending::Open },
    }
}

impl Inner {
    /// Writes what is folded now, and says of how many entries it is the fold.
    pub(crate) fn write_snapshot(&self) -> std::io::Result<u64> {
        let (size, site, index) = {
            // Copied, because nothing is admitted while it is held.
            let durable = crate::held::read(&self.durable);
            (durable.size, durable.site.clone(), durable.index.clone())
        };
        let site = serde_json::to_vec(&site)?;
        let index = serde_json::to_vec(&packed(&index))?;
        let sign = |head: &Head| {
            ledger::snapshot::sign(head, &self.signer)
                .map(|note| note.to_string())
                .unwrap_or_default()
        };
        let parts: [(&str, &[u8]); 2] = [(INDEX, &index), (SITE, &site)];
        self.store.write_snapshot(size, BUILD, &parts, sign)?;
        Ok(size)
    }
}

#[cfg(test)]
mod tests;
