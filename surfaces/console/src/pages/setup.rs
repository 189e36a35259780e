//! From a founded site to one that admits its first visit, and what is to do or falls due at any time: a
//! list of tasks, each with why it matters and where it is done.

use axum::extract::RawQuery;
use axum::response::Response;
use engine::{Step, Task, Urgency};
use maud::{Markup, html};
use wire::Said;

use super::failed::{PageFailed, sentence};
use super::page::{Page, done};
use super::parts::{self, Tone};
use super::posted::Posted;
use super::registry::{Act, of_the_hospital, read};
use super::signed::Signed;
use crate::api::site;
use crate::body::Nothing;

/// What somebody has done with the kit before it is sealed; each is ticked.
const KIT_DONE: [(&str, &str); 4] = [
    ("printed", "setup-kit-printed"),
    ("tested", "setup-kit-tested"),
    ("apart", "setup-kit-apart"),
    ("erased", "setup-kit-file-erased"),
];

/// The steps of the beginning, and below them everything else that is to do.
pub(crate) async fn show(signed: Signed, RawQuery(query): RawQuery) -> Result<Page, PageFailed> {
    of_the_hospital(&signed)?;
    let engine = signed.asker.engine.clone();
    let known = signed
        .asker
        .blocking(move || (engine.setup_steps(), engine.tasks()));
    let (steps, tasks) = known.await?;
    let others: Vec<&Task> = tasks.iter().filter(|task| !is_step(task)).collect();
    let complete = steps.iter().all(|(_, is_done)| *is_done);
    let title = signed.say("setup-title", &[]);
    let todo = todo(&signed, &others);
    let list = html! { ol.steps { @for (step, is_done) in &steps { (step_shown(&signed, *step, *is_done)) } } };
    let heading = signed.say("setup-steps", &[]);
    // What is to be done first stands first; once it is done it makes room.
    let main = html! {
        h1 { (title) }
        (without_passkey(&signed))
        @if complete {
            p { (parts::tag(Tone::Good, &signed.say("setup-complete", &[]))) }
            (todo)
            section.card { details { summary { (heading) } (list) } }
        } @else {
            p { (signed.say("setup-lead", &[])) }
            section.card { h2 { (heading) } (list) }
            (todo)
        }
        (elsewhere(&signed))
    };
    Ok(Page::new(&signed, &title)
        .await
        .after(query.as_deref())
        .main(main))
}

/// Whoever has no passkey yet is led to it: every act of these pages asks for a proof.
fn without_passkey(signed: &Signed) -> Markup {
    if signed.asker.engine.has_passkey(&signed.asker.by) {
        return html! {};
    }
    let led = html! {
        p { (signed.say("setup-passkey-why", &[])) }
        p { a.button href="/passkeys" { (signed.say("console-passkey-add-title", &[])) } }
    };
    parts::notice(Tone::Plain, &led)
}

/// What is to be done beside the steps of the beginning.
fn todo(signed: &Signed, tasks: &[&Task]) -> Markup {
    html! {
        section.card {
            h2 { (signed.say("setup-todo", &[])) }
            @if tasks.is_empty() { (parts::empty(&signed.say("setup-todo-none", &[]))) }
            ul.tasks { @for task in tasks { (task_shown(signed, task)) } }
        }
    }
}

/// Whether a task is a step of the beginning.
pub(super) fn is_step(task: &Task) -> bool {
    Step::ALL.into_iter().any(|step| step.id() == task.id)
}

fn step_shown(signed: &Signed, step: Step, is_done: bool) -> Markup {
    let (tone, id) = if is_done {
        (Tone::Good, "setup-step-done")
    } else {
        (Tone::Look, "setup-step-open")
    };
    html! {
        li {
            p {
                (parts::tag(tone, &signed.say(id, &[]))) " "
                a href=(step.page()) { (signed.say(step.id(), &[])) }
            }
            @if !is_done { p.hint { (signed.say(why(step), &[])) } }
        }
    }
}

/// What a step is good for, in one sentence.
fn why(step: Step) -> &'static str {
    match step {
        Step::Kit => "task-kit-why",
        Step::SecondPerson => "task-second-person-why",
        Step::NightChain => "task-night-chain-why",
        Step::Envelope => "task-envelope-why",
        Step::Vendor => "task-vendor-why",
        Step::Engineer => "task-engineer-why",
        Step::Device => "task-device-why",
        Step::Target => "task-target-why",
        Step::Secret => "task-secret-why",
        Step::Relay => "task-relay-why",
    }
}

/// A task in words, with the way to where it is done for those who may go there.
pub(super) fn task_shown(signed: &Signed, task: &Task) -> Markup {
    let said = sentence(
        signed.language,
        &Said::plain(&task.id).with("detail", &task.detail),
    );
    let (tone, id) = match task.urgency {
        Urgency::StopsVisits => (Tone::Bad, "setup-urgency-stops"),
        Urgency::Due => (Tone::Look, "setup-urgency-due"),
        Urgency::Preparation => (Tone::Plain, "setup-urgency-preparation"),
    };
    html! {
        li {
            p { (parts::tag(tone, &signed.say(id, &[]))) " " (said) }
            @if let Some(page) = task.page.as_ref().filter(|_| signed.of_the_hospital()) {
                p { a.button href=(page) { (signed.say("setup-to-task", &[])) } }
            }
        }
    }
}

/// The pages of what is kept, also when nothing is to do.
fn elsewhere(signed: &Signed) -> Markup {
    const PAGES: [(&str, &str); 17] = [
        ("/alerts", "alerts"),
        ("/incidents", "incidents"),
        ("/inspection", "inspection"),
        ("/rules", "rules"),
        ("/decoys", "decoys"),
        ("/vendors", "setup-vendors"),
        ("/persons", "setup-persons"),
        ("/devices", "setup-devices"),
        ("/attestation", "console-attestation-title"),
        ("/setup/targets", "setup-targets"),
        ("/secrets", "console-secrets-title"),
        ("/relays", "setup-relays"),
        ("/night-chain", "setup-night-chain"),
        ("/envelope", "setup-envelope"),
        ("/notifications", "notify-title"),
        ("/certificates", "setup-certificates"),
        ("/settings", "setup-settings"),
    ];
    html! {
        nav.acts aria-label=(signed.say("setup-pages", &[])) {
            ul.acts { @for (path, id) in PAGES { li { a.button href=(path) { (signed.say(id, &[])) } } } }
        }
    }
}

/// What the kit is, and what was done with it.
pub(crate) async fn kit(signed: Signed) -> Result<Page, PageFailed> {
    of_the_hospital(&signed)?;
    let fields = html! {
        p { (signed.say("setup-kit-what", &[])) }
        p { (signed.say("setup-kit-loss", &[])) }
        p { (signed.say("setup-kit-test", &[])) }
        @for (name, id) in KIT_DONE { (parts::tick(name, "yes", &signed.say(id, &[]), false)) }
    };
    let act = Act {
        title: "setup-kit",
        about: "",
        risk: "setup-kit-risk",
        to: "/setup/kit",
        back: "/setup",
    };
    Ok(act.page(&signed, &fields).await)
}

/// States that it is printed, tested and sealed: every box counts, because nobody else can know.
pub(crate) async fn seal_kit(signed: Signed, posted: Posted) -> Result<Response, PageFailed> {
    if !KIT_DONE.iter().all(|(name, _)| posted.checked(name)) {
        return Err(PageFailed::Because(vec![Said::plain("setup-kit-not-yet")]));
    }
    signed.fresh(&posted).await?;
    read(site::seal_kit(signed.asker.clone(), Nothing).await)?;
    Ok(done("/setup", "done-sealed"))
}

#[cfg(test)]
mod tests {
    use engine::Finding;
    use phrases::{Language, ids, say};

    use super::*;

    #[test]
    fn a_page_tells_of_a_finding_without_a_command_or_a_file() {
        for language in [Language::Ja, Language::En] {
            let findings = ids(language).filter(|id| id.starts_with("finding-"));
            let tasks: Vec<Task> = findings
                .filter_map(|id| {
                    Task::of_finding(&Finding {
                        id,
                        detail: "handa/visit-7".to_owned(),
                        stops_visits: false,
                    })
                })
                .collect();
            assert!(tasks.len() > 15, "{}", tasks.len());
            for task in tasks {
                let said = say(language, &task.id, &[("detail", &task.detail)]);
                for command in ["sekisho", "docs/"] {
                    assert!(!said.contains(command), "{}: {said}", task.id);
                }
            }
        }
    }
}
