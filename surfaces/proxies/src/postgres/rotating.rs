//! Another password for a role of PostgreSQL's, set by the role itself.
//!
//! The server is given what it keeps of a password (SCRAM), never the password: nor its log, nor
//! `pg_stat_activity`, nor whoever reads them.

use access::{DatabaseEntry, EndReason};
use phrases::Language;
use tokio::net::TcpStream;
use wire::postgres::{Failure, Parameters, back_kind, query, verifier};
use zeroize::Zeroizing;

use super::entry::{Entrance, secured};
use crate::databases::NotEntered;

/// A database that every server has and everybody may enter.
pub(super) const DATABASE: &str = "postgres";

/// With which its numbers begin when a server is shut down or a connection ended from outside.
const ENDING: &str = "57";

/// Signs in and does nothing.
pub(crate) async fn prove(
    target: TcpStream,
    entry: &DatabaseEntry,
    secret: Zeroizing<Vec<u8>>,
) -> Result<(), NotEntered> {
    entered(target, entry, secret, DATABASE).await.map(drop)
}

/// Signs in at one of the server's databases.
pub(super) async fn entered<'a>(
    target: TcpStream,
    entry: &'a DatabaseEntry,
    secret: Zeroizing<Vec<u8>>,
    database: &str,
) -> Result<Entrance<'a>, NotEntered> {
    let (far, binding) = secured(target, &entry.server).await?;
    let mut entrance = Entrance::new(far, entry, secret, binding, Language::default());
    let asked = Parameters {
        database: database.to_owned(),
        ..Parameters::default()
    };
    entrance.sign_in(&asked).await?;
    Ok(entrance)
}

/// Signs in with the old password; what it gives sets the new one.
pub(crate) async fn reach(
    target: TcpStream,
    entry: &DatabaseEntry,
    old: Zeroizing<Vec<u8>>,
) -> Result<Setting<'_>, NotEntered> {
    entered(target, entry, old, DATABASE).await.map(Setting)
}

/// A role that is signed in and is to have another password.
pub(crate) struct Setting<'a>(Entrance<'a>);

impl Setting<'_> {
    /// Sets it.
    pub(crate) async fn set(mut self, new: &Zeroizing<Vec<u8>>) -> Result<(), NotEntered> {
        let mut salt = [0; 16];
        getrandom::fill(&mut salt).map_err(|_| EndReason::TargetUnreachable)?;
        let kept = verifier(new, salt);
        // An account that only reads may have been told so for every transaction of its own.
        let statement =
            format!("BEGIN READ WRITE; ALTER ROLE CURRENT_USER PASSWORD '{kept}'; COMMIT");
        self.0.send(&query(&statement)).await?;
        loop {
            let said = self.0.next().await?;
            match said.kind {
                back_kind::COMPLETE => {}
                back_kind::READY => return Ok(()),
                // It ends in the middle of it, and may have done it.
                back_kind::ERROR if Failure::read(&said.body).code.starts_with(ENDING) => {
                    return Err(EndReason::TargetUnreachable.into());
                }
                back_kind::ERROR => return Err(self.0.refused(&said.body)),
                _ => return Err(EndReason::TargetUnreachable.into()),
            }
        }
    }
}
