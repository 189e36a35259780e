//! The gateway's side of a target that a worker enters by SSH, or of a console that it enters by telnet: what is sent and what comes, as values, and no
//! byte of the target's own connection. Names are those of `ssh::Target` and what belongs to it.
//!
//! The gateway asks nothing of what it has: it proves the login when the worker says that the pinned key was shown,
//! a key by signing the one challenge of this login. A worker that is gone, or says what no worker says, is a
//! crash, whoever of the session notices first.

use std::io;
use std::net::TcpStream as StdTcpStream;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use access::{Protocol, TelnetEntry};
use engine::TargetSecret;
use ssh::{
    Came, Closed, Gone, HostKey, OpenError, Proof, Received, Said, Secret, Sent, Size, Start,
    TargetLogin, Terminal,
};
use tokio::net::TcpStream;
use tokio::time::timeout;
use zeroize::Zeroizing;

use super::carrying::Workers;
use super::crossing::{
    NotEntered, ONE_MORE, ProvedBy, Reach, Reaching, Work, json, read, secret_packet,
    signature_packet,
};
use super::packets::{self, Line};

/// How long a target may take for version, key exchange and login: an old machine's name look-up for
/// the log takes ten seconds.
pub(super) const LOGIN_WITHIN: Duration = Duration::from_secs(20);

/// How long a worker may take beyond what it gives a target.
const WORKER_WITHIN: Duration = Duration::from_secs(5);

/// How long it may take to open a channel: as long as the worker gives the target, and the worker itself.
const OPENS_WITHIN: Duration = Duration::from_secs(65);

/// Bytes that are sent at once.
const AT_ONCE: usize = ssh::LONGEST_CROSSING - 1;

/// Why a target was not entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotReached {
    /// It showed another key than the pinned one.
    KeyDiffers,
    /// It does not let this login in.
    LoginRefused,
    /// It did not answer in time, or not in SSH.
    Unreachable,
    /// A console that does not ask as it should.
    SignInUnknown,
    /// The worker is gone.
    WorkerCrashed,
}

impl From<NotEntered> for NotReached {
    fn from(cause: NotEntered) -> Self {
        match cause {
            NotEntered::KeyDiffers => Self::KeyDiffers,
            NotEntered::LoginRefused => Self::LoginRefused,
            NotEntered::Unreachable => Self::Unreachable,
            NotEntered::SignInUnknown => Self::SignInUnknown,
        }
    }
}

/// A target that a worker has entered.
pub(crate) struct Target {
    line: Line,
    known: Arc<Known>,
    /// The worker that nobody else has, if it is one: it ends when this is closed.
    _own: Option<OwnedFd>,
}

/// What its channels share.
struct Known {
    is_over: AtomicBool,
    crashed: AtomicBool,
    /// Packets that came.
    heard: Arc<AtomicU64>,
}

impl Known {
    fn crashed(&self) {
        self.crashed.store(true, Ordering::Release);
        self.is_over.store(true, Ordering::Release);
    }

    fn heard(&self) {
        self.heard.fetch_add(1, Ordering::Relaxed);
    }
}

impl Workers {
    /// Has the worker for SSH enter a target, by its pinned key first. `target` is connected, nothing was said
    /// on it; whoever calls keeps what shuts it down.
    pub(crate) async fn reach(
        &self,
        target: TcpStream,
        login: &TargetLogin,
        pinned: &HostKey,
    ) -> Result<Target, NotReached> {
        let (told, line, theirs, target) = asked(target, login, pinned)?;
        let handed = self.hand(Protocol::Ssh, &told, &[theirs.as_fd(), target.as_fd()]);
        handed.map_err(|cause| not_taken(&cause))?;
        self.entered(line, login, None).await
    }

    /// The same by a worker that nobody else has: what is told to this target passes no process in which another
    /// target's bytes are read. It ends with what is returned.
    pub(crate) async fn reach_alone(
        &self,
        target: TcpStream,
        login: &TargetLogin,
        pinned: &HostKey,
    ) -> Result<Target, NotReached> {
        let (told, line, theirs, target) = asked(target, login, pinned)?;
        let own = self.hand_alone(&told, &[theirs.as_fd(), target.as_fd()]);
        let own = own.map_err(|cause| not_taken(&cause))?;
        self.entered(line, login, Some(own)).await
    }

    /// Has a worker of its own enter a console by telnet. `secret` is what it is signed in at with, if it is.
    pub(crate) async fn reach_console(
        &self,
        target: TcpStream,
        entry: &TelnetEntry,
        secret: Option<&TargetSecret>,
    ) -> Result<Target, NotReached> {
        let handed = || -> io::Result<(Line, OwnedFd)> {
            let told = json(&Work::ReachConsole(entry.sign_in.clone()))?;
            let target = target.into_std()?;
            let (line, theirs) = packets::pair()?;
            let own = self.hand_alone(&told, &[theirs.as_fd(), target.as_fd()])?;
            Ok((Line::new(line, false)?, own))
        };
        let (line, own) = handed().map_err(|cause| {
            tracing::error!(%cause, "no worker takes a console");
            NotReached::WorkerCrashed
        })?;
        self.entered(line, &ProvesPassword(secret), Some(own)).await
    }

    async fn entered(
        &self,
        line: Line,
        by: &impl Proves,
        own: Option<OwnedFd>,
    ) -> Result<Target, NotReached> {
        let known = Arc::new(Known {
            is_over: AtomicBool::new(false),
            crashed: AtomicBool::new(false),
            heard: Arc::clone(&self.heard),
        });
        let entered = timeout(LOGIN_WITHIN + WORKER_WITHIN, entered(&line, &known, by));
        // A worker that is busy says it later than the target did.
        let entered = entered.await.unwrap_or(Err(NotReached::Unreachable));
        entered.map(|()| Target {
            line,
            known,
            _own: own,
        })
    }
}

/// What a worker is told to enter a target, our end of the line on which it is spoken of, its end, and the target.
fn asked(
    target: TcpStream,
    login: &TargetLogin,
    pinned: &HostKey,
) -> Result<(Vec<u8>, Line, OwnedFd, StdTcpStream), NotReached> {
    let by = login.proof().map_err(|_| NotReached::LoginRefused)?;
    let asked = || -> io::Result<_> {
        let told = json(&Work::Reach(Reach {
            user: login.user.clone(),
            host_key: pinned.to_string(),
            by: match by {
                Proof::Password => ProvedBy::Password,
                Proof::Key(public) => ProvedBy::Key(public.to_string()),
                Proof::Certificate(shown) => ProvedBy::Certificate(shown.to_string()),
            },
        }))?;
        let (line, theirs) = packets::pair()?;
        Ok((told, Line::new(line, false)?, theirs, target.into_std()?))
    };
    asked().map_err(|cause| not_taken(&cause))
}

fn not_taken(cause: &io::Error) -> NotReached {
    tracing::error!(%cause, "no worker takes a target");
    NotReached::WorkerCrashed
}

/// Proves the login, once, when it is asked for.
async fn entered(line: &Line, known: &Known, by: &impl Proves) -> Result<(), NotReached> {
    let crashed = || NotReached::WorkerCrashed;
    let mut proved = false;
    loop {
        let said = line.next(|packet, _| read::<Reaching>(packet).ok()).await;
        let said = said.ok().flatten().flatten().ok_or_else(crashed)?;
        known.heard();
        let proof = match said {
            Reaching::Entered => return Ok(()),
            Reaching::NotEntered(why) => return Err(why.into()),
            Reaching::Password if !proved => by.password(),
            Reaching::Sign(challenge) if !proved => {
                let signature = by.signature(&challenge);
                if signature.is_none() {
                    tracing::error!("a worker wants something signed that is no challenge");
                    return Err(crashed());
                }
                signature_packet(signature).into()
            }
            Reaching::Password | Reaching::Sign(_) | Reaching::Over => return Err(crashed()),
        };
        proved = true;
        line.send(&proof).await.map_err(|_| crashed())?;
    }
}

/// What proves a login.
trait Proves {
    /// The password as it crosses, or that there is none.
    fn password(&self) -> Zeroizing<Vec<u8>>;

    /// The signature of a challenge, if it is one of this login.
    fn signature(&self, challenge: &[u8]) -> Option<Vec<u8>>;
}

impl Proves for TargetLogin {
    /// A private key does not cross.
    fn password(&self) -> Zeroizing<Vec<u8>> {
        match &self.secret {
            Secret::Password(password) => {
                secret_packet(Some(&TargetSecret::Password(password.clone())))
            }
            Secret::PrivateKey(_) | Secret::Certificate { .. } => secret_packet(None),
        }
    }

    fn signature(&self, challenge: &[u8]) -> Option<Vec<u8>> {
        self.sign(challenge)
    }
}

/// What is typed at a prompt.
struct ProvesPassword<'a>(Option<&'a TargetSecret>);

impl Proves for ProvesPassword<'_> {
    fn password(&self) -> Zeroizing<Vec<u8>> {
        match self.0 {
            Some(TargetSecret::Password(_)) => secret_packet(self.0),
            Some(TargetSecret::Key(_) | TargetSecret::Authority(_)) | None => secret_packet(None),
        }
    }

    fn signature(&self, _: &[u8]) -> Option<Vec<u8>> {
        None
    }
}

impl Target {
    /// Opens a session channel.
    ///
    /// # Errors
    /// As [`ssh::Target::open`]. A crash is the end of the connection.
    pub(crate) async fn open(&self) -> Result<TargetChannel, OpenError> {
        let refused = |cause: io::Error| OpenError::Refused(cause.to_string());
        let (ours, theirs) = packets::pair().map_err(refused)?;
        let ours = Line::new(ours, false).map_err(refused)?;
        match self.line.hand(ONE_MORE, theirs.as_fd()) {
            Ok(()) => {}
            // It has much to do, and is there.
            Err(busy) if busy.kind() == io::ErrorKind::WouldBlock => {
                return Err(refused(busy));
            }
            Err(_) => return Err(OpenError::Ended),
        }
        drop::<OwnedFd>(theirs);
        let opening = ours.next(|packet, _| Came::decode(packet));
        let Ok(opened) = timeout(OPENS_WITHIN, opening).await else {
            return Err(OpenError::Refused("it does not answer".to_owned()));
        };
        self.known.heard();
        match opened.ok().flatten().flatten() {
            Some(Came::Opened) => {}
            Some(Came::Refused(why)) => return Err(OpenError::Refused(why)),
            Some(Came::Ended) => return Err(OpenError::Ended),
            Some(Came::Received(_)) | None => {
                self.known.crashed();
                return Err(OpenError::Ended);
            }
        }
        let line = Arc::new(ours);
        let closed = Arc::new(AtomicBool::new(false));
        Ok(TargetChannel {
            inbox: TargetInbox {
                line: Arc::clone(&line),
                closed: Arc::clone(&closed),
                known: Arc::clone(&self.known),
            },
            out: TargetOut { line, closed },
        })
    }

    /// Whether the connection is over.
    pub(crate) fn is_over(&self) -> bool {
        while !self.known.is_over.load(Ordering::Acquire) {
            match self.line.there(|packet, _| read::<Reaching>(packet).ok()) {
                Ok(Some(Some(Reaching::Over))) => {
                    self.known.is_over.store(true, Ordering::Release);
                }
                Err(none) if none.kind() == io::ErrorKind::WouldBlock => return false,
                Ok(_) | Err(_) => self.known.crashed(),
            }
        }
        true
    }

    /// Whether it is over because the worker is gone.
    pub(crate) fn has_crashed(&self) -> bool {
        self.is_over() && self.known.crashed.load(Ordering::Acquire)
    }
}

/// An open channel. Dropping it closes it.
pub(crate) struct TargetChannel {
    /// What the target sends.
    pub(crate) inbox: TargetInbox,
    /// What is sent to it.
    pub(crate) out: TargetOut,
}

/// What a target sends on one channel. Dropping it discards what still comes.
pub(crate) struct TargetInbox {
    line: Arc<Line>,
    closed: Arc<AtomicBool>,
    known: Arc<Known>,
}

impl TargetInbox {
    /// The next thing in order; `None` after [`Received::Closed`]. May be dropped and called again: nothing
    /// is lost.
    pub(crate) async fn next(&mut self) -> Option<Received<Said>> {
        if self.closed.load(Ordering::Acquire) {
            return None;
        }
        let came = self.line.next(|packet, _| Came::decode(packet)).await;
        self.known.heard();
        let received = match came {
            Ok(Some(Some(Came::Received(received)))) => received,
            Ok(_) | Err(_) => {
                self.known.crashed();
                Received::Closed(Closed::WithConnection)
            }
        };
        if matches!(received, Received::Closed(_)) {
            self.closed.store(true, Ordering::Release);
        }
        Some(received)
    }
}

impl Drop for TargetInbox {
    fn drop(&mut self) {
        self.line.read_no_more();
    }
}

/// Sending to a target's channel.
pub(crate) struct TargetOut {
    line: Arc<Line>,
    closed: Arc<AtomicBool>,
}

impl TargetOut {
    async fn send(&self, sent: &Sent) -> Result<(), Gone> {
        if self.closed.load(Ordering::Acquire) {
            return Err(Gone);
        }
        self.line.send(&sent.encode()).await.map_err(|_| Gone)
    }

    /// Asks for a terminal, before the start. Answered by [`Said::Answered`].
    pub(crate) async fn terminal(&self, terminal: &Terminal) -> Result<(), Gone> {
        self.send(&Sent::Terminal(terminal.clone())).await
    }

    /// Sets a variable, before the start. Nothing answers.
    pub(crate) async fn variable(&self, name: &str, value: &str) -> Result<(), Gone> {
        let (name, value) = (name.to_owned(), value.to_owned());
        self.send(&Sent::Variable { name, value }).await
    }

    /// Runs something. Answered by [`Said::Answered`].
    pub(crate) async fn start(&self, start: &Start) -> Result<(), Gone> {
        self.send(&Sent::Start(start.clone())).await
    }

    /// Gives the terminal another size.
    pub(crate) async fn resize(&self, size: Size) -> Result<(), Gone> {
        self.send(&Sent::Resize(size)).await
    }

    /// Sends a signal, named without `SIG`.
    pub(crate) async fn signal(&self, name: &str) -> Result<(), Gone> {
        self.send(&Sent::Signal(name.to_owned())).await
    }

    /// Sends bytes to standard input. Waits while the worker has not taken what was sent before, as it does while
    /// the target's window is full.
    pub(crate) async fn data(&self, bytes: Vec<u8>) -> Result<(), Gone> {
        if bytes.len() <= AT_ONCE {
            return self.send(&Sent::Data(bytes)).await;
        }
        for piece in bytes.chunks(AT_ONCE) {
            self.send(&Sent::Data(piece.to_vec())).await?;
        }
        Ok(())
    }

    /// "No more bytes will come."
    pub(crate) async fn eof(&self) -> Result<(), Gone> {
        self.send(&Sent::Eof).await
    }

    /// Closes the channel.
    pub(crate) async fn close(&self) {
        let _already_gone = self.send(&Sent::Close).await;
    }
}

#[cfg(test)]
mod tests;
