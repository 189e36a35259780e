//! Sending on a channel, as far as the peer's window goes.

use std::sync::Arc;

use russh::{ChannelId, ChannelMsg, ChannelWriteHalf};

use crate::inbox::{Queue, Stream};
use crate::terms::Gone;

/// RFC 4254 §5.2: the only extended data there is.
pub(crate) const STDERR: u32 = 1;

pub(crate) struct Outlet<M: From<(ChannelId, ChannelMsg)>, T> {
    pub(crate) half: ChannelWriteHalf<M>,
    pub(crate) queue: Arc<Queue<T>>,
}

impl<M, T> Outlet<M, T>
where
    M: From<(ChannelId, ChannelMsg)> + Send + Sync + 'static,
{
    /// Waits for the peer's window. When it returns, the bytes are the connection's.
    pub(crate) async fn data(&self, stream: Stream, bytes: Vec<u8>) -> Result<(), Gone> {
        self.unless_ended(async {
            match stream {
                Stream::Main => self.half.data_bytes(bytes).await,
                Stream::Error => self.half.extended_data_bytes(STDERR, bytes).await,
            }
        })
        .await
    }

    pub(crate) async fn eof(&self) -> Result<(), Gone> {
        self.unless_ended(self.half.eof()).await
    }

    /// Closes it. Our side waits for nothing more.
    pub(crate) async fn close(&self) {
        let _already_gone = self.unless_ended(self.half.close()).await;
    }

    /// `russh` lets a writer wait for the window of a channel that is no more.
    pub(crate) async fn unless_ended(
        &self,
        sending: impl Future<Output = Result<(), russh::Error>>,
    ) -> Result<(), Gone> {
        tokio::select! {
            biased;
            () = self.queue.ended() => Err(Gone),
            sent = sending => sent.map_err(|_| Gone),
        }
    }
}
