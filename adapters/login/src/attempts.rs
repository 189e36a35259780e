//! Back-off for failed attempts, per name, per device and per source (S1-17, lesson L10).
//!
//! A [`Record`] is data: the engine keeps it in the store, so a restart forgets nothing. Whether an
//! attempt is allowed is a function of the record and of `now`.

use std::net::IpAddr;
use std::time::Duration;

use access::Source;
use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::HEXLOWER;
use ids::Timestamp;
use serde::{Deserialize, Serialize};

use crate::identity::Connection;
use crate::name::NameKey;

/// Failures without a wait, for a name or a device: the sixth attempt is not looked at (S1-17). Five
/// forgive a stiff keyboard. With the waits below, about thirty attempts a day are looked at: somebody
/// who has the passphrase needs some 10,000 days for a six-digit code.
pub const FREE_FAILURES: u32 = 5;

/// Failures without a wait for a source: a hospital or vendor may have many people behind one
/// address, and one guesser spread over many names has one source.
pub const FREE_FAILURES_OF_A_SOURCE: u32 = 20;

/// The first wait. Longer than a one-time code lives with its skew (90 s), so that a code seen
/// during the wait is worthless after it.
pub const FIRST_WAIT: Duration = Duration::from_secs(120);

/// The longest wait. Somebody locked out by another's guessing gets in within the hour, or at once
/// by a second person's new invitation.
pub const LONGEST_WAIT: Duration = Duration::from_secs(60 * 60);

/// After this long without a failure the record starts anew.
pub const FORGOTTEN_AFTER: Duration = Duration::from_secs(24 * 60 * 60);

/// What a record is about; it decides how many failures are free.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// A login name, known or not.
    Name,
    /// An enrolled device.
    Device,
    /// An IPv4 address, an IPv6 /64, or the local socket.
    Source,
}

impl About {
    fn free(self) -> u32 {
        match self {
            Self::Name | Self::Device => FREE_FAILURES,
            Self::Source => FREE_FAILURES_OF_A_SOURCE,
        }
    }
}

/// The failures of one name, device or source. The default one has none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    failures: u32,
    last: Option<Timestamp>,
    until: Option<Timestamp>,
}

/// Not yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no attempt is looked at until {until}")]
pub struct Wait {
    /// The first moment at which an attempt is looked at again.
    pub until: Timestamp,
}

impl Record {
    /// Whether an attempt may be looked at now.
    ///
    /// # Errors
    /// The moment until which it is not. A clock that was set back prolongs the wait, never ends it.
    pub fn allowed_at(&self, now: Timestamp) -> Result<(), Wait> {
        match self.until {
            Some(until) if now < until => Err(Wait { until }),
            _ => Ok(()),
        }
    }

    /// The record after one more failure that was looked at.
    #[must_use]
    pub fn after_failure(self, about: About, now: Timestamp) -> Self {
        let quiet = self
            .last
            .is_some_and(|last| now.since(last) >= FORGOTTEN_AFTER);
        let failures = if quiet {
            1
        } else {
            self.failures.saturating_add(1)
        };
        let wait = wait_after(failures, about.free());
        Self {
            failures,
            last: Some(self.last.map_or(now, |last| last.max(now))),
            until: wait.map(|wait| now.plus(wait)).max(self.until),
        }
    }

    /// The record after a success. A name and a device start anew; a source does not, or one good
    /// account would pay for guessing all others from the same place.
    #[must_use]
    pub fn after_success(self, about: About) -> Self {
        match about {
            About::Name | About::Device => Self::default(),
            About::Source => self,
        }
    }

    /// Failures counted so far; more than the free ones are worth an alert.
    pub fn failures(&self) -> u32 {
        self.failures
    }

    /// Whether the record says nothing any more and its row may be deleted.
    pub fn is_forgotten(&self, now: Timestamp) -> bool {
        self.last
            .is_none_or(|last| now.since(last) >= FORGOTTEN_AFTER)
            && self.allowed_at(now).is_ok()
    }
}

/// The wait that `failures` earn: from the last free one on, doubled with each further one.
fn wait_after(failures: u32, free: u32) -> Option<Duration> {
    let beyond = failures.checked_sub(free)?;
    let factor = 1u32.checked_shl(beyond).unwrap_or(u32::MAX);
    Some(FIRST_WAIT.saturating_mul(factor).min(LONGEST_WAIT))
}

/// The three records that govern one attempt.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Records {
    /// Of the claimed name, known or not.
    pub name: Record,
    /// Of the device that the connection proved, if it did.
    pub device: Option<Record>,
    /// Of the place it came from.
    pub source: Record,
}

impl Records {
    /// Whether all three allow an attempt now.
    ///
    /// # Errors
    /// The latest of their waits.
    pub fn allowed_at(&self, now: Timestamp) -> Result<(), Wait> {
        let device = self.device.unwrap_or_default();
        let until = [self.name, device, self.source]
            .iter()
            .filter_map(|record| record.allowed_at(now).err())
            .map(|wait| wait.until)
            .max();
        until.map_or(Ok(()), |until| Err(Wait { until }))
    }

    /// All three after a failure.
    #[must_use]
    pub fn after_failure(self, now: Timestamp) -> Self {
        Self {
            name: self.name.after_failure(About::Name, now),
            device: self
                .device
                .map(|device| device.after_failure(About::Device, now)),
            source: self.source.after_failure(About::Source, now),
        }
    }

    /// All three after a success.
    #[must_use]
    pub fn after_success(self) -> Self {
        Self {
            name: self.name.after_success(About::Name),
            device: self
                .device
                .map(|device| device.after_success(About::Device)),
            source: self.source.after_success(About::Source),
        }
    }
}

/// Under which keys the store keeps the three records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keys {
    /// Of the name's record: a digest, because a name is personal data and a stranger chooses it.
    pub name: String,
    /// Of the device's record.
    pub device: Option<String>,
    /// Of the source's record.
    pub source: String,
}

/// The keys of an attempt with this name on this connection.
///
/// Texts that cannot be a name (`None`) share one record: they are looked up, counted and answered
/// like names that nobody has.
pub fn keys(name: Option<&NameKey>, connection: &Connection) -> Keys {
    let text = name.map_or("", NameKey::as_str);
    let hashed = digest(&SHA256, text.as_bytes());
    Keys {
        name: format!("name:{}", HEXLOWER.encode(hashed.as_ref())),
        device: connection
            .device
            .as_ref()
            .map(|device| format!("device:{}", device.id)),
        source: format!("source:{}", place(connection.source)),
    }
}

/// One place for each IPv4 address and each IPv6 /64: a single host owns a whole /64.
fn place(source: Source) -> String {
    match source {
        Source::Address(address) => match address.to_canonical() {
            IpAddr::V4(address) => address.to_string(),
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
            }
        },
        Source::Local => "local".to_owned(),
        Source::Unknown => "unknown".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use access::Door;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(1_800_000_000 + seconds)
    }

    fn failed(times: u32, about: About) -> Record {
        (0..times).fold(Record::default(), |record, _| {
            record.after_failure(about, at(0))
        })
    }

    #[test]
    fn s1_17_the_sixth_attempt_is_not_looked_at() {
        assert!(failed(4, About::Name).allowed_at(at(1)).is_ok());
        let record = failed(5, About::Name);
        assert_eq!(record.allowed_at(at(1)), Err(Wait { until: at(120) }));
        assert!(record.allowed_at(at(120)).is_ok());
    }

    #[test]
    fn the_wait_doubles_and_ends_at_an_hour() {
        let waits: Vec<u64> = (5..14)
            .map(|n| {
                let record = failed(n, About::Device);
                record
                    .allowed_at(at(0))
                    .unwrap_err()
                    .until
                    .since(at(0))
                    .as_secs()
            })
            .collect();
        assert_eq!(waits, [120, 240, 480, 960, 1920, 3600, 3600, 3600, 3600]);
        assert!(failed(200, About::Name).allowed_at(at(3600)).is_ok());
    }

    #[test]
    fn l10_a_restart_forgets_no_failure() {
        let record = failed(5, About::Name);
        let stored = serde_json::to_string(&record).unwrap();
        let loaded: Record = serde_json::from_str(&stored).unwrap();
        assert_eq!(loaded, record);
        assert!(loaded.allowed_at(at(60)).is_err());
    }

    #[test]
    fn a_clock_set_back_does_not_end_a_wait() {
        let record = failed(5, About::Name);
        assert!(record.allowed_at(at(-1_000_000)).is_err());
        let record = record.after_failure(About::Name, at(-1_000_000));
        assert!(record.allowed_at(at(119)).is_err());
    }

    #[test]
    fn s1_17_one_guesser_over_many_names_is_stopped_by_the_source() {
        let mut source = Record::default();
        for name in 0..20 {
            assert!(source.allowed_at(at(name)).is_ok(), "{name}");
            let records = Records {
                source,
                ..Records::default()
            };
            source = records.after_failure(at(name)).source;
        }
        assert!(source.allowed_at(at(21)).is_err());
    }

    #[test]
    fn a_success_does_not_clear_the_source() {
        let records = Records {
            name: failed(3, About::Name),
            device: Some(failed(3, About::Device)),
            source: failed(19, About::Source),
        };
        let after = records.after_success();
        assert_eq!((after.name.failures(), after.source.failures()), (0, 19));
        assert_eq!(after.device, Some(Record::default()));
    }

    #[test]
    fn a_quiet_day_starts_anew() {
        let record = failed(4, About::Name);
        assert!(!record.is_forgotten(at(10)));
        let later = at(24 * 3600);
        assert!(record.is_forgotten(later));
        assert_eq!(record.after_failure(About::Name, later).failures(), 1);
    }

    #[test]
    fn the_hosts_of_one_ipv6_network_share_a_record_and_mapped_addresses_are_ipv4() {
        let name = crate::name::key("sato").unwrap();
        let key = |address: &str| {
            let source = Source::Address(address.parse().unwrap());
            keys(
                Some(&name),
                &Connection {
                    device: None,
                    source,
                    door: Door::Engineers,
                },
            )
            .source
        };
        assert_eq!(key("2001:db8:1:2::1"), key("2001:db8:1:2:ffff::9"));
        assert_ne!(key("2001:db8:1:2::1"), key("2001:db8:1:3::1"));
        assert_eq!(key("::ffff:192.0.2.7"), key("192.0.2.7"));
        assert_ne!(key("192.0.2.7"), key("192.0.2.8"));
    }
}
