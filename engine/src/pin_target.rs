//! Registering and pinning a target: the name is resolved once, here, by the hospital; the gateway
//! dials what it stood for then and nothing else (invariants 7 and 13).

use std::net::IpAddr;

use access::{Command, NewTarget, Outcome, PinnedAddress, Reason, Refusal};
use ids::TargetId;
use login::Identity;

use crate::secrets::host_key;
use crate::{Engine, writer};

/// Where a target is: as it was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// A host name, or an IP address.
    pub host: String,
    /// The port.
    pub port: u16,
}

/// A target as it is to be registered; its address is still to be resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetForm {
    /// Everything else. Its address is replaced.
    pub target: NewTarget,
    /// Where it is.
    pub address: Address,
}

impl Engine {
    /// Registers a target, pinned to what its name stands for now.
    ///
    /// # Errors
    /// Every reason why not.
    pub async fn register_target(
        &self,
        by: &Identity,
        form: TargetForm,
    ) -> Result<TargetId, Refusal> {
        let address = resolve(&form.address).await?;
        let mut target = form.target;
        if let Some(known) = &mut target.ssh {
            let Some(line) = host_key(&known.host_key) else {
                let reasons = vec![Reason::HostKeyNotPossible];
                return Err(self.refuse(by, "register_target", reasons).await);
            };
            known.host_key = line;
        }
        let command = Command::RegisterTarget(Box::new(NewTarget { address, ..target }));
        let Outcome::Target(target) = self.submit(by, command).await? else {
            return Err(writer::unavailable());
        };
        Ok(target)
    }

    /// Pins a target to what this address stands for now. Its sessions end, its grants are withdrawn.
    ///
    /// # Errors
    /// Every reason why not.
    pub async fn pin_target(
        &self,
        by: &Identity,
        target: TargetId,
        address: &Address,
    ) -> Result<(), Refusal> {
        let address = resolve(address).await?;
        self.submit(by, Command::PinTarget { target, address })
            .await
            .map(drop)
    }
}

/// A name that stands for loopback or link-local is refused here: only the literal address itself
/// may be registered (lesson L31). Other checks on addresses are the domain's.
pub(crate) async fn resolve(address: &Address) -> Result<PinnedAddress, Refusal> {
    let host = address.host.trim().trim_matches(['[', ']']);
    let refused = || Refusal {
        reasons: vec![Reason::AddressNotAllowed {
            address: format!("{host}:{}", address.port),
        }],
    };
    let ip = match host.parse::<IpAddr>() {
        Ok(ip) => ip.to_canonical(),
        Err(_) => {
            let found = tokio::net::lookup_host((host, address.port)).await;
            let mut found = found.map_err(|_| refused())?;
            let ip = found.next().ok_or_else(refused)?.ip().to_canonical();
            if is_never_behind_a_name(ip) {
                return Err(refused());
            }
            ip
        }
    };
    Ok(PinnedAddress {
        host: host.to_owned(),
        ip,
        port: address.port,
    })
}

fn is_never_behind_a_name(ip: IpAddr) -> bool {
    let special = match ip {
        IpAddr::V4(ip) => ip.is_link_local() || ip.is_broadcast(),
        IpAddr::V6(ip) => ip.is_unicast_link_local(),
    };
    special || ip.is_loopback() || ip.is_unspecified() || ip.is_multicast()
}
