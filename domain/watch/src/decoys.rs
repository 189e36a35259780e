//! Decoys: what no honest visit uses.

use std::net::IpAddr;

use access::{Entry, Event, Site};
use ids::PersonId;

use crate::attempts::address;
use crate::rule::Rule;
use crate::watch::{Concerned, Found};

/// Whether a decoy was touched: reached for and refused, asked for as a visit, or entered.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "nothing else touches a decoy"
)]
pub(crate) fn touched(site: &Site, entry: &Entry, found: &mut Vec<Found>) {
    let of = match &entry.event {
        Event::DecoyTouched {
            person,
            device,
            source,
            ..
        } => {
            let source = address(*source);
            Concerned {
                person: person.clone().or_else(|| alone_at(site, source?)),
                device: device.clone(),
                source,
                ..Concerned::default()
            }
        }
        Event::VisitRequested {
            visit,
            person,
            device,
            asked,
            ..
        } if site.is_decoy_target(&asked.target) => Concerned {
            visit: Some(visit.clone()),
            person: Some(person.clone()),
            device: Some(device.clone()),
            target: Some(asked.target.clone()),
            ..Concerned::default()
        },
        Event::SessionOpened {
            session, target, ..
        } if site.is_decoy_target(target) => Concerned::of_session(site, session),
        _ => return,
    };
    let rule = Rule::DecoyTouched;
    found.push(Found { rule, of, count: 1 });
}

/// The one person who is in a session from this address: who tries a stolen name beside it is the same.
fn alone_at(site: &Site, source: IpAddr) -> Option<PersonId> {
    let mut there = site
        .live_sessions()
        .filter(|session| session.source == source)
        .map(|session| &session.person);
    let first = there.next()?;
    there.all(|person| person == first).then(|| first.clone())
}
