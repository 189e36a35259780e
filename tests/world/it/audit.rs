//! After the story: the gateway begins once more, and everything is held against what was seen.

use std::sync::Arc;
use std::time::Duration;

use recording::{Content, Direction, Ending};
use tokio::time::sleep;

use crate::gateway::Gateway;
use crate::model::{Moment, outline_of};
use crate::world::World;

/// How long what waits to be entered may take, once nothing breaks any more.
const SETTLES_WITHIN: Duration = Duration::from_secs(8);

/// How long the world may take to bring a written frame to the disk.
const SYNCED_WITHIN: Moment = 250;

impl World {
    pub(crate) async fn look_through(self: &Arc<Self>) {
        // Whatever was about to break or to begin does so first.
        sleep(Duration::from_secs(3)).await;
        self.crash(false);
        sleep(Duration::from_secs(2)).await;
        let Some(gateway) = self.up() else {
            return self.model().find("the gateway does not come up any more");
        };
        sleep(SETTLES_WITHIN).await;
        gateway.hand.settle();
        self.hear(&gateway);
        self.promises_are_kept();
        self.the_states_agree(&gateway);
        self.the_ledger_verifies(&gateway);
        self.every_session_is_told(&gateway);
        let gateway = self.gateway.lock().unwrap().take();
        if let Some(gateway) = gateway {
            gateway.end();
        }
    }

    /// A step of the recorder was made to fail: then what it has not is not whole.
    fn recorder_broke(&self) -> bool {
        *self.recorder_broke.lock().unwrap()
    }

    /// The power was lost before the recording's end, which was written, was on the disk.
    fn power_went_at(&self, closed: Moment) -> bool {
        let lost = self.powerless.lock().unwrap();
        lost.iter()
            .any(|lost| closed <= *lost && *lost <= closed + SYNCED_WITHIN)
    }

    fn promises_are_kept(&self) {
        let mut model = self.model();
        for promise in self.promises.lock().unwrap().iter() {
            let mut since = model.read.iter().skip(promise.after);
            if !since.any(|entry| (promise.kept_by)(&entry.event)) {
                model.find(format!("promised and not in the ledger: {}", promise.what));
            }
        }
    }

    fn the_states_agree(&self, gateway: &Gateway) {
        let theirs = outline_of(&gateway.engine.site());
        let mut model = self.model();
        let ours = model.outline();
        if ours != theirs {
            model.find(format!("the model has {ours:?}, the engine {theirs:?}"));
        }
        if !model.open().is_empty() {
            let open = model.open();
            model.find(format!(
                "open in the ledger, and carried by nobody: {open:?}"
            ));
        }
    }

    /// The checkpoint is the site's, over just these entries.
    fn the_ledger_verifies(&self, gateway: &Gateway) {
        let mut model = self.model();
        let leaves = model
            .entries
            .iter()
            .map(|entry| ledger::tree::leaf_hash(entry));
        let tree = ledger::tree::Tree::from_leaves(leaves);
        let founding = gateway.engine.site().founding().unwrap().clone();
        let key: ledger::Verifier = founding.site_vkey.parse().unwrap();
        let note = gateway.engine.checkpoint();
        let note = ledger::SignedNote::decode(note.as_bytes()).unwrap();
        match ledger::checkpoint::open(&note, &key) {
            Ok(checkpoint) if (checkpoint.size, checkpoint.root) == (tree.size(), tree.root()) => {}
            other => model.find(format!("the checkpoint is not of these entries: {other:?}")),
        }
    }

    /// Each byte that passed is in a recording; each recording is whole, or says that it was cut.
    fn every_session_is_told(&self, gateway: &Gateway) {
        let sessions: Vec<_> = self.model().sessions.clone().into_iter().collect();
        for (id, session) in sessions {
            let passed = self
                .passed
                .lock()
                .unwrap()
                .get(&id)
                .cloned()
                .unwrap_or_default();
            let (mut sent, mut received) = (Vec::new(), Vec::new());
            let read = gateway.hand.recording(&id, |_, content| {
                if let Content::Data(direction, bytes) = content {
                    match direction {
                        Direction::ToTarget => sent.extend_from_slice(bytes),
                        Direction::FromTarget => received.extend_from_slice(bytes),
                    }
                }
            });
            let mut model = self.model();
            let nothing = passed.to_target.is_empty() && passed.from_target.is_empty();
            let why = session.closed.clone().unwrap_or_default();
            match read {
                // A session that was cut before its recording began.
                Err(_) if nothing => {}
                Err(cause) => model.find(format!("the recording of {id} cannot be read: {cause}")),
                Ok(report) => {
                    // What the gateway's death cut off says so itself, or only the ledger does: where
                    // every frame was in a segment already.
                    let whole = report.ending == Ending::Ended;
                    let may_be_cut = why == "interrupted" || session.outlived;
                    let broke = why == "recorder-failed" || self.recorder_broke();
                    if !whole && !may_be_cut && !broke && !self.power_went_at(session.closed_at) {
                        model.find(format!("{id} was closed as {why}, its recording is cut"));
                    }
                }
            }
            for (what, passed, kept) in [
                ("to the target", &passed.to_target, &sent),
                ("back", &passed.from_target, &received),
            ] {
                if !kept.starts_with(passed) {
                    let (passed, kept) = (passed.len(), kept.len());
                    model.find(format!(
                        "{id}: {passed} bytes passed {what}, {kept} are recorded"
                    ));
                }
            }
        }
    }
}
