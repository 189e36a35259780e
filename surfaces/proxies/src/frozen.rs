//! Waiting while nothing may pass.

use std::io;

use access::Frozen;
use engine::LiveSession;
use tokio::io::{AsyncWrite, AsyncWriteExt};

/// Who knows whether something may pass: the live session, or what a worker has of it.
pub(crate) trait Standing {
    /// Why nothing passes for now, if so.
    fn frozen(&self) -> Option<Frozen>;

    /// Returns once something may pass.
    fn thawed(&self) -> impl Future<Output = ()> + Send;

    /// Returns once nothing may pass.
    fn froze(&self) -> impl Future<Output = ()> + Send;
}

impl Standing for LiveSession {
    fn frozen(&self) -> Option<Frozen> {
        self.frozen()
    }

    async fn thawed(&self) {
        self.thawed().await;
    }

    async fn froze(&self) {
        self.froze().await;
    }
}

/// Returns once something may pass; at once, as a rule. A session that ends frozen is ended from
/// outside, with every channel that waits here.
pub(crate) async fn passable(live: &impl Standing) {
    if live.frozen().is_some() {
        live.thawed().await;
    }
}

/// Writes everything; what a slow reader has not taken yet when the session freezes stays here.
pub(crate) async fn pass_on(
    live: &impl Standing,
    mut bytes: &[u8],
    to: &mut (impl AsyncWrite + Unpin),
) -> io::Result<()> {
    while !bytes.is_empty() {
        passable(live).await;
        let written = tokio::select! {
            biased;
            written = to.write(bytes) => written?,
            () = live.froze() => continue,
        };
        if written == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
        bytes = bytes.get(written..).unwrap_or_default();
    }
    to.flush().await
}

/// The sentence that says what is waited for.
pub(crate) fn sentence(frozen: Frozen) -> &'static str {
    match frozen {
        Frozen::AwaitingAttendant => "session-awaiting-attendant",
        Frozen::Paused => "session-paused",
    }
}
