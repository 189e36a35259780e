//! Telling a command from the prompt before it.

/// What prompts end with.
const PROMPTS: [&str; 4] = ["$ ", "# ", "> ", "% "];

/// A revealed line, read as far as an index needs it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Typed {
    /// Its characters, after erasing with backspace, `^U` and `^W`.
    pub(super) text: String,
    /// Keys were pressed that can change a line in other ways: arrows, completion, history.
    pub(super) edited: bool,
    /// It was ended with Enter.
    pub(super) entered: bool,
}

impl Typed {
    pub(super) fn read(bytes: &[u8]) -> Self {
        let mut typed = Self::default();
        let text = String::from_utf8_lossy(bytes);
        let mut rest = text.chars();
        while let Some(c) = rest.next() {
            match c {
                '\r' | '\n' => typed.entered = true,
                '\u{1b}' => {
                    let paste = skip_sequence(&mut rest);
                    typed.edited |= !paste;
                }
                '\u{8}' | '\u{7f}' => {
                    typed.text.pop();
                }
                '\u{15}' => typed.text.clear(),
                '\u{17}' => typed.erase_word(),
                c if c.is_control() => typed.edited = true,
                c => typed.text.push(c),
            }
        }
        typed
    }

    fn erase_word(&mut self) {
        let kept = self.text.trim_end();
        let kept = kept.trim_end_matches(|c: char| !c.is_whitespace());
        self.text.truncate(kept.len());
    }

    /// Whether the line ends with it, as it was typed.
    pub(super) fn ends(&self, line: &str) -> bool {
        !self.edited && line.ends_with(self.text.trim_end())
    }

    /// Whether the line may be what came of it: its characters stand there in this order.
    pub(super) fn stands_in(&self, line: &str) -> bool {
        let mut shown = line.chars();
        // The screen's line ends where its text ends.
        let typed = self.text.trim_end();
        typed.chars().all(|c| shown.any(|seen| seen == c))
    }
}

/// Steps over an escape sequence of a key. Gives whether it was a mark of pasting.
fn skip_sequence(rest: &mut std::str::Chars<'_>) -> bool {
    match rest.next() {
        Some('[') => {
            let mut parameters = String::new();
            for c in rest.by_ref() {
                if matches!(c, '\u{40}'..='\u{7e}') {
                    return c == '~' && matches!(parameters.as_str(), "200" | "201");
                }
                parameters.push(c);
            }
            false
        }
        Some('O') => {
            rest.next();
            false
        }
        _ => false,
    }
}

/// The prompt, if it can be told, and the command on a screen's line.
///
/// A prompt ends with one of [`PROMPTS`]. Where several stand on the line, it is the last after which
/// there is still all that was typed; if that was changed after typing, or nothing was typed, the
/// first, because `>` and `#` stand in commands too.
pub(super) fn command(line: &str, typed: &Typed) -> (Option<String>, String) {
    let known = !typed.edited && !typed.text.is_empty();
    let mut ends: Vec<usize> = PROMPTS
        .iter()
        .flat_map(|mark| line.match_indices(mark))
        .map(|(at, mark)| at + mark.len())
        .collect();
    ends.sort_unstable();
    let fits = |end: &&usize| line.get(**end..).is_some_and(|rest| typed.stands_in(rest));
    let end = if known {
        ends.iter().rev().find(fits)
    } else {
        ends.first()
    };
    if let Some((prompt, text)) = end.and_then(|end| line.split_at_checked(*end)) {
        return (Some(prompt.to_owned()), text.trim().to_owned());
    }
    // The line ends with a prompt's mark: nothing stands behind it.
    let bare = PROMPTS.iter().any(|mark| line.ends_with(mark.trim_end()));
    if bare && typed.text.is_empty() {
        return (Some(line.to_owned()), String::new());
    }
    (None, line.trim().to_owned())
}
