//! By what the server calls the columns that hold the numbers of patients: results name them by number.

use access::{EndReason, PatientColumn};
use wire::postgres::{PatientColumns, back_kind, first_column, query};

use super::entry::Entrance;
use crate::databases::NotEntered;

/// Looks the columns up in the database that was entered. One that is not there is looked for in vain: the same
/// names serve every database of a server.
pub(super) async fn find(entrance: &mut Entrance<'_>) -> Result<PatientColumns, NotEntered> {
    let mut found = PatientColumns::default();
    let columns = &entrance.entry.patients;
    if columns.is_empty() {
        return Ok(found);
    }
    let asked = query(&lookup(columns));
    entrance.send(&asked).await?;
    loop {
        let said = entrance.next().await?;
        match said.kind {
            back_kind::COLUMNS | back_kind::COMPLETE => {}
            back_kind::ROW => found.0.extend(first_column(&said.body).and_then(place)),
            back_kind::READY => return Ok(found),
            back_kind::ERROR => return Err(entrance.refused(&said.body)),
            _ => return Err(EndReason::TargetUnreachable.into()),
        }
    }
}

/// Everything is named whole, so that nothing in the database stands before it.
fn lookup(columns: &[PatientColumn]) -> String {
    let one = |named: &PatientColumn| {
        let names = [&named.schema, &named.table, &named.column];
        let [schema, table, column] = names.map(|name| literal(name));
        format!(
            "(n.nspname OPERATOR(pg_catalog.=) {schema} AND c.relname OPERATOR(pg_catalog.=) {table} \
             AND a.attname OPERATOR(pg_catalog.=) {column})"
        )
    };
    let columns: Vec<String> = columns.iter().map(one).collect();
    format!(
        "SELECT pg_catalog.concat(a.attrelid::pg_catalog.int8, ' ', a.attnum) \
         FROM pg_catalog.pg_attribute a, pg_catalog.pg_class c, pg_catalog.pg_namespace n \
         WHERE c.oid OPERATOR(pg_catalog.=) a.attrelid AND n.oid OPERATOR(pg_catalog.=) c.relnamespace \
         AND a.attnum OPERATOR(pg_catalog.>) 0 AND ({})",
        columns.join(" OR ")
    )
}

/// A literal in ASCII, whatever encoding the engineer's program asked for and whatever it says of backslashes.
fn literal(name: &str) -> String {
    let escaped = |c: char| match u32::from(c) {
        _ if c.is_ascii_alphanumeric() || c == '_' => c.to_string(),
        short @ ..=0xffff => format!("\\u{short:04x}"),
        long => format!("\\U{long:08x}"),
    };
    format!("E'{}'", name.chars().map(escaped).collect::<String>())
}

/// `16384 1`: the table, the column.
fn place(said: &[u8]) -> Option<(u32, u16)> {
    let (table, column) = std::str::from_utf8(said).ok()?.split_once(' ')?;
    Some((table.parse().ok()?, column.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::{literal, place};

    #[test]
    fn no_name_leaves_its_literal() {
        assert_eq!(literal("tbl_ptinf"), "E'tbl_ptinf'");
        assert_eq!(literal("';--"), r"E'\u0027\u003b\u002d\u002d'");
        assert_eq!(literal(r"患者\"), r"E'\u60a3\u8005\u005c'");
        assert_eq!(literal("𠮷"), r"E'\U00020bb7'");
    }

    #[test]
    fn a_place_is_a_table_and_a_column_and_nothing_else() {
        assert_eq!(place(b"16384 3"), Some((16384, 3)));
        for other in [&b"16384"[..], b"16384 -1", b"x 1", b"1 70000", b"\xff 1"] {
            assert_eq!(place(other), None);
        }
    }
}
