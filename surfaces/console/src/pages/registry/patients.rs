//! Where a database keeps the numbers of patients: named by the hospital, or by who knows the system.

use axum::response::Response;
use ids::TargetId;
use maud::{Markup, html};
use wire::api::v1::{NamePatientColumns, PatientColumn, Target};

use super::super::failed::PageFailed;
use super::super::page::{Page, done};
use super::super::parts;
use super::super::posted::{Posted, filled_lines};
use super::super::signed::Signed;
use super::targets::{found, path};
use super::{Act, Number, of, read};
use crate::answer::Failed;
use crate::api::databases as api;
use crate::body::{Form, Of};

/// The columns, for people.
pub(super) fn card(signed: &Signed, target: &Target) -> Markup {
    let Some(known) = &target.database else {
        return html! {};
    };
    let body = html! {
        p { (signed.say("setup-patients-why", &[])) }
        @if known.patients.is_empty() { p { (signed.say("setup-patients-none", &[])) } }
        ul.rows { @for column in &known.patients { li { code { (column) } } } }
    };
    parts::card(&html! { (signed.say("setup-patients", &[])) }, &body)
}

/// The form that names them.
pub(crate) async fn form(signed: Signed, number: Number<TargetId>) -> Result<Page, PageFailed> {
    let target = found(&signed, of(number)?).await?;
    let path = path(&target.id);
    let act = Act {
        title: "setup-patients-name",
        about: &target.name,
        risk: "setup-patients-risk",
        to: &format!("{path}/patients"),
        back: &path,
    };
    let known = target.database.iter().flat_map(|known| &known.patients);
    let known: Vec<String> = known.map(PatientColumn::to_string).collect();
    let (label, hint) = ("setup-patients-columns", "setup-patients-columns-hint");
    let hint = signed.say(hint, &[]);
    let label = signed.say(label, &[]);
    let fields = html! {
        (parts::lines("columns", &label, Some(&hint), &known.join("\n"), false))
    };
    Ok(act.page(&signed, &fields).await)
}

/// Names them.
pub(crate) async fn name(
    signed: Signed,
    number: Number<TargetId>,
    posted: Posted,
) -> Result<Response, PageFailed> {
    let target = of(number)?;
    signed.fresh(&posted).await?;
    let path = path(&target);
    let typed = filled_lines(posted.text("columns"));
    let columns: Result<Vec<PatientColumn>, _> = typed.map(str::parse).collect();
    let columns = columns.map_err(|_| Failed::field("columns"))?;
    let form = NamePatientColumns { columns };
    read(api::name_patients(signed.asker.clone(), Of(target), Form(form)).await)?;
    Ok(done(&path, "done-changed"))
}
