//! The sealed envelope: one-use codes for an emergency, printed once.

use maud::{Markup, html};

use super::super::failed::PageFailed;
use super::super::page::Page;
use super::super::parts::{self, Tone};
use super::super::posted::Posted;
use super::super::signed::Signed;
use super::{Act, of_the_hospital, read, row};
use crate::api::site as api;
use crate::asker::Readers;
use crate::body::Nothing;

/// How many codes are left, and the form that makes new ones.
pub(crate) async fn show(signed: Signed) -> Result<Page, PageFailed> {
    of_the_hospital(&signed)?;
    let left = signed
        .asker
        .read(Readers::People, |reading| Ok(reading.site.codes_left()));
    let left = left.await?.to_string();
    let fields = html! {
        p { (signed.say("setup-envelope-why", &[])) }
        (parts::facts(&[row(&signed, "setup-envelope-left", left)]))
    };
    let act = Act {
        title: "task-envelope",
        about: "",
        risk: "setup-envelope-risk",
        to: "/envelope",
        back: "/setup",
    };
    Ok(act.page(&signed, &fields).await)
}

/// Makes new codes and shows them: a sheet of A4, this once.
pub(crate) async fn seal(signed: Signed, posted: Posted) -> Result<Page, PageFailed> {
    signed.fresh(&posted).await?;
    let envelope = read(api::seal_envelope(signed.asker.clone(), Nothing).await)?;
    let codes: Vec<&str> = envelope.codes.iter().map(wire::Secret::reveal).collect();
    let site = signed.asker.read(Readers::People, |reading| {
        let founding = reading.site.founding();
        Ok(founding
            .map(|founding| founding.name.clone())
            .unwrap_or_default())
    });
    let site = site.await?;
    let title = signed.say("setup-envelope-sheet", &[]);
    let main = html! {
        div.not-on-paper {
            (parts::notice(Tone::Look, &html! { p { (signed.say("setup-envelope-once", &[])) } }))
            p.actions {
                button type="button" data-print { (signed.say("setup-print", &[])) }
                " "
                a.button href="/setup" { (signed.say("setup-envelope-sealed", &[])) }
            }
        }
        (sheet(&signed, &title, &site, &codes))
    };
    Ok(Page::new(&signed, &title).await.main(main))
}

fn sheet(signed: &Signed, title: &str, site: &str, codes: &[&str]) -> Markup {
    let now = signed.asker.engine.now();
    html! {
        article.sheet {
            h1 { (title) }
            p { (site) " — " (signed.time(now)) }
            p { (signed.say("setup-envelope-use", &[])) }
            ol.codes { @for code in codes { li { code { (code) } span.used { (signed.say("setup-envelope-used", &[])) } } } }
        }
    }
}
