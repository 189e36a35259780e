//! What an incident asks of people beside writing it down, and what is prepared for one.

use std::path::Path;

use ids::PersonId;
use wire::Bytes;
use wire::api::v1::{
    AgreePolicy, Confidence, PreparationShown, ResponseShown, SetContact, StepTaken, TakeStep,
    TryContact,
};

use super::evidence::{write, written};
use super::site::done;
use super::visits::file;
use crate::cli::{PreparationVerb, StepArgs};
use crate::context::{At, Context};
use crate::failure::{Failure, Kind};
use crate::parse;

/// What of a ledger's export is its newest checkpoint.
const CHECKPOINT: &str = "checkpoint";

/// What an incident asks for, and what of it is done.
pub(super) async fn steps(context: &Context, at: &At, incident: u64) -> Result<(), Failure> {
    let told = at.api.incident_steps(incident).await?;
    context.show(&told, |context| lines(context, &told))
}

/// Takes a step.
pub(super) async fn step(context: &Context, at: &At, args: StepArgs) -> Result<(), Failure> {
    let usage = || Failure::new(Kind::Usage, "cli-usage-wrong");
    let moment = |text: String| parse::moment(&text, context.now());
    let confidence = args.confidence.as_deref().map(Confidence::of);
    let confidence = confidence.map(|known| known.ok_or_else(usage));
    let owner = args.owner.map(|text| PersonId::parse_at(&at.site, &text));
    let due = args.due.map(|text| parse::end_of_day(&text));
    let sha256 = args.sha256.map(|text| text.parse().map_err(|_| usage()));
    let kept = args.file.map(|path| file(&path)).transpose()?;
    let form = TakeStep {
        incident: args.incident,
        step: args.step,
        name: args.name,
        about: args.about,
        facts: args.facts,
        who: args.who,
        owner: owner.transpose()?,
        due: due.transpose()?,
        confidence: confidence.transpose()?,
        sha256: sha256.transpose()?,
        file: kept.map(|(_, content)| content),
        happened: args.happened.map(moment).transpose()?,
        said: args.said,
    };
    at.api.step_incident(&form).await?;
    done(context)
}

/// Takes what the checkpoint itself has, into a folder (a stick), and says in the incident that it is kept: the ledger with what
/// proves it, its newest checkpoint, the list of the recordings, whose seals stand in the ledger.
pub(super) async fn preserve(
    context: &Context,
    at: &At,
    incident: u64,
    out: &Path,
) -> Result<(), Failure> {
    // An incident that there is not leaves no folder.
    at.api.incident_steps(incident).await?;
    let export = at.api.export_ledger().await?;
    let recordings = at.api.recordings().await?;
    let recordings = serde_json::to_vec_pretty(&recordings).map_err(Failure::internal)?;
    let mut files = export.files.iter();
    let checkpoint = files.find(|file| file.path == CHECKPOINT);
    let checkpoint = checkpoint.map(|file| file.content.0.clone());
    let checkpoint = checkpoint.unwrap_or_default();
    std::fs::create_dir(out).map_err(|cause| Failure::unwritable(out, &cause))?;
    let ledger = out.join("ledger");
    client::verify::write_export(&ledger, &export.files)
        .map_err(|cause| Failure::unwritable(&ledger, &cause))?;
    write(&out.join("recordings.json"), &recordings)?;
    write(&out.join("checkpoint.txt"), &checkpoint)?;
    let said = context.say("cli-preserved", &[("path", &out.display().to_string())]);
    for (capture, kept) in [
        ("ledger", None),
        ("seals", Some(recordings)),
        ("checkpoint", Some(checkpoint)),
    ] {
        let form = TakeStep {
            incident,
            step: "captured".to_owned(),
            name: Some(capture.to_owned()),
            file: kept.map(Bytes),
            said: Some(said.clone()),
            ..TakeStep::default()
        };
        at.api.step_incident(&form).await?;
    }
    written(context, out)
}

fn lines(context: &Context, told: &ResponseShown) -> Vec<String> {
    let word = |id: &str| context.say(id, &[]);
    let line = |step: &StepTaken| format!("{}  {}", step.happened, step.line(word));
    let open = word("response-not-yet");
    let mut lines = vec![word("response-evidence")];
    for one in &told.captures {
        let said = one.answered.as_ref().map_or_else(|| open.clone(), line);
        lines.push(format!("  {}: {said}", word(&one.capture)));
    }
    lines.extend(told.changes.iter().map(|step| format!("  {}", line(step))));
    lines.push(word("response-duties"));
    for one in &told.duties {
        let due = one.due.map(|due| due.to_string()).unwrap_or_default();
        let late = if one.late {
            word("response-late")
        } else {
            open.clone()
        };
        let said = one.answered.as_ref().map(line);
        let said = said.unwrap_or_else(|| format!("{late} {due}"));
        lines.push(format!("  {}: {said}", word(&one.duty)));
    }
    for (title, steps) in [
        ("response-decisions", &told.decisions),
        ("response-facts", &told.facts),
        ("response-lessons", &told.lessons),
    ] {
        lines.push(word(title));
        let of = |step: &StepTaken| format!("  ({}) {}", step.number, line(step));
        lines.extend(steps.iter().map(of));
    }
    lines.push(word("response-care"));
    for one in &told.care {
        let said = one.since.as_ref().map_or_else(|| open.clone(), line);
        lines.push(format!("  {}: {said}", word(&one.care)));
    }
    lines.push(word("response-judged"));
    for set in &told.judged {
        let name = set.name.clone();
        let name = name.unwrap_or_else(|| word("chronology-erased"));
        lines.push(format!("  ({}) {name}", set.number));
        let of = |step: &StepTaken| format!("    {}", line(step));
        lines.extend(set.revisions.iter().map(of));
    }
    lines.push(word("response-notices"));
    for one in &told.notices {
        let number = one.draft.number;
        lines.push(format!("  ({number}) {}", word(&one.kind)));
        for step in [&one.approved, &one.published].into_iter().flatten() {
            lines.push(format!("    {}", line(step)));
        }
    }
    lines.push(word("response-tasks"));
    for one in &told.tasks {
        let done = if one.done.is_some() {
            word("step-done")
        } else {
            open.clone()
        };
        let said = one.given.said.as_deref().unwrap_or_default();
        let number = one.given.number;
        lines.push(format!(
            "  ({number}) {said}  {}  {}  {done}",
            one.owner, one.due
        ));
    }
    lines
}

/// Shows and changes what is prepared.
pub(super) async fn preparation(context: &Context, verb: PreparationVerb) -> Result<(), Failure> {
    let at = context.at().await?;
    match verb {
        PreparationVerb::Show => {
            let known = at.api.preparation().await?;
            return context.show(&known, |context| prepared(context, &known));
        }
        PreparationVerb::Agree { matter, said } => {
            at.api.agree_policy(&AgreePolicy { matter, said }).await?;
        }
        PreparationVerb::Contact {
            role,
            name,
            reach,
            number,
        } => {
            let form = SetContact {
                number,
                role: Some(role),
                name: Some(name),
                reach: Some(reach),
            };
            at.api.set_contact(&form).await?;
        }
        PreparationVerb::Remove { number } => {
            let form = SetContact {
                number: Some(number),
                role: None,
                name: None,
                reach: None,
            };
            at.api.set_contact(&form).await?;
        }
        PreparationVerb::Tried {
            number,
            not_reached,
        } => {
            let reached = !not_reached;
            at.api.try_contact(&TryContact { number, reached }).await?;
        }
    }
    done(context)
}

fn prepared(context: &Context, known: &PreparationShown) -> Vec<String> {
    let word = |id: &str| context.say(id, &[]);
    let mut lines = vec![word("preparation-cards")];
    for card in &known.cards {
        let none = word("preparation-not-agreed");
        let said = card.said.as_deref().unwrap_or(&none);
        lines.push(format!("  {}: {said}", word(&card.matter)));
    }
    lines.push(word("preparation-contacts"));
    for one in &known.contacts {
        let tried = one.tried.map(|at| at.to_string()).unwrap_or_default();
        let state = match (one.untried, one.reached) {
            (_, None) => "preparation-never",
            (true, _) => "preparation-untried",
            (false, _) => "preparation-tried",
        };
        let name = one.name.as_deref().unwrap_or_default();
        let reach = one.reach.as_deref().unwrap_or_default();
        let role = word(&one.role);
        let state = word(state);
        lines.push(format!(
            "  {}. {role}: {name}  {reach}  {state} {tried}",
            one.number
        ));
    }
    for role in &known.missing {
        lines.push(format!("  {}: {}", word(role), word("preparation-nobody")));
    }
    lines
}
