//! People: who they are, what they may, and taking that away or back.

use axum::extract::RawQuery;
use axum::response::Response;
use ids::PersonId;
use maud::{Markup, html};
use wire::api::v1::{Employer, Limit, Person, Role, Suspend, Vendor};

use super::super::failed::PageFailed;
use super::super::page::{Page, done};
use super::super::parts::{self, Tone};
use super::super::posted::Posted;
use super::super::signed::Signed;
use super::{
    Act, Number, forms, invitations, of, of_the_hospital, or_dash, read, row, standing, the,
};
use crate::answer::Failed;
use crate::api::{people as api, vendors};
use crate::body::{Form, Nothing, Of};

/// Everybody, and the invitations that are open.
pub(crate) async fn list(signed: Signed, RawQuery(query): RawQuery) -> Result<Page, PageFailed> {
    of_the_hospital(&signed)?;
    let persons = read(api::list(signed.asker.clone()).await)?;
    let vendors = read(vendors::list(signed.asker.clone()).await)?;
    let open = read(api::invitations(signed.asker.clone()).await)?;
    let title = signed.say("setup-persons", &[]);
    let main = html! {
        h1 { (title) }
        p { (signed.say("setup-persons-why", &[])) }
        p { a.button href="/persons/new" { (signed.say("setup-person-invite", &[])) } }
        (invitations::open(&signed, &open))
        @for person in &persons { (card(&signed, person, &vendors)) }
    };
    Ok(Page::new(&signed, &title)
        .await
        .after(query.as_deref())
        .main(main))
}

fn card(signed: &Signed, person: &Person, vendors: &[Vendor]) -> Markup {
    let heading = html! {
        a href=(path(&person.id)) { (name(person)) } " " (state(signed, person))
    };
    parts::card(&heading, &facts(signed, person, vendors))
}

/// Their name, or their id where it was erased.
fn name(person: &Person) -> String {
    person.name.clone().unwrap_or_else(|| person.id.to_string())
}

fn state(signed: &Signed, person: &Person) -> Markup {
    if person.erased {
        return parts::tag(Tone::Plain, &signed.say("setup-erased", &[]));
    }
    html! {
        (standing(signed, person.suspended))
        @if person.factors_missing {
            " " (parts::tag(Tone::Look, &signed.say("setup-factors-missing", &[])))
        }
    }
}

fn facts(signed: &Signed, person: &Person, vendors: &[Vendor]) -> Markup {
    let roles: Vec<String> = person
        .roles
        .iter()
        .map(|role| signed.say(role_id(*role), &[]))
        .collect();
    let mut rows = vec![
        row(
            signed,
            "setup-employer",
            employer(signed, &person.employer, vendors),
        ),
        row(signed, "setup-roles", roles.join("、")),
        row(signed, "setup-contact", or_dash(person.contact.as_deref())),
        row(
            signed,
            "setup-devices-count",
            person.devices.len().to_string(),
        ),
    ];
    if person.roles.as_slice() == [Role::Inspector] {
        rows.push(row(
            signed,
            "console-inspector-until",
            until(signed, person),
        ));
    }
    parts::facts(&rows)
}

/// Until when an inspector looks; one who was invited before there was an end has none.
fn until(signed: &Signed, person: &Person) -> Markup {
    match person.until {
        Some(at) => signed.time(at),
        None => parts::tag(Tone::Look, &signed.say("console-inspector-endless", &[])),
    }
}

fn employer(signed: &Signed, employer: &Employer, vendors: &[Vendor]) -> String {
    match employer {
        Employer::Hospital => signed.say("employer-hospital", &[]),
        Employer::Custodian => signed.say("employer-custodian", &[]),
        Employer::Vendor(id) => {
            let known = vendors.iter().find(|vendor| vendor.id == *id);
            known.map_or_else(|| id.to_string(), |vendor| vendor.name.clone())
        }
    }
}

/// The word for a role.
pub(super) fn role_id(role: Role) -> &'static str {
    match role {
        Role::Engineer => "role-engineer",
        Role::Approver => "role-approver",
        Role::Operator => "role-operator",
        Role::Inspector => "role-inspector",
    }
}

fn path(person: &PersonId) -> String {
    format!("/persons/{}", person.number())
}

/// One of them.
pub(crate) async fn show(
    signed: Signed,
    number: Number<PersonId>,
    RawQuery(query): RawQuery,
) -> Result<Page, PageFailed> {
    let person = found(&signed, of(number)?).await?;
    let vendors = read(vendors::list(signed.asker.clone()).await)?;
    let path = path(&person.id);
    let engineer = person.roles.contains(&Role::Engineer);
    let inspector = person.roles.as_slice() == [Role::Inspector];
    let act = |to: &str, id: &str| {
        html! { li { a.button href=(format!("{path}/{to}")) { (signed.say(id, &[])) } } }
    };
    let main = html! {
        h1 { (name(&person)) " " (state(&signed, &person)) }
        (facts(&signed, &person, &vendors))
        @if !person.erased {
            ul.acts {
                @if person.suspended { (act("resume", "setup-resume")) } @else {
                    (act("reset", "setup-factors-reset"))
                    @if engineer { (act("device", "setup-device-invite")) }
                    @if inspector { (act("limit", "console-inspector-limit")) }
                }
                (act("erase", "setup-erase"))
            }
            @if !person.suspended {
                (forms::suspending(&signed, &format!("{path}/suspend"), "setup-person-suspend-what"))
            }
        }
        p { a href="/persons" { (signed.say("setup-persons", &[])) } }
    };
    Ok(Page::new(&signed, &name(&person))
        .await
        .after(query.as_deref())
        .main(main))
}

async fn found(signed: &Signed, id: PersonId) -> Result<Person, PageFailed> {
    of_the_hospital(signed)?;
    let persons = read(api::list(signed.asker.clone()).await)?;
    the(persons, |person| person.id == id)
}

/// A page with one act about a person.
async fn act(
    signed: &Signed,
    number: Number<PersonId>,
    (to, title, risk): (&str, &str, &str),
) -> Result<Page, PageFailed> {
    let person = found(signed, of(number)?).await?;
    let path = path(&person.id);
    let act = Act {
        title,
        about: &name(&person),
        risk,
        to: &format!("{path}/{to}"),
        back: &path,
    };
    Ok(act.page(signed, &html! {}).await)
}

/// Suspends somebody, at once.
pub(crate) async fn suspend(
    signed: Signed,
    number: Number<PersonId>,
    posted: Posted,
) -> Result<Response, PageFailed> {
    let person = of(number)?;
    let path = path(&person);
    let reason = posted.text("reason").to_owned();
    let form = Form(Suspend { reason });
    read(api::suspend(signed.asker.clone(), Of(person), form).await)?;
    Ok(done(&path, "done-suspended"))
}

/// The form that lets somebody act again.
pub(crate) async fn resume_form(
    signed: Signed,
    number: Number<PersonId>,
) -> Result<Page, PageFailed> {
    act(
        &signed,
        number,
        ("resume", "setup-resume", "setup-person-resume-risk"),
    )
    .await
}

/// Lets them act again.
pub(crate) async fn resume(
    signed: Signed,
    number: Number<PersonId>,
    posted: Posted,
) -> Result<Response, PageFailed> {
    let person = of(number)?;
    signed.fresh(&posted).await?;
    let path = path(&person);
    read(api::resume(signed.asker.clone(), Of(person), Nothing).await)?;
    Ok(done(&path, "done-resumed"))
}

/// The form that voids somebody's factors.
pub(crate) async fn reset_form(
    signed: Signed,
    number: Number<PersonId>,
) -> Result<Page, PageFailed> {
    act(
        &signed,
        number,
        ("reset", "setup-factors-reset", "setup-factors-reset-risk"),
    )
    .await
}

/// Voids them, and shows the invitation to new ones.
pub(crate) async fn reset(
    signed: Signed,
    number: Number<PersonId>,
    posted: Posted,
) -> Result<Page, PageFailed> {
    let person = of(number)?;
    signed.fresh(&posted).await?;
    let path = path(&person);
    let invited = read(api::reset(signed.asker.clone(), Of(person), Nothing).await)?;
    Ok(invitations::shown(&signed, &invited, &path).await)
}

/// The form that sets until when an inspector looks.
pub(crate) async fn limit_form(
    signed: Signed,
    number: Number<PersonId>,
) -> Result<Page, PageFailed> {
    let person = found(&signed, of(number)?).await?;
    let path = path(&person.id);
    let fields = html! {
        p { (signed.say("console-inspector-until", &[])) ": " (until(&signed, &person)) }
        label for="limit-until" { (signed.say("console-inspector-last-day", &[])) }
        input #limit-until type="date" name="until" required;
    };
    let act = Act {
        title: "console-inspector-limit",
        about: &name(&person),
        risk: "console-inspector-limit-risk",
        to: &format!("{path}/limit"),
        back: &path,
    };
    Ok(act.page(&signed, &fields).await)
}

/// Sets it, to the end of that day.
pub(crate) async fn limit(
    signed: Signed,
    number: Number<PersonId>,
    posted: Posted,
) -> Result<Response, PageFailed> {
    let person = of(number)?;
    signed.fresh(&posted).await?;
    let path = path(&person);
    let until = forms::end_of_day(posted.text("until")).ok_or_else(|| Failed::field("until"))?;
    let form = Form(Limit { until });
    read(api::limit(signed.asker.clone(), Of(person), form).await)?;
    Ok(done(&path, "done-inspector-limited"))
}

/// The form that erases somebody's name and contact.
pub(crate) async fn erase_form(
    signed: Signed,
    number: Number<PersonId>,
) -> Result<Page, PageFailed> {
    act(
        &signed,
        number,
        ("erase", "setup-erase", "setup-erase-risk"),
    )
    .await
}

/// Erases them.
pub(crate) async fn erase(
    signed: Signed,
    number: Number<PersonId>,
    posted: Posted,
) -> Result<Response, PageFailed> {
    let person = of(number)?;
    signed.fresh(&posted).await?;
    let path = path(&person);
    read(api::erase(signed.asker.clone(), Of(person), Nothing).await)?;
    Ok(done(&path, "done-erased"))
}

/// The form that invites an engineer to one more device.
pub(crate) async fn device_form(
    signed: Signed,
    number: Number<PersonId>,
) -> Result<Page, PageFailed> {
    act(
        &signed,
        number,
        ("device", "setup-device-invite", "setup-device-invite-risk"),
    )
    .await
}
