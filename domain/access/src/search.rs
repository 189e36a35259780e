//! Finding entries of a ledger: a million of them, in memory, by who, where, what and when.
//!
//! Of each entry 24 bytes are kept, and the first eight of each commitment in it. No text lies here:
//! what a word means is looked up when it is asked (names in the state, personal texts in the store),
//! so that what was erased is not found any more. Whoever looks finds what they see (lesson L15).

mod marks;
mod thing;

use std::collections::BTreeMap;

use ids::{Commitment, PersonId, TargetId, Timestamp, VendorId, VisitId};

use crate::caller::Who;
use crate::entry::{Entry, EntryError};
use crate::event::Event;
use crate::site::{Sight, Site};

use marks::{Marks, Seen};
use thing::Thing;

/// The most words of one question; more narrow nothing down.
pub const MOST_WORDS: usize = 8;

/// The entries of a ledger, each as far as it is looked for.
#[derive(Debug, Default)]
pub struct Lines {
    lines: Vec<Line>,
    texts: BTreeMap<[u8; 8], u32>,
}

/// One entry.
#[derive(Debug, Clone, Copy)]
struct Line {
    at: i64,
    /// The number of the person whose doing it was; 0 for nobody's.
    by: u32,
    /// The number of the visit; 0 for none.
    visit: u32,
    thing: Thing,
    /// Its place in [`Event::KINDS`].
    kind: u8,
}

/// What is looked for. Everything that is given must fit.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Words, each of which must be found.
    pub words: Vec<Word>,
    /// Of these kinds; nothing: of all.
    pub kinds: Option<Vec<&'static str>>,
    /// Whose doing it was, or who it is about, or whose visit it belongs to.
    pub person: Option<PersonId>,
    /// Of this vendor.
    pub vendor: Option<VendorId>,
    /// Of this target.
    pub target: Option<TargetId>,
    /// Of this visit.
    pub visit: Option<VisitId>,
    /// From this moment on.
    pub from: Option<Timestamp>,
    /// Before this moment.
    pub until: Option<Timestamp>,
    /// Before the entry with this number.
    pub before: Option<u64>,
    /// So many at most.
    pub most: usize,
}

/// A word, with what only others know of it.
#[derive(Debug, Clone, Default)]
pub struct Word {
    /// As it was typed, in lower case.
    pub text: String,
    /// Kinds of entries in whose sentence it stands.
    pub kinds: Vec<&'static str>,
    /// Personal texts in which it stands, of those that may be opened for whoever asks.
    pub texts: Vec<Commitment>,
}

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// Numbers of entries, the newest first.
    pub entries: Vec<u64>,
    /// Whether there are older ones.
    pub more: bool,
}

impl Lines {
    /// How many entries were read.
    pub fn read(&self) -> u64 {
        u64::try_from(self.lines.len()).unwrap_or(u64::MAX)
    }

    /// Reads the next entry.
    ///
    /// # Errors
    /// If it is none, or there are more than four thousand million.
    pub fn learn(&mut self, bytes: &[u8]) -> Result<(), EntryError> {
        let entry = Entry::from_slice(bytes)?;
        let number = u32::try_from(self.lines.len()).unwrap_or(u32::MAX);
        for commitment in commitments_in(bytes) {
            self.texts.insert(commitment, number);
        }
        let by = match &entry.by.who {
            Who::Person(person) => short(person.number()),
            Who::LocalOperator { .. } | Who::Invitee(_) | Who::Kit | Who::Gateway => 0,
        };
        self.lines.push(Line {
            at: entry.at.as_millis(),
            by,
            visit: entry.event.visit().map_or(0, |visit| short(visit.number())),
            thing: Thing::of(&entry.event),
            kind: kind_of(&entry.event),
        });
        Ok(())
    }

    /// What a reader who sees this much finds.
    pub fn find(&self, site: &Site, sight: &Sight, wanted: &Wanted) -> Found {
        let seen = Seen::of(site, sight, wanted);
        let words = wanted.words.iter().take(MOST_WORDS);
        let words: Vec<Marks> = words.map(|word| self.marks(site, sight, word)).collect();
        let kinds = wanted.kinds.as_ref().map(|kinds| marks::kinds(kinds));
        let from = wanted.from.map_or(i64::MIN, Timestamp::as_millis);
        let until = wanted.until.map_or(i64::MAX, Timestamp::as_millis);
        let person = wanted.person.as_ref().map(|id| short(id.number()));
        let end = wanted
            .before
            .and_then(|before| usize::try_from(before).ok())
            .map_or(self.lines.len(), |before| before.min(self.lines.len()));
        let mut found = Found::default();
        let lines = self.lines.get(..end).unwrap_or_default();
        for (number, line) in lines.iter().enumerate().rev() {
            let fits = line.at >= from
                && line.at < until
                && kinds
                    .as_ref()
                    .is_none_or(|kinds| marks::has(kinds, u32::from(line.kind)))
                && seen.sees(line)
                && person.is_none_or(|person| seen.concerns(line, person))
                && words.iter().all(|word| word.fits(number, line));
            if !fits {
                continue;
            }
            if found.entries.len() >= wanted.most {
                found.more = true;
                break;
            }
            found
                .entries
                .push(u64::try_from(number).unwrap_or(u64::MAX));
        }
        found
    }

    fn marks(&self, site: &Site, sight: &Sight, word: &Word) -> Marks {
        let mut marks = Marks::of(site, sight, word);
        for commitment in &word.texts {
            let [a, b, c, d, e, f, g, h, ..] = *commitment.0.as_bytes();
            let Some(&number) = self.texts.get(&[a, b, c, d, e, f, g, h]) else {
                continue;
            };
            let line = usize::try_from(number)
                .ok()
                .and_then(|number| self.lines.get(number));
            if let Some(line) = line.filter(|line| may_be_known(sight, line)) {
                marks.text_of(number, line);
            }
        }
        marks.settle(site);
        marks
    }
}

/// Whether a text of this entry may tell anything: to a vendor's engineer no name but their own, or what
/// is found would say whether somebody has that name.
fn may_be_known(sight: &Sight, line: &Line) -> bool {
    match (sight, line.thing) {
        (Sight::Own { person, .. }, Thing::Person(number)) if line.visit == 0 => {
            number == short(person.number())
        }
        _ => true,
    }
}

fn kind_of(event: &Event) -> u8 {
    let kind = event.kind();
    let at = Event::KINDS.iter().position(|known| *known == kind);
    at.and_then(|at| u8::try_from(at).ok()).unwrap_or(u8::MAX)
}

fn short(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// The first bytes of every 64-digit string of an entry. Some are other digests: then no personal text
/// has them.
fn commitments_in(bytes: &[u8]) -> impl Iterator<Item = [u8; 8]> + '_ {
    let strings = bytes.split(|byte| *byte == b'"');
    strings
        .filter(|string| string.len() == 64)
        .filter_map(|string| {
            let mut first = [0; 8];
            for (byte, digits) in first.iter_mut().zip(string.chunks_exact(2)) {
                let digits = std::str::from_utf8(digits).ok()?;
                *byte = u8::from_str_radix(digits, 16).ok()?;
            }
            Some(first)
        })
}
