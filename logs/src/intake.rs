//! What is taken of what comes: from whom, how much of it, and what is said of the rest.

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use ids::Timestamp;

use crate::config::{Config, KnownBy};
use crate::framing::Frame;
use crate::parse::parse;
use crate::record::{Record, Sender};
use crate::senders::{Finding, Senders, known_by};
use crate::store::Retention;

/// How many seconds' worth of messages may come at once.
const AT_ONCE: u64 = 60;

/// How many senders that are not listed have a share of their own.
const MOST_SHARES: usize = 4096;

/// A message on its way in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    /// Who sent it.
    pub sender: Sender,
    /// What came.
    pub frame: Frame,
}

/// A share: it fills with time, and each message takes a part.
#[derive(Debug, Clone, Copy)]
struct Share {
    /// Thousandths of messages.
    left: u64,
    at: Timestamp,
    dropped: u64,
}

/// What is entered in the chain beside the messages. Its text is the chain's own, in one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// A sender sent more than its share.
    Dropped {
        /// What it is called.
        name: String,
        /// How many messages were dropped.
        count: u64,
    },
    /// Too many senders at once.
    Crowded {
        /// How many messages were dropped.
        count: u64,
    },
    /// Datagrams came faster than they could be written.
    Overflowed {
        /// How many were dropped.
        count: u64,
    },
    /// Senders are not listed.
    Refused {
        /// How many messages were refused.
        count: u64,
        /// Whose the last was.
        last: IpAddr,
    },
    /// A sender fell silent.
    Silent {
        /// What it is called.
        name: String,
        /// Since when.
        since: Timestamp,
    },
    /// A silent sender speaks again.
    Back {
        /// What it is called.
        name: String,
    },
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dropped { name, count } => {
                write!(
                    f,
                    "dropped: {count} messages of {name}, which sent more than its share"
                )
            }
            Self::Crowded { count } => {
                write!(
                    f,
                    "dropped: {count} messages of senders beyond {MOST_SHARES}"
                )
            }
            Self::Overflowed { count } => {
                write!(
                    f,
                    "dropped: {count} datagrams that came faster than they could be written"
                )
            }
            Self::Refused { count, last } => {
                write!(
                    f,
                    "refused: {count} messages of senders that are not listed, the last from {last}"
                )
            }
            Self::Silent { name, since } => write!(f, "silent: {name} since {since}"),
            Self::Back { name } => write!(f, "heard again: {name}"),
        }
    }
}

/// Decides over each message.
#[derive(Debug)]
pub struct Intake {
    config: Config,
    senders: Senders,
    shares: BTreeMap<KnownBy, Share>,
    /// Messages of those who are not listed, and their last address.
    unlisted: Option<(u64, IpAddr)>,
    /// Messages of senders beyond [`MOST_SHARES`].
    crowded: u64,
    findings: Vec<Finding>,
}

impl Intake {
    /// With what is known of the senders so far.
    #[must_use]
    pub fn new(config: Config, senders: Senders) -> Self {
        Self {
            config,
            senders,
            shares: BTreeMap::new(),
            unlisted: None,
            crowded: 0,
            findings: Vec::new(),
        }
    }

    /// How much is kept.
    #[must_use]
    pub fn retention(&self) -> Retention {
        self.config.retention
    }

    /// What is to be kept of this, if anything.
    pub fn take(&mut self, arrival: Arrival, now: Timestamp) -> Option<Record> {
        let Arrival { sender, frame } = arrival;
        let claimed = parse(&frame.bytes, now, self.config.zone).claimed.moment();
        let record = Record {
            received: now,
            claimed,
            sender,
            lost: u32::try_from(frame.lost).unwrap_or(u32::MAX),
            bytes: frame.bytes,
        };
        let known = known_by(&record)?;
        if !self.lets_in(known) {
            let before = self.unlisted.map_or(0, |(count, _)| count);
            self.unlisted = Some((before + 1, sender.address));
            return None;
        }
        if !self.within_share(known, now) {
            return None;
        }
        self.findings.extend(self.senders.hear(&record));
        Some(record)
    }

    /// What is to be entered and told since the last time.
    pub fn notes(&mut self, now: Timestamp) -> Vec<Note> {
        let mut notes = Vec::new();
        for (sender, share) in &mut self.shares {
            let count = std::mem::take(&mut share.dropped);
            if count > 0 {
                let name = self.senders.called(sender);
                notes.push(Note::Dropped { name, count });
            }
        }
        let count = std::mem::take(&mut self.crowded);
        if count > 0 {
            notes.push(Note::Crowded { count });
        }
        if let Some((count, last)) = self.unlisted.take() {
            notes.push(Note::Refused { count, last });
        }
        self.findings.extend(self.senders.silent(now));
        for finding in self.findings.drain(..) {
            notes.push(match finding {
                Finding::Silent { sender, since } => Note::Silent {
                    name: self.senders.called(&sender),
                    since,
                },
                Finding::Back { sender } => Note::Back {
                    name: self.senders.called(&sender),
                },
            });
        }
        notes
    }

    fn lets_in(&self, known: KnownBy) -> bool {
        self.config.accept_unlisted
            || self
                .config
                .senders
                .iter()
                .any(|listed| listed.known_by == known)
    }

    fn within_share(&mut self, known: KnownBy, now: Timestamp) -> bool {
        let a_second = u64::from(self.config.messages_per_second) * 1000;
        let most = a_second.saturating_mul(AT_ONCE);
        if self.shares.len() >= MOST_SHARES && !self.shares.contains_key(&known) {
            // Those whose share is full again lose nothing by being forgotten.
            let rested = now.minus(Duration::from_secs(AT_ONCE));
            self.shares
                .retain(|_, share| share.dropped > 0 || share.at > rested);
            if self.shares.len() >= MOST_SHARES {
                self.crowded += 1;
                return false;
            }
        }
        let share = self.shares.entry(known).or_insert(Share {
            left: most,
            at: now,
            dropped: 0,
        });
        let passed = if now > share.at {
            now.since(share.at)
        } else {
            Duration::ZERO
        };
        let passed = u64::try_from(passed.as_millis()).unwrap_or(u64::MAX);
        let filled = passed.saturating_mul(u64::from(self.config.messages_per_second));
        share.left = share.left.saturating_add(filled).min(most);
        share.at = now;
        if share.left < 1000 {
            share.dropped += 1;
            return false;
        }
        share.left -= 1000;
        true
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use ids::Timestamp;

    use super::{Arrival, Intake, Note};
    use crate::config::Config;
    use crate::framing::Frame;
    use crate::record::{Sender, Way};
    use crate::senders::Senders;

    fn at(second: u64) -> Timestamp {
        Timestamp::from_seconds(1_800_000_000).plus(Duration::from_secs(second))
    }

    fn intake(rest: &str) -> Intake {
        let config = Config::read(&format!(
            "udp = [\"127.0.0.1:1\"]\nmessages_per_second = 1\n{rest}"
        ));
        let config = config.unwrap();
        let senders = Senders::new(&config, at(0));
        Intake::new(config, senders)
    }

    fn from(address: &str) -> Arrival {
        Arrival {
            sender: Sender {
                way: Way::Udp,
                address: address.parse().unwrap(),
                certificate: None,
            },
            frame: Frame {
                bytes: b"<13>x".to_vec(),
                lost: 0,
            },
        }
    }

    #[test]
    fn who_is_not_listed_is_refused_and_counted() {
        let mut intake = intake("[[sender]]\nname = \"fw\"\naddress = \"192.0.2.1\"");
        assert!(intake.take(from("192.0.2.1"), at(0)).is_some());
        assert_eq!(intake.take(from("192.0.2.2"), at(0)), None);
        assert_eq!(intake.take(from("192.0.2.3"), at(0)), None);
        let last = "192.0.2.3".parse().unwrap();
        assert_eq!(intake.notes(at(1)), [Note::Refused { count: 2, last }]);
        assert_eq!(intake.notes(at(2)), []);
    }

    #[test]
    fn a_flood_of_one_takes_nothing_from_another_and_is_said() {
        let mut intake = intake("accept_unlisted = true");
        let kept = (0..100)
            .filter_map(|_| intake.take(from("192.0.2.1"), at(0)))
            .count();
        assert_eq!(kept, 60);
        assert!(intake.take(from("192.0.2.2"), at(0)).is_some());
        let name = "192.0.2.1".to_owned();
        assert_eq!(intake.notes(at(0)), [Note::Dropped { name, count: 40 }]);
        // After five seconds five more, and no more.
        let kept = (0..100)
            .filter_map(|_| intake.take(from("192.0.2.1"), at(5)))
            .count();
        assert_eq!(kept, 5);
    }

    #[test]
    fn thousands_of_made_up_addresses_do_not_push_out_who_is_known() {
        let mut intake = intake("accept_unlisted = true");
        assert!(intake.take(from("192.0.2.1"), at(0)).is_some());
        for number in 0..10_000_u32 {
            let address = std::net::Ipv4Addr::from(0x0a00_0000 + number).to_string();
            let _maybe = intake.take(from(&address), at(0));
        }
        assert!(intake.take(from("192.0.2.1"), at(0)).is_some());
        let notes = intake.notes(at(0));
        assert!(
            notes
                .iter()
                .any(|note| matches!(note, Note::Crowded { .. }))
        );
        assert!(intake.shares.len() <= super::MOST_SHARES);
    }
}
