//! One's own sign-ins: seen, and ended from another device.

use access::{Employer, GatewayNote, Refusal};
use ids::{DeviceId, Digest, PersonId, Timestamp};
use login::{Holder, Identity};

use crate::{Engine, writer};

/// A sign-in, as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnSignIn {
    /// Under what it is ended. It opens nothing.
    pub id: Digest,
    /// Whether it is the one of this very request.
    pub this: bool,
    /// Whether a browser holds it, or a program.
    pub browser: bool,
    /// Whether it was made by a passkey.
    pub passkey: bool,
    /// On which device.
    pub device: Option<DeviceId>,
    /// Since when.
    pub since: Timestamp,
    /// When it was last used; of a program, when it was made.
    pub last_used: Timestamp,
    /// When it ends by itself at the latest.
    pub until: Timestamp,
    /// From where: an address, or nothing.
    pub source: String,
    /// What the browser calls itself: a stranger's words, one line of ASCII.
    pub agent: String,
}

impl Engine {
    /// The sign-ins of whoever asks that are not over, the oldest first. `token` is the one of this request.
    ///
    /// # Errors
    /// Every reason why they may not even see their own, or if they cannot be read.
    pub fn own_sign_ins(&self, by: &Identity, token: &str) -> Result<Vec<OwnSignIn>, Refusal> {
        let person = self.inner.site().oneself(by.caller(), self.now())?;
        let this = self.kept_under(token);
        let this = this.map(|digest| self.inner.store.listed_id(digest.as_bytes()));
        let listed = self.inner.store.sign_ins_of(&person).map_err(|cause| {
            tracing::error!(%cause, "sign-ins could not be read");
            writer::unavailable()
        })?;
        let now = self.now();
        let idle =
            |kept: &store::SignIn| kept.browser && now.since(kept.last_used) >= login::IDLE_ENDS;
        let standing = listed
            .into_iter()
            .filter(|listed| now < listed.sign_in.expires && !idle(&listed.sign_in));
        let shown = standing.map(|listed| OwnSignIn {
            id: listed.id,
            this: this == Some(listed.id),
            browser: listed.sign_in.browser,
            passkey: listed.sign_in.passkey.is_some(),
            device: listed.sign_in.device,
            since: listed.sign_in.since,
            last_used: listed.sign_in.last_used,
            until: listed.sign_in.expires,
            source: listed.sign_in.source,
            agent: listed.sign_in.agent,
        });
        Ok(shown.collect())
    }

    /// Ends one of one's own sign-ins; false if there is none such.
    ///
    /// # Errors
    /// Every reason why not, or if it cannot be ended.
    pub async fn end_own_sign_in(&self, by: &Identity, id: &Digest) -> Result<bool, Refusal> {
        let person = self.inner.site().oneself(by.caller(), self.now())?;
        let ended = self.inner.store.revoke_listed(&person, id);
        let ended = ended.map_err(|_| writer::unavailable())?;
        if ended {
            self.sessions_end(&person).await;
        }
        Ok(ended)
    }

    /// Ends all of one's own sign-ins but the one of this request; says how many.
    ///
    /// # Errors
    /// Every reason why not, or if they cannot be ended.
    pub async fn end_other_sign_ins(&self, by: &Identity, token: &str) -> Result<usize, Refusal> {
        let person = self.inner.site().oneself(by.caller(), self.now())?;
        let this = self.kept_under(token).ok_or_else(writer::unavailable)?;
        let ended = self.inner.store.revoke_others(&person, this.as_bytes());
        let ended = ended.map_err(|_| writer::unavailable())?;
        if ended > 0 {
            self.sessions_end(&person).await;
        }
        Ok(ended)
    }

    fn kept_under(&self, token: &str) -> Option<Digest> {
        self.inner.tokens.digest(token, Holder::of(token)).ok()
    }

    /// An engineer who ends a sign-in elsewhere may do it because somebody else sits there: what they
    /// have open ends with it, wherever it is open. Of the hospital's people nothing is open but what
    /// they watch, and that ends when it is next asked for.
    async fn sessions_end(&self, person: &PersonId) {
        let engineer = {
            let site = self.inner.site();
            let known = site.person(person);
            known.is_some_and(|known| matches!(known.employer, Employer::Vendor(_)))
        };
        if engineer {
            let note = GatewayNote::SignedOut {
                person: person.clone(),
                of: None,
            };
            // One that cannot be entered has still happened.
            let _entered = self.note(note).await;
        }
    }
}
