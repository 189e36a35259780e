//! A disk that is really full: a small tmpfs, which only root can mount. Skipped for others.

use std::io::Write;
use std::path::PathBuf;
use std::process::Command;

use super::*;

/// A file system of a few MiB, gone with this value.
struct SmallDisk {
    dir: TempDir,
}

impl SmallDisk {
    fn mount() -> Option<Self> {
        let dir = tempfile::tempdir().unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=4m,mode=0700", "tmpfs"])
            .arg(dir.path())
            .output();
        mounted
            .is_ok_and(|mounted| mounted.status.success())
            .then_some(Self { dir })
    }

    fn path(&self) -> PathBuf {
        self.dir.path().join("handa")
    }

    /// Fills it to the last byte.
    fn fill(&self) {
        let mut filler = std::fs::File::create(self.dir.path().join("filler")).unwrap();
        for size in [4096, 1] {
            while filler.write_all(&vec![1; size]).is_ok() {}
        }
    }

    fn make_room(&self) {
        std::fs::remove_file(self.dir.path().join("filler")).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount")
            .arg("-l")
            .arg(self.dir.path())
            .output();
    }
}

#[test]
fn on_a_full_disk_nothing_is_appended_nothing_is_lost_and_isolating_works() {
    let Some(disk) = SmallDisk::mount() else {
        println!("skipped: mounting a tmpfs needs root");
        return;
    };
    let store = Store::create(&disk.path(), &site(), signer().verifier()).unwrap();
    extend(&store, 10).unwrap();
    disk.fill();
    let mut stands = store.size();
    let refused = loop {
        match extend(&store, 50) {
            Ok(appended) => stands = appended.size,
            Err(error) => break error,
        }
    };
    assert!(
        matches!(refused, AppendError::Unavailable { .. }),
        "{refused:?}"
    );
    check_everything(&store, stands);

    store
        .markers()
        .set_isolated("the ledger cannot be written")
        .unwrap();
    let reason = store.markers().isolated();
    assert_eq!(reason.as_deref(), Some("the ledger cannot be written"));
    assert!(store.put_blob(&vec![0; 1 << 20]).is_err());

    disk.make_room();
    extend(&store, 50).unwrap();
    check_everything(&store, stands + 50);
    check_everything(&reopen(store), stands + 50);
}

#[test]
fn a_process_that_died_on_a_full_disk_finds_everything_again() {
    let Some(disk) = SmallDisk::mount() else {
        println!("skipped: mounting a tmpfs needs root");
        return;
    };
    let store = Store::create(&disk.path(), &site(), signer().verifier()).unwrap();
    extend(&store, 10).unwrap();
    disk.fill();
    while extend(&store, 50).is_ok() {}
    let stands = store.size();
    // The files as a killed process leaves them, on a disk with room.
    let left = copy(&disk.path());
    check_everything(&open(left.path()).unwrap(), stands);
    // And on the full disk itself.
    check_everything(&reopen(store), stands);
}
