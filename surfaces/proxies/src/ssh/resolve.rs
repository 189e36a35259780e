//! Resolving the paths of the old protocol of scp: by an SFTP channel of our own to the target, on
//! which nothing is asked but where a path leads. It is the gateway's, and not recorded.

use std::time::Duration;

use ssh::{Received, Start, Stream};
use tokio::time::timeout;
use wire::Decoding;
use wire::scp::Base;
use wire::sftp::{Answer, Lookup, MAX_PACKET, MAX_PATH, RemotePath, status};

use super::start::Setup;
use crate::workers::{Target, TargetChannel};

/// How long a target may take for one answer: a slow disk.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);

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
        match resolver.exchange(Lookup::hello()).await? {
            Said::Version => Some(resolver),
            Said::Status(_) | Said::Name(_) | Said::Attributes { .. } | Said::Other => None,
        }
    }

    /// Where a path leads, and whether a directory is there. Of something that is not there yet, where
    /// its directory leads, and its name behind that. `None` where that is not one place: a link that
    /// leads nowhere, a path that the target does not resolve.
    pub(super) async fn resolve(&mut self, path: &[u8]) -> Option<Base> {
        match self.ask(Lookup::Stat, path).await? {
            Said::Attributes { directory } => {
                let path = self.real(path).await?;
                Some(Base { path, directory })
            }
            Said::Status(status::NO_SUCH_FILE) => {
                // A link to what is not there would be written through.
                let Said::Status(status::NO_SUCH_FILE) = self.ask(Lookup::Lstat, path).await?
                else {
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
        match self.ask(Lookup::Realpath, path).await? {
            Said::Name(name) => RemotePath::resolved(&name),
            Said::Version | Said::Status(_) | Said::Attributes { .. } | Said::Other => None,
        }
    }

    async fn ask(&mut self, lookup: Lookup, path: &[u8]) -> Option<Said> {
        if path.len() > MAX_PATH {
            return None;
        }
        let id = self.next_id;
        self.next_id = id.wrapping_add(1);
        self.exchange(lookup.packet(id, path)).await
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

fn said(answer: &Answer<'_>) -> Option<Said> {
    Some(match answer {
        Answer::Version { .. } => Said::Version,
        Answer::Status { code, .. } => Said::Status(*code),
        Answer::Name { .. } => Said::Name(answer.name()?.to_vec()),
        Answer::Attrs { .. } => Said::Attributes {
            directory: answer.is_directory()?,
        },
        Answer::Handle { .. } | Answer::Data { .. } | Answer::Extended { .. } => Said::Other,
    })
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
}
