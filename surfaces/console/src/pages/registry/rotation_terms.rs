//! Which secrets the gateway replaces by itself, and when: chosen target by target, with what can go wrong in plain
//! words.

use axum::response::Response;
use ids::TargetId;
use maud::html;
use wire::api::v1::{RotationTerms, SecretShown};

use super::super::failed::PageFailed;
use super::super::page::{Page, done};
use super::super::parts;
use super::super::posted::Posted;
use super::super::signed::Signed;
use super::{Act, of_the_hospital, read};
use crate::answer::Failed;
use crate::api::secrets as api;
use crate::body::Form;

/// The targets whose secrets the gateway can replace, each once, by its id and for people.
fn possible(secrets: &[SecretShown]) -> Vec<(TargetId, String)> {
    let mut found: Vec<(TargetId, String)> = Vec::new();
    for secret in secrets.iter().filter(|secret| secret.can_be_rotated) {
        match found.iter_mut().find(|(id, _)| *id == secret.target) {
            Some((_, said)) => {
                said.push_str(", ");
                said.push_str(&secret.account);
            }
            None => found.push((
                secret.target.clone(),
                format!("{}: {}", secret.name, secret.account),
            )),
        }
    }
    found
}

/// The form.
pub(crate) async fn form(signed: Signed) -> Result<Page, PageFailed> {
    of_the_hospital(&signed)?;
    let secrets = read(api::list(signed.asker.clone()).await)?;
    let terms = secrets.policy.rotation.as_ref();
    let chosen = |id: &TargetId| terms.is_some_and(|terms| terms.targets.contains(id));
    let after = terms.is_none_or(|terms| terms.after_visits);
    let days = terms.and_then(|terms| terms.every_days);
    let days = days.map(|days| days.to_string()).unwrap_or_default();
    let word = |id| signed.say(id, &[]);
    let targets = possible(&secrets.secrets);
    let fields = html! {
        @if targets.is_empty() { (parts::empty(&word("rotation-terms-nothing"))) }
        fieldset {
            legend { (word("rotation-terms-targets")) }
            @for (id, said) in &targets {
                (parts::tick("target", &id.to_string(), said, chosen(id)))
            }
            p.hint { (word("rotation-terms-none")) }
        }
        fieldset {
            legend { (word("rotation-terms-when")) }
            (parts::tick("after_visits", "yes", &word("rotation-terms-after-visits"), after))
            (parts::line("days", &word("rotation-terms-days"), Some(&word("rotation-terms-days-hint")), &days, false))
        }
    };
    let act = Act {
        title: "rotation-terms",
        about: "",
        risk: "rotation-terms-risk",
        to: "/secrets/rotation",
        back: "/secrets",
    };
    Ok(act.page(&signed, &fields).await)
}

/// Sets them.
pub(crate) async fn set(signed: Signed, posted: Posted) -> Result<Response, PageFailed> {
    signed.fresh(&posted).await?;
    // What is not asked on this form stays as it is.
    let mut policy = read(api::list(signed.asker.clone()).await)?.policy;
    let targets: Result<Vec<TargetId>, _> = posted.all("target").map(str::parse).collect();
    let targets = targets.map_err(|_| Failed::field("target"))?;
    let days = posted.some("days").map(str::parse).transpose();
    let every_days = days.map_err(|_| Failed::field("days"))?;
    policy.rotation = (!targets.is_empty()).then(|| RotationTerms {
        targets,
        after_visits: posted.checked("after_visits"),
        every_days,
    });
    read(api::set_policy(signed.asker.clone(), Form(policy)).await)?;
    Ok(done("/secrets", "done-changed"))
}
