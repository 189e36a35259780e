//! What `russh` tells us of a target. Nothing here waits.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use russh::client::{self, ChannelOpenHandle, DisconnectReason, Msg, Session};
use russh::keys::PublicKeyOrCertificate;
use russh::{Channel, ChannelId, ChannelOpenFailure, Sig};

use super::channel::Said;
use crate::flow::Lane;
use crate::inbox::{Closed, Full, Queue, Stream};
use crate::key::HostKey;
use crate::limits::{LONGEST_NAME, LONGEST_VALUE};
use crate::outlet::STDERR;
use crate::terms::{Exit, signal_name};

/// Whom to believe.
pub(crate) enum Trust {
    /// The machine with this key.
    Pinned(HostKey),
    /// Nobody: somebody only looks.
    Nobody,
}

/// Why a handshake failed.
#[derive(Debug)]
pub(crate) enum Failed {
    /// `None`: a key of a kind that we do not take.
    OtherKey(Option<Box<HostKey>>),
    Ssh(russh::Error),
}

impl From<russh::Error> for Failed {
    fn from(error: russh::Error) -> Self {
        Self::Ssh(error)
    }
}

/// The open channels, shared with who opens them.
#[derive(Clone, Default)]
pub(crate) struct Channels(Arc<Mutex<Lines>>);

#[derive(Default)]
struct Lines {
    open: HashMap<ChannelId, Arc<Queue<Said>>>,
    over: bool,
}

impl Channels {
    fn held(&self) -> MutexGuard<'_, Lines> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn queue(&self, id: ChannelId) -> Option<Arc<Queue<Said>>> {
        self.held().open.get(&id).map(Arc::clone)
    }

    /// The queue of a channel that was confirmed. Whoever comes first makes it: the callback, or who
    /// waits for the confirmation; so nothing that the target says next is missed.
    pub(super) fn confirmed(&self, id: ChannelId, lane: &Arc<Lane>) -> Arc<Queue<Said>> {
        let mut lines = self.held();
        let queue = Arc::clone(lines.open.entry(id).or_insert_with(|| Queue::new(lane)));
        if lines.over {
            queue.end(Closed::WithConnection);
        }
        queue
    }

    /// Forgets what has ended and counts what is open. Not while a confirmation is waited for.
    pub(super) fn tidy(&self) -> usize {
        let mut lines = self.held();
        lines.open.retain(|_, queue| !queue.is_over());
        lines.open.len()
    }
}

pub(crate) struct Handler {
    trust: Trust,
    channels: Channels,
    lane: Arc<Lane>,
}

impl Handler {
    pub(crate) fn new(trust: Trust, channels: Channels, lane: Arc<Lane>) -> Self {
        Self {
            trust,
            channels,
            lane,
        }
    }

    fn say(
        &self,
        channel: ChannelId,
        session: &mut Session,
        say: impl FnOnce(&Queue<Said>) -> Result<(), Full>,
    ) -> Result<(), Failed> {
        let Some(queue) = self.channels.queue(channel) else {
            return Ok(());
        };
        if say(&queue) == Err(Full) {
            queue.end(Closed::Overflowed);
            session.close(channel)?;
        }
        Ok(())
    }

    fn answered(
        &self,
        channel: ChannelId,
        granted: bool,
        session: &mut Session,
    ) -> Result<(), Failed> {
        self.say(channel, session, |queue| {
            let wanted = queue.expected();
            queue.said(Said::Answered { wanted, granted })
        })
    }
}

impl Drop for Handler {
    fn drop(&mut self) {
        let mut lines = self.channels.held();
        lines.over = true;
        for queue in lines.open.values() {
            queue.end(Closed::WithConnection);
        }
    }
}

#[allow(
    clippy::too_many_arguments,
    reason = "the trait's: these are the fields of RFC 4254's messages"
)]
impl client::Handler for Handler {
    type Error = Failed;

    async fn check_server_key(&mut self, shown: &PublicKeyOrCertificate) -> Result<bool, Failed> {
        let key = shown.public_key();
        let offered = HostKey::taken(&key).ok().map(Box::new);
        match &self.trust {
            Trust::Pinned(pinned) if shown.certificate().is_none() && pinned.is(&key) => Ok(true),
            Trust::Pinned(_) | Trust::Nobody => Err(Failed::OtherKey(offered)),
        }
    }

    async fn channel_open_confirmation(
        &mut self,
        channel: ChannelId,
        _most: u32,
        _window: u32,
        _session: &mut Session,
    ) -> Result<(), Failed> {
        let _for_who_waits = self.channels.confirmed(channel, &self.lane);
        Ok(())
    }

    /// Of a channel that it had opened before, too: `russh` forgets that one then, and passes on nothing
    /// more that is said there, not even its end.
    async fn channel_open_failure(
        &mut self,
        channel: ChannelId,
        _reason: ChannelOpenFailure,
        _description: &str,
        _language: &str,
        _session: &mut Session,
    ) -> Result<(), Failed> {
        if let Some(queue) = self.channels.queue(channel) {
            queue.end(Closed::ByPeer);
        }
        Ok(())
    }

    async fn data(
        &mut self,
        channel: ChannelId,
        bytes: &[u8],
        session: &mut Session,
    ) -> Result<(), Failed> {
        self.say(channel, session, |queue| queue.data(Stream::Main, bytes))
    }

    async fn extended_data(
        &mut self,
        channel: ChannelId,
        code: u32,
        bytes: &[u8],
        session: &mut Session,
    ) -> Result<(), Failed> {
        if code != STDERR {
            return Ok(());
        }
        self.say(channel, session, |queue| queue.data(Stream::Error, bytes))
    }

    async fn channel_success(
        &mut self,
        channel: ChannelId,
        session: &mut Session,
    ) -> Result<(), Failed> {
        self.answered(channel, true, session)
    }

    async fn channel_failure(
        &mut self,
        channel: ChannelId,
        session: &mut Session,
    ) -> Result<(), Failed> {
        self.answered(channel, false, session)
    }

    async fn exit_status(
        &mut self,
        channel: ChannelId,
        status: u32,
        session: &mut Session,
    ) -> Result<(), Failed> {
        let exit = Said::Exit(Exit::Status(status));
        self.say(channel, session, |queue| queue.said(exit))
    }

    async fn exit_signal(
        &mut self,
        channel: ChannelId,
        signal: Sig,
        core: bool,
        message: &str,
        _language: &str,
        session: &mut Session,
    ) -> Result<(), Failed> {
        let exit = Said::Exit(Exit::Signal {
            name: signal_name(&signal)
                .chars()
                .take(LONGEST_NAME / 4)
                .collect(),
            core,
            message: message.chars().take(LONGEST_VALUE / 4).collect(),
        });
        self.say(channel, session, |queue| queue.said(exit))
    }

    async fn channel_eof(
        &mut self,
        channel: ChannelId,
        session: &mut Session,
    ) -> Result<(), Failed> {
        self.say(channel, session, Queue::eof)
    }

    async fn channel_close(
        &mut self,
        channel: ChannelId,
        _session: &mut Session,
    ) -> Result<(), Failed> {
        if let Some(queue) = self.channels.queue(channel) {
            queue.end(Closed::ByPeer);
        }
        Ok(())
    }

    async fn disconnected(&mut self, reason: DisconnectReason<Failed>) -> Result<(), Failed> {
        match reason {
            DisconnectReason::ReceivedDisconnect(_) => Ok(()),
            DisconnectReason::Error(error) => Err(error),
        }
    }

    // A target opens no channel towards us. `russh` would accept these unless told otherwise; a reply
    // that is dropped refuses.

    async fn server_channel_open_forwarded_tcpip(
        &mut self,
        _channel: Channel<Msg>,
        _host: &str,
        _port: u32,
        _from: &str,
        _from_port: u32,
        _refused: ChannelOpenHandle,
        _session: &mut Session,
    ) -> Result<(), Failed> {
        Ok(())
    }

    async fn server_channel_open_forwarded_streamlocal(
        &mut self,
        _channel: Channel<Msg>,
        _path: &str,
        _refused: ChannelOpenHandle,
        _session: &mut Session,
    ) -> Result<(), Failed> {
        Ok(())
    }

    async fn server_channel_open_agent_forward(
        &mut self,
        _channel: Channel<Msg>,
        _refused: ChannelOpenHandle,
        _session: &mut Session,
    ) -> Result<(), Failed> {
        Ok(())
    }

    async fn server_channel_open_session(
        &mut self,
        _channel: Channel<Msg>,
        _refused: ChannelOpenHandle,
        _session: &mut Session,
    ) -> Result<(), Failed> {
        Ok(())
    }

    async fn server_channel_open_direct_tcpip(
        &mut self,
        _channel: Channel<Msg>,
        _host: &str,
        _port: u32,
        _from: &str,
        _from_port: u32,
        _refused: ChannelOpenHandle,
        _session: &mut Session,
    ) -> Result<(), Failed> {
        Ok(())
    }

    async fn server_channel_open_direct_streamlocal(
        &mut self,
        _channel: Channel<Msg>,
        _path: &str,
        _refused: ChannelOpenHandle,
        _session: &mut Session,
    ) -> Result<(), Failed> {
        Ok(())
    }

    async fn server_channel_open_x11(
        &mut self,
        _channel: Channel<Msg>,
        _from: &str,
        _from_port: u32,
        _refused: ChannelOpenHandle,
        _session: &mut Session,
    ) -> Result<(), Failed> {
        Ok(())
    }
}
