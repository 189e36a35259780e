//! The gateway: builds the parts of a site and runs them until it is told to stop.
//!
//! Two runtimes, so that a disk that stands still under the data path never keeps anybody from ending
//! a session: `control` accepts, signs in and answers the API; `data` relays.

mod certificates;
mod links;
mod terminals;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use console::{LocalSocket, LocalSocketError};
use engine::{Admitted, Clock, Engine, FileChecks, FileRules, LogOut, OpenSiteError, SiteConfig};
use proxies::arrive::SessionArrival;
use proxies::workers::Workers;
use tokio::runtime::Runtime;
use tokio::sync::mpsc;
use tunnel::{Admission, Arrival, Door, Doors, Limits, Listener, Protocol};
use vault::Unlock;

pub(crate) use self::certificates::Web;
pub(crate) use self::links::WayOut;

use self::certificates::Keeping;

use self::links::Links;
use crate::cli::GatewayArgs;
use crate::config::ConfigFile;
use crate::context::Context;
use crate::failure::{Failure, Kind};
use crate::{service, worker};

/// The local socket, inside the site's directory.
pub(crate) const SOCKET: &str = "run/sekisho.sock";

/// How often the listener is told what ends by the clock alone. Changes are told at once.
const ADMISSION_EVERY: Duration = Duration::from_secs(10);

/// Threads that relay. The journal is one file with one writer at a time; more would wait for it.
const RELAYING: usize = 2;

/// `sekisho gateway`: confines the process and runs until it is told to stop. To be called before any
/// thread is started.
pub(crate) fn serve(context: &Context, args: &GatewayArgs) -> Result<(), Failure> {
    let passphrase_file = args.passphrase_file.as_deref();
    let prepare = || {
        let file = ConfigFile::read(&args.dir)?;
        // The credential or passphrase is out of reach afterwards.
        let unlock = file.unlock(&args.dir, passphrase_file)?;
        // So may be the collector's certificate, and the key of ours.
        let log_out = file.log_out(&args.dir)?;
        let metrics = file.metrics()?;
        // So is every program, this one too.
        let workers = worker::start(&args.dir).map_err(Failure::internal)?;
        let foreign = file.foreign_logs.as_ref();
        let foreign = foreign.map(|foreign| args.dir.join(&foreign.told));
        Ok((file, unlock, workers, (log_out, metrics, foreign)))
    };
    let also = |(file, ..): &(ConfigFile, Unlock, Workers, Told)| file.also_read(&args.dir);
    service::serve(
        &args.dir,
        passphrase_file,
        prepare,
        also,
        |(file, unlock, workers, told)| run(context, &args.dir, file, unlock, (workers, told)),
    )
}

/// Whom else the site tells how it is: a collector, and where a Prometheus asks; and where it is told of other devices' logs.
type Told = (Option<LogOut>, Option<SocketAddr>, Option<PathBuf>);

async fn run(
    context: &Context,
    dir: &Path,
    file: ConfigFile,
    unlock: Unlock,
    (workers, told): (Workers, Told),
) -> Result<(), Failure> {
    let config = file.resolve(dir);
    let (way, web) = (file.way_out(), file.web(dir));
    let files = file.file_checks().map_err(Failure::internal)?;
    let workers = Arc::new(workers);
    tracing::info!(process = workers.process(), "what starts workers runs");
    let start = move || {
        let show = (way, &web, files);
        let gateway = Gateway::start_showing(config, show, &unlock, Clock::system(), workers)?;
        match gateway.tell(told) {
            Ok(()) => Ok(gateway),
            Err(cause) => {
                gateway.stop();
                Err(cause)
            }
        }
    };
    let gateway = tokio::task::spawn_blocking(start)
        .await
        .map_err(Failure::internal)?;
    let gateway = gateway.map_err(not_started)?;
    let address = gateway.address().to_string();
    let ready = serde_json::json!({"ready": true, "site": file.site, "address": address});
    context.show(&ready, |context| {
        vec![context.say(
            "cli-gateway-ready",
            &[("site", file.site.as_str()), ("address", &address)],
        )]
    })?;
    service::told_to_stop().await;
    tokio::task::spawn_blocking(move || gateway.stop())
        .await
        .map_err(Failure::internal)
}

fn not_started(cause: GatewayError) -> Failure {
    let altered = matches!(&cause, GatewayError::Open(cause) if cause.does_not_verify());
    let kind = if altered {
        Kind::NotVerified
    } else {
        Kind::Failed
    };
    Failure {
        kind,
        ..Failure::failed(cause)
    }
}

/// Why a gateway does not start.
#[derive(Debug, thiserror::Error)]
pub(crate) enum GatewayError {
    #[error(transparent)]
    Open(#[from] OpenSiteError),
    #[error(transparent)]
    Listen(#[from] tunnel::ListenError),
    #[error(transparent)]
    Certificate(#[from] tunnel::CertificateError),
    #[error(transparent)]
    Socket(#[from] LocalSocketError),
    #[error("what starts workers could not be started: {0}")]
    Workers(std::io::Error),
    #[error("metrics: {0}: {1}")]
    Metrics(SocketAddr, std::io::Error),
    #[error("a runtime could not be started: {0}")]
    Runtime(std::io::Error),
}

/// A running gateway. Start and stop it outside of any runtime.
pub(crate) struct Gateway {
    engine: Engine,
    address: SocketAddr,
    control: Option<Runtime>,
    data: Option<Runtime>,
}

impl Gateway {
    /// Opens the site and begins to listen. Browsers are shown the site's own certificate.
    pub(crate) fn start(
        config: SiteConfig,
        way: WayOut,
        unlock: &Unlock,
        clock: Clock,
    ) -> Result<Self, GatewayError> {
        let web = Web::own(&config.dir, &way);
        // Looked into and hashed, on a machine that may have no scanner.
        let files = FileChecks::Quarantine(Box::new(FileRules {
            dangerous_unscanned_files_pass: true,
            ..FileRules::default()
        }));
        let workers = worker::start(&config.dir).map_err(GatewayError::Workers)?;
        let show = (way, &web, files);
        Self::start_showing(config, show, unlock, clock, Arc::new(workers))
    }

    /// The same, with what browsers are shown.
    fn start_showing(
        config: SiteConfig,
        (way, web, files): (WayOut, &Web, FileChecks),
        unlock: &Unlock,
        clock: Clock,
        workers: Arc<Workers>,
    ) -> Result<Self, GatewayError> {
        let doors = Doors {
            engineers_name: config.engineers_name.clone(),
            console_name: config.console_name.clone(),
        };
        let (listen, dir) = (config.listen, config.dir.clone());
        let engine = Engine::open(config, unlock, clock)?;
        engine.check_files(files);
        let started = Self::listen(&engine, listen, &dir, doors, ((way, web), workers));
        match started {
            Ok((control, data, address)) => Ok(Self {
                engine,
                address,
                control: Some(control),
                data: Some(data),
            }),
            Err(cause) => {
                engine.stop();
                Err(cause)
            }
        }
    }

    fn listen(
        engine: &Engine,
        listen: SocketAddr,
        dir: &Path,
        doors: Doors,
        ((way, web), workers): ((WayOut, &Web), Arc<Workers>),
    ) -> Result<(Runtime, Runtime, SocketAddr), GatewayError> {
        let control = runtime("control", 2)?;
        let data = runtime("data", RELAYING)?;
        let own = certificates::own(engine, &doors)?;
        let tls = certificates::tls(engine, &own, []);
        let bound = control.block_on(Listener::bind(
            listen,
            doors.clone(),
            &tls,
            Limits::default(),
            Admission::default(),
        ));
        let (listener, arrivals) = bound?;
        let address = listener.local_addr();
        let listener = Arc::new(listener);
        let links = Links::begin(
            engine,
            listener.entrance(),
            doors.clone(),
            way,
            control.handle().clone(),
        );
        // The links hold the engine: it must not hold them.
        let (told, announced) = (Arc::clone(&listener), Arc::downgrade(&links));
        engine.tell_admitted(move |admitted| {
            // Our own door first: it is the one that counts.
            told.admit(admission(admitted.clone()));
            if let Some(links) = announced.upgrade() {
                links.admit(&admitted);
            }
        });
        control.spawn(Arc::clone(&links).be_witnessed());
        let local = {
            let _inside = control.enter();
            LocalSocket::bind(&dir.join(SOCKET))?
        };
        control.spawn(local.serve(engine.clone()));
        control.spawn(proxies::rotation::run(engine.clone(), Arc::clone(&workers)));
        control.spawn(proxies::visit_accounts::run(
            engine.clone(),
            Arc::clone(&workers),
        ));
        control.spawn(proxies::workers::look_by_old_tls(
            engine.clone(),
            Arc::clone(&workers),
        ));
        let terminals = terminals::terminals(engine, &workers, data.handle());
        let carrying = (data.handle().clone(), workers);
        control.spawn(receive(engine.clone(), arrivals, carrying, terminals));
        let keeping = Keeping::new(
            engine.clone(),
            Arc::clone(&listener),
            Arc::clone(&links),
            doors,
            own,
            web,
        );
        control.spawn(keeping.keep());
        control.spawn(tell_the_doors(engine.clone(), listener, links));
        Ok((control, data, address))
    }

    /// Begins to tell others how the site is, and to hear what is told of other devices' logs.
    fn tell(&self, (log_out, metrics, foreign): Told) -> Result<(), GatewayError> {
        if let Some(folder) = foreign {
            let heard = self.engine.hear_foreign_logs(folder);
            heard.map_err(GatewayError::Runtime)?;
        }
        if let Some(to) = log_out {
            let sent = self.engine.send_log_out(to);
            sent.map_err(GatewayError::Runtime)?;
        }
        let (Some(at), Some(control)) = (metrics, &self.control) else {
            return Ok(());
        };
        let bound = control.block_on(tokio::net::TcpListener::bind(at));
        let listener = bound.map_err(|cause| GatewayError::Metrics(at, cause))?;
        control.spawn(console::serve_metrics(listener, self.engine.clone()));
        Ok(())
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops in order: sessions end with that reason, everything is entered and sealed, then the
    /// runtimes go. They go last: the sockets of live sessions are theirs.
    pub(crate) fn stop(mut self) {
        self.engine.stop();
        for runtime in [self.control.take(), self.data.take()]
            .into_iter()
            .flatten()
        {
            runtime.shutdown_background();
        }
    }
}

fn runtime(name: &str, threads: usize) -> Result<Runtime, GatewayError> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(threads)
        .thread_name(name)
        .enable_all()
        .build()
        .map_err(GatewayError::Runtime)
}

fn admission(admitted: Admitted) -> Admission {
    Admission {
        engineers: admitted.engineers,
        console: admitted.console,
        console_wider: admitted.console_wider,
        console_relayed: admitted.console_relayed,
        joining: admitted.joining,
    }
}

/// Hands each arrival to who serves it.
async fn receive(
    engine: Engine,
    mut arrivals: mpsc::Receiver<Arrival>,
    (data, workers): (tokio::runtime::Handle, Arc<Workers>),
    terminals: console::Terminals,
) {
    while let Some(arrival) = arrivals.recv().await {
        let door = match arrival.door {
            Door::Engineers => access::Door::Engineers,
            Door::Console => access::Door::Console,
        };
        let engine = engine.clone();
        let source = arrival.peer.ip();
        match (arrival.protocol, arrival.device_key) {
            (Protocol::Session, Some(device_key)) => {
                let workers = Arc::clone(&workers);
                data.spawn(relay(engine, workers, arrival, device_key, door));
            }
            // The listener asks for a device's key there; without one nothing is served.
            (Protocol::Session, None) => {}
            (Protocol::Join, _) => {
                let connection = engine.connection(None, Some(source), door);
                tokio::spawn(proxies::joining::serve(engine, connection, arrival.stream));
            }
            (Protocol::Api | Protocol::Http, device_key) => {
                let facts = console::Arrival::Network {
                    door: arrival.door,
                    source,
                    device_key,
                };
                let terminals = terminals.clone();
                let (stream, serve) = (arrival.stream, console::serve_with_terminals);
                tokio::spawn(serve(stream, facts, engine, terminals));
            }
        }
    }
}

/// Serves one session where it is relayed, which is also where it is waited for.
async fn relay(
    engine: Engine,
    workers: Arc<Workers>,
    mut arrival: Arrival,
    device_key: ids::Digest,
    door: access::Door,
) {
    // Without a descriptor to spare it is carried all the same, a little more slowly.
    let _stays = arrival.come_here();
    let arrival = SessionArrival {
        stream: arrival.stream,
        device_key,
        source: arrival.peer.ip(),
        door,
        closer: arrival.closer,
    };
    proxies::arrive::serve(engine, workers, arrival).await;
}

/// Keeps the lists of sources true, here and at the relays, and the listener's counts in the ledger.
async fn tell_the_doors(engine: Engine, listener: Arc<Listener>, links: Arc<Links>) {
    let mut every = tokio::time::interval(ADMISSION_EVERY);
    let mut counted = 0;
    loop {
        every.tick().await;
        // Prefixes and invitations also end by the clock.
        let admitted = engine.admitted();
        links.admit(&admitted);
        listener.admit(admission(admitted));
        let turned_away = listener.turned_away().total();
        engine.turned_away(turned_away.saturating_sub(counted));
        counted = turned_away;
    }
}
