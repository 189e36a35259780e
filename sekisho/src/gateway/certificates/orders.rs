//! Orders at an authority: the account and the certificate are kept sealed, the proof is shown by our own
//! listener, and the relays let the authority through while it looks.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use engine::{Engine, WebKey};
use ids::Timestamp;
use tokio::sync::mpsc;
use tunnel::acme::{Authority, Ordered, Roots};
use tunnel::{Challenge, Door, Listener, WebCertificate};
use zeroize::Zeroizing;

use super::{Web, WebError, files};
use crate::config::{AcmeTerms, WebSource};
use crate::gateway::links::Links;

/// Where Debian and its kin keep the roots of the web.
const SYSTEM_ROOTS: &str = "/etc/ssl/certs/ca-certificates.crt";

/// What an order ends with: the certificate, and the account's address.
pub(super) type Outcome = Result<(WebCertificate, String), OrderFailed>;

/// There is no certificate.
pub(super) struct OrderFailed {
    pub(super) error: WebError,
}

/// Carries out orders.
#[derive(Clone)]
pub(crate) struct Orders {
    engine: Engine,
    listener: Arc<Listener>,
    links: Arc<Links>,
    web: Web,
    open: Arc<Mutex<BTreeMap<String, Challenge>>>,
}

impl Orders {
    pub(super) fn new(
        engine: Engine,
        listener: Arc<Listener>,
        links: Arc<Links>,
        web: Web,
    ) -> Self {
        Self {
            engine,
            listener,
            links,
            web,
            open: Arc::default(),
        }
    }

    /// Begins one for this name; `done` is told what came of it.
    pub(super) fn begin(&self, door: Door, name: String, done: mpsc::Sender<(Door, Outcome)>) {
        let orders = self.clone();
        tokio::spawn(async move {
            let order = tokio::spawn(async move { orders.order(door, &name).await });
            // One that panicked is as one that failed: the next is tried in its time.
            let outcome = order
                .await
                .unwrap_or_else(|cause| Err(WebError::Broken(cause.to_string())));
            let outcome = outcome.map_err(|error| OrderFailed { error });
            // Nobody listens any more: the gateway stops.
            let _ = done.send((door, outcome)).await;
        });
    }

    async fn order(&self, door: Door, name: &str) -> Result<(WebCertificate, String), WebError> {
        let Some(terms) = terms(&self.web, door).cloned() else {
            return Err(WebError::Broken("the name has no authority".to_owned()));
        };
        let authority = self.authority(&terms)?;
        let at = asked_at(door);
        let account = self.engine.web_key(at, WebKey::Account, &terms.directory);
        let account = account.as_ref().map(|kept| kept.as_slice());
        let open = |digest| self.show(name, digest);
        let ordered = authority
            .order(account, name, open, || self.hide(name))
            .await?;
        let plain = &ordered.account;
        self.engine
            .keep_web_key(at, WebKey::Account, &terms.directory, plain)?;
        let both = bundle(&ordered);
        let certificate = read_bundle(&both, name, self.engine.now()).map_err(WebError::Issued)?;
        self.engine
            .keep_web_key(at, WebKey::Certificate, &terms.directory, &both)?;
        tracing::info!(name, "an authority issued a certificate for browsers");
        Ok((certificate, ordered.account_address))
    }

    fn authority(&self, terms: &AcmeTerms) -> Result<Authority, WebError> {
        let path = match &terms.root {
            Some(root) => self.web.base.join(root),
            None => Path::new(SYSTEM_ROOTS).to_owned(),
        };
        let roots = Roots::read(&files::read(&path)?)?;
        Ok(Authority {
            directory: terms.directory.clone(),
            contact: terms.contact.clone(),
            roots,
            via: self.web.via.clone(),
        })
    }

    /// Shows the proof, and waits until the relays let the authority through.
    async fn show(&self, name: &str, digest: [u8; 32]) {
        match Challenge::new(name, digest) {
            Ok(challenge) => self.change(|open| open.insert(name.to_owned(), challenge)),
            Err(cause) => tracing::error!(%cause, name, "an authority cannot be shown the proof"),
        }
        self.links.heard().await;
    }

    fn hide(&self, name: &str) {
        self.change(|open| open.remove(name));
    }

    fn change<T>(&self, change: impl FnOnce(&mut BTreeMap<String, Challenge>) -> T) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut open);
        self.listener.answer(open.values().cloned().collect());
        self.links.orders(open.keys().cloned().collect());
    }
}

/// The authority of a name, if it has one.
pub(super) fn terms(web: &Web, door: Door) -> Option<&AcmeTerms> {
    let source = match door {
        Door::Console => &web.certificates.console,
        Door::Engineers => &web.certificates.engineers,
    };
    match source {
        Some(WebSource::Acme(terms)) => Some(terms),
        Some(WebSource::Pem(_)) | None => None,
    }
}

/// The door in the words of `access`.
pub(super) fn asked_at(door: Door) -> access::Door {
    match door {
        Door::Console => access::Door::Console,
        Door::Engineers => access::Door::Engineers,
    }
}

/// What was kept of an earlier order, if it is still good.
pub(super) fn kept(engine: &Engine, web: &Web, door: Door, name: &str) -> Option<WebCertificate> {
    let directory = &terms(web, door)?.directory;
    let kept = engine.web_key(asked_at(door), WebKey::Certificate, directory)?;
    let read = read_bundle(&kept, name, engine.now());
    read.inspect_err(|cause| tracing::info!(%cause, name, "a new certificate is ordered"))
        .ok()
}

/// The address of the account that was kept of an earlier order.
pub(super) fn kept_account(engine: &Engine, web: &Web, door: Door) -> Option<String> {
    let directory = &terms(web, door)?.directory;
    let kept = engine.web_key(asked_at(door), WebKey::Account, directory)?;
    tunnel::acme::account_address(&kept)
}

fn bundle(ordered: &Ordered) -> Zeroizing<Vec<u8>> {
    Zeroizing::new([ordered.chain.as_bytes(), b"\n", ordered.key.as_bytes()].concat())
}

fn read_bundle(
    both: &[u8],
    name: &str,
    now: Timestamp,
) -> Result<WebCertificate, tunnel::WebProblem> {
    WebCertificate::read(both, both, name, now)
}
