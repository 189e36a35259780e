//! Alerts: the rules of `watch` look at every entry and at every command that is typed, and what they see is entered
//! with what is done at once.
//!
//! Nothing waits for this thread. The ledger is its memory: after a start the entries of the last day are looked at
//! again, and what was told of them is not told twice. What is typed is looked at as it is recorded; of a session
//! that a crash ended, what came after the last look is in its recording alone.

mod follow;
mod lines;
mod shown;

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use access::{AlertAbout, AlertCommand, Command, Entry, Evidence, Reason, RuleAnswer};
use ids::{Commitment, Digest, SessionId, Timestamp};
use login::Identity;
use phrases::{Language, say};
use watch::{Group, Row, Rule, Sighting, Watch};

use crate::{Engine, Inner, gateway_caller, writer};
use shown::{Patients, Shown};

pub(crate) use follow::Follower;
pub(crate) use shown::Alerting;

/// The longest time between two looks at the ledger.
const LOOK: Duration = Duration::from_millis(250);

/// Entries before a start that are looked at again: what windows of an hour and habits need.
const LOOKED_AT_AGAIN: u64 = 20_000;

/// Entries that are read at once.
const A_PAGE: usize = 512;

/// What is older is not told any more when it is looked at again.
const TOLD_WITHIN: Duration = Duration::from_secs(24 * 3600);

/// What could not be entered and waits: one story is one alert, so there are as many as there are persons and visits.
const MOST_WAITING: usize = 4_096;

/// How often it is looked for what should have happened and did not.
const MISSED_EVERY: Duration = Duration::from_secs(60);

/// Failed sign-ins that are entered at once instead of within the hour: as many as the rule of guessing asks for.
const GUESSES: u64 = 30;

/// The shortest time between two such counts: whoever fails without end must not fill the ledger.
const COUNTED_AGAIN: Duration = Duration::from_secs(10 * 60);

/// What could not be entered is tried again after so long.
const TRIED_AGAIN: Duration = Duration::from_secs(1);

/// A sighting, as it is entered.
#[derive(Debug, Clone)]
struct Raise {
    rule: Rule,
    about: AlertAbout,
    evidence: Evidence,
    /// The hardest that may be done about it.
    most: RuleAnswer,
    /// The site was isolated for it, which is not done twice.
    isolated: bool,
}

/// Looks until the engine stops.
pub(crate) fn run(inner: &Arc<Inner>) {
    let engine = Engine {
        inner: Arc::clone(inner),
    };
    let mut looking = Looking::new(inner);
    let mut waiting: Vec<Raise> = Vec::new();
    let mut tried = None;
    let mut counted: Option<Instant> = None;
    while !inner.stopping.load(Ordering::SeqCst) {
        let shown = inner.alerting.wait(LOOK);
        let again = counted.is_none_or(|then| then.elapsed() >= COUNTED_AGAIN);
        if inner.strangers.failed() >= GUESSES && again {
            counted = Some(Instant::now());
            crate::watch::count_strangers(inner);
        }
        let before = waiting.len();
        looking.at_the_ledger(inner, &mut waiting);
        looking.at_sessions(inner, shown, &mut waiting);
        looking.for_what_is_missing(inner, &mut waiting);
        let is_time = tried.is_none_or(|then: Instant| then.elapsed() >= TRIED_AGAIN);
        if waiting.len() > before || is_time {
            // What cannot be entered stops nobody behind it.
            waiting.retain_mut(|raise| !engine.raise_alert(raise));
            waiting.truncate(MOST_WAITING);
            tried = (!waiting.is_empty()).then(Instant::now);
        }
    }
}

struct Looking {
    watch: Watch,
    /// Up to which entry the ledger was looked at.
    read: u64,
    /// What stood in the ledger when this process began.
    before: u64,
    missed: Instant,
}

impl Looking {
    fn new(inner: &Inner) -> Self {
        let before = inner.store.size();
        Self {
            watch: Watch::new(),
            read: before.saturating_sub(LOOKED_AT_AGAIN),
            before,
            missed: Instant::now(),
        }
    }

    /// Looks at what the ledger has beyond what was looked at. The state that goes with an entry is the newest: it knows
    /// everything that the entry did. Of what stood there before this process began people are told at the most, and nothing is
    /// said that depends on how the site was then: whoever was in a session has none any more.
    fn at_the_ledger(&mut self, inner: &Inner, waiting: &mut Vec<Raise>) {
        let now = inner.clock.now();
        while self.read < inner.store.size() {
            // The disk is read without the state, which others wait for.
            let page = match page(inner, self.read) {
                Ok(page) if !page.is_empty() => page,
                Ok(_) => return,
                Err(cause) => {
                    tracing::error!(%cause, "the rules cannot read the ledger");
                    return;
                }
            };
            let site = inner.site();
            for (number, entry) in page {
                self.read = number.saturating_add(1);
                let seen = self.watch.heard(&site, number, &entry);
                let fresh = now < entry.at.plus(TOLD_WITHIN);
                let seen = seen.into_iter().filter(|_| fresh);
                if number < self.before {
                    let certain = seen.filter(|sighting| !needs_its_time(sighting.rule));
                    waiting.extend(certain.map(|sighting| Raise {
                        most: RuleAnswer::Tell,
                        ..raise(sighting)
                    }));
                } else {
                    waiting.extend(seen.map(raise));
                }
            }
        }
    }

    fn at_sessions(
        &mut self,
        inner: &Inner,
        shown: BTreeMap<SessionId, Shown>,
        waiting: &mut Vec<Raise>,
    ) {
        for (session, shown) in shown {
            if shown.lost > 0 {
                tracing::warn!(%session, lost = shown.lost, "a session shows more than the rules can look at; it stands in the recording");
            }
            for (at, line) in &shown.commands {
                self.at_a_row(inner, (&session, *at), Row::Command(line), waiting);
            }
            if let Some((at, rows)) = shown.rows {
                self.at_a_row(inner, (&session, at), Row::Rows(rows), waiting);
            }
            for Patients { at, numbers, all } in &shown.patients {
                let row = Row::Patients { numbers, all: *all };
                self.at_a_row(inner, (&session, *at), row, waiting);
            }
        }
    }

    fn at_a_row(
        &mut self,
        inner: &Inner,
        (session, at): (&SessionId, Timestamp),
        row: Row<'_>,
        waiting: &mut Vec<Raise>,
    ) {
        let site = inner.site();
        let seen = self.watch.read(&site, session, at, row);
        if seen.is_empty() {
            return;
        }
        let begun = site.session(session).map_or(at, |known| known.opened);
        let at_millis = u64::try_from(at.since(begun).as_millis()).unwrap_or(u64::MAX);
        waiting.extend(seen.into_iter().map(|sighting| Raise {
            evidence: Evidence::Recording {
                session: session.clone(),
                at_millis,
            },
            ..raise(sighting)
        }));
    }

    fn for_what_is_missing(&mut self, inner: &Inner, waiting: &mut Vec<Raise>) {
        if self.missed.elapsed() < MISSED_EVERY {
            return;
        }
        self.missed = Instant::now();
        let seen = self.watch.looked(&inner.site(), inner.clock.now());
        waiting.extend(seen.into_iter().map(raise));
    }
}

/// Some entries from `from` on. One that cannot be read is left out: the state could not be folded with it either.
fn page(inner: &Inner, from: u64) -> Result<Vec<(u64, Entry)>, store::ReadError> {
    let mut page = Vec::new();
    let _whole = inner.store.read_from(from, &mut |number, bytes| {
        match Entry::from_slice(bytes) {
            Ok(entry) => page.push((number, entry)),
            Err(cause) => tracing::error!(%cause, number, "the rules cannot read an entry"),
        }
        if page.len() < A_PAGE {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    })?;
    Ok(page)
}

/// As it is entered: where it can be read is an entry, or the session that it is about.
fn raise(sighting: Sighting) -> Raise {
    let evidence = match (sighting.entry, sighting.of.session) {
        (None, Some(session)) => Evidence::Recording {
            session,
            at_millis: 0,
        },
        (entry, _) => Evidence::Entry(entry.unwrap_or_default()),
    };
    Raise {
        rule: sighting.rule,
        about: match sighting.group {
            Group::Visit(visit) => AlertAbout::Visit(visit),
            Group::Person(person) => AlertAbout::Person(person),
            Group::Log(device) => AlertAbout::Log(device),
            Group::Site => AlertAbout::Site,
        },
        evidence,
        most: RuleAnswer::Isolate,
        isolated: false,
    }
}

/// Whether a rule compares an entry with how the site was at that time.
fn needs_its_time(rule: Rule) -> bool {
    let compares = [
        Rule::UnlistedSource,
        Rule::PlanDiffers,
        Rule::DeviceInTwoPlaces,
    ];
    compares.contains(&rule)
}

/// What is done for a rule: what the hospital chose, else what the rule says.
pub fn answer_to(site: &access::Site, rule: Rule) -> RuleAnswer {
    site.rule_answer(rule.id()).unwrap_or(usual_answer(rule))
}

/// What a rule says itself.
pub fn usual_answer(rule: Rule) -> RuleAnswer {
    of_a_rule(rule.about().usual)
}

/// An answer of a rule, as it is entered.
pub fn of_a_rule(answer: watch::Answer) -> RuleAnswer {
    match answer {
        watch::Answer::Tell => RuleAnswer::Tell,
        watch::Answer::Pause => RuleAnswer::Pause,
        watch::Answer::End => RuleAnswer::End,
        watch::Answer::Suspend => RuleAnswer::Suspend,
        watch::Answer::Isolate => RuleAnswer::Isolate,
    }
}

impl Engine {
    /// Enters a sighting and does what is to be done: in memory first. False if it has to be tried again.
    fn raise_alert(&self, raise: &mut Raise) -> bool {
        let inner = &self.inner;
        let answer = {
            let site = inner.site();
            if !site.writes("alert_raised") {
                return true;
            }
            answer_to(&site, raise.rule).min(raise.most)
        };
        // People have lifted what was done for it before it could be entered.
        let lifted = raise.isolated && !inner.live.is_isolated();
        let answer = if lifted { RuleAnswer::Tell } else { answer };
        let nothing = Commitment(Digest([0; 32]));
        let command = |reason| {
            Command::Alerts(AlertCommand::Raise {
                rule: raise.rule.id().to_owned(),
                about: raise.about.clone(),
                evidence: raise.evidence.clone(),
                answer,
                reason,
            })
        };
        let Some((ahead, now)) = self.ahead_of(&Identity::gateway(), &command(nothing)) else {
            // It was told, or is about what is gone.
            return true;
        };
        let words = || {
            say(
                Language::default(),
                &format!("rule-{}", raise.rule.id()),
                &[],
            )
        };
        let reason = match answer {
            RuleAnswer::Tell | RuleAnswer::Pause | RuleAnswer::End => Ok(nothing),
            RuleAnswer::Suspend => self.commit("suspension-reason", &words(), None),
            RuleAnswer::Isolate => {
                if !raise.isolated {
                    self.isolate_here(&words());
                }
                self.commit("isolation-reason", &words(), None)
            }
        };
        // Handed over before it is acted on, as in `take_away`: a session must not be entered as closed before what closed it.
        let entering = reason.map(|reason| {
            inner
                .queue
                .submit(gateway_caller(), command(reason), Vec::new())
        });
        self.act_on(&ahead, now);
        let entered = entering.and_then(|answer| {
            inner
                .answered(answer)
                .unwrap_or_else(|| Err(writer::unavailable()))
        });
        match entered {
            Ok(_) => {
                tracing::warn!(rule = raise.rule.id(), about = ?raise.about, answer = answer.id(), "a rule has seen something");
                true
            }
            Err(refusal) if refusal.reasons == [Reason::LedgerUnavailable] => {
                if answer == RuleAnswer::Suspend && !raise.isolated {
                    self.isolate_here("a suspension could not be entered");
                }
                raise.isolated |= answer >= RuleAnswer::Suspend;
                false
            }
            Err(refusal) => {
                tracing::debug!(%refusal, rule = raise.rule.id(), "what a rule saw is not entered");
                true
            }
        }
    }
}
