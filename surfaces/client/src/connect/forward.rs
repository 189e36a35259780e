//! A local port whose every connection is a session, for this user's programs only (lesson L37).
//!
//! The ledger is compared before the first session and after each. If it disagrees, no session is
//! opened any more.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use ledger::resume::Resume;
use tokio::io::AsyncReadExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, oneshot};
use tokio::task::JoinSet;
use wire::api::v1::Ended;
use wire::session::Channel;

use super::first::{First, first};
use super::ready::Ready;
use super::{
    Carried, Errand, OpenError, Session, Terms, cancel_on, how_it_ended, open, open_on, reach,
};
use crate::api::{Api, ApiError};
use crate::keep::Membership;
use crate::witness::{WitnessError, compare};
use crate::{here, now};

/// Local connections at once; a browser or a database tool opens a dozen. More wait for one to close.
pub const AT_ONCE: usize = 64;

/// Why nobody can be listened for.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// Only this computer's own addresses: everybody else would be let in under our name.
    #[error("{0} is not a loopback address")]
    NotLoopback(SocketAddr),
    /// The port cannot be had.
    #[error("{address}: {cause}")]
    Bind {
        /// Which.
        address: SocketAddr,
        /// Why.
        cause: io::Error,
    },
    /// This system does not say whose a connection is.
    #[error("this system does not say whose a local connection is: use standard input and output")]
    OwnersUnknown,
}

/// What happens on a [`Forwarder`], to be told to the person in front of it.
#[derive(Debug)]
pub enum Happened {
    /// A connection of another user, or of nobody known, was closed.
    Stranger(SocketAddr),
    /// A connection waits: [`AT_ONCE`] are open.
    Waiting,
    /// The recovery kit has signed a restore of the ledger.
    Resumed(Resume),
    /// A session opened.
    Opened(Terms),
    /// None opened.
    NotOpened(OpenError),
    /// A session is over.
    Closed {
        /// Which it was.
        terms: Terms,
        /// What went through.
        carried: Carried,
        /// How it ended, as far as the site could be asked.
        ended: Result<Option<Ended>, ApiError>,
    },
    /// The ledger could not be compared after a session.
    NotCompared(WitnessError),
}

/// A local port.
#[derive(Debug)]
pub struct Forwarder {
    listener: TcpListener,
    address: SocketAddr,
}

/// What every connection needs.
#[derive(Clone)]
struct Shared {
    membership: Membership,
    api: Arc<Api>,
    errand: Errand,
    ready: Ready,
}

impl Forwarder {
    /// Listens on a loopback address; port 0 takes any free one.
    ///
    /// # Errors
    /// If it is not loopback, cannot be had, or this system does not say whose a connection is.
    pub async fn bind(address: SocketAddr) -> Result<Self, ListenError> {
        let (listener, address) = listen_for_ourselves(address).await?;
        Ok(Self { listener, address })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves this user's connections, each as a session, until the ledger disagrees. Dropping the
    /// future ends every session. `tell` is called with what happens.
    ///
    /// # Errors
    /// Why the ledger was found wanting before the first session, or disagreed after one.
    pub async fn serve(
        self,
        membership: Membership,
        api: Arc<Api>,
        errand: Errand,
        mut tell: impl FnMut(Happened),
    ) -> Result<(), WitnessError> {
        let first = compare(&api, &membership, now()).await?;
        first
            .resumed
            .into_iter()
            .map(Happened::Resumed)
            .for_each(&mut tell);
        let shared = Shared {
            membership,
            api,
            errand,
            ready: Ready::default(),
        };
        let (events, mut happening) = tokio::sync::mpsc::unbounded_channel();
        let room = Arc::new(Semaphore::new(AT_ONCE));
        let mut sessions: JoinSet<()> = JoinSet::new();
        loop {
            tokio::select! {
                event = happening.recv() => match event {
                    Some(Happened::NotCompared(error @ WitnessError::Disagrees { .. })) => {
                        return Err(error);
                    }
                    Some(event) => tell(event),
                    None => return Ok(()),
                },
                accepted = self.listener.accept() => {
                    let Ok((stream, peer)) = accepted else { continue };
                    if here::is_own_peer(peer, self.address) != Some(true) {
                        tell(Happened::Stranger(peer));
                        continue;
                    }
                    // Otherwise an answer in two pieces waits until its first is acknowledged.
                    let _waits = tunnel::tune(&stream);
                    if room.available_permits() == 0 {
                        tell(Happened::Waiting);
                    }
                    let (shared, events, room) = (shared.clone(), events.clone(), room.clone());
                    sessions.spawn(async move {
                        // Nobody listens any more once the port is closed.
                        let tell = |event| drop(events.send(event));
                        let (opened, another) = oneshot::channel();
                        let prepare = async {
                            if another.await.is_ok() {
                                shared.ready.prepare(&shared.membership, &shared.errand).await;
                            }
                        };
                        tokio::join!(one(&shared, stream, &room, opened, tell), prepare);
                    });
                },
                // Makes room for the next.
                Some(_) = sessions.join_next() => {}
            }
        }
    }
}

impl Shared {
    /// What was read of a local connection before its session opens; nothing if it needs none.
    async fn before(&self, stream: &mut TcpStream) -> Result<Option<Vec<u8>>, OpenError> {
        if self.errand.channel != Some(Channel::Postgres) {
            return Ok(Some(Vec::new()));
        }
        match first(stream).await {
            Ok(First::Session(before)) => Ok(Some(before)),
            Ok(First::Cancel(key)) => {
                let token = self.membership.sign_in_place().token(now())?;
                let token = token.ok_or(OpenError::NotSignedIn)?;
                let connection = reach(&self.membership, &self.errand).await?;
                cancel_on(connection, &self.errand, &key, token).await?;
                Ok(None)
            }
            // It went away before it said anything.
            Err(_) => Ok(None),
        }
    }

    /// Opens a session, on a connection that waits for it if there is one.
    async fn open(&self) -> Result<Session, OpenError> {
        let ready = self.errand.channel.zip(self.ready.take());
        let Some((channel, connection)) = ready else {
            return open(&self.membership, &self.errand, now()).await;
        };
        let token = self.membership.sign_in_place().token(now())?;
        let token = token.ok_or(OpenError::NotSignedIn)?;
        open_on(connection, &self.errand, channel, token).await
    }
}

/// One connection: a session from its opening to the comparison after it.
async fn one(
    shared: &Shared,
    mut stream: TcpStream,
    room: &Semaphore,
    opened: oneshot::Sender<()>,
    tell: impl Fn(Happened),
) {
    let before = match shared.before(&mut stream).await {
        Ok(Some(before)) => before,
        Ok(None) => return,
        Err(error) => return tell(Happened::NotOpened(error)),
    };
    let Ok(taken) = room.acquire().await else {
        return;
    };
    let session = match shared.open().await {
        Ok(session) => session,
        Err(error) => return tell(Happened::NotOpened(error)),
    };
    let _prepared = opened.send(());
    let terms = session.terms.clone();
    tell(Happened::Opened(terms.clone()));
    let (reader, writer) = stream.into_split();
    let reader = io::Cursor::new(before).chain(reader);
    let carried = session.carry(reader, writer).await;
    // What is still asked about it keeps nobody waiting.
    drop(taken);
    let ended = how_it_ended(&shared.api, &terms.session).await;
    tell(Happened::Closed {
        terms,
        carried,
        ended,
    });
    match compare(&shared.api, &shared.membership, now()).await {
        Ok(compared) => compared
            .resumed
            .into_iter()
            .map(Happened::Resumed)
            .for_each(tell),
        Err(error) => tell(Happened::NotCompared(error)),
    }
}

/// A loopback port, where this system says whose a connection is.
pub(crate) async fn listen_for_ourselves(
    address: SocketAddr,
) -> Result<(TcpListener, SocketAddr), ListenError> {
    if !address.ip().is_loopback() {
        return Err(ListenError::NotLoopback(address));
    }
    let failed = |cause| ListenError::Bind { address, cause };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    if !owners_are_known(&listener, address).await {
        return Err(ListenError::OwnersUnknown);
    }
    Ok((listener, address))
}

/// Tries it on a connection of our own.
async fn owners_are_known(listener: &TcpListener, address: SocketAddr) -> bool {
    let (dialled, accepted) = tokio::join!(TcpStream::connect(address), listener.accept());
    match (dialled, accepted) {
        (Ok(_ours), Ok((_stream, peer))) => here::is_own_peer(peer, address).is_some(),
        (Ok(_) | Err(_), Ok(_) | Err(_)) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn l37_only_an_address_of_this_computer_can_be_listened_on() {
        for address in ["0.0.0.0:0", "192.0.2.1:0", "[::]:0"] {
            let refused = Forwarder::bind(address.parse().unwrap()).await;
            assert!(
                matches!(refused, Err(ListenError::NotLoopback(_))),
                "{address}"
            );
        }
        let forwarder = Forwarder::bind("127.0.0.1:0".parse().unwrap())
            .await
            .unwrap();
        assert_ne!(forwarder.address().port(), 0);
    }
}
