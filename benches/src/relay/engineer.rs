//! The engineer's end of the relay's rows: TLS to the site through one relay or the other.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::task::JoinSet;
use tunnel::{Connection, DeviceIdentity, DialOptions, Protocol, SiteTrust};

use super::site::{CA, DEVICE, DEVICE_KEY, ENGINEERS, send, take};
use crate::content::Content;
use crate::driver::Direction;
use crate::far_end::{Task, request};

/// Opened at the same time: the site works on as many from HAProxy's one address.
const AT_ONCE: usize = 16;

/// Addresses that idle sessions come from, so that none is faster than its pace allows.
const SOURCES: usize = 200;

/// A stream that is held open.
pub(super) type Streams = Vec<Connection>;

pub(super) struct Engineer {
    known: Arc<(SiteTrust, DeviceIdentity)>,
    bytes: Vec<u8>,
}

impl Engineer {
    /// With what the site has left for him in the folder.
    pub(super) fn of(folder: &Path) -> Result<Self> {
        let read = |name: &str| std::fs::read(folder.join(name)).context(name.to_owned());
        let trust = SiteTrust {
            ca: read(CA)?,
            name: ENGINEERS.to_owned(),
        };
        let device = DeviceIdentity {
            certificate: read(DEVICE)?,
            key: read(DEVICE_KEY)?.into(),
        };
        Ok(Self {
            known: Arc::new((trust, device)),
            bytes: Content::Rows.bytes(),
        })
    }

    /// Opens so many sessions, the first of them with this number, each proved by an octet from the far
    /// end.
    pub(super) async fn hold(
        &self,
        entrance: SocketAddr,
        count: usize,
        first: usize,
    ) -> Result<Streams> {
        let mut streams = Streams::with_capacity(count);
        let mut numbers = first..first + count;
        while streams.len() < count {
            let mut opening = JoinSet::new();
            for number in numbers.by_ref().take(AT_ONCE) {
                let known = Arc::clone(&self.known);
                opening.spawn(async move { hello(entrance, &known, source(number)).await });
            }
            while let Some(opened) = opening.join_next().await {
                streams.push(opened??);
            }
        }
        Ok(streams)
    }

    /// One transfer, from the request to its last octet.
    pub(super) async fn transfer(
        &self,
        entrance: SocketAddr,
        direction: Direction,
        count: u64,
    ) -> Result<Duration> {
        let mut stream = connect(entrance, &self.known, source(0)).await?.stream;
        let started = Instant::now();
        match direction {
            Direction::Get => {
                let request = request(Task::Get, Content::Rows, count);
                stream.write_all(&request).await?;
                stream.flush().await?;
                take(&mut stream, count).await?;
            }
            Direction::Put => {
                let request = request(Task::Put, Content::Rows, count);
                stream.write_all(&request).await?;
                send(&mut stream, &self.bytes, count).await?;
                stream.read_u8().await?;
            }
        }
        Ok(started.elapsed())
    }
}

fn source(number: usize) -> IpAddr {
    let host = u8::try_from(number % SOURCES)
        .unwrap_or(0)
        .saturating_add(1);
    Ipv4Addr::new(127, 0, 1, host).into()
}

async fn connect(
    entrance: SocketAddr,
    (trust, device): &(SiteTrust, DeviceIdentity),
    from: IpAddr,
) -> Result<Connection> {
    let options = DialOptions {
        bind: Some(from),
        timeout: Duration::from_secs(20),
    };
    let (address, protocol) = (entrance.to_string(), Protocol::Session);
    Ok(tunnel::connect(&address, trust, Some(device), protocol, &options).await?)
}

async fn hello(
    entrance: SocketAddr,
    known: &(SiteTrust, DeviceIdentity),
    from: IpAddr,
) -> Result<Connection> {
    let mut connection = connect(entrance, known, from).await?;
    let request = request(Task::Hello, Content::Rows, 0);
    connection.stream.write_all(&request).await?;
    connection.stream.flush().await?;
    let octet = connection.stream.read_u8().await;
    octet.context("the site did not answer")?;
    Ok(connection)
}
