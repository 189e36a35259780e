//! What an incident asks of people beside writing it down, and what is prepared for one.

use access::response::{
    Capture, Care, Change, Contact, ContactRole, DataSet, Duty, Leak, Matter, NewContact, NewStep,
    NoticeKind, PreparationCommand, Step, TakenStep,
};
use access::{Command, Incident, IncidentCommand, limits};
use axum::Json;
use axum::extract::RawQuery;
use ids::{Digest, NonEmpty, Timestamp};
use phrases::Language;
use wire::api::v1::{
    AgreePolicy, CaptureShown, CardShown, CareShown, Confidence, ContactShown, Done, DutyShown,
    JudgedShown, NoticeDrafted, PreparationShown, ResponseShown, SetContact, StepTaken, TakeStep,
    TaskGiven, TryContact,
};

use super::done;
use super::incidents::Texts;
use crate::answer::{Answer, Failed};
use crate::asker::Asker;
use crate::body::{Form, Query};
use crate::keeping::Keep;
use crate::pages::moment_said;

impl Texts {
    /// A step, for whoever reads.
    pub(super) fn step(&self, number: u32, taken: &TakenStep) -> StepTaken {
        let mut shown = StepTaken {
            number,
            step: taken.step.step.id().to_owned(),
            name: None,
            about: None,
            happened: taken.step.happened,
            entered: taken.at,
            by: self.name(&taken.by),
            entry: taken.entry,
            said: self.text(&taken.step.said),
            who: None,
            sha256: None,
            confidence: None,
            facts: Vec::new(),
        };
        let named = |kind: &str, name: &str| Some(format!("{kind}-{name}"));
        match &taken.step.step {
            Step::Decided { matter, deciders } => {
                shown.name = named("matter", matter.id());
                shown.who = self.text(deciders);
            }
            Step::Told { duty } | Step::NotOwed { duty } => shown.name = named("duty", duty.id()),
            Step::Captured { capture, sha256 } => {
                shown.name = named("capture", capture.id());
                shown.sha256 = *sha256;
            }
            Step::NotCaptured { capture } => shown.name = named("capture", capture.id()),
            Step::Changed { change } => shown.name = named("change", change.id()),
            Step::Judged {
                data,
                leak,
                confidence,
            } => {
                shown.name = named("leak", leak.id());
                shown.confidence = Some(super::incidents::confidence_said(*confidence));
                match data {
                    DataSet::New(name) => shown.who = self.text(name),
                    DataSet::Known(first) => shown.about = Some(*first),
                }
            }
            Step::Continued { care } => shown.name = named("care", care.id()),
            Step::Fact { note } => shown.about = Some(*note),
            Step::Drafted { notice, facts } => {
                shown.name = named("public-notice", notice.id());
                shown.facts = facts.iter().copied().collect();
            }
            Step::Approved { draft } | Step::Published { draft } => shown.about = Some(*draft),
            Step::Learned {} | Step::Given { .. } => {}
            Step::Done { task } => shown.about = Some(*task),
        }
        shown
    }

    fn response(&self, incident: &Incident, cards: Vec<CardShown>) -> ResponseShown {
        let now = self.engine.now();
        let steps = |of: fn(&Step) -> bool| -> Vec<StepTaken> {
            let numbered = incident.numbered_steps();
            let wanted = numbered.filter(|(_, taken)| of(&taken.step.step));
            wanted
                .map(|(number, taken)| self.step(number, taken))
                .collect()
        };
        let captures = incident.captures().into_iter();
        let duties = incident.duties().into_iter();
        let care = incident.care().into_iter();
        let judged = incident.judgements().into_iter();
        let facts = incident.facts().into_iter();
        let notices = incident.notices().into_iter();
        let tasks = incident.given_tasks().into_iter();
        // Where only the step is known, its number is found by its place in the ledger.
        let number = |taken: &TakenStep| {
            let mut all = incident.numbered_steps();
            let found = all.find(|(_, known)| known.entry == taken.entry);
            found.map_or(0, |(number, _)| number)
        };
        let shown = |taken: &TakenStep| self.step(number(taken), taken);
        ResponseShown {
            captures: captures
                .map(|(capture, said)| CaptureShown {
                    capture: format!("capture-{}", capture.id()),
                    answered: said.map(|(number, taken)| self.step(number, taken)),
                })
                .collect(),
            preserved: incident.is_preserved(),
            changes: steps(|step| matches!(step, Step::Changed { .. })),
            duties: duties
                .map(|duty| DutyShown {
                    duty: format!("duty-{}", duty.duty.id()),
                    due: duty.due,
                    late: duty.answered.is_none() && duty.due.is_some_and(|due| due <= now),
                    answered: duty
                        .answered
                        .map(|(number, taken)| self.step(number, taken)),
                })
                .collect(),
            decisions: steps(|step| matches!(step, Step::Decided { .. })),
            cards,
            care: care
                .map(|(care, since)| CareShown {
                    care: format!("care-{}", care.id()),
                    since: since.map(shown),
                    minutes: since.map(|since| {
                        let took = since.step.happened.since(incident.since);
                        took.as_secs() / 60
                    }),
                })
                .collect(),
            judged: judged
                .map(|judged| JudgedShown {
                    number: judged.number,
                    name: self.text(&judged.name),
                    revisions: judged.revisions.into_iter().map(shown).collect(),
                })
                .collect(),
            facts: facts
                .map(|(number, taken)| self.step(number, taken))
                .collect(),
            notices: notices
                .map(|notice| NoticeDrafted {
                    kind: format!("public-notice-{}", notice.kind.id()),
                    draft: self.step(notice.number, notice.draft),
                    approved: notice.approved.map(shown),
                    published: notice.published.map(shown),
                    corrected: notice.corrected,
                })
                .collect(),
            lessons: steps(|step| matches!(step, Step::Learned {})),
            tasks: tasks
                .map(|task| TaskGiven {
                    owner: task.owner.clone(),
                    owner_name: self.person(task.owner),
                    due: task.due,
                    late: task.done.is_none() && task.due <= now,
                    given: self.step(task.number, task.given),
                    done: task.done.map(shown),
                })
                .collect(),
            incident: self.shown(incident),
        }
    }

    fn cards(&self) -> Vec<CardShown> {
        let card = |matter: Matter| {
            let card = self.engine.site().policy_card(matter).cloned();
            CardShown {
                matter: format!("matter-{}", matter.id()),
                at: card.as_ref().map(|card| card.at),
                by: card.as_ref().map(|card| self.name(&card.by)),
                said: card.and_then(|card| self.text(&card.said)),
            }
        };
        Matter::CARDS.into_iter().map(card).collect()
    }
}

/// What an incident asks of people.
pub(crate) async fn show(asker: Asker, query: RawQuery) -> Answer<ResponseShown> {
    let [incident] = Query::read(&query, ["incident"])?.numbers();
    let number = incident.ok_or_else(|| Failed::field("incident"))?;
    told(asker, number).await.map(Json)
}

/// The same, for a page.
pub(crate) async fn told(asker: Asker, number: u64) -> Result<ResponseShown, Failed> {
    let texts = Texts::of(&asker).await?;
    let told = asker.blocking(move || {
        let known = texts.engine.site().incident(number).cloned();
        let known = known.ok_or(Failed::NotFound)?;
        let cards = texts.cards();
        Ok::<_, Failed>(texts.response(&known, cards))
    });
    told.await?
}

/// Takes a step. Files and texts are kept before it is entered.
pub(crate) async fn take(asker: Asker, Form(form): Form<TakeStep>) -> Answer<Done> {
    let now = asker.engine.now();
    let drafted = match form.step.as_str() {
        "drafted" => Some(notice_text(&asker, &form, now).await?),
        _ => None,
    };
    let taken = asker.submit_with(move |keep| {
        let said = match &drafted {
            Some(text) => text.as_str(),
            None => form.said.as_deref().unwrap_or_default(),
        };
        let step = NewStep {
            happened: form.happened.unwrap_or(now),
            step: step_of(&form, keep)?,
            said: keep.text("said", "incident-step", said)?,
        };
        let incident = form.incident;
        Ok(Command::Incidents(IncidentCommand::Step { incident, step }))
    });
    taken.await??;
    done()
}

/// What is asked for, if the form says all that it needs.
fn step_of(form: &TakeStep, keep: &Keep<'_>) -> Result<Step, Failed> {
    let name = form.name.as_deref().unwrap_or_default();
    let named = || Failed::field("name");
    let about = || form.about.ok_or_else(|| Failed::field("about"));
    let who = form.who.as_deref().unwrap_or_default();
    Ok(match form.step.as_str() {
        "decided" => Step::Decided {
            matter: Matter::of(name).ok_or_else(named)?,
            deciders: keep.text("who", "incident-who", who)?,
        },
        "told" => Step::Told {
            duty: Duty::of(name).ok_or_else(named)?,
        },
        "not-owed" => Step::NotOwed {
            duty: Duty::of(name).ok_or_else(named)?,
        },
        "captured" => Step::Captured {
            capture: Capture::of(name).ok_or_else(named)?,
            sha256: evidence(form, keep)?,
        },
        "not-captured" => Step::NotCaptured {
            capture: Capture::of(name).ok_or_else(named)?,
        },
        "changed" => Step::Changed {
            change: Change::of(name).ok_or_else(named)?,
        },
        "judged" => Step::Judged {
            data: match form.about {
                Some(first) => DataSet::Known(first),
                None => DataSet::New(keep.text("who", "incident-data", who)?),
            },
            leak: Leak::of(name).ok_or_else(named)?,
            confidence: super::incidents::confidence(
                form.confidence.unwrap_or(Confidence::Unclear),
            ),
        },
        "continued" => Step::Continued {
            care: Care::of(name).ok_or_else(named)?,
        },
        "fact" => Step::Fact { note: about()? },
        "drafted" => Step::Drafted {
            notice: NoticeKind::of(name).ok_or_else(named)?,
            facts: facts(form)?,
        },
        "approved" => Step::Approved { draft: about()? },
        "published" => Step::Published { draft: about()? },
        "learned" => Step::Learned {},
        "given" => Step::Given {
            owner: form.owner.clone().ok_or_else(|| Failed::field("owner"))?,
            due: form.due.ok_or_else(|| Failed::field("due"))?,
        },
        "done" => Step::Done { task: about()? },
        _ => return Err(Failed::field("step")),
    })
}

fn facts(form: &TakeStep) -> Result<NonEmpty<u32>, Failed> {
    if form.facts.len() > limits::MOST_FACTS {
        return Err(Failed::field("facts"));
    }
    NonEmpty::from_vec(form.facts.clone()).map_err(|_| Failed::field("facts"))
}

/// What is kept here, or the digest of what is kept elsewhere.
fn evidence(form: &TakeStep, keep: &Keep<'_>) -> Result<Option<Digest>, Failed> {
    match (&form.file, form.sha256) {
        (Some(file), None) => keep.file("file", file).map(Some),
        (None, sha256) => Ok(sha256),
        (Some(_), Some(_)) => Err(Failed::field("sha256")),
    }
}

/// What stands for a text that is refused anyway: by whom it is, or of what it is made, may not be.
const NOTHING: &str = "-";

/// The text of a notice: its fixed sentences and what may be said, nothing else (S1-10). It is Japanese, whoever drafts it.
async fn notice_text(asker: &Asker, form: &TakeStep, now: Timestamp) -> Result<String, Failed> {
    let notice = form.name.as_deref().and_then(NoticeKind::of);
    let notice = notice.ok_or_else(|| Failed::field("name"))?.id();
    if form.said.is_some() {
        return Err(Failed::field("said"));
    }
    let wanted = facts(form)?;
    let Ok(texts) = Texts::of(asker).await else {
        return Ok(NOTHING.to_owned());
    };
    let incident = texts.engine.site().incident(form.incident).cloned();
    let may_be_said = incident.as_ref().map(Incident::facts).unwrap_or_default();
    let known = |fact: &u32| may_be_said.iter().find(|(number, _)| number == fact);
    let head = format!("public-notice-{notice}-head");
    let at = moment_said(Language::Ja, now);
    let mut lines = vec![phrases::say(Language::Ja, &head, &[("at", &at)])];
    for fact in wanted.iter() {
        let Some((_, taken)) = known(fact) else {
            return Ok(NOTHING.to_owned());
        };
        let said = texts.text(&taken.step.said);
        let said = said.ok_or_else(|| Failed::field("facts"))?;
        let at = moment_said(Language::Ja, taken.step.happened);
        lines.push(format!("・{at} {said}"));
    }
    let foot = format!("public-notice-{notice}-foot");
    lines.push(phrases::say(Language::Ja, &foot, &[]));
    Ok(lines.join("\n"))
}

/// What is prepared.
pub(crate) async fn preparation(asker: Asker) -> Answer<PreparationShown> {
    let texts = Texts::of(&asker).await?;
    let shown = asker.blocking(move || {
        let now = texts.engine.now();
        let site = texts.engine.site();
        let known: Vec<Contact> = site.contacts().cloned().collect();
        let untried: Vec<u32> = site
            .contacts_untried(now)
            .map(|contact| contact.number)
            .collect();
        let missing = site.contacts_missing();
        drop(site);
        let contacts = known.iter().map(|contact| ContactShown {
            number: contact.number,
            role: format!("contact-{}", contact.contact.role.id()),
            name: texts.text(&contact.contact.name),
            reach: texts.text(&contact.contact.reach),
            tried: contact.tried.map(|(at, _)| at),
            reached: contact.tried.map(|(_, reached)| reached),
            untried: untried.contains(&contact.number),
        });
        let missing = missing.into_iter().map(ContactRole::id);
        PreparationShown {
            cards: texts.cards(),
            contacts: contacts.collect(),
            missing: missing.map(|role| format!("contact-{role}")).collect(),
        }
    });
    shown.await.map(Json)
}

/// Agrees on a matter.
pub(crate) async fn agree(asker: Asker, Form(form): Form<AgreePolicy>) -> Answer<Done> {
    let matter = Matter::of(&form.matter).ok_or_else(|| Failed::field("matter"))?;
    let agreed = asker.submit_with(move |keep| {
        let said = keep.text("said", "policy", &form.said)?;
        Ok(Command::Prepare(PreparationCommand::Agree { matter, said }))
    });
    agreed.await??;
    done()
}

/// Adds somebody to call, or changes who stands under a number.
pub(crate) async fn set_contact(asker: Asker, Form(form): Form<SetContact>) -> Answer<Done> {
    let role = form.role.as_deref().map(|role| {
        let role = ContactRole::of(role);
        role.ok_or_else(|| Failed::field("role"))
    });
    let role = role.transpose()?;
    // Without a role somebody is taken off the list: whoever gives a name does not mean that.
    if role.is_none() && (form.name.is_some() || form.reach.is_some()) {
        return Err(Failed::field("role"));
    }
    let set = asker.submit_with(move |keep| {
        let text = |field: &str, text: &Option<String>| {
            keep.text(field, "contact", text.as_deref().unwrap_or_default())
        };
        let contact = match role {
            None => None,
            Some(role) => Some(NewContact {
                role,
                name: text("name", &form.name)?,
                reach: text("reach", &form.reach)?,
            }),
        };
        let number = form.number;
        let set = PreparationCommand::SetContact { number, contact };
        Ok(Command::Prepare(set))
    });
    set.await??;
    done()
}

/// Says that somebody was called.
pub(crate) async fn try_contact(asker: Asker, Form(form): Form<TryContact>) -> Answer<Done> {
    let (number, reached) = (form.number, form.reached);
    let tried = PreparationCommand::TryContact { number, reached };
    asker.submit(Command::Prepare(tried)).await?;
    done()
}
