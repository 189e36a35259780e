//! SFTP at the gate: requests in their order, one after the other. Content is answered from here, so
//! nothing waits for it; what is asked of the target waits for its answer.

use std::collections::BTreeMap;
use std::io::{Read, Seek, SeekFrom};

use access::Handover;
use phrases::say;
use quarantine::{Draft, Reader, Waiting};
use tokio::sync::mpsc;
use wire::Decoding;
use wire::sftp::{Direction, HandedOver, MAX_CONTENT, RemotePath, Reply, Request, flags, status};

use super::far::{Failed, Far, Place};
use super::{Gated, Pieces, lost};
use crate::ssh::transfer::{Stop, Transfer};

/// Handles of ours: no target gives such a name.
const HANDLE: &str = "sekisho-quarantine-";

/// What is open here.
enum Open {
    Upload(Box<Upload>),
    Download(Box<Download>),
}

struct Upload {
    path: RemotePath,
    /// `None` once it cannot go on: why stands in `wrong`.
    draft: Option<Draft>,
    wrong: String,
    exclusive: bool,
    /// Nothing of an older content can be left behind it: there was none, or it is emptied.
    fresh: bool,
    /// The client set the size to what it wrote: `scp` writes in place and cuts off at the end.
    cut: bool,
    attributes: Vec<u8>,
    later: Vec<Vec<u8>>,
}

struct Download {
    reader: Reader,
    length: u64,
    attributes: Vec<u8>,
    /// Removed from the quarantine with the handle.
    _file: Waiting,
}

/// Attributes that a client may set while a file waits: more are no client's.
const MOST_LATER: usize = 16;

pub(super) struct Desk<'a> {
    transfer: &'a Transfer<'a>,
    gated: &'a Gated,
    far: Far<'a>,
    to: mpsc::Sender<Vec<u8>>,
    open: BTreeMap<Vec<u8>, Open>,
    next: u64,
}

/// A refusal of ours: the code, and the sentence.
type No = (u32, String);

impl<'a> Desk<'a> {
    pub(super) fn new(
        transfer: &'a Transfer<'a>,
        gated: &'a Gated,
        far: Far<'a>,
        to: mpsc::Sender<Vec<u8>>,
    ) -> Self {
        Self {
            transfer,
            gated,
            far,
            to,
            open: BTreeMap::new(),
            next: 0,
        }
    }

    /// Until the client says no more.
    pub(super) async fn serve(mut self, mut from: Pieces) -> Result<(), Stop> {
        let mut waiting = Vec::new();
        while let Some(piece) = from.recv().await {
            waiting.extend_from_slice(&piece);
            loop {
                let used = match Request::decode(&waiting) {
                    Ok(Decoding::Complete { used, .. }) => used,
                    Ok(Decoding::Needs(_)) => break,
                    // The machine before us sends nothing that it has not understood.
                    Err(cause) => return Err(Stop::Broken(cause.to_string())),
                };
                let packet: Vec<u8> = waiting.drain(..used).collect();
                let answer = self.request(&packet).await?;
                if self.to.send(answer).await.is_err() {
                    self.far.close().await;
                    return Ok(());
                }
            }
        }
        self.far.close().await;
        Ok(())
    }

    /// One request; its answer.
    async fn request(&mut self, packet: &[u8]) -> Result<Vec<u8>, Stop> {
        let Ok(Decoding::Complete { message, .. }) = Request::decode(packet) else {
            return Err(Stop::Broken("a request that is none".to_owned()));
        };
        let answered = match message {
            Request::Open {
                id,
                path,
                flags,
                attributes,
            } => (id, self.opens(path, flags, attributes.raw).await?),
            Request::Write {
                id,
                handle,
                offset,
                content,
            } => (id, self.writes(handle, offset, content)),
            Request::Read {
                id,
                handle,
                offset,
                length,
            } => return Ok(self.reads(id, handle, offset, length)),
            Request::Close { id, handle } if self.open.contains_key(handle) => {
                (id, self.closes(handle).await?)
            }
            Request::Fstat { id, handle } if self.open.contains_key(handle) => {
                return Ok(self.attributes(id, handle));
            }
            Request::Fsetstat {
                id,
                handle,
                attributes,
            } if self.open.contains_key(handle) => {
                (id, self.sets(handle, attributes.size, attributes.raw))
            }
            Request::Setstat { id, attributes, .. } if attributes.size.is_some() => {
                (id, Err(self.no("file-whole-only")))
            }
            // `fsync@openssh.com`: it is on no disk of the target's yet, and will be when it is closed.
            Request::Extended { id, name, rest } if self.about_ours(rest) => {
                let fsync = name == b"fsync@openssh.com";
                let no = (status::OP_UNSUPPORTED, String::new());
                (id, if fsync { Ok(Vec::new()) } else { Err(no) })
            }
            Request::Init { .. }
            | Request::Close { .. }
            | Request::Fstat { .. }
            | Request::Fsetstat { .. }
            | Request::Readdir { .. }
            | Request::Realpath { .. }
            | Request::Plain { .. }
            | Request::Setstat { .. }
            | Request::Mkdir { .. }
            | Request::Rename { .. }
            | Request::Symlink { .. }
            | Request::Extended { .. } => {
                let answer = self.far.exchange(packet.to_vec()).await;
                return answer.map_err(|_| lost());
            }
        };
        Ok(match answered {
            (id, Ok(handle)) if handle.is_empty() => Reply::Status(status::OK, "").packet(id),
            (id, Ok(handle)) => Reply::Handle(&handle).packet(id),
            (id, Err((code, sentence))) => Reply::Status(code, &sentence).packet(id),
        })
    }

    fn no(&self, sentence: &str) -> No {
        let sentence = say(self.transfer.line.language, sentence, &[]);
        self.transfer.tell_refused(&sentence);
        (status::FAILURE, sentence)
    }

    fn about_ours(&self, rest: &[u8]) -> bool {
        let handle = rest.get(4..).unwrap_or_default();
        self.open.contains_key(handle)
    }

    async fn opens(
        &mut self,
        path: &[u8],
        given: u32,
        attributes: &[u8],
    ) -> Result<Result<Vec<u8>, No>, Stop> {
        let Some(path) = RemotePath::resolved(path) else {
            return Ok(Err(self.no("transfer-unresolved")));
        };
        const CHANGES: u32 = flags::WRITE | flags::APPEND | flags::CREATE | flags::TRUNCATE;
        let opened = if given & CHANGES == 0 {
            self.opens_download(&path).await
        } else {
            self.opens_upload(&path, given, attributes).await
        };
        let open = match opened {
            Ok(open) => open,
            Err(Refused::No(no)) => return Ok(Err(no)),
            Err(Refused::Lost) => return Err(lost()),
        };
        self.next += 1;
        let handle = format!("{HANDLE}{}", self.next).into_bytes();
        self.open.insert(handle.clone(), open);
        Ok(Ok(handle))
    }

    /// Content is fetched whole and looked at before the client hears that the file is open.
    async fn opens_download(&mut self, path: &RemotePath) -> Result<Open, Refused> {
        let opened = &self.transfer.line.session.opened;
        let Some(quarantine) = opened.quarantine() else {
            return Err(Refused::Lost);
        };
        let left = opened.files(Handover::Out).left();
        let most = opened.most_file_bytes().min(left);
        let fetched = self.far.fetch(path.as_bytes(), most, quarantine).await;
        let (file, attributes) = match fetched {
            Ok(fetched) => fetched,
            Err(Failed::TooLarge) if left < opened.most_file_bytes() => {
                let way = Handover::Out;
                let number = self.transfer.line.number;
                if let Err(cause) = opened.files_used_up(number, way, &path.to_string()) {
                    tracing::debug!(%cause, "a refusal is not in the recording");
                }
                return Err(Refused::No(self.no("reason-files-used-up")));
            }
            Err(cause) => return Err(self.failed(cause)),
        };
        let looked = self.transfer.looked_at(&file, Handover::Out, path).await;
        let look = looked.map_err(|sentence| Refused::No(self.said(sentence)))?;
        self.gated.told().looks.insert(path.clone(), look);
        let reader = file.reader().map_err(|cause| self.failed(cause.into()))?;
        Ok(Open::Download(Box::new(Download {
            reader,
            length: file.length(),
            attributes,
            _file: file,
        })))
    }

    async fn opens_upload(
        &mut self,
        path: &RemotePath,
        given: u32,
        attributes: &[u8],
    ) -> Result<Open, Refused> {
        let has = |flag| given & flag == flag;
        let exclusive = has(flags::CREATE | flags::EXCLUSIVE);
        if has(flags::APPEND) || has(flags::READ) || !has(flags::WRITE) {
            return Err(Refused::No(self.no("file-whole-only")));
        }
        let there = self.far.there(path.as_bytes()).await;
        let there = there.map_err(|cause| self.failed(cause))?;
        let parent = path.parent();
        let parent = self.far.there(parent.as_bytes()).await;
        let parent = parent.map_err(|cause| self.failed(cause))?;
        let impossible = match there {
            // A folder, or something where nothing may be.
            Some(folder) if folder || exclusive => Some(status::FAILURE),
            None if !has(flags::CREATE) || parent != Some(true) => Some(status::NO_SUCH_FILE),
            Some(_) | None => None,
        };
        if let Some(code) = impossible {
            return Err(Refused::No((code, String::new())));
        }
        let Some(quarantine) = self.transfer.line.session.opened.quarantine() else {
            return Err(Refused::Lost);
        };
        let draft = quarantine
            .begin()
            .map_err(|cause| self.failed(cause.into()))?;
        self.gated.told().exceeded.remove(path);
        Ok(Open::Upload(Box::new(Upload {
            path: path.clone(),
            draft: Some(draft),
            wrong: String::new(),
            exclusive,
            fresh: there.is_none() || has(flags::TRUNCATE),
            cut: false,
            attributes: attributes.to_vec(),
            later: Vec::new(),
        })))
    }

    fn failed(&self, cause: Failed) -> Refused {
        match cause {
            Failed::Lost => Refused::Lost,
            Failed::Said(code) => Refused::No((code, String::new())),
            Failed::TooLarge => Refused::No(self.no("file-too-large")),
            Failed::Quarantine(cause) => {
                tracing::warn!(%cause, "a file cannot wait");
                Refused::No(self.no("file-no-room"))
            }
        }
    }

    /// What became of a file, told and answered.
    fn said(&self, sentence: String) -> No {
        self.transfer.tell_refused(&sentence);
        (status::PERMISSION_DENIED, sentence)
    }

    fn writes(&mut self, handle: &[u8], offset: u64, content: &[u8]) -> Result<Vec<u8>, No> {
        let most = self.transfer.line.session.opened.most_file_bytes();
        let Some(Open::Upload(upload)) = self.open.get_mut(handle) else {
            return Err((status::FAILURE, String::new()));
        };
        let Some(draft) = &mut upload.draft else {
            return Err((status::FAILURE, upload.wrong.clone()));
        };
        upload.cut = false;
        let after = offset.saturating_add(u64::try_from(content.len()).unwrap_or(u64::MAX));
        let wrong = if offset != draft.length() {
            "file-in-order"
        } else if after > most {
            "file-too-large"
        } else {
            match draft.write(content) {
                Ok(()) => return Ok(Vec::new()),
                Err(cause) => {
                    tracing::warn!(%cause, "a file cannot wait");
                    "file-no-room"
                }
            }
        };
        upload.draft = None;
        upload.wrong = say(self.transfer.line.language, wrong, &[]);
        let sentence = upload.wrong.clone();
        self.transfer.tell_refused(&sentence);
        Err((status::FAILURE, sentence))
    }

    fn reads(&mut self, id: u32, handle: &[u8], offset: u64, length: u32) -> Vec<u8> {
        let Some(Open::Download(download)) = self.open.get_mut(handle) else {
            return Reply::Status(status::FAILURE, "").packet(id);
        };
        if offset >= download.length {
            return Reply::Status(status::EOF, "").packet(id);
        }
        let most = usize::try_from(length)
            .unwrap_or(MAX_CONTENT)
            .min(MAX_CONTENT);
        let mut content = Vec::new();
        let reader = &mut download.reader;
        let read = reader.seek(SeekFrom::Start(offset)).and_then(|_| {
            reader
                .take(u64::try_from(most).unwrap_or(0))
                .read_to_end(&mut content)
        });
        match read {
            Ok(_) => Reply::Data(&content).packet(id),
            Err(cause) => {
                tracing::error!(%cause, "a file in quarantine cannot be read");
                Reply::Status(status::FAILURE, "").packet(id)
            }
        }
    }

    fn attributes(&self, id: u32, handle: &[u8]) -> Vec<u8> {
        match self.open.get(handle) {
            Some(Open::Download(download)) => Reply::Attributes(&download.attributes).packet(id),
            Some(Open::Upload(upload)) => {
                let length = upload.draft.as_ref().map_or(0, Draft::length);
                Reply::Size(length).packet(id)
            }
            None => Reply::Status(status::FAILURE, "").packet(id),
        }
    }

    /// Attributes wait with the file. Its size is what was written.
    fn sets(&mut self, handle: &[u8], size: Option<u64>, raw: &[u8]) -> Result<Vec<u8>, No> {
        let refused = self.no_if_cut(handle, size);
        let Some(Open::Upload(upload)) = self.open.get_mut(handle) else {
            return Err((status::FAILURE, String::new()));
        };
        refused?;
        upload.cut |= size.is_some();
        if upload.later.len() < MOST_LATER {
            upload.later.push(raw.to_vec());
        }
        Ok(Vec::new())
    }

    fn no_if_cut(&self, handle: &[u8], size: Option<u64>) -> Result<(), No> {
        match (self.open.get(handle), size) {
            (Some(Open::Upload(upload)), Some(size))
                if upload.draft.as_ref().map(Draft::length) != Some(size) =>
            {
                Err(self.no("file-whole-only"))
            }
            _ => Ok(()),
        }
    }

    async fn closes(&mut self, handle: &[u8]) -> Result<Result<Vec<u8>, No>, Stop> {
        match self.open.remove(handle) {
            Some(Open::Upload(upload)) => self.uploaded(*upload).await,
            Some(Open::Download(_)) | None => Ok(Ok(Vec::new())),
        }
    }

    /// The client is done: the file is looked at, and goes on only then.
    async fn uploaded(&mut self, upload: Upload) -> Result<Result<Vec<u8>, No>, Stop> {
        let Some(draft) = upload.draft else {
            return Ok(Err((status::FAILURE, upload.wrong)));
        };
        if self.gated.told().exceeded.remove(&upload.path) {
            // The machine has told it.
            return Ok(Err((status::FAILURE, String::new())));
        }
        if !upload.fresh && !upload.cut {
            return Ok(Err(self.no("file-whole-only")));
        }
        let file = match draft.finish() {
            Ok(file) => file,
            Err(cause) => match self.failed(cause.into()) {
                Refused::No(no) => return Ok(Err(no)),
                Refused::Lost => return Err(lost()),
            },
        };
        let looked = self
            .transfer
            .looked_at(&file, Handover::In, &upload.path)
            .await;
        let look = match looked {
            Ok(look) => look,
            Err(sentence) => return Ok(Err(self.said(sentence))),
        };
        let place = Place {
            path: upload.path.as_bytes(),
            exclusive: upload.exclusive,
            attributes: &upload.attributes,
            later: &upload.later,
        };
        let delivered = self.far.deliver(&file, &place).await;
        let (bytes, whole) = match &delivered {
            Ok(()) => (file.length(), true),
            Err((sent, _)) => (*sent, false),
        };
        if whole || bytes > 0 {
            let passed = HandedOver {
                direction: Direction::Upload,
                path: upload.path,
                bytes,
                sha256: whole.then(|| file.sha256()),
                whole,
            };
            self.transfer.entered(&passed, Some(look))?;
        }
        match delivered {
            Ok(()) => Ok(Ok(Vec::new())),
            Err((_, cause)) => match self.failed(cause) {
                Refused::No(no) => Ok(Err(no)),
                Refused::Lost => Err(lost()),
            },
        }
    }
}

enum Refused {
    No(No),
    Lost,
}
