//! Accepted risks of targets.

use ids::{PersonId, TargetId};
use wire::api::v1::{AcceptRisk, RiskShown, Target};

use crate::cli::{RiskArgs, ServerArgs};
use crate::context::{At, Context};
use crate::failure::Failure;
use crate::parse;

/// What is accepted with a target, of what was typed. The reason is that of the server without encryption, if
/// it is said there.
pub(super) fn typed(
    at: &At,
    args: RiskArgs,
    server: &ServerArgs,
) -> Result<Option<AcceptRisk>, Failure> {
    let reason = args.risk_accepted.or(server.plain_text_accepted.clone());
    let (Some(reason), Some(owner), Some(until)) = (reason, args.risk_owner, args.risk_until)
    else {
        return Ok(None);
    };
    Ok(Some(AcceptRisk {
        reason,
        owner: PersonId::parse_at(&at.site, &owner)?,
        until: parse::end_of_day(&until)?,
    }))
}

/// Accepts the risk of a target, or renews that.
pub(super) async fn accept(
    at: &At,
    target: &TargetId,
    (reason, owner, until): (String, &str, &str),
) -> Result<(), Failure> {
    let form = AcceptRisk {
        reason,
        owner: PersonId::parse_at(&at.site, owner)?,
        until: parse::end_of_day(until)?,
    };
    at.api.accept_risk(target, &form).await?;
    Ok(())
}

/// Of a target in a list: on what it rests, how that stands, whose it is and until when.
pub(super) fn risk_text(context: &Context, target: &Target) -> Option<String> {
    let RiskShown {
        kind,
        stands,
        accepted,
    } = target.risk.as_ref()?;
    let owner = accepted.as_ref().and_then(|risk| risk.owner.as_ref());
    let owner = owner.map_or_else(|| "-".to_owned(), ToString::to_string);
    let until = accepted.as_ref().map(|risk| risk.until.to_string());
    let until = until.unwrap_or_else(|| "-".to_owned());
    let (kind, stands) = (kind.sentence(), stands.sentence());
    let what = context.say(kind, &[]);
    let how = context.say(stands, &[]);
    Some(format!("{what} {how} ({owner}, {until})"))
}
