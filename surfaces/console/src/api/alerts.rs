//! Alerts: what the rules saw, what was done at once, and what somebody says it was. The hospital's alone.

use access::{AlertAbout, AlertCommand, Command, Evidence, Site};
use axum::Json;
use engine::{answer_to, of_a_rule, usual_answer};
use watch::Rule;
use wire::api::v1::{
    AlertList, AlertShown, AlertVerdict, AnswerRule, Done, RuleAnswer, RuleList, RuleShown,
    SettleAlert, SettledShown, SignShown, StepShown,
};

use super::done;
use super::secrets::who;
use crate::answer::{Answer, Failed};
use crate::asker::{Asker, Readers};
use crate::body::Form;
use crate::reading::Reading;

/// Settled alerts that are listed behind the open ones.
const MOST_SETTLED: usize = 50;

/// The alerts, to whoever sees everything of the site.
pub(crate) async fn list(asker: Asker) -> Answer<AlertList> {
    let read = asker.read(Readers::People, |reading| {
        reading
            .sees_all()
            .then(|| all(reading))
            .ok_or(Failed::NotFound)
    });
    read.await.map(Json)
}

fn all(reading: &Reading<'_>) -> AlertList {
    let site = reading.site;
    let newest = || site.alerts().rev();
    let open = newest().filter(|alert| alert.settled.is_none());
    let settled = newest().filter(|alert| alert.settled.is_some());
    let alerts = open.chain(settled.take(MOST_SETTLED));
    AlertList {
        alerts: alerts.map(|alert| shown(reading, alert)).collect(),
    }
}

fn shown(reading: &Reading<'_>, alert: &access::Alert) -> AlertShown {
    let site = reading.site;
    let (about, name) = match &alert.about {
        AlertAbout::Visit(visit) => (Some(visit.to_string()), of_visit(site, visit)),
        AlertAbout::Person(person) => (Some(person.to_string()), None),
        AlertAbout::Device(device) => (Some(device.to_string()), None),
        AlertAbout::Target(target) => {
            let known = site.target(target).map(|known| known.name.clone());
            (Some(target.to_string()), known)
        }
        AlertAbout::Log(device) => (None, Some(device.clone())),
        AlertAbout::Site => (None, None),
    };
    let signs = alert.signs.iter().map(|sign| {
        let (entry, moment) = match &sign.evidence {
            Evidence::Entry(number) => (Some(*number), None),
            Evidence::Recording { session, at_millis } => {
                (None, Some((session.clone(), *at_millis)))
            }
        };
        SignShown {
            rule: sign.rule.clone(),
            advice: Rule::of(&sign.rule).map(advice).unwrap_or_default(),
            at: sign.at,
            answer: answer(sign.answer),
            entry,
            at_millis: moment.as_ref().map(|(_, at)| *at),
            session: moment.map(|(session, _)| session),
        }
    });
    AlertShown {
        number: alert.number,
        since: alert.since,
        about,
        name,
        signs: signs.collect(),
        settled: alert.settled.as_ref().map(|settled| SettledShown {
            at: settled.at,
            by: who(&settled.by),
            verdict: verdict(settled.verdict),
            why: reading.own_text(&settled.why),
        }),
    }
}

/// Where a visit went.
fn of_visit(site: &Site, visit: &ids::VisitId) -> Option<String> {
    let mut sessions = site.sessions();
    let session = sessions.find(|session| session.visit == *visit)?;
    site.target(&session.target).map(|known| known.name.clone())
}

fn answer(answer: access::RuleAnswer) -> RuleAnswer {
    match answer {
        access::RuleAnswer::Tell => RuleAnswer::Tell,
        access::RuleAnswer::Pause => RuleAnswer::Pause,
        access::RuleAnswer::End => RuleAnswer::End,
        access::RuleAnswer::Suspend => RuleAnswer::Suspend,
        access::RuleAnswer::Isolate => RuleAnswer::Isolate,
    }
}

fn chosen(answer: RuleAnswer) -> access::RuleAnswer {
    match answer {
        RuleAnswer::Tell => access::RuleAnswer::Tell,
        RuleAnswer::Pause => access::RuleAnswer::Pause,
        RuleAnswer::End => access::RuleAnswer::End,
        RuleAnswer::Suspend => access::RuleAnswer::Suspend,
        RuleAnswer::Isolate => access::RuleAnswer::Isolate,
    }
}

fn verdict(verdict: access::AlertVerdict) -> AlertVerdict {
    match verdict {
        access::AlertVerdict::Ordinary => AlertVerdict::Ordinary,
        access::AlertVerdict::Questioned => AlertVerdict::Questioned,
        access::AlertVerdict::Incident => AlertVerdict::Incident,
    }
}

/// Says what an alert was.
pub(crate) async fn settle(asker: Asker, Form(form): Form<SettleAlert>) -> Answer<Done> {
    let verdict = match form.verdict {
        AlertVerdict::Ordinary => access::AlertVerdict::Ordinary,
        AlertVerdict::Questioned => access::AlertVerdict::Questioned,
        AlertVerdict::Incident => access::AlertVerdict::Incident,
    };
    let settled = asker.submit_with(move |keep| {
        let settle = AlertCommand::Settle {
            alert: form.alert,
            verdict,
            why: keep.text("why", "alert-settled", &form.why)?,
        };
        Ok(Command::Alerts(settle))
    });
    settled.await??;
    done()
}

/// The rules, and what is done for each.
pub(crate) async fn rules(asker: Asker) -> Answer<RuleList> {
    let read = asker.read(Readers::People, |reading| {
        let site = reading.site;
        let rules = Rule::ALL.iter().map(|rule| RuleShown {
            name: rule.id().to_owned(),
            severity: rule.about().severity.id().to_owned(),
            steps: steps(*rule),
            advice: advice(*rule),
            answer: answer(answer_to(site, *rule)),
            usual: answer(usual_answer(*rule)),
            possible: possible(*rule),
        });
        reading
            .sees_all()
            .then(|| RuleList {
                rules: rules.collect(),
            })
            .ok_or(Failed::NotFound)
    });
    read.await.map(Json)
}

fn possible(rule: Rule) -> Vec<RuleAnswer> {
    let possible = rule.about().possible.iter();
    possible.map(|one| answer(of_a_rule(*one))).collect()
}

fn advice(rule: Rule) -> Vec<String> {
    let now = rule.about().now.iter();
    now.map(|advice| advice.id().to_owned()).collect()
}

fn steps(rule: Rule) -> Vec<StepShown> {
    let steps = rule.about().steps.iter();
    steps
        .map(|step| StepShown {
            incident: step.incident.id().to_owned(),
            number: step.number,
        })
        .collect()
}

/// Chooses what is done for a rule.
pub(crate) async fn answer_rule(asker: Asker, Form(form): Form<AnswerRule>) -> Answer<Done> {
    let rule = Rule::of(&form.rule).ok_or(Failed::field("rule"))?;
    if let Some(answer) = form.answer
        && !possible(rule).contains(&answer)
    {
        return Err(Failed::field("answer"));
    }
    let command = AlertCommand::Answer {
        rule: form.rule,
        answer: form.answer.map(chosen),
    };
    asker.submit(Command::Alerts(command)).await?;
    done()
}
