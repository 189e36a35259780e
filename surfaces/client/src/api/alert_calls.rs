//! Alerts, rules, and the inspection of the log.

use wire::api::v1::{
    AgreePolicy, AlertList, AnswerRule, Chronology, ChronologyProof, CloseIncident, DecoyList,
    Done, File, IncidentList, InspectLog, NoteIncident, PreparationShown, ResponseShown, RuleList,
    SetContact, SetDecoy, SettleAlert, TakeStep, TryContact, WeekShown, paths,
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

    /// What an incident asks of people.
    pub async fn incident_steps(&self, incident: u64) -> Result<ResponseShown, ApiError> {
        let path = paths::INCIDENT_STEPS;
        self.get(&format!("{path}?incident={incident}")).await
    }

    /// Takes a step.
    pub async fn step_incident(&self, form: &TakeStep) -> Result<Done, ApiError> {
        self.post(paths::INCIDENT_STEPS, form).await
    }

    /// What is prepared for incidents.
    pub async fn preparation(&self) -> Result<PreparationShown, ApiError> {
        self.get(paths::PREPARATION).await
    }

    /// Agrees on a matter.
    pub async fn agree_policy(&self, form: &AgreePolicy) -> Result<Done, ApiError> {
        self.post(paths::PREPARATION_POLICIES, form).await
    }

    /// Adds somebody to call, or changes who stands under a number.
    pub async fn set_contact(&self, form: &SetContact) -> Result<Done, ApiError> {
        self.post(paths::PREPARATION_CONTACTS, form).await
    }

    /// Says that somebody was called.
    pub async fn try_contact(&self, form: &TryContact) -> Result<Done, ApiError> {
        self.post(paths::PREPARATION_TRIED, form).await
    }

    /// The photo of a note.
    pub async fn incident_photo(&self, incident: u64, note: u32) -> Result<File, ApiError> {
        let path = paths::INCIDENT_PHOTO;
        self.get(&format!("{path}?incident={incident}&note={note}"))
            .await
    }

    /// What was kept as evidence with a step.
    pub async fn incident_evidence(&self, incident: u64, step: u32) -> Result<File, ApiError> {
        let path = paths::INCIDENT_PHOTO;
        self.get(&format!("{path}?incident={incident}&step={step}"))
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
