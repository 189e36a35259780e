//! What a gigabyte costs, by role.

use std::fmt::Write as _;

use anyhow::{Context as _, Result};

use crate::account::{cpu_seconds, own_cpu_seconds};
use crate::content::Content;
use crate::driver::{self, Direction};
use crate::far_end::FarEnd;
use crate::figures::{Shuffle, median};
use crate::lane::{Absent, Lane, Name};
use crate::options::Options;
use crate::table::{Goal, Row, Table, shown};

/// One transfer to be measured in every round.
#[derive(Clone, Copy)]
struct Case<'a> {
    lane: &'a Lane,
    direction: Direction,
    content: Content,
}

/// CPU seconds per gigabyte (10⁹ octets) by role.
struct Sample {
    lane: Name,
    direction: Direction,
    content: Content,
    gateway: f64,
    in_line: f64,
    relay: f64,
    client: f64,
    /// The service at the target.
    target: f64,
    /// The engineer's program: the load itself.
    driver: f64,
    megabytes_per_second: f64,
}

impl Sample {
    fn all(&self) -> f64 {
        self.gateway + self.relay + self.client + self.target + self.driver
    }
}

pub(crate) fn measure(
    options: &Options,
    (lanes, absent, far_end): (&[Lane], &[Absent], &FarEnd),
    shuffle: &mut Shuffle,
    table: &mut Table,
) -> Result<()> {
    let (rows_of_text, noise) = (Content::Rows.bytes(), Content::Noise.bytes());
    let cases = cases(lanes);
    let mut samples = Vec::new();
    for round in 1..=options.rounds {
        eprintln!("bulk, round {round} of {}", options.rounds);
        for case in shuffle.shuffled(cases.iter().copied()) {
            let bytes = match case.content {
                Content::Rows => &rows_of_text,
                Content::Noise => &noise,
            };
            let sample = one(case, bytes, options.bytes, far_end)
                .with_context(|| format!("{}, {}", case.lane.name, case.direction.name()))?;
            samples.push(sample);
        }
    }
    let medians = Medians(&samples);
    rows(&medians, absent, table);
    details(&cases, &medians, table);
    Ok(())
}

/// Only a recording looks at what passes: with the others, noise would cost the same.
fn cases(lanes: &[Lane]) -> Vec<Case<'_>> {
    let mut cases = Vec::new();
    for lane in lanes.iter().filter(|lane| lane.name != Name::Direct) {
        let contents: &[Content] = match lane.name {
            Name::Recorded => &[Content::Rows, Content::Noise],
            Name::MetadataOnly
            | Name::SshDefault
            | Name::SshGcm
            | Name::Stunnel
            | Name::RelayedRecorded
            | Name::RelayedMetadataOnly
            | Name::SshJump
            | Name::Ocserv
            | Name::WireGuard
            | Name::Direct => &[Content::Rows],
        };
        for content in contents.iter().copied() {
            cases.extend(Direction::BOTH.map(|direction| Case {
                lane,
                direction,
                content,
            }));
        }
    }
    cases
}

fn one(case: Case<'_>, bytes: &[u8], count: u64, far_end: &FarEnd) -> Result<Sample> {
    let (lane, direction, content) = (case.lane, case.direction, case.content);
    lane.settle()?;
    let (before, target, driver) = (
        lane.spent()?,
        cpu_seconds(&[far_end.pid()])?,
        own_cpu_seconds()?,
    );
    let took = driver::transfer(&lane.entrance, direction, content, bytes, count)?;
    // Before settling: waiting is not the load.
    let driver = own_cpu_seconds()? - driver;
    lane.settle()?;
    let spent = lane.spent()?;
    let target = cpu_seconds(&[far_end.pid()])? - target;
    let gigabytes = in_gigabytes(count);
    Ok(Sample {
        lane: lane.name,
        direction,
        content,
        gateway: (spent.gateway - before.gateway) / gigabytes,
        in_line: (spent.in_line - before.in_line) / gigabytes,
        relay: (spent.relay - before.relay) / gigabytes,
        client: (spent.client - before.client) / gigabytes,
        target: target / gigabytes,
        driver: driver / gigabytes,
        megabytes_per_second: gigabytes * 1e3 / took.as_secs_f64(),
    })
}

struct Medians<'a>(&'a [Sample]);

/// A path, a direction and a content, of which a figure is wanted.
type Key = (Name, Direction, Content);

impl Medians<'_> {
    fn of(&self, (lane, direction, content): Key, figure: impl Fn(&Sample) -> f64) -> f64 {
        let wanted = |sample: &&Sample| {
            (sample.lane, sample.direction, sample.content) == (lane, direction, content)
        };
        median(self.0.iter().filter(wanted).map(figure))
    }
}

fn rows(medians: &Medians<'_>, absent: &[Absent], table: &mut Table) {
    for direction in Direction::BOTH {
        let row = |what: &str, ours: Name, content, to: Name, figure: fn(&Sample) -> f64| {
            let of = match (ours, content) {
                (Name::Recorded | Name::RelayedRecorded, Content::Rows) => " (rows of text)",
                (Name::Recorded, Content::Noise) => " (noise)",
                _ => "",
            };
            Row::new(format!("{}, {what}: {ours}{of}, to {to}", direction.name()))
                .ours(medians.of((ours, direction, content), figure))
                .reference(medians.of((to, direction, Content::Rows), figure))
        };
        let gateway: fn(&Sample) -> f64 = |sample| sample.gateway;
        let (what, rows) = ("gateway CPU-s/GB", Content::Rows);
        let unrecorded = row(what, Name::MetadataOnly, rows, Name::Stunnel, gateway);
        table.push(unrecorded.goal(Goal::Times(0.6)));
        for content in [Content::Rows, Content::Noise] {
            let recorded = row(what, Name::Recorded, content, Name::SshDefault, gateway);
            table.push(recorded.goal(Goal::Times(0.8)));
        }
        let what = "all roles CPU-s/GB";
        let whole = row(what, Name::MetadataOnly, rows, Name::SshGcm, Sample::all);
        table.push(whole.goal(Goal::Times(0.7)));
        for to in [Name::SshDefault, Name::SshGcm, Name::Stunnel] {
            table.push(row(what, Name::Recorded, rows, to, Sample::all));
        }
        for to in [Name::Ocserv, Name::WireGuard] {
            let compared = row(what, Name::Recorded, rows, to, Sample::all);
            let why = absent.iter().find(|absent| absent.name == to);
            table.push(match why {
                Some(absent) => compared.not_measured(&absent.why),
                None => compared,
            });
        }
        for ours in [Name::RelayedMetadataOnly, Name::RelayedRecorded] {
            let relayed = row(what, ours, rows, Name::SshJump, Sample::all);
            table.push(relayed.goal(Goal::Times(0.5)));
        }
        let (what, client): (_, fn(&Sample) -> f64) = ("client CPU-s/GB", |sample| sample.client);
        table.push(row(what, Name::MetadataOnly, rows, Name::Stunnel, client));
        table.push(row(
            what,
            Name::MetadataOnly,
            rows,
            Name::SshDefault,
            client,
        ));
        let (what, rate): (_, fn(&Sample) -> f64) = ("MB/s", |sample| sample.megabytes_per_second);
        table.push(row(what, Name::MetadataOnly, rows, Name::Stunnel, rate));
        table.push(row(what, Name::Recorded, rows, Name::SshDefault, rate));
        for ours in [Name::RelayedMetadataOnly, Name::RelayedRecorded] {
            table.push(row(what, ours, rows, Name::SshJump, rate));
        }
    }
}

fn details(cases: &[Case<'_>], medians: &Medians<'_>, table: &mut Table) {
    let mut text =
        "| path | way | content | MB/s | gateway CPU-s/GB | of it in line | relay | client | target | driver | all |\n\
                    |---|---|---|---|---|---|---|---|---|---|---|\n"
            .to_owned();
    for case in cases {
        let key = (case.lane.name, case.direction, case.content);
        let figures: [fn(&Sample) -> f64; 8] = [
            |sample| sample.megabytes_per_second,
            |sample| sample.gateway,
            |sample| sample.in_line,
            |sample| sample.relay,
            |sample| sample.client,
            |sample| sample.target,
            |sample| sample.driver,
            Sample::all,
        ];
        let shown = figures.map(|figure| shown(medians.of(key, figure)));
        let content = match case.content {
            Content::Rows => "rows of text",
            Content::Noise => "noise",
        };
        // Writing to a String does not fail.
        let _ = writeln!(
            text,
            "| {} | {} | {content} | {} |",
            case.lane.name,
            case.direction.name(),
            shown.join(" | ")
        );
    }
    text.push_str(
        "\nThe gateway's figure contains what it did beside and after the transfer: packing, sealing, \
         entering. Rows of text shrink to a third under zstd level 1; noise does not shrink. \
         Of `ssh -J`, the jump host stands as the relay and the sshd behind it as the gateway.",
    );
    table.detail(text);
}

#[expect(
    clippy::cast_precision_loss,
    reason = "sizes of a bench fit the mantissa"
)]
pub(crate) fn in_gigabytes(octets: u64) -> f64 {
    octets as f64 / 1e9
}
