//! `sekisho decoys`: what no honest visit uses.

use wire::api::v1::{DecoyName, SetDecoy};

use super::site::done;
use super::targets::find_target;
use crate::cli::DecoysArgs;
use crate::context::Context;
use crate::failure::Failure;

/// Lists the decoys, or makes something one, or none any more.
pub(super) async fn decoys(context: &Context, args: DecoysArgs) -> Result<(), Failure> {
    let at = context.at().await?;
    let decoy = match (args.target, args.account) {
        (Some(typed), _) => DecoyName::Target(find_target(&at, &typed).await?),
        (None, Some(name)) => DecoyName::Account(name),
        (None, None) => {
            let decoys = at.api.decoys().await?.decoys;
            let targets = at.api.targets().await?;
            return context.show(&decoys, |context| {
                let said = |decoy: &DecoyName| match decoy {
                    DecoyName::Target(id) => {
                        let known = targets.iter().find(|target| target.id == *id);
                        let name = known.map_or_else(|| id.to_string(), |known| known.name.clone());
                        context.say("decoys-target", &[("name", &name)])
                    }
                    DecoyName::Account(name) => context.say("decoys-account", &[("name", name)]),
                };
                if decoys.is_empty() {
                    return vec![context.say("decoys-none", &[])];
                }
                decoys.iter().map(said).collect()
            });
        }
    };
    let set = !args.remove;
    at.api.set_decoy(&SetDecoy { decoy, set }).await?;
    done(context)
}
