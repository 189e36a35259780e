//! Reads a ClientHello within its size. What is wrong with it is not answered.

use rustls::server::{Accepted, Acceptor};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

use super::Turned;

/// The longest ClientHello, record headers included. One with a hybrid key share takes 1.4 to 2 KiB,
/// browsers' included; four times that is room enough for what will be added to it.
pub(super) const MAX_HELLO: usize = 8 * 1024;

/// How much is read at once: most ClientHellos whole.
const CHUNK: usize = 2048;

/// Not [`tokio_rustls::LazyConfigAcceptor`], because that answers nonsense with an alert, and bounds a
/// ClientHello by 64 KiB only.
pub(super) async fn read(stream: &mut TcpStream) -> Result<Accepted, Turned> {
    let mut acceptor = Acceptor::default();
    let mut chunk = [0u8; CHUNK];
    let mut total = 0;
    loop {
        let room = (MAX_HELLO - total).min(CHUNK);
        let space = chunk.get_mut(..room).unwrap_or_default();
        let read = stream.read(space).await.map_err(Turned::Failed)?;
        let mut bytes = space.get(..read).unwrap_or_default();
        if bytes.is_empty() {
            return Err(Turned::Misdirected(if room == 0 {
                "too much at once"
            } else {
                "nothing"
            }));
        }
        total += read;
        acceptor
            .read_tls(&mut bytes)
            .map_err(|_| Turned::Misdirected("nothing intelligible"))?;
        match acceptor.accept() {
            // What follows a ClientHello has to wait for our answer.
            Ok(Some(accepted)) if bytes.is_empty() => return Ok(accepted),
            Ok(None) if bytes.is_empty() => {}
            Ok(_) | Err(_) => return Err(Turned::Misdirected("nothing intelligible")),
        }
    }
}
