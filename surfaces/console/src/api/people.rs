//! Persons and the invitations that make them.

use access::{Command, InvitationFor, Subject, limits};
use axum::Json;
use ids::{InvitationId, PersonId};
use std::time::Duration;
use wire::Secret;
use wire::api::v1::{Done, Invitation, Invite, InviteTo, Invited, Limit, Person, Suspend};

use super::done;
use crate::answer::{Answer, Failed};
use crate::asker::{Asker, Readers, Thing};
use crate::body::{Form, Nothing, Of};
use crate::reading::Reading;
use crate::words;

pub(crate) async fn list(asker: Asker) -> Answer<Vec<Person>> {
    let list = asker.read(Readers::People, |reading| {
        let seen = reading
            .site
            .persons()
            .filter(|person| reading.sees(&person.id));
        Ok(seen.map(|person| shown(reading, person)).collect())
    });
    list.await.map(Json)
}

fn shown(reading: &Reading<'_>, person: &access::Person) -> Person {
    let devices = reading.site.devices_of(&person.id);
    Person {
        id: person.id.clone(),
        name: reading.person_text(&person.id, &person.name),
        contact: reading.person_text(&person.id, &person.contact),
        employer: words::employer_said(&person.employer),
        roles: person.roles.iter().copied().map(words::role_said).collect(),
        suspended: person.suspended.is_some(),
        factors_missing: person.reset.is_some(),
        erased: person.erased.is_some(),
        until: person.until,
        devices: devices.map(|device| device.id.clone()).collect(),
    }
}

/// The open invitations, for the hospital's people: a reset by the recovery kit is to be seen by
/// everybody before it works.
pub(crate) async fn invitations(asker: Asker) -> Answer<Vec<Invitation>> {
    let list = asker.read(Readers::People, |reading| {
        let open = reading.site.invitations().filter(|invitation| {
            reading.sees_all() && invitation.used.is_none() && invitation.withdrawn.is_none()
        });
        let open = open.filter(|invitation| reading.now < invitation.until);
        Ok(open.map(invitation_shown).collect())
    });
    list.await.map(Json)
}

fn invitation_shown(invitation: &access::Invitation) -> Invitation {
    let person = match &invitation.purpose {
        InvitationFor::FirstPerson | InvitationFor::Person { .. } => None,
        InvitationFor::Device { person } | InvitationFor::Factors { person } => {
            Some(person.clone())
        }
    };
    Invitation {
        id: invitation.id.clone(),
        by: invitation.by.clone(),
        person,
        factors: matches!(invitation.purpose, InvitationFor::Factors { .. }),
        from: invitation.from,
        until: invitation.until,
    }
}

/// Takes an invitation back.
pub(crate) async fn withdraw_invitation(
    asker: Asker,
    Of(invitation): Of<InvitationId>,
    _: Nothing,
) -> Answer<Done> {
    let about = Thing::from(&invitation);
    let command = Command::WithdrawInvitation { invitation };
    let withdrawn = asker.engine.submit(&asker.by, command).await;
    asker.about(&about, withdrawn)?;
    done()
}

pub(crate) async fn invite(asker: Asker, Form(form): Form<Invite>) -> Answer<Invited> {
    let valid = match form.for_minutes {
        None => limits::INVITATION_LASTS,
        Some(minutes) => Duration::from_secs(u64::from(minutes) * 60),
    };
    let (purpose, about) = match form.purpose {
        InviteTo::Person { employer, roles } => {
            let roles = words::mapped(&roles, |role| words::role(*role));
            let purpose = InvitationFor::Person {
                employer: words::employer(employer),
                roles: roles.ok_or_else(|| Failed::field("roles"))?,
            };
            (purpose, None)
        }
        InviteTo::Device { person } => {
            let about = Thing::from(&person);
            (InvitationFor::Device { person }, Some(about))
        }
        InviteTo::Factors { person } => {
            let about = Thing::from(&person);
            (InvitationFor::Factors { person }, Some(about))
        }
    };
    asker.invite(purpose, valid, about).await
}

impl Asker {
    async fn invite(
        &self,
        purpose: InvitationFor,
        valid: Duration,
        about: Option<Thing>,
    ) -> Answer<Invited> {
        let invited = self.engine.invite(&self.by, purpose, valid).await;
        let invited = match about {
            Some(thing) => self.about(&thing, invited)?,
            None => invited?,
        };
        let until = {
            let site = self.engine.site();
            site.invitation(&invited.invitation)
                .map(|known| known.until)
        };
        Ok(Json(Invited {
            until: until.ok_or(Failed::Broken)?,
            text: Secret::new(invited.text),
            link: Secret::new(invited.link),
            invitation: invited.invitation,
        }))
    }
}

pub(crate) async fn suspend(
    asker: Asker,
    Of(person): Of<PersonId>,
    Form(form): Form<Suspend>,
) -> Answer<Done> {
    asker.suspend(Subject::Person(person), form).await
}

pub(crate) async fn resume(asker: Asker, Of(person): Of<PersonId>, _: Nothing) -> Answer<Done> {
    asker.resume(Subject::Person(person)).await
}

pub(crate) async fn erase(asker: Asker, Of(person): Of<PersonId>, _: Nothing) -> Answer<Done> {
    let erased = asker.engine.erase_person(&asker.by, &person).await;
    asker.about(&Thing::from(&person), erased)?;
    done()
}

/// Sets until when an inspector may look.
pub(crate) async fn limit(
    asker: Asker,
    Of(person): Of<PersonId>,
    Form(form): Form<Limit>,
) -> Answer<Done> {
    let about = Thing::from(&person);
    let until = form.until;
    let limited = asker.submit(Command::LimitPerson { person, until }).await;
    asker.about(&about, limited)?;
    done()
}

/// Invites a person who lost their factors to set up new ones.
pub(crate) async fn reset(asker: Asker, Of(person): Of<PersonId>, _: Nothing) -> Answer<Invited> {
    let about = Some(Thing::from(&person));
    let purpose = InvitationFor::Factors { person };
    asker.invite(purpose, limits::INVITATION_LASTS, about).await
}
