//! Recordings. Every view is an entry, made by the engine before anything is shown. What a target
//! sent stays bytes here (base64): whoever shows it to a person makes it inert (lesson L28).

use std::sync::{Arc, Mutex, PoisonError};

use axum::Json;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use ids::{Digest, SessionId, Timestamp};
use recording::Content;
use wire::Bytes;
use wire::api::v1::{
    Direction, ExportedFile, FrameContent, FrameShown, LedgerExport, Recording, RecordingShown,
    RecordingVerified,
};

use crate::answer::{Answer, Failed};
use crate::asker::{Asker, Readers, Thing};
use crate::body::{Nothing, Of};

/// The most frames that are shown at once.
const MOST_FRAMES: usize = 1000;
/// The most bytes of content that are shown at once.
const MOST_BYTES: usize = 1024 * 1024;

pub(crate) async fn list(asker: Asker) -> Answer<Vec<Recording>> {
    let recordings = asker.blocking({
        let asker = asker.clone();
        move || asker.engine.recordings(&asker.by)
    });
    let recordings = recordings.await??;
    Ok(Json(recordings.into_iter().map(listed).collect()))
}

pub(super) fn listed(summary: engine::RecordingSummary) -> Recording {
    Recording {
        session: summary.session,
        visit: summary.visit,
        opened_at: summary.opened,
        ended_at: summary.ended,
        frames: summary.frames,
        bytes: summary.bytes,
        segments: summary.segments,
        sealed: summary.sealed,
    }
}

/// The first frames of a recording.
pub(crate) async fn show(asker: Asker, Of(session): Of<SessionId>) -> Answer<RecordingShown> {
    asker.sight(Readers::AtWork)?;
    let opened = asker.engine.summary(&session).map(|known| known.opened);
    let first = Arc::new(Mutex::new(First::default()));
    let replayed = {
        let first = Arc::clone(&first);
        let opened = opened.unwrap_or(Timestamp::from_millis(0));
        let show = move |header: &recording::Header, content: Content<'_>| {
            let mut first = first.lock().unwrap_or_else(PoisonError::into_inner);
            first.add(header.at, opened, &content);
        };
        asker.engine.replay(&asker.by, &session, show).await
    };
    asker.about(&Thing::from(&session), replayed)?;
    let summary = asker.blocking({
        let engine = asker.engine.clone();
        move || engine.summary(&session)
    });
    let summary = summary.await?.ok_or(Failed::NotFound)?;
    let first = std::mem::take(&mut *first.lock().unwrap_or_else(PoisonError::into_inner));
    Ok(Json(RecordingShown {
        recording: listed(summary),
        frames: first.frames,
        more: first.more,
    }))
}

/// The beginning of a recording, as much as one answer holds.
#[derive(Default)]
struct First {
    frames: Vec<FrameShown>,
    bytes: usize,
    more: bool,
}

impl First {
    fn add(&mut self, at: Timestamp, opened: Timestamp, content: &Content<'_>) {
        let length = match content {
            Content::Data(_, bytes) | Content::Stream { bytes, .. } => bytes.len(),
            Content::Channel(_) => recording::MAX_NAME,
            Content::Notice(text) | Content::End(text) => text.len(),
            Content::Size(..) | Content::Typed { .. } | Content::Start(_) => 0,
        };
        let fits =
            self.frames.len() < MOST_FRAMES && self.bytes.saturating_add(length) <= MOST_BYTES;
        if self.more || !fits {
            self.more = true;
            return;
        }
        let (direction, content) = match content {
            Content::Start(_) => return,
            Content::Data(way, bytes)
            | Content::Stream {
                direction: way,
                bytes,
                ..
            } => (direction(*way), FrameContent::Data(Bytes(bytes.to_vec()))),
            Content::Size(way, size) => (direction(*way), FrameContent::Size(*size)),
            // Sealed once more: here it is only known how much was typed.
            Content::Typed { sealed, .. } => {
                let typed = recording::typed_length(sealed);
                (Direction::Sent, FrameContent::Size(typed))
            }
            Content::Channel(note) => (Direction::Gateway, FrameContent::Notice(note.to_string())),
            Content::Notice(text) => (Direction::Gateway, FrameContent::Notice((*text).to_owned())),
            Content::End(text) => (Direction::Gateway, FrameContent::End((*text).to_owned())),
        };
        self.bytes = self.bytes.saturating_add(length);
        self.frames.push(FrameShown {
            at_millis: at.as_millis().saturating_sub(opened.as_millis()),
            direction,
            content,
        });
    }
}

fn direction(way: recording::Direction) -> Direction {
    match way {
        recording::Direction::ToTarget => Direction::Sent,
        recording::Direction::FromTarget => Direction::Received,
    }
}

/// What is wrong with a recording is the answer, not an error.
pub(crate) async fn verify(
    asker: Asker,
    Of(session): Of<SessionId>,
    _: Nothing,
) -> Answer<RecordingVerified> {
    let verified = asker.engine.verify_recording(&asker.by, &session).await;
    let report = asker.about(&Thing::from(&session), verified)?;
    let nothing = Digest([0; 32]);
    Ok(Json(match report.sound {
        Ok(sound) => {
            let (sent, received) = sound
                .opened
                .map_or((0, 0), |opened| (opened.sent, opened.received));
            RecordingVerified {
                session,
                verified: true,
                broken_at: None,
                frames: sound.frames,
                sent,
                received,
                head: sound.head.unwrap_or(nothing),
            }
        }
        Err(place) => RecordingVerified {
            session,
            verified: false,
            broken_at: Some(place),
            frames: 0,
            sent: 0,
            received: 0,
            head: nothing,
        },
    }))
}

/// The files as they lie on the disk, encrypted, in one JSON document of [`LedgerExport`]'s form.
pub(crate) async fn export(asker: Asker, Of(session): Of<SessionId>) -> Result<Response, Failed> {
    asker.sight(Readers::AtWork)?;
    let exported = asker.engine.export_recording(&asker.by, &session).await;
    let files = asker.about(&Thing::from(&session), exported)?;
    let written = asker.blocking(move || serde_json::to_vec(&as_files(files)));
    let bytes = written.await?.map_err(|_| Failed::Broken)?;
    Ok(([(CONTENT_TYPE, "application/json")], bytes).into_response())
}

/// Exported files as they travel.
pub(super) fn as_files(files: Vec<engine::Exported>) -> LedgerExport {
    let files = files.into_iter().map(|(path, bytes)| ExportedFile {
        path,
        content: Bytes(bytes),
    });
    LedgerExport {
        files: files.collect(),
    }
}
