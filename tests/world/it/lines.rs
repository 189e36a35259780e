//! Engineers' connections: through a relay or not, to a gateway that may die, to a target that echoes.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use access::{Door, Protocol};
use ids::SessionId;
use proxies::arrive::{read_message, write_message};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};
use wire::session::{Channel, OpenAnswer, OpenSession, Recording};
use wire::{Said, Secret};

use crate::gateway::Gateway;
use crate::link::{End, Wire, link};
use crate::mutations::careless;
use crate::world::World;

/// How long an engineer's program waits for an answer.
const ANSWERED_WITHIN: Duration = Duration::from_secs(20);

/// One connection as its engineer sees it.
pub(crate) struct Line {
    wires: Vec<Wire>,
    /// What is to be sent; gone once the engineer hangs up.
    out: Mutex<Option<mpsc::UnboundedSender<Vec<u8>>>>,
}

impl Line {
    pub(crate) fn send(&self, bytes: Vec<u8>) {
        if let Some(out) = &*self.out.lock().unwrap() {
            // Whoever carries it may have gone.
            let _gone = out.send(bytes);
        }
    }

    pub(crate) fn hang_up(&self) {
        self.out.lock().unwrap().take();
    }

    pub(crate) fn cut(&self) {
        self.wires.iter().for_each(Wire::cut);
    }

    pub(crate) fn silence(&self) {
        self.wires.iter().for_each(Wire::silence);
    }
}

/// A relay: joins two connections, and knows nothing of what passes.
#[derive(Default)]
pub(crate) struct Relay(Mutex<Vec<Wire>>);

impl Relay {
    /// Everything that it carries is cut.
    pub(crate) fn restart(&self) {
        for wire in self.0.lock().unwrap().drain(..) {
            wire.cut();
        }
    }

    fn carry(&self, one: End, wires: [Wire; 2], other: End) {
        self.0.lock().unwrap().extend(wires);
        tokio::spawn(async move {
            let (mut one, mut other) = (one, other);
            // How it ended, both ends see by themselves.
            let _ended = tokio::io::copy_bidirectional(&mut one, &mut other).await;
        });
    }
}

impl World {
    fn delay(&self) -> Duration {
        Duration::from_millis(self.between(1, 120))
    }

    /// An engineer's program connects: directly, or through the relay of this number.
    pub(crate) fn connect(self: &Arc<Self>, engineer: usize, target: usize, road: usize) {
        let Some(gateway) = self.up() else {
            self.tell(format!("engineer {engineer} finds nobody"));
            return;
        };
        let (near, far, wire) = link(self.delay());
        let mut wires = vec![wire.clone()];
        let arrived = match road.checked_sub(1) {
            None => far,
            Some(relay) => {
                let (inner, arrived, second) = link(self.delay());
                wires.push(second.clone());
                self.relays[relay].carry(far, [wire, second], inner);
                arrived
            }
        };
        let (out, said) = mpsc::unbounded_channel();
        let line = Arc::new(Line {
            wires,
            out: Mutex::new(Some(out)),
        });
        self.lines.lock().unwrap().push(line);
        let world = Arc::clone(self);
        let carried = Arc::clone(&gateway);
        gateway.spawn(async move { world.receive(carried, arrived, engineer).await });
        let world = Arc::clone(self);
        tokio::spawn(async move { world.works(near, (engineer, target), said).await });
    }

    /// The engineer's program: asks, and if it is let in, sends and reads until one side closes.
    async fn works(
        self: Arc<Self>,
        mut near: End,
        (engineer, target): (usize, usize),
        mut said: mpsc::UnboundedReceiver<Vec<u8>>,
    ) {
        let after = self.model().entries.len();
        let asks = OpenSession {
            token: Secret::new(self.cast.engineers[engineer].token.clone()),
            target: self.cast.targets[target].to_string(),
            grant: None,
            channel: Channel::Tcp,
            cancel: None,
        };
        let asking = async {
            write_message(&mut near, &asks).await?;
            read_message::<OpenAnswer>(&mut near).await
        };
        let session = match timeout(ANSWERED_WITHIN, asking).await {
            Ok(Ok(OpenAnswer::Opened { session, .. })) => session,
            Ok(Ok(OpenAnswer::Refused { reasons })) => {
                let reasons: Vec<_> = reasons.iter().map(|said| said.id.clone()).collect();
                self.count(|counts| counts.refused += 1);
                return self.tell(format!("engineer {engineer} is refused: {reasons:?}"));
            }
            Ok(Err(_)) => return self.tell(format!("engineer {engineer} is cut off")),
            Err(_) => return self.tell(format!("engineer {engineer} gives up")),
        };
        self.tell(format!("engineer {engineer} is in {session}"));
        self.count(|counts| counts.opened += 1);
        let opened = session.clone();
        self.promise(format!("{session} was opened"), after, move |event| {
            matches!(event, access::Event::SessionOpened { session, .. } if *session == opened)
        });
        let (mut from, mut to) = tokio::io::split(near);
        tokio::spawn(async move {
            let mut buffer = vec![0; 8192];
            while let Ok(1..) = from.read(&mut buffer).await {}
        });
        while let Some(bytes) = said.recv().await {
            if to.write_all(&bytes).await.is_err() {
                break;
            }
        }
        // The far side may be gone already.
        let _gone = to.shutdown().await;
        sleep(Duration::from_secs(1)).await;
    }

    /// What `proxies::arrive::serve` does, with a simulated target in the place of a dialled one.
    async fn receive(self: Arc<Self>, gateway: Arc<Gateway>, mut stream: End, engineer: usize) {
        let reading = read_message::<OpenSession>(&mut stream);
        let within = proxies::arrive::FIRST_MESSAGE_WITHIN;
        let Ok(Ok(asked)) = timeout(within, reading).await else {
            return;
        };
        let opened = match self.open(&gateway, engineer, &asked).await {
            Ok(opened) => Arc::new(opened),
            Err(reasons) => {
                let refused = OpenAnswer::Refused { reasons };
                if gateway.is_alive() {
                    let _gone = write_message(&mut stream, &refused).await;
                }
                return;
            }
        };
        let permit = opened.permit();
        let answer = OpenAnswer::Opened {
            session: permit.session().clone(),
            visit: permit.visit().clone(),
            until: permit.until(),
            recording: Recording::Payload,
        };
        if !gateway.is_alive() {
            return;
        }
        let reason = match write_message(&mut stream, &answer).await {
            Ok(()) => self.carry(&gateway, stream, &opened).await,
            Err(_) => access::EndReason::EngineerClosed,
        };
        if let Some(opened) = Arc::into_inner(opened) {
            opened.close(reason).await;
        }
    }

    async fn open(
        &self,
        gateway: &Gateway,
        engineer: usize,
        asked: &OpenSession,
    ) -> Result<engine::OpenedSession, Vec<Said>> {
        let known = &self.cast.engineers[engineer];
        let key = known.device.as_ref().map(|(_, key)| key);
        let connection = gateway
            .engine
            .connection(key, Some(known.source), Door::Engineers);
        let identity = gateway
            .engine
            .identify(Some(asked.token.reveal()), &connection);
        let identity = identity.map_err(|_| vec![Said::plain("error-signed-out")])?;
        let before = self.must_admit(gateway, engineer, &asked.target);
        let opening = gateway
            .engine
            .open_session(&identity, &asked.target, None, Protocol::Tcp);
        opening.await.map_err(|refusal| {
            let after = self.must_admit(gateway, engineer, &asked.target);
            if before.is_some() && before == after && gateway.is_alive() {
                let reasons = &refusal.reasons;
                let what = format!("engineer {engineer} was refused for nothing: {reasons:?}");
                self.model().find(what);
            }
            refusal.reasons.iter().map(engine::said).collect()
        })
    }

    /// If nothing stands against this session, after how many entries that count.
    fn must_admit(&self, gateway: &Gateway, engineer: usize, target: &str) -> Option<usize> {
        let known = &self.cast.engineers[engineer];
        let (device, _) = known.device.as_ref()?;
        let target = self
            .cast
            .targets
            .iter()
            .find(|id| id.to_string() == target)?;
        let wall = self.clocks.wall();
        let model = self.model();
        let must = model.must_admit((&known.id, device), target, wall)
            && !gateway.is_troubled()
            && !gateway.engine.live().is_isolated();
        must.then(|| model.changes())
    }

    /// Between the engineer and the target, by the proxy's own pump.
    async fn carry(
        self: &Arc<Self>,
        gateway: &Arc<Gateway>,
        stream: End,
        opened: &Arc<engine::OpenedSession>,
    ) -> access::EndReason {
        let session = opened.permit().session().clone();
        let (near, far, _wire) = link(self.delay());
        tokio::spawn(echo(far));
        let client = stream.watched(self.sees(gateway, &session, false));
        let target = near.watched(self.sees(gateway, &session, true));
        if self.mutation.is_careless() {
            return careless(self.mutation, client, target, opened).await;
        }
        proxies::tcp::between(client, tokio::io::split(target), opened).await
    }

    fn sees(
        self: &Arc<Self>,
        gateway: &Arc<Gateway>,
        session: &SessionId,
        to_target: bool,
    ) -> impl FnMut(&[u8]) -> bool + Send + 'static {
        let (world, gateway) = (Arc::clone(self), Arc::clone(gateway));
        let session = session.clone();
        move |bytes| world.passes(&gateway, &session, to_target, bytes)
    }
}

/// A target that says everything twice.
async fn echo(far: End) {
    let (mut from, mut to) = tokio::io::split(far);
    let mut buffer = vec![0; 8192];
    while let Ok(read @ 1..) = from.read(&mut buffer).await {
        let twice = [&buffer[..read], &buffer[..read]].concat();
        if to.write_all(&twice).await.is_err() {
            return;
        }
    }
    let _gone = to.shutdown().await;
}
