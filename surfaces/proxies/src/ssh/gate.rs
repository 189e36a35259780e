//! The quarantine, in a target's place: what a client writes waits here until it was looked at, and what
//! it reads was fetched and looked at before its first byte.
//!
//! It stands behind the machine that understands the transfer ([`super::machine`]): paths are resolved,
//! every file was asked for at the one door, and its bytes are paid for before they come here. To the
//! machine it is the target; to the target it is a client that writes and reads whole files, one after the
//! other.

mod far;
mod looked;
mod sftp;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use access::{EndReason, FileLook};
use ssh::Exit;
use tokio::sync::mpsc;
use wire::sftp::RemotePath;

use super::outgoing::Item;
use super::transfer::{Stop, Transfer};
use crate::workers::TargetChannel;

/// Pieces that may wait between machine and gate, each way; a piece is at most [`super::outgoing`]'s.
pub(super) const QUEUED: usize = 4;

/// What goes to the gate, and what comes out of it.
pub(super) type Pieces = mpsc::Receiver<Vec<u8>>;

/// What the gate and its transfer tell each other of files.
#[derive(Default)]
pub(super) struct Gated(Mutex<Told>);

#[derive(Default)]
struct Told {
    looks: BTreeMap<RemotePath, FileLook>,
    exceeded: BTreeSet<RemotePath>,
}

impl Gated {
    fn told(&self) -> MutexGuard<'_, Told> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was seen of a file that is read: once.
    pub(super) fn look(&self, path: &RemotePath) -> Option<FileLook> {
        self.told().looks.get(path).cloned()
    }

    /// The bytes of the visit were used up in the midst of this file: nothing of it goes on.
    pub(super) fn exceed(&self, path: &RemotePath) {
        self.told().exceeded.insert(path.clone());
    }
}

/// Runs the gate of one SFTP channel until its client says no more.
pub(super) async fn sftp(
    transfer: &Transfer<'_>,
    gated: &Gated,
    channel: TargetChannel,
    from: Pieces,
    to: mpsc::Sender<Vec<u8>>,
) -> Result<(), Stop> {
    let far = far::Far::of(channel, transfer.line.session.opened.live());
    sftp::Desk::new(transfer, gated, far, to).serve(from).await
}

impl Transfer<'_> {
    /// What the machine has for the target goes to the gate.
    pub(super) async fn send_to_gate(&self, gate: mpsc::Sender<Vec<u8>>) -> Result<(), Stop> {
        let mut gate = Some(gate);
        while let Some(item) = self.to_target.next().await {
            match item {
                Item::Bytes {
                    bytes,
                    credits: _until_taken,
                    ..
                } => {
                    let Some(open) = &gate else {
                        continue;
                    };
                    if open.send(bytes).await.is_err() {
                        break;
                    }
                }
                Item::Eof => gate = None,
                Item::Exit(_) => {}
            }
        }
        self.to_target.abandon();
        Ok(())
    }

    /// What the gate answers is a target's answer to the machine.
    pub(super) async fn down_from_gate(&self, mut gate: Pieces) -> Result<(), Stop> {
        loop {
            self.to_engineer.room().await;
            let Some(bytes) = gate.recv().await else {
                break;
            };
            super::frozen::passable(self.line.session.opened.live()).await;
            self.said_by_gate(&bytes)?;
        }
        self.to_engineer.item(Item::Exit(Exit::Status(0)));
        self.to_engineer.item(Item::Eof);
        self.to_engineer.close();
        Ok(())
    }
}

/// The target is gone.
fn lost() -> Stop {
    Stop::Ends(EndReason::TargetClosed)
}
