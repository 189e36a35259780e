//! Keeps the control connection to a relay, and data connections ahead of its clients.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{ReadHalf, WriteHalf};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout, timeout_at};
use tokio_rustls::TlsStream;
use wire::relay::{AnnouncedName, FromGateway, FromRelay};

use super::data::{self, Outcome};
use super::dial::{self, DialError};
use super::pause::Pauses;
use super::{LinkState, Question, Shared};
use crate::data_key::{DataKey, export};
use crate::frames::{self, FrameError, FrameReader};

/// Dialling, TLS and the relay's first word.
const CONNECT_WITHIN: Duration = Duration::from_secs(20);

/// After so long without a word the relay is gone: it speaks every 15 seconds.
const SILENCE: Duration = Duration::from_secs(45);

/// Data connections dialled ahead: an engineer's tool opens two or three at once, and none of them
/// waits for a round trip. They cost a descriptor each, here and at the relay.
const AHEAD: usize = 4;

/// Data connections that are dialled or wait, whatever the relay asks for.
const MOST: usize = 256;

/// Data connections that the relay asked for beyond that, to be dialled as soon as others are done:
/// more clients do not wait at a relay.
const MOST_OWED: usize = 2048;

/// Before a data connection that failed is tried again.
const AFTER_A_FAILURE: Duration = Duration::from_secs(1);

/// Why a control connection is over.
#[derive(Debug, thiserror::Error)]
enum Over {
    #[error("{0}")]
    Dial(#[from] DialError),
    #[error("{0}")]
    Frame(#[from] FrameError),
    #[error("the relay is silent")]
    Silent,
    #[error("the relay is being stopped")]
    Draining,
    #[error("the relay said something that is not due")]
    NotDue,
}

pub(super) struct Keeper {
    shared: Arc<Shared>,
    announced: watch::Receiver<Vec<AnnouncedName>>,
    state: watch::Sender<LinkState>,
    questions: mpsc::Receiver<Question>,
}

/// One control connection.
struct Control {
    shared: Arc<Shared>,
    reader: FrameReader<ReadHalf<TlsStream<TcpStream>>>,
    writer: WriteHalf<TlsStream<TcpStream>>,
    seen: IpAddr,
    heard: Instant,
    key: Arc<DataKey>,
    /// Dialled or parked. They end with the control connection: their key does.
    data: JoinSet<Outcome>,
    next_data: u64,
    /// Asked for while as many were under way as may be.
    owed: usize,
    asked: BTreeMap<u64, oneshot::Sender<FromRelay>>,
    next_question: u64,
}

/// What happens next.
enum Next {
    Heard(FromRelay),
    Announce,
    Ask(Question),
    Data(Outcome),
}

impl Keeper {
    pub(super) fn new(
        shared: Arc<Shared>,
        announced: watch::Receiver<Vec<AnnouncedName>>,
        state: watch::Sender<LinkState>,
        questions: mpsc::Receiver<Question>,
    ) -> Self {
        Self {
            shared,
            announced,
            state,
            questions,
        }
    }

    /// Never ends by itself.
    pub(super) async fn keep(mut self) {
        let mut pauses = Pauses::default();
        loop {
            let (over, lived) = self.once().await;
            let relay = &self.shared.config.name;
            tracing::warn!(%relay, why = %over, "the relay is not connected");
            self.state.send_replace(LinkState::Lost {
                why: over.to_string(),
            });
            // Who asks now would wait for nothing.
            while self.questions.try_recv().is_ok() {}
            sleep(pauses.next(lived, random())).await;
        }
    }

    /// One control connection from its dialling to its end, and how long it lived.
    async fn once(&mut self) -> (Over, Duration) {
        let connecting = Control::connect(Arc::clone(&self.shared));
        let mut control = match timeout(CONNECT_WITHIN, connecting).await {
            Ok(Ok(control)) => control,
            Ok(Err(over)) => return (over, Duration::ZERO),
            Err(_) => return (DialError::TimedOut.into(), Duration::ZERO),
        };
        let since = Instant::now();
        let Err(over) = self.serve(&mut control).await;
        (over, since.elapsed())
    }

    async fn serve(&mut self, control: &mut Control) -> Result<Infallible, Over> {
        self.announced.mark_changed();
        let connected = LinkState::Connected { seen: control.seen };
        self.state.send_replace(connected.clone());
        tracing::info!(relay = %self.shared.config.name, "the relay is connected");
        control.dial_ahead(Duration::ZERO);
        loop {
            let next = self.next(control).await?;
            if matches!(next, Next::Heard(_)) {
                control.heard = Instant::now();
            }
            match next {
                Next::Heard(FromRelay::NotAnnounced { names }) => {
                    self.state.send_replace(LinkState::NotAnnounced { names });
                }
                Next::Heard(message) => control.hear(message).await?,
                Next::Announce => self.announce(control, &connected).await?,
                Next::Ask(question) => {
                    // What was announced before the question is said before it: an answer shows that the
                    // relay has heard both.
                    if self.announced.has_changed().unwrap_or_default() {
                        self.announce(control, &connected).await?;
                    }
                    control.ask(question).await?;
                }
                Next::Data(outcome) => control.dial_again(&outcome),
            }
        }
    }

    async fn announce(&mut self, control: &mut Control, connected: &LinkState) -> Result<(), Over> {
        let names = self.announced.borrow_and_update().clone();
        control.say(&FromGateway::Announce { names }).await?;
        // Unless the relay says otherwise.
        self.state.send_replace(connected.clone());
        Ok(())
    }

    async fn next(&mut self, control: &mut Control) -> Result<Next, Over> {
        tokio::select! {
            heard = hears(&mut control.reader, control.heard) => heard.map(Next::Heard),
            Ok(()) = self.announced.changed() => Ok(Next::Announce),
            Some(question) = self.questions.recv() => Ok(Next::Ask(question)),
            Some(outcome) = control.data.join_next() => {
                // One that panicked is as one that failed.
                Ok(Next::Data(outcome.unwrap_or(Outcome::Failed)))
            }
        }
    }
}

type Reader = FrameReader<ReadHalf<TlsStream<TcpStream>>>;

/// The relay's next message. Dropped while waiting, it loses nothing.
async fn hears(reader: &mut Reader, last: Instant) -> Result<FromRelay, Over> {
    match timeout_at(last + SILENCE, reader.next()).await {
        Ok(heard) => Ok(heard?),
        Err(_) => Err(Over::Silent),
    }
}

impl Control {
    async fn connect(shared: Arc<Shared>) -> Result<Self, Over> {
        let stream = dial::wrapped(&shared, &shared.control).await?;
        let stream = TlsStream::Client(stream);
        let key = export(&stream).map_err(io::Error::other);
        let key = key.map_err(DialError::Failed)?;
        let (reader, writer) = tokio::io::split(stream);
        let mut reader = FrameReader::new(reader);
        // The relay looks at our key after our part of the handshake is done: that it is refused shows
        // itself only here.
        let FromRelay::Welcome { link, seen } = reader.next().await? else {
            return Err(Over::NotDue);
        };
        Ok(Self {
            shared,
            reader,
            writer,
            seen: seen.to_canonical(),
            heard: Instant::now(),
            key: Arc::new(DataKey::new(key, link)),
            data: JoinSet::new(),
            next_data: 1,
            owed: 0,
            asked: BTreeMap::new(),
            next_question: 1,
        })
    }

    async fn say(&mut self, message: &FromGateway) -> Result<(), Over> {
        Ok(frames::write(&mut self.writer, message).await?)
    }

    async fn hear(&mut self, message: FromRelay) -> Result<(), Over> {
        match message {
            FromRelay::Ping {} => self.say(&FromGateway::Pong {}).await,
            FromRelay::Need { count } => {
                self.owed = (self.owed + usize::from(count)).min(MOST_OWED);
                self.dial_owed(Duration::ZERO);
                Ok(())
            }
            FromRelay::Cosigned { number, .. }
            | FromRelay::NotCosigned { number, .. }
            | FromRelay::Probed { number, .. }
            | FromRelay::Busy { number } => {
                if let Some(asker) = self.asked.remove(&number) {
                    // Who asked may have given up.
                    let _ = asker.send(message);
                }
                Ok(())
            }
            FromRelay::NotAnnounced { .. } => Ok(()),
            FromRelay::Draining {} => Err(Over::Draining),
            FromRelay::Welcome { .. } => Err(Over::NotDue),
        }
    }

    async fn ask(&mut self, question: Question) -> Result<(), Over> {
        let number = self.next_question;
        self.next_question += 1;
        let asks = (question.ask)(number);
        // One that breaks our own limits is dropped: who asks learns that there is no answer.
        if wire::encode(&asks).is_err() {
            return Ok(());
        }
        self.asked.retain(|_, asker| !asker.is_closed());
        self.asked.insert(number, question.answer);
        self.say(&asks).await
    }

    /// After one is done, those for which there was no room.
    fn dial_again(&mut self, outcome: &Outcome) {
        let pause = match outcome {
            Outcome::Used | Outcome::Unused => Duration::ZERO,
            Outcome::Failed => AFTER_A_FAILURE,
        };
        self.dial_owed(pause);
        self.dial_ahead(pause);
    }

    /// A client waits for each of them: one that is forgotten waits in vain.
    fn dial_owed(&mut self, pause: Duration) {
        while self.owed > 0 && self.data.len() < MOST {
            self.owed -= 1;
            self.dial(pause);
        }
    }

    /// Dials until so many wait as are kept ahead.
    fn dial_ahead(&mut self, pause: Duration) {
        while self.data.len() < AHEAD {
            self.dial(pause);
        }
    }

    fn dial(&mut self, pause: Duration) {
        let number = self.next_data;
        self.next_data += 1;
        let (shared, key) = (Arc::clone(&self.shared), Arc::clone(&self.key));
        self.data.spawn(data::run(shared, key, number, pause));
    }
}

/// Spreads reconnections. Without randomness they are not spread, and that is all.
fn random() -> u32 {
    let mut bytes = [0u8; 4];
    let _ = aws_lc_rs::rand::fill(&mut bytes);
    u32::from_be_bytes(bytes)
}
