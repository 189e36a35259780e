//! How the site is, and what somebody has to look at.

use std::time::Duration;

use access::{EndReason, Frozen, RiskStands, Site};
use ids::{Digest, Timestamp};
use ledger::resume::Resume;

use crate::witness::gives_up;
use crate::{Engine, FULL};

/// How the gateway itself is.
#[derive(Debug, Clone, PartialEq)]
pub struct Health {
    /// Whether the ledger takes entries.
    pub ledger: bool,
    /// Whether the recorder takes bytes.
    pub recorder: bool,
    /// The used part of the disk, 0.0 to 1.0; `None` if the file system does not say.
    pub disk_used: Option<f64>,
    /// Whether space for closing is reserved.
    pub reserve: bool,
}

/// The state of the ledger and of the gateway.
#[derive(Debug, Clone, PartialEq)]
pub struct Status {
    /// Entries in the ledger.
    pub size: u64,
    /// The root over them.
    pub root: Digest,
    /// When the last one was made.
    pub last_at: Timestamp,
    /// Outside witnesses that cosigned within a week.
    pub witnesses: usize,
    /// Sessions open now.
    pub live: usize,
    /// The gateway itself.
    pub health: Health,
}

/// Something that somebody has to look at: the id of its sentence, and whether it stops visits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// `finding-…`.
    pub id: &'static str,
    /// What fills the sentence.
    pub detail: String,
    /// Whether visits are refused because of it.
    pub stops_visits: bool,
}

/// A witness that has not been heard for longer than this does not count.
const WITNESS_FRESH: Duration = Duration::from_secs(7 * 24 * 3600);

/// A relay that has not cosigned for longer than this is looked at: it is asked after every change,
/// and a site changes every day.
const RELAY_FRESH: Duration = Duration::from_secs(24 * 3600);

/// How long a worker that crashed is something to look at.
const CRASH_FRESH: Duration = Duration::from_secs(24 * 3600);

impl Engine {
    /// How the site is.
    pub fn status(&self) -> Status {
        let (size, root) = self.inner.store.size_and_root();
        Status {
            size,
            root,
            last_at: self.inner.site().last_at(),
            witnesses: self.fresh_witnesses(),
            live: self.inner.live.count(),
            health: self.health(),
        }
    }

    fn health(&self) -> Health {
        Health {
            ledger: self
                .inner
                .ledger_well
                .load(std::sync::atomic::Ordering::SeqCst),
            recorder: matches!(self.inner.journal.health(), store::Health::Well),
            disk_used: self.inner.journal.space().ok(),
            reserve: self.inner.journal.has_reserve(),
        }
    }

    /// What somebody has to look at, the most urgent first.
    pub fn findings(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        let mut found = |id, detail: String, stops_visits| {
            findings.push(Finding {
                id,
                detail,
                stops_visits,
            });
        };
        let health = self.health();
        let now = self.now();
        // What asks for the state by itself is asked before it is held.
        let statements = self.inner.statements();
        let unconfirmed = self.unconfirmed_by();
        let site = self.inner.site();
        if self.inner.live.is_isolated() {
            found("finding-isolated", String::new(), true);
        }
        if !health.ledger {
            found("finding-ledger", String::new(), true);
        }
        if let Some(broken) = self.inner.behind.broken() {
            found("finding-ledger-broken", broken.to_owned(), true);
        }
        if !health.recorder {
            found("finding-recorder", String::new(), true);
        }
        if !health.reserve || health.disk_used.is_none_or(|used| used > FULL) {
            let used = health
                .disk_used
                .map(|used| format!("{:.0} %", used * 100.0));
            found("finding-disk", used.unwrap_or_default(), true);
        }
        self.clocks(&site, now, &mut found);
        if let Some(missing) = unconfirmed {
            let missing = match missing.as_slice() {
                [] => "-".to_owned(),
                names => names.join(", "),
            };
            found("finding-restored", missing, true);
        }
        disagreements(&site, &statements, &mut found);
        if !site.setup_complete() {
            found("finding-setup", String::new(), true);
        }
        for debt in site.debts() {
            found("finding-debt", debt.request.to_string(), true);
        }
        self.open_work(&site, now, &mut found);
        crashed_workers(&site, now, &mut found);
        self.relays_that_fail(&site, now, &mut found);
        self.inner.certificate_findings(&site, now, &mut found);
        self.notice_findings(&site, &mut found);
        self.log_out_findings(&mut found);
        self.foreign_log_findings(&mut found);
        self.inner.secret_findings(&site, now, &mut found);
        risks(&site, now, &mut found);
        self.missing_preparations(&site, &mut found);
        findings
    }

    /// Clocks: ours, and those of the relays, who are witnesses of the time.
    fn clocks(
        &self,
        site: &Site,
        now: Timestamp,
        found: &mut impl FnMut(&'static str, String, bool),
    ) {
        match self.inner.doubt(site) {
            Some(doubt) => match doubt.witness {
                Some(witness) => {
                    let both = format!("{} / {witness}", doubt.wall);
                    found("finding-clock-witness", both, true);
                }
                None => found("finding-clock", doubt.wall.to_string(), true),
            },
            None if site.clock_in_doubt(now) => found("finding-clock", now.to_string(), true),
            None => {}
        }
        for relay in self.relays_off_the_time(site) {
            found("finding-relay-clock", relay, false);
        }
    }

    /// What waits for a person: sessions without their attendant, visits without their report.
    fn open_work(
        &self,
        site: &Site,
        now: Timestamp,
        found: &mut impl FnMut(&'static str, String, bool),
    ) {
        for session in site.live_sessions() {
            if site.frozen(session) == Some(Frozen::AwaitingAttendant) {
                found("finding-attendant", session.id.to_string(), false);
            }
        }
        for visit in site.visits() {
            let Some(since) = site.report_overdue(visit, now) else {
                continue;
            };
            // Without a name: also those are told who read no personal texts.
            found(
                "finding-report",
                format!("{}, {}, {since}", visit.id, visit.person),
                false,
            );
        }
    }

    fn relays_that_fail(
        &self,
        site: &Site,
        now: Timestamp,
        found: &mut impl FnMut(&'static str, String, bool),
    ) {
        for relay in site.relays() {
            if let Some((false, since)) = self.relay_link(&relay.name) {
                found("finding-relay", format!("{}, {since}", relay.name), false);
            }
            let signed = self.relay_cosigned_at(relay);
            if signed.is_none_or(|at| at.plus(RELAY_FRESH) < now) {
                found("finding-relay-unsigned", relay.name.clone(), false);
            }
        }
    }

    fn missing_preparations(
        &self,
        site: &Site,
        found: &mut impl FnMut(&'static str, String, bool),
    ) {
        if site.night_chain().is_empty() {
            found("finding-night-chain", String::new(), false);
        }
        if site.codes_left() == 0 {
            found("finding-envelope", String::new(), false);
        }
        if self.fresh_witnesses() == 0 {
            found("finding-no-witness", String::new(), false);
        }
        for target in site.targets() {
            if target.recording == access::RecordingPolicy::MetadataOnly {
                found("finding-metadata-only", target.name.clone(), false);
            }
            match target.server() {
                Some(access::ServerIdentity::PlainText { .. }) => {
                    found("finding-plain-text", target.name.clone(), false);
                }
                Some(access::ServerIdentity::OldTls { .. }) => {
                    found("finding-old-tls", target.name.clone(), false);
                }
                Some(access::ServerIdentity::Tls { .. }) | None => {}
            }
            if target.lacks_a_secret() {
                found("finding-no-secret", target.name.clone(), false);
            }
        }
    }

    fn fresh_witnesses(&self) -> usize {
        let since = self.now().minus(WITNESS_FRESH);
        let witnesses = self.inner.store.last_cosignatures().unwrap_or_default();
        witnesses.iter().filter(|given| given.at >= since).count()
    }
}

/// The session that ended last because its worker crashed, while somebody should look after it.
fn crashed_workers(
    site: &Site,
    now: Timestamp,
    found: &mut impl FnMut(&'static str, String, bool),
) {
    let crashed = site.sessions().filter_map(|session| {
        let (at, ..) = session.closed?;
        let lately = at.plus(CRASH_FRESH) >= now;
        (session.ended == Some(EndReason::WorkerCrashed) && lately).then_some((at, session))
    });
    if let Some((at, session)) = crashed.max_by_key(|(at, _)| *at) {
        let detail = format!("{}, {}, {at}", session.visit, session.id);
        found("finding-worker", detail, false);
    }
}

/// Accepted risks that somebody has to look at.
fn risks(site: &Site, now: Timestamp, found: &mut impl FnMut(&'static str, String, bool)) {
    // One that is suspended is entered by nobody, for good if its device is gone.
    for target in site.targets().filter(|target| target.suspended.is_none()) {
        let until = target.accepted_risk().map(access::Risk::ends);
        let until = until.map_or_else(|| "-".to_owned(), |until| until.to_string());
        // The id leads to the page, the name to the device.
        let detail = format!("{}, {}, {until}", target.id, target.name);
        match site.risk_stands(target, now) {
            Some(RiskStands::Over) => found("finding-risk-over", detail, false),
            Some(RiskStands::EndsSoon) => found("finding-risk-ends", detail, false),
            Some(RiskStands::Unowned) => found("finding-risk-unowned", detail, false),
            Some(RiskStands::Holds) | None => {}
        }
    }
}

/// What witnesses hold against this ledger. What the kit has resumed over is settled.
fn disagreements(
    site: &Site,
    statements: &[Resume],
    found: &mut impl FnMut(&'static str, String, bool),
) {
    for told in site.disagreements() {
        let settled = |resume: &Resume| resume.at >= told.at && gives_up(resume, told.size);
        if statements.iter().any(settled) {
            continue;
        }
        let size = told.size.to_string();
        match told.how.as_str() {
            "rolled-back" => found("finding-rolled-back", size, true),
            "forked" => found("finding-forked", size, true),
            _ => found("finding-witness", told.how.clone(), true),
        }
    }
}
