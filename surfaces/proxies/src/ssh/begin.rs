//! Has the target begin what a channel was set up for.

use std::time::Duration;

use ssh::{Received, Said, Start, Wanted};
use tokio::time::timeout;

use super::start::Setup;
use crate::workers::TargetChannel;

/// How long a target may take to say that something runs. The adapter gives the engineer's client an
/// answer after 30 seconds in any case.
const ANSWER_WITHIN: Duration = Duration::from_secs(20);

impl Setup {
    /// Has the target run something. False if it does not, or says something else first.
    pub(super) async fn begin(&self, far: &mut TargetChannel, start: &Start) -> bool {
        timeout(ANSWER_WITHIN, self.begun(far, start))
            .await
            .unwrap_or(false)
    }

    async fn begun(&self, far: &mut TargetChannel, start: &Start) -> bool {
        if let Some(terminal) = &self.terminal
            && far.out.terminal(terminal).await.is_err()
        {
            return false;
        }
        for (name, value) in &self.variables {
            if far.out.variable(name, value).await.is_err() {
                return false;
            }
        }
        if far.out.start(start).await.is_err() {
            return false;
        }
        loop {
            match far.inbox.next().await {
                Some(Received::Said(Said::Answered {
                    wanted: Wanted::Start,
                    granted,
                })) => return granted,
                // Without a terminal it goes on as with `ssh -T`; whoever types sees no echo.
                Some(Received::Said(Said::Answered { .. })) => {}
                // Nothing runs yet that could say anything.
                Some(
                    Received::Data(_)
                    | Received::Eof
                    | Received::Said(Said::Exit(_))
                    | Received::Closed(_),
                )
                | None => return false,
            }
        }
    }
}
