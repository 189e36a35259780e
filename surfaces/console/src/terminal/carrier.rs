//! What a terminal needs of those who carry sessions: they stand on the same floor as the console and
//! are joined to it by whoever builds both.

use std::pin::Pin;
use std::sync::Arc;

use access::Protocol;
use ids::{GrantId, SessionId};
use login::Identity;
use tokio::io::DuplexStream;
use wire::Said;
use wire::terminal::Cells;

/// A session that is asked for.
pub struct Wish {
    /// By whom: the identity of the browser's sign-in.
    pub by: Identity,
    /// The target's name.
    pub target: String,
    /// The visit's grant.
    pub grant: GrantId,
    /// What the grant is for: SSH, telnet, VNC or RDP. Nothing else is opened in a page.
    pub protocol: Protocol,
    /// How large the page's screen is: of a desktop in tiles of [`DESKTOP_TILE`](wire::terminal::DESKTOP_TILE)
    /// pixels.
    pub cells: Cells,
}

/// The near end of an open session, on which SSH is spoken next, also where the target speaks telnet; for a desktop RFB 3.8, whose viewer signs
/// in with nothing. Over RDP keys go that way as QEMU's Extended Key Event.
pub struct Near {
    /// The stream. Dropping it hangs up.
    pub stream: DuplexStream,
    /// The session.
    pub session: SessionId,
}

/// A session on its way: open, or every reason why not.
pub type Opening = Pin<Box<dyn Future<Output = Result<Near, Vec<Said>>> + Send>>;

/// Opens sessions.
pub type Carrier = Arc<dyn Fn(Wish) -> Opening + Send + Sync>;
