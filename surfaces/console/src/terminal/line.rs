//! A WebSocket on a connection that became one.

use std::collections::VecDeque;
use std::io;
use std::time::Duration;

use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt, AsyncWriteExt, ReadHalf, WriteHalf};
use tokio::time::timeout;
use wire::terminal::{FromPage, MOST_FROM_PAGE, Over, ToPage};
use wire::websocket::{self, Reader, Said, Sender, close};

/// Bytes that are read at once.
const AT_ONCE: usize = 32 * 1024;

/// How long a page may take nothing of what it is sent: it is gone then.
const TAKEN_WITHIN: Duration = Duration::from_secs(20);

/// What a page says.
pub(super) struct Heard {
    from: ReadHalf<TokioIo<Upgraded>>,
    reader: Reader,
    waiting: VecDeque<FromPage>,
    buffer: Vec<u8>,
}

/// What a page is told.
pub(super) struct Told(WriteHalf<TokioIo<Upgraded>>);

/// Why nothing more is heard.
#[derive(Debug)]
pub(super) enum Lost {
    /// The page hung up, or its line is cut.
    Gone,
    /// It broke the protocol.
    Wrong(String),
}

/// What came at once: messages, and pings to be answered.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) messages: Vec<FromPage>,
    pub(super) pings: Vec<Vec<u8>>,
}

/// Both halves of a line.
pub(super) fn line(connection: Upgraded) -> (Heard, Told) {
    let (from, to) = tokio::io::split(TokioIo::new(connection));
    let heard = Heard {
        from,
        reader: Reader::new(Sender::Client, MOST_FROM_PAGE),
        waiting: VecDeque::new(),
        buffer: vec![0; AT_ONCE],
    };
    (heard, Told(to))
}

impl Heard {
    /// The first message alone: what else came with it waits.
    pub(super) async fn first(&mut self) -> Result<FromPage, Lost> {
        loop {
            if let Some(first) = self.waiting.pop_front() {
                return Ok(first);
            }
            let batch = self.next().await?;
            self.waiting.extend(batch.messages);
        }
    }

    /// Reads on until the other side has closed too (RFC 6455, section 7.1.1), and keeps nothing of it: a
    /// socket that is closed with something unread takes the last message back from whoever has not read it.
    pub(super) async fn until_closed(&mut self) {
        while let Ok(1..) = self.from.read(&mut self.buffer).await {}
    }

    /// What came, at least one thing. May be dropped and called again: nothing is lost.
    pub(super) async fn next(&mut self) -> Result<Batch, Lost> {
        let mut batch = Batch {
            messages: self.waiting.drain(..).collect(),
            ..Batch::default()
        };
        if !batch.messages.is_empty() {
            return Ok(batch);
        }
        let count = self.from.read(&mut self.buffer).await;
        let count = count.map_err(|_| Lost::Gone)?;
        if count == 0 {
            return Err(Lost::Gone);
        }
        self.reader
            .take(self.buffer.get(..count).unwrap_or_default());
        loop {
            let said = self.reader.said();
            match said.map_err(|wrong| Lost::Wrong(wrong.to_string()))? {
                None => return Ok(batch),
                Some(Said::Message(bytes)) => {
                    let message = FromPage::decode(&bytes);
                    let message = message.map_err(|wrong| Lost::Wrong(wrong.to_string()))?;
                    batch.messages.push(message);
                }
                Some(Said::Ping(bytes)) => batch.pings.push(bytes),
                Some(Said::Pong) => {}
                Some(Said::Close) => return Err(Lost::Gone),
            }
        }
    }
}

impl Told {
    async fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        let sending = async {
            self.0.write_all(bytes).await?;
            self.0.flush().await
        };
        timeout(TAKEN_WITHIN, sending).await?
    }

    /// Sends a message.
    pub(super) async fn say(&mut self, message: &ToPage) -> io::Result<()> {
        self.send(&websocket::message(&message.encode())).await
    }

    /// Asks whether the page is there.
    pub(super) async fn ask(&mut self) -> io::Result<()> {
        self.send(&websocket::ping()).await
    }

    /// Answers that question of the page's.
    pub(super) async fn answer(&mut self, ping: &[u8]) -> io::Result<()> {
        self.send(&websocket::pong(ping)).await
    }

    /// Says the last thing and closes.
    pub(super) async fn last(mut self, message: &ToPage) {
        let code = match message {
            ToPage::Over {
                why: Over::Misbehaved,
                ..
            } => close::PROTOCOL,
            ToPage::Over {
                why: Over::SignedOut | Over::Ticket,
                ..
            } => close::POLICY,
            ToPage::Over { .. }
            | ToPage::Welcome { .. }
            | ToPage::Output(_)
            | ToPage::Said(_)
            | ToPage::State { .. } => close::NORMAL,
        };
        let bytes = [
            websocket::message(&message.encode()),
            websocket::closing(code),
        ];
        // Who is gone needs no telling.
        let _gone = self.send(&bytes.concat()).await;
        let _gone = self.0.shutdown().await;
    }
}
