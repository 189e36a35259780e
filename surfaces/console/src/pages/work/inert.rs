//! What a target or an engineer's program sent, as a text to be read and nothing else.

/// Without what moves a cursor, turns the direction of writing, or hides (lesson L28).
pub(crate) fn inert(text: &str) -> String {
    let shown = |letter: char| match letter {
        '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}' => '\u{fffd}',
        other if other.is_control() => '\u{fffd}',
        other => other,
    };
    text.chars().map(shown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn l28_what_was_typed_into_a_target_cannot_act_on_a_page() {
        assert_eq!(
            inert("rm -rf \u{1b}[2K\u{202e}/x"),
            "rm -rf \u{fffd}[2K\u{fffd}/x"
        );
        assert_eq!(inert("作業 a"), "作業 a");
    }
}
