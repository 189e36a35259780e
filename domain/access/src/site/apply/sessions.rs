//! Folding sessions: what passes in them, who attends them, their ends and the reports after them.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "the function is handed its own events by the one exhaustive match above"
)]

use super::*;

impl Folding<'_> {
    /// A person answered for a file that waited.
    fn answered(
        &self,
        site: &mut Site,
        visit: &VisitId,
        file: u32,
        released: bool,
    ) -> Result<(), ApplyError> {
        let (by, at) = (self.person()?, self.at);
        let of = the!(self, site.visits, visit);
        let held = of.held.get_mut(&file).ok_or_else(|| ApplyError::Missing {
            kind: self.kind,
            missing: format!("{visit} file {file}"),
        })?;
        held.answer = Some(FileAnswer { released, by, at });
        Ok(())
    }

    pub(super) fn session(&self, site: &mut Site, event: &Event) -> Result<(), ApplyError> {
        match event {
            Event::SessionOpened {
                session,
                visit,
                grant,
                person,
                device,
                target,
                source,
                ..
            } => {
                next!(site.sessions, session);
                let used = the!(self, site.grants, grant);
                used.opened = used.opened.saturating_add(1);
                let attended = used.terms.attended;
                the!(self, site.visits, visit)
                    .sessions
                    .push(session.clone());
                let opened = Session {
                    id: session.clone(),
                    visit: visit.clone(),
                    grant: grant.clone(),
                    person: person.clone(),
                    device: device.clone(),
                    target: target.clone(),
                    source: *source,
                    opened: self.at,
                    channels: 0,
                    attended,
                    attendants: BTreeSet::new(),
                    unattended: (self.at, false),
                    paused: None,
                    told: Vec::new(),
                    ended: None,
                    closed: None,
                };
                site.sessions.insert(session.clone(), opened);
                site.live.insert(session.clone());
            }
            Event::ChannelOpened { session, .. } => {
                let opened = &mut the!(self, site.sessions, session).channels;
                *opened = opened.saturating_add(1);
            }
            Event::FileHandedOver {
                visit,
                direction,
                bytes,
                ..
            } => {
                let of = the!(self, site.visits, visit);
                let passed = match direction {
                    Handover::In => &mut of.files_in,
                    Handover::Out => &mut of.files_out,
                };
                *passed = passed.saturating_add(*bytes);
                of.files = of.files.saturating_add(1);
            }
            Event::FileJudged {
                session,
                visit,
                file,
                direction,
                name,
                bytes,
                sha256,
                look,
            } => {
                let of = the!(self, site.visits, visit);
                of.judged = *file;
                if look.found_something() {
                    of.infected.get_or_insert(self.at);
                }
                if look.verdict == FileVerdict::Held {
                    let held = HeldFile {
                        session: session.clone(),
                        at: self.at,
                        direction: *direction,
                        name: *name,
                        bytes: *bytes,
                        sha256: *sha256,
                        look: look.clone(),
                        answer: None,
                    };
                    of.held.insert(*file, held);
                }
            }
            Event::FileReleased { visit, file } => self.answered(site, visit, *file, true)?,
            Event::FileRefused { visit, file } => self.answered(site, visit, *file, false)?,
            Event::DeletionConfirmed { visit } => {
                let by = self.person()?;
                the!(self, site.visits, visit).deletions.push((by, self.at));
            }
            Event::AttendanceBegan {
                session, person, ..
            } => {
                let attended = the!(self, site.sessions, session);
                attended.attendants.insert(person.clone());
            }
            Event::AttendanceEnded {
                session, person, ..
            } => {
                the!(self, site.sessions, session).left_by(person, self.at);
            }
            Event::SessionPaused { session, .. } => {
                the!(self, site.sessions, session).paused = Some(self.at);
            }
            Event::SessionContinued { session, .. } => {
                the!(self, site.sessions, session).paused = None;
            }
            Event::EngineerTold { session, .. } => {
                let told = &mut the!(self, site.sessions, session).told;
                let over = (told.len() + 1).saturating_sub(limits::MOST_WORDS);
                told.drain(..over);
                told.push(self.at);
            }
            Event::SessionEnded {
                session, reason, ..
            } => {
                the!(self, site.sessions, session)
                    .ended
                    .get_or_insert(reason.clone());
            }
            Event::SessionClosed {
                session,
                visit,
                reason,
                sent,
                received,
                data_out,
            } => {
                let closed = the!(self, site.sessions, session);
                closed.ended = Some(reason.clone());
                closed.closed = Some((self.at, *sent, *received));
                site.live.remove(session);
                let of = the!(self, site.visits, visit);
                of.bytes = of.bytes.saturating_add(*sent).saturating_add(*received);
                of.data_out = of.data_out.saturating_add(*data_out);
            }
            Event::ReportFiled {
                visit,
                report,
                name,
            } => {
                the!(self, site.visits, visit)
                    .reports
                    .push((*report, *name, self.at));
            }
            Event::VisitReviewed {
                visit,
                verdict,
                report,
                note,
            } => {
                let by = self.person()?;
                let of = the!(self, site.visits, visit);
                of.reviews.push(Review {
                    by,
                    at: self.at,
                    verdict: *verdict,
                    report: *report,
                    note: *note,
                    of_reports: of.reports.len(),
                    of_sessions: of.sessions.len(),
                });
            }
            Event::SignedOut { person, of } => {
                let opened_with_it = |device: &DeviceId| match of {
                    None => true,
                    Some(SignInOf::Device(one)) => device == one,
                    Some(SignInOf::NoDevice) => false,
                };
                site.end_sessions(&EndReason::SignedOut, |s| {
                    s.person == *person && opened_with_it(&s.device)
                });
                site.end_attendance(person, self.at);
            }
            _ => {}
        }
        Ok(())
    }
}
