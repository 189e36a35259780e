//! A gateway's control connection, from its proof to its end.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{ReadHalf, WriteHalf};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, interval, timeout};
use tokio_rustls::TlsStream;
use tokio_rustls::server::TlsStream as ServerStream;
use wire::relay::{FromGateway, FromRelay, LinkId, Offered, WhyNotCosigned};

use super::gateway::{Gateway, OUTBOX};
use super::{Inner, SiteEntry};
use crate::data_key::{DataKey, export};
use crate::frames::{self, FrameError, FrameReader};

/// How often the gateway is asked whether it is there: more often than middleboxes forget.
const PING_EVERY: Duration = Duration::from_secs(15);

/// After so long without a word it is gone: three questions unanswered. Its names lead nowhere then,
/// which a client learns at once instead of at its own deadline.
const SILENCE: Duration = Duration::from_secs(45);

/// Questions of one gateway that are answered at the same time.
const QUESTIONS: usize = 4;

/// How long a port may take to answer from outside.
const PROBE_WITHIN: Duration = Duration::from_secs(2);

/// Serves a control connection on a task of its own.
pub(super) fn start(
    relay: Arc<Inner>,
    site: Arc<SiteEntry>,
    stream: ServerStream<TcpStream>,
    peer: SocketAddr,
) {
    tokio::spawn(async move {
        let called = site.site.clone();
        tracing::info!(site = %called, "a gateway connected");
        match serve(&relay, site, stream.into(), peer).await {
            Ok(()) => tracing::info!(site = %called, "a gateway's connection was ended"),
            Err(why) => tracing::info!(site = %called, %why, "a gateway is gone"),
        }
    });
}

async fn serve(
    relay: &Arc<Inner>,
    site: Arc<SiteEntry>,
    stream: TlsStream<TcpStream>,
    peer: SocketAddr,
) -> Result<(), FrameError> {
    let mut link = LinkId([0; 16]);
    aws_lc_rs::rand::fill(&mut link.0).map_err(std::io::Error::other)?;
    let key = DataKey::new(export(&stream).map_err(std::io::Error::other)?, link);
    let (outbox, sent) = mpsc::channel(OUTBOX);
    let gateway = Arc::new(Gateway::new(site, peer, key, outbox));
    let (reader, writer) = tokio::io::split(stream);
    let mut control = Control {
        relay: Arc::clone(relay),
        gateway: Arc::clone(&gateway),
        reader: FrameReader::new(reader),
        writer,
        sent,
        answers: JoinSet::new(),
    };
    relay.roads.add(Arc::clone(&gateway));
    let ended = control.run().await;
    relay.roads.remove(&gateway);
    ended
}

struct Control {
    relay: Arc<Inner>,
    gateway: Arc<Gateway>,
    reader: FrameReader<ReadHalf<TlsStream<TcpStream>>>,
    writer: WriteHalf<TlsStream<TcpStream>>,
    sent: mpsc::Receiver<FromRelay>,
    answers: JoinSet<FromRelay>,
}

/// What happens next on a control connection.
enum Next {
    Heard(FromGateway),
    Say(FromRelay),
    Tick,
    Ended,
}

impl Control {
    async fn run(&mut self) -> Result<(), FrameError> {
        let welcome = FromRelay::Welcome {
            link: self.gateway.link(),
            seen: self.gateway.peer().ip(),
        };
        self.say(&welcome).await?;
        let mut ticks = interval(PING_EVERY);
        let mut heard = Instant::now();
        loop {
            match self.next(&mut ticks).await? {
                Next::Heard(message) => {
                    heard = Instant::now();
                    self.hear(message).await?;
                }
                Next::Say(FromRelay::Draining {}) => {
                    return self.say(&FromRelay::Draining {}).await;
                }
                Next::Say(message) => self.say(&message).await?,
                Next::Tick if heard.elapsed() > SILENCE => return Err(FrameError::Stuck),
                Next::Tick => {
                    self.gateway.tidy(Instant::now());
                    self.say(&FromRelay::Ping {}).await?;
                }
                Next::Ended => return Ok(()),
            }
        }
    }

    async fn next(&mut self, ticks: &mut tokio::time::Interval) -> Result<Next, FrameError> {
        tokio::select! {
            () = self.gateway.ended() => Ok(Next::Ended),
            Some(message) = self.sent.recv() => Ok(Next::Say(message)),
            Some(Ok(answer)) = self.answers.join_next() => Ok(Next::Say(answer)),
            message = self.reader.next() => message.map(Next::Heard),
            _ = ticks.tick() => Ok(Next::Tick),
        }
    }

    async fn say(&mut self, message: &FromRelay) -> Result<(), FrameError> {
        frames::write(&mut self.writer, message).await
    }

    async fn hear(&mut self, message: FromGateway) -> Result<(), FrameError> {
        match message {
            FromGateway::Pong {} => Ok(()),
            FromGateway::Announce { names } => {
                match self.relay.roads.announce(&self.gateway, names) {
                    Ok(()) => Ok(()),
                    Err(names) => {
                        let site = &self.gateway.site().site;
                        tracing::warn!(%site, ?names, "a gateway announced names that are not its own");
                        self.say(&FromRelay::NotAnnounced { names }).await
                    }
                }
            }
            FromGateway::Cosign { number, .. } | FromGateway::Probe { number, .. }
                if self.answers.len() >= QUESTIONS =>
            {
                self.say(&FromRelay::Busy { number }).await
            }
            FromGateway::Cosign { number, checkpoint } => {
                self.answers.spawn(cosign(
                    Arc::clone(&self.relay),
                    Arc::clone(&self.gateway),
                    number,
                    checkpoint,
                ));
                Ok(())
            }
            FromGateway::Probe { number, ports } => {
                // That address and no other: the relay is nobody's scanner (lesson L31).
                self.answers
                    .spawn(probe(self.gateway.peer().ip(), number, ports));
                Ok(())
            }
        }
    }
}

async fn cosign(
    relay: Arc<Inner>,
    gateway: Arc<Gateway>,
    number: u64,
    checkpoint: Offered,
) -> FromRelay {
    let looking =
        tokio::task::spawn_blocking(move || (relay.cosigner)(&gateway.site().site, &checkpoint));
    match looking.await {
        Ok(Ok(note)) => FromRelay::Cosigned { number, note },
        Ok(Err(why)) => FromRelay::NotCosigned { number, why },
        // It panicked.
        Err(_) => FromRelay::NotCosigned {
            number,
            why: WhyNotCosigned::Unavailable,
        },
    }
}

/// All ports at once: an answer within two seconds, or none.
async fn probe(address: IpAddr, number: u64, ports: Vec<u16>) -> FromRelay {
    let mut tries = JoinSet::new();
    for port in ports {
        let connecting = TcpStream::connect(SocketAddr::new(address, port));
        tries.spawn(async move {
            let answered = matches!(timeout(PROBE_WITHIN, connecting).await, Ok(Ok(_)));
            answered.then_some(port)
        });
    }
    let mut open: Vec<u16> = tries.join_all().await.into_iter().flatten().collect();
    open.sort_unstable();
    FromRelay::Probed { number, open }
}
