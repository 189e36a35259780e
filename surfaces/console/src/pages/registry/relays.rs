//! The relays through which the site is reached, and what is seen of it from outside.

use axum::extract::RawQuery;
use axum::response::Response;
use maud::{Markup, html};
use wire::api::v1::{
    Introduction, Outside, OutsideCheck, OutsideSeen, Relay, RelayShown, RemoveRelay,
};

use super::super::failed::PageFailed;
use super::super::page::{Page, done};
use super::super::parts::{self, Tone};
use super::super::posted::Posted;
use super::super::signed::Signed;
use super::{Act, of_the_hospital, read, row, the};
use crate::answer::Failed;
use crate::api::relays as api;
use crate::body::Form;

/// What is tried from outside unless somebody says otherwise: what ransomware tries first.
const PORTS: &str = "22, 80, 443, 1194, 3389, 4433, 8443, 10443";

/// The list, what a relay's operator needs, and the look from outside.
pub(crate) async fn list(signed: Signed, RawQuery(query): RawQuery) -> Result<Page, PageFailed> {
    of_the_hospital(&signed)?;
    let relays = read(api::list(signed.asker.clone()).await)?;
    let own = read(api::introduction(signed.asker.clone()).await)?;
    let title = signed.say("setup-relays", &[]);
    let main = html! {
        h1 { (title) }
        p { (signed.say("setup-relays-why", &[])) }
        p { a.button href="/relays/new" { (signed.say("setup-relay-add", &[])) } }
        @if relays.is_empty() { (parts::empty(&signed.say("setup-relays-none", &[]))) }
        @for relay in &relays { (card(&signed, relay)) }
        (introduced(&signed, &own))
        (looked_at(&signed))
    };
    Ok(Page::new(&signed, &title)
        .await
        .after(query.as_deref())
        .main(main))
}

fn card(signed: &Signed, shown: &RelayShown) -> Markup {
    let relay = &shown.relay;
    let link = match shown.link {
        Some(link) if link.connected => (Tone::Good, "setup-relay-connected"),
        Some(_) => (Tone::Bad, "setup-relay-away"),
        None => (Tone::Look, "setup-relay-untried"),
    };
    let heading = html! { (relay.name) " " (parts::tag(link.0, &signed.say(link.1, &[]))) };
    let cosigned = match shown.cosigned_at {
        Some(at) => signed.time(at),
        None => html! { "—" },
    };
    let rows = [
        row(signed, "setup-address", html! { code { (relay.address) } }),
        row(
            signed,
            "setup-relay-tls-name",
            html! { code { (relay.tls_name) } },
        ),
        row(
            signed,
            "setup-relay-key",
            html! { code { (relay.key.to_string()) } },
        ),
        row(signed, "setup-relay-cosigned", cosigned),
    ];
    let body = html! {
        (parts::facts(&rows))
        p { a.button href=(format!("/relays/{}/remove", relay.name)) { (signed.say("setup-relay-remove", &[])) } }
    };
    parts::card(&heading, &body)
}

fn introduced(signed: &Signed, own: &Introduction) -> Markup {
    let heading = html! { (signed.say("setup-relay-introduction", &[])) };
    let rows = [
        row(signed, "word-site", html! { code { (own.site.as_str()) } }),
        row(
            signed,
            "setup-engineers-name",
            html! { code { (own.engineers_name) } },
        ),
        row(
            signed,
            "setup-relay-key",
            html! { code { (own.key.to_string()) } },
        ),
        row(signed, "setup-site-key", html! { code { (own.site_key) } }),
        row(signed, "setup-kit-key", html! { code { (own.kit_key) } }),
    ];
    let body = html! {
        p { (signed.say("setup-relay-introduction-why", &[])) }
        (parts::facts(&rows))
    };
    parts::card(&heading, &body)
}

fn looked_at(signed: &Signed) -> Markup {
    let heading = html! { (signed.say("setup-outside", &[])) };
    let body = html! {
        p { (signed.say("setup-outside-why", &[])) }
        form method="post" action="/relays/outside" {
            (parts::line("ports", &signed.say("setup-outside-ports", &[]), None, PORTS, true))
            button type="submit" { (signed.say("setup-outside-look", &[])) }
        }
    };
    parts::card(&heading, &body)
}

/// Has the relays look, and shows what they found.
pub(crate) async fn outside(signed: Signed, posted: Posted) -> Result<Page, PageFailed> {
    let typed = posted
        .text("ports")
        .split([',', ' ', '、'])
        .filter(|port| !port.is_empty());
    let ports: Result<Vec<u16>, _> = typed.map(str::parse).collect();
    let ports = ports.map_err(|_| Failed::field("ports"))?;
    let seen = read(api::outside_check(signed.asker.clone(), Form(OutsideCheck { ports })).await)?;
    let title = signed.say("setup-outside", &[]);
    let main = html! {
        h1 { (title) }
        @if seen.is_empty() { (parts::empty(&signed.say("setup-relays-none", &[]))) }
        @for seen in &seen { (found(&signed, seen)) }
        p { a.button href="/relays" { (signed.say("setup-relays", &[])) } }
    };
    Ok(Page::new(&signed, &title).await.main(main))
}

fn found(signed: &Signed, seen: &OutsideSeen) -> Markup {
    let said = match &seen.found {
        Outside::Unreachable {} => {
            parts::tag(Tone::Look, &signed.say("setup-outside-unreachable", &[]))
        }
        Outside::Tried { address, open } if open.is_empty() => html! {
            (parts::tag(Tone::Good, &signed.say("setup-outside-closed", &[]))) " " code { (address.to_string()) }
        },
        Outside::Tried { address, open } => {
            let open: Vec<String> = open.iter().map(ToString::to_string).collect();
            html! {
                (parts::tag(Tone::Bad, &signed.say("setup-outside-open", &[("ports", &open.join(", "))])))
                " " code { (address.to_string()) }
            }
        }
    };
    parts::card(&html! { (seen.relay) }, &said)
}

/// The form of a new one.
pub(crate) async fn new(signed: Signed) -> Result<Page, PageFailed> {
    of_the_hospital(&signed)?;
    let line = |name: &str, id: &str, hint: &str| {
        parts::line(
            name,
            &signed.say(id, &[]),
            Some(&signed.say(hint, &[])),
            "",
            true,
        )
    };
    let fields = html! {
        (line("name", "setup-relay-name", "setup-relay-name-hint"))
        (line("address", "setup-address", "setup-relay-address-hint"))
        (line("tls-name", "setup-relay-tls-name", "setup-relay-from-operator"))
        (line("key", "setup-relay-key", "setup-relay-from-operator"))
        (line("witness", "setup-relay-witness", "setup-relay-from-operator"))
    };
    let act = Act {
        title: "setup-relay-add",
        about: "",
        risk: "setup-relay-add-risk",
        to: "/relays/new",
        back: "/relays",
    };
    Ok(act.page(&signed, &fields).await)
}

/// Registers one.
pub(crate) async fn add(signed: Signed, posted: Posted) -> Result<Response, PageFailed> {
    signed.fresh(&posted).await?;
    let relay = Relay {
        name: posted.text("name").to_owned(),
        address: posted.text("address").to_owned(),
        tls_name: posted.text("tls-name").to_owned(),
        key: posted
            .text("key")
            .parse()
            .map_err(|_| Failed::field("key"))?,
        witness: posted.text("witness").to_owned(),
    };
    read(api::add(signed.asker.clone(), Form(relay)).await)?;
    Ok(done("/relays", "done-registered"))
}

/// A relay's name, as it stands in a path.
type Name = axum::extract::Path<String>;

/// The form that takes one away.
pub(crate) async fn remove_form(
    signed: Signed,
    name: Result<Name, axum::extract::rejection::PathRejection>,
) -> Result<Page, PageFailed> {
    of_the_hospital(&signed)?;
    let axum::extract::Path(name) = name.map_err(|_| Failed::NotFound)?;
    let relays = read(api::list(signed.asker.clone()).await)?;
    let shown = the(relays, |shown| shown.relay.name == name)?;
    let act = Act {
        title: "setup-relay-remove",
        about: &shown.relay.name,
        risk: "setup-relay-remove-risk",
        to: &format!("/relays/{}/remove", shown.relay.name),
        back: "/relays",
    };
    Ok(act.page(&signed, &html! {}).await)
}

/// Takes one away.
pub(crate) async fn remove(
    signed: Signed,
    name: Result<Name, axum::extract::rejection::PathRejection>,
    posted: Posted,
) -> Result<Response, PageFailed> {
    let axum::extract::Path(name) = name.map_err(|_| Failed::NotFound)?;
    signed.fresh(&posted).await?;
    read(api::remove(signed.asker.clone(), Form(RemoveRelay { name })).await)?;
    Ok(done("/relays", "done-removed"))
}
