//! Throughput of one stream from far away: with 50 ms there and back, and where packets are lost.

mod ends;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};

use self::ends::Ends;
use crate::content::Content;
use crate::driver::{self, Direction};
use crate::far_end::FarEnd;
use crate::figures::{Shuffle, median};
use crate::hospital::Hospital;
use crate::lane::Name;
use crate::long_way::{LongWays, Weather};
use crate::options::Options;
use crate::room::Room;
use crate::ssh::Machines;
use crate::stunnel::Stunnel;
use crate::table::{Row, Table};

const WEATHERS: [Weather; 2] = [Weather::Late(Duration::from_millis(25)), Weather::Lossy(1)];

/// Of what ours is compared with.
const REFERENCES: [Name; 2] = [Name::SshDefault, Name::Stunnel];

/// One transfer.
struct Sample {
    weather: Weather,
    direction: Direction,
    name: Name,
    megabytes_per_second: f64,
}

/// What leads to the hospital, and what to the peers.
pub(crate) struct Stage<'a> {
    pub(crate) hospital: &'a mut Hospital,
    pub(crate) machines: &'a Machines,
    pub(crate) stunnel: &'a Stunnel,
    pub(crate) far_end: &'a FarEnd,
}

pub(crate) fn measure(
    options: &Options,
    work: &Path,
    stage: Stage<'_>,
    shuffle: &mut Shuffle,
    table: &mut Table,
) -> Result<()> {
    let ways = LongWays::open()?;
    let ready = Room::open().map(Arc::new).and_then(|room| {
        let ends = Ends::start(work, stage, &room, &ways)?;
        Ok((room, ends))
    });
    let (room, ends) = match ready {
        Ok(ready) => ready,
        Err(why) => {
            let why = format!("{why:#}").replace(['\n', '|'], " ");
            eprintln!("nothing is measured from far away: {why}");
            for (weather, direction, to) in compared() {
                table.push(row(weather, direction, to).not_measured(why.clone()));
            }
            return Ok(());
        }
    };
    let mut samples = Vec::new();
    for round in 1..=options.rounds {
        eprintln!("far away, round {round} of {}", options.rounds);
        for weather in shuffle.shuffled(WEATHERS) {
            let _lasts = ways.weather(&room, weather)?;
            let cases = ends.lanes().iter();
            let cases = cases.flat_map(|lane| Direction::BOTH.map(|way| (lane, way)));
            for (lane, direction) in shuffle.shuffled(cases) {
                let bytes = Content::Rows.bytes();
                let count = options.far_bytes;
                let entrance = &lane.entrance;
                let took = driver::transfer(entrance, direction, Content::Rows, &bytes, count)
                    .with_context(|| format!("{}, {weather}", lane.name))?;
                samples.push(Sample {
                    weather,
                    direction,
                    name: lane.name,
                    megabytes_per_second: crate::bulk::in_gigabytes(count) * 1e3
                        / took.as_secs_f64(),
                });
            }
        }
    }
    let of = |weather, direction, name| {
        let wanted = |sample: &&Sample| {
            (sample.weather, sample.direction, sample.name) == (weather, direction, name)
        };
        let samples = samples.iter().filter(wanted);
        median(samples.map(|sample| sample.megabytes_per_second))
    };
    for (weather, direction, to) in compared() {
        table.push(
            row(weather, direction, to)
                .ours(of(weather, direction, Name::Recorded))
                .reference(of(weather, direction, to)),
        );
    }
    Ok(())
}

fn compared() -> impl Iterator<Item = (Weather, Direction, Name)> {
    WEATHERS.into_iter().flat_map(|weather| {
        let ways = Direction::BOTH.into_iter();
        ways.flat_map(move |way| REFERENCES.map(|to| (weather, way, to)))
    })
}

fn row(weather: Weather, direction: Direction, to: Name) -> Row {
    let (way, ours) = (direction.name(), Name::Recorded);
    Row::new(format!("{way}, {weather}, MB/s: {ours}, to {to}"))
}
