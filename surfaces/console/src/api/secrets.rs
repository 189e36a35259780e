//! The secrets of targets, as far as anything is said of them: never themselves.

use std::collections::BTreeMap;

use access::{AccountSecret, Command, Site, Who};
use axum::Json;
use engine::{Account, SecretsShown, SetSecretError};
use ids::{TargetId, Timestamp};
use wire::api::v1::{
    AcceptTargetSecret, Done, SecretPolicy, SecretSetting, SecretShown, SecretWeakness, Secrets,
    SetTargetSecret, TargetSecretSet,
};

use super::{done, rotation, targets};
use crate::answer::{Answer, Failed};
use crate::asker::{Asker, Readers, Thing};
use crate::body::{Form, Nothing, Of};
use crate::reading::Reading;
use crate::words;

/// To the hospital's people.
pub(crate) async fn list(asker: Asker) -> Answer<Secrets> {
    let beside = beside(&asker).await?;
    let read = asker.read(Readers::AtWork, move |reading| {
        reading
            .sees_all()
            .then(|| shown(reading, &beside))
            .ok_or(Failed::NotFound)
    });
    read.await.map(Json)
}

/// Looks at all of them now.
pub(crate) async fn check(asker: Asker, _: Nothing) -> Answer<Secrets> {
    asker.engine.check_secrets(&asker.by).await?;
    list(asker).await
}

/// Sets what is asked of them.
pub(crate) async fn set_policy(asker: Asker, Form(form): Form<SecretPolicy>) -> Answer<Done> {
    let rotation = rotation::terms(form.rotation)?;
    let policy = access::SecretPolicy {
        rotation,
        refused: words::refused_secrets(form.refused),
        oldest_days: form.oldest_days,
        administrators: form.administrators,
    };
    asker.submit(Command::SetSecretPolicy(policy)).await?;
    done()
}

/// Puts a secret into the vault. It is never shown again, to nobody.
pub(crate) async fn set(
    asker: Asker,
    Of(target): Of<TargetId>,
    Form(form): Form<SetTargetSecret>,
) -> Answer<TargetSecretSet> {
    put(&asker, target, &form, None).await
}

/// The same, although it is weak.
pub(crate) async fn accept(
    asker: Asker,
    Of(target): Of<TargetId>,
    Form(form): Form<AcceptTargetSecret>,
) -> Answer<TargetSecretSet> {
    put(&asker, target, &form.secret, Some(form.reason)).await
}

async fn put(
    asker: &Asker,
    target: TargetId,
    form: &SetTargetSecret,
    accepted: Option<String>,
) -> Answer<TargetSecretSet> {
    let thing = Thing::from(&target);
    let secret = targets::new_secret(form)?;
    let account = Account::of(matches!(form, SetTargetSecret::ReaderPassword(_)));
    let set = asker
        .engine
        .set_secret(&asker.by, &target, account, secret, accepted);
    let set = match set.await {
        Ok(set) => Ok(set),
        Err(SetSecretError::Refused(refusal)) => Err(refusal),
        // What is wrong with it is not repeated: it is a secret.
        Err(SetSecretError::Key(_)) => return Err(Failed::field("key")),
    };
    let set = asker.about(&thing, set)?;
    Ok(Json(TargetSecretSet {
        public: set.public,
        weak: set.weak.into_iter().map(words::weakness_said).collect(),
    }))
}

/// What the state does not say. Whoever sees nothing of it has nothing opened.
async fn beside(asker: &Asker) -> Result<SecretsShown, Failed> {
    let sees = asker.read(Readers::AtWork, |reading| Ok(reading.sees_all()));
    if !sees.await? {
        return Err(Failed::NotFound);
    }
    let engine = asker.engine.clone();
    asker.blocking(move || engine.secrets_shown()).await
}

fn shown(reading: &Reading<'_>, beside: &SecretsShown) -> Secrets {
    let site = reading.site;
    let policy = site.secret_policy();
    let used = used(site);
    let secrets = site.account_secrets();
    let secrets = secrets.map(|known| one(site, &known, beside, &used, reading.now));
    Secrets {
        policy: SecretPolicy {
            refused: words::refused_secrets_said(policy.refused),
            oldest_days: policy.oldest_days,
            administrators: policy.administrators.clone(),
            rotation: policy.rotation.as_ref().map(rotation::terms_said),
        },
        checked: site.secrets_checked(),
        lists: beside.lists.clone(),
        secrets: secrets.collect(),
    }
}

fn one(
    site: &Site,
    known: &AccountSecret<'_>,
    beside: &SecretsShown,
    used: &BTreeMap<(TargetId, bool), Timestamp>,
    now: Timestamp,
) -> SecretShown {
    let policy = site.secret_policy();
    let standing = known.standing;
    let there = if known.reader {
        (known.target.reader_secrets > 0).then_some(access::SecretKind::Password)
    } else {
        known.target.secret
    };
    let weak = standing.weak.iter().copied().map(words::weakness_said);
    let mut weak: Vec<SecretWeakness> = weak.collect();
    if known.is_old(policy, now) {
        weak.push(SecretWeakness::Old);
    }
    if there.is_some() && policy.is_administrator(known.account) {
        weak.push(SecretWeakness::Administrator);
    }
    let of = (known.target.id.clone(), known.reader);
    let twins = beside.twins.get(&of).into_iter().flatten();
    SecretShown {
        target: known.target.id.clone(),
        name: known.target.name.clone(),
        account: known.account.to_owned(),
        reader: known.reader,
        kind: there.map(words::secret_said),
        set: standing.set_at(),
        used: used.get(&of).copied(),
        weak,
        same_as: twins.filter_map(|twin| named(site, twin)).collect(),
        accepted: standing.accepted().map(str::to_owned),
        compromised: rotation::compromised(standing),
        can_be_rotated: known.target.can_be_rotated(),
        rotating: standing.rotating.as_ref().map(|rotating| rotating.begun),
        rotated: standing.rotated,
        rotation_failed: rotation::failed(standing),
        tried_again: standing
            .rotating
            .as_ref()
            .and_then(|rotating| rotating.next_try(now)),
        history: standing.settings.iter().map(setting).collect(),
    }
}

fn named(site: &Site, (target, reader): &(TargetId, bool)) -> Option<String> {
    let target = site.target(target)?;
    let account = target.accounts().find(|known| known.reader == *reader)?;
    Some(format!("{} ({})", target.name, account.account))
}

/// Whoever did something, in a word.
pub(super) fn who(who: &Who) -> String {
    match who {
        Who::Person(person) => person.to_string(),
        Who::LocalOperator { uid } => format!("uid {uid}"),
        Who::Invitee(invitation) => invitation.to_string(),
        Who::Kit => "kit".to_owned(),
        Who::Gateway => "gateway".to_owned(),
    }
}

fn setting(setting: &access::SecretSetting) -> SecretSetting {
    let weak = setting.weak.iter().copied().map(words::weakness_said);
    SecretSetting {
        at: setting.at,
        by: who(&setting.by),
        kind: words::secret_said(setting.kind),
        weak: weak.collect(),
        accepted: setting.accepted.clone(),
    }
}

/// When a session was last opened under each account.
fn used(site: &Site) -> BTreeMap<(TargetId, bool), Timestamp> {
    let mut used = BTreeMap::new();
    for session in site.sessions() {
        let grant = site.grant(&session.grant);
        let terms = grant.and_then(|grant| grant.terms.database.as_ref());
        let reader = terms.is_some_and(|terms| !terms.write);
        let last = used.entry((session.target.clone(), reader));
        let last = last.or_insert(session.opened);
        *last = (*last).max(session.opened);
    }
    used
}
