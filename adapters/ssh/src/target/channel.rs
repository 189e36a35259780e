//! One channel of a target.

use std::sync::Arc;

use russh::ChannelWriteHalf;
use russh::client::Msg;

use crate::inbox::{Closed, Inbox, Queue, Stream};
use crate::outlet::Outlet;
use crate::terms::{Exit, Gone, Size, Start, Terminal, signal};

/// What a target says on a channel beside bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// Its answer to a request.
    Answered {
        /// To which.
        wanted: Wanted,
        /// "Yes."
        granted: bool,
    },
    /// How what ran has ended.
    Exit(Exit),
}

/// A request that the target answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// A terminal.
    Terminal,
    /// Something to run.
    Start,
    /// More answers came than requests were sent.
    Nothing,
}

/// An open channel.
#[derive(Debug)]
pub struct TargetChannel {
    /// What the target sends.
    pub inbox: Inbox<Said>,
    /// What is sent to it.
    pub out: TargetOut,
}

/// Sending to a target's channel.
pub struct TargetOut {
    outlet: Outlet<Msg, Said>,
}

impl TargetChannel {
    pub(super) fn new(half: ChannelWriteHalf<Msg>, queue: Arc<Queue<Said>>) -> Self {
        Self {
            inbox: Inbox::new(&queue),
            out: TargetOut {
                outlet: Outlet { half, queue },
            },
        }
    }
}

impl TargetOut {
    /// The channel's number on this connection.
    pub fn number(&self) -> u32 {
        self.outlet.half.id().number()
    }

    /// Asks for a terminal, before the start. Answered by [`Said::Answered`].
    ///
    /// # Errors
    /// [`Gone`].
    pub async fn terminal(&self, terminal: &Terminal) -> Result<(), Gone> {
        let Size {
            columns,
            rows,
            width,
            height,
        } = terminal.size;
        self.outlet.queue.expect(Wanted::Terminal);
        let sending = self.outlet.half.request_pty(
            true,
            &terminal.term,
            columns,
            rows,
            width,
            height,
            &terminal.modes,
        );
        self.outlet.unless_ended(sending).await
    }

    /// Sets a variable, before the start. Nothing answers.
    ///
    /// # Errors
    /// [`Gone`].
    pub async fn variable(&self, name: &str, value: &str) -> Result<(), Gone> {
        let sending = self.outlet.half.set_env(false, name, value);
        self.outlet.unless_ended(sending).await
    }

    /// Runs something. Answered by [`Said::Answered`].
    ///
    /// # Errors
    /// [`Gone`].
    pub async fn start(&self, start: &Start) -> Result<(), Gone> {
        self.outlet.queue.expect(Wanted::Start);
        let half = &self.outlet.half;
        match start {
            Start::Shell => self.outlet.unless_ended(half.request_shell(true)).await,
            Start::Exec(command) => {
                let sending = half.exec(true, command.as_slice());
                self.outlet.unless_ended(sending).await
            }
            Start::Subsystem(name) => {
                let sending = half.request_subsystem(true, name.as_str());
                self.outlet.unless_ended(sending).await
            }
        }
    }

    /// Gives the terminal another size.
    ///
    /// # Errors
    /// [`Gone`].
    pub async fn resize(&self, size: Size) -> Result<(), Gone> {
        let half = &self.outlet.half;
        let sending = half.window_change(size.columns, size.rows, size.width, size.height);
        self.outlet.unless_ended(sending).await
    }

    /// Sends a signal, named without `SIG`.
    ///
    /// # Errors
    /// [`Gone`].
    pub async fn signal(&self, name: &str) -> Result<(), Gone> {
        let sending = self.outlet.half.signal(signal(name));
        self.outlet.unless_ended(sending).await
    }

    /// Sends bytes to standard input. Waits for the target's window.
    ///
    /// # Errors
    /// [`Gone`].
    pub async fn data(&self, bytes: Vec<u8>) -> Result<(), Gone> {
        self.outlet.data(Stream::Main, bytes).await
    }

    /// "No more bytes will come."
    ///
    /// # Errors
    /// [`Gone`].
    pub async fn eof(&self) -> Result<(), Gone> {
        self.outlet.eof().await
    }

    /// Closes the channel.
    pub async fn close(&self) {
        self.outlet.close().await;
        self.outlet.queue.end(Closed::ByPeer);
    }
}

impl std::fmt::Debug for TargetOut {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("TargetOut").field(&self.number()).finish()
    }
}
