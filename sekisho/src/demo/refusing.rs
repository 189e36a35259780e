//! What must be refused along the way.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use client::DialOptions;
use client::api::Api;
use client::connect::open;
use tunnel::{DeviceIdentity, DeviceKey, DeviceRequest, SiteCa, Validity};
use wire::api::v1;

use super::Refused;
use super::stage::{Actor, ENGINEER, Stage};
use crate::context::Context;
use crate::failure::Failure;

/// Where nobody may come from.
const ELSEWHERE: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 3, 9));
/// Where another vendor sits.
const OTHER_VENDOR: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 4, 9));

pub(super) async fn a_used_code_is_refused(
    context: &Context,
    engineer: &mut Actor,
) -> Result<Refused, Failure> {
    let code = engineer.phone.last_code();
    let before = engineer.membership.sign_in_place().sign_in()?;
    let tried = engineer.shows(code).await;
    // The failed try must not have cost the sign-in that stands.
    if let Some(kept) = before {
        engineer.membership.sign_in_place().keep(&kept)?;
    }
    Ok(refusal(context, "used-code", tried))
}

pub(super) async fn an_unlisted_address_is_refused(context: &Context, engineer: &Actor) -> Refused {
    let errand = engineer.errand(ELSEWHERE);
    let tried = open(&engineer.membership, &errand, client::now()).await;
    refusal(context, "unlisted-address", tried.map_err(Failure::from))
}

pub(super) async fn another_vendors_address_is_refused(
    context: &Context,
    engineer: &Actor,
) -> Refused {
    let errand = engineer.errand(OTHER_VENDOR);
    let tried = open(&engineer.membership, &errand, client::now()).await;
    refusal(context, "wrong-address", tried.map_err(Failure::from))
}

/// A device with a certificate of another CA, made by somebody who has everything else.
pub(super) async fn an_unknown_device_is_refused(
    context: &Context,
    stage: &Stage,
    engineer: &Actor,
) -> Result<Refused, Failure> {
    let now = client::now();
    let ca = SiteCa::generate(&stage.site, now).map_err(Failure::internal)?;
    let key = DeviceKey::generate().map_err(Failure::internal)?;
    let csr = key.request().map_err(Failure::internal)?;
    let request = DeviceRequest::read(&csr).map_err(Failure::internal)?;
    let device = ids::DeviceId::new(&stage.site, 1);
    let validity = Validity::starting(now, Duration::from_secs(3600));
    let certificate = ca
        .issue_device(&request, &device, validity)
        .map_err(Failure::internal)?;
    let identity = DeviceIdentity {
        certificate,
        key: key.pkcs8(),
    };
    let token = engineer.membership.sign_in_place().token(now)?;
    let options = DialOptions {
        bind: Some(ENGINEER),
        ..DialOptions::default()
    };
    let address = stage.address.to_string();
    let api = Api::network(
        &address,
        engineer.membership.trust(),
        Some(identity),
        options,
    );
    let tried = api.with_token(token).status().await;
    Ok(refusal(
        context,
        "unknown-device",
        tried.map_err(Failure::from),
    ))
}

pub(super) async fn self_approval_is_refused(
    context: &Context,
    engineer: &Actor,
    request: &ids::RequestId,
) -> Result<Refused, Failure> {
    let form = v1::Approve {
        conditions: None,
        narrower: None,
        database: None,
        web: None,
        desktop: None,
        ssh: None,
    };
    let tried = engineer.api()?.approve(request, &form).await;
    Ok(refusal(
        context,
        "self-approval",
        tried.map_err(Failure::from),
    ))
}

pub(super) async fn after_the_deadline_nothing_opens(
    context: &Context,
    engineer: &Actor,
) -> Refused {
    let tried = open(
        &engineer.membership,
        &engineer.errand(ENGINEER),
        client::now(),
    )
    .await;
    refusal(context, "after-deadline", tried.map_err(Failure::from))
}

/// What was said to an attempt; no reasons if it was let through, which fails the demo.
pub(super) fn refusal<T>(
    context: &Context,
    attempt: &'static str,
    tried: Result<T, Failure>,
) -> Refused {
    let Err(failure) = tried else {
        context.tell("demo-let-through", &[("attempt", attempt)]);
        return Refused {
            attempt,
            reasons: Vec::new(),
        };
    };
    let title = context.say(&format!("demo-try-{attempt}"), &[]);
    let text = failure.text(context.language);
    context.tell("demo-refused", &[("attempt", &title), ("answer", &text)]);
    let said = failure
        .said
        .iter()
        .filter(|(_, said)| said.id != "cli-refused");
    let reasons = said.map(|(_, said)| whole(&said.id, "reason-")).collect();
    Refused { attempt, reasons }
}

/// An id with its family.
pub(super) fn whole(id: &str, family: &str) -> String {
    let families = ["reason-", "end-", "connect-", "error-", "cli-"];
    match families.iter().any(|family| id.starts_with(family)) {
        true => id.to_owned(),
        false => format!("{family}{id}"),
    }
}
