//! Messages on a control connection: read so that waiting can be given up, written with a deadline.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::timeout;
use wire::{Decoding, Message, Misbehaviour, NotEncodable, decode, encode};

/// How long the other side may take to take a message off the line.
const WRITE_WITHIN: Duration = Duration::from_secs(10);

/// How much is read at once.
const CHUNK: usize = 4096;

/// Why a control connection ended.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FrameError {
    #[error("it was closed")]
    Closed,
    #[error("the other side broke the protocol: {0}")]
    Misbehaviour(#[from] Misbehaviour),
    #[error("a message breaks our own limits: {0}")]
    NotEncodable(#[from] NotEncodable),
    #[error("the other side takes nothing any more")]
    Stuck,
    #[error("{0}")]
    Failed(#[from] io::Error),
}

/// Reads messages. Holds at most one, and what was read with it.
pub(crate) struct FrameReader<R> {
    reader: R,
    held: Vec<u8>,
}

impl<R: AsyncRead + Unpin> FrameReader<R> {
    pub(crate) fn new(reader: R) -> Self {
        Self {
            reader,
            held: Vec::new(),
        }
    }

    /// The next message. Dropped while waiting, it loses nothing.
    pub(crate) async fn next<M: Message>(&mut self) -> Result<M, FrameError> {
        loop {
            if let Decoding::Complete { message, used } = decode(&self.held)? {
                self.held.drain(..used);
                return Ok(message);
            }
            self.held.reserve(CHUNK);
            let mut some = (&mut self.reader).take(CHUNK as u64);
            if some.read_buf(&mut self.held).await? == 0 {
                return Err(FrameError::Closed);
            }
        }
    }
}

/// Writes one message.
pub(crate) async fn write<M: Message>(
    writer: &mut (impl AsyncWrite + Unpin),
    message: &M,
) -> Result<(), FrameError> {
    let frame = encode(message)?;
    let writing = async {
        writer.write_all(&frame).await?;
        writer.flush().await
    };
    Ok(timeout(WRITE_WITHIN, writing)
        .await
        .map_err(|_| FrameError::Stuck)??)
}
