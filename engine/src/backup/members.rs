//! What is inside: named members, one after the other.
//!
//! ```text
//! u8 1, u16 length, name, then u32 length, bytes … u32 0        a member
//! u8 0                                                          the end
//! ```

use std::fmt;
use std::io::{self, Read, Write};

use ids::{SessionId, SiteId};
use store::Part;

use super::FILES;

const MEMBER: u8 = 1;
const END: u8 = 0;
/// The longest name, in bytes.
const LONGEST_NAME: usize = 128;
/// Content is gathered up to this length.
const GATHERED: usize = 32 * 1024;

/// What a member is. Nothing else than these is ever written to a disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Member {
    /// One of [`FILES`].
    File(&'static str),
    /// All keys, plain.
    Keys,
    /// The rows of a table.
    Table(String),
    /// A part of the journal, a segment, an attachment.
    Part(Part),
}

impl fmt::Display for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(name) => write!(f, "file/{name}"),
            Self::Keys => f.write_str("keys"),
            Self::Table(name) => write!(f, "table/{name}"),
            Self::Part(Part::Journal(number)) => write!(f, "journal/{number}"),
            Self::Part(Part::Segment(session, number)) => {
                write!(f, "segment/{}/{number}", session.number())
            }
            Self::Part(Part::Blob(digest)) => write!(f, "blob/{digest}"),
        }
    }
}

impl Member {
    /// The member of this name, in the one spelling that it has.
    fn parse(name: &str, site: &SiteId) -> Option<Self> {
        let member = match name.split_once('/') {
            None => Self::Keys,
            Some(("file", file)) => Self::File(FILES.into_iter().find(|known| *known == file)?),
            Some(("table", table)) => Self::Table(table.to_owned()),
            Some(("journal", number)) => Self::Part(Part::Journal(number.parse().ok()?)),
            Some(("segment", numbers)) => {
                let (session, number) = numbers.split_once('/')?;
                let session = SessionId::new(site, session.parse().ok()?);
                Self::Part(Part::Segment(session, number.parse().ok()?))
            }
            Some(("blob", digest)) => Self::Part(Part::Blob(digest.parse().ok()?)),
            Some(_) => return None,
        };
        (member.to_string() == name).then_some(member)
    }
}

/// Writes one member; `fill` writes its content.
pub(super) fn write_member<T, E: From<io::Error>>(
    to: &mut dyn Write,
    member: &Member,
    fill: impl FnOnce(&mut dyn Write) -> Result<T, E>,
) -> Result<T, E> {
    let name = member.to_string();
    let length = u16::try_from(name.len()).unwrap_or(u16::MAX);
    to.write_all(&[MEMBER])?;
    to.write_all(&length.to_be_bytes())?;
    to.write_all(name.as_bytes())?;
    let mut content = Content {
        to,
        gathered: Vec::with_capacity(GATHERED),
    };
    let filled = fill(&mut content)?;
    content.flush()?;
    content.to.write_all(&[0; 4])?;
    Ok(filled)
}

/// Says that no member follows.
pub(super) fn write_end(to: &mut dyn Write) -> io::Result<()> {
    to.write_all(&[END])
}

struct Content<'a> {
    to: &'a mut dyn Write,
    gathered: Vec<u8>,
}

impl Write for Content<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.gathered.len() >= GATHERED {
            self.flush()?;
        }
        let room = GATHERED.saturating_sub(self.gathered.len());
        let part = bytes.get(..room).unwrap_or(bytes);
        self.gathered.extend_from_slice(part);
        Ok(part.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.gathered.is_empty() {
            return Ok(());
        }
        let length = u32::try_from(self.gathered.len()).unwrap_or(u32::MAX);
        self.to.write_all(&length.to_be_bytes())?;
        self.to.write_all(&self.gathered)?;
        // It may have been a key.
        zeroize::Zeroize::zeroize(&mut self.gathered);
        Ok(())
    }
}

/// Shows each member with its content, in order, to the end.
pub(super) fn read_members<E: From<io::Error>>(
    from: &mut dyn Read,
    site: &SiteId,
    mut each: impl FnMut(&Member, &mut dyn Read) -> Result<(), E>,
) -> Result<(), E> {
    loop {
        let mut kind = [0; 1];
        from.read_exact(&mut kind)?;
        match kind {
            [END] => return Ok(()),
            [MEMBER] => {}
            _ => return Err(malformed("no member begins here").into()),
        }
        let mut length = [0; 2];
        from.read_exact(&mut length)?;
        let length = usize::from(u16::from_be_bytes(length));
        if length > LONGEST_NAME {
            return Err(malformed("a name is too long").into());
        }
        let mut name = vec![0; length];
        from.read_exact(&mut name)?;
        let name = String::from_utf8(name).map_err(|_| malformed("a name is not text"))?;
        let member = Member::parse(&name, site).ok_or_else(|| malformed("a name is not known"))?;
        let mut content = Inside {
            from,
            left: 0,
            over: false,
        };
        each(&member, &mut content)?;
        io::copy(&mut content, &mut io::sink())?;
    }
}

struct Inside<'a> {
    from: &'a mut dyn Read,
    left: usize,
    over: bool,
}

impl Read for Inside<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 && !self.over {
            let mut length = [0; 4];
            self.from.read_exact(&mut length)?;
            self.left = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
            self.over = self.left == 0;
        }
        let count = self.left.min(into.len());
        let read = self.from.read(into.get_mut(..count).unwrap_or_default())?;
        if read == 0 && count > 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.left = self.left.saturating_sub(read);
        Ok(read)
    }
}

fn malformed(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}
