//! What is known of the targets' secrets: what is weak, why it matters, what to do. The secrets themselves
//! are shown nowhere.

use axum::extract::RawQuery;
use axum::response::Response;
use maud::{Markup, html};
use wire::api::v1::{
    RefusedSecrets, SecretKind, SecretPolicy, SecretSetting, SecretShown, SecretWeakness, Secrets,
};

use super::super::failed::PageFailed;
use super::super::page::{Page, done};
use super::super::parts::{self, Tone};
use super::super::posted::{Posted, filled_lines};
use super::super::signed::Signed;
use super::{Act, choice, of_the_hospital, read, rotation, row, targets};
use crate::answer::Failed;
use crate::api::secrets as api;
use crate::body::{Form, Nothing};

/// The list.
pub(crate) async fn list(signed: Signed, RawQuery(query): RawQuery) -> Result<Page, PageFailed> {
    of_the_hospital(&signed)?;
    let secrets = read(api::list(signed.asker.clone()).await)?;
    let title = signed.say("console-secrets-title", &[]);
    let main = html! {
        h1 { (title) }
        p.lead { (signed.say("console-secrets-lead", &[])) }
        p { a href="/emergency-accounts" { (signed.say("emergency-accounts", &[])) } }
        (looked(&signed, &secrets))
        @if secrets.secrets.is_empty() { (parts::empty(&signed.say("secret-no-target", &[]))) }
        @for secret in &secrets.secrets { (card(&signed, secret)) }
        (asked(&signed, &secrets.policy))
    };
    let page = Page::new(&signed, &title).await;
    Ok(page.after(query.as_deref()).main(main))
}

/// When they were looked at, with which lists, and the button that looks again.
fn looked(signed: &Signed, secrets: &Secrets) -> Markup {
    let checked = match secrets.checked {
        Some(at) => html! { (signed.say("console-secrets-checked", &[])) " " (signed.time(at)) },
        None => html! { (signed.say("secret-never-checked", &[])) },
    };
    let lists = match secrets.lists.as_slice() {
        [] => signed.say("secret-no-lists", &[]),
        lists => signed.say("secret-lists", &[("lists", &lists.join(", "))]),
    };
    html! {
        section.card {
            p { (checked) }
            p { (lists) }
            form method="post" action="/secrets/check" {
                button type="submit" { (signed.say("console-secrets-check", &[])) }
            }
        }
    }
}

fn card(signed: &Signed, secret: &SecretShown) -> Markup {
    let path = targets::path(&secret.target);
    let heading = html! { a href=(path) { (secret.name) } " (" code { (secret.account) } ")" };
    let kind = match secret.kind {
        None => parts::tag(Tone::Look, &signed.say("setup-secret-none", &[])),
        Some(kind) => parts::tag(Tone::Good, &kind_said(signed, kind)),
    };
    let moment = |at: Option<ids::Timestamp>| match at {
        Some(at) => signed.time(at),
        None => html! { "—" },
    };
    let rows = [
        row(signed, "setup-secret", kind),
        row(signed, "console-secrets-set", moment(secret.set)),
        row(signed, "console-secrets-used", moment(secret.used)),
        row(signed, "console-rotated", moment(secret.rotated)),
    ];
    let body = html! {
        (rotation::standing(signed, secret))
        @for weak in &secret.weak {
            (parts::notice(Tone::Look, &html! { p { (weak_said(signed, *weak)) } }))
        }
        @if !secret.same_as.is_empty() {
            p { (signed.say("secret-same-as", &[("others", &secret.same_as.join(", "))])) }
        }
        @if let Some(reason) = &secret.accepted {
            p { (signed.say("secret-accepted", &[("reason", reason)])) }
        }
        (parts::facts(&rows))
        @if !secret.history.is_empty() {
            details {
                summary { (signed.say("console-secrets-history", &[])) }
                ul { @for one in secret.history.iter().rev() { li { (setting(signed, one)) } } }
            }
        }
        @if signed.of_the_hospital() {
            div.actions {
                a.button href=(format!("{path}/secret")) { (signed.say("setup-secret-set", &[])) }
                (rotation::ways(signed, secret))
            }
        }
    };
    parts::card(&heading, &body)
}

fn setting(signed: &Signed, setting: &SecretSetting) -> Markup {
    html! {
        (signed.time(setting.at)) " " (setting.by) " " (kind_said(signed, setting.kind))
        @for weak in &setting.weak { " " (parts::tag(Tone::Look, &weak_word(signed, *weak))) }
        @if let Some(reason) = &setting.accepted {
            " " (signed.say("secret-accepted", &[("reason", reason)]))
        }
    }
}

fn kind_said(signed: &Signed, kind: SecretKind) -> String {
    let id = match kind {
        SecretKind::Password => "secret-password",
        SecretKind::Key => "secret-key",
        SecretKind::Certificate => "secret-certificate",
    };
    signed.say(id, &[])
}

/// What it is, why it matters, what to do.
pub(super) fn weak_said(signed: &Signed, weak: SecretWeakness) -> String {
    let id = match weak {
        SecretWeakness::Guessable => "secret-weak-guessable",
        SecretWeakness::Listed => "secret-weak-listed",
        SecretWeakness::Shared => "secret-weak-shared",
        SecretWeakness::Old => "secret-weak-old",
        SecretWeakness::Administrator => "secret-weak-administrator",
    };
    signed.say(id, &[])
}

fn weak_word(signed: &Signed, weak: SecretWeakness) -> String {
    let id = match weak {
        SecretWeakness::Guessable => "secret-word-guessable",
        SecretWeakness::Listed => "secret-word-listed",
        SecretWeakness::Shared => "secret-word-shared",
        SecretWeakness::Old => "secret-word-old",
        SecretWeakness::Administrator => "secret-word-administrator",
    };
    signed.say(id, &[])
}

/// What the hospital asks of them.
fn asked(signed: &Signed, policy: &SecretPolicy) -> Markup {
    let days = policy.oldest_days.to_string();
    html! {
        section.card {
            h2 { (signed.say("console-secrets-policy", &[])) }
            p { (refused_said(signed, policy.refused)) }
            p { (signed.say("secret-oldest", &[("days", &days)])) }
            @if !policy.administrators.is_empty() {
                p { (signed.say("secret-administrators", &[("names", &policy.administrators.join(", "))])) }
            }
            (rotation::terms(signed, policy.rotation.as_ref()))
            p {
                a.button href="/secrets/policy" { (signed.say("setup-change", &[])) } " "
                a.button href="/secrets/rotation" { (signed.say("rotation-terms", &[])) }
            }
        }
    }
}

fn refused_said(signed: &Signed, refused: RefusedSecrets) -> String {
    let id = match refused {
        RefusedSecrets::Weak => "secret-refused-weak",
        RefusedSecrets::WeakOrShared => "secret-refused-weak-or-shared",
        RefusedSecrets::DangerousNone => "secret-refused-none",
    };
    signed.say(id, &[])
}

/// Looks at all of them now.
pub(crate) async fn check(signed: Signed, _posted: Posted) -> Result<Response, PageFailed> {
    read(api::check(signed.asker.clone(), Nothing).await)?;
    Ok(done("/secrets", "done-secrets-checked"))
}

/// The words of the form for what is refused.
const REFUSED: [(&str, RefusedSecrets); 3] = [
    ("weak", RefusedSecrets::Weak),
    ("weak-or-shared", RefusedSecrets::WeakOrShared),
    ("dangerous-none", RefusedSecrets::DangerousNone),
];

/// The form of what is asked of them.
pub(crate) async fn policy_form(signed: Signed) -> Result<Page, PageFailed> {
    of_the_hospital(&signed)?;
    let policy = read(api::list(signed.asker.clone()).await)?.policy;
    let kinds = REFUSED.map(|(word, refused)| (word.to_owned(), refused_said(&signed, refused)));
    let chosen = REFUSED
        .iter()
        .find(|(_, refused)| *refused == policy.refused)
        .map_or("weak", |(word, _)| *word);
    let fields = html! {
        (choice("refused", &signed.say("console-secrets-refused", &[]), None, &kinds, chosen))
        (parts::line("days", &signed.say("console-secrets-days", &[]), None, &policy.oldest_days.to_string(), true))
        (parts::lines("administrators", &signed.say("console-secrets-administrators", &[]),
            Some(&signed.say("console-secrets-administrators-hint", &[])), &policy.administrators.join("\n"), false))
    };
    let act = Act {
        title: "console-secrets-policy",
        about: "",
        risk: "console-secrets-policy-risk",
        to: "/secrets/policy",
        back: "/secrets",
    };
    Ok(act.page(&signed, &fields).await)
}

/// Sets it.
pub(crate) async fn set_policy(signed: Signed, posted: Posted) -> Result<Response, PageFailed> {
    signed.fresh(&posted).await?;
    // What is not asked on this form stays as it is.
    let rotation = read(api::list(signed.asker.clone()).await)?.policy.rotation;
    let typed = posted.text("refused");
    let refused = REFUSED.iter().find(|(word, _)| *word == typed);
    let days = posted.text("days").parse();
    let names = filled_lines(posted.text("administrators"));
    let policy = SecretPolicy {
        refused: refused.ok_or_else(|| Failed::field("refused"))?.1,
        oldest_days: days.map_err(|_| Failed::field("days"))?,
        rotation,
        administrators: names.map(str::to_owned).collect(),
    };
    read(api::set_policy(signed.asker.clone(), Form(policy)).await)?;
    Ok(done("/secrets", "done-changed"))
}
