//! What goes to one side. A packet of ours never lands in the middle of one whose content is still
//! on its way.

use std::borrow::Cow;

use super::Misbehaviour;
use super::act::{Act, Acts};

/// How much of ours may wait for the end of a packet in progress. Some 6,000 refusals: a client
/// that sends so many without reading one answer is not a client.
const MAX_HELD: usize = 1024 * 1024;

/// Where an outlet goes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Engineer,
    Target,
}

pub(super) struct Outlet {
    side: Side,
    /// Bytes of content still missing in the packet in progress.
    left: usize,
    /// Whole packets that wait for its end.
    held: Vec<u8>,
}

impl Outlet {
    pub(super) fn to(side: Side) -> Self {
        Self {
            side,
            left: 0,
            held: Vec::new(),
        }
    }

    fn act<'a>(&self, bytes: Cow<'a, [u8]>) -> Act<'a> {
        match self.side {
            Side::Engineer => Act::ToEngineer(bytes),
            Side::Target => Act::ToTarget(bytes),
        }
    }

    /// A whole packet: now, or when the one in progress has ended.
    pub(super) fn packet(
        &mut self,
        acts: &mut Acts<'_>,
        packet: Vec<u8>,
    ) -> Result<(), Misbehaviour> {
        if self.left == 0 {
            acts.push(self.act(Cow::Owned(packet)));
            return Ok(());
        }
        if self.held.len().saturating_add(packet.len()) > MAX_HELD {
            return Err(Misbehaviour::TooMuchHeld { most: MAX_HELD });
        }
        self.held.extend_from_slice(&packet);
        Ok(())
    }

    /// The head of a packet with so many bytes of content, which [`Self::content`] brings.
    pub(super) fn begin(&mut self, acts: &mut Acts<'_>, head: Vec<u8>, content: usize) {
        acts.push(self.act(Cow::Owned(head)));
        self.left = content;
    }

    /// Content of the packet in progress.
    pub(super) fn content<'a>(&mut self, acts: &mut Acts<'a>, piece: &'a [u8]) {
        acts.push(self.act(Cow::Borrowed(piece)));
        self.left = self.left.saturating_sub(piece.len());
        if self.left == 0 && !self.held.is_empty() {
            let held = std::mem::take(&mut self.held);
            acts.push(self.act(Cow::Owned(held)));
        }
    }
}
