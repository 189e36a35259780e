//! What runs, and how it is ended: sessions, isolation, emergencies.

use ids::{DeviceId, NonEmpty, PersonId, RequestId, SessionId, VendorId};
use wire::api::v1::{
    ChainLink, EmergencyWay, Frozen, Isolate, IsolateOf, Lift, LiftWay, OpenEmergency, Session,
    SetNightChain,
};

use super::kit;
use super::site::done;
use super::targets::find_target;
use super::visits::show_approved;
use crate::cli::{EmergencyVerb, OfOne};
use crate::context::{At, Context};
use crate::failure::{Failure, Family, Kind};
use crate::parse;

pub(super) async fn sessions(context: &Context) -> Result<(), Failure> {
    let sessions = context.at().await?.api.sessions().await?;
    context.show(&sessions, |context| {
        sessions
            .iter()
            .map(|session| session_line(context, session))
            .collect()
    })
}

fn standing(frozen: Option<Frozen>) -> &'static str {
    match frozen {
        None => "session-state-live",
        Some(Frozen::Paused) => "session-state-paused",
        Some(Frozen::AwaitingAttendant) => "session-state-awaiting-attendant",
    }
}

fn session_line(context: &Context, session: &Session) -> String {
    let how = match &session.ended {
        None => context.say(standing(session.frozen), &[]),
        Some(ended) => context.sentence(Family::End, &ended.reason),
    };
    [
        session.id.to_string(),
        session.visit.to_string(),
        session.target_name.clone(),
        session
            .person_name
            .clone()
            .unwrap_or_else(|| session.person.to_string()),
        format!("{} - {}", session.opened_at, session.until),
        how,
    ]
    .join("  ")
}

pub(super) async fn end(context: &Context, session: &str) -> Result<(), Failure> {
    let at = context.at().await?;
    let id = SessionId::parse_at(&at.site, session)?;
    let ended = at.api.end_session(&id).await?;
    context.show(&ended, |context| {
        vec![context.say("cli-ended", &[("id", &id.to_string())])]
    })
}

pub(super) async fn isolate(context: &Context, reason: String, of: OfOne) -> Result<(), Failure> {
    let at = context.at().await?;
    let of = one(&at, of).await?;
    let said = match &of {
        Some(_) => "cli-isolated-one",
        None => "cli-isolated",
    };
    let isolated = at.api.isolate(&Isolate { reason, of }).await?;
    context.show(&isolated, |context| vec![context.say(said, &[])])
}

/// What the options name.
async fn one(at: &At, of: OfOne) -> Result<Option<IsolateOf>, Failure> {
    let OfOne {
        vendor,
        person,
        device,
        target,
    } = of;
    let vendor = vendor.map(|id| VendorId::parse_at(&at.site, &id).map(IsolateOf::Vendor));
    let person = person.map(|id| PersonId::parse_at(&at.site, &id).map(IsolateOf::Person));
    let device = device.map(|id| DeviceId::parse_at(&at.site, &id).map(IsolateOf::Device));
    if let Some(target) = target {
        return Ok(Some(IsolateOf::Target(find_target(at, &target).await?)));
    }
    let named = vendor.or(person).or(device);
    Ok(named.transpose()?)
}

pub(super) async fn lift(
    context: &Context,
    (with_kit, after_delay): (bool, bool),
    why: Option<String>,
    of: OfOne,
) -> Result<(), Failure> {
    let at = context.at().await?;
    let way = if with_kit {
        with_kit_way(context, &at).await?
    } else if after_delay {
        LiftWay::AfterDelay
    } else {
        LiftWay::Agree
    };
    let of = one(&at, of).await?;
    let lifted = at.api.lift(&Lift { way, why, of }).await?;
    context.show(&lifted, |context| {
        let line = match lifted.delay_until {
            _ if lifted.lifted => context.say("cli-lifted", &[]),
            Some(until) => context.say("cli-lift-awaits-delay", &[("until", &until.to_string())]),
            None => context.say("cli-lift-awaits-second", &[]),
        };
        vec![line]
    })
}

/// The kit signs here, for this one isolation; its halves go nowhere.
async fn with_kit_way(context: &Context, at: &At) -> Result<LiftWay, Failure> {
    let isolation = at.api.status().await?.isolation;
    let isolation = isolation.ok_or_else(|| Failure::new(Kind::Refused, "reason-not-isolated"))?;
    let kit = kit::read(context)?;
    Ok(LiftWay::WithKit {
        signature: kit::lift(&kit, &at.site, isolation.since)?,
    })
}

pub(super) async fn emergency(context: &Context, verb: EmergencyVerb) -> Result<(), Failure> {
    let at = context.at().await?;
    match verb {
        EmergencyVerb::Open {
            request,
            envelope,
            read_by,
        } => {
            let id = RequestId::parse_at(&at.site, &request)?;
            let way = if envelope {
                let read_by = match read_by {
                    Some(read_by) => read_by,
                    None => context.ask("cli-ask-read-by")?,
                };
                let code = context.ask_secret("cli-ask-emergency-code")?;
                EmergencyWay::Envelope { code, read_by }
            } else {
                EmergencyWay::Duty
            };
            let approved = at.api.open_emergency(&id, &OpenEmergency { way }).await?;
            show_approved(context, &id, &approved)
        }
        EmergencyVerb::Codes => {
            let envelope = at.api.seal_envelope().await?;
            if !context.json {
                crate::context::note(&context.say("cli-envelope", &[]));
            }
            context.show(&envelope, |_| {
                envelope
                    .codes
                    .iter()
                    .map(|code| code.reveal().to_owned())
                    .collect()
            })
        }
        EmergencyVerb::Chain { links } if links.is_empty() => {
            let chain = at.api.night_chain().await?;
            context.show(&chain, |_| chain.iter().map(chain_line).collect())
        }
        EmergencyVerb::Chain { links } => {
            let mut chain = Vec::new();
            for link in &links {
                let (person, after_minutes) = parse::link(link)?;
                let person = PersonId::parse_at(&at.site, person)?;
                chain.push(ChainLink {
                    person,
                    after_minutes,
                });
            }
            let chain = NonEmpty::from_vec(chain).map_err(Failure::internal)?;
            at.api.set_night_chain(&SetNightChain { chain }).await?;
            done(context)
        }
    }
}

fn chain_line(link: &ChainLink) -> String {
    format!("{}  +{} min", link.person, link.after_minutes)
}
