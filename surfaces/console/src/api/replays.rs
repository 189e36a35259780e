//! Recordings as they are looked through: what was done, and what was on a screen, as it was. Every
//! view is an entry, made by the engine before anything is shown.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use axum::Json;
use axum::extract::RawQuery;
use axum::response::{IntoResponse, Response};
use engine::Viewing;
use ids::{SessionId, Timestamp};
use recording::{
    Asciicast, ChannelNote, ChannelStory, Content, Direction, Header, Index, Indexer, Inert,
    NoticeKind, StatementEnd, StatementOutcome, What,
};
use tokio::sync::oneshot;
use wire::api::v1::{Happening, Indexed, Played, RecordingIndex, Seen};
use wire::{Bytes, Said};

use super::recordings::listed;
use crate::answer::{Answer, Failed};
use crate::asker::{Asker, Readers, Thing};
use crate::body::{Of, Query};
use crate::lines::{Gone, Lines, LinesBody, lines};
use crate::words;

/// What an index cannot know, always said with it: ids of sentences.
pub(super) const LIMITS: [&str; 3] = [
    "index-limit-shell",
    "index-limit-hidden",
    "index-limit-programs",
];

/// The type of an asciicast v2.
const CAST: &str = "application/x-asciicast";

/// What was done in a session.
pub(crate) async fn index(asker: Asker, Of(session): Of<SessionId>) -> Answer<RecordingIndex> {
    asker.sight(Readers::AtWork)?;
    let indexer = Arc::new(Mutex::new(Indexer::new()));
    let see = {
        let indexer = Arc::clone(&indexer);
        move |header: &Header, content: Content<'_>| {
            let mut indexer = indexer.lock().unwrap_or_else(PoisonError::into_inner);
            indexer.see(header.at, &content);
        }
    };
    let engine = &asker.engine;
    let seen = engine.recording_observations(&asker.by, &session, Viewing::Index, see);
    asker.about(&Thing::from(&session), seen.await)?;
    let summary = asker.blocking({
        let engine = asker.engine.clone();
        move || engine.summary(&session)
    });
    let summary = summary.await?.ok_or(Failed::NotFound)?;
    let mut indexer = indexer.lock().unwrap_or_else(PoisonError::into_inner);
    let index = std::mem::take(&mut *indexer).finish();
    let left_out = index.left_out;
    Ok(Json(RecordingIndex {
        items: items(index, summary.opened),
        left_out: left_out.channels + left_out.terminals + left_out.entries,
        limits: LIMITS.into_iter().map(Said::plain).collect(),
        recording: listed(summary),
    }))
}

/// Everything in the order in which it happened.
fn items(index: Index, opened: Timestamp) -> Vec<Indexed> {
    let mut items: Vec<(Timestamp, Option<u32>, Happening)> = Vec::new();
    for story in index.channels {
        channel(story, &mut items);
    }
    items.extend(index.refused.into_iter().map(|refused| {
        let (what, reasons) = (refused.what, refused.reasons);
        let refusal = Happening::Refused { what, reasons };
        (refused.at, refused.channel, refusal)
    }));
    let notices = index.notices.into_iter();
    items.extend(notices.map(|notice| (notice.at, None, noticed(notice.what))));
    // Of what happened in the same moment, the order of the channel is kept.
    items.sort_by_key(|(at, _, _)| *at);
    let items = items.into_iter().map(|(at, channel, what)| Indexed {
        at_millis: since(at, opened),
        channel,
        what,
    });
    items.collect()
}

fn channel(story: ChannelStory, items: &mut Vec<(Timestamp, Option<u32>, Happening)>) {
    let number = Some(story.channel);
    let mut last = story.started;
    let opened = Happening::Opened {
        what: words::purpose(story.what),
        terminal: story.terminal.map(words::terminal),
    };
    items.push((story.started, number, opened));
    for command in story.commands {
        last = last.max(command.at);
        let (prompt, text) = (command.prompt, command.text);
        items.push((command.at, number, Happening::Command { prompt, text }));
        if let Some(answer) = command.answer {
            last = last.max(answer.at);
            items.push((answer.at, number, answered(answer.ended)));
        }
    }
    for passed in story.files {
        last = last.max(passed.at);
        let file = passed.file;
        let file = Happening::File {
            direction: words::handover_of(file.direction),
            path: file.path,
            bytes: file.bytes,
            sha256: file.sha256,
            whole: file.whole,
        };
        items.push((passed.at, number, file));
    }
    for resize in story.resizes {
        last = last.max(resize.at);
        let (columns, rows) = (resize.columns, resize.rows);
        items.push((resize.at, number, Happening::Resized { columns, rows }));
    }
    let ended = story.ended.unwrap_or(last);
    if story.masked_lines > 0 {
        items.push((ended, number, Happening::HiddenLines(story.masked_lines)));
    }
    if story.status.is_some() || story.signal.is_some() {
        let (status, signal) = (story.status, story.signal);
        items.push((ended, number, Happening::Exited { status, signal }));
    }
    if let Some(at) = story.ended {
        items.push((at, number, Happening::Closed));
    }
}

fn answered(ended: StatementEnd) -> Happening {
    let failed = match ended.outcome {
        StatementOutcome::Done | StatementOutcome::Suspended => None,
        StatementOutcome::Skipped => Some("skipped".to_owned()),
        StatementOutcome::Unfinished => Some("unfinished".to_owned()),
        StatementOutcome::Failed { code, message } => Some(format!("{code} {message}")),
    };
    Happening::Answered {
        tags: ended.tags,
        rows: ended.rows,
        bytes_out: ended.bytes_out,
        bytes_in: ended.bytes_in,
        millis: ended.millis,
        failed,
    }
}

fn noticed(what: NoticeKind) -> Happening {
    match what {
        NoticeKind::Said(text) => Happening::Notice(text),
        NoticeKind::Paused(by) => Happening::Paused { by },
        NoticeKind::Continued(by) => Happening::Continued { by },
        NoticeKind::Attended(by) => Happening::Attended { by },
        NoticeKind::AttendantLeft(by) => Happening::AttendantLeft { by },
        NoticeKind::Ended(reason) => Happening::End(reason),
    }
}

fn since(at: Timestamp, opened: Timestamp) -> i64 {
    at.as_millis().saturating_sub(opened.as_millis())
}

/// What was seen of a session, with its moments: whoever plays it waits as long as it took.
pub(crate) async fn play(asker: Asker, Of(session): Of<SessionId>) -> Result<Response, Failed> {
    let opened = asker.engine.summary(&session).map(|known| known.opened);
    let mut player = Player {
        opened: opened.unwrap_or(Timestamp::from_millis(0)),
        inert: BTreeMap::new(),
        pictures: BTreeSet::new(),
    };
    let body = asker.stream(session, Viewing::Play, move |at, content, lines| {
        player.see(at, content, lines)
    });
    body.await.map(IntoResponse::into_response)
}

/// One channel's screen, to be played elsewhere. Leaving the site is an export.
pub(crate) async fn cast(
    asker: Asker,
    Of(session): Of<SessionId>,
    query: RawQuery,
) -> Result<Response, Failed> {
    let [channel] = Query::read(&query, ["channel"])?.numbers();
    let channel = channel.and_then(|channel| u32::try_from(channel).ok());
    let mut cast = Asciicast::new(channel.ok_or_else(|| Failed::field("channel"))?);
    let body = asker.stream(session, Viewing::Export, move |at, content, lines| {
        let mut text = String::new();
        cast.see(at, content, &mut text);
        if text.is_empty() {
            return Ok(());
        }
        lines.send_blocking(text.into())
    });
    body.await.map(|body| body.answer(CAST))
}

impl Asker {
    /// Shows a recording frame by frame while it is read. The answer begins with the first frame, so
    /// that a refusal is still one; if the recording does not verify further on, the answer breaks off.
    async fn stream(
        &self,
        session: SessionId,
        how: Viewing,
        mut see: impl FnMut(Timestamp, &Content<'_>, &Lines) -> Result<(), Gone> + Send + 'static,
    ) -> Result<LinesBody, Failed> {
        self.sight(Readers::AtWork)?;
        let (lines, body) = lines();
        let lines = Arc::new(lines);
        let (begin, begun) = oneshot::channel();
        let mut begin = Some(begin);
        let show = {
            let lines = Arc::clone(&lines);
            let mut gone = false;
            move |header: &Header, content: Content<'_>| {
                if let Some(begin) = begin.take() {
                    // An asker who has gone needs no answer.
                    let _ = begin.send(());
                }
                gone = gone || see(header.at, &content, &lines).is_err();
            }
        };
        let (engine, by, id) = (self.engine.clone(), self.by.clone(), session.clone());
        let reading = tokio::spawn(async move {
            let read = engine.recording_observations(&by, &id, how, show).await;
            match (read, Arc::into_inner(lines)) {
                (Ok(_), _) => Ok(()),
                (Err(refusal), lines) => Err((refusal, lines)),
            }
        });
        // The sender is dropped, unused, if there was nothing to show.
        if begun.await.is_ok() {
            tokio::spawn(async move {
                if let Ok(Err((_, Some(lines)))) = reading.await {
                    lines.cut().await;
                }
            });
            return Ok(body);
        }
        let read = reading.await.map_err(|_| Failed::Broken)?;
        self.about(&Thing::from(&session), read.map_err(|(refusal, _)| refusal))?;
        Ok(body)
    }
}

/// Turns frames into what is seen.
struct Player {
    opened: Timestamp,
    /// The channels that are open, each with its filter: an escape sequence may come in two pieces.
    inert: BTreeMap<u32, Inert>,
    /// Those that show a desktop: what they show is no text.
    pictures: BTreeSet<u32>,
}

/// The most channels that are followed at the same time; the oldest is let go.
const MOST_FOLLOWED: usize = 64;

impl Player {
    fn see(&mut self, at: Timestamp, content: &Content<'_>, lines: &Lines) -> Result<(), Gone> {
        let Some(seen) = self.seen(content) else {
            return Ok(());
        };
        let at_millis = since(at, self.opened);
        lines.say_blocking(&Played { at_millis, seen })
    }

    fn seen(&mut self, content: &Content<'_>) -> Option<Seen> {
        match content {
            Content::Stream {
                direction: Direction::FromTarget,
                channel,
                bytes,
                ..
            } => {
                if self.pictures.contains(channel) {
                    return Some(Seen::Picture {
                        channel: *channel,
                        bytes: Bytes(bytes.to_vec()),
                    });
                }
                let mut safe = Vec::with_capacity(bytes.len());
                self.filter(*channel).filter(bytes, &mut safe);
                Some(Seen::Output {
                    channel: *channel,
                    bytes: Bytes(safe),
                })
            }
            Content::Channel(note) => self.noted(note),
            Content::Notice(text) => Some(Seen::Notice((*text).to_owned())),
            Content::End(reason) => Some(Seen::Ended(Said::plain(&format!("end-{reason}")))),
            Content::Start(_)
            | Content::Data(..)
            | Content::Size(..)
            | Content::Stream { .. }
            | Content::Typed { .. } => None,
        }
    }

    fn noted(&mut self, note: &ChannelNote) -> Option<Seen> {
        match note {
            ChannelNote::Opened {
                channel,
                what,
                terminal,
            } => {
                if matches!(what, What::Desktop { .. }) && self.pictures.len() < MOST_FOLLOWED {
                    self.pictures.insert(*channel);
                }
                Some(Seen::Opened {
                    channel: *channel,
                    what: words::purpose(what.clone()),
                    terminal: terminal.clone().map(words::terminal),
                })
            }
            ChannelNote::Resized {
                channel,
                columns,
                rows,
            } => Some(Seen::Resized {
                channel: *channel,
                columns: *columns,
                rows: *rows,
            }),
            ChannelNote::Closed { channel } => {
                self.inert.remove(channel);
                self.pictures.remove(channel);
                Some(Seen::Closed { channel: *channel })
            }
            ChannelNote::Keyframe(keyframe) => Some(Seen::Keyframe {
                channel: keyframe.channel,
                from: keyframe.from,
                width: keyframe.width,
                height: keyframe.height,
                pixels: keyframe.pixels.clone(),
            }),
            ChannelNote::Revealed { .. } => None,
            ChannelNote::Exited { .. }
            | ChannelNote::File(_)
            | ChannelNote::Statement(_)
            | ChannelNote::StatementEnded(_)
            | ChannelNote::Patients(_)
            | ChannelNote::ServerSaid { .. }
            | ChannelNote::Refused { .. }
            | ChannelNote::Paused { .. }
            | ChannelNote::Continued { .. }
            | ChannelNote::Attended { .. }
            | ChannelNote::AttendantLeft { .. } => Some(Seen::Notice(note.to_string())),
        }
    }

    fn filter(&mut self, channel: u32) -> &mut Inert {
        if self.inert.len() >= MOST_FOLLOWED && !self.inert.contains_key(&channel) {
            self.inert.pop_first();
        }
        self.inert.entry(channel).or_default()
    }
}
