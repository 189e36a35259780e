//! Playing one channel of a recording in a terminal: what to write, and how long to wait before.

use std::time::Duration;

use ids::Timestamp;

use crate::content::{Content, Direction, Observation, Stream};
use crate::inert::Inert;
use crate::note::ChannelNote;

/// Something to be written while a recording is played.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    /// How long to wait before, after the moment before it was written.
    pub delay: Duration,
    /// What to write. Safe for any terminal ([`Inert`]).
    pub bytes: Vec<u8>,
}

/// Plays one channel. Whoever writes its moments to a terminal writes [`crate::RESTORE`] at the end.
#[derive(Debug)]
pub struct Replay {
    channel: u32,
    longest: Duration,
    output: Inert,
    error: Inert,
    last: Option<Timestamp>,
}

impl Replay {
    /// For this channel. A pause lasts `longest` at most.
    pub fn new(channel: u32, longest: Duration) -> Self {
        Self {
            channel,
            longest,
            output: Inert::new(),
            error: Inert::new(),
            last: None,
        }
    }

    /// The recording goes on. Gives what is to be written now, if anything.
    pub fn see(&mut self, at: Timestamp, content: &Content<'_>) -> Option<Moment> {
        let mut bytes = Vec::new();
        match content {
            Content::Channel(ChannelNote::Opened { channel, .. }) if *channel == self.channel => {
                self.last = Some(at);
            }
            Content::Stream {
                direction: Direction::FromTarget,
                channel,
                stream,
                bytes: shown,
            } if *channel == self.channel => match stream {
                Stream::Output => self.output.filter(shown, &mut bytes),
                Stream::Error => self.error.filter(shown, &mut bytes),
            },
            Content::Channel(ChannelNote::Closed { channel }) if *channel == self.channel => {
                self.output.finish(&mut bytes);
                self.error.finish(&mut bytes);
            }
            Content::Start(_)
            | Content::Data(..)
            | Content::Size(..)
            | Content::Notice(_)
            | Content::End(_)
            | Content::Stream { .. }
            | Content::Typed { .. }
            | Content::Channel(_) => {}
        }
        if bytes.is_empty() {
            return None;
        }
        let last = self.last.unwrap_or(at);
        self.last = Some(at.max(last));
        Some(Moment {
            delay: at.since(last).min(self.longest),
            bytes,
        })
    }

    /// All moments of these observations.
    pub fn moments<'a>(
        mut self,
        observations: impl IntoIterator<Item = Observation<'a>>,
    ) -> impl Iterator<Item = Moment> {
        observations
            .into_iter()
            .filter_map(move |observation| self.see(observation.at, &observation.content))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(millis: i64, channel: u32, bytes: &[u8]) -> Observation<'_> {
        let content = Content::Stream {
            direction: Direction::FromTarget,
            channel,
            stream: Stream::Output,
            bytes,
        };
        Observation {
            at: Timestamp::from_millis(1_795_000_000_000 + millis),
            content,
        }
    }

    #[test]
    fn l28_a_channel_is_played_in_its_time_and_nothing_in_it_reaches_past_the_screen() {
        let replay = Replay::new(3, Duration::from_secs(2));
        let observations = [
            shown(0, 3, b"$ "),
            shown(150, 3, b"\x1b]52;c;aGk="),
            shown(300, 4, b"another channel"),
            shown(400, 3, b"\x07ls"),
            shown(3_600_000, 3, b"\r\n"),
            shown(3_500_000, 3, b"a clock set back"),
        ];
        let moments: Vec<_> = replay.moments(observations).collect();
        let told: Vec<_> = moments
            .iter()
            .map(|moment| (moment.delay.as_millis(), moment.bytes.as_slice()))
            .collect();
        let expected: [(u128, &[u8]); 4] = [
            (0, b"$ "),
            (400, b"ls"),
            (2000, b"\r\n"),
            (0, b"a clock set back"),
        ];
        assert_eq!(told, expected);
    }
}
