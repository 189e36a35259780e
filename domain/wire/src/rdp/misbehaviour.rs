//! What either side of an RDP conversation can do wrong, by name.

/// A side broke the protocol, a limit that no honest program comes near, or uses what is not offered here.
/// The session ends; the name goes to the log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Misbehaviour {
    /// Something ends before it is whole, or has a length that cannot be.
    #[error("{what} is cut off")]
    Cut {
        /// What.
        what: &'static str,
    },
    /// Something that is on no list, or not at this moment.
    #[error("{what} of the kind {kind:#x}, which is not passed on")]
    Unexpected {
        /// What.
        what: &'static str,
        /// Its kind.
        kind: u32,
    },
    /// The side encrypts inside TLS, or compresses.
    #[error("{what} was not agreed on")]
    NotAgreed {
        /// What.
        what: &'static str,
    },
    /// A screen that is too large, or without any pixel.
    #[error("a screen of {width} × {height} pixels")]
    Screen {
        /// Pixels across.
        width: u16,
        /// Pixels down.
        height: u16,
    },
    /// A bitmap that cannot be read.
    #[error("a bitmap with an impossible {field}")]
    Bitmap {
        /// What cannot be.
        field: &'static str,
    },
    /// More than may be.
    #[error("{what}: more than {most}")]
    TooMuch {
        /// Of what.
        what: &'static str,
        /// The limit.
        most: usize,
    },
    /// The server gives a licence of its own to each client (MS-RDPELE): a Remote Desktop Session Host.
    #[error("the server wants to give each client a licence of its own")]
    WantsLicence,
    /// The server sends the client to another one.
    #[error("the server sends the client elsewhere")]
    Redirects,
    /// The server is not the one that TLS vouches for, or does not know the password (CredSSP).
    #[error("the server does not prove in its sign-in that it is itself")]
    NotItself,
}

pub(super) const fn cut(what: &'static str) -> Misbehaviour {
    Misbehaviour::Cut { what }
}
