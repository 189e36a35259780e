//! Folding what was set and told.

use ids::Timestamp;

use super::{About, Delivery, Notices, Tried};
use crate::event::Event;
use crate::limits;
use crate::site::{RequestState, Site, Target};

impl Site {
    /// Takes in an entry about notifications.
    pub(crate) fn enter_notice(&mut self, event: &Event, at: Timestamp) {
        #[expect(
            clippy::wildcard_enum_match_arm,
            reason = "it is handed its own events by the one exhaustive match of the fold"
        )]
        match event {
            Event::MailServerSet { server } => {
                let secret = server.as_ref().and_then(|server| server.secret);
                self.notices.sealed(secret.unwrap_or(0));
                self.notices.mail.clone_from(server);
            }
            Event::WebhookSet { webhook } => {
                self.notices.sealed(webhook.secret);
                let name = webhook.name.clone();
                self.notices.webhooks.insert(name, webhook.clone());
            }
            Event::WebhookRemoved { name } => {
                self.notices.webhooks.remove(name);
            }
            Event::NoticeTermsSet { terms } => self.notices.terms = Some(*terms),
            Event::WaysSet { person, ways } => {
                self.notices.ways.insert(person.clone(), ways.clone());
            }
            Event::RequestUnanswered { request, .. } => {
                if let Some(request) = self.requests.get_mut(request) {
                    request.state = RequestState::Refused;
                }
                self.notices.unanswered.insert(request.clone(), at);
            }
            Event::NoticeDelivered { about, told } => {
                for tried in told {
                    self.keep_delivery(about, tried, at);
                }
            }
            Event::NoticeSeen { about, person } => {
                let told = self.notices.deliveries.iter_mut().filter(|told| {
                    told.about == *about && told.tried.person == *person && told.seen.is_none()
                });
                told.for_each(|told| told.seen = Some(at));
            }
            _ => {}
        }
    }

    /// Keeps the latest, and older ones for as long as they could be told again.
    fn keep_delivery(&mut self, about: &About, tried: &Tried, at: Timestamp) {
        let kept = Delivery {
            about: about.clone(),
            at,
            tried: tried.clone(),
            seen: None,
        };
        self.notices.deliveries.push(kept);
        if self.notices.deliveries.len() <= limits::DELIVERIES_KEPT {
            return;
        }
        let deliveries = &self.notices.deliveries;
        let over = deliveries
            .iter()
            .position(|told| !self.goes_on(&told.about, at));
        let full = deliveries.len() > limits::MOST_DELIVERIES;
        if let Some(oldest) = over.or(full.then_some(0)) {
            self.notices.deliveries.remove(oldest);
        }
    }

    /// Whether this could still be told to somebody.
    fn goes_on(&self, about: &About, now: Timestamp) -> bool {
        let fresh = |since: Timestamp| now.since(since) < limits::NEWS_LASTS;
        match about {
            About::Request(request) => self
                .requests
                .get(request)
                .is_some_and(|request| request.waits() && now < request.window.until),
            About::Unanswered(request) => self
                .notices
                .unanswered
                .get(request)
                .is_some_and(|at| fresh(*at)),
            About::Emergency { request, .. } => self.debts.contains_key(request),
            About::SessionBegan(session) => {
                let session = self.sessions.get(session);
                session.is_some_and(|session| session.closed.is_none())
            }
            About::SessionEnded(session) => {
                let closed = self
                    .sessions
                    .get(session)
                    .and_then(|session| session.closed);
                closed.is_some_and(|(at, ..)| fresh(at))
            }
            About::ReportOverdue(visit) => {
                let visit = self.visits.get(visit);
                visit.is_some_and(|visit| self.report_overdue(visit, now).is_some())
            }
            About::FileWaits { visit, file } => {
                let visit = self.visits.get(visit);
                let first = visit.and_then(|visit| self.file_waits(visit, now));
                first.is_some_and(|(first, _)| first == *file)
            }
            About::FileInfected(visit) => {
                let visit = self.visits.get(visit);
                visit.is_some_and(|visit| visit.reviewed().is_none())
            }
            About::Question { visit, review } => {
                let visit = self.visits.get(visit);
                let asked = visit.and_then(crate::site::Visit::question);
                asked.is_some_and(|(asked, _)| asked == *review)
            }
            About::Isolated { since } => {
                let isolation = self.isolation.as_ref();
                isolation.is_some_and(|isolation| isolation.since == *since)
            }
            About::Alert(number) => {
                let alert = self.alerts.kept.get(number);
                alert.is_some_and(|alert| alert.settled.is_none())
            }
            About::InspectionDue { since, .. } => self.inspection_due() == Some(*since),
            About::DeviceWaits(device) => {
                let device = self.devices.get(device);
                device.is_some_and(|device| device.confirmed.is_none())
            }
            About::RiskEnds { target, until } | About::RiskEnded { target, until } => {
                let risk = self.targets.get(target).and_then(Target::accepted_risk);
                risk.is_some_and(|risk| risk.ends() == *until)
            }
            About::Finding(_) | About::Test => false,
        }
    }
}

impl Notices {
    fn sealed(&mut self, number: u64) {
        self.secrets = self.secrets.max(number);
    }
}
