//! Plain text for a person: sections with headings, lines that fit, and nothing that steers a terminal.

use unicode_width::UnicodeWidthChar;

/// Columns that a line takes at most: what fits a page of A4 and every terminal.
pub(crate) const COLUMNS: usize = 100;

/// Columns that a character takes. Where that is not settled (`…`, `→`), a terminal in Japan takes two.
fn width_of(c: char) -> usize {
    c.width_cjk().unwrap_or(0)
}

/// Columns that a text takes.
pub(crate) fn width(text: &str) -> usize {
    text.chars().map(width_of).sum()
}

/// The text without what steers a terminal or turns the direction of text: each such character, and
/// each that has no width of its own to be seen by, becomes U+FFFD.
pub(crate) fn plain(text: &str) -> String {
    text.chars()
        .map(|c| if steers(c) { '\u{fffd}' } else { c })
        .collect()
}

fn steers(c: char) -> bool {
    let direction = matches!(
        c,
        '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{2028}' | '\u{2029}'
    );
    c.is_control() || direction
}

/// A text in lines: the first begins with `first`, the others with as many spaces; none is wider than
/// [`COLUMNS`]. Lines break at spaces, else anywhere: Japanese has none. Lines of the text stay lines.
pub(crate) fn wrapped(first: &str, text: &str) -> Vec<String> {
    let indent = width(first);
    let room = COLUMNS.saturating_sub(indent).max(8);
    let mut lines = Vec::new();
    for part in text.lines() {
        lines.extend(pieces(&plain(part), room));
    }
    if lines.is_empty() {
        lines.push(String::new());
    }
    let begun = |(at, line): (usize, String)| {
        let begin = if at == 0 {
            first.to_owned()
        } else {
            " ".repeat(indent)
        };
        format!("{begin}{line}").trim_end().to_owned()
    };
    lines.into_iter().enumerate().map(begun).collect()
}

fn pieces(text: &str, room: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut used = 0;
    for c in text.chars() {
        let wide = width_of(c);
        if used + wide > room {
            let rest = broken_off(&mut line);
            lines.push(std::mem::replace(&mut line, rest));
            used = width(&line);
        }
        // A line does not begin with the space at which the one before ended.
        if c == ' ' && line.is_empty() && !lines.is_empty() {
            continue;
        }
        line.push(c);
        used += wide;
    }
    lines.push(line);
    lines
}

/// What stands behind the last space of a full line, if that is not too far back, goes to the next.
fn broken_off(line: &mut String) -> String {
    let Some(space) = line.rfind(' ') else {
        return String::new();
    };
    let rest = line.get(space + 1..).unwrap_or_default().to_owned();
    if rest.is_empty() || width(&rest) * 2 > width(line) || line.trim().len() <= rest.len() {
        return String::new();
    }
    line.truncate(space);
    rest
}

/// Names with their texts, the texts beneath each other.
pub(crate) fn fields(fields: &[(String, String)]) -> Vec<String> {
    let widest = fields.iter().map(|(name, _)| width(name)).max();
    let widest = widest.unwrap_or(0).min(24);
    let lines = fields.iter().flat_map(|(name, text)| {
        let gap = " ".repeat(widest.saturating_sub(width(name)) + 2);
        wrapped(&format!("  {name}{gap}"), text)
    });
    lines.collect()
}

/// A heading, with how many things stand under it.
pub(crate) fn heading(name: &str, count: Option<usize>) -> Vec<String> {
    let count = count.map(|count| format!(" ({count})"));
    let head = format!("== {name}{} ==", count.unwrap_or_default());
    vec![String::new(), head]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn japanese_takes_two_columns_and_is_broken_anywhere() {
        assert_eq!(width("abc"), 3);
        assert_eq!(width("作業計画書"), 10);
        let lines = wrapped("  目的  ", &"検査システムの更新".repeat(20));
        assert!(lines.len() > 3);
        for line in &lines {
            assert!(width(line) <= COLUMNS, "{line}");
        }
        assert!(lines[1].starts_with("        検") || lines[1].starts_with("        "));
        let whole: String = lines.iter().map(|line| line.trim_start()).collect();
        assert!(whole.ends_with("システムの更新"));
    }

    #[test]
    fn words_are_kept_together_where_that_is_possible() {
        let text = "word ".repeat(60);
        let lines = wrapped("- ", &text);
        assert!(lines.len() > 2);
        for line in &lines {
            assert!(width(line) <= COLUMNS, "{line}");
            assert!(
                !line
                    .trim_start_matches("- ")
                    .trim()
                    .split(' ')
                    .any(|w| w != "word")
            );
        }
        let path = format!("/{}", "a".repeat(300));
        assert!(wrapped("", &path).iter().all(|line| width(line) <= COLUMNS));
    }

    #[test]
    fn nothing_is_lost_and_the_lines_of_a_text_stay_lines() {
        assert_eq!(wrapped("x: ", "one\ntwo"), ["x: one", "   two"]);
        assert_eq!(wrapped("x: ", ""), ["x:"]);
        let text = "a b ".repeat(100) + &"長".repeat(100);
        let lines = wrapped("  ", &text);
        let squeezed = |text: &str| text.replace(' ', "");
        assert_eq!(squeezed(&lines.concat()), squeezed(&text));
    }

    #[test]
    fn l28_no_text_steers_the_terminal_or_turns_its_direction() {
        let evil = "a\x1b[2Jb\u{202e}c\u{9b}d\u{2066}e\u{200b}f\r";
        let lines = wrapped("", evil);
        assert_eq!(lines.len(), 1);
        assert!(!lines[0].chars().any(steers), "{lines:?}");
        assert!(lines[0].contains("b\u{fffd}c"));
    }

    #[test]
    fn names_stand_beneath_each_other_whatever_their_script() {
        let pairs = [
            ("目的".to_owned(), "a".to_owned()),
            ("Who".to_owned(), "b".to_owned()),
            ("作業種別".to_owned(), "c".to_owned()),
        ];
        let at = |line: &String| width(line) - 1;
        let lines = fields(&pairs);
        assert!(
            lines.iter().all(|line| at(line) == at(&lines[0])),
            "{lines:?}"
        );
    }
}
