//! What a work plan says that a machine can read.

/// Commands that are read from one plan.
pub const MOST_COMMANDS: usize = 500;

/// The commands that a plan lists: lines that begin with `$ `, as work instructions write them. A
/// plan that is not text, or lists none, has none: then no command is called unplanned.
pub fn planned_commands(plan: &[u8]) -> Vec<String> {
    let Ok(text) = std::str::from_utf8(plan) else {
        return Vec::new();
    };
    text.lines()
        .filter_map(|line| line.trim_start().strip_prefix("$ "))
        .map(|command| command.trim().to_owned())
        .filter(|command| !command.is_empty())
        .take(MOST_COMMANDS)
        .collect()
}
