//! The makers of security keys whose word the hospital takes: what makes an engineer's passkey a device.

use axum::extract::RawQuery;
use axum::response::Response;
use engine::RootNotTrusted;
use ids::{Digest, Timestamp};
use maud::html;
use wire::Said;

use super::failed::PageFailed;
use super::page::{Page, done};
use super::parts::{self, Tone};
use super::posted::Posted;
use super::signed::Signed;
use crate::asker::Readers;

/// A root, as it is shown.
struct Trusted {
    name: String,
    sha256: Digest,
    since: Timestamp,
}

/// Who is trusted, and the form that trusts one more.
pub(crate) async fn show(signed: Signed, RawQuery(query): RawQuery) -> Result<Page, PageFailed> {
    let read = signed.asker.read(Readers::AtWork, |reading| {
        let roots = reading.site.attestation_roots();
        let roots = roots.filter(|_| reading.sees_all()).map(|root| Trusted {
            name: root.name.clone(),
            sha256: root.sha256,
            since: root.since,
        });
        Ok(roots.collect::<Vec<_>>())
    });
    let roots = read.await?;
    let word = |id| signed.say(id, &[]);
    let title = word("console-attestation-title");
    let main = html! {
        h1 { (title) }
        p.lead { (word("console-attestation-lead")) }
        @if roots.is_empty() { (parts::empty(&word("console-attestation-none"))) }
        @for root in &roots {
            (parts::card(&html! { (root.name) }, &html! {
                (parts::facts(&[
                    (word("console-attestation-since"), signed.time(root.since)),
                    (word("console-attestation-print"), html! { code.words { (root.sha256) } }),
                ]))
                form method="post" action="/attestation/remove" {
                    input type="hidden" name="name" value=(root.name);
                    p { (word("console-attestation-remove-why")) }
                    button.danger type="submit" { (word("console-attestation-remove")) }
                }
            }))
        }
        section.card {
            h2 { (word("console-attestation-add-title")) }
            (parts::notice(Tone::Look, &html! { p { (word("console-attestation-risk")) } }))
            form.narrow method="post" action="/attestation/add" {
                (parts::line("name", &word("console-attestation-name"), None, "", true))
                (parts::lines("pem", &word("console-attestation-pem"), Some(&word("console-attestation-pem-hint")), "", true))
                (parts::fresh(&signed))
                button.primary type="submit" { (word("console-attestation-add")) }
            }
        }
    };
    let page = Page::new(&signed, &title).await;
    Ok(page.after(query.as_deref()).main(main))
}

/// Trusts one more.
pub(crate) async fn add(signed: Signed, posted: Posted) -> Result<Response, PageFailed> {
    signed.fresh(&posted).await?;
    let asker = &signed.asker;
    let (name, pem) = (posted.text("name"), posted.text("pem"));
    match asker.engine.trust_attestation(&asker.by, name, pem).await {
        Ok(_) => Ok(done("/attestation", "done-attestation-trusted")),
        Err(RootNotTrusted::Refused(refusal)) => Err(refusal.into()),
        Err(RootNotTrusted::NotARoot(_)) => Err(PageFailed::Because(vec![Said::plain(
            "console-attestation-not-a-root",
        )])),
    }
}

/// Trusts one no more. Taking access away waits for nothing.
pub(crate) async fn remove(signed: Signed, posted: Posted) -> Result<Response, PageFailed> {
    let name = posted.text("name").to_owned();
    let command = access::Command::DistrustAttestation { name };
    signed.asker.submit(command).await?;
    Ok(done("/attestation", "done-attestation-distrusted"))
}
