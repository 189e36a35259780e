//! Looking through a recording: what was done, and what was on the screen, in its time.

use std::io::Write;
use std::path::Path;
use std::pin::pin;
use std::time::Duration;

use client::connect::told_to_stop;
use ids::SessionId;
use recording::{Inert, RESTORE};
use wire::api::v1::{
    Handover, Happening, Indexed, Played, Protocol, Purpose, RecordingIndex, Seen,
};

use super::evidence::{frame_line, write, written};
use crate::context::{At, Context, note};
use crate::failure::{Failure, Family, Kind};
use crate::parse;

/// What was done in a session; for one that the gateway does not understand, its first frames.
pub(super) async fn show(
    context: &Context,
    at: &At,
    id: &SessionId,
    frames: bool,
) -> Result<(), Failure> {
    if frames || at.api.session(id).await?.protocol == Protocol::Tcp {
        let shown = at.api.recording(id).await?;
        return context.show(&shown, |context| {
            let mut lines: Vec<String> = shown.frames.iter().map(frame_line).collect();
            if shown.more {
                lines.push(context.say("cli-recording-more", &[]));
            }
            lines
        });
    }
    let index = at.api.recording_index(id).await?;
    context.show(&index, |context| index_lines(context, &index))
}

fn index_lines(context: &Context, index: &RecordingIndex) -> Vec<String> {
    let items = index.items.iter();
    let mut lines: Vec<String> = items.map(|item| item_line(context, item)).collect();
    if index.left_out > 0 {
        let count = index.left_out.to_string();
        lines.push(context.say("index-left-out", &[("count", &count)]));
    }
    let limits = index.limits.iter();
    lines.extend(limits.map(|said| context.sentence(Family::Whole, said)));
    lines
}

fn item_line(context: &Context, item: &Indexed) -> String {
    let channel = item.channel.map(|channel| channel.to_string());
    let channel = channel.as_deref().unwrap_or("-");
    let seconds = item.at_millis.max(0) / 1000;
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let what = happened(context, &item.what);
    format!("{hours:02}:{minutes:02}:{seconds:02}  {channel:>3}  {what}")
}

fn happened(context: &Context, what: &Happening) -> String {
    let by = |id: &str, by: &str| context.say(id, &[("by", by)]);
    match what {
        Happening::Opened { what, terminal } => {
            let size = terminal
                .as_ref()
                .map(|terminal| format!(" {}x{}", terminal.columns, terminal.rows));
            let what = format!("{}{}", purpose(what), size.unwrap_or_default());
            context.say("index-opened", &[("what", &what)])
        }
        Happening::Command { prompt, text } => {
            format!("{} {text}", prompt.as_deref().unwrap_or(">").trim_end())
        }
        Happening::Answered {
            tags,
            bytes_out,
            bytes_in,
            millis,
            failed,
            ..
        } => match failed.as_deref() {
            None => {
                let bytes = bytes_out.max(bytes_in);
                let what = format!("{} · {bytes} B · {millis} ms", tags.join(", "));
                format!("{} {what}", context.say("replay-answered", &[]))
            }
            Some("skipped") => context.say("replay-answer-skipped", &[]),
            Some("unfinished") => context.say("replay-answer-unfinished", &[]),
            Some(why) => format!("{} {why}", context.say("replay-answer-failed", &[])),
        },
        Happening::HiddenLines(count) => {
            context.say("index-hidden-lines", &[("count", &count.to_string())])
        }
        Happening::Resized { columns, rows } => {
            let size = format!("{columns}x{rows}");
            context.say("index-resized", &[("size", &size)])
        }
        Happening::File {
            direction,
            path,
            bytes,
            sha256,
            whole,
        } => {
            let way = match direction {
                Handover::In => "handover-in",
                Handover::Out => "handover-out",
            };
            let hash = sha256.map(|hash| hash.to_string());
            let whole = if *whole {
                String::new()
            } else {
                context.say("index-file-cut", &[])
            };
            let args = [
                ("way", context.say(way, &[])),
                ("path", path.clone()),
                ("bytes", bytes.to_string()),
                ("sha256", hash.unwrap_or_else(|| "-".to_owned())),
                ("whole", whole),
            ];
            context.say_of("index-file", &args)
        }
        Happening::Exited { status, signal } => {
            let how = match (signal, status) {
                (Some(signal), _) => signal.clone(),
                (None, Some(status)) => status.to_string(),
                (None, None) => "-".to_owned(),
            };
            context.say("index-exited", &[("how", &how)])
        }
        Happening::Closed => context.say("index-closed", &[]),
        Happening::Refused { what, reasons } => {
            let reasons = reasons.join(", ");
            let args = [("what", what.as_str()), ("reasons", reasons.as_str())];
            context.say("index-refused", &args)
        }
        Happening::Paused { by: who } => by("index-paused", who),
        Happening::Continued { by: who } => by("index-continued", who),
        Happening::Attended { by: who } => by("index-attended", who),
        Happening::AttendantLeft { by: who } => by("index-attendant-left", who),
        Happening::Notice(text) => text.clone(),
        Happening::End(reason) => context.sentence(Family::End, &wire::Said::plain(reason)),
    }
}

fn purpose(what: &Purpose) -> String {
    match what {
        Purpose::Shell => "shell".to_owned(),
        Purpose::Exec { command } => format!("exec: {command}"),
        Purpose::Sftp => "sftp".to_owned(),
        Purpose::Scp { command } => format!("scp: {command}"),
        Purpose::Web { host, account } => format!("web: {host} ({account})"),
        Purpose::Database { database, account } => format!("database: {database} ({account})"),
        Purpose::Desktop {
            name,
            width,
            height,
            ..
        } => format!("desktop: {name} ({width} × {height})"),
    }
}

/// How a recording is played.
pub(super) struct Pace {
    pub(super) channel: Option<u32>,
    pub(super) speed: f64,
    pub(super) idle: String,
}

/// Plays one channel in its time: the one that is named, or the first with a terminal.
pub(super) async fn play(
    context: &Context,
    at: &At,
    id: &SessionId,
    pace: Pace,
) -> Result<(), Failure> {
    let longest = parse::duration(&pace.idle)?;
    let mut lines = at.api.play_recording(id).await?;
    let mut player = Player::new(pace.channel);
    let mut waited = None;
    // One for all rounds: a signal between two is not lost.
    let mut stopped = pin!(told_to_stop());
    loop {
        let next = tokio::select! {
            next = lines.next::<Played>() => next?,
            _ = &mut stopped => break,
        };
        let Some(played) = next else {
            break;
        };
        if context.json {
            crate::context::print(&serde_json::to_string(&played).map_err(Failure::internal)?);
            continue;
        }
        let Some(bytes) = player.see(&played.seen) else {
            continue;
        };
        let since = played.at_millis - waited.unwrap_or(played.at_millis);
        waited = Some(played.at_millis);
        let pause = delay(since, pace.speed, longest);
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            _ = &mut stopped => break,
        }
        put(&bytes);
    }
    if context.json {
        return Ok(());
    }
    put(player.rest().as_slice());
    match player.channel {
        Some(_) => Ok(()),
        None => {
            note(&context.say("cli-no-such-channel", &[]));
            Err(Failure::new(Kind::NotFound, "reason-not-found"))
        }
    }
}

/// How long to wait before something that came so many milliseconds after the last.
fn delay(millis: i64, speed: f64, longest: Duration) -> Duration {
    let passed = Duration::from_millis(u64::try_from(millis).unwrap_or(0)).min(longest);
    Duration::try_from_secs_f64(passed.as_secs_f64() / speed).unwrap_or(longest)
}

/// Follows one channel.
struct Player {
    wanted: Option<u32>,
    channel: Option<u32>,
    inert: Inert,
}

impl Player {
    fn new(wanted: Option<u32>) -> Self {
        Self {
            wanted,
            channel: None,
            inert: Inert::new(),
        }
    }

    /// What is to be written, made inert once more.
    fn see(&mut self, seen: &Seen) -> Option<Vec<u8>> {
        match seen {
            Seen::Opened {
                channel, terminal, ..
            } => {
                let wanted = match self.wanted {
                    Some(wanted) => wanted == *channel,
                    None => terminal.is_some(),
                };
                if self.channel.is_none() && wanted {
                    self.channel = Some(*channel);
                }
                None
            }
            Seen::Output { channel, bytes } if self.channel == Some(*channel) => {
                let mut safe = Vec::with_capacity(bytes.0.len());
                self.inert.filter(&bytes.0, &mut safe);
                Some(safe)
            }
            Seen::Output { .. }
            | Seen::Picture { .. }
            | Seen::Keyframe { .. }
            | Seen::Resized { .. }
            | Seen::Closed { .. }
            | Seen::Lost {}
            | Seen::Notice(_)
            | Seen::Alive { .. }
            | Seen::Ended(_) => None,
        }
    }

    /// What puts the terminal back in order.
    fn rest(&mut self) -> Vec<u8> {
        let mut rest = Vec::new();
        self.inert.finish(&mut rest);
        if std::io::IsTerminal::is_terminal(&std::io::stdout()) {
            rest.extend_from_slice(RESTORE.as_bytes());
            rest.extend_from_slice(b"\r\n");
        }
        rest
    }
}

/// A reader who has gone is no reason to fail.
fn put(bytes: &[u8]) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(bytes).and_then(|()| out.flush());
}

/// Writes one channel as an asciicast v2.
pub(super) async fn cast(
    context: &Context,
    at: &At,
    id: &SessionId,
    path: &Path,
    channel: u32,
) -> Result<(), Failure> {
    let cast = at.api.recording_cast(id, channel).await?;
    if cast.is_empty() {
        note(&context.say("cli-no-such-channel", &[]));
        return Err(Failure::new(Kind::NotFound, "reason-not-found"));
    }
    write(path, &cast)?;
    written(context, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_lasts_as_long_as_it_did_but_not_longer_than_wished() {
        let longest = Duration::from_secs(2);
        assert_eq!(delay(500, 1.0, longest), Duration::from_millis(500));
        assert_eq!(delay(500, 2.0, longest), Duration::from_millis(250));
        assert_eq!(delay(60_000, 1.0, longest), longest);
        assert_eq!(delay(-5, 1.0, longest), Duration::ZERO);
    }

    #[test]
    fn l28_what_is_played_is_made_inert_here_too() {
        let mut player = Player::new(Some(1));
        let opened = Seen::Opened {
            channel: 1,
            what: Purpose::Shell,
            terminal: None,
        };
        assert_eq!(player.see(&opened), None);
        let said = |channel| Seen::Output {
            channel,
            bytes: wire::Bytes(b"a\x1b]52;c;ZXZpbA==\x07b\x1b[6n".to_vec()),
        };
        assert_eq!(player.see(&said(1)), Some(b"ab".to_vec()));
        assert_eq!(player.see(&said(2)), None);
    }
}
