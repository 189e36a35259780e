//! What pages are shown: output of a terminal, until a page has shown it, and a little longer; or what a desktop
//! shows now.

use std::collections::VecDeque;

use super::painting::Painting;

/// Output that no page has shown yet: above, the target waits. As much as a fast page takes in a blink.
pub(super) const MOST_UNSEEN: u64 = 128 * 1024;

/// Output that is kept for a page that is loaded again: some thousand lines.
const MOST_KEPT: usize = 256 * 1024;

/// What pages are shown, counted from the first byte that one was sent.
pub(super) enum Output {
    /// A terminal says it: nothing of it is left out.
    Text(Kept),
    /// A desktop shows it: what changed since the page saw it, and nothing of what was between.
    Picture(Painting),
}

impl Output {
    pub(super) fn text() -> Self {
        Self::Text(Kept::default())
    }

    pub(super) fn picture() -> Self {
        Self::Picture(Painting::default())
    }

    /// The number that the next byte will have.
    pub(super) fn end(&self) -> u64 {
        match self {
            Self::Text(kept) => kept.end(),
            Self::Picture(painting) => painting.end(),
        }
    }

    /// Up to which byte it was shown.
    pub(super) fn shown(&self) -> u64 {
        match self {
            Self::Text(kept) => kept.shown(),
            Self::Picture(painting) => painting.shown(),
        }
    }

    /// Whether more of a terminal's is taken. A desktop's is always taken.
    pub(super) fn has_room(&self) -> bool {
        match self {
            Self::Text(kept) => kept.has_room(),
            Self::Picture(_) => true,
        }
    }

    /// Adds a terminal's output.
    pub(super) fn add(&mut self, bytes: &[u8]) {
        if let Self::Text(kept) = self {
            kept.add(bytes);
        }
    }

    /// A page says up to where it has shown it.
    pub(super) fn was_shown(&mut self, upto: u64) {
        match self {
            Self::Text(kept) => kept.was_shown(upto),
            Self::Picture(painting) => painting.was_shown(upto),
        }
    }

    /// From where a page goes on that has shown so much itself. A desktop is shown anew.
    pub(super) fn from(&mut self, shown: u64) -> u64 {
        match self {
            Self::Text(kept) => kept.from(shown),
            Self::Picture(painting) => painting.begin(),
        }
    }

    /// Looks at the desktop once more, if the page was sent all that was seen of it before.
    pub(super) fn refresh(&mut self, sent: u64) {
        if let Self::Picture(painting) = self
            && sent >= painting.end()
        {
            painting.look();
        }
    }

    /// What comes after a byte, at most so much.
    pub(super) fn after(&self, from: u64, most: usize) -> Vec<u8> {
        match self {
            Self::Text(kept) => kept.after(from, most),
            Self::Picture(painting) => painting.after(from, most),
        }
    }
}

/// The output, counted from the terminal's first byte.
#[derive(Debug, Default)]
pub(super) struct Kept {
    bytes: VecDeque<u8>,
    /// The number of the first byte that is kept.
    begins: u64,
    /// Up to which byte some page has shown it.
    shown: u64,
}

impl Kept {
    /// The number that the next byte will have.
    pub(super) fn end(&self) -> u64 {
        self.begins.saturating_add(count(self.bytes.len()))
    }

    /// Up to which byte it was shown.
    pub(super) fn shown(&self) -> u64 {
        self.shown
    }

    /// Whether more is taken. While no page shows anything, little is.
    pub(super) fn has_room(&self) -> bool {
        self.end().saturating_sub(self.shown) < MOST_UNSEEN
    }

    /// Adds output. What was shown long ago goes.
    pub(super) fn add(&mut self, bytes: &[u8]) {
        self.bytes.extend(bytes);
        let beyond = self.bytes.len().saturating_sub(MOST_KEPT);
        // Never what was not shown: of that there is less, by `has_room` and the size of a piece.
        let shown = self.shown.saturating_sub(self.begins);
        let beyond = beyond.min(usize::try_from(shown).unwrap_or(usize::MAX));
        self.bytes.drain(..beyond);
        self.begins = self.begins.saturating_add(count(beyond));
    }

    /// A page says up to where it has shown it.
    pub(super) fn was_shown(&mut self, upto: u64) {
        self.shown = self.shown.max(upto.min(self.end()));
    }

    /// From where a page goes on that has shown so much itself. One that starts anew, or has been away
    /// for too long, gets what is kept, from the beginning of a line.
    pub(super) fn from(&self, shown: u64) -> u64 {
        if shown > 0 && (self.begins..=self.end()).contains(&shown) {
            return shown;
        }
        if self.begins == 0 {
            return 0;
        }
        let line = self.bytes.iter().position(|byte| *byte == b'\n');
        let skipped = line.map_or(0, |at| at.saturating_add(1));
        self.begins.saturating_add(count(skipped)).min(self.shown)
    }

    /// What comes after a byte, at most so much.
    pub(super) fn after(&self, from: u64, most: usize) -> Vec<u8> {
        let skip = usize::try_from(from.saturating_sub(self.begins)).unwrap_or(usize::MAX);
        let skip = skip.min(self.bytes.len());
        let end = skip.saturating_add(most).min(self.bytes.len());
        self.bytes.range(skip..end).copied().collect()
    }
}

pub(super) fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_page_has_shown_is_never_forgotten_and_holds_the_target() {
        let mut kept = Kept::default();
        while kept.has_room() {
            kept.add(&[b'x'; 10_000]);
        }
        assert!(kept.end() >= MOST_UNSEEN && kept.end() < MOST_UNSEEN + 10_000);
        assert_eq!(kept.from(0), 0);
        assert_eq!(count(kept.after(0, usize::MAX).len()), kept.end());
        kept.was_shown(u64::MAX);
        assert_eq!(kept.shown(), kept.end());
        assert!(kept.has_room());
    }

    #[test]
    fn a_page_goes_on_where_it_was_and_a_new_one_begins_with_a_line() {
        let mut kept = Kept::default();
        kept.add(b"one\ntwo\n");
        assert_eq!(kept.from(5), 5);
        assert_eq!(kept.after(5, 2), b"wo");
        assert_eq!(kept.from(9), 0, "more than there ever was");
        kept.was_shown(8);
        let line = [&[b'.'; 99][..], b"\n"].concat();
        for _ in 0..MOST_KEPT / 50 {
            kept.add(&line);
            kept.was_shown(u64::MAX);
        }
        let from = kept.from(0);
        assert!(from > 8 && kept.after(from, 200).starts_with(&line));
        assert_eq!(kept.from(5), from, "what it has shown is not kept any more");
        assert!(kept.after(kept.end(), 10).is_empty());
        assert!(kept.after(u64::MAX, 10).is_empty());
    }
}
