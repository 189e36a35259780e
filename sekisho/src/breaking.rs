//! Breaks a durable step where a test asks for it (decision 0016). In a release nothing of this exists.

use std::path::PathBuf;

/// What breaks: `ledger.commit:kept`, or `ledger.commit:kept:3` for the third time.
const FAULT: &str = "SEKISHO_FAULT";
/// The file that has to be there for it; without this variable nothing has to.
const WHEN: &str = "SEKISHO_FAULT_WHEN";

/// Plans what the environment asks for.
///
/// # Errors
/// If it cannot be understood: a test that breaks nothing would prove nothing.
pub(crate) fn arm() -> Result<(), String> {
    let Ok(fault) = std::env::var(FAULT) else {
        return Ok(());
    };
    let when = std::env::var_os(WHEN).map(PathBuf::from);
    let when = when.map(|file| -> Box<dyn Fn() -> bool + Send> { Box::new(move || file.exists()) });
    faults::arm(&fault, || std::process::abort(), when)
        .map(drop)
        .map_err(|cause| format!("{FAULT}: {cause}"))
}
