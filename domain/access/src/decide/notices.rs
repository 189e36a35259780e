//! Notifications: what is set by whom, and what the gateway enters about them.

use ids::PersonId;

use super::asking::{Asking, Reasons, asker, too_many};
use super::targets::name_possible;
use super::{Decided, Outcome};
use crate::event::Event;
use crate::limits;
use crate::notices::{
    About, MailServer, NoticeNote, NoticeTerms, SetNotices, Tried, Way, Ways, Webhook,
};
use crate::reason::{Reason, Refusal};
use crate::site::Person;
use crate::terms::{Employer, Slot};

impl Asking<'_> {
    pub(super) fn set_notices(&self, set: SetNotices) -> Result<Decided, Refusal> {
        let mut why = Reasons::default();
        let event = match set {
            SetNotices::Mail(server) => self.mail_server(server, &mut why),
            SetNotices::Webhook(webhook) => self.webhook(webhook, &mut why),
            SetNotices::RemoveWebhook { name } => self.webhook_removed(name, &mut why),
            SetNotices::Terms(terms) => self.notice_terms(terms, &mut why),
            SetNotices::Ways { person, ways } => self.ways(person, ways, &mut why),
        };
        why.settle()?;
        Decided::one(event, Outcome::Done)
    }

    fn mail_server(&self, server: Option<MailServer>, why: &mut Reasons) -> Event {
        self.keeper(why);
        if let Some(server) = &server {
            self.dialled_possible(&format!("{}:{}", server.host, server.port), why);
            why.text(&server.host, limits::LONGEST_HOST);
            why.text(&server.from, limits::LONGEST_HOST);
            why.unless(server.from.contains('@'), Reason::NameNotPossible);
            if let Some(user) = &server.user {
                why.text(user, limits::LONGEST_HOST);
            }
            // A password belongs to an account, and is the one in force or the next.
            why.unless(
                server.user.is_some() == server.secret.is_some(),
                Reason::SecretMissing,
            );
            let held = self.site.notices.mail.as_ref();
            let held = held.and_then(|held| held.secret);
            let known = server.secret.is_none() || server.secret == held;
            why.unless(
                known || server.secret == Some(self.next_secret()),
                Reason::SecretMissing,
            );
        }
        why.unless(
            server.is_some() || self.site.notices.mail.is_some(),
            Reason::AlreadySo,
        );
        Event::MailServerSet { server }
    }

    fn next_secret(&self) -> u64 {
        self.site.notices.secrets.saturating_add(1)
    }

    fn webhook(&self, webhook: Webhook, why: &mut Reasons) -> Event {
        self.keeper(why);
        why.unless(name_possible(&webhook.name), Reason::NameNotPossible);
        self.dialled_possible(&webhook.address, why);
        why.text(&webhook.address, limits::LONGEST_HOST);
        let known = &self.site.notices.webhooks;
        let new = usize::from(!known.contains_key(&webhook.name));
        why.limit(known.len() + new, limits::MOST_WEBHOOKS, "webhooks");
        why.unless(webhook.secret == self.next_secret(), Reason::SecretMissing);
        Event::WebhookSet { webhook }
    }

    fn webhook_removed(&self, name: String, why: &mut Reasons) -> Event {
        self.keeper(why);
        let known = self.site.notices.webhooks.contains_key(&name);
        why.unless(known, Reason::NotFound);
        Event::WebhookRemoved { name }
    }

    fn notice_terms(&self, terms: NoticeTerms, why: &mut Reasons) -> Event {
        self.keeper(why);
        let possible = limits::SHORTEST_ANSWER_MINUTES..=limits::LONGEST_ANSWER_MINUTES;
        let most = usize::from(limits::LONGEST_ANSWER_MINUTES);
        why.unless(
            possible.contains(&terms.answer_within),
            too_many("minutes", most),
        );
        why.unless(self.site.notices.terms != Some(terms), Reason::AlreadySo);
        Event::NoticeTermsSet { terms }
    }

    /// One's own, or somebody's for whom one keeps the site: an approver's by another approver alone, so
    /// that nobody else can keep an approver from hearing of a request.
    fn ways(&self, person: PersonId, ways: Ways, why: &mut Reasons) -> Event {
        let found = self.site.persons.get(&person);
        if asker(self.caller) == Some(&person) {
            self.person(why);
        } else {
            match found {
                Some(found) if found.approves() => self.approver(why),
                _ => self.keeper(why),
            };
        }
        if let Some(found) = why.need(found, Reason::NotFound) {
            why.unless(found.erased.is_none(), Reason::PersonSuspended);
            self.ways_possible(found, &ways, why);
        }
        Event::WaysSet { person, ways }
    }

    fn ways_possible(&self, person: &Person, ways: &Ways, why: &mut Reasons) {
        why.limit(ways.ways.len(), limits::MOST_WAYS, "ways");
        why.limit(ways.quiet.len(), limits::MOST_SLOTS, "slots");
        let possible = |slot: &Slot| slot.weekday < 7 && slot.from < slot.to && slot.to <= 24 * 60;
        why.unless(ways.quiet.iter().all(possible), Reason::WindowNotPossible);
        for way in &ways.ways {
            if let Way::Webhook { name } = way {
                // A webhook is a room of the hospital's: what is told there is not for a vendor.
                let outside = matches!(person.employer, Employer::Vendor(_));
                why.unless(!outside, Reason::NotOfTheHospital);
                let known = self.site.notices.webhooks.contains_key(name);
                why.unless(known, Reason::NotFound);
            }
        }
    }

    pub(super) fn notice_noted(&self, note: NoticeNote, why: &mut Reasons) -> Option<Event> {
        match note {
            NoticeNote::Unanswered { request } => {
                let late = self.site.unanswered(self.now).contains(&request);
                why.unless(late, Reason::AlreadyDecided);
                let found = why.need(self.site.requests.get(&request), Reason::NotFound)?;
                let visit = found.visit.clone();
                Some(Event::RequestUnanswered { request, visit })
            }
            NoticeNote::Delivered { about, told } => {
                why.limit(told.len(), limits::MOST_TOLD_AT_ONCE, "persons");
                if let About::Finding(id) = &about {
                    why.text(id, limits::LONGEST_NAME);
                }
                let known = |tried: &Tried| self.site.persons.contains_key(&tried.person);
                why.unless(told.iter().all(known), Reason::NotFound);
                let few = |tried: &Tried| tried.sent.len() <= limits::MOST_WAYS;
                why.unless(told.iter().all(few), too_many("ways", limits::MOST_WAYS));
                Some(Event::NoticeDelivered { about, told })
            }
            NoticeNote::Seen { about, person } => {
                why.unless(self.site.unseen(&about, &person), Reason::AlreadySo);
                Some(Event::NoticeSeen { about, person })
            }
        }
    }
}
