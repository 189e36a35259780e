//! Inviting people, and what is handed to them: shown once.

use axum::extract::RawQuery;
use axum::response::Response;
use ids::{InvitationId, NonEmpty, PersonId, VendorId};
use maud::{Markup, html};
use wire::api::v1::{Employer, Invitation, Invite, InviteTo, Invited, Role, Vendor};

use super::super::failed::PageFailed;
use super::super::page::{Page, done};
use super::super::parts::{self, Tone};
use super::super::posted::Posted;
use super::super::qr;
use super::super::signed::Signed;
use super::{Act, Number, choice, forms, of, of_the_hospital, persons, read};
use crate::answer::Failed;
use crate::api::{people as api, vendors};
use crate::body::{Form, Nothing, Of};

/// The roles that the hospital gives its own people.
const ROLES: [(&str, Role); 3] = [
    ("approver", Role::Approver),
    ("operator", Role::Operator),
    ("inspector", Role::Inspector),
];

/// The invitations that are open, each to be taken back.
pub(super) fn open(signed: &Signed, open: &[Invitation]) -> Markup {
    if open.is_empty() {
        return html! {};
    }
    html! {
        section.card {
            h2 { (signed.say("setup-invitations", &[])) }
            @for invitation in open {
                form.line method="post" action=(format!("/invitations/{}/withdraw", invitation.id.number())) {
                    p {
                        (invitation.id.to_string()) " — "
                        (signed.say("setup-until", &[])) " " (signed.time(invitation.until))
                        @if invitation.factors { " " (parts::tag(Tone::Look, &signed.say("setup-factors-missing", &[]))) }
                    }
                    button type="submit" { (signed.say("setup-withdraw", &[])) }
                }
            }
        }
    }
}

/// Takes one back, at once.
pub(crate) async fn withdraw(
    signed: Signed,
    number: Number<InvitationId>,
    _: Posted,
) -> Result<Response, PageFailed> {
    let invitation = of(number)?;
    read(api::withdraw_invitation(signed.asker.clone(), Of(invitation), Nothing).await)?;
    Ok(done("/persons", "done-withdrawn"))
}

/// The form of a new one.
pub(crate) async fn new(signed: Signed, RawQuery(query): RawQuery) -> Result<Page, PageFailed> {
    of_the_hospital(&signed)?;
    let vendors = read(vendors::list(signed.asker.clone()).await)?;
    let chosen = query
        .as_deref()
        .and_then(|query| query.strip_prefix("vendor="));
    let vendor = chosen.and_then(|number| {
        let mut standing = vendors.iter().filter(|vendor| !vendor.suspended);
        standing.find(|vendor| vendor.id.number().to_string() == number)
    });
    let (act, fields) = match vendor {
        Some(vendor) => {
            let fields = html! { input type="hidden" name="employer" value=(vendor.id.number()); };
            (engineers(&vendor.name), fields)
        }
        None => (anybodys(), employer_and_roles(&signed, &vendors)),
    };
    Ok(act.page(&signed, &fields).await)
}

/// An engineer of this vendor has one role, which needs no asking.
fn engineers(vendor: &str) -> Act<'_> {
    Act {
        title: "setup-engineer-invite",
        about: vendor,
        risk: "setup-engineer-invite-risk",
        to: "/persons/new",
        back: "/vendors",
    }
}

fn anybodys() -> Act<'static> {
    Act {
        title: "setup-person-invite",
        about: "",
        risk: "setup-person-invite-risk",
        to: "/persons/new",
        back: "/persons",
    }
}

fn employer_and_roles(signed: &Signed, vendors: &[Vendor]) -> Markup {
    let boxes = ROLES.map(|(value, role)| {
        (
            value.to_owned(),
            signed.say(persons::role_id(role), &[]),
            false,
        )
    });
    html! {
        (choice("employer", &signed.say("setup-employer", &[]), Some(&signed.say("setup-employer-hint", &[])), &employers(signed, vendors), "hospital"))
        (forms::ticks(&signed.say("setup-roles-of-the-hospital", &[]), "role", &boxes))
        p.hint { (signed.say("setup-roles-hint", &[])) }
    }
}

fn employers(signed: &Signed, vendors: &[Vendor]) -> Vec<(String, String)> {
    let own = [
        ("hospital".to_owned(), signed.say("employer-hospital", &[])),
        (
            "custodian".to_owned(),
            signed.say("employer-custodian", &[]),
        ),
    ];
    let standing = vendors.iter().filter(|vendor| !vendor.suspended);
    let theirs = standing.map(|vendor| (vendor.id.number().to_string(), vendor.name.clone()));
    own.into_iter().chain(theirs).collect()
}

/// Makes one.
pub(crate) async fn invite(signed: Signed, posted: Posted) -> Result<Page, PageFailed> {
    signed.fresh(&posted).await?;
    let purpose = purpose(&signed, &posted)?;
    made(&signed, purpose, "/persons").await
}

/// A vendor's people are engineers, a custodian reads; the hospital's have the roles that were ticked.
fn purpose(signed: &Signed, posted: &Posted) -> Result<InviteTo, Failed> {
    let (employer, roles) = match posted.text("employer") {
        "hospital" => {
            let ticked = |name: &str| posted.all("role").any(|role| role == name);
            let roles = ROLES.into_iter().filter(|(name, _)| ticked(name));
            let roles: Vec<Role> = roles.map(|(_, role)| role).collect();
            let roles = NonEmpty::from_vec(roles).map_err(|_| Failed::field("role"))?;
            (Employer::Hospital, roles)
        }
        "custodian" => (Employer::Custodian, NonEmpty::one(Role::Inspector)),
        number => {
            let number = number.parse().map_err(|_| Failed::field("employer"))?;
            let vendor = VendorId::new(signed.asker.engine.id(), number);
            (Employer::Vendor(vendor), NonEmpty::one(Role::Engineer))
        }
    };
    Ok(InviteTo::Person { employer, roles })
}

/// Invites an engineer to one more device.
pub(crate) async fn device(
    signed: Signed,
    number: Number<PersonId>,
    posted: Posted,
) -> Result<Page, PageFailed> {
    let person = of(number)?;
    signed.fresh(&posted).await?;
    let back = format!("/persons/{}", person.number());
    made(&signed, InviteTo::Device { person }, &back).await
}

async fn made(signed: &Signed, purpose: InviteTo, back: &str) -> Result<Page, PageFailed> {
    let form = Invite {
        purpose,
        for_minutes: None,
    };
    let invited = read(api::invite(signed.asker.clone(), Form(form)).await)?;
    Ok(shown(signed, &invited, back).await)
}

/// The invitation itself: to be mailed, printed, or shown to the camera of a telephone. It is kept nowhere.
pub(super) async fn shown(signed: &Signed, invited: &Invited, back: &str) -> Page {
    let title = signed.say("setup-invited", &[]);
    let link = invited.link.reveal();
    let main = html! {
        h1 { (title) }
        (parts::notice(Tone::Look, &html! { p { (signed.say("setup-invited-once", &[])) } }))
        p { (signed.say("setup-until", &[])) " " (signed.time(invited.until)) }
        div.field {
            label for="link" { (signed.say("setup-invited-link", &[])) }
            textarea #link.secret readonly rows="5" spellcheck="false" { (link) }
            p.hint { (signed.say("setup-invited-link-hint", &[])) }
        }
        (qr::drawn(link, &signed.say("setup-invited-qr", &[])))
        details {
            summary { (signed.say("setup-invited-program", &[])) }
            div.field {
                label for="text" { (signed.say("setup-invited-text", &[])) }
                textarea #text.secret readonly rows="5" spellcheck="false" { (invited.text.reveal()) }
                p.hint { (signed.say("setup-invited-text-hint", &[])) }
            }
        }
        p.actions {
            button type="button" data-print { (signed.say("setup-print", &[])) }
            " "
            a.button href=(back) { (signed.say("setup-handed-over", &[])) }
        }
    };
    Page::new(signed, &title).await.main(main)
}
