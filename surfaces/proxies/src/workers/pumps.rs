//! The engineer's bytes between their stream, which ends in the gateway, and the worker's end of a socket.

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// Read buffer: two records of TLS.
const BUFFER: usize = 32 * 1024;

/// Passes on what comes until either side has closed, and says so to the other. Whether something may pass
/// is the worker's to see: what it says while nothing may, that something is waited for, passes too. Whether the side
/// that is read has closed in order: the worker reads an end in either case.
pub(super) async fn pump(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
) -> bool {
    let mut buffer = vec![0; BUFFER];
    let in_order = loop {
        let read = match from.read(&mut buffer).await {
            Ok(0) => break true,
            Ok(read) => read,
            Err(_) => break false,
        };
        let bytes = buffer.get(..read).unwrap_or_default();
        if to.write_all(bytes).await.is_err() || to.flush().await.is_err() {
            // How the other side ended is for who reads it to say.
            break true;
        }
    };
    // The other side may be gone already.
    let _gone = to.shutdown().await;
    in_order
}
