//! The durable steps of everything that Sekisho keeps, by name, so that tests can break each of them.
//!
//! Whoever writes something that must be there after a loss of power does it through [`around`] or
//! [`writing`] and says which [`Point`] it passes. In a release both do the step and nothing else: no
//! look, no branch. With `debug_assertions`, which no release profile of ours has, a test may have
//! planned that the step fails and is lost, fails and is kept all the same, or is where the process
//! dies; without a plan that is one relaxed load. What each fault leads to is reviewed in
//! `tests/matrix/faults.txt`, and a point that is missing there fails the tests (decision 0016).
//!
//! Trusted to: do the step. It opens no file, reads no environment and ends no process by itself: paths
//! are compared and not touched, and the way to die is handed in.

#[cfg(debug_assertions)]
mod planned;
mod point;
#[cfg(debug_assertions)]
pub mod table;

use std::io;
use std::path::Path;

#[cfg(debug_assertions)]
pub use planned::{NotAPlan, Plan, Planned, Strike, arm, forget, passes, plan, watch};
pub use point::{Fault, Point};

/// Does `act`, the durable step at `point` on something at or below `path`, unless a test breaks it.
/// `broken` makes the caller's own error of the system's.
///
/// # Errors
/// What `act` gives; in a debug build also what was planned.
#[inline]
pub fn around<T, E>(
    point: Point,
    path: &Path,
    broken: impl FnOnce(io::Error) -> E,
    act: impl FnOnce() -> Result<T, E>,
) -> Result<T, E> {
    #[cfg(debug_assertions)]
    if let Some(strike) = planned::strike(point, path) {
        return strike.meets(broken, act);
    }
    let _in_a_release = (point, path, broken);
    act()
}

/// Has `act` write `bytes` to something at or below `path`, unless a test breaks it: then all of them
/// may have been written, some, or none.
///
/// # Errors
/// What `act` gives; in a debug build also what was planned.
#[inline]
pub fn writing(
    point: Point,
    path: &Path,
    bytes: &[u8],
    act: impl FnOnce(&[u8]) -> io::Result<()>,
) -> io::Result<()> {
    #[cfg(debug_assertions)]
    match planned::strike(point, path) {
        None => {}
        Some(Strike::Part(count, errno)) => {
            act(bytes.get(..count).unwrap_or(bytes))?;
            return Err(io::Error::from_raw_os_error(errno));
        }
        Some(strike) => return strike.meets(|error| error, || act(bytes)),
    }
    let _in_a_release = (point, path);
    act(bytes)
}

#[cfg(all(test, debug_assertions))]
mod tests;
