//! The key of a desktop's server: RDP up to TLS.

use std::io;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use wire::rdp::{Selected, SignIn, ask_target};

use super::{ServerShown, by_tls};

pub(super) async fn shown_at(mut stream: TcpStream) -> io::Result<ServerShown> {
    // Servers that want more than TLS, and those that want no more, both take this.
    stream.write_all(&ask_target(SignIn::Nla)).await?;
    let mut answer = [0; 19];
    stream.read_exact(&mut answer).await?;
    let chosen = [SignIn::Nla, SignIn::Tls].map(|by| Selected::read(&answer, by));
    if chosen
        .iter()
        .any(|chosen| matches!(chosen, Ok(Selected::AsRegistered { .. })))
    {
        return by_tls(stream, b"", None).await;
    }
    Ok(match chosen {
        [Ok(_), _] => ServerShown::PlainText,
        _ => ServerShown::Nothing,
    })
}
