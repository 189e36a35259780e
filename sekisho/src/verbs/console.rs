//! What browsers are shown, and from where the console is reached.

use ids::NonEmpty;
use ipnet::IpNet;
use wire::api::v1::{
    CertificateShown, CertificateWay, Certificates, ConsoleReach, ReachFrom, ReachWay,
};

use super::site::done;
use crate::cli::{ConsoleVerb, ConsoleWay};
use crate::context::Context;
use crate::failure::Failure;

pub(super) async fn run(context: &Context, verb: ConsoleVerb) -> Result<(), Failure> {
    let api = context.at().await?.api;
    match verb {
        ConsoleVerb::Show => {
            let known = api.certificates().await?;
            context.show(&known, |context| lines(context, &known))
        }
        ConsoleVerb::Open {
            from,
            anywhere,
            way,
        } => {
            let from = match anywhere {
                true => ReachFrom::Anywhere,
                false => ReachFrom::Prefixes(NonEmpty::from_vec(from).map_err(Failure::internal)?),
            };
            let way = match way {
                ConsoleWay::Port => ReachWay::Port,
                ConsoleWay::Relays => ReachWay::Relays,
                ConsoleWay::Both => ReachWay::Both,
            };
            api.open_console(&ConsoleReach { from, way }).await?;
            if !context.json {
                context.tell("console-open-risk", &[]);
            }
            done(context)
        }
        ConsoleVerb::Close => {
            api.close_console().await?;
            done(context)
        }
    }
}

fn lines(context: &Context, known: &Certificates) -> Vec<String> {
    let mut lines: Vec<String> = known
        .shown
        .iter()
        .flat_map(|shown| certificate(context, shown))
        .collect();
    lines.push(context.say("cli-console-lan", &[("networks", &joined(&known.lan))]));
    lines.push(match &known.reach {
        None => context.say("cli-console-lan-alone", &[]),
        Some(reach) => beyond(context, reach),
    });
    lines
}

fn certificate(context: &Context, shown: &CertificateShown) -> Vec<String> {
    let way = match (shown.way, shown.configured) {
        (CertificateWay::Pem, _) => "certificates-way-pem",
        (CertificateWay::Acme, _) => "certificates-way-acme",
        (CertificateWay::SiteCa, CertificateWay::SiteCa) => "certificates-way-site",
        (CertificateWay::SiteCa, _) => "certificates-way-not-yet",
    };
    let (way, until) = (context.say(way, &[]), shown.until.to_string());
    let words = shown.words.join(" ");
    let args = [
        ("name", shown.name.as_str()),
        ("way", way.as_str()),
        ("until", until.as_str()),
    ];
    let mut lines = vec![context.say("cli-certificate", &args)];
    if !shown.issuer.is_empty() {
        let issuer = shown.issuer.as_str();
        lines.push(context.say("cli-certificate-issuer", &[("issuer", issuer)]));
    }
    lines.push(context.say("cli-certificate-words", &[("words", &words)]));
    if let Some(account) = &shown.account {
        lines.push(context.say("cli-certificate-account", &[("account", account)]));
    }
    if let Some(problem) = &shown.problem {
        lines.push(context.say("certificates-problem", &[("problem", problem)]));
    }
    lines
}

fn beyond(context: &Context, reach: &ConsoleReach) -> String {
    let networks = match &reach.from {
        ReachFrom::Anywhere => context.say("certificates-anywhere", &[]),
        ReachFrom::Prefixes(nets) => joined(&nets.iter().copied().collect::<Vec<_>>()),
    };
    let way = context.say(
        match reach.way {
            ReachWay::Port => "certificates-by-port",
            ReachWay::Relays => "certificates-by-relays",
            ReachWay::Both => "certificates-by-both",
        },
        &[],
    );
    context.say(
        "cli-console-beyond",
        &[("networks", &networks), ("way", &way)],
    )
}

fn joined(nets: &[IpNet]) -> String {
    let nets: Vec<String> = nets.iter().map(ToString::to_string).collect();
    nets.join(" ")
}
