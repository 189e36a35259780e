//! What the transfers carry. The peers do not look at it; recordings are compressed, so it matters.

/// Longer than the window of the compressor at any level that we use, so that repeating it does not
/// compress by itself.
const LENGTH: usize = 16 << 20;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Content {
    /// Rows of a table, as a database answers.
    Rows,
    /// Bytes without order, as of files that are compressed already: the worst for a recording.
    Noise,
}

impl Content {
    /// As it stands in a request to the far end.
    pub(crate) fn letter(self) -> u8 {
        match self {
            Self::Rows => b'r',
            Self::Noise => b'n',
        }
    }

    pub(crate) fn of_letter(letter: u8) -> Option<Self> {
        [Self::Rows, Self::Noise]
            .into_iter()
            .find(|content| content.letter() == letter)
    }

    /// A stretch of it, to be repeated.
    pub(crate) fn bytes(self) -> Vec<u8> {
        match self {
            Self::Rows => rows(),
            Self::Noise => noise(),
        }
    }
}

fn rows() -> Vec<u8> {
    let mut text = Vec::with_capacity(LENGTH + 64);
    let mut row = 1u64;
    while text.len() < LENGTH {
        row = row.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let line = format!(
            "{:>8} | {:>6}.{:02} | ward {:>2}\n",
            row >> 40,
            row >> 48,
            row % 97,
            row % 31
        );
        text.extend_from_slice(line.as_bytes());
    }
    text
}

fn noise() -> Vec<u8> {
    let mut state = 88_172_645_463_325_252_u64;
    let mut bytes = Vec::with_capacity(LENGTH);
    while bytes.len() < LENGTH {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        // The high half of a multiplication: xorshift alone has patterns that a compressor finds.
        bytes.extend_from_slice(&state.wrapping_mul(0x2545_f491_4f6c_dd1d).to_be_bytes());
    }
    bytes
}
