//! The sheet that goes into the envelope of an emergency account: the one page on which a target's secret
//! stands. It is shown once, to a second person, after a touch of their passkey, and is kept in no cache.

use ids::TargetId;
use maud::{Markup, html};
use wire::api::v1::EmergencyAccountShown;

use super::super::failed::PageFailed;
use super::super::page::Page;
use super::super::parts::{self, Tone};
use super::super::posted::Posted;
use super::super::signed::Signed;
use super::super::{fresh, parts::facts};
use super::emergency_accounts::{LIST, kept};
use super::targets::{address, found, path};
use super::{Act, Number, of, of_the_hospital, row};
use crate::answer::Failed;
use crate::asker::Thing;

/// The form that prints it.
pub(crate) async fn form(signed: Signed, number: Number<TargetId>) -> Result<Page, PageFailed> {
    let target = found(&signed, of(number)?).await?;
    let envelope = kept(&signed, &target.id)
        .await?
        .and_then(|account| account.envelope);
    let fields = html! {
        @if let Some(envelope) = &envelope {
            input type="hidden" name="number" value=(envelope.number);
            (facts(&[row(&signed, "envelope-number", envelope.number.to_string())]))
        }
        p { (signed.say("envelope-print-how", &[])) }
        @if !fresh::touches(&signed) {
            (parts::notice(Tone::Bad, &html! {
                p { (signed.say("envelope-print-passkey", &[])) " "
                    a href="/passkeys" { (signed.say("console-passkeys-title", &[])) } }
            }))
        }
    };
    let act = Act {
        title: "envelope-print",
        about: &target.name,
        risk: "envelope-print-risk",
        to: &format!("{}/envelope/print", path(&target.id)),
        back: LIST,
    };
    Ok(act.page_by_touch(&signed, &fields).await)
}

/// Prints it: shows the sheet, this once.
pub(crate) async fn print(
    signed: Signed,
    number: Number<TargetId>,
    posted: Posted,
) -> Result<Page, PageFailed> {
    let id = of(number)?;
    let touched = fresh::touched(&signed, &posted)?;
    of_the_hospital(&signed)?;
    let number = posted.text("number").parse();
    let number = number.map_err(|_| Failed::field("number"))?;
    let target = found(&signed, id.clone()).await?;
    let account = kept(&signed, &id).await?.ok_or(Failed::NotFound)?;
    let asker = &signed.asker;
    let secret = asker.engine.print_envelope(&asker.by, &id, number, touched);
    let secret = asker.about(&Thing::from(&id), secret.await)?;
    let title = signed.say("envelope-sheet", &[]);
    let main = html! {
        div.not-on-paper {
            (parts::notice(Tone::Look, &html! { p { (signed.say("envelope-sheet-once", &[])) } }))
            p.actions {
                button type="button" data-print { (signed.say("setup-print", &[])) }
                " "
                a.button href=(LIST) { (signed.say("envelope-sheet-sealed", &[])) }
            }
        }
        (sheet(&signed, &title, &account, &address(&target), number, &secret))
    };
    Ok(Page::new(&signed, &title).await.main(main))
}

fn sheet(
    signed: &Signed,
    title: &str,
    account: &EmergencyAccountShown,
    address: &str,
    number: u64,
    secret: &str,
) -> Markup {
    let now = signed.asker.engine.now();
    let line = |id| html! { p { (signed.say(id, &[])) " ______________________________" } };
    let rows = [
        row(signed, "envelope-number", number.to_string()),
        row(signed, "envelope-sheet-target", &account.name),
        row(signed, "setup-address", html! { code { (address) } }),
        row(
            signed,
            "envelope-sheet-account",
            html! { code { (account.account) } },
        ),
        row(signed, "envelope-sheet-secret", html! { code { (secret) } }),
        row(signed, "envelope-printed-at", signed.time(now)),
    ];
    html! {
        article.sheet {
            h1 { (title) }
            (facts(&rows))
            p { (signed.say("envelope-sheet-letters", &[])) }
            h2 { (signed.say("emergency-account-instructions", &[])) }
            p { (account.terms.instructions) }
            p { (signed.say("envelope-sheet-use", &[])) }
            h2 { (signed.say("envelope-sheet-seal", &[])) }
            p { (signed.say("envelope-sheet-seal-how", &[])) }
            (line("envelope-sheet-date"))
            (line("envelope-sheet-first"))
            (line("envelope-sheet-second"))
            (line("envelope-sheet-place"))
        }
    }
}
