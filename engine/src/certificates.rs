//! What browsers are shown at the site's names, as the gateway tells it, and the keys to it, sealed.
//!
//! Nothing of it is an entry: which certificate is shown says nothing of who may do what. The site's own
//! clients never see it (decision 0023).

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use access::{Door, ReachFrom, Site};
use ids::{Digest, Timestamp};
use zeroize::Zeroizing;

use crate::{Engine, Inner};

/// A certificate that ends sooner is looked at by somebody: half of what renewal leaves of one that is
/// good for ninety days, and time enough to have another one given.
const ENDS_SOON: Duration = Duration::from_secs(14 * 24 * 3600);

/// Where a certificate comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CertificateWay {
    /// From the site's own CA: browsers warn of it.
    SiteCa,
    /// From PEM files that the hospital gives.
    Pem,
    /// From an authority that the gateway asks (ACME).
    Acme,
}

/// What browsers are shown at one of the site's names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownCertificate {
    /// At which.
    pub door: Door,
    /// The name.
    pub name: String,
    /// Where it was to come from, as the gateway's configuration says.
    pub configured: CertificateWay,
    /// Where it comes from: the site's own CA while there is no other.
    pub way: CertificateWay,
    /// Its first moment.
    pub from: Timestamp,
    /// Its last moment.
    pub until: Timestamp,
    /// SHA-256 of it (DER).
    pub fingerprint: Digest,
    /// Who issued it, as it says.
    pub issuer: String,
    /// Since when it is shown.
    pub since: Timestamp,
    /// What went wrong when the next one was to be had, last.
    pub problem: Option<String>,
    /// The address of the account at the authority, if there is one: what a CAA record is bound to.
    pub account: Option<String>,
}

/// What the gateway keeps sealed for a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WebKey {
    /// The account at an authority.
    Account,
    /// Chain and key of the certificate.
    Certificate,
}

/// A key to a certificate could not be kept.
#[derive(Debug, thiserror::Error)]
#[error("the key of a certificate could not be sealed and kept: {0}")]
pub struct WebKeyNotKept(String);

/// What is shown, as it was told last.
#[derive(Default)]
pub(crate) struct Certificates(Mutex<Vec<ShownCertificate>>);

impl Engine {
    /// Says what browsers are shown from now on.
    pub fn tell_certificates(&self, shown: Vec<ShownCertificate>) {
        let told = &self.inner.certificates.0;
        *told.lock().unwrap_or_else(PoisonError::into_inner) = shown;
    }

    /// What browsers are shown.
    pub fn certificates(&self) -> Vec<ShownCertificate> {
        let told = &self.inner.certificates.0;
        told.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What was kept sealed for a name and the authority with this directory, if it opens.
    pub fn web_key(&self, door: Door, key: WebKey, directory: &str) -> Option<Zeroizing<Vec<u8>>> {
        let reference = reference(door, key, directory);
        let sealed = self.inner.store.vault_row(&reference).ok().flatten()?;
        self.inner.open_sealed(&reference, &sealed)
    }

    /// Keeps it sealed, in place of what was kept.
    ///
    /// # Errors
    /// If it is too long or the store does not take it.
    pub fn keep_web_key(
        &self,
        door: Door,
        key: WebKey,
        directory: &str,
        plain: &[u8],
    ) -> Result<(), WebKeyNotKept> {
        let reference = reference(door, key, directory);
        let sealed = self.inner.seal(&reference, plain);
        let sealed =
            sealed.ok_or_else(|| WebKeyNotKept("the vault does not seal it".to_owned()))?;
        let kept = self.inner.store.put_vault_row(&reference, &sealed);
        kept.map_err(|cause| WebKeyNotKept(cause.to_string()))
    }
}

/// One authority's keys are of no use at another.
fn reference(door: Door, key: WebKey, directory: &str) -> String {
    let door = match door {
        Door::Engineers => "engineers",
        Door::Console | Door::Local | Door::Inside => "console",
    };
    let key = match key {
        WebKey::Account => "account",
        WebKey::Certificate => "certificate",
    };
    let authority = tunnel::fingerprint(directory.as_bytes()).to_string();
    let authority: String = authority
        .chars()
        .filter(char::is_ascii_hexdigit)
        .take(16)
        .collect();
    format!("web/{door}/{key}/{}", authority.to_ascii_lowercase())
}

impl Inner {
    /// What somebody has to look at: certificates for browsers, and from where the console is reached.
    pub(crate) fn certificate_findings(
        &self,
        site: &Site,
        now: Timestamp,
        found: &mut impl FnMut(&'static str, String, bool),
    ) {
        let shown = &self.certificates.0;
        for shown in shown.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            if let Some(problem) = &shown.problem {
                let detail = format!("{}: {problem}", shown.name);
                found("finding-certificate-problem", detail, false);
            }
            if shown.until < now.plus(ENDS_SOON) {
                let detail = format!("{}, {}", shown.name, shown.until);
                found("finding-certificate-ends", detail, false);
            }
        }
        if let Some(reach) = site.console_reach()
            && reach.from == ReachFrom::Anywhere
        {
            found("finding-console-anywhere", String::new(), false);
        }
        let console = &self.config.console_name;
        for relay in site
            .relays()
            .filter(|relay| is_under(console, &relay.tls_name))
        {
            let detail = format!("{console}, {}", relay.tls_name);
            found("finding-console-under-relay", detail, false);
        }
    }
}

/// Whether a name lies in the domain of a relay: whoever rules that domain can have a certificate issued
/// for it that every browser believes.
fn is_under(name: &str, relay: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let relay = relay.to_ascii_lowercase();
    let domain = match relay.split_once('.') {
        Some((_, domain)) if domain.contains('.') => domain,
        Some(_) | None => relay.as_str(),
    };
    name == domain || name.ends_with(&format!(".{domain}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_in_the_domain_of_a_relay_is_found_and_another_is_not() {
        for (name, relay, under) in [
            ("console.relay.example.net", "eu.relay.example.net", true),
            ("console.relays.test", "relays.test", true),
            ("relays.test", "relays.test", true),
            ("console.handa.example", "relay.maker.example", false),
            ("nothanda.example", "handa.example", false),
            ("Console.Maker.Example", "relay.maker.example", true),
        ] {
            assert_eq!(is_under(name, relay), under, "{name} {relay}");
        }
    }

    #[test]
    fn keys_of_two_names_and_of_two_authorities_are_kept_apart() {
        let of = |door, key, directory| reference(door, key, directory);
        let one = of(Door::Console, WebKey::Account, "https://a.example/dir");
        for other in [
            of(Door::Engineers, WebKey::Account, "https://a.example/dir"),
            of(Door::Console, WebKey::Certificate, "https://a.example/dir"),
            of(Door::Console, WebKey::Account, "https://b.example/dir"),
        ] {
            assert_ne!(one, other);
        }
        assert!(one.parse::<vault::SecretRef>().is_ok(), "{one}");
    }
}
