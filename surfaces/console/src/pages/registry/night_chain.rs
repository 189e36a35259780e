//! Who is asked at night, in which order.

use axum::extract::RawQuery;
use axum::response::Response;
use ids::{NonEmpty, PersonId};
use maud::{Markup, html};
use wire::api::v1::{ChainLink, Employer, Person, Role, SetNightChain};

use super::super::failed::PageFailed;
use super::super::page::{Page, done};
use super::super::parts;
use super::super::posted::Posted;
use super::super::signed::Signed;
use super::{Act, choice, of_the_hospital, read};
use crate::answer::Failed;
use crate::api::{people, site as api};
use crate::body::Form;

/// Places on the form: more than a hospital has people who are woken.
const PLACES: usize = 6;

/// The chain as it stands, and the form that replaces it.
pub(crate) async fn show(signed: Signed, RawQuery(query): RawQuery) -> Result<Page, PageFailed> {
    of_the_hospital(&signed)?;
    let chain = read(api::night_chain(signed.asker.clone()).await)?;
    let persons = read(people::list(signed.asker.clone()).await)?;
    let people = approvers(&signed, &persons);
    let fields = html! {
        p { (signed.say("setup-night-chain-why", &[])) }
        @for place in 0..PLACES { (link(&signed, &people, place, chain.get(place))) }
    };
    let act = Act {
        title: "task-night-chain",
        about: "",
        risk: "setup-night-chain-risk",
        to: "/night-chain",
        back: "/setup",
    };
    Ok(act.page(&signed, &fields).await.after(query.as_deref()))
}

fn approvers(signed: &Signed, persons: &[Person]) -> Vec<(String, String)> {
    let nobody = (String::new(), signed.say("setup-nobody", &[]));
    let able = persons.iter().filter(|person| {
        person.employer == Employer::Hospital
            && person.roles.contains(&Role::Approver)
            && !person.suspended
            && !person.erased
    });
    let able = able.map(|person| {
        let name = person.name.clone().unwrap_or_else(|| person.id.to_string());
        (person.id.number().to_string(), name)
    });
    std::iter::once(nobody).chain(able).collect()
}

fn link(
    signed: &Signed,
    people: &[(String, String)],
    place: usize,
    link: Option<&ChainLink>,
) -> Markup {
    let number = (place + 1).to_string();
    let chosen = link
        .map(|link| link.person.number().to_string())
        .unwrap_or_default();
    let minutes = link
        .map(|link| link.after_minutes.to_string())
        .unwrap_or_default();
    let nth = |id: &str| signed.say(id, &[("number", &number)]);
    html! {
        div.pair {
            (choice(&format!("person-{number}"), &nth("setup-night-person"), None, people, &chosen))
            (parts::line(&format!("after-{number}"), &nth("setup-night-after"), None, &minutes, false))
        }
    }
}

/// Replaces it.
pub(crate) async fn set(signed: Signed, posted: Posted) -> Result<Response, PageFailed> {
    signed.fresh(&posted).await?;
    let mut chain = Vec::new();
    for place in 1..=PLACES {
        let person = format!("person-{place}");
        let after = format!("after-{place}");
        let Some(number) = posted.some(&person) else {
            continue;
        };
        let number = number.parse().map_err(|_| Failed::field(person.as_str()))?;
        let minutes = posted.some(&after).unwrap_or("0");
        chain.push(ChainLink {
            person: PersonId::new(signed.asker.engine.id(), number),
            after_minutes: minutes.parse().map_err(|_| Failed::field(after.as_str()))?,
        });
    }
    let chain = NonEmpty::from_vec(chain).map_err(|_| Failed::field("person-1"))?;
    let form = Form(SetNightChain { chain });
    read(api::set_night_chain(signed.asker.clone(), form).await)?;
    Ok(done("/night-chain", "done-changed"))
}
