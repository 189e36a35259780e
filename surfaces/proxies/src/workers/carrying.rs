//! The gateway's side: hands a session over to a worker, answers its calls, tells it what happens, and knows
//! when it crashed.

mod answering;

use std::collections::BTreeMap;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream as StdUnixStream;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use access::{EndReason, Permit, Protocol, ServerIdentity};
use engine::OpenedSession;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};
use tokio::time::{self, sleep_until, timeout};
use tunnel::Closer;

use self::answering::Answering;
use super::crossing::{Event, Handed, Stands, Work, json};
use super::old_tls;
use super::packets::{self, Inbox};
use super::pumps::pump;
use super::spawner::ANOTHER;

/// How long a worker may take to let go of a session that was ended from outside: its last words, and a
/// program that is slow to hang up.
const LETS_GO_WITHIN: Duration = Duration::from_secs(3);

/// How long the last words may take to the engineer after a worker has said them.
const LAST_WORDS_WITHIN: Duration = Duration::from_millis(500);

/// Who starts workers, and the workers that run for several sessions: one for each protocol.
pub struct Workers {
    pub(super) spawner: OwnedFd,
    running: Mutex<BTreeMap<u8, OwnedFd>>,
    pub(super) heard: Arc<AtomicU64>,
    /// Whether it can start what speaks old TLS: it looked when it began, and so do we.
    pub(super) has_old_tls: bool,
    /// It ends when `spawner` is closed.
    process: Child,
}

impl std::fmt::Debug for Workers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Workers")
    }
}

impl Workers {
    /// Starts what starts workers. `command` runs [`super::be_spawner`].
    ///
    /// # Errors
    /// If it cannot be started.
    pub fn start(mut command: Command) -> io::Result<Self> {
        let (spawner, theirs) = packets::pair()?;
        let process = command.stdin(theirs).stdout(Stdio::null()).spawn()?;
        Ok(Self {
            spawner,
            running: Mutex::default(),
            heard: Arc::default(),
            has_old_tls: old_tls::program().is_some(),
            process,
        })
    }

    /// The number of the process that starts workers.
    pub fn process(&self) -> u32 {
        self.process.id()
    }

    /// Packets that came from workers so far: each wakes two processes.
    pub fn heard(&self) -> u64 {
        self.heard.load(Ordering::Relaxed)
    }

    /// Carries the session in the worker of its protocol, or in one of its own, until either side closes or it is ended, and says
    /// why it ended. `stream` is the engineer's; `target` is connected, nothing was said on it.
    pub async fn carry<S>(
        &self,
        stream: S,
        target: TcpStream,
        opened: &Arc<OpenedSession>,
    ) -> EndReason
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let live = opened.live();
        match Closer::of(&target) {
            Ok(closer) => live.holds(closer),
            // Without a way to shut it down the session must not begin.
            Err(_) => return EndReason::TargetUnreachable,
        }
        let end = match self.hand_over(target, opened) {
            Ok(ours) => self.carried(stream, ours, opened).await,
            Err(cause) => {
                tracing::error!(%cause, session = %live.id(), "no worker takes a session");
                EndReason::WorkerCrashed
            }
        };
        // Who ended it from outside knows better than the sockets that noticed.
        live.ended().cloned().unwrap_or(end)
    }

    async fn carried<S>(&self, stream: S, ours: Ours, opened: &Arc<OpenedSession>) -> EndReason
    where
        S: AsyncRead + AsyncWrite + Unpin + Send,
    {
        let live = opened.live();
        let Ours {
            calls,
            events,
            near,
            own,
            target,
        } = ours;
        let events = Events(Arc::new(events));
        let (from_engineer, to_engineer) = tokio::io::split(stream);
        let (from_worker, to_worker) = near.into_split();
        let up = pump(from_engineer, to_worker);
        let down = pump(from_worker, to_engineer);
        tokio::pin!(up, down);
        let (mut up_over, mut down_over) = (false, false);
        let mut gone = None;
        let mut answering = Answering::new(self, calls, target, events.clone(), opened);
        let end = {
            let carrying = async {
                tokio::select! {
                    biased;
                    end = answering.answer() => end,
                    () = tell(opened, &events) => None,
                }
            };
            tokio::pin!(carrying);
            loop {
                tokio::select! {
                    biased;
                    end = &mut carrying => break end,
                    in_order = &mut up, if !up_over => {
                        up_over = true;
                        if !in_order {
                            gone = Some(time::Instant::now() + LAST_WORDS_WITHIN);
                        }
                    }
                    _ = &mut down, if !down_over => down_over = true,
                    // Half a line is what somebody may still read; of a broken one nobody does. A worker to which both
                    // look alike may wait for the target: not for longer than it needs to say how the session ended.
                    () = sleep_until(gone.unwrap_or_else(time::Instant::now)), if gone.is_some() => {
                        gone = None;
                        live.end(EndReason::EngineerClosed);
                    }
                }
            }
        };
        answering.finish().await;
        drop(own);
        if end.is_some() && !down_over {
            let _in_time = timeout(LAST_WORDS_WITHIN, down).await;
        }
        end.unwrap_or_else(|| {
            tracing::error!(session = %live.id(), "the worker that carried a session crashed");
            EndReason::WorkerCrashed
        })
    }

    fn hand_over(&self, target: TcpStream, opened: &OpenedSession) -> io::Result<Ours> {
        let permit = opened.permit();
        let told = json(&Work::Carry(Box::new(Handed {
            protocol: permit.protocol(),
            session: permit.session().clone(),
            target: permit.target().clone(),
            recording: permit.recording(),
            target_name: permit.target_name().to_owned(),
            database: permit.database().cloned(),
            desktop: permit.desktop().cloned(),
            stands: stands(opened),
        })))?;
        let target = target.into_std()?;
        let kept = if speaks_old_tls(permit) {
            Some(TcpStream::from_std(target.try_clone()?)?)
        } else {
            None
        };
        let (calls, their_calls) = packets::pair()?;
        let (events, their_events) = packets::pair()?;
        let (near, their_near) = StdUnixStream::pair()?;
        near.set_nonblocking(true)?;
        let handed = [
            their_calls.as_fd(),
            their_events.as_fd(),
            their_near.as_fd(),
            target.as_fd(),
        ];
        let own = if has_its_own(permit.protocol()) {
            Some(self.hand_alone(&told, &handed)?)
        } else {
            self.hand(permit.protocol(), &told, &handed)?;
            None
        };
        Ok(Ours {
            calls: Inbox::new(calls, false)?,
            events,
            near: UnixStream::from_std(near)?,
            own,
            target: kept,
        })
    }

    /// Hands something over to the worker of this protocol; to a new one if there is none, or it is gone.
    pub(super) fn hand(
        &self,
        protocol: Protocol,
        told: &[u8],
        handed: &[BorrowedFd<'_>],
    ) -> io::Result<()> {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let number = number(protocol);
        if let Some(worker) = running.get(&number) {
            match packets::send(worker, told, handed) {
                // It ended, or has not read for a long time: what it still carried ends with its line.
                Err(cause) if is_gone(&cause) => {}
                sent => return sent,
            }
        }
        running.insert(number, self.hand_alone(told, handed)?);
        Ok(())
    }

    /// Hands something over to a new worker that nobody else has: it ends when what is returned is closed.
    pub(super) fn hand_alone(&self, told: &[u8], handed: &[BorrowedFd<'_>]) -> io::Result<OwnedFd> {
        let (worker, theirs) = packets::pair()?;
        packets::send(&self.spawner, ANOTHER, &[theirs.as_fd()])?;
        packets::send(&worker, told, handed)?;
        Ok(worker)
    }
}

fn is_gone(cause: &io::Error) -> bool {
    let gone = [
        io::ErrorKind::BrokenPipe,
        io::ErrorKind::ConnectionReset,
        io::ErrorKind::WouldBlock,
    ];
    gone.contains(&cause.kind())
}

/// Whether each session has a worker of its own. Where a screen is drawn, one session alone may need what many of
/// another protocol do; and what nobody understands shares its process with nobody.
fn has_its_own(protocol: Protocol) -> bool {
    protocol.is_desktop() || protocol == Protocol::Tcp || protocol == Protocol::Telnet
}

/// Whether a worker will want old TLS for this session.
fn speaks_old_tls(permit: &Permit) -> bool {
    let known = permit.desktop().map(|entry| &entry.server);
    matches!(known, Some(ServerIdentity::OldTls { .. }))
}

fn number(protocol: Protocol) -> u8 {
    match protocol {
        Protocol::Tcp => 0,
        Protocol::Ssh => 1,
        Protocol::Postgres => 2,
        Protocol::Mysql => 3,
        Protocol::Http => 4,
        Protocol::Vnc => 5,
        Protocol::Rdp => 6,
        Protocol::Telnet => 7,
    }
}

/// What the gateway keeps of a session that it handed over.
struct Ours {
    calls: Inbox,
    events: OwnedFd,
    near: UnixStream,
    /// A worker of its own: it ends when this is closed.
    own: Option<OwnedFd>,
    /// The target once more, where another process will speak TLS with it.
    target: Option<TcpStream>,
}

fn stands(opened: &OpenedSession) -> Stands {
    let live = opened.live();
    Stands {
        frozen: live.frozen(),
        left: live.deadline().saturating_duration_since(Instant::now()),
        now: opened.now(),
    }
}

/// The line on which a worker hears of what happens.
#[derive(Clone)]
struct Events(Arc<OwnedFd>);

impl Events {
    /// False if the worker is gone, or reads nothing any more.
    fn say(&self, event: &Event, handed: &[BorrowedFd<'_>]) -> bool {
        let packet = json(event);
        packet.is_ok_and(|packet| packets::send(&*self.0, &packet, handed).is_ok())
    }
}

/// Tells the worker what happens to its session. Returns when the worker has not let go of one that was ended.
async fn tell(opened: &OpenedSession, events: &Events) {
    let live = opened.live();
    let mut told = None;
    loop {
        let frozen = live.frozen();
        if told != Some(frozen) {
            told = Some(frozen);
            if !events.say(&Event::Stands(stands(opened)), &[]) {
                break live.withdrawn().await;
            }
        }
        let event = tokio::select! {
            biased;
            () = live.withdrawn() => break,
            notice = opened.next_notice() => Event::Notice { notice, now: opened.now() },
            () = live.cancel_asked() => Event::CancelAsked,
            () = live.froze(), if frozen.is_none() => continue,
            () = live.thawed(), if frozen.is_some() => continue,
        };
        if !events.say(&event, &[]) {
            break live.withdrawn().await;
        }
    }
    if let Some(reason) = live.ended() {
        events.say(&Event::Ended(reason.clone()), &[]);
    }
    time::sleep(LETS_GO_WITHIN).await;
}
