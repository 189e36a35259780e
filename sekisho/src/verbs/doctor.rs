//! `sekisho doctor`: what on this computer, and between it and the site, stands in the way.

use std::time::Duration;

use client::{ApiError, Membership};
use engine::FileChecks;
use ids::Timestamp;
use sandbox::Files;
use serde::Serialize;
use wire::api::v1::{Certificates, Outside, OutsideSeen, Status};

use crate::config::ConfigFile;
use crate::context::Context;
use crate::failure::{Failure, Family, Kind};

/// A clock further off than this makes certificates and one-time codes fail.
const CLOCK_OFF: Duration = Duration::from_secs(30);

#[derive(Serialize)]
struct Finding {
    check: &'static str,
    well: bool,
    said: String,
}

pub(super) async fn run(context: &Context, outside: Option<&[u16]>) -> Result<(), Failure> {
    let mut findings = Vec::new();
    if let Some(dir) = context.site_dir() {
        let status = client::Api::local(dir).status().await;
        if let Ok(status) = &status {
            findings.extend(ledger_findings(context, status));
            findings.extend(console_findings(context, status));
        }
        if let Ok(known) = client::Api::local(dir).certificates().await {
            findings.extend(caa(context, &known));
        }
        findings.push(reached(context, "gateway", status.map(|status| status.now)));
        findings.push(held_to_its_files(context));
        findings.push(workers_held(context));
        findings.extend(without_old_tls(context));
        findings.extend(kept_by_the_tpm(context, dir));
        findings.push(looked_at(context, dir).await);
    } else {
        let sites = context.home()?.sites()?;
        if sites.is_empty() {
            let said = context.say("error-not-joined", &[]);
            findings.push(finding("joined", false, said));
        }
        for site in sites {
            match context.home()?.site(&site) {
                Ok(membership) => findings.extend(examine(context, &membership).await),
                Err(error) => findings.push(failed(context, "site", error.into())),
            }
        }
    }
    if let Some(ports) = outside {
        findings.extend(from_outside(context, ports).await);
    }
    let well = findings.iter().all(|finding| finding.well);
    context.show(&findings, |context| {
        findings
            .iter()
            .map(|finding| {
                let mark = if finding.well {
                    "cli-well"
                } else {
                    "cli-not-well"
                };
                format!("{} {}", context.say(mark, &[]), finding.said)
            })
            .collect()
    })?;
    if well {
        Ok(())
    } else {
        Err(Failure::new(Kind::Failed, "cli-doctor-found"))
    }
}

/// What the site says of its ledger and its clock that keeps visits out and that a person has to decide.
fn ledger_findings(context: &Context, status: &Status) -> Vec<Finding> {
    let told = [
        "finding-ledger-broken",
        "finding-restored",
        "finding-rolled-back",
        "finding-forked",
        "finding-witness",
        "finding-clock",
        "finding-clock-witness",
    ];
    found_among(context, status, "ledger", &told)
}

/// What the site says of its certificates for browsers, and of how far its console is open.
fn console_findings(context: &Context, status: &Status) -> Vec<Finding> {
    let told = [
        "finding-certificate-problem",
        "finding-certificate-ends",
        "finding-console-anywhere",
        "finding-console-under-relay",
    ];
    found_among(context, status, "console", &told)
}

fn found_among(
    context: &Context,
    status: &Status,
    check: &'static str,
    told: &[&str],
) -> Vec<Finding> {
    let alarms = status.alarms.iter();
    alarms
        .filter(|said| told.contains(&said.id.as_str()))
        .map(|said| finding(check, false, context.sentence(Family::Whole, said)))
        .collect()
}

/// What binds a name to the gateway's own account at its authority (RFC 8657). Nothing is asked of DNS:
/// whoever answers for this machine is not who answers the authority. So it is advice, and no defect.
fn caa(context: &Context, known: &Certificates) -> Vec<Finding> {
    let bound = known.shown.iter().filter_map(|shown| {
        let account = shown.account.as_deref()?;
        let host = account.strip_prefix("https://")?.split(['/', ':']).next()?;
        // Authorities are named by their domain, without the machines in it.
        let labels: Vec<&str> = host.rsplit('.').take(2).collect();
        let authority = labels.into_iter().rev().collect::<Vec<_>>().join(".");
        let record = format!(
            "{} CAA 128 issue \"{authority}; accounturi={account}\"",
            shown.name
        );
        let args = [("name", shown.name.as_str()), ("record", record.as_str())];
        Some(finding("caa", true, context.say("doctor-caa", &args)))
    });
    bound.collect()
}

/// What nobody should find open from outside, if nothing else is said: what VPN boxes, desktops,
/// databases and our own gateway listen on.
const PORTS: [u16; 12] = [
    22, 80, 443, 445, 1194, 1433, 1521, 3306, 3389, 4433, 5432, 8443,
];

/// Each relay tries the address from which the site reaches it.
async fn from_outside(context: &Context, ports: &[u16]) -> Vec<Finding> {
    let ports = if ports.is_empty() { &PORTS } else { ports };
    let seen = match context.at().await {
        Ok(at) => at.api.outside_check(ports).await.map_err(Failure::from),
        Err(failure) => Err(failure),
    };
    match seen {
        Err(failure) => vec![failed(context, "outside", failure)],
        Ok(seen) if seen.is_empty() => {
            vec![finding(
                "outside",
                false,
                context.say("doctor-no-relay", &[]),
            )]
        }
        Ok(seen) => seen.iter().map(|seen| outside(context, seen)).collect(),
    }
}

fn outside(context: &Context, seen: &OutsideSeen) -> Finding {
    let relay = seen.relay.as_str();
    match &seen.found {
        Outside::Unreachable {} => {
            let said = context.say("doctor-relay-unreachable", &[("relay", relay)]);
            finding("outside", false, said)
        }
        Outside::Tried { address, open } => {
            let ports: Vec<String> = open.iter().map(ToString::to_string).collect();
            let (ports, address) = (ports.join(" "), address.to_string());
            let id = if open.is_empty() {
                "doctor-nothing-answers"
            } else {
                "doctor-something-answers"
            };
            let args = [
                ("relay", relay),
                ("address", address.as_str()),
                ("ports", ports.as_str()),
            ];
            finding("outside", open.is_empty(), context.say(id, &args))
        }
    }
}

async fn examine(context: &Context, membership: &Membership) -> Vec<Finding> {
    let site = membership.site().to_string();
    let mut findings = Vec::new();
    let keys = membership
        .device()
        .and_then(|_| membership.witness())
        .and_then(|_| membership.memory());
    findings.push(match keys {
        Ok(memory) => {
            let size = memory.checkpoint.size.to_string();
            let said = context.say("cli-doctor-kept", &[("site", &site), ("size", &size)]);
            finding("kept", true, said)
        }
        Err(error) => failed(context, "kept", error.into()),
    });
    match membership.api(context.from_address, context.now()) {
        Ok(api) => {
            let signed_in = api.token().is_some();
            let id = if signed_in {
                "cli-doctor-signed-in"
            } else {
                "error-signed-out"
            };
            findings.push(finding("signed-in", signed_in, context.say(id, &[])));
            let status = api.status().await;
            findings.push(reached(context, "site", status.map(|status| status.now)));
        }
        Err(error) => findings.push(failed(context, "site", error.into())),
    }
    findings
}

/// Reaching the site shows its clock as well. That it wants a sign-in is an answer.
fn reached(context: &Context, check: &'static str, theirs: Result<Timestamp, ApiError>) -> Finding {
    match theirs {
        Ok(theirs) => {
            let ours = context.now();
            let off = ours.since(theirs).max(theirs.since(ours));
            let seconds = off.as_secs().to_string();
            let id = if off <= CLOCK_OFF {
                "cli-doctor-reached"
            } else {
                "cli-doctor-clock-off"
            };
            finding(
                check,
                off <= CLOCK_OFF,
                context.say(id, &[("seconds", &seconds)]),
            )
        }
        Err(ApiError::NotSignedIn(_)) => {
            finding(check, true, context.say("cli-doctor-answers", &[]))
        }
        Err(error) => failed(context, check, error.into()),
    }
}

/// What the gateway of this machine warns of in its log, asked of the same kernel.
fn held_to_its_files(context: &Context) -> Finding {
    let held = sandbox::kernel_knows_files();
    let id = if held {
        "cli-doctor-files-held"
    } else {
        "cli-doctor-files-not-held"
    };
    finding("files", held, context.say(id, &[]))
}

/// How far its workers are held to what they are handed. System calls are refused by every kernel, or
/// they do not start.
fn workers_held(context: &Context) -> Finding {
    let (held, id) = match sandbox::kernel_holds_workers() {
        Files::All => (true, "cli-doctor-workers-held"),
        Files::Partly => (true, "cli-doctor-workers-partly"),
        Files::NotAtAll => (false, "cli-doctor-workers-not-held"),
    };
    finding("workers", held, context.say(id, &[]))
}

/// Whether the TPM opens the key store, where it is to.
fn kept_by_the_tpm(context: &Context, dir: &std::path::Path) -> Option<Finding> {
    vault::tpm::is_kept(dir).then(|| match super::tpm::answers(dir) {
        Ok(()) => finding("tpm", true, context.say("cli-tpm-opens", &[])),
        Err(failure) => failed(context, "tpm", failure),
    })
}

/// What the gateway lacks for targets with old TLS, which is a program of its own.
fn without_old_tls(context: &Context) -> Option<Finding> {
    let lacks = proxies::workers::old_tls_program().is_none();
    lacks.then(|| {
        finding(
            "old-tls",
            true,
            context.say("cli-doctor-without-old-tls", &[]),
        )
    })
}

/// Whether files are looked at before they pass: each scanner is asked which signatures it has.
async fn looked_at(context: &Context, dir: &std::path::Path) -> Finding {
    let checks = ConfigFile::read(dir).and_then(|file| Ok((file.file_checks()?, file)));
    let said =
        |well, id: &str, args: &[(&str, &str)]| finding("scanner", well, context.say(id, args));
    let (checks, file) = match checks {
        Ok(checks) => checks,
        Err(cause) => return finding("scanner", false, cause.to_string()),
    };
    let FileChecks::Quarantine(rules) = checks else {
        let by = file.files.dangerous_unchecked.unwrap_or_default();
        return said(false, "cli-doctor-files-unchecked", &[("by", &by)]);
    };
    if rules.scanners.is_empty() {
        let id = if rules.dangerous_unscanned_files_pass {
            "cli-doctor-files-unscanned"
        } else {
            "cli-doctor-files-wait"
        };
        return said(false, id, &[]);
    }
    let mut versions = Vec::new();
    for scanner in &rules.scanners {
        match scanner.version().await {
            Ok(version) => versions.push(version),
            Err(cause) => {
                let (by, cause) = (scanner.name(), cause.to_string());
                let args = [("by", by), ("cause", cause.as_str())];
                return said(false, "cli-doctor-scanner-silent", &args);
            }
        }
    }
    let by = versions.join(", ");
    said(true, "cli-doctor-files-scanned", &[("by", &by)])
}

fn failed(context: &Context, check: &'static str, failure: Failure) -> Finding {
    finding(check, false, failure.text(context.language))
}

fn finding(check: &'static str, well: bool, said: String) -> Finding {
    Finding { check, well, said }
}
