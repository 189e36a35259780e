//! Engineers' computers: compared by phone, word for word, before they may be used.

use axum::extract::RawQuery;
use axum::response::Response;
use ids::DeviceId;
use maud::{Markup, html};
use wire::api::v1::{ConfirmDevice, Device, DeviceState, Person, Suspend, Vendor};

use super::super::failed::PageFailed;
use super::super::page::{Page, done};
use super::super::parts::{self, Tone};
use super::super::posted::Posted;
use super::super::signed::Signed;
use super::{Act, Number, forms, of, of_the_hospital, or_dash, read, row, the};
use crate::api::{devices as api, people, vendors};
use crate::body::{Form, Nothing, Of};

/// What is shown beside a device: who owns it, and the number that is called.
struct Owners {
    persons: Vec<Person>,
    vendors: Vec<Vendor>,
}

impl Owners {
    async fn of(signed: &Signed) -> Result<Self, PageFailed> {
        Ok(Self {
            persons: read(people::list(signed.asker.clone()).await)?,
            vendors: read(vendors::list(signed.asker.clone()).await)?,
        })
    }

    fn owner(&self, device: &Device) -> Option<&Person> {
        self.persons
            .iter()
            .find(|person| person.id == device.person)
    }

    fn vendor(&self, device: &Device) -> Option<&Vendor> {
        let wire::api::v1::Employer::Vendor(vendor) = &self.owner(device)?.employer else {
            return None;
        };
        self.vendors.iter().find(|known| known.id == *vendor)
    }

    fn facts(&self, signed: &Signed, device: &Device) -> Markup {
        let owner = self.owner(device);
        let name = owner.and_then(|person| person.name.as_deref());
        let vendor = self.vendor(device);
        parts::facts(&[
            row(signed, "setup-device-owner", or_dash(name)),
            row(
                signed,
                "setup-employer",
                or_dash(vendor.map(|vendor| vendor.name.as_str())),
            ),
            row(
                signed,
                "setup-phone",
                or_dash(vendor.and_then(|vendor| vendor.phone.as_deref())),
            ),
            row(
                signed,
                "setup-contact",
                or_dash(owner.and_then(|person| person.contact.as_deref())),
            ),
        ])
    }
}

fn label(device: &Device) -> String {
    device
        .label
        .clone()
        .unwrap_or_else(|| device.id.to_string())
}

fn state(signed: &Signed, device: &Device) -> Markup {
    let (tone, id) = match device.state {
        DeviceState::Pending => (Tone::Look, "setup-device-pending"),
        DeviceState::Confirmed => (Tone::Good, "setup-device-confirmed"),
        DeviceState::Suspended => (Tone::Bad, "setup-suspended"),
    };
    parts::tag(tone, &signed.say(id, &[]))
}

/// The list; those that wait for their words come first.
pub(crate) async fn list(signed: Signed, RawQuery(query): RawQuery) -> Result<Page, PageFailed> {
    of_the_hospital(&signed)?;
    let mut devices = read(api::list(signed.asker.clone()).await)?;
    devices.sort_by_key(|device| device.state != DeviceState::Pending);
    let owners = Owners::of(&signed).await?;
    let title = signed.say("setup-devices", &[]);
    let main = html! {
        h1 { (title) }
        p { (signed.say("setup-devices-why", &[])) }
        @if devices.is_empty() { (parts::empty(&signed.say("setup-devices-none", &[]))) }
        @for device in &devices { (card(&signed, &owners, device)) }
    };
    Ok(Page::new(&signed, &title)
        .await
        .after(query.as_deref())
        .main(main))
}

fn card(signed: &Signed, owners: &Owners, device: &Device) -> Markup {
    let path = format!("/devices/{}", device.id.number());
    let heading = html! { (label(device)) " " (state(signed, device)) };
    let body = html! {
        (owners.facts(signed, device))
        @match device.state {
            DeviceState::Pending => p { a.button href=(format!("{path}/confirm")) { (signed.say("setup-device-confirm", &[])) } },
            DeviceState::Suspended => p { a.button href=(format!("{path}/resume")) { (signed.say("setup-resume", &[])) } },
            DeviceState::Confirmed => (taking_away(signed, &path)),
        }
    };
    parts::card(&heading, &body)
}

/// One button: the reason is asked for on no page, a lost computer is lost.
fn taking_away(signed: &Signed, path: &str) -> Markup {
    html! {
        form.line method="post" action=(format!("{path}/suspend")) {
            p { (signed.say("setup-device-suspend-what", &[])) }
            button.danger type="submit" { (signed.say("setup-suspend", &[])) }
        }
    }
}

async fn found(signed: &Signed, id: DeviceId) -> Result<Device, PageFailed> {
    of_the_hospital(signed)?;
    let devices = read(api::list(signed.asker.clone()).await)?;
    the(devices, |device| device.id == id)
}

/// The words, each to be ticked as it is heard.
pub(crate) async fn confirm_form(
    signed: Signed,
    number: Number<DeviceId>,
) -> Result<Page, PageFailed> {
    let device = found(&signed, of(number)?).await?;
    let owners = Owners::of(&signed).await?;
    if device.state != DeviceState::Pending {
        return Ok(nothing_to_confirm(&signed, &owners, &device).await);
    }
    let boxes: Vec<_> = device
        .words
        .iter()
        .map(|word| (word.clone(), word.clone(), false))
        .collect();
    let fields = html! {
        (owners.facts(&signed, &device))
        p { (signed.say("setup-device-call", &[])) }
        div.words { (forms::ticks(&signed.say("setup-device-words", &[]), "word", &boxes)) }
    };
    let path = format!("/devices/{}/confirm", device.id.number());
    let act = Act {
        title: "setup-device-confirm",
        about: &label(&device),
        risk: "setup-device-confirm-risk",
        to: &path,
        back: "/devices",
    };
    Ok(act.page(&signed, &fields).await)
}

/// Its words were compared once, or it is suspended: there are none to hear.
async fn nothing_to_confirm(signed: &Signed, owners: &Owners, device: &Device) -> Page {
    let title = signed.say("setup-device-confirm", &[]);
    let why = match device.state {
        DeviceState::Suspended => "console-device-suspended",
        DeviceState::Pending | DeviceState::Confirmed => "console-device-confirmed-already",
    };
    let main = html! {
        h1 { (title) }
        (parts::notice(Tone::Look, &html! { p { (signed.say(why, &[])) } }))
        (parts::card(&html! { (label(device)) " " (state(signed, device)) }, &owners.facts(signed, device)))
        p { a.button href="/devices" { (signed.say("setup-devices", &[])) } }
    };
    Page::new(signed, &title).await.main(main)
}

/// Confirms it with the words that were heard.
pub(crate) async fn confirm(
    signed: Signed,
    number: Number<DeviceId>,
    posted: Posted,
) -> Result<Response, PageFailed> {
    let device = of(number)?;
    signed.fresh(&posted).await?;
    let words = posted.all("word").map(str::to_owned).collect();
    let form = Form(ConfirmDevice { words });
    read(api::confirm(signed.asker.clone(), Of(device), form).await)?;
    Ok(done("/devices", "done-confirmed"))
}

/// Suspends it, at once.
pub(crate) async fn suspend(
    signed: Signed,
    number: Number<DeviceId>,
    posted: Posted,
) -> Result<Response, PageFailed> {
    let device = of(number)?;
    let reason = posted.text("reason").to_owned();
    read(api::suspend(signed.asker.clone(), Of(device), Form(Suspend { reason })).await)?;
    Ok(done("/devices", "done-suspended"))
}

/// The form that lets it be used again.
pub(crate) async fn resume_form(
    signed: Signed,
    number: Number<DeviceId>,
) -> Result<Page, PageFailed> {
    let device = found(&signed, of(number)?).await?;
    let path = format!("/devices/{}/resume", device.id.number());
    let act = Act {
        title: "setup-resume",
        about: &label(&device),
        risk: "setup-device-resume-risk",
        to: &path,
        back: "/devices",
    };
    let owners = Owners::of(&signed).await?;
    Ok(act.page(&signed, &owners.facts(&signed, &device)).await)
}

/// Lets it be used again.
pub(crate) async fn resume(
    signed: Signed,
    number: Number<DeviceId>,
    posted: Posted,
) -> Result<Response, PageFailed> {
    let device = of(number)?;
    signed.fresh(&posted).await?;
    read(api::resume(signed.asker.clone(), Of(device), Nothing).await)?;
    Ok(done("/devices", "done-resumed"))
}
