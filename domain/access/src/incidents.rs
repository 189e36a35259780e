//! Incidents (事案) and their chronology (経時活動記録): what people saw and did, in the order in which it happened.
//!
//! An incident begins by itself with the first alert or isolation, or when somebody says so; what stands in the ledger from then on
//! belongs to it without anybody writing it down. What people write is added, and a correction is added too: nothing is replaced.

use std::collections::BTreeMap;

use ids::{Commitment, Digest, Timestamp};
use serde::{Deserialize, Serialize};

use crate::caller::Who;
use crate::limits;
use crate::response::{NewStep, TakenStep};
use crate::site::Site;

/// With what an incident began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum IncidentCause {
    /// An alert, by its number.
    Alert(u64),
    /// The site was isolated.
    Isolation,
    /// Somebody of the hospital began it.
    Person,
}

/// How somebody knows what they note.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum NoteSource {
    /// They saw or did it.
    Own,
    /// Somebody told them.
    Told,
    /// It stands on a paper form.
    Paper {
        /// The form's number.
        form: u32,
        /// The line on it.
        line: u16,
    },
    /// Another system showed it.
    System,
}

/// How certain it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// It is so.
    Certain,
    /// It is likely so.
    Probable,
    /// Nobody knows yet.
    Unclear,
}

/// What somebody writes into a chronology.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewNote {
    /// When it happened.
    pub happened: Timestamp,
    /// What.
    pub said: Commitment,
    /// SHA-256 of a photo, kept before this is entered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub photo: Option<Digest>,
    /// How they know.
    pub source: NoteSource,
    /// How certain it is.
    pub confidence: Confidence,
    /// The note that this one corrects, by its number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corrects: Option<u32>,
}

/// A note of a chronology.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IncidentNote {
    /// When it was entered.
    pub at: Timestamp,
    /// By whom.
    pub by: Who,
    /// Its place in the ledger.
    pub entry: u64,
    /// What it says.
    pub note: NewNote,
}

/// How an incident was closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IncidentClosed {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: Who,
    /// The end of what belongs to it, in the ledger.
    pub until: u64,
    /// What it was; none where the alert with which it began was found to be ordinary work, and nobody had noted anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<Commitment>,
}

/// An incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Incident {
    /// Its number at the site, from 1.
    pub number: u64,
    /// When it began.
    pub since: Timestamp,
    /// With what.
    pub cause: IncidentCause,
    /// Who began it.
    pub by: Who,
    /// Its first entry in the ledger.
    pub from: u64,
    /// What people noted, in the order in which they did.
    pub notes: Vec<IncidentNote>,
    /// What people did beside that, in the order in which it was entered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<TakenStep>,
    /// Whether it is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed: Option<IncidentClosed>,
}

impl Incident {
    /// Whether this line of a paper form was typed in.
    pub(crate) fn has_paper(&self, source: NoteSource) -> bool {
        let paper = matches!(source, NoteSource::Paper { .. });
        paper && self.notes.iter().any(|known| known.note.source == source)
    }
}

/// What is asked of incidents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IncidentCommand {
    /// Begin one.
    Begin,
    /// Write something into its chronology.
    Note {
        /// Into which.
        incident: u64,
        /// What.
        note: NewNote,
    },
    /// Do something that the incident asks for.
    Step {
        /// Of which.
        incident: u64,
        /// What.
        step: NewStep,
    },
    /// Close one.
    Close {
        /// Which.
        incident: u64,
        /// What it was.
        said: Commitment,
    },
}

/// The incidents of a site.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Incidents {
    /// How many there were.
    pub(crate) begun: u64,
    /// By their numbers: the open one, and the latest of the others.
    pub(crate) kept: BTreeMap<u64, Incident>,
}

impl Incidents {
    pub(crate) fn is_empty(&self) -> bool {
        self == &Self::default()
    }

    pub(crate) fn open(&self) -> Option<&Incident> {
        self.kept.values().find(|one| one.closed.is_none())
    }

    /// Closed ones are forgotten when there are many; the ledger has them.
    pub(crate) fn forget_old(&mut self) {
        if self.kept.len() <= limits::INCIDENTS_KEPT {
            return;
        }
        let mut over = self.kept.values().filter(|one| one.closed.is_some());
        if let Some(oldest) = over.next().map(|one| one.number) {
            self.kept.remove(&oldest);
        }
    }
}

impl Site {
    /// The incidents that are kept, the first one first: the open one, and the latest of the others.
    pub fn incidents(&self) -> impl DoubleEndedIterator<Item = &Incident> {
        self.incidents.kept.values()
    }

    /// One incident.
    pub fn incident(&self, number: u64) -> Option<&Incident> {
        self.incidents.kept.get(&number)
    }

    /// The incident that is open.
    pub fn open_incident(&self) -> Option<&Incident> {
        self.incidents.open()
    }
}
