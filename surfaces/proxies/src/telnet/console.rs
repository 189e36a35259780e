//! A connection to a console: what it shows, and what is typed there, side by side.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::Notify;
use wire::telnet::{Telnet, ends_with_prompt};
use zeroize::Zeroizing;

/// The terminal's size until the engineer's is known, and where it has none.
const USUAL_SIZE: (u16, u16) = (80, 24);

/// The most that is read at once, in bytes: it crosses as one packet.
const AT_ONCE: usize = 32 * 1024;

/// The most that waits to be answered, in bytes: some hundred times what agreeing takes. A console that asks on
/// and takes no answer is read no further.
const MOST_ANSWERS: usize = 16 * 1024;

/// How much is kept of what was shown, in bytes: a prompt and what stands behind it.
const MOST_TAIL: usize = 512;

/// A console, as a worker has it.
pub(crate) struct Console {
    screen: Screen,
    keys: OwnedWriteHalf,
    known: Arc<Known>,
}

/// What both directions share.
struct Known {
    telnet: Mutex<Telnet>,
    /// What the console is still to be answered.
    answers: Mutex<Vec<u8>>,
    asked: Notify,
    answered: Notify,
    /// Whether what it shows ends with a question for a password.
    hides: AtomicBool,
}

impl Known {
    fn telnet(&self) -> MutexGuard<'_, Telnet> {
        self.telnet.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answers(&self) -> MutexGuard<'_, Vec<u8>> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer(&self, said: &[u8]) {
        if !said.is_empty() {
            self.answers().extend(said);
            self.asked.notify_one();
        }
    }

    /// Sends what waits to be answered. May be dropped and called again: nothing is lost, and nothing sent twice.
    async fn send_answers(&self, to: &mut OwnedWriteHalf) -> io::Result<()> {
        loop {
            let waits = self.answers().clone();
            if waits.is_empty() {
                self.answered.notify_one();
                return Ok(());
            }
            let written = to.write(&waits).await?;
            let mut answers = self.answers();
            let sent = written.min(answers.len());
            answers.drain(..sent);
        }
    }
}

/// What the console shows.
pub(crate) struct Screen {
    from: OwnedReadHalf,
    known: Arc<Known>,
    hides_at: Vec<String>,
    tail: Vec<u8>,
}

/// What is typed there.
pub(crate) struct Keys {
    to: OwnedWriteHalf,
    known: Arc<Known>,
}

impl Console {
    /// A connection on which nothing was said.
    pub(crate) async fn greet(target: TcpStream) -> io::Result<Self> {
        // Keys are single bytes: each is sent at once.
        target.set_nodelay(true)?;
        let (columns, rows) = USUAL_SIZE;
        let mut telnet = Telnet::new(columns, rows);
        let first = telnet.begin();
        let known = Arc::new(Known {
            telnet: Mutex::new(telnet),
            answers: Mutex::default(),
            asked: Notify::new(),
            answered: Notify::new(),
            hides: AtomicBool::new(false),
        });
        let (from, mut keys) = target.into_split();
        keys.write_all(&first).await?;
        let screen = Screen {
            from,
            known: Arc::clone(&known),
            hides_at: Vec::new(),
            tail: Vec::new(),
        };
        Ok(Self {
            screen,
            keys,
            known,
        })
    }

    /// What it shows next, while nobody types: what it asked before is answered first. `None` when it has ended the
    /// connection. May be dropped and called again: nothing is lost.
    pub(crate) async fn next(&mut self) -> io::Result<Option<Vec<u8>>> {
        self.known.send_answers(&mut self.keys).await?;
        self.screen.next().await
    }

    /// Types something.
    pub(crate) async fn types(&mut self, text: &str) -> io::Result<()> {
        self.known.send_answers(&mut self.keys).await?;
        let line = Zeroizing::new(format!("{text}\r"));
        let sent = Zeroizing::new(self.known.telnet().typed(line.as_bytes()));
        self.keys.write_all(&sent).await
    }

    /// Its two directions, each for itself. Where it shows nothing of what is typed and waits at one of these prompts, we show
    /// nothing either: it is a password, and what is shown is recorded for everybody who looks at it. `shown` is what it showed last.
    pub(crate) fn split(mut self, hides_at: Vec<String>, shown: &[u8]) -> (Screen, Keys) {
        self.screen.hides_at = hides_at;
        self.screen.notice(shown);
        let keys = Keys {
            to: self.keys,
            known: self.known,
        };
        (self.screen, keys)
    }
}

impl Screen {
    /// What is shown next, after what came with it was noted to be answered; `None` when the console has ended the
    /// connection. May be dropped and called again: nothing is lost.
    pub(crate) async fn next(&mut self) -> io::Result<Option<Vec<u8>>> {
        loop {
            while self.known.answers().len() > MOST_ANSWERS {
                self.known.answered.notified().await;
            }
            let mut bytes = Vec::with_capacity(AT_ONCE);
            if self.from.read_buf(&mut bytes).await? == 0 {
                return Ok(None);
            }
            let heard = self.known.telnet().hear(&bytes);
            self.known.answer(&heard.answer);
            self.notice(&heard.shown);
            // Whoever asks without showing anything is answered by who types, or by the next turn.
            if !heard.shown.is_empty() || !heard.answer.is_empty() {
                return Ok(Some(heard.shown));
            }
        }
    }

    /// Looks whether it asks for a password now.
    fn notice(&mut self, shown: &[u8]) {
        if shown.is_empty() {
            return;
        }
        self.tail.extend(shown);
        let beyond = self.tail.len().saturating_sub(MOST_TAIL);
        self.tail.drain(..beyond);
        let mut prompts = self.hides_at.iter();
        let hides = prompts.any(|prompt| ends_with_prompt(&self.tail, prompt));
        self.known.hides.store(hides, Ordering::Relaxed);
    }

    /// Returns when the console has ended the connection, unless it shows something first.
    pub(crate) async fn ends(&mut self) {
        if let Ok(1..) = self.from.peek(&mut [0; 1]).await {
            std::future::pending::<()>().await;
        }
    }
}

impl Keys {
    /// Returns when the console waits for an answer.
    pub(crate) async fn asked(&self) {
        self.known.asked.notified().await;
    }

    /// Answers it.
    pub(crate) async fn answer(&mut self) -> io::Result<()> {
        self.known.send_answers(&mut self.to).await
    }

    /// Sends what was typed. What the engineer is to see of it by us is returned: nothing, where the console shows
    /// it itself.
    pub(crate) async fn types(&mut self, typed: &[u8]) -> io::Result<Vec<u8>> {
        self.answer().await?;
        let (sent, echoes) = {
            let telnet = self.known.telnet();
            (telnet.typed(typed), telnet.echoes())
        };
        self.to.write_all(&sent).await?;
        let hides = self.known.hides.load(Ordering::Relaxed);
        Ok(match (echoes, hides) {
            (true, _) => Vec::new(),
            (false, true) => shown(&returns(typed)),
            (false, false) => shown(typed),
        })
    }

    /// Tells the terminal's size.
    pub(crate) async fn resize(&mut self, columns: u32, rows: u32) -> io::Result<()> {
        self.answer().await?;
        let cells = |count| u16::try_from(count).unwrap_or(u16::MAX);
        let (columns, rows) = (cells(columns), cells(rows));
        if columns == 0 || rows == 0 {
            return Ok(());
        }
        let said = self.known.telnet().resize(columns, rows);
        self.to.write_all(&said).await
    }

    /// Interrupts what runs.
    pub(crate) async fn interrupt(&mut self) -> io::Result<()> {
        self.to.write_all(&Telnet::interrupt()).await
    }
}

/// Of what is typed, only that the line is over.
fn returns(typed: &[u8]) -> Vec<u8> {
    let returns = typed.iter().filter(|byte| **byte == b'\r');
    returns.copied().collect()
}

/// What a terminal shows of what is typed: a return is a new line.
fn shown(typed: &[u8]) -> Vec<u8> {
    let mut shown = Vec::with_capacity(typed.len() + 1);
    for byte in typed {
        shown.push(*byte);
        if *byte == b'\r' {
            shown.push(b'\n');
        }
    }
    shown
}
