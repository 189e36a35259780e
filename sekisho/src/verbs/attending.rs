//! Attending a session (立会い), and pausing it.

mod screen;

use std::io::IsTerminal;
use std::pin::pin;
use std::sync::Arc;

use client::connect::told_to_stop;
use client::terminal::RawTerminal;
use client::{Api, ApiError, LineStream};
use ids::SessionId;
use tokio::io::AsyncReadExt;
use tokio::sync::mpsc;
use wire::Said;
use wire::api::v1::{Seen, Tell};

use self::screen::Screen;
use super::site::done;
use crate::context::{Context, note, print};
use crate::failure::{Failure, Kind};

pub(super) async fn pause(context: &Context, session: &str) -> Result<(), Failure> {
    let at = context.at().await?;
    let id = SessionId::parse_at(&at.site, session)?;
    at.api.pause_session(&id).await?;
    done(context)
}

pub(super) async fn go_on(context: &Context, session: &str) -> Result<(), Failure> {
    let at = context.at().await?;
    let id = SessionId::parse_at(&at.site, session)?;
    at.api.continue_session(&id).await?;
    done(context)
}

/// Says a word to the engineer.
pub(super) async fn tell(context: &Context, session: &str, words: String) -> Result<(), Failure> {
    let at = context.at().await?;
    let id = SessionId::parse_at(&at.site, session)?;
    at.api.tell_engineer(&id, &Tell { words }).await?;
    done(context)
}

/// Watches a session until it ends or its attendant leaves.
pub(super) async fn attend(context: &Context, session: &str) -> Result<(), Failure> {
    let at = context.at().await?;
    let id = SessionId::parse_at(&at.site, session)?;
    let attended = at.api.session(&id).await?.attended;
    let mut lines = at.api.attend(&id).await?;
    if context.json {
        return as_json(&mut lines).await;
    }
    let raw = if std::io::stdout().is_terminal() {
        RawTerminal::take().map_err(Failure::internal)?
    } else {
        None
    };
    let watching = Watching {
        context,
        id,
        api: Arc::new(at.api),
        screen: Screen::new(context.language, raw.is_some()),
        keys: Keys {
            leaving_freezes: attended,
            armed: None,
        },
    };
    let (ended, screen) = watching.run(&mut lines, raw.is_some()).await;
    // Before anything else is said: the terminal as it was.
    drop(screen);
    drop(raw);
    // Closing the stream is the leaving.
    drop(lines);
    match ended? {
        Some(reason) => {
            let said = context.sentence(crate::failure::Family::End, &reason);
            note(&crate::context::inert(&said));
        }
        None if attended => note(&context.say("attend-left-frozen", &[])),
        None => note(&context.say("attend-left", &[])),
    }
    Ok(())
}

/// Every line as it came, for a program.
async fn as_json(lines: &mut LineStream) -> Result<(), Failure> {
    let mut stopped = pin!(told_to_stop());
    loop {
        let seen = tokio::select! {
            seen = lines.next::<Seen>() => seen?,
            _ = &mut stopped => return Ok(()),
        };
        let Some(seen) = seen else {
            return Ok(());
        };
        print(&serde_json::to_string(&seen).map_err(Failure::internal)?);
    }
}

/// What a key asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wish {
    PauseOrContinue,
    End,
    Leave,
    /// To be asked for once more: this sentence says what.
    Confirm(&'static str),
    Nothing,
}

/// The keys: `p` pauses or continues, `e` twice ends, `q` leaves, `^C` leaves at once.
#[derive(Debug)]
struct Keys {
    leaving_freezes: bool,
    armed: Option<u8>,
}

const CONTROL_C: u8 = 3;

impl Keys {
    fn press(&mut self, key: u8) -> Wish {
        let armed = self.armed.take();
        match key {
            b'p' => Wish::PauseOrContinue,
            b'e' if armed == Some(b'e') => Wish::End,
            b'e' => {
                self.armed = Some(b'e');
                Wish::Confirm("attend-confirm-end")
            }
            b'q' if self.leaving_freezes && armed != Some(b'q') => {
                self.armed = Some(b'q');
                Wish::Confirm("attend-confirm-leave")
            }
            b'q' | CONTROL_C => Wish::Leave,
            _ => Wish::Nothing,
        }
    }
}

struct Watching<'a> {
    context: &'a Context,
    id: SessionId,
    api: Arc<Api>,
    screen: Screen,
    keys: Keys,
}

/// Why the session ended; `None` if the attendant left.
type Over = Result<Option<Said>, Failure>;

impl Watching<'_> {
    async fn run(mut self, lines: &mut LineStream, keyed: bool) -> (Over, Screen) {
        let over = self.watch(lines, keyed).await;
        (over, self.screen)
    }

    async fn watch(&mut self, lines: &mut LineStream, keyed: bool) -> Over {
        let mut stdin = tokio::io::stdin();
        let (tell, mut told) = mpsc::unbounded_channel();
        let mut key = [0];
        let mut keyed = keyed;
        // One for all rounds: a signal between two is not lost.
        let mut stopped = pin!(told_to_stop());
        loop {
            tokio::select! {
                seen = lines.next::<Seen>() => match seen? {
                    Some(Seen::Ended(reason)) => return Ok(Some(reason)),
                    Some(seen) => self.screen.see(&seen),
                    None => return self.cut_off(),
                },
                read = stdin.read(&mut key), if keyed => match read {
                    Ok(1) => {
                        if self.pressed(key[0], &tell) {
                            return Ok(None);
                        }
                    }
                    // No more keys: it is watched on.
                    Ok(_) | Err(_) => keyed = false,
                },
                Some(failure) = told.recv() => {
                    let failure: Failure = failure;
                    self.screen.remark(&failure.text(self.context.language));
                }
                _ = &mut stopped => return Ok(None),
            }
        }
    }

    /// Whether the attendant leaves.
    fn pressed(&mut self, key: u8, tell: &mpsc::UnboundedSender<Failure>) -> bool {
        match self.keys.press(key) {
            Wish::Leave => return true,
            Wish::Nothing => self.screen.ask(None),
            Wish::Confirm(id) => self.screen.ask(Some(id)),
            Wish::PauseOrContinue => {
                self.screen.ask(None);
                let (api, id, tell) = (Arc::clone(&self.api), self.id.clone(), tell.clone());
                let paused = self.screen.is_paused();
                tokio::spawn(async move {
                    let done = if paused {
                        api.continue_session(&id).await
                    } else {
                        api.pause_session(&id).await
                    };
                    refused(done.map(drop), &tell);
                });
            }
            Wish::End => {
                self.screen.ask(None);
                let (api, id, tell) = (Arc::clone(&self.api), self.id.clone(), tell.clone());
                tokio::spawn(async move {
                    refused(api.end_session(&id).await.map(drop), &tell);
                });
            }
        }
        false
    }

    /// The site closed the stream and the session goes on: who watches may not any more.
    fn cut_off(&self) -> Over {
        Err(Failure::new(Kind::Refused, "attend-cut-off"))
    }
}

fn refused(done: Result<(), ApiError>, tell: &mpsc::UnboundedSender<Failure>) {
    if let Err(error) = done {
        // Whoever asked may have left.
        let _ = tell.send(error.into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ending_is_asked_for_twice_and_another_key_takes_it_back() {
        let mut keys = Keys {
            leaving_freezes: false,
            armed: None,
        };
        assert_eq!(keys.press(b'e'), Wish::Confirm("attend-confirm-end"));
        assert_eq!(keys.press(b'e'), Wish::End);
        assert_eq!(keys.press(b'e'), Wish::Confirm("attend-confirm-end"));
        assert_eq!(keys.press(b'x'), Wish::Nothing);
        assert_eq!(keys.press(b'e'), Wish::Confirm("attend-confirm-end"));
        assert_eq!(keys.press(b'p'), Wish::PauseOrContinue);
    }

    #[test]
    fn whoever_is_needed_is_told_before_they_leave_what_their_leaving_does() {
        let keys = |leaving_freezes| Keys {
            leaving_freezes,
            armed: None,
        };
        assert_eq!(keys(false).press(b'q'), Wish::Leave);
        let mut needed = keys(true);
        assert_eq!(needed.press(b'q'), Wish::Confirm("attend-confirm-leave"));
        assert_eq!(needed.press(b'q'), Wish::Leave);
        assert_eq!(keys(true).press(CONTROL_C), Wish::Leave);
    }
}
