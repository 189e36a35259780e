//! The connections to the site: TLS to the pinned site with this device's certificate, HTTP/1.1 in it.

use std::net::IpAddr;

use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use hyper::http::request::Parts;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tunnel::{DeviceIdentity, DialOptions, SiteTrust};

use super::{Sent, shown};
use crate::api::{ApiError, Failure, Watched, lost};
use crate::connect::OpenError;
use crate::keep::Membership;

/// A site, as this device reaches it.
#[derive(Debug)]
pub struct Site {
    address: String,
    trust: SiteTrust,
    device: DeviceIdentity,
    options: DialOptions,
}

/// One connection, which a browser's connection keeps for its requests.
pub(super) struct Wire {
    sender: SendRequest<Sent>,
    failure: Failure,
}

impl Site {
    /// The site that was joined, dialled from the address `bind`.
    ///
    /// # Errors
    /// If this computer is no device of the site, or its key cannot be read.
    pub fn of(membership: &Membership, bind: Option<IpAddr>) -> Result<Self, OpenError> {
        Ok(Self {
            address: membership.pinned().address.clone(),
            trust: membership.trust(),
            device: membership.device()?.ok_or(OpenError::NoDevice)?,
            options: DialOptions {
                bind,
                ..DialOptions::default()
            },
        })
    }

    /// A site that nobody reaches.
    #[cfg(test)]
    pub(super) fn nowhere() -> Self {
        Self {
            address: "127.0.0.1:1".to_owned(),
            trust: SiteTrust {
                ca: Vec::new(),
                name: "maintenance.test".to_owned(),
            },
            device: DeviceIdentity {
                certificate: Vec::new(),
                key: zeroize::Zeroizing::default(),
            },
            options: DialOptions::default(),
        }
    }

    /// The name that it is asked for by.
    pub(super) fn name(&self) -> &str {
        &self.trust.name
    }

    /// Sends a request on the connection that is held, or on a new one, which is held then.
    pub(super) async fn ask(
        &self,
        held: &mut Option<Wire>,
        head: Parts,
        body: Sent,
    ) -> Result<Response<Incoming>, ApiError> {
        // What only reads may be asked once more, on another connection.
        let again = head.method.is_safe().then(|| head.clone());
        let mut unsent = Some(Request::from_parts(head, body));
        let mut why = None;
        if let Some(mut wire) = held.take()
            && wire.sender.ready().await.is_ok()
            && let Some(request) = unsent.take()
        {
            match wire.sender.try_send_request(request).await {
                Ok(answer) => {
                    *held = Some(wire);
                    return Ok(answer);
                }
                Err(mut failed) => {
                    unsent = failed.take_message();
                    why = Some(lost(failed.error(), &wire.failure));
                }
            }
        }
        // The site closes what lies idle: a request that met such an end was not heard.
        let again = || again.map(|head| Request::from_parts(head, shown::empty()));
        let Some(request) = unsent.or_else(again) else {
            return Err(why.unwrap_or_else(|| ApiError::Misread("no connection".to_owned())));
        };
        let mut wire = self.dial().await?;
        let answer = wire.sender.send_request(request).await;
        let answer = answer.map_err(|error| lost(&error, &wire.failure))?;
        *held = Some(wire);
        Ok(answer)
    }

    async fn dial(&self) -> Result<Wire, ApiError> {
        let reached = tunnel::connect(
            &self.address,
            &self.trust,
            Some(&self.device),
            tunnel::listener::Protocol::Api,
            &self.options,
        )
        .await?;
        let (stream, failure) = Watched::new(reached.stream);
        let (sender, connection) = http1::handshake(TokioIo::new(stream))
            .await
            .map_err(|error| lost(&error, &failure))?;
        // Ends when its sender and its last answer are dropped, or becomes a terminal's line.
        tokio::spawn(async move {
            let _ = connection.with_upgrades().await;
        });
        Ok(Wire { sender, failure })
    }
}

/// A request's or an answer's body, as it comes.
pub(super) fn as_it_comes(body: Incoming) -> Sent {
    body.boxed()
}
