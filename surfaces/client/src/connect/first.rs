//! What a program for PostgreSQL says first on a local connection: that something is to be cancelled is said
//! on a connection of its own, and opens no session.

use std::io;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use wire::Decoding;
use wire::postgres::{CancelKey, MAX_STARTUP, Startup};

/// Questions for encryption before the first packet that counts: each is asked once.
const MOST_QUESTIONS: usize = 3;

/// What came first.
pub(super) enum First {
    /// What runs in a session that is open is to be cancelled.
    Cancel(CancelKey),
    /// Anything else: it belongs to the session.
    Session(Vec<u8>),
}

/// Reads the first packet. Nothing on this computer is encrypted once more: what is spoken between here and
/// the site is.
pub(super) async fn first(stream: &mut TcpStream) -> io::Result<First> {
    let mut asked = 0;
    loop {
        let mut packet = vec![0; 8];
        stream.read_exact(&mut packet).await?;
        let more = match Startup::decode(&packet) {
            Ok(Decoding::Complete {
                message: Startup::Ssl | Startup::GssEnc,
                ..
            }) if asked < MOST_QUESTIONS => {
                asked += 1;
                stream.write_all(b"N").await?;
                continue;
            }
            Ok(Decoding::Needs(more)) => more.min(MAX_STARTUP),
            // The site says what is wrong with it.
            Ok(Decoding::Complete { .. }) | Err(_) => return Ok(First::Session(packet)),
        };
        packet.resize(8 + more, 0);
        if let Some(rest) = packet.get_mut(8..) {
            stream.read_exact(rest).await?;
        }
        if let Ok(Decoding::Complete {
            message: Startup::Cancel(key),
            ..
        }) = Startup::decode(&packet)
        {
            return Ok(First::Cancel(key));
        }
        return Ok(First::Session(packet));
    }
}
