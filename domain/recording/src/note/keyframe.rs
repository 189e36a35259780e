//! Where the recording of a desktop can be played from.

use serde::{Deserialize, Serialize};

use super::{MAX_NAME, shorten};

/// An update that showed the whole desktop passed. It stands after the update's last byte.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyframeNote {
    /// The channel.
    pub channel: u32,
    /// Where the update begins: in bytes of what the channel recorded from the target, from 0.
    pub from: u64,
    /// Pixels across.
    pub width: u16,
    /// Pixels down.
    pub height: u16,
    /// How its pixels are written: RFB's sixteen bytes, as lower-case hexadecimal digits.
    pub pixels: String,
}

impl KeyframeNote {
    pub(super) fn cut(&mut self) {
        shorten(&mut self.pixels, MAX_NAME);
    }
}
