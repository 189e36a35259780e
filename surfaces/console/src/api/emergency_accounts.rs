//! Emergency accounts, as far as anything is said of them: never their secrets. Those go to paper from a page
//! ([`crate::pages`]), after a touch of a passkey.

use access::{Command, EnvelopeFound, EnvelopeStanding, Target};
use axum::Json;
use ids::{TargetId, Timestamp};
use wire::api::v1::{
    self, Done, EmergencyAccountShown, EmergencyAccounts, EnvelopeSeen, EnvelopeShown, EnvelopeUse,
    EnvelopeUsed, PossibleEmergencyAccount, SeeEnvelope, SetEmergencyAccount,
};

use super::done;
use super::secrets::who;
use crate::answer::{Answer, Failed};
use crate::asker::{Asker, Readers, Thing};
use crate::body::{Form, Nothing, Of};
use crate::reading::Reading;

/// To the hospital's people.
pub(crate) async fn list(asker: Asker) -> Answer<EmergencyAccounts> {
    let read = asker.read(Readers::AtWork, |reading| {
        reading
            .sees_all()
            .then(|| all(reading))
            .ok_or(Failed::NotFound)
    });
    read.await.map(Json)
}

fn all(reading: &Reading<'_>) -> EmergencyAccounts {
    let site = reading.site;
    let accounts = site.emergency_accounts();
    let possible = site
        .targets()
        .filter(|target| target.emergency_account.is_none() && target.can_be_for_emergencies());
    EmergencyAccounts {
        accounts: accounts
            .filter_map(|target| shown(target, reading.now))
            .collect(),
        possible: possible
            .map(|target| PossibleEmergencyAccount {
                target: target.id.clone(),
                name: target.name.clone(),
                account: account(target),
            })
            .collect(),
    }
}

fn account(target: &Target) -> String {
    let main = target.accounts().next();
    main.map(|known| known.account.to_owned())
        .unwrap_or_default()
}

fn shown(target: &Target, now: Timestamp) -> Option<EmergencyAccountShown> {
    let known = target.emergency_account.as_ref()?;
    let envelope = known.envelope.as_ref().map(|envelope| EnvelopeShown {
        number: envelope.number,
        ordered: envelope.ordered,
        ordered_by: who(&envelope.by),
        printed: envelope.printed.as_ref().map(|(at, _)| *at),
        printed_by: envelope.printed.as_ref().map(|(_, by)| who(by)),
        looked: envelope.looked,
        used: envelope.used.as_ref().and_then(used),
    });
    Some(EmergencyAccountShown {
        target: target.id.clone(),
        name: target.name.clone(),
        account: account(target),
        terms: v1::EmergencyTerms {
            instructions: known.terms.instructions.clone(),
            look_every_days: known.terms.look_every_days,
        },
        standing: standing(target.envelope_standing(now)?),
        envelope,
    })
}

fn used(used: &access::EnvelopeUsed) -> Option<EnvelopeUsed> {
    let found = match used.found {
        EnvelopeFound::Sealed => return None,
        EnvelopeFound::Opened => EnvelopeUse::Opened,
        EnvelopeFound::Missing => EnvelopeUse::Missing,
        EnvelopeFound::SecretDiffers => EnvelopeUse::SecretDiffers,
        EnvelopeFound::SignedIn => EnvelopeUse::SignedIn,
    };
    Some(EnvelopeUsed {
        at: used.at,
        by: who(&used.by),
        found,
        why: used.why.clone(),
    })
}

fn standing(standing: EnvelopeStanding) -> v1::EnvelopeStanding {
    match standing {
        EnvelopeStanding::NotOrdered => v1::EnvelopeStanding::NotOrdered,
        EnvelopeStanding::BeingMade => v1::EnvelopeStanding::BeingMade,
        EnvelopeStanding::AwaitingPrint => v1::EnvelopeStanding::AwaitingPrint,
        EnvelopeStanding::Sealed => v1::EnvelopeStanding::Sealed,
        EnvelopeStanding::LookDue => v1::EnvelopeStanding::LookDue,
        EnvelopeStanding::Used => v1::EnvelopeStanding::Used,
        EnvelopeStanding::Void => v1::EnvelopeStanding::Void,
    }
}

/// Chooses whether the account of a target is kept for emergencies.
pub(crate) async fn set(
    asker: Asker,
    Of(target): Of<TargetId>,
    Form(form): Form<SetEmergencyAccount>,
) -> Answer<Done> {
    let thing = Thing::from(&target);
    let terms = form.terms.map(|terms| access::EmergencyTerms {
        instructions: terms.instructions,
        look_every_days: terms.look_every_days,
    });
    let set = asker.submit(Command::SetEmergencyAccount { target, terms });
    let set = set.await;
    asker.about(&thing, set)?;
    done()
}

/// Orders an envelope.
pub(crate) async fn order(asker: Asker, Of(target): Of<TargetId>, _: Nothing) -> Answer<Done> {
    let thing = Thing::from(&target);
    let ordered = asker.engine.order_envelope(&asker.by, &target).await;
    asker.about(&thing, ordered)?;
    done()
}

/// Enters what was seen of it.
pub(crate) async fn see(
    asker: Asker,
    Of(target): Of<TargetId>,
    Form(form): Form<SeeEnvelope>,
) -> Answer<Done> {
    let thing = Thing::from(&target);
    let seen = asker.submit(Command::SeeEnvelope {
        target,
        number: form.number,
        found: match form.found {
            EnvelopeSeen::Sealed => EnvelopeFound::Sealed,
            EnvelopeSeen::Opened => EnvelopeFound::Opened,
            EnvelopeSeen::Missing => EnvelopeFound::Missing,
        },
        why: form.why,
    });
    let seen = seen.await;
    asker.about(&thing, seen)?;
    done()
}
