//! What may be done at a desktop, and the text of clipboards on their channel.

use super::{Data, Desk, Down, Misbehaviour, Phase, Up};
use crate::rdp::clipboard::{Side, units};
use crate::rfb::server_cut_text;

/// What an engineer may do at a desktop, beside looking.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// Keys and pointer.
    pub input: bool,
    /// The text of their clipboard goes to the desktop.
    pub clipboard_in: bool,
    /// The text of the desktop's clipboard comes to them.
    pub clipboard_out: bool,
}

impl Rules {
    /// Whether the channel of clipboards is needed at all.
    pub fn clipboard(self) -> bool {
        self.clipboard_in || self.clipboard_out
    }
}

impl Desk {
    /// A chunk of the client's clipboard.
    pub(super) fn up_clipboard(&mut self, data: &Data<'_>) -> Result<Up, Misbehaviour> {
        if self.screen.is_none() || !self.rules.clipboard() {
            return Ok(Up::default());
        }
        let heard = self.clipboards.hear(Side::Client, data.body)?;
        let mut up = Up {
            pasted: heard.text,
            refused: heard.refused,
            ..Up::default()
        };
        if let Some(message) = heard.pass {
            up.pass = units(data, &message)?;
        }
        Ok(up)
    }

    /// A chunk of the server's. Its greeting may come before its screen.
    pub(super) fn down_clipboard(&mut self, data: &Data<'_>) -> Result<Down, Misbehaviour> {
        if self.phase == Phase::Joining || !self.rules.clipboard() {
            return Ok(Down::default());
        }
        let heard = self.clipboards.hear(Side::Server, data.body)?;
        let mut down = Down {
            refused: heard.refused,
            ..Down::default()
        };
        if let Some(text) = heard.text {
            down.shown = server_cut_text(text.as_bytes());
        }
        if let Some(message) = heard.pass {
            down.pass = units(data, &message)?.to_vec();
        }
        Ok(down)
    }
}
