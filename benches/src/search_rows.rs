//! Searching a ledger: what a question costs, and what reading it for that costs.

use std::time::Instant;

use access::search::{Lines, Wanted, Word};
use access::{Sight, Site};
use anyhow::Result;

use crate::figures::micros;
use crate::table::{Goal, Row, Table};

/// What a question over the whole ledger costs: the longest of the newest hundred entries of everything,
/// of those with a word that stands in a vendor's name, and of those with a word that stands nowhere, for
/// which every entry is looked at. Each is asked by somebody who sees the whole site.
pub(crate) fn measure(state: &Site, entries: &[Vec<u8>], table: &mut Table) -> Result<()> {
    let started = Instant::now();
    let mut lines = Lines::default();
    for entry in entries {
        lines.learn(entry)?;
    }
    let read = started.elapsed().as_secs_f64();
    let name = state
        .vendors()
        .next()
        .map(|vendor| vendor.name.to_lowercase());
    let words = [None, name, Some("nowhere".to_owned())];
    let mut longest = 0.0_f64;
    for text in words {
        let word = text.map(|text| Word {
            text,
            ..Word::default()
        });
        let wanted = Wanted {
            words: Vec::from_iter(word),
            most: 100,
            ..Wanted::default()
        };
        for _ in 0..20 {
            let started = Instant::now();
            let found = lines.find(state, &Sight::Everything, &wanted);
            longest = longest.max(micros(started.elapsed()) / 1e3);
            std::hint::black_box(found);
        }
    }
    let count = f64::from(u32::try_from(entries.len())?);
    table.push(Row::new("search: read the ledger, s for 1 M entries").ours(read / count * 1e6));
    table.push(
        Row::new("search: the longest of 60 questions, ms for 1 M entries")
            .ours(longest / count * 1e6)
            .goal(Goal::Most(200.0)),
    );
    Ok(())
}
