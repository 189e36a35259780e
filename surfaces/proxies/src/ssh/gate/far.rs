//! The target, as the gate uses it: packets passed on one by one, and whole files fetched and delivered.

use std::collections::{BTreeMap, VecDeque};
use std::io::Read;

use engine::LiveSession;
use quarantine::{Quarantine, SpoolError, Waiting};
use ssh::{Received, Stream};
use wire::Decoding;
use wire::sftp::{Answer, Call, Lookup, MAX_PACKET, status};

use crate::ssh::frozen;
use crate::workers::TargetChannel;

/// Bytes of content in one packet: what every server takes (draft, section 3).
const PIECE: u32 = 32 * 1024;

/// Packets under way at once: a megabyte, as OpenSSH's client has.
const WINDOW: usize = 32;

/// Why a file was not fetched or delivered.
#[derive(Debug)]
pub(super) enum Failed {
    /// The target said so.
    Said(u32),
    /// It has more bytes than may pass.
    TooLarge,
    /// It cannot wait here.
    Quarantine(SpoolError),
    /// The target is gone, or does not keep to the protocol.
    Lost,
}

impl From<SpoolError> for Failed {
    fn from(cause: SpoolError) -> Self {
        Self::Quarantine(cause)
    }
}

/// The target's side.
pub(super) struct Far<'a> {
    channel: TargetChannel,
    live: &'a LiveSession,
    received: Vec<u8>,
}

/// Where a file goes, and how it is made there.
pub(super) struct Place<'a> {
    pub(super) path: &'a [u8],
    pub(super) exclusive: bool,
    /// Attributes of the client's OPEN.
    pub(super) attributes: &'a [u8],
    /// Attributes that the client set while the file was open.
    pub(super) later: &'a [Vec<u8>],
}

impl<'a> Far<'a> {
    pub(super) fn of(channel: TargetChannel, live: &'a LiveSession) -> Self {
        Self {
            channel,
            live,
            received: Vec::new(),
        }
    }

    async fn send(&mut self, packet: Vec<u8>) -> Result<(), Failed> {
        frozen::passable(self.live).await;
        let sent = self.channel.out.data(packet).await;
        sent.map_err(|_| Failed::Lost)
    }

    /// The next answer, whole, its length first.
    async fn answer(&mut self) -> Result<Vec<u8>, Failed> {
        loop {
            match Answer::decode(&self.received).map_err(|_| Failed::Lost)? {
                Decoding::Complete { used, .. } => {
                    return Ok(self.received.drain(..used).collect());
                }
                Decoding::Needs(_) => {}
            }
            match self.channel.inbox.next().await.ok_or(Failed::Lost)? {
                Received::Data(piece) if piece.stream == Stream::Main => {
                    self.received.extend_from_slice(&piece.bytes);
                    // All that is under way, and a packet more.
                    if self.received.len() > 8 * MAX_PACKET {
                        return Err(Failed::Lost);
                    }
                }
                Received::Data(_) | Received::Said(_) => {}
                Received::Eof | Received::Closed(_) => return Err(Failed::Lost),
            }
        }
    }

    /// Asks one thing and waits for its answer: nothing else is under way.
    pub(super) async fn exchange(&mut self, request: Vec<u8>) -> Result<Vec<u8>, Failed> {
        self.send(request).await?;
        self.answer().await
    }

    async fn call(&mut self, call: Call<'_>) -> Result<Vec<u8>, Failed> {
        self.exchange(call.packet(0)).await
    }

    async fn handle(&mut self, call: Call<'_>) -> Result<Vec<u8>, Failed> {
        let answer = self.call(call).await?;
        match read(&answer)? {
            Answer::Handle { handle, .. } => Ok(handle.to_vec()),
            Answer::Status { code, .. } => Err(Failed::Said(code)),
            Answer::Version { .. }
            | Answer::Data { .. }
            | Answer::Name { .. }
            | Answer::Attrs { .. }
            | Answer::Extended { .. } => Err(Failed::Lost),
        }
    }

    /// What is at a path, links followed: whether it is a folder; `None`: nothing.
    pub(super) async fn there(&mut self, path: &[u8]) -> Result<Option<bool>, Failed> {
        let answer = self.exchange(Lookup::Stat.packet(0, path)).await?;
        let answer = read(&answer)?;
        if let Answer::Status { code, .. } = answer {
            return if code == status::NO_SUCH_FILE {
                Ok(None)
            } else {
                Err(Failed::Said(code))
            };
        }
        Ok(Some(answer.is_directory().unwrap_or(false)))
    }

    /// Fetches a file whole, with its attributes as the target says them; no more than `most` bytes.
    pub(super) async fn fetch(
        &mut self,
        path: &[u8],
        most: u64,
        into: &Quarantine,
    ) -> Result<(Waiting, Vec<u8>), Failed> {
        let handle = self.handle(Call::OpenToRead(path)).await?;
        let fetched = self.content(&handle, most, into).await;
        if !matches!(fetched, Err(Failed::Lost)) {
            self.call(Call::Close(&handle)).await?;
        }
        fetched
    }

    async fn content(
        &mut self,
        handle: &[u8],
        most: u64,
        into: &Quarantine,
    ) -> Result<(Waiting, Vec<u8>), Failed> {
        let said = self.call(Call::Size(handle)).await?;
        let said = read(&said)?;
        let Some(attributes) = said.attributes() else {
            return Err(Failed::Said(said_code(&said)));
        };
        if attributes.size.is_some_and(|size| size > most) {
            return Err(Failed::TooLarge);
        }
        let mut draft = into.begin()?;
        let mut next = 0_u64;
        loop {
            let (got, ended) = self.window(handle, next).await?;
            for piece in got {
                draft.write(&piece)?;
                next = draft.length();
            }
            if next > most {
                return Err(Failed::TooLarge);
            }
            if ended {
                return Ok((draft.finish()?, attributes.raw.to_vec()));
            }
        }
    }

    /// Reads a window from `offset` on: what stands there without a gap, and whether it is the end. A
    /// server may answer with less than it was asked for: then what follows is asked for again.
    async fn window(&mut self, handle: &[u8], offset: u64) -> Result<(Vec<Vec<u8>>, bool), Failed> {
        let mut asked = VecDeque::new();
        let mut at = offset;
        for id in 0..u32::try_from(WINDOW).unwrap_or(1) {
            let call = Call::Read {
                handle,
                offset: at,
                length: PIECE,
            };
            self.send(call.packet(id)).await?;
            asked.push_back(id);
            at = at.saturating_add(u64::from(PIECE));
        }
        let mut answers = BTreeMap::new();
        for _ in &asked {
            let packet = self.answer().await?;
            let (id, content) = read_content(&packet)?;
            if !asked.contains(&id) || answers.insert(id, content).is_some() {
                return Err(Failed::Lost);
            }
        }
        let mut got = Vec::new();
        for (_, content) in answers {
            let content = match content {
                Ok(content) => content,
                Err(status::EOF) => return Ok((got, true)),
                Err(code) => return Err(Failed::Said(code)),
            };
            let full = content.len() >= usize::try_from(PIECE).unwrap_or(0);
            if content.is_empty() {
                return Err(Failed::Lost);
            }
            got.push(content);
            if !full {
                break;
            }
        }
        Ok((got, false))
    }

    /// Writes a file where it belongs. With the failure: bytes that may have arrived.
    pub(super) async fn deliver(
        &mut self,
        file: &Waiting,
        place: &Place<'_>,
    ) -> Result<(), (u64, Failed)> {
        let open = Call::OpenWhole {
            path: place.path,
            exclusive: place.exclusive,
            attributes: place.attributes,
        };
        let handle = self.handle(open).await.map_err(|cause| (0, cause))?;
        let mut sent = 0;
        let written = self.write(&handle, file, &mut sent).await;
        if matches!(written, Err(Failed::Lost)) {
            return Err((sent, Failed::Lost));
        }
        for attributes in place.later {
            let handle = &handle;
            let set = self.call(Call::SetAttributes { handle, attributes });
            // As for a client of the target's own: times that cannot be set fail no file.
            let _said = set.await.map_err(|cause| (sent, cause))?;
        }
        let closed = self.call(Call::Close(&handle)).await;
        let closed = closed.and_then(|packet| done(&packet));
        written.and(closed).map_err(|cause| (sent, cause))
    }

    async fn write(&mut self, handle: &[u8], file: &Waiting, sent: &mut u64) -> Result<(), Failed> {
        let mut reader = file.reader()?;
        let mut under_way = 0;
        let mut wrong = Ok(());
        loop {
            let mut piece = Vec::new();
            let read = (&mut reader).take(u64::from(PIECE)).read_to_end(&mut piece);
            read.map_err(|cause| Failed::Quarantine(SpoolError::Unavailable(cause)))?;
            let over = piece.is_empty() || wrong.is_err();
            if !over {
                let call = Call::Write {
                    handle,
                    offset: *sent,
                    content: &piece,
                };
                self.send(call.packet(0)).await?;
                *sent = sent.saturating_add(u64::try_from(piece.len()).unwrap_or(0));
                under_way += 1;
            }
            while under_way >= WINDOW || (over && under_way > 0) {
                let said = self.answer().await?;
                under_way -= 1;
                wrong = wrong.and(done(&said));
            }
            if over {
                return wrong;
            }
        }
    }

    /// Nothing more is asked.
    pub(super) async fn close(self) {
        self.channel.out.close().await;
    }
}

/// An answer that is whole.
fn read(packet: &[u8]) -> Result<Answer<'_>, Failed> {
    match Answer::decode(packet) {
        Ok(Decoding::Complete { message, .. }) => Ok(message),
        Ok(Decoding::Needs(_)) | Err(_) => Err(Failed::Lost),
    }
}

fn said_code(answer: &Answer<'_>) -> u32 {
    match answer {
        Answer::Status { code, .. } => *code,
        Answer::Version { .. }
        | Answer::Handle { .. }
        | Answer::Data { .. }
        | Answer::Name { .. }
        | Answer::Attrs { .. }
        | Answer::Extended { .. } => status::FAILURE,
    }
}

/// Whether a status says that it is done.
fn done(packet: &[u8]) -> Result<(), Failed> {
    match said_code(&read(packet)?) {
        status::OK => Ok(()),
        code => Err(Failed::Said(code)),
    }
}

type Content = Result<Vec<u8>, u32>;

fn read_content(packet: &[u8]) -> Result<(u32, Content), Failed> {
    let answer = read(packet)?;
    let id = answer.answers().ok_or(Failed::Lost)?;
    match answer {
        Answer::Data { content, .. } => Ok((id, Ok(content.to_vec()))),
        Answer::Status { code, .. } if code != status::OK => Ok((id, Err(code))),
        Answer::Status { .. }
        | Answer::Version { .. }
        | Answer::Handle { .. }
        | Answer::Name { .. }
        | Answer::Attrs { .. }
        | Answer::Extended { .. } => Err(Failed::Lost),
    }
}
