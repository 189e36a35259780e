//! Puts a story together from the ledger's entries, the recordings and the kept documents.

use std::collections::BTreeMap;

use access::{Asked, Entry, Event, NewVisit, PatientData, Refusal, Who};
use collation::{Plan, PlannedFile};
use ids::{PersonId, SessionId, Timestamp, VisitId};
use recording::{Ending, Indexer, What};

use super::compared::{Planned, differences, direction, seen_of};
use super::{
    FiledReport, GivenCommand, PassedFile, RefusedAsk, SeenPatient, SessionContent, SessionStory,
    Stretch, VisitStory, limits,
};
use crate::Engine;
use crate::evidence::{broken, refused};

impl Engine {
    pub(super) fn tell(
        &self,
        visit: &VisitId,
        sessions: Vec<(SessionId, SessionContent)>,
    ) -> Result<VisitStory, Refusal> {
        let telling = self.gathered(visit, sessions, Span::default())?;
        let mut story = telling.story;
        story.patients = telling.patients.into_values().collect();
        story.patients.sort_by_key(|seen| seen.first);
        let patients = story.patients.len();
        story.commands.sort_by_key(|command| command.at);
        story.refused.sort_by_key(|refused| refused.at);
        let plan = self.standing_of(visit, &mut story)?;
        let seen = seen_of(&story, &telling.transfers);
        story.patients.truncate(limits::MOST_PATIENTS);
        story.left_out.patients = count(patients - story.patients.len());
        story.differences = differences(&plan, &seen, &story);
        story.planned = plan.plan.commands;
        let told = story.differences.len();
        story.differences.truncate(limits::MOST_DIFFERENCES);
        story.left_out.differences = count(told - story.differences.len());
        Ok(story)
    }

    /// What the ledger and the recordings tell of these sessions of a visit, within a span of time.
    pub(super) fn gathered(
        &self,
        visit: &VisitId,
        sessions: Vec<(SessionId, SessionContent)>,
        span: Span,
    ) -> Result<Telling, Refusal> {
        let mut telling = Telling::of(sessions, span);
        self.entries_of(visit, &mut telling)?;
        self.read_recordings(&mut telling);
        Ok(telling)
    }

    /// What the state tells: whether it is over, its reports; and the plan.
    fn standing_of(&self, visit: &VisitId, story: &mut VisitStory) -> Result<Planned, Refusal> {
        let (asked, reports, granted) = {
            let now = self.now();
            let site = self.inner.site();
            let not_found = || refused(access::Reason::NotFound);
            let visit = site.visit(visit).ok_or_else(not_found)?;
            let grant = visit.grant.as_ref().and_then(|grant| site.grant(grant));
            let until = grant.and_then(|grant| site.grant_until(&grant.id));
            let live = site
                .live_sessions()
                .any(|session| session.visit == visit.id);
            let withdrawn = grant.is_some_and(|grant| grant.withdrawn.is_some());
            story.over = !live && (withdrawn || until.is_some_and(|until| until <= now));
            let asked = match site.request(&visit.request).map(|request| &request.asked) {
                Some(Asked::Visit(asked)) => Some(asked.clone()),
                Some(Asked::Extension(_)) | None => None,
            };
            (asked, visit.reports.clone(), grant.is_some())
        };
        let reports = reports.into_iter().map(|(sha256, name, at)| FiledReport {
            sha256,
            at,
            name: self.text_of(&name),
            stated: self.work_report(&sha256),
        });
        story.reports = reports.collect();
        let plan = asked.map(|asked| self.plan_of(&asked)).unwrap_or_default();
        Ok(Planned { plan, granted })
    }

    fn plan_of(&self, asked: &NewVisit) -> Plan {
        let plan = self.blob(&asked.plan).unwrap_or_default();
        let files = asked.files.iter().map(|file| PlannedFile {
            direction: direction(file.direction),
            name: self.text_of(&file.name),
            sha256: file.sha256,
        });
        Plan {
            commands: collation::planned_commands(&plan),
            files: files.collect(),
            patients: asked.patients != PatientData::None,
            privileged: asked.privileged,
        }
    }

    /// Files, attendance and pauses stand in the ledger, also of sessions without content.
    fn entries_of(&self, visit: &VisitId, telling: &mut Telling) -> Result<(), Refusal> {
        let parts = self.inner.visit_parts(visit);
        let parts = parts.iter().filter(|part| !part.looked);
        for (read, part) in parts.enumerate() {
            if read >= limits::MOST_ENTRIES {
                telling.story.left_out.files += 1;
                continue;
            }
            let bytes = self.inner.store.entry(part.index);
            let bytes = bytes.map_err(|cause| broken(&cause))?;
            let value = ledger::canonical::decode(&bytes).map_err(|cause| broken(&cause))?;
            let entry = Entry::from_value(value).map_err(|cause| broken(&cause))?;
            telling.learn(entry, |name| self.text_of(name));
        }
        Ok(())
    }

    fn read_recordings(&self, telling: &mut Telling) {
        let opened: Vec<(usize, SessionId)> = telling
            .story
            .sessions
            .iter()
            .enumerate()
            .filter(|(_, session)| session.content.is_in_a_recording())
            .map(|(at, session)| (at, session.id.clone()))
            .collect();
        for (at, session) in opened {
            let mut indexer = Indexer::new();
            let read = self.inner.read_recording(&session, &mut |header, content| {
                indexer.see(header.at, &content);
            });
            if let Some(told) = telling.story.sessions.get_mut(at) {
                match read {
                    // Whatever the ledger says of the end: its last moments may be missing.
                    Ok(report) if report.ending == Ending::Interrupted => {
                        told.content = SessionContent::Interrupted;
                    }
                    Ok(_) => {}
                    Err(_) => told.content = SessionContent::Unreadable,
                }
            }
            // What was read before an error is sound.
            telling.index(&session, indexer.finish());
        }
    }
}

/// From when until when; without an end, all of it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Span {
    pub(super) from: Option<Timestamp>,
    pub(super) until: Option<Timestamp>,
}

impl Span {
    pub(super) fn holds(self, at: Timestamp) -> bool {
        self.from.is_none_or(|from| from <= at) && self.until.is_none_or(|until| at < until)
    }
}

pub(super) struct Telling {
    pub(super) story: VisitStory,
    span: Span,
    places: BTreeMap<SessionId, usize>,
    /// The commands of `scp`, which its own program gave: each by session and channel.
    transfers: Vec<(SessionId, u32)>,
    /// By their numbers.
    pub(super) patients: BTreeMap<String, SeenPatient>,
}

impl Telling {
    fn of(sessions: Vec<(SessionId, SessionContent)>, span: Span) -> Self {
        let places = sessions.iter().enumerate();
        let places = places.map(|(at, (id, _))| (id.clone(), at)).collect();
        let sessions = sessions.into_iter().map(|(id, content)| SessionStory {
            id,
            attended: Vec::new(),
            paused: Vec::new(),
            content,
        });
        let story = VisitStory {
            over: false,
            sessions: sessions.collect(),
            planned: Vec::new(),
            commands: Vec::new(),
            files: Vec::new(),
            patients: Vec::new(),
            patients_unlisted: 0,
            refused: Vec::new(),
            masked_lines: 0,
            reports: Vec::new(),
            differences: Vec::new(),
            left_out: super::StoryLeftOut::default(),
        };
        Self {
            story,
            span,
            places,
            transfers: Vec::new(),
            patients: BTreeMap::new(),
        }
    }

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "a story tells of a handful of events; the rest stands in the state"
    )]
    fn learn(&mut self, entry: Entry, text_of: impl Fn(&ids::Commitment) -> Option<String>) {
        let at = entry.at;
        match entry.event {
            Event::FileHandedOver {
                session,
                direction,
                name,
                bytes,
                sha256,
                ..
            } => {
                // Of another session of the visit, or of another time.
                if !self.places.contains_key(&session) || !self.span.holds(at) {
                    return;
                }
                if self.story.files.len() >= limits::MOST_FILES {
                    self.story.left_out.files += 1;
                    return;
                }
                self.story.files.push(PassedFile {
                    session,
                    at,
                    direction,
                    path: text_of(&name),
                    bytes,
                    sha256,
                });
            }
            Event::AttendanceBegan {
                session, person, ..
            } => self.begins(&session, Some(person), at, |told| &mut told.attended),
            Event::AttendanceEnded {
                session, person, ..
            } => self.ends(&session, Some(&person), at, |told| &mut told.attended),
            Event::SessionPaused { session, .. } => {
                let by = match entry.by.who {
                    Who::Person(person) => Some(person),
                    _ => None,
                };
                self.begins(&session, by, at, |told| &mut told.paused);
            }
            Event::SessionContinued { session, .. } => {
                self.ends(&session, None, at, |told| &mut told.paused);
            }
            _ => {}
        }
    }

    fn begins(
        &mut self,
        session: &SessionId,
        by: Option<PersonId>,
        from: Timestamp,
        of: impl Fn(&mut SessionStory) -> &mut Vec<Stretch>,
    ) {
        if let Some(told) = self.session(session) {
            let until = None;
            of(told).push(Stretch { by, from, until });
        }
    }

    /// The last stretch that is still open ends: this person's, or anybody's.
    fn ends(
        &mut self,
        session: &SessionId,
        by: Option<&PersonId>,
        until: Timestamp,
        of: impl Fn(&mut SessionStory) -> &mut Vec<Stretch>,
    ) {
        let Some(told) = self.session(session) else {
            return;
        };
        let open = of(told)
            .iter_mut()
            .rev()
            .find(|stretch| stretch.until.is_none() && (by.is_none() || stretch.by.as_ref() == by));
        if let Some(open) = open {
            open.until = Some(until);
        }
    }

    fn session(&mut self, session: &SessionId) -> Option<&mut SessionStory> {
        let at = *self.places.get(session)?;
        self.story.sessions.get_mut(at)
    }

    fn index(&mut self, session: &SessionId, index: recording::Index) {
        let (story, span) = (&mut self.story, self.span);
        let left_out = index.left_out;
        story.left_out.commands += left_out.channels + left_out.terminals + left_out.entries;
        for channel in index.channels {
            story.masked_lines += channel.masked_lines;
            if matches!(channel.what, What::Scp { .. }) {
                self.transfers.push((session.clone(), channel.channel));
            }
            for came in channel.patients {
                if !span.holds(came.at) {
                    continue;
                }
                touched(&mut self.patients, &mut story.patients_unlisted, came);
            }
            for command in channel.commands {
                if !span.holds(command.at) {
                    continue;
                }
                if story.commands.len() >= limits::MOST_COMMANDS {
                    story.left_out.commands += 1;
                    continue;
                }
                story.commands.push(GivenCommand {
                    session: session.clone(),
                    channel: channel.channel,
                    at: command.at,
                    text: command.text,
                });
            }
        }
        for refused in index.refused {
            if !span.holds(refused.at) {
                continue;
            }
            if story.refused.len() >= limits::MOST_REFUSED {
                story.left_out.refused += 1;
                continue;
            }
            story.refused.push(RefusedAsk {
                session: session.clone(),
                at: refused.at,
                what: refused.what,
                reasons: refused.reasons,
            });
        }
    }
}

/// A patient stands once in what a statement tells of them.
fn touched(
    patients: &mut BTreeMap<String, SeenPatient>,
    unlisted: &mut u64,
    recording::PatientsStory { at, patients: came }: recording::PatientsStory,
) {
    *unlisted += u64::from(!came.all);
    for patient in came.patients {
        let seen = patients
            .entry(patient)
            .or_insert_with_key(|patient| SeenPatient {
                patient: patient.clone(),
                first: at,
                last: at,
                statements: 0,
            });
        seen.first = seen.first.min(at);
        seen.last = seen.last.max(at);
        seen.statements += 1;
    }
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
