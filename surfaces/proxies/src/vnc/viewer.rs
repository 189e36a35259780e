//! The engineer's viewer, before it sees a screen.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use wire::rfb::{Version, failure, security};

/// A viewer that waits to be let in.
pub(crate) struct Viewer {
    version: Version,
}

/// Exchanges versions.
pub(crate) async fn greet<S>(stream: &mut S) -> io::Result<Viewer>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    stream.write_all(Version::V3_8.line()).await?;
    stream.flush().await?;
    let mut line = [0; 12];
    stream.read_exact(&mut line).await?;
    let version = Version::read(&line).map_err(io::Error::other)?;
    Ok(Viewer { version })
}

impl Viewer {
    /// Lets it in, with nothing asked, and hears that it is ready.
    pub(crate) async fn admit<S>(&self, stream: &mut S) -> io::Result<()>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        if self.version == Version::V3_3 {
            stream.write_u32(u32::from(security::NONE)).await?;
        } else {
            stream.write_all(&[1, security::NONE]).await?;
            stream.flush().await?;
            if stream.read_u8().await? != security::NONE {
                return Err(io::ErrorKind::InvalidData.into());
            }
        }
        if self.version == Version::V3_8 {
            stream.write_u32(0).await?;
        }
        stream.flush().await?;
        // Whether it would share the desktop: it always does, for nobody at the machine is thrown out.
        stream.read_u8().await.map(drop)
    }

    /// Says why it is not let in; viewers show the sentence.
    pub(crate) async fn refuse<S>(&self, stream: &mut S, sentence: &str) -> io::Result<()>
    where
        S: AsyncWrite + Unpin,
    {
        // No type of security, and the reason (RFC 6143 §7.1.2).
        let none: &[u8] = if self.version == Version::V3_3 {
            &[0, 0, 0, 0]
        } else {
            &[0]
        };
        stream
            .write_all(&[none, &failure(sentence)].concat())
            .await?;
        stream.shutdown().await
    }
}
