//! The hot path takes one write and no memory.

use super::*;

/// One `write(2)` per record, and nothing else on the way.
#[test]
fn recording_takes_one_write_and_nothing_else() {
    let dir = folder();
    let site = Site::open(dir.path());
    let recorder = site.begin(7);
    faults::watch(dir.path());
    for _ in 0..10 {
        to_target(&recorder, &[7; 4096]).unwrap();
    }
    assert_eq!(faults::passes(dir.path()), [Point::JournalFrame; 10]);
}
