//! Sockets: datagrams, connections, TLS; and the one place where what came is written.
//!
//! Every socket hands over to one channel. When the disk is slow, connections wait, and datagrams are dropped and counted.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ids::{Digest, Timestamp};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::sync::mpsc;
use tokio::time::{interval, timeout};
use tunnel::ListedTls;
use watch::Rule;

use crate::config::{Config, KnownBy};
use crate::framing::{Frame, Framing, LONGEST};
use crate::incoming::Incoming;
use crate::intake::{Arrival, Intake, Note};
use crate::record::{Record, Sender, Way};
use crate::store::{Deleted, Sealed, Store, StoreError};
use crate::told::{self, Telling};

/// How many messages wait to be written.
const WAITING: usize = 2048;

/// How many are written before it is looked for something else to do.
const AT_ONCE: usize = 512;

/// How many connections one address may hold, and all together.
const MOST_OF_ONE: usize = 16;
const MOST_OF_ALL: usize = 512;

/// How long a handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// How much the system is asked to hold of datagrams that we did not come to read yet, in bytes.
const UNREAD: usize = 4 << 20;

/// How often what was written is made certain, what is to be noted is noted, and what is too old is deleted.
#[derive(Debug, Clone, Copy)]
pub struct Rhythm {
    /// For the disk to keep it.
    pub sync: Duration,
    /// For notes.
    pub notes: Duration,
    /// For retention.
    pub retention: Duration,
    /// For looking whether somebody brought something.
    pub incoming: Duration,
    /// For telling the head of what is kept.
    pub sealing: Duration,
}

impl Default for Rhythm {
    fn default() -> Self {
        Self {
            sync: Duration::from_secs(1),
            notes: Duration::from_secs(60),
            retention: Duration::from_secs(3600),
            incoming: Duration::from_secs(1),
            sealing: Duration::from_secs(3600),
        }
    }
}

/// What is told while it runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// A note that was entered.
    Note(Note),
    /// A file that was deleted.
    Deleted(Deleted),
    /// What is for the gateway could not be written, and why.
    NotTold(String),
}

/// Sockets that are bound, and what they hand over.
#[derive(Debug)]
pub struct Receiver {
    bound: Vec<(Way, SocketAddr)>,
    arrivals: mpsc::Receiver<Arrival>,
    hand: Hand,
}

/// What every socket holds.
#[derive(Debug, Clone)]
struct Hand {
    arrivals: mpsc::Sender<Arrival>,
    /// Datagrams for which there was no room.
    overflowed: Arc<AtomicU64>,
    connections: Arc<Mutex<BTreeMap<IpAddr, usize>>>,
    /// Whose plain connections are taken; nothing stands for everybody's.
    plain: Option<Arc<BTreeSet<IpAddr>>>,
}

impl Receiver {
    /// Takes plain connections of those addresses that `config` lists, or of all if it says so: a stranger that is refused each
    /// message would still hold a connection's place.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        let (sender, arrivals) = mpsc::channel(WAITING);
        let listed = config
            .senders
            .iter()
            .filter_map(|listed| match listed.known_by {
                KnownBy::Address(address) => Some(address),
                KnownBy::Certificate(_) => None,
            });
        let hand = Hand {
            plain: (!config.accept_unlisted).then(|| Arc::new(listed.collect())),
            arrivals: sender,
            overflowed: Arc::default(),
            connections: Arc::default(),
        };
        Self {
            bound: Vec::new(),
            arrivals,
            hand,
        }
    }

    /// Hears datagrams at an address.
    ///
    /// # Errors
    /// If it cannot be bound.
    pub async fn udp(&mut self, address: SocketAddr) -> io::Result<()> {
        let socket = UdpSocket::bind(address).await?;
        // Where the system allows less, it gives what it allows.
        rustix::net::sockopt::set_socket_recv_buffer_size(&socket, UNREAD)?;
        self.bound.push((Way::Udp, socket.local_addr()?));
        let _task = tokio::spawn(datagrams(socket, self.hand.clone()));
        Ok(())
    }

    /// Takes connections without encryption.
    ///
    /// # Errors
    /// If the address cannot be bound.
    pub async fn tcp(&mut self, address: SocketAddr) -> io::Result<()> {
        self.listen(address, None).await
    }

    /// Takes connections with TLS, of those whose certificates are listed.
    ///
    /// # Errors
    /// If the address cannot be bound.
    pub async fn tls(&mut self, address: SocketAddr, tls: ListedTls) -> io::Result<()> {
        self.listen(address, Some(tls)).await
    }

    /// Where is listened, and how.
    #[must_use]
    pub fn bound(&self) -> &[(Way, SocketAddr)] {
        &self.bound
    }

    async fn listen(&mut self, address: SocketAddr, tls: Option<ListedTls>) -> io::Result<()> {
        let listener = TcpListener::bind(address).await?;
        let way = if tls.is_some() { Way::Tls } else { Way::Tcp };
        self.bound.push((way, listener.local_addr()?));
        let _task = tokio::spawn(connections(listener, tls, self.hand.clone()));
        Ok(())
    }

    /// Writes what comes until `stop` is done, then what still waits, and makes all of it certain.
    ///
    /// # Errors
    /// If the disk refuses: nothing more can be kept then.
    pub async fn run(
        self,
        store: &mut Store,
        mut intake: Intake,
        rhythm: Rhythm,
        clock: impl Fn() -> Timestamp,
        mut tell: impl FnMut(Told),
        stop: impl Future<Output = ()>,
    ) -> Result<(), StoreError> {
        let Self {
            mut arrivals, hand, ..
        } = self;
        let mut sync = interval(rhythm.sync);
        let mut noting = interval(rhythm.notes);
        let mut retaining = interval(rhythm.retention);
        let mut looking = interval(rhythm.incoming);
        let mut sealing = interval(rhythm.sealing);
        let mut incoming: Option<Incoming> = None;
        let mut sealed = None;
        let mut stop = std::pin::pin!(stop);
        let mut came = Vec::with_capacity(AT_ONCE);
        let mut stopping = false;
        let _place = store.append(&Record::note(clock(), "started"))?;
        while !stopping {
            tokio::select! {
                () = &mut stop => stopping = true,
                _some = arrivals.recv_many(&mut came, AT_ONCE) => {}
                _tick = sync.tick() => store.sync()?,
                _tick = noting.tick() => note(store, &mut intake, &hand, clock(), &mut tell)?,
                _tick = retaining.tick() => {
                    for deleted in store.retain(intake.retention(), clock())? {
                        tell(Told::Deleted(deleted));
                    }
                    let over = told::retain(store.folder(), intake.retention(), clock());
                    over.unwrap_or_else(|cause| tell(Told::NotTold(cause.to_string())));
                }
                _tick = looking.tick(), if incoming.is_none() => {
                    let folder = store.folder().to_owned();
                    incoming = Incoming::next(&folder, store)?;
                }
                () = std::future::ready(()), if incoming.is_some() => {
                    if let Some(some) = &mut incoming && !some.step(store, AT_ONCE, clock())? {
                        incoming = None;
                    }
                }
                _tick = sealing.tick() => seal(store, &mut sealed, clock(), &mut tell)?,
            }
            if stopping {
                while came.len() < WAITING
                    && let Ok(arrival) = arrivals.try_recv()
                {
                    came.push(arrival);
                }
            }
            for arrival in came.drain(..) {
                if let Some(record) = intake.take(arrival, clock()) {
                    let _place = store.append(&record)?;
                }
            }
        }
        note(store, &mut intake, &hand, clock(), &mut tell)?;
        let _place = store.append(&Record::note(clock(), "stopped"))?;
        seal(store, &mut sealed, clock(), &mut tell)
    }
}

/// Makes what is kept certain and tells its head, if it is another one than `before`.
fn seal(
    store: &mut Store,
    before: &mut Option<Sealed>,
    now: Timestamp,
    tell: &mut impl FnMut(Told),
) -> Result<(), StoreError> {
    store.sync()?;
    let sealed = store.sealed();
    if before.as_ref() == Some(&sealed) {
        return Ok(());
    }
    let telling = Telling::Sealed {
        file: sealed.name.clone(),
        entries: sealed.entries,
        head: sealed.head,
    };
    if let Err(cause) = told::tell(store.folder(), now, &[telling]) {
        tell(Told::NotTold(cause.to_string()));
    }
    *before = Some(sealed);
    Ok(())
}

fn note(
    store: &mut Store,
    intake: &mut Intake,
    hand: &Hand,
    now: Timestamp,
    tell: &mut impl FnMut(Told),
) -> Result<(), StoreError> {
    let mut notes = intake.notes(now);
    let count = hand.overflowed.swap(0, Ordering::Relaxed);
    if count > 0 {
        notes.push(Note::Overflowed { count });
    }
    let mut tellings = Vec::new();
    for note in notes {
        let _place = store.append(&Record::note(now, &note.to_string()))?;
        if let Note::Silent { name, since } = &note {
            tellings.push(Telling::found(Rule::LogSilent, name, 1, (*since, now)));
        }
        tell(Told::Note(note));
    }
    if let Err(cause) = told::tell(store.folder(), now, &tellings) {
        tell(Told::NotTold(cause.to_string()));
    }
    Ok(())
}

async fn datagrams(socket: UdpSocket, hand: Hand) {
    let mut buffer = vec![0; LONGEST];
    loop {
        // An error here is one of an earlier answer or of the moment: the next datagram may come all the same.
        let Ok((length, peer)) = socket.recv_from(&mut buffer).await else {
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        let bytes = buffer.get(..length).unwrap_or_default().to_vec();
        if bytes.is_empty() {
            continue;
        }
        let sender = Sender {
            way: Way::Udp,
            address: peer.ip().to_canonical(),
            certificate: None,
        };
        let arrival = Arrival {
            sender,
            frame: Frame { bytes, lost: 0 },
        };
        match hand.arrivals.try_send(arrival) {
            Ok(()) => {}
            Err(mpsc::error::TrySendError::Full(_)) => {
                let _before = hand.overflowed.fetch_add(1, Ordering::Relaxed);
            }
            Err(mpsc::error::TrySendError::Closed(_)) => return,
        }
    }
}

async fn connections(listener: TcpListener, tls: Option<ListedTls>, hand: Hand) {
    while !hand.arrivals.is_closed() {
        let Ok((stream, peer)) = listener.accept().await else {
            // Out of descriptors, or the peer was gone again.
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        let address = peer.ip().to_canonical();
        let known = hand
            .plain
            .as_ref()
            .is_none_or(|known| known.contains(&address));
        if tls.is_none() && !known {
            hand.refuse(address);
            continue;
        }
        let Some(place) = Place::take(&hand, address) else {
            continue;
        };
        let (tls, hand) = (tls.clone(), hand.clone());
        let _task = tokio::spawn(async move {
            let _place = place;
            // Whoever breaks off is gone: what was whole of it is kept.
            let _ended = connection(stream, address, tls, &hand).await;
        });
    }
}

async fn connection(
    stream: TcpStream,
    address: IpAddr,
    tls: Option<ListedTls>,
    hand: &Hand,
) -> io::Result<()> {
    tunnel::tune(&stream)?;
    let Some(tls) = tls else {
        return messages(stream, Way::Tcp, address, None, hand).await;
    };
    let (stream, shown) = timeout(HANDSHAKE, tls.accept(stream)).await??;
    messages(stream, Way::Tls, address, Some(shown), hand).await
}

async fn messages(
    mut stream: impl AsyncRead + Unpin,
    way: Way,
    address: IpAddr,
    certificate: Option<Digest>,
    hand: &Hand,
) -> io::Result<()> {
    let sender = Sender {
        way,
        address,
        certificate,
    };
    let mut framing = Framing::default();
    let mut buffer = vec![0; 16 * 1024];
    let ended = loop {
        let length = match stream.read(&mut buffer).await {
            Ok(0) => break Ok(()),
            Ok(length) => length,
            Err(cause) => break Err(cause),
        };
        for frame in framing.feed(buffer.get(..length).unwrap_or_default()) {
            hand.give(Arrival { sender, frame }).await?;
        }
    };
    if let Some(frame) = framing.finish() {
        hand.give(Arrival { sender, frame }).await?;
    }
    ended
}

impl Hand {
    /// Has a connection that is not taken counted as a message would be.
    fn refuse(&self, address: IpAddr) {
        let sender = Sender {
            way: Way::Tcp,
            address,
            certificate: None,
        };
        let frame = Frame {
            bytes: Vec::new(),
            lost: 0,
        };
        let _maybe = self.arrivals.try_send(Arrival { sender, frame });
    }

    async fn give(&self, arrival: Arrival) -> io::Result<()> {
        let given = self.arrivals.send(arrival).await;
        given.map_err(|_| io::ErrorKind::BrokenPipe.into())
    }
}

/// A connection's place among those of its address, until it is dropped.
struct Place {
    address: IpAddr,
    connections: Arc<Mutex<BTreeMap<IpAddr, usize>>>,
}

impl Place {
    fn take(hand: &Hand, address: IpAddr) -> Option<Self> {
        let connections = Arc::clone(&hand.connections);
        let mut held = connections.lock().unwrap_or_else(PoisonError::into_inner);
        let all: usize = held.values().sum();
        let of_one = held.get(&address).copied().unwrap_or(0);
        if of_one >= MOST_OF_ONE || all >= MOST_OF_ALL {
            return None;
        }
        held.insert(address, of_one + 1);
        drop(held);
        Some(Self {
            address,
            connections,
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut held = self
            .connections
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = held.get_mut(&self.address) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                held.remove(&self.address);
            }
        }
    }
}
