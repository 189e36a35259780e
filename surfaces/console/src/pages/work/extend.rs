//! Asking for more time on a visit.

use axum::extract::RawQuery;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use ids::VisitId;
use maud::html;
use wire::api::v1::Extend;

use super::super::failed::PageFailed;
use super::super::moment;
use super::super::page::{Page, done};
use super::super::parts;
use super::super::posted::Posted;
use super::super::signed::Signed;
use super::fields::{Shown, Wrong};
use super::look::Look;
use super::sent::Values;
use super::{Number, engineer};
use crate::api;
use crate::body::{Form, Of};

/// Until when it goes now, and until when it should.
pub(crate) async fn show(
    signed: Signed,
    number: Number<VisitId>,
    RawQuery(query): RawQuery,
) -> Result<Page, PageFailed> {
    engineer(&signed)?;
    let Of(visit) = number?;
    let page = page(&signed, visit, &Values::default(), &[]).await?;
    Ok(page.after(query.as_deref()))
}

/// Asks.
pub(crate) async fn ask(
    signed: Signed,
    number: Number<VisitId>,
    posted: Posted,
) -> Result<Response, PageFailed> {
    engineer(&signed)?;
    let Of(visit) = number?;
    let mut values = Values::default();
    for field in ["until_day", "until_time"] {
        values.put(field, posted.text(field));
    }
    let mut look = Look::default();
    let Some(until) = look.moment(&values, ["until_day", "until_time"], "") else {
        let mut answer = page(&signed, visit, &values, &look.wrong)
            .await?
            .into_response();
        *answer.status_mut() = StatusCode::BAD_REQUEST;
        return Ok(answer);
    };
    let form = Form(Extend { until });
    let _ = api::visits::extend(signed.asker.clone(), Of(visit), form).await?;
    Ok(done("/my", "done-extension-asked"))
}

async fn page(
    signed: &Signed,
    visit: VisitId,
    values: &Values,
    wrong: &[Wrong],
) -> Result<Page, PageFailed> {
    let path = format!("/visits/{}/extend", visit.number());
    let visit = api::visits::show(signed.asker.clone(), Of(visit)).await?.0;
    let title = signed.say("work-extend", &[]);
    let shown = Shown {
        signed,
        values,
        wrong,
    };
    let window = moment::window_said(signed.language, visit.window.from, visit.window.until);
    let facts = [
        (
            signed.say("work-target", &[]),
            html! { (visit.target_name) },
        ),
        (signed.say("work-when", &[]), html! { (window) }),
    ];
    let main = html! {
        h1 { (title) }
        p.lead { (signed.say("work-extend-lead", &[])) }
        (shown.summary())
        (parts::facts(&facts))
        form.work method="post" action=(path) {
            (shown.line("until_day", "work-until-day", "date", true))
            (shown.line("until_time", "work-until-time", "time", true))
            p.actions { button.primary type="submit" { (signed.say("work-extend-ask", &[])) } }
        }
    };
    Ok(Page::new(signed, &title).await.main(main))
}
