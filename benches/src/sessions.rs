//! SSH sessions, recorded, against OpenSSH that records nothing: the same clients, the same machine at
//! the far end, the same key exchange.

mod client;
pub(crate) mod held;
mod report;

use std::path::Path;

use anyhow::{Context as _, Result};

pub(crate) use self::client::{Client, Who};
use self::client::{Files, Work};
use crate::account::ended_cpu_seconds;
use crate::bulk::in_gigabytes;
use crate::content::Content;
use crate::driver::{self, Direction};
use crate::figures::{Shuffle, micros, percentile};
use crate::hospital::Hospital;
use crate::lane::{Lane, Roles, Spent};
use crate::options::Options;
use crate::ssh::Machines;
use crate::table::Table;

/// One transfer.
struct Moved {
    who: Who,
    work: Work,
    /// CPU seconds per gigabyte.
    gateway: f64,
    in_line: f64,
    relay: f64,
    client: f64,
    megabytes_per_second: f64,
}

/// What one engineer feels.
struct Felt {
    who: Who,
    echo_p50: f64,
    echo_p90: f64,
    opening_p50: f64,
    opening_p90: f64,
    /// CPU of the gateway for one opening, ms.
    opening_gateway: f64,
}

pub(crate) fn measure(
    options: &Options,
    work: &Path,
    (hospital, machines, plain): (&Hospital, &Machines, &Lane),
    shuffle: &mut Shuffle,
    table: &mut Table,
) -> Result<()> {
    eprintln!("ssh");
    let files = Files::make(
        &work.join("files"),
        options.session_bytes,
        options.sftp_bytes,
    )?;
    let mut clients = hospital.clients(machines, files.folder())?;
    clients.extend(Client::reference(machines));
    let (mut moved, mut felt) = (Vec::new(), Vec::new());
    for round in 1..=options.rounds {
        eprintln!("ssh, round {round} of {}", options.rounds);
        for client in shuffle.shuffled(&clients) {
            felt.push(feel(options, client).with_context(|| client.who.to_string())?);
        }
        for (client, work) in shuffle.shuffled(cases(&clients, round)) {
            let sample = transfer(client, work, &files);
            moved.push(sample.with_context(|| client.who.to_string())?);
        }
        for direction in shuffle.shuffled(Direction::BOTH) {
            moved.push(forwarded(plain, direction, options.session_bytes)?);
        }
    }
    report::rows(options, &moved, &felt, table);
    Ok(())
}

/// A file is big: once is enough for it, by the longest way. Of the direct way it is not asked what a
/// transfer costs.
fn cases(clients: &[Client], round: usize) -> Vec<(&Client, Work)> {
    let once = [Work::SftpGet, Work::SftpPut];
    let works: &[Work] = match round {
        1 => &[Work::Get, Work::Put, Work::SftpGet, Work::SftpPut],
        _ => &[Work::Get, Work::Put],
    };
    let compared = clients.iter().filter(|client| client.who != Who::Direct);
    compared
        .flat_map(|client| works.iter().map(move |work| (client, *work)))
        .filter(|(client, work)| !once.contains(work) || client.who != Who::Listening)
        .collect()
}

fn feel(options: &Options, client: &Client) -> Result<Felt> {
    client.roles.settle()?;
    let echoes = client.echoes(options.echoes)?;
    let echoes: Vec<f64> = echoes.into_iter().map(micros).collect();
    client.roles.settle()?;
    let before = client.roles.spent()?;
    let each = options.openings.div_ceil(options.rounds);
    let openings = (0..each).map(|_| client.open().map(|time| micros(time) / 1e3));
    let openings: Vec<f64> = openings.collect::<Result<_>>()?;
    client.roles.settle()?;
    let spent = client.roles.spent()?.gateway - before.gateway;
    Ok(Felt {
        who: client.who,
        echo_p50: percentile(&echoes, 50),
        echo_p90: percentile(&echoes, 90),
        opening_p50: percentile(&openings, 50),
        opening_p90: percentile(&openings, 90),
        opening_gateway: spent * 1e3 / f64::from(u32::try_from(each)?),
    })
}

fn transfer(client: &Client, work: Work, files: &Files) -> Result<Moved> {
    let meter = Meter::start(&client.roles)?;
    let took = client.transfer(work, files)?;
    let gigabytes = in_gigabytes(files.bytes(work));
    let (spent, ended) = meter.stop(&client.roles)?;
    Ok(Moved {
        who: client.who,
        work,
        gateway: spent.gateway / gigabytes,
        in_line: spent.in_line / gigabytes,
        relay: spent.relay / gigabytes,
        client: ended / gigabytes,
        megabytes_per_second: gigabytes * 1e3 / took.as_secs_f64(),
    })
}

/// The reference of the gateway's goal: `-L`, to a service that is no shell.
fn forwarded(lane: &Lane, direction: Direction, count: u64) -> Result<Moved> {
    let bytes = Content::Rows.bytes();
    let meter = Meter::start(&lane.roles)?;
    let took = driver::transfer(&lane.entrance, direction, Content::Rows, &bytes, count)?;
    let (spent, _) = meter.stop(&lane.roles)?;
    let gigabytes = in_gigabytes(count);
    Ok(Moved {
        who: Who::Forward,
        work: match direction {
            Direction::Get => Work::Get,
            Direction::Put => Work::Put,
        },
        gateway: spent.gateway / gigabytes,
        in_line: spent.in_line / gigabytes,
        relay: 0.0,
        client: spent.client / gigabytes,
        megabytes_per_second: gigabytes * 1e3 / took.as_secs_f64(),
    })
}

/// CPU between two moments, what works on in the background included.
struct Meter {
    before: Spent,
    ended: f64,
}

impl Meter {
    fn start(roles: &Roles) -> Result<Self> {
        roles.settle()?;
        Ok(Self {
            before: roles.spent()?,
            ended: ended_cpu_seconds()?,
        })
    }

    /// By role; and of the programs that we ran to their end.
    fn stop(self, roles: &Roles) -> Result<(Spent, f64)> {
        let ended = ended_cpu_seconds()? - self.ended;
        roles.settle()?;
        let after = roles.spent()?;
        let spent = Spent {
            gateway: after.gateway - self.before.gateway,
            in_line: after.in_line - self.before.in_line,
            relay: after.relay - self.before.relay,
            client: after.client - self.before.client,
        };
        Ok((spent, ended))
    }
}
