//! The role of a visit: made with the rights of a registered role, and as that role it works.
//!
//! Each of its sessions begins as the registered role (`SET role`), so that what it makes belongs to that one;
//! what it makes as itself all the same, gets that owner at the end. `VALID UNTIL` has the server itself forget
//! the password at the deadline. Nobody sees the password: the server is given what it keeps of it (SCRAM).

use access::{AccountTrouble, DatabaseEntry, EndReason, VisitAccountEntry};
use engine::AccountToMake;
use tokio::net::TcpStream;
use wire::postgres::{back_kind, first_column, query, verifier};
use zeroize::Zeroizing;

use super::entry::Entrance;
use super::rotating::{DATABASE, entered};
use crate::databases::NotEntered;
use crate::rotation::Shut;
use crate::visit_accounts::Trouble;

/// Databases that are looked through for what a role left: a server has few.
const MOST_DATABASES: usize = 256;

/// Makes the role, or gives the one that is there another password and end.
pub(crate) async fn make(
    stream: TcpStream,
    manager: &DatabaseEntry,
    secret: Zeroizing<Vec<u8>>,
    wanted: &AccountToMake,
) -> Result<(), Trouble> {
    let mut entrance = entered(stream, manager, secret, DATABASE).await?;
    let account = &wanted.account;
    let mut salt = [0; 16];
    getrandom::fill(&mut salt).map_err(|_| NotEntered::from(EndReason::TargetUnreachable))?;
    let kept = verifier(wanted.secret.as_bytes(), salt);
    let (name, until) = (
        identifier(&account.name),
        literal(&wanted.until.to_string()),
    );
    let statement = if is_there(&mut entrance, account).await? {
        format!(
            "BEGIN READ WRITE; ALTER ROLE {name} LOGIN PASSWORD '{kept}' VALID UNTIL {until}; COMMIT"
        )
    } else {
        let role = account
            .role
            .as_deref()
            .ok_or(Trouble(AccountTrouble::NotDone))?;
        let (member, begins, mark) = (identifier(role), literal(role), literal(&account.mark));
        let reads = if account.reads_only {
            format!("ALTER ROLE {name} SET default_transaction_read_only TO on; ")
        } else {
            String::new()
        };
        format!(
            "BEGIN READ WRITE; CREATE ROLE {name} LOGIN PASSWORD '{kept}' VALID UNTIL {until} \
             IN ROLE {member}; COMMENT ON ROLE {name} IS {mark}; ALTER ROLE {name} SET role TO {begins}; \
             {reads}COMMIT"
        )
    };
    done(&mut entrance, &statement).await
}

/// Removes the role: its sessions end, what it owns gets the registered role for an owner, its rights go.
pub(crate) async fn remove<D>(
    manager: &DatabaseEntry,
    secret: &Zeroizing<Vec<u8>>,
    account: &VisitAccountEntry,
    dial: impl Fn() -> D,
) -> Result<(), Trouble>
where
    D: Future<Output = Result<TcpStream, Shut>>,
{
    let mut entrance = entered(dial().await?, manager, secret.clone(), DATABASE).await?;
    if !is_there(&mut entrance, account).await? {
        return Ok(());
    }
    let (name, text) = (identifier(&account.name), literal(&account.name));
    // Whoever made it may give it to itself: to end its sessions and to own what it owned.
    let closing = format!(
        "BEGIN READ WRITE; ALTER ROLE {name} NOLOGIN; GRANT {name} TO CURRENT_USER; COMMIT"
    );
    done(&mut entrance, &closing).await?;
    let ending = format!(
        "SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity \
         WHERE usename OPERATOR(pg_catalog.=) {text}"
    );
    done(&mut entrance, &ending).await?;
    let asked = format!(
        "SELECT DISTINCT d.datname FROM pg_catalog.pg_shdepend s \
         JOIN pg_catalog.pg_database d ON d.oid OPERATOR(pg_catalog.=) s.dbid \
         JOIN pg_catalog.pg_roles r ON r.oid OPERATOR(pg_catalog.=) s.refobjid \
         WHERE s.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_authid'::pg_catalog.regclass \
         AND r.rolname OPERATOR(pg_catalog.=) {text}"
    );
    let databases = asked_for(&mut entrance, &asked).await?;
    let role = account
        .role
        .as_deref()
        .ok_or(Trouble(AccountTrouble::NotDone))?;
    let giving = format!(
        "BEGIN READ WRITE; REASSIGN OWNED BY {name} TO {}; DROP OWNED BY {name}; COMMIT",
        identifier(role)
    );
    for database in databases.iter().filter(|name| *name != DATABASE) {
        let there = entered(dial().await?, manager, secret.clone(), database).await;
        done(&mut there?, &giving).await?;
    }
    // What belongs to the whole server, too.
    done(&mut entrance, &giving).await?;
    done(&mut entrance, &format!("DROP ROLE {name}")).await
}

/// Whether the role is there, and the gateway's: that of somebody else is left alone.
async fn is_there(
    entrance: &mut Entrance<'_>,
    account: &VisitAccountEntry,
) -> Result<bool, Trouble> {
    let asked = format!(
        "SELECT coalesce(pg_catalog.shobj_description(oid, 'pg_authid'), '') FROM pg_catalog.pg_roles \
         WHERE rolname OPERATOR(pg_catalog.=) {}",
        literal(&account.name)
    );
    let found = asked_for(entrance, &asked).await?;
    match found.first() {
        None => Ok(false),
        Some(mark) if *mark == account.mark => Ok(true),
        Some(_) => Err(Trouble(AccountTrouble::NotOurs)),
    }
}

async fn done(entrance: &mut Entrance<'_>, statement: &str) -> Result<(), Trouble> {
    asked_for(entrance, statement).await.map(drop)
}

/// Asks, and gives the first column of what comes.
async fn asked_for(entrance: &mut Entrance<'_>, statement: &str) -> Result<Vec<String>, Trouble> {
    entrance.send(&query(statement)).await?;
    let mut found = Vec::new();
    loop {
        let said = entrance.next().await?;
        match said.kind {
            back_kind::COLUMNS | back_kind::COMPLETE => {}
            back_kind::ROW => {
                let name = first_column(&said.body).unwrap_or_default();
                found.push(String::from_utf8_lossy(name).into_owned());
                if found.len() > MOST_DATABASES {
                    return Err(Trouble(AccountTrouble::NotDone));
                }
            }
            back_kind::READY => return Ok(found),
            back_kind::ERROR => {
                // The code goes to the log with it.
                let _told = entrance.refused(&said.body);
                return Err(Trouble(AccountTrouble::NotDone));
            }
            _ => return Err(Trouble(AccountTrouble::Unreachable)),
        }
    }
}

/// A name as a statement has it. Names have no control signs: `access` refuses those.
fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A text as a statement has it, whatever the server thinks of backslashes.
fn literal(text: &str) -> String {
    format!("E'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_the_hospitals_ends_no_statement() {
        assert_eq!(identifier(r#"a"; drop role b"#), r#""a""; drop role b""#);
        assert_eq!(literal(r"it's \' so"), r"E'it''s \\'' so'");
    }
}
