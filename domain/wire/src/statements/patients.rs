//! Patients whose numbers come out with a statement, where the hospital named the columns that hold them.

use std::collections::BTreeSet;

use super::Told;

/// The most patients that are listed of one statement: whoever carries out more than these carries out a
/// register, and that it is more is said.
pub const MOST_PATIENTS: usize = 10_000;
/// The longest number of a patient, in bytes.
pub const MAX_PATIENT: usize = 64;
/// Patients that are told at a time: what tells of them fits a note of a recording.
pub const MOST_AT_ONCE: usize = 150;

/// Patients that came out with a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patients {
    /// The statement's number.
    pub number: u64,
    /// Those that had not come out with it before, in the order of its rows.
    pub patients: Vec<String>,
    /// False where others came out, too, who cannot be listed: there were too many, rows of a table of patients
    /// did not say whose they are, or they came in a form that is not read. Said once of a statement.
    pub all: bool,
}

/// What came out with one statement so far.
#[derive(Debug, Default)]
pub(crate) struct Touched {
    seen: BTreeSet<String>,
    fresh: Vec<String>,
    unclear: bool,
    unclear_told: bool,
}

impl Touched {
    /// A patient's number came out.
    pub(crate) fn add(&mut self, patient: &str) {
        let patient = patient.trim();
        if patient.is_empty() {
            return;
        }
        if patient.len() > MAX_PATIENT || patient.chars().any(char::is_control) {
            self.unclear();
        } else if !self.seen.contains(patient) {
            if self.seen.len() < MOST_PATIENTS {
                self.seen.insert(patient.to_owned());
                self.fresh.push(patient.to_owned());
            } else {
                self.unclear();
            }
        }
    }

    /// Something came out of which it is not known whose it is.
    pub(crate) fn unclear(&mut self) {
        self.unclear = true;
    }

    /// Tells what was not told yet.
    pub(crate) fn tell(&mut self, number: u64, told: &mut Vec<Told>) {
        let fresh = std::mem::take(&mut self.fresh);
        let says_unclear = self.unclear && !std::mem::replace(&mut self.unclear_told, self.unclear);
        for patients in fresh.chunks(MOST_AT_ONCE) {
            told.push(Told::Patients(Patients {
                number,
                patients: patients.to_vec(),
                all: true,
            }));
        }
        if says_unclear {
            told.push(Told::Patients(Patients {
                number,
                patients: Vec::new(),
                all: false,
            }));
        }
    }
}
