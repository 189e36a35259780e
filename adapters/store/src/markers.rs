//! Files whose existence says something, for when the database can say nothing.
//!
//! - `isolated`: the site is isolated, whatever the ledger says; the first line is the reason.
//! - `restored`: the site was put back from a backup, and nobody outside has confirmed yet that this is the
//!   newest state.
//! - `running`: the store was opened and has not been closed in order.
//!
//! Trusted to: exist or not exist. Not trusted to: say anything exact; the reason is shown, never
//! acted on.
//!
//! Isolating must work on a full disk (invariant 15). `isolated.ready` is therefore written in
//! advance, with its blocks allocated; isolating overwrites it in place and renames it. If even the
//! overwriting fails, the rename is still done: an isolation without its reason is an isolation.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use faults::Point;

use crate::durable;

/// The marker's whole length: one block, so that overwriting it allocates none.
const LENGTH: usize = 4096;
/// Reasons are cut here, at a character's border.
const MAX_REASON: usize = 1024;

/// The marker files of one site's directory. Needs no open [`Store`](crate::Store).
#[derive(Debug, Clone)]
pub struct Markers {
    dir: PathBuf,
}

impl Markers {
    /// The markers in a store's directory, whether or not the store in it can be opened.
    pub fn at(dir: impl Into<PathBuf>) -> Self {
        Self { dir: dir.into() }
    }

    /// Marks the site as isolated, durably, also on a full disk. A marker that stands already keeps
    /// its reason. The reason is cut to 1,024 bytes.
    ///
    /// # Errors
    /// If the directory cannot be changed: the caller stays isolated in memory and says so loudly.
    pub fn set_isolated(&self, reason: &str) -> io::Result<()> {
        if self.isolated_path().exists() {
            return self.isolated_is_durable();
        }
        if self.ready_path().exists() {
            let reasoned = self.overwrite_ready(reason);
            durable::step(Point::MarkerNamed, &self.dir, || {
                std::fs::rename(self.ready_path(), self.isolated_path())
            })?;
            if let Err(error) = reasoned {
                tracing::warn!(%error, "the isolation marker stands without its reason");
            }
        } else {
            self.create_isolated(reason)?;
        }
        self.isolated_is_durable()
    }

    fn isolated_is_durable(&self) -> io::Result<()> {
        durable::step(Point::MarkerFolder, &self.dir, || {
            durable::sync_dir(&self.dir)
        })
    }

    fn overwrite_ready(&self, reason: &str) -> io::Result<()> {
        let file = durable::private().open(self.ready_path())?;
        faults::writing(Point::MarkerReason, &self.dir, &page(reason), |page| {
            file.write_all_at(page, 0)?;
            file.sync_all()
        })
    }

    /// The reserve is missing, as after a crash between two steps: an empty file still needs no block.
    fn create_isolated(&self, reason: &str) -> io::Result<()> {
        let file = durable::private()
            .create(true)
            .truncate(false)
            .open(self.isolated_path())?;
        if let Err(error) = file
            .write_all_at(&page(reason), 0)
            .and_then(|()| file.sync_all())
        {
            tracing::warn!(%error, "the isolation marker stands without its reason");
        }
        Ok(())
    }

    /// The reason of the isolation that is marked; `None` if the site is not marked as isolated.
    /// A marker that cannot be read counts as one without a reason.
    pub fn isolated(&self) -> Option<String> {
        // A marker that cannot be looked at must not count as absent.
        match self.isolated_path().symlink_metadata() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Ok(_) | Err(_) => Some(self.read_reason().unwrap_or_default()),
        }
    }

    fn read_reason(&self) -> io::Result<String> {
        let mut bytes = Vec::new();
        let limit = u64::try_from(LENGTH).unwrap_or(u64::MAX);
        File::open(self.isolated_path())?
            .take(limit)
            .read_to_end(&mut bytes)?;
        let text = String::from_utf8_lossy(&bytes);
        let line = text.split(['\n', '\0']).next().unwrap_or_default();
        Ok(line.to_owned())
    }

    /// Takes the isolation marker away, durably, and keeps its space for the next one.
    ///
    /// # Errors
    /// If the directory cannot be changed: the site stays marked.
    pub fn clear_isolated(&self) -> io::Result<()> {
        let cleared = durable::step(Point::MarkerCleared, &self.dir, || {
            std::fs::rename(self.isolated_path(), self.ready_path())
        });
        match cleared {
            Ok(()) => durable::sync_dir(&self.dir)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        // Written anew: the marker may have been created without its blocks.
        self.overwrite_ready("").or_else(|_| self.prepare())
    }

    /// Marks the site as put back from a backup, durably.
    ///
    /// # Errors
    /// If the directory cannot be changed.
    pub fn set_restored(&self) -> io::Result<()> {
        durable::private()
            .create(true)
            .truncate(true)
            .open(self.dir.join("restored"))?;
        durable::sync_dir(&self.dir)
    }

    /// Whether the site was put back from a backup and nobody has confirmed it.
    pub fn is_restored(&self) -> bool {
        // A marker that cannot be looked at must not count as absent.
        let looked = self.dir.join("restored").symlink_metadata();
        !matches!(looked, Err(error) if error.kind() == io::ErrorKind::NotFound)
    }

    /// It is confirmed that this is the newest state, or that it goes on from here.
    ///
    /// # Errors
    /// If the directory cannot be changed: the site stays marked.
    pub fn clear_restored(&self) -> io::Result<()> {
        durable::remove(&self.dir.join("restored"))
    }

    /// Reserves the space for the isolation marker.
    pub(crate) fn prepare(&self) -> io::Result<()> {
        if self.isolated_path().exists() || self.is_reserved() {
            return Ok(());
        }
        let aside = self.dir.join("isolated.new");
        let page = page("");
        durable::write(durable::PREPARED, &self.ready_path(), &aside, &page)
    }

    fn is_reserved(&self) -> bool {
        let length = u64::try_from(LENGTH).unwrap_or(u64::MAX);
        self.ready_path()
            .metadata()
            .is_ok_and(|found| found.len() == length)
    }

    /// Whether the store is marked as running. What cannot be looked at counts as running: then the
    /// whole ledger is read.
    pub(crate) fn is_running(&self) -> bool {
        let marker = self.dir.join("running").symlink_metadata();
        !matches!(marker, Err(error) if error.kind() == io::ErrorKind::NotFound)
    }

    /// Marks the store as running. True if it was so marked already: the last stop was not in order.
    pub(crate) fn set_running(&self) -> io::Result<bool> {
        let path = self.dir.join("running");
        let unclean = path.exists();
        if !unclean {
            durable::step(Point::RunningSet, &self.dir, || {
                durable::private().create(true).truncate(true).open(&path)?;
                durable::sync_dir(&self.dir)
            })?;
        }
        Ok(unclean)
    }

    pub(crate) fn clear_running(&self) -> io::Result<()> {
        durable::step(Point::RunningCleared, &self.dir, || {
            durable::remove(&self.dir.join("running"))
        })
    }

    fn isolated_path(&self) -> PathBuf {
        self.dir.join("isolated")
    }

    fn ready_path(&self) -> PathBuf {
        self.dir.join("isolated.ready")
    }

    /// The directory.
    pub fn dir(&self) -> &Path {
        &self.dir
    }
}

/// The reason on one line, padded to a block. Not zeros: some file systems store a block of zeros as none.
fn page(reason: &str) -> Vec<u8> {
    let end = (0..=reason.len().min(MAX_REASON))
        .rev()
        .find(|end| reason.is_char_boundary(*end))
        .unwrap_or(0);
    let reason = reason.get(..end).unwrap_or_default();
    let mut page = reason.replace(['\n', '\r', '\0'], " ").into_bytes();
    page.resize(LENGTH, b'\n');
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    fn markers() -> (tempfile::TempDir, Markers) {
        let dir = tempfile::tempdir().unwrap();
        let markers = Markers::at(dir.path());
        (dir, markers)
    }

    #[test]
    fn an_isolation_outlives_the_process_and_keeps_its_first_reason() {
        let (_dir, markers) = markers();
        markers.prepare().unwrap();
        assert_eq!(markers.isolated(), None);
        markers.set_isolated("夜間の異常\n二行目").unwrap();
        markers.set_isolated("later").unwrap();
        let again = Markers::at(markers.dir());
        assert_eq!(again.isolated().as_deref(), Some("夜間の異常 二行目"));
    }

    #[test]
    fn a_lifted_isolation_is_gone_and_can_be_marked_again() {
        let (_dir, markers) = markers();
        markers.prepare().unwrap();
        for round in ["one", "two"] {
            markers.set_isolated(round).unwrap();
            assert_eq!(markers.isolated().as_deref(), Some(round));
            markers.clear_isolated().unwrap();
            assert_eq!(markers.isolated(), None);
            assert!(markers.is_reserved());
        }
    }

    #[test]
    fn isolating_works_without_the_reserve_and_without_a_reason() {
        let (dir, markers) = markers();
        markers.set_isolated("no reserve was made").unwrap();
        assert_eq!(markers.isolated().as_deref(), Some("no reserve was made"));
        std::fs::write(dir.path().join("isolated"), b"").unwrap();
        assert_eq!(markers.isolated().as_deref(), Some(""));
        markers.clear_isolated().unwrap();
        assert_eq!(markers.isolated(), None);
    }

    #[test]
    fn a_marker_that_cannot_be_read_still_isolates() {
        let (dir, markers) = markers();
        std::fs::create_dir(dir.path().join("isolated")).unwrap();
        assert_eq!(markers.isolated().as_deref(), Some(""));
    }

    #[test]
    fn a_long_reason_is_cut_at_a_character() {
        let (_dir, markers) = markers();
        markers.set_isolated(&"異".repeat(1000)).unwrap();
        let reason = markers.isolated().unwrap();
        assert!(reason.chars().all(|c| c == '異') && reason.len() <= MAX_REASON);
    }
}
