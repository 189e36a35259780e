//! Inviting: a one-use secret, of which the ledger knows only the digest.

use std::time::Duration;

use access::{Command, Employer, InvitationFor, Outcome, Refusal, Role};
use aws_lc_rs::digest::{SHA256, digest};
use ids::{Digest, InvitationId};
use login::Identity;
use wire::{Invitation, Purpose, SecretBytes};

use crate::{Engine, writer};

/// Bytes of an invitation's secret: twice the 128 bits that are asked for.
const SECRET: usize = 32;

/// An invitation as it is handed to the invitee.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invited {
    /// Its id.
    pub invitation: InvitationId,
    /// Its text, secret included. It is shown once and kept nowhere.
    pub text: String,
    /// The same, for a browser: the text stands where no server and no log ever sees it.
    pub link: String,
}

impl Engine {
    /// Makes an invitation that is good for `valid`.
    ///
    /// # Errors
    /// Every reason why not.
    pub async fn invite(
        &self,
        by: &Identity,
        purpose: InvitationFor,
        valid: Duration,
    ) -> Result<Invited, Refusal> {
        let mut secret = vec![0; SECRET];
        getrandom::fill(&mut secret).map_err(|_| writer::unavailable())?;
        let until = self.now().plus(valid);
        let command = Command::Invite {
            purpose: purpose.clone(),
            secret: digest_of(&secret),
            until,
        };
        let Outcome::Invitation(invitation) = self.submit(by, command).await? else {
            return Err(writer::unavailable());
        };
        let config = &self.inner.config;
        let engineer = self.inner.is_for_an_engineer(&purpose);
        let invited = Invitation {
            purpose: match &purpose {
                InvitationFor::FirstPerson => Purpose::Person,
                InvitationFor::Person { .. } if engineer => Purpose::Engineer,
                InvitationFor::Person { .. } => Purpose::Person,
                InvitationFor::Device { .. } => Purpose::Device,
                InvitationFor::Factors { .. } => Purpose::Factors,
            },
            site: self.inner.id.clone(),
            address: match engineer {
                true => config.engineers_address.clone(),
                false => config.console_address.clone(),
            },
            name: match engineer {
                true => config.engineers_name.clone(),
                false => config.console_name.clone(),
            },
            ca: self.inner.ca.fingerprint(),
            id: invitation.clone(),
            secret: SecretBytes::new(secret),
            until,
        };
        Ok(Invited {
            invitation,
            text: invited.to_string(),
            link: invited.link(),
        })
    }
}

impl crate::Inner {
    /// Engineers join at the engineers' name, from a listed address; everybody else from the LAN.
    fn is_for_an_engineer(&self, purpose: &InvitationFor) -> bool {
        let site = self.site();
        let vendors = |employer: &Employer| matches!(employer, Employer::Vendor(_));
        match purpose {
            InvitationFor::FirstPerson => false,
            InvitationFor::Person { employer, roles } => {
                vendors(employer) || roles.iter().all(|role| *role == Role::Engineer)
            }
            InvitationFor::Device { person } | InvitationFor::Factors { person } => site
                .person(person)
                .is_some_and(|person| vendors(&person.employer) || !person.approves()),
        }
    }
}

/// SHA-256 of a one-use secret.
pub(crate) fn digest_of(secret: &[u8]) -> Digest {
    let mut bytes = [0; 32];
    for (to, from) in bytes.iter_mut().zip(digest(&SHA256, secret).as_ref()) {
        *to = *from;
    }
    Digest(bytes)
}
