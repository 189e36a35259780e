//! Volumes: how much is read and how much leaves, beside the plan, the terms and what this person took before.

use std::collections::{BTreeSet, VecDeque};

use access::{
    Asked, EndReason, Entry, Event, Handover, KindOfWork, NewVisit, PatientData, Protocol, Reason,
    Site, USUAL_BYTES_OUT, Who,
};
use ids::{PersonId, SessionId, VisitId};

use crate::bounded::Bounded;
use crate::rule::Rule;
use crate::watch::{Concerned, Found};

/// Rows in one visit that nobody looks at one by one.
const MANY_ROWS: u64 = 20_000;
/// Files in one visit: more than the daily logs of a quarter.
const MANY_FILES: u64 = 100;
/// Patients in one visit. A fault concerns some; a ward has fifty.
const MANY_PATIENTS: usize = 100;
/// Visits after which somebody has a habit.
const A_HABIT: usize = 3;
/// How often more than the largest visit so far.
const TIMES_THE_HABIT: u64 = 4;
/// Less than that is nobody's loss: an afternoon in a shell sends more.
const WORTH_TELLING: u64 = 64 << 20;

/// Visits that are followed: more than go on at the same time.
const MOST_VISITS: usize = 512;
/// Persons whose habit is remembered, and of each the last visits.
const MOST_PERSONS: usize = 5_000;
const MOST_OF_A_PERSON: usize = 12;

/// What is remembered of volumes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Volumes {
    visits: Bounded<VisitId, Volume, MOST_VISITS>,
    persons: Bounded<PersonId, VecDeque<(VisitId, u64)>, MOST_PERSONS>,
}

/// What came out in a visit so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Volume {
    rows: u64,
    files: u64,
    /// Bytes of those files, and bytes that its closed sessions took out. A file of SSH is in both.
    file_bytes: u64,
    bytes: u64,
    /// Patients, by a digest of their number: who they are is nothing to remember here.
    patients: BTreeSet<u64>,
}

impl Volumes {
    /// A file passed.
    pub(crate) fn file(&mut self, site: &Site, entry: &Entry, found: &mut Vec<Found>) {
        let Event::FileHandedOver {
            session,
            visit,
            direction: Handover::Out,
            bytes,
            ..
        } = &entry.event
        else {
            return;
        };
        let volume = self.visits.touch(visit.clone());
        volume.files = volume.files.saturating_add(1);
        volume.file_bytes = volume.file_bytes.saturating_add(*bytes);
        let files = volume.files;
        if files >= MANY_FILES && !extracts(site, visit) {
            let rule = Rule::ManyFilesOut;
            let of = Concerned::of_session(site, session);
            found.push(Found {
                rule,
                of,
                count: files,
            });
        }
        self.compare(site, session, visit, found);
    }

    /// A session is closed: what it took is known.
    pub(crate) fn closed(&mut self, site: &Site, entry: &Entry, found: &mut Vec<Found>) {
        let Event::SessionClosed {
            session,
            visit,
            reason,
            received,
            data_out,
            ..
        } = &entry.event
        else {
            return;
        };
        if *reason == EndReason::DataUsedUp {
            let rule = Rule::VolumeBeyondTerms;
            let of = Concerned::of_session(site, session);
            found.push(Found {
                rule,
                of,
                count: *data_out,
            });
        }
        let known = site.session(session);
        let target = known.and_then(|known| site.target(&known.target));
        let out = match target.map(|target| target.protocol) {
            Some(Protocol::Tcp | Protocol::Ssh | Protocol::Telnet) => *received,
            Some(Protocol::Postgres | Protocol::Mysql | Protocol::Http) => *data_out,
            // Pixels: how many there are says nothing.
            Some(Protocol::Vnc | Protocol::Rdp) | None => 0,
        };
        let volume = self.visits.touch(visit.clone());
        volume.bytes = volume.bytes.saturating_add(out);
        self.compare(site, session, visit, found);
    }

    /// Something was refused because the terms are used up.
    #[expect(
        clippy::unused_self,
        reason = "it is one of the volumes' rules, and remembers nothing"
    )]
    pub(crate) fn refused(&self, entry: &Entry, found: &mut Vec<Found>) {
        let Event::CommandRefused {
            caller,
            reasons,
            visit,
            times,
            ..
        } = &entry.event
        else {
            return;
        };
        if let Who::Person(person) = &caller.who
            && reasons.contains(&Reason::DataUsedUp)
        {
            let of = Concerned {
                visit: visit.clone(),
                person: Some(person.clone()),
                device: caller.device.clone(),
                ..Concerned::default()
            };
            let rule = Rule::VolumeBeyondTerms;
            found.push(Found {
                rule,
                of,
                count: u64::from(*times),
            });
        }
    }

    /// What left in this visit, beside the person's visits before it.
    fn compare(
        &mut self,
        site: &Site,
        session: &SessionId,
        visit: &VisitId,
        found: &mut Vec<Found>,
    ) {
        let volume = self.visits.touch(visit.clone());
        let out = volume.bytes.max(volume.file_bytes);
        let of = Concerned::of_session(site, session);
        let Some(person) = of.person.clone() else {
            return;
        };
        let visits = self.persons.touch(person);
        match visits.iter_mut().find(|(known, _)| known == visit) {
            Some((_, bytes)) => *bytes = out,
            None => {
                if visits.len() >= MOST_OF_A_PERSON {
                    visits.pop_front();
                }
                visits.push_back((visit.clone(), out));
            }
        }
        let others = visits.iter().filter(|(known, _)| known != visit);
        let most = others.clone().map(|(_, bytes)| *bytes).max().unwrap_or(0);
        let usual = if others.count() < A_HABIT {
            USUAL_BYTES_OUT
        } else {
            most.saturating_mul(TIMES_THE_HABIT).max(WORTH_TELLING)
        };
        if out > usual.max(most) {
            let rule = Rule::VolumeBeyondHabit;
            found.push(Found {
                rule,
                of,
                count: out,
            });
        }
    }

    /// Rows came out.
    pub(crate) fn rows(
        &mut self,
        site: &Site,
        session: &SessionId,
        rows: u64,
        found: &mut Vec<Found>,
    ) {
        let of = Concerned::of_session(site, session);
        let Some(visit) = of.visit.clone() else {
            return;
        };
        let volume = self.visits.touch(visit.clone());
        volume.rows = volume.rows.saturating_add(rows);
        let rows = volume.rows;
        if rows >= MANY_ROWS && !extracts(site, &visit) {
            let rule = Rule::BulkRead;
            found.push(Found {
                rule,
                of,
                count: rows,
            });
        }
    }

    /// Patients came out.
    pub(crate) fn patients(
        &mut self,
        site: &Site,
        session: &SessionId,
        (numbers, all): (&[String], bool),
        found: &mut Vec<Found>,
    ) {
        let of = Concerned::of_session(site, session);
        let Some(visit) = of.visit.clone() else {
            return;
        };
        if asked(site, &visit).is_some_and(|asked| asked.patients == PatientData::None) {
            let rule = Rule::PatientsUndeclared;
            let of = of.clone();
            found.push(Found { rule, of, count: 1 });
        }
        let seen = &mut self.visits.touch(visit.clone()).patients;
        for number in numbers {
            if seen.len() < MANY_PATIENTS {
                seen.insert(digest(number));
            }
        }
        let many = seen.len();
        if (many >= MANY_PATIENTS || !all) && !extracts(site, &visit) {
            let rule = Rule::ManyPatients;
            let count = u64::try_from(many).unwrap_or(u64::MAX);
            found.push(Found { rule, of, count });
        }
    }

    pub(crate) fn remembered(&self) -> usize {
        let visits = self.visits.iter();
        let patients: usize = visits.map(|(_, volume)| volume.patients.len()).sum();
        let persons = self.persons.iter();
        let habits: usize = persons.map(|(_, visits)| visits.len()).sum();
        self.visits.len() + patients + habits
    }
}

fn asked<'a>(site: &'a Site, visit: &VisitId) -> Option<&'a NewVisit> {
    let visit = site.visit(visit)?;
    match &site.request(&visit.request)?.asked {
        Asked::Visit(asked) => Some(asked),
        Asked::Extension(_) => None,
    }
}

/// Whether much data is what the visit was approved for.
fn extracts(site: &Site, visit: &VisitId) -> bool {
    asked(site, visit).is_some_and(|asked| asked.kind == KindOfWork::DataExtraction)
}

/// FNV-1a, 64 bits. It tells numbers apart so that they can be counted, and hides nothing.
fn digest(number: &str) -> u64 {
    number.bytes().fold(0xcbf2_9ce4_8422_2325, |digest, byte| {
        (digest ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
