//! A connected gateway, as the relay knows it: its data connections, and the clients that wait for one.

use std::collections::{BTreeSet, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, mpsc, oneshot};
use tokio::time::Instant;
use wire::relay::data::{DataHello, MAC};
use wire::relay::{FromRelay, LinkId};

use super::{SiteEntry, Turned};
use crate::data_key::DataKey;
use crate::line::Line;

/// Data connections that wait for a client. A gateway keeps a few ahead; after a burst some more.
const MOST_PARKED: usize = 64;

/// How long one is kept. Middleboxes forget silent connections after some minutes: a client should not
/// be given one that leads nowhere.
const PARKED_FOR: Duration = Duration::from_secs(240);

/// Numbers of data connections that are remembered; those further behind count as used. A gateway
/// dials at most a few hundred at once, which may arrive in any order.
const REMEMBERED: usize = 4096;

/// Messages on their way to a gateway: a burst of clients, each of which needs a connection.
pub(super) const OUTBOX: usize = 512;

/// A gateway whose key was proved on its control connection.
pub(super) struct Gateway {
    site: Arc<SiteEntry>,
    peer: SocketAddr,
    key: DataKey,
    outbox: mpsc::Sender<FromRelay>,
    ended: Notify,
    data: Mutex<Data>,
}

#[derive(Default)]
struct Data {
    used: Used,
    parked: VecDeque<Parked>,
    waiting: VecDeque<oneshot::Sender<DataLine>>,
    over: bool,
}

/// A data connection, proved to be the gateway's.
pub(super) struct DataLine {
    pub(super) line: Line,
    pub(super) number: u64,
}

struct Parked {
    data: DataLine,
    until: Instant,
}

impl Gateway {
    pub(super) fn new(
        site: Arc<SiteEntry>,
        peer: SocketAddr,
        key: DataKey,
        outbox: mpsc::Sender<FromRelay>,
    ) -> Self {
        Self {
            site,
            peer,
            key,
            outbox,
            ended: Notify::new(),
            data: Mutex::default(),
        }
    }

    pub(super) fn site(&self) -> &SiteEntry {
        &self.site
    }

    /// Where its control connection comes from.
    pub(super) fn peer(&self) -> SocketAddr {
        self.peer
    }

    pub(super) fn link(&self) -> LinkId {
        self.key.link()
    }

    pub(super) fn key(&self) -> &DataKey {
        &self.key
    }

    pub(super) fn parked(&self) -> usize {
        self.lock().parked.len()
    }

    /// Takes a data connection that says this hello: for a client that waits, or to be parked.
    pub(super) fn offer(
        &self,
        hello: &DataHello,
        mac: &[u8; MAC],
        line: Line,
    ) -> Result<(), Turned> {
        // The MAC first: nobody else can use up a number.
        if !self.key.made_hello(hello, mac) {
            return Err(Turned::Unproved("a MAC that is not its own"));
        }
        let mut data = self.lock();
        if data.over {
            return Err(Turned::Unproved("a link that is over"));
        }
        if !data.used.take(hello.number) {
            return Err(Turned::Unproved("a number that was used before"));
        }
        data.place(DataLine {
            line,
            number: hello.number,
        });
        Ok(())
    }

    /// A data connection for one client, as soon as there is one.
    pub(super) async fn take(&self) -> Result<DataLine, Turned> {
        let arrives = {
            let mut data = self.lock();
            if let Some(parked) = data.take_parked(Instant::now()) {
                return Ok(parked);
            }
            let (give, arrives) = oneshot::channel();
            data.wait(give)?;
            arrives
        };
        let needs = FromRelay::Need { count: 1 };
        // Full: the gateway takes nothing any more, or hundreds are asked for already.
        let _ = self.outbox.try_send(needs);
        arrives
            .await
            .map_err(|_| Turned::Misdirected("a gateway that is gone"))
    }

    /// Closes what was parked too long, or was closed by the gateway.
    pub(super) fn tidy(&self, now: Instant) {
        let mut data = self.lock();
        data.parked.retain_mut(|parked| parked.is_good(now));
        data.waiting.retain(|client| !client.is_closed());
    }

    /// Tells it that nothing new comes from here.
    pub(super) fn drain(&self) {
        self.close();
        if self.outbox.try_send(FromRelay::Draining {}).is_err() {
            self.ended.notify_one();
        }
    }

    /// Ends the control connection, and what waits.
    pub(super) fn end(&self) {
        self.close();
        self.ended.notify_one();
    }

    /// Completes when [`Gateway::end`] was called, also if that was before.
    pub(super) async fn ended(&self) {
        self.ended.notified().await;
    }

    fn close(&self) {
        let mut data = self.lock();
        data.over = true;
        data.parked.clear();
        data.waiting.clear();
    }

    /// Whole after every statement that changes it, so a panic elsewhere spoils nothing.
    fn lock(&self) -> MutexGuard<'_, Data> {
        self.data.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Data {
    fn place(&mut self, mut line: DataLine) {
        while let Some(client) = self.waiting.pop_front() {
            match client.send(line) {
                Ok(()) => return,
                // That client has given up meanwhile.
                Err(back) => line = back,
            }
        }
        if self.parked.len() < MOST_PARKED {
            self.parked.push_back(Parked {
                data: line,
                until: Instant::now() + PARKED_FOR,
            });
        }
    }

    fn take_parked(&mut self, now: Instant) -> Option<DataLine> {
        while let Some(mut parked) = self.parked.pop_front() {
            if parked.is_good(now) {
                return Some(parked.data);
            }
        }
        None
    }

    /// Those who wait hold a place among the half-open ones, which bounds them.
    fn wait(&mut self, client: oneshot::Sender<DataLine>) -> Result<(), Turned> {
        if self.over {
            return Err(Turned::Misdirected("a gateway that is gone"));
        }
        self.waiting.retain(|client| !client.is_closed());
        self.waiting.push_back(client);
        Ok(())
    }
}

impl Parked {
    fn is_good(&mut self, now: Instant) -> bool {
        now < self.until && self.data.line.is_quiet()
    }
}

/// Which numbers were used: each counts once, whatever the order.
#[derive(Debug, Default)]
struct Used {
    /// Everything below counts as used.
    floor: u64,
    numbers: BTreeSet<u64>,
}

impl Used {
    fn take(&mut self, number: u64) -> bool {
        if number < self.floor || !self.numbers.insert(number) {
            return false;
        }
        if self.numbers.len() > REMEMBERED
            && let Some(lowest) = self.numbers.pop_first()
        {
            self.floor = lowest.saturating_add(1);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_counts_once_whatever_the_order() {
        let mut used = Used::default();
        for number in [5, 3, 9, u64::MAX] {
            assert!(used.take(number));
            assert!(!used.take(number));
        }
        assert!(used.take(4));
    }

    #[test]
    fn numbers_that_are_forgotten_count_as_used() {
        let mut used = Used::default();
        let many = u64::try_from(REMEMBERED).unwrap() + 10;
        for number in 0..many {
            assert!(used.take(number));
        }
        for number in 0..many {
            assert!(!used.take(number));
        }
        assert!(used.numbers.len() <= REMEMBERED);
    }
}
