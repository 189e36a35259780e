//! The real fuzzer's program. Which target it runs is said by the variable [`fuzz::CHOICE`], so that all
//! share one build.
#![no_main]

use std::sync::LazyLock;

static CHOSEN: LazyLock<&fuzz::Target> = LazyLock::new(|| {
    let name = std::env::var(fuzz::CHOICE).unwrap_or_default();
    match fuzz::target(&name) {
        Some(target) => target,
        None => panic!(
            "{}={name:?}: no such target; cargo xtask fuzz lists them",
            fuzz::CHOICE
        ),
    }
});

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| (CHOSEN.run)(bytes));
