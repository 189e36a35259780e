//! Vendors, persons, devices.

use std::path::Path;

use ids::{DeviceId, InvitationId, NonEmpty, PersonId, VendorId};
use serde::Serialize;
use wire::api::v1::{
    AddVendor, ChangeSources, ConfirmDevice, DeviceState, Employer, Invite, InviteTo, Invited,
    Limit, Role, SourcePrefix, WideException,
};

use super::site::done;
use crate::cli::{DeviceVerb, PersonVerb, SourceArgs, VendorVerb};
use crate::context::{At, Context};
use crate::failure::{Failure, Kind};
use crate::parse;

pub(super) async fn vendor(context: &Context, verb: VendorVerb) -> Result<(), Failure> {
    let at = context.at().await?;
    let id = |text: &str| VendorId::parse_at(&at.site, text);
    match verb {
        VendorVerb::Add {
            name,
            sources,
            parent,
            phone,
        } => {
            let form = AddVendor {
                name,
                parent: parent.as_deref().map(id).transpose()?,
                sources: prefixes(context, &sources)?,
                phone,
            };
            let added = at.api.add_vendor(&form).await?;
            return show_added(context, &added.id, &added);
        }
        VendorVerb::List => {
            let vendors = at.api.vendors().await?;
            return context.show(&vendors, |context| {
                vendors
                    .iter()
                    .map(|vendor| vendor_line(context, vendor))
                    .collect()
            });
        }
        VendorVerb::Suspend { vendor, reason } => {
            at.api.suspend_vendor(&id(&vendor)?, &reason).await?;
        }
        VendorVerb::Resume { vendor } => drop(at.api.resume_vendor(&id(&vendor)?).await?),
        VendorVerb::Sources { vendor, sources } => {
            let form = ChangeSources {
                sources: prefixes(context, &sources)?,
            };
            at.api.change_sources(&id(&vendor)?, &form).await?;
        }
        VendorVerb::Reconfirm { vendor } => {
            at.api.reconfirm_sources(&id(&vendor)?).await?;
        }
    }
    done(context)
}

fn vendor_line(context: &Context, vendor: &wire::api::v1::Vendor) -> String {
    let nets: Vec<&str> = vendor
        .sources
        .iter()
        .map(|source| source.net.as_str())
        .collect();
    [
        vendor.id.to_string(),
        vendor.name.clone(),
        standing(context, vendor.suspended),
        nets.join(" "),
        vendor.phone.clone().unwrap_or_else(|| "-".to_owned()),
    ]
    .join("  ")
}

pub(super) fn standing(context: &Context, suspended: bool) -> String {
    let id = if suspended {
        "standing-suspended"
    } else {
        "standing-active"
    };
    context.say(id, &[])
}

/// Every prefix; the exception goes with those that are wider than the site allows without one.
fn prefixes(context: &Context, sources: &SourceArgs) -> Result<NonEmpty<SourcePrefix>, Failure> {
    let exception = match (&sources.wide_exception, &sources.wide_until) {
        (Some(reason), Some(until)) => Some(WideException {
            reason: reason.clone(),
            until: parse::moment(until, context.now())?,
        }),
        _ => None,
    };
    let prefixes = sources.from.iter().map(|net| {
        let wide = match net {
            ipnet::IpNet::V4(net) => net.prefix_len() < 16,
            ipnet::IpNet::V6(net) => net.prefix_len() < 32,
        };
        SourcePrefix {
            net: net.to_string(),
            exception: exception.clone().filter(|_| wide),
        }
    });
    NonEmpty::from_vec(prefixes.collect()).map_err(Failure::internal)
}

pub(super) async fn person(context: &Context, verb: PersonVerb) -> Result<(), Failure> {
    let at = context.at().await?;
    let id = |text: &str| PersonId::parse_at(&at.site, text);
    match verb {
        PersonVerb::Invite {
            vendor,
            hospital: _,
            custodian,
            role,
            out,
        } => {
            let employer = match vendor {
                Some(vendor) => Employer::Vendor(VendorId::parse_at(&at.site, &vendor)?),
                None if custodian => Employer::Custodian,
                None => Employer::Hospital,
            };
            let roles = role.into_iter().map(Role::from).collect();
            let roles = NonEmpty::from_vec(roles).map_err(Failure::internal)?;
            let purpose = InviteTo::Person { employer, roles };
            return invite(context, &at, purpose, out.as_deref()).await;
        }
        PersonVerb::Device { person, out } => {
            let purpose = InviteTo::Device {
                person: id(&person)?,
            };
            return invite(context, &at, purpose, out.as_deref()).await;
        }
        PersonVerb::Reset { person, out } => {
            let invited = at.api.reset_person(&id(&person)?).await?;
            return show_invited(context, &invited, out.as_deref());
        }
        PersonVerb::List => {
            let persons = at.api.persons().await?;
            return context.show(&persons, |context| {
                persons
                    .iter()
                    .map(|person| person_line(context, person))
                    .collect()
            });
        }
        PersonVerb::Invitations => {
            let open = at.api.invitations().await?;
            return context.show(&open, |context| {
                open.iter()
                    .map(|invitation| invitation_line(context, invitation))
                    .collect()
            });
        }
        PersonVerb::WithdrawInvitation { invitation } => {
            let invitation = InvitationId::parse_at(&at.site, &invitation)?;
            at.api.withdraw_invitation(&invitation).await?;
        }
        PersonVerb::Suspend { person, reason } => {
            at.api.suspend_person(&id(&person)?, &reason).await?;
        }
        PersonVerb::Resume { person } => drop(at.api.resume_person(&id(&person)?).await?),
        PersonVerb::Erase { person } => drop(at.api.erase_person(&id(&person)?).await?),
        PersonVerb::Limit { person, until } => {
            let until = parse::moment(&until, context.now())?;
            at.api.limit_person(&id(&person)?, &Limit { until }).await?;
        }
    }
    done(context)
}

fn invitation_line(context: &Context, invitation: &wire::api::v1::Invitation) -> String {
    let person = invitation.person.as_ref().map(ToString::to_string);
    let id = match invitation.factors {
        true => "cli-invitation-to-factors",
        false => "cli-invitation-open",
    };
    context.say(
        id,
        &[
            ("invitation", &invitation.id.to_string()),
            ("person", person.as_deref().unwrap_or("-")),
            ("from", &invitation.from.to_string()),
            ("until", &invitation.until.to_string()),
        ],
    )
}

async fn invite(
    context: &Context,
    at: &At,
    purpose: InviteTo,
    out: Option<&Path>,
) -> Result<(), Failure> {
    let form = Invite {
        purpose,
        for_minutes: None,
    };
    let invited = at.api.invite(&form).await?;
    show_invited(context, &invited, out)
}

/// The invitation is a secret: into a file that only its owner reads, or onto standard output alone.
fn show_invited(context: &Context, invited: &Invited, out: Option<&Path>) -> Result<(), Failure> {
    let until = invited.until.to_string();
    let id = invited.invitation.to_string();
    if let Some(path) = out {
        let text = format!("{}\n", invited.text.reveal());
        client::keep::write_new_private(path, text.as_bytes())
            .map_err(|cause| Failure::unwritable(path, &cause))?;
        let shown = serde_json::json!({"invitation": id, "until": invited.until, "file": path});
        return context.show(&shown, |context| {
            let path = path.display().to_string();
            vec![
                context.say("cli-invited-into", &[("id", &id), ("until", &until)]),
                context.say("cli-written", &[("path", &path)]),
            ]
        });
    }
    if !context.json {
        crate::context::note(&context.say("cli-invited", &[("id", &id), ("until", &until)]));
    }
    // Each on a line of its own: the text for our program, the link for a browser.
    context.show(invited, |_| {
        let both = [&invited.text, &invited.link];
        both.map(|secret| secret.reveal().to_owned()).to_vec()
    })
}

fn person_line(context: &Context, person: &wire::api::v1::Person) -> String {
    let roles: Vec<String> = person
        .roles
        .iter()
        .map(|role| role_word(context, *role))
        .collect();
    let employer = match &person.employer {
        Employer::Hospital => context.say("employer-hospital", &[]),
        Employer::Vendor(vendor) => vendor.to_string(),
        Employer::Custodian => context.say("employer-custodian", &[]),
    };
    let how = if person.erased {
        context.say("standing-erased", &[])
    } else {
        standing(context, person.suspended)
    };
    [
        person.id.to_string(),
        person.name.clone().unwrap_or_else(|| "-".to_owned()),
        employer,
        roles.join(" "),
        how,
    ]
    .join("  ")
}

fn role_word(context: &Context, role: Role) -> String {
    let id = match role {
        Role::Engineer => "role-engineer",
        Role::Approver => "role-approver",
        Role::Operator => "role-operator",
        Role::Inspector => "role-inspector",
    };
    context.say(id, &[])
}

pub(super) async fn device(context: &Context, verb: DeviceVerb) -> Result<(), Failure> {
    let at = context.at().await?;
    let id = |text: &str| DeviceId::parse_at(&at.site, text);
    match verb {
        DeviceVerb::List => {
            let devices = at.api.devices().await?;
            return context.show(&devices, |context| {
                devices
                    .iter()
                    .map(|device| device_line(context, device))
                    .collect()
            });
        }
        DeviceVerb::Words { device } => {
            let wanted = id(&device)?;
            let devices = at.api.devices().await?;
            let found = devices.into_iter().find(|device| device.id == wanted);
            let found = found.ok_or_else(|| Failure::new(Kind::NotFound, "reason-not-found"))?;
            return context.show(&found, |_| vec![found.words.join(" ")]);
        }
        DeviceVerb::Confirm { device, words } => {
            // Typed as one argument or as many.
            let words = words
                .iter()
                .flat_map(|word| word.split_whitespace())
                .map(str::to_owned)
                .collect();
            at.api
                .confirm_device(&id(&device)?, &ConfirmDevice { words })
                .await?;
        }
        DeviceVerb::Suspend { device, reason } => {
            at.api.suspend_device(&id(&device)?, &reason).await?;
        }
        DeviceVerb::Resume { device } => drop(at.api.resume_device(&id(&device)?).await?),
    }
    done(context)
}

fn device_line(context: &Context, device: &wire::api::v1::Device) -> String {
    let how = match device.state {
        DeviceState::Pending => "device-state-pending",
        DeviceState::Confirmed => "device-state-confirmed",
        DeviceState::Suspended => "device-state-suspended",
    };
    [
        device.id.to_string(),
        device.person.to_string(),
        device.label.clone().unwrap_or_else(|| "-".to_owned()),
        context.say(how, &[]),
    ]
    .join("  ")
}

pub(super) fn show_added<T: Serialize>(
    context: &Context,
    id: &str,
    added: &T,
) -> Result<(), Failure> {
    context.show(added, |context| {
        vec![context.say("cli-added", &[("id", id)])]
    })
}
