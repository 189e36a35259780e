//! Drafts as rows of their table.

use ids::{PersonId, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row};

use super::{Draft, DraftFile, MOST_DRAFTS, SaveDraftError, SavedFile, WrittenDraft};
use crate::number::{from_sql, moment, to_sql};

/// How long a draft is kept after it was last changed, in days.
const KEPT_DAYS: i64 = 90;
const COLUMNS: &str = "id, kind, version, at, fields, claimed, became, file_name, file";

pub(super) fn one(db: &Connection, person: &PersonId, id: &str) -> rusqlite::Result<Option<Draft>> {
    db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM drafts WHERE person = ?1 AND id = ?2"
    ))?
    .query_row((person.to_string(), id), draft)
    .optional()
}

pub(super) fn draft(row: &Row<'_>) -> rusqlite::Result<Draft> {
    let name: Option<String> = row.get(7)?;
    let bytes: Option<Vec<u8>> = row.get(8)?;
    Ok(Draft {
        id: row.get(0)?,
        kind: row.get(1)?,
        version: from_sql(row, 2)?,
        at: moment(row, 3)?,
        fields: row.get(4)?,
        claimed: row.get(5)?,
        became: row.get(6)?,
        file: name.map(|name| DraftFile {
            name,
            bytes: bytes.unwrap_or_default(),
        }),
    })
}

pub(super) fn forget_old(db: &Connection, now: Timestamp) -> rusqlite::Result<()> {
    let kept = KEPT_DAYS * 24 * 60 * 60 * 1000;
    let before = now.as_millis().saturating_sub(kept);
    db.execute("DELETE FROM drafts WHERE at < ?1", [before])
        .map(drop)
}

pub(super) fn save(
    db: &Connection,
    person: &PersonId,
    draft: &WrittenDraft,
    file: &SavedFile,
) -> rusqlite::Result<Result<u64, SaveDraftError>> {
    let known = one(db, person, &draft.id)?;
    match &known {
        Some(known) if known.claimed => return Ok(Err(SaveDraftError::Sent)),
        // The same once more, whose answer nobody waited for: what stands is what is meant.
        Some(known) if known.version != draft.version && is_the_same(known, draft, file) => {
            return Ok(Ok(known.version));
        }
        Some(known) if known.version != draft.version => {
            return Ok(Err(SaveDraftError::ChangedElsewhere(known.version)));
        }
        None if open(db, person)? >= MOST_DRAFTS => return Ok(Err(SaveDraftError::TooMany)),
        Some(_) | None => {}
    }
    let file = match file {
        SavedFile::Same => known.as_ref().and_then(|known| known.file.as_ref()),
        SavedFile::None => None,
        SavedFile::This(file) => Some(file),
    };
    let version = known
        .as_ref()
        .map_or(1, |known| known.version.saturating_add(1));
    db.execute(
        "INSERT OR REPLACE INTO drafts (person, id, kind, version, at, fields, claimed, file_name, file)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, ?7, ?8)",
        (
            person.to_string(),
            &draft.id,
            &draft.kind,
            to_sql(version),
            draft.at.as_millis(),
            &draft.fields,
            file.map(|file| &file.name),
            file.map(|file| &file.bytes),
        ),
    )?;
    Ok(Ok(version))
}

fn is_the_same(known: &Draft, draft: &WrittenDraft, file: &SavedFile) -> bool {
    let file = match file {
        SavedFile::Same => true,
        SavedFile::None => known.file.is_none(),
        SavedFile::This(file) => known.file.as_ref() == Some(file),
    };
    file && known.fields == draft.fields
}

fn open(db: &Connection, person: &PersonId) -> rusqlite::Result<u64> {
    db.query_row(
        "SELECT count(*) FROM drafts WHERE person = ?1 AND became IS NULL",
        [person.to_string()],
        |row| from_sql(row, 0),
    )
}
