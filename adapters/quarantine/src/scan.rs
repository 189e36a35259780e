//! Scanners, by socket. Nothing is executed: who scans is another process, started by somebody else.
//!
//! Two ways of talking:
//! - **clamd** (its manual, `INSTREAM`): `zVERSION\0`; then, on a connection of its own, `zINSTREAM\0` and
//!   pieces, each with its length before it (four bytes, big-endian), an empty one last. One line answers:
//!   `stream: OK`, `stream: NAME FOUND`, or something that ends in `ERROR`.
//! - **hook**: the content, then the end of sending. One line answers: `clean`, `found NAME`, or anything
//!   else, which is no answer. A script of the operator's serves it (`docs/operating/files.md`).

use std::io::{self, Read};
use std::path::PathBuf;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};
use tokio::time::timeout;

use crate::spool::Waiting;

/// How long a scanner may take for one file: a large archive on a slow machine.
const WITHIN: Duration = Duration::from_secs(120);

/// How long it may take to say which signatures it has.
const VERSION_WITHIN: Duration = Duration::from_secs(5);

/// Bytes sent at once.
const PIECE: usize = 64 * 1024;

/// The longest answer that is read; the longest name of a signature has some hundred letters.
const LONGEST_ANSWER: u64 = 1024;

/// Where a scanner listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Socket {
    /// A Unix socket.
    Unix(PathBuf),
    /// `HOST:PORT`.
    Tcp(String),
}

/// A scanner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scanner {
    /// ClamAV's daemon.
    Clamd(Socket),
    /// The operator's own.
    Hook(Socket),
}

/// What a scanner said of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scanned {
    /// What scanned, with its signatures, as it calls itself.
    pub version: String,
    /// What it found, by its own name for it; `None`: nothing.
    pub found: Option<String>,
}

/// A file was not scanned.
#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    /// Nobody listens there, or it hung up.
    #[error("the scanner does not answer: {0}")]
    Silent(#[from] io::Error),
    /// It takes too long.
    #[error("the scanner did not answer in time")]
    Late,
    /// It says that it could not.
    #[error("the scanner could not: {0}")]
    Could(String),
}

trait Both: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Both for T {}

impl Socket {
    async fn connect(&self) -> io::Result<Box<dyn Both>> {
        Ok(match self {
            Self::Unix(path) => Box::new(UnixStream::connect(path).await?),
            Self::Tcp(address) => Box::new(TcpStream::connect(address.as_str()).await?),
        })
    }
}

impl Scanner {
    /// Its name in entries.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Clamd(_) => "clamd",
            Self::Hook(_) => "hook",
        }
    }

    /// What it calls itself, with its signatures: whether it is there. A hook has no such question: it is
    /// there if somebody listens.
    ///
    /// # Errors
    /// See [`ScanError`].
    pub async fn version(&self) -> Result<String, ScanError> {
        let asking = async {
            match self {
                Self::Clamd(socket) => {
                    let mut stream = socket.connect().await?;
                    stream.write_all(b"zVERSION\0").await?;
                    line(&mut stream).await
                }
                Self::Hook(socket) => {
                    socket.connect().await?;
                    Ok("hook".to_owned())
                }
            }
        };
        timeout(VERSION_WITHIN, asking)
            .await
            .map_err(|_| ScanError::Late)?
    }

    /// Shows it a file.
    ///
    /// # Errors
    /// See [`ScanError`]: then nobody has looked at the file.
    pub async fn scan(&self, file: &Waiting) -> Result<Scanned, ScanError> {
        let version = match self {
            Self::Clamd(_) => self.version().await?,
            Self::Hook(_) => "hook".to_owned(),
        };
        let answer = timeout(WITHIN, self.shown(file))
            .await
            .map_err(|_| ScanError::Late)??;
        let found = match self {
            Self::Clamd(_) => clamd_said(&answer),
            Self::Hook(_) => hook_said(&answer),
        };
        match found {
            Some(found) => Ok(Scanned { version, found }),
            None => Err(ScanError::Could(answer)),
        }
    }

    async fn shown(&self, file: &Waiting) -> Result<String, ScanError> {
        let (Self::Clamd(socket) | Self::Hook(socket)) = self;
        let framed = matches!(self, Self::Clamd(_));
        let mut stream = socket.connect().await?;
        let sent = async {
            if framed {
                stream.write_all(b"zINSTREAM\0").await?;
            }
            let mut reader = file.reader().map_err(io::Error::other)?;
            let mut piece = vec![0; PIECE];
            loop {
                // From our own disk, a chunk at a time: as short as any other use of a thread here.
                let read = reader.read(&mut piece)?;
                let bytes = piece.get(..read).unwrap_or_default();
                if bytes.is_empty() {
                    break;
                }
                if framed {
                    let length = u32::try_from(read).unwrap_or(u32::MAX);
                    stream.write_all(&length.to_be_bytes()).await?;
                }
                stream.write_all(bytes).await?;
            }
            if framed {
                stream.write_all(&[0; 4]).await?;
                stream.flush().await
            } else {
                stream.shutdown().await
            }
        };
        let sent: io::Result<()> = sent.await;
        // One that has heard enough answers and hangs up before the end: its answer counts.
        let answer = line(&mut stream).await;
        match (sent, answer) {
            (_, Ok(answer)) if !answer.is_empty() => Ok(answer),
            (Err(cause), _) => Err(cause.into()),
            (Ok(()), answer) => answer,
        }
    }
}

/// One answer: to its end, a zero or the end of the line.
async fn line(stream: &mut (impl AsyncRead + Unpin + ?Sized)) -> Result<String, ScanError> {
    let mut answer = Vec::new();
    let mut limited = stream.take(LONGEST_ANSWER);
    loop {
        let mut byte = [0; 1];
        match limited.read(&mut byte).await? {
            0 => break,
            _ if matches!(byte, [0 | b'\n']) => break,
            _ => answer.extend_from_slice(&byte),
        }
    }
    let text = String::from_utf8_lossy(&answer);
    // A scanner's words stand in entries and on pages: one line, and nothing that moves a cursor.
    let shown: String = text.chars().filter(|c| !c.is_control()).collect();
    Ok(shown.trim().to_owned())
}

/// What clamd's answer says; `None`: that it could not.
fn clamd_said(answer: &str) -> Option<Option<String>> {
    let said = answer.strip_prefix("stream: ")?;
    if said == "OK" {
        return Some(None);
    }
    let name = said.strip_suffix(" FOUND")?;
    Some(Some(name.to_owned()))
}

/// What a hook's answer says; `None`: that it could not.
fn hook_said(answer: &str) -> Option<Option<String>> {
    if answer == "clean" {
        return Some(None);
    }
    let name = answer.strip_prefix("found ")?.trim();
    Some(Some(name.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_clear_word_of_a_scanner_is_one() {
        assert_eq!(clamd_said("stream: OK"), Some(None));
        let found = Some(Some("Eicar".to_owned()));
        assert_eq!(clamd_said("stream: Eicar FOUND"), found);
        for unclear in [
            "",
            "OK",
            "INSTREAM size limit exceeded. ERROR",
            "stream: OK ERROR",
        ] {
            assert_eq!(clamd_said(unclear), None, "{unclear}");
        }
        assert_eq!(hook_said("clean"), Some(None));
        assert_eq!(hook_said("found Eicar"), found);
        for unclear in ["", "cleanish", "error"] {
            assert_eq!(hook_said(unclear), None, "{unclear}");
        }
    }
}
