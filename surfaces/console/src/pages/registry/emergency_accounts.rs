//! Emergency accounts: which there are, how their envelopes stand, and the forms for all but the printing.

use axum::extract::RawQuery;
use axum::response::Response;
use ids::TargetId;
use maud::{Markup, html};
use wire::api::v1::{
    EmergencyAccountShown, EmergencyAccounts, EmergencyTerms, EnvelopeSeen, EnvelopeShown,
    EnvelopeStanding, SeeEnvelope, SetEmergencyAccount,
};

use super::super::failed::PageFailed;
use super::super::page::{Page, done};
use super::super::parts::{self, Tone};
use super::super::posted::Posted;
use super::super::signed::Signed;
use super::targets::{found, path};
use super::{Act, Number, choice, of, of_the_hospital, read, row};
use crate::answer::Failed;
use crate::api::emergency_accounts as api;
use crate::body::{Form, Nothing, Of};

/// Where the list stands.
pub(super) const LIST: &str = "/emergency-accounts";

/// How many days pass between two looks, unless the hospital says otherwise.
const USUAL_DAYS: u16 = 365;

/// The list.
pub(crate) async fn list(signed: Signed, RawQuery(query): RawQuery) -> Result<Page, PageFailed> {
    of_the_hospital(&signed)?;
    let known = read(api::list(signed.asker.clone()).await)?;
    let title = signed.say("emergency-accounts", &[]);
    let main = html! {
        h1 { (title) }
        p.lead { (signed.say("emergency-accounts-lead", &[])) }
        @if known.accounts.is_empty() { (parts::empty(&signed.say("emergency-accounts-none", &[]))) }
        @for account in &known.accounts { (card(&signed, account)) }
        (others(&signed, &known))
    };
    let page = Page::new(&signed, &title).await;
    Ok(page.after(query.as_deref()).main(main))
}

fn card(signed: &Signed, account: &EmergencyAccountShown) -> Markup {
    let path = path(&account.target);
    let heading = html! { a href=(path) { (account.name) } " (" code { (account.account) } ")" };
    let tone = match account.standing {
        EnvelopeStanding::Sealed => Tone::Good,
        EnvelopeStanding::Used | EnvelopeStanding::Void => Tone::Bad,
        EnvelopeStanding::NotOrdered
        | EnvelopeStanding::BeingMade
        | EnvelopeStanding::AwaitingPrint
        | EnvelopeStanding::LookDue => Tone::Look,
    };
    let to = |to: &str, id: &str| html! { a.button href=(format!("{path}/{to}")) { (signed.say(id, &[])) } " " };
    let printed = matches!(
        account.standing,
        EnvelopeStanding::Sealed | EnvelopeStanding::LookDue
    );
    let body = html! {
        (parts::notice(tone, &html! { p { (signed.say(account.standing.sentence(), &[])) } }))
        @if let Some(envelope) = &account.envelope { (facts(signed, envelope)) }
        p { (account.terms.instructions) }
        p.actions {
            @if account.standing == EnvelopeStanding::AwaitingPrint { (to("envelope/print", "envelope-print")) }
            @if printed { (to("envelope/seen", "envelope-see")) }
            @if account.standing != EnvelopeStanding::BeingMade || account.envelope.is_some() {
                (to("envelope/order", "envelope-order"))
            }
            (to("emergency-account", "emergency-account-set"))
        }
    };
    parts::card(&heading, &body)
}

fn facts(signed: &Signed, envelope: &EnvelopeShown) -> Markup {
    let by = |at: ids::Timestamp, by: &str| html! { (signed.time(at)) " " (by) };
    let mut rows = vec![
        row(signed, "envelope-number", envelope.number.to_string()),
        row(
            signed,
            "envelope-ordered-at",
            by(envelope.ordered, &envelope.ordered_by),
        ),
    ];
    if let (Some(at), Some(who)) = (envelope.printed, &envelope.printed_by) {
        rows.push(row(signed, "envelope-printed-at", by(at, who)));
    }
    if let Some(at) = envelope.looked {
        rows.push(row(signed, "envelope-looked-at", signed.time(at)));
    }
    html! {
        (parts::facts(&rows))
        @if let Some(used) = &envelope.used {
            (parts::notice(Tone::Bad, &html! {
                p { (signed.say(used.found.sentence(), &[])) " " (signed.time(used.at)) " " (used.by) }
                @if let Some(why) = &used.why { p { (why) } }
            }))
        }
    }
}

/// Accounts that could be kept for emergencies, too.
fn others(signed: &Signed, known: &EmergencyAccounts) -> Markup {
    let list = html! {
        @if known.possible.is_empty() { p { (signed.say("emergency-accounts-none-possible", &[])) } }
        ul {
            @for one in &known.possible {
                li {
                    a href=(format!("{}/emergency-account", path(&one.target))) { (one.name) }
                    " (" code { (one.account) } ")"
                }
            }
        }
    };
    let how = html! { p { (signed.say("emergency-accounts-how", &[])) } (list) };
    parts::card(&html! { (signed.say("emergency-accounts-add", &[])) }, &how)
}

/// The account of this target, if it is kept for emergencies.
pub(super) async fn kept(
    signed: &Signed,
    target: &TargetId,
) -> Result<Option<EmergencyAccountShown>, PageFailed> {
    let known = read(api::list(signed.asker.clone()).await)?;
    let mut accounts = known.accounts.into_iter();
    Ok(accounts.find(|account| account.target == *target))
}

/// The form that keeps an account for emergencies.
pub(crate) async fn form(signed: Signed, number: Number<TargetId>) -> Result<Page, PageFailed> {
    let target = found(&signed, of(number)?).await?;
    let known = kept(&signed, &target.id).await?;
    let terms = known.map(|account| account.terms);
    let days = terms
        .as_ref()
        .map_or(USUAL_DAYS, |terms| terms.look_every_days);
    let instructions = terms
        .as_ref()
        .map_or("", |terms| terms.instructions.as_str());
    let word = |id| signed.say(id, &[]);
    let fields = html! {
        (parts::line("instructions", &word("emergency-account-instructions"),
            Some(&word("emergency-account-instructions-hint")), instructions, false))
        (parts::line("days", &word("emergency-account-days"), None, &days.to_string(), true))
        @if terms.is_some() {
            (parts::tick("off", "yes", &word("emergency-account-off"), false))
        }
    };
    let act = Act {
        title: "emergency-account-set",
        about: &target.name,
        risk: "emergency-account-risk",
        to: &format!("{}/emergency-account", path(&target.id)),
        back: LIST,
    };
    Ok(act.page(&signed, &fields).await)
}

/// Keeps it for emergencies, or no more.
pub(crate) async fn set(
    signed: Signed,
    number: Number<TargetId>,
    posted: Posted,
) -> Result<Response, PageFailed> {
    let target = of(number)?;
    signed.fresh(&posted).await?;
    let terms = if posted.checked("off") {
        None
    } else {
        let days = posted.text("days").trim().parse();
        Some(EmergencyTerms {
            instructions: posted.text("instructions").trim().to_owned(),
            look_every_days: days.map_err(|_| Failed::field("days"))?,
        })
    };
    let form = SetEmergencyAccount { terms };
    read(api::set(signed.asker.clone(), Of(target), Form(form)).await)?;
    Ok(done(LIST, "done-changed"))
}

/// The form that orders an envelope.
pub(crate) async fn order_form(
    signed: Signed,
    number: Number<TargetId>,
) -> Result<Page, PageFailed> {
    let target = found(&signed, of(number)?).await?;
    let act = Act {
        title: "envelope-order",
        about: &target.name,
        risk: "envelope-order-risk",
        to: &format!("{}/envelope/order", path(&target.id)),
        back: LIST,
    };
    Ok(act.page(&signed, &html! {}).await)
}

/// Orders it.
pub(crate) async fn order(
    signed: Signed,
    number: Number<TargetId>,
    posted: Posted,
) -> Result<Response, PageFailed> {
    let target = of(number)?;
    signed.fresh(&posted).await?;
    read(api::order(signed.asker.clone(), Of(target), Nothing).await)?;
    Ok(done(LIST, "done-envelope-ordered"))
}

/// The form that says what was seen of an envelope.
pub(crate) async fn see_form(signed: Signed, number: Number<TargetId>) -> Result<Page, PageFailed> {
    let target = found(&signed, of(number)?).await?;
    let envelope = kept(&signed, &target.id)
        .await?
        .and_then(|account| account.envelope);
    let word = |id| signed.say(id, &[]);
    let options = [
        ("sealed", "envelope-see-sealed"),
        ("opened", "envelope-see-opened"),
        ("missing", "envelope-see-missing"),
    ];
    let options = options.map(|(value, id)| (value.to_owned(), word(id)));
    let fields = html! {
        @if let Some(envelope) = &envelope {
            input type="hidden" name="number" value=(envelope.number);
            (parts::facts(&[row(&signed, "envelope-number", envelope.number.to_string())]))
        }
        (choice("found", &word("envelope-see-what"), None, &options, "sealed"))
        (parts::line("why", &word("envelope-see-why"), Some(&word("envelope-see-why-hint")), "", false))
    };
    let act = Act {
        title: "envelope-see",
        about: &target.name,
        risk: "envelope-see-risk",
        to: &format!("{}/envelope/seen", path(&target.id)),
        back: LIST,
    };
    Ok(act.page(&signed, &fields).await)
}

/// Enters it.
pub(crate) async fn see(
    signed: Signed,
    number: Number<TargetId>,
    posted: Posted,
) -> Result<Response, PageFailed> {
    let target = of(number)?;
    signed.fresh(&posted).await?;
    let found = match posted.text("found") {
        "sealed" => EnvelopeSeen::Sealed,
        "opened" => EnvelopeSeen::Opened,
        "missing" => EnvelopeSeen::Missing,
        _ => return Err(Failed::field("found").into()),
    };
    let why = posted.text("why").trim().to_owned();
    let told = found != EnvelopeSeen::Sealed;
    if told && why.is_empty() {
        return Err(Failed::field("why").into());
    }
    let form = SeeEnvelope {
        number: posted
            .text("number")
            .parse()
            .map_err(|_| Failed::field("number"))?,
        found,
        why: told.then_some(why),
    };
    read(api::see(signed.asker.clone(), Of(target), Form(form)).await)?;
    Ok(done(LIST, "done-envelope-seen"))
}
