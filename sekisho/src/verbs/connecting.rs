//! `sekisho connect`: standard input and output as the stream, or a local port.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use client::connect::{
    AT_ONCE, Errand, Forwarder, Happened, Terms, channel_of, how_it_ended, open, told_to_stop,
};
use client::witness::compare;
use client::{Api, ApiError, Membership};
use ids::GrantId;
use wire::api::v1::Ended;
use wire::session::{Channel, Recording};

use super::joining::tell_resumed;
use super::remote_desktop;
use crate::cli::ConnectArgs;
use crate::context::{At, Context, inert, note};
use crate::failure::{Failure, Family, Kind};

pub(super) async fn connect(context: &Context, args: ConnectArgs) -> Result<(), Failure> {
    if context.site_dir().is_some() {
        // A session is one person on one device: the local socket is neither.
        return Err(Failure::new(Kind::Usage, "cli-connect-not-local"));
    }
    let membership = context.membership()?;
    let grant = args
        .grant
        .as_deref()
        .map(|grant| GrantId::parse_at(membership.site(), grant))
        .transpose()?;
    let api = membership.api(context.from_address, context.now())?;
    if api.token().is_none() {
        return Err(Failure::new(Kind::NotSignedIn, "error-signed-out"));
    }
    let errand = Errand {
        channel: Some(channel_of(&api, &args.target).await?),
        target: args.target,
        grant,
        bind: context.from_address,
    };
    if errand.channel == Some(Channel::Http) {
        let listen = args.listen;
        return super::consoles::serve(context, &membership, &api, &errand, listen).await;
    }
    match args.listen {
        None => over_standard_streams(context, &membership, &api, &errand).await,
        Some(address) => {
            let rdp_file = args.rdp_file.as_deref();
            behind_a_port(context, membership, api, errand, address, rdp_file).await
        }
    }
}

async fn over_standard_streams(
    context: &Context,
    membership: &Membership,
    api: &Api,
    errand: &Errand,
) -> Result<(), Failure> {
    look(context, membership, api).await?;
    let session = open(membership, errand, context.now()).await?;
    let terms = session.terms.clone();
    tell_opened(context, &errand.target, &terms);
    tokio::select! {
        _ = session.carry_here() => {}
        // What ends with the session is still done: the reason, and the ledger.
        _ = told_to_stop() => {}
    }
    tell_ended(context, how_it_ended(api, &terms.session).await);
    look(context, membership, api).await
}

/// A device vouches for the ledger as it is now, so that a receipt carries a signature from outside
/// the site. Whoever has no device has nothing to vouch with.
pub(super) async fn vouch(context: &Context, at: &At) -> Result<(), Failure> {
    match &at.membership {
        Some(membership) if membership.pinned().device.is_some() => {
            look(context, membership, &at.api).await
        }
        _ => Ok(()),
    }
}

pub(super) async fn look(
    context: &Context,
    membership: &Membership,
    api: &Api,
) -> Result<(), Failure> {
    let compared = compare(api, membership, context.now()).await?;
    compared
        .resumed
        .iter()
        .for_each(|resume| tell_resumed(context, resume));
    Ok(())
}

async fn behind_a_port(
    context: &Context,
    membership: Membership,
    api: Api,
    errand: Errand,
    address: SocketAddr,
    rdp_file: Option<&Path>,
) -> Result<(), Failure> {
    let forwarder = Forwarder::bind(address).await?;
    let is_rdp = errand.channel == Some(Channel::Rdp);
    if let Some(path) = rdp_file {
        remote_desktop::write_file(path, is_rdp, forwarder.address())?;
    }
    if context.json {
        let ready = serde_json::json!({"listening": forwarder.address()});
        crate::context::print(&ready.to_string());
    }
    let listening = forwarder.address().to_string();
    note(&context.say("cli-listening", &[("address", &listening)]));
    if is_rdp {
        note(&context.say("connect-rdp", &[("address", &listening)]));
    }
    let target = errand.target.clone();
    let api = Arc::new(api);
    let serving = forwarder.serve(membership.clone(), Arc::clone(&api), errand, |event| {
        tell(context, &target, event);
    });
    tokio::select! {
        served = serving => return Ok(served?),
        _ = told_to_stop() => {}
    }
    look(context, &membership, &api).await
}

fn tell(context: &Context, target: &str, event: Happened) {
    match event {
        Happened::Stranger(_) => note(&context.say("error-other-user", &[])),
        Happened::Waiting => {
            let count = AT_ONCE.to_string();
            note(&context.say("cli-connection-waits", &[("count", &count)]));
        }
        Happened::Resumed(resume) => tell_resumed(context, &resume),
        Happened::Opened(terms) => tell_opened(context, target, &terms),
        Happened::NotOpened(error) => tell_failure(context, error.into()),
        Happened::Closed { ended, .. } => tell_ended(context, ended),
        Happened::NotCompared(error) => tell_failure(context, error.into()),
    }
}

fn tell_failure(context: &Context, failure: Failure) {
    note(&crate::context::inert_lines(
        &failure.text(context.language),
    ));
}

pub(super) fn tell_opened(context: &Context, target: &str, terms: &Terms) {
    let until = terms.until.to_string();
    note(&inert(&context.say(
        "cli-connected",
        &[("target", target), ("until", &until)],
    )));
    let kept = match terms.recording {
        Recording::Payload => "cli-being-recorded",
        Recording::MetadataOnly => "cli-being-measured",
    };
    note(&context.say(kept, &[]));
}

/// The reason in plain words; nothing if the site could not say.
pub(super) fn tell_ended(context: &Context, ended: Result<Option<Ended>, ApiError>) {
    match ended {
        Ok(Some(ended)) => note(&inert(&context.sentence(Family::End, &ended.reason))),
        Ok(None) => note(&context.say("cli-end-unknown", &[])),
        Err(error) => tell_failure(context, error.into()),
    }
}
