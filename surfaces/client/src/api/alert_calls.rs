//! Alerts, rules, and the inspection of the log.

use wire::api::v1::{
    AlertList, AnswerRule, Chronology, ChronologyProof, CloseIncident, DecoyList, Done, File,
    IncidentList, InspectLog, NoteIncident, RuleList, SetDecoy, SettleAlert, WeekShown, paths,
};

use super::{Api, ApiError};

#[expect(
    clippy::missing_errors_doc,
    reason = "every call fails as `ApiError` says, and none in a way of its own"
)]
impl Api {
    /// The alerts.
    pub async fn alerts(&self) -> Result<AlertList, ApiError> {
        self.get(paths::ALERTS).await
    }

    /// Says what one was.
    pub async fn settle_alert(&self, form: &SettleAlert) -> Result<Done, ApiError> {
        self.post(paths::ALERTS_SETTLED, form).await
    }

    /// What the ledger says since the last inspection, up to an entry or to the newest.
    pub async fn week(&self, until: Option<u64>) -> Result<WeekShown, ApiError> {
        let query = until.map_or_else(String::new, |until| format!("?until={until}"));
        self.get(&format!("{}{query}", paths::INSPECTION)).await
    }

    /// Signs for it.
    pub async fn inspect_log(&self, form: &InspectLog) -> Result<Done, ApiError> {
        self.post(paths::INSPECTION, form).await
    }

    /// The rules, and what is done for each.
    pub async fn rules(&self) -> Result<RuleList, ApiError> {
        self.get(paths::RULES).await
    }

    /// The incidents.
    pub async fn incidents(&self) -> Result<IncidentList, ApiError> {
        self.get(paths::INCIDENTS).await
    }

    /// Begins one.
    pub async fn begin_incident(&self) -> Result<Done, ApiError> {
        self.post(paths::INCIDENTS, &Done {}).await
    }

    /// The chronology of one.
    pub async fn chronology(&self, incident: u64) -> Result<Chronology, ApiError> {
        let path = paths::INCIDENT_CHRONOLOGY;
        self.get(&format!("{path}?incident={incident}")).await
    }

    /// What proves it.
    pub async fn chronology_proof(&self, incident: u64) -> Result<ChronologyProof, ApiError> {
        let path = paths::INCIDENT_PROOF;
        self.get(&format!("{path}?incident={incident}")).await
    }

    /// The photo of a note.
    pub async fn incident_photo(&self, incident: u64, note: u32) -> Result<File, ApiError> {
        let path = paths::INCIDENT_PHOTO;
        self.get(&format!("{path}?incident={incident}&note={note}"))
            .await
    }

    /// Writes into a chronology.
    pub async fn note_incident(&self, form: &NoteIncident) -> Result<Done, ApiError> {
        self.post(paths::INCIDENT_NOTES, form).await
    }

    /// Closes one.
    pub async fn close_incident(&self, form: &CloseIncident) -> Result<Done, ApiError> {
        self.post(paths::INCIDENTS_CLOSED, form).await
    }

    /// The decoys.
    pub async fn decoys(&self) -> Result<DecoyList, ApiError> {
        self.get(paths::DECOYS).await
    }

    /// Makes something a decoy, or no decoy any more.
    pub async fn set_decoy(&self, form: &SetDecoy) -> Result<Done, ApiError> {
        self.put(paths::DECOYS, form).await
    }

    /// Chooses what is done for one.
    pub async fn answer_rule(&self, form: &AnswerRule) -> Result<Done, ApiError> {
        self.put(paths::RULES, form).await
    }
}
