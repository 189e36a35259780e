//! Thousands of gateways on one relay: what each costs it, and how long until all are back after it was
//! restarted. All of them are one process and come from one address, which no hospital's do; the relay
//! is the real one.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use tokio::runtime::Runtime;
use tunnel::link::{Link, LinkConfig, LinkState, Via, Wrap};
use tunnel::{Admission, Doors, Limits, Listener, PinnedKey};
use wire::relay::AnnouncedName;

use crate::account::{connections_to, memory_kib};
use crate::options::Options;
use crate::process::descriptors;
use crate::relay::{Introduced, NAME, RelayProcess, found, nobodys_key};
use crate::table::{Row, Table};

/// A control connection, and data connections dialled ahead.
const CONNECTIONS: usize = 5;

/// Until all are there. They wait half a minute after many failures.
const ALL_WITHIN: Duration = Duration::from_secs(600);

const LOOK: Duration = Duration::from_millis(50);

/// Until what handshakes needed is given back.
const SETTLES_WITHIN: Duration = Duration::from_secs(3);

pub(crate) fn measure(options: &Options, work: &Path, table: &mut Table) -> Result<()> {
    let most = descriptors() / CONNECTIONS;
    for wanted in options.gateways {
        let count = (*wanted).min(most);
        if count < *wanted {
            let why = format!(
                "{CONNECTIONS} descriptors each, and a process here may have {}",
                descriptors()
            );
            table.push(memory(*wanted).not_measured(why.clone()));
            table.push(all_back(*wanted).not_measured(why));
        }
        eprintln!("relay, {count} gateways");
        let folder = work.join(format!("gateways-{count}"));
        one(&folder, count, table).with_context(|| format!("{count} gateways"))?;
    }
    Ok(())
}

fn memory(count: usize) -> Row {
    Row::new(format!(
        "memory per registered gateway at {count}, KiB: relay"
    ))
}

fn all_back(count: usize) -> Row {
    Row::new(format!(
        "{count} gateways, from a relay's restart until all are registered, s"
    ))
}

fn one(folder: &Path, count: usize, table: &mut Table) -> Result<()> {
    std::fs::create_dir_all(folder)?;
    let keys: Vec<PinnedKey> = (0..count)
        .map(|_| PinnedKey::generate())
        .collect::<Result<_, _>>()?;
    let nobodys = nobodys_key()?;
    let numbered = keys.iter().zip(0..);
    let sites = numbered.map(|(key, number)| introduced(key, number, &nobodys));
    let sites: Vec<Introduced> = sites.collect();
    let mut relay = RelayProcess::start_for(&folder.join("relay"), &sites)?;
    let runtime = Runtime::new()?;
    let before = memory_kib(&[relay.pid()])?;
    let links = runtime.block_on(start(folder, keys, &relay))?;
    all_connected(&links, relay.address(), CONNECTIONS)?;
    std::thread::sleep(SETTLES_WITHIN);
    let gateways = f64::from(u32::try_from(count)?);
    let each = (memory_kib(&[relay.pid()])? - before) / gateways;
    table.push(memory(count).ours(each));
    relay.restart()?;
    let since = Instant::now();
    all_connected(&links, relay.address(), 1)?;
    table.push(all_back(count).ours(since.elapsed().as_secs_f64()));
    runtime.shutdown_background();
    Ok(())
}

/// The site behind a gateway. Its other keys are those of nobody's ledger: it has none.
fn introduced(key: &PinnedKey, number: usize, nobodys: &str) -> Introduced {
    Introduced {
        site: format!("site{number}"),
        link_key: key.pin().to_string(),
        engineers_name: name(number),
        site_key: nobodys.to_owned(),
        kit_key: nobodys.to_owned(),
    }
}

fn name(number: usize) -> String {
    format!("in{number}.bench.invalid")
}

/// Every gateway, dialling. Who enters by one of them would meet one listener.
async fn start(folder: &Path, keys: Vec<PinnedKey>, relay: &RelayProcess) -> Result<Vec<Link>> {
    let tls = found(folder)?;
    let doors = Doors {
        engineers_name: "in.bench.invalid".to_owned(),
        console_name: "console.bench.invalid".to_owned(),
    };
    let at = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let admission = Admission::default();
    let (listener, _arrivals) =
        Listener::bind(at, doors, &tls, Limits::default(), admission).await?;
    let pin: ids::Digest = relay.keys()?.0.parse()?;
    let mut links = Vec::with_capacity(keys.len());
    for (key, number) in keys.into_iter().zip(0..) {
        let to = LinkConfig {
            address: relay.address().to_string(),
            name: NAME.to_owned(),
            relay: pin,
            key,
            wrap: Wrap::Bare,
            via: Via::Direct,
        };
        let announced = AnnouncedName {
            name: name(number),
            prefixes: vec!["127.0.0.0/8".parse()?],
            per_minute: 60,
            acme: false,
        };
        links.push(Link::start(to, listener.entrance(), vec![announced])?);
    }
    Ok(links)
}

/// Waits until every gateway says so, and until each has so many connections.
fn all_connected(links: &[Link], relay: SocketAddr, connections: usize) -> Result<()> {
    let started = Instant::now();
    let is_there = |link: &&Link| matches!(*link.states().borrow(), LinkState::Connected { .. });
    loop {
        let there = links.iter().filter(is_there).count();
        if there == links.len() && connections_to(relay)? >= connections * there {
            return Ok(());
        }
        ensure!(
            started.elapsed() < ALL_WITHIN,
            "{there} of {} gateways are registered after {ALL_WITHIN:?}",
            links.len()
        );
        std::thread::sleep(LOOK);
    }
}
