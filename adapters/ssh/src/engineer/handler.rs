//! What `russh` tells us of an engineer's client. Nothing here waits, but for the answer to a start.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use russh::server::{Auth, ChannelOpenHandle, Msg, Session};
use russh::{Channel, ChannelId, Error, Pty, Sig};
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use super::channel::{Asked, NeverOnAChannel, OpenAsk, StartAsk};
use super::{Ask, Forbidden};
use crate::flow::Lane;
use crate::inbox::{Closed, Full, Queue, Stream};
use crate::limits::{ANSWER, LONGEST_NAME, LONGEST_VALUE, MOST_CHANNELS, TRICKLE, WINDOW};
use crate::outlet::STDERR;
use crate::terms::{Size, Start, Terminal, signal_name};

pub(crate) struct Handler {
    asks: mpsc::Sender<Ask>,
    untold: u32,
    signed_in: Option<oneshot::Sender<()>>,
    lane: Arc<Lane>,
    channels: HashMap<ChannelId, Line>,
}

struct Line {
    queue: Arc<Queue<Asked>>,
    started: bool,
    trickling: bool,
}

impl Handler {
    pub(crate) fn new(
        asks: mpsc::Sender<Ask>,
        signed_in: oneshot::Sender<()>,
        lane: Arc<Lane>,
    ) -> Self {
        Self {
            asks,
            untold: 0,
            signed_in: Some(signed_in),
            lane,
            channels: HashMap::new(),
        }
    }

    fn forbidden(&mut self, what: Forbidden) {
        let untold = self.untold;
        match self.asks.try_send(Ask::Forbidden { what, untold }) {
            Ok(()) => self.untold = 0,
            Err(_) => self.untold = self.untold.saturating_add(1),
        }
    }

    fn queue(&self, channel: ChannelId) -> Option<Arc<Queue<Asked>>> {
        self.channels
            .get(&channel)
            .map(|line| Arc::clone(&line.queue))
    }

    /// Says something on a channel; one whose queue is full is closed.
    fn say(
        &self,
        channel: ChannelId,
        session: &mut Session,
        say: impl FnOnce(&Queue<Asked>) -> Result<(), Full>,
    ) -> Result<(), Error> {
        let Some(queue) = self.queue(channel) else {
            return Ok(());
        };
        if say(&queue) == Err(Full) {
            queue.end(Closed::Overflowed);
            session.close(channel)?;
        }
        Ok(())
    }

    async fn start(
        &mut self,
        channel: ChannelId,
        what: Start,
        session: &mut Session,
    ) -> Result<(), Error> {
        let started = self.channels.get(&channel).is_none_or(|line| line.started);
        if started || !what.is_bounded() {
            session.channel_failure(channel)?;
            let never = Asked::Forbidden(NeverOnAChannel::Start);
            return self.say(channel, session, |queue| queue.said(never));
        }
        let (answer, answered) = oneshot::channel();
        let ask = Asked::Start(StartAsk { what, answer });
        self.say(channel, session, |queue| queue.said(ask))?;
        // In the callback: `russh` keeps one note per channel of whether an answer is wanted, and the
        // next request would overwrite it.
        let granted = matches!(timeout(ANSWER, answered).await, Ok(Ok(true)));
        if granted {
            if let Some(line) = self.channels.get_mut(&channel) {
                line.started = true;
            }
            session.channel_success(channel)
        } else {
            session.channel_failure(channel)
        }
    }

    fn data_came(
        &self,
        channel: ChannelId,
        stream: Stream,
        bytes: &[u8],
        session: &mut Session,
    ) -> Result<(), Error> {
        self.say(channel, session, |queue| queue.data(stream, bytes))
    }
}

impl Drop for Handler {
    fn drop(&mut self) {
        for line in self.channels.values() {
            line.queue.end(Closed::WithConnection);
        }
    }
}

/// Text of a stranger, cut to size for an entry.
fn bounded(text: &str) -> String {
    text.chars().take(LONGEST_VALUE / 4).collect()
}

#[allow(
    clippy::too_many_arguments,
    reason = "the trait's: these are the fields of RFC 4254's messages"
)]
impl russh::server::Handler for Handler {
    type Error = Error;

    async fn auth_none(&mut self, _anybody: &str) -> Result<Auth, Error> {
        Ok(Auth::Accept)
    }

    async fn auth_succeeded(&mut self, _session: &mut Session) -> Result<(), Error> {
        if let Some(signed_in) = self.signed_in.take() {
            let _gave_up = signed_in.send(());
        }
        Ok(())
    }

    async fn channel_open_session(
        &mut self,
        channel: Channel<Msg>,
        reply: ChannelOpenHandle,
        session: &mut Session,
    ) -> Result<(), Error> {
        self.channels.retain(|_, line| !line.queue.is_over());
        if self.channels.len() >= MOST_CHANNELS {
            self.forbidden(Forbidden::TooManyChannels);
            return Ok(());
        }
        // The read half goes: what russh would put there comes to the callbacks below as well, and
        // its queue, full, would stop the whole connection.
        let (_, half) = channel.split();
        let id = half.id();
        let queue = Queue::new(&self.lane);
        let ask = OpenAsk {
            reply,
            half,
            queue: Arc::clone(&queue),
            handle: session.handle(),
        };
        match self.asks.try_send(Ask::Open(ask)) {
            Ok(()) => {
                let line = Line {
                    queue,
                    started: false,
                    trickling: false,
                };
                self.channels.insert(id, line);
            }
            Err(_) => self.untold = self.untold.saturating_add(1),
        }
        Ok(())
    }

    async fn channel_open_direct_tcpip(
        &mut self,
        _channel: Channel<Msg>,
        host: &str,
        port: u32,
        _from: &str,
        _from_port: u32,
        _refused_by_dropping: ChannelOpenHandle,
        _session: &mut Session,
    ) -> Result<(), Error> {
        let host = bounded(host);
        self.forbidden(Forbidden::DirectTcp { host, port });
        Ok(())
    }

    async fn channel_open_direct_streamlocal(
        &mut self,
        _channel: Channel<Msg>,
        path: &str,
        _refused_by_dropping: ChannelOpenHandle,
        _session: &mut Session,
    ) -> Result<(), Error> {
        let path = bounded(path);
        self.forbidden(Forbidden::DirectSocket { path });
        Ok(())
    }

    async fn channel_open_x11(
        &mut self,
        _channel: Channel<Msg>,
        _from: &str,
        _from_port: u32,
        _refused_by_dropping: ChannelOpenHandle,
        _session: &mut Session,
    ) -> Result<(), Error> {
        self.forbidden(Forbidden::Channel { kind: "x11" });
        Ok(())
    }

    async fn channel_open_forwarded_tcpip(
        &mut self,
        _channel: Channel<Msg>,
        _host: &str,
        _port: u32,
        _from: &str,
        _from_port: u32,
        _refused_by_dropping: ChannelOpenHandle,
        _session: &mut Session,
    ) -> Result<(), Error> {
        self.forbidden(Forbidden::Channel {
            kind: "forwarded-tcpip",
        });
        Ok(())
    }

    async fn tcpip_forward(
        &mut self,
        host: &str,
        port: &mut u32,
        _session: &mut Session,
    ) -> Result<bool, Error> {
        let host = bounded(host);
        self.forbidden(Forbidden::ListenTcp { host, port: *port });
        Ok(false)
    }

    async fn streamlocal_forward(
        &mut self,
        path: &str,
        _session: &mut Session,
    ) -> Result<bool, Error> {
        let path = bounded(path);
        self.forbidden(Forbidden::ListenSocket { path });
        Ok(false)
    }

    async fn pty_request(
        &mut self,
        channel: ChannelId,
        term: &str,
        columns: u32,
        rows: u32,
        width: u32,
        height: u32,
        modes: &[(Pty, u32)],
        session: &mut Session,
    ) -> Result<(), Error> {
        let started = self.channels.get(&channel).is_none_or(|line| line.started);
        if started || term.len() > LONGEST_NAME {
            return session.channel_failure(channel);
        }
        session.channel_success(channel)?;
        let terminal = Terminal {
            term: term.to_owned(),
            size: Size {
                columns,
                rows,
                width,
                height,
            },
            modes: modes.to_vec(),
        };
        self.say(channel, session, |queue| {
            queue.said(Asked::Terminal(terminal))
        })
    }

    async fn env_request(
        &mut self,
        channel: ChannelId,
        name: &str,
        value: &str,
        session: &mut Session,
    ) -> Result<(), Error> {
        let started = self.channels.get(&channel).is_none_or(|line| line.started);
        if started || name.len() > LONGEST_NAME || value.len() > LONGEST_VALUE {
            return session.channel_failure(channel);
        }
        session.channel_success(channel)?;
        let variable = Asked::Variable {
            name: name.to_owned(),
            value: value.to_owned(),
        };
        self.say(channel, session, |queue| queue.said(variable))
    }

    async fn shell_request(
        &mut self,
        channel: ChannelId,
        session: &mut Session,
    ) -> Result<(), Error> {
        self.start(channel, Start::Shell, session).await
    }

    async fn exec_request(
        &mut self,
        channel: ChannelId,
        command: &[u8],
        session: &mut Session,
    ) -> Result<(), Error> {
        self.start(channel, Start::Exec(command.to_vec()), session)
            .await
    }

    async fn subsystem_request(
        &mut self,
        channel: ChannelId,
        name: &str,
        session: &mut Session,
    ) -> Result<(), Error> {
        self.start(channel, Start::Subsystem(name.to_owned()), session)
            .await
    }

    async fn x11_request(
        &mut self,
        channel: ChannelId,
        _single: bool,
        _protocol: &str,
        _cookie: &str,
        _screen: u32,
        session: &mut Session,
    ) -> Result<(), Error> {
        session.channel_failure(channel)?;
        let never = Asked::Forbidden(NeverOnAChannel::X11);
        self.say(channel, session, |queue| queue.said(never))
    }

    async fn agent_request(
        &mut self,
        channel: ChannelId,
        session: &mut Session,
    ) -> Result<bool, Error> {
        let never = Asked::Forbidden(NeverOnAChannel::Agent);
        self.say(channel, session, |queue| queue.said(never))?;
        Ok(false)
    }

    async fn window_change_request(
        &mut self,
        channel: ChannelId,
        columns: u32,
        rows: u32,
        width: u32,
        height: u32,
        session: &mut Session,
    ) -> Result<(), Error> {
        let size = Size {
            columns,
            rows,
            width,
            height,
        };
        self.say(channel, session, |queue| queue.said(Asked::Resize(size)))
    }

    async fn signal(
        &mut self,
        channel: ChannelId,
        signal: Sig,
        session: &mut Session,
    ) -> Result<(), Error> {
        let name = signal_name(&signal);
        if name.len() > LONGEST_NAME {
            return Ok(());
        }
        self.say(channel, session, |queue| queue.said(Asked::Signal(name)))
    }

    async fn data(
        &mut self,
        channel: ChannelId,
        bytes: &[u8],
        session: &mut Session,
    ) -> Result<(), Error> {
        self.data_came(channel, Stream::Main, bytes, session)
    }

    async fn extended_data(
        &mut self,
        channel: ChannelId,
        code: u32,
        bytes: &[u8],
        session: &mut Session,
    ) -> Result<(), Error> {
        if code != STDERR {
            return Ok(());
        }
        self.data_came(channel, Stream::Error, bytes, session)
    }

    /// Asked each time that a window was refilled: how far, from now on? The answer counts for all of
    /// the connection's channels until the next such question.
    fn adjust_window(&mut self, channel: ChannelId, _current: u32) -> u32 {
        let Some(line) = self.channels.get_mut(&channel) else {
            return WINDOW;
        };
        if !line.queue.meter().is_stalled() {
            line.trickling = false;
            return WINDOW;
        }
        if line.trickling {
            self.lane.trickled();
        }
        line.trickling = true;
        TRICKLE
    }

    async fn channel_eof(
        &mut self,
        channel: ChannelId,
        session: &mut Session,
    ) -> Result<(), Error> {
        self.say(channel, session, Queue::eof)
    }

    async fn channel_close(
        &mut self,
        channel: ChannelId,
        _session: &mut Session,
    ) -> Result<(), Error> {
        if let Some(line) = self.channels.remove(&channel) {
            line.queue.end(Closed::ByPeer);
        }
        Ok(())
    }
}

const _: () = assert!(
    Duration::from_secs(1).as_nanos() < ANSWER.as_nanos(),
    "a decision takes milliseconds, a slow disk a second"
);
