//! What an attendant sees: one channel's screen, and a line that says how the session stands.
//!
//! Nothing that comes from the site is trusted: output passes the filter once more (lesson L28), text
//! of others loses its control characters. The terminal is put back in order at the end.

use std::io::Write;

use phrases::{Language, say};
use recording::{Inert, RESTORE};
use wire::api::v1::{Frozen, Purpose, Seen, Terminal};

use crate::context::inert;

/// One channel, as a screen.
pub(super) struct Screen {
    language: Language,
    /// Whether there is a terminal to paint a status line on.
    painted: bool,
    frozen: Option<Frozen>,
    until: String,
    shown: Option<Channel>,
    asked: Option<&'static str>,
    remark: String,
}

struct Channel {
    number: u32,
    what: String,
    /// Columns and rows; `None` without a terminal: its lines end without a carriage return.
    size: Option<(u32, u32)>,
    inert: Inert,
}

impl Screen {
    pub(super) fn new(language: Language, painted: bool) -> Self {
        let screen = Self {
            language,
            painted,
            frozen: None,
            until: String::new(),
            shown: None,
            asked: None,
            remark: String::new(),
        };
        if painted {
            clear();
        }
        screen
    }

    pub(super) fn is_paused(&self) -> bool {
        self.frozen == Some(Frozen::Paused)
    }

    /// Asks for a second key, or no longer.
    pub(super) fn ask(&mut self, id: Option<&'static str>) {
        self.asked = id;
        self.remark.clear();
        self.paint();
    }

    /// Something to be read, until the next key.
    pub(super) fn remark(&mut self, text: &str) {
        self.remark = inert(&text.replace('\n', " "));
        self.line(text);
        self.paint();
    }

    pub(super) fn see(&mut self, seen: &Seen) {
        match seen {
            Seen::Opened {
                channel,
                what,
                terminal,
            } => self.opened(*channel, what, terminal.as_ref()),
            Seen::Output { channel, bytes } => self.output(*channel, &bytes.0),
            Seen::Resized {
                channel,
                columns,
                rows,
            } => {
                let shown = self.shown.as_mut().filter(|shown| shown.number == *channel);
                if let Some(shown) = shown {
                    shown.size = Some((*columns, *rows));
                }
            }
            Seen::Closed { channel } => {
                if self.shows(*channel) {
                    self.shown = None;
                }
                self.said("attend-channel-closed", *channel, "");
            }
            Seen::Notice(text) => self.line(text),
            Seen::Lost {} => {
                self.shown = None;
                if self.painted {
                    clear();
                }
            }
            Seen::Alive { frozen, until } => {
                self.frozen = *frozen;
                self.until = until.to_string();
            }
            // A terminal draws no desktop: the pages do.
            Seen::Picture { .. } | Seen::Keyframe { .. } | Seen::Ended(_) => {}
        }
        self.paint();
    }

    fn shows(&self, channel: u32) -> bool {
        let shown = self.shown.as_ref();
        shown.is_some_and(|shown| shown.number == channel)
    }

    /// A terminal is not put aside for what has none.
    fn opened(&mut self, number: u32, what: &Purpose, terminal: Option<&Terminal>) {
        let what = match what {
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
        };
        let size = terminal.map(|terminal| (terminal.columns, terminal.rows));
        let has_terminal = self
            .shown
            .as_ref()
            .is_some_and(|shown| shown.size.is_some());
        self.said("attend-channel-opened", number, &what);
        if size.is_some() || !has_terminal {
            self.shown = Some(Channel {
                number,
                what: inert(&what),
                size,
                inert: Inert::new(),
            });
        }
    }

    fn output(&mut self, channel: u32, bytes: &[u8]) {
        let shown = self.shown.as_mut().filter(|shown| shown.number == channel);
        let Some(shown) = shown else {
            return;
        };
        let mut safe = Vec::with_capacity(bytes.len());
        shown.inert.filter(bytes, &mut safe);
        if shown.size.is_none() && self.painted {
            let text = String::from_utf8_lossy(&safe).replace('\n', "\r\n");
            safe = text.into_bytes();
        }
        put(&safe);
    }

    fn said(&self, id: &str, channel: u32, what: &str) {
        let channel = channel.to_string();
        let args = [("channel", channel.as_str()), ("what", what)];
        self.line(&say(self.language, id, &args));
    }

    /// A line of our own: beside the screen where there is one, otherwise beside the output.
    fn line(&self, text: &str) {
        let text = inert(&text.replace('\n', " "));
        if !self.painted {
            crate::context::note(&text);
        } else if self.shown.is_none() {
            put(format!("{text}\r\n").as_bytes());
        }
    }

    /// The status, in the last row, where the cursor is not disturbed.
    fn paint(&self) {
        if !self.painted {
            return;
        }
        let Some((columns, rows)) = client::terminal::size() else {
            return;
        };
        let text: String = fit(&self.status(), usize::from(columns));
        put(format!("\x1b7\x1b[{rows};1H\x1b[7m{text}\x1b[K\x1b[m\x1b8").as_bytes());
    }

    fn status(&self) -> String {
        if let Some(id) = self.asked {
            return say(self.language, id, &[]);
        }
        if !self.remark.is_empty() {
            return self.remark.clone();
        }
        let state = match self.frozen {
            None => "session-state-live",
            Some(Frozen::Paused) => "session-state-paused",
            Some(Frozen::AwaitingAttendant) => "session-state-awaiting-attendant",
        };
        let shown = self.shown.as_ref();
        let what = shown.map_or("-", |shown| shown.what.as_str());
        let size = shown.and_then(|shown| shown.size);
        let size = size.map_or(String::new(), |(columns, rows)| format!("{columns}x{rows}"));
        let state = say(self.language, state, &[]);
        let args = [
            ("state", state.as_str()),
            ("what", what),
            ("size", size.as_str()),
            ("until", self.until.as_str()),
        ];
        say(self.language, "attend-status", &args)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        if self.painted {
            let rows = client::terminal::size().map_or(1, |(_, rows)| rows);
            put(format!("{RESTORE}\x1b[{rows};1H\x1b[K\r\n").as_bytes());
        }
    }
}

/// An empty screen whose last row does not scroll: it is the status line's.
fn clear() {
    let above = client::terminal::size().map_or(0, |(_, rows)| rows.saturating_sub(1));
    let margins = match above {
        0 | 1 => String::new(),
        above => format!("\x1b[1;{above}r"),
    };
    put(format!("{RESTORE}\x1b[2J{margins}\x1b[H").as_bytes());
}

/// As much of a text as fits a row. A character of Japanese takes two columns.
fn fit(text: &str, columns: usize) -> String {
    let mut left = columns;
    let fits = |c: &char| {
        let wide = if c.is_ascii() { 1 } else { 2 };
        let fits = wide <= left;
        left = left.saturating_sub(wide);
        fits
    };
    text.chars().take_while(fits).collect()
}

/// A reader who has gone is no reason to fail.
fn put(bytes: &[u8]) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(bytes).and_then(|()| out.flush());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_line_stays_in_its_row() {
        assert_eq!(fit("abcdef", 4), "abcd");
        assert_eq!(fit("接続中 x", 5), "接続");
        assert_eq!(fit("", 0), "");
    }

    #[test]
    fn a_screen_is_not_put_aside_for_a_command_without_one() {
        let mut screen = Screen::new(Language::En, false);
        let terminal = Terminal {
            term: "xterm".to_owned(),
            columns: 80,
            rows: 24,
        };
        let exec = Purpose::Exec {
            command: "id".to_owned(),
        };
        screen.opened(0, &exec, None);
        assert!(screen.shows(0));
        screen.opened(1, &Purpose::Shell, Some(&terminal));
        assert!(screen.shows(1));
        screen.opened(2, &exec, None);
        assert!(screen.shows(1));
        screen.see(&Seen::Closed { channel: 1 });
        assert!(!screen.shows(1));
    }
}
