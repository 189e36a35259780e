//! Alerts: what happened, why it matters, what to do now; and the rules behind them.

use axum::extract::{Path, RawQuery};
use axum::response::Response;
use maud::{Markup, html};
use wire::api::v1::{
    AlertShown, AlertVerdict, AnswerRule, RuleAnswer, RuleShown, SettleAlert, SettledShown,
    SignShown,
};

use super::failed::PageFailed;
use super::page::{Page, done};
use super::parts::{self, Tone};
use super::posted::Posted;
use super::registry::{Act, choice, of_the_hospital, read, row, the};
use super::signed::Signed;
use crate::answer::Failed;
use crate::api::alerts as api;
use crate::body::Form;

/// Where the list stands.
const LIST: &str = "/alerts";

/// Where the rules stand.
const RULES: &str = "/rules";

/// What leaves a rule its own answer, in a form.
const USUAL: &str = "usual";

/// The list: what is open first.
pub(crate) async fn list(signed: Signed, RawQuery(query): RawQuery) -> Result<Page, PageFailed> {
    of_the_hospital(&signed)?;
    let known = read(api::list(signed.asker.clone()).await)?.alerts;
    let word = |id: &str| signed.say(id, &[]);
    let title = word("alerts");
    let open = || known.iter().filter(|alert| alert.settled.is_none());
    let settled = || known.iter().filter(|alert| alert.settled.is_some());
    let main = html! {
        h1 { (title) }
        p.lead { (word("alerts-lead")) " " a href=(RULES) { (word("rules")) } }
        @if open().next().is_none() { (parts::empty(&word("alerts-none"))) }
        @for alert in open() { (card(&signed, alert)) }
        @if settled().next().is_some() {
            h2 { (word("alerts-settled")) }
            @for alert in settled() { (card(&signed, alert)) }
        }
    };
    let page = Page::new(&signed, &title).await;
    Ok(page.after(query.as_deref()).main(main))
}

fn card(signed: &Signed, alert: &AlertShown) -> Markup {
    let word = |id: &str| signed.say(id, &[]);
    let number = alert.number.to_string();
    // Of several signs the last one's: the story has come that far.
    let advice = alert.signs.last().map(|sign| sign.advice.clone());
    let advice = advice.unwrap_or_default();
    let heading = html! {
        (signed.say("alert-number", &[("number", &number)])) " "
        @match (&alert.name, link(alert)) {
            (name, Some(to)) => a href=(to) { (name.as_deref().or(alert.about.as_deref()).unwrap_or_default()) },
            (name, None) => (name.as_deref().or(alert.about.as_deref()).unwrap_or(&word("alert-about-site"))),
        }
    };
    let body = html! {
        @for sign in &alert.signs { (seen(signed, sign)) }
        @match &alert.settled {
            Some(settled) => (judged(signed, settled)),
            None => {
                p { (word("alert-do")) }
                ol { @for advice in &advice { li { (word(&format!("advice-{advice}"))) } } }
                p.actions {
                    a.button.primary href=(format!("{LIST}/{number}/settle")) { (word("alert-settle")) } " "
                    @if let Some(session) = alert.signs.iter().find_map(|sign| sign.session.as_ref()) {
                        a.button href=(format!("/sessions/{}/watch", session.number())) { (word("alert-watch")) } " "
                    }
                    a.button.danger href="/isolate" { (word("alert-isolate")) }
                }
            },
        }
    };
    html! { div id=(format!("alert-{number}")) { (parts::card(&heading, &body)) } }
}

/// The page of what it is about.
fn link(alert: &AlertShown) -> Option<String> {
    let about = alert.about.as_deref()?;
    let (_, rest) = about.split_once('/')?;
    let (kind, number) = rest.rsplit_once('-')?;
    match kind {
        "visit" => Some(format!("/visits/{number}")),
        "target" => Some(format!("/setup/targets/{number}")),
        _ => None,
    }
}

fn seen(signed: &Signed, sign: &SignShown) -> Markup {
    let word = |id: String| signed.say(&id, &[]);
    let rule = &sign.rule;
    let tone = if sign.answer == RuleAnswer::Tell {
        Tone::Look
    } else {
        Tone::Bad
    };
    html! {
        (parts::notice(tone, &html! {
            p { strong { (word(format!("rule-{rule}"))) } }
            p { (word(format!("rule-{rule}-why"))) }
        }))
        p {
            (signed.time(sign.at)) " " (word(format!("rules-answered-{}", sign.answer.name()))) " "
            @if let (Some(session), Some(at)) = (&sign.session, sign.at_millis) {
                a href=(format!("/sessions/{}/replay#at={at}", session.number())) { (signed.say("alert-replay", &[])) }
            }
            @if let Some(entry) = sign.entry { (signed.say("alert-entry", &[("entry", &entry.to_string())])) }
        }
    }
}

fn judged(signed: &Signed, settled: &SettledShown) -> Markup {
    let verdict = signed.say(&format!("alert-verdict-{}", settled.verdict.name()), &[]);
    parts::facts(&[
        row(signed, "alert-verdict", verdict),
        row(
            signed,
            "alert-verdict-why",
            settled
                .why
                .clone()
                .unwrap_or_else(|| signed.say("chronology-erased", &[])),
        ),
        row(
            signed,
            "alert-verdict-by",
            html! { (settled.by) " " (signed.time(settled.at)) },
        ),
    ])
}

pub(super) fn numbered(number: &str) -> Result<u64, PageFailed> {
    Ok(number.parse().map_err(|_| Failed::NotFound)?)
}

/// The form that says what an alert was.
pub(crate) async fn settle_form(
    signed: Signed,
    Path(number): Path<String>,
) -> Result<Page, PageFailed> {
    of_the_hospital(&signed)?;
    let number = numbered(&number)?;
    let known = read(api::list(signed.asker.clone()).await)?.alerts;
    let alert = the(known, |alert| alert.number == number)?;
    let word = |id: &str| signed.say(id, &[]);
    let options = AlertVerdict::ALL.map(|verdict| {
        let name = verdict.name();
        (name.to_owned(), word(&format!("alert-verdict-{name}")))
    });
    let usual = AlertVerdict::Ordinary.name();
    let fields = html! {
        @for sign in &alert.signs { (seen(&signed, sign)) }
        (choice("verdict", &word("alert-verdict"), None, &options, usual))
        (parts::line("why", &word("alert-verdict-why"), Some(&word("alert-verdict-why-hint")), "", true))
    };
    let about = alert.name.clone().or(alert.about.clone());
    let act = Act {
        title: "alert-settle",
        about: &about.unwrap_or_else(|| word("alert-about-site")),
        risk: "alert-settle-risk",
        to: &format!("{LIST}/{number}/settle"),
        back: LIST,
    };
    Ok(act.page(&signed, &fields).await)
}

/// Says it.
pub(crate) async fn settle(
    signed: Signed,
    Path(number): Path<String>,
    posted: Posted,
) -> Result<Response, PageFailed> {
    let alert = numbered(&number)?;
    signed.fresh(&posted).await?;
    let verdict = posted.text("verdict");
    let verdict = AlertVerdict::ALL
        .into_iter()
        .find(|one| one.name() == verdict);
    let form = SettleAlert {
        alert,
        verdict: verdict.ok_or(Failed::field("verdict"))?,
        why: posted.text("why").trim().to_owned(),
    };
    read(api::settle(signed.asker.clone(), Form(form)).await)?;
    Ok(done(LIST, "done-changed"))
}

/// The rules: what each looks at, why, what it costs, what is done.
pub(crate) async fn rules(signed: Signed, RawQuery(query): RawQuery) -> Result<Page, PageFailed> {
    of_the_hospital(&signed)?;
    let known = read(api::rules(signed.asker.clone()).await)?.rules;
    let title = signed.say("rules", &[]);
    let main = html! {
        h1 { (title) }
        p.lead { (signed.say("rules-lead", &[])) }
        @for (number, rule) in (1..).zip(&known) { (explained(&signed, number, rule)) }
    };
    let page = Page::new(&signed, &title).await;
    Ok(page.after(query.as_deref()).main(main))
}

fn explained(signed: &Signed, number: u64, rule: &RuleShown) -> Markup {
    let name = &rule.name;
    let word = |id: String| signed.say(&id, &[]);
    let body = html! {
        p { (word(format!("rule-{name}-why"))) }
        (parts::facts(&[
            row(signed, "rules-cost", word(format!("rule-{name}-cost"))),
            row(signed, "rules-severity", word(format!("severity-{}", rule.severity))),
            row(signed, "rules-answer", word(format!("rule-answer-{}", rule.answer.name()))),
            row(signed, "rules-steps", steps(signed, rule)),
            row(signed, "rules-name", html! { code { (name) } }),
        ]))
        p.actions { a.button href=(format!("{RULES}/{number}")) { (signed.say("rules-choose", &[])) } }
    };
    parts::card(&html! { (word(format!("rule-{name}"))) }, &body)
}

/// The steps of the incidents that it answers.
fn steps(signed: &Signed, rule: &RuleShown) -> String {
    let said = rule.steps.iter().map(|step| {
        let incident = signed.say(&format!("incident-{}", step.incident), &[]);
        format!("{incident} {}", step.number)
    });
    said.collect::<Vec<_>>().join(", ")
}

/// A rule by its place in the list.
async fn rule(signed: &Signed, number: &str) -> Result<RuleShown, PageFailed> {
    let number = numbered(number)?;
    let known = read(api::rules(signed.asker.clone()).await)?.rules;
    let mut known = (1..).zip(known);
    let found = known.find(|(place, _)| *place == number);
    Ok(found.map(|(_, rule)| rule).ok_or(Failed::NotFound)?)
}

/// The form that chooses what is done for a rule.
pub(crate) async fn answer_form(
    signed: Signed,
    Path(number): Path<String>,
) -> Result<Page, PageFailed> {
    of_the_hospital(&signed)?;
    let rule = rule(&signed, &number).await?;
    let word = |id: &str| signed.say(id, &[]);
    let said = |answer: RuleAnswer| word(&format!("rule-answer-{}", answer.name()));
    let usual = signed.say("rules-usual", &[("answer", &said(rule.usual))]);
    let mut options = vec![(USUAL.to_owned(), usual)];
    let possible = rule.possible.iter();
    options.extend(possible.map(|answer| (answer.name().to_owned(), said(*answer))));
    let chosen = if rule.answer == rule.usual {
        USUAL
    } else {
        rule.answer.name()
    };
    let fields = choice("answer", &word("rules-answer"), None, &options, chosen);
    let act = Act {
        title: "rules-choose",
        about: &word(&format!("rule-{}", rule.name)),
        risk: "rules-choose-risk",
        to: &format!("{RULES}/{number}"),
        back: RULES,
    };
    Ok(act.page(&signed, &fields).await)
}

/// Chooses it.
pub(crate) async fn answer(
    signed: Signed,
    Path(number): Path<String>,
    posted: Posted,
) -> Result<Response, PageFailed> {
    let rule = rule(&signed, &number).await?.name;
    signed.fresh(&posted).await?;
    let chosen = posted.text("answer");
    let answer = RuleAnswer::ALL.into_iter().find(|one| one.name() == chosen);
    if answer.is_none() && chosen != USUAL {
        return Err(Failed::field("answer").into());
    }
    let form = AnswerRule { rule, answer };
    read(api::answer_rule(signed.asker.clone(), Form(form)).await)?;
    Ok(done(RULES, "done-changed"))
}
