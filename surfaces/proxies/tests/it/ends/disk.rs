//! A disk that is filled on purpose.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use crate::hospital;

/// Memory that the kernel shows as a disk, so small that it can be filled.
pub(super) struct Small {
    at: TempDir,
}

impl Small {
    pub(super) fn mounted() -> Self {
        let at = tempfile::tempdir().unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=96m", "sekisho-test"]);
        assert!(mount.arg(at.path()).status().unwrap().success());
        Self { at }
    }

    /// What is founded meanwhile lies on it.
    pub(super) fn holds<T>(&self, work: impl FnOnce() -> T) -> T {
        hospital::LIES.set(Some(self.at.path().to_owned()));
        let done = work();
        hospital::LIES.set(None);
        done
    }

    pub(super) fn fill(&self) {
        let mut ballast = File::create(self.ballast()).unwrap();
        // Down to the last byte.
        for piece in [1 << 20, 1 << 12, 1] {
            while ballast.write_all(&vec![0; piece]).is_ok() {}
        }
    }

    pub(super) fn clear(&self) {
        std::fs::remove_file(self.ballast()).unwrap();
    }

    fn ballast(&self) -> std::path::PathBuf {
        Path::new(self.at.path()).join("ballast")
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        // What is still open there goes when it is closed.
        let _gone = Command::new("umount")
            .arg("-l")
            .arg(self.at.path())
            .status();
    }
}
