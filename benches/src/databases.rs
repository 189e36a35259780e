//! A PostgreSQL: asked directly, through pgbouncer, and through a visit in which every statement is noted
//! before it passes. All three speak TLS to the server; pgbouncer speaks it to the client too, as the
//! engineer's side does.

use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use acceptance::Hospital;
use acceptance::hospital::Plan;
use acceptance::link::Link;
use acceptance::peers::Postgres;
use acceptance::people::text;
use anyhow::{Context as _, Result};

use crate::account::cpu_seconds;
use crate::certificate;
use crate::figures::{Shuffle, median};
use crate::options::Options;
use crate::process::{Running, free_address, output};
use crate::table::{Row, Table};

const READS: &str = "Quarry-Otter-Walnut-37";
const TARGET: &str = "orca";
/// Clients of a run with several.
const SEVERAL: u32 = 4;
/// Rows that one COPY brings, each of [`WIDTH`] bytes and a line's end.
const ROWS: u64 = 400_000;
const WIDTH: u64 = 199;

/// A way to the server.
struct Way {
    name: &'static str,
    /// What libpq is told.
    connection: String,
    /// Whose CPU is looked at; nobody's on the direct way.
    processes: Vec<u32>,
    found: Found,
}

#[derive(Default)]
struct Found {
    /// Microseconds from one statement to the next, with one client.
    statement: Vec<f64>,
    /// Statements in a second, with several clients.
    rate: Vec<f64>,
    /// CPU of the one in the middle for a statement, microseconds.
    cpu: Vec<f64>,
    /// Megabytes in a second, of one COPY.
    copied: Vec<f64>,
}

pub(crate) fn measure(options: &Options, work: &Path, table: &mut Table) -> Result<()> {
    fs::create_dir_all(work)?;
    let server = Postgres::guarded();
    prepare(server.address())?;
    let bouncer = bouncer(&work.join("pgbouncer"), server.address())?;
    let stage = Hospital::build(Plan {
        dir: Some(work.join("site")),
        log: Some("warn"),
        ..Plan::default()
    });
    let link = visited(&stage, server.address());
    let way = |name, at: SocketAddr, user, tls, processes| Way {
        name,
        connection: format!(
            "host={} port={} user={user} password={READS} dbname=postgres sslmode={tls} gssencmode=disable",
            at.ip(),
            at.port()
        ),
        processes,
        found: Found::default(),
    };
    let mut ways = [
        way("direct", server.address(), "reads", "require", Vec::new()),
        way(
            "pgbouncer",
            bouncer.1,
            "reads",
            "require",
            vec![bouncer.0.pid()],
        ),
        way(
            "sekisho",
            link.address,
            "arai",
            "disable",
            vec![stage.gateway().pid()],
        ),
    ];
    let mut shuffle = Shuffle::new();
    for _ in 0..options.rounds {
        for at in shuffle.shuffled(0..ways.len()) {
            if let Some(way) = ways.get_mut(at) {
                one(way, options.statements_for)?;
            }
        }
    }
    let [direct, bouncer, ours] = ways.map(|way| way.found);
    rows(&ours, &direct, &bouncer, table);
    Ok(())
}

fn rows(ours: &Found, direct: &Found, bouncer: &Found, table: &mut Table) {
    type Of = fn(&Found) -> &Vec<f64>;
    let kinds: [(&str, Of); 4] = [
        ("one statement, µs", |found| &found.statement),
        ("statements/s, 4 clients", |found| &found.rate),
        ("COPY out, MB/s", |found| &found.copied),
        ("CPU µs per statement", |found| &found.cpu),
    ];
    for (what, of) in kinds {
        for (peer, found) in [("direct", direct), ("pgbouncer", bouncer)] {
            if !of(found).is_empty() {
                let value = |found: &Found| median(of(found).iter().copied());
                let row = format!("PostgreSQL, {what}: sekisho, recorded, to {peer}");
                table.push(Row::new(row).ours(value(ours)).reference(value(found)));
            }
        }
    }
}

/// One look at one way.
fn one(way: &mut Way, time: Duration) -> Result<()> {
    let alone = pgbench(way, 1, time)?;
    let before = (!way.processes.is_empty())
        .then(|| cpu_seconds(&way.processes))
        .transpose()?;
    let several = pgbench(way, SEVERAL, time)?;
    if let Some(before) = before {
        let spent = cpu_seconds(&way.processes)? - before;
        way.found.cpu.push(spent * 1e6 / several.transactions);
    }
    way.found.statement.push(1e6 / alone.rate);
    way.found.rate.push(several.rate);
    let copy =
        format!("copy (select repeat('x', {WIDTH}) from generate_series(1, {ROWS})) to stdout");
    let mut psql = Command::new("psql");
    psql.args(["--no-psqlrc", "--output", "/dev/null", "--command", &copy]);
    let started = std::time::Instant::now();
    output(psql.args(["--dbname", &way.connection])).context(way.name)?;
    #[expect(clippy::cast_precision_loss, reason = "some megabytes")]
    let bytes = (ROWS * (WIDTH + 1)) as f64;
    way.found
        .copied
        .push(bytes / 1e6 / started.elapsed().as_secs_f64());
    Ok(())
}

/// What pgbench counted.
struct Counted {
    transactions: f64,
    /// In a second, the time of connecting left out.
    rate: f64,
}

fn pgbench(way: &Way, clients: u32, time: Duration) -> Result<Counted> {
    let mut pgbench = Command::new("pgbench");
    pgbench.args(["--no-vacuum", "--select-only"]);
    pgbench.args(["--client", &clients.to_string()]);
    pgbench.args(["--time", &time.as_secs().max(1).to_string()]);
    let said = output(pgbench.arg(&way.connection)).context(way.name)?;
    let number = |before: &str| -> Option<f64> {
        let line = said.lines().find_map(|line| line.strip_prefix(before))?;
        line.split_ascii_whitespace().next()?.parse().ok()
    };
    let counted = || {
        Some(Counted {
            transactions: number("number of transactions actually processed: ")?,
            rate: number("tps = ")?,
        })
    };
    counted().with_context(|| format!("pgbench says:\n{said}"))
}

/// Tables to be asked, and an account that reads them.
fn prepare(server: SocketAddr) -> Result<()> {
    let own = format!(
        "host={} port={} user=hospital dbname=postgres",
        server.ip(),
        server.port()
    );
    let mut pgbench = Command::new("pgbench");
    output(
        pgbench
            .args(["--initialize", "--scale", "10", "--quiet"])
            .arg(&own),
    )?;
    for sql in [
        &format!("create role reads login password '{READS}'"),
        "grant select on all tables in schema public to reads",
    ] {
        Postgres::psql(server).args(["-c", sql]).ok();
    }
    Ok(())
}

/// Debian's pgbouncer, one connection to the server for each of a client.
fn bouncer(folder: &Path, server: SocketAddr) -> Result<(Running, SocketAddr)> {
    fs::create_dir_all(folder)?;
    let at = free_address()?;
    let (key, certificate) = certificate::make(folder)?;
    // It refuses to be root, and reads its key as the user that it becomes.
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644))?;
    let config = folder.join("pgbouncer.ini");
    let lines = format!(
        "[databases]\n\
         postgres = host={} port={} user=reads password={READS}\n\
         [pgbouncer]\n\
         listen_addr = {}\nlisten_port = {}\nunix_socket_dir =\nauth_type = any\npool_mode = session\n\
         server_tls_sslmode = require\nclient_tls_sslmode = require\n\
         client_tls_key_file = {}\nclient_tls_cert_file = {}\n\
         ignore_startup_parameters = extra_float_digits\n",
        server.ip(),
        server.port(),
        at.ip(),
        at.port(),
        key.display(),
        certificate.display(),
    );
    fs::write(&config, lines)?;
    let mut command = Command::new("pgbouncer");
    command.args(["--quiet", "--user", "postgres"]).arg(&config);
    let running = Running::peer("pgbouncer", &mut command, &folder.join("log"), at)?;
    Ok((running, at))
}

/// An engineer's port in front of the server, for reading; everything is recorded.
fn visited(stage: &Hospital, server: SocketAddr) -> Link {
    let vendor = stage.vendor("Bench Receipts");
    let engineer = stage.engineer(&vendor, "receipts");
    let shown = stage
        .clerk
        .asks(["target", "server-key", &server.to_string()]);
    let tls = shown.get("shown").and_then(|shown| shown.get("tls"));
    let key = format!(
        "sha256:{}",
        tls.map(|tls| text(tls, "spki")).unwrap_or_default()
    );
    let kind = [
        "--protocol",
        "postgres",
        "--user",
        "nobody",
        "--reader",
        "reads",
    ];
    let known = ["--server-key", &key, "--quota", "900GiB"];
    stage.target(TARGET, &vendor, server, &[&kind[..], &known].concat());
    let secret = stage.clerk.sekisho();
    secret
        .args(["target", "secret", TARGET, "--reader", "--password-stdin"])
        .input(format!("{READS}\n"))
        .ok();
    let terms = [
        "--database",
        "postgres",
        "--data-out",
        "100GiB",
        "--for",
        "2h",
    ];
    let _approved = stage.visit(&engineer, TARGET, &terms);
    Link::open(&engineer, TARGET)
}
