//! Targets and their pinned addresses.

use std::net::{IpAddr, Ipv4Addr};

use access::{Command, NewTarget, Outcome, PinnedAddress, Subject};
use axum::Json;
use engine::TargetForm;
use ids::{TargetId, VendorId};
use wire::api::v1::{AddTarget, Added, Address, Done, PinTarget, Suspend, Target};

use super::done;
use crate::answer::{Answer, Failed};
use crate::asker::{Asker, Readers, Thing};
use crate::body::{Form, Nothing, Of};
use crate::reading::Reading;
use crate::words;

pub(crate) async fn list(asker: Asker) -> Answer<Vec<Target>> {
    let list = asker.read(Readers::People, |reading| {
        let seen = reading
            .site
            .targets()
            .filter(|target| reading.sees(&target.id));
        Ok(seen.map(|target| shown(reading, target)).collect())
    });
    list.await.map(Json)
}

fn shown(reading: &Reading<'_>, target: &access::Target) -> Target {
    let all = reading.sees_all();
    let vendors = target.vendors.iter();
    let vendors: Vec<VendorId> = vendors.filter(|id| reading.sees(*id)).cloned().collect();
    Target {
        id: target.id.clone(),
        name: target.name.clone(),
        protocol: words::protocol_said(target.protocol),
        address: all.then(|| Address {
            host: target.address.host.clone(),
            ip: Some(target.address.ip),
            port: target.address.port,
        }),
        recording: words::recording_said(target.recording),
        approvals: words::approvals_said(target.approvals),
        emergency: target.emergency,
        hours: words::hours_said(&target.hours),
        longest_minutes: target.longest_minutes,
        quota_bytes: all.then_some(target.quota_bytes),
        vendors,
        suspended: target.suspended.is_some(),
    }
}

pub(crate) async fn add(asker: Asker, Form(form): Form<AddTarget>) -> Answer<Added> {
    let hours = words::hours(&form.hours)?;
    let address = form.address;
    let target = NewTarget {
        name: form.name,
        protocol: words::protocol(form.protocol),
        address: pinned(&address),
        recording: words::recording(form.recording),
        approvals: words::approvals(form.approvals),
        emergency: form.emergency,
        hours,
        longest_minutes: form.longest_minutes,
        quota_bytes: form.quota_bytes,
        vendors: form.vendors,
        ssh: None,
        attended: false,
    };
    let target = if address.ip.is_some() {
        let registered = asker.submit(Command::RegisterTarget(target)).await?;
        let Outcome::Target(target) = registered else {
            return Err(Failed::Broken);
        };
        target
    } else {
        let address = typed(&address);
        let form = TargetForm { target, address };
        asker.engine.register_target(&asker.by, form).await?
    };
    Ok(Json(Added {
        id: target.to_string(),
    }))
}

pub(crate) async fn pin(
    asker: Asker,
    Of(target): Of<TargetId>,
    Form(form): Form<PinTarget>,
) -> Answer<Done> {
    let thing = Thing::from(&target);
    let pinned = match form.address.ip {
        Some(_) => {
            let address = pinned(&form.address);
            let command = Command::PinTarget { target, address };
            asker.submit(command).await.map(drop)
        }
        None => {
            let address = typed(&form.address);
            asker.engine.pin_target(&asker.by, target, &address).await
        }
    };
    asker.about(&thing, pinned)?;
    done()
}

/// The address as the hospital resolved it itself.
fn pinned(address: &Address) -> PinnedAddress {
    PinnedAddress {
        host: address.host.trim().to_owned(),
        // Replaced by what the name stands for; as it is here, nothing would ever be dialled.
        ip: address.ip.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)),
        port: address.port,
    }
}

/// The address as it was typed, to be resolved by the gateway.
fn typed(address: &Address) -> engine::Address {
    engine::Address {
        host: address.host.clone(),
        port: address.port,
    }
}

pub(crate) async fn suspend(
    asker: Asker,
    Of(target): Of<TargetId>,
    Form(form): Form<Suspend>,
) -> Answer<Done> {
    asker.suspend(Subject::Target(target), form).await
}

pub(crate) async fn resume(asker: Asker, Of(target): Of<TargetId>, _: Nothing) -> Answer<Done> {
    asker.resume(Subject::Target(target)).await
}
