//! Shuts a connection down from any thread.

use std::net::Shutdown;
use std::sync::Arc;
use std::time::Duration;

use socket2::{SockRef, Socket, TcpKeepalive};
use tokio::net::TcpStream;

/// A peer that vanished is noticed after `IDLE + PROBES × INTERVAL`, 75 s: soon enough that a session
/// does not count as live for long, seldom enough to cost nothing.
const KEEP_ALIVE_IDLE: Duration = Duration::from_secs(30);
const KEEP_ALIVE_INTERVAL: Duration = Duration::from_secs(15);
const KEEP_ALIVE_PROBES: u32 = 3;

/// A second handle on a TCP connection, with which any thread ends it: without the async runtime,
/// without a lock, without the task that reads it (invariant 15).
#[derive(Debug, Clone)]
pub struct Closer(Arc<Socket>);

impl Closer {
    /// A second handle on this connection.
    ///
    /// # Errors
    /// If the system has no descriptor left.
    pub fn of(stream: &TcpStream) -> std::io::Result<Self> {
        Ok(Self(Arc::new(SockRef::from(stream).try_clone()?)))
    }

    /// Ends the connection in both directions: reads and writes at both ends return at once or after
    /// what is on its way. Closing what is closed does nothing.
    pub fn close(&self) {
        // An error says that it is closed already.
        let _ = self.0.shutdown(Shutdown::Both);
    }
}

/// No waiting for full segments, and a peer that vanished is noticed: [`tune`] belongs to every
/// connection that carries a session, the one to its target too.
///
/// What is on its way when the peer vanishes is given up by the system: after about a quarter of an hour,
/// or 100 seconds where `net.ipv4.tcp_retries2` is 8 (docs/operating/faults.md). `TCP_USER_TIMEOUT`
/// would do it here, but it also ends the connection to a peer that is there and reads nothing for so
/// long, as every peer of a paused session does.
///
/// # Errors
/// If the system refuses.
pub fn tune(stream: &TcpStream) -> std::io::Result<()> {
    let socket = SockRef::from(stream);
    socket.set_tcp_nodelay(true)?;
    let keepalive = TcpKeepalive::new()
        .with_time(KEEP_ALIVE_IDLE)
        .with_interval(KEEP_ALIVE_INTERVAL);
    #[cfg(not(target_os = "windows"))]
    let keepalive = keepalive.with_retries(KEEP_ALIVE_PROBES);
    #[cfg(target_os = "windows")]
    let _ = KEEP_ALIVE_PROBES;
    socket.set_tcp_keepalive(&keepalive)
}
