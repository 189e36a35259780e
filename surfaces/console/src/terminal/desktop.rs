//! Sitting at a desktop: a viewer of RFB that runs in the gateway.
//!
//! ```text
//! page ⇄ WebSocket ⇄ a seat here ⇄ RFB, in memory ⇄ the same proxy as everybody's ⇄ VNC ⇄ target
//!                                                └ our own RDP client ⇄ the same proxy ⇄ RDP ⇄ target
//! ```
//!
//! It is one more viewer: what may be done there is decided, recorded and ended where that is done for every
//! viewer (decision 0046).

use std::collections::BTreeSet;
use std::io;
use std::sync::{Mutex, PoisonError};

use access::{DesktopTerms, Protocol};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream};
use tokio::sync::{Notify, mpsc};
use wire::rfb::{
    Done, PixelFormat, ServerInit, Version, cut_text, encodings, request_all, security,
};

use super::kept::Output;
use super::seat::{Seat, Typed};

/// Bytes that are read at once.
const AT_ONCE: usize = 64 * 1024;

/// The longest sentence with which a desktop is refused, in bytes.
const MOST_REFUSAL: u32 = 4096;

/// Keys that are down at once. A person has ten fingers; what comes beyond is not sent.
const MOST_HELD: usize = 16;

/// A desktop's connection.
pub(super) struct AtDesktop {
    /// Until it runs.
    near: Mutex<Option<DuplexStream>>,
    terms: DesktopTerms,
    /// Whether keys are told by where they lie, too.
    places: bool,
}

/// What was heard on the way to the screen.
enum Joined {
    /// Its size and name are known.
    At(ServerInit),
    /// It is refused, and why.
    Refused(String),
}

impl AtDesktop {
    pub(super) fn new(near: DuplexStream, protocol: Protocol, terms: DesktopTerms) -> Self {
        let places = protocol == Protocol::Rdp;
        Self {
            near: Mutex::new(Some(near)),
            terms: DesktopTerms {
                // The page's own client has no channel over RDP.
                clipboard_in: terms.clipboard_in && !places,
                clipboard_out: terms.clipboard_out && !places,
                ..terms
            },
            places,
        }
    }

    /// Whether this is what a page does at a desktop. A text is pasted, and not typed.
    pub(super) fn understands(input: &[u8]) -> bool {
        let done = Done::read(input);
        done.is_ok_and(|done| !done.iter().any(|done| matches!(done, Done::Text(_))))
    }

    /// The message for a text that was pasted, if the visit takes it and RFB has letters for it.
    pub(super) fn pasted(&self, bytes: &[u8]) -> Result<Vec<u8>, &'static str> {
        if !self.terms.clipboard_in {
            return Err("desktop-paste-no");
        }
        let letters = std::str::from_utf8(bytes).map_err(|_| "desktop-paste-letters")?;
        let letters: Result<Vec<u8>, _> = letters
            .chars()
            .map(|letter| u8::try_from(u32::from(letter)))
            .collect();
        Ok(cut_text(&letters.map_err(|_| "desktop-paste-letters")?))
    }

    /// The desktop, both ways, until it is over; the sentence, if it was refused.
    pub(super) async fn serve(
        &self,
        seat: &Seat,
        mut typed: mpsc::Receiver<Typed>,
    ) -> Option<String> {
        let near = self
            .near
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let mut near = near?;
        let init = match join(&mut near).await.ok()? {
            Joined::At(init) => init,
            Joined::Refused(why) => return Some(why),
        };
        if let Output::Picture(painting) = &mut seat.state().output {
            painting.open(init.size).ok()?;
        }
        seat.tell();
        // What was typed before there was a screen is for nobody.
        while typed.try_recv().is_ok() {}
        let (from, to) = tokio::io::split(near);
        let asked = Notify::new();
        tokio::select! {
            _gone = self.up(seat, to, typed, &asked, &init) => {}
            _gone = down(seat, from, &asked) => {}
        }
        None
    }

    /// What is done, to the desktop; and the question for the next picture.
    async fn up(
        &self,
        seat: &Seat,
        mut to: impl AsyncWrite + Unpin,
        mut typed: mpsc::Receiver<Typed>,
        asked: &Notify,
        init: &ServerInit,
    ) -> io::Result<()> {
        let first = [
            PixelFormat::OURS.request(),
            encodings(),
            request_all(init.size).to_vec(),
        ];
        to.write_all(&first.concat()).await?;
        to.flush().await?;
        let mut held = Held::default();
        loop {
            let alone = async {
                match held.is_empty() {
                    true => std::future::pending().await,
                    false => seat.until(|state| (!state.attached).then_some(())).await,
                }
            };
            let bytes = tokio::select! {
                typed = typed.recv() => match typed {
                    None => return Ok(()),
                    Some(Typed::Size(_)) => continue,
                    Some(Typed::Keys(bytes)) => held.done(&bytes, seat.live().frozen().is_some()),
                },
                // Nobody holds a key any more.
                () = alone, if seat.live().frozen().is_none() => held.let_go(),
                () = seat.live().thawed(), if held.owes() => held.let_go_of_owed(),
                () = asked.notified() => {
                    let size = match &seat.state().output {
                        Output::Picture(painting) => painting.size(),
                        Output::Text(_) => None,
                    };
                    let [kind, _, place @ ..] = request_all(size.unwrap_or(init.size));
                    // Only what changes from here on.
                    to.write_all(&[kind, 1]).await?;
                    to.write_all(&place).await?;
                    to.flush().await?;
                    continue;
                }
            };
            for done in bytes {
                let told = if self.places {
                    Some(done.told())
                } else {
                    done.plain()
                };
                if let Some(told) = told {
                    to.write_all(&told).await?;
                }
            }
            to.flush().await?;
        }
    }
}

/// What the desktop shows, always taken: what the page has not seen is looked at again.
async fn down(seat: &Seat, mut from: impl AsyncRead + Unpin, asked: &Notify) -> io::Result<()> {
    let mut buffer = vec![0; AT_ONCE];
    loop {
        let read = from.read(&mut buffer).await?;
        if read == 0 {
            return Ok(());
        }
        let taken = match &mut seat.state().output {
            Output::Picture(painting) => painting.take(buffer.get(..read).unwrap_or_default()),
            Output::Text(_) => Ok(0),
        };
        let updates = taken.map_err(|wrong| {
            tracing::warn!(%wrong, "a desktop in a page says what cannot be shown");
            io::Error::other(wrong)
        })?;
        if updates > 0 {
            asked.notify_one();
        }
        seat.tell();
    }
}

/// Signs in with nothing, as every viewer does inside a session.
async fn join(near: &mut DuplexStream) -> io::Result<Joined> {
    let mut line = [0; 12];
    near.read_exact(&mut line).await?;
    near.write_all(Version::V3_8.line()).await?;
    near.flush().await?;
    let types = usize::from(near.read_u8().await?);
    if types == 0 {
        return Ok(Joined::Refused(refusal(near).await?));
    }
    let mut offered = vec![0; types];
    near.read_exact(&mut offered).await?;
    near.write_all(&[security::NONE]).await?;
    near.flush().await?;
    if near.read_u32().await? != 0 {
        return Ok(Joined::Refused(refusal(near).await?));
    }
    near.write_all(&[1]).await?;
    near.flush().await?;
    let mut head = [0; ServerInit::LENGTH];
    near.read_exact(&mut head).await?;
    let (init, name) = ServerInit::read(&head).map_err(io::Error::other)?;
    let mut name = vec![0; name];
    near.read_exact(&mut name).await?;
    Ok(Joined::At(init))
}

async fn refusal(near: &mut DuplexStream) -> io::Result<String> {
    let length = near.read_u32().await?.min(MOST_REFUSAL);
    let mut sentence = vec![0; usize::try_from(length).unwrap_or(0)];
    near.read_exact(&mut sentence).await?;
    Ok(String::from_utf8_lossy(&sentence).into_owned())
}

/// What is held down at the desktop, as far as it was told. A page that is gone, or was paused meanwhile, leaves
/// no key down behind it.
#[derive(Default)]
struct Held {
    keys: BTreeSet<(u32, u8)>,
    /// The pointer where it was last, with a button down.
    pointer: Option<[u8; 6]>,
    /// What was let go while nothing passed.
    owed: Vec<Done>,
}

impl Held {
    fn is_empty(&self) -> bool {
        self.keys.is_empty() && self.pointer.is_none()
    }

    fn owes(&self) -> bool {
        !self.owed.is_empty()
    }

    /// What of it goes on to the desktop. While nothing passes that is nothing; what is let go then is told
    /// later, and nothing else.
    fn done(&mut self, bytes: &[u8], frozen: bool) -> Vec<Done> {
        // Whole messages: it was looked at when it came.
        let mut done = Done::read(bytes).unwrap_or_default();
        if frozen {
            done.retain(|done| self.lets_go(done));
            self.owed.extend(done);
            return Vec::new();
        }
        let mut passing = std::mem::take(&mut self.owed);
        for done in &passing {
            self.note(done);
        }
        for done in done {
            if self.note(&done) {
                passing.push(done);
            }
        }
        passing
    }

    fn lets_go(&self, done: &Done) -> bool {
        match done {
            Done::Key {
                down: false,
                symbol,
                place,
            } => self.keys.contains(&(*symbol, *place)),
            Done::Pointer([_, 0, ..]) => self.pointer.is_some(),
            Done::Key { .. } | Done::Pointer(_) | Done::Text(_) => false,
        }
    }

    /// Whether it goes on.
    fn note(&mut self, done: &Done) -> bool {
        match done {
            Done::Key {
                down,
                symbol,
                place,
            } => {
                let key = (*symbol, *place);
                if !down {
                    self.keys.remove(&key);
                } else if self.keys.len() < MOST_HELD || self.keys.contains(&key) {
                    self.keys.insert(key);
                } else {
                    return false;
                }
            }
            Done::Pointer(message) => {
                let [_, buttons, ..] = message;
                self.pointer = (*buttons != 0).then_some(*message);
            }
            Done::Text(_) => {}
        }
        true
    }

    fn let_go_of_owed(&mut self) -> Vec<Done> {
        self.done(&[], false)
    }

    /// Everything that is down goes up.
    fn let_go(&mut self) -> Vec<Done> {
        self.owed.clear();
        let keys = std::mem::take(&mut self.keys).into_iter();
        let up = keys.map(|(symbol, place)| Done::Key {
            down: false,
            symbol,
            place,
        });
        let pointer = self.pointer.take().map(|[kind, _, place @ ..]| {
            let [a, b, c, d] = place;
            Done::Pointer([kind, 0, a, b, c, d])
        });
        up.chain(pointer).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(down: bool, place: u8) -> Done {
        Done::Key {
            down,
            symbol: u32::from(place),
            place,
        }
    }

    fn told(done: &[Done]) -> Vec<u8> {
        done.iter().flat_map(Done::told).collect()
    }

    #[test]
    fn what_is_typed_in_a_pause_is_dropped_and_what_is_let_go_in_it_is_not_left_down() {
        let mut held = Held::default();
        let pressed = [key(true, 29), Done::Pointer([5, 1, 0, 1, 0, 1])];
        assert_eq!(held.done(&told(&pressed), false), pressed);
        let meanwhile = [key(true, 46), key(false, 46), key(false, 29)];
        assert!(held.done(&told(&meanwhile), true).is_empty());
        assert!(held.owes());
        assert_eq!(held.let_go_of_owed(), [key(false, 29)]);
        assert_eq!(held.let_go(), [Done::Pointer([5, 0, 0, 1, 0, 1])]);
        assert!(held.is_empty() && held.let_go().is_empty());
    }

    #[test]
    fn a_page_that_presses_every_key_holds_no_more_than_hands_do() {
        let mut held = Held::default();
        let all: Vec<Done> = (1..=255).map(|place| key(true, place)).collect();
        assert_eq!(held.done(&told(&all), false).len(), MOST_HELD);
    }

    #[test]
    fn a_text_is_pasted_only_where_that_is_granted_and_in_letters_that_rfb_has() {
        let (near, _far) = tokio::io::duplex(1);
        let mut at = AtDesktop::new(near, Protocol::Vnc, DesktopTerms::USUAL);
        assert_eq!(at.pasted(b"ls"), Err("desktop-paste-no"));
        at.terms.clipboard_in = true;
        assert_eq!(at.pasted("漢".as_bytes()), Err("desktop-paste-letters"));
        let message = at.pasted("é".as_bytes()).unwrap();
        assert_eq!(message, [6, 0, 0, 0, 0, 0, 0, 1, 0xe9]);
        assert!(!AtDesktop::understands(&message), "typed, it is none");
    }
}
