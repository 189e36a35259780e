//! The key of a desktop's server: RFB up to the TLS inside VeNCrypt.

use std::io;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use wire::rfb::{Version, security};

use super::{ServerShown, by_tls};

pub(super) async fn shown_at(mut stream: TcpStream) -> io::Result<ServerShown> {
    let mut line = [0; 12];
    stream.read_exact(&mut line).await?;
    let Ok(version) = Version::read(&line) else {
        return Ok(ServerShown::Nothing);
    };
    // Before 3.7 a server chooses by itself, and none of that time chooses TLS.
    if version < Version::V3_7 {
        return Ok(ServerShown::PlainText);
    }
    stream.write_all(version.line()).await?;
    let count = stream.read_u8().await?;
    let mut types = vec![0; usize::from(count)];
    stream.read_exact(&mut types).await?;
    if types.is_empty() {
        return Ok(ServerShown::Nothing);
    }
    if !types.contains(&security::VENCRYPT) {
        return Ok(ServerShown::PlainText);
    }
    stream.write_all(&[security::VENCRYPT]).await?;
    let mut offered = [0; 2];
    stream.read_exact(&mut offered).await?;
    stream.write_all(&security::VENCRYPT_VERSION).await?;
    if stream.read_u8().await? != 0 {
        return Ok(ServerShown::PlainText);
    }
    let count = stream.read_u8().await?;
    let mut with_a_key = None;
    for _ in 0..count {
        let kind = stream.read_u32().await?;
        if [security::x509::VNC, security::x509::PLAIN].contains(&kind) {
            with_a_key = Some(kind);
        }
    }
    // TLS without a certificate vouches for nobody: it is no better than none.
    let Some(kind) = with_a_key else {
        return Ok(ServerShown::PlainText);
    };
    stream.write_u32(kind).await?;
    if stream.read_u8().await? != 1 {
        return Ok(ServerShown::Nothing);
    }
    by_tls(stream, b"", None).await
}
