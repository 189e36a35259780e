//! What somebody has to mend of the secrets, as findings: of each kind one, with all the accounts in it.

use access::{
    AccountSecret, EnvelopeStanding, RotationFailed, RotationFailure, SecretWeakness, Site, Works,
};
use ids::Timestamp;

use crate::Inner;

/// Accounts that a finding names; the page has all of them.
const NAMED: usize = 12;

impl Inner {
    pub(crate) fn secret_findings(
        &self,
        site: &Site,
        now: Timestamp,
        found: &mut impl FnMut(&'static str, String, bool),
    ) {
        let policy = site.secret_policy();
        let weak = |weakness: SecretWeakness| {
            named(site, |known| {
                let standing = known.standing;
                standing.weak.contains(&weakness) && standing.accepted().is_none()
            })
        };
        let old = named(site, |known| known.is_old(policy, now));
        let administrators = named(site, |known| {
            known.standing.set_at().is_some() && policy.is_administrator(known.account)
        });
        for (id, names) in [
            ("finding-secret-listed", weak(SecretWeakness::Listed)),
            ("finding-secret-guessable", weak(SecretWeakness::Guessable)),
            ("finding-secret-shared", weak(SecretWeakness::Shared)),
            ("finding-secret-old", old),
            ("finding-secret-administrator", administrators),
        ] {
            if let Some(names) = names {
                found(id, names, false);
            }
        }
        let compromised = named(site, |known| known.standing.compromised.is_some());
        if let Some(names) = compromised {
            found("finding-secret-compromised", names, true);
        }
        for (id, stops) in [
            ("finding-rotation-old-remains", false),
            ("finding-rotation-failed", false),
            ("finding-rotation-not-saved", true),
            ("finding-rotation-doubted", true),
            ("finding-rotation-open", true),
        ] {
            let names = named(site, |known| {
                let failed = known.standing.failed.as_ref();
                failed.is_some_and(|failed| of_rotation(failed) == id)
            });
            if let Some(names) = names {
                found(id, names, stops);
            }
        }
        if let Some(names) = named(site, |known| !known.target.is_way_provable()) {
            found("finding-rotation-way", names, false);
        }
        if let Some(names) = accounts_left(site) {
            found("finding-visit-account-left", names, false);
        }
        for (standing, id) in [
            (EnvelopeStanding::Used, "finding-envelope-used"),
            (EnvelopeStanding::Void, "finding-envelope-void"),
            (EnvelopeStanding::LookDue, "finding-envelope-look"),
            (EnvelopeStanding::AwaitingPrint, "finding-envelope-print"),
            (EnvelopeStanding::NotOrdered, "finding-envelope-order"),
        ] {
            if let Some(names) = envelopes(site, standing, now) {
                found(id, names, false);
            }
        }
        if let Some(cause) = self.secrets.bad_list() {
            found("finding-password-list", cause, false);
        }
    }
}

/// What somebody has to know of a replacement that failed: which of the two opens the target, and what that asks for.
fn of_rotation(failed: &RotationFailed) -> &'static str {
    match (failed.works, failed.why) {
        (Works::New, _) => "finding-rotation-old-remains",
        (Works::Old, _) => "finding-rotation-failed",
        (Works::NotKnown, RotationFailure::NotSaved) => "finding-rotation-not-saved",
        (Works::NotKnown, RotationFailure::InDoubt | RotationFailure::NotProved) => {
            "finding-rotation-doubted"
        }
        (Works::NotKnown, _) => "finding-rotation-open",
    }
}

/// The accounts of visits that could not be removed.
fn accounts_left(site: &Site) -> Option<String> {
    let left = site.visits().filter_map(|visit| {
        let account = visit.account_standing()?;
        account.left?;
        let target = site.target(&account.target)?;
        Some(format!("{} ({})", target.name, account.name))
    });
    listed(&left.collect::<Vec<_>>())
}

/// The emergency accounts whose envelope stands so, with its number.
fn envelopes(site: &Site, standing: EnvelopeStanding, now: Timestamp) -> Option<String> {
    let all = site
        .emergency_accounts()
        .filter(|target| target.envelope_standing(now) == Some(standing));
    let names = all.map(|target| {
        let account = target.emergency_account.as_ref();
        let envelope = account.and_then(|account| account.envelope.as_ref());
        match envelope {
            Some(envelope) => format!("{} (No. {})", target.name, envelope.number),
            None => target.name.clone(),
        }
    });
    listed(&names.collect::<Vec<_>>())
}

/// The accounts of which this holds, as a person knows them.
fn named(site: &Site, is: impl Fn(&AccountSecret<'_>) -> bool) -> Option<String> {
    let all: Vec<String> = site
        .account_secrets()
        .filter(is)
        .map(|known| match known.account {
            // A desktop or a console that asks for a password alone.
            "-" => known.target.name.clone(),
            account => format!("{} ({account})", known.target.name),
        })
        .collect();
    listed(&all)
}

fn listed(all: &[String]) -> Option<String> {
    let mut text = all
        .iter()
        .take(NAMED)
        .cloned()
        .collect::<Vec<_>>()
        .join(", ");
    if all.len() > NAMED {
        text.push_str(" …");
    }
    (!all.is_empty()).then_some(text)
}
