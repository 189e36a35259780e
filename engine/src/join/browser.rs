//! Joining in a browser: between the two messages there is no connection that stays, so whoever began is
//! remembered here, in memory, by a secret that only their browser has (lesson L4).
//!
//! A stranger fills nothing: only who has shown the secret of an open invitation is remembered, once for
//! each invitation, for a while, and a few of one address at a time (invariant 11).

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use access::{InvitationFor, Source, limits};
use ids::{Digest, InvitationId, Timestamp};
use login::Connection;
use wire::join::{JoinStart, Joined};
use zeroize::Zeroizing;

use super::{JoinError, Joining, WRONG_CODE};
use crate::{Engine, writer};

/// How long somebody may take to set up their authenticator and type its first code: as with our own
/// program.
const REMEMBERED: Duration = Duration::from_secs(600);

/// How many of one address are remembered: a ward that sets up its people at one computer.
const MOST_OF_A_SOURCE: usize = 16;

/// Bytes of what the browser keeps: as many as an invitation has.
const PASS: usize = 32;

/// The sentence for a browser that is not remembered, or no more.
const BEGIN_AGAIN: &str = "join-begin-again";

/// The sentence for an invitation that needs the program.
const NEEDS_THE_PROGRAM: &str = "join-needs-the-program";

/// The sentence for an address of which too many are joining.
const TOO_MANY: &str = "join-too-many";

/// What a browser is shown after the first step.
pub struct BegunInBrowser {
    /// What the browser keeps, and shows at the second step.
    pub pass: Zeroizing<String>,
    /// What is typed into an authenticator.
    pub shown: ShownSecret,
}

/// The secret of the one-time codes, as a person takes it over.
#[derive(Clone)]
pub struct ShownSecret {
    /// In base32, to be typed.
    pub base32: Zeroizing<String>,
    /// As an `otpauth:` address, for a QR code.
    pub otpauth: Zeroizing<String>,
}

/// Why the second step did not come to its end.
pub struct NotConfirmed {
    /// Sentences for the invitee.
    pub error: JoinError,
    /// What they were shown, if another code may be typed.
    pub again: Option<ShownSecret>,
}

impl From<JoinError> for NotConfirmed {
    fn from(error: JoinError) -> Self {
        Self { error, again: None }
    }
}

/// Everybody who is between the two steps.
#[derive(Default)]
pub(crate) struct Joins(Mutex<BTreeMap<InvitationId, Held>>);

/// Somebody between the two steps.
struct Held {
    pass: Digest,
    source: Source,
    until: Timestamp,
    at: Arc<tokio::sync::Mutex<At>>,
}

/// How far they are.
enum At {
    Shown(Box<Joining>, ShownSecret),
    // A second press of the same button is told the same.
    Through(Box<Joined>),
}

impl Joins {
    fn held(&self) -> std::sync::MutexGuard<'_, BTreeMap<InvitationId, Held>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Remembers; whoever begins anew with the same invitation takes their earlier place.
    fn remember(&self, invitation: InvitationId, new: Held, now: Timestamp) -> bool {
        let mut held = self.held();
        held.retain(|_, other| now < other.until);
        let others = held
            .iter()
            .filter(|(of, other)| **of != invitation && other.source == new.source);
        if others.count() >= MOST_OF_A_SOURCE || held.len() > limits::MOST_INVITATIONS {
            return false;
        }
        held.insert(invitation, new);
        true
    }

    /// Whom this pass stands for, if it comes from where it was given.
    fn find(
        &self,
        pass: &Digest,
        source: Source,
        now: Timestamp,
    ) -> Option<(InvitationId, Arc<tokio::sync::Mutex<At>>)> {
        let mut held = self.held();
        held.retain(|_, other| now < other.until);
        // Passes are compared by their digests: how long that takes says nothing of them.
        let found = held
            .iter()
            .find(|(_, held)| held.pass == *pass && held.source == source);
        found.map(|(invitation, held)| (invitation.clone(), Arc::clone(&held.at)))
    }

    fn forget(&self, invitation: &InvitationId) {
        self.held().remove(invitation);
    }
}

impl Engine {
    /// The first step in a browser: as [`Engine::join_start`], and remembered.
    ///
    /// # Errors
    /// Sentences for the invitee.
    pub async fn begin_in_browser(
        &self,
        connection: Connection,
        start: JoinStart,
    ) -> Result<BegunInBrowser, JoinError> {
        let invitation = start.invitation.clone();
        if self.enrols_a_device(&invitation) {
            return Err(JoinError::because(NEEDS_THE_PROGRAM));
        }
        let source = connection.source;
        let (joining, shown) = self.join_start(connection, start).await?;
        let Some((base32, otpauth)) = shown else {
            return Err(JoinError::because(NEEDS_THE_PROGRAM));
        };
        let shown = ShownSecret {
            base32: Zeroizing::new(base32),
            otpauth: Zeroizing::new(otpauth),
        };
        let (pass, digest) = new_pass().ok_or_else(|| JoinError::from(writer::unavailable()))?;
        let now = self.now();
        let held = Held {
            pass: digest,
            source,
            until: now.plus(REMEMBERED),
            at: Arc::new(tokio::sync::Mutex::new(At::Shown(
                Box::new(joining),
                shown.clone(),
            ))),
        };
        if !self.inner.joins.remember(invitation, held, now) {
            return Err(JoinError::because(TOO_MANY));
        }
        Ok(BegunInBrowser { pass, shown })
    }

    /// The second step: the first one-time code, from the same browser at the same address.
    ///
    /// # Errors
    /// Sentences for the invitee, and what they were shown if they may try another code.
    pub async fn confirm_in_browser(
        &self,
        connection: &Connection,
        pass: &str,
        code: &str,
    ) -> Result<Joined, NotConfirmed> {
        let digest = crate::invite::digest_of(pass.as_bytes());
        let found = self
            .inner
            .joins
            .find(&digest, connection.source, self.now());
        let Some((invitation, at)) = found else {
            return Err(JoinError::because(BEGIN_AGAIN).into());
        };
        let mut at = at.lock().await;
        let (joining, shown) = match &mut *at {
            At::Through(joined) => return Ok((**joined).clone()),
            At::Shown(joining, shown) => (joining, shown.clone()),
        };
        match self.join_confirm(joining, code).await {
            Ok(joined) => {
                *at = At::Through(Box::new(joined.clone()));
                Ok(joined)
            }
            Err(error) => {
                let wrong_code = error.reasons.iter().any(|reason| reason.id == WRONG_CODE);
                let again = (wrong_code && self.may_try_again(joining)).then_some(shown);
                if again.is_none() {
                    self.inner.joins.forget(&invitation);
                }
                Err(NotConfirmed { error, again })
            }
        }
    }

    /// One more device makes its own key: that is the program's work, not a page's.
    fn enrols_a_device(&self, invitation: &InvitationId) -> bool {
        let site = self.inner.site();
        let purpose = site.invitation(invitation).map(|known| &known.purpose);
        matches!(purpose, Some(InvitationFor::Device { .. }))
    }
}

/// A pass as the browser keeps it, and its digest, which is all that is kept here.
fn new_pass() -> Option<(Zeroizing<String>, Digest)> {
    let mut bytes = Zeroizing::new([0; PASS]);
    getrandom::fill(bytes.as_mut_slice()).ok()?;
    let pass: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let digest = crate::invite::digest_of(pass.as_bytes());
    Some((Zeroizing::new(pass), digest))
}
