//! The page with an engineer's terminal. What lives in it is `crate::terminal`; here is its frame.

use ids::VisitId;
use maud::{Markup, html};
use wire::api::v1::{Files, SshTerms, Visit};

use super::failed::PageFailed;
use super::page::Page;
use super::seated::{self, own, said};
use super::signed::Signed;
use crate::body::Of;

/// The keys that a telephone's keyboard does not have, each with what it sends, in hexadecimal.
const KEYS: [(&str, &str); 7] = [
    ("Esc", "1b"),
    ("Tab", "09"),
    ("Ctrl+C", "03"),
    ("Ctrl+D", "04"),
    ("↑", "1b5b41"),
    ("↓", "1b5b42"),
    ("/", "2f"),
];

/// `GET /visits/{number}/terminal`: to whom the visit was granted, and to nobody else.
pub(crate) async fn show(signed: Signed, Of(id): Of<VisitId>) -> Result<Page, PageFailed> {
    let visit = own(&signed, id).await?;
    let title = signed.say("terminal-title", &[("target", &visit.target_name)]);
    let back = format!("/visits/{}", visit.id.number());
    let page = Page::new(&signed, &title).await;
    let (page, body) = match (&visit.grant, &visit.ssh) {
        (Some(_), Some(terms)) => (page.island("terminal"), terminal(&signed, &visit, terms)),
        (None, _) => (page, said(&signed, "terminal-not-granted")),
        (Some(_), None) => (page, said(&signed, "terminal-not-ssh")),
    };
    Ok(page.main(html! {
        h1 { (title) }
        (body)
        p { a.button href=(back) { (signed.say("terminal-back", &[])) } }
    }))
}

fn terminal(signed: &Signed, visit: &Visit, terms: &SshTerms) -> Markup {
    let say = |id: &str| signed.say(id, &[]);
    let base = format!("/visits/{}/terminal", visit.id.number());
    let files_out = passes(&terms.download);
    html! {
        noscript { (said(signed, "terminal-no-script")) }
        div.terminal data-island="terminal"
            data-copy=(if files_out { "yes" } else { "no" })
            data-lines=(if passes(&terms.upload) { "yes" } else { "no" })
            data-leave-sure=(say("terminal-leave-sure"))
            data-paste-sure=(say("terminal-paste-sure"))
            data-copy-no=(say("terminal-copy-no"))
            data-up=(say("terminal-files-up"))
            data-empty=(say("terminal-files-empty"))
            data-sent=(say("terminal-files-sent"))
            data-taken=(say("terminal-files-taken"))
            data-passing=(say("terminal-files-passing"))
            data-failed=(say("terminal-files-failed"))
            data-signed-out=(say("terminal-signed-out"))
        {
            (seated::words(signed, &base))
            (seated::bar(signed, &base))
            div.terminal-screen data-part="screen" role="group" aria-label=(say("terminal-screen")) {}
            div.terminal-keys role="group" aria-label=(say("terminal-keys")) data-part="keys" {
                @for (name, hex) in KEYS { button type="button" data-key=(hex) { (name) } }
            }
            p.hint { (say("terminal-lead")) " " (say("terminal-key-hint")) " " (say("terminal-manners")) }
            (files(signed, terms, &base))
        }
    }
}

/// Whether files pass in a direction.
fn passes(files: &Files) -> bool {
    matches!(files, Files::Yes { .. })
}

fn files(signed: &Signed, terms: &SshTerms, base: &str) -> Markup {
    let say = |id: &str| signed.say(id, &[]);
    let (into, out) = (passes(&terms.upload), passes(&terms.download));
    html! {
        details.card.terminal-files data-part="files" {
            summary { (say("terminal-files")) }
            @if into || out {
                p { (say("terminal-files-rule")) }
                form method="post" action=(format!("{base}/list")) data-part="folder" {
                    label { (say("terminal-files-folder")) input name="path" autocomplete="off" spellcheck="false"; }
                    button type="submit" { (say("terminal-files-show")) }
                }
                ul.rows data-part="names" {}
                @if into {
                    form method="post" action=(format!("{base}/bring")) data-part="send" {
                        label { (say("terminal-files-send")) input name="file" type="file" required; }
                        button type="submit" { (say("terminal-files-send-now")) }
                    }
                }
                p role="status" data-part="files-said" {}
            } @else {
                p { (say("terminal-files-off")) }
            }
        }
    }
}
