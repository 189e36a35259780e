//! Relays: as the site sees them, and as their operator runs them.

use client::verify;
use ids::NonEmpty;
use wire::api::v1::{Relay, RelayShown};

use super::site::done;
use crate::cli::{AdmitArgs, RelayVerb};
use crate::context::Context;
use crate::failure::Failure;
use crate::relay::{self, Anywhere, From, SiteFile};

pub(super) async fn run(context: &Context, verb: RelayVerb) -> Result<(), Failure> {
    match verb {
        RelayVerb::Init { dir, listen, name } => relay::init(context, &dir, listen, &name).await,
        RelayVerb::Show { dir } => relay::show(context, &dir),
        RelayVerb::Admit(args) => relay::admit(context, &args.dir, admitted(&args)?),
        RelayVerb::Run { .. } => Err(super::begun_too_late()),
        RelayVerb::Add { .. }
        | RelayVerb::List
        | RelayVerb::Remove { .. }
        | RelayVerb::Introduce => at_the_site(context, verb).await,
    }
}

fn admitted(args: &AdmitArgs) -> Result<SiteFile, Failure> {
    let gateways_from = match args.from_anywhere {
        true => From::Word(Anywhere::Anywhere),
        false => From::Nets(NonEmpty::from_vec(args.from_net.clone()).map_err(Failure::internal)?),
    };
    Ok(SiteFile {
        site: args.site.clone(),
        key: args.key,
        names: NonEmpty::from_vec(args.names.clone()).map_err(Failure::internal)?,
        gateways_from,
        site_key: args.site_key.clone(),
        kit_key: args.kit_key.clone(),
    })
}

async fn at_the_site(context: &Context, verb: RelayVerb) -> Result<(), Failure> {
    let api = context.at().await?.api;
    match verb {
        RelayVerb::Add {
            name,
            address,
            tls_name,
            key,
            witness,
        } => {
            let form = Relay {
                name,
                address,
                tls_name,
                key,
                witness: verify::key(&witness)?.to_string(),
            };
            api.add_relay(&form).await?;
            done(context)
        }
        RelayVerb::List => {
            let relays = api.relays().await?;
            context.show(&relays, |context| {
                relays.iter().map(|relay| line(context, relay)).collect()
            })
        }
        RelayVerb::Remove { name } => {
            api.remove_relay(&name).await?;
            done(context)
        }
        RelayVerb::Introduce => {
            let known = api.introduction().await?;
            context.show(&known, |context| {
                vec![
                    context.say("cli-site-introduced", &[]),
                    format!(
                        "sekisho relay admit DIR --site {} --key {} --engineers-name {} --site-key '{}' --kit-key '{}' --from-net CIDR",
                        known.site, known.key, known.engineers_name, known.site_key, known.kit_key
                    ),
                ]
            })
        }
        RelayVerb::Init { .. }
        | RelayVerb::Show { .. }
        | RelayVerb::Admit(_)
        | RelayVerb::Run { .. } => Err(Failure::internal("a verb of the relay itself")),
    }
}

fn line(context: &Context, shown: &RelayShown) -> String {
    let link = match &shown.link {
        None => context.say("relay-not-tried", &[]),
        Some(link) => {
            let id = if link.connected {
                "relay-connected"
            } else {
                "relay-not-connected"
            };
            context.say(id, &[("since", &link.since.to_string())])
        }
    };
    let cosigned = match shown.cosigned_at {
        Some(at) => context.say("relay-cosigned", &[("at", &at.to_string())]),
        None => context.say("relay-not-cosigned", &[]),
    };
    let relay = &shown.relay;
    [
        relay.name.clone(),
        relay.address.clone(),
        link,
        cosigned,
        relay.key.to_string(),
    ]
    .join("  ")
}
