//! What somebody may ask for.

use axum::extract::RawQuery;
use maud::html;
use wire::api::v1::{Approvals, Target};

use super::super::failed::PageFailed;
use super::super::page::Page;
use super::super::parts::{self, Tone};
use super::super::registry::hours_said;
use super::super::signed::Signed;
use crate::api;

/// The targets that the reader sees; an engineer asks for a visit from here.
pub(crate) async fn list(signed: Signed, RawQuery(query): RawQuery) -> Result<Page, PageFailed> {
    let targets = api::targets::list(signed.asker.clone()).await?.0;
    let title = signed.say("work-targets", &[]);
    let asks = signed.has(access::Role::Engineer);
    let main = html! {
        h1 { (title) }
        @if targets.is_empty() { (parts::empty(&signed.say("work-targets-none", &[]))) }
        @for target in &targets {
            section.card {
                h2 { (target.name) }
                @if target.suspended { p { (parts::tag(Tone::Bad, &signed.say("work-target-suspended", &[]))) } }
                (parts::facts(&facts(&signed, target)))
                @if asks && !target.suspended {
                    p { a.button href=(format!("/requests/new?target={}", target.id.number())) { (signed.say("work-ask", &[])) } }
                }
            }
        }
    };
    Ok(Page::new(&signed, &title)
        .await
        .after(query.as_deref())
        .main(main))
}

fn facts(signed: &Signed, target: &Target) -> Vec<(String, maud::Markup)> {
    let word = |id| signed.say(id, &[]);
    let minutes = target.longest_minutes.to_string();
    let protocol = match target.protocol {
        wire::api::v1::Protocol::Tcp => "protocol-tcp",
        wire::api::v1::Protocol::Ssh => "protocol-ssh",
        wire::api::v1::Protocol::Postgres => "protocol-postgres",
        wire::api::v1::Protocol::Mysql => "protocol-mysql",
        wire::api::v1::Protocol::Http => "protocol-http",
        wire::api::v1::Protocol::Vnc => "protocol-vnc",
        wire::api::v1::Protocol::Rdp => "protocol-rdp",
        wire::api::v1::Protocol::Telnet => "protocol-telnet",
    };
    let approvals = match target.approvals {
        Approvals::One => "work-approvals-one",
        Approvals::Two => "work-approvals-two",
    };
    let attended = if target.attended {
        "work-attendance-needed"
    } else {
        "work-attendance-not-needed"
    };
    let recording = match target.recording {
        wire::session::Recording::Payload => "work-recorded-whole",
        wire::session::Recording::MetadataOnly => "work-recorded-times",
    };
    let row = |name: &str, value: String| (signed.say(name, &[]), html! { (value) });
    vec![
        row("work-protocol", word(protocol)),
        row("work-hours", hours_said(signed, &target.hours)),
        row(
            "work-longest",
            signed.say("work-minutes", &[("minutes", &minutes)]),
        ),
        row("work-approvals", word(approvals)),
        row("work-attendance", word(attended)),
        row("work-recording", word(recording)),
    ]
}
