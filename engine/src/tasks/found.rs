//! What the gateway has found, as tasks: in the words of whoever reads a page instead of typing commands, and
//! with the page on which it is mended.

use access::Site;

use super::{Task, Urgency};
use crate::Finding;

/// The findings without those that follow from another one of them: a relay that is not connected signs
/// nothing, and without a relay that signs there is no witness. Before there is a relay at all, the step of
/// the setup says so.
pub(super) fn causes<'a>(
    site: &Site,
    findings: &'a [Finding],
) -> impl Iterator<Item = &'a Finding> {
    let relays = site.relays().count() > 0;
    let is = |finding: &Finding, id: &str| finding.id == id;
    findings.iter().filter(move |finding| match finding.id {
        "finding-relay-unsigned" => !findings
            .iter()
            .any(|other| is(other, "finding-relay") && named(&other.detail) == finding.detail),
        "finding-no-witness" => {
            let mut others = findings.iter();
            relays
                && !others
                    .any(|other| is(other, "finding-relay") || is(other, "finding-relay-unsigned"))
        }
        _ => true,
    })
}

impl Task {
    /// A finding as a task, but for those that a step of the setup says in its own words, and for a risk
    /// that somebody has accepted.
    pub fn of_finding(finding: &Finding) -> Option<Self> {
        let (id, detail, page) = said(finding)?;
        let urgency = if finding.stops_visits {
            Urgency::StopsVisits
        } else {
            Urgency::Due
        };
        Some(Self {
            id: id.to_owned(),
            detail: detail.to_owned(),
            urgency,
            page,
        })
    }
}

/// The id of its sentence on a page, what fills it, and the page that leads on. A finding whose own sentence
/// names no command is said as it is.
fn said(finding: &Finding) -> Option<(&'static str, &str, Option<String>)> {
    let at = |page: &str| Some(page.to_owned());
    let detail = finding.detail.as_str();
    // `handa/visit-12, …` is the visit 12; `console.example, 2026-…` and `console.example: …` are names.
    let number = digits(detail).unwrap_or(detail);
    let name = named(detail);
    let about =
        |path: &str, rest: &str| digits(detail).map(|digits| format!("{path}{digits}{rest}"));
    let task = match finding.id {
        "finding-night-chain" | "finding-envelope" | "finding-no-secret" | "finding-setup" => {
            return None;
        }
        "finding-metadata-only" | "finding-plain-text" | "finding-old-tls" => return None,
        "finding-isolated" => (finding.id, detail, at("/isolate")),
        "finding-ledger" | "finding-recorder" | "finding-disk" => {
            (finding.id, detail, at("/settings#disk"))
        }
        "finding-clock" => ("task-found-clock", detail, at("/settings#clock")),
        "finding-clock-witness" => ("task-found-clock-witness", detail, at("/settings#clock")),
        "finding-relay" => ("task-found-relay", name, at("/relays")),
        "finding-relay-unsigned" => ("task-found-relay-unsigned", detail, at("/relays")),
        "finding-relay-clock" => (finding.id, detail, at("/relays")),
        "finding-no-witness" => ("task-found-no-witness", detail, at("/relays")),
        "finding-restored" => ("task-found-restored", detail, at("/relays")),
        "finding-rolled-back" | "finding-forked" | "finding-witness" => {
            ("task-found-forked", detail, None)
        }
        "finding-ledger-broken" => ("task-found-ledger-broken", detail, None),
        "finding-worker" => (finding.id, detail, about("/visits/", "")),
        "finding-debt" => ("task-found-debt", number, about("/requests/", "")),
        "finding-report" => ("task-found-report", number, about("/visits/", "")),
        "finding-attendant" => (
            "task-found-attendant",
            number,
            about("/sessions/", "/watch"),
        ),
        "finding-certificate-problem" => {
            ("task-found-certificate-problem", name, at("/certificates"))
        }
        "finding-certificate-ends" => ("task-found-certificate-ends", name, at("/certificates")),
        "finding-console-anywhere" => ("task-found-anywhere", detail, at("/certificates")),
        "finding-nobody-told" => ("task-found-nobody-told", detail, at("/notifications")),
        "finding-secret-guessable"
        | "finding-secret-listed"
        | "finding-secret-shared"
        | "finding-secret-old"
        | "finding-secret-administrator"
        | "finding-secret-compromised"
        | "finding-rotation-old-remains"
        | "finding-rotation-failed"
        | "finding-rotation-way"
        | "finding-rotation-open"
        | "finding-rotation-not-saved"
        | "finding-rotation-doubted"
        | "finding-visit-account-left"
        | "finding-password-list" => (finding.id, detail, at("/secrets")),
        "finding-risk-over" | "finding-risk-ends" | "finding-risk-unowned" => {
            let (_, rest) = detail.split_once(", ").unwrap_or(("", detail));
            (finding.id, rest, about("/setup/targets/", ""))
        }
        "finding-envelope-used"
        | "finding-envelope-void"
        | "finding-envelope-look"
        | "finding-envelope-print"
        | "finding-envelope-order" => (finding.id, detail, at("/emergency-accounts")),
        "finding-undelivered" => ("task-found-undelivered", detail, at("/notifications")),
        other => (other, detail, None),
    };
    Some(task)
}

/// The name at the beginning of a finding's detail.
fn named(detail: &str) -> &str {
    detail.split([',', ':']).next().unwrap_or_default()
}

/// The number of the first id in a finding's detail.
fn digits(detail: &str) -> Option<&str> {
    let id = detail.split(',').next()?;
    let (_, digits) = id.rsplit_once('-')?;
    let all = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    all.then_some(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task(id: &'static str, detail: &str) -> Task {
        let finding = Finding {
            id,
            detail: detail.to_owned(),
            stops_visits: true,
        };
        Task::of_finding(&finding).unwrap()
    }

    #[test]
    fn what_follows_from_another_finding_is_not_told_beside_it() {
        let found = |id, detail: &str| Finding {
            id,
            detail: detail.to_owned(),
            stops_visits: false,
        };
        let findings = [
            found("finding-relay", "tokyo, 2026-11-22"),
            found("finding-relay-unsigned", "tokyo"),
            found("finding-relay-unsigned", "osaka"),
            found("finding-no-witness", ""),
        ];
        let site = Site::empty("handa".parse().unwrap());
        let told = causes(&site, &findings);
        let told: Vec<_> = told.map(|one| (one.id, named(&one.detail))).collect();
        assert_eq!(
            told,
            [
                ("finding-relay", "tokyo"),
                ("finding-relay-unsigned", "osaka")
            ]
        );
    }

    #[test]
    fn a_finding_leads_to_the_page_where_it_is_mended() {
        for (id, detail, said, page) in [
            ("finding-debt", "handa/request-7", "7", Some("/requests/7")),
            (
                "finding-report",
                "handa/visit-12, handa/person-3, 2026-11-22",
                "12",
                Some("/visits/12"),
            ),
            (
                "finding-attendant",
                "handa/session-4",
                "4",
                Some("/sessions/4/watch"),
            ),
            (
                "finding-certificate-ends",
                "console.example, 2026-11-22T00:00:00+09:00",
                "console.example",
                Some("/certificates"),
            ),
            (
                "finding-relay",
                "tokyo, 2026-11-22",
                "tokyo",
                Some("/relays"),
            ),
            (
                "finding-risk-ends",
                "handa/target-3, ct, 2027-03-31T00:00:00+09:00",
                "ct, 2027-03-31T00:00:00+09:00",
                Some("/setup/targets/3"),
            ),
            ("finding-recorder", "", "", Some("/settings#disk")),
            ("finding-forked", "17", "17", None),
        ] {
            let task = task(id, detail);
            assert_eq!(
                (task.detail.as_str(), task.page.as_deref()),
                (said, page),
                "{id}"
            );
        }
    }
}
