//! How far somebody or something reached.

use axum::Json;
use engine::{ReachAsked, ReachOf};
use wire::api::v1::{AskReach, Onward, Reach, ReachedSession};

use super::stories::{command, file, patient, refused};
use crate::answer::{Answer, Failed};
use crate::asker::{Asker, Readers};
use crate::body::Form;
use crate::reading::Reading;

/// Asks. What the engine opens for it is entered as a view of each recording.
pub(crate) async fn ask(asker: Asker, Form(form): Form<AskReach>) -> Answer<Reach> {
    let asked = asked(form)?;
    let told = asker.engine.reach(&asker.by, asked).await?;
    let shown = asker.read(Readers::AtWork, move |reading| Ok(shown(reading, &told)));
    shown.await.map(Json)
}

fn asked(form: AskReach) -> Result<ReachAsked, Failed> {
    let of = [
        form.person.map(ReachOf::Person),
        form.device.map(ReachOf::Device),
        form.vendor.map(ReachOf::Vendor),
        form.target.map(ReachOf::Target),
        form.secret.map(ReachOf::Secret),
    ];
    let mut of = of.into_iter().flatten();
    let one = of.next();
    if of.next().is_some() {
        return Err(Failed::field("of"));
    }
    Ok(ReachAsked {
        of: one.unwrap_or(ReachOf::Everybody),
        from: form.from,
        until: form.until,
    })
}

fn shown(reading: &Reading<'_>, told: &engine::Reach) -> Reach {
    let left_out = &told.left_out;
    Reach {
        sessions: told
            .sessions
            .iter()
            .map(|one| session(reading, one))
            .collect(),
        commands: told.commands.iter().map(command).collect(),
        files: told.files.iter().map(file).collect(),
        patients: told.patients.iter().map(patient).collect(),
        patients_unlisted: told.patients_unlisted,
        onward: told
            .onward
            .iter()
            .map(|one| Onward {
                session: one.session.clone(),
                at: one.at,
                to: one.to.clone(),
                command: one.command.clone(),
            })
            .collect(),
        refused: told.refused.iter().map(refused).collect(),
        masked_lines: told.masked_lines,
        shared: told.shared.clone(),
        left_out: [
            told.sessions_left_out,
            left_out.commands,
            left_out.files,
            left_out.patients,
            left_out.refused,
        ]
        .into_iter()
        .fold(0, u64::saturating_add),
    }
}

fn session(reading: &Reading<'_>, told: &engine::ReachedSession) -> ReachedSession {
    let target = reading.site.target(&told.target);
    let vendor = reading.site.vendor(&told.vendor);
    let (_, sent, received) = told.closed.unwrap_or((told.opened, 0, 0));
    ReachedSession {
        session: told.id.clone(),
        visit: told.visit.clone(),
        person: told.person.clone(),
        person_name: reading.name(&told.person),
        vendor: told.vendor.clone(),
        vendor_name: vendor.map(|vendor| vendor.name.clone()),
        device: told.device.clone(),
        target: told.target.clone(),
        target_name: target.map(|target| target.name.clone()),
        source: told.source,
        opened: told.opened,
        closed: told.closed.map(|(at, _, _)| at),
        sent,
        received,
        content: format!("content-{}", told.content.id()),
    }
}
