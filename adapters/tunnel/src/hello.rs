//! Reads a ClientHello within its size. What is wrong with it is not answered.

use rustls::server::{Accepted, Acceptor};
use tokio::io::{AsyncRead, AsyncReadExt};

/// The longest ClientHello, record headers included. One with a hybrid key share takes 1.4 to 2 KiB,
/// browsers' included; four times that is room enough for what will be added to it.
pub(crate) const MAX_HELLO: usize = 8 * 1024;

/// How much is read at once: most ClientHellos whole.
pub(crate) const CHUNK: usize = 2048;

/// Why there is no ClientHello.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoHello {
    #[error("{0}")]
    Said(&'static str),
    #[error("{0}")]
    Failed(std::io::Error),
}

/// Takes a ClientHello piece by piece.
///
/// Not [`tokio_rustls::LazyConfigAcceptor`], because that answers nonsense with an alert, and bounds a
/// ClientHello by 64 KiB only.
#[derive(Default)]
pub(crate) struct HelloReader {
    acceptor: Acceptor,
}

impl HelloReader {
    /// Takes what was read. `None`: there is more to come.
    pub(crate) fn take(&mut self, mut bytes: &[u8]) -> Result<Option<Accepted>, NoHello> {
        let unintelligible = || NoHello::Said("nothing intelligible");
        self.acceptor
            .read_tls(&mut bytes)
            .map_err(|_| unintelligible())?;
        match self.acceptor.accept() {
            // What came with it is kept for the handshake, which will judge it; what there is no room for
            // is more than anybody says before our answer.
            Ok(accepted) if bytes.is_empty() => Ok(accepted),
            Ok(_) | Err(_) => Err(unintelligible()),
        }
    }
}

/// What a ClientHello asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The server name (SNI).
    pub name: Option<String>,
    /// The application protocols (ALPN), in the client's order.
    pub protocols: Vec<Vec<u8>>,
}

/// Bytes that do not begin with a ClientHello.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a ClientHello of at most {MAX_HELLO} bytes")]
pub struct NotAHello;

/// Reads a ClientHello as the relay and the listener do, from bytes that are there already. `None`: it is
/// not whole. What follows it is not looked at.
///
/// # Errors
/// If it is too long or is not one.
pub fn peek_hello<'b>(
    pieces: impl IntoIterator<Item = &'b [u8]>,
) -> Result<Option<Asked>, NotAHello> {
    let mut reader = HelloReader::default();
    let mut room = MAX_HELLO;
    for chunk in pieces.into_iter().flat_map(|piece| piece.chunks(CHUNK)) {
        room = room.checked_sub(chunk.len()).ok_or(NotAHello)?;
        if let Some(accepted) = reader.take(chunk).map_err(|_| NotAHello)? {
            let hello = accepted.client_hello();
            let protocols = hello.alpn().into_iter().flatten();
            return Ok(Some(Asked {
                name: hello.server_name().map(str::to_owned),
                protocols: protocols.map(<[u8]>::to_vec).collect(),
            }));
        }
    }
    Ok(None)
}

/// Reads a whole ClientHello.
pub(crate) async fn read<S: AsyncRead + Unpin>(stream: &mut S) -> Result<Accepted, NoHello> {
    let mut reader = HelloReader::default();
    let mut chunk = [0u8; CHUNK];
    let mut total = 0;
    loop {
        let bytes = read_some(stream, &mut chunk, MAX_HELLO - total).await?;
        total += bytes.len();
        if let Some(accepted) = reader.take(bytes)? {
            return Ok(accepted);
        }
    }
}

/// Reads some bytes, at most `room`; never none.
pub(crate) async fn read_some<'a, S: AsyncRead + Unpin>(
    stream: &mut S,
    chunk: &'a mut [u8; CHUNK],
    room: usize,
) -> Result<&'a [u8], NoHello> {
    let space = chunk.get_mut(..room.min(CHUNK)).unwrap_or_default();
    let read = stream.read(space).await.map_err(NoHello::Failed)?;
    match space.get(..read).unwrap_or_default() {
        [] if room == 0 => Err(NoHello::Said("too much at once")),
        [] => Err(NoHello::Said("nothing")),
        bytes => Ok(bytes),
    }
}
