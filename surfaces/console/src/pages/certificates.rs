//! What browsers are shown at the site's names, and from where this console is reached.

use axum::Json;
use axum::extract::RawQuery;
use axum::response::Response;
use ids::NonEmpty;
use maud::{Markup, html};
use wire::api::v1::{
    CertificateShown, CertificateWay, Certificates, ConsoleReach, ReachFrom, ReachWay,
};

use super::failed::PageFailed;
use super::page::{Page, done};
use super::parts::{self, Tone};
use super::posted::Posted;
use super::signed::Signed;
use crate::answer::Failed;
use crate::api::certificates;
use crate::body::{Form, Nothing};

/// The page, to which its forms lead back.
const PAGE: &str = "/certificates";

/// What is shown, until when and by which way; the console's reach, its risk, and the form to change it.
pub(crate) async fn show(signed: Signed, RawQuery(query): RawQuery) -> Result<Page, PageFailed> {
    let Json(known) = certificates::show(signed.asker.clone()).await?;
    let title = signed.say("certificates-title", &[]);
    let main = html! {
        h1 { (title) }
        p { (signed.say("certificates-lead", &[])) }
        @for shown in &known.shown { (certificate(&signed, shown)) }
        (reach(&signed, &known))
        (opening(&signed, &known))
        @if known.reach.is_some() { (closing(&signed)) }
    };
    Ok(Page::new(&signed, &title)
        .await
        .after(query.as_deref())
        .main(main))
}

/// Opens the console's name beyond the LAN.
pub(crate) async fn open(signed: Signed, posted: Posted) -> Result<Response, PageFailed> {
    let form = ConsoleReach {
        from: from_of(&posted)?,
        way: match posted.text("way") {
            "port" => ReachWay::Port,
            "relays" => ReachWay::Relays,
            "both" => ReachWay::Both,
            _ => return Err(Failed::field("way").into()),
        },
    };
    signed.fresh(&posted).await?;
    let Json(_done) = certificates::open(signed.asker.clone(), Form(form)).await?;
    Ok(done(PAGE, "done-console-opened"))
}

/// Opens it to the LAN alone again. Taking access away asks for no fresh proof.
pub(crate) async fn close(signed: Signed, _posted: Posted) -> Result<Response, PageFailed> {
    let Json(_done) = certificates::close(signed.asker.clone(), Nothing).await?;
    Ok(done(PAGE, "done-console-closed"))
}

fn from_of(posted: &Posted) -> Result<ReachFrom, PageFailed> {
    let networks = posted.text("networks");
    match (posted.checked("anywhere"), networks.is_empty()) {
        (true, true) => Ok(ReachFrom::Anywhere),
        (false, false) => {
            let wrong = || Failed::field("networks");
            let nets = networks
                .split_whitespace()
                .map(|net| net.parse().map_err(|_| wrong()));
            let nets = nets.collect::<Result<Vec<_>, Failed>>()?;
            Ok(ReachFrom::Prefixes(
                NonEmpty::from_vec(nets).map_err(|_| wrong())?,
            ))
        }
        // Both, or neither: which was meant is not guessed.
        (true, false) | (false, true) => Err(Failed::field("networks").into()),
    }
}

fn certificate(signed: &Signed, shown: &CertificateShown) -> Markup {
    let says = |id: &str| signed.say(id, &[]);
    let door = if shown.console {
        "certificates-console"
    } else {
        "certificates-engineers"
    };
    let mut rows = vec![
        (says("certificates-way"), html! { (way(signed, shown)) }),
        (says("certificates-until"), signed.time(shown.until)),
        (says("certificates-since"), signed.time(shown.since)),
        (
            says("certificates-words"),
            html! { (shown.words.join(" ")) },
        ),
        (
            says("certificates-fingerprint"),
            html! { code { (shown.fingerprint) } },
        ),
    ];
    if !shown.issuer.is_empty() {
        rows.insert(1, (says("certificates-issuer"), html! { (shown.issuer) }));
    }
    if let Some(account) = &shown.account {
        rows.push((says("certificates-account"), html! { code { (account) } }));
    }
    let body = html! {
        @if let Some(problem) = &shown.problem {
            (parts::notice(Tone::Bad, &html! { p { (signed.say("certificates-problem", &[("problem", problem)])) } }))
        }
        (parts::facts(&rows))
    };
    parts::card(&html! { (says(door)) " " code { (shown.name) } }, &body)
}

fn way(signed: &Signed, shown: &CertificateShown) -> Markup {
    let (tone, id) = match (shown.way, shown.configured) {
        (CertificateWay::Pem, _) => (Tone::Good, "certificates-way-pem"),
        (CertificateWay::Acme, _) => (Tone::Good, "certificates-way-acme"),
        (CertificateWay::SiteCa, CertificateWay::SiteCa) => (Tone::Plain, "certificates-way-site"),
        (CertificateWay::SiteCa, _) => (Tone::Look, "certificates-way-not-yet"),
    };
    parts::tag(tone, &signed.say(id, &[]))
}

fn reach(signed: &Signed, known: &Certificates) -> Markup {
    let says = |id: &str| signed.say(id, &[]);
    let lan: Vec<String> = known.lan.iter().map(ToString::to_string).collect();
    let mut rows = vec![(says("certificates-lan"), html! { (lan.join(" ")) })];
    if let Some(reach) = &known.reach {
        let from = match &reach.from {
            ReachFrom::Anywhere => parts::tag(Tone::Look, &says("certificates-anywhere")),
            ReachFrom::Prefixes(nets) => {
                let nets: Vec<String> = nets.iter().map(ToString::to_string).collect();
                html! { (nets.join(" ")) }
            }
        };
        rows.push((says("certificates-beyond"), from));
        let way = match reach.way {
            ReachWay::Port => "certificates-by-port",
            ReachWay::Relays => "certificates-by-relays",
            ReachWay::Both => "certificates-by-both",
        };
        rows.push((says("certificates-by"), html! { (says(way)) }));
    } else {
        rows.push((
            says("certificates-beyond"),
            html! { (says("certificates-lan-alone")) },
        ));
    }
    parts::card(
        &html! { (says("certificates-reach")) },
        &parts::facts(&rows),
    )
}

fn opening(signed: &Signed, known: &Certificates) -> Markup {
    let says = |id: &str| signed.say(id, &[]);
    let chosen = known.reach.as_ref().map(|reach| reach.way);
    let ways = [
        ("relays", ReachWay::Relays, "certificates-by-relays"),
        ("port", ReachWay::Port, "certificates-by-port"),
        ("both", ReachWay::Both, "certificates-by-both"),
    ];
    let hint = says("certificates-networks-hint");
    let body = html! {
        (parts::notice(Tone::Look, &html! { p { (says("console-open-risk")) } }))
        form method="post" action="/certificates/open" {
            (parts::lines("networks", &says("certificates-networks"), Some(&hint), "", false))
            (parts::tick("anywhere", "yes", &says("certificates-anywhere"), false))
            fieldset {
                legend { (says("certificates-by")) }
                @for (value, way, id) in ways {
                    label.tick {
                        input type="radio" name="way" value=(value) required checked[chosen == Some(way)];
                        span { (says(id)) }
                    }
                }
            }
            (parts::fresh(signed))
            button type="submit" { (says("certificates-open")) }
        }
    };
    parts::card(&html! { (says("certificates-open-heading")) }, &body)
}

fn closing(signed: &Signed) -> Markup {
    html! {
        form method="post" action="/certificates/close" {
            button type="submit" { (signed.say("certificates-close", &[])) }
        }
    }
}
