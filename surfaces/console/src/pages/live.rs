//! Lists that are alive: a stream that says when who is inside, or what waits, is not as it was. It says
//! only that; the page asks anew for what it shows, as whoever it is shown to.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use access::{Reason, RequestState, Sight};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use tokio::time::{Instant, interval};

use super::failed::PageFailed;
use super::signed::Signed;
use super::windows::Window;
use crate::answer::Failed;
use crate::asker::{Asker, Desk, Readers};
use crate::lines::{Gone, Lines, lines};
use crate::serve::Endless;

/// How often it is looked: somebody who has come in is seen within this, and so is a sign-in that ended.
const LOOK: Duration = Duration::from_secs(1);

/// How often something is said when nothing changed, so that a line that is gone is noticed.
const BREATH: Duration = Duration::from_secs(15);

/// How long one stream lasts; the browser asks again by itself.
const LASTS: Duration = Duration::from_secs(50 * 60);

/// Server-sent events (WHATWG HTML §9.2), for somebody who is signed in. Nothing of it counts as
/// somebody's being there.
pub(crate) async fn stream(
    State(desk): State<Desk>,
    signed: Signed,
) -> Result<Response, PageFailed> {
    let asker = signed.asker;
    asker.sight(Readers::People)?;
    let person = asker.person();
    let person = person.ok_or_else(|| Failed::because(Reason::PersonNeeded))?;
    let Some(window) = Window::open(person) else {
        // A browser that is told "no content" does not ask again.
        return Ok(StatusCode::NO_CONTENT.into_response());
    };
    let (lines, body) = lines();
    tokio::spawn(say(desk, asker, lines, window));
    let mut answer = body.answer("text/event-stream");
    answer.extensions_mut().insert(Endless);
    Ok(answer)
}

async fn say(desk: Desk, asker: Asker, lines: Lines, _window: Window) {
    let mut look = interval(LOOK);
    let (began, mut said_at) = (Instant::now(), Instant::now());
    let mut said = None;
    while began.elapsed() < LASTS {
        tokio::select! {
            _ = look.tick() => {}
            () = lines.closed() => return,
        }
        // Whoever is signed out, or may see nothing any more, is told nothing more (lesson L14).
        let known = desk.identify(asker.token.as_ref()).is_ok();
        let Some(now) = known.then(|| state_of(&asker)).flatten() else {
            return;
        };
        let told = if said.is_some_and(|before| before != now) {
            lines.send("event: changed\ndata: 1\n\n".into()).await
        } else if said.is_none() || said_at.elapsed() >= BREATH {
            lines.send(": here\n\n".into()).await
        } else {
            continue;
        };
        if told == Err(Gone) {
            return;
        }
        (said, said_at) = (Some(now), Instant::now());
    }
}

/// What the lists show, as one number: that it is another says that they are.
fn state_of(asker: &Asker) -> Option<u64> {
    let sight: Sight = asker.sight(Readers::People).ok()?;
    let mut state = DefaultHasher::new();
    asker.engine.live().is_isolated().hash(&mut state);
    let frozen = |session| {
        let live = asker.engine.live().session(session);
        live.and_then(|live| live.frozen())
            .map(|frozen| frozen as u8)
    };
    let site = asker.engine.site();
    for session in site.live_sessions() {
        if site.sees_visit(&sight, &session.visit) {
            let until = site.grant_until(&session.grant).map(|at| at.as_millis());
            (session.id.number(), session.ended.is_some(), until).hash(&mut state);
            (frozen(&session.id), session.attendants.len()).hash(&mut state);
        }
    }
    for request in site.requests() {
        let waits = matches!(
            request.state,
            RequestState::AwaitingApproval
                | RequestState::AwaitingSecondApproval
                | RequestState::OpenedInEmergency
        );
        if waits && site.sees_visit(&sight, &request.visit) {
            let over = request.window.until <= asker.engine.now();
            (request.id.number(), request.approvals.len(), over).hash(&mut state);
        }
    }
    Some(state.finish())
}
