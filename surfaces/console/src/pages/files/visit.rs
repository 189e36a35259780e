//! What went out in a visit, as a list to be printed, and the vendor's word that it is deleted (10①).

use access::Role;
use axum::extract::RawQuery;
use ids::VisitId;
use maud::{Markup, html};
use wire::api::v1::{FileOut, Visit, VisitFiles};

use super::super::failed::PageFailed;
use super::super::moment;
use super::super::page::Page;
use super::super::parts;
use super::super::requests::firms;
use super::super::signed::Signed;
use super::super::visits::whose;
use super::shown;
use crate::answer::Failed;
use crate::api;
use crate::body::Of;

/// Where the files of a visit stand, and where answers about them are sent.
pub(crate) fn path(visit: &VisitId) -> String {
    format!("/visits/{}/files", visit.number())
}

/// The list, and who said that it is deleted.
pub(crate) async fn show(
    signed: Signed,
    number: Result<Of<VisitId>, Failed>,
    RawQuery(query): RawQuery,
) -> Result<Page, PageFailed> {
    let Of(id) = number?;
    let files = api::files::of_visit(&signed.asker, id.clone()).await?;
    let visit = api::visits::show(signed.asker.clone(), Of(id)).await?.0;
    let firms = firms(&signed).await?;
    let title = signed.say("files-out-title", &[]);
    let main = html! {
        h1 { (title) }
        p { strong { (whose(&signed, &visit, &firms)) } }
        (about(&signed, &visit))
        (went_out(&signed, &files))
        (deletions(&signed, &visit, &files))
        div.acts.no-print {
            button type="button" data-print="page" { (signed.say("visits-print", &[])) }
        }
    };
    Ok(Page::new(&signed, &title)
        .await
        .after(query.as_deref())
        .main(main))
}

fn about(signed: &Signed, visit: &Visit) -> Markup {
    let window = moment::window_said(signed.language, visit.window.from, visit.window.until);
    parts::facts(&[
        (
            signed.say("console-where", &[]),
            html! { (visit.target_name) },
        ),
        (signed.say("console-when", &[]), html! { (window) }),
    ])
}

fn went_out(signed: &Signed, files: &VisitFiles) -> Markup {
    let data = files.data_out.to_string();
    html! {
        section.card {
            @if files.out.is_empty() { (parts::empty(&signed.say("files-out-none", &[]))) }
            @else { p { (signed.say("files-out-lead", &[])) } }
            ul.rows { @for file in &files.out { li { (one(signed, file)) } } }
            @if files.data_out > 0 { p { (signed.say("files-out-data", &[("bytes", &data)])) } }
        }
    }
}

/// Whole, the SHA-256 too: with it the vendor finds the copies that are to go.
fn one(signed: &Signed, file: &FileOut) -> Markup {
    let word = |id| signed.say(id, &[]);
    let bytes = file.bytes.to_string();
    let sha256 = html! {
        @match file.sha256 {
            Some(sha256) => code { (sha256) },
            None => (word("files-sha256-unknown")),
        }
    };
    let kind = file.kind.clone();
    parts::facts(&[
        (
            word("files-path"),
            shown::path(signed, file.path.as_deref()),
        ),
        (word("files-at"), signed.time(file.at)),
        (
            word("files-size"),
            html! { (signed.say("files-bytes", &[("bytes", &bytes)])) },
        ),
        (
            word("files-kind"),
            html! { (kind.unwrap_or_else(|| word("files-kind-unknown"))) },
        ),
        ("SHA-256".to_owned(), sha256),
    ])
}

/// Whether there is anything to be deleted.
pub(crate) fn something_out(files: &VisitFiles) -> bool {
    files.data_out > 0 || files.out.iter().any(|file| file.bytes > 0)
}

fn deletions(signed: &Signed, visit: &Visit, files: &VisitFiles) -> Markup {
    let confirms = !signed.of_the_hospital() && signed.has(Role::Engineer);
    html! {
        @if something_out(files) {
            section.card {
                h2 { (signed.say("files-deletions", &[])) }
                @if files.deletions.is_empty() { (parts::empty(&signed.say("files-deletions-none", &[]))) }
                ul.rows {
                    @for deletion in &files.deletions {
                        @let by = deletion.by.to_string();
                        @let name = deletion.by_name.as_deref().unwrap_or(&by);
                        li { (signed.say("files-deleted-by", &[("name", name)])) " " (signed.time(deletion.at)) }
                    }
                }
                @if confirms {
                    form.no-print method="post" action=(path(&visit.id)) {
                        p.hint { (signed.say("files-delete-lead", &[])) }
                        button.primary type="submit" name="deleted" value="yes" { (signed.say("files-delete", &[])) }
                    }
                }
            }
        }
    }
}
