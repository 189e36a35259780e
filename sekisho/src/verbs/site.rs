//! The site itself.

use wire::api::v1::{Me, Status};

use super::{backup, kit, tpm};
use crate::cli::{KitVerb, SiteVerb};
use crate::context::Context;
use crate::failure::{Failure, Family, Kind};
use crate::site_init;

pub(super) async fn run(context: &Context, verb: SiteVerb) -> Result<(), Failure> {
    match verb {
        SiteVerb::Init(args) => site_init::run(context, &args).await,
        SiteVerb::Status => status(context).await,
        SiteVerb::Kit(KitVerb::Test { kit_key }) => kit::test(context, kit_key.as_deref()),
        SiteVerb::Tpm(verb) => tpm::run(context, verb).await,
        SiteVerb::SealKit => {
            context.at().await?.api.seal_kit().await?;
            done(context)
        }
        SiteVerb::ConfirmClock => {
            context.at().await?.api.confirm_clock().await?;
            done(context)
        }
        SiteVerb::ReportDue { days } => {
            context.at().await?.api.set_report_due(days).await?;
            done(context)
        }
        SiteVerb::Upgrade { commit } => super::upgrade::run(context, commit).await,
        SiteVerb::Keys => keys(context),
        SiteVerb::RecoverPerson { login } => {
            let kit = kit::read(context)?;
            site_init::recover_person(context, site_dir(context)?, &login, kit).await
        }
        SiteVerb::Resume => {
            let kit = kit::read(context)?;
            site_init::resume(context, site_dir(context)?, kit).await
        }
        SiteVerb::Backup(args) => backup::backup(context, *args).await,
        SiteVerb::Restore(args) => backup::restore(context, *args).await,
    }
}

/// Says that it was done: an empty object for a program.
pub(super) fn done(context: &Context) -> Result<(), Failure> {
    context.show(&wire::api::v1::Done {}, |context| {
        vec![context.say("cli-done", &[])]
    })
}

pub(super) fn site_dir(context: &Context) -> Result<&std::path::Path, Failure> {
    context
        .site_dir()
        .ok_or_else(|| Failure::new(Kind::Usage, "cli-site-dir-needed"))
}

async fn status(context: &Context) -> Result<(), Failure> {
    let status = context.at().await?.api.status().await?;
    context.show(&status, |context| status_lines(context, &status))
}

fn status_lines(context: &Context, status: &Status) -> Vec<String> {
    let mut lines = vec![context.say(
        "cli-status-site",
        &[
            ("site", status.site.as_str()),
            ("name", &status.name),
            ("version", &status.version),
            ("now", &status.now.to_string()),
        ],
    )];
    let how = match &status.isolation {
        Some(_) => "site-state-isolated",
        None if status.setup_missing.is_empty() => "site-state-open",
        None => "site-state-setup-incomplete",
    };
    lines.push(context.say("cli-status-state", &[("state", &context.say(how, &[]))]));
    if let Some(isolation) = &status.isolation {
        lines.push(context.say(
            "cli-status-isolated",
            &[
                ("since", &isolation.since.to_string()),
                ("reason", isolation.reason.as_deref().unwrap_or("-")),
                ("agreed", &isolation.agreed.len().to_string()),
            ],
        ));
    }
    let missing = status.setup_missing.iter().chain(&status.alarms);
    lines.extend(missing.map(|said| format!("  - {}", context.sentence(Family::Whole, said))));
    if let Some(ledger) = &status.ledger {
        lines.push(context.say(
            "cli-status-ledger",
            &[
                ("size", &ledger.size.to_string()),
                ("root", &ledger.root.to_string()),
                ("witnesses", &ledger.witnesses.to_string()),
            ],
        ));
    }
    if let (Some(live), Some(waiting)) = (status.live_sessions, status.waiting_requests) {
        lines.push(context.say(
            "cli-status-work",
            &[
                ("live", &live.to_string()),
                ("waiting", &waiting.to_string()),
            ],
        ));
    }
    if let Some(me) = &status.me {
        lines.push(context.say("cli-status-me", &[("name", &who(me))]));
    }
    lines
}

/// A person's name, or their id where the name is erased or not ours to see.
pub(super) fn who(me: &Me) -> String {
    me.name.clone().unwrap_or_else(|| me.person.to_string())
}

/// The inventory of keys (architecture §8): the same for every site, so nothing is asked.
fn keys(context: &Context) -> Result<(), Failure> {
    let japanese = context.language == phrases::Language::Ja;
    let text = |both: &vault::Bilingual| if japanese { both.ja } else { both.en };
    let facts: Vec<_> = vault::inventory()
        .iter()
        .map(|fact| {
            serde_json::json!({
                "name": fact.name,
                "purpose": text(&fact.purpose),
                "place": text(&fact.place),
                "unlocked": text(&fact.unlocked),
                "rotation": text(&fact.rotation),
                "if_lost": text(&fact.if_lost),
                "if_stolen": text(&fact.if_stolen),
            })
        })
        .collect();
    context.show(&facts, |context| {
        vault::inventory()
            .iter()
            .flat_map(|fact| {
                [
                    format!("{}: {}", fact.name, text(&fact.purpose)),
                    context.say("cli-key-place", &[("place", text(&fact.place))]),
                    context.say("cli-key-unlocked", &[("unlocked", text(&fact.unlocked))]),
                    context.say("cli-key-rotation", &[("rotation", text(&fact.rotation))]),
                    context.say("cli-key-lost", &[("lost", text(&fact.if_lost))]),
                    context.say("cli-key-stolen", &[("stolen", text(&fact.if_stolen))]),
                ]
            })
            .collect()
    })
}
