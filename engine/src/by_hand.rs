//! The engine without its threads, taken step by step: for the simulated world
//! (docs/simulated-world.md), which runs it on one thread and repeats a run exactly.
//!
//! What is done is what the threads do; here somebody else says when. Built with the feature `by-hand`
//! alone, which no other crate asks for: outside of it nothing of this exists.

#[cfg(not(feature = "by-hand"))]
#[derive(Default)]
pub(crate) struct Steps {}

#[cfg(not(feature = "by-hand"))]
impl Steps {
    /// Whether the writer worked here and now; outside of the simulated world it has its own thread.
    pub(crate) fn write(&self) -> bool {
        let Self {} = self;
        false
    }
}

#[cfg(feature = "by-hand")]
pub use with_hands::Hand;
#[cfg(feature = "by-hand")]
pub(crate) use with_hands::Steps;

#[cfg(feature = "by-hand")]
mod with_hands {
    use std::sync::mpsc::Receiver;
    use std::sync::{Arc, Mutex};

    use ids::{SessionId, Timestamp};
    use recording::{Content, Header};

    use crate::live::lock;
    use crate::open_site::Opening;
    use crate::writer::{Job, Writer};
    use crate::{Clock, Engine, Inner, OpenSiteError, SiteConfig, seal_recordings, watch};

    /// The writer, in somebody's hand.
    #[derive(Default)]
    pub(crate) struct Steps {
        writer: Mutex<Option<(Writer, Receiver<Job>)>>,
    }

    impl Steps {
        /// Does what waits for the writer. False if it has a thread of its own.
        pub(crate) fn write(&self) -> bool {
            let mut held = lock(&self.writer);
            let Some((writer, jobs)) = held.as_mut() else {
                return false;
            };
            writer.work_off(jobs);
            true
        }
    }

    /// Moves one engine. Dropped without [`Hand::stop`], it leaves things as the death of a process does,
    /// but for what the sessions write as they are dropped.
    pub struct Hand {
        inner: Arc<Inner>,
        unsettled: Mutex<watch::Unentered>,
    }

    impl Drop for Hand {
        fn drop(&mut self) {
            // The writer holds the engine, and the engine the writer.
            lock(&self.inner.steps.writer).take();
        }
    }

    impl Engine {
        /// Opens a site without its threads. As [`Engine::open`], with a small journal.
        ///
        /// # Errors
        /// As [`Engine::open`].
        pub fn open_by_hand(
            config: SiteConfig,
            unlock: &vault::Unlock,
            clock: Clock,
            limits: store::Limits,
        ) -> Result<(Self, Hand), OpenSiteError> {
            let opening = Opening::of(config, unlock, clock, limits)?;
            let inner = Arc::clone(&opening.engine.inner);
            let writer = Writer::new(Arc::clone(&inner));
            *lock(&inner.steps.writer) = Some((writer, opening.jobs));
            let hand = Hand {
                inner,
                unsettled: Mutex::default(),
            };
            opening
                .engine
                .enter_what_was_left(opening.clean, &opening.recovered)?;
            Ok((opening.engine, hand))
        }
    }

    impl Hand {
        /// Returns once the writer is asked for something.
        pub async fn asked(&self) {
            self.inner.queue.nudge.notified().await;
        }

        /// One batch of the writer's.
        pub fn write(&self) {
            self.inner.steps.write();
        }

        /// One look of the watch: deadlines, a recorder that fails.
        pub fn look(&self) {
            watch::look(&self.inner);
        }

        /// Tries again what could not be entered, as every second.
        pub fn enter(&self) {
            lock(&self.unsettled).try_again(&self.inner);
        }

        /// Packs what is recorded, as five times a second.
        pub fn pack(&self) {
            seal_recordings::pack(&self.inner);
        }

        /// Packs and seals everything that is recorded so far.
        pub fn settle(&self) {
            self.inner.settle_recordings();
        }

        /// Brings the journal to the disk, as ten times a second.
        pub fn sync(&self) -> bool {
            self.inner.journal.sync_now().is_ok()
        }

        /// The disk is full: recordings take closing frames only, until [`Hand::pack`] finds room.
        pub fn fill(&self) {
            self.inner.journal.release_reserve();
        }

        /// The durable entries from this number on, as they lie there.
        pub fn entries(&self, from: u64) -> Vec<Vec<u8>> {
            let mut entries = Vec::new();
            let read = self.inner.store.read_from(from, &mut |_, bytes| {
                entries.push(bytes.to_vec());
                std::ops::ControlFlow::<()>::Continue(())
            });
            if let Err(cause) = read {
                tracing::error!(%cause, "the ledger cannot be read");
            }
            entries
        }

        /// How many entries are durable.
        pub fn size(&self) -> u64 {
            self.inner.store.size()
        }

        /// Why a marker file says that the site is isolated, if it does.
        pub fn isolated_by_marker(&self) -> Option<String> {
            self.inner.store.markers().isolated()
        }

        /// Shows a recording frame by frame, verified, without entering that it was seen.
        ///
        /// # Errors
        /// If it does not verify.
        pub fn recording(
            &self,
            session: &SessionId,
            mut show: impl FnMut(Timestamp, &Content<'_>),
        ) -> Result<store::RecordingReport, access::Refusal> {
            let mut each = |header: &Header, content: Content<'_>| show(header.at, &content);
            self.inner.read_recording(session, &mut each)
        }

        /// Stops in order, once no session is open any more.
        pub fn stop(&self) {
            self.inner.stop();
        }
    }
}
