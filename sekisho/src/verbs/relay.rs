//! The relays of a site, from the site's side.

use client::verify;
use wire::api::v1::{Relay, RelayShown};

use super::site::done;
use crate::cli::RelayVerb;
use crate::context::Context;
use crate::failure::Failure;

pub(super) async fn run(context: &Context, verb: RelayVerb) -> Result<(), Failure> {
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
