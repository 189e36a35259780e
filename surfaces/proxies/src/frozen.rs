//! Waiting while nothing may pass.

use access::Frozen;
use engine::LiveSession;

/// Returns once something may pass; at once, as a rule. A session that ends frozen is ended from
/// outside, with every channel that waits here.
pub(crate) async fn passable(live: &LiveSession) {
    if live.frozen().is_some() {
        live.thawed().await;
    }
}

/// The sentence that says what is waited for.
pub(crate) fn sentence(frozen: Frozen) -> &'static str {
    match frozen {
        Frozen::AwaitingAttendant => "session-awaiting-attendant",
        Frozen::Paused => "session-paused",
    }
}
