//! `sekisho alerts` and `sekisho rules`: what the rules saw, what it was, and what is done for each.

use wire::api::v1::{
    AlertShown, AlertVerdict, AnswerRule, RuleAnswer, RuleShown, SettleAlert, SignShown,
};

use super::site::done;
use crate::cli::{AlertsArgs, RulesArgs};
use crate::context::Context;
use crate::failure::{Failure, Kind};

/// Lists alerts, or says what one was.
pub(super) async fn alerts(context: &Context, args: AlertsArgs) -> Result<(), Failure> {
    let at = context.at().await?;
    let Some(alert) = args.settle else {
        let mut alerts = at.api.alerts().await?.alerts;
        alerts.retain(|alert| args.all || alert.settled.is_none());
        return context.show(&alerts, |context| {
            if alerts.is_empty() {
                return vec![context.say("alerts-none", &[])];
            }
            alerts
                .iter()
                .flat_map(|alert| lines(context, alert))
                .collect()
        });
    };
    let named = args.verdict.as_deref();
    let mut all = AlertVerdict::ALL.into_iter();
    let verdict = all.find(|verdict| Some(verdict.name()) == named);
    let form = SettleAlert {
        alert,
        verdict: verdict.ok_or_else(|| Failure::new(Kind::Usage, "cli-alert-verdict-missing"))?,
        why: args.why.unwrap_or_default(),
    };
    at.api.settle_alert(&form).await?;
    done(context)
}

fn lines(context: &Context, alert: &AlertShown) -> Vec<String> {
    let number = alert.number.to_string();
    let head = context.say("alert-number", &[("number", &number)]);
    let about = alert.name.as_deref().or(alert.about.as_deref());
    let site = context.say("alert-about-site", &[]);
    let mut lines = vec![format!("{head}  {}", about.unwrap_or(&site))];
    lines.extend(alert.signs.iter().flat_map(|sign| seen(context, sign)));
    if let Some(settled) = &alert.settled {
        let verdict = context.say(&format!("alert-verdict-{}", settled.verdict.name()), &[]);
        let erased = context.say("chronology-erased", &[]);
        let why = settled.why.as_deref().unwrap_or(&erased);
        let (at, by) = (settled.at, &settled.by);
        lines.push(format!("  {at}  {verdict}  {by}  {why}"));
    }
    lines
}

fn seen(context: &Context, sign: &SignShown) -> Vec<String> {
    let what = context.say(&format!("rule-{}", sign.rule), &[]);
    let why = context.say(&format!("rule-{}-why", sign.rule), &[]);
    let answered = context.say(&format!("rules-answered-{}", sign.answer.name()), &[]);
    let mut lines = vec![
        format!("  ! {}  {what}  [{}]", sign.at, sign.rule),
        format!("    {why}"),
        format!("    {answered}"),
    ];
    lines.extend((1..).zip(&sign.advice).map(|(number, advice)| {
        let advice = context.say(&format!("advice-{advice}"), &[]);
        format!("    {number}. {advice}")
    }));
    lines
}

/// Lists the rules, or chooses what is done for one.
pub(super) async fn rules(context: &Context, args: RulesArgs) -> Result<(), Failure> {
    let at = context.at().await?;
    let Some(rule) = args.rule else {
        let rules = at.api.rules().await?.rules;
        return context.show(&rules, |context| {
            rules
                .iter()
                .flat_map(|rule| explained(context, rule))
                .collect()
        });
    };
    let named = args.answer.as_deref();
    let mut all = RuleAnswer::ALL.into_iter();
    let answer = all.find(|answer| Some(answer.name()) == named);
    at.api.answer_rule(&AnswerRule { rule, answer }).await?;
    done(context)
}

fn explained(context: &Context, rule: &RuleShown) -> Vec<String> {
    let name = &rule.name;
    let said = |part: &str| context.say(&format!("rule-{name}{part}"), &[]);
    let answer = context.say(&format!("rule-answer-{}", rule.answer.name()), &[]);
    vec![
        format!("{name}: {}", said("")),
        format!("  {}", said("-why")),
        format!("  {}", said("-cost")),
        format!("  {answer}"),
    ]
}
