//! The key of a desktop's server: RDP up to TLS.

use std::io;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use wire::rdp::{SignIn, ask_target, tls_is_next};

use super::{ServerShown, by_tls};

pub(super) async fn shown_at(mut stream: TcpStream) -> io::Result<ServerShown> {
    stream.write_all(&ask_target(SignIn::Nla)).await?;
    let mut answer = [0; 19];
    stream.read_exact(&mut answer).await?;
    match tls_is_next(&answer) {
        Ok(true) => by_tls(stream, b"", None).await,
        Ok(false) => Ok(ServerShown::PlainText),
        Err(_) => Ok(ServerShown::Nothing),
    }
}
