//! How far somebody or something reached (影響範囲): every session of a person, a device, a vendor, a target, a secret or a time,
//! and what was done in it, from the ledger and the recordings themselves.
//!
//! It is asked in an incident: "this computer was infected; what did it touch?" What cannot be told is counted, never left unsaid.

use std::collections::BTreeMap;
use std::net::IpAddr;

use access::{Employer, Reason, Refusal, SecretWeakness, Session, Site, Who};
use ids::{DeviceId, PersonId, SessionId, TargetId, Timestamp, VendorId, VisitId};
use login::Identity;
use watch::commands;

use super::tell::Span;
use super::{
    GivenCommand, PassedFile, RefusedAsk, SeenPatient, SessionContent, StoryLeftOut, limits,
};
use crate::evidence::refused;
use crate::{Engine, writer};

/// Whose reach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReachOf {
    /// A person's.
    Person(PersonId),
    /// A device's.
    Device(DeviceId),
    /// A vendor's.
    Vendor(VendorId),
    /// A target's.
    Target(TargetId),
    /// That of the secret with which the gateway signs in at a target: since it was set.
    Secret(TargetId),
    /// Everybody's, within a time.
    Everybody,
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReachAsked {
    /// Whose.
    pub of: ReachOf,
    /// From this moment on.
    pub from: Option<Timestamp>,
    /// Before this moment.
    pub until: Option<Timestamp>,
}

/// A session that belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReachedSession {
    /// Which.
    pub id: SessionId,
    /// Of which visit.
    pub visit: VisitId,
    /// Who.
    pub person: PersonId,
    /// Of which vendor.
    pub vendor: VendorId,
    /// On which device.
    pub device: DeviceId,
    /// Where to.
    pub target: TargetId,
    /// From where.
    pub source: IpAddr,
    /// When it was opened.
    pub opened: Timestamp,
    /// When it was closed, and the bytes sent and received.
    pub closed: Option<(Timestamp, u64, u64)>,
    /// Whether it can be told what was done in it.
    pub content: SessionContent,
}

/// A way on from a target to another machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Onward {
    /// In which session.
    pub session: SessionId,
    /// When.
    pub at: Timestamp,
    /// Where to, as it was typed; nothing where the command names no machine.
    pub to: Vec<String>,
    /// The command.
    pub command: String,
}

/// How far it reached.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reach {
    /// Sessions, in order of time.
    pub sessions: Vec<ReachedSession>,
    /// Commands, in order of time.
    pub commands: Vec<GivenCommand>,
    /// Files that passed, in order of time.
    pub files: Vec<PassedFile>,
    /// Patients whose numbers came out of databases, in the order in which they first did.
    pub patients: Vec<SeenPatient>,
    /// Statements with which others came out, too, who cannot be listed.
    pub patients_unlisted: u64,
    /// Ways on to other machines, in order of time.
    pub onward: Vec<Onward>,
    /// What was asked for and refused, in order of time.
    pub refused: Vec<RefusedAsk>,
    /// Lines of input that are masked for good.
    pub masked_lines: u64,
    /// Of a secret: other targets at which a shared one was found, so that it may be this one.
    pub shared: Vec<TargetId>,
    /// Sessions beyond those that are told.
    pub sessions_left_out: u64,
    /// What else is missing because it is too much.
    pub left_out: StoryLeftOut,
}

/// Sessions that one answer tells.
const MOST_SESSIONS: usize = 1_000;

/// Visits with their sessions.
type Found = BTreeMap<VisitId, Vec<SessionId>>;

impl Engine {
    /// How far somebody or something reached. Every recording that is opened for it is entered as viewed first.
    ///
    /// # Errors
    /// If the caller is not of the hospital, there is no such thing, or it cannot be entered that recordings are looked at.
    pub async fn reach(&self, by: &Identity, asked: ReachAsked) -> Result<Reach, Refusal> {
        if let Some(reason) = self.may_ask_reach(by)? {
            return Err(self.refuse(by, "view_reach", vec![reason]).await);
        }
        let turn = self.inner.stories.acquire().await;
        let _turn = turn.map_err(|_| writer::unavailable())?;
        let (found, span, mut reach) = self.sessions_of(&asked)?;
        let mut told = Vec::new();
        let mut recordings = 0;
        // The newest first: what is left out lies furthest back.
        for (visit, wanted) in found.into_iter().rev() {
            let mut sessions = self.contents_of(&visit);
            sessions.retain(|(session, _)| wanted.contains(session));
            for (_, content) in &mut sessions {
                if content.is_in_a_recording() {
                    recordings += 1;
                    if recordings > limits::MOST_RECORDINGS {
                        *content = SessionContent::LeftOut;
                    }
                }
            }
            told.push((visit, sessions));
        }
        told.reverse();
        let opened: Vec<&SessionId> = told
            .iter()
            .flat_map(|(_, sessions)| sessions)
            .filter(|(_, content)| content.is_in_a_recording())
            .map(|(session, _)| session)
            .collect();
        self.opened(by, opened, "reach").await?;
        let engine = self.clone();
        let read = tokio::task::spawn_blocking(move || {
            let mut patients = BTreeMap::new();
            for (visit, sessions) in told {
                engine.reached(&visit, sessions, span, &mut reach, &mut patients)?;
            }
            reach.finish(patients);
            Ok(reach)
        });
        read.await.unwrap_or_else(|_| Err(writer::unavailable()))
    }

    /// Why the caller may not ask, if so.
    fn may_ask_reach(&self, by: &Identity) -> Result<Option<Reason>, Refusal> {
        let site = self.inner.site();
        site.sight(by.caller(), self.now())?;
        let me = match &by.caller().who {
            Who::Person(me) => site.person(me),
            Who::LocalOperator { .. } | Who::Invitee(_) | Who::Kit | Who::Gateway => None,
        };
        Ok(match me.map(|me| &me.employer) {
            None => Some(Reason::PersonNeeded),
            Some(Employer::Hospital) => None,
            Some(Employer::Custodian | Employer::Vendor(_)) => Some(Reason::NotOfTheHospital),
        })
    }

    /// The sessions that are asked for, and the time within which.
    fn sessions_of(&self, asked: &ReachAsked) -> Result<(Found, Span, Reach), Refusal> {
        let site = self.inner.site();
        let mut span = Span {
            from: asked.from,
            until: asked.until,
        };
        let mut reach = Reach::default();
        if !exists(&site, &asked.of) {
            return Err(refused(Reason::NotFound));
        }
        if let ReachOf::Secret(target) = &asked.of {
            let since = of_its_secret(&site, target, &mut reach.shared);
            span.from = span.from.max(since);
        }
        let now = self.now();
        let wanted = |session: &&Session| {
            let ended = session.closed.map_or(now, |(at, _, _)| at);
            is_of(&site, session, &asked.of)
                && span.until.is_none_or(|until| session.opened < until)
                && span.from.is_none_or(|from| ended >= from)
        };
        let mut sessions: Vec<&Session> = site.sessions().filter(wanted).collect();
        sessions.sort_by_key(|session| session.opened);
        let more = sessions.len().saturating_sub(MOST_SESSIONS);
        reach.sessions_left_out = u64::try_from(more).unwrap_or(u64::MAX);
        let mut found = Found::new();
        for session in sessions.into_iter().skip(more) {
            let of = found.entry(session.visit.clone()).or_default();
            of.push(session.id.clone());
        }
        Ok((found, span, reach))
    }

    fn reached(
        &self,
        visit: &VisitId,
        sessions: Vec<(SessionId, SessionContent)>,
        span: Span,
        reach: &mut Reach,
        patients: &mut BTreeMap<String, SeenPatient>,
    ) -> Result<(), Refusal> {
        let telling = self.gathered(visit, sessions, span)?;
        let story = telling.story;
        for told in story.sessions {
            let site = self.inner.site();
            let Some(session) = site.session(&told.id) else {
                continue;
            };
            let Some(visit) = site.visit(&session.visit) else {
                continue;
            };
            reach.sessions.push(ReachedSession {
                id: told.id,
                visit: session.visit.clone(),
                person: session.person.clone(),
                vendor: visit.vendor.clone(),
                device: session.device.clone(),
                target: session.target.clone(),
                source: session.source,
                opened: session.opened,
                closed: session.closed,
                content: told.content,
            });
        }
        for seen in telling.patients.into_values() {
            let known = patients.entry(seen.patient.clone());
            let known = known.or_insert_with(|| SeenPatient {
                statements: 0,
                ..seen.clone()
            });
            known.first = known.first.min(seen.first);
            known.last = known.last.max(seen.last);
            known.statements = known.statements.saturating_add(seen.statements);
        }
        reach.patients_unlisted += story.patients_unlisted;
        reach.masked_lines += story.masked_lines;
        let left_out = &mut reach.left_out;
        left_out.commands += story.left_out.commands;
        left_out.files += story.left_out.files;
        left_out.refused += story.left_out.refused;
        reach
            .onward
            .extend(story.commands.iter().filter_map(onward));
        reach.commands.extend(story.commands);
        reach.files.extend(story.files);
        reach.refused.extend(story.refused);
        Ok(())
    }
}

impl Reach {
    /// In order of time, and no more than one answer tells.
    fn finish(&mut self, patients: BTreeMap<String, SeenPatient>) {
        self.patients = patients.into_values().collect();
        self.sessions.sort_by_key(|session| session.opened);
        self.commands.sort_by_key(|command| command.at);
        self.files.sort_by_key(|file| file.at);
        self.patients.sort_by_key(|patient| patient.first);
        self.onward.sort_by_key(|onward| onward.at);
        self.refused.sort_by_key(|refused| refused.at);
        let left_out = &mut self.left_out;
        left_out.commands += cut(&mut self.commands, limits::MOST_COMMANDS);
        left_out.files += cut(&mut self.files, limits::MOST_FILES);
        left_out.patients += cut(&mut self.patients, limits::MOST_PATIENTS);
        left_out.refused += cut(&mut self.refused, limits::MOST_REFUSED);
        left_out.commands += cut(&mut self.onward, limits::MOST_COMMANDS);
    }
}

/// How many of the last ones had to go.
fn cut<T>(list: &mut Vec<T>, most: usize) -> u64 {
    let more = list.len().saturating_sub(most);
    list.truncate(most);
    u64::try_from(more).unwrap_or(u64::MAX)
}

fn onward(command: &GivenCommand) -> Option<Onward> {
    let signs = commands::signs(&command.text);
    let leads = [commands::Sign::SecondHop, commands::Sign::Sweep];
    signs
        .iter()
        .any(|sign| leads.contains(sign))
        .then(|| Onward {
            session: command.session.clone(),
            at: command.at,
            to: commands::machines(&command.text),
            command: command.text.clone(),
        })
}

fn exists(site: &Site, of: &ReachOf) -> bool {
    match of {
        ReachOf::Person(id) => site.person(id).is_some(),
        ReachOf::Device(id) => site.device(id).is_some(),
        ReachOf::Vendor(id) => site.vendor(id).is_some(),
        ReachOf::Target(id) | ReachOf::Secret(id) => site.target(id).is_some(),
        ReachOf::Everybody => true,
    }
}

fn is_of(site: &Site, session: &Session, of: &ReachOf) -> bool {
    match of {
        ReachOf::Person(id) => session.person == *id,
        ReachOf::Device(id) => session.device == *id,
        ReachOf::Vendor(id) => site
            .visit(&session.visit)
            .is_some_and(|visit| visit.vendor == *id),
        ReachOf::Target(id) | ReachOf::Secret(id) => session.target == *id,
        ReachOf::Everybody => true,
    }
}

/// Since when the target's secrets are what they are: the oldest of them counts. And where else a shared one was found.
fn of_its_secret(site: &Site, target: &TargetId, others: &mut Vec<TargetId>) -> Option<Timestamp> {
    let shared =
        |standing: &access::SecretStanding| standing.weak.contains(&SecretWeakness::Shared);
    let known = site.target(target)?;
    if known.accounts().any(|account| shared(account.standing)) {
        let all = site.targets().filter(|other| other.id != *target);
        let sharing = all.filter(|other| other.accounts().any(|account| shared(account.standing)));
        others.extend(sharing.map(|other| other.id.clone()));
    }
    let since = known.accounts();
    let since = since.filter_map(|account| account.standing.settings.last());
    since.map(|setting| setting.at).min()
}
