//! Faults of the gateway's own, made by the world around the engine: each must be found.

use std::sync::Arc;
use std::time::Duration;

use access::EndReason;
use engine::OpenedSession;
use recording::Direction;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// What this gateway does wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mutation {
    Nothing,
    /// It forwards first and records a moment later.
    ForwardsFirst,
    /// It says yes to a suspension and forgets it.
    ForgetsSuspensions,
    /// It answers before it is durable.
    AnswersEarly,
    /// It carries on a session that was ended.
    CarriesOn,
}

impl Mutation {
    pub(crate) const ALL: [Self; 4] = [
        Self::ForwardsFirst,
        Self::ForgetsSuspensions,
        Self::AnswersEarly,
        Self::CarriesOn,
    ];

    /// What is said of it.
    pub(crate) fn finding(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::ForwardsFirst => "are recorded",
            Self::ForgetsSuspensions | Self::AnswersEarly => "promised and not in the ledger",
            Self::CarriesOn => "after it lost its permission",
        }
    }

    /// Whether it has a pump of its own instead of the proxy's.
    pub(crate) fn is_careless(self) -> bool {
        matches!(self, Self::ForwardsFirst | Self::CarriesOn)
    }
}

/// A pump that does wrong.
pub(crate) async fn careless(
    mutation: Mutation,
    mut client: impl AsyncRead + AsyncWrite + Unpin,
    mut target: impl AsyncRead + AsyncWrite + Unpin,
    opened: &Arc<OpenedSession>,
) -> EndReason {
    let mut buffer = [0; 4096];
    loop {
        let obeys = mutation != Mutation::CarriesOn;
        let read = tokio::select! {
            biased;
            () = opened.live().withdrawn(), if obeys => return EndReason::Interrupted,
            read = client.read(&mut buffer) => read,
        };
        let Ok(read) = read else {
            return EndReason::EngineerClosed;
        };
        if read == 0 {
            return EndReason::EngineerClosed;
        }
        let bytes = &buffer[..read];
        if mutation != Mutation::ForwardsFirst {
            // Recorded or not, it goes on.
            let _recorded = opened.record(Direction::ToTarget, bytes);
        }
        if target.write_all(bytes).await.is_err() {
            return EndReason::TargetClosed;
        }
        if mutation == Mutation::ForwardsFirst {
            tokio::time::sleep(Duration::from_millis(50)).await;
            if opened.record(Direction::ToTarget, bytes).is_err() {
                return EndReason::RecorderFailed;
            }
        }
    }
}
