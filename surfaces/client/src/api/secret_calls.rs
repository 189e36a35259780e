//! Calls about the secrets of targets. None of them gives one.

use ids::TargetId;
use wire::api::v1::{
    AcceptRisk, AcceptTargetSecret, CompromiseSecret, Done, EmergencyAccounts, RotateSecret,
    SecretPolicy, Secrets, SeeEnvelope, SetEmergencyAccount, TargetSecretSet, WithdrawRisk, paths,
};

use super::{Api, ApiError};

#[expect(
    clippy::missing_errors_doc,
    reason = "every call fails as `ApiError` says, and none in a way of its own"
)]
impl Api {
    /// What is known of them.
    pub async fn secrets(&self) -> Result<Secrets, ApiError> {
        self.get(paths::SECRETS).await
    }

    /// The same, after all of them were looked at.
    pub async fn check_secrets(&self) -> Result<Secrets, ApiError> {
        self.post(paths::SECRETS_CHECK, &Done {}).await
    }

    /// Sets what is asked of them.
    pub async fn set_secret_policy(&self, policy: &SecretPolicy) -> Result<Done, ApiError> {
        self.put(paths::SECRETS_POLICY, policy).await
    }

    /// Puts a target's secret into the vault although it is weak.
    pub async fn accept_target_secret(
        &self,
        id: &TargetId,
        form: &AcceptTargetSecret,
    ) -> Result<TargetSecretSet, ApiError> {
        let path = paths::with_number(paths::TARGET_SECRET_ACCEPT, id.number());
        self.post(&path, form).await
    }

    /// Says that the secret of a target may be known to others.
    pub async fn compromise_secret(
        &self,
        id: &TargetId,
        form: &CompromiseSecret,
    ) -> Result<Done, ApiError> {
        let path = paths::with_number(paths::TARGET_SECRET_COMPROMISED, id.number());
        self.post(&path, form).await
    }

    /// Has the secret of a target replaced there. Whether it succeeded stands in the list.
    pub async fn rotate_secret(
        &self,
        id: &TargetId,
        form: &RotateSecret,
    ) -> Result<Done, ApiError> {
        let path = paths::with_number(paths::TARGET_SECRET_ROTATE, id.number());
        self.post(&path, form).await
    }

    /// Accepts the risk on which a target rests, or renews that.
    pub async fn accept_risk(&self, id: &TargetId, form: &AcceptRisk) -> Result<Done, ApiError> {
        let path = paths::with_number(paths::TARGET_RISK, id.number());
        self.post(&path, form).await
    }

    /// Accepts it no more: its sessions end.
    pub async fn withdraw_risk(&self, id: &TargetId, reason: &str) -> Result<Done, ApiError> {
        let path = paths::with_number(paths::TARGET_RISK_WITHDRAWN, id.number());
        let reason = reason.to_owned();
        self.post(&path, &WithdrawRisk { reason }).await
    }

    /// The emergency accounts, and how their envelopes stand.
    pub async fn emergency_accounts(&self) -> Result<EmergencyAccounts, ApiError> {
        self.get(paths::EMERGENCY_ACCOUNTS).await
    }

    /// Keeps the account of a target for emergencies, or no more.
    pub async fn set_emergency_account(
        &self,
        id: &TargetId,
        form: &SetEmergencyAccount,
    ) -> Result<Done, ApiError> {
        let path = paths::with_number(paths::TARGET_EMERGENCY_ACCOUNT, id.number());
        self.put(&path, form).await
    }

    /// Orders an envelope for it.
    pub async fn order_envelope(&self, id: &TargetId) -> Result<Done, ApiError> {
        let path = paths::with_number(paths::TARGET_ENVELOPE_ORDER, id.number());
        self.post(&path, &Done {}).await
    }

    /// Says what was seen of it.
    pub async fn see_envelope(&self, id: &TargetId, form: &SeeEnvelope) -> Result<Done, ApiError> {
        let path = paths::with_number(paths::TARGET_ENVELOPE_SEEN, id.number());
        self.post(&path, form).await
    }
}
