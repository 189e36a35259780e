//! Calls about the release that a site is committed to.

use wire::api::v1::{Done, Upgrade, paths};

use super::{Api, ApiError};

#[expect(
    clippy::missing_errors_doc,
    reason = "every call fails as `ApiError` says, and none in a way of its own"
)]
impl Api {
    /// What a commit to the gateway's release would make possible.
    pub async fn upgrade(&self) -> Result<Upgrade, ApiError> {
        self.get(paths::UPGRADE).await
    }

    /// Commits the site to the gateway's release.
    pub async fn upgrade_site(&self) -> Result<Done, ApiError> {
        self.post(paths::UPGRADE, &Done {}).await
    }
}
