//! Accepted risks on the page of a target: how one stands, who answers for it, and the forms that accept,
//! renew and withdraw it.

use axum::response::Response;
use ids::TargetId;
use maud::{Markup, html};
use wire::api::v1::{
    AcceptRisk, AcceptedRisk, Employer, Person, Protocol, RiskShown, RiskStands, ServerIdentity,
    Target, WithdrawRisk,
};

use super::super::failed::PageFailed;
use super::super::page::{Page, done};
use super::super::parts::{self, Tone};
use super::super::posted::Posted;
use super::super::signed::Signed;
use super::{Act, Number, choice, forms, of, or_dash, read, row, targets};
use crate::answer::Failed;
use crate::api::{people, risks as api};
use crate::body::{Form, Of};

/// The people who can be named as owners: those of the hospital.
pub(super) async fn owners(signed: &Signed) -> Result<Vec<(String, String)>, PageFailed> {
    let persons = read(people::list(signed.asker.clone()).await)?;
    let own = |person: &&Person| {
        person.employer == Employer::Hospital && !person.suspended && !person.erased
    };
    let named = persons.iter().filter(own).map(|person| {
        let name = or_dash(person.name.as_deref());
        (person.id.to_string(), name.to_owned())
    });
    Ok(named.collect())
}

/// How the risk of a target stands, for people; nothing of one that rests on none.
pub(super) async fn card(signed: &Signed, target: &Target) -> Result<Markup, PageFailed> {
    let Some(risk) = &target.risk else {
        return Ok(html! {});
    };
    let persons = owners(signed).await?;
    let tone = match risk.stands {
        RiskStands::Holds => Tone::Good,
        RiskStands::Unowned | RiskStands::EndsSoon => Tone::Look,
        RiskStands::Over => Tone::Bad,
    };
    let path = targets::path(&target.id);
    let button = |to: &str, id: &str| {
        html! { a.button href=(format!("{path}/{to}")) { (signed.say(id, &[])) } " " }
    };
    let body = html! {
        p { (signed.say(risk.kind.sentence(), &[])) }
        (parts::notice(tone, &html! { p { (signed.say(risk.stands.sentence(), &[])) } }))
        @if let Some(accepted) = &risk.accepted { (facts(signed, accepted, &persons)) }
        p.actions {
            (button("risk", if may_withdraw(risk) { "risk-renew" } else { "risk-accept" }))
            @if may_withdraw(risk) { (button("risk/withdrawn", "risk-withdraw")) }
        }
    };
    Ok(parts::card(
        &html! { (signed.say("risk-title", &[])) },
        &body,
    ))
}

fn may_withdraw(risk: &RiskShown) -> bool {
    risk.stands != RiskStands::Over
}

fn facts(signed: &Signed, accepted: &AcceptedRisk, persons: &[(String, String)]) -> Markup {
    let named = |id: &str| {
        let known = persons.iter().find(|(person, _)| person == id);
        known.map_or_else(|| id.to_owned(), |(_, name)| name.clone())
    };
    let owner = accepted.owner.as_ref().map(ToString::to_string);
    let owner = owner.map_or_else(|| "—".to_owned(), |owner| named(&owner));
    let mut rows = vec![
        row(signed, "risk-reason", or_dash(Some(&accepted.reason))),
        row(signed, "risk-owner", owner),
        row(signed, "risk-until", signed.time(accepted.until)),
        row(
            signed,
            "risk-accepted-by",
            html! { (named(&accepted.by)) " " (signed.time(accepted.at)) },
        ),
    ];
    if let Some(at) = accepted.withdrawn {
        rows.push(row(signed, "risk-withdrawn-at", signed.time(at)));
    }
    parts::facts(&rows)
}

/// The fields with which a risk is accepted.
pub(super) fn fields(signed: &Signed, owners: &[(String, String)], needed: bool) -> Markup {
    let word = |id: &str| signed.say(id, &[]);
    let nobody = (String::new(), "—".to_owned());
    let options: Vec<_> = std::iter::once(nobody)
        .chain(owners.iter().cloned())
        .collect();
    html! {
        (parts::line("accepted", &word("risk-reason"), Some(&word("risk-reason-hint")), "", needed))
        (choice("risk-owner", &word("risk-owner"), Some(&word("risk-owner-hint")), &options, ""))
        div.field {
            label for="risk-until" { (word("risk-last-day")) }
            input #risk-until type="date" name="risk-until" required[needed] aria-describedby="risk-until-hint";
            p.hint #risk-until-hint { (word("risk-last-day-hint")) }
        }
    }
}

/// What is typed into them.
fn typed(posted: &Posted) -> Result<AcceptRisk, Failed> {
    let owner = posted.text("risk-owner").parse();
    Ok(AcceptRisk {
        reason: posted.text("accepted").to_owned(),
        owner: owner.map_err(|_| Failed::field("risk-owner"))?,
        until: forms::end_of_day(posted.text("risk-until"))
            .ok_or_else(|| Failed::field("risk-until"))?,
    })
}

/// What is typed where the target rests on a risk, and nothing of any other.
pub(super) fn typed_for(
    posted: &Posted,
    protocol: Option<Protocol>,
    server: Option<&ServerIdentity>,
) -> Result<Option<AcceptRisk>, Failed> {
    let open = match server {
        Some(ServerIdentity::PlainText { .. } | ServerIdentity::OldTls { .. }) => true,
        Some(ServerIdentity::Tls { .. }) | None => false,
    };
    let rests = open || matches!(protocol, Some(Protocol::Tcp | Protocol::Telnet));
    rests.then(|| typed(posted)).transpose()
}

/// The form that accepts or renews one.
pub(crate) async fn accept_form(
    signed: Signed,
    number: Number<TargetId>,
) -> Result<Page, PageFailed> {
    let target = targets::found(&signed, of(number)?).await?;
    let asked = fields(&signed, &owners(&signed).await?, true);
    let kind = target
        .risk
        .as_ref()
        .map(|risk| signed.say(risk.kind.sentence(), &[]));
    let asked = html! { @if let Some(kind) = kind { p { (kind) } } (asked) };
    let path = targets::path(&target.id);
    let act = Act {
        title: "risk-accept",
        about: &target.name,
        risk: "risk-accept-risk",
        to: &format!("{path}/risk"),
        back: &path,
    };
    Ok(act.page(&signed, &asked).await)
}

/// Accepts or renews it.
pub(crate) async fn accept(
    signed: Signed,
    number: Number<TargetId>,
    posted: Posted,
) -> Result<Response, PageFailed> {
    let target = of(number)?;
    signed.fresh(&posted).await?;
    let path = targets::path(&target);
    let form = typed(&posted)?;
    read(api::accept(signed.asker.clone(), Of(target), Form(form)).await)?;
    Ok(done(&path, "done-risk-accepted"))
}

/// The form that withdraws one.
pub(crate) async fn withdraw_form(
    signed: Signed,
    number: Number<TargetId>,
) -> Result<Page, PageFailed> {
    let target = targets::found(&signed, of(number)?).await?;
    let path = targets::path(&target.id);
    let asked = parts::line(
        "reason",
        &signed.say("risk-withdraw-why", &[]),
        None,
        "",
        true,
    );
    let act = Act {
        title: "risk-withdraw",
        about: &target.name,
        risk: "risk-withdraw-risk",
        to: &format!("{path}/risk/withdrawn"),
        back: &path,
    };
    Ok(act.page(&signed, &asked).await)
}

/// Withdraws it.
pub(crate) async fn withdraw(
    signed: Signed,
    number: Number<TargetId>,
    posted: Posted,
) -> Result<Response, PageFailed> {
    let target = of(number)?;
    signed.fresh(&posted).await?;
    let path = targets::path(&target);
    let reason = posted.text("reason").to_owned();
    let form = WithdrawRisk { reason };
    read(api::withdraw(signed.asker.clone(), Of(target), Form(form)).await)?;
    Ok(done(&path, "done-risk-withdrawn"))
}
