//! The relays of the site, what is seen from outside, and the days until a report is due.

use access::{Command, NewRelay};
use axum::Json;
use engine::Engine;
use wire::api::v1::{
    Done, Introduction, MAX_PORTS, Outside, OutsideCheck, OutsideSeen, Relay, RelayLink,
    RelayShown, RemoveRelay, SetReportDue,
};

use super::done;
use crate::answer::{Answer, Failed};
use crate::asker::{Asker, Readers};
use crate::body::Form;

/// The hospital's people; a vendor's engineer reads an empty list.
pub(crate) async fn list(asker: Asker) -> Answer<Vec<RelayShown>> {
    let relays = asker.read(Readers::People, |reading| {
        let all = reading.site.relays().filter(|_| reading.sees_all());
        Ok(all.cloned().collect::<Vec<NewRelay>>())
    });
    let relays = relays.await?;
    let engine = asker.engine.clone();
    let shown = asker.blocking(move || {
        let relays = relays.into_iter();
        relays.map(|relay| shown(&engine, relay)).collect()
    });
    shown.await.map(Json)
}

fn shown(engine: &Engine, relay: NewRelay) -> RelayShown {
    RelayShown {
        link: engine
            .relay_link(&relay.name)
            .map(|(connected, since)| RelayLink { connected, since }),
        cosigned_at: engine.relay_cosigned_at(&relay),
        relay: Relay {
            name: relay.name,
            address: relay.address,
            tls_name: relay.tls_name,
            key: relay.key,
            witness: relay.witness,
        },
    }
}

/// The site's public keys, for a relay's operator. The hospital's people only.
pub(crate) async fn introduction(asker: Asker) -> Answer<Introduction> {
    let key = asker.engine.link_pin();
    let known = asker.read(Readers::People, move |reading| {
        let founding = reading.site.founding().filter(|_| reading.sees_all());
        let founding = founding.ok_or(Failed::NotFound)?;
        Ok(Introduction {
            site: reading.site.id().clone(),
            key,
            engineers_name: founding.engineers_name.clone(),
            site_key: founding.site_vkey.clone(),
            kit_key: founding.kit_vkey.clone(),
        })
    });
    known.await.map(Json)
}

pub(crate) async fn add(asker: Asker, Form(form): Form<Relay>) -> Answer<Done> {
    let relay = NewRelay {
        name: form.name,
        address: form.address,
        tls_name: form.tls_name,
        key: form.key,
        witness: form.witness,
    };
    asker.submit(Command::RegisterRelay(relay)).await?;
    done()
}

pub(crate) async fn remove(asker: Asker, Form(form): Form<RemoveRelay>) -> Answer<Done> {
    let name = form.name;
    asker.submit(Command::RemoveRelay { name }).await?;
    done()
}

/// Has each relay try the site's public address, and only that.
pub(crate) async fn outside_check(
    asker: Asker,
    Form(form): Form<OutsideCheck>,
) -> Answer<Vec<OutsideSeen>> {
    if form.ports.is_empty() || form.ports.len() > MAX_PORTS || form.ports.contains(&0) {
        return Err(Failed::field("ports"));
    }
    let found = asker.engine.outside_check(&asker.by, form.ports).await?;
    let seen = found.into_iter().map(|seen| OutsideSeen {
        relay: seen.relay,
        found: match seen.found {
            Some((address, open)) => Outside::Tried { address, open },
            None => Outside::Unreachable {},
        },
    });
    Ok(Json(seen.collect()))
}

pub(crate) async fn set_report_due(asker: Asker, Form(form): Form<SetReportDue>) -> Answer<Done> {
    let days = form.days;
    asker.submit(Command::SetReportDue { days }).await?;
    done()
}
