//! Sessions: whether the one that is open is the one that was approved, and where its device is.

use std::net::IpAddr;
use std::time::Duration;

use access::{EndReason, Entry, Event, Site, Source};
use ids::{DeviceId, PersonId, SessionId, Timestamp};

use crate::bounded::Bounded;
use crate::rule::Rule;
use crate::watch::{Concerned, Found};

/// Within so short a time nobody carries a computer to another place.
const NOBODY_MOVES: Duration = Duration::from_secs(10 * 60);
/// Devices whose place is remembered: those of every person, once.
const MOST_DEVICES: usize = 5_000;

/// What is remembered of sessions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Sessions {
    devices: Bounded<DeviceId, Option<(IpAddr, Timestamp)>, MOST_DEVICES>,
}

impl Sessions {
    pub(crate) fn opened(&mut self, site: &Site, entry: &Entry, found: &mut Vec<Found>) {
        let Event::SessionOpened {
            session,
            visit,
            grant,
            person,
            device,
            target,
            protocol,
            address,
            source,
            ..
        } = &entry.event
        else {
            return;
        };
        let of = Concerned::of_session(site, session);
        let approved = site.grant(grant).is_some_and(|grant| {
            let terms = &grant.terms;
            let pinned = (terms.address.ip, terms.address.port);
            grant.visit == *visit
                && terms.person == *person
                && terms.device == *device
                && terms.target == *target
                && terms.protocol == *protocol
                && pinned == (address.ip(), address.port())
        });
        let theirs = site
            .device(device)
            .is_some_and(|device| device.person == *person);
        if !(approved && theirs) {
            let rule = Rule::PlanDiffers;
            let of = of.clone();
            found.push(Found { rule, of, count: 1 });
        }
        self.seen(site, (person, device, *source), entry.at, of, found);
    }

    pub(crate) fn signed_in(&mut self, site: &Site, entry: &Entry, found: &mut Vec<Found>) {
        if let Event::SignedIn {
            person,
            device: Some(device),
            source: Source::Address(source),
            ..
        } = &entry.event
        {
            let of = Concerned {
                person: Some(person.clone()),
                device: Some(device.clone()),
                source: Some(*source),
                ..Concerned::default()
            };
            self.seen(site, (person, device, *source), entry.at, of, found);
        }
    }

    /// A device is here; was it elsewhere a moment ago, or is it there still?
    fn seen(
        &mut self,
        site: &Site,
        (person, device, here): (&PersonId, &DeviceId, IpAddr),
        at: Timestamp,
        of: Concerned,
        found: &mut Vec<Found>,
    ) {
        let before = self.devices.touch(device.clone()).replace((here, at));
        let elsewhere = |there| !is_same_place(site, person, here, there);
        let a_moment_ago =
            before.is_some_and(|(there, then)| at.since(then) <= NOBODY_MOVES && elsewhere(there));
        let there_still = || {
            let mut open = site.live_sessions();
            open.any(|session| session.device == *device && elsewhere(session.source))
        };
        if a_moment_ago || there_still() {
            let rule = Rule::DeviceInTwoPlaces;
            found.push(Found { rule, of, count: 2 });
        }
    }

    /// A session is to end, or is closed.
    #[expect(
        clippy::unused_self,
        reason = "it is one of the sessions' rules, and remembers nothing"
    )]
    pub(crate) fn ended(
        &self,
        site: &Site,
        session: &SessionId,
        reason: &EndReason,
        found: &mut Vec<Found>,
    ) {
        if *reason == EndReason::TargetKeyDiffers {
            let rule = Rule::TargetDiffers;
            let of = Concerned::of_session(site, session);
            found.push(Found { rule, of, count: 1 });
        }
    }

    pub(crate) fn remembered(&self) -> usize {
        self.devices.len()
    }
}

/// Whether two addresses are one place: in one network of the firm's list, in one small network, or of two families, as a
/// computer has that speaks both.
fn is_same_place(site: &Site, person: &PersonId, one: IpAddr, other: IpAddr) -> bool {
    let (one, other) = (one.to_canonical(), other.to_canonical());
    let near = match (one, other) {
        (IpAddr::V4(one), IpAddr::V4(other)) => one.to_bits() >> 8 == other.to_bits() >> 8,
        (IpAddr::V6(one), IpAddr::V6(other)) => one.to_bits() >> 80 == other.to_bits() >> 80,
        (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => true,
    };
    let vendor = match site.person(person).map(|person| &person.employer) {
        Some(access::Employer::Vendor(vendor)) => site.vendor(vendor),
        Some(access::Employer::Hospital | access::Employer::Custodian) | None => None,
    };
    let mut nets = vendor.into_iter().flat_map(|vendor| vendor.sources.iter());
    near || nets.any(|prefix| prefix.net.contains(&one) && prefix.net.contains(&other))
}
