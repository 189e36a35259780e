//! A proved identity: what surfaces hand to the engine, and only this crate can make.

use access::{Caller, Door, Factors, Source, Who};
use ids::{DeviceId, Digest, InvitationId, PersonId, Timestamp};

use crate::sign_in::SignIn;

/// The facts of one connection, as the listener and the handshake established them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// The device whose key the TLS handshake proved, and whose it is.
    pub device: Option<ProvedDevice>,
    /// Where it comes from.
    pub source: Source,
    /// Through which door.
    pub door: Door,
}

/// A device whose private key signed this connection's handshake (lesson L1: the key that signed,
/// not a key that was offered).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvedDevice {
    /// Which.
    pub id: DeviceId,
    /// The person for whom it was enrolled.
    pub owner: PersonId,
}

/// Somebody whose identity was proved, ready to ask. Only this crate makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    caller: Caller,
    /// When they signed in, and by which passkey.
    signed_in: Option<(Timestamp, Option<Digest>)>,
}

impl Identity {
    /// The person of a sign-in that has just succeeded.
    pub fn from_sign_in(sign_in: &SignIn) -> Self {
        Self::of_person(sign_in, sign_in.source())
    }

    /// The person of a sign-in, now asking from `source`.
    pub(crate) fn of_person(sign_in: &SignIn, source: Source) -> Self {
        let proved = Self::made(
            Who::Person(sign_in.person().clone()),
            sign_in.factors(),
            sign_in.device().cloned(),
            source,
            sign_in.door(),
        );
        Self {
            signed_in: Some((sign_in.at(), sign_in.passkey().copied())),
            ..proved
        }
    }

    /// When the person signed in; `None` of whoever did not.
    pub fn since(&self) -> Option<Timestamp> {
        self.signed_in.map(|(since, _)| since)
    }

    /// The passkey by which the person signed in, if they did: the digest of its id.
    pub fn passkey(&self) -> Option<Digest> {
        self.signed_in.and_then(|(_, passkey)| passkey)
    }

    /// Whoever is at the other end of the gateway's own socket, with the user id that the kernel
    /// gave (`SO_PEERCRED`). Root is not a person: no factor is proved.
    pub fn local_operator(uid: u32) -> Self {
        Self::made(
            Who::LocalOperator { uid },
            Factors::default(),
            None,
            Source::Local,
            Door::Local,
        )
    }

    /// Somebody who shows an invitation. The invitation's secret is compared by `access`, in the
    /// command itself, because a wrong try has to be counted there; nothing but accepting the
    /// invitation is open to such a caller.
    pub fn invitee(invitation: &InvitationId, connection: &Connection) -> Self {
        Self::made(
            Who::Invitee(invitation.clone()),
            Factors::default(),
            None,
            connection.source,
            connection.door,
        )
    }

    /// The gateway itself: deadlines, seals, counters.
    pub fn gateway() -> Self {
        Self::made(
            Who::Gateway,
            Factors::default(),
            None,
            Source::Local,
            Door::Inside,
        )
    }

    /// The holder of the recovery kit, after its signature was verified.
    pub(crate) fn kit(connection: &Connection) -> Self {
        Self::made(
            Who::Kit,
            Factors::default(),
            None,
            connection.source,
            connection.door,
        )
    }

    /// Who is asking, for `access::decide`.
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    fn made(
        who: Who,
        factors: Factors,
        device: Option<DeviceId>,
        source: Source,
        door: Door,
    ) -> Self {
        let source = match source {
            Source::Address(address) => Source::Address(address.to_canonical()),
            other @ (Source::Local | Source::Unknown) => other,
        };
        Self {
            caller: Caller {
                who,
                factors,
                device,
                source,
                door,
            },
            signed_in: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn root_on_the_gateway_is_not_a_person_and_has_proved_nothing() {
        let identity = Identity::local_operator(0);
        assert_eq!(identity.caller().who, Who::LocalOperator { uid: 0 });
        assert!(!identity.caller().factors.are_two_classes());
        assert_eq!(identity.caller().door, Door::Local);
    }

    #[test]
    fn an_ipv4_mapped_address_is_unwrapped() {
        let site = "handa".parse().unwrap();
        let connection = Connection {
            device: None,
            source: Source::Address("::ffff:192.0.2.7".parse().unwrap()),
            door: Door::Engineers,
        };
        let identity = Identity::invitee(&InvitationId::new(&site, 1), &connection);
        assert_eq!(
            identity.caller().source,
            Source::Address("192.0.2.7".parse().unwrap())
        );
    }
}
