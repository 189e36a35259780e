//! Who is signed in: bearer tokens, of which only the SHA-256 is kept (lesson L15).

use faults::Point;
use ids::{DeviceId, Digest, PersonId, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row};

use super::{LocalError, MAX_KEY, MAX_VALUE, within};
use crate::blobs::sha256;
use crate::number::{moment, parsed, parsed_if_any};
use crate::{Reader, Store};

/// A sign-in, without its token: that is readable by nobody after it was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignIn {
    /// Who signed in.
    pub person: PersonId,
    /// From which device; `None` from a browser of the hospital.
    pub device: Option<DeviceId>,
    /// When.
    pub since: Timestamp,
    /// From when on it counts no more.
    pub expires: Timestamp,
    /// When it was last used.
    pub last_used: Timestamp,
    /// Whether a browser holds it, in a cookie.
    pub browser: bool,
    /// The passkey by which they signed in, if they did: the digest of its id.
    pub passkey: Option<Digest>,
    /// From where, in words.
    pub source: String,
    /// What the browser or program calls itself: a stranger's words.
    pub agent: String,
    /// What `login` keeps of it, authenticated with its own key; opaque here.
    pub record: String,
}

/// A sign-in with the id under which its owner sees it and ends it. The id opens nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedSignIn {
    /// The id.
    pub id: Digest,
    /// The sign-in.
    pub sign_in: SignIn,
}

const DOING: &str = "looking up sign-ins";
const COLUMNS: &str =
    "person, device, since, expires, last_used, browser, passkey, source, agent, record";

impl Reader {
    /// The sign-in that this token stands for. Whether it has expired is the caller's to ask.
    ///
    /// # Errors
    /// If it cannot be read: nobody is signed in then.
    pub fn sign_in(&self, token: &[u8]) -> Result<Option<SignIn>, LocalError> {
        self.look(DOING, |db| {
            db.prepare_cached(&format!("SELECT {COLUMNS} FROM sign_ins WHERE token = ?1"))?
                .query_row([sha256(token).0], sign_in)
                .optional()
        })
    }

    /// The sign-ins of one person. There is no list of everybody's.
    ///
    /// # Errors
    /// If they cannot be read.
    pub fn sign_ins_of(&self, person: &PersonId) -> Result<Vec<ListedSignIn>, LocalError> {
        self.look(DOING, |db| {
            db.prepare_cached(&format!(
                "SELECT {COLUMNS}, token FROM sign_ins WHERE person = ?1 ORDER BY since, token"
            ))?
            .query_map([person.to_string()], |row| {
                let token: [u8; 32] = row.get(TOKEN)?;
                Ok(ListedSignIn {
                    id: sha256(&token),
                    sign_in: sign_in(row)?,
                })
            })?
            .collect()
        })
    }

    /// The id of this token's sign-in, as [`Reader::sign_ins_of`] lists it.
    pub fn listed_id(&self, token: &[u8]) -> Digest {
        listed_id(token)
    }
}

impl Store {
    /// Keeps the hash of a new token. The token itself is given to its owner and to nobody else.
    ///
    /// # Errors
    /// If it cannot be kept: the person is then not signed in. A token that exists already is refused
    /// too; from a random source it never does.
    pub fn put_sign_in(&self, token: &[u8], sign_in: &SignIn) -> Result<(), LocalError> {
        within(DOING, sign_in.source.len(), MAX_KEY)?;
        within(DOING, sign_in.agent.len(), MAX_VALUE)?;
        self.change(Point::SignIn, DOING, |db| {
            db.execute(
                "INSERT INTO sign_ins (token, person, device, since, expires, last_used,
                                       browser, passkey, source, agent, record)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
                (
                    sha256(token).0,
                    sign_in.person.to_string(),
                    sign_in.device.as_ref().map(ToString::to_string),
                    sign_in.since.as_millis(),
                    sign_in.expires.as_millis(),
                    sign_in.last_used.as_millis(),
                    sign_in.browser,
                    sign_in.passkey.map(|passkey| passkey.0),
                    &sign_in.source,
                    &sign_in.agent,
                    &sign_in.record,
                ),
            )
        })
        .map(|_| ())
    }

    /// Notes that a token was used now; false if there is none.
    ///
    /// # Errors
    /// If the database refuses.
    pub fn touch_sign_in(&self, token: &[u8], now: Timestamp) -> Result<bool, LocalError> {
        self.change(Point::SignIn, DOING, |db| {
            let touched = db.execute(
                "UPDATE sign_ins SET last_used = max(last_used, ?2) WHERE token = ?1",
                (sha256(token).0, now.as_millis()),
            )?;
            Ok(touched == 1)
        })
    }

    /// Signs this token out; false if there was none.
    ///
    /// # Errors
    /// If the database refuses.
    pub fn revoke_sign_in(&self, token: &[u8]) -> Result<bool, LocalError> {
        self.change(Point::SignIn, DOING, |db| {
            Ok(db.execute("DELETE FROM sign_ins WHERE token = ?1", [sha256(token).0])? == 1)
        })
    }

    /// Ends one sign-in of a person by its id; false if they have none such.
    ///
    /// # Errors
    /// If the database refuses.
    pub fn revoke_listed(&self, person: &PersonId, id: &Digest) -> Result<bool, LocalError> {
        self.change(Point::SignIn, DOING, |db| {
            let tokens: Vec<[u8; 32]> = db
                .prepare_cached("SELECT token FROM sign_ins WHERE person = ?1")?
                .query_map([person.to_string()], |row| row.get(0))?
                .collect::<rusqlite::Result<_>>()?;
            let Some(token) = tokens.iter().find(|token| sha256(*token) == *id) else {
                return Ok(false);
            };
            Ok(db.execute("DELETE FROM sign_ins WHERE token = ?1", [token])? == 1)
        })
    }

    /// Signs a person out everywhere but with this token; says how many sign-ins that were.
    ///
    /// # Errors
    /// If the database refuses.
    pub fn revoke_others(&self, person: &PersonId, token: &[u8]) -> Result<usize, LocalError> {
        self.change(Point::SignIn, DOING, |db| {
            db.execute(
                "DELETE FROM sign_ins WHERE person = ?1 AND token <> ?2",
                (person.to_string(), sha256(token).0),
            )
        })
    }

    /// Signs a person out everywhere; says how often they were signed in.
    ///
    /// # Errors
    /// If the database refuses.
    pub fn revoke_sign_ins_of_person(&self, person: &PersonId) -> Result<usize, LocalError> {
        self.change(Point::SignIn, DOING, |db| end_those_of(db, person))
    }

    /// Signs everybody on this device out; says how many sign-ins that were.
    ///
    /// # Errors
    /// If the database refuses.
    pub fn revoke_sign_ins_of_device(&self, device: &DeviceId) -> Result<usize, LocalError> {
        let id = device.to_string();
        self.change(Point::SignIn, DOING, |db| {
            db.execute("DELETE FROM sign_ins WHERE device = ?1", [id])
        })
    }

    /// Forgets the sign-ins that have expired at `now`; says how many.
    ///
    /// # Errors
    /// If the database refuses.
    pub fn prune_sign_ins(&self, now: Timestamp) -> Result<usize, LocalError> {
        self.change(Point::SignIn, DOING, |db| {
            db.execute(
                "DELETE FROM sign_ins WHERE expires <= ?1",
                [now.as_millis()],
            )
        })
    }
}

/// Says how many there were.
pub(super) fn end_those_of(db: &Connection, person: &PersonId) -> rusqlite::Result<usize> {
    db.execute(
        "DELETE FROM sign_ins WHERE person = ?1",
        [person.to_string()],
    )
}

/// The column of the token, after all others.
const TOKEN: usize = 10;

/// The digest of what a token is kept under: whoever knows it has no token, and cannot find its row.
fn listed_id(token: &[u8]) -> Digest {
    sha256(&sha256(token).0)
}

fn sign_in(row: &Row<'_>) -> rusqlite::Result<SignIn> {
    Ok(SignIn {
        person: parsed(row, 0)?,
        device: parsed_if_any(row, 1)?,
        since: moment(row, 2)?,
        expires: moment(row, 3)?,
        last_used: moment(row, 4)?,
        browser: row.get(5)?,
        passkey: row.get::<_, Option<[u8; 32]>>(6)?.map(Digest),
        source: row.get(7)?,
        agent: row.get(8)?,
        record: row.get(9)?,
    })
}
