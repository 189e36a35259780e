//! Whole packets, while both sides sign in: few, and short.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use wire::mysql::{HEADER, packet};

/// Bytes that a side may say until it is ready.
const MAX_SIGN_IN: usize = 256 << 10;

/// A side that is spoken with in packets. What it says is read to the last byte and no further: behind it
/// TLS may begin.
pub(super) struct Packets<S> {
    pub(super) stream: S,
    number: u8,
    left: usize,
}

impl<S> Packets<S> {
    pub(super) fn new(stream: S) -> Self {
        Self::from_number(stream, 0)
    }

    /// In the midst of a sign-in, when the next packet has this number.
    pub(super) fn from_number(stream: S, number: u8) -> Self {
        Self {
            stream,
            number,
            left: MAX_SIGN_IN,
        }
    }

    /// The number of the next packet, of whichever side.
    pub(super) fn number(&self) -> u8 {
        self.number
    }

    /// A command is said next.
    pub(super) fn begin(&mut self) {
        self.number = 0;
    }
}

impl<S: AsyncRead + Unpin> Packets<S> {
    /// The next packet's body.
    ///
    /// # Errors
    /// If it does not come whole, out of turn, or more is said than there is to say.
    pub(super) async fn read(&mut self) -> io::Result<Vec<u8>> {
        let mut head = [0; HEADER];
        self.stream.read_exact(&mut head).await?;
        let [a, b, c, number] = head;
        let length = usize::try_from(u32::from_le_bytes([a, b, c, 0])).unwrap_or(usize::MAX);
        let left = self.left.checked_sub(length.saturating_add(HEADER));
        let left = left.filter(|_| length > 0 && number == self.number);
        self.left = left.ok_or(io::ErrorKind::InvalidData)?;
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).await?;
        self.number = number.wrapping_add(1);
        Ok(body)
    }
}

impl<S: AsyncWrite + Unpin> Packets<S> {
    /// Says one.
    pub(super) async fn write(&mut self, body: &[u8]) -> io::Result<()> {
        self.say(&zeroize::Zeroizing::new(packet(self.number, body)))
            .await
    }

    /// Says a packet that is made already, with the number that has its turn.
    pub(super) async fn say(&mut self, packet: &[u8]) -> io::Result<()> {
        self.stream.write_all(packet).await?;
        self.stream.flush().await?;
        self.number = self.number.wrapping_add(1);
        Ok(())
    }
}
