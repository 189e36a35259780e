//! What was asked on the command line.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use ids::Digest;

pub(crate) const HELP: &str = "\
bench [OPTIONS]

  --quick       small sizes, one round: does it run at all
  --full        large sizes, more rounds; a quarter of an hour
  --only WHAT   of bulk,latency,far,ssh,held,tcp,relay,gateways,ledger,pages,
                databases,web,desktops these only, separated by commas

Prints a table, and writes target/bench/latest.json and latest.md.
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
    /// Idle TCP sessions, many at once.
    pub(crate) tcp: bool,
    /// One stream over a long way, and over a bad one.
    pub(crate) far: bool,
    pub(crate) relay: bool,
    /// Many gateways on one relay.
    pub(crate) gateways_too: bool,
    pub(crate) ledger: bool,
    /// The console's pages over many visits.
    pub(crate) pages: bool,
    /// Statements through a visit, beside a proxy of databases.
    pub(crate) databases: bool,
    /// Requests to a web console through a visit, beside a plain proxy.
    pub(crate) web: bool,
    /// A desktop over VNC through a visit.
    pub(crate) desktops: bool,
    /// How long statements, requests and pictures are counted, once for each way and number of clients in a round.
    pub(crate) statements_for: Duration,
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
    /// Idle TCP sessions at which the gateway's memory is looked at, rising.
    pub(crate) tcp_sessions: &'static [usize],
    /// Of one transfer over a long way.
    pub(crate) far_bytes: u64,
    /// Gateways that are registered on one relay, for each look at it.
    pub(crate) gateways: &'static [usize],
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
    tcp: true,
    far: true,
    relay: true,
    gateways_too: true,
    ledger: true,
    pages: true,
    databases: true,
    web: true,
    desktops: true,
    statements_for: Duration::from_secs(3),
    rounds: 2,
    bytes: 256_000_000,
    echoes: 500,
    openings: 24,
    idle: &[200, 1_000],
    session_bytes: 128_000_000,
    sftp_bytes: 1_000_000_000,
    sessions: &[200],
    tcp_sessions: &[1_000],
    far_bytes: 64_000_000,
    gateways: &[1_000],
    entries: 200_000,
    singles: 300,
};

impl Options {
    /// Whether anything is measured for which the peers and a hospital stand.
    pub(crate) fn paths(&self) -> bool {
        let rows = [
            self.bulk,
            self.latency,
            self.far,
            self.ssh,
            self.held,
            self.tcp,
        ];
        rows.contains(&true)
    }
}

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
                options.tcp_sessions = &[50];
                options.far_bytes = 4_000_000;
                options.gateways = &[50];
                options.entries = 20_000;
                options.singles = 50;
                options.statements_for = Duration::from_secs(1);
            }
            "--full" => {
                options.rounds = 5;
                options.bytes = 1_000_000_000;
                options.echoes = 2_000;
                options.idle = &[200, 1_000, 10_000];
                options.session_bytes = 1_000_000_000;
                options.sessions = &[200, 1_000];
                options.tcp_sessions = &[1_000, 10_000];
                options.far_bytes = 256_000_000;
                options.gateways = &[1_000, 10_000];
                options.entries = 1_000_000;
                options.singles = 1_000;
                options.statements_for = Duration::from_secs(10);
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
    let wanted: Vec<&str> = list.split(',').collect();
    let known = [
        ("bulk", &mut options.bulk),
        ("latency", &mut options.latency),
        ("far", &mut options.far),
        ("ssh", &mut options.ssh),
        ("held", &mut options.held),
        ("tcp", &mut options.tcp),
        ("relay", &mut options.relay),
        ("gateways", &mut options.gateways_too),
        ("ledger", &mut options.ledger),
        ("pages", &mut options.pages),
        ("databases", &mut options.databases),
        ("web", &mut options.web),
        ("desktops", &mut options.desktops),
    ];
    let words = known.each_ref().map(|(word, _)| *word);
    if let Some(other) = wanted.iter().find(|word| !words.contains(word)) {
        return Err(format!("{other:?} is none of {}", words.join(", ")));
    }
    for (word, measured) in known {
        *measured = wanted.contains(&word);
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
        assert!(all.pages && !one.pages && all.databases && !one.databases);
        assert!(all.web && !one.web && all.desktops && !one.desktops);
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
