//! Settings: the file as it is written, and what it means.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use ids::Digest;
use jiff::tz::Offset;
use serde::Deserialize;

use crate::store::Retention;

/// The settings as they are written (TOML).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ConfigFile {
    #[serde(default)]
    udp: Vec<SocketAddr>,
    #[serde(default)]
    tcp: Vec<SocketAddr>,
    tls: Option<TlsFile>,
    zone: Option<String>,
    keep_days: Option<u32>,
    keep_bytes: Option<u64>,
    messages_per_second: Option<u32>,
    silent_hours: Option<u32>,
    #[serde(default)]
    accept_unlisted: bool,
    #[serde(default)]
    sender: Vec<SenderFile>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TlsFile {
    listen: Vec<SocketAddr>,
    certificate: PathBuf,
    key: PathBuf,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SenderFile {
    name: String,
    address: Option<IpAddr>,
    certificate: Option<String>,
    silent_hours: Option<u32>,
}

/// What is received, from whom, and how long it is kept.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where datagrams are heard.
    pub udp: Vec<SocketAddr>,
    /// Where connections without encryption are taken.
    pub tcp: Vec<SocketAddr>,
    /// Where TLS is spoken, and what is shown there.
    pub tls: Option<Tls>,
    /// The zone of senders that name none.
    pub zone: Offset,
    /// How much is kept.
    pub retention: Retention,
    /// How many messages a second one sender may send for long. Beyond that they are dropped and counted; a minute's
    /// worth may come at once.
    pub messages_per_second: u32,
    /// After which time without a word a sender that is not listed counts as silent.
    pub silent_after: Duration,
    /// Whether datagrams and plain connections of addresses that are not listed are kept. Anybody on the network can then
    /// fill the disk up to what is kept, and push out what is wanted.
    pub accept_unlisted: bool,
    /// Who is known.
    pub senders: Vec<Listed>,
}

/// Where TLS is spoken.
#[derive(Debug, Clone)]
pub struct Tls {
    /// The addresses.
    pub listen: Vec<SocketAddr>,
    /// The certificate chain that is shown (PEM).
    pub certificate: PathBuf,
    /// Its key (PEM).
    pub key: PathBuf,
}

/// A sender that is known by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// What the hospital calls it.
    pub name: String,
    /// By what it is known.
    pub known_by: KnownBy,
    /// After which time without a word it counts as silent.
    pub silent_after: Duration,
}

/// By what a sender is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum KnownBy {
    /// Its address.
    Address(IpAddr),
    /// The fingerprint of its certificate.
    Certificate(Digest),
}

/// What is wrong with the settings.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// It is no TOML, or has a word that is no setting.
    #[error("{0}")]
    Toml(#[from] toml::de::Error),
    /// A zone that is none.
    #[error("zone {0:?}: expected an offset from UTC, as +09:00")]
    Zone(String),
    /// Something is received nowhere.
    #[error("nothing is received: give udp, tcp or tls an address")]
    Nowhere,
    /// A sender has no mark, or two.
    #[error("sender {0:?}: expected either an address or a certificate (SHA-256, 64 hex digits)")]
    Sender(String),
    /// Two senders with one mark or one name.
    #[error("sender {0:?} is listed twice, by its name or by its mark")]
    Twice(String),
    /// A number that nothing could be kept by.
    #[error("{0} must be at least 1")]
    Zero(&'static str),
}

impl Config {
    /// Reads settings.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn read(text: &str) -> Result<Self, ConfigError> {
        let file: ConfigFile = toml::from_str(text)?;
        let tls = file.tls.map(|tls| Tls {
            listen: tls.listen,
            certificate: tls.certificate,
            key: tls.key,
        });
        let nowhere = tls.as_ref().is_none_or(|tls| tls.listen.is_empty());
        if nowhere && file.udp.is_empty() && file.tcp.is_empty() {
            return Err(ConfigError::Nowhere);
        }
        let zone = file.zone.as_deref().unwrap_or("+09:00");
        let silent = at_least_one("silent_hours", file.silent_hours.unwrap_or(3))?;
        let senders = listed(file.sender, silent)?;
        Ok(Self {
            udp: file.udp,
            tcp: file.tcp,
            tls,
            zone: crate::parse::offset(zone.as_bytes())
                .ok_or_else(|| ConfigError::Zone(zone.to_owned()))?,
            retention: Retention {
                days: at_least_one("keep_days", file.keep_days.unwrap_or(400))?,
                bytes: file.keep_bytes.unwrap_or(50_000_000_000),
            },
            messages_per_second: at_least_one(
                "messages_per_second",
                file.messages_per_second.unwrap_or(500),
            )?,
            silent_after: hours(silent),
            accept_unlisted: file.accept_unlisted,
            senders,
        })
    }

    /// The certificates that are let in.
    #[must_use]
    pub fn certificates(&self) -> BTreeSet<Digest> {
        let marks = self.senders.iter().map(|sender| sender.known_by);
        marks
            .filter_map(|mark| match mark {
                KnownBy::Certificate(digest) => Some(digest),
                KnownBy::Address(_) => None,
            })
            .collect()
    }
}

fn hours(hours: u32) -> Duration {
    Duration::from_secs(u64::from(hours) * 3600)
}

fn at_least_one(setting: &'static str, number: u32) -> Result<u32, ConfigError> {
    if number == 0 {
        return Err(ConfigError::Zero(setting));
    }
    Ok(number)
}

fn listed(senders: Vec<SenderFile>, silent: u32) -> Result<Vec<Listed>, ConfigError> {
    let (mut names, mut marks) = (BTreeSet::new(), BTreeSet::new());
    let mut all = Vec::new();
    for sender in senders {
        let known_by = match (sender.address, sender.certificate.as_deref()) {
            (Some(address), None) => Some(KnownBy::Address(address.to_canonical())),
            (None, Some(digest)) => fingerprint(digest).map(KnownBy::Certificate),
            _ => None,
        };
        let known_by = known_by.ok_or_else(|| ConfigError::Sender(sender.name.clone()))?;
        if !marks.insert(known_by) || !names.insert(sender.name.clone()) {
            return Err(ConfigError::Twice(sender.name));
        }
        let silent = sender.silent_hours.unwrap_or(silent);
        all.push(Listed {
            name: sender.name,
            known_by,
            silent_after: hours(at_least_one("silent_hours", silent)?),
        });
    }
    Ok(all)
}

/// As `openssl x509 -fingerprint -sha256` prints it, with colons or without.
fn fingerprint(text: &str) -> Option<Digest> {
    text.replace(':', "").to_ascii_lowercase().parse().ok()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Config, ConfigError, KnownBy};

    #[test]
    fn few_words_are_enough_and_the_rest_is_safe() {
        let config = Config::read("udp = [\"127.0.0.1:5514\"]").unwrap();
        assert!(!config.accept_unlisted);
        assert_eq!(config.zone.seconds(), 9 * 3600);
        assert_eq!(config.retention.days, 400);
        assert_eq!(config.silent_after, Duration::from_secs(3 * 3600));
    }

    #[test]
    fn a_certificate_is_listed_as_openssl_prints_it() {
        let digest = "AB:".repeat(31) + "AB";
        let text =
            format!("tcp = [\"[::1]:0\"]\n[[sender]]\nname = \"vpn\"\ncertificate = \"{digest}\"");
        let config = Config::read(&text).unwrap();
        assert_eq!(
            config.senders[0].known_by,
            KnownBy::Certificate(ids::Digest([0xab; 32]))
        );
        assert_eq!(config.certificates().len(), 1);
    }

    #[test]
    fn what_cannot_be_meant_is_refused_by_name() {
        let with = |rest: &str| Config::read(&format!("udp = [\"127.0.0.1:1\"]\n{rest}"));
        assert!(matches!(Config::read(""), Err(ConfigError::Nowhere)));
        assert!(matches!(with("keep_dais = 3"), Err(ConfigError::Toml(_))));
        assert!(matches!(
            with("keep_days = 0"),
            Err(ConfigError::Zero("keep_days"))
        ));
        assert!(matches!(with("zone = \"JST\""), Err(ConfigError::Zone(_))));
        assert!(matches!(
            with("[[sender]]\nname = \"fw\""),
            Err(ConfigError::Sender(_))
        ));
        let twice = "[[sender]]\nname = \"a\"\naddress = \"192.0.2.1\"\n[[sender]]\nname = \"b\"\naddress = \"192.0.2.1\"";
        assert!(matches!(with(twice), Err(ConfigError::Twice(name)) if name == "b"));
    }
}
