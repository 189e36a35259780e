//! Whether the account that is to read can do more, by the server's own catalogue.

use access::EndReason;
use wire::postgres::{back_kind, first_column, query};

use super::entry::Entrance;
use super::refusals;
use crate::databases::NotEntered;

/// Roles that the account is, or could become with `SET ROLE`, to whom nothing is forbidden, or who write
/// whatever the rights of tables say. Names are written whole, so that nothing in the database stands before
/// them.
const ROLES: &str = "SELECT r.rolname FROM pg_catalog.pg_roles r \
     WHERE (r.rolsuper OR r.rolname OPERATOR(pg_catalog.=) ANY (ARRAY['pg_write_all_data', \
     'pg_write_server_files', 'pg_execute_server_program']::pg_catalog.name[])) \
     AND pg_catalog.pg_has_role(r.oid, 'MEMBER') \
     ORDER BY r.rolname OPERATOR(pg_catalog.=) current_user DESC, r.rolsuper DESC LIMIT 1";

/// Refuses an account that is not one that only reads.
pub(super) async fn only_reads(entrance: &mut Entrance<'_>) -> Result<(), NotEntered> {
    entrance.send(&query(ROLES)).await?;
    let mut role = None;
    loop {
        let said = entrance.next().await?;
        match said.kind {
            back_kind::COLUMNS | back_kind::COMPLETE => {}
            back_kind::ROW => {
                let name = first_column(&said.body).unwrap_or_default();
                role = Some(String::from_utf8_lossy(name).into_owned());
            }
            back_kind::READY => break,
            back_kind::ERROR => return Err(entrance.refused(&said.body)),
            _ => return Err(EndReason::TargetUnreachable.into()),
        }
    }
    match role {
        None => Ok(()),
        Some(role) => Err(NotEntered {
            end: EndReason::ReaderCanWrite,
            refusal: Some(refusals::reader(
                entrance.language,
                &entrance.entry.user,
                &role,
            )),
        }),
    }
}
