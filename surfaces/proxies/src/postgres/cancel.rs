//! Cancelling at the target: on a connection of its own, to the same pinned address and key.

use std::time::Duration;

use phrases::{Language, say};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;
use wire::postgres::{CancelKey, cancel_request};

use super::entry::secured;
use crate::frozen;
use crate::workers::Session;

/// How long it may take; the statement may be over by then.
const CANCEL_WITHIN: Duration = Duration::from_secs(10);

/// Cancels at the target whenever it is asked for. Does not return.
pub(super) async fn serve(opened: &Session, key: Option<&CancelKey>) {
    loop {
        opened.live().cancel_asked().await;
        frozen::passable(opened.live()).await;
        let text = say(Language::default(), "postgres-cancelled", &[]);
        if let Err(cause) = opened.notice(&text) {
            tracing::debug!(%cause, "a cancel is not in the recording");
            continue;
        }
        let Some(key) = key else {
            continue;
        };
        let _in_time = timeout(CANCEL_WITHIN, cancel(opened, key)).await;
    }
}

async fn cancel(opened: &Session, key: &CancelKey) -> Option<()> {
    let entry = opened.permit().database()?;
    let target = opened.dial().await.ok()?;
    let (mut far, _) = secured(target, &entry.server).await.ok()?;
    far.write_all(&cancel_request(key)).await.ok()?;
    far.flush().await.ok()?;
    // The server closes when it has done it.
    let _closed = far.read(&mut [0; 1]).await;
    Some(())
}
