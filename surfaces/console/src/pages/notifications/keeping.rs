//! What who keeps the site sets: the mail server, the webhooks, the minutes for an answer. Each form says
//! what is at risk.

use axum::response::{IntoResponse, Response};
use maud::html;
use wire::Secret;
use wire::api::v1::{MailSecurity, NoticeTerms, Preset, RemoveWebhook, SetMailServer, SetWebhook};

use super::super::failed::PageFailed;
use super::super::page::{Page, done};
use super::super::parts;
use super::super::posted::Posted;
use super::super::registry::{Act, choice, of_the_hospital, read};
use super::super::signed::Signed;
use super::preset_name;
use crate::answer::Failed;
use crate::api::notify as api;
use crate::body::{Form, Nothing};

/// The form of the mail server.
pub(crate) async fn mail_form(signed: Signed) -> Result<Page, PageFailed> {
    of_the_hospital(&signed)?;
    let held = read(api::show(signed.asker.clone()).await)?.mail;
    let text =
        |of: fn(&wire::api::v1::MailShown) -> String| held.as_ref().map(of).unwrap_or_default();
    let port = held.as_ref().map_or(587, |mail| mail.port).to_string();
    let options = [
        ("start_tls".to_owned(), "STARTTLS (587)".to_owned()),
        ("implicit".to_owned(), "TLS (465)".to_owned()),
        (
            "dangerous_plaintext".to_owned(),
            signed.say("notify-plaintext", &[]),
        ),
    ];
    let chosen = match held.as_ref().map(|mail| mail.security) {
        None | Some(MailSecurity::StartTls) => "start_tls",
        Some(MailSecurity::Implicit) => "implicit",
        Some(MailSecurity::DangerousPlaintext) => "dangerous_plaintext",
    };
    let hint = |id: &str| signed.say(id, &[]);
    let fields = html! {
        (parts::line("host", &hint("notify-server"), None, &text(|mail| mail.host.clone()), true))
        (parts::line("port", &hint("notify-port"), None, &port, true))
        (choice("security", &hint("notify-security"), Some(&hint("notify-security-hint")), &options, chosen))
        (parts::line("from", &hint("notify-from"), None, &text(|mail| mail.from.clone()), true))
        (parts::line("user", &hint("notify-user"), None, &text(|mail| mail.user.clone().unwrap_or_default()), false))
        div.field {
            label for="password" { (hint("notify-password")) }
            input id="password" name="password" type="password" autocomplete="new-password" aria-describedby="password-hint";
            p.hint id="password-hint" { (hint("notify-password-hint")) }
        }
        (parts::lines("roots", &hint("notify-roots"), Some(&hint("notify-roots-hint")), "", false))
    };
    let act = Act {
        title: "notify-mail-set",
        about: "",
        risk: "notify-mail-risk",
        to: "/notifications/mail",
        back: "/notifications",
    };
    Ok(act.page(&signed, &fields).await)
}

/// Sets it.
pub(crate) async fn set_mail(signed: Signed, posted: Posted) -> Result<Response, PageFailed> {
    signed.fresh(&posted).await?;
    let form = SetMailServer {
        host: posted.text("host").to_owned(),
        port: posted
            .text("port")
            .parse()
            .map_err(|_| Failed::field("port"))?,
        security: match posted.text("security") {
            "start_tls" => MailSecurity::StartTls,
            "implicit" => MailSecurity::Implicit,
            "dangerous_plaintext" => MailSecurity::DangerousPlaintext,
            _ => return Err(Failed::field("security").into()),
        },
        from: posted.text("from").to_owned(),
        user: posted.some("user").map(str::to_owned),
        password: posted.some("password").map(Secret::from),
        roots: posted.some("roots").map(str::to_owned),
    };
    read(api::set_mail(signed.asker.clone(), Form(form)).await)?;
    Ok(done("/notifications", "done-changed"))
}

/// Lets no mail leave any more.
pub(crate) async fn remove_mail(signed: Signed, _: Posted) -> Result<Response, PageFailed> {
    read(api::remove_mail(signed.asker.clone(), Nothing).await)?;
    Ok(done("/notifications", "done-removed"))
}

/// The form of a webhook.
pub(crate) async fn new_webhook(signed: Signed) -> Result<Page, PageFailed> {
    of_the_hospital(&signed)?;
    let presets = [
        ("slack", Preset::Slack),
        ("teams", Preset::Teams),
        ("line_works", Preset::LineWorks),
        ("generic", Preset::Generic),
    ];
    let options = presets.map(|(id, preset)| (id.to_owned(), preset_name(preset).to_owned()));
    let hint = |id: &str| signed.say(id, &[]);
    let fields = html! {
        (parts::line("name", &hint("notify-webhook-name"), Some(&hint("notify-webhook-name-hint")), "", true))
        (choice("preset", &hint("notify-preset"), None, &options, "slack"))
        div.field {
            label for="url" { (hint("notify-url")) }
            input id="url" name="url" type="password" autocomplete="new-password" required aria-describedby="url-hint";
            p.hint id="url-hint" { (hint("notify-url-hint")) }
        }
        (parts::lines("roots", &hint("notify-roots"), Some(&hint("notify-roots-hint")), "", false))
    };
    let act = Act {
        title: "notify-webhook-set",
        about: "",
        risk: "notify-webhook-risk",
        to: "/notifications/webhooks/new",
        back: "/notifications",
    };
    Ok(act.page(&signed, &fields).await)
}

/// Sets it up; the key of our own form is shown this once.
pub(crate) async fn set_webhook(signed: Signed, posted: Posted) -> Result<Response, PageFailed> {
    signed.fresh(&posted).await?;
    let form = SetWebhook {
        name: posted.text("name").to_owned(),
        preset: match posted.text("preset") {
            "slack" => Preset::Slack,
            "teams" => Preset::Teams,
            "line_works" => Preset::LineWorks,
            "generic" => Preset::Generic,
            _ => return Err(Failed::field("preset").into()),
        },
        url: Secret::from(posted.text("url")),
        roots: posted.some("roots").map(str::to_owned),
    };
    let set = read(api::set_webhook(signed.asker.clone(), Form(form)).await)?;
    let Some(key) = set.key else {
        return Ok(done("/notifications", "done-changed"));
    };
    let title = signed.say("notify-key-title", &[]);
    let main = html! {
        h1 { (title) }
        p { (signed.say("notify-key-why", &[])) }
        p { code { (key.reveal()) } }
        p { a.button href="/notifications" { (signed.say("notify-title", &[])) } }
    };
    Ok(Page::new(&signed, &title).await.main(main).into_response())
}

/// Takes one away.
pub(crate) async fn remove_webhook(signed: Signed, posted: Posted) -> Result<Response, PageFailed> {
    let name = posted.text("name").to_owned();
    read(api::remove_webhook(signed.asker.clone(), Form(RemoveWebhook { name })).await)?;
    Ok(done("/notifications", "done-removed"))
}

/// The form of what holds for all messages.
pub(crate) async fn terms_form(signed: Signed) -> Result<Page, PageFailed> {
    of_the_hospital(&signed)?;
    let held = read(api::show(signed.asker.clone()).await)?;
    let within = held
        .answer_within
        .unwrap_or(access::limits::ANSWER_WITHIN_MINUTES);
    let hint = |id: &str| signed.say(id, &[]);
    let fields = html! {
        (parts::line("answer_within", &hint("notify-minutes"), Some(&hint("notify-minutes-hint")), &within.to_string(), true))
        (parts::tick("english", "on", &hint("notify-english"), held.english))
    };
    let act = Act {
        title: "notify-terms",
        about: "",
        risk: "notify-terms-risk",
        to: "/notifications/terms",
        back: "/notifications",
    };
    Ok(act.page(&signed, &fields).await)
}

/// Sets it.
pub(crate) async fn set_terms(signed: Signed, posted: Posted) -> Result<Response, PageFailed> {
    signed.fresh(&posted).await?;
    let minutes = posted.text("answer_within").parse();
    let terms = NoticeTerms {
        answer_within: minutes.map_err(|_| Failed::field("answer_within"))?,
        english: posted.checked("english"),
    };
    read(api::set_terms(signed.asker.clone(), Form(terms)).await)?;
    Ok(done("/notifications", "done-changed"))
}
