//! The questions of a file transfer, asked at the one door.

use access::{ChannelAsk, Handover, Reason, Refusal};
use phrases::say;
use tokio::sync::mpsc;
use wire::sftp::{Change, Operation, RemotePath, Verdict};

use super::machine::Question;
use super::resolve::Resolver;
use super::transfer::{Stop, Transfer};
use super::{frozen, words};

/// How often something is asked for again that was refused because the session froze meanwhile.
const MOST_ASKS: usize = 3;

/// Decides what a transfer asks, one after the other, as long as it runs.
pub(super) async fn decide(
    transfer: &Transfer<'_>,
    mut asked: mpsc::UnboundedReceiver<Question>,
    resolver: &mut Option<Resolver>,
) -> Result<(), Stop> {
    while let Some(question) = asked.recv().await {
        let verdict = verdict(transfer, &question, resolver).await;
        transfer.answered(&question, verdict)?;
    }
    Ok(())
}

async fn verdict(
    transfer: &Transfer<'_>,
    question: &Question,
    resolver: &mut Option<Resolver>,
) -> Verdict {
    let Some(asks) = asks(question, resolver).await else {
        let language = transfer.line.language;
        return transfer.denied(&say(language, "transfer-unresolved", &[]));
    };
    for ask in asks {
        if let Err(refusal) = ask_once_it_may_pass(transfer, ask).await {
            return transfer.denied(&words::reasons(transfer.line.language, &refusal));
        }
    }
    // The purse that the visit's sessions share is the limit, to the byte.
    Verdict::Allow { bytes_left: None }
}

async fn ask_once_it_may_pass(transfer: &Transfer<'_>, ask: ChannelAsk) -> Result<(), Refusal> {
    let opened = &transfer.line.session.opened;
    let mut asked = 0;
    loop {
        frozen::passable(opened.live()).await;
        asked += 1;
        match opened.ask(ask.clone()).await {
            Ok(_) => return Ok(()),
            Err(refusal) if refusal.reasons == [Reason::SessionFrozen] && asked < MOST_ASKS => {}
            Err(refusal) => return Err(refusal),
        }
    }
}

/// What a question asks for; `None` if a path does not lead to one place.
async fn asks(question: &Question, resolver: &mut Option<Resolver>) -> Option<Vec<ChannelAsk>> {
    let mut place = async |path: &RemotePath| -> Option<String> {
        let resolved = match (question.resolved, resolver.as_mut()) {
            (true, _) => path.clone(),
            (false, Some(resolver)) => resolver.resolve(path.as_bytes()).await?.path,
            // A target without SFTP: opened for terms that name no folders.
            (false, None) => path.clone(),
        };
        // A path that is not text is none that terms could name.
        String::from_utf8(resolved.as_bytes().to_vec()).ok()
    };
    Some(match &question.operation {
        Operation::Read { path } => vec![ChannelAsk::File {
            direction: Handover::Out,
            path: place(path).await?,
        }],
        Operation::Write { path, .. } => vec![ChannelAsk::File {
            direction: Handover::In,
            path: place(path).await?,
        }],
        // The new name is named first for a link, and last for a rename.
        Operation::Change {
            what: Change::Rename,
            path: from,
            other: Some(to),
        }
        | Operation::Change {
            what: Change::HardLink,
            path: to,
            other: Some(from),
        } => vec![ChannelAsk::Move {
            from: place(from).await?,
            to: place(to).await?,
        }],
        Operation::Change { path, other, .. } => {
            let mut asks = vec![ChannelAsk::Change {
                path: place(path).await?,
            }];
            if let Some(other) = other {
                asks.push(ChannelAsk::Change {
                    path: place(other).await?,
                });
            }
            asks
        }
        Operation::List { path } | Operation::Look { path } => vec![ChannelAsk::Look {
            path: place(path).await?,
        }],
    })
}
