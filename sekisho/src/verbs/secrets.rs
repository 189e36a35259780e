//! What is known of the targets' secrets. None of them comes back from anywhere.

use wire::api::v1::{
    AcceptTargetSecret, CompromiseSecret, Done, RefusedSecrets, RotateSecret, SecretSetting,
    SecretShown, SecretWeakness, Secrets, TargetSecretSet,
};

mod emergency_accounts;
mod rotation;
mod way;

use super::site::done;
use super::targets::{find_target, new_secret};
use crate::cli::{PolicyArgs, SecretVerb};
use crate::context::{At, Context};
use crate::failure::Failure;

pub(super) async fn run(context: &Context, verb: SecretVerb) -> Result<(), Failure> {
    let at = context.at().await?;
    match verb {
        SecretVerb::List => shown(context, &at.api.secrets().await?),
        SecretVerb::Check => shown(context, &at.api.check_secrets().await?),
        SecretVerb::History { target } => history(context, &at, &target).await,
        SecretVerb::Set {
            target,
            reader,
            accept,
            secret,
        } => {
            let secret = new_secret(context, &secret, reader)?;
            let id = find_target(&at, &target).await?;
            let set = match accept {
                Some(reason) => {
                    let form = AcceptTargetSecret { secret, reason };
                    at.api.accept_target_secret(&id, &form).await?
                }
                None => at.api.set_target_secret(&id, &secret).await?,
            };
            show_set(context, &set)
        }
        SecretVerb::Compromised {
            target,
            reader,
            reason,
        } => {
            let id = find_target(&at, &target).await?;
            let form = CompromiseSecret { reader, reason };
            at.api.compromise_secret(&id, &form).await?;
            done(context)
        }
        SecretVerb::Rotate { target, reader } => {
            let id = find_target(&at, &target).await?;
            at.api.rotate_secret(&id, &RotateSecret { reader }).await?;
            context.show(&Done {}, |context| {
                vec![context.say("cli-rotation-begun", &[])]
            })
        }
        SecretVerb::Way { target, way } => way::choose(context, &at, &target, &way).await,
        SecretVerb::Emergency {
            target,
            instructions,
            look_every,
            off: _,
        } => emergency_accounts::set(context, &at, &target, (instructions, look_every)).await,
        SecretVerb::Envelope { target, act } => {
            emergency_accounts::envelope(context, &at, target.as_deref(), act).await
        }
        SecretVerb::Policy(args) => policy(context, &at, args).await,
    }
}

/// What was set, and what is to be said of it.
pub(super) fn show_set(context: &Context, set: &TargetSecretSet) -> Result<(), Failure> {
    context.show(set, |context| {
        let mut lines = match &set.public {
            Some(line) => vec![context.say("cli-secret-key-set", &[]), line.clone()],
            None => vec![context.say("cli-secret-set", &[])],
        };
        lines.extend(set.weak.iter().map(|weak| said(context, *weak)));
        lines
    })
}

async fn policy(context: &Context, at: &At, args: PolicyArgs) -> Result<(), Failure> {
    let mut policy = at.api.secrets().await?.policy;
    let asked = policy.clone();
    if let Some(refused) = args.refused {
        policy.refused = refused.into();
    }
    if let Some(days) = args.oldest_days {
        policy.oldest_days = days;
    }
    if !args.administrator.is_empty() {
        policy.administrators.clone_from(&args.administrator);
    }
    policy.rotation = rotation::terms(at, policy.rotation, &args).await?;
    if policy == asked {
        return context.show(&policy, |context| policy_lines(context, &policy));
    }
    at.api.set_secret_policy(&policy).await?;
    done(context)
}

fn policy_lines(context: &Context, policy: &wire::api::v1::SecretPolicy) -> Vec<String> {
    let refused = match policy.refused {
        RefusedSecrets::Weak => "secret-refused-weak",
        RefusedSecrets::WeakOrShared => "secret-refused-weak-or-shared",
        RefusedSecrets::DangerousNone => "secret-refused-none",
    };
    let days = policy.oldest_days.to_string();
    let mut lines = vec![
        context.say(refused, &[]),
        context.say("secret-oldest", &[("days", &days)]),
    ];
    if !policy.administrators.is_empty() {
        let names = policy.administrators.join(", ");
        lines.push(context.say("secret-administrators", &[("names", &names)]));
    }
    lines.extend(rotation::terms_lines(context, policy.rotation.as_ref()));
    lines
}

async fn history(context: &Context, at: &At, target: &str) -> Result<(), Failure> {
    let id = find_target(at, target).await?;
    let mut secrets = at.api.secrets().await?.secrets;
    secrets.retain(|secret| secret.target == id);
    context.show(&secrets, |context| {
        let mut lines = Vec::new();
        for secret in &secrets {
            lines.push(format!("{} ({})", secret.name, secret.account));
            lines.extend(secret.history.iter().map(|one| setting(context, one)));
        }
        lines
    })
}

fn setting(context: &Context, setting: &SecretSetting) -> String {
    let mut texts = vec![
        setting.at.to_string(),
        setting.by.clone(),
        context.say(kind(Some(setting.kind)), &[]),
    ];
    texts.extend(setting.weak.iter().map(|weak| word(context, *weak)));
    if let Some(reason) = &setting.accepted {
        texts.push(context.say("secret-accepted", &[("reason", reason)]));
    }
    format!("  {}", texts.join("  "))
}

fn shown(context: &Context, secrets: &Secrets) -> Result<(), Failure> {
    context.show(secrets, |context| {
        let mut lines = Vec::new();
        for secret in &secrets.secrets {
            lines.extend(account(context, secret));
        }
        if secrets.secrets.is_empty() {
            lines.push(context.say("secret-no-target", &[]));
        }
        let checked = match secrets.checked {
            Some(at) => context.say("secret-checked", &[("at", &at.to_string())]),
            None => context.say("secret-never-checked", &[]),
        };
        lines.push(checked);
        lines.push(match secrets.lists.as_slice() {
            [] => context.say("secret-no-lists", &[]),
            lists => context.say("secret-lists", &[("lists", &lists.join(", "))]),
        });
        lines
    })
}

/// An account, and under it what is to be mended.
fn account(context: &Context, secret: &SecretShown) -> Vec<String> {
    let moment =
        |at: Option<ids::Timestamp>| at.map_or_else(|| "-".to_owned(), |at| at.to_string());
    let (set, used) = (moment(secret.set), moment(secret.used));
    let mut lines = vec![
        [
            format!("{} ({})", secret.name, secret.account),
            context.say(kind(secret.kind), &[]),
            context.say("secret-set-at", &[("at", &set)]),
            context.say("secret-used-at", &[("at", &used)]),
        ]
        .join("  "),
    ];
    lines.extend(rotation::standing(context, secret));
    for weak in &secret.weak {
        lines.push(format!("  ! {}", said(context, *weak)));
    }
    if !secret.same_as.is_empty() {
        let others = secret.same_as.join(", ");
        lines.push(format!(
            "    {}",
            context.say("secret-same-as", &[("others", &others)])
        ));
    }
    if let Some(reason) = &secret.accepted {
        let accepted = context.say("secret-accepted", &[("reason", reason)]);
        lines.push(format!("    {accepted}"));
    }
    lines
}

/// The id of the sentence for what is in the vault.
pub(super) fn kind(kind: Option<wire::api::v1::SecretKind>) -> &'static str {
    match kind {
        None => "secret-missing",
        Some(wire::api::v1::SecretKind::Password) => "secret-password",
        Some(wire::api::v1::SecretKind::Key) => "secret-key",
        Some(wire::api::v1::SecretKind::Certificate) => "secret-certificate",
    }
}

fn word(context: &Context, weak: SecretWeakness) -> String {
    let id = match weak {
        SecretWeakness::Guessable => "secret-word-guessable",
        SecretWeakness::Listed => "secret-word-listed",
        SecretWeakness::Shared => "secret-word-shared",
        SecretWeakness::Old => "secret-word-old",
        SecretWeakness::Administrator => "secret-word-administrator",
    };
    context.say(id, &[])
}

/// What it is, why it matters, what to do.
fn said(context: &Context, weak: SecretWeakness) -> String {
    let id = match weak {
        SecretWeakness::Guessable => "secret-weak-guessable",
        SecretWeakness::Listed => "secret-weak-listed",
        SecretWeakness::Shared => "secret-weak-shared",
        SecretWeakness::Old => "secret-weak-old",
        SecretWeakness::Administrator => "secret-weak-administrator",
    };
    context.say(id, &[])
}
