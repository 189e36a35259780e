//! Opening a stream with a program that has just been started: nothing is resumed, nothing is held open.

use std::io::{Read as _, Write as _};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use crate::content::Content;
use crate::far_end::{Task, request};
use crate::figures::{Shuffle, median, micros, percentile};
use crate::hospital::Hospital;
use crate::lane::{Name, Roles};
use crate::options::Options;
use crate::table::{Goal, Row, Table};

/// A way in, by a program on whose input and output the stream is.
pub(crate) struct Way {
    pub(crate) name: Name,
    pub(crate) roles: Roles,
    pub(crate) program: Box<dyn Fn() -> Command>,
}

struct Sample {
    name: Name,
    p50: f64,
    /// CPU of the gateway for one opening, ms.
    gateway: f64,
}

pub(crate) fn measure(
    options: &Options,
    hospital: &Hospital,
    ssh: Way,
    shuffle: &mut Shuffle,
    table: &mut Table,
) -> Result<()> {
    let ways = [hospital.cold(), ssh];
    let mut samples = Vec::new();
    for round in 1..=options.rounds {
        eprintln!("cold openings, round {round} of {}", options.rounds);
        for way in shuffle.shuffled(&ways) {
            way.roles.settle()?;
            let before = way.roles.spent()?;
            let count = options.openings.div_ceil(2);
            let openings = (0..count).map(|_| opened(&mut (way.program)()));
            let openings: Vec<Duration> = openings
                .collect::<Result<_>>()
                .with_context(|| way.name.to_string())?;
            way.roles.settle()?;
            let spent = way.roles.spent()?.gateway - before.gateway;
            let times: Vec<f64> = openings
                .into_iter()
                .map(|time| micros(time) / 1e3)
                .collect();
            samples.push(Sample {
                name: way.name,
                p50: percentile(&times, 50),
                gateway: spent * 1e3 / f64::from(u32::try_from(count)?),
            });
        }
    }
    let of = |name, figure: fn(&Sample) -> f64| {
        let wanted = samples.iter().filter(|sample| sample.name == name);
        median(wanted.map(figure))
    };
    let (ours, to) = (Name::Recorded, Name::SshDefault);
    let p50: fn(&Sample) -> f64 = |sample| sample.p50;
    table.push(
        Row::new(format!(
            "opening, cold, a program's start to the first byte, p50, ms: {ours}, to {to} (ssh -W)"
        ))
        .ours(of(ours, p50))
        .reference(of(to, p50)),
    );
    let spent: fn(&Sample) -> f64 = |sample| sample.gateway;
    table.push(
        Row::new(format!(
            "opening, cold, gateway CPU, ms: {ours}, to {to} (ssh -W)"
        ))
        .ours(of(ours, spent))
        .reference(of(to, spent))
        .goal(Goal::Most(15.0)),
    );
    Ok(())
}

/// From the program's start until the far end's first octet is here.
fn opened(command: &mut Command) -> Result<Duration> {
    let started = Instant::now();
    let pipes = command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut program = pipes.stderr(Stdio::null()).spawn()?;
    let (mut to, mut from) = program
        .stdin
        .take()
        .zip(program.stdout.take())
        .context("pipes")?;
    to.write_all(&request(Task::Hello, Content::Rows, 0))?;
    let heard = from.read_exact(&mut [0]);
    let took = started.elapsed();
    drop(to);
    if let Err(cause) = heard {
        let _gone = program.kill();
        bail!("{command:?} brought no byte: {cause}, {}", program.wait()?);
    }
    // How it ends when its input has is its own affair.
    let _status = program.wait()?;
    Ok(took)
}
