//! The tables of `site.db`, and how a connection to it is set up.
//!
//! Trusted to: keep bytes in order across a crash (WAL, `synchronous=FULL`: a commit that returned is
//! on the disk). Not trusted to: be honest. SQLite puts no checksum on its pages, so recovery checks
//! every entry against its leaf hash and the tree against the signed checkpoint.

use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

/// "SEKI": a file of ours, not just any SQLite database.
pub(crate) const APPLICATION: i64 = 0x5345_4b49;
/// What this release writes. A newer one is refused, because reading it wrongly is worse than not starting.
pub(crate) const VERSION: i64 = 1;

/// How long a connection waits for another of this process: a checkpoint of the WAL, at most.
const BUSY: Duration = Duration::from_secs(5);

/// The whole schema. The first three tables are the ledger; every other one is *local*: not in the
/// ledger, and this is the exhaustive list of what is not.
///
/// | table | why it is not in the ledger |
/// |---|---|
/// | `personal` | must be erasable; entries hold commitments to it |
/// | `login_names` | personal; must be erasable and unique |
/// | `credentials` | secrets (hash of a passphrase, sealed TOTP secret) |
/// | `passkeys` | personal (a public key is a pseudonym), with a counter that changes at every use; entries hold digests |
/// | `totp_steps` | one row per sign-in, of no later interest |
/// | `attempts` | an attacker decides how often it changes |
/// | `sign_ins` | bearer secrets (their hashes), short-lived |
/// | `cosignatures` | made about the ledger, from outside it |
/// | `witness_alarms` | must be keepable when the ledger is what is wrong |
/// | `vault` | secrets, sealed; entries hold references |
/// | `recording_keys` | secrets, wrapped |
/// | `drafts` | nothing was said with them yet; texts of one person, who may throw them away |
/// | `settings` | witness memory, export cursors and the like |
const TABLES: &str = "
CREATE TABLE site (one INTEGER PRIMARY KEY CHECK (one = 1), id TEXT NOT NULL) STRICT;
CREATE TABLE entries (
    number INTEGER PRIMARY KEY CHECK (number >= 0),
    leaf BLOB NOT NULL CHECK (length(leaf) = 32),
    bytes BLOB NOT NULL
) STRICT;
CREATE TRIGGER entries_are_never_deleted BEFORE DELETE ON entries
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER entries_are_never_changed BEFORE UPDATE ON entries
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TABLE checkpoint (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    size INTEGER NOT NULL,
    note TEXT NOT NULL
) STRICT;

CREATE TABLE personal (
    commitment BLOB PRIMARY KEY CHECK (length(commitment) = 32),
    salt BLOB NOT NULL CHECK (length(salt) = 32),
    label TEXT NOT NULL,
    value TEXT NOT NULL,
    owner TEXT,
    entered INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX personal_by_owner ON personal (owner);
CREATE INDEX personal_not_entered ON personal (entered) WHERE entered = 0;
CREATE TABLE login_names (name TEXT PRIMARY KEY, person TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX login_names_by_person ON login_names (person);
CREATE TABLE credentials (
    person TEXT PRIMARY KEY,
    passphrase TEXT NOT NULL,
    totp BLOB NOT NULL,
    set_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE passkeys (
    id BLOB PRIMARY KEY CHECK (length(id) = 32),
    person TEXT NOT NULL,
    credential TEXT NOT NULL,
    added INTEGER NOT NULL,
    last_used INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX passkeys_by_person ON passkeys (person);
CREATE TABLE totp_steps (
    person TEXT NOT NULL,
    step INTEGER NOT NULL,
    PRIMARY KEY (person, step)
) STRICT, WITHOUT ROWID;
CREATE TABLE attempts (key TEXT PRIMARY KEY, at INTEGER NOT NULL, record BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX attempts_by_age ON attempts (at);
CREATE TABLE sign_ins (
    token BLOB PRIMARY KEY CHECK (length(token) = 32),
    person TEXT NOT NULL,
    device TEXT,
    since INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    last_used INTEGER NOT NULL,
    browser INTEGER NOT NULL,
    passkey BLOB CHECK (length(passkey) = 32),
    source TEXT NOT NULL,
    agent TEXT NOT NULL,
    record TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sign_ins_by_passkey ON sign_ins (passkey);
CREATE INDEX sign_ins_by_person ON sign_ins (person);
CREATE INDEX sign_ins_by_device ON sign_ins (device);
CREATE TABLE cosignatures (
    size INTEGER NOT NULL,
    witness TEXT NOT NULL,
    checkpoint TEXT NOT NULL,
    line TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (size, witness)
) STRICT, WITHOUT ROWID;
CREATE TABLE witness_alarms (
    witness TEXT NOT NULL,
    says TEXT NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    times INTEGER NOT NULL,
    PRIMARY KEY (witness, says)
) STRICT, WITHOUT ROWID;
CREATE TABLE vault (reference TEXT PRIMARY KEY, sealed BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE recording_keys (
    session TEXT NOT NULL,
    recipient TEXT NOT NULL,
    wrapped BLOB NOT NULL,
    PRIMARY KEY (session, recipient)
) STRICT, WITHOUT ROWID;
CREATE TABLE drafts (
    person TEXT NOT NULL,
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    version INTEGER NOT NULL,
    at INTEGER NOT NULL,
    fields TEXT NOT NULL,
    claimed INTEGER NOT NULL,
    became TEXT,
    file_name TEXT,
    file BLOB,
    PRIMARY KEY (person, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX drafts_by_age ON drafts (at);
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
";

/// Makes the tables of a new site. The caller creates the empty file, for our user alone.
pub(crate) fn create(path: &Path, site: &str) -> rusqlite::Result<()> {
    let mut connection = open_writer(path)?;
    let making = connection.transaction()?;
    making.execute_batch(TABLES)?;
    making.execute("INSERT INTO site (one, id) VALUES (1, ?1)", [site])?;
    making.pragma_update(None, "application_id", APPLICATION)?;
    making.pragma_update(None, "user_version", VERSION)?;
    making.commit()?;
    truncate_wal(&connection)?;
    connection.close().map_err(|(_, error)| error)
}

/// The one connection that writes.
pub(crate) fn open_writer(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    common(&connection)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    // What is erased is overwritten, not only forgotten.
    connection.pragma_update(None, "secure_delete", "ON")?;
    Ok(connection)
}

/// One more connection, which cannot write.
pub(crate) fn open_reader(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    common(&connection)?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}

fn common(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    // So that REPLACE, too, meets the trigger that keeps entries.
    connection.pragma_update(None, "recursive_triggers", true)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    // Nothing that is sorted or spilt may reach a file that nobody erases.
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(())
}

/// Moves the write-ahead log into the database and empties it.
///
/// # Errors
/// Also if a reader held on to it for longer than the connection waits.
pub(crate) fn truncate_wal(connection: &Connection) -> rusqlite::Result<()> {
    let busy: i64 =
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    if busy == 0 {
        Ok(())
    } else {
        let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_BUSY);
        let says = "a reader still holds the write-ahead log".to_owned();
        Err(rusqlite::Error::SqliteFailure(code, Some(says)))
    }
}
