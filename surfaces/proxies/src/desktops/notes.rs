//! What is noted and shown of a desktop.

use std::sync::Mutex;

use crate::workers::Session;
use access::RecordingPolicy;
use engine::Shown;
use recording::{ChannelNote, KeyframeNote, Typist, What};
use store::RecordError;
use wire::rfb::{PixelFormat, ServerSize};
use zeroize::Zeroizing;

/// The channel of a session's desktop: there is one.
pub(crate) const CHANNEL: u32 = 0;

/// The channel of its keys. Nothing is shown on it.
const KEYS: u32 = 1;

/// Records and shows that the desktop is opened, before the viewer sees it.
pub(crate) fn opened(
    opened: &Session,
    name: &str,
    size: ServerSize,
    pixels: PixelFormat,
) -> Result<(), RecordError> {
    let what = What::Desktop {
        name: name.to_owned(),
        width: size.width,
        height: size.height,
        pixels: digits(pixels),
    };
    opened.note(&ChannelNote::Opened {
        channel: CHANNEL,
        what: what.clone(),
        terminal: None,
    })?;
    opened.show(Shown::Opened {
        channel: CHANNEL,
        what,
        terminal: None,
    });
    Ok(())
}

/// Records and shows that it is over.
pub(crate) fn closed(opened: &Session) -> Result<(), RecordError> {
    opened.show(Shown::Closed { channel: CHANNEL });
    opened.note(&ChannelNote::Closed { channel: CHANNEL })
}

/// From here a recording can be played, and those who attend see what is there.
pub(crate) fn keyframe(
    opened: &Session,
    from: u64,
    size: ServerSize,
    pixels: PixelFormat,
) -> Result<(), RecordError> {
    opened.show(Shown::Pixels {
        channel: CHANNEL,
        pixels: digits(pixels),
    });
    // Where only times and sizes are kept, nothing is played.
    if opened.permit().recording() != RecordingPolicy::Payload {
        return Ok(());
    }
    opened.note(&ChannelNote::Keyframe(KeyframeNote {
        channel: CHANNEL,
        from,
        width: size.width,
        height: size.height,
        pixels: digits(pixels),
    }))
}

/// Something did not pass; those who attend see it too.
pub(crate) fn refused(opened: &Session, what: &str) -> Result<(), RecordError> {
    opened.show(Shown::Notice(format!("- {what}")));
    opened.note(&ChannelNote::Refused {
        channel: Some(CHANNEL),
        what: what.to_owned(),
        reasons: vec!["channel-not-granted".to_owned()],
    })
}

fn digits(format: PixelFormat) -> String {
    data_encoding::HEXLOWER.encode(format.as_bytes())
}

/// So many bytes of a pasted text are sealed at once.
const PIECE: usize = 4 << 10;

/// The keys, and what is pasted: recorded before they pass, and sealed for good, for a screen shows no text that could be held
/// against them.
pub(crate) struct Keyboard(Mutex<Typist>);

impl Keyboard {
    pub(crate) fn new() -> Self {
        Self(Mutex::new(Typist::new(KEYS)))
    }

    /// Records one key that went down or up, by its number (keysym), as a line of its own: all are equally
    /// long, so that their length says nothing either.
    pub(crate) fn pressed(&self, opened: &Session, key: [u8; 8]) -> Result<(), RecordError> {
        let [_, down, _, _, number @ ..] = key;
        let way = if down == 0 { '-' } else { '+' };
        let line = format!("{way}{:08x}\r", u32::from_be_bytes(number));
        self.sealed(opened, &Zeroizing::new(line.into_bytes()))
    }

    /// Records a text of the engineer's clipboard, as one line behind `=`; what would end the line in it is a
    /// space there.
    pub(crate) fn pasted(&self, opened: &Session, text: &str) -> Result<(), RecordError> {
        self.sealed(opened, b"=")?;
        for piece in text.as_bytes().chunks(PIECE) {
            let mut piece = Zeroizing::new(piece.to_vec());
            for byte in piece.iter_mut().filter(|byte| byte.is_ascii_control()) {
                *byte = b' ';
            }
            self.sealed(opened, &piece)?;
        }
        self.sealed(opened, b"\r")
    }

    fn sealed(&self, opened: &Session, typed: &[u8]) -> Result<(), RecordError> {
        let mut fresh = Zeroizing::new([0; 32]);
        let random = getrandom::fill(fresh.as_mut());
        if let Err(cause) = random {
            tracing::error!(%cause, "no random bytes for a key");
            return Err(RecordError::Stopped);
        }
        let pieces = {
            let mut typist = self
                .0
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner);
            typist.typed(typed, &fresh)
        };
        for piece in pieces.map_err(|_| RecordError::Stopped)? {
            opened.typed(KEYS, piece.line, &piece.sealed)?;
        }
        Ok(())
    }
}
