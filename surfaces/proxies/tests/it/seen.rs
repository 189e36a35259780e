//! What a test looks at afterwards: a recording, what a client said, a file.

use std::fs;
use std::path::Path;
use std::process::Output;

use recording::{ChannelNote, Index};

/// A recording, as far as tests look at it.
#[derive(Default)]
pub(crate) struct Recorded {
    pub(crate) notes: Vec<ChannelNote>,
    /// What passed in streams, both ways, in order.
    pub(crate) bytes: Vec<u8>,
    pub(crate) notices: Vec<String>,
    pub(crate) index: Index,
}

impl Recorded {
    pub(crate) fn holds(&self, text: &str) -> bool {
        self.bytes
            .windows(text.len())
            .any(|window| window == text.as_bytes())
    }

    /// What was refused, with its reasons.
    pub(crate) fn refused(&self) -> Vec<String> {
        self.notes
            .iter()
            .filter_map(|note| match note {
                ChannelNote::Refused { what, reasons, .. } => Some(format!("{what}: {reasons:?}")),
                _ => None,
            })
            .collect()
    }
}

/// What a client said.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) out: String,
    pub(crate) err: String,
    pub(crate) status: Option<i32>,
}

impl Ran {
    pub(crate) fn of(output: Output) -> Self {
        Self {
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
            status: output.status.code(),
        }
    }
}

/// A file of this many bytes, no two kilobytes alike.
pub(crate) fn write_file(path: &Path, bytes: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let content: Vec<u8> = std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    })
    .take(bytes.div_ceil(8))
    .flatten()
    .take(bytes)
    .collect();
    fs::write(path, &content).unwrap();
    content
}

/// What was found is what somebody reviewed, line by line; otherwise what is new is shown first.
pub(crate) fn is_as_reviewed(found: &str, file: &str) {
    let reviewed = fs::read_to_string(file).unwrap_or_default();
    let new: Vec<&str> = found
        .lines()
        .filter(|line| !reviewed.lines().any(|known| known == *line))
        .collect();
    assert!(
        found == reviewed,
        "not as reviewed in {file}:\n{}\nall of it:\n{found}",
        new.join("\n")
    );
}
