//! One data connection: dialled, parked at the relay, given a client.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::{Instant, sleep, timeout};
use wire::Decoding;
use wire::relay::data::ClientHeader;

use super::dial::{self, DialError};
use super::{Shared, Wrap};
use crate::data_key::DataKey;
use crate::line::Line;

/// Name resolution, connection, proxy and TLS together. Clients wait meanwhile, and not for longer.
const DIAL_WITHIN: Duration = Duration::from_secs(10);

/// How long one is kept waiting for a client. The relay gives it up sooner; this is for a relay, or
/// for a middlebox, that forgot it.
const PARKED_FOR: Duration = Duration::from_secs(300);

/// A relay that closes sooner does not want it: dialling again at once would go round for ever.
const AT_ONCE: Duration = Duration::from_secs(1);

/// What became of a data connection.
#[derive(Debug)]
pub(super) enum Outcome {
    /// It was given a client.
    Used,
    /// It ended before a client came.
    Unused,
    /// It was not reached, or closed at once: not to be tried again at once.
    Failed,
}

/// Dials after `pause`, waits for a client, and hands it to the listener.
pub(super) async fn run(
    shared: Arc<Shared>,
    key: Arc<DataKey>,
    number: u64,
    pause: Duration,
) -> Outcome {
    sleep(pause).await;
    let dialled = timeout(DIAL_WITHIN, park(&shared, &key, number)).await;
    let mut line = match dialled.unwrap_or(Err(DialError::TimedOut)) {
        Ok(line) => line,
        Err(why) => {
            tracing::debug!(%why, "a data connection to the relay was not made");
            return Outcome::Failed;
        }
    };
    let since = Instant::now();
    match timeout(PARKED_FOR, client(&mut line, &key, number)).await {
        Ok(Some(peer)) => {
            shared.entrance.receive(line, peer);
            Outcome::Used
        }
        Ok(None) if since.elapsed() < AT_ONCE => Outcome::Failed,
        Ok(None) | Err(_) => Outcome::Unused,
    }
}

async fn park(shared: &Shared, key: &DataKey, number: u64) -> Result<Line, DialError> {
    let mut line = match shared.config.wrap {
        Wrap::Bare => Line::Tcp(dial::bare(shared).await?),
        Wrap::Tls => {
            let stream = dial::wrapped(shared, &shared.data).await?;
            Line::Wrapped(Box::new(stream.into()))
        }
    };
    line.write_all(&key.hello(number)).await?;
    line.flush().await?;
    Ok(line)
}

/// Whose connection it is from now on. Nothing is believed without the MAC of this link, over the
/// number of this connection.
async fn client(line: &mut Line, key: &DataKey, number: u64) -> Option<SocketAddr> {
    let mut bytes = [0u8; ClientHeader::LENGTH];
    line.read_exact(&mut bytes).await.ok()?;
    let Ok(Decoding::Complete {
        message: (header, mac),
        ..
    }) = ClientHeader::decode(&bytes)
    else {
        tracing::warn!("a data connection was given no header that can be read; closed");
        return None;
    };
    if header.number != number || !key.made_header(&header, &mac) {
        tracing::warn!("a data connection was given a header that is not the relay's; closed");
        return None;
    }
    Some(header.peer)
}
