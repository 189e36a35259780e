//! Reaches a host: one of its addresses that answers.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use tokio::net::{TcpSocket, TcpStream, lookup_host};
use tokio::time::timeout;

use super::ConnectError;

/// How long an address may say nothing before the next one is tried: two repetitions of the first
/// packet (RFC 6298 §2.1), and three addresses within the shortest deadline of a caller. A relay whose
/// machine is off, or IPv6 that leads nowhere, would else use up the whole deadline.
const SILENT_FOR: Duration = Duration::from_secs(3);

/// The first address of the host (`host:port`) that answers.
pub(crate) async fn reach(
    address: &str,
    bind: Option<IpAddr>,
) -> Result<(TcpStream, SocketAddr), ConnectError> {
    let unknown = || ConnectError::AddressUnknown(address.to_owned());
    let candidates = lookup_host(address).await.map_err(|_| unknown())?;
    let candidates = candidates.filter(|c| bind.is_none_or(|b| b.is_ipv4() == c.is_ipv4()));
    let reached = first(candidates.collect(), bind, SILENT_FOR).await;
    reached.unwrap_or_else(|| Err(unknown()))
}

/// The first that answers; the last one may be silent for as long as the caller waits.
async fn first(
    mut candidates: Vec<SocketAddr>,
    bind: Option<IpAddr>,
    silent_for: Duration,
) -> Option<Result<(TcpStream, SocketAddr), ConnectError>> {
    let last = candidates.pop()?;
    for candidate in candidates {
        if let Ok(Ok(stream)) = timeout(silent_for, one(candidate, bind)).await {
            return Some(Ok((stream, candidate)));
        }
    }
    Some(one(last, bind).await.map(|stream| (stream, last)))
}

async fn one(peer: SocketAddr, bind: Option<IpAddr>) -> Result<TcpStream, ConnectError> {
    let socket = match peer {
        SocketAddr::V4(_) => TcpSocket::new_v4(),
        SocketAddr::V6(_) => TcpSocket::new_v6(),
    }
    .map_err(ConnectError::Io)?;
    if let Some(address) = bind {
        socket
            .bind(SocketAddr::new(address, 0))
            .map_err(|problem| ConnectError::Bind { address, problem })?;
    }
    socket
        .connect(peer)
        .await
        .map_err(|problem: io::Error| ConnectError::Unreachable {
            address: peer.to_string(),
            problem,
        })
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    /// An address that says nothing: its queue is full, so that the kernel drops who else comes.
    #[cfg(target_os = "linux")]
    async fn silent() -> (TcpListener, Vec<TcpStream>) {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let listener = socket.listen(1).unwrap();
        let address = listener.local_addr().unwrap();
        let mut waiting = Vec::new();
        let a_moment = Duration::from_millis(100);
        while let Ok(stream) = timeout(a_moment, TcpStream::connect(address)).await {
            waiting.push(stream.unwrap());
        }
        (listener, waiting)
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn an_address_that_says_nothing_gives_way_to_the_next() {
        let (silent, _waiting) = silent().await;
        let answers = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let last = answers.local_addr().unwrap();
        let both = vec![silent.local_addr().unwrap(), last];
        let reached = first(both, None, Duration::from_millis(20)).await;
        assert_eq!(reached.unwrap().unwrap().1, last);
    }

    #[tokio::test]
    async fn an_address_that_refuses_gives_way_to_the_next_and_the_last_says_why() {
        let gone = TcpListener::bind("127.0.0.3:0").await.unwrap();
        let refuses = gone.local_addr().unwrap();
        drop(gone);
        let answers = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let there = answers.local_addr().unwrap();
        let reached = first(vec![refuses, there], None, SILENT_FOR).await;
        assert_eq!(reached.unwrap().unwrap().1, there);
        let failed = first(vec![refuses], None, SILENT_FOR).await.unwrap();
        assert!(matches!(failed, Err(ConnectError::Unreachable { .. })));
        assert!(first(Vec::new(), None, SILENT_FOR).await.is_none());
    }
}
