//! What was asked on the command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use ids::Digest;

pub(crate) const HELP: &str = "\
bench [OPTIONS]

  --quick       small sizes, one round: does it run at all
  --full        large sizes, more rounds; a quarter of an hour
  --only WHAT   of bulk,latency,ssh,held,relay,ledger these only, separated by commas

Prints a table, and writes target/bench/latest.json.
Exit code: 0 if it was measured (met or missed), 1 if it failed, 2 if something was missing or asked wrongly.";

/// What the process is for.
#[derive(Debug)]
pub(crate) enum Asked {
    Bench(Options),
    /// To be the target's service, for a bench that started us.
    FarEnd,
    /// To be the site of this folder that is reached through the relay with this pin.
    RelayedSite(PathBuf, SocketAddr, Digest),
    Help,
}

/// Sizes and rounds.
#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) bulk: bool,
    pub(crate) latency: bool,
    pub(crate) ssh: bool,
    /// Idle SSH sessions, many at once.
    pub(crate) held: bool,
    pub(crate) relay: bool,
    pub(crate) ledger: bool,
    /// Of everything that moves bytes.
    pub(crate) rounds: usize,
    /// Of one transfer.
    pub(crate) bytes: u64,
    /// In one round, on one stream, 1 ms apart.
    pub(crate) echoes: usize,
    /// Streams opened in one round on one path.
    pub(crate) openings: usize,
    /// Idle sessions that a relay holds when its memory is looked at, rising.
    pub(crate) idle: &'static [usize],
    /// Of one transfer inside an SSH session: slower than a bare stream, and no less exact for it.
    pub(crate) session_bytes: u64,
    /// Of the file that goes by SFTP, each way once.
    pub(crate) sftp_bytes: u64,
    /// Idle SSH sessions at which the gateway's memory is looked at, rising; a grant allows a thousand.
    pub(crate) sessions: &'static [usize],
    /// Of the ledger.
    pub(crate) entries: usize,
    /// Single appends, each with an fdatasync beside it.
    pub(crate) singles: usize,
}

const COMMON: Options = Options {
    bulk: true,
    latency: true,
    ssh: true,
    held: true,
    relay: true,
    ledger: true,
    rounds: 2,
    bytes: 256_000_000,
    echoes: 500,
    openings: 24,
    idle: &[200, 1_000],
    session_bytes: 128_000_000,
    sftp_bytes: 1_000_000_000,
    sessions: &[200],
    entries: 200_000,
    singles: 300,
};

pub(crate) fn read(mut arguments: impl Iterator<Item = String>) -> Result<Asked, String> {
    let mut options = COMMON;
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--quick" => {
                options.rounds = 1;
                options.bytes = 32_000_000;
                options.echoes = 100;
                options.openings = 6;
                options.idle = &[50];
                options.session_bytes = 32_000_000;
                options.sftp_bytes = 100_000_000;
                options.sessions = &[20];
                options.entries = 20_000;
                options.singles = 50;
            }
            "--full" => {
                options.rounds = 5;
                options.bytes = 1_000_000_000;
                options.echoes = 2_000;
                options.idle = &[200, 1_000, 10_000];
                options.session_bytes = 1_000_000_000;
                options.sessions = &[200, 1_000];
                options.entries = 1_000_000;
                options.singles = 1_000;
            }
            "--only" => only(&mut options, &arguments.next().unwrap_or_default())?,
            "--far-end" => return Ok(Asked::FarEnd),
            "--relayed-site" => {
                let relay = relayed_site(&mut arguments);
                return relay.ok_or_else(|| "--relayed-site FOLDER ADDRESS PIN".to_owned());
            }
            "--help" | "-h" => return Ok(Asked::Help),
            other => return Err(format!("{other:?} is not an option")),
        }
    }
    Ok(Asked::Bench(options))
}

fn relayed_site(arguments: &mut impl Iterator<Item = String>) -> Option<Asked> {
    let folder = arguments.next()?.into();
    let relay = arguments.next()?.parse().ok()?;
    let pin = arguments.next()?.parse().ok()?;
    Some(Asked::RelayedSite(folder, relay, pin))
}

fn only(options: &mut Options, list: &str) -> Result<(), String> {
    (options.bulk, options.latency) = (false, false);
    (options.ssh, options.held) = (false, false);
    (options.relay, options.ledger) = (false, false);
    for word in list.split(',') {
        match word {
            "bulk" => options.bulk = true,
            "latency" => options.latency = true,
            "ssh" => options.ssh = true,
            "held" => options.held = true,
            "relay" => options.relay = true,
            "ledger" => options.ledger = true,
            other => {
                return Err(format!(
                    "{other:?} is none of bulk, latency, ssh, held, relay, ledger"
                ));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::panic,
        reason = "a test says so by failing"
    )]

    use super::{Asked, Options, read};

    fn bench(arguments: &[&str]) -> Options {
        let asked = read(arguments.iter().map(ToString::to_string)).unwrap();
        let Asked::Bench(options) = asked else {
            panic!("{asked:?}");
        };
        options
    }

    #[test]
    fn everything_is_measured_unless_a_part_is_named() {
        let all = bench(&["--quick"]);
        assert!(all.bulk && all.latency && all.ssh && all.held && all.relay && all.ledger);
        let one = bench(&["--only", "ledger"]);
        assert!(one.ledger && !one.bulk && !one.latency && !one.ssh && !one.held && !one.relay);
    }

    #[test]
    fn a_word_that_is_not_known_is_not_passed_over() {
        for wrong in [&["--fast"][..], &["--only", "disk"], &["--only"]] {
            assert!(
                read(wrong.iter().map(ToString::to_string)).is_err(),
                "{wrong:?}"
            );
        }
    }
}
