//! Emergency accounts and their envelopes. The secret of one is printed from the console's page, and only there.

use wire::api::v1::{
    EmergencyAccountShown, EmergencyTerms, EnvelopeSeen, SeeEnvelope, SetEmergencyAccount,
};

use crate::cli::EnvelopeAct;
use crate::context::{At, Context};
use crate::failure::Failure;
use crate::verbs::site::done;
use crate::verbs::targets::find_target;

/// Keeps an account for emergencies, or no more.
pub(super) async fn set(
    context: &Context,
    at: &At,
    target: &str,
    (instructions, look_every_days): (Option<String>, u16),
) -> Result<(), Failure> {
    let id = find_target(at, target).await?;
    let terms = instructions.map(|instructions| EmergencyTerms {
        instructions,
        look_every_days,
    });
    let form = SetEmergencyAccount { terms };
    at.api.set_emergency_account(&id, &form).await?;
    done(context)
}

/// Orders an envelope, says what was seen of it, or tells how they stand.
pub(super) async fn envelope(
    context: &Context,
    at: &At,
    target: Option<&str>,
    act: EnvelopeAct,
) -> Result<(), Failure> {
    let mut accounts = at.api.emergency_accounts().await?.accounts;
    let Some(target) = target else {
        return shown(context, &accounts);
    };
    let id = find_target(at, target).await?;
    if act.order {
        at.api.order_envelope(&id).await?;
        return context.show(&wire::api::v1::Done {}, |context| {
            vec![context.say("cli-envelope-ordered", &[])]
        });
    }
    accounts.retain(|account| account.target == id);
    let (found, why) = match (act.sealed, act.opened, act.missing) {
        (true, _, _) => (EnvelopeSeen::Sealed, None),
        (_, Some(why), _) => (EnvelopeSeen::Opened, Some(why)),
        (_, _, Some(why)) => (EnvelopeSeen::Missing, Some(why)),
        (false, None, None) => return shown(context, &accounts),
    };
    // Of one that was never ordered the gateway says that it is not there.
    let envelope = accounts
        .first()
        .and_then(|account| account.envelope.as_ref());
    let number = envelope.map_or(0, |envelope| envelope.number);
    let form = SeeEnvelope { number, found, why };
    at.api.see_envelope(&id, &form).await?;
    done(context)
}

fn shown(context: &Context, accounts: &Vec<EmergencyAccountShown>) -> Result<(), Failure> {
    context.show(accounts, |context| {
        if accounts.is_empty() {
            return vec![context.say("emergency-accounts-none", &[])];
        }
        accounts
            .iter()
            .flat_map(|account| lines(context, account))
            .collect()
    })
}

fn lines(context: &Context, account: &EmergencyAccountShown) -> Vec<String> {
    let mut head = format!("{} ({})", account.name, account.account);
    if let Some(envelope) = &account.envelope {
        let said = context.say("envelope-number", &[]);
        head.push_str(&format!("  {said} {}", envelope.number));
    }
    let standing = context.say(account.standing.sentence(), &[]);
    let mut lines = vec![head, format!("  {standing}")];
    let envelope = account.envelope.as_ref();
    if let Some(used) = envelope.and_then(|envelope| envelope.used.as_ref()) {
        let said = context.say(used.found.sentence(), &[]);
        let why = used.why.as_deref().unwrap_or_default();
        lines.push(format!("  ! {}  {said}  {}  {why}", used.at, used.by));
    }
    lines
}
