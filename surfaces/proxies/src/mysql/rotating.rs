//! Another password for an account of MariaDB's, set by the account itself.
//!
//! The server is given what it keeps of a password, never the password: what it logs opens nothing. MySQL 8
//! takes no such form of its own way of signing in (`caching_sha2_password`), so there it is not done.

use access::{DatabaseEntry, EndReason};
use phrases::Language;
use tokio::net::TcpStream;
use wire::mysql::{Login, Plugin, native_hash};
use zeroize::Zeroizing;

use super::entry::{Entrance, greeting, secured};
use super::packets::Packets;
use super::signature::public;
use crate::databases::NotEntered;

/// UTF-8, in every version.
const LETTERS: u8 = 45;

/// The longest message that is taken: answers here are short.
const LONGEST: u32 = 1 << 20;

/// With these a server says that it is shut down, or that what it did was ended from outside: `ER_SERVER_SHUTDOWN`,
/// `ER_QUERY_INTERRUPTED`, `ER_CONNECTION_KILLED`.
const ENDING: [[u8; 2]; 3] = [
    1053_u16.to_le_bytes(),
    1317_u16.to_le_bytes(),
    1927_u16.to_le_bytes(),
];

/// Signs in and does nothing.
pub(crate) async fn prove(
    target: TcpStream,
    entry: &DatabaseEntry,
    secret: Zeroizing<Vec<u8>>,
) -> Result<(), NotEntered> {
    entered(target, entry, secret).await.map(drop)
}

async fn entered(
    target: TcpStream,
    entry: &DatabaseEntry,
    secret: Zeroizing<Vec<u8>>,
) -> Result<Entrance<'_>, NotEntered> {
    let mut target = Packets::new(target);
    let greeting = greeting(&mut target, &entry.server).await?;
    let login = Login {
        longest: LONGEST,
        letters: LETTERS,
        ..Login::default()
    };
    let (far, tls) = secured(target, &greeting, &login, &entry.server).await?;
    let mut entrance = Entrance::new(far, entry, secret, tls, Language::default());
    entrance.sign_in(&greeting, &login).await?;
    Ok(entrance)
}

/// Signs in with the old password; what it gives sets the new one. `None`: it signs in in a way of which the
/// server takes the password alone.
pub(crate) async fn reach(
    target: TcpStream,
    entry: &DatabaseEntry,
    old: Zeroizing<Vec<u8>>,
) -> Result<Option<Setting<'_>>, NotEntered> {
    let entrance = entered(target, entry, old).await?;
    let kept: Option<fn(&[u8]) -> String> = match entrance.plugin {
        Some(Plugin::Native) => Some(native_hash),
        Some(Plugin::Ed25519) => Some(public),
        Some(Plugin::CachingSha2 | Plugin::Sha256 | Plugin::Clear) | None => None,
    };
    Ok(kept.map(|kept| Setting { entrance, kept }))
}

/// An account that is signed in and is to have another password.
pub(crate) struct Setting<'a> {
    entrance: Entrance<'a>,
    kept: fn(&[u8]) -> String,
}

impl Setting<'_> {
    /// Sets it.
    pub(crate) async fn set(mut self, new: &Zeroizing<Vec<u8>>) -> Result<(), NotEntered> {
        let statement = format!("SET PASSWORD = '{}'", (self.kept)(new));
        self.entrance.ask(&statement).await?;
        let said = self.entrance.next().await?;
        match said.first() {
            Some(0x00) => Ok(()),
            // It ends in the middle of it, and may have done it.
            Some(0xff) if ENDING.iter().any(|code| said.get(1..3) == Some(code)) => {
                Err(EndReason::TargetUnreachable.into())
            }
            Some(0xff) => Err(self.entrance.refused(&said)),
            Some(_) | None => Err(EndReason::TargetUnreachable.into()),
        }
    }
}
