//! What an incident asks of people beside writing it down: one page for a telephone, in the order in which it is needed; and
//! the report that is put together from it.

use access::response::{Capture, Care, Change, Duty, Leak, Matter, NoticeKind};
use axum::extract::{Path, RawQuery};
use axum::response::Response;
use maud::{Markup, html};
use wire::Bytes;
use wire::api::v1::{
    Chronology, Confidence, DutyShown, NoticeDrafted, ResponseShown, StepTaken, TakeStep, TaskGiven,
};

use super::alerts::numbered;
use super::failed::PageFailed;
use super::incidents::{confidence_typed, happened_typed, noted, typed};
use super::page::{Page, done};
use super::parts::{self, Tone};
use super::registry::{end_of_day, of_the_hospital, read};
use super::signed::Signed;
use super::work::sent::Sent;
use crate::answer::Failed;
use crate::api::incidents as chronology;
use crate::api::response as api;
use crate::body::Form;

fn page_of(number: u64) -> String {
    format!("/incidents/{number}/steps")
}

/// What a form offers to choose from: each name with its sentence.
fn offered(
    signed: &Signed,
    kind: &str,
    names: impl IntoIterator<Item = &'static str>,
) -> Vec<(String, String)> {
    let sentence = |name: &str| signed.say(&format!("{kind}-{name}"), &[]);
    let names = names.into_iter();
    names
        .map(|name| (name.to_owned(), sentence(name)))
        .collect()
}

/// A form of this page: many stand on it, so the ids of its fields begin with its step.
struct StepForm<'a> {
    signed: &'a Signed,
    step: &'static str,
    to: &'a str,
}

impl<'a> StepForm<'a> {
    fn of(signed: &'a Signed, step: &'static str, to: &'a str) -> Self {
        Self { signed, step, to }
    }

    fn id(&self, name: &str) -> String {
        format!("{}-{name}", self.step)
    }

    fn choice(&self, name: &str, label: &str, options: &[(String, String)]) -> Markup {
        let id = self.id(name);
        html! {
            div.field {
                label for=(id) { (self.signed.say(label, &[])) }
                select id=(id) name=(name) {
                    @for (value, text) in options { option value=(value) { (text) } }
                }
            }
        }
    }

    fn text(&self, name: &str, label: &str, needed: bool) -> Markup {
        let id = self.id(name);
        html! {
            div.field {
                label for=(id) { (self.signed.say(label, &[])) }
                textarea id=(id) name=(name) rows="2" required[needed] {}
            }
        }
    }

    fn line(&self, name: &str, label: &str, kind: &str, needed: bool) -> Markup {
        let id = self.id(name);
        html! {
            div.field {
                label for=(id) { (self.signed.say(label, &[])) }
                input id=(id) name=(name) type=(kind) required[needed];
            }
        }
    }

    /// Behind a line that one taps: the page stays short.
    fn behind(&self, title: &str, fields: &Markup) -> Markup {
        html! { details { summary { (self.signed.say(title, &[])) } (self.open(title, fields)) } }
    }

    fn open(&self, button: &str, fields: &Markup) -> Markup {
        html! {
            form.work method="post" action=(self.to) enctype="multipart/form-data" {
                input type="hidden" name="step" value=(self.step);
                (fields)
                button type="submit" { (self.signed.say(button, &[])) }
            }
        }
    }

    /// A line to be said and a button, beside the thing that it is about.
    fn beside(&self, about: u32, label: &str, button: &str) -> Markup {
        let id = self.id(&about.to_string());
        html! {
            form.work method="post" action=(self.to) enctype="multipart/form-data" {
                input type="hidden" name="step" value=(self.step);
                input type="hidden" name="about" value=(about);
                div.field {
                    label for=(id) { (self.signed.say(label, &[])) }
                    input id=(id) name="said" required;
                }
                button type="submit" { (self.signed.say(button, &[])) }
            }
        }
    }
}

/// The page.
pub(crate) async fn show(
    signed: Signed,
    Path(number): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Page, PageFailed> {
    of_the_hospital(&signed)?;
    let number = numbered(&number)?;
    let told = api::told(signed.asker.clone(), number).await?;
    let story = chronology::told(signed.asker.clone(), number).await?;
    let word = |id: &str| signed.say(id, &[]);
    let title = signed.say("response-title", &[("number", &number.to_string())]);
    let here = page_of(number);
    let main = html! {
        h1 { (title) }
        p.lead { (word("response-lead")) }
        p.actions {
            a.button href=(format!("/incidents/{number}")) { (word("chronology")) } " "
            a.button href=(format!("/incidents/{number}/report")) { (word("response-report")) } " "
            a.button href="/preparation" { (word("preparation")) }
        }
        (evidence(&signed, &here, &told))
        (duties(&signed, &here, &told))
        (decisions(&signed, &here, &told))
        (care(&signed, &here, &told))
        (judged(&signed, &here, &told))
        (notices(&signed, &here, &told, &story))
        (afterwards(&signed, &here, &told))
    };
    let page = Page::new(&signed, &title).await;
    Ok(page.after(query.as_deref()).main(main))
}

/// When, what in words, who wrote it.
fn said(signed: &Signed, step: &StepTaken) -> Markup {
    let erased = signed.say("chronology-erased", &[]);
    html! {
        (signed.time(step.happened)) " " (step.said.as_deref().unwrap_or(&erased))
        @if let Some(who) = &step.who { " / " (who) }
        @if let Some(sha256) = &step.sha256 { " " code { "SHA-256 " (sha256) } }
        " " span.hint { (step.by) }
    }
}

fn rows(signed: &Signed, steps: &[StepTaken]) -> Markup {
    html! {
        @if !steps.is_empty() {
            ul { @for step in steps {
                li {
                    @if let Some(name) = &step.name { strong { (signed.say(name, &[])) } " " }
                    (said(signed, step))
                }
            } }
        }
    }
}

fn card(signed: &Signed, id: &str, body: &Markup) -> Markup {
    html! { section.card id=(id) { h2 { (signed.say(&format!("response-{id}"), &[])) } (body) } }
}

/// Evidence first: what is kept, and only then what destroys it.
fn evidence(signed: &Signed, here: &str, told: &ResponseShown) -> Markup {
    let word = |id: &str| signed.say(id, &[]);
    let captures = told.captures.iter().map(|one| {
        let standing = match &one.answered {
            None => parts::tag(Tone::Bad, &word("response-not-yet")),
            Some(step) => html! {
                @if step.step == "captured" { (parts::tag(Tone::Good, &word("step-captured"))) }
                @else { (parts::tag(Tone::Look, &word("step-not-captured"))) }
                " " (said(signed, step))
            },
        };
        (word(&one.capture), standing)
    });
    let form = |step| StepForm::of(signed, step, here);
    let kinds = offered(signed, "capture", Capture::ALL.iter().map(|one| one.id()));
    let kept = form("captured");
    let not = form("not-captured");
    let changed = form("changed");
    let changes = offered(signed, "change", Change::ALL.iter().map(|one| one.id()));
    let body = html! {
        p { (word("response-evidence-lead")) }
        (parts::facts(&captures.collect::<Vec<_>>()))
        (kept.behind("response-kept", &html! {
            (kept.choice("name", "response-which", &kinds))
            (kept.text("said", "response-where", true))
            (kept.line("file", "response-file", "file", false))
            (kept.line("sha256", "response-sha256", "text", false))
        }))
        (not.behind("response-not-kept", &html! {
            (not.choice("name", "response-which", &kinds))
            (not.text("said", "response-why-not", true))
        }))
        h3 { (word("response-changes")) }
        (rows(signed, &told.changes))
        @if told.preserved {
            (changed.behind("response-change", &html! {
                (changed.choice("name", "response-which", &changes))
                (changed.text("said", "response-change-said", true))
            }))
        } @else {
            (parts::notice(Tone::Bad, &html! { p { (word("reason-not-preserved")) } }))
        }
    };
    card(signed, "evidence", &body)
}

fn duty(signed: &Signed, duty: &DutyShown) -> (String, Markup) {
    let word = |id: &str| signed.say(id, &[]);
    let standing = html! {
        @match &duty.answered {
            Some(step) => {
                (parts::tag(Tone::Good, &word(&format!("step-{}", step.step)))) " " (said(signed, step))
            },
            None => {
                @if duty.late { (parts::tag(Tone::Bad, &word("response-late"))) }
                @else { (parts::tag(Tone::Look, &word("response-not-yet"))) }
                @if let Some(due) = duty.due { " " (word("response-until")) " " (signed.time(due)) }
            },
        }
        p.hint { (word(&format!("{}-hint", duty.duty))) }
    };
    (word(&duty.duty), standing)
}

fn duties(signed: &Signed, here: &str, told: &ResponseShown) -> Markup {
    let whom = offered(signed, "duty", Duty::ALL.iter().map(|one| one.id()));
    let form = |step| StepForm::of(signed, step, here);
    let (did, not) = (form("told"), form("not-owed"));
    let standing: Vec<_> = told.duties.iter().map(|one| duty(signed, one)).collect();
    let body = html! {
        (parts::facts(&standing))
        (did.behind("response-told", &html! {
            (did.choice("name", "response-whom", &whom))
            (did.text("said", "response-told-said", true))
            (did.line("happened", "note-happened", "datetime-local", false))
        }))
        (not.behind("response-not-owed", &html! {
            (not.choice("name", "response-whom", &whom))
            (not.text("said", "response-why-not", true))
        }))
    };
    card(signed, "duties", &body)
}

fn decisions(signed: &Signed, here: &str, told: &ResponseShown) -> Markup {
    let matters = offered(signed, "matter", Matter::ALL.iter().map(|one| one.id()));
    let form = StepForm::of(signed, "decided", here);
    let agreed = told.cards.iter().map(|card| {
        let none = parts::tag(Tone::Look, &signed.say("preparation-not-agreed", &[]));
        let said = card.said.as_ref().map(|said| html! { (said) });
        (signed.say(&card.matter, &[]), said.unwrap_or(none))
    });
    let body = html! {
        h3 { (signed.say("response-cards", &[])) }
        (parts::facts(&agreed.collect::<Vec<_>>()))
        p.hint { (signed.say("response-cards-hint", &[])) }
        (rows(signed, &told.decisions))
        (form.behind("response-decide", &html! {
            (form.choice("name", "response-about", &matters))
            (form.text("said", "response-decision", true))
            (form.line("who", "response-deciders", "text", true))
            (form.line("happened", "note-happened", "datetime-local", false))
        }))
    };
    card(signed, "decisions", &body)
}

/// How long something took, as one says it: minutes of the first hours, then hours, then days.
fn after(signed: &Signed, minutes: Option<u64>) -> String {
    const HOUR: u64 = 60;
    const DAY: u64 = 24 * HOUR;
    let minutes = minutes.unwrap_or_default();
    let (id, count) = match minutes {
        ..180 => ("response-after", minutes),
        180..4320 => ("response-after-hours", minutes / HOUR),
        4320.. => ("response-after-days", minutes / DAY),
    };
    signed.say(id, &[("count", &count.to_string())])
}

fn care(signed: &Signed, here: &str, told: &ResponseShown) -> Markup {
    let form = StepForm::of(signed, "continued", here);
    let names = offered(signed, "care", Care::ALL.iter().map(|one| one.id()));
    let standing = told.care.iter().map(|one| {
        let value = html! {
            @match &one.since {
                None => (parts::tag(Tone::Look, &signed.say("response-not-yet", &[]))),
                Some(step) => {
                    (parts::tag(Tone::Good, &after(signed, one.minutes)))
                    " " (said(signed, step))
                },
            }
            p.hint { (signed.say(&format!("{}-then", one.care), &[])) }
        };
        (signed.say(&one.care, &[]), value)
    });
    let body = html! {
        (parts::facts(&standing.collect::<Vec<_>>()))
        (form.behind("response-care-works", &html! {
            (form.choice("name", "response-which", &names))
            (form.text("said", "response-care-said", true))
            (form.line("happened", "note-happened", "datetime-local", false))
        }))
    };
    card(signed, "care", &body)
}

fn judged(signed: &Signed, here: &str, told: &ResponseShown) -> Markup {
    let word = |id: &str| signed.say(id, &[]);
    let form = StepForm::of(signed, "judged", here);
    let leaks = offered(signed, "leak", Leak::ALL.iter().map(|one| one.id()));
    let confidences = Confidence::ALL.map(Confidence::name);
    let confidences = offered(signed, "confidence", confidences);
    let mut sets = vec![(String::new(), word("response-new-data"))];
    sets.extend(told.judged.iter().map(|set| {
        let name = set.name.clone();
        let name = name.unwrap_or_else(|| word("chronology-erased"));
        (set.number.to_string(), name)
    }));
    let body = html! {
        @for set in &told.judged {
            h3 { (set.name.clone().unwrap_or_else(|| word("chronology-erased"))) }
            ol.chronology { @for step in set.revisions.iter().rev() {
                li {
                    @if let Some(name) = &step.name { strong { (word(name)) } " " }
                    @if let Some(confidence) = step.confidence {
                        "(" (word(&format!("confidence-{}", confidence.name()))) ") "
                    }
                    (signed.time(step.happened)) " " (step.said.clone().unwrap_or_default()) " " span.hint { (step.by) }
                }
            } }
        }
        (form.behind("response-judge", &html! {
            (form.choice("about", "response-data", &sets))
            (form.line("who", "response-data-name", "text", false))
            (form.choice("name", "response-leaked", &leaks))
            (form.choice("confidence", "note-confidence", &confidences))
            (form.text("said", "response-evidence-of", true))
        }))
    };
    card(signed, "judged", &body)
}

fn notices(signed: &Signed, here: &str, told: &ResponseShown, story: &Chronology) -> Markup {
    let word = |id: &str| signed.say(id, &[]);
    let form = |step| StepForm::of(signed, step, here);
    let (fact, draft) = (form("fact"), form("drafted"));
    let notes: Vec<(String, String)> = story
        .rows
        .iter()
        .filter_map(|row| row.note.as_ref())
        .map(|note| {
            let number = note.number.to_string();
            let text = note.said.clone().unwrap_or_default();
            let short: String = text.chars().take(60).collect();
            (number.clone(), format!("({number}) {short}"))
        })
        .collect();
    let kinds = offered(
        signed,
        "public-notice",
        NoticeKind::ALL.iter().map(|one| one.id()),
    );
    let body = html! {
        p { (word("response-notices-lead")) }
        h3 { (word("response-facts")) }
        (rows(signed, &told.facts))
        @if !notes.is_empty() {
            (fact.behind("response-say", &html! {
                (fact.choice("about", "response-note", &notes))
                (fact.text("said", "response-sentence", true))
                (fact.line("happened", "note-happened", "datetime-local", false))
            }))
        }
        @if !told.facts.is_empty() {
            (draft.behind("response-draft", &html! {
                (draft.choice("name", "response-which", &kinds))
                fieldset {
                    legend { (word("response-facts")) }
                    @for fact in &told.facts {
                        (parts::tick("facts", &fact.number.to_string(), fact.said.as_deref().unwrap_or_default(), false))
                    }
                }
            }))
        }
        @for one in &told.notices { (notice(signed, here, one)) }
    };
    card(signed, "notices", &body)
}

fn notice(signed: &Signed, here: &str, notice: &NoticeDrafted) -> Markup {
    let word = |id: &str| signed.say(id, &[]);
    let form = |step| StepForm::of(signed, step, here);
    let (approve, publish) = (form("approved"), form("published"));
    let number = notice.draft.number;
    let (tone, state) = match (&notice.approved, &notice.published) {
        (_, Some(_)) => (Tone::Good, "step-published"),
        (Some(_), None) => (Tone::Look, "step-approved"),
        (None, None) => (Tone::Look, "step-drafted"),
    };
    html! {
        h3 { (word(&notice.kind)) " (" (number) ") " (parts::tag(tone, &word(state))) }
        @if notice.corrected {
            (parts::notice(Tone::Bad, &html! { p { (word("reason-fact-corrected")) } }))
        }
        pre.letter { (notice.draft.said.clone().unwrap_or_else(|| word("chronology-erased"))) }
        p.hint { (notice.draft.by) }
        @if let Some(step) = &notice.approved { p.hint { (word("step-approved")) " " (said(signed, step)) } }
        @if let Some(step) = &notice.published { p.hint { (word("step-published")) " " (said(signed, step)) } }
        @if !notice.corrected && notice.approved.is_none() {
            (approve.beside(number, "response-approved-said", "response-approve"))
        }
        @if !notice.corrected && notice.approved.is_some() && notice.published.is_none() {
            (publish.beside(number, "response-published-where", "response-publish"))
        }
    }
}

fn task(signed: &Signed, here: &str, task: &TaskGiven) -> Markup {
    let form = StepForm::of(signed, "done", here);
    let number = task.given.number;
    let owner = task.owner.to_string();
    html! {
        li {
            (task.given.said.clone().unwrap_or_default()) " / "
            (task.owner_name.as_deref().unwrap_or(&owner)) " / " (signed.time(task.due)) " "
            @match &task.done {
                Some(step) => { (parts::tag(Tone::Good, &signed.say("step-done", &[]))) " " (said(signed, step)) },
                None => {
                    @if task.late { (parts::tag(Tone::Bad, &signed.say("response-late", &[]))) }
                    (form.beside(number, "response-done-said", "response-done"))
                },
            }
        }
    }
}

fn afterwards(signed: &Signed, here: &str, told: &ResponseShown) -> Markup {
    let word = |id: &str| signed.say(id, &[]);
    let form = |step| StepForm::of(signed, step, here);
    let (learned, given) = (form("learned"), form("given"));
    let body = html! {
        h3 { (word("response-lessons")) }
        (rows(signed, &told.lessons))
        (learned.behind("response-learn", &learned.text("said", "response-lesson", true)))
        h3 #tasks { (word("response-tasks")) }
        ul { @for one in &told.tasks { (task(signed, here, one)) } }
        (given.behind("response-give", &html! {
            (given.text("said", "response-task", true))
            (given.choice("owner", "response-owner", &staff(signed)))
            (given.line("due", "response-due", "date", true))
        }))
    };
    card(signed, "afterwards", &body)
}

/// People of the hospital who can have a task.
fn staff(signed: &Signed) -> Vec<(String, String)> {
    let engine = &signed.asker.engine;
    let site = engine.site();
    let people: Vec<_> = site
        .persons()
        .filter(|person| person.employer == access::Employer::Hospital && person.erased.is_none())
        .map(|person| (person.id.to_string(), person.name))
        .collect();
    drop(site);
    let named = people.into_iter().map(|(id, name)| {
        let name = engine.text_of(&name).unwrap_or_else(|| id.clone());
        (id, name)
    });
    named.collect()
}

/// Takes a step.
pub(crate) async fn take(
    signed: Signed,
    Path(number): Path<String>,
    sent: Sent,
) -> Result<Response, PageFailed> {
    let incident = numbered(&number)?;
    let values = &sent.values;
    let text = |name: &str| values.some(name).map(str::to_owned);
    let due = values
        .some("due")
        .map(|typed| end_of_day(typed).ok_or_else(|| Failed::field("due")));
    let facts = values.all("facts").map(str::parse);
    let facts: Result<Vec<u32>, _> = facts.collect();
    let form = TakeStep {
        incident,
        step: values.text("step").to_owned(),
        name: text("name"),
        about: typed(values.some("about"), "about")?,
        facts: facts.map_err(|_| Failed::field("facts"))?,
        who: text("who"),
        owner: typed(values.some("owner"), "owner")?,
        due: due.transpose()?,
        confidence: confidence_typed(values)?,
        sha256: typed(values.some("sha256"), "sha256")?,
        file: sent.file.map(|file| Bytes(file.bytes)),
        happened: happened_typed(values)?,
        said: text("said"),
    };
    read(api::take(signed.asker.clone(), Form(form)).await)?;
    Ok(done(&page_of(incident), "done-noted"))
}

/// The report: what the record holds, put together to be printed.
pub(crate) async fn report(signed: Signed, Path(number): Path<String>) -> Result<Page, PageFailed> {
    of_the_hospital(&signed)?;
    let number = numbered(&number)?;
    let told = api::told(signed.asker.clone(), number).await?;
    let story = chronology::told(signed.asker.clone(), number).await?;
    let word = |id: &str| signed.say(id, &[]);
    let title = signed.say("response-report-title", &[("number", &number.to_string())]);
    let section = |id: &str, steps: &[StepTaken]| {
        html! {
            @if !steps.is_empty() { h2 { (word(id)) } (rows(&signed, steps)) }
        }
    };
    let captures: Vec<StepTaken> = told
        .captures
        .iter()
        .filter_map(|one| one.answered.clone())
        .collect();
    let cares: Vec<_> = told.care.iter().filter(|one| one.since.is_some()).collect();
    let duties: Vec<_> = told.duties.iter().map(|one| duty(&signed, one)).collect();
    let here = format!("/incidents/{number}");
    let main = html! {
        h1 { (title) }
        p { (word("incident-since")) " " (signed.time(told.incident.since)) " / "
            (word(&format!("incident-cause-{}", told.incident.cause))) }
        @if let Some(closed) = &told.incident.closed {
            p { (word("incident-closed")) " " (signed.time(closed.at)) " "
                (closed.said.clone().unwrap_or_else(|| word("incident-was-nothing"))) }
        }
        h2 { (word("response-duties")) }
        (parts::facts(&duties))
        (section("response-decisions", &told.decisions))
        (section("response-evidence", &captures))
        (section("response-changes", &told.changes))
        @if !cares.is_empty() {
            h2 { (word("response-care")) }
            ul { @for one in cares {
                li { strong { (word(&one.care)) } " " (after(&signed, one.minutes))
                    p.hint { (word(&format!("{}-then", one.care))) } }
            } }
        }
        @for set in &told.judged {
            h2 { (word("response-judged")) ": " (set.name.clone().unwrap_or_else(|| word("chronology-erased"))) }
            (rows(&signed, &set.revisions))
        }
        @for one in told.notices.iter().filter(|one| one.published.is_some()) {
            h2 { (word(&one.kind)) }
            pre.letter { (one.draft.said.clone().unwrap_or_default()) }
            @if let Some(step) = &one.published { p.hint { (word("step-published")) " " (said(&signed, step)) } }
        }
        (section("response-lessons", &told.lessons))
        @if !told.tasks.is_empty() {
            h2 { (word("response-tasks")) }
            ul { @for one in &told.tasks {
                @let owner = one.owner.to_string();
                li { (one.given.said.clone().unwrap_or_default()) " / " (one.owner_name.as_deref().unwrap_or(&owner))
                    " / " (signed.time(one.due))
                    @if one.done.is_some() { " / " (word("step-done")) } }
            } }
        }
        h2 { (word("chronology")) }
        @if story.cut { p { (word("chronology-cut")) } }
        ol.chronology { @for row in &story.rows {
            li { (signed.time(row.happened)) " "
                @match &row.note {
                    // What corrects another, and what is not certain, is said to be so here too.
                    Some(note) => (noted(&signed, &here, row, note)),
                    None => (row.what(word)),
                }
                " " span.hint { (row.by) } }
        } }
        p { (word("chronology-print")) }
    };
    Ok(Page::new(&signed, &title).await.main(main))
}
