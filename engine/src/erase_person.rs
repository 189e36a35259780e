//! Erasing a person's values: the entry first, then the side table. Every proof still verifies.

use access::{Command, Reason, Refusal};
use ids::PersonId;
use login::Identity;

use crate::Engine;

impl Engine {
    /// Erases what is kept about a person: name, contact, login name, factors, sign-ins.
    ///
    /// If the gateway stops between the entry and the erasure, the next start erases: see
    /// `open_site`.
    ///
    /// # Errors
    /// Every reason why not. `LedgerUnavailable` also if the side table could not be written: it is
    /// tried again at the next start.
    pub async fn erase_person(&self, by: &Identity, person: &PersonId) -> Result<(), Refusal> {
        let command = Command::ErasePerson {
            person: person.clone(),
        };
        self.submit(by, command).await?;
        self.inner.store.erase_person(person).map_err(|cause| {
            tracing::error!(%cause, "a person's values could not be erased yet");
            Refusal {
                reasons: vec![Reason::LedgerUnavailable],
            }
        })?;
        Ok(())
    }
}
