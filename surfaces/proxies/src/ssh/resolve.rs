//! Resolving the paths of the old protocol of scp: by an SFTP channel of our own to the target, on
//! which nothing is asked but where a path leads. It is the gateway's, and not recorded.

use std::time::Duration;

use ssh::{Received, Start, Stream, Target, TargetChannel};
use tokio::time::timeout;
use wire::Decoding;
use wire::scp::Base;
use wire::sftp::{Answer, MAX_PACKET, MAX_PATH, RemotePath, VERSION, status};

use super::start::Setup;

/// How long a target may take for one answer: a slow disk.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);

// Types of packets (draft-ietf-secsh-filexfer-02, section 3).
const INIT: u8 = 1;
const LSTAT: u8 = 7;
const REALPATH: u8 = 16;
const STAT: u8 = 17;

/// The kind of a file in its permissions (POSIX `S_IFMT`), and a directory.
const KIND: u32 = 0o170_000;
const DIRECTORY: u32 = 0o040_000;

/// Asks a target where paths lead.
pub(super) struct Resolver {
    channel: TargetChannel,
    received: Vec<u8>,
    next_id: u32,
}

/// What an answer says, as far as we ask.
enum Said {
    Version,
    Status(u32),
    Name(Vec<u8>),
    Attributes { directory: bool },
    Other,
}

impl Resolver {
    /// Opens the channel. `None` if the target has no SFTP.
    pub(super) async fn open(target: &Target) -> Option<Self> {
        let mut channel = target.open().await.ok()?;
        let sftp = Start::Subsystem("sftp".to_owned());
        if !Setup::default().begin(&mut channel, &sftp).await {
            channel.out.close().await;
            return None;
        }
        let mut resolver = Self {
            channel,
            received: Vec::new(),
            next_id: 0,
        };
        let init = packet(INIT, VERSION, None);
        match resolver.exchange(init).await? {
            Said::Version => Some(resolver),
            Said::Status(_) | Said::Name(_) | Said::Attributes { .. } | Said::Other => None,
        }
    }

    /// Where a path leads, and whether a directory is there. Of something that is not there yet, where
    /// its directory leads, and its name behind that. `None` where that is not one place: a link that
    /// leads nowhere, a path that the target does not resolve.
    pub(super) async fn resolve(&mut self, path: &[u8]) -> Option<Base> {
        match self.ask(STAT, path).await? {
            Said::Attributes { directory } => {
                let path = self.real(path).await?;
                Some(Base { path, directory })
            }
            Said::Status(status::NO_SUCH_FILE) => {
                // A link to what is not there would be written through.
                let Said::Status(status::NO_SUCH_FILE) = self.ask(LSTAT, path).await? else {
                    return None;
                };
                let (parent, name) = split(path)?;
                let parent = self.real(parent).await?;
                Some(Base {
                    path: parent.join(name)?,
                    directory: false,
                })
            }
            Said::Version | Said::Status(_) | Said::Name(_) | Said::Other => None,
        }
    }

    async fn real(&mut self, path: &[u8]) -> Option<RemotePath> {
        match self.ask(REALPATH, path).await? {
            Said::Name(name) => RemotePath::resolved(&name),
            Said::Version | Said::Status(_) | Said::Attributes { .. } | Said::Other => None,
        }
    }

    async fn ask(&mut self, kind: u8, path: &[u8]) -> Option<Said> {
        if path.len() > MAX_PATH {
            return None;
        }
        let id = self.next_id;
        self.next_id = id.wrapping_add(1);
        self.exchange(packet(kind, id, Some(path))).await
    }

    /// Sends a request and waits for its answer: there is never more than one under way.
    async fn exchange(&mut self, request: Vec<u8>) -> Option<Said> {
        self.channel.out.data(request).await.ok()?;
        timeout(ANSWER_WITHIN, self.answer()).await.ok()?
    }

    async fn answer(&mut self) -> Option<Said> {
        loop {
            match Answer::decode(&self.received).ok()? {
                Decoding::Complete { message, used } => {
                    let said = said(&message);
                    self.received.drain(..used);
                    return said;
                }
                Decoding::Needs(_) => {}
            }
            match self.channel.inbox.next().await? {
                Received::Data(piece) if piece.stream == Stream::Main => {
                    self.received.extend_from_slice(&piece.bytes);
                    if self.received.len() > 2 * MAX_PACKET {
                        return None;
                    }
                }
                Received::Data(_) | Received::Said(_) => {}
                Received::Eof | Received::Closed(_) => return None,
            }
        }
    }

    /// Nothing more is asked.
    pub(super) async fn close(self) {
        self.channel.out.close().await;
    }
}

fn packet(kind: u8, number: u32, path: Option<&[u8]>) -> Vec<u8> {
    let mut body = vec![kind];
    body.extend_from_slice(&number.to_be_bytes());
    if let Some(path) = path {
        body.extend_from_slice(&length(path));
        body.extend_from_slice(path);
    }
    let mut packet = length(&body).to_vec();
    packet.extend_from_slice(&body);
    packet
}

fn length(bytes: &[u8]) -> [u8; 4] {
    // A path is bounded far below.
    u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes()
}

fn said(answer: &Answer<'_>) -> Option<Said> {
    Some(match answer {
        Answer::Version { .. } => Said::Version,
        Answer::Status { code, .. } => Said::Status(*code),
        Answer::Name { rest, .. } => Said::Name(only_name(rest)?.to_vec()),
        Answer::Attrs { rest, .. } => Said::Attributes {
            directory: permissions(rest)? & KIND == DIRECTORY,
        },
        Answer::Handle { .. } | Answer::Data { .. } | Answer::Extended { .. } => Said::Other,
    })
}

/// The one name of an answer to REALPATH (draft, section 6.11).
fn only_name(rest: &[u8]) -> Option<&[u8]> {
    let (count, rest) = number(rest)?;
    let (length, rest) = number(rest)?;
    let name = rest.get(..usize::try_from(length).ok()?)?;
    (count == 1).then_some(name)
}

/// The permissions among attributes (draft, section 5), with the kind of the file.
fn permissions(rest: &[u8]) -> Option<u32> {
    let (given, mut rest) = number(rest)?;
    // Before them come the size, and owner and group, if they are there.
    for (bit, bytes) in [(1, 8), (2, 8)] {
        if given & bit != 0 {
            rest = rest.get(bytes..)?;
        }
    }
    (given & 4 != 0)
        .then(|| number(rest))
        .flatten()
        .map(|(permissions, _)| permissions)
}

fn number(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let (number, rest) = bytes.split_first_chunk()?;
    Some((u32::from_be_bytes(*number), rest))
}

/// A path before and behind its last slash. `None` if it has no last name.
fn split(path: &[u8]) -> Option<(&[u8], &[u8])> {
    let (parent, name) = match path.iter().rposition(|byte| *byte == b'/') {
        None => (&b"."[..], path),
        Some(0) => (&b"/"[..], path.get(1..)?),
        Some(at) => (path.get(..at)?, path.get(at + 1..)?),
    };
    (!matches!(name, b"" | b"." | b"..")).then_some((parent, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_split_before_its_last_name_and_not_before_none() {
        assert_eq!(split(b"log"), Some((&b"."[..], &b"log"[..])));
        assert_eq!(split(b"/log"), Some((&b"/"[..], &b"log"[..])));
        assert_eq!(split(b"/var/log"), Some((&b"/var"[..], &b"log"[..])));
        for none in [&b"/"[..], b"/var/", b"..", b"/var/.", b""] {
            assert_eq!(split(none), None);
        }
    }

    #[test]
    fn a_directory_is_known_by_its_permissions_wherever_they_stand() {
        let attributes = [&[0, 0, 0, 7][..], &[0; 16], &0o040_755_u32.to_be_bytes()].concat();
        assert_eq!(permissions(&attributes), Some(0o040_755));
        assert_eq!(permissions(&[0, 0, 0, 4, 0]), None);
        assert_eq!(permissions(&[0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 9]), None);
    }
}
