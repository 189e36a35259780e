//! Moves bytes from socket to socket where there is no `splice(2)`.

use std::io;
use std::net::Shutdown;

use socket2::SockRef;
use tokio::net::TcpStream;

/// How much is copied at once.
const COPY: usize = 16 * 1024;

/// Nothing to keep.
#[derive(Default)]
pub(super) struct Pipes;

/// Moves what comes from one socket to the other, until it ends; the end is passed on. A buffer is
/// held only while bytes are in it.
pub(super) async fn pass(from: &TcpStream, to: &TcpStream, _pipes: &Pipes) -> io::Result<()> {
    loop {
        from.readable().await?;
        let mut buffer = vec![0u8; COPY];
        let read = match from.try_read(&mut buffer) {
            Ok(0) => return SockRef::from(to).shutdown(Shutdown::Write),
            Ok(read) => read,
            Err(problem) if problem.kind() == io::ErrorKind::WouldBlock => continue,
            Err(problem) => return Err(problem),
        };
        let mut left = buffer.get(..read).unwrap_or_default();
        while !left.is_empty() {
            to.writable().await?;
            match to.try_write(left) {
                Ok(written) => left = left.get(written..).unwrap_or_default(),
                Err(problem) if problem.kind() == io::ErrorKind::WouldBlock => {}
                Err(problem) => return Err(problem),
            }
        }
    }
}
