//! Secrets that others may know, and that are replaced at their targets.

use wire::api::v1::{RotationTerms, SecretShown};

use crate::cli::PolicyArgs;
use crate::context::{At, Context};
use crate::failure::Failure;
use crate::verbs::targets::find_target;

/// What the gateway does by itself: what is not named stays as it is.
pub(super) async fn terms(
    at: &At,
    before: Option<RotationTerms>,
    args: &PolicyArgs,
) -> Result<Option<RotationTerms>, Failure> {
    if args.no_rotation {
        return Ok(None);
    }
    let named = !args.rotate.is_empty();
    if !named && args.after_visits.is_none() && args.every_days.is_none() {
        return Ok(before);
    }
    let mut terms = before.unwrap_or(RotationTerms {
        targets: Vec::new(),
        after_visits: true,
        every_days: None,
    });
    if named {
        terms.targets.clear();
    }
    for target in &args.rotate {
        terms.targets.push(find_target(at, target).await?);
    }
    if let Some(after) = args.after_visits {
        terms.after_visits = after;
    }
    if args.every_days.is_some() {
        terms.every_days = args.every_days;
    }
    Ok(Some(terms))
}

pub(super) fn terms_lines(context: &Context, terms: Option<&RotationTerms>) -> Vec<String> {
    let Some(terms) = terms else {
        return vec![context.say("rotation-by-hand", &[])];
    };
    let targets: Vec<String> = terms.targets.iter().map(ToString::to_string).collect();
    let mut lines = vec![context.say("rotation-targets", &[("targets", &targets.join(", "))])];
    if terms.after_visits {
        lines.push(context.say("rotation-after-visits", &[]));
    }
    if let Some(days) = terms.every_days {
        lines.push(context.say("rotation-every", &[("days", &days.to_string())]));
    }
    lines
}

/// What is to be known of one secret's replacement.
pub(super) fn standing(context: &Context, secret: &SecretShown) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(known) = &secret.compromised {
        let said = context.say("secret-compromised", &[("reason", &known.reason)]);
        lines.push(format!("  ! {said}  {}  {}", known.at, known.by));
    }
    if let Some(since) = secret.rotating {
        let said = context.say("secret-rotating", &[]);
        lines.push(format!("  ! {said}  {since}"));
    }
    if let Some(failed) = &secret.rotation_failed {
        let why = context.say(failed.why.sentence(), &[]);
        let works = context.say(failed.works_now(), &[]);
        lines.push(format!("  ! {}  {why} {works}", failed.at));
        if let Some(at) = secret.tried_again {
            let said = context.say("rotation-tried-again", &[]);
            lines.push(format!("  ! {said}  {at}"));
        }
    }
    if let Some(at) = secret.rotated {
        let at = at.to_string();
        lines.push(format!(
            "    {}",
            context.say("secret-rotated-at", &[("at", &at)])
        ));
    }
    lines
}
