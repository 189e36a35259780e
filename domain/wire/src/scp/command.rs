//! The commands that scp clients run on the target, and the one that we run instead.

use crate::sftp::{Direction, MAX_PATH, RemotePath};

/// What a client asked a target to run: `scp [-v] [-r] [-p] [-d] (-t|-f) [--] PATH`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// `-t`: the target receives; `-f`: the target sends.
    pub direction: Direction,
    /// `-r`: directories too.
    pub recursive: bool,
    /// `-p`: times too.
    pub preserve: bool,
    /// `-d`: the path must be a directory.
    pub directory: bool,
    /// The path as the engineer meant it, without quotation marks; relative to where the target's
    /// commands run. Not resolved.
    pub path: String,
}

impl Command {
    /// Reads a command. None for everything that is not exactly such a command as OpenSSH and PuTTY
    /// send, or whose path a shell would make something else of: wildcards, variables, several
    /// words. Apostrophes and backslashes are read as POSIX shells do; `~/` at the beginning is
    /// where commands run.
    pub fn parse(text: &str) -> Option<Self> {
        let mut rest = text.strip_prefix("scp ")?;
        let mut direction = None;
        let (mut recursive, mut preserve, mut directory) = (false, false, false);
        loop {
            rest = rest.trim_start_matches(' ');
            if !rest.starts_with('-') {
                break;
            }
            let (word, after) = rest.split_once(' ')?;
            rest = after;
            match word {
                "-v" => {}
                "-r" => recursive = true,
                "-p" => preserve = true,
                "-d" => directory = true,
                "-t" if direction.is_none() => direction = Some(Direction::Upload),
                "-f" if direction.is_none() => direction = Some(Direction::Download),
                "--" => {
                    rest = rest.trim_start_matches(' ');
                    break;
                }
                _ => return None,
            }
        }
        Some(Self {
            direction: direction?,
            recursive,
            preserve,
            directory,
            path: unquoted(rest)?,
        })
    }

    /// The command for the target, with the path that was resolved. `-v` does not go: what the
    /// target's scp would tell is not for the engineer.
    ///
    /// None if the target's shell might read the path otherwise than it stands there. Which shell that
    /// is nobody tells us: Windows gives commands to cmd.exe or PowerShell, which know no apostrophes
    /// or other ones, and fish reads backslashes everywhere. Such files pass by SFTP, which knows no
    /// shell.
    pub fn on(&self, path: &RemotePath) -> Option<Vec<u8>> {
        let word = one_word(path.as_bytes())?;
        let mut command = b"scp".to_vec();
        let flags: [(bool, &[u8]); 4] = [
            (self.recursive, b" -r"),
            (self.preserve, b" -p"),
            (self.directory, b" -d"),
            (
                true,
                if self.direction == Direction::Upload {
                    b" -t"
                } else {
                    b" -f"
                },
            ),
        ];
        for (_, flag) in flags.iter().filter(|(given, _)| *given) {
            command.extend_from_slice(flag);
        }
        // The path is absolute: it is not taken for an option.
        command.push(b' ');
        command.extend_from_slice(&word);
        Some(command)
    }
}

/// Means itself to every shell, wherever it stands in a word.
fn is_plain(character: char) -> bool {
    character.is_ascii_alphanumeric()
        || "/._-+,:@%".contains(character)
        || (!character.is_ascii() && !character.is_control() && !character.is_whitespace())
}

/// The one word that a POSIX shell (XCU 2.2) would make of this, if it is surely one.
fn unquoted(text: &str) -> Option<String> {
    let text = text.trim_end_matches(' ');
    // The only expansion that is followed: the home, where commands run.
    let text = match text.strip_prefix("~/") {
        Some("") => ".",
        Some(rest) => rest.trim_start_matches('/'),
        None if text == "~" => ".",
        None => text,
    };
    let mut word = String::new();
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '\'' => loop {
                match characters.next()? {
                    '\'' => break,
                    inside => word.push(inside),
                }
            },
            '\\' => word.push(characters.next()?),
            '~' | '=' if !word.is_empty() => word.push(character),
            plain if is_plain(plain) => word.push(plain),
            _ => return None,
        }
    }
    let named = !word.is_empty() && word.len() <= MAX_PATH && !word.chars().any(char::is_control);
    named.then_some(word)
}

/// The path as one word that means itself to every POSIX shell, csh, fish, cmd.exe and PowerShell; None
/// if there is no such word.
fn one_word(path: &[u8]) -> Option<Vec<u8>> {
    let bare = |byte: &u8| byte.is_ascii_alphanumeric() || b"._/:-".contains(byte);
    if path.iter().all(bare) {
        return Some(path.to_vec());
    }
    if has_drive(path) {
        // No quotation marks at all: how Windows takes them off depends on who looks at them.
        let text = std::str::from_utf8(path).ok()?;
        let letter = |c: char| !c.is_ascii() && c.is_alphabetic();
        let meant = |c: char| letter(c) || u8::try_from(c).is_ok_and(|byte| bare(&byte));
        return text.chars().all(meant).then(|| path.to_vec());
    }
    // A Windows that shows a folder as its root names no drive: nothing may be special there either.
    let special = |byte: &u8| byte.is_ascii_control() || b"\\\"$`!%^&|<>".contains(byte);
    if path.iter().any(special) || has_other_marks(path) {
        return None;
    }
    Some([b"\"", path, b"\""].concat())
}

/// Whether it begins as paths of Windows do: `/C:`.
fn has_drive(path: &[u8]) -> bool {
    matches!(path, [b'/', letter, b':', ..] if letter.is_ascii_alphabetic())
}

/// What PowerShell takes for a quotation mark as well: U+201C, U+201D, U+201E. As bytes, because a path
/// may be no text.
fn has_other_marks(path: &[u8]) -> bool {
    let mark = |three: &[u8]| matches!(three, [0xe2, 0x80, 0x9c..=0x9e]);
    path.windows(3).any(mark)
}

#[cfg(test)]
mod tests;
