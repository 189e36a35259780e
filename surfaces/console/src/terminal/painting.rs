//! What a desktop shows now, for the page at it.
//!
//! A page is sent what changed since it last saw it, as it is at that moment: one that takes it slowly sees fewer
//! pictures, never old ones, and nobody waits for it. Of what it was sent no more is kept than one look.

use wire::rfb::{Canvas, Damage, Misbehaviour, Painted, PixelFormat, ServerSize, cut_text};

use super::kept::count;

/// Pixels that are looked at at once: a fast line carries them in a blink.
const MOST_PIXELS: usize = 1 << 17;

/// A server's message with a text for the clipboard (RFC 6143 §7.6.4), where a viewer's begins otherwise.
const SERVER_CUT_TEXT: u8 = 3;

/// Texts of the desktop's clipboard that wait for the page. A newer one takes the place of an older one.
type Text = Option<Vec<u8>>;

/// A desktop, and what its page has seen.
#[derive(Default)]
pub(super) struct Painting {
    shown: Option<Shown>,
    text: Text,
    /// One look, on its way to the page.
    look: Vec<u8>,
    /// The number of its first byte.
    begins: u64,
    /// Up to which byte the page has shown it.
    upto: u64,
}

struct Shown {
    canvas: Canvas,
    damage: Damage,
    /// The page knows its size.
    begun: bool,
}

impl Painting {
    /// The desktop is there.
    ///
    /// # Errors
    /// If it is too large to be shown.
    pub(super) fn open(&mut self, size: ServerSize) -> Result<(), Misbehaviour> {
        self.shown = Some(Shown {
            canvas: Canvas::new(size, PixelFormat::OURS)?,
            damage: Damage::whole(size),
            begun: false,
        });
        Ok(())
    }

    /// The desktop says more. Gives how many updates ended: as many may be asked for.
    ///
    /// # Errors
    /// If it says what cannot be.
    pub(super) fn take(&mut self, bytes: &[u8]) -> Result<u32, Misbehaviour> {
        let Some(shown) = &mut self.shown else {
            return Ok(0);
        };
        let mut painted = Painted::default();
        shown.canvas.take(bytes, &mut painted)?;
        if painted.resized {
            shown.damage = Damage::whole(shown.canvas.size());
            shown.begun = false;
        }
        for place in painted.places {
            shown.damage.add(place);
        }
        self.text = painted.texts.pop().or_else(|| self.text.take());
        Ok(painted.updates)
    }

    /// The screen's size, once there is one.
    pub(super) fn size(&self) -> Option<ServerSize> {
        self.shown.as_ref().map(|shown| shown.canvas.size())
    }

    pub(super) fn end(&self) -> u64 {
        self.begins.saturating_add(count(self.look.len()))
    }

    pub(super) fn shown(&self) -> u64 {
        self.upto
    }

    pub(super) fn was_shown(&mut self, upto: u64) {
        self.upto = self.upto.max(upto.min(self.end()));
    }

    /// A page begins to look: it is shown everything.
    pub(super) fn begin(&mut self) -> u64 {
        self.begins = self.end();
        self.look.clear();
        self.upto = self.begins;
        if let Some(shown) = &mut self.shown {
            shown.damage = Damage::whole(shown.canvas.size());
            shown.begun = false;
        }
        self.begins
    }

    /// Looks once more: what the page was sent before is gone.
    pub(super) fn look(&mut self) {
        let Some(shown) = &mut self.shown else {
            return;
        };
        if shown.damage.is_empty() && self.text.is_none() {
            return;
        }
        self.begins = self.begins.saturating_add(count(self.look.len()));
        self.look.clear();
        if !shown.begun {
            shown.begun = true;
            self.look.extend(shown.canvas.begin());
        }
        let places = shown.damage.take(MOST_PIXELS);
        self.look.extend(shown.canvas.picture(&places));
        if let Some(text) = self.text.take() {
            let mut message = cut_text(&text);
            if let Some(kind) = message.first_mut() {
                *kind = SERVER_CUT_TEXT;
            }
            self.look.extend(message);
        }
    }

    pub(super) fn after(&self, from: u64, most: usize) -> Vec<u8> {
        let skip = usize::try_from(from.saturating_sub(self.begins)).unwrap_or(usize::MAX);
        let rest = self.look.get(skip..).unwrap_or_default();
        rest.get(..most.min(rest.len()))
            .unwrap_or_default()
            .to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(painting: &mut Painting) -> u64 {
        let mut bytes = 0;
        loop {
            let before = painting.end();
            painting.look();
            if painting.end() == before {
                return bytes;
            }
            bytes += count(painting.after(before, usize::MAX).len());
            painting.was_shown(u64::MAX);
        }
    }

    #[test]
    fn a_page_that_was_away_sees_what_is_there_and_not_what_was() {
        let mut painting = Painting::default();
        assert_eq!(seen(&mut painting), 0, "nothing is there yet");
        painting.open(ServerSize::new(320, 240).unwrap()).unwrap();
        let black = seen(&mut painting);
        assert!(black > 0);
        let dot = |colour: u8| {
            let head = [0, 0, 0, 1, 0, 9, 0, 9, 0, 1, 0, 1, 0, 0, 0, 0];
            [&head[..], &[colour; 4]].concat()
        };
        for colour in 0..=255 {
            assert_eq!(painting.take(&dot(colour)).unwrap(), 1);
        }
        let one_look = seen(&mut painting);
        assert!(one_look > 0 && one_look < black, "{one_look} of {black}");
        let from = painting.begin();
        assert_eq!(from, painting.end());
        assert!(seen(&mut painting) >= black, "another page begins anew");
        painting
            .take(&[3, 0, 0, 0, 0, 0, 0, 2, b'a', b'b'])
            .unwrap();
        assert_eq!(seen(&mut painting), 10);
    }
}
