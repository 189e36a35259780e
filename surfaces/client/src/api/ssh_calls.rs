//! The calls for SSH targets and databases, attendance, playback and relays; see `wire::api::v1`.

use ids::{SessionId, TargetId};
use wire::api::v1::{
    self, Done, Introduction, OutsideCheck, OutsideSeen, RecordingIndex, Relay, RelayShown,
    RemoveRelay, SetReportDue, SshHostKey, TargetSecretSet, paths,
};

use super::lines::LineStream;
use super::{Api, ApiError};

/// What every call's errors are.
type Answer<T> = Result<T, ApiError>;

#[expect(
    clippy::missing_errors_doc,
    reason = "every call fails as `ApiError` says, and none in a way of its own"
)]
impl Api {
    /// Puts a target's secret into the vault.
    pub async fn set_target_secret(
        &self,
        id: &TargetId,
        form: &v1::SetTargetSecret,
    ) -> Answer<TargetSecretSet> {
        self.post(&paths::with_number(paths::TARGET_SECRET, id.number()), form)
            .await
    }

    /// Pins another host key to an SSH target.
    pub async fn pin_host_key(&self, id: &TargetId, form: &v1::PinHostKey) -> Answer<Done> {
        self.post(
            &paths::with_number(paths::TARGET_HOST_KEY, id.number()),
            form,
        )
        .await
    }

    /// Pins another server key to a database, or none with the risk accepted.
    pub async fn pin_database_server(
        &self,
        id: &TargetId,
        form: &v1::PinDatabaseServer,
    ) -> Answer<Done> {
        self.post(&paths::with_number(paths::TARGET_SERVER, id.number()), form)
            .await
    }

    /// Names the columns of a database that hold the numbers of patients.
    pub async fn name_patient_columns(
        &self,
        id: &TargetId,
        form: &v1::NamePatientColumns,
    ) -> Answer<Done> {
        let path = paths::with_number(paths::TARGET_PATIENTS, id.number());
        self.put(&path, form).await
    }

    /// Chooses how the password of a target's account is replaced there.
    pub async fn set_rotation_way(
        &self,
        id: &TargetId,
        form: &v1::SetRotationWay,
    ) -> Result<Done, ApiError> {
        let path = paths::with_number(paths::TARGET_ROTATION_WAY, id.number());
        self.put(&path, form).await
    }

    /// Chooses whether each visit gets an account of its own at a target.
    pub async fn set_visit_accounts(
        &self,
        id: &TargetId,
        form: &v1::SetVisitAccounts,
    ) -> Answer<Done> {
        let path = paths::with_number(paths::TARGET_VISIT_ACCOUNTS, id.number());
        self.put(&path, form).await
    }

    /// Asks a database server which key it shows.
    pub async fn ask_server_key(&self, form: &v1::AskServerKey) -> Answer<v1::ServerKey> {
        self.post(paths::SERVER_KEY, form).await
    }

    /// Replaces when, how long, by whom and with how many approvals a target may be visited.
    pub async fn change_target_terms(&self, id: &TargetId, form: &v1::TargetTerms) -> Answer<Done> {
        self.put(&paths::with_number(paths::TARGET_TERMS, id.number()), form)
            .await
    }

    /// The host key that the gateway shows to SSH clients.
    pub async fn ssh_host_key(&self) -> Answer<SshHostKey> {
        self.get(paths::SSH_HOST_KEY).await
    }

    /// Pauses a session: nothing passes.
    pub async fn pause_session(&self, id: &SessionId) -> Answer<Done> {
        self.post(
            &paths::with_number(paths::SESSION_PAUSE, id.number()),
            &Done {},
        )
        .await
    }

    /// Lets a paused session go on.
    pub async fn continue_session(&self, id: &SessionId) -> Answer<Done> {
        self.post(
            &paths::with_number(paths::SESSION_CONTINUE, id.number()),
            &Done {},
        )
        .await
    }

    /// Attends a session until the stream is dropped; its lines are [`v1::Seen`].
    pub async fn attend(&self, id: &SessionId) -> Answer<LineStream> {
        self.watch_lines(&paths::with_number(paths::SESSION_ATTEND, id.number()))
            .await
    }

    /// What happened in a recorded session. Looking is an entry.
    pub async fn recording_index(&self, id: &SessionId) -> Answer<RecordingIndex> {
        self.get(&paths::with_number(paths::RECORDING_INDEX, id.number()))
            .await
    }

    /// Plays a recording; its lines are [`v1::Played`]. Looking is an entry.
    pub async fn play_recording(&self, id: &SessionId) -> Answer<LineStream> {
        self.get_lines(&paths::with_number(paths::RECORDING_PLAY, id.number()))
            .await
    }

    /// One channel of a recording as an asciicast v2. Exporting is an entry.
    pub async fn recording_cast(&self, id: &SessionId, channel: u32) -> Answer<Vec<u8>> {
        let path = paths::with_number(paths::RECORDING_CAST, id.number());
        self.get_bytes(&format!("{path}?channel={channel}")).await
    }

    /// What a relay's operator needs to admit this site.
    pub async fn introduction(&self) -> Answer<Introduction> {
        self.get(paths::RELAY_INTRODUCTION).await
    }

    /// The relays through which the site is reached.
    pub async fn relays(&self) -> Answer<Vec<RelayShown>> {
        self.get(paths::RELAYS).await
    }

    /// Registers a relay.
    pub async fn add_relay(&self, form: &Relay) -> Answer<Done> {
        self.post(paths::RELAYS, form).await
    }

    /// Takes a relay away.
    pub async fn remove_relay(&self, name: &str) -> Answer<Done> {
        let name = name.to_owned();
        self.post(paths::RELAY_REMOVE, &RemoveRelay { name }).await
    }

    /// Has each relay try the site's public address.
    pub async fn outside_check(&self, ports: &[u16]) -> Answer<Vec<OutsideSeen>> {
        let ports = ports.to_vec();
        self.post(paths::OUTSIDE_CHECK, &OutsideCheck { ports })
            .await
    }

    /// Sets after how many days a missing report blocks.
    pub async fn set_report_due(&self, days: u8) -> Answer<Done> {
        self.post(paths::REPORT_DUE, &SetReportDue { days }).await
    }
}
