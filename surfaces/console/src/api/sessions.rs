//! Sessions: who is inside, and how they came out.

use access::EndReason;
use axum::Json;
use axum::extract::RawQuery;
use ids::SessionId;
use wire::api::v1::{Done, Ended, Session};

use super::requests::target_name;
use super::{LATEST, done, latest};
use crate::answer::{Answer, Failed};
use crate::asker::{Asker, Readers, Thing};
use crate::body::{Nothing, Of, Query};
use crate::reading::Reading;
use crate::words;

/// All that are live, and the latest ended ones.
pub(crate) async fn list(asker: Asker, query: RawQuery) -> Answer<Vec<Session>> {
    let [before] = Query::read(&query, ["before"])?.numbers();
    newest(asker, before, LATEST).await
}

/// All that are live, and so many of the others.
pub(crate) async fn newest(asker: Asker, before: Option<u64>, most: usize) -> Answer<Vec<Session>> {
    let list = asker.read(Readers::AlsoOperator, move |reading| {
        let seen = reading
            .site
            .sessions()
            .filter(|session| reading.sees(&session.id));
        let newest = latest(
            seen,
            before,
            most,
            |session| session.id.number(),
            |session| session.closed.is_none(),
        );
        let newest = newest.into_iter();
        newest
            .map(|session| shown(reading, session, None))
            .collect()
    });
    list.await.map(Json)
}

/// Also for the engineer whose session it was, so that its end has a reason.
pub(crate) async fn show(asker: Asker, Of(id): Of<SessionId>) -> Answer<Session> {
    // The memory knows of an end before the ledger does, and when the ledger cannot be written.
    let ended = asker.engine.end_reason(&id);
    let shown = asker.read(Readers::AlsoOperator, move |reading| {
        let session = reading.site.session(&id).filter(|_| reading.sees(&id));
        shown(reading, session.ok_or(Failed::NotFound)?, ended.as_ref())
    });
    shown.await.map(Json)
}

pub(super) fn shown(
    reading: &Reading<'_>,
    session: &access::Session,
    ended: Option<&EndReason>,
) -> Result<Session, Failed> {
    let site = reading.site;
    let grant = site.grant(&session.grant).ok_or(Failed::Broken)?;
    let until = match site.still_permitted(&session.id, reading.now) {
        Ok(until) => until,
        Err(_) => site
            .grant_until(&grant.id)
            .unwrap_or(grant.terms.window.until),
    };
    let (at, sent, received) = session.closed.unwrap_or((site.last_at(), 0, 0));
    let ended = ended.or(session.ended.as_ref()).map(|reason| Ended {
        at,
        reason: words::end_said(reason),
        sent,
        received,
    });
    Ok(Session {
        id: session.id.clone(),
        visit: session.visit.clone(),
        person: session.person.clone(),
        person_name: reading.name(&session.person),
        device: session.device.clone(),
        target: session.target.clone(),
        target_name: target_name(reading, &session.target),
        protocol: words::protocol_said(grant.terms.protocol),
        source: (reading.sees_all() || reading.sees(&session.person)).then_some(session.source),
        opened_at: session.opened,
        until,
        recording: words::recording_said(grant.terms.recording),
        frozen: (session.is_live() && ended.is_none())
            .then(|| site.frozen(session).map(words::frozen_said))
            .flatten(),
        attended: session.attended,
        attendants: session.attendants.iter().cloned().collect(),
        channels: session.channels,
        ended,
    })
}

pub(crate) async fn end(asker: Asker, Of(session): Of<SessionId>, _: Nothing) -> Answer<Done> {
    let ended = asker.engine.end_session(&asker.by, &session).await;
    asker.about(&Thing::from(&session), ended)?;
    done()
}
