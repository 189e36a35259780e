//! Who sends, how often, how far its clock is off, and who has fallen silent.

use std::collections::BTreeMap;
use std::time::Duration;

use ids::Timestamp;

use crate::config::{Config, KnownBy};
use crate::record::{Record, Way};

/// How many senders are remembered. Beyond that, those that are not listed are kept and not told apart.
const MOST: usize = 4096;

/// A new interval counts for one part in so many of the usual one.
const SMOOTHING: u64 = 16;

/// What is known of a sender.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// What the hospital calls it, if it is listed.
    pub name: Option<String>,
    /// After which time without a word it counts as silent.
    pub silent_after: Duration,
    /// How many messages came in the time that was looked at.
    pub messages: u64,
    /// When the last one came; for a listed sender that never spoke, nothing.
    pub last: Option<Timestamp>,
    /// The time between two messages, smoothed.
    pub usual_interval: Option<Duration>,
    /// What its clock said beyond ours at its last message, in milliseconds; less than 0 if it is behind.
    pub ahead: Option<i64>,
    /// Whether its silence has been told.
    told: bool,
}

/// Something to be told, once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// Nothing came since.
    Silent {
        /// From whom.
        sender: KnownBy,
        /// Its last word, or when we began to listen.
        since: Timestamp,
    },
    /// It speaks again.
    Back {
        /// Who.
        sender: KnownBy,
    },
}

/// All senders.
#[derive(Debug)]
pub struct Senders {
    began: Timestamp,
    silent_after: Duration,
    all: BTreeMap<KnownBy, Heard>,
}

/// By what a record's sender is known; our own notes and what was brought have none.
#[must_use]
pub fn known_by(record: &Record) -> Option<KnownBy> {
    match (record.sender.way, record.sender.certificate) {
        (Way::Own | Way::Brought, _) => None,
        (_, Some(certificate)) => Some(KnownBy::Certificate(certificate)),
        (_, None) => Some(KnownBy::Address(record.sender.address)),
    }
}

impl Senders {
    /// Those that are listed, from whom nothing came since `began`.
    #[must_use]
    pub fn new(config: &Config, began: Timestamp) -> Self {
        let listed = config.senders.iter().map(|listed| {
            let heard = Heard {
                name: Some(listed.name.clone()),
                ..nothing(listed.silent_after)
            };
            (listed.known_by, heard)
        });
        Self {
            began,
            silent_after: config.silent_after,
            all: listed.collect(),
        }
    }

    /// Takes note of a record; tells if its sender had been silent.
    pub fn hear(&mut self, record: &Record) -> Option<Finding> {
        let sender = known_by(record)?;
        if self.all.len() >= MOST && !self.all.contains_key(&sender) {
            return None;
        }
        let heard = self
            .all
            .entry(sender)
            .or_insert_with(|| nothing(self.silent_after));
        if let Some(last) = heard.last {
            let interval = record.received.since(last);
            heard.usual_interval = Some(smoothed(heard.usual_interval, interval));
        }
        heard.messages += 1;
        heard.last = Some(record.received);
        if let Some(claimed) = record.claimed {
            let ahead = claimed
                .as_millis()
                .saturating_sub(record.received.as_millis());
            heard.ahead = Some(ahead);
        }
        std::mem::take(&mut heard.told).then_some(Finding::Back { sender })
    }

    /// Who fell silent, each told once until it speaks again.
    pub fn silent(&mut self, now: Timestamp) -> Vec<Finding> {
        let mut findings = Vec::new();
        for (sender, heard) in &mut self.all {
            let since = heard.last.unwrap_or(self.began);
            if !heard.told && now > since && now.since(since) >= heard.silent_after {
                heard.told = true;
                findings.push(Finding::Silent {
                    sender: *sender,
                    since,
                });
            }
        }
        findings
    }

    /// Every sender.
    pub fn all(&self) -> impl Iterator<Item = (&KnownBy, &Heard)> {
        self.all.iter()
    }

    /// What a sender is called: its name, or else its mark.
    #[must_use]
    pub fn called(&self, sender: &KnownBy) -> String {
        let name = self.all.get(sender).and_then(|heard| heard.name.clone());
        name.unwrap_or_else(|| match sender {
            KnownBy::Address(address) => address.to_string(),
            KnownBy::Certificate(digest) => digest.to_string(),
        })
    }
}

fn nothing(silent_after: Duration) -> Heard {
    Heard {
        name: None,
        silent_after,
        messages: 0,
        last: None,
        usual_interval: None,
        ahead: None,
        told: false,
    }
}

fn smoothed(usual: Option<Duration>, interval: Duration) -> Duration {
    let interval = u64::try_from(interval.as_millis()).unwrap_or(u64::MAX);
    let Some(usual) = usual else {
        return Duration::from_millis(interval);
    };
    let usual = u64::try_from(usual.as_millis()).unwrap_or(u64::MAX);
    let more = interval.saturating_sub(usual) / SMOOTHING;
    let less = usual.saturating_sub(interval) / SMOOTHING;
    Duration::from_millis(usual.saturating_add(more).saturating_sub(less))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use ids::Timestamp;

    use super::{Finding, Senders};
    use crate::config::{Config, KnownBy};
    use crate::record::{Record, Sender, Way};

    fn at(minute: u64) -> Timestamp {
        Timestamp::from_seconds(1_800_000_000).plus(Duration::from_secs(minute * 60))
    }

    fn config() -> Config {
        Config::read(
            "udp = [\"127.0.0.1:1\"]\nsilent_hours = 3\n[[sender]]\nname = \"fw\"\naddress = \"192.0.2.1\"\nsilent_hours = 1",
        )
        .unwrap()
    }

    fn word(address: &str, minute: u64) -> Record {
        Record {
            received: at(minute),
            claimed: Some(at(minute).minus(Duration::from_secs(90))),
            sender: Sender {
                way: Way::Udp,
                address: address.parse().unwrap(),
                certificate: None,
            },
            lost: 0,
            bytes: b"x".to_vec(),
        }
    }

    #[test]
    fn a_sender_that_falls_silent_is_told_once_and_once_when_it_is_back() {
        let mut senders = Senders::new(&config(), at(0));
        let fw = KnownBy::Address("192.0.2.1".parse().unwrap());
        assert_eq!(senders.hear(&word("192.0.2.1", 1)), None);
        assert_eq!(senders.silent(at(60)), []);
        let silent = Finding::Silent {
            sender: fw,
            since: at(1),
        };
        assert_eq!(senders.silent(at(61)), [silent]);
        assert_eq!(senders.silent(at(500)), []);
        let back = senders.hear(&word("192.0.2.1", 501));
        assert_eq!(back, Some(Finding::Back { sender: fw }));
        assert_eq!(senders.hear(&word("192.0.2.1", 502)), None);
        assert_eq!(senders.silent(at(562)).len(), 1);
    }

    #[test]
    fn a_listed_sender_that_never_spoke_is_missed() {
        let mut senders = Senders::new(&config(), at(0));
        assert_eq!(senders.silent(at(59)), []);
        assert_eq!(senders.silent(at(60)).len(), 1);
    }

    #[test]
    fn the_difference_of_clocks_and_the_usual_interval_are_known() {
        let mut senders = Senders::new(&config(), at(0));
        for minute in [5, 10, 15, 20] {
            let _none = senders.hear(&word("198.51.100.9", minute));
        }
        let (_, heard) = senders
            .all()
            .find(|(_, heard)| heard.messages == 4)
            .unwrap();
        assert_eq!(heard.ahead, Some(-90_000));
        assert_eq!(heard.usual_interval, Some(Duration::from_secs(300)));
    }

    #[test]
    fn a_clock_of_ours_that_was_set_back_makes_nobody_silent() {
        let mut senders = Senders::new(&config(), at(100));
        let _none = senders.hear(&word("192.0.2.1", 200));
        assert_eq!(senders.silent(at(100)), []);
    }
}
