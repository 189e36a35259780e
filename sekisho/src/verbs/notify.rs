//! Notifications: set up, tried, and looked at.

use std::path::Path;

use ids::PersonId;
use wire::Secret;
use wire::api::v1::{
    Delivery, MailSecurity, NoticeAbout, NoticeTerms, Notifications, Preset, Sent, SetMailServer,
    SetWays, SetWebhook, Slot, Undelivered, Way, WayKind, WaysShown,
};

use super::site::done;
use crate::cli::{MailArgs, NotifyVerb, WaysArgs, WebhookArgs};
use crate::context::Context;
use crate::failure::Failure;
use crate::parse;

pub(super) async fn run(context: &Context, verb: NotifyVerb) -> Result<(), Failure> {
    let api = context.at().await?.api;
    match verb {
        NotifyVerb::Show => {
            let shown = api.notifications().await?;
            context.show(&shown, |context| setting_lines(context, &shown))
        }
        NotifyVerb::Mail(args) => {
            api.set_mail_server(&mail(context, *args)?).await?;
            done(context)
        }
        NotifyVerb::MailOff => {
            api.remove_mail_server().await?;
            done(context)
        }
        NotifyVerb::Webhook(args) => {
            let set = api.set_webhook(&webhook(context, *args)?).await?;
            context.show(&set, |context| match &set.key {
                Some(key) => vec![context.say("cli-notify-key", &[("key", key.reveal())])],
                None => vec![context.say("cli-done", &[])],
            })
        }
        NotifyVerb::WebhookRemove { name } => {
            api.remove_webhook(name).await?;
            done(context)
        }
        NotifyVerb::Terms {
            answer_within,
            english,
        } => {
            let terms = NoticeTerms {
                answer_within,
                english,
            };
            api.set_notice_terms(&terms).await?;
            done(context)
        }
        NotifyVerb::Ways(args) => ways(context, *args).await,
        NotifyVerb::Test => {
            let sent = api.test_notification().await?;
            context.show(&sent, |context| {
                sent.iter().map(|sent| sent_line(context, sent)).collect()
            })
        }
        NotifyVerb::Deliveries => {
            let told = api.deliveries().await?;
            context.show(&told, |context| {
                told.iter().map(|told| told_line(context, told)).collect()
            })
        }
    }
}

fn mail(context: &Context, args: MailArgs) -> Result<SetMailServer, Failure> {
    let server = parse::address(&args.server)?;
    let asks = args.user.is_some() && !args.keep_password;
    let password = match asks {
        true => Some(context.ask_secret("cli-ask-mail-password")?),
        false => None,
    };
    Ok(SetMailServer {
        host: server.host,
        port: server.port,
        security: match (args.implicit_tls, args.dangerous_plaintext) {
            (true, _) => MailSecurity::Implicit,
            (false, true) => MailSecurity::DangerousPlaintext,
            (false, false) => MailSecurity::StartTls,
        },
        from: args.from,
        user: args.user,
        password,
        roots: roots(args.roots.as_deref())?,
    })
}

/// The address is a secret: it is asked for, and never stands on a command line.
fn webhook(context: &Context, args: WebhookArgs) -> Result<SetWebhook, Failure> {
    let url: Secret = context.ask_secret("cli-ask-webhook")?;
    Ok(SetWebhook {
        name: args.name,
        preset: match args.preset.as_str() {
            "slack" => Preset::Slack,
            "teams" => Preset::Teams,
            "line-works" => Preset::LineWorks,
            _ => Preset::Generic,
        },
        url,
        roots: roots(args.roots.as_deref())?,
    })
}

fn roots(file: Option<&Path>) -> Result<Option<String>, Failure> {
    let read = |path: &Path| {
        std::fs::read_to_string(path).map_err(|cause| Failure::unreadable(path, &cause))
    };
    file.map(read).transpose()
}

/// Sets somebody's ways, or lists them if nothing is said about any.
async fn ways(context: &Context, args: WaysArgs) -> Result<(), Failure> {
    let at = context.at().await?;
    let said = !args.mail.is_empty()
        || !args.webhook.is_empty()
        || !args.quiet.is_empty()
        || args.none
        || args.sessions;
    if !said {
        let ways = at.api.ways().await?;
        return context.show(&ways, |context| {
            ways.iter().map(|ways| ways_line(context, ways)).collect()
        });
    }
    let person = args.person.as_deref();
    let person = person.map(|typed| PersonId::parse_at(&at.site, typed));
    let mut quiet: Vec<Slot> = Vec::new();
    for typed in &args.quiet {
        quiet.extend(parse::hours(typed)?);
    }
    let mails = args.mail.into_iter().map(Way::Mail);
    let form = SetWays {
        person: person.transpose()?,
        ways: mails
            .chain(args.webhook.into_iter().map(Way::Webhook))
            .collect(),
        quiet,
        sessions: args.sessions,
    };
    at.api.set_ways(&form).await?;
    done(context)
}

fn setting_lines(context: &Context, shown: &Notifications) -> Vec<String> {
    let mut lines = Vec::new();
    lines.push(match &shown.mail {
        None => context.say("cli-notify-no-mail", &[]),
        Some(mail) => {
            let security = match mail.security {
                MailSecurity::StartTls => "STARTTLS",
                MailSecurity::Implicit => "TLS",
                MailSecurity::DangerousPlaintext => "DANGEROUS: PLAINTEXT",
            };
            let (host, port, from) = (&mail.host, mail.port, &mail.from);
            format!("{host}:{port}  {security}  {from}")
        }
    });
    let webhooks = shown.webhooks.iter();
    lines.extend(webhooks.map(|hook| {
        let (name, preset, address) = (&hook.name, hook.preset, &hook.address);
        format!("{name}  {preset:?}  {address}")
    }));
    lines.push(match shown.answer_within {
        Some(minutes) => context.say("cli-notify-within", &[("minutes", &minutes.to_string())]),
        None => context.say("cli-notify-no-limit", &[]),
    });
    lines
}

fn ways_line(context: &Context, shown: &WaysShown) -> String {
    let way = |way: &Way| match way {
        Way::Mail(address) => address.clone(),
        Way::Webhook(name) => format!("webhook:{name}"),
    };
    let mut parts = vec![shown.person.to_string()];
    parts.extend(shown.ways.iter().map(way));
    if !shown.quiet.is_empty() {
        let slots = shown.quiet.len().to_string();
        parts.push(context.say("cli-notify-quiet", &[("slots", &slots)]));
    }
    parts.join("  ")
}

fn sent_line(context: &Context, sent: &Sent) -> String {
    let way = match sent.way {
        WayKind::Mail => context.say("cli-notify-mail", &[]),
        WayKind::Webhook => "webhook".to_owned(),
    };
    let came = match sent.failed {
        None => "cli-notify-sent",
        Some(Undelivered::Unreachable) => "cli-notify-unreachable",
        Some(Undelivered::Untrusted) => "cli-notify-untrusted",
        Some(Undelivered::NotSignedIn) => "cli-notify-not-signed-in",
        Some(Undelivered::Rejected) => "cli-notify-rejected",
        Some(Undelivered::NotUsable) => "cli-notify-not-usable",
    };
    format!("{way}: {}", context.say(came, &[]))
}

fn told_line(context: &Context, told: &Delivery) -> String {
    let about = match &told.about {
        NoticeAbout::Request(id) | NoticeAbout::Unanswered(id) | NoticeAbout::Emergency(id) => {
            id.to_string()
        }
        NoticeAbout::SessionBegan(id) | NoticeAbout::SessionEnded(id) => id.to_string(),
        NoticeAbout::ReportOverdue(id)
        | NoticeAbout::FileWaits(id)
        | NoticeAbout::FileInfected(id)
        | NoticeAbout::Question(id) => id.to_string(),
        NoticeAbout::DeviceWaits(id) => id.to_string(),
        NoticeAbout::RiskEnds(id) | NoticeAbout::RiskEnded(id) => id.to_string(),
        NoticeAbout::Finding(id) => id.clone(),
        NoticeAbout::Alert(number) => format!("alert-{number}"),
        NoticeAbout::InspectionDue {} => "inspection".to_owned(),
        NoticeAbout::Isolated {} => "isolated".to_owned(),
        NoticeAbout::Test {} => "test".to_owned(),
    };
    let sent: Vec<String> = told
        .sent
        .iter()
        .map(|sent| sent_line(context, sent))
        .collect();
    let seen = match told.seen {
        Some(at) => context.say("cli-notify-seen", &[("at", &at.to_string())]),
        None => "-".to_owned(),
    };
    let (at, person) = (told.at.to_string(), told.person.to_string());
    [at, about, person, sent.join(", "), seen].join("  ")
}
