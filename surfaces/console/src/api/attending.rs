//! Attending a session (立会い): what its channels show, live, for as long as somebody is there.
//!
//! The watcher's program says that it is still there with the body of its request, a byte or a line
//! every [`HEARTBEAT_SECONDS`]; that body ends when the watcher leaves. A line that went dead without
//! a word is noticed by its silence: the kernel would believe in it for a quarter of an hour.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use engine::{Attendance, Shown};
use http_body_util::BodyExt;
use ids::SessionId;
use recording::Inert;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};
use wire::Bytes;
use wire::api::v1::{Done, HEARTBEAT_SECONDS, MAX_LINE, Seen, Tell};

use super::done;
use crate::answer::{Answer, Failed};
use crate::asker::{Asker, Desk, Thing};
use crate::body::{Form, Nothing, Of};
use crate::lines::{GONE_AFTER, Gone, Lines, lines};
use crate::serve::Endless;
use crate::words;

pub(crate) async fn pause(asker: Asker, Of(session): Of<SessionId>, _: Nothing) -> Answer<Done> {
    let paused = asker.engine.pause(&asker.by, &session).await;
    asker.about(&Thing::from(&session), paused)?;
    done()
}

pub(crate) async fn go_on(asker: Asker, Of(session): Of<SessionId>, _: Nothing) -> Answer<Done> {
    let continued = asker.engine.continue_session(&asker.by, &session).await;
    asker.about(&Thing::from(&session), continued)?;
    done()
}

/// Says a word to the engineer, in their terminal.
pub(crate) async fn tell(
    asker: Asker,
    Of(session): Of<SessionId>,
    Form(form): Form<Tell>,
) -> Answer<Done> {
    if form.words.len() > MAX_LINE {
        return Err(Failed::field("words"));
    }
    let told = asker
        .engine
        .tell_engineer(&asker.by, &session, &form.words)
        .await;
    asker.about(&Thing::from(&session), told)?;
    done()
}

/// Attends from here until the watcher, the session or the right to watch is gone.
pub(crate) async fn attend(
    State(desk): State<Desk>,
    asker: Asker,
    Of(session): Of<SessionId>,
    beats: Body,
) -> Result<Response, Failed> {
    let attended = asker.engine.attend(&asker.by, &session).await;
    let attendance = asker.about(&Thing::from(&session), attended)?;
    let (lines, body) = lines();
    let watcher = Watcher {
        desk,
        asker,
        session,
        lines,
        inert: BTreeMap::new(),
    };
    tokio::spawn(watcher.watch(attendance, beats));
    let mut answer = body.into_response();
    answer.extensions_mut().insert(Endless);
    Ok(answer)
}

/// Somebody who attends.
struct Watcher {
    desk: Desk,
    asker: Asker,
    session: SessionId,
    lines: Lines,
    /// One filter per channel: an escape sequence may come in two pieces.
    inert: BTreeMap<u32, Inert>,
}

impl Watcher {
    /// Dropping the attendance at the end is the leaving.
    async fn watch(mut self, mut attendance: Attendance, mut beats: Body) {
        let mut alive = interval(Duration::from_secs(HEARTBEAT_SECONDS));
        alive.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut gone_at = Instant::now() + GONE_AFTER;
        loop {
            let said = tokio::select! {
                shown = attendance.next() => match shown {
                    Some(shown) => self.show(shown).await,
                    None => return self.over().await,
                },
                _ = alive.tick() => self.say_alive().await,
                beat = beats.frame() => match beat {
                    Some(Ok(_)) => {
                        gone_at = Instant::now() + GONE_AFTER;
                        Ok(())
                    }
                    Some(Err(_)) | None => Err(Gone),
                },
                () = sleep_until(gone_at) => Err(Gone),
                () = self.lines.closed() => Err(Gone),
            };
            if said == Err(Gone) {
                return;
            }
        }
    }

    async fn show(&mut self, shown: Shown) -> Result<(), Gone> {
        let seen = match shown {
            Shown::Opened {
                channel,
                what,
                terminal,
            } => Seen::Opened {
                channel,
                what: words::purpose(what),
                terminal: terminal.map(words::terminal),
            },
            Shown::Output { channel, bytes } => {
                let inert = self.inert.entry(channel).or_default();
                let mut safe = Vec::with_capacity(bytes.len());
                inert.filter(&bytes, &mut safe);
                Seen::Output {
                    channel,
                    bytes: Bytes(safe),
                }
            }
            Shown::Resized {
                channel,
                columns,
                rows,
            } => Seen::Resized {
                channel,
                columns,
                rows,
            },
            Shown::Closed { channel } => {
                self.inert.remove(&channel);
                Seen::Closed { channel }
            }
            Shown::Picture { channel, bytes } => Seen::Picture {
                channel,
                bytes: Bytes(bytes.to_vec()),
            },
            Shown::Pixels { .. } => return Ok(()),
            Shown::Frozen(_) => return self.say_alive().await,
            Shown::Lost => {
                self.inert.clear();
                Seen::Lost {}
            }
            Shown::Notice(text) => Seen::Notice(text),
        };
        self.lines.say(&seen).await
    }

    /// Tells how the session stands, to somebody who may still know.
    async fn say_alive(&self) -> Result<(), Gone> {
        self.desk
            .identify(self.asker.token.as_ref())
            .map_err(|_| Gone)?;
        let seen = {
            let site = self.asker.engine.site();
            let session = site.session(&self.session).ok_or(Gone)?;
            let live = self.asker.engine.live().session(&self.session);
            Seen::Alive {
                frozen: live.and_then(|live| live.frozen()).map(words::frozen_said),
                until: site.grant_until(&session.grant).ok_or(Gone)?,
            }
        };
        self.lines.say(&seen).await
    }

    /// The last line, if the session has ended and not only the right to watch it.
    async fn over(self) {
        if let Some(reason) = self.asker.engine.end_reason(&self.session) {
            let ended = Seen::Ended(words::end_said(&reason));
            // A watcher who is gone needs no telling.
            let _ = self.lines.say(&ended).await;
        }
    }
}
