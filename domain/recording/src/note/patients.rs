//! Patients whose numbers came out with a statement (シQ-23 of the guideline's questions and answers).

use serde::{Deserialize, Serialize};

use super::shorten;

/// The most patients in one note; of more there are several notes.
pub const MOST_PATIENTS: usize = 150;
/// The longest number of a patient, in bytes.
pub const MAX_PATIENT: usize = 64;

/// Patients who came out with a statement, noted before the rows passed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PatientsNote {
    /// The channel.
    pub channel: u32,
    /// The statement's number in the session.
    pub number: u64,
    /// Their numbers as the database has them, each once for the statement, in the order of its rows.
    pub patients: Vec<String>,
    /// False: others came out, too, who cannot be listed. They were too many, or rows of a table of patients
    /// did not say whose they are.
    pub all: bool,
}

impl PatientsNote {
    pub(super) fn cut(&mut self) {
        if self.patients.len() > MOST_PATIENTS {
            self.patients.truncate(MOST_PATIENTS);
            self.all = false;
        }
        for patient in &mut self.patients {
            shorten(patient, MAX_PATIENT);
        }
    }
}
