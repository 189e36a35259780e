//! Which release a site is committed to.

use wire::api::v1::Upgrade;

use crate::context::Context;
use crate::failure::Failure;

/// Shows what a commit would make possible, or commits.
pub(super) async fn run(context: &Context, commit: bool) -> Result<(), Failure> {
    let at = context.at().await?;
    if commit {
        at.api.upgrade_site().await?;
        return super::site::done(context);
    }
    let upgrade = at.api.upgrade().await?;
    context.show(&upgrade, |context| lines(context, &upgrade))
}

fn lines(context: &Context, upgrade: &Upgrade) -> Vec<String> {
    let level = upgrade.level.to_string();
    if upgrade.level >= upgrade.newest {
        return vec![context.say("cli-upgrade-nothing", &[("level", &level)])];
    }
    let newest = upgrade.newest.to_string();
    let entries = upgrade.entries.join(", ");
    vec![
        context.say(
            "cli-upgrade-levels",
            &[("level", level.as_str()), ("newest", &newest)],
        ),
        context.say("cli-upgrade-entries", &[("entries", &entries)]),
        context.say("cli-upgrade-way-back", &[]),
        context.say("cli-upgrade-how", &[]),
    ]
}
