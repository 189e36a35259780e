//! Targets, as the hospital keeps them: pinned, with the key that they must show and the secret that
//! nobody sees.

use axum::extract::RawQuery;
use axum::response::Response;
use ids::TargetId;
use maud::{Markup, html};
use wire::api::v1::{AddTarget, Address, Protocol, SshTarget, Target, Vendor};
use wire::session::Recording;

use super::super::failed::PageFailed;
use super::super::page::{Page, done};
use super::super::parts::{self, Tone};
use super::super::posted::Posted;
use super::super::signed::Signed;
use super::retarget::typed_host_key;
use super::target_forms::{hours_said, terms, terms_fields};
use super::{
    Act, Number, choice, consoles, databases, forms, of, of_the_hospital, patients, read, risks,
    rotation_way, row, standing, telnet, the, visit_accounts,
};
use crate::answer::Failed;
use crate::api::{targets as api, vendors};
use crate::body::Form;

/// The list.
pub(crate) async fn list(signed: Signed, RawQuery(query): RawQuery) -> Result<Page, PageFailed> {
    of_the_hospital(&signed)?;
    let targets = read(api::list(signed.asker.clone()).await)?;
    let title = signed.say("setup-targets", &[]);
    let main = html! {
        h1 { (title) }
        p { (signed.say("setup-targets-why", &[])) }
        p { a.button href="/setup/targets/new" { (signed.say("setup-target-add", &[])) } }
        @if targets.is_empty() { (parts::empty(&signed.say("setup-targets-none", &[]))) }
        @for target in &targets { (card(&signed, target)) }
    };
    Ok(Page::new(&signed, &title)
        .await
        .after(query.as_deref())
        .main(main))
}

fn card(signed: &Signed, target: &Target) -> Markup {
    let heading = html! {
        a href=(path(&target.id)) { (target.name) } " " (standing(signed, target.suspended))
    };
    let rows = [
        row(
            signed,
            "setup-address",
            html! { code { (address(target)) } },
        ),
        row(signed, "setup-hours", hours_said(signed, &target.hours)),
        row(signed, "setup-secret", secret(signed, target)),
    ];
    parts::card(&heading, &parts::facts(&rows))
}

pub(super) fn path(target: &TargetId) -> String {
    format!("/setup/targets/{}", target.number())
}

pub(super) fn address(target: &Target) -> String {
    let Some(address) = &target.address else {
        return "—".to_owned();
    };
    let ip = address.ip.map(|ip| ip.to_string()).unwrap_or_default();
    if ip == address.host {
        format!("{ip}:{}", address.port)
    } else {
        format!("{} = {ip}:{}", address.host, address.port)
    }
}

fn secret(signed: &Signed, target: &Target) -> Markup {
    if let Some(known) = &target.database {
        return databases::secrets(signed, known);
    }
    if let Some(known) = &target.desktop {
        return databases::password(signed, known.password);
    }
    if let Some(known) = &target.web {
        return consoles::secret(signed, known);
    }
    if let Some(known) = &target.telnet {
        return telnet::secret(signed, known);
    }
    match &target.ssh {
        None => html! { "—" },
        Some(ssh) if ssh.secret.is_some() => {
            parts::tag(Tone::Good, &signed.say("setup-secret-there", &[]))
        }
        Some(_) => parts::tag(Tone::Look, &signed.say("setup-secret-none", &[])),
    }
}

/// The pinned host key by its words and by OpenSSH's line.
pub(super) fn host_key(signed: &Signed, target: &Target) -> Markup {
    let line = target.ssh.as_ref().map(|ssh| ssh.host_key.as_str());
    let Some(shown) = line.and_then(engine::host_key_shown) else {
        return html! {};
    };
    let body = html! {
        p { (signed.say("setup-host-key-compare", &[])) }
        ol.words { @for word in shown.words { li lang="ja" { (word) } } }
        p { code { (shown.fingerprint) } }
        p.hint { (signed.say("setup-host-key-how", &[])) }
    };
    parts::card(&html! { (signed.say("setup-host-key", &[])) }, &body)
}

pub(super) async fn found(signed: &Signed, id: TargetId) -> Result<Target, PageFailed> {
    of_the_hospital(signed)?;
    let targets = read(api::list(signed.asker.clone()).await)?;
    the(targets, |target| target.id == id)
}

/// One of them.
pub(crate) async fn show(
    signed: Signed,
    number: Number<TargetId>,
    RawQuery(query): RawQuery,
) -> Result<Page, PageFailed> {
    let target = found(&signed, of(number)?).await?;
    let known = read(vendors::list(signed.asker.clone()).await)?;
    let path = path(&target.id);
    let act = |to: &str, id: &str| {
        html! { li { a.button href=(format!("{path}/{to}")) { (signed.say(id, &[])) } } }
    };
    let main = html! {
        h1 { (target.name) " " (standing(&signed, target.suspended)) }
        (facts(&signed, &target, &known))
        (risks::card(&signed, &target).await?)
        (host_key(&signed, &target))
        (databases::card(&signed, &target))
        (patients::card(&signed, &target))
        (databases::desktop_card(&signed, &target))
        (consoles::card(&signed, &target))
        (telnet::card(&signed, &target))
        (visit_accounts::card(&signed, &target))
        (rotation_way::card(&signed, &target))
        ul.acts {
            (act("terms", "setup-target-terms"))
            @if target.ssh.is_some() {
                (act("secret", "setup-secret-set"))
                (act("host-key", "setup-host-key-pin"))
            }
            @if target.database.is_some() || target.desktop.is_some() {
                (act("secret", "setup-secret-set"))
                (act("server", "setup-server-pin"))
            }
            @if target.database.is_some() { (act("patients", "setup-patients-name")) }
            @if let Some(known) = &target.web {
                @if consoles::needs_secret(known) { (act("secret", "setup-secret-set")) }
                (act("server", "setup-server-pin"))
            }
            @if target.telnet.as_ref().is_some_and(telnet::needs_secret) {
                (act("secret", "setup-secret-set"))
            }
            @if target.can_have_rotation_way {
                (act("rotation-way", "rotation-way-set"))
            }
            @if target.can_have_visit_accounts {
                (act("visit-accounts", "visit-accounts-set"))
            }
            (act("address", "setup-target-pin"))
            @if target.suspended { (act("resume", "setup-resume")) }
        }
        @if !target.suspended {
            (forms::suspending(&signed, &format!("{path}/suspend"), "setup-target-suspend-what"))
        }
        p { a href="/setup/targets" { (signed.say("setup-targets", &[])) } }
    };
    Ok(Page::new(&signed, &target.name)
        .await
        .after(query.as_deref())
        .main(main))
}

fn facts(signed: &Signed, target: &Target, known: &[Vendor]) -> Markup {
    let names = target.vendors.iter().map(|id| {
        let vendor = known.iter().find(|vendor| vendor.id == *id);
        vendor.map_or_else(|| id.to_string(), |vendor| vendor.name.clone())
    });
    let yes = |so: bool| signed.say(if so { "setup-yes" } else { "setup-no" }, &[]);
    let approvals = match target.approvals {
        wire::api::v1::Approvals::One => "approvals-one",
        wire::api::v1::Approvals::Two => "approvals-two",
    };
    let recording = match target.recording {
        Recording::Payload => "recording-policy-payload",
        Recording::MetadataOnly => "recording-policy-metadata-only",
    };
    let protocol = match target.protocol {
        Protocol::Ssh => "protocol-ssh",
        Protocol::Tcp => "protocol-tcp",
        Protocol::Postgres => "protocol-postgres",
        Protocol::Mysql => "protocol-mysql",
        Protocol::Http => "protocol-http",
        Protocol::Vnc => "protocol-vnc",
        Protocol::Rdp => "protocol-rdp",
        Protocol::Telnet => "protocol-telnet",
    };
    parts::facts(&[
        row(
            signed,
            "setup-address",
            html! { code { (address(target)) } },
        ),
        row(signed, "setup-protocol", signed.say(protocol, &[])),
        row(
            signed,
            "setup-target-vendors",
            names.collect::<Vec<_>>().join("、"),
        ),
        row(signed, "setup-approvals", signed.say(approvals, &[])),
        row(signed, "setup-hours", hours_said(signed, &target.hours)),
        row(signed, "setup-longest", target.longest_minutes.to_string()),
        row(signed, "setup-recording", signed.say(recording, &[])),
        row(signed, "setup-attended", yes(target.attended)),
        row(signed, "setup-emergency", yes(target.emergency)),
        row(signed, "setup-secret", secret(signed, target)),
    ])
}

/// The form of a new one.
pub(crate) async fn new(signed: Signed) -> Result<Page, PageFailed> {
    of_the_hospital(&signed)?;
    let known = read(vendors::list(signed.asker.clone()).await)?;
    let protocols = [
        ("ssh".to_owned(), signed.say("protocol-ssh", &[])),
        ("postgres".to_owned(), signed.say("protocol-postgres", &[])),
        ("mysql".to_owned(), signed.say("protocol-mysql", &[])),
        ("vnc".to_owned(), signed.say("protocol-vnc", &[])),
        ("rdp".to_owned(), signed.say("protocol-rdp", &[])),
        ("http".to_owned(), signed.say("protocol-http", &[])),
        ("telnet".to_owned(), signed.say("protocol-telnet", &[])),
        ("tcp".to_owned(), signed.say("protocol-tcp", &[])),
    ];
    let recordings = [
        (
            "payload".to_owned(),
            signed.say("recording-policy-payload", &[]),
        ),
        (
            "metadata".to_owned(),
            signed.say("recording-policy-metadata-only", &[]),
        ),
    ];
    let hinted = |id: &str| signed.say(id, &[]);
    let fields = html! {
        (parts::line("name", &hinted("setup-target-name"), Some(&hinted("setup-target-name-hint")), "", true))
        (address_fields(&signed, "", "22"))
        (choice("protocol", &hinted("setup-protocol"), None, &protocols, "ssh"))
        // What the chosen protocol does not need stands aside (`setup.css`); nothing of it is read.
        div.of-a-kind.ssh.postgres.mysql.vnc.rdp.http.telnet {
            (parts::line("user", &hinted("setup-ssh-user"), Some(&hinted("setup-ssh-user-hint")), "", false))
        }
        div.of-a-kind.ssh { (host_key_field(&signed, false)) }
        div.of-a-kind.postgres.mysql {
            (parts::line("reader", &hinted("setup-reader"), Some(&hinted("setup-reader-hint")), "", false))
        }
        div.of-a-kind.http { (consoles::fields(&signed)) }
        div.of-a-kind.telnet { (telnet::fields(&signed)) }
        div.of-a-kind.postgres.mysql.vnc.rdp.http { (databases::server_fields(&signed)) }
        div.of-a-kind.of-a-risk.postgres.mysql.vnc.rdp.http.telnet.tcp {
            (risks::fields(&signed, &risks::owners(&signed).await?, false))
        }
        (choice("recording", &hinted("setup-recording"), Some(&hinted("setup-recording-risk")), &recordings, "payload"))
        (terms_fields(&signed, &known, None))
    };
    let act = Act {
        title: "setup-target-add",
        about: "",
        risk: "setup-target-add-risk",
        to: "/setup/targets/new",
        back: "/setup/targets",
    };
    Ok(act.page(&signed, &fields).await)
}

pub(super) fn address_fields(signed: &Signed, host: &str, port: &str) -> Markup {
    html! {
        (parts::line("host", &signed.say("setup-host", &[]), Some(&signed.say("setup-host-hint", &[])), host, true))
        (parts::line("port", &signed.say("setup-port", &[]), Some(&signed.say("setup-port-hint", &[])), port, true))
    }
}

pub(super) fn host_key_field(signed: &Signed, needed: bool) -> Markup {
    let hint = signed.say("setup-host-key-hint", &[]);
    parts::lines(
        "host-key",
        &signed.say("setup-host-key", &[]),
        Some(&hint),
        "",
        needed,
    )
}

/// The address as it was typed; the gateway resolves it once.
pub(super) fn typed_address(posted: &Posted) -> Result<Address, Failed> {
    Ok(Address {
        host: posted.text("host").to_owned(),
        ip: None,
        port: posted
            .text("port")
            .parse()
            .map_err(|_| Failed::field("port"))?,
    })
}

/// Registers one.
pub(crate) async fn add(signed: Signed, posted: Posted) -> Result<Response, PageFailed> {
    signed.fresh(&posted).await?;
    let terms = terms(&signed, &posted, None)?;
    let protocol = match posted.text("protocol") {
        "ssh" => Protocol::Ssh,
        "tcp" => Protocol::Tcp,
        "postgres" => Protocol::Postgres,
        "mysql" => Protocol::Mysql,
        "vnc" => Protocol::Vnc,
        "rdp" => Protocol::Rdp,
        "http" => Protocol::Http,
        "telnet" => Protocol::Telnet,
        _ => return Err(Failed::field("protocol").into()),
    };
    let database = match protocol {
        Protocol::Postgres | Protocol::Mysql => Some(databases::typed(&posted)?),
        Protocol::Tcp
        | Protocol::Ssh
        | Protocol::Http
        | Protocol::Vnc
        | Protocol::Rdp
        | Protocol::Telnet => None,
    };
    let web = (protocol == Protocol::Http)
        .then(|| consoles::typed(&posted))
        .transpose()?;
    let desktop = matches!(protocol, Protocol::Vnc | Protocol::Rdp)
        .then(|| databases::typed_desktop(&posted, protocol))
        .transpose()?;
    let server = (database.as_ref().map(|known| &known.server))
        .or(web.as_ref().map(|known| &known.server))
        .or(desktop.as_ref().map(|known| &known.server));
    let risk = risks::typed_for(&posted, Some(protocol), server)?;
    let form = AddTarget {
        name: posted.text("name").to_owned(),
        protocol,
        address: typed_address(&posted)?,
        recording: match posted.text("recording") {
            "payload" => Recording::Payload,
            "metadata" => Recording::MetadataOnly,
            _ => return Err(Failed::field("recording").into()),
        },
        approvals: terms.approvals,
        emergency: terms.emergency,
        hours: terms.hours,
        longest_minutes: terms.longest_minutes,
        quota_bytes: terms.quota_bytes,
        vendors: terms.vendors,
        ssh: (protocol == Protocol::Ssh).then(|| SshTarget {
            user: posted.text("user").to_owned(),
            host_key: typed_host_key(&posted),
        }),
        database,
        web,
        desktop,
        telnet: (protocol == Protocol::Telnet).then(|| telnet::typed(&posted)),
        attended: terms.attended,
        risk,
    };
    let added = read(api::add(signed.asker.clone(), Form(form)).await)?;
    let id: TargetId = added.id.parse().map_err(|_| Failed::Broken)?;
    Ok(done(&path(&id), "done-registered"))
}
