//! The calls for what browsers are shown, and from where the console's name is reached.

use wire::api::v1::{Certificates, ConsoleReach, Done, paths};

use super::{Api, ApiError};

/// What every call's errors are.
type Answer<T> = Result<T, ApiError>;

#[expect(
    clippy::missing_errors_doc,
    reason = "every call fails as `ApiError` says, and none in a way of its own"
)]
impl Api {
    /// What browsers are shown, and from where the console's name is reached.
    pub async fn certificates(&self) -> Answer<Certificates> {
        self.get(paths::CERTIFICATES).await
    }

    /// Opens the console's name beyond the LAN.
    pub async fn open_console(&self, reach: &ConsoleReach) -> Answer<Done> {
        self.post(paths::CONSOLE_OPEN, reach).await
    }

    /// Opens it to the LAN alone again.
    pub async fn close_console(&self) -> Answer<Done> {
        self.post(paths::CONSOLE_CLOSE, &Done {}).await
    }
}
