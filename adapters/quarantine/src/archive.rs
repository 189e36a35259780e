//! What is in an archive, without unpacking it anywhere: zip, tar and gzip, and those inside of each other.
//!
//! Everything is counted as it is unpacked, never as the archive announces it, and given up at the first
//! limit. What cannot be looked into (encrypted, another format, damaged, two readings of the same bytes)
//! is said to be so, and never called harmless.

mod gzip;
mod inflate;
mod tar;
mod zip;

use std::collections::BTreeSet;
use std::io::{self, Cursor, Read, Seek, SeekFrom};

use crate::kind::kind;

/// How much is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Archives inside of archives; 1: none inside of the first.
    pub depth: u8,
    /// Entries of all of them together.
    pub entries: u32,
    /// Bytes unpacked of all of them together.
    pub unpacked: u64,
    /// How many times its own size an archive may unpack to.
    pub ratio: u64,
}

impl Default for Limits {
    /// A patch of a whole system stays within; a bomb does not.
    fn default() -> Self {
        Self {
            depth: 3,
            entries: 20_000,
            unpacked: 4 << 30,
            ratio: 200,
        }
    }
}

/// Below this nobody asks how many times its size something unpacks to: a log of zeros.
const SMALL: u64 = 16 << 20;

/// The largest zip inside of another archive: it is read from its end, so it is held in memory.
const INNER_ZIP: u64 = 64 << 20;

/// Bytes from which a kind is known.
const HEAD: u64 = 4096;

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Look {
    /// The kind of the file itself.
    pub kind: &'static str,
    /// The kinds of what lies in it, where it is an archive that was looked into.
    pub inside: BTreeSet<&'static str>,
    /// Entries of archives.
    pub entries: u32,
}

/// Why a file was not looked into as far as it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// An entry is encrypted.
    #[error("encrypted")]
    Encrypted,
    /// Archives in archives in archives.
    #[error("too-deep")]
    TooDeep,
    /// Too many entries.
    #[error("too-many-entries")]
    TooMany,
    /// It unpacks to more than is looked at.
    #[error("too-large")]
    TooLarge,
    /// It unpacks to too many times its own size: a bomb.
    #[error("bomb")]
    Bomb,
    /// An entry would be unpacked elsewhere.
    #[error("traversal")]
    Traversal,
    /// An entry is a link that leads out, or a device.
    #[error("link")]
    Link,
    /// It is not well formed, or says two things of the same bytes.
    #[error("damaged")]
    Damaged,
    /// A format, or a way of packing, that is not looked into.
    #[error("unsupported")]
    Unsupported,
    /// The disk.
    #[error("unreadable")]
    Unreadable,
}

impl Trouble {
    /// Whether no honest archive is like this: there is nothing to ask a person about.
    pub fn is_hostile(self) -> bool {
        matches!(self, Self::Bomb | Self::Traversal)
    }
}

impl From<io::Error> for Trouble {
    fn from(cause: io::Error) -> Self {
        use io::ErrorKind::{InvalidData, UnexpectedEof};
        if matches!(cause.kind(), UnexpectedEof | InvalidData) {
            Self::Damaged
        } else {
            Self::Unreadable
        }
    }
}

/// Looks at a file of `length` bytes, and into it if it is an archive. Blocks: for a large archive, long.
///
/// # Errors
/// Why it was not looked into to its end; the kind is known without ([`kind`]).
pub fn look(mut file: impl Read + Seek, length: u64, limits: &Limits) -> Result<Look, Trouble> {
    let mut head = Vec::new();
    (&mut file).take(HEAD).read_to_end(&mut head)?;
    file.seek(SeekFrom::Start(0))?;
    let mut walk = Walk {
        limits: *limits,
        packed: length,
        unpacked: 0,
        look: Look::default(),
    };
    let kind = kind(&head);
    walk.look.kind = kind;
    if kind == "zip" {
        walk.enter(0)?;
        zip::walk(&mut walk, &mut file, length, 1)?;
    } else if is_packed(kind) {
        walk.content(&mut file, 0)?;
        walk.look.inside.remove(kind);
    }
    Ok(walk.look)
}

/// Whether something is inside that would be content of its own.
fn is_packed(kind: &str) -> bool {
    matches!(
        kind,
        "zip" | "gzip" | "tar" | "bzip2" | "xz" | "zstd" | "seven-zip" | "rar"
    )
}

/// A look under way.
struct Walk {
    limits: Limits,
    packed: u64,
    unpacked: u64,
    look: Look,
}

impl Walk {
    /// One more archive inside of `depth` others.
    fn enter(&self, depth: u8) -> Result<(), Trouble> {
        if depth >= self.limits.depth {
            return Err(Trouble::TooDeep);
        }
        Ok(())
    }

    /// One more entry, of this name.
    fn entry(&mut self, name: &[u8]) -> Result<(), Trouble> {
        self.look.entries = self.look.entries.saturating_add(1);
        if self.look.entries > self.limits.entries {
            return Err(Trouble::TooMany);
        }
        if leads_out(name) {
            return Err(Trouble::Traversal);
        }
        Ok(())
    }

    /// So many bytes more were unpacked.
    fn count(&mut self, bytes: usize) -> Result<(), Trouble> {
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        self.unpacked = self.unpacked.saturating_add(bytes);
        let most = self.packed.saturating_mul(self.limits.ratio).max(SMALL);
        if self.unpacked > most {
            return Err(Trouble::Bomb);
        }
        if self.unpacked > self.limits.unpacked {
            return Err(Trouble::TooLarge);
        }
        Ok(())
    }

    /// Content inside of `depth` archives: read to its end, and looked into if it is an archive again.
    fn content(&mut self, input: &mut dyn Read, depth: u8) -> Result<(), Trouble> {
        let mut head = Vec::new();
        input.take(HEAD).read_to_end(&mut head)?;
        let kind = kind(&head);
        if kind != "empty" {
            self.look.inside.insert(kind);
        }
        let mut whole = Cursor::new(head).chain(input);
        match kind {
            "gzip" => {
                self.enter(depth)?;
                gzip::walk(self, &mut whole, depth + 1)
            }
            "tar" => {
                self.enter(depth)?;
                tar::walk(self, &mut whole, depth + 1)
            }
            "zip" => {
                self.enter(depth)?;
                let mut held = Vec::new();
                (&mut whole).take(INNER_ZIP + 1).read_to_end(&mut held)?;
                self.count(held.len())?;
                let length = u64::try_from(held.len()).unwrap_or(u64::MAX);
                if length > INNER_ZIP {
                    return Err(Trouble::TooLarge);
                }
                zip::walk(self, &mut Cursor::new(held), length, depth + 1)
            }
            other if is_packed(other) => Err(Trouble::Unsupported),
            _ => self.drain(&mut whole),
        }
    }

    /// Reads to the end, and counts.
    fn drain(&mut self, input: &mut dyn Read) -> Result<(), Trouble> {
        let mut piece = vec![0; 64 * 1024];
        loop {
            match input.read(&mut piece)? {
                0 => return Ok(()),
                read => self.count(read)?,
            }
        }
    }
}

/// Whether a name leads out of the folder in which an archive is unpacked, by the rules of any system.
fn leads_out(name: &[u8]) -> bool {
    let parts = || name.split(|byte| matches!(byte, b'/' | b'\\'));
    let absolute = matches!(name, [b'/' | b'\\', ..]);
    let drive = matches!(name, [letter, b':', ..] if letter.is_ascii_alphabetic());
    let up = parts().any(|part| part == b"..");
    absolute || drive || up || name.contains(&0)
}

#[cfg(test)]
mod tests;
