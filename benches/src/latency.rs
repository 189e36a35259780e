//! What one engineer feels: opening a stream, and one key pressed.

use std::fmt::Write as _;
use std::time::Duration;

use anyhow::{Context as _, Result};

use crate::driver;
use crate::figures::{Shuffle, median, micros, percentile};
use crate::lane::{Absent, Lane, Name};
use crate::options::Options;
use crate::table::{Goal, Row, Table, shown};

/// Between two openings: nobody opens the next one in the same instant.
const BETWEEN: Duration = Duration::from_millis(10);

/// Streams held at the same time: a grant of Sekisho's has a limit to that.
const AT_ONCE: usize = 6;

/// Of one round on one path.
struct Sample {
    lane: Name,
    echo_p50: f64,
    echo_p90: f64,
    opening_p50: f64,
    opening_p90: f64,
    /// CPU of the gateway for one opening, ms.
    opening_gateway: f64,
}

pub(crate) fn measure(
    options: &Options,
    lanes: &[Lane],
    absent: &[Absent],
    shuffle: &mut Shuffle,
    table: &mut Table,
) -> Result<()> {
    let mut samples = Vec::new();
    for round in 1..=options.rounds {
        eprintln!("latency, round {round} of {}", options.rounds);
        for lane in shuffle.shuffled(lanes) {
            let sample = one(options, lane).with_context(|| lane.name.to_string())?;
            samples.push(sample);
        }
    }
    rows(&Medians(&samples), absent, table);
    details(lanes, &Medians(&samples), table);
    Ok(())
}

fn one(options: &Options, lane: &Lane) -> Result<Sample> {
    lane.settle()?;
    let times = driver::echoes(&lane.entrance, options.echoes)?;
    let echoes: Vec<f64> = times.into_iter().map(micros).collect();
    lane.settle()?;
    let (mut openings, mut spent) = (Vec::new(), 0.0);
    while openings.len() < options.openings {
        let before = lane.spent()?;
        // Held until all are open, so that what follows a close is in nobody's sample.
        let mut held = Vec::new();
        for _ in 0..AT_ONCE {
            std::thread::sleep(BETWEEN);
            let (time, stream) = driver::first_byte(&lane.entrance)?;
            openings.push(micros(time));
            held.push(stream);
        }
        spent += lane.spent()?.gateway - before.gateway;
        drop(held);
        lane.settle()?;
    }
    Ok(Sample {
        lane: lane.name,
        echo_p50: percentile(&echoes, 50),
        echo_p90: percentile(&echoes, 90),
        opening_p50: percentile(&openings, 50),
        opening_p90: percentile(&openings, 90),
        opening_gateway: spent * 1e3 / f64::from(u32::try_from(openings.len())?),
    })
}

struct Medians<'a>(&'a [Sample]);

impl Medians<'_> {
    fn of(&self, lane: Name, figure: impl Fn(&Sample) -> f64) -> f64 {
        let samples = self.0.iter().filter(|sample| sample.lane == lane);
        median(samples.map(figure))
    }

    fn row(&self, what: &str, ours: Name, to: Name, figure: impl Fn(&Sample) -> f64) -> Row {
        Row::new(format!("{what}: {ours}, to {to}"))
            .ours(self.of(ours, &figure))
            .reference(self.of(to, &figure))
    }
}

fn rows(medians: &Medians<'_>, absent: &[Absent], table: &mut Table) {
    let (ssh, jump) = (Name::SshDefault, Name::SshJump);
    let compared = [
        (Name::Recorded, ssh),
        (Name::MetadataOnly, ssh),
        (Name::RelayedRecorded, jump),
        (Name::RelayedMetadataOnly, jump),
    ];
    for (ours, ssh) in compared {
        let echo = medians.row("64-byte echo p50, µs", ours, ssh, |sample| sample.echo_p50);
        table.push(echo.goal(Goal::Times(1.0)));
        table.push(medians.row("64-byte echo p90, µs", ours, ssh, |sample| sample.echo_p90));
    }
    for ours in [Name::Recorded, Name::MetadataOnly] {
        let opening = |to| {
            let what = "opening, to the first byte, p50, µs";
            medians.row(what, ours, to, |sample| sample.opening_p50)
        };
        // The goal speaks of a resumed TLS 1.3 handshake and the target's own connect: a stunnel does
        // just that, and is one local accept more.
        table.push(opening(Name::Stunnel).goal(Goal::Times(1.5)));
        table.push(opening(Name::SshDefault));
    }
    for to in [Name::Ocserv, Name::WireGuard] {
        let what = "64-byte echo p50, µs";
        let echo = medians.row(what, Name::Recorded, to, |sample| sample.echo_p50);
        let why = absent.iter().find(|absent| absent.name == to);
        table.push(match why {
            Some(absent) => echo.not_measured(&absent.why),
            None => echo,
        });
    }
    for ours in [Name::Recorded, Name::RelayedRecorded] {
        let spent = medians.of(ours, |sample| sample.opening_gateway);
        let row = Row::new(format!("opening, warm, gateway CPU, ms: {ours}"));
        table.push(row.ours(spent).goal(Goal::Most(15.0)));
    }
    let what = "opening, to the first byte, p50, µs";
    let relayed = Name::RelayedRecorded;
    table.push(medians.row(what, relayed, jump, |sample| sample.opening_p50));
}

fn details(lanes: &[Lane], medians: &Medians<'_>, table: &mut Table) {
    let mut text = "| path | echo p50 µs | echo p90 µs | opening p50 µs | opening p90 µs | opening, gateway CPU ms |\n\
                    |---|---|---|---|---|---|\n"
        .to_owned();
    for lane in lanes {
        let figures: [fn(&Sample) -> f64; 5] = [
            |sample| sample.echo_p50,
            |sample| sample.echo_p90,
            |sample| sample.opening_p50,
            |sample| sample.opening_p90,
            |sample| sample.opening_gateway,
        ];
        let shown = figures.map(|figure| shown(medians.of(lane.name, figure)));
        // Writing to a String does not fail.
        let _ = writeln!(text, "| {} | {} |", lane.name, shown.join(" | "));
    }
    table.detail(text);
}
