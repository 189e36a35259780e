//! Looking at recordings. Every view is an entry, made before anything is shown.

use access::{GatewayNote, Reason, Refusal, Sight};
use ids::{SessionId, Timestamp, VisitId};
use login::Identity;
use recording::{Content, Ending, Header, SealLeaf};
use store::SegmentSealed;

use crate::evidence::{broken, refused};
use crate::{Engine, Inner, writer};

/// One session's recording, as far as the ledger tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordingSummary {
    /// Whose.
    pub session: SessionId,
    /// Of which visit.
    pub visit: VisitId,
    /// When the session was opened.
    pub opened: Timestamp,
    /// When it ended.
    pub ended: Option<Timestamp>,
    /// Segments in the ledger.
    pub segments: u32,
    /// Frames in them.
    pub frames: u64,
    /// Bytes of their files.
    pub bytes: u64,
    /// Whether the last one is sealed.
    pub sealed: bool,
}

/// What a verification found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordingReport {
    /// What the recording holds, if it is sound.
    pub sound: Result<store::RecordingReport, String>,
}

/// What is done with a recording; it stands in the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Viewing {
    /// Its first frames are shown.
    Show,
    /// It is played.
    Play,
    /// The index of its commands and files is made.
    Index,
    /// It is only verified.
    Verify,
    /// It leaves the site.
    Export,
}

impl Viewing {
    fn id(self) -> &'static str {
        match self {
            Self::Show => "show",
            Self::Play => "play",
            Self::Index => "index",
            Self::Verify => "verify",
            Self::Export => "export",
        }
    }
}

impl Engine {
    /// The recordings that the caller may know of.
    ///
    /// # Errors
    /// If they may read nothing.
    pub fn recordings(&self, by: &Identity) -> Result<Vec<RecordingSummary>, Refusal> {
        let sight = self.inner.site().sight(by.caller(), self.now())?;
        let sessions: Vec<SessionId> = {
            let site = self.inner.site();
            site.sessions()
                .filter(|session| site.sees_visit(&sight, &session.visit))
                .map(|session| session.id.clone())
                .collect()
        };
        Ok(sessions
            .iter()
            .filter_map(|session| self.summary(session))
            .collect())
    }

    /// One recording as far as the ledger tells.
    pub fn summary(&self, session: &SessionId) -> Option<RecordingSummary> {
        let listed = self.inner.segments_of(session);
        let site = self.inner.site();
        let known = site.session(session)?;
        Some(RecordingSummary {
            session: session.clone(),
            visit: known.visit.clone(),
            opened: known.opened,
            ended: known.closed.map(|(at, _, _)| at),
            segments: u32::try_from(listed.len()).unwrap_or(u32::MAX),
            frames: listed
                .iter()
                .map(|segment| segment.frames)
                .max()
                .unwrap_or(0),
            bytes: self.inner.bytes_on_disk(session),
            sealed: listed.iter().any(|segment| segment.ending != Ending::Open),
        })
    }

    /// Shows each frame in order. Contents are the target's bytes as they were: whoever shows them to
    /// a person makes them inert (lesson L28).
    ///
    /// # Errors
    /// If the caller may not, or the recording does not verify.
    pub async fn replay(
        &self,
        by: &Identity,
        session: &SessionId,
        show: impl FnMut(&Header, Content<'_>) + Send + 'static,
    ) -> Result<store::RecordingReport, Refusal> {
        self.recording_observations(by, session, Viewing::Show, show)
            .await
    }

    /// Gives each frame in order, opened and verified, as it is read: the view is entered before the
    /// first. `show` runs on a thread where it may wait for who reads. What it was given before an
    /// error is sound.
    ///
    /// # Errors
    /// If the caller may not, or the recording does not verify.
    pub async fn recording_observations(
        &self,
        by: &Identity,
        session: &SessionId,
        how: Viewing,
        mut show: impl FnMut(&Header, Content<'_>) + Send + 'static,
    ) -> Result<store::RecordingReport, Refusal> {
        self.view(by, session, how).await?;
        let engine = self.clone();
        let session = session.clone();
        let replayed =
            tokio::task::spawn_blocking(move || engine.inner.read_recording(&session, &mut show));
        replayed
            .await
            .unwrap_or_else(|_| Err(writer::unavailable()))
    }

    /// Verifies a recording against the ledger, every byte of it.
    ///
    /// # Errors
    /// If the caller may not. What is wrong with the recording is the answer, not an error.
    pub async fn verify_recording(
        &self,
        by: &Identity,
        session: &SessionId,
    ) -> Result<RecordingReport, Refusal> {
        self.view(by, session, Viewing::Verify).await?;
        let engine = self.clone();
        let session = session.clone();
        let verified = tokio::task::spawn_blocking(move || {
            let key = engine.inner.recording_key(&session).ok();
            let listed = engine.inner.segments_of(&session);
            let heads = engine.inner.heads_of(&session);
            let recordings = engine.inner.journal.recordings();
            let found =
                store::verify_recording(&recordings, &session, key.as_deref(), &listed, &heads);
            RecordingReport {
                sound: found.map_err(|cause| cause.to_string()),
            }
        });
        verified.await.map_err(|_| writer::unavailable())
    }

    /// The files of a recording as they lie on the disk: encrypted, each with its hash in the ledger.
    ///
    /// # Errors
    /// If the caller may not, or a file cannot be read.
    pub async fn export_recording(
        &self,
        by: &Identity,
        session: &SessionId,
    ) -> Result<Vec<crate::Exported>, Refusal> {
        self.view(by, session, Viewing::Export).await?;
        let engine = self.clone();
        let session = session.clone();
        let read = tokio::task::spawn_blocking(move || {
            let folder = engine.inner.folder_of(&session);
            let listed = engine.inner.segments_of(&session);
            listed
                .iter()
                .map(|segment| {
                    let name = format!("{:04}.seg", segment.number);
                    std::fs::read(folder.join(&name))
                        .map(|bytes| (name, bytes))
                        .map_err(|cause| broken(&cause))
                })
                .collect::<Result<Vec<_>, _>>()
        });
        read.await.unwrap_or_else(|_| Err(writer::unavailable()))
    }

    /// May the caller see this recording? Then the view is entered, before it happens. Engineers do
    /// not see recordings, not even their own: they hold what patients' data they passed.
    async fn view(&self, by: &Identity, session: &SessionId, how: Viewing) -> Result<(), Refusal> {
        let known = self.inner.site().session(session).is_some();
        if !known {
            return Err(refused(Reason::NotFound));
        }
        if !self.sees_everything(by) {
            return Err(self
                .refuse(by, "view_recording", vec![Reason::RoleMissing])
                .await);
        }
        self.settle().await;
        let note = GatewayNote::RecordingViewed {
            by: by.caller().who.clone(),
            session: session.clone(),
            how: how.id().to_owned(),
        };
        self.note(note).await.map(drop)
    }

    /// Packs and seals what is recorded so far, so that files and ledger tell the same.
    pub async fn settle(&self) {
        let inner = std::sync::Arc::clone(&self.inner);
        // A settle that panics has changed nothing that is not tried again.
        let _done = tokio::task::spawn_blocking(move || inner.settle_recordings()).await;
    }

    pub(crate) fn sees_everything(&self, by: &Identity) -> bool {
        let sight = self.inner.site().sight(by.caller(), self.now());
        matches!(sight, Ok(Sight::Everything))
    }

    pub(crate) fn may_see_visit(&self, by: &Identity, visit: &VisitId) -> bool {
        let site = self.inner.site();
        site.sight(by.caller(), self.now())
            .is_ok_and(|sight| site.sees_visit(&sight, visit))
    }
}

impl Inner {
    /// Reads a recording, opened and verified. Whoever calls this has entered the view.
    pub(crate) fn read_recording(
        &self,
        session: &SessionId,
        show: &mut dyn FnMut(&Header, Content<'_>),
    ) -> Result<store::RecordingReport, Refusal> {
        let key = self.recording_key(session)?;
        let listed = self.segments_of(session);
        let heads = self.heads_of(session);
        let recordings = self.journal.recordings();
        store::replay_recording(&recordings, session, &key, &listed, &heads, show)
            .map_err(|cause| broken(&cause))
    }

    /// The key of a recording, from its first segment's wrapped forms.
    fn recording_key(&self, session: &SessionId) -> Result<zeroize::Zeroizing<[u8; 32]>, Refusal> {
        let wrapped = store::wrapped_keys(&self.journal.recordings(), session)
            .map_err(|cause| broken(&cause))?;
        let key = vault::unwrap(&self.keys.keys().recording, session, &wrapped)
            .map_err(|cause| broken(&cause))?;
        Ok(zeroize::Zeroizing::new(*key.as_bytes()))
    }

    /// A recording's key, wrapped to the gateway and to the recovery kit.
    pub(crate) fn wrap_recording_key(
        &self,
        session: &SessionId,
        key: &vault::RecordingKey,
    ) -> Result<Vec<String>, String> {
        let kit = self
            .site()
            .founding()
            .and_then(|founding| founding.kit_seal.parse().ok());
        let kit: vault::PublicKey =
            kit.ok_or("the site's record of its recovery kit is damaged")?;
        let gateway = self.keys.keys().recording.public();
        vault::wrap(key, session, &[gateway, kit]).map_err(|cause| cause.to_string())
    }

    /// The segments of a session that stand in the ledger.
    pub(crate) fn segments_of(&self, session: &SessionId) -> Vec<SegmentSealed> {
        self.index()
            .segments
            .get(session)
            .cloned()
            .unwrap_or_default()
    }

    /// The heads of a session that were sealed.
    pub(crate) fn heads_of(&self, session: &SessionId) -> Vec<SealLeaf> {
        let seals = self.index().seals.clone();
        let mut heads = Vec::new();
        for (_, leaves) in seals {
            let Ok(blob) = self.store.blob(&leaves) else {
                continue;
            };
            heads.extend(
                blob.split(|byte| *byte == b'\n')
                    .filter_map(|leaf| SealLeaf::decode(leaf).ok())
                    .filter(|leaf| leaf.session == *session),
            );
        }
        heads
    }

    fn folder_of(&self, session: &SessionId) -> std::path::PathBuf {
        // Named from the checked id alone: no client's text becomes a path (lesson L25).
        let name = format!("{}-session-{}", session.site(), session.number());
        self.journal.recordings().join(name)
    }

    pub(crate) fn bytes_on_disk(&self, session: &SessionId) -> u64 {
        let folder = std::fs::read_dir(self.folder_of(session));
        let files = folder.into_iter().flatten().flatten();
        files
            .filter_map(|file| file.metadata().ok())
            .map(|file| file.len())
            .sum()
    }
}
