//! Handing over, and how it is known that it happened.
//!
//! Syslog acknowledges nothing. But TLS carries an end: who receives it has read everything before it, and
//! answers with an end of their own (RFC 5425, 4.4). So a connection is closed in order after some entries,
//! and only the collector's own end says that they were read. A connection that breaks instead proves
//! nothing, and everything on it is sent again.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::timeout;

/// How long the collector may take to receive one frame.
const TO_RECEIVE: Duration = Duration::from_secs(30);
/// How long it may take to read the rest and to answer with its end.
const TO_ANSWER: Duration = Duration::from_secs(30);
/// The most that a collector may say: a syslog collector says nothing.
const MOST_SAID: u64 = 4096;

/// Why it is not known that the collector has what was sent.
#[derive(Debug)]
pub enum NotHandedOver {
    /// The connection broke.
    Broken(io::Error),
    /// The collector neither read nor answered in time.
    Late,
}

impl std::fmt::Display for NotHandedOver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Broken(cause) => write!(f, "the connection broke: {cause}"),
            Self::Late => f.write_str("the collector did not read in time"),
        }
    }
}

impl std::error::Error for NotHandedOver {}

/// One connection to a collector, in TLS that somebody else made.
#[derive(Debug)]
pub struct Sender<S>(S);

impl<S: AsyncRead + AsyncWrite + Unpin> Sender<S> {
    /// On a stream whose other end is proved.
    pub fn on(stream: S) -> Self {
        Self(stream)
    }

    /// Sends a frame. That this returned says nothing about whether it was read.
    ///
    /// # Errors
    /// If the connection broke, or takes nothing.
    pub async fn send(&mut self, frame: &[u8]) -> Result<(), NotHandedOver> {
        let sending = async {
            self.0.write_all(frame).await?;
            self.0.flush().await
        };
        let sent = timeout(TO_RECEIVE, sending).await;
        sent.map_err(|_| NotHandedOver::Late)?
            .map_err(NotHandedOver::Broken)
    }

    /// Ends the connection, and returns when the collector has read everything that was sent on it.
    ///
    /// # Errors
    /// If that is not known: everything is to be sent again.
    pub async fn prove(mut self) -> Result<(), NotHandedOver> {
        let proving = async {
            self.0.shutdown().await?;
            let mut said = Vec::new();
            (&mut self.0).take(MOST_SAID).read_to_end(&mut said).await?;
            match said.len() < usize::try_from(MOST_SAID).unwrap_or(usize::MAX) {
                true => Ok(()),
                false => Err(io::Error::other("the collector says too much")),
            }
        };
        let proved = timeout(TO_ANSWER, proving).await;
        proved
            .map_err(|_| NotHandedOver::Late)?
            .map_err(NotHandedOver::Broken)
    }
}
