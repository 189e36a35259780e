//! What is done at SSH targets: how they are entered, what a grant allows inside, what is asked there.

use ids::NonEmpty;
use serde::{Deserialize, Serialize};

use super::Handover;

/// How an SSH target is known and entered. The secret itself lies in the vault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SshTarget {
    /// The account on the target under which the gateway signs in.
    pub user: String,
    /// The target's host key as the hospital pinned it: `ssh-ed25519 AAAA…`, without a comment.
    pub host_key: String,
}

/// Bytes of a line that is pasted where no files come in: a long command, and no file in disguise.
pub const LONGEST_PASTED_LINE: usize = 1024;

/// With what the gateway signs in at a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecretKind {
    /// A password.
    Password,
    /// A private key.
    Key,
    /// A certificate for one sign-in, of an authority that is this target's alone (decision 0058).
    Certificate,
}

impl SecretKind {
    /// Whether it is a password: what is typed, told to a device, or printed.
    pub fn is_password(self) -> bool {
        self == Self::Password
    }
}

/// What may be done inside an SSH session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SshTerms {
    /// An interactive shell. Whoever has a shell can read and write what its account can; the terms
    /// of files govern SFTP and SCP.
    pub shell: bool,
    /// Single commands.
    pub exec: bool,
    /// Files into the hospital.
    pub upload: Files,
    /// Files out of the hospital.
    pub download: Files,
}

impl SshTerms {
    /// A shell and commands, no files: what a request means that says nothing more.
    pub fn shell_only() -> Self {
        Self {
            shell: true,
            exec: true,
            upload: Files::No,
            download: Files::No,
        }
    }

    /// A shell and nothing else: all that a console has that speaks telnet.
    pub fn terminal_only() -> Self {
        Self {
            exec: false,
            ..Self::shell_only()
        }
    }

    /// What they say of files this way.
    pub fn files(&self, direction: Handover) -> &Files {
        match direction {
            Handover::In => &self.upload,
            Handover::Out => &self.download,
        }
    }

    /// Whether what was pasted may be typed into a terminal. Where no files come in, a command does and
    /// a text does not: one line, [`LONGEST_PASTED_LINE`] bytes at most. Who types is not asked: it is
    /// the page that says what was pasted.
    pub fn takes_paste(&self, pasted: &[u8]) -> bool {
        let one_line = !pasted.iter().any(|byte| matches!(byte, b'\r' | b'\n'));
        self.upload != Files::No || (one_line && pasted.len() <= LONGEST_PASTED_LINE)
    }

    /// Whether these allow nothing that `others` do not.
    pub fn within(&self, others: &Self) -> bool {
        (others.shell || !self.shell)
            && (others.exec || !self.exec)
            && self.upload.within(&others.upload)
            && self.download.within(&others.download)
    }

    /// Whether they allow anything at all.
    pub fn allow_something(&self) -> bool {
        self.shell || self.exec || self.upload != Files::No || self.download != Files::No
    }
}

/// Which files may pass, one way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Files {
    /// None.
    No,
    /// These.
    Yes {
        /// Where on the target they may lie.
        paths: Paths,
        /// Bytes of all of them together, over the whole visit.
        most_bytes: u64,
    },
}

impl Files {
    /// Whether this allows nothing that `other` does not.
    pub fn within(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::No, _) => true,
            (Self::Yes { .. }, Self::No) => false,
            (
                Self::Yes { paths, most_bytes },
                Self::Yes {
                    paths: others,
                    most_bytes: most,
                },
            ) => most_bytes <= most && paths.within(others),
        }
    }
}

/// Where files may lie.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Paths {
    /// Anywhere that the target's account may read or write.
    Anywhere,
    /// In or under one of these absolute folders, or exactly this file.
    Under(NonEmpty<String>),
}

impl Paths {
    /// Whether a resolved, absolute path is allowed. A path that is not absolute, or still has `.`,
    /// `..` or empty parts, is in no folder, and not even [`Paths::Anywhere`].
    pub fn allow(&self, path: &str) -> bool {
        let Some(parts) = resolved_parts(path) else {
            return false;
        };
        match self {
            Self::Anywhere => true,
            Self::Under(folders) => folders.iter().any(|folder| {
                resolved_parts(folder).is_some_and(|folder| parts.starts_with(&folder))
            }),
        }
    }

    /// Whether what is put at `path` may come to lie in one of them, with what is below it: one of them
    /// is at, above or below `path`, or may be the same folder by another name.
    pub(crate) fn touch(&self, path: &str) -> bool {
        let Self::Under(folders) = self else {
            return true;
        };
        let Some(parts) = resolved_parts(path) else {
            return true;
        };
        folders.iter().any(|folder| {
            let folder = resolved_parts(folder);
            folder.is_none_or(|folder| {
                let mut both = folder.iter().zip(&parts);
                both.all(|(one, other)| may_be_same(one, other))
            })
        })
    }

    pub(crate) fn within(&self, others: &Self) -> bool {
        match (self, others) {
            (_, Self::Anywhere) => true,
            (Self::Anywhere, Self::Under(_)) => false,
            (Self::Under(folders), Self::Under(_)) => {
                folders.iter().all(|folder| others.allow(folder))
            }
        }
    }
}

/// The parts of an absolute path without `.`, `..`, NUL or empty parts; `/` has none.
///
/// Windows' own rules are refused on every target: there a backslash separates too, and dots and
/// spaces at the end of a part fall away, so that `.. ` may be `..`.
pub(crate) fn resolved_parts(path: &str) -> Option<Vec<&str>> {
    let inside = path.strip_prefix('/')?;
    if inside.is_empty() {
        return Some(Vec::new());
    }
    let parts: Vec<&str> = inside
        .strip_suffix('/')
        .unwrap_or(inside)
        .split('/')
        .collect();
    let named =
        |part: &&str| part.chars().any(|c| c != '.' && c != ' ') && !part.contains(['\0', '\\']);
    parts.iter().all(named).then_some(parts)
}

/// Whether two names may be one on some target: Windows knows no case, no dots and spaces at the end,
/// names of streams behind a colon, and short names with a tilde.
fn may_be_same(one: &str, other: &str) -> bool {
    let plain = |name: &str| {
        let name = name.split(':').next().unwrap_or_default();
        name.trim_end_matches(['.', ' ']).to_lowercase()
    };
    one.contains('~') || other.contains('~') || plain(one) == plain(other)
}

/// What an engineer asks for inside an open session. Paths are absolute and resolved by the target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChannelAsk {
    /// An interactive shell.
    Shell,
    /// A single command.
    Exec,
    /// The SFTP subsystem: it opens if any file may pass; each file is asked for by itself.
    Sftp,
    /// `scp` of the old protocol, one way.
    Scp(Handover),
    /// The content of a file, into the hospital ([`Handover::In`]) or out of it.
    File {
        /// Which way.
        direction: Handover,
        /// Where on the target.
        path: String,
    },
    /// To create, remove or alter something without passing content.
    Change {
        /// Where.
        path: String,
    },
    /// To give content another name, or one more: a rename, a hard link. What may be downloaded is
    /// decided by names, so this may give away what lay outside. A symbolic link does not: the target
    /// resolves it whenever it is used, and what it leads to is asked for.
    Move {
        /// The name that it has.
        from: String,
        /// The name that it gets.
        to: String,
    },
    /// To list a folder or look at what a file is, without its content.
    Look {
        /// Where.
        path: String,
    },
    /// One database of a database server: what the session is for is entered before the server hears of it.
    Database {
        /// Its name, as the engineer's program asks for it.
        name: String,
    },
    /// A web console: what the session is for is entered before the console hears of it.
    Web,
    /// One request to a web console.
    WebRequest {
        /// Its method.
        method: String,
        /// Its path, decoded; empty if it could be read in two ways.
        path: String,
    },
    /// A line to a web console that stays open both ways (WebSocket).
    WebLine,
    /// The one desktop of a target.
    Desktop,
    /// A TCP connection through the target (`-L`, `-D`, `-W`, `-J`).
    DirectTcp,
    /// A port on the target that leads back (`-R`).
    RemoteTcp,
    /// A Unix socket, either way.
    StreamLocal,
    /// The engineer's key agent (`-A`).
    Agent,
    /// The engineer's display (`-X`).
    X11,
    /// Another subsystem.
    Subsystem,
    /// Anything else.
    Unknown,
}

impl ChannelAsk {
    /// Its id, as it stands in entries and as the key of its name in `phrases`, prefixed `channel-`.
    pub fn id(&self) -> &'static str {
        match self {
            Self::Shell => "shell",
            Self::Exec => "exec",
            Self::Sftp => "sftp",
            Self::Scp(Handover::In) => "scp-upload",
            Self::Scp(Handover::Out) => "scp-download",
            Self::File {
                direction: Handover::In,
                ..
            } => "upload",
            Self::File {
                direction: Handover::Out,
                ..
            } => "download",
            Self::Change { .. } => "change",
            Self::Move { .. } => "move",
            Self::Look { .. } => "look",
            Self::Database { .. } => "database",
            Self::Web => "web",
            Self::WebRequest { .. } => "web-request",
            Self::WebLine => "web-line",
            Self::Desktop => "desktop",
            Self::DirectTcp => "direct-tcpip",
            Self::RemoteTcp => "tcpip-forward",
            Self::StreamLocal => "streamlocal",
            Self::Agent => "agent",
            Self::X11 => "x11",
            Self::Subsystem => "subsystem",
            Self::Unknown => "unknown",
        }
    }
}
