//! One site's directory: made, opened, closed.

use std::io;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use faults::Point;
use ids::{Digest, SiteId};
use ledger::Verifier;
use ledger::tree::{Tree, empty_root};
use rusqlite::Connection;

use crate::behind::Behind;
use crate::blobs::{BlobError, Blobs};
use crate::high_water::HighWater;
use crate::lock::{NotLocked, SiteLock};
use crate::markers::Markers;
use crate::reader::{Reader, Shared};
use crate::recovery::{self, OpenError};
use crate::{durable, high_water, schema, snapshot};

/// Everything a site keeps on its disk. It reads like its [`Reader`], and shares across threads by
/// reference: writes go one after the other through one connection, reads do not wait for them.
///
/// ```text
/// DIR/            0700
/// ├── lock              who has it open
/// ├── site.db           ledger and local tables (SQLite; -wal and -shm beside it)
/// ├── high-water        how far the ledger has been
/// ├── blobs/ab/ab…      attachments by their SHA-256
/// ├── snapshot          the folded state of some size, signed; disposable
/// ├── running           there while open: the last stop was not in order if it is there at open
/// └── isolated[.ready]  there while the site is isolated; the reserve for it otherwise
/// ```
#[derive(Debug)]
pub struct Store {
    dir: PathBuf,
    site: SiteId,
    site_key: Verifier,
    unclean: bool,
    orphans: usize,
    pub(crate) behind: Mutex<Option<Behind>>,
    writer: Mutex<Writer>,
    reader: Reader,
    _lock: SiteLock,
}

/// The one connection that writes.
#[derive(Debug)]
pub(crate) struct Writer {
    /// `None` once closed.
    pub(crate) connection: Option<Connection>,
    pub(crate) high_water: HighWater,
    /// A commit failed, and what stands has not been read since.
    pub(crate) uncertain: bool,
}

/// Why a site's directory was not made.
#[derive(Debug, thiserror::Error)]
pub enum CreateError {
    /// There is a site already: it is never overwritten.
    #[error("{} is there already: choose another directory, or open this site", path.display())]
    AlreadyThere {
        /// The file that is there.
        path: PathBuf,
    },
    /// The directory holds other things, and other users can reach it.
    #[error("{} is open to other users and not empty: choose another directory, or chmod go= it", dir.display())]
    OpenToOthers {
        /// The directory.
        dir: PathBuf,
    },
    /// Another process is at work in this directory.
    #[error("{} is in use by {by}", dir.display())]
    Held {
        /// The directory.
        dir: PathBuf,
        /// What the other process wrote about itself.
        by: String,
    },
    /// The site key is of another site.
    #[error("the site key is named {found}, this site's must be named {expected}")]
    OtherKey {
        /// The name it must have.
        expected: String,
        /// The name it has.
        found: String,
    },
    /// The disk refused.
    #[error("{} cannot be made", path.display())]
    Disk {
        /// What was being made.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The database refused.
    #[error("the database cannot be made: {cause}")]
    Database {
        /// What it says.
        cause: String,
    },
    /// It was made and does not open.
    #[error("the new site does not open")]
    Open(#[source] Box<OpenError>),
}

impl Store {
    /// Makes an empty site in `dir`, which may exist, and opens it. `site_key` is what will sign its
    /// checkpoints; every signature is checked with it. A crash in between leaves nothing that opens,
    /// and nothing that is in the way of the next attempt.
    ///
    /// # Errors
    /// If there is a site already, or the disk refuses.
    pub fn create(dir: &Path, site: &SiteId, site_key: &Verifier) -> Result<Self, CreateError> {
        let disk = |path: &Path, source| {
            let path = path.to_owned();
            CreateError::Disk { path, source }
        };
        let expected = ledger::checkpoint::origin(site);
        if site_key.name() != expected {
            let found = site_key.name().to_owned();
            return Err(CreateError::OtherKey { expected, found });
        }
        durable::make_dir(dir).map_err(|error| disk(dir, error))?;
        if !durable::make_private(dir).map_err(|error| disk(dir, error))? {
            return Err(CreateError::OpenToOthers {
                dir: dir.to_owned(),
            });
        }
        let lock = SiteLock::take(dir).map_err(|error| match error {
            NotLocked::Held(by) => {
                let dir = dir.to_owned();
                CreateError::Held { dir, by }
            }
            NotLocked::Unavailable(source) => disk(dir, source),
        })?;
        let path = database(dir);
        if path.exists() {
            return Err(CreateError::AlreadyThere { path });
        }
        make_database(dir, site)?;
        // The mark first: a database without one would be refused.
        HighWater::create(dir, 0, &empty_root())
            .map_err(|error| disk(&high_water::path(dir), error))?;
        std::fs::rename(new_database(dir), &path).map_err(|error| disk(&path, error))?;
        durable::sync_dir(dir).map_err(|error| disk(dir, error))?;
        drop(lock);
        Self::open(dir, site_key).map_err(|error| CreateError::Open(Box::new(error)))
    }

    /// Opens the site in `dir`, alone, and verifies the whole ledger: every entry against its leaf
    /// hash, the tree against the checkpoint signed by `site_key`. Then sweeps what a crash left:
    /// personal values without an entry, half-written blobs.
    ///
    /// # Errors
    /// Names the disagreement, its place, and what to do. Nothing is repaired silently.
    pub fn open(dir: &Path, site_key: &Verifier) -> Result<Self, OpenError> {
        Self::open_with(dir, site_key, None)
    }

    /// As [`Store::open`], but the entries of which `known` is the tree are not read now, if the last
    /// stop was in order: only those after them, and whether the site signed the tree of all. What is
    /// left is for [`Store::verify_behind`]. If anything does not fit, everything is verified now.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn open_after(dir: &Path, site_key: &Verifier, known: Tree) -> Result<Self, OpenError> {
        Self::open_with(dir, site_key, Some(known))
    }

    fn open_with(dir: &Path, site_key: &Verifier, known: Option<Tree>) -> Result<Self, OpenError> {
        let lock = recovery::take_lock(dir)?;
        let path = database(dir);
        recovery::refuse_open_doors(dir, &path)?;
        let mut connection = recovery::open_database(&path)?;
        let site = recovery::site(&connection, site_key)?;
        let (high_water, mark) = recovery::high_water(dir)?;
        let markers = Markers::at(dir);
        let after = known
            .filter(|_| !markers.is_running())
            .map(|tree| recovery::verify_after(&connection, tree, site_key, &mark));
        let found = match after {
            Some(Ok(found)) => found,
            // What does not fit is named by reading all of it.
            Some(Err(_)) | None => recovery::verify(&mut connection, site_key, &mark)?,
        };
        let disk = |what: &str| {
            let path = dir.join(what);
            move |source| OpenError::Disk { path, source }
        };
        let blobs = Blobs::open(dir.join("blobs")).map_err(disk("blobs"))?;
        markers.prepare().map_err(disk("isolated.ready"))?;
        let unclean = markers.set_running().map_err(disk("running"))?;
        high_water
            .raise(found.published.tree.size(), &found.published.tree.root())
            .map_err(disk("high-water"))?;
        let shared = Arc::new(Shared::new(found.published, blobs));
        let reader =
            Reader::open(&path, shared).map_err(|error| OpenError::database(&path, &error))?;
        Ok(Self {
            dir: dir.to_owned(),
            site,
            site_key: site_key.clone(),
            unclean,
            orphans: found.orphans,
            behind: Mutex::new(found.behind),
            writer: Mutex::new(Writer {
                connection: Some(connection),
                high_water,
                uncertain: false,
            }),
            reader,
            _lock: lock,
        })
    }

    /// Closes in order: empties the write-ahead log and takes the running mark away. Later writes are
    /// refused. A store that is only dropped, or whose process ends, counts as stopped without order.
    ///
    /// # Errors
    /// If the log cannot be emptied or the mark not taken away: the next open finds an unclean stop,
    /// and loses nothing.
    pub fn close(&self) -> io::Result<()> {
        let Some(connection) = self.writer().connection.take() else {
            return Ok(());
        };
        schema::truncate_wal(&connection).map_err(io::Error::other)?;
        connection
            .close()
            .map_err(|(_, error)| io::Error::other(error))?;
        self.markers().clear_running()
    }

    /// Forgets how far the ledger in `dir` has been, so that an older one opens: the step of a restore
    /// that the recovery kit's `LedgerResumed` has authorised, and no other. Witnesses forget nothing.
    ///
    /// # Errors
    /// If the site is open, is not there, or the disk refuses.
    pub fn dangerous_forget_high_water(dir: &Path) -> Result<(), OpenError> {
        let _lock = recovery::take_lock(dir)?;
        // A restored ledger is read whole before anybody is admitted.
        snapshot::remove(dir)
            .and_then(|()| HighWater::create(dir, 0, &empty_root()))
            .map_err(|source| OpenError::Disk {
                path: high_water::path(dir),
                source,
            })
    }

    /// Whose site this is.
    pub fn site(&self) -> &SiteId {
        &self.site
    }

    /// What its checkpoints are verified with.
    pub fn site_key(&self) -> &Verifier {
        &self.site_key
    }

    /// The directory. The journal and the segments live beside the database in it.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Whether the last stop was not in order (crash, kill, loss of power).
    pub fn was_unclean(&self) -> bool {
        self.unclean
    }

    /// How many personal values were removed at open because no entry names them: what a crash between
    /// a command's values and its entry leaves.
    pub fn orphans_removed(&self) -> usize {
        self.orphans
    }

    /// One more reader, with a connection of its own.
    ///
    /// # Errors
    /// If the database cannot be opened once more.
    pub fn new_reader(&self) -> io::Result<Reader> {
        let shared = Arc::clone(&self.shared);
        Reader::open(&database(&self.dir), shared).map_err(io::Error::other)
    }

    /// Keeps an attachment under its SHA-256, durably. At most [`MAX_BLOB`](crate::MAX_BLOB) bytes.
    ///
    /// # Errors
    /// If it is too large, or the disk refuses.
    pub fn put_blob(&self, bytes: &[u8]) -> Result<Digest, BlobError> {
        self.shared.blobs.put(bytes)
    }

    /// The marker files, which work when the database does not.
    pub fn markers(&self) -> Markers {
        Markers::at(&self.dir)
    }

    /// A durable step of the database.
    pub(crate) fn durable<T>(
        &self,
        point: Point,
        act: impl FnOnce() -> rusqlite::Result<T>,
    ) -> rusqlite::Result<T> {
        let broken = |error: io::Error| {
            let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_IOERR);
            rusqlite::Error::SqliteFailure(code, Some(error.to_string()))
        };
        faults::around(point, &self.dir, broken, act)
    }

    pub(crate) fn writer(&self) -> MutexGuard<'_, Writer> {
        // A panic in a transaction rolled it back; the connection is whole.
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Deref for Store {
    type Target = Reader;

    fn deref(&self) -> &Reader {
        &self.reader
    }
}

pub(crate) fn database(dir: &Path) -> PathBuf {
    dir.join("site.db")
}

fn new_database(dir: &Path) -> PathBuf {
    dir.join("site.db.new")
}

/// Makes the database aside, so that a crash leaves no half of one under its name.
fn make_database(dir: &Path, site: &SiteId) -> Result<(), CreateError> {
    let path = new_database(dir);
    let make_file = || -> io::Result<()> {
        for leftover in ["site.db.new", "site.db.new-wal", "site.db.new-shm"] {
            durable::remove(&dir.join(leftover))?;
        }
        // SQLite gives its other files the permissions of this one.
        durable::private().create_new(true).open(&path).map(|_| ())
    };
    make_file().map_err(|source| {
        let path = path.clone();
        CreateError::Disk { path, source }
    })?;
    schema::create(&path, site.as_str()).map_err(|error| {
        let cause = error.to_string();
        CreateError::Database { cause }
    })
}
