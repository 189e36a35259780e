//! The page with an engineer's desktop. What lives in it is `crate::terminal`; here is its frame.

use ids::VisitId;
use maud::{Markup, html};
use wire::api::v1::{DesktopTerms, Visit};

use super::failed::PageFailed;
use super::page::Page;
use super::seated::{self, own, said};
use super::signed::Signed;
use crate::body::Of;

/// Keys that a browser keeps for itself, or that a tablet does not have: each with its sentence or its own name, and
/// the places of the keys that go down one after the other (`KeyboardEvent.code`).
const KEYS: [(&str, &str); 12] = [
    ("desktop-key-secure", "ControlLeft AltLeft Delete"),
    ("desktop-key-windows", "MetaLeft"),
    ("desktop-key-tasks", "AltLeft Tab"),
    ("desktop-key-kanji", "Backquote"),
    ("desktop-key-convert", "Convert"),
    ("desktop-key-no-convert", "NonConvert"),
    ("Esc", "Escape"),
    ("Tab", "Tab"),
    ("Enter", "Enter"),
    ("Backspace", "Backspace"),
    ("F5", "F5"),
    ("F11", "F11"),
];

/// `GET /visits/{number}/desktop`: to whom the visit was granted, and to nobody else.
pub(crate) async fn show(signed: Signed, Of(id): Of<VisitId>) -> Result<Page, PageFailed> {
    let visit = own(&signed, id).await?;
    let title = signed.say("desktop-title", &[("target", &visit.target_name)]);
    let page = Page::new(&signed, &title).await;
    let (page, body) = match (&visit.grant, visit.desktop) {
        (Some(_), Some(terms)) => (page.island("desktop"), desktop(&signed, &visit, terms)),
        (None, _) => (page, said(&signed, "terminal-not-granted")),
        (Some(_), None) => (page, said(&signed, "desktop-none")),
    };
    Ok(page.main(html! {
        h1 { (title) }
        (body)
        p { a.button href="/my" { (signed.say("desktop-back", &[])) } }
    }))
}

fn desktop(signed: &Signed, visit: &Visit, terms: DesktopTerms) -> Markup {
    let say = |id: &str| signed.say(id, &[]);
    let base = format!("/visits/{}/desktop", visit.id.number());
    let yes = |granted: bool| if granted { "yes" } else { "no" };
    html! {
        noscript { (said(signed, "desktop-no-script")) }
        div.terminal.desktop data-island="desktop"
            data-input=(yes(terms.input))
            data-paste=(yes(terms.clipboard_in))
            data-leave-sure=(say("desktop-leave-sure"))
            data-paste-no=(say("desktop-paste-no"))
            data-look-only=(say("desktop-look-only"))
        {
            (seated::words(signed, &base))
            (seated::bar(signed, &base))
            p.hint { (say("desktop-recorded")) @if !terms.input { " " (say("desktop-look-only")) } }
            div.desktop-view role="group" aria-label=(say("desktop-view")) {
                button type="button" data-part="full" { (say("desktop-full")) }
                button type="button" data-part="scale" aria-pressed="false" { (say("desktop-real-size")) }
                @if terms.input {
                    button type="button" data-part="type" aria-pressed="false" { (say("desktop-type")) }
                }
            }
            div.desktop-screen data-part="screen" {
                canvas tabindex="0" role="application" aria-label=(say("desktop-screen"))
                    aria-describedby="desktop-hint" data-part="canvas" width="640" height="400" {}
            }
            @if terms.input {
                label.desktop-typing data-part="typing" hidden {
                    (say("desktop-typing"))
                    input type="text" autocomplete="off" autocapitalize="off" spellcheck="false" data-part="typed";
                }
                div.desktop-keys role="group" aria-label=(say("desktop-keys")) data-part="keys" {
                    @for (name, codes) in KEYS {
                        button type="button" data-codes=(codes) {
                            @if name.starts_with("desktop-") { (say(name)) } @else { (name) }
                        }
                    }
                }
            }
            @if terms.clipboard_out {
                label.desktop-clipboard {
                    (say("desktop-clipboard"))
                    textarea readonly rows="3" data-part="clipboard" {}
                }
            }
            p.hint id="desktop-hint" { (say("desktop-hint")) @if terms.input { " " (say("desktop-touch")) } }
        }
    }
}
