//! From the facts of a connection to a proved identity.

use std::net::IpAddr;
use std::time::Duration;

use access::{Door, Source};
use ids::Digest;
use login::{Connection, Holder, Identity, ProvedDevice};

use crate::Engine;

/// How often the use of a browser's sign-in is written down: a page with twenty pictures is one use.
const NOTED_EVERY: Duration = Duration::from_secs(30);

/// Nobody is signed in on this connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("sign in first")]
pub struct SignInNeeded;

impl Engine {
    /// The facts of a connection in the site's words. A device key that is not enrolled proves no
    /// device (lesson L16: the exact key counts, not the name in a certificate).
    pub fn connection(
        &self,
        device_key: Option<&Digest>,
        source: Option<IpAddr>,
        door: Door,
    ) -> Connection {
        let device = device_key.and_then(|key| {
            let site = self.inner.site();
            site.device_by_key(key).map(|device| ProvedDevice {
                id: device.id.clone(),
                owner: device.person.clone(),
            })
        });
        Connection {
            device,
            source: source.map_or(Source::Unknown, |address| {
                Source::Address(address.to_canonical())
            }),
            door,
        }
    }

    /// The facts of a connection to the local socket.
    pub fn local_connection(&self) -> Connection {
        Connection {
            device: None,
            source: Source::Local,
            door: Door::Local,
        }
    }

    /// The person of a program's token on this connection. A browser's cookie is none (lesson L15).
    ///
    /// # Errors
    /// If the token is missing, unknown, over, or another connection's: one answer for all.
    pub fn identify(
        &self,
        token: Option<&str>,
        connection: &Connection,
    ) -> Result<Identity, SignInNeeded> {
        let token = token.ok_or(SignInNeeded)?;
        let (identity, _) = self.holder(token, Holder::Program, connection)?;
        Ok(identity)
    }

    /// The person of a browser's cookie on this connection; a program's token is none. A sign-in that
    /// was not used for [`login::IDLE_ENDS`] is over. `active` says whether somebody did something: what a
    /// page asks by itself, to stay fresh, keeps nobody signed in.
    ///
    /// # Errors
    /// As [`Engine::identify`].
    pub fn identify_browser(
        &self,
        cookie: Option<&str>,
        connection: &Connection,
        active: bool,
    ) -> Result<Identity, SignInNeeded> {
        let cookie = cookie.ok_or(SignInNeeded)?;
        let (identity, kept) = self.holder(cookie, Holder::Browser, connection)?;
        let now = self.now();
        let digest = self.inner.tokens.digest(cookie, Holder::Browser);
        let digest = digest.map_err(|_| SignInNeeded)?;
        if now.since(kept.last_used) >= login::IDLE_ENDS {
            if let Err(cause) = self.inner.store.revoke_sign_in(digest.as_bytes()) {
                tracing::error!(%cause, "an idle sign-in could not be removed; it is over all the same");
            }
            return Err(SignInNeeded);
        }
        if active && now.since(kept.last_used) >= NOTED_EVERY {
            let noted = self.inner.store.touch_sign_in(digest.as_bytes(), now);
            // Whoever cannot be noted as active is signed out too early, never too late.
            if let Err(cause) = noted {
                tracing::warn!(%cause, "the use of a sign-in could not be noted");
            }
        }
        Ok(identity)
    }

    fn holder(
        &self,
        token: &str,
        holder: Holder,
        connection: &Connection,
    ) -> Result<(Identity, store::SignIn), SignInNeeded> {
        let tokens = &self.inner.tokens;
        let digest = tokens.digest(token, holder).map_err(|_| SignInNeeded)?;
        let kept = self.inner.store.sign_in(digest.as_bytes());
        let kept = kept.ok().flatten().ok_or(SignInNeeded)?;
        let now = self.now();
        let identity = tokens
            .redeem(token, holder, &kept.record, connection, now)
            .map_err(|refused| {
                tracing::info!(%refused, "a token was not accepted");
                SignInNeeded
            })?;
        let site = self.inner.site();
        // An inspector's token is worth nothing after their time, and one that a passkey gave nothing
        // once the passkey is gone (lesson L14).
        let has_time = site.person_has_time(&kept.person, now);
        let has_passkey = identity
            .passkey()
            .is_none_or(|id| site.passkey(&id).is_some());
        (has_time && has_passkey)
            .then_some((identity, kept))
            .ok_or(SignInNeeded)
    }

    /// Whoever is at the local socket: the person of the token, or else the machine's operator, who
    /// is not a person.
    ///
    /// # Errors
    /// If a token is given that proves nobody.
    pub fn identify_local(&self, uid: u32, token: Option<&str>) -> Result<Identity, SignInNeeded> {
        match token {
            None => Ok(Identity::local_operator(uid)),
            some => self.identify(some, &self.local_connection()),
        }
    }
}
