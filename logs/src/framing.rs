//! Where one message ends and the next begins in a stream (RFC 6587): counted octets, or lines.
//!
//! Each message is looked at for itself, because relays mix both. Nothing is an error: what is longer than
//! [`LONGEST`] loses its end, and how much was lost goes with it; a count that is none begins a line.

/// The longest message that is kept, in bytes. RFC 5424 asks for 2,048; Windows' own events go to some 32 KiB.
pub const LONGEST: usize = 64 * 1024;

/// The most digits of a count.
const MOST_DIGITS: usize = 9;

/// A message as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// Its bytes, without what ended it.
    pub bytes: Vec<u8>,
    /// How many bytes it had beyond [`LONGEST`].
    pub lost: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Within {
    /// Before the first byte, or within a count.
    #[default]
    Beginning,
    /// A message of which as many bytes are to come.
    Counted(u64),
    /// A line.
    Line,
}

/// Cuts a stream into messages. Never holds more than [`LONGEST`] bytes.
#[derive(Debug, Default)]
pub struct Framing {
    within: Within,
    held: Vec<u8>,
    lost: u64,
}

impl Framing {
    /// Takes what came, and gives the messages that are whole now.
    pub fn feed(&mut self, mut bytes: &[u8]) -> Vec<Frame> {
        let mut whole = Vec::new();
        while let Some((first, rest)) = bytes.split_first() {
            match self.within {
                Within::Beginning => {
                    bytes = rest;
                    whole.extend(self.begin(*first));
                }
                Within::Counted(left) => {
                    let here = usize::try_from(left).unwrap_or(usize::MAX);
                    let (now, later) = bytes.split_at(here.min(bytes.len()));
                    bytes = later;
                    self.hold(now);
                    let left = left.saturating_sub(now.len() as u64);
                    self.within = Within::Counted(left);
                    if left == 0 {
                        whole.extend(self.end());
                    }
                }
                Within::Line => {
                    let end = bytes.iter().position(|byte| ends_line(*byte));
                    let (now, later) = bytes.split_at(end.unwrap_or(bytes.len()));
                    self.hold(now);
                    bytes = later.get(1..).unwrap_or_default();
                    if end.is_some() {
                        whole.extend(self.end());
                    }
                }
            }
        }
        whole
    }

    /// What had come of a message when the stream ended.
    pub fn finish(mut self) -> Option<Frame> {
        self.end()
    }

    fn begin(&mut self, byte: u8) -> Option<Frame> {
        let counts = match (self.held.as_slice(), byte) {
            ([], b'1'..=b'9') => true,
            ([], _) => false,
            (held, b'0'..=b'9') => held.len() < MOST_DIGITS,
            (held, b' ') => {
                if let Some(count) = count(held) {
                    self.held.clear();
                    self.within = Within::Counted(count);
                    return None;
                }
                false
            }
            _ => false,
        };
        if ends_line(byte) {
            return self.end();
        }
        self.held.push(byte);
        if !counts {
            self.within = Within::Line;
        }
        None
    }

    fn hold(&mut self, bytes: &[u8]) {
        let room = LONGEST.saturating_sub(self.held.len());
        let (kept, lost) = bytes.split_at(room.min(bytes.len()));
        self.held.extend_from_slice(kept);
        self.lost = self.lost.saturating_add(lost.len() as u64);
    }

    fn end(&mut self) -> Option<Frame> {
        self.within = Within::Beginning;
        let lost = std::mem::take(&mut self.lost);
        let mut bytes = std::mem::take(&mut self.held);
        // Lines within a counted message, and those of Windows.
        while let Some(b'\r' | b'\n' | 0) = bytes.last() {
            let _end = bytes.pop();
        }
        (!bytes.is_empty()).then_some(Frame { bytes, lost })
    }
}

fn ends_line(byte: u8) -> bool {
    byte == b'\n' || byte == 0
}

fn count(digits: &[u8]) -> Option<u64> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Frame, Framing, LONGEST};

    fn whole(stream: &[u8], piece: usize) -> Vec<Frame> {
        let mut framing = Framing::default();
        let mut frames = Vec::new();
        for piece in stream.chunks(piece.max(1)) {
            frames.extend(framing.feed(piece));
            assert!(framing.held.len() <= LONGEST);
        }
        frames.extend(framing.finish());
        frames
    }

    fn texts(stream: &[u8], piece: usize) -> Vec<Vec<u8>> {
        let frames = whole(stream, piece);
        frames.into_iter().map(|frame| frame.bytes).collect()
    }

    #[test]
    fn counted_messages_and_lines_stand_side_by_side_in_one_stream() {
        let stream = b"9 <13>a\nb c<14>line\r\n\n<15>zero\x003 abc\n<16>unended";
        for piece in 1..stream.len() {
            let found = texts(stream, piece);
            let wanted: [&[u8]; 5] = [
                b"<13>a\nb c",
                b"<14>line",
                b"<15>zero",
                b"abc",
                b"<16>unended",
            ];
            assert_eq!(found, wanted);
        }
    }

    #[test]
    fn a_line_that_begins_with_digits_is_a_line() {
        assert_eq!(
            texts(b"10:30 up\n1234567890123 x\n", 3),
            [&b"10:30 up"[..], b"1234567890123 x"]
        );
    }

    #[test]
    fn what_is_too_long_loses_its_end_and_says_how_much() {
        let mut stream = vec![b'<'; LONGEST + 7];
        stream.extend(b"\n<1>next\n");
        let found = whole(&stream, 1000);
        assert_eq!((found[0].bytes.len(), found[0].lost), (LONGEST, 7));
        assert_eq!(
            (found[1].bytes.as_slice(), found[1].lost),
            (&b"<1>next"[..], 0)
        );
        let counted = format!("{} {}4 next", LONGEST + 9, "y".repeat(LONGEST + 9));
        let found = whole(counted.as_bytes(), 777);
        assert_eq!((found[0].bytes.len(), found[0].lost), (LONGEST, 9));
        assert_eq!(found[1].bytes, b"next");
    }

    proptest! {
        #[test]
        fn how_a_stream_is_cut_into_packets_changes_nothing(
            stream in proptest::collection::vec(prop_oneof![Just(b'\n'), Just(b' '), b'0'..=b'9', any::<u8>()], 0..300),
            piece in 1_usize..40,
        ) {
            prop_assert_eq!(whole(&stream, piece), whole(&stream, stream.len()));
        }

        #[test]
        fn what_is_counted_comes_out_as_it_went_in(
            messages in proptest::collection::vec("<[0-9]{1,3}>[ -~\n]{0,60}[!-~]", 1..8),
            piece in 1_usize..40,
        ) {
            let stream: String = messages.iter().map(|said| format!("{} {said}", said.len())).collect();
            let wanted: Vec<Vec<u8>> = messages.into_iter().map(String::into_bytes).collect();
            prop_assert_eq!(texts(stream.as_bytes(), piece), wanted);
        }
    }
}
