//! Whether each visit gets an account of its own at a target, and what that means, in plain words.

use axum::response::Response;
use ids::TargetId;
use maud::{Markup, html};
use wire::api::v1::{SetVisitAccounts, Target, VisitAccounts};

use super::super::failed::PageFailed;
use super::super::page::{Page, done};
use super::super::parts::{self, Tone};
use super::super::posted::{Posted, filled_lines};
use super::super::signed::Signed;
use super::targets::{found, path};
use super::{Act, Number, of, read};
use crate::api::visit_accounts as api;
use crate::body::{Form, Of};

/// What holds there, for people.
pub(super) fn card(signed: &Signed, target: &Target) -> Markup {
    if !target.can_have_visit_accounts {
        return html! {};
    }
    let word = |id| signed.say(id, &[]);
    let body = html! {
        p { (word("visit-accounts-why")) }
        @match &target.visit_accounts {
            None => p { (word("visit-accounts-off")) },
            Some(known) => {
                p { (signed.say("visit-accounts-on", &[("manager", &known.manager)])) }
                @if !known.groups.is_empty() {
                    p { (signed.say("visit-accounts-groups", &[("groups", &known.groups.join(", "))])) }
                }
                @if !known.secret {
                    p { (parts::tag(Tone::Look, &word("setup-secret-none"))) }
                }
                @if !known.standing.is_empty() {
                    p { (signed.say("visit-accounts-standing", &[("accounts", &known.standing.join(", "))])) }
                }
            },
        }
    };
    parts::card(&html! { (word("visit-accounts")) }, &body)
}

/// The form that chooses it.
pub(crate) async fn form(signed: Signed, number: Number<TargetId>) -> Result<Page, PageFailed> {
    let target = found(&signed, of(number)?).await?;
    let path = path(&target.id);
    let act = Act {
        title: "visit-accounts-set",
        about: &target.name,
        risk: "visit-accounts-risk",
        to: &format!("{path}/visit-accounts"),
        back: &path,
    };
    let word = |id| signed.say(id, &[]);
    let linux = target.ssh.is_some();
    let hint = if linux {
        "visit-accounts-manager-linux"
    } else {
        "visit-accounts-manager-postgres"
    };
    let known = target.visit_accounts.as_ref();
    let manager = known.map_or("", |known| &known.manager);
    let groups = known.map_or_else(String::new, |known| known.groups.join("\n"));
    let fields = html! {
        p { (word("visit-accounts-why")) }
        (parts::line("manager", &word("visit-accounts-manager"), Some(&word(hint)), manager, false))
        @if linux {
            (parts::lines("groups", &word("visit-accounts-group-names"),
                Some(&word("visit-accounts-group-names-hint")), &groups, false))
        }
    };
    Ok(act.page(&signed, &fields).await)
}

/// Chooses it.
pub(crate) async fn set(
    signed: Signed,
    number: Number<TargetId>,
    posted: Posted,
) -> Result<Response, PageFailed> {
    let target = of(number)?;
    signed.fresh(&posted).await?;
    let path = path(&target);
    let manager = posted.text("manager").trim().to_owned();
    let groups = filled_lines(posted.text("groups")).map(str::to_owned);
    let accounts = (!manager.is_empty()).then(|| VisitAccounts {
        manager,
        groups: groups.collect(),
    });
    let form = SetVisitAccounts { accounts };
    read(api::set(signed.asker.clone(), Of(target), Form(form)).await)?;
    Ok(done(&path, "done-changed"))
}
