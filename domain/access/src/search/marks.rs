//! What of a site fits a question: made once per question, asked once per entry.

use std::collections::BTreeSet;

use super::thing::Thing;
use super::{Line, Wanted, Word, short};
use crate::event::Event;
use crate::site::{Sight, Site, Visit};

/// A set of numbers, by place.
type Set = Vec<bool>;

pub(super) fn has(set: &Set, number: u32) -> bool {
    let at = usize::try_from(number).unwrap_or(usize::MAX);
    set.get(at).copied().unwrap_or(false)
}

fn put(set: &mut Set, number: u32) {
    let Ok(at) = usize::try_from(number) else {
        return;
    };
    if let Some(there) = set.get_mut(at) {
        *there = true;
    }
}

fn room<T>(things: impl Iterator<Item = T>) -> Set {
    vec![false; things.count() + 1]
}

pub(super) fn kinds(wanted: &[&str]) -> Set {
    let kinds = Event::KINDS.iter();
    kinds.map(|kind| wanted.contains(kind)).collect()
}

/// Which entries a reader sees, and which of them are of what they ask for.
pub(super) struct Seen {
    everything: bool,
    /// For a vendor's engineer: themselves.
    own: u32,
    /// Whether a vendor, a target or a visit is asked for: then what is of none is left out.
    narrowed: bool,
    visits: Set,
    vendors: Set,
    targets: Set,
    /// The person of each visit.
    persons: Vec<u32>,
}

impl Seen {
    pub(super) fn of(site: &Site, sight: &Sight, wanted: &Wanted) -> Self {
        let of = |visit: &Visit| {
            site.sees_visit(sight, &visit.id)
                && wanted.visit.as_ref().is_none_or(|id| *id == visit.id)
                && wanted.vendor.as_ref().is_none_or(|id| *id == visit.vendor)
                && wanted.target.as_ref().is_none_or(|id| *id == visit.target)
        };
        let mut visits = room(site.visits());
        let mut persons = vec![0; visits.len()];
        for visit in site.visits() {
            let number = short(visit.id.number());
            if of(visit) {
                put(&mut visits, number);
            }
            let at = usize::try_from(number).ok();
            if let Some(person) = at.and_then(|at| persons.get_mut(at)) {
                *person = short(visit.person.number());
            }
        }
        let mut vendors = room(site.vendors());
        let mut targets = room(site.targets());
        if let Some(vendor) = &wanted.vendor {
            put(&mut vendors, short(vendor.number()));
        }
        if let Some(target) = &wanted.target {
            put(&mut targets, short(target.number()));
        }
        Self {
            everything: *sight == Sight::Everything,
            own: match sight {
                Sight::Everything => 0,
                Sight::Own { person, .. } => short(person.number()),
            },
            narrowed: wanted.visit.is_some() || wanted.vendor.is_some() || wanted.target.is_some(),
            visits,
            vendors,
            targets,
            persons,
        }
    }

    pub(super) fn sees(&self, line: &Line) -> bool {
        if line.visit > 0 {
            return has(&self.visits, line.visit);
        }
        let about_them = line.by == self.own || line.thing == Thing::Person(self.own);
        let own = self.own > 0 && about_them;
        if !(self.everything || own) {
            return false;
        }
        !self.narrowed
            || match line.thing {
                Thing::Vendor(number) => has(&self.vendors, number),
                Thing::Target(number) => has(&self.targets, number),
                Thing::None | Thing::Person(_) | Thing::Session(_) => false,
            }
    }

    /// Whether an entry concerns a person.
    pub(super) fn concerns(&self, line: &Line, person: u32) -> bool {
        let visit = usize::try_from(line.visit).unwrap_or(0);
        line.by == person
            || line.thing == Thing::Person(person)
            || (line.visit > 0 && self.persons.get(visit) == Some(&person))
    }
}

/// What a word means.
pub(super) struct Marks {
    kinds: Set,
    persons: Set,
    vendors: Set,
    targets: Set,
    visits: Set,
    session: Option<u32>,
    /// Entries that are of no visit and have the word in a text.
    lines: BTreeSet<u32>,
}

impl Marks {
    /// What the state knows of a word: names that a reader may know, and numbers.
    pub(super) fn of(site: &Site, sight: &Sight, word: &Word) -> Self {
        let mut vendors = room(site.vendors());
        let mut targets = room(site.targets());
        let mut visits = room(site.visits());
        let within = |name: &str| name.to_lowercase().contains(&word.text);
        for vendor in site.vendors() {
            let seen = match sight {
                Sight::Everything => true,
                Sight::Own { vendor: own, .. } => *own == vendor.id,
            };
            if seen && within(&vendor.name) {
                put(&mut vendors, short(vendor.id.number()));
            }
        }
        for target in site.targets() {
            if site.sees_target(sight, &target.id) && within(&target.name) {
                put(&mut targets, short(target.id.number()));
            }
        }
        if let Some(number) = numbered(&word.text, "visit-") {
            put(&mut visits, number);
        }
        Self {
            kinds: kinds(&word.kinds),
            persons: room(site.persons()),
            vendors,
            targets,
            visits,
            session: numbered(&word.text, "session-"),
            lines: BTreeSet::new(),
        }
    }

    /// The word stands in a text of this entry: a name means the person wherever they appear, a text of
    /// a visit the whole visit.
    pub(super) fn text_of(&mut self, number: u32, line: &Line) {
        if line.visit > 0 {
            put(&mut self.visits, line.visit);
        } else if let Thing::Person(person) = line.thing {
            put(&mut self.persons, person);
        } else {
            self.lines.insert(number);
        }
    }

    /// A visit fits by its vendor, its target and its engineer.
    pub(super) fn settle(&mut self, site: &Site) {
        for visit in site.visits() {
            let fits = has(&self.vendors, short(visit.vendor.number()))
                || has(&self.targets, short(visit.target.number()))
                || has(&self.persons, short(visit.person.number()));
            if fits {
                put(&mut self.visits, short(visit.id.number()));
            }
        }
    }

    pub(super) fn fits(&self, number: usize, line: &Line) -> bool {
        has(&self.kinds, u32::from(line.kind))
            || (line.visit > 0 && has(&self.visits, line.visit))
            || (line.by > 0 && has(&self.persons, line.by))
            || match line.thing {
                Thing::None => false,
                Thing::Vendor(number) => has(&self.vendors, number),
                Thing::Target(number) => has(&self.targets, number),
                Thing::Person(number) => has(&self.persons, number),
                Thing::Session(number) => self.session == Some(number),
            }
            || (!self.lines.is_empty()
                && u32::try_from(number).is_ok_and(|number| self.lines.contains(&number)))
    }
}

/// The number of an id that was typed: `visit-7`, also with the site before it.
fn numbered(text: &str, kind: &str) -> Option<u32> {
    let id = text.rsplit('/').next()?;
    id.strip_prefix(kind)?.parse().ok()
}
