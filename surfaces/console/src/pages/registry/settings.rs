//! What is set for the whole site, and how it stands.

use access::NEWEST_LEVEL;
use axum::extract::RawQuery;
use axum::response::Response;
use maud::{Markup, html};
use wire::api::v1::SetReportDue;

use super::super::failed::PageFailed;
use super::super::page::{Page, done};
use super::super::parts::{self, Tone};
use super::super::posted::Posted;
use super::super::signed::Signed;
use super::{Act, of_the_hospital, read, row};
use crate::answer::Failed;
use crate::api::{relays, site, upgrade};
use crate::asker::Readers;
use crate::body::{Form, Nothing};

/// What is shown of the site's settings.
struct Set {
    name: String,
    console: String,
    engineers: String,
    lan: Vec<String>,
    report_days: u64,
    level: u16,
    doubted: bool,
}

async fn set_now(signed: &Signed) -> Result<Set, PageFailed> {
    let read = signed.asker.read(Readers::People, |reading| {
        let site = reading.site;
        let founding = site.founding().ok_or(Failed::NotFound)?;
        Ok(Set {
            name: founding.name.clone(),
            console: founding.console_name.clone(),
            engineers: founding.engineers_name.clone(),
            lan: founding.lan.iter().map(ToString::to_string).collect(),
            report_days: site.report_due().as_secs() / (24 * 60 * 60),
            level: site.level(),
            doubted: site.clock_in_doubt(reading.now),
        })
    });
    Ok(read.await?)
}

/// Everything on one page; what can be changed has its own.
pub(crate) async fn show(signed: Signed, RawQuery(query): RawQuery) -> Result<Page, PageFailed> {
    of_the_hospital(&signed)?;
    let set = set_now(&signed).await?;
    let engine = signed.asker.engine.clone();
    let status = signed.asker.blocking(move || engine.status()).await?;
    let title = signed.say("setup-settings", &[]);
    let names = [
        row(&signed, "word-site", html! { (set.name) }),
        row(
            &signed,
            "setup-console-name",
            html! { code { (set.console) } },
        ),
        row(
            &signed,
            "setup-engineers-name",
            html! { code { (set.engineers) } },
        ),
        row(
            &signed,
            "setup-lan",
            html! { code { (set.lan.join(", ")) } },
        ),
        row(
            &signed,
            "setup-version",
            html! { (env!("CARGO_PKG_VERSION")) },
        ),
    ];
    let main = html! {
        h1 { (title) }
        (section(&signed, "setup-names", "setup-names-why", &parts::facts(&names), None))
        (reports(&signed, &set))
        (clock(&signed, &set))
        (retention(&signed, &status))
        (level(&signed, &set))
        ul.acts {
            @for (path, id) in [("/setup", "setup-title"), ("/relays", "setup-relays"), ("/night-chain", "setup-night-chain"), ("/envelope", "setup-envelope")] {
                li { a.button href=(path) { (signed.say(id, &[])) } }
            }
        }
    };
    Ok(Page::new(&signed, &title)
        .await
        .after(query.as_deref())
        .main(main))
}

/// A setting: what it is, how it stands, and where it is changed.
fn section(
    signed: &Signed,
    title: &str,
    why: &str,
    stands: &Markup,
    change: Option<(&str, &str)>,
) -> Markup {
    let body = html! {
        p { (signed.say(why, &[])) }
        (stands)
        @if let Some((path, id)) = change { p { a.button href=(path) { (signed.say(id, &[])) } } }
    };
    parts::card(&html! { (signed.say(title, &[])) }, &body)
}

fn reports(signed: &Signed, set: &Set) -> Markup {
    let days = signed.say("setup-days", &[("days", &set.report_days.to_string())]);
    let stands = parts::facts(&[row(signed, "setup-report-due", days)]);
    let change = Some(("/settings/report-due", "setup-change"));
    section(
        signed,
        "setup-report-due",
        "setup-report-due-why",
        &stands,
        change,
    )
}

fn clock(signed: &Signed, set: &Set) -> Markup {
    let (tone, id) = if set.doubted {
        (Tone::Bad, "setup-clock-doubted")
    } else {
        (Tone::Good, "setup-clock-good")
    };
    let stands = html! {
        p { (signed.time(signed.asker.engine.now())) " " (parts::tag(tone, &signed.say(id, &[]))) }
    };
    let change = set
        .doubted
        .then_some(("/settings/clock", "setup-clock-confirm"));
    html! { div #clock { (section(signed, "setup-clock", "setup-clock-why", &stands, change)) } }
}

/// Nothing is ever deleted but what a person has erased: so it is said, with what it costs.
fn retention(signed: &Signed, status: &engine::Status) -> Markup {
    let used = status
        .health
        .disk_used
        .map(|used| format!("{:.0} %", used * 100.0));
    let stands = parts::facts(&[
        row(
            signed,
            "setup-disk-used",
            used.unwrap_or_else(|| "—".to_owned()),
        ),
        row(signed, "setup-entries", status.size.to_string()),
    ]);
    html! { div #disk { (section(signed, "setup-retention", "setup-retention-why", &stands, None)) } }
}

fn level(signed: &Signed, set: &Set) -> Markup {
    let newest = NEWEST_LEVEL.to_string();
    let said = signed.say(
        "setup-level-of",
        &[("level", &set.level.to_string()), ("newest", &newest)],
    );
    let stands = parts::facts(&[row(signed, "setup-level", said)]);
    let change = (set.level < NEWEST_LEVEL).then_some(("/settings/upgrade", "setup-upgrade"));
    html! { div #upgrade { (section(signed, "setup-level", "setup-level-why", &stands, change)) } }
}

/// The form of the days until a report is due.
pub(crate) async fn report_due_form(signed: Signed) -> Result<Page, PageFailed> {
    of_the_hospital(&signed)?;
    let set = set_now(&signed).await?;
    let label = signed.say("setup-report-days", &[]);
    let days = set.report_days.to_string();
    let fields = parts::line(
        "days",
        &label,
        Some(&signed.say("setup-report-days-hint", &[])),
        &days,
        true,
    );
    let act = Act {
        title: "setup-report-due",
        about: "",
        risk: "setup-report-due-risk",
        to: "/settings/report-due",
        back: "/settings",
    };
    Ok(act.page(&signed, &fields).await)
}

/// Sets them.
pub(crate) async fn set_report_due(signed: Signed, posted: Posted) -> Result<Response, PageFailed> {
    signed.fresh(&posted).await?;
    let days = posted
        .text("days")
        .parse()
        .map_err(|_| Failed::field("days"))?;
    read(relays::set_report_due(signed.asker.clone(), Form(SetReportDue { days })).await)?;
    Ok(done("/settings", "done-changed"))
}

/// The form that states that the clock is right.
pub(crate) async fn clock_form(signed: Signed) -> Result<Page, PageFailed> {
    of_the_hospital(&signed)?;
    let act = Act {
        title: "setup-clock-confirm",
        about: "",
        risk: "setup-clock-risk",
        to: "/settings/clock",
        back: "/settings",
    };
    let now = html! { p.about { (signed.time(signed.asker.engine.now())) } };
    Ok(act.page(&signed, &now).await)
}

/// States it.
pub(crate) async fn confirm_clock(signed: Signed, posted: Posted) -> Result<Response, PageFailed> {
    signed.fresh(&posted).await?;
    read(site::confirm_clock(signed.asker.clone(), Nothing).await)?;
    Ok(done("/settings", "done-confirmed"))
}

/// The form that commits the site to this release.
pub(crate) async fn upgrade_form(signed: Signed) -> Result<Page, PageFailed> {
    of_the_hospital(&signed)?;
    let shown = read(upgrade::show(signed.asker.clone()).await)?;
    let fields = html! {
        ul { @for kind in &shown.entries { li { code { (kind) } } } }
    };
    let act = Act {
        title: "setup-upgrade",
        about: "",
        risk: "setup-upgrade-risk",
        to: "/settings/upgrade",
        back: "/settings",
    };
    Ok(act.page(&signed, &fields).await)
}

/// Commits it.
pub(crate) async fn commit(signed: Signed, posted: Posted) -> Result<Response, PageFailed> {
    signed.fresh(&posted).await?;
    read(upgrade::commit(signed.asker.clone(), Nothing).await)?;
    Ok(done("/settings", "done-changed"))
}
