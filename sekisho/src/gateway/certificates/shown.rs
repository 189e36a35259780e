//! What is shown at one name, where it comes from, and when the next one is due.

use std::time::Duration;

use engine::{CertificateWay, Engine, ShownCertificate};
use ids::Timestamp;
use tunnel::{Door, Doors, ServerCertificate, WebCertificate};

use super::files::Files;
use super::orders::{self, OrderFailed, Outcome};
use super::{OWN_VALID_FOR, Web};
use crate::config::WebSource;

/// After an order that failed: authorities count failures, and an outage of theirs lasts minutes or hours.
const FIRST_PAUSE: Duration = Duration::from_secs(10 * 60);
const LONGEST_PAUSE: Duration = Duration::from_secs(12 * 3600);

/// One of the site's names.
pub(super) struct Name {
    door: Door,
    name: String,
    source: Source,
    shown: Option<Shown>,
    problem: Option<String>,
}

/// Where its certificate comes from.
enum Source {
    SiteCa,
    Pem(Files),
    Acme(Ordering),
}

struct Shown {
    certificate: WebCertificate,
    since: Timestamp,
}

/// How it stands with an authority.
struct Ordering {
    under_way: bool,
    failures: u32,
    not_before: Option<Timestamp>,
    jitter: u16,
    account: Option<String>,
}

/// Both names, with what was kept of earlier orders.
pub(super) fn names(engine: &Engine, doors: &Doors, web: &Web) -> [Name; 2] {
    let written = &web.certificates;
    [
        (Door::Engineers, &doors.engineers_name, &written.engineers),
        (Door::Console, &doors.console_name, &written.console),
    ]
    .map(|(door, name, source)| {
        let kept = orders::kept(engine, web, door, name);
        Name {
            door,
            name: name.clone(),
            source: match source {
                None => Source::SiteCa,
                Some(WebSource::Pem(pem)) => Source::Pem(Files::new(pem, &web.base)),
                Some(WebSource::Acme(_)) => Source::Acme(Ordering {
                    under_way: false,
                    failures: 0,
                    not_before: None,
                    jitter: jitter(),
                    account: orders::kept_account(engine, web, door),
                }),
            },
            shown: kept.map(|certificate| Shown {
                since: certificate.facts().from,
                certificate,
            }),
            problem: None,
        }
    })
}

impl Name {
    pub(super) fn door(&self) -> Door {
        self.door
    }

    pub(super) fn called(&self) -> &str {
        &self.name
    }

    /// What browsers see there, if it is not the site's own.
    pub(super) fn shown(&self) -> Option<(Door, WebCertificate)> {
        let shown = self.shown.as_ref()?;
        Some((self.door, shown.certificate.clone()))
    }

    /// Reads the files again, if it has some; whether something else is to be shown.
    pub(super) fn read_again(&mut self, now: Timestamp) -> bool {
        let Source::Pem(files) = &mut self.source else {
            return false;
        };
        match files.changed(&self.name, now) {
            None => false,
            Some(Ok(certificate)) => self.take(certificate, now),
            Some(Err(error)) => {
                let said = error.to_string();
                if self.problem.as_ref() != Some(&said) {
                    tracing::error!(
                        cause = said,
                        name = self.name,
                        "a certificate cannot be shown"
                    );
                    self.problem = Some(said);
                }
                // What was shown goes on: the last that was good is better than none.
                false
            }
        }
    }

    /// Whether an order is due; then it is taken to be under way.
    pub(super) fn take_order(&mut self, now: Timestamp) -> bool {
        let Source::Acme(ordering) = &mut self.source else {
            return false;
        };
        let facts = self.shown.as_ref().map(|shown| shown.certificate.facts());
        let due = facts.is_none_or(|facts| now >= facts.renew_at(ordering.jitter));
        let may = ordering.not_before.is_none_or(|at| now >= at);
        let begins = due && may && !ordering.under_way;
        ordering.under_way |= begins;
        begins
    }

    /// Takes what came of an order; whether something else is to be shown.
    pub(super) fn ordered(&mut self, outcome: Outcome, now: Timestamp) -> bool {
        let Source::Acme(ordering) = &mut self.source else {
            return false;
        };
        ordering.under_way = false;
        match outcome {
            Ok((certificate, account)) => {
                ordering.failures = 0;
                ordering.not_before = None;
                ordering.account = Some(account);
                self.take(certificate, now)
            }
            Err(OrderFailed { error }) => {
                ordering.not_before = Some(now.plus(pause(ordering.failures)));
                ordering.failures = ordering.failures.saturating_add(1);
                self.problem = Some(error.to_string());
                false
            }
        }
    }

    fn take(&mut self, certificate: WebCertificate, now: Timestamp) -> bool {
        self.problem = None;
        self.shown = Some(Shown {
            certificate,
            since: now,
        });
        true
    }

    /// What is said of it.
    pub(super) fn told(&self, own: &ServerCertificate, own_since: Timestamp) -> ShownCertificate {
        let (configured, account) = match &self.source {
            Source::SiteCa => (CertificateWay::SiteCa, None),
            Source::Pem(_) => (CertificateWay::Pem, None),
            Source::Acme(ordering) => (CertificateWay::Acme, ordering.account.clone()),
        };
        let door = orders::asked_at(self.door);
        let name = self.name.clone();
        let problem = self.problem.clone();
        match &self.shown {
            Some(shown) => {
                let facts = shown.certificate.facts();
                ShownCertificate {
                    door,
                    name,
                    configured,
                    way: configured,
                    from: facts.from,
                    until: facts.until,
                    fingerprint: facts.fingerprint,
                    issuer: facts.issuer.clone(),
                    since: shown.since,
                    problem,
                    account,
                }
            }
            None => ShownCertificate {
                door,
                name,
                configured,
                way: CertificateWay::SiteCa,
                from: own_since,
                until: own_since.plus(OWN_VALID_FOR),
                fingerprint: tunnel::fingerprint(&own.certificate),
                issuer: String::new(),
                since: own_since,
                problem,
                account,
            },
        }
    }
}

/// The longer, the more often it failed.
fn pause(failures: u32) -> Duration {
    FIRST_PAUSE
        .saturating_mul(2u32.saturating_pow(failures))
        .min(LONGEST_PAUSE)
}

/// Spreads renewals. Without randomness they are not spread, and that is all.
fn jitter() -> u16 {
    let mut bytes = [0u8; 2];
    let _ = aws_lc_rs::rand::fill(&mut bytes);
    u16::from_be_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pause_after_failures_grows_and_ends_growing() {
        assert_eq!(pause(0), FIRST_PAUSE);
        assert_eq!(pause(2), FIRST_PAUSE * 4);
        assert_eq!(pause(u32::MAX), LONGEST_PAUSE);
    }
}
