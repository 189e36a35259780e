//! Targets: where they are, how they are known and entered.

mod keys;

use ids::{NonEmpty, TargetId, VendorId};
use wire::api::v1::{
    AddTarget, Approvals, Hours, NamePatientColumns, PinHostKey, PinTarget, Protocol,
    SetVisitAccounts, SshTarget, Target, TargetTerms, VisitAccounts,
};
use wire::session::Recording;

use super::registry::{show_added, standing};
use super::secrets;
use super::site::done;
use super::{consoles, databases, desktops, risks, telnet};
use crate::cli::{TargetAdd, TargetTermsArgs, TargetVerb};
use crate::context::{At, Context};
use crate::failure::{Failure, Kind};
use crate::parse;
use keys::host_key_line;

pub(super) use keys::new_secret;

pub(super) async fn run(context: &Context, verb: TargetVerb) -> Result<(), Failure> {
    let at = context.at().await?;
    match verb {
        TargetVerb::Add(args) => {
            let form = new_target(&at, *args)?;
            let added = at.api.add_target(&form).await?;
            return show_added(context, &added.id, &added);
        }
        TargetVerb::List => {
            let targets = at.api.targets().await?;
            return context.show(&targets, |context| {
                targets
                    .iter()
                    .map(|target| target_line(context, target))
                    .collect()
            });
        }
        TargetVerb::Suspend { target, reason } => {
            let id = find_target(&at, &target).await?;
            at.api.suspend_target(&id, &reason).await?;
        }
        TargetVerb::Resume { target } => {
            let id = find_target(&at, &target).await?;
            at.api.resume_target(&id).await?;
        }
        TargetVerb::Pin { target, address } => {
            let address = parse::address(&address)?;
            let id = find_target(&at, &target).await?;
            at.api.pin_target(&id, &PinTarget { address }).await?;
        }
        TargetVerb::Terms(args) => {
            let form = new_terms(&at, &args).await?;
            let id = find_target(&at, &args.target).await?;
            at.api.change_target_terms(&id, &form).await?;
        }
        TargetVerb::Secret {
            target,
            reader,
            secret,
        } => {
            let form = new_secret(context, &secret, reader)?;
            let id = find_target(&at, &target).await?;
            let set = at.api.set_target_secret(&id, &form).await?;
            return secrets::show_set(context, &set);
        }
        TargetVerb::PinHostKey { target, host_key } => {
            let host_key = host_key_line(&host_key)?;
            let id = find_target(&at, &target).await?;
            at.api.pin_host_key(&id, &PinHostKey { host_key }).await?;
        }
        TargetVerb::ServerKey { target, protocol } => {
            return databases::server_key(context, &at, &target, protocol.as_deref()).await;
        }
        TargetVerb::PinServer {
            target,
            server,
            risk,
        } => {
            let id = find_target(&at, &target).await?;
            databases::pin(&at, &id, server, risk).await?;
        }
        TargetVerb::AcceptRisk {
            target,
            reason,
            owner,
            until,
        } => {
            let id = find_target(&at, &target).await?;
            risks::accept(&at, &id, (reason, &owner, &until)).await?;
        }
        TargetVerb::WithdrawRisk { target, reason } => {
            let id = find_target(&at, &target).await?;
            at.api.withdraw_risk(&id, &reason).await?;
        }
        TargetVerb::VisitAccounts {
            target,
            manager,
            group,
            ..
        } => {
            let id = find_target(&at, &target).await?;
            let accounts = manager.map(|manager| VisitAccounts {
                manager,
                groups: group,
            });
            let form = SetVisitAccounts { accounts };
            at.api.set_visit_accounts(&id, &form).await?;
        }
        TargetVerb::Patients {
            target, columns, ..
        } => {
            let id = find_target(&at, &target).await?;
            let form = NamePatientColumns { columns };
            at.api.name_patient_columns(&id, &form).await?;
        }
    }
    done(context)
}

fn new_target(at: &At, args: TargetAdd) -> Result<AddTarget, Failure> {
    let vendors: Result<Vec<VendorId>, _> = args
        .vendor
        .iter()
        .map(|vendor| VendorId::parse_at(&at.site, vendor))
        .collect();
    let database = databases::registered(&args)?;
    let web = consoles::registered(&args)?;
    let desktop = desktops::registered(&args)?;
    let telnet = telnet::registered(&args);
    let risk = risks::typed(at, args.risk, &args.server)?;
    let ssh = match (args.protocol.as_str(), args.user, args.host_key) {
        ("ssh", Some(user), Some(host_key)) => Some(SshTarget {
            user,
            host_key: host_key_line(&host_key)?,
        }),
        _ => None,
    };
    let mut slots = Vec::new();
    for typed in &args.hours {
        slots.extend(parse::hours(typed)?);
    }
    Ok(AddTarget {
        name: args.name,
        protocol: match (&ssh, &database, &web, &desktop) {
            (Some(_), ..) => Protocol::Ssh,
            (None, Some(_), ..) if args.protocol == "mysql" => Protocol::Mysql,
            (None, Some(_), ..) => Protocol::Postgres,
            (None, None, Some(_), _) => Protocol::Http,
            (None, None, None, Some(known)) if known.sign_in.is_some() => Protocol::Rdp,
            (None, None, None, Some(_)) => Protocol::Vnc,
            (None, None, None, None) if telnet.is_some() => Protocol::Telnet,
            (None, None, None, None) => Protocol::Tcp,
        },
        address: parse::address(&args.address)?,
        recording: if args.metadata_only {
            Recording::MetadataOnly
        } else {
            Recording::Payload
        },
        approvals: if args.two_approvals {
            Approvals::Two
        } else {
            Approvals::One
        },
        emergency: args.emergency,
        hours: match NonEmpty::from_vec(slots) {
            Ok(slots) => Hours::Only(slots),
            Err(_) => Hours::Always,
        },
        longest_minutes: parse::minutes(parse::duration(&args.longest)?),
        quota_bytes: parse::size(&args.quota)?,
        vendors: NonEmpty::from_vec(vendors?).map_err(Failure::internal)?,
        ssh,
        database,
        web,
        telnet,
        desktop,
        attended: args.attended,
        risk,
    })
}

/// The target's terms, with what was named in the place of what stands.
async fn new_terms(at: &At, args: &TargetTermsArgs) -> Result<TargetTerms, Failure> {
    let id = find_target(at, &args.target).await?;
    let targets = at.api.targets().await?;
    let found = targets.into_iter().find(|target| target.id == id);
    let now = found.ok_or_else(|| Failure::new(Kind::NotFound, "reason-not-found"))?;
    let vendors = args
        .vendor
        .iter()
        .map(|id| VendorId::parse_at(&at.site, id));
    let vendors = match vendors.collect::<Result<Vec<_>, _>>()? {
        none if none.is_empty() => now.vendors,
        named => named,
    };
    let mut slots = Vec::new();
    for typed in &args.hours {
        slots.extend(parse::hours(typed)?);
    }
    let yes = |typed: &Option<String>, now: bool| typed.as_deref().map_or(now, |it| it == "yes");
    Ok(TargetTerms {
        approvals: match args.approvals {
            Some(1) => Approvals::One,
            Some(_) => Approvals::Two,
            None => now.approvals,
        },
        emergency: yes(&args.emergency, now.emergency),
        hours: match NonEmpty::from_vec(slots) {
            Ok(slots) => Hours::Only(slots),
            Err(_) if args.any_hour => Hours::Always,
            Err(_) => now.hours,
        },
        longest_minutes: match &args.longest {
            Some(longest) => parse::minutes(parse::duration(longest)?),
            None => now.longest_minutes,
        },
        quota_bytes: match &args.quota {
            Some(quota) => parse::size(quota)?,
            // Whoever may change it sees it.
            None => now.quota_bytes.unwrap_or_default(),
        },
        vendors: NonEmpty::from_vec(vendors).map_err(Failure::internal)?,
        attended: yes(&args.attended, now.attended),
    })
}

/// A target by its id, or by its name.
pub(super) async fn find_target(at: &At, typed: &str) -> Result<TargetId, Failure> {
    if let Ok(id) = TargetId::parse_at(&at.site, typed) {
        return Ok(id);
    }
    let targets = at.api.targets().await?;
    let found = targets.into_iter().find(|target| target.name == typed);
    found
        .map(|target| target.id)
        .ok_or_else(|| Failure::new(Kind::NotFound, "reason-not-found"))
}

fn target_line(context: &Context, target: &Target) -> String {
    let recording = match target.recording {
        Recording::Payload => "recording-policy-payload",
        Recording::MetadataOnly => "recording-policy-metadata-only",
    };
    let approvals = match target.approvals {
        Approvals::One => "approvals-one",
        Approvals::Two => "approvals-two",
    };
    let address = target.address.as_ref().map(|address| match address.ip {
        Some(ip) if ip.to_string() != address.host => {
            format!("{}:{} ({ip})", address.host, address.port)
        }
        _ => format!("{}:{}", address.host, address.port),
    });
    [
        target.id.to_string(),
        target.name.clone(),
        address.unwrap_or_else(|| "-".to_owned()),
        standing(context, target.suspended),
        context.say(recording, &[]),
        context.say(approvals, &[]),
        ssh_text(context, target),
    ]
    .join("  ")
}

/// For a target that is understood: its accounts, its key, and whether there is a secret.
fn ssh_text(context: &Context, target: &Target) -> String {
    let mut texts = vec![match target.protocol {
        Protocol::Tcp => "tcp".to_owned(),
        Protocol::Ssh => "ssh".to_owned(),
        Protocol::Postgres => "postgres".to_owned(),
        Protocol::Mysql => "mysql".to_owned(),
        Protocol::Http => "http".to_owned(),
        Protocol::Vnc => "vnc".to_owned(),
        Protocol::Rdp => "rdp".to_owned(),
        Protocol::Telnet => "telnet".to_owned(),
    }];
    if target.attended {
        texts.push(context.say("target-attended", &[]));
    }
    if let Some(ssh) = &target.ssh {
        let secret = secrets::kind(ssh.secret);
        let key = client::ssh::fingerprint(&ssh.host_key).unwrap_or_else(|| ssh.host_key.clone());
        texts.extend([ssh.user.clone(), key, context.say(secret, &[])]);
    }
    texts.extend(databases::database_texts(context, target));
    texts.extend(consoles::console_texts(context, target));
    texts.extend(desktops::desktop_texts(context, target));
    texts.extend(telnet::console_text(context, target));
    texts.extend(risks::risk_text(context, target));
    texts.join("  ")
}
