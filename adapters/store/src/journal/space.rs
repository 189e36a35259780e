//! How much room the disk has.

use std::io;
use std::path::Path;

/// The used part of the file system of `path`, 0.0 to 1.0, of what an unprivileged process may use.
pub(super) fn used(path: &Path) -> io::Result<f64> {
    let stat = rustix::fs::statvfs(path)?;
    let used = stat.f_blocks.saturating_sub(stat.f_bfree);
    let usable = used.saturating_add(stat.f_bavail);
    if usable == 0 {
        return Ok(1.0);
    }
    #[expect(
        clippy::cast_precision_loss,
        reason = "a fraction to two digits is wanted"
    )]
    Ok(used as f64 / usable as f64)
}

/// Bytes that an unprivileged process may still write.
pub(super) fn free(path: &Path) -> io::Result<u64> {
    let stat = rustix::fs::statvfs(path)?;
    Ok(stat.f_bavail.saturating_mul(stat.f_frsize))
}
