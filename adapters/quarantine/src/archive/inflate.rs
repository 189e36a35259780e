//! DEFLATE (RFC 1951) as a reader: takes no byte of its source beyond the end.

use std::io::{self, BufRead, Read};

use miniz_oxide::inflate::stream::{InflateState, inflate};
use miniz_oxide::{DataFormat, MZError, MZFlush, MZStatus};

/// Unpacks what its source gives.
pub(super) struct Inflating<'a, R> {
    source: &'a mut R,
    state: Box<InflateState>,
    over: bool,
}

impl<'a, R: BufRead> Inflating<'a, R> {
    pub(super) fn of(source: &'a mut R) -> Self {
        Self {
            source,
            state: InflateState::new_boxed(DataFormat::Raw),
            over: false,
        }
    }
}

impl<R: BufRead> Read for Inflating<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while !self.over && !into.is_empty() {
            let packed = self.source.fill_buf()?;
            let ended = packed.is_empty();
            let done = inflate(&mut self.state, packed, into, MZFlush::None);
            self.source.consume(done.bytes_consumed);
            match done.status {
                Ok(MZStatus::StreamEnd) => self.over = true,
                Ok(MZStatus::Ok | MZStatus::NeedDict) | Err(MZError::Buf) => {}
                Err(_) => return Err(io::ErrorKind::InvalidData.into()),
            }
            if done.bytes_written > 0 {
                return Ok(done.bytes_written);
            }
            if ended && !self.over {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if done.bytes_consumed == 0 && !self.over {
                return Err(io::ErrorKind::InvalidData.into());
            }
        }
        Ok(0)
    }
}
