//! Which key a server shows that speaks only old TLS: the engine has none of that (decision 0049), and asks whoever has.

use std::net::SocketAddr;
use std::time::Duration;

use access::Protocol;
use ids::Digest;
use tokio::sync::{mpsc, oneshot};

use crate::{Engine, Inner};

/// How long such a server may take: its processor is as old as its TLS.
const WITHIN: Duration = Duration::from_secs(20);

/// Who is asked at once; the next ones wait.
const AT_ONCE: usize = 4;

/// A server to be looked at.
#[derive(Debug)]
pub struct OldLook {
    /// Where it is dialled.
    pub address: SocketAddr,
    /// What it is called.
    pub called: String,
    /// What is spoken before TLS, and inside it.
    pub speaks: Protocol,
    shown: oneshot::Sender<Option<Digest>>,
}

impl OldLook {
    /// What it showed: SHA-256 of its certificate's public key, or nothing.
    pub fn shows(self, spki: Option<Digest>) {
        // Whoever asked may have gone.
        let _gone = self.shown.send(spki);
    }
}

impl Engine {
    /// Servers to be looked at by old TLS, from now on. To be called once; `None` afterwards.
    pub fn old_looks(&self) -> Option<mpsc::Receiver<OldLook>> {
        let (asks, looks) = mpsc::channel(AT_ONCE);
        self.inner.old_looks.set(asks).ok().map(|()| looks)
    }
}

/// The key that it shows by old TLS; nothing if it shows none, or nobody here speaks that.
pub(super) async fn shown_at(
    inner: &Inner,
    address: SocketAddr,
    called: &str,
    speaks: Protocol,
) -> Option<Digest> {
    let asks = inner.old_looks.get()?;
    let (shown, looked) = oneshot::channel();
    let look = OldLook {
        address,
        called: called.to_owned(),
        speaks,
        shown,
    };
    let looking = async {
        asks.send(look).await.ok()?;
        looked.await.ok()?
    };
    tokio::time::timeout(WITHIN, looking).await.ok()?
}
