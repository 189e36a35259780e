//! A long way, or a bad one: from a room to a port of this machine, behind which bytes go on later, or
//! over a wire that loses packets. The kernels here know no `netem`.

use std::net::{IpAddr, SocketAddr};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context as _, Result};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::runtime::Runtime;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use crate::process::output;
use crate::room::{HERE, Room, ip};

/// Reads that are under way at once: with 64 KiB each more than any window of TCP.
const UNDER_WAY: usize = 1024;

/// How a way is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Weather {
    /// Later by so much each way. What TCP carries is late, not its acknowledgements: a stream is as
    /// fast as over a wire whose window suffices.
    Late(Duration),
    /// So many of a hundred packets are lost, each way.
    Lossy(u8),
}

impl std::fmt::Display for Weather {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Late(each_way) => write!(f, "{} ms there and back", each_way.as_millis() * 2),
            Self::Lossy(percent) => write!(f, "{percent} % of the packets lost"),
        }
    }
}

/// Ports that lead further. They close with this value.
pub(crate) struct LongWays {
    runtime: Runtime,
    /// Microseconds each way.
    late: Arc<AtomicU64>,
}

impl LongWays {
    pub(crate) fn open() -> Result<Self> {
        Ok(Self {
            runtime: Runtime::new()?,
            late: Arc::default(),
        })
    }

    /// A port at our end of the wire that leads to `to`, where the connections come from `from`.
    pub(crate) fn port(&self, to: SocketAddr, from: IpAddr) -> Result<SocketAddr> {
        let listener = self.runtime.block_on(TcpListener::bind((HERE, 0)))?;
        let address = listener.local_addr()?;
        let late = Arc::clone(&self.late);
        self.runtime.spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                // A connection that breaks is its ends' to report.
                tokio::spawn(join(near, to, from, Arc::clone(&late)));
            }
        });
        Ok(address)
    }

    /// From now on the way is like this, until the value is dropped.
    pub(crate) fn weather<'a>(&'a self, room: &'a Room, weather: Weather) -> Result<Lasts<'a>> {
        let lasts = Lasts(self, room);
        match weather {
            Weather::Late(each_way) => {
                let micros = u64::try_from(each_way.as_micros())?;
                self.late.store(micros, Ordering::Relaxed);
            }
            Weather::Lossy(percent) => {
                let rules = |interface: &str| {
                    format!(
                        "table inet skbench {{\nchain in {{\ntype filter hook input priority -300\n\
                         iifname \"{interface}\" numgen random mod 100 < {percent} drop\n}}\n}}"
                    )
                };
                let (here, there) = room.interfaces();
                // Packets as on a wire, not the kernel's own bundles of many.
                let single = ["gso_max_segs", "1", "gso_max_size", "2048"];
                ip(&[&["link", "set", "dev", here][..], &single].concat())?;
                let mut far = room.enter();
                far.args(["ip", "link", "set", "dev", &there]).args(single);
                output(&mut far)?;
                output(Command::new("nft").arg(rules(here))).context("nft")?;
                output(room.enter().arg("nft").arg(rules(&there))).context("nft")?;
            }
        }
        Ok(lasts)
    }
}

/// A weather. Dropping it ends it.
pub(crate) struct Lasts<'a>(&'a LongWays, &'a Room);

impl Drop for Lasts<'_> {
    fn drop(&mut self) {
        self.0.late.store(0, Ordering::Relaxed);
        let calm = ["delete", "table", "inet", "skbench"];
        // Where nothing was lost there is no such table.
        let _none = output(Command::new("nft").args(calm));
        let _none = output(self.1.enter().arg("nft").args(calm));
    }
}

async fn join(
    near: TcpStream,
    to: SocketAddr,
    from: IpAddr,
    late: Arc<AtomicU64>,
) -> std::io::Result<()> {
    // A handshake is a round trip as well.
    sleep_until(Instant::now() + each_way(&late) * 2).await;
    let socket = TcpSocket::new_v4()?;
    socket.bind((from, 0).into())?;
    let far = socket.connect(to).await?;
    near.set_nodelay(true)?;
    far.set_nodelay(true)?;
    let (near_in, near_out) = near.into_split();
    let (far_in, far_out) = far.into_split();
    tokio::join!(
        carry(near_in, far_out, &late),
        carry(far_in, near_out, &late)
    );
    Ok(())
}

fn each_way(late: &AtomicU64) -> Duration {
    Duration::from_micros(late.load(Ordering::Relaxed))
}

/// What was read at a moment is written so much later, in order, and the end too.
async fn carry(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, late: &AtomicU64) {
    let (sender, mut due) = mpsc::channel::<(Instant, Vec<u8>)>(UNDER_WAY);
    let reading = async move {
        loop {
            let mut bytes = Vec::with_capacity(64 << 10);
            let read = from.read_buf(&mut bytes).await;
            let over = !matches!(read, Ok(1..));
            let sent = sender.send((Instant::now() + each_way(late), bytes)).await;
            if over || sent.is_err() {
                return;
            }
        }
    };
    let writing = async move {
        while let Some((when, bytes)) = due.recv().await {
            sleep_until(when).await;
            if bytes.is_empty() || to.write_all(&bytes).await.is_err() {
                break;
            }
        }
        // Whoever is gone needs no telling.
        let _gone = to.shutdown().await;
    };
    tokio::join!(reading, writing);
}
