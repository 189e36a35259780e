//! One channel of an engineer's client, and the asks that come with it.

use std::sync::Arc;

use russh::server::{ChannelOpenHandle, Handle, Msg};
use russh::{ChannelOpenFailure, ChannelWriteHalf};
use tokio::sync::oneshot;

use crate::inbox::{Closed, Inbox, Queue, Stream};
use crate::outlet::Outlet;
use crate::terms::{Exit, Gone, Size, Start, Terminal, signal};

/// What a client says on its channel beside bytes.
#[derive(Debug)]
pub enum Asked {
    /// A terminal, before the start. Already told "yes": whether one is wanted is no question of
    /// rights, and the target's own refusal would look the same.
    Terminal(Terminal),
    /// A variable, before the start. Already told "yes", which binds to nothing.
    Variable {
        /// Its name.
        name: String,
        /// Its value.
        value: String,
    },
    /// Something to run: answer it.
    Start(StartAsk),
    /// The terminal has another size.
    Resize(Size),
    /// A signal for what runs, without `SIG`.
    Signal(String),
    /// Something that is refused always, and was: to be entered.
    Forbidden(NeverOnAChannel),
}

/// What no permit covers on a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NeverOnAChannel {
    /// `-A`: the engineer's key agent, for the target.
    Agent,
    /// `-X`: the engineer's screen, for the target.
    X11,
    /// A second start, or a start longer than [`LONGEST_COMMAND`](crate::LONGEST_COMMAND).
    Start,
}

/// A session channel that is asked for. Dropped, it is refused.
pub struct OpenAsk {
    pub(super) reply: ChannelOpenHandle,
    pub(super) half: ChannelWriteHalf<Msg>,
    pub(super) queue: Arc<Queue<Asked>>,
    pub(super) handle: Handle,
}

impl OpenAsk {
    /// The number that the channel will have: unique while the connection lasts.
    pub fn number(&self) -> u32 {
        self.half.id().number()
    }

    /// Opens it.
    pub async fn accept(self) -> EngineerChannel {
        self.reply.accept().await;
        EngineerChannel {
            inbox: Inbox::new(&self.queue),
            out: EngineerOut {
                outlet: Outlet {
                    half: self.half,
                    queue: self.queue,
                },
                handle: self.handle,
            },
        }
    }

    /// Refuses it. The client shows the sentence.
    pub async fn refuse(self, sentence: &str) {
        self.queue.end(Closed::ByPeer);
        let reason = ChannelOpenFailure::Other {
            code: ChannelOpenFailure::AdministrativelyProhibited.code(),
            reason: sentence.to_owned(),
        };
        self.reply.reject(reason).await;
    }
}

impl std::fmt::Debug for OpenAsk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("OpenAsk").field(&self.number()).finish()
    }
}

/// Something to run. The client, and all of its channels, wait for the answer: give it as soon as it
/// is decided. Dropped, or unanswered for 30 seconds, it is refused.
#[derive(Debug)]
pub struct StartAsk {
    pub(super) what: Start,
    pub(super) answer: oneshot::Sender<bool>,
}

impl StartAsk {
    /// What is to run.
    pub fn what(&self) -> &Start {
        &self.what
    }

    /// "It runs."
    pub fn accept(self) {
        let _client_gone = self.answer.send(true);
    }

    /// "It does not." The channel stays open: close it after the sentence that says why.
    pub fn refuse(self) {
        let _client_gone = self.answer.send(false);
    }
}

/// An open channel.
#[derive(Debug)]
pub struct EngineerChannel {
    /// What the client sends.
    pub inbox: Inbox<Asked>,
    /// What is sent to it.
    pub out: EngineerOut,
}

/// Sending to an engineer's channel.
pub struct EngineerOut {
    outlet: Outlet<Msg, Asked>,
    handle: Handle,
}

impl EngineerOut {
    /// The channel's number.
    pub fn number(&self) -> u32 {
        self.outlet.half.id().number()
    }

    /// Sends bytes. Waits for the client's window.
    ///
    /// # Errors
    /// [`Gone`].
    pub async fn data(&self, stream: Stream, bytes: Vec<u8>) -> Result<(), Gone> {
        self.outlet.data(stream, bytes).await
    }

    /// "No more bytes will come."
    ///
    /// # Errors
    /// [`Gone`].
    pub async fn eof(&self) -> Result<(), Gone> {
        self.outlet.eof().await
    }

    /// How what ran has ended.
    ///
    /// # Errors
    /// [`Gone`].
    pub async fn exit(&self, exit: Exit) -> Result<(), Gone> {
        match exit {
            Exit::Status(status) => {
                let sending = self.outlet.half.exit_status(status);
                self.outlet.unless_ended(sending).await
            }
            Exit::Signal {
                name,
                core,
                message,
            } => {
                let id = self.outlet.half.id();
                let sending = async {
                    self.handle
                        .exit_signal_request(id, signal(&name), core, message, String::new())
                        .await
                        .map_err(|()| russh::Error::SendError)
                };
                self.outlet.unless_ended(sending).await
            }
        }
    }

    /// Closes the channel.
    pub async fn close(&self) {
        self.outlet.close().await;
        self.outlet.queue.end(Closed::ByPeer);
    }
}

impl std::fmt::Debug for EngineerOut {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("EngineerOut").field(&self.number()).finish()
    }
}
