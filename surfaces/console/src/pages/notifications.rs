//! Notifications: one's own ways and quiet hours, what was delivered, and for who keeps the site the mail
//! server, the webhooks and the minutes for an answer.

mod keeping;
mod quiet;

use axum::extract::RawQuery;
use axum::response::Response;
use maud::{Markup, html};
use wire::api::v1::{
    Delivery, MailSecurity, NoticeAbout, Notifications, Preset, Sent, SetWays, Undelivered, Way,
    WayKind, WaysShown,
};

use super::failed::PageFailed;
use super::page::{Page, done};
use super::parts::{self, Tone};
use super::posted::{Posted, filled_lines};
use super::registry::{Act, read, row};
use super::signed::Signed;
use crate::api::notify as api;
use crate::body::{Form, Nothing};

pub(crate) use keeping::{
    mail_form, new_webhook, remove_mail, remove_webhook, set_mail, set_terms, set_webhook,
    terms_form,
};

/// Deliveries on the page: those of about a week.
const SHOWN: usize = 30;

/// Everything that the reader may see of it.
pub(crate) async fn show(signed: Signed, RawQuery(query): RawQuery) -> Result<Page, PageFailed> {
    let page = shown(&signed, None).await?;
    Ok(page.after(query.as_deref()))
}

async fn shown(signed: &Signed, tried: Option<Vec<Sent>>) -> Result<Page, PageFailed> {
    let own = own_ways(signed).await?;
    let told = read(api::deliveries(signed.asker.clone()).await)?;
    let site = match signed.of_the_hospital() {
        true => Some(read(api::show(signed.asker.clone()).await)?),
        false => None,
    };
    let title = signed.say("notify-title", &[]);
    let main = html! {
        h1 { (title) }
        p { (signed.say("notify-lead", &[])) }
        @if let Some(site) = &site {
            @if !site.somebody_can_be_told {
                (parts::notice(Tone::Look, &html! { p { (signed.say("notify-nobody", &[])) } }))
            }
        }
        @if let Some(tried) = &tried { (tries(signed, tried)) }
        (own_card(signed, own.as_ref()))
        @if let Some(site) = &site { (mail_card(signed, site)) (webhook_card(signed, site)) (answer_card(signed, site)) }
        (told_card(signed, &told))
    };
    Ok(Page::new(signed, &title).await.main(main))
}

async fn own_ways(signed: &Signed) -> Result<Option<WaysShown>, PageFailed> {
    let ways = read(api::ways(signed.asker.clone()).await)?;
    let me = signed.asker.person();
    Ok(ways.into_iter().find(|ways| Some(&ways.person) == me))
}

fn heading(signed: &Signed, id: &str) -> Markup {
    html! { (signed.say(id, &[])) }
}

fn own_card(signed: &Signed, own: Option<&WaysShown>) -> Markup {
    let ways = own.map(|own| own.ways.as_slice()).unwrap_or_default();
    let quiet = own.map(|own| own.quiet.as_slice()).unwrap_or_default();
    let body = html! {
        @if ways.is_empty() { (parts::empty(&signed.say("notify-no-way", &[]))) }
        @else {
            ul {
                @for way in ways {
                    li {
                        @match way {
                            Way::Mail(address) => (address),
                            Way::Webhook(name) => { (signed.say("notify-webhook", &[])) " " (name) },
                        }
                    }
                }
            }
            (parts::facts(&[row(signed, "notify-quiet", quiet::said(signed, quiet))]))
        }
        p { a.button href="/notifications/ways" { (signed.say("notify-change-own", &[])) } }
        @if !ways.is_empty() {
            form method="post" action="/notifications/test" {
                button.quiet type="submit" { (signed.say("notify-test", &[])) }
            }
        }
    };
    parts::card(&heading(signed, "notify-own"), &body)
}

fn mail_card(signed: &Signed, site: &Notifications) -> Markup {
    let body = html! {
        @match &site.mail {
            None => (parts::empty(&signed.say("notify-no-mail", &[]))),
            Some(mail) => {
                (parts::facts(&[
                    row(signed, "notify-server", format!("{}:{}", mail.host, mail.port)),
                    row(signed, "notify-security", security(signed, mail.security)),
                    row(signed, "notify-from", &mail.from),
                ]))
                form method="post" action="/notifications/mail/remove" {
                    button.quiet type="submit" { (signed.say("notify-mail-remove", &[])) }
                }
            },
        }
        p { a.button href="/notifications/mail" { (signed.say("notify-mail-set", &[])) } }
    };
    parts::card(&heading(signed, "notify-mail"), &body)
}

fn security(signed: &Signed, security: MailSecurity) -> Markup {
    match security {
        MailSecurity::StartTls => html! { "STARTTLS" },
        MailSecurity::Implicit => html! { "TLS" },
        MailSecurity::DangerousPlaintext => {
            parts::tag(Tone::Bad, &signed.say("notify-plaintext", &[]))
        }
    }
}

fn webhook_card(signed: &Signed, site: &Notifications) -> Markup {
    let body = html! {
        @if site.webhooks.is_empty() { (parts::empty(&signed.say("notify-no-webhook", &[]))) }
        @for hook in &site.webhooks {
            p { strong { (hook.name) } " " (preset_name(hook.preset)) " " code { (hook.address) } }
            form method="post" action="/notifications/webhooks/remove" {
                input type="hidden" name="name" value=(hook.name);
                button.quiet type="submit" { (signed.say("notify-webhook-remove", &[("name", &hook.name)])) }
            }
        }
        p { a.button href="/notifications/webhooks/new" { (signed.say("notify-webhook-set", &[])) } }
    };
    parts::card(&heading(signed, "notify-webhooks"), &body)
}

/// Names of products; the same in every language.
fn preset_name(preset: Preset) -> &'static str {
    match preset {
        Preset::Generic => "JSON (HMAC-SHA256)",
        Preset::Slack => "Slack",
        Preset::Teams => "Microsoft Teams",
        Preset::LineWorks => "LINE WORKS",
    }
}

fn answer_card(signed: &Signed, site: &Notifications) -> Markup {
    let stands = match site.answer_within {
        Some(minutes) => signed.say("notify-within", &[("minutes", &minutes.to_string())]),
        None => signed.say("notify-no-limit", &[]),
    };
    let body = html! {
        p { (stands) }
        p { a.button href="/notifications/terms" { (signed.say("notify-terms", &[])) } }
    };
    parts::card(&heading(signed, "notify-answer"), &body)
}

fn told_card(signed: &Signed, told: &[Delivery]) -> Markup {
    let body = html! {
        @if told.is_empty() { (parts::empty(&signed.say("notify-none-yet", &[]))) }
        @for told in told.iter().take(SHOWN) {
            div.item {
                p { (signed.time(told.at)) " " (about(signed, &told.about)) " " (told.person.to_string()) }
                p {
                    @for sent in &told.sent { (sent_tag(signed, sent)) " " }
                    @if let Some(seen) = told.seen {
                        (parts::tag(Tone::Plain, &signed.say("notify-opened", &[]))) " " (signed.time(seen))
                    }
                }
            }
        }
    };
    parts::card(&heading(signed, "notify-told"), &body)
}

fn about(signed: &Signed, about: &NoticeAbout) -> Markup {
    let (id, number) = match about {
        NoticeAbout::Request(id) => ("notify-about-request", id.number()),
        NoticeAbout::Unanswered(id) => ("notify-about-unanswered", id.number()),
        NoticeAbout::Emergency(id) => ("notify-about-emergency", id.number()),
        NoticeAbout::SessionBegan(id) => ("notify-about-session-began", id.number()),
        NoticeAbout::SessionEnded(id) => ("notify-about-session-ended", id.number()),
        NoticeAbout::ReportOverdue(id) => ("notify-about-report", id.number()),
        NoticeAbout::DeviceWaits(id) => ("notify-about-device", id.number()),
        NoticeAbout::FileWaits(id) => ("notify-about-file", id.number()),
        NoticeAbout::FileInfected(id) => ("notify-about-infected", id.number()),
        NoticeAbout::Question(id) => ("notify-about-question", id.number()),
        NoticeAbout::RiskEnds(id) => ("notify-about-risk-ends", id.number()),
        NoticeAbout::RiskEnded(id) => ("notify-about-risk-ended", id.number()),
        NoticeAbout::Alert(number) => ("notify-about-alert", *number),
        NoticeAbout::InspectionDue {} => ("notify-about-inspection", 0),
        NoticeAbout::Isolated {} => ("notify-about-isolated", 0),
        NoticeAbout::Finding(id) if id == "finding-worker" => ("notify-about-worker", 0),
        NoticeAbout::Finding(_) => ("notify-about-finding", 0),
        NoticeAbout::Test {} => ("notify-about-test", 0),
    };
    html! { (signed.say(id, &[("number", &number.to_string())])) }
}

fn sent_tag(signed: &Signed, sent: &Sent) -> Markup {
    let (tone, id) = match sent.failed {
        None => (Tone::Good, "cli-notify-sent"),
        Some(Undelivered::Unreachable) => (Tone::Bad, "cli-notify-unreachable"),
        Some(Undelivered::Untrusted) => (Tone::Bad, "cli-notify-untrusted"),
        Some(Undelivered::NotSignedIn) => (Tone::Bad, "cli-notify-not-signed-in"),
        Some(Undelivered::Rejected) => (Tone::Bad, "cli-notify-rejected"),
        Some(Undelivered::NotUsable) => (Tone::Bad, "cli-notify-not-usable"),
    };
    let way = match sent.way {
        WayKind::Mail => signed.say("cli-notify-mail", &[]),
        WayKind::Webhook => signed.say("notify-webhook", &[]),
    };
    parts::tag(tone, &format!("{way}: {}", signed.say(id, &[])))
}

fn tries(signed: &Signed, tried: &[Sent]) -> Markup {
    let all = tried.iter().all(|sent| sent.failed.is_none());
    let tone = if all { Tone::Good } else { Tone::Bad };
    let said = html! { @for sent in tried { p { (sent_tag(signed, sent)) } } };
    html! { div role="status" { (parts::notice(tone, &said)) } }
}

/// Sends the reader a message now, and shows what came of it.
pub(crate) async fn test(signed: Signed, _: Posted) -> Result<Page, PageFailed> {
    let tried = read(api::test(signed.asker.clone(), Nothing).await)?;
    shown(&signed, Some(tried)).await
}

/// The form of one's own ways.
pub(crate) async fn ways_form(signed: Signed) -> Result<Page, PageFailed> {
    let own = own_ways(&signed).await?;
    let hooks = match signed.of_the_hospital() {
        true => read(api::show(signed.asker.clone()).await)?.webhooks,
        false => Vec::new(),
    };
    let ways = own
        .as_ref()
        .map(|own| own.ways.as_slice())
        .unwrap_or_default();
    let mails = ways.iter().filter_map(|way| match way {
        Way::Mail(address) => Some(address.as_str()),
        Way::Webhook(_) => None,
    });
    let mails = mails.collect::<Vec<&str>>().join("\n");
    let uses = |name: &str| {
        ways.iter()
            .any(|way| matches!(way, Way::Webhook(own) if own == name))
    };
    let hint = signed.say("notify-mails-hint", &[]);
    let fields = html! {
        (parts::lines("mail", &signed.say("notify-mails", &[]), Some(&hint), &mails, false))
        @for hook in &hooks { (parts::tick("webhook", &hook.name, &format!("{}: {}", signed.say("notify-webhook", &[]), hook.name), uses(&hook.name))) }
        (quiet::fields(&signed, own.as_ref().map(|own| own.quiet.as_slice()).unwrap_or_default()))
        @if signed.of_the_hospital() {
            (parts::tick("sessions", "on", &signed.say("notify-sessions", &[]), own.as_ref().is_some_and(|own| own.sessions)))
        }
    };
    let act = Act {
        title: "notify-change-own",
        about: "",
        risk: "notify-own-risk",
        to: "/notifications/ways",
        back: "/notifications",
    };
    Ok(act.page(&signed, &fields).await)
}

/// Sets them.
pub(crate) async fn set_ways(signed: Signed, posted: Posted) -> Result<Response, PageFailed> {
    signed.fresh(&posted).await?;
    let mails = filled_lines(posted.text("mail"));
    let mails = mails.map(|mail| Way::Mail(mail.to_owned()));
    let hooks = posted
        .all("webhook")
        .map(|name| Way::Webhook(name.to_owned()));
    let form = SetWays {
        person: None,
        ways: mails.chain(hooks).collect(),
        quiet: quiet::read(&posted)?,
        sessions: posted.checked("sessions"),
    };
    read(api::set_ways(signed.asker.clone(), Form(form)).await)?;
    Ok(done("/notifications", "done-changed"))
}
