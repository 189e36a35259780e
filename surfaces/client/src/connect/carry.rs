//! Bytes between a session and the local side, until one of them ends.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::Session;
use crate::here;

/// Room in each direction: what a pipe holds, and four TLS records.
const BUFFER: usize = 64 * 1024;
/// How long the local side may still send after the session has said its last byte. A session that
/// was ended by the hospital looks the same as a target that has finished: the engineer's program is
/// to notice either at once.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// What went through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Carried {
    /// Bytes from here to the target.
    pub sent: u64,
    /// Bytes from the target to here.
    pub received: u64,
}

impl Session {
    /// The session as one stream.
    pub(crate) fn into_stream(self) -> impl AsyncRead + AsyncWrite + Unpin + Send + 'static {
        let (from_site, to_site) = tokio::io::split(self.connection.stream);
        tokio::io::join(io::Cursor::new(self.first).chain(from_site), to_site)
    }

    /// Carries bytes between the session and standard input and output, as [`Session::carry`].
    pub async fn carry_here(self) -> Carried {
        let (reader, writer) = here::standard_streams();
        self.carry(reader, writer).await
    }

    /// Carries bytes until the session ends, or the local side has closed and the target has
    /// finished. Both ends are closed afterwards.
    pub async fn carry<R, W>(self, reader: R, writer: W) -> Carried
    where
        R: AsyncRead + Unpin,
        W: AsyncWrite + Unpin,
    {
        let closer = self.connection.closer.clone();
        let (from_site, to_site) = tokio::io::split(self.connection.stream);
        let (mut sent, mut received) = (0, 0);
        {
            let mut out = std::pin::pin!(pump(&[], reader, to_site, &mut sent));
            let mut back = std::pin::pin!(pump(&self.first, from_site, writer, &mut received));
            tokio::select! {
                _ = &mut back => {
                    let _ = tokio::time::timeout(LAST_WORDS, out).await;
                }
                // After our end of file the target may still answer; after a failure nothing comes.
                finished = &mut out => if finished.is_ok() {
                    let _ = back.await;
                },
            }
        }
        closer.close();
        Carried { sent, received }
    }
}

/// Copies until the end of file, counts, and passes the end on.
async fn pump<R, W>(first: &[u8], mut from: R, mut to: W, count: &mut u64) -> io::Result<()>
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    let mut buffer = vec![0u8; BUFFER];
    let outcome = async {
        if !first.is_empty() {
            to.write_all(first).await?;
            to.flush().await?;
            *count += first.len() as u64;
        }
        loop {
            let read = from.read(&mut buffer).await?;
            if read == 0 {
                return Ok(());
            }
            to.write_all(buffer.get(..read).unwrap_or_default()).await?;
            to.flush().await?;
            *count += read as u64;
        }
    }
    .await;
    // Also after a failure: the other side is to notice.
    let _ = to.shutdown().await;
    outcome
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_came_with_the_answer_reaches_the_engineer_first() {
        let (mut count, mut out) = (0, Vec::new());
        pump(b"SSH-2.0", &b"-OpenSSH\r\n"[..], &mut out, &mut count)
            .await
            .unwrap();
        assert_eq!(out, b"SSH-2.0-OpenSSH\r\n");
        assert_eq!(count, 17);
    }
}
