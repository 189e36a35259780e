//! Targets and their pinned addresses.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use ids::{NonEmpty, TargetId, VendorId};

use super::asking::{Asking, Reasons, next, too_many};
use super::database_terms::database_possible;
use super::desktop_terms::desktop_possible;
use super::telnet_terms::telnet_possible;
use super::web_terms::web_possible;
use super::{Decided, Outcome};
use crate::command::NewTarget;
use crate::event::Event;
use crate::limits;
use crate::reason::{Reason, Refusal};
use crate::risks::{RiskKind, of_protocol};
use crate::terms::{Hours, PinnedAddress, Protocol, Slot, SshTarget, TargetTerms};

impl Asking<'_> {
    pub(super) fn register_target(&self, new: NewTarget) -> Result<Decided, Refusal> {
        let mut why = Reasons::default();
        self.keeper(&mut why);
        why.unless(name_possible(&new.name), Reason::NameNotPossible);
        let taken = self.site.target_by_name(&new.name).is_some();
        why.unless(!taken, Reason::NameTaken);
        why.limit(self.site.targets.len() + 1, limits::MOST_TARGETS, "targets");
        self.address_possible(&new.address, &mut why);
        self.terms_possible(&terms_of(&new), &mut why);
        let fits = (new.protocol == Protocol::Ssh) == new.ssh.is_some();
        why.unless(fits, Reason::SshTermsNotPossible);
        if let Some(ssh) = &new.ssh {
            why.text(&ssh.user, limits::LONGEST_USER);
            why.unless(host_key_possible(&ssh.host_key), Reason::HostKeyNotPossible);
        }
        database_possible(new.protocol, new.database.as_ref(), &mut why);
        web_possible(new.protocol, new.web.as_ref(), &mut why);
        desktop_possible(new.protocol, new.desktop.as_ref(), &mut why);
        telnet_possible(new.protocol, new.telnet.as_ref(), &mut why);
        self.risk_fits((&new.name, new.rests_on()), new.risk.as_ref(), &mut why);
        why.settle()?;
        let target = TargetId::new(&self.site.id, next(&self.site.targets));
        let registered = Event::TargetRegistered {
            target: target.clone(),
            name: new.name,
            protocol: new.protocol,
            address: new.address,
            recording: new.recording,
            approvals: new.approvals,
            emergency: new.emergency,
            hours: new.hours,
            longest_minutes: new.longest_minutes,
            quota_bytes: new.quota_bytes,
            vendors: new.vendors,
            ssh: new.ssh,
            database: new.database,
            web: new.web,
            desktop: new.desktop,
            telnet: new.telnet,
            attended: new.attended,
            risk: new.risk,
        };
        Decided::one(registered, Outcome::Target(target))
    }

    pub(super) fn change_target_terms(
        &self,
        target: TargetId,
        terms: TargetTerms,
    ) -> Result<Decided, Refusal> {
        let mut why = Reasons::default();
        self.keeper(&mut why);
        if let Some(found) = why.need(self.site.targets.get(&target), Reason::NotFound) {
            why.unless(found.terms() != terms, Reason::AlreadySo);
        }
        self.terms_possible(&terms, &mut why);
        why.settle()?;
        Decided::one(Event::TargetTermsChanged { target, terms }, Outcome::Done)
    }

    /// What holds of a target's terms whenever they are set.
    fn terms_possible(&self, terms: &TargetTerms, why: &mut Reasons) {
        hours_possible(&terms.hours, why);
        let longest_minutes = limits::LONGEST_WINDOW_MINUTES;
        let fits = (1..=longest_minutes).contains(&terms.longest_minutes);
        why.unless(fits, Reason::WindowTooLong { longest_minutes });
        let fits = (1..=limits::LARGEST_QUOTA).contains(&terms.quota_bytes);
        let most = usize::try_from(limits::LARGEST_QUOTA >> 30).unwrap_or(0);
        why.unless(fits, too_many("quota-gib", most));
        self.vendors_possible(&terms.vendors, why);
    }

    /// A sub-contractor is listed only beside the vendor that it works for.
    fn vendors_possible(&self, vendors: &NonEmpty<VendorId>, why: &mut Reasons) {
        why.limit(vendors.len(), limits::MOST_VENDORS_OF_A_TARGET, "vendors");
        for vendor in vendors {
            let lineage = self.site.lineage(vendor);
            let Some(head) = why.need(lineage.last(), Reason::NotFound) else {
                continue;
            };
            let beside = vendors.iter().any(|listed| *listed == head.id);
            why.unless(beside, Reason::TargetNotMaintained);
        }
    }

    pub(super) fn pin_target(
        &self,
        target: TargetId,
        address: PinnedAddress,
    ) -> Result<Decided, Refusal> {
        let mut why = Reasons::default();
        self.keeper(&mut why);
        if let Some(found) = why.need(self.site.targets.get(&target), Reason::NotFound) {
            why.unless(found.address != address, Reason::AlreadySo);
        }
        self.address_possible(&address, &mut why);
        why.settle()?;
        Decided::one(Event::TargetPinned { target, address }, Outcome::Done)
    }

    pub(super) fn pin_host_key(
        &self,
        target: TargetId,
        host_key: String,
    ) -> Result<Decided, Refusal> {
        let mut why = Reasons::default();
        self.keeper(&mut why);
        if let Some(known) = self.ssh_target(&target, &mut why) {
            why.unless(known.host_key != host_key, Reason::AlreadySo);
        }
        why.unless(host_key_possible(&host_key), Reason::HostKeyNotPossible);
        why.settle()?;
        Decided::one(Event::HostKeyPinned { target, host_key }, Outcome::Done)
    }

    fn ssh_target(&self, target: &TargetId, why: &mut Reasons) -> Option<&SshTarget> {
        let target = why.need(self.site.targets.get(target), Reason::NotFound)?;
        why.need(target.ssh.as_ref(), Reason::ProtocolNotGranted)
    }

    /// Invariant 13: never the gateway itself; loopback, link-local and metadata addresses only if
    /// that very address was typed, so that no name can come to mean one.
    pub(super) fn address_possible(&self, pinned: &PinnedAddress, why: &mut Reasons) {
        why.text(&pinned.host, limits::LONGEST_HOST);
        let ip = pinned.ip.to_canonical();
        let typed = pinned
            .host
            .parse::<IpAddr>()
            .ok()
            .map(|typed| typed.to_canonical());
        // An address that was typed stands for itself.
        let honest = typed.is_none_or(|typed| typed == ip);
        let possible = honest
            && pinned.port != 0
            && !never_dialled(ip)
            && (!special(ip) || typed == Some(ip))
            && !self.is_own(SocketAddr::new(ip, pinned.port));
        let address = format!("{} ({})", SocketAddr::new(ip, pinned.port), pinned.host);
        let address = address.chars().take(limits::LONGEST_TEXT).collect();
        why.unless(possible, Reason::AddressNotAllowed { address });
    }

    pub(super) fn is_own(&self, address: SocketAddr) -> bool {
        let own = self
            .site
            .founding
            .iter()
            .flat_map(|founding| founding.own.iter());
        own.map(|own| (own.ip().to_canonical(), own.port()))
            .any(|(ip, port)| {
                let same = ip == address.ip();
                // Listening on every address includes the machine's own loopback.
                let everywhere = ip.is_unspecified() && address.ip().is_loopback();
                port == address.port() && (same || everywhere)
            })
    }
}

impl NewTarget {
    /// On which accepted risk it will rest, if it does.
    fn rests_on(&self) -> Option<RiskKind> {
        let database = self.database.as_ref().map(|known| &known.server);
        let web = self.web.as_ref().map(|known| &known.server);
        let desktop = self.desktop.as_ref().map(|known| &known.server);
        of_protocol(self.protocol, database.or(web).or(desktop))
    }
}

fn terms_of(new: &NewTarget) -> TargetTerms {
    TargetTerms {
        approvals: new.approvals,
        emergency: new.emergency,
        hours: new.hours.clone(),
        longest_minutes: new.longest_minutes,
        quota_bytes: new.quota_bytes,
        vendors: new.vendors.clone(),
        attended: new.attended,
    }
}

/// Letters, digits and hyphens: safe in a command line, a column and a file name.
pub(super) fn name_possible(name: &str) -> bool {
    (1..=limits::LONGEST_TARGET_NAME).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !name.starts_with('-')
        && !name.ends_with('-')
}

/// A key type that no known attack reaches, and base64: `ssh` reads it whole before it is pinned.
fn host_key_possible(line: &str) -> bool {
    const TYPES: [&str; 4] = [
        "ssh-ed25519",
        "ecdsa-sha2-nistp256",
        "ecdsa-sha2-nistp384",
        "ecdsa-sha2-nistp521",
    ];
    let base64 = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=');
    let parts = line.split_once(' ');
    line.len() <= limits::LONGEST_HOST_KEY
        && parts.is_some_and(|(kind, key)| {
            TYPES.contains(&kind) && !key.is_empty() && key.chars().all(base64)
        })
}

pub(super) fn never_dialled(ip: IpAddr) -> bool {
    let broadcast = matches!(ip, IpAddr::V4(ip) if ip.is_broadcast());
    ip.is_unspecified() || ip.is_multicast() || broadcast
}

/// Loopback, link-local and the metadata services of clouds.
fn special(ip: IpAddr) -> bool {
    match ip {
        // "This network" (RFC 1122) reaches the own machine on some systems.
        IpAddr::V4(ip) => ip.is_loopback() || ip.is_link_local() || ip.octets().starts_with(&[0]),
        IpAddr::V6(ip) => {
            ip.is_loopback()
                || ip.is_unicast_link_local()
                || ip == Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254)
        }
    }
}

fn hours_possible(hours: &Hours, why: &mut Reasons) {
    let Hours::Only(slots) = hours else {
        return;
    };
    why.limit(slots.len(), limits::MOST_SLOTS, "slots");
    let possible = |slot: &Slot| slot.weekday < 7 && slot.from < slot.to && slot.to <= 24 * 60;
    why.unless(slots.iter().all(possible), Reason::WindowNotPossible);
}
