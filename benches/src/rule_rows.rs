//! The rules that watch: how many entries a second they look at.

use std::time::Instant;

use access::{Entry, Site};
use anyhow::{Result, anyhow};
use watch::Watch;

use crate::table::{Goal, Row, Table};

/// Looks at every entry, with the state at its end: folding has a row of its own, and what the rules ask of the state is looked up in the
/// largest one there is.
pub(crate) fn measure(state: &Site, entries: &[Entry], table: &mut Table) -> Result<()> {
    let mut watch = Watch::new();
    let mut seen = 0;
    let started = Instant::now();
    for (number, entry) in (0..).zip(entries) {
        seen += watch.heard(state, number, entry).len();
    }
    let took = started.elapsed().as_secs_f64();
    if seen > 0 {
        return Err(anyhow!("ordinary visits gave {seen} sightings"));
    }
    let count = f64::from(u32::try_from(entries.len())?);
    table.push(
        Row::new("rules: entries looked at, 1/s")
            .ours(count / took)
            .goal(Goal::Least(1e6)),
    );
    Ok(())
}
