//! What was done in a session, told from its recording: channels, commands, files, refusals.
//!
//! # Limits
//! - The command that a channel was opened for (exec, scp) is exact. What a shell did with it is not
//!   known here.
//! - The commands of an interactive shell are the lines that stood on the screen when Enter was
//!   pressed, so with editing, completion and history in them. Only lines that were seen echoed count
//!   ([`crate::Typist`]): what is typed under `stty -echo`, or run by a script, an alias, an editor or
//!   a scheduled job, is not there. An answer to a program's question looks like a command and is
//!   listed. So the list helps to find a place in a recording; it proves nothing that the recording
//!   does not.
//! - Nothing is listed while the alternate screen is shown (editors, pagers).
//! - The statements of a database session are exact up to their noted length. What a function or a
//!   trigger did with them is not known here.
//! - Where the prompt ends is guessed. Where it cannot be guessed, the whole line is the command.
//! - The bounds below hold, and what was left out because of them is counted.

mod command;
mod screen;
mod statements;
mod story;
mod typing;

use std::collections::BTreeMap;

use ids::Timestamp;

use crate::content::{Content, Direction, MAX_TEXT, Stream};
use crate::note::{ChannelNote, Terminal, What, shorten};
use crate::typed::{Unmasker, typed_length};
use screen::Screen;
use typing::Typing;

pub use story::{
    Answer, ChannelStory, CommandLine, FileStory, Index, Keyframe, LeftOut, Notice, NoticeKind,
    PatientsStory, Refused, Resize,
};

/// Channels that are told of.
const MAX_CHANNELS: usize = 1024;
/// Terminals that are followed at the same time; a large one takes some megabytes.
const MAX_SCREENS: usize = 16;
/// Bytes of all commands, paths and sentences together, and what each takes beside its text.
const MAX_TEXTS: usize = 8 << 20;
const EACH: usize = 96;

/// Makes an index from a recording's contents, shown in order.
#[derive(Debug, Default)]
pub struct Indexer {
    index: Index,
    /// Channels that are open: where their story stands, and what is typed in their terminals.
    open: BTreeMap<u32, Open>,
    unmasker: Unmasker,
    texts: usize,
}

#[derive(Debug)]
struct Open {
    story: usize,
    typing: Option<Typing>,
    /// Statements that run: where each stands among the commands.
    running: BTreeMap<u64, usize>,
    lines: u64,
    last_line: Option<u64>,
    revealed: u64,
}

impl Indexer {
    /// At the beginning of a recording.
    pub fn new() -> Self {
        Self::default()
    }

    /// The recording goes on.
    pub fn see(&mut self, at: Timestamp, content: &Content<'_>) {
        match content {
            Content::Stream {
                direction,
                channel,
                stream,
                bytes,
            } => self.stream(*channel, *direction, *stream, bytes),
            Content::Typed {
                channel,
                line,
                sealed,
            } => self.typed(at, *channel, *line, sealed),
            Content::Channel(note) => self.note(at, note),
            Content::Notice(text) => self.notice(at, NoticeKind::Said((*text).to_owned())),
            Content::End(reason) => self.notice(at, NoticeKind::Ended((*reason).to_owned())),
            Content::Start(_) | Content::Data(..) | Content::Size(..) => {}
        }
    }

    /// The commands since the last call, for whoever follows a session that goes on; nothing of what was seen is kept but
    /// what the next ones need. Not for databases, whose statements are answered later.
    pub fn take_commands(&mut self) -> Vec<CommandLine> {
        let mut all = Vec::new();
        for story in &mut self.index.channels {
            all.append(&mut story.commands);
            story.files.clear();
            story.resizes.clear();
            story.keyframes.clear();
            story.patients.clear();
        }
        self.index.refused.clear();
        self.index.notices.clear();
        self.forget_closed();
        self.texts = 0;
        all
    }

    /// Keeps the stories of the channels that are open.
    fn forget_closed(&mut self) {
        let stories = std::mem::take(&mut self.index.channels);
        let mut stories: Vec<Option<ChannelStory>> = stories.into_iter().map(Some).collect();
        for open in self.open.values_mut() {
            let story = stories.get_mut(open.story).and_then(Option::take);
            open.story = self.index.channels.len();
            self.index.channels.extend(story);
        }
    }

    /// The index of what was seen.
    pub fn finish(mut self) -> Index {
        let open: Vec<u32> = self.open.keys().copied().collect();
        for channel in open {
            self.close(channel);
        }
        self.index
    }

    fn note(&mut self, at: Timestamp, note: &ChannelNote) {
        match note {
            ChannelNote::Opened {
                channel,
                what,
                terminal,
            } => self.opened(at, *channel, what, terminal.as_ref()),
            ChannelNote::Resized {
                channel,
                columns,
                rows,
            } => self.resized(at, *channel, *columns, *rows),
            ChannelNote::Exited {
                channel,
                status,
                signal,
            } => {
                if let Some(story) = self.story(*channel) {
                    story.status = *status;
                    story.signal.clone_from(signal);
                }
            }
            ChannelNote::Closed { channel } => {
                if let Some(story) = self.story(*channel) {
                    story.ended = Some(at);
                }
                self.close(*channel);
            }
            ChannelNote::File(file) => {
                let room = self.room(file.path.len());
                if let Some(story) = self.story(file.channel).filter(|_| room) {
                    let file = file.clone();
                    story.files.push(FileStory { at, file });
                }
            }
            ChannelNote::Statement(statement) => self.statement(at, statement),
            ChannelNote::StatementEnded(ended) => self.statement_ended(at, ended),
            ChannelNote::Patients(patients) => self.patients(at, patients),
            ChannelNote::ServerSaid { code, message, .. } => {
                self.notice(at, NoticeKind::Said(format!("{code} {message}")));
            }
            ChannelNote::Keyframe(keyframe) => {
                let room = self.room(0);
                if let Some(story) = self.story(keyframe.channel).filter(|_| room) {
                    story.keyframes.push(Keyframe::of(at, keyframe));
                }
            }
            ChannelNote::Revealed { channel, line, key } => {
                let typed = self.unmasker.revealed(*channel, *line, key);
                self.revealed(*channel, *line, typed.as_deref());
            }
            ChannelNote::Refused {
                channel,
                what,
                reasons,
            } => {
                let length = reasons.iter().map(String::len).sum::<usize>() + what.len();
                if self.room(length) {
                    self.index.refused.push(Refused {
                        at,
                        channel: *channel,
                        what: what.clone(),
                        reasons: reasons.clone(),
                    });
                }
            }
            ChannelNote::Paused { by } => self.notice(at, NoticeKind::Paused(by.clone())),
            ChannelNote::Continued { by } => self.notice(at, NoticeKind::Continued(by.clone())),
            ChannelNote::Attended { by } => self.notice(at, NoticeKind::Attended(by.clone())),
            ChannelNote::AttendantLeft { by } => {
                self.notice(at, NoticeKind::AttendantLeft(by.clone()));
            }
        }
    }

    fn opened(&mut self, at: Timestamp, channel: u32, what: &What, terminal: Option<&Terminal>) {
        if self.index.channels.len() >= MAX_CHANNELS {
            self.index.left_out.channels += 1;
            return;
        }
        self.close(channel);
        let command = match what {
            What::Exec { command } | What::Scp { command } => Some(command.clone()),
            What::Shell
            | What::Sftp
            | What::Database { .. }
            | What::Web { .. }
            | What::Desktop { .. } => None,
        };
        let followed = terminal.filter(|_| matches!(what, What::Shell));
        let typing = followed.and_then(|terminal| self.follow(terminal));
        let story = self.index.channels.len();
        self.index.channels.push(ChannelStory {
            channel,
            what: what.clone(),
            terminal: terminal.cloned(),
            started: at,
            ended: None,
            status: None,
            signal: None,
            commands: Vec::new(),
            files: Vec::new(),
            resizes: Vec::new(),
            keyframes: Vec::new(),
            sent: 0,
            received: 0,
            masked_lines: 0,
            patients: Vec::new(),
        });
        let open = Open {
            story,
            typing,
            running: BTreeMap::new(),
            lines: 0,
            last_line: None,
            revealed: 0,
        };
        self.open.insert(channel, open);
        if let Some(text) = command {
            self.command(
                channel,
                CommandLine {
                    at,
                    prompt: None,
                    text,
                    answer: None,
                },
            );
        }
    }

    fn follow(&mut self, terminal: &Terminal) -> Option<Typing> {
        let followed = self.open.values().filter(|open| open.typing.is_some());
        let screen = (followed.count() < MAX_SCREENS)
            .then(|| Screen::new(terminal.columns, terminal.rows))
            .flatten();
        if screen.is_none() {
            self.index.left_out.terminals += 1;
        }
        screen.map(Typing::new)
    }

    fn resized(&mut self, at: Timestamp, channel: u32, columns: u32, rows: u32) {
        if let Some(typing) = self.typing(channel) {
            typing.screen.resize(columns, rows);
        }
        let room = self.room(0);
        if let Some(story) = self.story(channel).filter(|_| room) {
            story.resizes.push(Resize { at, columns, rows });
        }
    }

    fn stream(&mut self, channel: u32, direction: Direction, stream: Stream, bytes: &[u8]) {
        let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        if let Some(story) = self.story(channel) {
            let count = match direction {
                Direction::ToTarget => &mut story.sent,
                Direction::FromTarget => &mut story.received,
            };
            *count = count.saturating_add(size);
        }
        let shown = direction == Direction::FromTarget && stream == Stream::Output;
        if let Some(typing) = self.typing(channel).filter(|_| shown) {
            typing.shown(bytes);
        }
    }

    fn typed(&mut self, at: Timestamp, channel: u32, line: u64, sealed: &[u8]) {
        let Some(open) = self.open.get_mut(&channel) else {
            return;
        };
        if open.last_line.is_none_or(|last| last < line) {
            open.last_line = Some(line);
            open.lines += 1;
        }
        if let Some(typing) = &mut open.typing {
            typing.typed(at, line);
        }
        self.unmasker.sealed(channel, line, sealed);
        if let Some(story) = self.story(channel) {
            story.sent = story.sent.saturating_add(typed_length(sealed));
        }
    }

    fn revealed(&mut self, channel: u32, line: u64, typed: Option<&[u8]>) {
        let (Some(open), Some(typed)) = (self.open.get_mut(&channel), typed) else {
            return;
        };
        open.revealed += 1;
        let typing = open.typing.as_mut();
        if let Some(command) = typing.and_then(|typing| typing.revealed(line, typed)) {
            self.command(channel, command);
        }
    }

    fn command(&mut self, channel: u32, mut command: CommandLine) {
        shorten(&mut command.text, MAX_TEXT);
        if let Some(prompt) = &mut command.prompt {
            shorten(prompt, MAX_TEXT);
        }
        let prompt = command.prompt.as_ref().map_or(0, String::len);
        let room = self.room(command.text.len() + prompt);
        if let Some(story) = self.story(channel).filter(|_| room) {
            story.commands.push(command);
        }
    }

    /// The channel is closed: lines that were not revealed never will be.
    fn close(&mut self, channel: u32) {
        self.unmasker.closed(channel);
        let Some(open) = self.open.remove(&channel) else {
            return;
        };
        if let Some(story) = self.index.channels.get_mut(open.story) {
            story.masked_lines = open.lines.saturating_sub(open.revealed);
        }
    }

    fn notice(&mut self, at: Timestamp, what: NoticeKind) {
        let length = match &what {
            NoticeKind::Said(text)
            | NoticeKind::Paused(text)
            | NoticeKind::Continued(text)
            | NoticeKind::Attended(text)
            | NoticeKind::AttendantLeft(text)
            | NoticeKind::Ended(text) => text.len(),
        };
        if self.room(length) {
            self.index.notices.push(Notice { at, what });
        }
    }

    fn story(&mut self, channel: u32) -> Option<&mut ChannelStory> {
        let story = self.open.get(&channel)?.story;
        self.index.channels.get_mut(story)
    }

    fn typing(&mut self, channel: u32) -> Option<&mut Typing> {
        self.open.get_mut(&channel)?.typing.as_mut()
    }

    /// Whether an entry of this length still has room, which it then takes.
    fn room(&mut self, length: usize) -> bool {
        let texts = self.texts.saturating_add(length).saturating_add(EACH);
        let room = texts <= MAX_TEXTS;
        if room {
            self.texts = texts;
        } else {
            self.index.left_out.entries += 1;
        }
        room
    }
}

#[cfg(test)]
mod tests;
