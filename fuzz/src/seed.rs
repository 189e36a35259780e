//! Seeds as text: what lies in the repository can be read, compared and reviewed by a person.

use data_encoding::HEXLOWER;

/// What follows the name of a seed's file.
pub const SUFFIX: &str = ".hex";

/// Bytes of a line.
const LINE: usize = 32;

/// The text of a seed: its bytes in hexadecimal, 32 a line.
pub fn to_text(bytes: &[u8]) -> String {
    let lines = bytes.chunks(LINE);
    lines.map(|line| HEXLOWER.encode(line) + "\n").collect()
}

/// The bytes of a seed's text; `None` if it is not hexadecimal.
pub fn from_text(text: &str) -> Option<Vec<u8>> {
    let digits: String = text.split_ascii_whitespace().collect();
    HEXLOWER.decode(digits.as_bytes()).ok()
}
