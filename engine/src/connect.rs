//! From the facts of a connection to a proved identity.

use std::net::IpAddr;

use access::{Door, Source};
use ids::Digest;
use login::{Connection, Identity, ProvedDevice};

use crate::Engine;

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

    /// The person of a token on this connection.
    ///
    /// # Errors
    /// If the token is missing, unknown, over, or another connection's: one answer for all.
    pub fn identify(
        &self,
        token: Option<&str>,
        connection: &Connection,
    ) -> Result<Identity, SignInNeeded> {
        let token = token.ok_or(SignInNeeded)?;
        let tokens = &self.inner.tokens;
        let digest = tokens.digest(token).map_err(|_| SignInNeeded)?;
        let kept = self.inner.store.sign_in(digest.as_bytes());
        let kept = kept.ok().flatten().ok_or(SignInNeeded)?;
        tokens
            .redeem(token, &kept.record, connection, self.now())
            .map_err(|refused| {
                tracing::info!(%refused, "a token was not accepted");
                SignInNeeded
            })
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
