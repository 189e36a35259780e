//! What may be read of notifications.

use ids::{PersonId, RequestId, Timestamp};

use super::{About, Delivery, MailServer, NoticeTerms, Way, Ways, Webhook};
use crate::limits;
use crate::site::{Person, Site};

impl Site {
    /// Minutes after which an unanswered request is refused. A site that tells nobody anything waits
    /// until the window is over.
    pub fn answer_within(&self) -> Option<u16> {
        let set = self.notices.terms.map(|terms| terms.answer_within);
        let tells = self.notices.mail.is_some() || !self.notices.webhooks.is_empty();
        set.or(tells.then_some(limits::ANSWER_WITHIN_MINUTES))
    }

    /// When a request was refused because nobody had answered.
    pub fn refused_unanswered(&self, request: &RequestId) -> Option<Timestamp> {
        self.notices.unanswered.get(request).copied()
    }

    /// Through which server mail leaves.
    pub fn mail_server(&self) -> Option<&MailServer> {
        self.notices.mail.as_ref()
    }

    /// The site's webhooks, by name.
    pub fn webhooks(&self) -> impl Iterator<Item = &Webhook> {
        self.notices.webhooks.values()
    }

    /// One webhook.
    pub fn webhook(&self, name: &str) -> Option<&Webhook> {
        self.notices.webhooks.get(name)
    }

    /// What holds for all messages, if it was set.
    pub fn notice_terms(&self) -> Option<NoticeTerms> {
        self.notices.terms
    }

    /// How a person is told, if that was set.
    pub fn ways_of(&self, person: &PersonId) -> Option<&Ways> {
        self.notices.ways.get(person)
    }

    /// Number of the latest sealed secret of a mail server or webhook.
    pub fn notice_secrets(&self) -> u64 {
        self.notices.secrets
    }

    /// The latest deliveries, oldest first.
    pub fn deliveries(&self) -> &[Delivery] {
        &self.notices.deliveries
    }

    /// Whether a person was told of this and has not opened it yet.
    pub fn unseen(&self, about: &About, person: &PersonId) -> bool {
        let mut told = self.notices.deliveries.iter();
        told.any(|told| {
            told.about == *about
                && told.tried.person == *person
                && told.seen.is_none()
                && told.tried.arrived()
        })
    }

    /// Whether anybody has said how they are to be told.
    pub fn tells_anybody(&self) -> bool {
        !self.notices.ways.is_empty()
    }

    /// Whether somebody who can answer requests can be told of one.
    pub fn somebody_can_be_told(&self) -> bool {
        let mut persons = self.persons.values();
        persons.any(|person| person.approves() && self.reachable(person))
    }

    /// Whether a person stands, and one of their ways exists.
    pub fn reachable(&self, person: &Person) -> bool {
        let usable = |way: &Way| match way {
            Way::Mail { .. } => self.notices.mail.is_some(),
            Way::Webhook { name } => self.notices.webhooks.contains_key(name),
        };
        let ways = self.notices.ways.get(&person.id);
        self.in_standing(person) && ways.is_some_and(|ways| ways.ways.iter().any(usable))
    }

    /// Whether a person does not want to be told now.
    pub fn quiet(&self, person: &PersonId, now: Timestamp) -> bool {
        let (weekday, minute) = now.weekday_and_minute_jst();
        let ways = self.notices.ways.get(person);
        ways.is_some_and(|ways| {
            let mut slots = ways.quiet.iter();
            slots.any(|slot| slot.weekday == weekday && (slot.from..slot.to).contains(&minute))
        })
    }
}
