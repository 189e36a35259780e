//! Decoys (おとり): what no honest visit uses. Only the hospital's people see this page.

use axum::extract::RawQuery;
use axum::response::Response;
use ids::TargetId;
use maud::html;
use wire::api::v1::{DecoyName, SetDecoy, Target};

use super::failed::PageFailed;
use super::page::{Page, done};
use super::parts;
use super::posted::Posted;
use super::registry::{Act, choice, of_the_hospital, read};
use super::signed::Signed;
use crate::answer::Failed;
use crate::api::{decoys as api, targets};
use crate::body::Form;

/// Where they stand.
const HERE: &str = "/decoys";

/// What stands before the choice of something that is a decoy already.
const NO_MORE: &str = "no-more ";

/// The choice that takes its name from the field below.
const ACCOUNT: &str = "account";

/// The decoys, and what they are good for.
pub(crate) async fn show(signed: Signed, RawQuery(query): RawQuery) -> Result<Page, PageFailed> {
    of_the_hospital(&signed)?;
    let known = read(api::list(signed.asker.clone()).await)?.decoys;
    let targets = read(targets::list(signed.asker.clone()).await)?;
    let word = |id: &str| signed.say(id, &[]);
    let title = word("decoys");
    let main = html! {
        h1 { (title) }
        p.lead { (word("decoys-lead")) }
        @if known.is_empty() { (parts::empty(&word("decoys-none"))) }
        ul { @for decoy in &known { li { (said(&signed, decoy, &targets)) } } }
        p.actions { a.button.primary href=(format!("{HERE}/set")) { (word("decoys-set")) } }
        h2 { (word("decoys-how")) }
        p { (word("decoys-how-target")) }
        p { (word("decoys-how-account")) }
    };
    let page = Page::new(&signed, &title).await;
    Ok(page.after(query.as_deref()).main(main))
}

fn name_of(id: &TargetId, targets: &[Target]) -> String {
    let known = targets.iter().find(|target| target.id == *id);
    known.map_or_else(|| id.to_string(), |target| target.name.clone())
}

fn said(signed: &Signed, decoy: &DecoyName, targets: &[Target]) -> String {
    match decoy {
        DecoyName::Target(id) => signed.say("decoys-target", &[("name", &name_of(id, targets))]),
        DecoyName::Account(name) => signed.say("decoys-account", &[("name", name)]),
    }
}

/// The form that makes something a decoy, or no decoy any more.
pub(crate) async fn form(signed: Signed) -> Result<Page, PageFailed> {
    of_the_hospital(&signed)?;
    let known = read(api::list(signed.asker.clone()).await)?.decoys;
    let targets = read(targets::list(signed.asker.clone()).await)?;
    let word = |id: &str| signed.say(id, &[]);
    let mut options = vec![(ACCOUNT.to_owned(), word("decoys-set-account"))];
    for target in &targets {
        if !known.contains(&DecoyName::Target(target.id.clone())) {
            let said = signed.say("decoys-set-target", &[("name", &target.name)]);
            options.push((target.id.to_string(), said));
        }
    }
    for decoy in &known {
        let what = match decoy {
            DecoyName::Target(id) => id.to_string(),
            DecoyName::Account(name) => format!("{ACCOUNT} {name}"),
        };
        let is = said(&signed, decoy, &targets);
        let said = signed.say("decoys-no-more", &[("decoy", &is)]);
        options.push((format!("{NO_MORE}{what}"), said));
    }
    let fields = html! {
        (choice("what", &word("decoys-what"), None, &options, ACCOUNT))
        (parts::line("name", &word("decoys-name"), Some(&word("decoys-name-hint")), "", false))
    };
    let act = Act {
        title: "decoys-set",
        about: "",
        risk: "decoys-risk",
        to: &format!("{HERE}/set"),
        back: HERE,
    };
    Ok(act.page(&signed, &fields).await)
}

/// Sets it.
pub(crate) async fn set(signed: Signed, posted: Posted) -> Result<Response, PageFailed> {
    signed.fresh(&posted).await?;
    let what = posted.text("what");
    let (what, set) = match what.strip_prefix(NO_MORE) {
        Some(what) => (what, false),
        None => (what, true),
    };
    let decoy = if what == ACCOUNT {
        DecoyName::Account(posted.text("name").trim().to_owned())
    } else if let Some(name) = what.strip_prefix(ACCOUNT) {
        DecoyName::Account(name.trim().to_owned())
    } else {
        DecoyName::Target(what.parse().map_err(|_| Failed::field("what"))?)
    };
    let form = SetDecoy { decoy, set };
    read(api::set(signed.asker.clone(), Form(form)).await)?;
    Ok(done(HERE, "done-changed"))
}
