//! Files of a session, as an SFTP client has them: a channel of the terminal's own connection, so that
//! every path and every byte is asked for, counted and recorded where all SFTP is.
//!
//! A path is what the engineer wrote, sent to the target as it is: none ever meets a file system of the
//! gateway's (lesson L25).

#![allow(
    clippy::wildcard_enum_match_arm,
    reason = "an answer of another kind than was asked for is wrong, whichever kind it is"
)]

use std::time::Duration;

use phrases::say;
use ssh::{Received, Start, Stream, TargetChannel};
use tokio::time::timeout;
use wire::Decoding;
use wire::sftp::{Answer, Call, Lookup, MAX_PACKET, MAX_PATH, status};

use super::Seat;
use super::opening::begun;

/// How long a target may take for one answer: a slow disk, behind a slow inspector.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);

/// Bytes of a file in one packet: what every server takes (draft, section 3).
pub(super) const PIECE: usize = 32 * 1024;

/// Letters of a sentence that somebody else wrote.
const MOST_LETTERS: usize = 500;

/// What OpenSSH's server says of everything that it cannot do: words that help nobody.
const STOCK: [&str; 4] = [
    "Failure",
    "Permission denied",
    "Operation unsupported",
    "Bad message",
];

/// Bytes of what is said beside the files.
const MOST_SAID: usize = 4096;

/// Names of a folder that a page is shown.
const MOST_NAMES: usize = 2000;

/// Why there is no file, in the engineer's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NoFile(pub(super) String);

/// A name in a folder.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub(super) struct Listed {
    pub(super) name: String,
    pub(super) folder: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) size: Option<u64>,
}

/// A conversation about files.
pub(super) struct Files<'a> {
    seat: &'a Seat,
    channel: TargetChannel,
    received: Vec<u8>,
    /// What was said beside: why the channel was refused.
    said: Vec<u8>,
    next_id: u32,
}

/// An answer, taken out of the bytes that it was read from.
enum Reply {
    Status { code: u32, text: String },
    Handle(Vec<u8>),
    Data(Vec<u8>),
    Names(Vec<Listed>),
    Name(Vec<u8>),
    Size(Option<u64>),
    Other,
}

impl<'a> Files<'a> {
    /// Opens the channel.
    pub(super) async fn open(seat: &'a Seat) -> Result<Self, NoFile> {
        let broken = || NoFile(say(seat.language, "terminal-files-broken", &[]));
        let at = seat.shell().ok_or_else(broken)?;
        let channel = at.target.open().await.map_err(|_| broken())?;
        let sftp = Start::Subsystem("sftp".to_owned());
        let channel = begun(channel, seat.language, &sftp).await;
        let mut files = Self {
            seat,
            channel: channel.ok_or_else(broken)?,
            received: Vec::new(),
            said: Vec::new(),
            next_id: 0,
        };
        files.exchange(Lookup::hello()).await?;
        Ok(files)
    }

    /// Nothing more is asked.
    pub(super) async fn close(self) {
        self.channel.out.close().await;
    }

    /// What is in a folder, and which folder that is.
    pub(super) async fn list(&mut self, path: &[u8]) -> Result<(String, Vec<Listed>), NoFile> {
        let place = match self.ask(Call::Real(path)).await? {
            Reply::Name(name) => name,
            other => return Err(self.not(other)),
        };
        let handle = match self.ask(Call::OpenFolder(&place)).await? {
            Reply::Handle(handle) => handle,
            other => return Err(self.not(other)),
        };
        let mut names = Vec::new();
        loop {
            match self.ask(Call::Names(&handle)).await? {
                Reply::Names(more) if names.len() < MOST_NAMES => names.extend(more),
                Reply::Names(_) => break,
                Reply::Status {
                    code: status::EOF, ..
                } => break,
                other => return Err(self.not(other)),
            }
        }
        self.ask(Call::Close(&handle)).await?;
        names.retain(|listed| listed.name != "." && listed.name != "..");
        names.sort_by(|a, b| (!a.folder, &a.name).cmp(&(!b.folder, &b.name)));
        Ok((String::from_utf8_lossy(&place).into_owned(), names))
    }

    /// Opens a file to read it; its handle, and its size if the target says.
    pub(super) async fn opened_to_read(
        &mut self,
        path: &[u8],
    ) -> Result<(Vec<u8>, Option<u64>), NoFile> {
        let handle = self.opened(Call::OpenToRead(path)).await?;
        let size = match self.ask(Call::Size(&handle)).await? {
            Reply::Size(size) => size,
            _ => None,
        };
        Ok((handle, size))
    }

    /// Makes a file, to write it.
    pub(super) async fn made(&mut self, path: &[u8]) -> Result<Vec<u8>, NoFile> {
        self.opened(Call::OpenNew(path)).await
    }

    async fn opened(&mut self, call: Call<'_>) -> Result<Vec<u8>, NoFile> {
        match self.ask(call).await? {
            Reply::Handle(handle) => Ok(handle),
            other => Err(self.not(other)),
        }
    }

    /// The next bytes of a file; none at its end.
    pub(super) async fn read(&mut self, handle: &[u8], offset: u64) -> Result<Vec<u8>, NoFile> {
        let length = u32::try_from(PIECE).unwrap_or(u32::MAX);
        let call = Call::Read {
            handle,
            offset,
            length,
        };
        match self.ask(call).await? {
            Reply::Data(bytes) => Ok(bytes),
            Reply::Status {
                code: status::EOF, ..
            } => Ok(Vec::new()),
            other => Err(self.not(other)),
        }
    }

    /// Writes at most [`PIECE`] bytes.
    pub(super) async fn write(
        &mut self,
        handle: &[u8],
        offset: u64,
        content: &[u8],
    ) -> Result<(), NoFile> {
        let call = Call::Write {
            handle,
            offset,
            content,
        };
        self.done(call).await
    }

    /// Closes a file: it is whole then.
    pub(super) async fn done_with(&mut self, handle: &[u8]) -> Result<(), NoFile> {
        self.done(Call::Close(handle)).await
    }

    async fn done(&mut self, call: Call<'_>) -> Result<(), NoFile> {
        match self.ask(call).await? {
            Reply::Status {
                code: status::OK, ..
            } => Ok(()),
            other => Err(self.not(other)),
        }
    }

    async fn ask(&mut self, call: Call<'_>) -> Result<Reply, NoFile> {
        if let Call::OpenToRead(path) | Call::OpenNew(path) | Call::Real(path) = call
            && (path.is_empty() || path.len() > MAX_PATH || path.contains(&0))
        {
            return Err(self.say("terminal-files-path"));
        }
        let id = self.next_id;
        self.next_id = id.wrapping_add(1);
        self.exchange(call.packet(id)).await
    }

    /// Sends a request and waits for its answer: there is never more than one under way.
    async fn exchange(&mut self, request: Vec<u8>) -> Result<Reply, NoFile> {
        if self.channel.out.data(request).await.is_err() {
            return Err(self.over().await);
        }
        match timeout(ANSWER_WITHIN, self.answer()).await {
            Ok(Some(reply)) => Ok(reply),
            Ok(None) => Err(self.over().await),
            Err(_) => Err(self.say("terminal-files-late")),
        }
    }

    async fn answer(&mut self) -> Option<Reply> {
        loop {
            if let Decoding::Complete { message, used } = Answer::decode(&self.received).ok()? {
                let reply = Reply::of(&message);
                self.received.drain(..used);
                return Some(reply);
            }
            if !self.hear().await || self.received.len() > 2 * MAX_PACKET {
                return None;
            }
        }
    }

    /// Takes what comes. False if nothing comes any more.
    async fn hear(&mut self) -> bool {
        match self.channel.inbox.next().await {
            Some(Received::Data(piece)) if piece.stream == Stream::Main => {
                self.received.extend_from_slice(&piece.bytes);
                true
            }
            Some(Received::Data(piece)) => {
                let room = MOST_SAID.saturating_sub(self.said.len());
                self.said.extend(piece.bytes.iter().take(room));
                true
            }
            Some(Received::Said(_) | Received::Eof) => true,
            Some(Received::Closed(_)) | None => false,
        }
    }

    /// Why the conversation is over: what was said last.
    async fn over(&mut self) -> NoFile {
        let rest = async { while self.hear().await {} };
        let _in_time = timeout(Duration::from_secs(2), rest).await;
        let said = plain(&String::from_utf8_lossy(&self.said));
        if said.is_empty() {
            return self.say("terminal-files-broken");
        }
        NoFile(said)
    }

    fn not(&self, reply: Reply) -> NoFile {
        match reply {
            Reply::Status {
                code: status::NO_SUCH_FILE,
                ..
            } => self.say("terminal-files-none"),
            Reply::Status { text, .. } if !text.is_empty() && !STOCK.contains(&text.as_str()) => {
                // Ours, in the engineer's language, or the target's.
                NoFile(plain(&text))
            }
            _ => self.say("terminal-files-refused"),
        }
    }

    fn say(&self, sentence: &str) -> NoFile {
        NoFile(say(self.seat.language, sentence, &[]))
    }
}

impl Reply {
    fn of(answer: &Answer<'_>) -> Self {
        match answer {
            Answer::Status { code, .. } => Self::Status {
                code: *code,
                text: answer.sentence().unwrap_or_default(),
            },
            Answer::Handle { handle, .. } => Self::Handle(handle.to_vec()),
            Answer::Data { content, .. } => Self::Data(content.to_vec()),
            Answer::Attrs { .. } => Self::Size(answer.size()),
            Answer::Name { .. } => {
                let names = answer.names().unwrap_or_default();
                // A resolved path is one name too: with a slash in front, which no name in a folder has.
                match names.as_slice() {
                    [one] if one.name.starts_with(b"/") => Self::Name(one.name.to_vec()),
                    _ => Self::Names(names.iter().map(Listed::of).collect()),
                }
            }
            Answer::Version { .. } | Answer::Extended { .. } => Self::Other,
        }
    }
}

impl Listed {
    fn of(named: &wire::sftp::Named<'_>) -> Self {
        Self {
            name: String::from_utf8_lossy(named.name).into_owned(),
            folder: named.folder,
            size: named.size,
        }
    }
}

/// A sentence as one line without anything that steers.
fn plain(text: &str) -> String {
    let letters = text.chars().map(|letter| match letter {
        letter if letter.is_control() => ' ',
        letter => letter,
    });
    let text: String = letters.take(MOST_LETTERS).collect();
    text.trim().to_owned()
}
