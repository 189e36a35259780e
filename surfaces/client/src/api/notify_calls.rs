//! The calls for notifications; see `wire::api::v1`.

use wire::api::v1::{
    self, Delivery, Done, Notifications, RemoveWebhook, Sent, SetMailServer, SetWays, SetWebhook,
    WaysShown, WebhookSet, paths,
};

use super::{Api, ApiError};

/// What every call's errors are.
type Answer<T> = Result<T, ApiError>;

#[expect(
    clippy::missing_errors_doc,
    reason = "every call fails as `ApiError` says, and none in a way of its own"
)]
impl Api {
    /// How the site tells people.
    pub async fn notifications(&self) -> Answer<Notifications> {
        self.get(paths::NOTIFICATIONS).await
    }

    /// Sets the server through which mail leaves.
    pub async fn set_mail_server(&self, form: &SetMailServer) -> Answer<Done> {
        self.put(paths::NOTIFY_MAIL, form).await
    }

    /// Lets no mail leave any more.
    pub async fn remove_mail_server(&self) -> Answer<Done> {
        self.post(paths::NOTIFY_MAIL_REMOVE, &Done {}).await
    }

    /// Sets up a webhook.
    pub async fn set_webhook(&self, form: &SetWebhook) -> Answer<WebhookSet> {
        self.put(paths::NOTIFY_WEBHOOKS, form).await
    }

    /// Takes a webhook away.
    pub async fn remove_webhook(&self, name: String) -> Answer<Done> {
        self.post(paths::NOTIFY_WEBHOOK_REMOVE, &RemoveWebhook { name })
            .await
    }

    /// Sets what holds for all messages.
    pub async fn set_notice_terms(&self, form: &v1::NoticeTerms) -> Answer<Done> {
        self.put(paths::NOTIFY_TERMS, form).await
    }

    /// Who is told how.
    pub async fn ways(&self) -> Answer<Vec<WaysShown>> {
        self.get(paths::NOTIFY_WAYS).await
    }

    /// Sets how a person is told.
    pub async fn set_ways(&self, form: &SetWays) -> Answer<Done> {
        self.put(paths::NOTIFY_WAYS, form).await
    }

    /// Sends a message to whoever asks, now.
    pub async fn test_notification(&self) -> Answer<Vec<Sent>> {
        self.post(paths::NOTIFY_TEST, &Done {}).await
    }

    /// The latest deliveries, the newest first.
    pub async fn deliveries(&self) -> Answer<Vec<Delivery>> {
        self.get(paths::NOTIFY_DELIVERIES).await
    }
}
