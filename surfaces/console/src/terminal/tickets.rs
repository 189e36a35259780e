//! Tickets: what a page shows in its first message, so that a line is opened by a page of ours that was
//! just loaded by this very sign-in, and by nothing that knows only an address (lesson L36).

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use ids::Timestamp;
use wire::terminal::TICKET;

use super::{Key, digest};

/// How long a ticket is good: from its being asked for to the first message on a new connection.
const LASTS: Duration = Duration::from_secs(30);

/// Tickets that are out at once for one sign-in and visit: a page that tries again and again.
const MOST_OF_ONE: usize = 8;

/// Tickets that are out at once.
const MOST: usize = 1024;

/// A ticket, for the page that asked.
pub(crate) type Ticket = [u8; TICKET];

/// Those that are out. They are gone with the process: nobody has to remember a used one.
#[derive(Default)]
pub(crate) struct Tickets(Mutex<HashMap<[u8; 32], Out>>);

struct Out {
    whose: Key,
    until: Timestamp,
}

impl Tickets {
    /// A fresh one. `None` if there is no randomness, or too many are out.
    pub(crate) fn issue(&self, whose: &Key, now: Timestamp) -> Option<Ticket> {
        let mut ticket = Ticket::default();
        getrandom::fill(&mut ticket).ok()?;
        let mut out = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        out.retain(|_, one| now <= one.until);
        let own = out.values().filter(|one| one.whose == *whose).count();
        if own >= MOST_OF_ONE || out.len() >= MOST {
            return None;
        }
        let until = now.plus(LASTS);
        let whose = whose.clone();
        out.insert(digest(&ticket), Out { whose, until });
        Some(ticket)
    }

    /// Takes a ticket in: true once, for whom it was issued, in its time. One that somebody else shows
    /// is gone too.
    pub(crate) fn take(&self, ticket: &Ticket, whose: &Key, now: Timestamp) -> bool {
        let mut out = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = out.remove(&digest(ticket));
        taken.is_some_and(|one| one.whose == *whose && now <= one.until)
    }
}

#[cfg(test)]
mod tests {
    use ids::VisitId;
    use wire::Secret;

    use super::*;

    fn key(number: u64, token: &str) -> Key {
        let site = "handa".parse().unwrap();
        Key::of(&VisitId::new(&site, number), &Secret::from(token))
    }

    #[test]
    fn l36_a_ticket_is_good_once_for_its_own_sign_in_and_visit_and_not_for_long() {
        let tickets = Tickets::default();
        let now: Timestamp = "2026-11-24T10:00:00+09:00".parse().unwrap();
        let own = key(1, "a");
        let issue = || tickets.issue(&own, now).unwrap();
        let ticket = issue();
        assert!(tickets.take(&ticket, &own, now));
        assert!(!tickets.take(&ticket, &own, now));
        for other in [key(2, "a"), key(1, "b")] {
            let ticket = issue();
            assert!(!tickets.take(&ticket, &other, now));
            assert!(!tickets.take(&ticket, &own, now), "shown by another");
        }
        let late = now.plus(LASTS + Duration::from_secs(1));
        assert!(!tickets.take(&issue(), &own, late));
        assert!(!tickets.take(&[0; TICKET], &own, now));
    }

    #[test]
    fn l24_a_page_that_asks_for_tickets_without_end_gets_no_more_until_they_lapse() {
        let tickets = Tickets::default();
        let now: Timestamp = "2026-11-24T10:00:00+09:00".parse().unwrap();
        let own = key(1, "a");
        for _ in 0..MOST_OF_ONE {
            assert!(tickets.issue(&own, now).is_some());
        }
        assert!(tickets.issue(&own, now).is_none());
        assert!(tickets.issue(&key(2, "a"), now).is_some());
        let late = now.plus(LASTS + Duration::from_secs(1));
        assert!(tickets.issue(&own, late).is_some());
    }
}
