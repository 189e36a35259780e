//! How the password of an account by SSH is replaced at its target: by the commands of Linux, by PowerShell, or line
//! by line at a device.

use axum::response::Response;
use ids::TargetId;
use maud::{Markup, html};
use wire::api::v1::{LIKE_CISCO_IOS, LIKE_YAMAHA_RTX, RotationWay, SetRotationWay, Target};

use super::super::failed::PageFailed;
use super::super::page::{Page, done};
use super::super::parts::{self, Tone};
use super::super::posted::{Posted, filled_lines};
use super::super::signed::Signed;
use super::targets::{found, path};
use super::{Act, Number, of, read};
use crate::answer::Failed;
use crate::api::rotation_way as api;
use crate::body::{Form, Of};

const LINUX: &str = "linux";
const WINDOWS: &str = "windows";
const CISCO_IOS: &str = "cisco-ios";
const YAMAHA_RTX: &str = "yamaha-rtx";
const DEVICE: &str = "device";

/// Every choice, with its sentence.
const CHOICES: [(&str, &str); 5] = [
    (LINUX, "rotation-way-linux"),
    (WINDOWS, "rotation-way-windows"),
    (CISCO_IOS, "rotation-way-cisco-ios"),
    (YAMAHA_RTX, "rotation-way-yamaha-rtx"),
    (DEVICE, "rotation-way-device"),
];

/// What holds there, for people.
pub(super) fn card(signed: &Signed, target: &Target) -> Markup {
    let Some(way) = &target.rotation_way else {
        return html! {};
    };
    let body = match way {
        RotationWay::Windows => html! { p { (signed.say("rotation-way-windows", &[])) } },
        RotationWay::Device { lines } => html! {
            p { (signed.say("rotation-way-device", &[])) }
            pre { (lines.join("\n")) }
        },
    };
    parts::card(&html! { (signed.say("rotation-way", &[])) }, &body)
}

/// The form that chooses it.
pub(crate) async fn form(signed: Signed, number: Number<TargetId>) -> Result<Page, PageFailed> {
    let target = found(&signed, of(number)?).await?;
    let path = path(&target.id);
    let act = Act {
        title: "rotation-way-set",
        about: &target.name,
        risk: "rotation-way-risk",
        to: &format!("{path}/rotation-way"),
        back: &path,
    };
    let word = |id| signed.say(id, &[]);
    let (chosen, typed) = match &target.rotation_way {
        None => (LINUX, String::new()),
        Some(RotationWay::Windows) => (WINDOWS, String::new()),
        Some(RotationWay::Device { lines }) => {
            let typed = lines.join("\n");
            match typed.as_str() {
                LIKE_CISCO_IOS => (CISCO_IOS, String::new()),
                LIKE_YAMAHA_RTX => (YAMAHA_RTX, String::new()),
                _ => (DEVICE, typed),
            }
        }
    };
    let fields = html! {
        fieldset {
            legend { (word("rotation-way")) }
            @for (value, sentence) in CHOICES {
                label.tick {
                    input type="radio" name="way" value=(value) checked[value == chosen];
                    span { (word(sentence)) }
                }
            }
        }
        (parts::notice(Tone::Bad, &html! { p { (word("rotation-way-no-secrets")) } }))
        (parts::lines("lines", &word("rotation-way-lines"), Some(&word("rotation-way-lines-hint")), &typed, false))
        details {
            summary { (word("rotation-way-examples")) }
            @for (sentence, lines) in [("rotation-way-cisco-ios", LIKE_CISCO_IOS), ("rotation-way-yamaha-rtx", LIKE_YAMAHA_RTX)] {
                p { (word(sentence)) }
                pre { (lines) }
            }
        }
    };
    Ok(act.page(&signed, &fields).await)
}

/// Chooses it.
pub(crate) async fn set(
    signed: Signed,
    number: Number<TargetId>,
    posted: Posted,
) -> Result<Response, PageFailed> {
    let target = of(number)?;
    signed.fresh(&posted).await?;
    let path = path(&target);
    let device = |text: &str| RotationWay::Device {
        lines: filled_lines(text).map(str::to_owned).collect(),
    };
    let way = match posted.text("way") {
        LINUX => None,
        WINDOWS => Some(RotationWay::Windows),
        CISCO_IOS => Some(device(LIKE_CISCO_IOS)),
        YAMAHA_RTX => Some(device(LIKE_YAMAHA_RTX)),
        DEVICE => Some(device(posted.text("lines"))),
        _ => return Err(Failed::field("way").into()),
    };
    let form = SetRotationWay { way };
    read(api::set(signed.asker.clone(), Of(target), Form(form)).await)?;
    Ok(done(&path, "done-changed"))
}
