//! Paths as the target resolved them.

use std::fmt;

use super::codec::MAX_PATH;

/// An absolute path of a target: no `.`, no `..`, nothing empty between its slashes. Bytes, because
/// old targets name files in Shift-JIS.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RemotePath(Vec<u8>);

impl RemotePath {
    /// Takes a path that a target resolved. Nothing is repaired: a remnant of `..` means that the
    /// target did not resolve it, and what is behind it nobody knows.
    ///
    /// Source: draft-ietf-secsh-filexfer-02, section 6.11.
    pub fn resolved(path: &[u8]) -> Option<Self> {
        let rest = path.strip_prefix(b"/")?;
        let named = |name: &[u8]| !matches!(name, b"" | b"." | b"..") && !name.contains(&0);
        let clean = rest.is_empty() || rest.split(|byte| *byte == b'/').all(named);
        (clean && path.len() <= MAX_PATH).then(|| Self(path.to_vec()))
    }

    /// The path of `name` in this directory; none if `name` is not the name of something in it, or
    /// if the path would be too long.
    pub fn join(&self, name: &[u8]) -> Option<Self> {
        if name.contains(&b'/') {
            return None;
        }
        let separator: &[u8] = if self.0.ends_with(b"/") { b"" } else { b"/" };
        Self::resolved(&[&self.0, separator, name].concat())
    }

    /// The directory that it is in; the root is in itself.
    #[must_use]
    pub fn parent(&self) -> Self {
        let end = self.0.iter().rposition(|byte| *byte == b'/').unwrap_or(0);
        Self(self.0.get(..end.max(1)).unwrap_or(b"/").to_vec())
    }

    /// Whether it is `base` or below it. Compares whole names, so `/data2` is not under `/data`; a
    /// slash at the end of `base` means nothing. A `base` that is not absolute holds nothing.
    pub fn is_under(&self, base: &str) -> bool {
        let base = base.as_bytes();
        if !base.starts_with(b"/") {
            return false;
        }
        let end = base.iter().rposition(|byte| *byte != b'/');
        let base = end.and_then(|end| base.get(..=end)).unwrap_or_default();
        match self.0.strip_prefix(base) {
            Some(rest) => rest.is_empty() || rest.starts_with(b"/"),
            None => false,
        }
    }

    /// The bytes, as the target wrote them.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// For people and for entries: what is not printable UTF-8 is written as `\xNN`, and `\` as `\\`,
/// so that none moves a cursor, turns text around, or differs from another by what nobody sees.
impl fmt::Display for RemotePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for chunk in self.0.utf8_chunks() {
            for character in chunk.valid().chars() {
                match character {
                    '\\' => f.write_str("\\\\")?,
                    unseen if unseen.is_control() || is_unseen(unseen) => {
                        let mut buffer = [0; 4];
                        write_hex(f, unseen.encode_utf8(&mut buffer).as_bytes())?;
                    }
                    other => write!(f, "{other}")?,
                }
            }
            write_hex(f, chunk.invalid())?;
        }
        Ok(())
    }
}

impl fmt::Debug for RemotePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}

/// Characters without a width of their own, or that turn the text behind them (Unicode's category Cf and
/// its separators of lines). Variation selectors are none: names of persons have them.
fn is_unseen(character: char) -> bool {
    matches!(
        character,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

fn write_hex(f: &mut fmt::Formatter<'_>, bytes: &[u8]) -> fmt::Result {
    bytes.iter().try_for_each(|byte| write!(f, "\\x{byte:02x}"))
}

/// A path as a client wrote it, split before its last name. The parent of a bare name is `.`.
/// None if there is no last name: the root, or a path that ends in `.` or `..`.
pub(super) fn split(path: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = path.iter().rposition(|byte| *byte != b'/')?;
    let path = path.get(..=end)?;
    let (parent, name) = match path.iter().rposition(|byte| *byte == b'/') {
        None => (&b"."[..], path),
        Some(0) => (&b"/"[..], path.get(1..)?),
        Some(at) => (path.get(..at)?, path.get(at + 1..)?),
    };
    (!matches!(name, b"." | b"..")).then_some((parent, name))
}

#[cfg(test)]
mod tests {
    use super::RemotePath;

    #[test]
    fn a_path_shows_what_would_be_unseen_or_would_turn_it_around() {
        let shown = |path: &str| RemotePath::resolved(path.as_bytes()).unwrap().to_string();
        assert_eq!(shown("/srv/半田 1.txt"), "/srv/半田 1.txt");
        assert_eq!(
            shown("/srv/a\u{202e}txt.exe"),
            "/srv/a\\xe2\\x80\\xaetxt.exe"
        );
        assert_eq!(shown("/srv/a\u{200b}"), "/srv/a\\xe2\\x80\\x8b");
        assert_eq!(shown("/srv/a\u{1b}[2J\\"), "/srv/a\\x1b[2J\\\\");
    }
}
