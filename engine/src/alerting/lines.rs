//! Lines that a shell without a terminal is given: `ssh target bash < script`, `ssh -T`.
//!
//! Nothing echoes them, so nothing hides them either: they are read as they pass to the target.

use std::collections::BTreeMap;

use recording::{ChannelNote, What};

/// Channels that are read at the same time.
const MOST_CHANNELS: usize = 64;

/// Bytes of a line that are kept; the rest of a longer one is left out.
const LONGEST: usize = 4 * 1024;

/// What shells are called.
const SHELLS: [&str; 10] = [
    "sh",
    "bash",
    "dash",
    "zsh",
    "ksh",
    "ash",
    "busybox",
    "powershell",
    "pwsh",
    "cmd",
];

/// The lines that are not whole yet.
#[derive(Default)]
pub(super) struct Lines {
    open: BTreeMap<u32, Vec<u8>>,
}

impl Lines {
    /// Something is said of a channel.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "nothing else begins or ends what is read"
    )]
    pub(super) fn note(&mut self, note: &ChannelNote) {
        match note {
            ChannelNote::Opened {
                channel,
                what,
                terminal: None,
            } if reads_commands(what) && self.open.len() < MOST_CHANNELS => {
                self.open.insert(*channel, Vec::new());
            }
            ChannelNote::Closed { channel } => {
                self.open.remove(channel);
            }
            _ => {}
        }
    }

    /// Bytes pass to the target: the lines that are whole now.
    pub(super) fn pass(&mut self, channel: u32, bytes: &[u8]) -> Vec<String> {
        let Some(begun) = self.open.get_mut(&channel) else {
            return Vec::new();
        };
        let mut whole = Vec::new();
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            let (text, ends) = match piece.strip_suffix(b"\n") {
                Some(text) => (text, true),
                None => (piece, false),
            };
            let room = LONGEST.saturating_sub(begun.len()).min(text.len());
            begun.extend_from_slice(text.get(..room).unwrap_or_default());
            if ends {
                let line = String::from_utf8_lossy(begun).trim().to_owned();
                begun.clear();
                whole.extend((!line.is_empty()).then_some(line));
            }
        }
        whole
    }
}

fn reads_commands(what: &What) -> bool {
    match what {
        What::Shell => true,
        What::Exec { command } => {
            let mut words = command.split_whitespace();
            let program = words.find(|word| *word != "sudo" && *word != "exec");
            let name = program.and_then(|program| program.rsplit(['/', '\\']).next());
            name.is_some_and(|name| {
                let name = name.to_ascii_lowercase();
                SHELLS.contains(&name.strip_suffix(".exe").unwrap_or(&name))
            })
        }
        What::Scp { .. }
        | What::Sftp
        | What::Database { .. }
        | What::Web { .. }
        | What::Desktop { .. } => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened(what: What) -> Lines {
        let mut lines = Lines::default();
        lines.note(&ChannelNote::Opened {
            channel: 3,
            what,
            terminal: None,
        });
        lines
    }

    #[test]
    fn a_script_that_is_piped_into_a_shell_is_read_line_by_line() {
        let exec = |command: &str| What::Exec {
            command: command.to_owned(),
        };
        for what in [
            What::Shell,
            exec("sudo /bin/bash -s"),
            exec("PowerShell.exe -Command -"),
        ] {
            let mut lines = opened(what);
            assert_eq!(lines.pass(3, b"cd /tmp\r\nhistory"), ["cd /tmp"]);
            assert_eq!(lines.pass(3, b" -c\n\n"), ["history -c"]);
            assert_eq!(lines.pass(4, b"elsewhere\n"), [""; 0]);
            lines.note(&ChannelNote::Closed { channel: 3 });
            assert_eq!(lines.pass(3, b"after\n"), [""; 0]);
        }
        let mut data = opened(exec("tar xf -"));
        assert_eq!(data.pass(3, b"rm -rf /\n"), [""; 0]);
    }

    #[test]
    fn a_line_without_end_takes_no_more_room_than_a_line_has() {
        let mut lines = opened(What::Shell);
        for _ in 0..100 {
            assert_eq!(lines.pass(3, &[b'x'; 1024]), [""; 0]);
        }
        assert_eq!(lines.open[&3].len(), LONGEST);
        assert_eq!(lines.pass(3, b"\nls\n")[1], "ls");
    }
}
