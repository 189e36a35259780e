//! What browsers are shown at the site's names, and from where the console's name is reached.

use ids::{Digest, NonEmpty, Timestamp};
use ipnet::IpNet;
use serde::{Deserialize, Serialize};

/// What browsers are shown, and from where the console's name is reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Certificates {
    /// For each name, what is shown there.
    pub shown: Vec<CertificateShown>,
    /// The hospital's LAN: the console's name is always reached from there.
    pub lan: Vec<IpNet>,
    /// What is open beyond it; absent: nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reach: Option<ConsoleReach>,
}

/// What browsers are shown at one of the site's names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CertificateShown {
    /// The name.
    pub name: String,
    /// Whether it is the console's; else it is the engineers'.
    pub console: bool,
    /// Where it comes from.
    pub way: CertificateWay,
    /// Where it should come from, as the gateway's file says.
    pub configured: CertificateWay,
    /// Its first moment.
    pub from: Timestamp,
    /// Its last moment.
    pub until: Timestamp,
    /// SHA-256 of it (DER).
    pub fingerprint: Digest,
    /// The beginning of the fingerprint as words that people can compare.
    pub words: Vec<String>,
    /// Who issued it, as it says.
    pub issuer: String,
    /// Since when it is shown.
    pub since: Timestamp,
    /// What went wrong last when the next one was to be had.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// The account at the authority: what a CAA record is bound to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
}

/// Where a certificate comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CertificateWay {
    /// From the site's own CA: browsers warn of it.
    SiteCa,
    /// From PEM files that the hospital gives.
    Pem,
    /// From an authority that the gateway asks (ACME).
    Acme,
}

/// From where else, and which way, the console's name is reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConsoleReach {
    /// From where.
    pub from: ReachFrom,
    /// Which way.
    pub way: ReachWay,
}

/// From where the console's name is reached, beside the LAN.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReachFrom {
    /// From these networks.
    Prefixes(NonEmpty<IpNet>),
    /// From anywhere.
    Anywhere,
}

/// Which way people come from outside the LAN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReachWay {
    /// To the gateway's own port.
    Port,
    /// Through the relays.
    Relays,
    /// Both.
    Both,
}
