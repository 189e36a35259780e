//! Maintenance companies, and from where their engineers come.

use axum::extract::RawQuery;
use axum::response::Response;
use ids::{NonEmpty, VendorId};
use maud::{Markup, html};
use wire::api::v1::{AddVendor, ChangeSources, SourcePrefix, Suspend, Vendor, WideException};

use super::super::failed::PageFailed;
use super::super::page::{Page, done};
use super::super::parts::{self, Tone};
use super::super::posted::Posted;
use super::super::signed::Signed;
use super::{Act, Number, choice, forms, of, of_the_hospital, or_dash, read, row, standing, the};
use crate::answer::Failed;
use crate::api::vendors as api;
use crate::body::{Form, Nothing};

/// The narrowest prefixes that need an exception: the domain's rule, so that an exception goes only with
/// those that need one.
const FREE_IPV4: u8 = 16;
const FREE_IPV6: u8 = 32;

/// The list.
pub(crate) async fn list(signed: Signed, RawQuery(query): RawQuery) -> Result<Page, PageFailed> {
    of_the_hospital(&signed)?;
    let vendors = read(api::list(signed.asker.clone()).await)?;
    let title = signed.say("setup-vendors", &[]);
    let main = html! {
        h1 { (title) }
        p { (signed.say("setup-vendors-why", &[])) }
        p { a.button href="/vendors/new" { (signed.say("setup-vendor-add", &[])) } }
        @if vendors.is_empty() { (parts::empty(&signed.say("setup-vendors-none", &[]))) }
        @for vendor in &vendors { (card(&signed, vendor)) }
    };
    Ok(Page::new(&signed, &title)
        .await
        .after(query.as_deref())
        .main(main))
}

fn card(signed: &Signed, vendor: &Vendor) -> Markup {
    let heading = html! { a href=(path(&vendor.id)) { (vendor.name) } " " (standing(signed, vendor.suspended)) };
    parts::card(&heading, &facts(signed, vendor))
}

fn facts(signed: &Signed, vendor: &Vendor) -> Markup {
    let sources = html! {
        @for source in &vendor.sources {
            code { (source.net) }
            @if let Some(wide) = &source.exception {
                " " (signed.say("setup-until", &[])) " " (signed.time(wide.until)) " (" (wide.reason) ")"
            }
            br;
        }
    };
    let mut rows = vec![
        row(signed, "setup-sources", sources),
        row(
            signed,
            "setup-sources-confirmed",
            signed.time(vendor.sources_confirmed_at),
        ),
        row(signed, "setup-phone", or_dash(vendor.phone.as_deref())),
    ];
    if let Some(parent) = &vendor.parent {
        let parent = html! { a href=(path(parent)) { (parent.to_string()) } };
        rows.push(row(signed, "setup-parent", parent));
    }
    if let Some(since) = vendor.debt_since {
        rows.push(row(signed, "setup-debt-since", signed.time(since)));
    }
    parts::facts(&rows)
}

fn path(vendor: &VendorId) -> String {
    format!("/vendors/{}", vendor.number())
}

/// One of them.
pub(crate) async fn show(
    signed: Signed,
    number: Number<VendorId>,
    RawQuery(query): RawQuery,
) -> Result<Page, PageFailed> {
    let vendor = found(&signed, of(number)?).await?;
    let path = path(&vendor.id);
    let main = html! {
        h1 { (vendor.name) " " (standing(&signed, vendor.suspended)) }
        (facts(&signed, &vendor))
        ul.acts {
            li { a.button href=(format!("{path}/reconfirm")) { (signed.say("setup-sources-reconfirm", &[])) } }
            li { a.button href=(format!("{path}/sources")) { (signed.say("setup-sources-change", &[])) } }
            li { a.button href=(format!("/persons/new?vendor={}", vendor.id.number())) { (signed.say("setup-engineer-invite", &[])) } }
            @if vendor.suspended {
                li { a.button href=(format!("{path}/resume")) { (signed.say("setup-resume", &[])) } }
            }
        }
        @if !vendor.suspended {
            (forms::suspending(&signed, &format!("{path}/suspend"), "setup-vendor-suspend-what"))
        }
        p { a href="/vendors" { (signed.say("setup-vendors", &[])) } }
    };
    Ok(Page::new(&signed, &vendor.name)
        .await
        .after(query.as_deref())
        .main(main))
}

async fn found(signed: &Signed, id: VendorId) -> Result<Vendor, PageFailed> {
    of_the_hospital(signed)?;
    let vendors = read(api::list(signed.asker.clone()).await)?;
    the(vendors, |vendor| vendor.id == id)
}

/// The form of a new one.
pub(crate) async fn new(signed: Signed) -> Result<Page, PageFailed> {
    of_the_hospital(&signed)?;
    let vendors = read(api::list(signed.asker.clone()).await)?;
    let none = (String::new(), signed.say("setup-parent-none", &[]));
    let parents = vendors.iter().filter(|vendor| !vendor.suspended);
    let parents = parents.map(|vendor| (vendor.id.number().to_string(), vendor.name.clone()));
    let parents: Vec<_> = std::iter::once(none).chain(parents).collect();
    let fields = html! {
        (parts::line("name", &signed.say("setup-vendor-name", &[]), None, "", true))
        (choice("parent", &signed.say("setup-parent", &[]), Some(&signed.say("setup-parent-hint", &[])), &parents, ""))
        (parts::line("phone", &signed.say("setup-phone", &[]), Some(&signed.say("setup-phone-hint", &[])), "", true))
        (source_fields(&signed, ""))
    };
    let act = Act {
        title: "setup-vendor-add",
        about: "",
        risk: "setup-vendor-add-risk",
        to: "/vendors/new",
        back: "/vendors",
    };
    Ok(act.page(&signed, &fields).await)
}

/// Registers one.
pub(crate) async fn add(signed: Signed, posted: Posted) -> Result<Response, PageFailed> {
    signed.fresh(&posted).await?;
    let site = signed.asker.engine.id().clone();
    let parent = match posted.some("parent") {
        None => None,
        Some(number) => {
            let number = number.parse().map_err(|_| Failed::field("parent"))?;
            Some(VendorId::new(&site, number))
        }
    };
    let form = AddVendor {
        name: posted.text("name").to_owned(),
        parent,
        sources: sources(&posted)?,
        phone: posted.text("phone").to_owned(),
    };
    let added = read(api::add(signed.asker.clone(), Form(form)).await)?;
    let id: VendorId = added.id.parse().map_err(|_| Failed::Broken)?;
    Ok(done(&path(&id), "done-registered"))
}

fn source_fields(signed: &Signed, sources: &str) -> Markup {
    html! {
        (parts::lines("sources", &signed.say("setup-sources", &[]), Some(&signed.say("setup-sources-hint", &[])), sources, true))
        details {
            summary { (signed.say("setup-wide", &[])) }
            p { (signed.say("setup-wide-why", &[])) }
            (parts::line("wide-reason", &signed.say("setup-wide-reason", &[]), None, "", false))
            div.field {
                label for="wide-until" { (signed.say("setup-wide-until", &[])) }
                input #wide-until type="date" name="wide-until";
            }
        }
    }
}

/// One prefix a line, or several with spaces or commas between them; the exception goes with those that
/// need one.
fn sources(posted: &Posted) -> Result<NonEmpty<SourcePrefix>, Failed> {
    let exception = match (posted.some("wide-reason"), posted.some("wide-until")) {
        (None, None) => None,
        (Some(reason), Some(until)) => Some(WideException {
            reason: reason.to_owned(),
            until: forms::end_of_day(until).ok_or_else(|| Failed::field("wide-until"))?,
        }),
        _ => return Err(Failed::field("wide-reason")),
    };
    let typed = posted.text("sources");
    let between = |c: char| c.is_whitespace() || matches!(c, ',' | '、' | '，');
    let each = typed.split(between).filter(|net| !net.is_empty());
    let prefixes = each.map(|net| SourcePrefix {
        net: net.to_owned(),
        exception: exception.clone().filter(|_| is_wide(net)),
    });
    NonEmpty::from_vec(prefixes.collect()).map_err(|_| Failed::field("sources"))
}

fn is_wide(net: &str) -> bool {
    let Some((address, length)) = net.split_once('/') else {
        return false;
    };
    let free = if address.contains(':') {
        FREE_IPV6
    } else {
        FREE_IPV4
    };
    length.parse::<u8>().is_ok_and(|length| length < free)
}

/// The form of its sources.
pub(crate) async fn sources_form(
    signed: Signed,
    number: Number<VendorId>,
) -> Result<Page, PageFailed> {
    let vendor = found(&signed, of(number)?).await?;
    let lines: Vec<&str> = vendor
        .sources
        .iter()
        .map(|source| source.net.as_str())
        .collect();
    let path = path(&vendor.id);
    let act = Act {
        title: "setup-sources-change",
        about: &vendor.name,
        risk: "setup-sources-risk",
        to: &format!("{path}/sources"),
        back: &path,
    };
    Ok(act
        .page(&signed, &source_fields(&signed, &lines.join("\n")))
        .await)
}

/// Replaces its sources.
pub(crate) async fn change_sources(
    signed: Signed,
    number: Number<VendorId>,
    posted: Posted,
) -> Result<Response, PageFailed> {
    let vendor = of(number)?;
    signed.fresh(&posted).await?;
    let path = path(&vendor);
    let form = ChangeSources {
        sources: sources(&posted)?,
    };
    let changed = api::change_sources(signed.asker.clone(), crate::body::Of(vendor), Form(form));
    read(changed.await)?;
    Ok(done(&path, "done-changed"))
}

/// The form that states that they are still right.
pub(crate) async fn reconfirm_form(
    signed: Signed,
    number: Number<VendorId>,
) -> Result<Page, PageFailed> {
    let vendor = found(&signed, of(number)?).await?;
    let path = path(&vendor.id);
    let act = Act {
        title: "setup-sources-reconfirm",
        about: &vendor.name,
        risk: "setup-sources-reconfirm-risk",
        to: &format!("{path}/reconfirm"),
        back: &path,
    };
    let fields = html! {
        (parts::notice(Tone::Plain, &facts(&signed, &vendor)))
    };
    Ok(act.page(&signed, &fields).await)
}

/// States it.
pub(crate) async fn reconfirm(
    signed: Signed,
    number: Number<VendorId>,
    posted: Posted,
) -> Result<Response, PageFailed> {
    let vendor = of(number)?;
    signed.fresh(&posted).await?;
    let path = path(&vendor);
    let asker = signed.asker.clone();
    read(api::reconfirm_sources(asker, crate::body::Of(vendor), Nothing).await)?;
    Ok(done(&path, "done-confirmed"))
}

/// Suspends it, at once.
pub(crate) async fn suspend(
    signed: Signed,
    number: Number<VendorId>,
    posted: Posted,
) -> Result<Response, PageFailed> {
    let vendor = of(number)?;
    let path = path(&vendor);
    let reason = posted.text("reason").to_owned();
    let form = Form(Suspend { reason });
    read(api::suspend(signed.asker.clone(), crate::body::Of(vendor), form).await)?;
    Ok(done(&path, "done-suspended"))
}

/// The form that lets it in again.
pub(crate) async fn resume_form(
    signed: Signed,
    number: Number<VendorId>,
) -> Result<Page, PageFailed> {
    let vendor = found(&signed, of(number)?).await?;
    let path = path(&vendor.id);
    let act = Act {
        title: "setup-resume",
        about: &vendor.name,
        risk: "setup-vendor-resume-risk",
        to: &format!("{path}/resume"),
        back: &path,
    };
    Ok(act.page(&signed, &html! {}).await)
}

/// Lets it in again.
pub(crate) async fn resume(
    signed: Signed,
    number: Number<VendorId>,
    posted: Posted,
) -> Result<Response, PageFailed> {
    let vendor = of(number)?;
    signed.fresh(&posted).await?;
    let path = path(&vendor);
    read(api::resume(signed.asker.clone(), crate::body::Of(vendor), Nothing).await)?;
    Ok(done(&path, "done-resumed"))
}
