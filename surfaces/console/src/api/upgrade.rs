//! Committing the site to this release.

use access::{Command, Event, NEWEST_LEVEL};
use axum::Json;
use wire::api::v1::{Done, Upgrade};

use super::done;
use crate::answer::{Answer, Failed};
use crate::asker::{Asker, Readers};
use crate::body::Nothing;

/// To the hospital's people: what would become possible, and with it irreversible.
pub(crate) async fn show(asker: Asker) -> Answer<Upgrade> {
    let shown = asker.read(Readers::People, |reading| {
        let level = reading.site.level();
        let later = Event::KINDS
            .iter()
            .filter(|kind| !reading.site.writes(kind));
        let upgrade = Upgrade {
            level,
            newest: NEWEST_LEVEL,
            entries: later.map(|kind| (*kind).to_owned()).collect(),
        };
        reading
            .sees_all()
            .then_some(upgrade)
            .ok_or(Failed::NotFound)
    });
    shown.await.map(Json)
}

pub(crate) async fn commit(asker: Asker, _: Nothing) -> Answer<Done> {
    asker.submit(Command::UpgradeSite).await?;
    done()
}
