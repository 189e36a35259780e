//! What both relays lead to: the gateway's listener and its link, with the far end right behind its
//! TLS, in a process of its own.

use std::io;
use std::io::{BufRead as _, BufReader};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result};
use ids::{DeviceId, Digest, SiteId, Timestamp};
use ledger::Signer;
use ledger::note::Algorithm;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::runtime::Runtime;
use tunnel::link::{Link, LinkConfig, LinkState, Via, Wrap};
use tunnel::{
    Admission, DeviceKey, DeviceRequest, Doors, Limits, Listener, PinnedKey, SiteCa, SiteTls,
    Validity,
};
use wire::relay::AnnouncedName;

use super::process::{Introduced, NAME, RelayProcess};
use crate::content::Content;
use crate::far_end::{Task, asked};
use crate::process::Running;

/// Its short name.
const SITE: &str = "bench";

/// The name that clients ask for.
pub(super) const ENGINEERS: &str = "in.bench.invalid";

/// What an engineer's computer needs, as files in the folder, DER.
pub(super) const CA: &str = "ca.der";
pub(super) const DEVICE: &str = "device.der";
pub(super) const DEVICE_KEY: &str = "device.key";

/// The key of its link, as a file in the folder, PKCS #8 DER.
const LINK_KEY: &str = "link.key";

/// Where engineers come from, and HAProxy.
const EVERYBODY: &str = "127.0.0.0/8";

const A_DAY: Duration = Duration::from_secs(24 * 3600);

#[derive(Debug)]
pub(super) struct SiteProcess {
    _running: Running,
    address: SocketAddr,
}

impl SiteProcess {
    /// Makes the key of its link. The other keys are those of nobody's ledger: it has none.
    pub(super) fn introduce(folder: &Path) -> Result<Introduced> {
        let key = PinnedKey::generate()?;
        std::fs::write(folder.join(LINK_KEY), key.pkcs8().as_slice())?;
        Ok(Introduced {
            site: SITE.to_owned(),
            link_key: key.pin().to_string(),
            engineers_name: ENGINEERS.to_owned(),
            site_key: nobodys_key()?,
            kit_key: nobodys_key()?,
        })
    }

    /// Connected to this relay, and listening for HAProxy.
    pub(super) fn start(folder: &Path, relay: &RelayProcess) -> Result<Self> {
        let (pin, _) = relay.keys()?;
        let mut ourselves = Command::new(std::env::current_exe()?);
        ourselves.arg("--relayed-site").arg(folder);
        ourselves.arg(relay.address().to_string()).arg(pin);
        ourselves.stdout(Stdio::piped());
        let mut running = Running::start("the site behind the relay", &mut ourselves)?;
        let out = running.stdout().context("its output")?;
        let mut line = String::new();
        BufReader::new(out).read_line(&mut line)?;
        let address = line.trim().parse().context("the site's address")?;
        Ok(Self {
            _running: running,
            address,
        })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }
}

/// Is the site, until killed.
pub(crate) fn serve(folder: &Path, relay: SocketAddr, pin: Digest) -> ExitCode {
    let ran = Runtime::new().map_err(Into::into);
    match ran.and_then(|runtime| runtime.block_on(site(folder, relay, pin))) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("the site behind the relay failed: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn site(folder: &Path, relay: SocketAddr, pin: Digest) -> Result<()> {
    let tls = found(folder)?;
    let doors = Doors {
        engineers_name: ENGINEERS.to_owned(),
        console_name: "console.bench.invalid".to_owned(),
    };
    let admission = Admission {
        engineers: vec![EVERYBODY.parse()?],
        console: Vec::new(),
        joining: false,
        ..Admission::default()
    };
    let loopback = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let (listener, mut arrivals) =
        Listener::bind(loopback, doors, &tls, Limits::default(), admission).await?;
    let to = LinkConfig {
        address: relay.to_string(),
        name: NAME.to_owned(),
        relay: pin,
        key: PinnedKey::from_pkcs8(&std::fs::read(folder.join(LINK_KEY))?)?,
        wrap: Wrap::Bare,
        via: Via::Direct,
    };
    let announced = AnnouncedName {
        name: ENGINEERS.to_owned(),
        prefixes: vec![EVERYBODY.parse()?],
        per_minute: 6_000,
        acme: false,
    };
    let link = Link::start(to, listener.entrance(), vec![announced])?;
    let is_there = |state: &LinkState| matches!(state, LinkState::Connected { .. });
    link.states().wait_for(is_there).await?;
    let bytes: Arc<[u8]> = Content::Rows.bytes().into();
    println!("{}", listener.local_addr());
    while let Some(arrival) = arrivals.recv().await {
        let bytes = Arc::clone(&bytes);
        // A connection that breaks is the other side's to report.
        tokio::spawn(async move { drop(one(arrival.stream, &bytes).await) });
    }
    Ok(())
}

/// A verifier key of the form that a site and its kit have.
pub(crate) fn nobodys_key() -> Result<String> {
    let signer = Signer::new(SITE, Algorithm::Ed25519, &[7; 32])?;
    Ok(signer.verifier().to_string())
}

/// A site's CA, and one device that it certified.
pub(crate) fn found(folder: &Path) -> Result<SiteTls> {
    let id: SiteId = SITE.parse()?;
    let since = SystemTime::now().duration_since(UNIX_EPOCH)?;
    let now = Timestamp::from_seconds(i64::try_from(since.as_secs())?);
    let valid = Validity::starting(now, A_DAY);
    let ca = SiteCa::generate(&id, now)?;
    let device = DeviceKey::generate()?;
    let request = DeviceRequest::read(&device.request()?)?;
    let certificate = ca.issue_device(&request, &DeviceId::new(&id, 1), valid)?;
    std::fs::write(folder.join(CA), ca.certificate())?;
    std::fs::write(folder.join(DEVICE), certificate)?;
    std::fs::write(folder.join(DEVICE_KEY), device.pkcs8().as_slice())?;
    Ok(SiteTls::new(
        ca.certificate(),
        ca.issue_server(&[ENGINEERS, "console.bench.invalid"], valid)?,
    ))
}

async fn one(mut stream: impl AsyncRead + AsyncWrite + Unpin, bytes: &[u8]) -> io::Result<()> {
    let mut request = [0; 10];
    stream.read_exact(&mut request).await?;
    match asked(request) {
        Some((Task::Get, _, count)) => {
            send(&mut stream, bytes, count).await?;
            stream.shutdown().await
        }
        Some((Task::Put, _, count)) => {
            take(&mut stream, count).await?;
            say_and_wait(&mut stream).await
        }
        Some((Task::Hello, ..)) => say_and_wait(&mut stream).await,
        Some((Task::Echo, ..)) | None => Err(io::ErrorKind::InvalidData.into()),
    }
}

async fn say_and_wait(stream: &mut (impl AsyncRead + AsyncWrite + Unpin)) -> io::Result<()> {
    stream.write_all(b"k").await?;
    stream.flush().await?;
    // Nothing is expected but the end: an idle session holds no buffer of the bench's.
    stream.read(&mut [0; 1]).await.map(drop)
}

/// Sends `count` octets of a stretch that repeats.
pub(super) async fn send(
    stream: &mut (impl AsyncWrite + Unpin),
    bytes: &[u8],
    count: u64,
) -> io::Result<()> {
    let mut left = usize::try_from(count).unwrap_or(usize::MAX);
    for chunk in bytes.chunks(64 << 10).cycle() {
        let chunk = chunk.get(..left.min(chunk.len())).unwrap_or(chunk);
        stream.write_all(chunk).await?;
        left -= chunk.len();
        if left == 0 {
            break;
        }
    }
    stream.flush().await
}

/// Reads exactly `count` octets and throws them away.
pub(super) async fn take(stream: &mut (impl AsyncRead + Unpin), count: u64) -> io::Result<()> {
    let mut buffer = vec![0; 256 << 10];
    let mut left = usize::try_from(count).unwrap_or(usize::MAX);
    while left > 0 {
        let wanted = left.min(buffer.len());
        let room = buffer.get_mut(..wanted).unwrap_or_default();
        match stream.read(room).await? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            read => left -= read,
        }
    }
    Ok(())
}
