//! Which certificates browsers are shown, and having new ones in time. The site's own clients see the
//! certificate of its CA, which is renewed here too (decision 0023).

mod files;
mod orders;
mod shown;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use engine::Engine;
use ids::Timestamp;
use tokio::sync::mpsc;
use tunnel::link::Via;
use tunnel::{Doors, Listener, ServerCertificate, SiteTls, Validity, WebCertificate, WebProblem};

pub(super) use self::orders::Orders;

use self::orders::OrderFailed;
use self::shown::Name;
use super::GatewayError;
use super::links::{Links, WayOut};
use crate::config::Certificates;

/// How long a server certificate of the site's CA is good for, and how often it is renewed.
const OWN_VALID_FOR: Duration = Duration::from_secs(90 * 24 * 3600);
const OWN_EVERY: Duration = Duration::from_secs(24 * 3600);
/// How often is looked whether something is due: a clock that is set right makes it so, and files change.
/// A person who has put new ones there waits for it.
const LOOK: Duration = Duration::from_secs(3);

/// Where certificates for browsers come from.
#[derive(Debug, Clone)]
pub(crate) struct Web {
    /// What the configuration says.
    pub(crate) certificates: Certificates,
    /// What its paths are relative to: the site's folder.
    pub(crate) base: PathBuf,
    /// How the hospital's network lets us out to an authority.
    pub(crate) via: Via,
}

impl Web {
    /// The site's own, at both names.
    pub(super) fn own(base: &Path, way: &WayOut) -> Self {
        Self {
            certificates: Certificates::default(),
            base: base.to_owned(),
            via: way.via.clone(),
        }
    }
}

/// Why a certificate for browsers cannot be had. Its words are shown to the hospital's people.
#[derive(Debug, thiserror::Error)]
pub(super) enum WebError {
    #[error("{}: {cause}; the gateway's user (who owns the site's folder) must be able to read it", path.display())]
    Unreadable {
        path: PathBuf,
        cause: std::io::Error,
    },
    #[error("{}: everybody on this machine can read the key (mode {mode:04o}): chmod o= it", path.display())]
    Exposed { path: PathBuf, mode: u32 },
    #[error("{}: longer than {} bytes: expected PEM", path.display(), files::LONGEST)]
    TooLong { path: PathBuf },
    #[error("{}: {cause}", path.display())]
    Unusable { path: PathBuf, cause: WebProblem },
    #[error("what the authority issued cannot be shown: {0}")]
    Issued(WebProblem),
    #[error(transparent)]
    Acme(#[from] tunnel::acme::AcmeError),
    #[error(transparent)]
    NotKept(#[from] engine::WebKeyNotKept),
    #[error("no order is carried out: {0}")]
    Broken(String),
}

/// The certificate that the site's CA issues for its own server.
pub(super) fn own(engine: &Engine, doors: &Doors) -> Result<ServerCertificate, GatewayError> {
    let validity = Validity::starting(engine.now(), OWN_VALID_FOR);
    let names = [doors.engineers_name.as_str(), &doors.console_name];
    Ok(engine.ca().issue_server(&names, validity)?)
}

/// Shows this to everybody; browsers theirs, where there is one.
pub(super) fn tls(
    engine: &Engine,
    own: &ServerCertificate,
    web: impl IntoIterator<Item = (tunnel::Door, WebCertificate)>,
) -> SiteTls {
    let own = ServerCertificate {
        certificate: own.certificate.clone(),
        key: own.key.clone(),
    };
    web.into_iter().fold(
        SiteTls::new(engine.ca().certificate(), own),
        |tls, (door, web)| tls.for_browsers(door, web),
    )
}

/// Keeps the certificates of a running gateway.
pub(super) struct Keeping {
    engine: Engine,
    listener: Arc<Listener>,
    doors: Doors,
    own: ServerCertificate,
    own_since: Timestamp,
    names: [Name; 2],
    orders: Orders,
}

impl Keeping {
    /// `own` is what the listener was opened with.
    pub(super) fn new(
        engine: Engine,
        listener: Arc<Listener>,
        links: Arc<Links>,
        doors: Doors,
        own: ServerCertificate,
        web: &Web,
    ) -> Self {
        let names = shown::names(&engine, &doors, web);
        let orders = Orders::new(engine.clone(), Arc::clone(&listener), links, web.clone());
        Self {
            own_since: engine.now(),
            engine,
            listener,
            doors,
            own,
            names,
            orders,
        }
    }

    /// Never ends by itself.
    pub(super) async fn keep(mut self) {
        // What was kept of earlier orders.
        if self.names.iter().any(|name| name.shown().is_some()) {
            self.show();
        }
        let (done, mut ended) = mpsc::channel(self.names.len());
        let mut every = tokio::time::interval(LOOK);
        loop {
            let changed = tokio::select! {
                _ = every.tick() => self.look(&done),
                Some((door, outcome)) = ended.recv() => self.ordered(door, outcome),
            };
            let own = &self.own;
            let told = self.names.iter().map(|name| name.told(own, self.own_since));
            self.engine.tell_certificates(told.collect());
            // Told before it is shown: whoever sees it finds it explained.
            if changed {
                self.show();
            }
        }
    }

    /// Whether something else is to be shown now.
    fn look(&mut self, done: &mpsc::Sender<(tunnel::Door, orders::Outcome)>) -> bool {
        let now = self.engine.now();
        let mut changed = self.renew_own(now);
        for name in &mut self.names {
            changed |= name.read_again(now);
            if name.take_order(now) {
                self.orders
                    .begin(name.door(), name.called().to_owned(), done.clone());
            }
        }
        changed
    }

    fn ordered(&mut self, door: tunnel::Door, outcome: orders::Outcome) -> bool {
        let now = self.engine.now();
        if let Err(OrderFailed { error }) = &outcome {
            tracing::error!(cause = %error, ?door, "no certificate for browsers was had");
        }
        let name = self.names.iter_mut().find(|name| name.door() == door);
        name.is_some_and(|name| name.ordered(outcome, now))
    }

    fn renew_own(&mut self, now: Timestamp) -> bool {
        // Before it was issued: the clock was ahead then, and is right now.
        if now >= self.own_since && now.since(self.own_since) < OWN_EVERY {
            return false;
        }
        self.own_since = now;
        match own(&self.engine, &self.doors) {
            Ok(renewed) => {
                self.own = renewed;
                true
            }
            Err(cause) => {
                tracing::error!(%cause, "the server certificate could not be renewed");
                false
            }
        }
    }

    fn show(&self) {
        let web = self.names.iter().filter_map(Name::shown);
        let tls = tls(&self.engine, &self.own, web);
        if let Err(cause) = self.listener.renew(&tls) {
            tracing::error!(%cause, "the certificates could not be changed; the old ones stay");
        }
    }
}
