//! On the page of secrets: that others may know one, that one is replaced at its target, and the forms for
//! both.

use axum::extract::RawQuery;
use axum::response::Response;
use ids::TargetId;
use maud::{Markup, html};
use wire::api::v1::{CompromiseSecret, RotateSecret, RotationFailure, RotationTerms, SecretShown};

use super::super::failed::PageFailed;
use super::super::page::{Page, done};
use super::super::parts::{self, Tone};
use super::super::posted::Posted;
use super::super::signed::Signed;
use super::{Act, Number, of, read, targets};
use crate::answer::Failed;
use crate::api::rotation as api;
use crate::body::{Form, Of};

/// What stands in the query of the account that only reads.
const READER: &str = "reader";

/// What is to be known of one secret's replacement.
pub(super) fn standing(signed: &Signed, secret: &SecretShown) -> Markup {
    html! {
        @if let Some(known) = &secret.compromised {
            (parts::notice(Tone::Bad, &html! {
                p { (signed.say("secret-compromised", &[("reason", &known.reason)])) }
                p { (signed.time(known.at)) " " (known.by) }
            }))
        }
        @if let Some(since) = secret.rotating {
            (parts::notice(Tone::Look, &html! {
                p { (signed.say("secret-rotating", &[])) " " (signed.time(since)) }
            }))
        }
        @if let Some(failed) = &secret.rotation_failed {
            (parts::notice(Tone::Bad, &html! {
                p { (signed.time(failed.at)) " " (signed.say(failed.why.sentence(), &[])) }
                p { (signed.say(failed.works_now(), &[])) }
                @if let Some(at) = secret.tried_again {
                    p { (signed.say("rotation-tried-again", &[])) " " (signed.time(at)) }
                }
            }))
        }
    }
}

/// The ways to do something about it.
pub(super) fn ways(signed: &Signed, secret: &SecretShown) -> Markup {
    let path = targets::path(&secret.target);
    let query = if secret.reader { "?reader" } else { "" };
    html! {
        @if secret.kind.is_some() {
            @if secret.can_be_rotated && secret.rotating.is_none() {
                a.button href=(format!("{path}/secret/rotate{query}")) { (signed.say("console-rotate", &[])) }
            }
            @if secret.rotation_failed.as_ref().is_some_and(|failed| failed.why == RotationFailure::NotSaved) {
                a.button href=(format!("{path}/rotation-way")) { (signed.say("rotation-way-set", &[])) }
            }
            @if secret.compromised.is_none() {
                a.button href=(format!("{path}/secret/compromised{query}")) { (signed.say("console-compromise", &[])) }
            }
        }
    }
}

/// What the gateway does by itself.
pub(super) fn terms(signed: &Signed, terms: Option<&RotationTerms>) -> Markup {
    let Some(terms) = terms else {
        return html! { p { (signed.say("rotation-by-hand", &[])) } };
    };
    let targets: Vec<String> = terms.targets.iter().map(ToString::to_string).collect();
    let days = terms.every_days.map(|days| days.to_string());
    html! {
        p { (signed.say("rotation-targets", &[("targets", &targets.join(", "))])) }
        @if terms.after_visits { p { (signed.say("rotation-after-visits", &[])) } }
        @if let Some(days) = days { p { (signed.say("rotation-every", &[("days", &days)])) } }
    }
}

fn of_the_reader(query: Option<&str>) -> bool {
    query == Some(READER)
}

fn hidden(reader: bool) -> Markup {
    html! { @if reader { input type="hidden" name=(READER) value="yes"; } }
}

/// A form about one of a target's secrets, which leads back to all of them: its title, its risk, where it goes.
async fn form(
    signed: &Signed,
    number: Number<TargetId>,
    query: Option<&str>,
    (title, risk, to): (&'static str, &'static str, &str),
    asked: &Markup,
) -> Result<Page, PageFailed> {
    let target = targets::found(signed, of(number)?).await?;
    let fields = html! { (hidden(of_the_reader(query))) (asked) };
    let act = Act {
        title,
        about: &target.name,
        risk,
        to: &format!("{}/secret/{to}", targets::path(&target.id)),
        back: "/secrets",
    };
    Ok(act.page(signed, &fields).await)
}

/// The form that says that others may know it.
pub(crate) async fn compromise_form(
    signed: Signed,
    number: Number<TargetId>,
    RawQuery(query): RawQuery,
) -> Result<Page, PageFailed> {
    let asked = html! {
        (parts::line("reason", &signed.say("console-compromise-reason", &[]),
            Some(&signed.say("console-compromise-hint", &[])), "", true))
    };
    let what = (
        "console-compromise",
        "console-compromise-risk",
        "compromised",
    );
    form(&signed, number, query.as_deref(), what, &asked).await
}

/// Says it.
pub(crate) async fn compromise(
    signed: Signed,
    number: Number<TargetId>,
    posted: Posted,
) -> Result<Response, PageFailed> {
    let target = of(number)?;
    signed.fresh(&posted).await?;
    let reason = posted.text("reason").trim().to_owned();
    if reason.is_empty() {
        return Err(Failed::field("reason").into());
    }
    let reader = posted.checked(READER);
    let form = CompromiseSecret { reader, reason };
    read(api::compromise(signed.asker.clone(), Of(target), Form(form)).await)?;
    Ok(done("/secrets", "done-compromised"))
}

/// The form that has it replaced.
pub(crate) async fn rotate_form(
    signed: Signed,
    number: Number<TargetId>,
    RawQuery(query): RawQuery,
) -> Result<Page, PageFailed> {
    let what = ("console-rotate", "console-rotate-risk", "rotate");
    form(&signed, number, query.as_deref(), what, &html! {}).await
}

/// Has it replaced.
pub(crate) async fn rotate(
    signed: Signed,
    number: Number<TargetId>,
    posted: Posted,
) -> Result<Response, PageFailed> {
    let target = of(number)?;
    signed.fresh(&posted).await?;
    let reader = posted.checked(READER);
    let form = RotateSecret { reader };
    read(api::rotate(signed.asker.clone(), Of(target), Form(form)).await)?;
    Ok(done("/secrets", "done-rotating"))
}
