//! Decoys: a target or a name that no honest visit uses.

use access::{Command, Decoy, Reason, Refusal};
use login::Identity;

use crate::{Engine, writer};

impl Engine {
    /// Makes something a decoy, or no decoy any more. A name is taken as it is typed and compared as names are.
    ///
    /// # Errors
    /// Every reason why not: somebody signs in under that name, or visited that target.
    pub async fn set_decoy(&self, by: &Identity, decoy: Decoy, set: bool) -> Result<(), Refusal> {
        let decoy = match decoy {
            Decoy::Target(target) => Decoy::Target(target),
            Decoy::Account(typed) => {
                let because = |reason| Refusal {
                    reasons: vec![reason],
                };
                let name = login::name::key(&typed).map_err(|_| because(Reason::NotFound))?;
                let store = &self.inner.store;
                let owner = store.person_named(name.as_str());
                if set && owner.map_err(|_| writer::unavailable())?.is_some() {
                    return Err(because(Reason::InUse));
                }
                Decoy::Account(name.as_str().to_owned())
            }
        };
        self.submit(by, Command::SetDecoy { decoy, set })
            .await
            .map(drop)
    }
}
