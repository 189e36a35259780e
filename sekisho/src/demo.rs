//! `sekisho demo`: one whole visit on loopback, played by the real gateway and the real client, with
//! what must be refused along the way.

mod authenticator;
mod console;
mod hands;
mod play;
mod preparing;
mod refusing;
mod stage;
mod target;

use std::time::Instant;

use serde::Serialize;

use crate::cli::DemoArgs;
use crate::context::Context;
use crate::failure::{Failure, Kind};

/// What `--json` prints.
#[derive(Debug, Serialize)]
struct Played {
    visit: Visit,
    ledger: Ledger,
    recording: Recording,
    receipt: Receipt,
    refused: Vec<Refused>,
    elapsed_ms: u64,
}

#[derive(Debug, Serialize)]
struct Visit {
    id: String,
    target: String,
    way: &'static str,
    protocol: &'static str,
    /// Why the session ended that somebody attended.
    attended: String,
    /// Why the last one ended.
    ended: String,
}

#[derive(Debug, Serialize)]
struct Ledger {
    size: u64,
    root: String,
    verified: bool,
}

#[derive(Debug, Serialize)]
struct Recording {
    bytes: u64,
    verified: bool,
}

#[derive(Debug, Serialize)]
struct Receipt {
    verified: bool,
    cosigned: usize,
}

/// Something that was tried and refused, as it must be.
#[derive(Debug, Serialize)]
struct Refused {
    attempt: &'static str,
    reasons: Vec<String>,
}

impl Played {
    /// Whether everything held: what must be refused was refused, what must verify verifies.
    fn held(&self) -> bool {
        let expected = [
            "wrong-address",
            "unlisted-address",
            "unknown-device",
            "self-approval",
            "used-code",
            "after-deadline",
            "port-forwarding",
            "download-outside-terms",
        ];
        let refused = |attempt: &&str| {
            let found = self
                .refused
                .iter()
                .find(|refused| refused.attempt == *attempt);
            found.is_some_and(|refused| !refused.reasons.is_empty())
        };
        self.ledger.verified
            && self.recording.verified
            && self.recording.bytes > 0
            && self.receipt.verified
            && self.visit.attended == "end-ended-by"
            && self.visit.ended == "end-deadline"
            && expected.iter().all(refused)
    }
}

/// Plays the visit. Without `--once` the site stays open until Ctrl-C, to be looked at.
pub(crate) async fn run(context: &Context, args: &DemoArgs) -> Result<(), Failure> {
    let began = Instant::now();
    let mut stage = stage::Stage::set(context).await?;
    let played = play::play(context, &mut stage, began).await;
    let mut cast = None;
    let outcome = match played {
        Ok((played, actors)) => {
            cast = Some(actors);
            let held = played.held();
            context.show(&played, |context| {
                let id = if held {
                    "demo-held"
                } else {
                    "demo-did-not-hold"
                };
                vec![context.say(id, &[("seconds", &(played.elapsed_ms / 1000).to_string())])]
            })?;
            if held {
                Ok(())
            } else {
                Err(Failure::new(Kind::NotVerified, "demo-did-not-hold"))
            }
        }
        Err(failure) => Err(failure),
    };
    if let Some(mut cast) = cast.filter(|_| outcome.is_ok() && !args.once) {
        let under_way = cast.goes_on(context, &stage).await?;
        cast.invites(context, &stage).await;
        cast.stays(context).await;
        drop(under_way);
    }
    stage.clear().await;
    outcome
}
