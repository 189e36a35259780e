//! The screen of a terminal, as far as the command line needs it.

use avt::ScreenKind;

use crate::inert::Inert;

/// Sizes between which a terminal is followed. Smaller ones show no command, larger ones cost memory.
const COLUMNS: (u32, u32) = (2, 500);
const ROWS: (u32, u32) = (1, 200);

/// A terminal fed with what a target shows. Only what [`Inert`] lets through reaches it.
pub(super) struct Screen {
    terminal: avt::Terminal,
    inert: Inert,
}

impl std::fmt::Debug for Screen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Screen")
    }
}

fn within(size: u32, (least, most): (u32, u32)) -> usize {
    usize::try_from(size.clamp(least, most)).unwrap_or(80)
}

impl Screen {
    pub(super) fn new(columns: u32, rows: u32) -> Option<Self> {
        // A program that asks for a terminal of no size gets what terminals had.
        let columns = if columns == 0 { 80 } else { columns };
        let rows = if rows == 0 { 24 } else { rows };
        let terminal = avt::Terminal::new(within(columns, COLUMNS), within(rows, ROWS));
        Some(Self {
            terminal: terminal.ok()?,
            inert: Inert::new(),
        })
    }

    pub(super) fn resize(&mut self, columns: u32, rows: u32) {
        if columns > 0 && rows > 0 {
            let columns = within(columns, COLUMNS);
            self.terminal.resize(columns, within(rows, ROWS));
        }
    }

    pub(super) fn alternate(&self) -> bool {
        self.terminal.active_screen_kind() == ScreenKind::Alternate
    }

    /// Shows `bytes`, and before each new line asks `leaving`.
    pub(super) fn show(&mut self, bytes: &[u8], leaving: &mut dyn FnMut(&Self)) {
        let mut out = Vec::with_capacity(bytes.len());
        self.inert.filter(bytes, &mut out);
        let text = String::from_utf8(out).unwrap_or_default();
        // The oldest name of the alternate screen, which the emulator does not know.
        let text = text.replace("\u{1b}[?47", "\u{1b}[?1047");
        for line in text.split_inclusive('\n') {
            let (before, new_line) = match line.strip_suffix('\n') {
                Some(before) => (before, true),
                None => (line, false),
            };
            self.terminal.feed(before);
            if new_line {
                leaving(self);
                self.terminal.feed('\n');
            }
        }
    }

    /// The line on which the cursor stands, over all rows that it takes.
    pub(super) fn line(&self) -> String {
        let rows: Vec<_> = self.terminal.screen().visible_lines().collect();
        let here = self.terminal.cursor().row.min(rows.len().saturating_sub(1));
        let (above, below) = rows.split_at(here);
        let above = above.iter().rev().take_while(|row| row.is_wrapped());
        let first = here.saturating_sub(above.count());
        let below = below.iter().take_while(|row| row.is_wrapped()).count();
        let mut line = String::new();
        for row in rows.iter().skip(first).take(here - first + below + 1) {
            line.extend(row.chars());
        }
        line.truncate(line.trim_end().len());
        line
    }
}
