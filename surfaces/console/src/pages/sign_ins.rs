//! Where somebody is signed in: their own list.

use axum::extract::RawQuery;
use maud::html;

use super::failed::PageFailed;
use super::page::Page;
use super::signed::Signed;

/// The reader's own sign-ins.
pub(crate) async fn list(signed: Signed, RawQuery(query): RawQuery) -> Result<Page, PageFailed> {
    let title = signed.say("console-sign-ins-title", &[]);
    let main = html! { h1 { (title) } };
    Ok(Page::new(&signed, &title)
        .await
        .after(query.as_deref())
        .main(main))
}
