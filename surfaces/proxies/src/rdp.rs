//! RDP: the engineer's client, the decisions, the recording and the desktop's server, joined.
//!
//! Both ends are signed in on their own: the client with nothing, for it speaks inside the session; the
//! gateway at the server with the vault's account, over TLS with the pinned key, by CredSSP where that was
//! registered. From there on what is on `wire::rdp`'s lists passes: bitmaps, pointers, keys, and the
//! text of clipboards in the directions of the terms. Nothing else passes on a virtual
//! channel, so no drive, printer, sound, USB device or smart card.
//!
//! What is shown is read into a screen before it passes, and recorded as RFB would tell it (invariant 6):
//! recordings of all desktops are one kind. Keys are sealed for good, as in VNC.

mod entry;
mod page;
mod pumps;
mod session;

pub use page::show;
pub(crate) use session::carry;

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use wire::rdp::{SignIn, ask_target, tls_is_next};

/// Reads one unit in TPKT, up to so many bytes, and not a byte more: TLS may follow.
async fn read_unit(stream: &mut (impl AsyncRead + Unpin), most: usize) -> io::Result<Vec<u8>> {
    let mut head = [0; 4];
    stream.read_exact(&mut head).await?;
    let [version, _, high, low] = head;
    let length = usize::from(u16::from_be_bytes([high, low]));
    if version != 3 || length < head.len() || length > most {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut unit = head.to_vec();
    unit.resize(length, 0);
    stream
        .read_exact(unit.get_mut(head.len()..).unwrap_or_default())
        .await?;
    Ok(unit)
}

/// Asks a server for TLS, and says whether that comes next.
pub(crate) async fn begins_tls(target: &mut TcpStream) -> io::Result<bool> {
    target.write_all(&ask_target(SignIn::Nla)).await?;
    let answer = read_unit(target, MOST_FIRST).await?;
    tls_is_next(&answer).map_err(io::Error::other)
}

/// The longest first message of either side, in bytes.
const MOST_FIRST: usize = 1024;

/// The longest message in which either side says what it is, in bytes.
const MOST_CONNECT: usize = 16 << 10;
