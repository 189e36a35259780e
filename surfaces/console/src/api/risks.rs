//! Accepted risks of targets: accepting, renewing, withdrawing, and how they stand.

use access::{Command, NewRisk};
use ids::TargetId;
use wire::api::v1::{
    AcceptRisk, AcceptedRisk, Done, RiskKind, RiskShown, RiskStands, WithdrawRisk,
};

use super::done;
use super::secrets::who;
use crate::answer::Answer;
use crate::asker::{Asker, Thing};
use crate::body::{Form, Of};
use crate::reading::Reading;

/// Accepts the risk on which a target rests, or renews that.
pub(crate) async fn accept(
    asker: Asker,
    Of(target): Of<TargetId>,
    Form(form): Form<AcceptRisk>,
) -> Answer<Done> {
    let thing = Thing::from(&target);
    let risk = accepted(form);
    let accepted = asker.submit(Command::AcceptRisk { target, risk }).await;
    asker.about(&thing, accepted)?;
    done()
}

/// Accepts it no more: its sessions end.
pub(crate) async fn withdraw(
    asker: Asker,
    Of(target): Of<TargetId>,
    Form(form): Form<WithdrawRisk>,
) -> Answer<Done> {
    let thing = Thing::from(&target);
    let reason = form.reason;
    let withdrawn = asker.submit(Command::WithdrawRisk { target, reason }).await;
    asker.about(&thing, withdrawn)?;
    done()
}

pub(super) fn accepted(form: AcceptRisk) -> NewRisk {
    NewRisk {
        reason: form.reason,
        owner: form.owner,
        until: form.until,
    }
}

/// The risk on which a target rests, for the hospital.
pub(super) fn shown(reading: &Reading<'_>, target: &access::Target) -> Option<RiskShown> {
    let kind = target.rests_on()?;
    let stands = reading.site.risk_stands(target, reading.now)?;
    let accepted = target.accepted_risk().map(|risk| AcceptedRisk {
        reason: risk.reason.clone(),
        owner: risk.owner.clone(),
        until: risk.until,
        by: who(&risk.by),
        at: risk.at,
        withdrawn: risk.withdrawn.as_ref().map(|(at, _)| *at),
    });
    Some(RiskShown {
        kind: match kind {
            access::RiskKind::NoTls => RiskKind::NoTls,
            access::RiskKind::OldTls => RiskKind::OldTls,
            access::RiskKind::RawTcp => RiskKind::RawTcp,
            access::RiskKind::Telnet => RiskKind::Telnet,
        },
        stands: match stands {
            access::RiskStands::Holds => RiskStands::Holds,
            access::RiskStands::Unowned => RiskStands::Unowned,
            access::RiskStands::EndsSoon => RiskStands::EndsSoon,
            access::RiskStands::Over => RiskStands::Over,
        },
        accepted,
    })
}
