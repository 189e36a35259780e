//! Targets and their pinned addresses.

use std::net::{IpAddr, Ipv4Addr};

use access::{Command, NewTarget, Outcome, PinnedAddress, SshTarget, Subject, TargetTerms};
use axum::Json;
use engine::{NewSecret, TargetForm};
use ids::{TargetId, VendorId};
use wire::api::v1::{
    self, AddTarget, Added, Address, Done, MAX_LINE, PinHostKey, PinTarget, SetTargetSecret,
    SshHostKey, SshShown, Suspend, Target,
};
use zeroize::Zeroizing;

use super::{databases, done, risks, rotation_way, telnet, visit_accounts, web};
use crate::answer::{Answer, Failed};
use crate::asker::{Asker, Readers, Thing};
use crate::body::{Form, Nothing, Of};
use crate::reading::Reading;
use crate::words;

/// The longest private key, in bytes: RSA of 16,384 bits in PEM has fewer than 13,000.
const MAX_KEY: usize = 16 * 1024;

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
        ssh: target.ssh.as_ref().filter(|_| all).map(|ssh| SshShown {
            user: ssh.user.clone(),
            host_key: ssh.host_key.clone(),
            secret: target.secret.map(words::secret_said),
        }),
        database: target
            .database
            .as_ref()
            .filter(|_| all)
            .map(|known| databases::shown(known, target)),
        web: target
            .web
            .as_ref()
            .filter(|_| all)
            .map(|known| web::shown(known, target)),
        desktop: target
            .desktop
            .as_ref()
            .filter(|_| all)
            .map(|known| databases::desktop_shown(known, target)),
        telnet: target
            .telnet
            .as_ref()
            .filter(|_| all)
            .map(|known| telnet::shown(known, target)),
        visit_accounts: all
            .then(|| visit_accounts::shown(reading.site, target))
            .flatten(),
        can_have_visit_accounts: all && target.can_have_visit_accounts(),
        rotation_way: all.then(|| rotation_way::shown(target)).flatten(),
        can_have_rotation_way: all && target.can_have_rotation_way(),
        readable: target
            .database
            .as_ref()
            .is_some_and(|known| known.reader.is_some()),
        attended: target.attended,
        risk: all.then(|| risks::shown(reading, target)).flatten(),
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
        ssh: form.ssh.map(|ssh| SshTarget {
            user: ssh.user,
            host_key: ssh.host_key,
        }),
        database: form.database.map(databases::registered),
        web: form.web.map(web::registered),
        desktop: form.desktop.map(databases::desktop_registered),
        telnet: form.telnet.map(telnet::registered),
        attended: form.attended,
        risk: form.risk.map(risks::accepted),
    };
    // An address that was typed is what it stands for; the engine reads an SSH target's key whole.
    let literal = address.host.trim().parse().ok() == address.ip;
    let resolved = address.ip.is_some() && !(literal && target.ssh.is_some());
    let target = if resolved {
        let registered = asker
            .submit(Command::RegisterTarget(Box::new(target)))
            .await?;
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

/// Replaces when, how long, by whom and with how many approvals it may be visited.
pub(crate) async fn change_terms(
    asker: Asker,
    Of(target): Of<TargetId>,
    Form(form): Form<v1::TargetTerms>,
) -> Answer<Done> {
    let thing = Thing::from(&target);
    let terms = TargetTerms {
        approvals: words::approvals(form.approvals),
        emergency: form.emergency,
        hours: words::hours(&form.hours)?,
        longest_minutes: form.longest_minutes,
        quota_bytes: form.quota_bytes,
        vendors: form.vendors,
        attended: form.attended,
    };
    let changed = asker
        .submit(Command::ChangeTargetTerms { target, terms })
        .await;
    asker.about(&thing, changed)?;
    done()
}

/// The address as the hospital resolved it itself.
pub(super) fn pinned(address: &Address) -> PinnedAddress {
    PinnedAddress {
        host: address.host.trim().to_owned(),
        // Replaced by what the name stands for; as it is here, nothing would ever be dialled.
        ip: address.ip.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)),
        port: address.port,
    }
}

/// The address as it was typed, to be resolved by the gateway.
pub(super) fn typed(address: &Address) -> engine::Address {
    engine::Address {
        host: address.host.clone(),
        port: address.port,
    }
}

/// The secret of a form.
pub(super) fn new_secret(form: &SetTargetSecret) -> Result<NewSecret, Failed> {
    let within = |field: &str, text: &wire::Secret, most: usize| {
        let text = text.reveal();
        if text.is_empty() || text.len() > most {
            return Err(Failed::field(field));
        }
        Ok(Zeroizing::new(text.to_owned()))
    };
    Ok(match form {
        SetTargetSecret::Password(text) => NewSecret::Password(within("password", text, MAX_LINE)?),
        SetTargetSecret::ReaderPassword(text) => {
            NewSecret::Password(within("reader_password", text, MAX_LINE)?)
        }
        SetTargetSecret::Key(text) => NewSecret::Key(within("key", text, MAX_KEY)?),
        SetTargetSecret::Generate {} => NewSecret::Generate,
        SetTargetSecret::Certificate {} => NewSecret::Authority,
    })
}

pub(crate) async fn pin_host_key(
    asker: Asker,
    Of(target): Of<TargetId>,
    Form(form): Form<PinHostKey>,
) -> Answer<Done> {
    let thing = Thing::from(&target);
    let pinned = asker
        .engine
        .pin_host_key(&asker.by, &target, &form.host_key);
    asker.about(&thing, pinned.await)?;
    done()
}

/// What the gateway shows to SSH clients. For everybody who may come with one; it is no secret.
pub(crate) async fn ssh_host_key(asker: Asker) -> Answer<SshHostKey> {
    asker.sight(Readers::People)?;
    let host_key = asker.engine.ssh_host_key();
    Ok(Json(SshHostKey { host_key }))
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
