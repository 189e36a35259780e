//! Where a screen has changed since somebody was last shown it.

use super::ServerSize;

/// A place on a screen, in pixels: from the left, from the top, across, down.
pub type Place = [u16; 4];

/// The side of what is remembered as one, in pixels.
const SIDE: u16 = 64;

/// What somebody has not seen yet: never more than the whole screen, however long they were away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    size: ServerSize,
    tiles: Vec<bool>,
    /// From which tile on the next ones are taken, so that what changes all the time keeps nothing else back.
    next: usize,
}

impl Damage {
    /// Of a screen that was not seen at all.
    pub fn whole(size: ServerSize) -> Self {
        let count = usize::from(across(size)).saturating_mul(usize::from(down(size)));
        Self {
            size,
            tiles: vec![true; count],
            next: 0,
        }
    }

    /// Whether everything was seen.
    pub fn is_empty(&self) -> bool {
        !self.tiles.contains(&true)
    }

    /// Something changed here.
    pub fn add(&mut self, [x, y, width, height]: Place) {
        if width == 0 || height == 0 {
            return;
        }
        let last = |from: u16, length: u16| from.saturating_add(length.saturating_sub(1)) / SIDE;
        for row in y / SIDE..=last(y, height) {
            for column in x / SIDE..=last(x, width) {
                if let Some(tile) = self
                    .index(column, row)
                    .and_then(|at| self.tiles.get_mut(at))
                {
                    *tile = true;
                }
            }
        }
    }

    /// Takes what is to be shown next, so many pixels or a little more.
    pub fn take(&mut self, most: usize) -> Vec<Place> {
        let mut places: Vec<Place> = Vec::new();
        let mut taken = 0;
        let count = self.tiles.len();
        for step in 0..count {
            if taken >= most {
                break;
            }
            let at = self.next.saturating_add(step) % count;
            let Some(tile) = self.tiles.get_mut(at).filter(|tile| **tile) else {
                continue;
            };
            *tile = false;
            let Some(place) = self.place(at) else {
                continue;
            };
            let [x, y, width, height] = place;
            taken = taken.saturating_add(usize::from(width).saturating_mul(usize::from(height)));
            match places.last_mut() {
                Some([left, top, across, _]) if *top == y && left.saturating_add(*across) == x => {
                    *across = across.saturating_add(width);
                }
                Some(_) | None => places.push(place),
            }
            if taken >= most {
                self.next = at.saturating_add(1) % count;
            }
        }
        places
    }

    fn index(&self, column: u16, row: u16) -> Option<usize> {
        let (across, down) = (across(self.size), down(self.size));
        let inside = column < across && row < down;
        inside.then(|| usize::from(row) * usize::from(across) + usize::from(column))
    }

    fn place(&self, at: usize) -> Option<Place> {
        let across = usize::from(across(self.size));
        let of = |tile: usize| u16::try_from(tile).ok()?.checked_mul(SIDE);
        let (x, y) = (of(at.checked_rem(across)?)?, of(at.checked_div(across)?)?);
        let ServerSize { width, height } = self.size;
        let (width, height) = (width.checked_sub(x)?, height.checked_sub(y)?);
        Some([x, y, width.min(SIDE), height.min(SIDE)])
    }
}

fn across(size: ServerSize) -> u16 {
    size.width.div_ceil(SIDE)
}

fn down(size: ServerSize) -> u16 {
    size.height.div_ceil(SIDE)
}
