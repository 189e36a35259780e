//! Before the visit: the hospital's person, the relay, the engineer, the target.

use client::api::Api;
use ids::{NonEmpty, TargetId, VendorId};
use vault::Kit;
use wire::api::v1;

use super::stage::{Actor, CLERK, ENGINEER, LOOK_AGAIN, STEP, Stage, TARGET};
use crate::context::Context;
use crate::failure::Failure;
use crate::relay::{self, Anywhere, From, SiteFile};

/// The relay's own name.
const RELAY: &str = "relay.demo.test";

pub(super) async fn clerk_sets_up(context: &Context, stage: &Stage) -> Result<Actor, Failure> {
    let name = context.say("demo-clerk", &[]);
    let (mut clerk, _) = Actor::joins(stage, &stage.setup, "clerk", name, CLERK).await?;
    clerk.signs_in().await?;
    context.tell("demo-clerk-joined", &[]);
    let halves = stage.kit.halves().map_err(Failure::internal)?;
    let [first, second] = halves.each_ref().map(|half| half.to_text());
    let again = Kit::from_halves(&first, &second).map_err(Failure::internal)?;
    again.test(&stage.kit_public).map_err(Failure::internal)?;
    clerk.api()?.seal_kit().await?;
    context.tell("demo-kit-sealed", &[]);
    Ok(clerk)
}

/// A relay outside is made, admits the site, and is registered: the hospital opens no port for it.
pub(super) async fn a_relay_is_connected(
    context: &Context,
    stage: &mut Stage,
    clerk: &Actor,
) -> Result<(), Failure> {
    let dir = stage.folder.join("relay");
    let api = clerk.api()?;
    let site = api.introduction().await?;
    let file = SiteFile {
        site: site.site,
        key: site.key,
        names: NonEmpty::one(site.engineers_name),
        gateways_from: From::Word(Anywhere::Anywhere),
        site_key: site.site_key,
        kit_key: site.kit_key,
    };
    let made = relay::make(&dir, stage.address, RELAY)?;
    relay::admit_site(&dir, file)?;
    stage.relay = Some(relay::start(&dir)?);
    let form = v1::Relay {
        name: "relay".to_owned(),
        address: stage.address.to_string(),
        tls_name: RELAY.to_owned(),
        key: made.key,
        witness: made.witness,
    };
    api.add_relay(&form).await?;
    let connected = async {
        loop {
            let relays = api.relays().await?;
            if relays
                .iter()
                .any(|shown| shown.link.is_some_and(|link| link.connected))
            {
                return Ok::<_, Failure>(());
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    };
    let limit = tokio::time::timeout(STEP, connected).await;
    limit.map_err(|_| Failure::internal("the relay was not reached"))??;
    context.tell("demo-relay", &[("address", &stage.address.to_string())]);
    Ok(())
}

pub(super) async fn engineer_enrols(
    context: &Context,
    stage: &Stage,
    clerk: &mut Actor,
) -> Result<(VendorId, Actor), Failure> {
    let api = clerk.api()?;
    let vendor = add_vendor(&api, context.say("demo-vendor", &[]), "127.0.1.0/24").await?;
    add_vendor(&api, context.say("demo-other-vendor", &[]), "127.0.4.0/24").await?;
    let purpose = v1::InviteTo::Person {
        employer: v1::Employer::Vendor(vendor.clone()),
        roles: NonEmpty::one(v1::Role::Engineer),
    };
    let invited = api
        .invite(&v1::Invite {
            purpose,
            for_minutes: None,
        })
        .await?;
    let name = context.say("demo-engineer", &[]);
    let text = invited.text.reveal();
    let (mut engineer, joining) = Actor::joins(stage, text, "engineer", name, ENGINEER).await?;
    context.tell(
        "demo-engineer-joined",
        &[("words", &joining.words.join(" "))],
    );
    let device = joining
        .device
        .ok_or_else(|| Failure::internal("no device was enrolled"))?;
    let words = v1::ConfirmDevice {
        words: joining.words,
    };
    api.confirm_device(&device, &words).await?;
    context.tell("demo-words-compared", &[]);
    engineer.signs_in().await?;
    Ok((vendor, engineer))
}

async fn add_vendor(api: &Api, name: String, net: &str) -> Result<VendorId, Failure> {
    let form = v1::AddVendor {
        name,
        parent: None,
        sources: NonEmpty::one(v1::SourcePrefix {
            net: net.to_owned(),
            exception: None,
        }),
        phone: "03-0000-0001".to_owned(),
    };
    let added = api.add_vendor(&form).await?;
    added.id.parse().map_err(Failure::internal)
}

pub(super) async fn clerk_registers_target(
    context: &Context,
    stage: &Stage,
    clerk: &Actor,
    vendor: &VendorId,
) -> Result<TargetId, Failure> {
    let form = v1::AddTarget {
        name: TARGET.to_owned(),
        protocol: v1::Protocol::Ssh,
        address: v1::Address {
            host: stage.target.address().ip().to_string(),
            ip: None,
            port: stage.target.address().port(),
        },
        recording: wire::session::Recording::Payload,
        approvals: v1::Approvals::One,
        emergency: false,
        hours: v1::Hours::Always,
        longest_minutes: 60,
        quota_bytes: 1 << 20,
        vendors: NonEmpty::one(vendor.clone()),
        database: None,
        web: None,
        telnet: None,
        desktop: None,
        ssh: Some(v1::SshTarget {
            user: stage.target.user().to_owned(),
            host_key: stage.target.host_key().to_owned(),
        }),
        attended: false,
        risk: None,
    };
    let api = clerk.api()?;
    let added = api.add_target(&form).await?;
    context.tell("demo-target-registered", &[("target", TARGET)]);
    let target: TargetId = added.id.parse().map_err(Failure::internal)?;
    let made = api
        .set_target_secret(&target, &v1::SetTargetSecret::Generate {})
        .await?;
    let line = made
        .public
        .ok_or_else(|| Failure::internal("no key was made"))?;
    stage.target.lets_in(&line).map_err(Failure::internal)?;
    context.tell("demo-secret", &[]);
    Ok(target)
}
